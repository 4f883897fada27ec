"""Hostile programs: what each tries is refused or ends, nothing outside changes, nothing is left.

The cases are data, in `tests/support/hostile_*.py`. A control shows of each that it bites where
nothing confines it. `test_hostile_user.py` runs this file as an ordinary user too.
"""

import dataclasses
import tempfile

import pytest

from nerion_gym.execution.confinement import machine
from tests.support.hostile import BARE, KINDS
from tests.support.hostile_cases import CASES
from tests.support.hostile_control import HARMLESS_HERE, run_unconfined
from tests.support.hostile_outside import VARIABLE, Outside, is_visible, visible_place
from tests.support.hostile_run import Contained, new_mark, temporary

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def outside():
    found = Outside(visible_place(), new_mark())
    yield found
    assert found.harm() == set()
    found.close()


@pytest.fixture(scope="module")
def contained(outside, tmp_path_factory):
    """Return what gives a runner of a containment: the one there is, or a new one instead of it."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, outside.word)

        def of(kind):
            if kind not in made:
                for other in list(made):
                    forget(other)
                folder = temporary(tmp_path_factory)
                patch.setattr(tempfile, "tempdir", str(folder))
                made[kind] = Contained(kind, outside, folder)
            return made[kind]

        def forget(kind):
            if kind in made:
                one = made.pop(kind)
                one.close()
                assert list(one.place.iterdir()) == []

        of.forget = forget
        yield of
        for kind in list(made):
            forget(kind)


def params(kinds):
    """Return (kind, case) of all; strict ones that do not wait are fast."""
    return [
        pytest.param(kind, name, marks=[pytest.mark.slow] if case.waits or kind != "strict" else [])
        for kind in kinds
        for name, case in CASES.items()
    ]


@pytest.mark.parametrize(("kind", "name"), params(KINDS))
def test_contained(contained, kind, name):
    try:
        check(contained(kind), CASES[name])
    except BaseException:
        contained.forget(kind)  # what it did is this case's alone
        raise


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_contained_without_namespaces(contained, monkeypatch, name):
    lesser = dataclasses.replace(machine.self_test(), room=False, why="not permitted")
    monkeypatch.setattr(machine, "_tested", [lesser])
    try:
        check(contained(BARE), CASES[name])
    except BaseException:
        contained.forget(BARE)
        raise


def check(here, case):
    """Run a case: it ends as it must, and nothing is harmed or left; the next steps are right."""
    lost, before = here.runner.stats.retried, here.seen()
    found, said = here.attempt(case)
    unseen = ("denied",) if not is_visible(here.outside.folder) else ()
    assert found in (*case.expected(here.kind, owner=here.owner), *unseen), said
    assert here.go_on() == before
    assert here.runner.stats.retried == lost, "a process of ours was lost"
    assert here.harm() == set()


@pytest.fixture
def alone():
    # In a folder with a short name: the path of a unix socket has 107 characters.
    found = Outside(tempfile.gettempdir(), new_mark())
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_control(alone, name):
    case = CASES[name]
    words, said = run_unconfined(case, alone)
    why = HARMLESS_HERE.get(name, str)()
    if why:
        assert words & {"denied", "escaped"} == {"denied"}, (why, words, said)
        assert words.isdisjoint({"sentinel", "victim", "reached", "parent"}), words
    else:
        assert set(case.control) <= words, (words, said)
