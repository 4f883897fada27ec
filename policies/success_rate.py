"""The journal's first learner: one belief per operator about what its edits do.

A Dirichlet over the five suite-level learning classes per operator; whether an edit is noticed
(killed) is its marginal, a Beta posterior that starts at Beta(1, 1).
"""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import StorageError
from policies.policy import (
    CLASSES,
    SURVIVED,
    edit_key,
    legal_edits,
    program_key,
    read_checkpoint,
    suite_class,
    write_checkpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gymnasium import spaces

    from nerion_gym.types.transition import Observation, Transition

PRIOR = np.array([1.0, 0.25, 0.25, 0.25, 0.25])
"""Pseudo-counts of the classes: survived 1, killed 1 in all, so that the marginal is Beta(1, 1)."""
RECENT = 50
"""Edits over which `world_model/brier` is a mean."""


class SuccessRatePolicy:
    """Tries first what it knows least about.

    Order of preference: edits never run before; then the operator whose Beta posterior has the
    largest variance (not Thompson sampling: the aim is to know, not to win); then the least
    visited edit; then chance. An outcome that was seen before is not counted twice.
    """

    name = "success_rate"

    def __init__(
        self, observation_space: spaces.Dict, action_space: spaces.Discrete, seed: int
    ) -> None:
        del observation_space, action_space, seed  # every agent is made alike
        self._counts: dict[int, np.ndarray] = {}
        self._visits: Counter[bytes] = Counter()
        self._scores: deque[float] = deque(maxlen=RECENT)

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Choose a legal action."""
        legal = legal_edits(observation)
        rows, program = observation["edits"][legal], program_key(observation)
        visits = np.array([self._visits[edit_key(program, row)] for row in rows])
        doubt = np.array([self.variance(int(row[0])) for row in rows])
        # The last key sorts first.
        order = np.lexsort((rng.random(len(legal)), visits, -doubt, visits > 0))
        return int(legal[order[0]])

    def probabilities(self, operator: int) -> np.ndarray:
        """Return the predictive distribution over the five classes, float64 [5]."""
        counts = self._belief(operator)
        return counts / counts.sum()

    def variance(self, operator: int) -> float:
        """Return the variance of the Beta posterior of "an edit of this operator is noticed"."""
        counts = self._belief(operator)
        total, killed = counts.sum(), counts.sum() - counts[SURVIVED]
        return float(killed * (total - killed) / (total**2 * (total + 1.0)))

    def update(self, transitions: Sequence[Transition]) -> dict[str, float]:
        """Count what the newest edits did; return surprise, entropy and Brier of the last."""
        metrics: dict[str, float] = {}
        for transition in transitions:
            metrics = self._learn(transition) or metrics
        return metrics

    def _learn(self, transition: Transition) -> dict[str, float]:
        happened = suite_class(transition.classes)
        if happened is None:
            return {}
        row = transition.observation["edits"][transition.action]
        operator = int(row[0])
        predicted = self.probabilities(operator)
        key = edit_key(program_key(transition.observation), row)
        if not self._visits[key]:
            self._scores.append(2.0 * float(predicted[SURVIVED] - (happened == SURVIVED)) ** 2)
            self._counts[operator] = self._belief(operator) + np.eye(CLASSES)[happened]
        self._visits[key] += 1
        entropy = -float((predicted * np.log(predicted)).sum())
        metrics = {
            "curiosity/surprise": -float(np.log(predicted[happened])),
            "curiosity/entropy": entropy / float(np.log(CLASSES)),
        }
        if self._scores:
            metrics["world_model/brier"] = float(np.mean(self._scores))
        return metrics

    def _belief(self, operator: int) -> np.ndarray:
        return self._counts.get(operator, PRIOR)

    def save(self, path: Path) -> None:
        """Write beliefs and visit counts."""
        state = {
            "counts": {str(op): counts.tolist() for op, counts in self._counts.items()},
            "visits": {key.hex(): count for key, count in self._visits.items()},
            "scores": list(self._scores),
        }
        write_checkpoint(path, self.name, json.dumps(state).encode())

    def load(self, path: Path) -> None:
        """Read what `save` wrote.

        Raises:
            StorageError: missing, torn, another agent's, or not what `save` writes.
        """
        payload = read_checkpoint(path, self.name)
        try:
            state = json.loads(payload)
            counts = {int(op): np.array(values) for op, values in state["counts"].items()}
            visits = {bytes.fromhex(key): count for key, count in state["visits"].items()}
            scores = list(state["scores"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"{path}: not what SuccessRatePolicy.save writes ({error})"
            raise StorageError(msg) from error
        self._counts, self._visits = counts, Counter(visits)
        self._scores = deque(scores, maxlen=RECENT)
