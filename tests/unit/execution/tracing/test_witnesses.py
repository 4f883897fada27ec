"""Edits that take a value away: where it cannot be worked out, it can be seen."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.tracing.reading import NO_VALUES, SAME_VALUE, Reading
from nerion_gym.execution.tracing.told import Tapped as File
from nerion_gym.execution.tracing.told import Told
from nerion_gym.types.trace import Infection
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
HEAD = """
log = []
class Point:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        log.append(self.x)
        return self.x == other.x
    def __lt__(self, other):
        return Odd()
class Odd:
    def __bool__(self):
        log.append("asked")
        return True
"""
UNKNOWN, NEVER, SOMETIMES, ALWAYS = (
    Infection.UNKNOWN, Infection.NEVER, Infection.SOMETIMES, Infection.ALWAYS
)  # fmt: skip


def said(operator, body, *calls):
    """Return what is said of each edit of an operator in f(a, b): what is put there -> class."""
    inner = "".join(f"    {line}\n" for line in body.split("\n"))
    source = f"{HEAD}def f(a, b):\n{inner}"
    found = tapped(source, resolve([operator]))
    found.clock.test = 1
    calls = (*calls, "log")
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    records = {}
    for place, site in enumerate(found.sites):
        report = site.seen()
        sets = [int(mask, 16) for mask in report.differs]
        if report.tests:
            masks = int(report.same, 16), int(report.unknown, 16)
            records[place] = [*report[:3], sets, report.kinds, *masks]
    told = Told(("t",), {}, {}, complete=True, functions={}, lost="")
    file = File("m.py", (), found.plan, ("", "", b"", b"", []), ())
    read = dict(Reading(told, records, "", False, set(range(99))).edits(file))
    words = {}
    for number, edit in enumerate(found.edits):
        if edit.site.start < len(HEAD):
            continue
        words[b"".join(one.after for one in edit.splices).decode()] = read[number]
        if read[number].infection is NEVER:
            edited = splice_bytes(source.encode(), edit.splices).decode()
            assert outcomes(plain(edited), calls) == known
    return words


SAME, OTHER = "f(Point(1), Point(1))", "f(Point(1), Point(2))"
IF = "if a == b:\n    return 1\nreturn 2"


@pytest.mark.parametrize(
    ("calls", "to_true", "to_false"),
    [
        ((SAME,), UNKNOWN, ALWAYS),
        ((OTHER,), ALWAYS, UNKNOWN),
        ((SAME, OTHER), SOMETIMES, SOMETIMES),
        (("f(1, 1)",), NEVER, ALWAYS),
        (("f(1, 1)", SAME), UNKNOWN, ALWAYS),
    ],
)
def test_conditions_on_objects(calls, to_true, to_false):
    found = said("force_condition", IF, *calls)
    assert found["True"].infection is to_true
    assert found["False"].infection is to_false
    for edit in found.values():
        assert edit.why == (SAME_VALUE if edit.infection is UNKNOWN else "")
        assert edit.infected == (("t",) if edit.infection in (SOMETIMES, ALWAYS) else ())


def test_conditions_that_still_run():
    body = "if a == b:\n    log.append(1)\nelse:\n    log.append(2)\nreturn 3"
    assert said("remove_else", body, SAME)[""].infection is NEVER
    assert said("remove_else", body, OTHER)[""].infection is ALWAYS
    assert said("remove_else", body, SAME, OTHER)[""].infection is SOMETIMES
    body = "if a == b:\n    log.append(1)\nlog.append(2)"
    (found,) = said("indent_statement", body, SAME).values()
    assert found.infection is NEVER
    (found,) = said("indent_statement", body, OTHER).values()
    assert found.infection is ALWAYS


def test_what_only_code_finds_true():
    found = said("remove_else", "if a < b:\n    log.append(1)\nelse:\n    log.append(2)", SAME)
    assert found[""].infection is UNKNOWN
    assert found[""].why == NO_VALUES


@pytest.mark.parametrize(
    ("body", "call", "expected"),
    [
        ("return a == b", SAME, ALWAYS),
        ("return a + b", "f([1] * 99, [])", ALWAYS),
        ("return a if a == b else None", OTHER, UNKNOWN),
        ("return [a or b] and 1", "f(Odd(), 1)", ALWAYS),
    ],
)
def test_what_is_returned(body, call, expected):
    found = said("return_none", body, call)
    assert found["None"].infection is expected


def test_what_raises_is_not_seen():
    found = said("force_condition", IF, "f(Point(1), 1)")
    assert {edit.infection for edit in found.values()} == {UNKNOWN}


def test_places_are_shown_once():
    found = tapped(f"{HEAD}def f(a, b):\n    return a == b\n", resolve(["return_none"]))
    site = next(iter(found.plan.witnesses.values())).site
    assert [original.node for original in site.originals] == [None]


@pytest.mark.parametrize(
    ("test", "calls", "expected"),
    [
        ("a is None", (SAME,), ALWAYS),
        ("a is not None", (SAME,), NEVER),
        ("a is None", ("f(None, 1)", SAME), SOMETIMES),
        ("a is True", ("f(True, 1)", SAME), SOMETIMES),
        ("not (a is None)", (SAME,), NEVER),
        ("a is not None and b is not None", (SAME,), NEVER),
        ("a is None or a", ("f(Odd(), 1)",), NEVER),
    ],
)
def test_who_an_object_is_runs_no_code(test, calls, expected):
    (found,) = said(
        "indent_statement", f"if {test}:\n    log.append(1)\nlog.append(2)", *calls
    ).values()
    assert found.infection is expected


@pytest.mark.parametrize(
    ("body", "calls", "expected", "why"),
    [
        ("return a and len(b.x)", ("f(0, 1)",), NEVER, ""),
        ("return a and g(b)", ("f(1, 1)",), UNKNOWN, SAME_VALUE),  # g is not called any more
        ("return a and g(b)", ("f(1, 1)", "f(1, 2)"), SOMETIMES, ""),
        ("return a and g(b)", ("f(1, [])",), ALWAYS, ""),
        ("return a and g(b)", ("f(Odd(), 1)",), UNKNOWN, NO_VALUES),
    ],
)
def test_operands_that_are_not_run_any_more(body, calls, expected, why):
    """The last of the edits is looked at: nothing but the first operand is left."""
    found = said("drop_operand", f"def g(b):\n    log.append(b)\n    return b\n{body}", *calls)
    assert (found[""].infection, found[""].why) == (expected, why)
