"""Recorded episodes: written, read, rebuilt and confirmed, with a runner of this process."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from gymnasium.spaces import GraphInstance

from nerion_gym.envs.episodes.confirm import Verdict, confirm
from nerion_gym.envs.episodes.lines import LineError, from_line, read_episodes, to_line
from nerion_gym.envs.episodes.rebuild import transitions
from nerion_gym.envs.episodes.record import CODES, MEANINGS, digest_of, digests, letters
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.types.edit import Edit
from nerion_gym.types.outcome import LearningClass, Outcome, Status, TestResult, learning_class
from nerion_gym.types.program import Focus, FunctionRef, Span
from tests.support.recorded import make, recorded
from tests.unit.envs.fakes import FakeRunner

pytestmark = pytest.mark.pure


@pytest.fixture
def episode(tmp_path):
    (found,) = recorded(tmp_path / "e.jsonl")
    return found


def with_step(episode, number, **changes):
    steps = list(episode.steps)
    steps[number - 1] = replace(steps[number - 1], **changes)
    return replace(episode, steps=tuple(steps))


def found_in(episode, runner=None, **kwargs):
    env = make(**kwargs).unwrapped
    env.runner = runner or FakeRunner()
    return confirm(env, episode)


# --- the record ---------------------------------------------------------------------------------


def test_every_result_has_a_letter_with_a_meaning():
    results = [
        TestResult("t", status, exception, phase)
        for status in Status
        for exception in (None, "AssertionError", "ValueError", "XPASS(strict)")
        for phase in ("collect", "call")
    ]
    for result in results:
        assert letters(Outcome((result,)), ("t",)) == CODES[result.status, learning_class(result)]
    assert set(CODES.values()) == set(MEANINGS)
    assert len(set(CODES.values())) == len(CODES)
    assert {found for _, found in CODES} == set(LearningClass)


def test_a_test_without_a_result_is_a_question():
    outcome = Outcome((TestResult("a", Status.PASSED),))
    assert letters(outcome, ("a", "b")) == ".?"


def test_digests_tell_dtype_shape_and_bytes_and_not_their_order_in_memory():
    numbers = np.arange(6, dtype=np.int16).reshape(2, 3)
    assert digest_of(numbers) == digest_of(np.asfortranarray(numbers))
    assert digest_of(numbers) == digest_of(numbers.astype(">i2"))
    others = [numbers.astype(np.int32), numbers.reshape(3, 2), numbers + 1]
    assert digest_of(numbers) not in {digest_of(other) for other in others}
    graph = GraphInstance(numbers, np.arange(2), numbers[:, :2])
    assert list(digests({"graph": graph, "x": numbers})) == [
        *("graph.nodes", "graph.edges", "graph.edge_links", "x"),
    ]


def test_a_line_gives_back_the_episode(episode):
    line = to_line(episode)
    assert line.endswith("}\n")
    assert "\n" not in line[:-1]
    again = from_line(line.encode())
    assert again == episode
    assert again.versions == episode.versions
    assert to_line(again) == line


def test_what_an_episode_says_of_itself(episode):
    assert episode.drawn
    assert episode.ended
    assert episode.total_reward == sum(step.reward for step in episode.steps)
    assert episode.success is episode.steps[-1].success
    assert not replace(episode, seed=None).drawn
    assert not replace(episode, options=("task",)).drawn
    assert not replace(episode, steps=episode.steps[:-1]).ended
    assert not replace(episode, steps=()).success


# --- bad lines ----------------------------------------------------------------------------------


def changed(episode, **values):
    return json.dumps({**json.loads(to_line(episode)), **values})


BAD = [
    ({"format": "other"}, 'expected an object with "format": "nerion-episode"'),
    ({"version": 2}, "version 2: this nerion-gym reads version 1; read it with .*nerion-gym"),
    ({"version": None}, "version None"),
    ({"world": 3}, "\"world\" is '3': expected text"),
    ({"seed": "0"}, '"seed" is .*: expected a whole number or null'),
    ({"seed": True}, '"seed" is .*: expected a whole number or null'),
    ({"seed": -1}, '"seed" is -1: expected a number from 0 on'),
    ({"kwargs": []}, '"kwargs" is .*: expected an object'),
    ({"tests": [1]}, '"tests": expected a list of texts'),
    ({"outcome": "."}, "the first outcome has 1 letters: expected one for each of 3 tests"),
    ({"outcome": "..!"}, r"the first outcome has 3 letters, of which \['!'\] mean nothing"),
    ({"observation": {"edits": 1}}, '"observation": expected the digest of each array'),
    ({"focus": {"functions": 1}}, '"focus" cannot be read'),
    ({"focus": {"functions": [{"path": 1, "qualname": "f"}], "context": []}}, '"focus" cannot'),
    ({"steps": [3]}, "step 1 is 3: expected an object"),
    ({"steps": [{}]}, 'step 1: "action" is missing'),
]


@pytest.mark.parametrize(("values", "message"), BAD)
def test_a_bad_field_is_named(episode, values, message):
    with pytest.raises(LineError, match=message):
        from_line(changed(episode, **values).encode())


def test_a_missing_field_is_named(episode):
    for key in ("world", "kwargs", "seed", "focus", "steps", "versions", "observation"):
        row = json.loads(to_line(episode))
        del row[key]
        with pytest.raises(LineError, match=f'"{key}" is missing'):
            from_line(json.dumps(row).encode())


@pytest.mark.parametrize(
    "edit",
    [
        {"splices": []},
        {"splices": [{"path": "m.py", "start": "0", "end": 1, "before": "", "after": ""}]},
        {"splices": [{"path": "m.py", "start": -1, "end": 1, "before": "", "after": ""}]},
        {"site": {"path": 3, "start": 0, "end": 1}},
        {"operator": None},
        {"text": 5},
    ],
)
def test_an_edit_of_another_kind_is_refused(episode, edit):
    row = json.loads(to_line(episode))
    row["steps"][1]["edit"].update(edit)
    with pytest.raises(LineError, match='step 2: "edit" cannot be read'):
        from_line(json.dumps(row).encode())


def test_files_that_are_none_are_refused_with_the_line(episode, tmp_path):
    path, line = tmp_path / "x.jsonl", to_line(episode)
    with pytest.raises(StorageError, match="cannot be read"):
        read_episodes(path)
    for data, message in (
        (b"", "holds no episode"),
        (b"\n\n", "holds no episode"),
        (line.encode() + b"hello\n", "line 2: not JSON"),
        (line.encode() + b"\n\xff\n", "line 3: not UTF-8 text"),
        (line.encode() + b"[1]\n", "line 2: not a recorded episode"),
        (b"[" * 100_000 + b"\n", "line 1: not JSON"),
        (line.encode() * 2 + line.encode()[:300], r"line 3: the last line is cut off .*sed -i"),
    ):
        path.write_bytes(data)
        with pytest.raises(StorageError, match=message):
            read_episodes(path)


def test_a_whole_last_line_needs_no_end_and_empty_ones_are_passed_over(episode, tmp_path):
    path, line = tmp_path / "x.jsonl", to_line(episode)
    path.write_text(f"{line}\n{line[:-1]}")
    assert read_episodes(path) == [(1, episode), (3, episode)]


def test_a_reward_that_is_no_number_has_no_form(episode):
    with pytest.raises(ConfigError, match="no JSON form"):
        to_line(with_step(episode, 2, reward=float("nan")))
    with pytest.raises(ConfigError, match="no JSON form"):
        to_line(replace(episode, kwargs={"runner": object()}))


# --- confirmed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["graph", "padded"])
@pytest.mark.parametrize("commit", ["never", "always", "if_green"])
def test_what_was_recorded_comes_out_again(tmp_path, commit, form):
    kwargs = {"commit": commit, "observation": form}
    for episode in recorded(tmp_path / "e.jsonl", episodes=3, **kwargs):
        assert found_in(episode, **kwargs).verdict is Verdict.SAME
        by_name = replace(episode, seed=None)
        assert found_in(by_name, **kwargs).verdict is Verdict.SAME


def measured(episode):
    """Return the number of a step that measured an edit and is not the last."""
    return next(n for n, step in enumerate(episode.steps, 1) if step.edit is not None)


CLAIMS = [
    ({"reward": 7.0}, "reward is .*, recorded is 7.0; every test came out as recorded"),
    ({"terminated": True}, "terminated is False, recorded is True"),
    ({"truncated": True}, "truncated is False, recorded is True"),
    ({"end": "goal"}, "end is '', recorded is 'goal'"),
    ({"action": 10_000}, "action 10000"),
    ({"action": -1}, "action -1"),
    ({"edit": None}, "recorded is no edit"),
    ({"outcome": None}, "the step measures an edit, the record says otherwise"),
    ({"observation": {}}, "the observation differs in action_mask, edits"),
]


@pytest.mark.parametrize(("claim", "message"), CLAIMS)
def test_a_changed_step_is_found(episode, claim, message):
    number = measured(episode)
    found = found_in(with_step(episode, number, **claim))
    assert (found.verdict, found.step) == (Verdict.DIFFERS, number)
    assert re.search(message, found.why), found.why


def test_a_changed_success_is_found(episode):
    number = measured(episode)
    claim = not episode.steps[number - 1].success
    found = found_in(with_step(episode, number, success=claim))
    assert (found.verdict, found.step) == (Verdict.DIFFERS, number)
    assert f"success is {not claim}, recorded is {claim}" in found.why


def test_another_outcome_is_found_with_its_test(episode):
    number = measured(episode)
    outcome = episode.steps[number - 1].outcome
    other = ("F" if outcome[0] == "." else ".") + outcome[1:]
    found = found_in(with_step(episode, number, outcome=other))
    assert (found.verdict, found.step) == (Verdict.DIFFERS, number)
    assert found.tests == ("t::product",)
    assert "4 runs agree" in found.why
    first = found_in(replace(episode, outcome="F.."))
    assert (first.verdict, first.step, first.tests) == (Verdict.DIFFERS, 0, ("t::product",))


def test_another_edit_under_the_same_number_is_named(episode):
    number = measured(episode)
    edit = episode.steps[number - 1].edit
    found = found_in(
        with_step(
            episode,
            number,
            edit=Edit(edit.operator, edit.splices, edit.site, edit.argument, "something"),
        )
    )
    assert (found.verdict, found.step) == (Verdict.DIFFERS, number)
    elsewhere = Edit(edit.operator, edit.splices, Span("other.py", 0, 1))
    found = found_in(with_step(episode, number, edit=elsewhere))
    assert f"recorded is {edit.operator} in another program" in found.why


def test_an_episode_that_goes_on_after_its_end_is_found(episode):
    longer = replace(episode, steps=(*episode.steps, episode.steps[0]))
    found = found_in(longer)
    assert (found.verdict, found.step) == (Verdict.DIFFERS, len(longer.steps))
    assert "goes on after" in found.why


def test_another_beginning_is_found(episode):
    for claim, why in (
        ({"task": "other"}, "seed 0 draws the task m"),
        ({"focus": Focus((FunctionRef("m.py", "f"),))}, "another focus"),
        ({"tests": ("a", "b", "c")}, "3 tests, recorded are 3 others"),
        ({"observation": {"edits": "0"}}, "the observation differs in"),
    ):
        found = found_in(replace(episode, **claim))
        assert (found.verdict, found.step) == (Verdict.DIFFERS, 0), found
        assert why in found.why


def test_a_task_that_is_not_there_is_lost(episode):
    found = found_in(replace(episode, task_id="0" * 16))
    assert (found.verdict, found.step) == (Verdict.LOST, 0)
    assert "m has other contents here" in found.why
    by_name = replace(episode, seed=None)
    found = found_in(replace(by_name, task_id="0" * 16))
    assert found.verdict is Verdict.LOST
    assert "make the world with the same arguments" in found.why
    assert found_in(replace(by_name, task="other", task_id="0" * 16)).verdict is Verdict.LOST


def test_a_focus_on_nothing_is_not_the_same(episode):
    nowhere = Focus((FunctionRef("m.py", "missing"),))
    found = found_in(replace(episode, seed=None, focus=nowhere))
    assert found.verdict in (Verdict.DIFFERS, Verdict.LOST)


class Coin(FakeRunner):
    """One test fails at every other run."""

    def check(self, program, name):
        good = super().check(program, name)
        if name == "t::small" and len(self.runs) % 2:
            return TestResult(name, Status.FAILED, "AssertionError")
        return good


def test_a_flaky_test_is_told_from_a_lie(episode):
    number = measured(episode)
    outcome = episode.steps[number - 1].outcome
    for letter in ".F":
        claim = with_step(episode, number, outcome=f"{outcome[0]}{letter}{outcome[2]}")
        found = found_in(claim, Coin())
        if found.tests:
            assert found.tests == ("t::small",)
            assert (found.verdict, found.step) == (Verdict.FLAKY, number)
            assert "do not agree" in found.why
            break
    else:
        pytest.fail("the coin fell as recorded both times")


def test_a_lie_does_not_hide_behind_a_flaky_test(episode):
    number = measured(episode)
    outcome = episode.steps[number - 1].outcome
    turned = "F" if outcome[2] == "." else "."
    verdicts = set()
    for letter in ".F":
        claim = with_step(episode, number, outcome=f"{outcome[0]}{letter}{turned}")
        found = found_in(claim, Coin())
        assert "t::large" in found.tests
        verdicts.add(found.verdict)
    assert verdicts == {Verdict.DIFFERS}


class Limited(FakeRunner):
    """One test is ended by a limit."""

    def check(self, program, name):
        if name == "t::small":
            return TestResult(name, Status.TIMEOUT)
        return super().check(program, name)


def test_which_limit_ends_a_test_is_the_machines_affair(episode):
    number = measured(episode)
    outcome = episode.steps[number - 1].outcome
    claim = with_step(episode, number, outcome=f"{outcome[0]}M{outcome[2]}")
    found = found_in(claim, Limited())
    assert (found.verdict, found.tests) == (Verdict.FLAKY, ("t::small",))
    assert "which of the two limits" in found.why


def test_transitions_are_those_that_were_recorded(episode):
    again = transitions(make(observation="padded").unwrapped, episode)
    assert (again.task_id, again.seed) == (episode.task_id, 0)
    assert [step.reward for step in again.transitions] == [s.reward for s in episode.steps]
    assert "edge_types" in again.transitions[0].observation
    with pytest.raises(ConfigError, match="make the world with the same arguments"):
        transitions(make().unwrapped, replace(episode, task_id="0" * 16))
