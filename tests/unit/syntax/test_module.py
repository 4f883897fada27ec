import ast
import sys

import pytest

from nerion_gym.errors import ConfigError, ProgramSyntaxError
from nerion_gym.syntax.module import MAX_DEPTH, parse_module
from nerion_gym.syntax.trees import NOT_CHILDREN, SHAPES, SIGNATURE
from nerion_gym.types.program import Span

pytestmark = pytest.mark.pure


def names(source):
    module = parse_module("m.py", source)
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Name)]
    return [module.text(node) for node in sorted(found, key=lambda node: module.span(node).start)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"a = b\n", [b"a", b"b"]),
        (b"a = b\r\nc = d\r\n", [b"a", b"b", b"c", b"d"]),
        (b"a = b\rc = d\r", [b"a", b"b", b"c", b"d"]),
        (b"\xef\xbb\xbfa = b\nc", [b"a", b"b", b"c"]),
        (b"\xef\xbb\xbf# -*- coding: utf-8 -*-\r\na", [b"a"]),
        (b"x = 1\n\x0cy = x\n\x0c\ndef f():\n\x0c    return y\n", [b"x", b"y", b"x", b"y"]),
        (b"if a:\n\tb = (c,\n\t\td)\n", [b"a", b"b", b"c", b"d"]),
        ("é = 'ßßß'; ñ = é\n".encode(), ["é".encode(), "ñ".encode(), "é".encode()]),
        ("s = '''\r\nü\r\n'''; t = s".encode(), [b"s", b"t", b"s"]),
        ("s = '\u2028\x0b\x1c'; t = s".encode(), [b"s", b"t", b"s"]),
        (b"a = b \\\r\n + c", [b"a", b"b", b"c"]),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else "",
)
def test_spans_are_bytes_of_the_file(source, expected):
    assert names(source) == expected


def test_lines_are_counted_from_one_and_include_the_last():
    module = parse_module("m.py", b"a\r\nb = (1,\r\n2)\r\nc")
    first, second, third = module.tree.body
    assert module.lines(module.span(first)) == range(1, 2)
    assert module.lines(module.span(second)) == range(2, 4)
    assert module.lines(module.span(third)) == range(4, 5)
    assert module.lines(Span("m.py", 3, 3)) == range(2, 3)


def test_nodes_without_position_get_the_hull_of_their_children():
    module = parse_module("m.py", b"with a as b: [x for x in y if z]\ndef f(p, *q): pass\n")
    of = {type(node): node for node in ast.walk(module.tree)}
    assert module.text(of[ast.withitem]) == b"a as b"
    assert module.text(of[ast.comprehension]) == b"x in y if z"
    arguments = module.tree.body[1].args
    assert module.text(arguments) == b"p, *q"
    assert module.span(module.tree) == Span("m.py", 0, len(module.source))
    with pytest.raises(ValueError, match="Load has no position"):
        module.span(of[ast.Load])


SOURCE = b"""\
import x

@x.one
@ x.two(
    "@")
def f(a):
    "doc"
    def g(): return 1
    return g

class A:
    @property
    def p(self): return 1
    @p.setter
    def p(self, v): pass
    class f:
        async def f(self): pass

if x:
    def f(): pass
else:
    try: pass
    except E:
        def f(): pass
"""


def test_functions_have_unique_names_and_whole_spans():
    module = parse_module("m.py", SOURCE)
    listed = [function.qualname for function in module.functions]
    assert listed == ["f", "f.g", "A.p", "A.p#2", "A.f.f", "f#2", "f#3"]
    first = module.function("f")
    assert module.source[first.span.start : first.span.end].startswith(b"@x.one\n@ x.two(")
    assert module.source[first.body.start : first.body.end].startswith(b'"doc"')
    assert module.source[first.body.start : first.body.end].endswith(b"return g")
    assert first.lines == range(3, 10)
    assert module.function("A.p#2").lines == range(14, 16)


def test_an_unknown_function_names_its_neighbours():
    with pytest.raises(ConfigError, match=r"m\.py has no function 'A\.q'; did you mean A\.p"):
        parse_module("m.py", SOURCE).function("A.q")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"x = 1\ndef f(:\n    pass\n", r"p\.py:2:\d+: .*; the file must be valid Python 3"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", r"p\.py:1:1: declared as iso-8859-1"),
        (b"x = 1\ny = '\xe9'\n", r"p\.py:2:1: not valid UTF-8"),
        (b"# coding: utf-7\nx = '+AGE-'\n", r"p\.py:1:1: declared as utf-7"),
        (b"# coding: no-such-codec\nx = 1\n", r"p\.py:1:1: .*no-such-codec"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", r"p\.py:1:1: .*UTF-8"),
        (b"x = 1\0\n", r"p\.py:1:\d+: .*null byte"),
        (b"(" * 5000 + b")" * 5000, r"p\.py:1:\d+: too many nested parentheses"),
        (b"-" * 100_000 + b"1", r"p\.py:1:1: nested too deeply"),
        (b"1" + b"+1" * 100_000, r"p\.py:1:1: nested too deeply"),
        (b"x" + b".a" * 2_000, rf"p\.py:1:1: nested more than {MAX_DEPTH} levels"),
        (b"lambda:" * 20_000 + b"1", r"p\.py:1:1: nested too deeply"),
        (b"if x:\n" + b"".join(b" " * n + b"if x:\n" for n in range(1, 120)), r"p\.py:\d+:"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_not_a_program_is_a_clear_error(source, message):
    with pytest.raises(ProgramSyntaxError, match=message):
        parse_module("p.py", source)


def test_ascii_source_may_declare_what_it_likes():
    assert names(b"# -*- coding: latin-1 -*-\nx = 1\n") == [b"x"]


def test_odd_escapes_of_the_program_are_no_errors_of_ours():
    # pytest turns warnings into errors here: "\d" must not become one.
    assert names(b"x = '\\d' if 1is y else 0\n") == [b"x", b"y"]


def test_a_deep_program_within_the_limit_can_be_walked_recursively():
    source = b"x" + b".a" * (MAX_DEPTH - 10)
    module = parse_module("m.py", source)
    assert ast.unparse(module.tree).encode() == source
    assert sys.getrecursionlimit() >= 1000


def test_shapes_name_every_field_that_holds_nodes():
    """From the words of the running Python's `ast`, which has "expr?* keys" from 3.14 on."""
    source = b"{a: b, **c}\n@d\ndef f(x=1, *, y=2, z): return lambda: (yield x[1:2])\n"
    source += b"match a:\n    case {1: b, **c} | C(d, e=f) | [*g] if h: pass\n"
    source += b"try: f'{a!r:>{b}}'\nexcept A as e: raise B from e\nfinally: del a.b\n"
    for node in ast.walk(ast.parse(source)):
        held = {
            (name, isinstance(value, list))
            for name, value in ast.iter_fields(node)
            if isinstance(value, ast.AST)
            or (isinstance(value, list) and any(isinstance(one, ast.AST) for one in value))
        }
        left_out = {(name, many) for name, many in held if name in NOT_CHILDREN}
        assert held - left_out <= set(SHAPES[type(node)])


def test_a_list_of_nodes_or_none_is_a_list():
    found = SIGNATURE.findall("Dict(expr?* keys, expr* values)")
    assert found == [("expr", "?*", "keys"), ("expr", "*", "values")]
