"""What is right comes out right, however it is confined: modules, habits of programs, long rows.

tests/fixtures/habits holds what everyday programs do of a machine, in three suites: in one process,
with more of them (or a look at them), over the loopback network. A cold pytest on the same machine
is the measure.
"""

import functools
import importlib.util
import json
import pkgutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.types.outcome import Status
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from tests.support.cold import differences, run_cold
from tests.support.projects import edited

pytestmark = pytest.mark.sandbox
HABITS = Path(__file__).resolve().parent.parent / "fixtures" / "habits"
KINDS = ("strict", "package")
SLOW = pytest.mark.slow


def habits(name, containment):
    """Return the program and one of the suites of habits."""
    program = Program.from_files({"m.py": (HABITS / "m.py").read_bytes()})
    file = f"test_{name}.py"
    return program, Suite(((file, (HABITS / file).read_bytes()),), (file,), containment=containment)


@functools.cache
def cold(name):
    """Return what a cold, unconfined pytest says of a suite of habits."""
    return run_cold(*habits(name, "package"), seconds=120)


@pytest.mark.parametrize(
    ("name", "containment", "least"),
    [("alone", kind, 50) for kind in KINDS]
    + [("processes", "package", 27), ("network", "package", 17)],
)
def test_habits_work(name, containment, least):
    with LocalRunner(cache=False) as runner:
        outcome = runner.run(*habits(name, containment))
    assert outcome.containment == containment
    assert differences(outcome, cold(name)) == []
    failed = [result for result in outcome.results if result.status is not Status.PASSED]
    assert outcome.passing() >= least, failed


# --- strictly, what needs more is refused as a system refuses -------------------------------------

ORDINARY = {"PermissionError", "OSError", "gaierror"}
"""Of the kind that programs expect of a system that does not let them."""
IN_OTHER_WORDS = {
    "test_system_and_popen": "AssertionError",  # os.system answers 127
    "test_asyncio_server": "IndexError",  # asyncio leaves out addresses that it gets no socket for
}


@pytest.mark.parametrize("name", ["processes", "network"])
def test_what_is_refused_strictly_is_an_ordinary_exception(name):
    with LocalRunner(cache=False) as runner:
        outcome = runner.run(*habits(name, "strict"))
    assert {result.status for result in outcome.results} <= {Status.FAILED, Status.PASSED}
    rows = {result.id.partition("::")[2]: result.exception for result in outcome.results}
    without = {test for test, exception in rows.items() if exception is None}
    assert without == ({"test_tls_without_a_network"} if name == "network" else set())
    odd = {test: rows[test] for test in rows if rows[test] not in {None, *ORDINARY}}
    assert odd == {test: rows[test] for test in IN_OTHER_WORDS if test in rows}
    assert all(IN_OTHER_WORDS[test] == exception for test, exception in odd.items())


# --- the standard library -------------------------------------------------------------------------

LEFT_OUT = {
    "antigravity": "opens a web browser",
    "this": "prints a poem",
    "idlelib": "an application; importing it starts parts of it",
    "turtledemo": "opens windows",
    "test": "Python's own tests",
    "tests": "a package's own tests",
    "__main__": "runs what it is the command line of",
}
IMPORTS = """\
import importlib
import json
from pathlib import Path

import pytest

from m import double

NAMES = json.loads(Path("names.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_import(name):
    importlib.import_module(name)
    assert double(1) == 2
"""


def submodules(name, folders):
    """Return a package's modules, those of its packages too."""
    found = []
    for module in pkgutil.iter_modules(folders):
        if module.name not in LEFT_OUT:
            found.append(f"{name}.{module.name}")
            if module.ispkg:
                below = [str(Path(folder, module.name)) for folder in folders]
                found += submodules(found[-1], below)
    return found


def standard_library():
    """Return the names of every module of the standard library that may be imported."""
    found = []
    for name in sorted(sys.stdlib_module_names - LEFT_OUT.keys()):
        spec = importlib.util.find_spec(name)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        found += [name, *submodules(name, folders)]
    return found


@pytest.fixture(scope="module")
def imports():
    """Return a program and a suite that imports everything, and what a cold pytest says of it."""
    names = standard_library()
    files = (("test_imports.py", IMPORTS.encode()), ("names.json", json.dumps(names).encode()))
    program = Program.from_files({"m.py": (HABITS / "m.py").read_bytes()})
    suite = Suite(files, ("test_imports.py",), containment="package")
    return program, suite, run_cold(program, suite, seconds=120)


@pytest.mark.parametrize("containment", KINDS)
def test_what_imports_outside_imports_inside(imports, containment):
    program, suite, wanted = imports
    with LocalRunner(cache=False) as runner:
        outcome = runner.run(program, replace(suite, containment=containment))
    assert differences(outcome, wanted) == []
    assert len(outcome.results) > 600
    assert outcome.passing() > 500


# --- a long row -----------------------------------------------------------------------------------

LONG_ROW = 1500
EQUAL = (
    (
        'Use the global rate."""\n    return value',
        'Use the rate."""\n    return (1 + 0 * #) * value',
    ),
    ("    rate = 0\n", "    rate = # - #\n"),
    ("    count = start\n", "    count = start + # - #\n"),
    ("    share = 1.0\n", "    share = 1.0 + 0 * #\n"),
    ("    low = min(values)\n", "    unused = #\n    low = min(values)\n"),
    ("    position = 0\n", "    position = 0 * #\n"),
    ("range(1, n + 1)]", "range(1, n + # + 1 - #)]"),
    ("    history = history + [value]", "    history = [*history, value][: # + len(history) + 1]"),
    ("limit = 100\n", "limit = 100 + 0 * #\n"),
    ("history = []\n", "history = []\nunused = #\n"),
)
"""Edits of LogicV2 that change nothing; `#` is a number, another for each. The last two are not
confined to a function."""


def equal_programs(program, count):
    """Return so many different programs that do what a program does."""
    found = []
    for number in range(count):
        before, after = EQUAL[number % len(EQUAL)]
        found.append(edited(program, before, after.replace("#", str(number))))
    assert len({made.digest for made in found}) == count
    return found


@SLOW
@pytest.mark.parametrize("containment", KINDS)
def test_right_programs_in_a_row_all_pass(containment):
    task = corpus_task("logic_v2").confined(containment)
    programs = equal_programs(task.program, LONG_ROW)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
        outcomes = runner.run_many(programs, task.suite)
        wrong = [outcome for outcome in outcomes if outcome.classes != baseline.control.classes]
        assert wrong == []
        assert runner.stats.retried == runner.stats.unreached == 0
        assert runner.stats.executions >= LONG_ROW
        assert runner.stats.reimported >= LONG_ROW // len(EQUAL)
