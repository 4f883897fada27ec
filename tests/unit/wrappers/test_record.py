"""The recorder: where it stands, what it writes, and what it refuses."""

import os
import resource
from contextlib import contextmanager
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers import TimeLimit

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.confirm import Verdict, confirm
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.envs.vector import CodeEditVectorEnv
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.wrappers.bonus import IntrinsicBonus
from nerion_gym.wrappers.record import RESTORED, RecordEpisodes
from tests.support.recorded import WORLD, make, play, recorded
from tests.unit.envs.fakes import FakeRunner, make_world

pytestmark = pytest.mark.pure


@pytest.fixture
def path(tmp_path):
    return tmp_path / "episodes.jsonl"


def held(path):
    return [episode for _, episode in read_episodes(path)]


def confirmed(episode, **kwargs):
    return confirm(make(**kwargs).unwrapped, episode)


def test_it_changes_nothing_and_writes_each_episode(path):
    plain, env = make(), RecordEpisodes(make(), path)
    for seed in range(2):
        observation, info = env.reset(seed=seed)
        assert info == plain.reset(seed=seed)[1]
        ended = False
        while not ended:
            action = int(np.flatnonzero(observation["action_mask"])[-1])
            observation, *numbers, info = env.step(action)
            others = plain.step(action)
            assert (*numbers, info) == others[1:]
            assert np.array_equal(observation["edits"], others[0]["edits"])
            ended = numbers[1] or numbers[2]
        assert len(held(path)) == seed + 1
    assert [episode.seed for episode in held(path)] == [0, 1]
    assert held(path)[0].world == WORLD


def test_what_decides_nothing_is_not_recorded(path):
    (episode,) = recorded(path, commit="always", render_mode="ansi", runner=FakeRunner())
    assert episode.kwargs == {"commit": "always"}


def test_a_resets_options_are_named_and_make_it_by_name(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=3, options={"focus": "f"})
    env.step(1)
    env.close()
    (episode,) = held(path)
    assert (episode.seed, episode.options, episode.drawn) == (3, ("focus",), False)
    assert episode.focus.functions[0].qualname == "f"
    assert confirmed(episode).verdict is Verdict.SAME


