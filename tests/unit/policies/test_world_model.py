"""The ensemble: what is frozen, what learns, what is masked, and how it doubts."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from policies.seeding import seeded
from policies.world_model.experience import Batch, Experience, Replay, Scene
from policies.world_model.measures import class_shares, entropy, heads_loss, surprise, tempered
from policies.world_model.model import WorldModel
from policies.world_model.network import BaseRates, PriorHeads
from policies.world_model.options import ModelOptions
from tests.support.worlds import NODES, bandit_observation, random_observation, to_padded

SMALL = ModelOptions(width=16, layers=2, heads=4)


def experiences(count=12, seed=0, tests=4):
    """Return experiences on two programs."""
    rng = np.random.default_rng(seed)
    shown = [random_observation(rng, tests=tests) for _ in range(2)]
    items = []
    for number in range(count):
        observation = shown[number % 2]
        row = observation["edits"][1 + number // 2 % 12]
        classes = rng.integers(-1, 5, tests).astype(np.int8)
        classes[0] = rng.integers(0, 5)
        items.append(told(Scene.of(observation), row, classes))
    return items


def told(scene, row, classes):
    """Return an experience that weighs the same in every head."""
    return Experience(scene, np.array(row), np.array(classes, np.int8), np.ones(4, np.float32))


def test_a_scene_does_not_know_what_was_tried():
    observation = random_observation(np.random.default_rng(0))
    before = Scene.of(observation)
    observation["graph"].nodes[1, 3] |= 4
    after = Scene.of(observation)
    assert after.key == before.key
    assert np.array_equal(after.nodes, before.nodes)
    model = WorldModel(0, SMALL)
    first = model.predict(observation)
    observation["edits"][:, 5] = 2
    assert np.array_equal(model.predict(observation).probabilities, first.probabilities)


def test_both_forms_are_predicted_alike():
    observation = random_observation(np.random.default_rng(0))
    model = WorldModel(0, SMALL)
    one = model.predict(observation, tests=True)
    other = model.predict(to_padded(observation, NODES), tests=True)
    assert np.array_equal(one.probabilities, other.probabilities)
    assert np.array_equal(one.tests, other.tests)


def test_predictions_are_distributions_with_their_doubt():
    observation = random_observation(np.random.default_rng(0))
    seen = WorldModel(0, SMALL).predict(observation, tests=True)
    assert seen.probabilities.shape == (13, 5)
    assert seen.tests.shape == (13, 4, 5)
    np.testing.assert_allclose(seen.probabilities.sum(axis=1), 1.0)
    np.testing.assert_allclose(seen.tests.sum(axis=2), 1.0)
    assert (seen.disagreement > 0).all()  # untrained priors differ
    assert (seen.disagreement <= seen.entropy + 1e-9).all()


def test_priors_stay_and_everything_else_moves():
    model = WorldModel(0, SMALL)
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    items = experiences()
    for _ in range(3):
        model.learn(items)
    for name, value in model.network.state_dict().items():
        fixed = ".prior." in name or "_rates." in name or name.endswith(".eps")
        assert torch.equal(value, before[name]) == fixed, name


def test_no_gradient_of_a_prior_reaches_the_trunk():
    with seeded(0):
        heads = PriorHeads(heads=3, inputs=8, scale=1.0)
    vectors = torch.ones(2, 8, requires_grad=True)
    heads(vectors)[0].sum().backward()
    # The trained part ends in zeros at first, so what would come through is the prior's.
    assert vectors.grad is None or vectors.grad.abs().max() == 0
    assert all(weight.grad is None for weight in heads.prior.parameters())


def test_gradients_reach_the_encoder():
    model = WorldModel(0, SMALL)
    items = experiences()
    model.learn(items)  # moves the heads' last layers away from zero
    _, loss = model._loss(Batch.of(items), torch.ones(len(items)))
    model.network.zero_grad()
    loss.backward()
    for name, weight in model.network.encoder.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_it_learns_what_it_is_shown():
    model = WorldModel(
        0, ModelOptions(width=16, layers=2, heads=4, learning_rate=1e-2, dropout=0.0, shrinkage=0.0)
    )
    items = experiences(8)
    first, shocks = model.learn(items)
    for _ in range(150):
        last, shocks = model.learn(items)
    assert last < 0.5 * first
    assert shocks.mean() < 0.5


def test_masked_tests_do_not_count():
    model, items = WorldModel(0, SMALL), experiences(6)
    losses = []
    for extra in (0, 2):
        shown = [
            told(item.scene, item.row, np.append(item.classes, [-1] * extra)) for item in items
        ]
        batch = Batch.of(shown)
        batch = replace(batch, scenes=[widened(scene, extra) for scene in batch.scenes])
        asked = model._asked(batch)
        losses.append(model._test_losses(asked, batch))
    torch.testing.assert_close(losses[0], losses[1])


def widened(scene, extra):
    """Return a scene with further test slots, whatever stands in them."""
    return replace(scene, tests=np.vstack([scene.tests, np.full((extra, 2), [-1, 2], np.int16)]))


def test_heads_loss_is_the_mean_over_heads():
    with seeded(0):
        logits = torch.randn(3, 2, 5)
    single = -torch.log_softmax(logits, 2)
    wanted = torch.stack([single[:, 0, 4].mean(), single[:, 1, 0].mean()])
    torch.testing.assert_close(heads_loss(logits, torch.tensor([4, 0])), wanted)


def test_a_program_is_encoded_once_however_many_edits():
    model, sizes = WorldModel(0, SMALL), []
    model.network.encoder.register_forward_pre_hook(
        lambda _, inputs: sizes.append(len(inputs[0].starts))
    )
    items = experiences(12)
    model.learn(items)
    scene = items[0].scene
    model.imagine(scene, np.stack([items[0].row] * 30))
    model.imagine(scene, items[2].row[None])
    assert sizes == [2, 1]


def test_predictions_after_learning_are_not_the_remembered_ones():
    model = WorldModel(0, SMALL)
    items = experiences()
    before = model.imagine(items[0].scene, items[0].row[None]).probabilities
    model.learn(items)
    assert not np.array_equal(
        model.imagine(items[0].scene, items[0].row[None]).probabilities, before
    )


def test_test_statuses_are_read_anew():
    model = WorldModel(0, SMALL)
    items = experiences(4)
    model.learn(items)
    model.learn(items)
    scene, row = items[0].scene, items[0].row[None]
    tests = scene.tests.copy()
    tests[:] = [[1, 1], [2, 1], [3, 1], [4, 1]]
    passing = replace(scene, tests=tests)
    failing = replace(scene, tests=tests + np.array([0, 1], np.int16))
    one, other = (model.imagine(seen, row).probabilities for seen in (passing, failing))
    assert not np.array_equal(one, other)


def test_previews_of_one_program_equal_pointing():
    model = WorldModel(0, SMALL)
    observation = random_observation(np.random.default_rng(0))
    scene, rows = Scene.of(observation), observation["edits"][1:5]
    pointed = model.imagine(scene, rows)
    looked = model.imagine_previews([scene] * 4, rows)
    np.testing.assert_allclose(looked.probabilities, pointed.probabilities, atol=1e-6)


def test_weights_of_zero_leave_an_experience_out():
    one, other = WorldModel(0, SMALL), WorldModel(0, SMALL)
    items = experiences(6)
    strangers = [told(items[0].scene, items[0].row, np.full(4, 4))]
    weights = np.array([1.0] * 6 + [0.0])
    one.learn(items + strangers, weights)
    changed = [told(items[0].scene, items[0].row, np.full(4, 2))]
    other.learn(items + changed, weights)
    for first, second in zip(one.network.parameters(), other.network.parameters(), strict=True):
        assert torch.equal(first, second)


@pytest.mark.parametrize(("shown", "wider"), [(0.6, False), (0.2, True)])
def test_the_temperature_goes_where_the_outcomes_are(shown, wider):
    model, rng = WorldModel(0, SMALL), np.random.default_rng(0)
    sure = (
        np.array([0.9, 0.025, 0.025, 0.025, 0.025])
        if wider
        else np.array([0.4, 0.15, 0.15, 0.15, 0.15])
    )
    for _ in range(60):
        happened = 0 if rng.random() < shown + 0.3 * (not wider) else int(rng.integers(1, 5))
        model.calibrate(tempered(sure[None], model.temperature)[0], happened)
    assert (model.temperature > 1.3) if wider else (model.temperature < 0.8)


def test_one_calibration_edit_swings_little():
    model = WorldModel(0, SMALL)
    model.calibrate(np.array([0.9, 0.025, 0.025, 0.025, 0.025]), 3)
    assert 1.0 < model.temperature < 2.0


def test_measures():
    flat, sure = np.full((1, 5), 0.2), np.array([[1.0, 0, 0, 0, 0]])
    assert entropy(flat)[0] == pytest.approx(np.log(5))
    assert entropy(sure)[0] == pytest.approx(0.0)
    assert surprise(flat, np.array([3]))[0] == pytest.approx(np.log(5))
    np.testing.assert_allclose(
        tempered(np.array([[0.5, 0.3, 0.1, 0.1, 0.0]]), 1.0)[0, :2], [0.5, 0.3]
    )
    squared = tempered(np.array([[0.6, 0.4]]), 0.5)[0]
    np.testing.assert_allclose(squared, np.array([0.36, 0.16]) / 0.52)


def test_the_same_seed_gives_the_same_model_and_another_does_not():
    items = experiences()
    losses = []
    for seed in (3, 3, 4):
        model = WorldModel(seed, SMALL)
        losses.append([model.learn(items)[0] for _ in range(3)])
    assert losses[0] == losses[1] != losses[2]


# --- replay -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 5, 7, 12])
def test_a_restored_replay_draws_the_same(count):
    items = experiences(count)
    replay = Replay(5, 1.0, 0.01)
    for number, item in enumerate(items):
        replay.add(item, 0.1 * number)
    ids, _, _ = replay.sample(3, np.random.default_rng(0))
    replay.update(ids, np.array([3.0, 2.0, 1.0]))
    other = Replay(5, 1.0, 0.01)
    other.restore(replay.state())
    for item in experiences(2, seed=9):
        replay.add(item, 0.5)
        other.add(item, 0.5)
    drawn = [r.sample(50, np.random.default_rng(1)) for r in (replay, other)]
    for one, two in zip(drawn[0][1], drawn[1][1], strict=True):
        assert one.scene.key == two.scene.key
        assert np.array_equal(one.row, two.row)
        assert np.array_equal(one.classes, two.classes)
    np.testing.assert_array_equal(drawn[0][2], drawn[1][2])


def test_the_surprising_is_drawn_more_often_and_weighs_less():
    items = experiences(2)
    replay = Replay(10, 1.0, 0.01)
    replay.add(items[0], 3.0)
    replay.add(items[1], 1.0)
    _, drawn, weights = replay.sample(4000, np.random.default_rng(0))
    first = np.array([item is items[0] for item in drawn])
    assert first.mean() == pytest.approx(3.01 / 4.02, abs=0.03)
    assert weights[~first][0] / weights[first][0] == pytest.approx(3.01 / 1.01)


# --- base rates ---------------------------------------------------------------------------------


def rates_after(outcomes, heads=4):
    """Return base rates that have counted (operator, class) pairs alike in every head."""
    with seeded(0):
        rates = BaseRates(heads)
    for operator, happened in outcomes:
        rates.add(operator, torch.eye(5)[happened], torch.ones(heads))
    return rates


def test_base_rates_follow_the_counts():
    chances = rates_after([(2, 0)] * 30 + [(4, 1)] * 20 + [(4, 0)] * 10)(torch.tensor([2, 4])).exp()
    assert chances[:, 0, 0].min() > 0.9
    np.testing.assert_allclose(chances[:, 1, 1], 2 / 3, atol=0.06)
    torch.testing.assert_close(chances.sum(dim=2), torch.ones(4, 2))


def test_an_unseen_operator_starts_from_all_operators_and_heads_differ():
    rates = rates_after([(2, 1)] * 40)
    seen, unseen = rates(torch.tensor([2, 7])).exp().unbind(dim=1)
    assert unseen[:, 1].mean() > 0.7
    assert unseen[:, 1].std() > 5 * seen[:, 1].std()


def test_what_is_left_out_was_never_counted():
    all_but_one = rates_after([(2, 0), (2, 0), (4, 3)])
    with_it = rates_after([(2, 0), (2, 0), (4, 3), (2, 1)])
    own = torch.eye(5)[1].expand(4, 1, 5)
    operators = torch.tensor([2])
    torch.testing.assert_close(with_it(operators, own), all_but_one(operators))
    assert not torch.allclose(with_it(operators), all_but_one(operators))


def test_heads_weigh_an_outcome_their_own_way():
    model = WorldModel(0, SMALL)
    observation = bandit_observation([2])
    item = model.take_in(Scene.of(observation), observation["edits"][1], np.array([1], np.int8))
    counts = model.network.suite_rates.counts[:, 2, 1]
    np.testing.assert_allclose(counts, item.shares)
    assert len(set(item.shares.tolist())) == 4


def test_per_test_rates_count_the_share_of_each_class():
    classes = torch.tensor([[0, 0, 1, -1], [-1, 4, -1, -1]])
    wanted = [[2 / 3, 1 / 3, 0, 0, 0], [0, 0, 0, 0, 1]]
    torch.testing.assert_close(class_shares(classes), torch.tensor(wanted))


def test_an_operator_is_learned_from_a_few_edits():
    observation = bandit_observation([2, 2, 2, 2, 4, 4, 4, 4])
    scene, rows = Scene.of(observation), observation["edits"]
    model = WorldModel(0, SMALL)
    outcomes = ((1, 0), (2, 0), (5, 1), (6, 1))
    told = [model.take_in(scene, rows[a], np.array([c], np.int8)) for a, c in outcomes]
    for _ in range(10):
        model.learn(told)
    unseen = model.predict(observation).probabilities
    assert unseen[[3, 4], 0].min() > 0.5
    assert unseen[[7, 8], 1].min() > 0.5
