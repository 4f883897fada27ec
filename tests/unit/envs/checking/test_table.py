"""Every check passes on a right world and fails on one that is wrong in its way."""

import json
import os
import re
import sys
from dataclasses import replace

import gymnasium as gym
import pytest

from nerion_gym.envs.checking import places
from nerion_gym.envs.checking.subject import difference
from nerion_gym.envs.checking.table import CHECKS, MADE, Check, verdict, verdicts
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import BrokenWorldError, ConfigError, NerionError, SandboxError
from tests.unit.envs.checking import broken
from tests.unit.envs.checking.broken import (
    MANUAL,
    NAME,
    entries,
    of,
    repair_task,
    repair_world,
    subject,
)
from tests.unit.envs.fakes import make_world

pytestmark = pytest.mark.pure
BY_NAME = {check.name: check for check in CHECKS}


def rewarded(reward):
    return replace(make_world(), reward=reward)


WRONG = {
    "can be made": (
        (lambda: subject(arguments={"colour": 1}), "does not take the arguments given: .*'colour'"),
        (lambda: of(broken.needy, arguments={}), "Error: no path"),
        (lambda: of(lambda **_: broken.Foreign()), "makes a Foreign, no nerion_gym"),
        (lambda: subject(replace(make_world(), name="Other")), "its? World says Nerion-Other-v0"),
        (lambda: of(broken.deaf), "does not take the arguments of every world.*render_mode"),
        (lambda: of(broken.forgetful), "observation='padded'.* do not reach the environment"),
    ),
    "has a manual page": (
        (lambda: subject(manual=""), "docstring begins with ''"),
        (lambda: subject(manual=MANUAL.replace(NAME, "Mine-v0")), "begins with 'Mine-v0"),
        (lambda: subject(manual=MANUAL.replace("## Reward", "## Gain")), "sections are .*Gain"),
        (
            lambda: subject(manual=MANUAL.replace("Actions\nAs it is said.", "Actions\n-")),
            "next to nothing under Actions",
        ),
    ),
    "gymnasium's check_env": (
        (lambda: subject(env=broken.Unseeded), "check_env says"),
        (lambda: subject(env=broken.View), "check_env says.*share an object"),
    ),
    "observations and spaces": (
        (lambda: subject(env=broken.Wide), "steps_left lies outside"),
        (
            lambda: subject(env=broken.Astray),
            "observation='graph' has sites of edits that are no nodes",
        ),
        (
            lambda: subject(env=broken.Lower),
            "observation='graph' has operators of edits that are submit's",
        ),
        (lambda: subject(env=broken.Mute), "1 action meanings, of"),
        (lambda: subject(env=broken.Nobody), "has 0 legal edits of 12 in the catalog"),
    ),
    "frames": (
        (lambda: of(broken.without_metadata), "frames cannot be collected.*RenderCollection"),
        (lambda: subject(env=broken.Silent), "render_mode='ansi' shows ''"),
        (lambda: subject(env=broken.Flat), r"frames of shapes \[\(4, 4\)"),
    ),
    "two copies agree": ((lambda: subject(rewarded(broken.Drifting())), "two copies of one seed"),),
    "masked and outside actions": (
        (lambda: subject(env=broken.Eager), "masked_action|masked action"),
        (lambda: subject(env=broken.Clipping), "action -1 is taken"),
        (lambda: subject(env=broken.Free), "uses no step"),
        (lambda: subject(env=broken.Paying), "masked action .* gives 0.5"),
    ),
    "info is flat": (
        (lambda: subject(env=broken.Deep), "info holds {'tests': 'dict'}"),
        (lambda: subject(env=broken.Timed), r"info holds \['seconds'\]"),
        (lambda: subject(env=broken.SameInfo), "the same info is returned twice"),
    ),
    "nothing returned is kept": (
        (lambda: subject(env=broken.View), "changes with what was returned before"),
        (lambda: subject(env=broken.SameInfo), "changes with what was returned before"),
    ),
    "fork, undo, preview": (
        (lambda: subject(env=broken.Unforked), "moves a fork too"),
        (lambda: subject(env=broken.NoUndo), "undo does not give"),
        (lambda: subject(env=broken.Running), "preview runs tests"),
        (lambda: subject(rewarded(broken.Drifting())), "a fork goes on otherwise"),
    ),
    "pickles": (
        (lambda: subject(env=broken.Handle), "pickle cannot copy.*lock"),
        (lambda: subject(env=broken.Lossy), "a copy by pickle differs"),
    ),
    "saved episodes replay": (
        (
            lambda: subject(replace(make_world(), generator=broken.Nameless())),
            "cannot be replayed in another environment",
        ),
        (lambda: subject(elsewhere=lambda _text: "0" * 64), "shows other bytes"),
        (lambda: subject(elsewhere=no_process), "in another process: no"),
    ),
    "vector = single environments": (
        (lambda: subject(vector=broken.other_world), "vector and single environments differ"),
        (lambda: subject(vector=broken.one_only), "of 1 environments; expected .* of 3"),
        (lambda: subject(vector=broken.unmodal), "does not take what every vector does"),
    ),
    "reference 1.0, no-op 0.0": (
        (lambda: subject(repair_world(), env=broken.Paying), "does nothing earns 0.5"),
        (lambda: subject(repair_world(broken.won_already())), "begins where the goal holds"),
        (lambda: subject(repair_world(broken.unlisted())), "is not listed"),
        (lambda: subject(repair_world(broken.twice())), "has ended before edit 2 of its 2"),
        (lambda: subject(repair_world(repair_task(after=b"-"))), "the reference ends with"),
        (lambda: subject(repair_world(reward=broken.Half())), "the reference scores 0.5"),
        (lambda: subject(broken.target_world()), "the reference scores 1.0"),
    ),
    "many steps leave nothing": (
        (lambda: subject(env=broken.Opening), "descriptors more than before"),
        (lambda: subject(env=broken.Threads), "threads more than before"),
        (lambda: subject(rewarded(broken.Remembering())), "states more than before"),
        (lambda: subject(env=broken.Hoarding), "observations are kept"),
        (lambda: subject(env=broken.Lying), "shows as legal is masked"),
        (lambda: subject(env=broken.Counting), "executions in 120 steps; expected at most"),
        (lambda: subject(env=broken.Skipping), "steps are counted of 120"),
        (lambda: subject(rewarded(broken.Undefined())), "a reward is nan"),
    ),
}
CASES = [(name, number) for name, cases in WRONG.items() for number in range(len(cases))]


