"""Parts of an expression share its tap only where they are evaluated just then."""

import contextlib

import pytest

from tests.support.tracing import tapped

pytestmark = pytest.mark.pure


def test_parts_share_the_tap_of_the_whole():
    found = tapped("def f(a, b):\n    return a + b * 2\n")
    nodes = [[original.node for original in site.originals] for site in found.plan.sites]
    assert sorted(map(len, nodes))[-1] >= 3
    found.clock.test = 1
    found.names["f"](1, 2)
    assert found.said("a + b * 2")["swap_arithmetic -"] == "always"
    assert found.said("b * 2")["swap_arithmetic /"] == "always"
    assert found.said("2")["increment_number 3"] == "always"


@pytest.mark.parametrize(
    ("expression", "given", "part"),
    [
        ("(a + b) < (a - 1)", ("x", 1), "a - 1"),  # what comes first raises
        ("[a[0], b - 1]", ([], 1), "b - 1"),
        ("a and b - 1", (0, 1), "b - 1"),  # not evaluated
        ("b - 1 if a else 0", (0, 1), "b - 1"),
        ("[g(a), b - 1]", (0, 1), "b - 1"),  # the program's code raises
    ],
)
def test_what_is_not_evaluated_is_not_reached(expression, given, part):
    found = tapped(f"def g(a):\n    return 1 / a\ndef f(a, b):\n    return {expression}\n")
    found.clock.test = 1
    with contextlib.suppress(TypeError, IndexError, ZeroDivisionError):
        found.names["f"](*given)
    assert set(found.said(part).values()) == {"not reached"}


def test_a_part_that_is_evaluated_before_the_code_that_raises_is_reached():
    found = tapped("def g(a):\n    return 1 / a\ndef f(a, b):\n    return [b - 1, g(a)]\n")
    found.clock.test = 1
    with pytest.raises(ZeroDivisionError):
        found.names["f"](0, 1)
    assert found.said("b - 1")["swap_arithmetic +"] == "always"


def test_the_same_call_twice_is_told_apart():
    found = tapped(
        "def g(n=[0]):\n    n[0] += 1\n    return n[0]\ndef f():\n    return [g() + 0, g() * 1]\n"
    )
    found.clock.test = 1
    assert found.names["f"]() == [1, 2]
    assert found.said("g() * 1")["swap_arithmetic **"] == "never"
    assert found.said("g() + 0")["swap_arithmetic *"] == "always"
    kinds = [kinds for site in found.sites for kinds in site.seen().kinds]
    assert [["int +", 1]] in kinds


def test_locals_that_surely_have_a_value_are_handed_over():
    found = tapped("def f(a, b):\n    c = a\n    if b:\n        d = 1\n    return a + b\n")
    extras = {extra for site in found.plan.sites for extra in site.holes.extras}
    assert ("c", "") in extras
    assert not any(name == "d" and where == "" for name, where in extras)
    found.clock.test = 1
    assert found.names["f"](1, 0) == 1
