import textwrap

import pytest

from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.scopes import Mode

pytestmark = pytest.mark.pure


def owners(source, name):
    """Where each mention of a name belongs, in source order: (line, mode, owning scope)."""
    module = parse_module("m.py", textwrap.dedent(source).encode())
    return [
        (access.node.lineno, str(access.mode), module.scopes.binding(access).scope.name)
        for access in module.scopes.accesses
        if access.name == name
    ]


def test_a_local_shadows_a_global_for_its_own_function_only():
    source = """\
    x = 1
    def f():
        x = 2
        return x
    def g(): return x
    """
    assert owners(source, "x") == [
        (1, "write", "<module>"),
        (3, "write", "f"),
        (4, "read", "f"),
        (5, "read", "<module>"),
    ]


def test_closures_nonlocal_and_global():
    source = """\
    def f():
        x = 1
        def g():
            nonlocal x
            x += 1
            def h():
                global x
                x = 3
                return lambda: x
    """
    found = owners(source, "x")
    assert [scope for _, _, scope in found] == ["f"] * 3 + ["<module>"] * 3
    assert [mode for _, mode, _ in found] == [
        "write",
        "declare",
        "write",
        "declare",
        "write",
        "read",
    ]


def test_class_names_are_not_seen_by_methods_but_by_the_first_iterable():
    source = """\
    x = 0
    class A:
        x = 1
        y = [x for _ in x]
        def m(self): return x
    """
    by_line = owners(source, "x")
    # In `[x for _ in x]` the iterable is the class's, the element the module's.
    assert by_line == [
        (1, "write", "<module>"),
        (3, "write", "A"),
        (4, "read", "<module>"),
        (4, "read", "A"),
        (5, "read", "<module>"),
    ]


def test_comprehension_variables_stay_inside_and_walrus_goes_out():
    source = """\
    def f(n):
        a = [n for n in range(n) if (last := n)]
        return n, last
    """
    assert owners(source, "last") == [(2, "write", "f"), (3, "read", "f")]
    scopes = [scope for _, _, scope in owners(source, "n")]
    assert scopes == ["f", "ListComp", "ListComp", "f", "ListComp", "f"]


def test_defaults_and_decorators_belong_outside():
    source = """\
    x = 1
    @x
    def f(x=x, *, y=lambda x=x: x) -> x: return x
    """
    assert [scope for _, _, scope in owners(source, "x")] == [
        "<module>",
        "<module>",
        "f",
        "<module>",
        "<lambda>",
        "<module>",
        "<lambda>",
        "<module>",
        "f",
    ]


def test_private_names_are_mangled():
    source = b"class A:\n    def f(self):\n        __x = 1\n        return _A__x\n"
    scopes = parse_module("m.py", source).scopes
    (binding,) = [binding for binding in scopes.bindings if binding.name == "_A__x"]
    assert [access.name for access in binding.accesses] == ["__x", "_A__x"]


def test_annotations_without_value_bind_and_parenthesised_ones_do_not():
    assert owners("def f():\n    x: int\n    return x\n", "x")[1][2] == "f"
    assert owners("def f():\n    (x): int\n    return x\n", "x") == [(3, "read", "<module>")]


WRITERS = """\
@ deco
async  def  one(two: 2, *three, **four): global five, six ,five
class seven(object): import eight.x, nine as  ten
try: pass
except* (A, B) as eleven: # as never
    @deco
    def _(): pass
except* C as twelve: pass
match x:
    case {"never": _, 'a "k"': 1, ** thirteen }: pass
    case [fourteen, * fifteen] as  sixteen: pass
    case ("seventeen" as seventeen): pass
for eighteen in (nineteen := 1): del eighteen
"""


def test_names_that_ast_keeps_as_text_are_found():
    source = WRITERS.encode()
    module = parse_module("m.py", source)
    found = {}
    for access in module.scopes.accesses:
        for span in name_spans(module, access):
            found.setdefault(access.name, []).append(source[span.start : span.end].decode())
    words = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
    ]
    words += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    assert {word: set(found.get(word, ())) for word in words} == {word: {word} for word in words}
    spans = [
        span for a in module.scopes.accesses if a.name == "five" for span in name_spans(module, a)
    ]
    assert len(set(spans)) == 2
    assert module.lines(next(iter(spans))) == range(2, 3)


def test_find_says_what_a_name_means_somewhere():
    module = parse_module("m.py", b"x = 1\ndef f(y):\n    return x, y\n")
    inner = module.scopes.by_node[module.tree.body[1]]
    assert module.scopes.find(inner, "x").scope is module.scopes.root
    assert module.scopes.find(inner, "y").scope is inner
    assert [access.mode for access in module.scopes.find(inner, "y").accesses] == [
        Mode.WRITE,
        Mode.READ,
    ]
    assert module.scopes.find(inner, "z") is None
