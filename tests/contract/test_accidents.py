"""Mutated code that would harm others: nothing outside its scratch changes, each has a status.

tests/fixtures/tidy is an everyday package that removes, renames, writes, links, mends modes, starts
processes and asks servers, each behind a guard that its suite tests. Its mutations, some by name
and all of its catalog's, make it do that to a tree, a home, a server and a process that are not its
own. They lie in the repository, which every run sees, and are open to every user; or in the
temporary folder. The control does the same unconfined, to things that are thrown away.
"""

import contextlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

import nerion_gym
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.execution.confinement.machine import self_test
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.outcome import Status
from tests.support.accidents import ACCIDENTS, FOLDERS
from tests.support.faults import FIXTURES, at_rest, settled
from tests.support.planted import planted, run_unconfined
from tests.support.projects import project

pytestmark = pytest.mark.sandbox
place = FIXTURES[0]
SLOW = pytest.mark.slow
SEEN = Path(nerion_gym.__file__).parent / "__pycache__"
"""A folder of others that strict runs can see too: they are shown the engine's code."""
AT_ROOT = Path("/nerion-accident")
LONG = ("forks that do not end", "forks among temporary files", "helpers without end")
UNNOTICED = ("helpers forgotten", "helpers in sessions of their own")
"""Their tests may pass: what they leave running is ended all the same."""
CASES = [("package", name) for name in ACCIDENTS] + [("strict", name) for name in FOLDERS]


class Scene:
    """A measured task, a runner, and what is planted around them."""

    def __init__(self, things, runner, containment, place):
        self.things, self.runner, self.place = things, runner, place
        task = things.task(containment)
        self.baseline = measure(runner, task.program, task.suite)
        assert self.baseline.control.passing() == len(self.baseline.control.results)
        assert self.baseline.control.containment == containment
        self.before = things.state()

    def mutated(self, names):
        """Return the programs with these accidents."""
        return [self.things.mutated(self.baseline.program, ACCIDENTS[name]) for name in names]

    def run(self, programs):
        """Run programs; return their outcomes. Nothing is changed, nothing is left."""
        held = at_rest(self.place)
        outcomes = self.runner.run_many(programs, self.baseline.suite)
        assert self.things.state() == self.before
        assert settled(self.place, held) == held
        assert not os.path.lexists(AT_ROOT)
        tests = [result.id for result in self.baseline.control.results]
        for outcome in outcomes:
            assert [result.id for result in outcome.results] == tests
            assert all(isinstance(result.status, Status) for result in outcome.results)
        return outcomes


@pytest.fixture(scope="module")
def scenes(place):
    """Return what makes scenes, each once: (containment, where the planted things lie)."""
    made = {}
    self_test()  # it is remembered at home
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:

        def scene(containment, where="seen"):
            if (containment, where) not in made:
                SEEN.mkdir(exist_ok=True)
                above = SEEN if where == "seen" else None
                folder = Path(tempfile.mkdtemp(prefix="planted-", dir=above))
                stack.callback(shutil.rmtree, folder)
                things = stack.enter_context(planted(folder))
                patch.setenv("HOME", str(things.home))
                runner = stack.enter_context(LocalRunner(cache=False))
                made[containment, where] = Scene(things, runner, containment, place)
            return made[containment, where]

        yield scene


def reach(things):
    """Return tests that look at what is planted, and pass where it can be seen."""
    return f"""
from pathlib import Path

from m import double


def test_sees_the_tree():
    assert Path({str(things.tree / "notes.txt")!r}).read_text() == "notes" + chr(double(5))


def test_sees_the_home():
    assert Path({str(things.home / "letter.txt")!r}).stat().st_mode & 0o777 == double(0o333)
"""


@pytest.mark.parametrize("containment", ["strict", "package"])
def test_what_is_planted_can_be_seen(scenes, containment):
    tests = reach(scenes(containment).things)
    source = "def double(value):\n    return 2 * value\n"
    with LocalRunner(cache=False) as runner:
        outcome = runner.run(*project(source, tests, containment))
    assert [result.status.name for result in outcome.results] == ["PASSED", "PASSED"]


