"""Which way an edit takes, decided from sources and coverage alone."""

import pytest

from nerion_gym.execution.routing import NotConfinedError, compare_file, plan, same_constant
from nerion_gym.execution.selection import Hull, changed_lines, common_prefix, hull_of
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite

pytestmark = pytest.mark.pure

SOURCE = b'''\
import os

LIMIT = 3


def outer(a, b=1, *rest, key=2):
    """Doc."""
    if a > LIMIT:
        b = a + b
    for item in rest:
        b += item
    while b > 100:
        b -= 1

    def inner(c):
        return c * b

    return inner(a)


class Box:
    size = 2

    @staticmethod
    def area(side):
        result = side * side
        return result

    def grow(self):
        return super().__init__() or self.size + 1


def gen(n):
    for i in range(n):
        yield i


pick = lambda x: x + 1
squares = [i * i for i in range(3)]
'''
CONFINED = {
    "operator": (b"b = a + b", b"b = a - b", "outer"),
    "comparison": (b"a > LIMIT", b"a >= LIMIT", "outer"),
    "local renamed": (
        b"result = side * side\n        return result",
        b"r = side * side\n        return r",
        "Box.area",
    ),
    "nested function": (b"c * b", b"c + b", "outer"),
    "method": (b"self.size + 1", b"self.size - 1", "Box.grow"),
    "generator": (b"yield i", b"yield i + 1", "gen"),
    "statement removed": (b"        b -= 1\n", b"        pass\n", "outer"),
}  # fmt: skip
NOT_CONFINED = {
    "constant": (b"LIMIT = 3", b"LIMIT = 4"),
    "float for integer": (b"LIMIT = 3", b"LIMIT = 3.0"),
    "default": (b"b=1", b"b=2"),
    "keyword default": (b"key=2", b"key=3"),
    "parameter renamed": (b"def outer(a,", b"def outer(z,"),
    "docstring": (b'"Doc."', b'"Doc!"'),
    "decorator": (b"@staticmethod", b"@classmethod"),
    "class attribute": (b"size = 2", b"size = 3"),
    "function renamed": (b"def grow", b"def glow"),
    "lambda": (b"x + 1", b"x - 1"),
    "comprehension": (b"i * i for", b"i + i for"),
    "import": (b"import os", b"import os as o"),
    "generator no more": (b"yield i", b"print(i)"),
    "free variable lost": (b"super().__init__() or ", b""),
    "does not parse": (b"c * b", b"c * "),
    "null byte": (b"c * b", b"c * \0"),
    "warns": (b"a > LIMIT", b"a is 1"),
}


def variant(before, after):
    assert SOURCE.count(before) == 1, before
    return SOURCE.replace(before, after)


@pytest.mark.parametrize("case", CONFINED)
def test_changes_inside_a_function_are_found(case):
    before, after, name = CONFINED[case]
    change = compare_file("m.py", SOURCE, variant(before, after))
    assert [old.co_qualname for old, _ in change.changed] == [name]


@pytest.mark.parametrize("case", NOT_CONFINED)
def test_changes_outside_functions_are_refused(case):
    with pytest.raises(NotConfinedError):
        compare_file("m.py", SOURCE, variant(*NOT_CONFINED[case]))


def test_functions_that_only_moved_are_kept_apart():
    change = compare_file("m.py", SOURCE, variant(b"    for item", b"    # more\n    for item"))
    assert change.changed == ()
    assert [old.co_qualname for old, _ in change.moved] == ["outer", "Box.area", "Box.grow", "gen"]


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (1, 1.0), (0.0, -0.0), ((1,), (True,)), ("a", b"a")]
)
def test_constants_that_compare_equal_may_differ(one, other):
    assert not same_constant(one, other)
    assert same_constant(one, one)


def baseline_with(lines, at_import=frozenset({1, 3, 6, 21, 22, 33})):
    program = Program.from_files({"m.py": SOURCE})
    suite = Suite((), targets=("t.py",))
    tests = {test: {"m.py": frozenset(found)} for test, found in lines.items()}
    coverage = Coverage(tests, {"m.py": frozenset(at_import)})
    return Baseline(program, suite, Outcome(()), coverage)


def planned(before, after, lines, **more):
    baseline = baseline_with(lines, **more)
    return plan(baseline, baseline.program.replaced({"m.py": variant(before, after)}))


