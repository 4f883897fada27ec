"""What a tap says of values, and what it never does with them."""

import ast

import pytest

from nerion_gym.execution.tracing import guards, taps, values
from nerion_gym.execution.tracing.values import DIFFERS, SAME, UNKNOWN, compared, is_plain
from tests.support.tracing import tapped

pytestmark = pytest.mark.pure


class Number(int):
    pass


class Loud:
    """Whoever looks at it is told off."""

    def _no(self, *_arguments):
        raise AssertionError("a tap ran the program's code")

    __eq__ = __bool__ = __len__ = __repr__ = __str__ = __hash__ = __add__ = __lt__ = _no
    __getattr__ = __iter__ = __contains__ = __getitem__ = __call__ = __index__ = _no


def counts(site):
    return [list(row) for row in zip(site.seen().tests, site.seen().counts, strict=True)]


def test_plain_values_are_small_and_of_exact_builtin_types():
    deep = [1]
    for _ in range(values.DEEPEST + 1):
        deep = [deep]
    plain = [1, 1.5, 2j, True, None, "a", b"a", (1, "a"), [1, [2]], {"a": 1}, {1}, frozenset({1})]
    odd = [Number(1), 1 << 5000, "a" * 10**6, [Number(1)], {1: Number(1)}, range(3), deep]
    odd += [list(range(100)), object(), int, iter([1]), Loud(), [Loud()], (Loud(),)]
    assert all(is_plain(value) for value in plain)
    assert not any(is_plain(value) for value in odd)


def test_equal_values_that_can_be_changed_are_not_the_same():
    one, two = [1], [1]
    assert compared(one, one, fresh=False) == SAME
    assert compared(one, two, fresh=False) == UNKNOWN
    assert compared(one, two, fresh=True) == SAME
    assert compared((one,), (two,), fresh=True) == UNKNOWN
    assert compared((one,), (one,), fresh=False) == SAME
    assert compared([1], [2], fresh=False) == DIFFERS
    assert compared([one], [[2]], fresh=True) == DIFFERS
    assert compared({1}, {1}, fresh=False) == UNKNOWN


@pytest.mark.parametrize(
    ("one", "two"),
    [
        *[(1, 1.0), (1, True), (0.0, -0.0), ("a", b"a"), ((1,), [1]), (1, Number(1))],
        *[(None, False), ({1: 2, 3: 4}, {3: 4, 1: 2}), ((1, 2), (2, 1)), ({1}, {1.0})],
    ],
)
def test_values_that_a_program_can_tell_apart(one, two):
    assert compared(one, two, fresh=True) == DIFFERS


def test_two_objects_of_a_program_are_two():
    one = Loud()
    assert compared((one, 1), (one, 1), fresh=False) == SAME
    assert compared((one, 1), (1, one), fresh=False) == DIFFERS
    assert compared([one], [Loud()], fresh=False) == DIFFERS
    assert compared({1: one}, {1: one}, fresh=True) == SAME
    assert compared(one, Loud(), fresh=True) == DIFFERS
    assert compared(one, one, fresh=False) == SAME


@pytest.mark.parametrize(
    "make",
    [
        *(lambda: "".join(["a", "b"]), lambda: int("500")),
        *(lambda: (int("1000"), float("2.5")), lambda: frozenset({"a", 1}), lambda: complex("1j")),
    ],
)
def test_values_that_no_program_can_tell_apart(make):
    assert compared(make(), make(), fresh=False) == SAME


def test_two_that_are_not_a_number_are_two():
    one, two = float("nan"), float("nan")
    assert compared(one, one, fresh=False) == SAME
    assert compared(one, two, fresh=True) == compared((one,), (two,), fresh=True) == UNKNOWN
    assert compared({(1, one)}, {(1, two)}, fresh=True) == UNKNOWN


def test_sets_have_an_order():
    assert compared({0, 8}, {0, 8}, fresh=True) == SAME
    assert compared({0, 8}, {8, 0}, fresh=True) == UNKNOWN
    assert compared(frozenset([0, 8]), frozenset([8, 0]), fresh=True) == UNKNOWN


@pytest.mark.parametrize(
    ("helper", "given"),
    [
        ("_mul", ("a", 10**9)),
        ("_mul", (10**9, [1])),
        ("_pow", (10, 10**9)),
        ("_pow", (10, -(10**9))),
        ("_shl", (1, 10**9)),
        ("_mod", ("%1000000d" * 300, 1)),
    ],
)
def test_giants_are_not_made(helper, given):
    with pytest.raises(values.UnknownError):
        guards.HELPERS[helper](*given)


