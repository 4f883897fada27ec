"""Hard cases of the refactors of conditions: what one makes of a program, and what it refuses."""

import ast
import textwrap
from itertools import product

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import operator
from nerion_gym.edits.rewriting.negation import area_of, opposite, opposite_text
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import same_tree
from nerion_gym.types.program import Focus, FunctionRef, Program
from tests.support.edits import results

pytestmark = pytest.mark.pure
NAMES = (
    "apply_de_morgan", "invert_if", "split_condition", "merge_conditions", "nest_conditional",
    "unnest_conditional", "if_to_ternary", "ternary_to_if",
)  # fmt: skip


def lines(text):
    return textwrap.dedent(text).lstrip("\n")


DE_MORGAN = [
    ("if not (a or b): pass", ["if not a and not b: pass"]),
    ("if not(a and b): pass", ["if not a or not b: pass"]),
    ("if (not a and b is not c): pass", ["if not (a or b is c): pass"]),
    ("while not (a or not b): pass", ["while not a and b: pass"]),
    ("assert not (a < b and c == d)", ["assert not a < b or not c == d"]),
    ("if not (a or b and c): pass", ["if not a and not (b and c): pass"]),
    ("if not (a or (b if c else d)): pass", ["if not a and not (b if c else d): pass"]),
    ("if not (a or (b := c)): pass", ["if not a and not (b := c): pass"]),
    ("if not (not (a or b) and c): pass", ["if (a or b) or not c: pass", "IN"]),
    ("if c and not (a or b): pass", ["if c and (not a and not b): pass"]),
    ("if c or not (a or b): pass", ["if c or not a and not b: pass"]),
    ("if not (a or b) or c: pass", ["if not a and not b or c: pass"]),
    (
        "if not (\n    a  # one\n    and b\n): pass",
        ["if (\n    not a  # one\n    or not b\n): pass"],
    ),
    ("x = not (a is b or c)", ["x = a is not b and not c"]),
    ("x = (not a or not b)", []),
    ("x = not (a and b)", []),
    ("x = not (not a and b)", []),
    ("x = not isinstance(a, b) or not c", ["x = not (isinstance(a, b) and c)"]),
    ("x = [y for y in z if not (y and a)]", ["x = [y for y in z if not y or not a]"]),
    ("x = 1 if not (y and a) else 2", ["x = 1 if not y or not a else 2"]),
    ("if not a or b: pass", []),
    ("if f(not a or not b): pass", []),
]


@pytest.mark.parametrize(("source", "expected"), DE_MORGAN, ids=lambda value: str(value)[:40])
def test_de_morgan(source, expected):
    found = results(source + "\n", "apply_de_morgan")
    if "IN" in expected:
        assert expected[0] + "\n" in found
    else:
        assert found == [text + "\n" for text in expected]


NEGATIONS = [
    ("a", b"not a"),
    ("a == b", b"not a == b"),
    ("a < b < c", b"not a < b < c"),
    ("a is b", b"a is not b"),
    ("a  is  not  b", b"a  is  b"),
    ("a not in(b)", b"a in(b)"),
    ("a is b is c", b"not a is b is c"),
    ("not a", b"a"),
    ("not (a or b)", b"a or b"),
    ("not ((a or b))", b"a or b"),
    ("(not a)", b"a"),
    ("not (y := a)", b"(y := a)"),
    ("not (a\n  or b)", b"(a\n  or b)"),
    ("(a or\n b)", b"not (a or\n b)"),
    ("a or b", b"not (a or b)"),
    ("lambda: a", b"not (lambda: a)"),
    ("y := a", b"not (y := a)"),
    ("await_(a)[0].b", b"not await_(a)[0].b"),
]


@pytest.mark.parametrize(("source", "expected"), NEGATIONS)
def test_the_opposite_of_a_condition(source, expected):
    module = parse_module("m.py", f"if {source}: pass\n".encode())
    test = module.tree.body[0].test
    area = area_of(module, test, 2)
    assert opposite_text(module, test, area, alone=True) == expected
    assert same_tree(opposite(test), expression_in(expected))


