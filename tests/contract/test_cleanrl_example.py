"""`examples/cleanrl_ppo.py` handles ends as the vector gives them, and learns."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch

PATH = Path(__file__).resolve().parents[2] / "examples" / "cleanrl_ppo.py"
STEPS = 40


@pytest.fixture(scope="module")
def cleanrl():
    """The example as a module; dataclasses look their module up by name."""
    spec = util.spec_from_file_location("cleanrl_ppo_example", PATH)
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def two(cleanrl):
    """Forty steps of two environments (episodes of 16), and the vector that they were taken in."""
    envs = gym.make_vec("Nerion-ToyMath-v0", 2, observation="padded")
    collector = cleanrl.Collector(envs, seed=0)
    generator = torch.Generator().manual_seed(0)
    yield collector.collect(cleanrl.Agent(), STEPS, generator), envs, collector
    envs.close()


@pytest.mark.sandbox
def test_the_action_after_an_end_is_dropped_and_no_other(two):
    rollout, envs, collector = two
    ended, real = rollout.ended.numpy(), rollout.real.numpy()
    assert ended.sum() == 4
    assert real[0].all()
    assert np.array_equal(real[1:], ~ended[:-1])
    # What the environments themselves counted: the ignored actions were no steps.
    assert envs.stats.steps == real.sum() == 2 * STEPS - 4
    assert not rollout.rewards.numpy()[~real].any()
    assert envs.stats.masked == 0
    assert sum(collector.returns) + collector.running.sum() == rollout.rewards.sum()


@pytest.mark.sandbox
def test_an_update_sees_real_rows_only(two, cleanrl):
    rollout, *_ = two
    agent = cleanrl.Agent()
    rows = []
    agent.register_forward_pre_hook(lambda _agent, given: rows.append(len(given[0]["edits"])))
    args = cleanrl.Args(epochs=1, minibatches=4)
    losses = cleanrl.update(agent, torch.optim.Adam(agent.parameters()), rollout, args)
    assert sum(rows) == 2 * STEPS - 4
    assert all(np.isfinite(list(losses.values())))


def rollout_of(cleanrl, rewards, values, terminated, ended):
    """Return a rollout of one environment with these numbers."""

    def column(numbers, kind):
        return torch.tensor(numbers, dtype=kind).unsqueeze(1)

    nothing = torch.zeros(len(rewards), 1)
    return cleanrl.Rollout(
        {},
        nothing,
        nothing,
        column(values, torch.float32),
        column(rewards, torch.float32),
        column(terminated, torch.bool),
        column(ended, torch.bool),
        nothing,
    )


def test_an_episode_that_was_cut_short_is_worth_its_value_and_one_that_terminated_nothing(cleanrl):
    # Rewards 1, 2; then the ignored action (its row shows the end); then a new episode.
    values = [10.0, 20.0, 30.0, 40.0, 50.0]
    for terminated, worth in ((False, 30.0), (True, 0.0)):
        rollout = rollout_of(
            cleanrl,
            [1.0, 2.0, 0.0, 4.0],
            values,
            [False, terminated, False, False],
            [False, True, False, False],
        )
        found = cleanrl.advantages(rollout, 0.5, 1.0).squeeze(1).tolist()
        last = 2.0 + 0.5 * worth - 20.0
        assert found[1] == last
        assert found[0] == 1.0 + 0.5 * 20.0 - 10.0 + 0.5 * last
        assert found[3] == 4.0 + 0.5 * 50.0 - 40.0


@pytest.mark.slow
@pytest.mark.sandbox
def test_it_learns_where_the_gaps_are(cleanrl, tmp_path):
    returns = cleanrl.train(cleanrl.Args(runs=tmp_path))
    first, last = np.mean(returns[:40]), np.mean(returns[-40:])
    assert last > 1.5 * first
    assert last > 4.0
    (run,) = tmp_path.iterdir()
    assert any(file.name.startswith("events.out.tfevents") for file in run.iterdir())
