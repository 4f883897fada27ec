"""Regular expressions compiled ahead: remembered, and nothing else is to be noticed."""

import re
import warnings

import pytest

from nerion_gym.execution.control import measure
from nerion_gym.execution.patterns import MOST, compile_ahead, compiled_since, known
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite

PROGRAM = (
    b"import re\n\nLIMIT = 3\n\n\ndef find(text):\n    return re.search('needle{3}x?', text)\n"
)
TESTS = b"""\
import re
import warnings

import m


def test_remembered():
    assert m.LIMIT == 3 or any("needle" in str(key[1]) for key in re._cache)


def test_find():
    assert m.find("needleee")


def test_warns_each_time():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        re.compile("[[a]")
    assert len(caught) == 1
"""


@pytest.mark.pure
def test_what_was_compiled_is_known_and_compiled_ahead():
    re.purge()
    before = known()
    re.compile("first+", re.IGNORECASE)
    re.compile(b"bytes")
    re.compile("second")
    assert compiled_since(before) == [("first+", int(re.IGNORECASE)), ("second", 0)]
    re.purge()
    compile_ahead([["first+", int(re.IGNORECASE)]])
    assert [key[1:] for key in known()] == [("first+", int(re.IGNORECASE))]


@pytest.mark.pure
def test_what_warns_is_not_remembered():
    re.purge()
    compile_ahead([("[[a]", 0), ("fine", 0)])
    assert [key[1] for key in known()] == ["fine"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        re.compile("[[a]")
    assert len(caught) == 1


@pytest.mark.pure
def test_there_is_room_for_the_programs_own():
    re.purge()
    before = known()
    for number in range(MOST + 20):
        re.compile(f"pattern{number}")
    found = compiled_since(before)
    assert len(found) == MOST
    assert found[-1] == (f"pattern{MOST + 19}", 0)


@pytest.mark.sandbox
def test_children_remember_what_the_control_run_compiled():
    suite = Suite((("test_m.py", TESTS),), targets=("test_m.py",))
    program = Program.from_files({"m.py": PROGRAM.replace(b"LIMIT = 3", b"LIMIT = 4")})
    with LocalRunner(cache=False) as runner:
        measure(runner, Program.from_files({"m.py": PROGRAM}), suite)
        outcome = runner.run(program, suite)
    assert outcome.route == "reimport"
    assert [result.status.name for result in outcome.results] == ["PASSED"] * 3