def test_branches_of_one_line_and_of_several_do_not_mix():
    assert results("if a: x = 1\nelse:\n    x = 2\n", "invert_if") == []
    assert results("if a: x = 1; y = 2\nelse: x = 3\n", "invert_if") == [
        "if not a: x = 3\nelse: x = 1; y = 2\n"
    ]
    assert results("if a:\n  x = 1\nelse:\n    x = 2\n", "invert_if") == []


def test_an_inner_else_is_not_an_elif():
    source = lines(
        """
        if a:
            x = 1
        else:
            if b:
                x = 2
        """
    )
    assert results(source, "invert_if") == [
        "if not a:\n    if b:\n        x = 2\nelse:\n    x = 1\n"
    ]
    assert results(source.replace("else:\n    if b", "elif b"), "invert_if") == []


def test_a_declaration_stays_before_its_name():
    source = "def f(a):\n    if a:\n        global x\n        x = 1\n    else:\n        x = 2\n"
    assert results(source, "invert_if") == []


def test_a_function_that_shows_its_variables_keeps_their_order():
    source = "def f(a):\n    if a:\n        x = 1\n    else:\n        y = 2\n    return locals()\n"
    assert results(source, "invert_if") == []
    assert results(source.replace("locals()", "a"), "invert_if") != []


def test_of_writes_that_nobody_reads_the_last_stays_the_last():
    """Of two unused variables of one name pyflakes reports the last, if it unpacks nothing."""
    source = "def f(a):\n    if a:\n        x, y = a\n    else:\n        x = y = 2\n    return y\n"
    assert results(source, "invert_if") == []
    assert results(source.replace("return y", "return x, y"), "invert_if") != []


def test_what_only_type_checkers_or_scripts_run_stays():
    for test in ("TYPE_CHECKING", "__name__ == '__main__'", "not TYPE_CHECKING"):
        source = f"if {test}:\n    import os\nelse:\n    os = 1\n"
        assert results(source, *NAMES) == []


def test_every_place_to_split():
    assert results("if a and b and c:\n\tx = 1\n\n\ty = 2 # y\n", "split_condition") == [
        "if a and b:\n\tif c:\n\t\tx = 1\n\n\t\ty = 2 # y\n",
        "if a:\n\tif b and c:\n\t\tx = 1\n\n\t\ty = 2 # y\n",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "if a and b:\n    x = '''\n    '''\n",
        "if a and b:\n    x = 'a\\\n    b'\n",
        "if a and b: x\nelif c: y\n",
        "if (a\n    and b): x\n",
        "while a and b: x\n",
        "if a or b: x\n",
    ],
)
def test_what_is_not_split(source):
    assert results(source, "split_condition") == []


def test_strings_put_side_by_side_may_move():
    source = "if a and b:\n    x = ('y'\n         'z')\n"
    assert results(source, "split_condition") == [
        "if a:\n    if b:\n        x = ('y'\n             'z')\n"
    ]


def test_line_ends_stay_what_they_are():
    assert results("if a and b:\r\n    x = 1\r\n", "split_condition") == [
        "if a:\r\n    if b:\r\n        x = 1\r\n"
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a:\n    if b: x = 1\n", ["if a and b: x = 1\n"]),
        ("if (a):\n    if b and c:\n        x\n", ["if (a) and b and c:\n    x\n"]),
        ("if y := a:\n    if lambda: b:\n        x\n", ["if (y := a) and (lambda: b):\n    x\n"]),
        ("if z: y\nelif a:\n    if b:\n        x\n", ["if z: y\nelif a and b:\n    x\n"]),
        ("if a:  # why\n    if b:\n        x\n", []),
        ("if a:\n    if b:\n        x\n    y\n", []),
        ("if a:\n    if b:\n        x\n    else:\n        y\n", []),
        ("if a:\n    if b:\n        '''\n        '''\n", []),
        (f"if {'a' * 50}:\n    if {'b' * 50}:\n        x\n", []),
    ],
)
def test_merging(source, expected):
    assert results(source, "merge_conditions") == expected


