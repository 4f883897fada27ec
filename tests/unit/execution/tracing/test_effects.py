"""What is said of whole statements: what they assign, return or pass on, and where they go."""

import pytest

from tests.support.tracing import tapped

pytestmark = pytest.mark.pure


def effects(body, *calls, test=1):
    """Return what is said of the statements of a function that is called."""
    found = tapped(f"def g(*given):\n    return given[0]\ndef f(a, b):\n    {body}\n")
    found.clock.test = test
    for given in calls:
        found.names["f"](*given)
    return found.effects()


@pytest.mark.parametrize(
    ("body", "given", "edit", "expected"),
    [
        # The value differs, what is made of it does not.
        ("x = (a + b) * 0", (1, 2), "swap_arithmetic -", ("never", "assigned")),
        ("return (a + b) * 0", (1, 2), "swap_arithmetic -", ("never", "returned")),
        ("return (a + b) * 2", (1, 2), "swap_arithmetic -", ("always", "returned")),
        ("g((a + b) * 0)", (1, 2), "swap_arithmetic -", ("never", "argument")),
        ("g(*[(a - b) * 0])", (1, 2), "swap_arithmetic +", ("never", "other")),
        # Of a branch nothing but its truth counts.
        ("if a + b: return 1", (1, 2), "swap_arithmetic -", ("never", "branch")),
        ("if a + b: return 1", (2, 2), "swap_arithmetic -", ("always", "branch")),
        ("while a + b: return 1", (1, 2), "swap_arithmetic -", ("never", "branch")),
        ("assert a + b", (1, 2), "swap_arithmetic -", ("never", "branch")),
        ("return [i for i in (1,) if i + b]", (1, 2), "swap_arithmetic -", ("never", "branch")),
        ("if a < b: return 1", (1, 2), "swap_comparison <=", ("never", "branch")),
        # The statement is the expression.
        ("return a + b", (1, 2), "swap_arithmetic -", ("always", "returned")),
        ("x = a + b", (1, 0), "swap_arithmetic -", ("never", "assigned")),
        # The walk outward ends where the program's code is called.
        ("return g(a + b) * 0", (1, 2), "swap_arithmetic -", ("always", "argument")),
        # Evaluated before the tap that sees the whole: what differs is seen.
        ("return (a + b) * 2 + g(1)", (1, 2), "swap_arithmetic -", ("always", "returned")),
    ],
)
def test_effects(body, given, edit, expected):
    assert effects(body, given)[edit] == expected


def test_effects_of_some_evaluations():
    said = effects("return (a + b) * a", (0, 2), (1, 2))
    assert said["swap_arithmetic -"] == ("sometimes", "returned")


def test_what_may_raise_before_the_whole_is_seen_is_not_ruled_out():
    said = effects("return [(a + b) * 0, g(b)]", (1, 2))
    assert said["swap_arithmetic -"][0] == "unknown"


def test_a_choice_between_values_is_looked_through():
    said = effects("return a if b > 0 else 5", (5, 2))
    assert said["swap_comparison <="] == ("never", "returned")
    said = effects("return a if b > 0 else 5", (4, 2))
    assert said["swap_comparison <="] == ("always", "returned")
