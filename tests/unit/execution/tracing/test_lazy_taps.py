"""Expressions that do not evaluate all of themselves."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
BOX = """
class Box:
    log = []
    def __init__(self, **values):
        self.__dict__.update(values)
    def __getattr__(self, name):
        raise KeyError(name)
def note(x):
    Box.log.append(x)
    return x
"""


def shown(names, calls):
    """Return what calls give, what they raise, and what they leave behind."""
    return outcomes(names, [*calls, "Box.log"])


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("return a.x and b.x", ["f(Box(x=0), Box(x=1))", "f(Box(x=1), Box(x=1))"]),
        ("return a.x or b.x", ["f(Box(x=1), Box(x=1))", "f(Box(x=0), Box(x=0))"]),
        ("return note(a) and note(b)", ["f(True, True)", "f(0, 5)"]),
        ("return note(a) or note(b)", ["f(True, True)"]),
        ("return a.x and b.y and note(3)", ["f(Box(x=0), None)", "f(Box(x=1), Box(y=0))"]),
        ("return b.x if a.x else b.y", ["f(Box(x=1), Box(x=2, y=2))"]),
        ("return 1 < a.x < b.x", ["f(Box(x=0), Box())", "f(Box(x=2), Box(x=3))"]),
        ("return a.x == b.x == note(1)", ["f(Box(x=1), Box(x=1))"]),
        ("return [a.x and b.x, a.x or b.x]", ["f(Box(x=1), Box(x=1))"]),
        ("return a.x and b.missing", ["f(Box(x=0), Box())", "f(Box(x=1), Box())"]),
        ("return not (a.x and (b.x or note(2)))", ["f(Box(x=1), Box(x=1))"]),
        ("return a.x and f(a.x, b) if a is not b else b", ["f(Box(x=Box(x=0)), 1)"]),
    ],
)
def test_what_never_differs_does_not(body, calls):
    source = BOX + f"def f(a, b):\n    {body}\n"
    found = tapped(source)
    found.clock.test = 1
    expected = shown(found.names, calls)
    assert expected == shown(plain(source), calls)
    for edit in found.quiet():
        changed = splice_bytes(source.encode(), edit.splices).decode()
        assert shown(plain(changed), calls) == expected, edit


def test_what_is_said_of_a_choice():
    found = tapped(BOX + "def f(a, b):\n    return a.x and b.x\n")
    found.clock.test = 1
    make = found.names["Box"]
    found.names["f"](make(x=0), make(x=0))
    assert found.said("a.x and b.x")["swap_boolean or"] == "unknown"  # b.x was not evaluated
    found.names["f"](make(x=2), make(x=3))
    assert found.said("a.x and b.x")["swap_boolean or"] == "sometimes"


def test_an_evaluation_that_does_not_end_rules_nothing_out():
    found = tapped(BOX + "def f(a, b):\n    return a.x and b.x\n")
    found.clock.test = 1
    make = found.names["Box"]
    with pytest.raises(KeyError):
        found.names["f"](make(x=1), make())
    said = found.said("a.x and b.x")
    assert "never" not in said.values()
    assert "not reached" not in said.values()


def test_variables_that_only_an_edit_reads():
    found = tapped("def f(a, b, c):\n    return a.real and (b or c.real) and a.real\n")
    found.clock.test = 1
    found.names["f"](1, 2, 3)
    assert found.said("b")["wrong_variable c"] == "always"
