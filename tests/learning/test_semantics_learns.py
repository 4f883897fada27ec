"""With a table of what words mean, the world model predicts edits of names that it never saw."""

import numpy as np
import pytest

from nerion_gym.graphs.semantics import table
from nerion_gym.graphs.words import token_id
from nerion_gym.providers.offline import HashEmbedder
from nerion_gym.types.semantics import Semantics
from policies.world_model.experience import Scene
from policies.world_model.model import WorldModel
from policies.world_model.options import ModelOptions
from tests.support.worlds import bandit_observation

OPTIONS = ModelOptions(
    width=16, layers=1, heads=4, learning_rate=1e-2, dropout=0.0, shrinkage=0.0, test_weight=0.0
)
HARMLESS, HARMFUL = ("get", "find", "list"), ("delete", "drop", "remove")
THINGS = ("user", "order", "invoice", "session", "account", "file", "page", "token", "row", "job")
SEEN, UNSEEN = THINGS[:6], THINGS[6:]
STEPS = 60


def shown(things):
    """Return a program with an edit at each name, and what its tests do: 0 passes, 1 fails."""
    names = [f"{verb}_{thing}" for verb in (*HARMLESS, *HARMFUL) for thing in things]
    observation = bandit_observation([2] * len(names))
    tokens = np.array([token_id(name) for name in names])
    observation["graph"].nodes[1:, 1] = tokens
    observation["edits"][1:, 3] = tokens
    return observation, np.array([name.split("_")[0] in HARMFUL for name in names], int), names


def accuracy(seed, words):
    """Learn from the names of some things; return how often names of others are told right."""
    model = WorldModel(seed, OPTIONS, words)
    observation, outcomes, _ = shown(SEEN)
    scene = Scene.of(observation)
    rows = observation["edits"][1:]
    batch = [
        model.take_in(scene, row, np.array([outcome], np.int8))
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    for _ in range(STEPS):
        model.learn(batch)
    other, expected, _ = shown(UNSEEN)
    guesses = model.predict(other).probabilities[1:, :2].argmax(axis=1)
    return float((guesses == expected).mean())


@pytest.mark.slow
def test_names_never_seen_are_told_by_what_they_mean():
    names = shown(SEEN)[2] + shown(UNSEEN)[2]
    words = Semantics("hash", "hash-1", table(names, HashEmbedder()))
    told = [accuracy(seed, words) for seed in range(3)]
    untold = [accuracy(seed, None) for seed in range(3)]
    assert np.mean(told) > 0.85
    assert np.mean(untold) < 0.7