def test_an_episode_that_is_broken_off_is_written_as_far_as_it_went(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    env.reset(seed=1)  # nothing was done: nothing is written
    env.step(1)
    env.step(2)
    env.reset()
    env.step(3)
    env.close()
    first, second = held(path)
    assert (len(first.steps), first.ended, first.seed) == (2, False, 1)
    assert (len(second.steps), second.seed) == (1, None)
    assert {confirmed(episode).verdict for episode in (first, second)} == {Verdict.SAME}


def going_on(env):
    """Return the actions after which the episode goes on."""
    actions = range(1, 1 + len(env.unwrapped.edits))
    return [action for action in actions if not env.unwrapped.fork().step(action)[2]]


def test_what_is_undone_was_never_taken(path):
    env = RecordEpisodes(make(commit="always"), path)
    env.reset(seed=0)
    one, two = going_on(env)[:2]
    env.step(one)
    before = env.unwrapped.current.program
    env.step(going_on(env)[0])
    assert env.unwrapped.current.program != before
    env.get_wrapper_attr("undo")()
    assert env.unwrapped.current.program == before
    env.undo()
    env.step(two)
    env.close()
    (episode,) = held(path)
    assert [step.action for step in episode.steps] == [two]
    assert confirmed(episode, commit="always").verdict is Verdict.SAME


def test_an_ended_episode_is_not_undone_and_not_recorded_on(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    while not env.step(1)[2]:
        pass
    with pytest.raises(ConfigError, match="written already; call reset"):
        env.undo()
    env.step(1)
    env.close()
    assert len(held(path)) == 1


def test_a_restored_state_is_recorded_with_its_steps(path):
    env = make(commit="always")
    env.reset(seed=0)
    for action in (2, 0, 1):
        env.step(action)
    recorder = RecordEpisodes(make(commit="always"), path)
    recorder.reset(seed=5)
    seen = recorder.restore(env.unwrapped.state)
    assert np.array_equal(seen["edits"], env.unwrapped.restore(env.unwrapped.state)["edits"])
    recorder.close()
    (episode,) = held(path)
    assert (episode.options, len(episode.steps)) == ((RESTORED,), 3)
    assert confirmed(episode, commit="always").verdict is Verdict.SAME


def test_steps_behind_the_recorder_are_noticed(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    env.step(1)
    env.unwrapped.step(1)
    for use in (lambda: env.step(1), env.undo):
        with pytest.raises(ConfigError, match=r"has seen 1 steps of this episode.*has taken 2"):
            use()


def test_it_stands_around_the_world_itself(path):
    with pytest.raises(ConfigError, match=r"TimeLimit\(RecordEpisodes"):
        RecordEpisodes(TimeLimit(make(), 3), path)
    with pytest.raises(ConfigError, match="expected a code-editing world"):
        RecordEpisodes(gym.make("CartPole-v1"), path)
    outside = TimeLimit(RecordEpisodes(make(), path), 3)
    play(outside)
    (episode,) = held(path)
    assert (len(episode.steps), episode.ended) == (3, False)


def test_what_no_other_process_could_make_is_refused(path):
    unregistered = CodeEditEnv(make_world(), runner=FakeRunner())
    with pytest.raises(ConfigError, match="not made by gymnasium"):
        RecordEpisodes(unregistered, path)
    make()
    gym.register(
        "Nerion-Unwritable-v0",
        lambda made_of: CodeEditEnv(make_world(), runner=FakeRunner()),
    )
    try:
        with pytest.raises(
            ConfigError, match="arguments of Nerion-Unwritable-v0 cannot be recorded"
        ):
            RecordEpisodes(gym.make("Nerion-Unwritable-v0", made_of=object), path)
        written = RecordEpisodes(gym.make("Nerion-Unwritable-v0", made_of=Path("a/b")), path)
        assert written.made == ("Nerion-Unwritable-v0", {"made_of": "a/b"})
    finally:
        del gym.registry["Nerion-Unwritable-v0"]


def test_a_file_that_cannot_be_added_to_is_refused(path, tmp_path):
    with pytest.raises(StorageError, match="cannot be written there"):
        RecordEpisodes(make(), tmp_path / "missing" / "e.jsonl")
    path.write_text('{"format": "nerion-epi')
    with pytest.raises(StorageError, match="last line is cut off; remove it"):
        RecordEpisodes(make(), path)


def test_a_file_is_added_to(path):
    recorded(path)
    assert len(recorded(path, seed=4)) == 2


@contextmanager
def room_for(size):
    """Let files grow to a size and no further, as a full disk does: what fits is written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_nothing_is_lost(path):
    recorded(path)
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    env.step(1)
    for leave in (env.reset, env.close):
        with (
            room_for(path.stat().st_size + 100),
            pytest.raises(StorageError, match="cannot be written"),
        ):
            leave()
        assert len(held(path)) == 1  # and not half of another
    env.close()
    assert [len(episode.steps) for episode in held(path)][1:] == [1]


def test_an_ended_episode_that_could_not_be_written_is_not_gone_on_with(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    with room_for(100):
        for _ in range(env.unwrapped.world.limits.steps - 1):
            env.step(1)
        for _ in range(2):
            with pytest.raises(StorageError):
                env.step(1)
    env.step(1)  # there is room again: it is written, and the step is of no episode
    env.close()
    (episode,) = held(path)
    assert episode.ended
    assert confirmed(episode).verdict is Verdict.SAME


def test_one_that_cannot_be_written_does_not_keep_the_others_from_it(path):
    class Closed(FakeRunner):
        closed = 0

        def close(self):
            self.closed += 1

    runner = Closed()
    first = RecordEpisodes(make(runner=runner), path)
    second = first.beside(CodeEditEnv(make_world(), runner=FakeRunner()), 1)
    for env in (first, second):
        env.reset(seed=0)
        env.step(1)
    first.path = path.parent / "missing" / "e.jsonl"
    with pytest.raises(StorageError, match="cannot be written"):
        first.close()
    assert len(held(path)) == 1
    assert runner.closed == 1


def test_what_a_killed_writer_left_spoils_no_other_line(path):
    env = RecordEpisodes(make(), path)
    env.reset(seed=0)
    env.step(1)
    path.write_text('{"format": "nerion-epi')  # by another, which was killed meanwhile
    env.close()
    with pytest.raises(StorageError, match=r"line 1: not JSON.*remove it.*sed -i '1d'"):
        read_episodes(path)
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])
    assert len(held(path)) == 1


def test_what_is_no_plain_file_is_refused(path):
    os.mkfifo(path)
    for other in (path, "/dev/full", path.parent):
        with pytest.raises(StorageError, match="cannot be written there"):
            RecordEpisodes(make(), other)


def test_recorders_beside_one_another_write_to_one_file(path):
    first = RecordEpisodes(make(), path)
    core = CodeEditEnv(make_world(), runner=FakeRunner())
    vector = CodeEditVectorEnv([first, first.beside(core, 1)], runner=FakeRunner())
    vector.reset(seed=[0, 1])
    for _ in range(3):
        vector.step(np.array([1, 2]))
    vector.close()
    found = {episode.seed: [step.action for step in episode.steps] for episode in held(path)}
    assert found == {0: [1, 1, 1], 1: [2, 2, 2]}
    assert {confirmed(episode).verdict for episode in held(path)} == {Verdict.SAME}


class Nothing:
    """Pays one for every step."""

    def reset(self, observation):
        pass

    def pay(self, before, action, info, *, ended):
        return 1.0


def test_bonuses_go_around_it_and_are_not_recorded(path):
    play(IntrinsicBonus(RecordEpisodes(make(), path), Nothing()))
    (episode,) = held(path)
    assert confirmed(episode).verdict is Verdict.SAME


def test_a_spec_makes_it_again(path):
    env = RecordEpisodes(make(commit="always"), path)
    again = gym.make(env.spec)
    assert again.get_wrapper_attr("made") == env.made