LINES = {"one": {8, 9, 10, 12, 15, 18}, "two": {8, 10, 12, 15, 18}, "three": {25, 26}}


def test_only_tests_that_run_the_statement_are_chosen():
    found = planned(b"b = a + b", b"b = a - b", LINES)
    assert (found.route, found.tests) == ("swap", ("one",))
    assert list(found.codes) == [("m.py", "outer", 6)]


def test_a_condition_concerns_whoever_evaluates_it():
    assert planned(b"a > LIMIT", b"a < LIMIT", LINES).tests == ("one", "two")


def test_a_new_name_concerns_the_whole_function():
    # `b` becomes local to the comprehension's neighbour: every path through the function counts.
    found = planned(b"b += item", b"q = item", LINES)
    assert found.tests == ("one", "two")


def test_no_test_no_run():
    assert planned(b"yield i", b"yield -i", LINES).route == "unreached"


def test_a_function_that_ran_at_import_is_not_swapped():
    found = planned(b"b = a + b", b"b = a - b", LINES, at_import=frozenset({1, 12}))
    assert (found.route, found.tests) == ("reimport", None)


def test_a_comment_concerns_whoever_reads_the_file():
    everything = set(range(1, SOURCE.count(b"\n") + 2))
    found = planned(b"import os\n", b"import os  # new\n", LINES, at_import=frozenset())
    assert found.route == "unreached"
    found = planned(
        b"import os\n", b"import os  # new\n", {**LINES, "reads": everything}, at_import=frozenset()
    )
    assert found.tests == ("reads",)


def test_two_functions_changed_concern_the_tests_of_both():
    baseline = baseline_with(LINES)
    text = variant(b"b = a + b", b"b = a - b").replace(b"side * side", b"side + side")
    found = plan(baseline, baseline.program.replaced({"m.py": text}))
    assert found.tests == ("one", "two", "three")
    assert len(found.codes) == 2


# --- selection ------------------------------------------------------------------------------------

STATEMENTS = {
    "simple": (b"result = side * side", b"result = side + side", {26}),
    "loop head": (b"for item in rest", b"for item in rest[1:]", {10}),
    "while head": (b"while b > 100", b"while b > 99", {12}),
    "inside nested": (b"c * b", b"c - b", {16}),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_lines_of_changed_statements(case):
    before, after, wanted = STATEMENTS[case]
    first = 24 if b"side" in before else 6
    assert changed_lines("m.py", Hull(SOURCE, variant(before, after)), first) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"        b -= 1\n", b"        b -= 1\n        a = 1\n"),
        (b"    for item in rest:", b"    if rest:"),
        (b"def inner(c)", b"def inner(c=1)"),
    ],
)
def test_another_structure_cannot_be_told(before, after):
    assert changed_lines("m.py", Hull(SOURCE, variant(before, after)), 6) is None


def test_a_condition_that_the_compiler_decides_cannot_be_told():
    source = (
        b"def f(a):\n    while True:\n        a += 1\n        if a > 9:\n            return a\n"
    )
    changed = source.replace(b"True", b"None")
    assert changed_lines("m.py", Hull(source, changed), 1) is None


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (b"abcd", b"abXd", (2, 3)),
        (b"abcd", b"abcd", (4, 4)),
        (b"aa", b"aaa", (2, 2)),
        (b"", b"x", (0, 0)),
        (b"abcabc", b"abc", (3, 6)),
        (b"xbc", b"ybc", (0, 1)),
    ],
)
def test_hull(old, new, wanted):
    start, end = hull_of(old, new)
    assert (start, end) == wanted
    assert old[:start] + new[start : len(new) - (len(old) - end)] + old[end:] == new


def test_common_prefix_agrees_with_a_loop():
    pairs = [(b"", b""), (b"a", b""), (b"abc", b"abd"), (b"x" * 999 + b"a", b"x" * 999 + b"b")]
    for one, other in pairs:
        slow = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
        assert common_prefix(one, other) == (min(len(one), len(other)) if slow is None else slow)


def test_a_changed_decorator_of_an_inner_function_is_not_taken_for_the_same():
    source = (
        b"def f(a):\n    a = 1\n\n    @trace(1)\n    def g():\n        return a\n    return g\n"
    )
    changed = source.replace(b"a = 1", b"a = 2").replace(b"trace(1)", b"trace(2)")
    assert changed_lines("m.py", Hull(source, changed), 1) is None