def test_nesting_under_a_loops_guard():
    source = lines(
        """
        for x in y:
            if x == 1 or z: continue
            f(x)
              # odd
            g(
          x)
        else:
            h()
        """
    )
    assert results(source, "nest_conditional") == [
        lines(
            """
            for x in y:
                if not (x == 1 or z):
                    f(x)
                      # odd
                    g(
              x)
            else:
                h()
            """
        )
    ]


@pytest.mark.parametrize("name", ["nest_conditional", "unnest_conditional", "invert_if"])
def test_what_ends_a_function_ends_inside_it(name):
    """A comment behind the last line belongs to the file: an edit of the function leaves it."""
    guard = "def f(a):\n    if a: return\n    b()  # b\n"
    ending = "def f(a):\n    if a:\n        b()\n        c()  # c\n"
    either = "def f(a):\n    if a:\n        b()  # b\n    else:\n        c()\n"
    source = {"nest_conditional": guard, "unnest_conditional": ending, "invert_if": either}[name]
    program = Program.from_files({"m.py": source.encode()})
    focus = Focus((FunctionRef("m.py", "f"),))
    assert len(enumerate_edits(program, (operator(name),), focus)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "if a: return 1\nb()",
        "if a: return  # why\nb()",
        "if a: return\nelse: c()\nb()",
        "if a: return; c()\nb()",
        "if a: return\n'''b\n'''",
        "if a: return\nb(); c = '''\n'''",
        "for x in a:\n    if x: return\n    b()",
        "try:\n    if a: continue_\n    b()\nfinally: c()",
        "if a:\n    return\n",
    ],
)
def test_what_is_not_nested(body):
    source = "def f(a):\n" + textwrap.indent(body, "    ") + "\n"
    assert results(source, "nest_conditional") == []


def test_unnesting_at_the_end_of_a_loop():
    source = "while x:\n    y()\n    if a is b:\n\n        # c\n        z()\n        break\n"
    assert results(source, "unnest_conditional") == [
        "while x:\n    y()\n    if a is not b:\n        continue\n\n    # c\n    z()\n    break\n"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "if a:\n    b()\n",
        "class A:\n    if a:\n        b()\n",
        "def f(a):\n    if a:\n        return 1\n",
        "def f(a):\n    if a: b()\n",
        "def f(a):\n    if a:\n        b()\n    c()\n",
        "def f(a):\n    with a:\n        if a:\n            b()\n",
        "for x in a:\n    pass\nelse:\n    if a:\n        b()\n",
    ],
)
def test_what_is_not_unnested(source):
    assert results(source, "unnest_conditional") == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a: x = 1\nelse: x = 2\n", ["x = 1 if a else 2\n"]),
        ("if a: x[f()] = y = 1\nelse: x[f()] = y = 2\n", ["x[f()] = y = 1 if a else 2\n"]),
        ("if a:\n    x = lambda: 1\nelse:\n    x = (b,)\n", ["x = (lambda: 1) if a else (b,)\n"]),
        ("if a:\n    x = (b), (c)\nelse:\n    x = c\n", []),
        ("if y := a: x = y\nelse: x = 2\n", ["x = y if (y := a) else 2\n"]),
        ("if a: x = 1\nelse: x += 2\n", []),
        ("if a: x += 1\nelse: x += 2\n", []),
        ("if a: x = 1\nelse: x = y = 1\n", []),
        ("if a: x: int = 1\nelse: x: int = 2\n", []),
        ("if a: x = 1  # one\nelse: x = 2\n", []),
        ("if b: x = 3\nelif a: x = 1\nelse: x = 2\n", []),
        ("if a: x = 1 if b else 3\nelse: x = 2\n", []),
        ("if a: x = 1; y = 1\nelse: x = 2\n", []),
        ("if a: x = 1\n", []),
        ("if a:\n    x = f(1,\n  2)\nelse:\n    x = 2\n", []),
        (f"if a: x = {'b' * 60}\nelse: x = {'c' * 60}\n", []),
    ],
)
def test_if_to_ternary(source, expected):
    assert results(source, "if_to_ternary") == expected


