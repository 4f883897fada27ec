import numpy as np
import pytest

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.draw import Room, choose_focus
from nerion_gym.envs.focus import find_function, parse_focus
from nerion_gym.envs.units import units_of
from nerion_gym.errors import ConfigError
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import Focus, FunctionRef, Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Task

pytestmark = pytest.mark.pure

CALLER = b"""\
from b import callee


def caller(x):
    return callee(x) + 1


class Box:
    def open(self):
        def inner():
            return 2
        return inner()


def untested(x):
    return x - 1
"""
CALLEE = b"def callee(x):\n    return x * 2\n\n\ndef alone(x):\n    return x * 3\n"
PROGRAM = Program.from_files({"a.py": CALLER, "b.py": CALLEE})
SUITE = Suite((), ("t.py",))
OPERATORS = resolve(("swap_arithmetic", "increment_number"))


def task(lines):
    coverage = Coverage({"t": {path: frozenset(found) for path, found in lines.items()}}, {})
    return Task("p", PROGRAM, SUITE, baseline=Baseline(PROGRAM, SUITE, Outcome(()), coverage))


def fits_functions(most, context=0):
    def complaint(focus):
        small = focus is not None and len(focus.functions) <= most and len(focus.context) <= context
        return "" if small else "too many"

    return complaint


def drawn(measured, rng, fits):
    return choose_focus(Room(measured, OPERATORS, fits, 99), rng)


def test_units_are_outermost_functions_and_methods():
    assert [unit.ref.qualname for unit in units_of(PROGRAM)] == [
        "caller",
        "Box.open",
        "untested",
        "callee",
        "alone",
    ]


def test_the_whole_program_where_it_fits():
    rng = np.random.default_rng(0)
    assert drawn(task({}), rng, lambda _: "") is None


def test_functions_that_no_test_reaches_are_drawn_now_and_then():
    measured = task({"b.py": {2}})
    starts = [
        drawn(measured, np.random.default_rng(seed), fits_functions(1)).functions[0].qualname
        for seed in range(80)
    ]
    assert set(starts) == {"callee", "caller", "Box.open", "untested", "alone"}
    assert starts.count("callee") > 50


def test_a_focus_grows_by_its_callees_then_shows_callers():
    measured = task({"a.py": {5}})
    focus = drawn(measured, np.random.default_rng(0), fits_functions(1, 9))
    assert focus == Focus((FunctionRef("a.py", "caller"),), (FunctionRef("b.py", "callee"),))
    measured = task({"a.py": {5}, "b.py": {2}})
    focus = drawn(measured, np.random.default_rng(1), fits_functions(2))
    assert set(focus.functions) == {FunctionRef("a.py", "caller"), FunctionRef("b.py", "callee")}


def test_the_draw_depends_on_the_generator_only():
    measured = task({"a.py": {5, 11, 16}, "b.py": {2, 6}})
    draws = [
        [drawn(measured, rng, fits_functions(1)) for _ in range(6)]
        for rng in (np.random.default_rng(7), np.random.default_rng(7))
    ]
    assert draws[0] == draws[1]
    assert len(set(draws[0])) > 1


def test_functions_are_found_by_name_and_by_file():
    assert find_function(PROGRAM, "callee") == FunctionRef("b.py", "callee")
    assert find_function(PROGRAM, "a.py::Box.open") == FunctionRef("a.py", "Box.open")
    both = parse_focus(PROGRAM, ["callee", "caller"])
    assert len(both.functions) == 2


@pytest.mark.parametrize("wanted", [3, "", [], "calle", "c.py::caller"])
def test_bad_names_are_refused_with_near_ones(wanted):
    with pytest.raises(ConfigError, match="focus"):
        parse_focus(PROGRAM, wanted)
