"""What it means that no value came by a tap: the place was not evaluated, or nobody knows."""

import pytest

from nerion_gym.execution.tracing.reading import NO_VALUE, Reading
from nerion_gym.execution.tracing.told import Tapped as File
from nerion_gym.execution.tracing.told import Told
from nerion_gym.types.trace import Infection
from tests.support.tracing import tapped

pytestmark = pytest.mark.pure


def read(source, *calls, executed, alone=False):
    """Return what is said of each edit where some lines ran: operator and text -> class.

    Args:
        source: a module.
        calls: that a test makes.
        executed: lines that ran.
        alone: whether no tap of the file told anything.
    """
    found = tapped(source)
    found.clock.test = 1
    for call in calls:
        eval(call, found.names)  # noqa: S307 - a test's own text
    told = Told(("t",), {}, {}, complete=True, functions={}, lost="")
    records = {}
    for place, site in enumerate(found.sites):
        report = site.seen()
        if report.tests and not alone:
            sets = [int(mask, 16) for mask in report.differs]
            masks = int(report.same, 16), int(report.unknown, 16)
            records[place] = [*report[:3], sets, report.kinds, *masks]
    file = File("m.py", (), found.plan, ("", "", b"", b"", []), ())
    edits = dict(Reading(told, records, "", False, executed).edits(file))
    return {
        (edit.operator, b"".join(one.after for one in edit.splices).decode()): edits[number]
        for number, edit in enumerate(found.edits)
        if number in edits
    }


PART = "def f(a):\n    return a.x if a else False\n"
ALL = {1, 2, 3, 4}


def test_a_part_that_is_never_evaluated():
    found = read(PART, "f(type('A', (), {'x': 1}))", executed=ALL)
    assert found["swap_boolean", "True"].infection is Infection.NOT_REACHED
    found = read(PART, "f(0)", executed=ALL)
    assert found["swap_boolean", "True"].infection is Infection.ALWAYS


def test_a_file_whose_taps_tell_nothing():
    found = read(PART, executed=ALL, alone=True)
    assert found["swap_boolean", "True"].infection is Infection.UNKNOWN
    assert found["swap_boolean", "True"].why == NO_VALUE


def test_a_part_that_may_raise_before_its_tap():
    source = "y = 1\ndef f(a):\n    return a and g(a.b) == y\n"
    found = read(source, "f(0)", executed=ALL)
    edit = next(one for (name, _), one in found.items() if name == "swap_comparison")
    assert edit.infection is Infection.UNKNOWN


def test_a_variable_that_may_have_no_value():
    source = "def f(a):\n    return a and (1 if z else 2)\n"
    edits = read(source, "f(0)", executed=ALL)
    found = {one.infection for (name, _), one in edits.items() if name == "force_condition"}
    assert found == {Infection.UNKNOWN}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("def f(a, b=1):", Infection.NOT_REACHED),
        ("async def f(a, b=1):", Infection.UNKNOWN),
        ("def f(a, b=1, c=lambda: (yield)):", Infection.NOT_REACHED),
    ],
)
def test_a_default_of_what_may_never_be_begun(head, expected):
    source = f"{head}\n    return a\ndef g(a):\n    return a + 1\n"
    edits = read(source, "g(1)", executed={1, 3, 4})
    assert edits["remove_default", ""].infection is expected


def test_a_default_of_a_generator_that_nobody_asks():
    source = "def f(a, b=1):\n    yield a\ndef g(a):\n    return a + 1\n"
    edits = read(source, "f(1)", "g(1)", executed={1, 3, 4})
    assert edits["remove_default", ""].infection is Infection.UNKNOWN
