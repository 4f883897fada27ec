"""The curious agent: what it chooses, what it learns from, and that it goes on where it stopped."""

import numpy as np
import pytest
import torch

from nerion_gym.errors import ConfigError, StorageError
from policies.curiosity import CuriosityPolicy
from policies.policy import read_checkpoint, write_checkpoint
from tests.support.worlds import bandit_observation, random_observation, transition

SMALL = {"width": 16, "layers": 2, "heads": 4, "batch": 8, "updates": 2}
RENAME, ADD, SWAP = 2, 4, 5


def make(seed=0, **options):
    """Return a small agent that never draws uniformly unless told to."""
    quiet = {"uniform_share": 0.0, "exploration": "fixed", "epsilon": 0.0}
    return CuriosityPolicy(None, None, seed, **{**SMALL, **quiet, **options})


def play(agent, steps, seed=0, observations=None):
    """Let an agent run edits of random programs; return what it said and did."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(5)
    shown = observations or [random_observation(world) for _ in range(3)]
    log = []
    for number in range(steps):
        observation = shown[number % len(shown)]
        action = agent.act(observation, rng)
        classes = np.array([action % 3, 0, -1, 0])
        log.append((action, agent.update([transition(observation, action, classes)])))
    return log


def test_actions_are_legal_whatever_the_weights():
    rng = np.random.default_rng(0)
    for seed in range(4):
        agent = CuriosityPolicy(None, None, seed, **SMALL)
        for _ in range(15):
            observation = random_observation(rng)
            action = agent.act(observation, rng)
            assert observation["action_mask"][action] == 1
            assert agent.greedy().act(observation, rng) in np.flatnonzero(
                observation["action_mask"]
            )


def test_an_edit_that_was_run_comes_last_and_the_least_visited_first():
    agent, rng = make(), np.random.default_rng(0)
    observation = bandit_observation([RENAME, ADD, SWAP])
    order = []
    for _ in range(7):
        order.append(agent.act(observation, rng))
        agent.update([transition(observation, order[-1], [0])])
    assert sorted(order[:3]) == sorted(order[3:6]) == [1, 2, 3]


def test_what_was_tried_in_the_episode_is_not_tried_again():
    agent, rng = make(), np.random.default_rng(0)
    observation = bandit_observation([RENAME, ADD, SWAP])
    observation["edits"][[1, 3], 5] = 1
    assert {agent.act(observation, rng) for _ in range(10)} == {2}


def test_it_asks_about_the_operator_it_does_not_know():
    agent, rng = make(updates=8), np.random.default_rng(0)
    observation = bandit_observation([RENAME] * 12 + [ADD])
    for action in range(1, 11):
        agent.update([transition(observation, action, [0])])
    assert agent.greedy().act(observation, rng) == 13
    seen = agent.model.predict(observation)
    assert seen.disagreement[13] > seen.disagreement[12]
    assert seen.entropy[13] > seen.entropy[12]


def test_surprise_is_what_the_model_gave_before_learning():
    agent = make()
    observation = bandit_observation([RENAME, ADD])
    seen = agent.model.predict(observation)
    metrics = agent.update([transition(observation, 2, [1])])
    assert metrics["curiosity/surprise"] == pytest.approx(-np.log(seen.probabilities[2, 1]))
    assert metrics["curiosity/expected_surprise"] == pytest.approx(seen.entropy[2])
    assert metrics["curiosity/disagreement"] == pytest.approx(seen.disagreement[2])
    brier = 2 * seen.probabilities[2, 0] ** 2
    assert metrics["world_model/brier"] == pytest.approx(brier)
    again = agent.update([transition(observation, 2, [1])])
    assert again["curiosity/surprise"] < metrics["curiosity/surprise"]


def test_a_repeat_is_not_learned_twice():
    agent = make()
    observation = bandit_observation([RENAME, ADD])
    agent.update([transition(observation, 1, [0])])
    weights = [weight.clone() for weight in agent.model.network.parameters()]
    metrics = agent.update([transition(observation, 1, [0])])
    assert "losses/world_model" not in metrics
    assert all(
        torch.equal(one, two)
        for one, two in zip(weights, agent.model.network.parameters(), strict=True)
    )


def test_steps_without_an_outcome_teach_nothing():
    agent = make()
    observation = bandit_observation([RENAME, ADD])
    assert agent.update([transition(observation, 0, [-1])]) == {}


def test_epsilon_follows_surprise():
    agent = make(exploration="surprise", epsilon=0.5)
    start = agent.epsilon
    log = play(agent, 25)
    assert start == 0.5
    assert agent.epsilon < start
    assert log[-1][1]["exploration/epsilon"] <= 0.5


def test_only_uniform_choices_calibrate():
    curious, uniform = make(), make(choice="uniform")
    play(curious, 12)
    assert curious.model.temperature == 1.0
    log = play(uniform, 12)
    assert uniform.model.temperature != 1.0
    assert all(step["exploration/explored"] == 1.0 for _, step in log if step)


def test_uniform_choice_ignores_the_model():
    rng = np.random.default_rng(0)
    observation = bandit_observation([RENAME] * 8)
    agent = make(choice="uniform")
    drawn = np.bincount([agent.act(observation, rng) for _ in range(800)], minlength=9)
    assert drawn[0] == 0
    assert np.abs(drawn[1:] - 100).max() < 50


@pytest.mark.parametrize("options", [{}, {"imagination": "preview"}])
def test_the_same_seed_gives_the_same_run(options):
    runs = []
    for _ in range(2):
        agent = CuriosityPolicy(None, None, 7, **{**SMALL, **options})
        runs.append(play_with_preview(agent, 10) if options else play(agent, 20))
    assert runs[0] == runs[1]


def test_a_loaded_agent_goes_on_as_if_it_had_never_stopped(tmp_path):
    whole = CuriosityPolicy(None, None, 3, **SMALL)
    play(whole, 15)
    whole.save(tmp_path / "c")
    resumed = CuriosityPolicy(None, None, 99, **SMALL)
    resumed.load(tmp_path / "c")
    shown = [random_observation(np.random.default_rng(n)) for n in range(3)]
    assert play(resumed, 15, 1, shown) == play(whole, 15, 1, shown)


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path):
    make().save(tmp_path / "c")
    with pytest.raises(StorageError, match="other options"):
        make(heads=3).load(tmp_path / "c")
    write_checkpoint(tmp_path / "d", "curiosity", b"not a torch file")
    with pytest.raises(StorageError, match="does not fit"):
        make().load(tmp_path / "d")


def test_nothing_in_a_checkpoint_can_run(tmp_path):
    make().save(tmp_path / "c")
    payload = read_checkpoint(tmp_path / "c", "curiosity")
    import io

    assert torch.load(io.BytesIO(payload), weights_only=True)["steps"] == 0


@pytest.mark.parametrize(
    "options", [{"choice": "best"}, {"imagination": "dream"}, {"exploration": "never"}]
)
def test_unknown_choices_are_refused(options):
    with pytest.raises(ConfigError, match=r"expected one of"):
        make(**options)


# --- preview ------------------------------------------------------------------------------------


def play_with_preview(agent, steps):
    """Play on one program; a preview changes the site's token and flags it as edited."""
    observation = bandit_observation([RENAME, ADD, SWAP, RENAME, ADD, SWAP])
    rng, log = np.random.default_rng(0), []

    def preview(action):
        seen = {key: value for key, value in observation.items() if key != "graph"}
        nodes = observation["graph"].nodes.copy()
        site = observation["edits"][action, 1]
        nodes[site, 1], nodes[site, 3] = 500 + action, 5
        return {"graph": observation["graph"]._replace(nodes=nodes), **seen}

    for _ in range(steps):
        action = agent.act(observation, rng, preview=preview)
        log.append((action, agent.update([transition(observation, action, [action % 2])])))
    return log


def test_preview_imagination_learns_from_what_the_edit_would_give():
    agent = make(imagination="preview")
    assert agent.wants_preview
    play_with_preview(agent, 6)
    tokens = {int(item.scene.nodes[item.row[1], 1]) for item in agent._replay._items}
    assert tokens == {501, 502, 503, 504, 505, 506}


def test_preview_imagination_needs_previews():
    observation = bandit_observation([RENAME])
    with pytest.raises(ConfigError, match="preview"):
        make(imagination="preview").act(observation, np.random.default_rng(0))