@pytest.mark.parametrize(
    ("containment", "where"),
    [
        ("strict", "seen"),
        pytest.param("package", "seen", marks=SLOW),
        pytest.param("strict", "temporary", marks=SLOW),
        pytest.param("package", "temporary", marks=SLOW),
    ],
)
def test_accidents_one_after_the_other(scenes, containment, where):
    scene = scenes(containment, where)
    names = [name for kind, name in CASES if kind == containment and name not in LONG]
    outcomes = scene.run(scene.mutated(names))
    passed = [len(outcome.results) == outcome.passing() for outcome in outcomes]
    unnoticed = {name for name, all_passed in zip(names, passed, strict=True) if all_passed}
    assert unnoticed <= set(UNNOTICED)
    assert len(names) >= 40


CONNECTS = """
import socket

import pytest

from m import double


def test_connect():
    with socket.socket(socket.AF_UNIX) as near, pytest.raises(ConnectionRefusedError):
        near.connect({path!r})
    assert double(1) == 2
"""


def test_a_socket_that_comes_up_later_is_hidden_from_later_tasks():
    """In a folder that is seen; those in others are covered as a whole."""
    SEEN.mkdir(exist_ok=True)
    source = "def double(value):\n    return 2 * value\n"
    with (
        LocalRunner(cache=False) as runner,
        tempfile.TemporaryDirectory(dir=SEEN) as folder,
        socket.socket(socket.AF_UNIX) as listening,
    ):
        runner.run(*project(source, "from m import double\n\ndef test(): assert double(0) == 0\n"))
        Path(folder).chmod(0o755)
        path = str(Path(folder, "a socket"))
        listening.bind(path)
        Path(path).chmod(0o777)
        listening.listen()
        with socket.socket(socket.AF_UNIX) as near:
            near.connect(path)
        outcome = runner.run(*project(source, CONNECTS.format(path=path)))
        assert [result.status for result in outcome.results] == [Status.PASSED], outcome.results


@SLOW
@pytest.mark.parametrize(("containment", "name"), CASES)
def test_an_accident_alone(scenes, containment, name):
    scene = scenes(containment)
    (outcome,) = scene.run(scene.mutated([name]))
    assert outcome.selected > 0
    assert outcome.passing() < len(outcome.results) or name in UNNOTICED


@SLOW
@pytest.mark.parametrize("containment", ["strict", "package"])
def test_every_mutation_of_the_catalog(scenes, containment):
    scene = scenes(containment)
    program = scene.baseline.program
    edits = enumerate_edits(program, tuple(OPERATORS), None)
    outcomes = scene.run([apply(program, edit) for edit in edits])
    assert len(outcomes) > 180
    killed = sum(outcome.passing() < len(outcome.results) for outcome in outcomes)
    assert killed > (100 if containment == "package" else 60)


# --- the control: the same, where nothing is confined ---------------------------------------------


def test_unconfined_the_unchanged_package_does_no_harm(tmp_path):
    (tmp_path / "others").mkdir()
    with planted(tmp_path / "others") as things:
        task, before = things.task("package"), things.state()
        assert run_unconfined(task.program, task.suite, things, tmp_path / "run", "test") == 0
        assert things.state() == before


@SLOW
@pytest.mark.parametrize("name", [name for name, accident in ACCIDENTS.items() if accident.bites])
def test_unconfined_the_accident_does_harm(tmp_path, name):
    (tmp_path / "others").mkdir()
    with planted(tmp_path / "others") as things:
        task, before = things.task("package"), things.state()
        program = things.mutated(task.program, ACCIDENTS[name])
        test = ACCIDENTS[name].bites
        run_unconfined(program, task.suite, things, tmp_path / "run", test)
        assert things.state() != before
