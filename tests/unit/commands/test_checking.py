"""`nerion worlds --check`: the table, the document, the exit code, and what is refused."""

import json
import os
import re
import sys

import gymnasium as gym
import pytest

from nerion_gym import cli
from nerion_gym.commands import checking, worlds
from nerion_gym.commands.checking import elsewhere
from nerion_gym.envs.checking import table
from nerion_gym.envs.checking.subject import STEPS, digest_of
from nerion_gym.envs.checking.table import Check, Verdict
from nerion_gym.errors import NerionError

MODULE = """
import os, subprocess, sys
from tests.unit.envs.fakes import make_world

W = make_world()
print('imported')
"""
LOUD = """
os.write(1, b'by number\\n')
sys.__stdout__.write('by its other name\\n')
subprocess.run([sys.executable, '-c', 'print("by a process")'], check=True)
"""
GOOD = (Verdict("one", "passed", "40 steps"), Verdict("two", "not asked", "no vector"))
BAD = (GOOD[0], Verdict("two", "failed", "it is [blue]", "paint it"))


@pytest.fixture
def check(capfd, monkeypatch, tmp_path):
    """Return a function that checks a module, whose world gets these verdicts."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("COLUMNS", "100")
    asked = []

    def run(verdicts, *arguments):
        path = tmp_path / f"checked_{os.urandom(4).hex()}.py"
        path.write_text(MODULE + run.loud)
        monkeypatch.setattr(table, "CHECKS", [Check(v.check, str) for v in verdicts])
        monkeypatch.setattr(table, "verdicts", lambda one: asked.append(one) or iter(verdicts))
        with pytest.raises(SystemExit) as ended:
            cli.main(["worlds", "--check", str(path), *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    run.asked, run.loud = asked, ""
    return run


def test_a_table_says_what_every_check_found(check):
    code, out, _ = check(GOOD)
    assert code == 0
    assert re.search(r"^ ?one +passed +40 steps", out, re.MULTILINE)
    assert "1 passed, 1 not asked" in out
    code, out, _ = check(BAD)
    assert code == 1
    assert re.search(r"two +failed +it is \[blue\]", out)
    assert "-> paint it" in out
    assert "Nerion-Fake-v0\n" in out


def test_a_document_and_nothing_else(check):
    code, out, err = check(BAD, "--json")
    assert code == 1
    (world,) = json.loads(out)
    assert (world["id"], world["passed"]) == ("Nerion-Fake-v0", False)
    assert world["checks"][1] == {
        "check": "two",
        "outcome": "failed",
        "why": "it is [blue]",
        "fix": "paint it",
    }
    assert err == "imported\n", "what the module prints does not break the document"


@pytest.mark.sandbox
def test_what_a_module_prints_by_any_way_does_not_break_the_document(check):
    check.loud = LOUD
    code, out, err = check(GOOD, "--json")
    assert (code, json.loads(out)[0]["passed"]) == (0, True)
    for way in ("imported", "by number", "by its other name", "by a process"):
        assert f"{way}\n" in err


def test_quiet_says_it_by_its_exit_code(check):
    assert check(GOOD, "--quiet")[:2] == (0, "")
    assert check(BAD, "--quiet")[:2] == (1, "")


def test_arguments_and_steps_reach_the_world(check):
    check(GOOD, "--env-kwargs", "split:val", "bugs:2", "--steps", "150")
    (subject,) = check.asked
    assert subject.arguments == {"split": "val", "bugs": 2}
    assert subject.steps == 150
    assert subject.elsewhere is not None
    assert worlds.STEPS == STEPS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--check", "no_such_module"), "no_such_module: no such module"),
        (("--check", "os", "--steps", "7"), "--steps 7: expected at least 100"),
        (("--steps", "500"), "name a module with --check"),
        (("--env-kwargs", "split:val"), "name a module with --check"),
        (("--check", "os", "--env-kwargs", "split"), "expected key:value"),
    ],
)
def test_what_is_bad_input_is_one_line_and_code_2(arguments, message, capfd, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit) as ended:
        cli.main(["worlds", *arguments])
    out, err = capfd.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.sandbox
def test_another_process_says_why_it_cannot_replay(tmp_path):
    with pytest.raises(NerionError, match=r"cannot be replayed: .*no world 'Mine-v0' in this proc"):
        elsewhere("nerion_gym.envs.worlds.toy_math", "Mine-v0", {})("{}")
    with pytest.raises(NerionError, match=r"cannot be replayed: .*not an episode state"):
        elsewhere("nerion_gym.envs.worlds.toy_math", "Nerion-ToyMath-v0", {})("{}")


@pytest.fixture
def printing(tmp_path, monkeypatch):
    """Return a module whose world prints at the end of a program, and a saved episode of it."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = tmp_path / f"printing_{os.urandom(4).hex()}.py"
    path.write_text(
        "import atexit\n"
        "from nerion_gym.envs.worlds.toy_math import build\n"
        "atexit.register(print, 'goodbye')\n"
    )
    env = gym.make("Nerion-ToyMath-v0", observation="padded")
    seen, _ = env.reset(seed=0)
    return path, env.unwrapped.state.to_json(), digest_of(seen)


@pytest.mark.sandbox
def test_what_a_world_prints_in_another_process_is_not_taken_for_its_digest(printing):
    path, text, digest = printing
    assert elsewhere(str(path), "Nerion-ToyMath-v0", {})(text) == digest


@pytest.mark.sandbox
def test_a_world_that_ends_the_other_process_is_no_digest(printing):
    path, text, _ = printing
    path.write_text(
        f"{path.read_text()}import os, sys\nif 'elsewhere' in sys.argv[0]:\n    os._exit(0)\n"
    )
    with pytest.raises(NerionError, match="ends the program before its episode is replayed"):
        elsewhere(str(path), "Nerion-ToyMath-v0", {})(text)


@pytest.mark.sandbox
def test_another_process_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(checking, "REPLAY_SECONDS", 0.01)
    with pytest.raises(NerionError, match="does not end"):
        elsewhere("nerion_gym.envs.worlds.toy_math", "Nerion-ToyMath-v0", {})("{}")


def test_the_ids_are_listed_without_a_module(capfd):
    with pytest.raises(SystemExit) as ended:
        cli.main(["worlds"])
    assert not ended.value.code
    assert "Nerion-LogicV2-v0" in capfd.readouterr().out
    assert "Nerion-LogicV2-v0" in gym.registry