def test_what_helpers_do_is_what_the_operators_do():
    assert guards.HELPERS["_mul"](3, "ab") == "ababab"
    assert guards.HELPERS["_pow"](2, -1) == 0.5
    assert guards.HELPERS["_shl"](1, 4) == 16
    assert guards.HELPERS["_mod"]("%d", 3) == "3"
    with pytest.raises(ZeroDivisionError):
        guards.HELPERS["_mod"](1, 0)


def test_a_tap_runs_nothing_of_a_value():
    found = tapped(
        "def f(a, b):\n"
        "    x = a\n"
        "    y = [a, b]\n"
        "    g(a, b)\n"
        "    if a is None:\n"
        "        return b\n"
        "    return y[0]\n"
        "def g(a, b): return b\n"
    )
    loud, other = Loud(), Loud()
    assert found.names["f"](loud, other) is loud
    assert found.said("a is None")["swap_comparison is not"] == "always"


def test_what_is_said_of_comparisons():
    found = tapped("def f(a, b):\n    return a < b\n")
    found.clock.test = 1
    found.names["f"](1, 2)
    assert found.said("a < b")["swap_comparison <="] == "never"
    assert found.said("a < b")["swap_comparison >="] == "always"
    found.clock.test = 2
    found.names["f"](2, 2)
    assert found.said("a < b")["swap_comparison <="] == "sometimes"
    assert found.said("a < b")["swap_comparison >="] == "always"
    assert [[1, 1], [2, 1]] in [counts(site) for site in found.sites]


def test_tests_are_told_apart():
    found = tapped("def f(a, b):\n    return a < b\n")
    for test, given in enumerate([(1, 2), (2, 2), (3, 3), (5, 2)], 1):
        found.clock.test = test
        found.names["f"](*given)
    swapped = found.said("a < b")
    assert swapped["swap_comparison <="] == "sometimes"
    (site,) = [
        seen
        for planned, seen in zip(found.plan.sites, found.sites, strict=True)
        if isinstance(planned.node, ast.Compare) and planned.choices
    ]
    report = site.seen()
    which = (int(report.differs[place], 16) for place in report.which)
    masks = dict(zip(report.tests, which, strict=True))
    bit = next(bit for bit in range(site.judge.count) if not masks[1] >> bit & 1)
    assert [test for test, mask in masks.items() if mask >> bit & 1] == [2, 3]


def test_an_exception_in_place_of_a_value_is_another():
    found = tapped("def f(a, b):\n    return a + b\n")
    found.clock.test = 1
    assert found.names["f"]("x", "y") == "xy"
    assert found.said("a + b")["swap_arithmetic -"] == "always"


def test_both_raising_the_same_is_the_same():
    found = tapped("def f(a, b):\n    return a / b\n")
    found.clock.test = 1
    with pytest.raises(ZeroDivisionError):
        found.names["f"](0, 0)
    assert found.said("a / b")["swap_arithmetic //"] == "always"  # another message
    assert found.said("a / b")["swap_arithmetic *"] == "always"


def test_a_site_that_runs_too_often_gives_up_what_it_has_not_seen():
    found = tapped("def f(a):\n    return a + 0\n")
    found.clock.test = 1
    for number in range(taps.EVALUATIONS + 10):
        found.names["f"](number)
    assert found.said("a + 0")["swap_arithmetic -"] == "unknown"
    assert found.said("a + 0")["swap_arithmetic *"] == "sometimes"
    assert [[1, taps.EVALUATIONS + 10]] in [counts(site) for site in found.sites]


def test_what_a_builtin_makes_of_an_object_is_of_another_class():
    found = tapped("def f(a):\n    return str(a)\n")
    found.clock.test = 1

    class Shown:
        def __str__(self):
            return "shown"

    one = Shown()
    assert found.names["f"](one) == "shown"
    assert found.said("str(a)")["return_none None"] == "always"


def test_other_exceptions_are_others():
    found = tapped("def f(a):\n    raise ValueError(a)\n")
    found.clock.test = 1
    with pytest.raises(ValueError, match="1"):
        found.names["f"](1)
    said = found.said("ValueError(a)")
    assert {kind for edit, kind in said.items() if edit.startswith("change_exception")} == {
        "always"
    }


def test_a_site_in_a_hot_loop_is_not_looked_at_for_ever(monkeypatch):
    monkeypatch.setattr(taps, "LOOKS", 100)
    found = tapped("def f(a, b):\n    return a < b\n")
    found.clock.test = 1
    for _ in range(100):
        found.names["f"](1, 2)
    assert found.said("a < b")["swap_comparison <="] == "never"
    for _ in range(50):
        found.names["f"](2, 2)
    said = found.said("a < b")
    assert said["swap_comparison <="] == "unknown"  # what it did not look at is not ruled out
    assert said["swap_comparison >="] == "always"
    assert [[1, 150]] in [counts(site) for site in found.sites]