def no_process(_text):
    raise NerionError("in another process: no")


@pytest.fixture(autouse=True)
def _nothing_stays():
    yield
    broken.Threads.ended.set()
    broken.Threads.ended.clear()
    while broken.Opening.opened:
        os.close(broken.Opening.opened.pop())
    broken.Hoarding.kept.clear()


@pytest.mark.parametrize("commit", ["never", "always"])
def test_a_right_world_passes_every_check(commit):
    world = make_world() if commit == "never" else repair_world()
    found = list(verdicts(subject(world, env=broken.Copied)))
    assert [row.check for row in found] == list(BY_NAME)
    wrong = {row.check: row for row in found if row.outcome != "passed"}
    if commit == "never":
        assert wrong.pop("reference 1.0, no-op 0.0").why == "its tasks have no reference"
    assert wrong == {}


def test_every_check_has_a_world_that_fails_it():
    assert WRONG.keys() == BY_NAME.keys()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_wrong_world_is_caught(name, number):
    make, message = WRONG[name][number]
    found = verdict(BY_NAME[name], make())
    assert found.outcome == "failed", found
    assert re.search(message, found.why), found.why
    assert len(found.fix) > 10


def test_what_cannot_be_made_is_asked_nothing_more():
    made, *rest = verdicts(of(lambda **_: broken.Foreign()))
    assert made.outcome == "failed"
    assert {row.outcome for row in rest} == {"not asked"}
    assert len(rest) == len(CHECKS) - 1


def test_a_world_without_a_vector_is_not_asked_for_one():
    make, _ = entries(make_world())
    found = verdict(BY_NAME["vector = single environments"], of(make))
    assert (found.outcome, found.fix) == ("not asked", "")
    assert "no vector entry point" in found.why


def test_whatever_a_world_raises_is_reported_with_its_place():
    class Raising(CodeEditEnv):
        def step(self, action):
            raise KeyError("no such thing")

    found = verdict(BY_NAME["two copies agree"], subject(env=Raising))
    assert (found.outcome, found.why) == ("failed", "KeyError: 'no such thing'")
    assert re.search(r"test_table\.py:\d+$", found.fix)


def test_the_place_is_in_the_file_of_the_worlds_author_where_a_library_raises():
    class Raising(CodeEditEnv):
        def reset(self, *, seed=None, options=None):
            return json.loads("{")

    found = verdict(BY_NAME["two copies agree"], subject(env=Raising))
    assert found.why.startswith("JSONDecodeError: ")
    assert re.search(r"mend what raises it: .*test_table\.py:\d+$", found.fix)
    assert places.place_of(ValueError()) == "no place is known"


def test_what_a_library_cannot_take_is_not_said_to_be_the_librarys_fault():
    found = verdict(BY_NAME["two copies agree"], subject(replace(make_world(), generator=None)))
    assert (found.outcome, found.why[:15]) == ("failed", "AttributeError:")
    assert re.search(r"nerion_gym/.*\.py:\d+ was given what it cannot take$", found.fix)


def test_a_world_that_ends_the_program_fails_and_the_rest_is_asked():
    class Ending(CodeEditEnv):
        def step(self, action):
            sys.exit(0)

    found = {row.check: row for row in verdicts(subject(env=Ending))}
    assert found["two copies agree"].outcome == "failed"
    assert found["two copies agree"].why == "SystemExit: 0"
    assert found["can be made"].outcome == "passed"
    assert len(found) == len(CHECKS)


def test_a_broken_machine_is_not_the_worlds_fault():
    with pytest.raises(SandboxError, match="the machine"):
        verdict(MADE, of(broken.needy, arguments={"path": "x"}))


def test_too_few_steps_tell_no_leak():
    (check,) = [check for check in CHECKS if check.name == "many steps leave nothing"]
    with pytest.raises(ConfigError, match="steps=20: expected at least 100"):
        check.ask(subject(steps=20))
    with pytest.raises(ConfigError, match="steps=20: expected at least 100"):
        next(verdicts(subject(steps=20)))


def test_a_broken_world_says_why_and_what_to_do():
    error = BrokenWorldError("it is blue", "paint it")
    assert (error.why, error.fix, str(error)) == ("it is blue", "paint it", "it is blue; paint it")


def test_a_difference_is_named_by_its_place():
    assert difference({"a": (1, 2)}, {"a": (1, 2)}) == ""
    assert difference({"a": (1, 2)}, {"a": (1, 3)}, "x") == "x['a'][1]: 2 and 3"
    assert difference({"a": 1}, {"b": 1}, "x") == "x: keys ['a', 'b'] in one only"
    assert difference(1, 1.0, "x") == "x: int and float"


def test_a_check_may_be_of_ones_own():
    found = verdict(Check("named", lambda world: world.name), subject())
    assert (found.outcome, found.why) == ("passed", NAME)


def test_gymnasium_makes_what_is_checked():
    assert isinstance(subject().make(), gym.Wrapper)
    assert subject().make_vec(2).num_envs == 2