def test_if_to_ternary_of_returns():
    source = "def f(a):\n    if b: g()\n    elif a: return 1\n    return 2\n"
    assert results(source, "if_to_ternary") == []
    source = "def f(a):\n    if a:\n        return 1\n\n    return 2  # two\n"
    assert results(source, "if_to_ternary") == ["def f(a):\n    return 1 if a else 2  # two\n"]
    assert results(source.replace(" 2 ", " "), "if_to_ternary") == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x=1if a else(2)\n", ["if a:\n    x= 1\nelse:\n    x= (2)\n"]),
        ("(x) = y = (1 if a else 2)\n", ["if a:\n    (x) = y = 1\nelse:\n    (x) = y = 2\n"]),
        ("x = 1 if a else 2 if b else 3\n", ["if a:\n    x = 1\nelse:\n    x = 2 if b else 3\n"]),
        ("x = (1, 2) if (y := a) else 3\n", ["if (y := a):\n    x = (1, 2)\nelse:\n    x = 3\n"]),
        ("x = 1 if a else 2; y = 3\n", []),
        ("if b: x = 1 if a else 2\n", []),
        ("x: int = 1 if a else 2\n", []),
        ("x += 1 if a else 2\n", []),
        ("x = (1 if a\n     else 2)\n", []),
        ("x = f(1 if a else 2)\n", []),
        ("__all__ = ['a'] if a else []\n", []),
    ],
)
def test_ternary_to_if(source, expected):
    assert results(source, "ternary_to_if") == expected


SPIED = lines(
    """
    def f(a, b, c):
        x = not (a and b)
        if not (a or b):
            g(1)
        else:
            g(2)
        for d in (a, b, c):
            if d and not b:
                continue
            if a:
                g(3)
                g(7)
        if not a or not c:
            g(4)
        if a and b and c:
            g(5)
        if a:
            if b or c:
                g(6)
        y = a if (z := b) else c
        if a:
            y = b
        elif y is c:
            y = a
        else:
            y = z
        if a: return b
        return y
    """
)


class Spied:
    """A value that writes down when it is asked for its truth."""

    def __init__(self, truth, log):
        self.truth, self.log = truth, log

    def __bool__(self):
        self.log.append(id(self))
        return self.truth


def behaviour(source, truths):
    """What a program asks and does, in order, and what it gives."""
    log = []
    values = [Spied(truth, log) for truth in truths]
    names = {id(value): number for number, value in enumerate(values)}
    scope = {"g": log.append}
    exec(compile(source, "m.py", "exec"), scope)  # noqa: S102 - a program of this file
    result = scope["f"](*values)
    return [names.get(entry, entry) for entry in log], names[id(result)]


def test_truth_is_asked_of_the_same_values_in_the_same_order():
    found = [text for name in NAMES for text in results(SPIED, name)]
    assert all(results(SPIED, name) for name in NAMES)
    for truths in product([False, True], repeat=3):
        expected = behaviour(SPIED, truths)
        for text in found:
            assert behaviour(text, truths) == expected, text


def test_the_spy_sees_a_second_question():
    """The reason for what de Morgan refuses: CPython asks `a` twice here."""
    once = "def f(a, b, c):\n    x = not a or not b\n    return c\n"
    twice = "def f(a, b, c):\n    x = not (a and b)\n    return c\n"
    assert ast.dump(ast.parse(once)) != ast.dump(ast.parse(twice))
    assert behaviour(once, (False, True, True)) != behaviour(twice, (False, True, True))


def test_an_import_that_another_branch_defines_stays_where_it_is():
    """Pyflakes takes it for unused where it comes last."""
    source = "if a:\n    from b import c\nelse:\n    def c(): pass\n"
    assert results(source, "invert_if") == []
    assert len(results(source.replace("import c", "import d"), "invert_if")) == 1
