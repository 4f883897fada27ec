"""The world model as an agent uses it: predict, doubt, learn, calibrate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from policies.encoder import OPERATOR, Encoded, join
from policies.seeding import seeded
from policies.world_model.experience import Batch, Experience, Scene, edit_rows, stacked_tests
from policies.world_model.measures import (
    class_shares,
    entropy,
    heads_loss,
    one_hot,
    size,
    surprise,
    tempered,
)
from policies.world_model.network import Asked, OutcomeNetwork
from policies.world_model.options import ModelOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.semantics import Semantics
    from nerion_gym.types.transition import Observation

TEMPERATURES = np.exp(np.linspace(-1.0, 1.5, 101))
TEMPERATURE_SPREAD = 0.5
"""Standard deviation of the belief about log temperature before any calibration edit was seen:
a handful of edits may not swing it."""
TESTS_PER_EDIT = 8
"""Tests per experience, on average, that a gradient step looks at: a suite may have hundreds."""


@dataclass(frozen=True)
class Prediction:
    """What the model says of m edits.

    Attributes:
        probabilities: float64 [m, 5], of the suite's learning class, temperature-scaled.
        disagreement: float64 [m], mutual information of outcome and head, nats: what running
            the edit is expected to teach.
        entropy: float64 [m], of `probabilities`, nats: the surprise that the model expects.
        tests: float64 [m, T, 5], per test, or None where it was not asked for.
    """

    probabilities: np.ndarray
    disagreement: np.ndarray
    entropy: np.ndarray
    tests: np.ndarray | None = None


class WorldModel:
    """An ensemble with its optimiser and its temperature.

    Args:
        seed: of all weights, priors included.
        options: sizes and rates.
        semantics: frozen vectors of tokens for the encoder, or None.
    """

    def __init__(
        self,
        seed: int,
        options: ModelOptions | None = None,
        semantics: Semantics | None = None,
    ) -> None:
        self.options = options or ModelOptions()
        o = self.options
        self._seed, self._steps = seed, 0
        with seeded(seed):
            sizes = (o.width, o.layers, o.heads, o.prior_scale, o.dropout)
            self.network = OutcomeNetwork(*sizes, semantics)
        self.network.eval()
        self._rng = np.random.default_rng(seed)
        trained = [weight for weight in self.network.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trained, lr=o.learning_rate, weight_decay=o.weight_decay, fused=True
        )
        self.temperature = 1.0
        self._records: list[tuple[list[float], int]] = []
        self._encoded: tuple[Scene, Encoded] | None = None

    # -- predicting

    def predict(self, observation: Observation, *, tests: bool = False) -> Prediction:
        """Imagine every listed edit of an observation (rows 0..K, legal or not)."""
        return self.imagine(Scene.of(observation), observation["edits"], tests=tests)

    def imagine(self, scene: Scene, rows: np.ndarray, *, tests: bool = False) -> Prediction:
        """Predict edits int16 [m, 6] of one program, which is encoded once (pointer)."""
        graph = torch.zeros(len(rows), dtype=torch.long)
        with torch.no_grad():
            return self._predict([scene], self._encode(scene), graph, rows, tests=tests)

    def imagine_previews(self, scenes: Sequence[Scene], rows: np.ndarray) -> Prediction:
        """Predict m edits, each from the program that it would give (preview)."""
        with torch.no_grad():
            found = self.network.encode(join([scene.data() for scene in scenes]))
            graph = torch.arange(len(scenes))
            return self._predict(scenes, found, graph, rows, tests=False)

    def _encode(self, scene: Scene) -> Encoded:
        # Weights change in `learn` and `load_state` only; both forget this.
        # The same object, not the same key: test statuses are read too and are not in the key.
        if self._encoded is None or self._encoded[0] is not scene:
            self._encoded = (scene, self.network.encode(join([scene.data()])))
        return self._encoded[1]

    def _predict(
        self,
        scenes: Sequence[Scene],
        found: Encoded,
        graph: Tensor,
        rows: np.ndarray,
        *,
        tests: bool,
    ) -> Prediction:
        known = torch.from_numpy(edit_rows(rows)).long()
        asked = self.network.ask(found, graph, known)
        heads = torch.softmax(self.network.suite_logits(asked)[0], 2).double().numpy()
        mean = heads.mean(axis=0)
        scaled = self._tempered(mean)
        per_test = None
        if tests:
            per_test = self._per_test(asked, stacked_tests(scenes))
        doubt = np.maximum(entropy(mean) - entropy(heads).mean(axis=0), 0.0)
        return Prediction(scaled, doubt, entropy(scaled), per_test)

    def _per_test(self, asked: Asked, tests: Tensor) -> np.ndarray:
        every = torch.ones(len(asked.graph), tests.shape[1]).nonzero()
        logits, _ = self.network.test_logits(asked, tests, (every[:, 0], every[:, 1]))
        mean = torch.softmax(logits, 2).double().numpy().mean(axis=0)
        return self._tempered(mean.reshape(len(asked.graph), tests.shape[1], -1))

    def _tempered(self, probabilities: np.ndarray) -> np.ndarray:
        return tempered(probabilities, self.temperature)

    # -- learning

    def take_in(self, scene: Scene, row: np.ndarray, classes: np.ndarray) -> Experience:
        """Count an outcome in the base rates; return the experience to learn from.

        Args:
            scene: the program.
            row: int16 [6], the edit.
            classes: int8 [T], learning class per test slot; at least one is not masked.
        """
        shares = self._rng.exponential(size=self.options.heads).astype(np.float32)
        item = Experience(scene, np.array(row, np.int16), np.array(classes, np.int8), shares)
        batch, operator = Batch.of([item]), int(row[OPERATOR])
        weighed = batch.shares[:, 0, 0]
        self.network.suite_rates.add(operator, one_hot(batch.suites)[0], weighed)
        self.network.test_rates.add(operator, class_shares(batch.classes)[0], weighed)
        return item

    def learn(
        self, batch: Sequence[Experience], weights: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Take one gradient step.

        Args:
            batch: experiences; programs that occur more than once are encoded once.
            weights: float [len(batch)], of each experience in the loss; None = 1.

        Returns:
            The loss, and the surprise of each experience before the step, nats.
        """
        share = torch.ones(len(batch)) if weights is None else torch.from_numpy(weights).float()
        self._steps += 1
        # Dropout draws from torch's global generator: seeded by the step, so that a resumed run
        # goes on alike.
        with seeded(self._seed + self._steps):
            self.network.train()
            logits, loss = self._loss(Batch.of(batch), share)
            self.network.eval()
        self._step(loss)
        with torch.no_grad():
            mean = torch.softmax(logits, 2).mean(dim=0).double().numpy()
        happened = np.array([item.suite for item in batch])
        return float(loss.detach()), surprise(self._tempered(mean), happened)

    def _asked(self, batch: Batch) -> Asked:
        found = self.network.encode(join([scene.data() for scene in batch.scenes]))
        return self.network.ask(found, batch.graph, batch.rows)

    def _loss(self, batch: Batch, share: Tensor) -> tuple[Tensor, Tensor]:
        """Return the suite's logits [H, m, 5] and the loss."""
        asked, o = self._asked(batch), self.options
        logits, deep = self.network.suite_logits(asked, batch.shares * one_hot(batch.suites))
        losses = heads_loss(logits, batch.suites) + o.shrinkage * size(deep)
        if o.test_weight > 0:
            losses = losses + o.test_weight * self._test_losses(asked, batch)
        return logits, (losses * share).mean()

    def _test_losses(self, asked: Asked, batch: Batch) -> Tensor:
        """Return float32 [m]: mean loss over heads and over drawn tests that are not masked."""
        every = (batch.classes >= 0).nonzero()
        drawn = torch.randperm(len(every))[: TESTS_PER_EDIT * len(batch.rows)]
        pairs = (every[drawn, 0], every[drawn, 1])
        own = batch.shares * class_shares(batch.classes)
        logits, deep = self.network.test_logits(asked, stacked_tests(batch.scenes), pairs, own)
        losses = heads_loss(logits, batch.classes[pairs]) + self.options.shrinkage * size(deep)
        zeros = torch.zeros(len(batch.rows))
        counted = zeros.index_add(0, pairs[0], torch.ones_like(losses))
        return zeros.index_add(0, pairs[0], losses) / counted.clamp(min=1)

    def _step(self, loss: Tensor) -> None:
        self._encoded = None
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()

    # -- calibrating

    def calibrate(self, probabilities: np.ndarray, happened: int) -> float:
        """Take what was predicted for a uniformly chosen edit, and what happened; refit.

        Args:
            probabilities: float [5], temperature-scaled as `Prediction` gives them.
            happened: learning class of the suite.

        Returns:
            The temperature from now on.
        """
        raw = tempered(np.asarray(probabilities)[None], 1.0 / self.temperature)[0]
        self._records.append((raw.tolist(), int(happened)))
        rows = np.array([record[0] for record in self._records])
        labels = np.array([record[1] for record in self._records])
        losses = [surprise(tempered(rows, t), labels).sum() for t in TEMPERATURES]
        losses += 0.5 * (np.log(TEMPERATURES) / TEMPERATURE_SPREAD) ** 2
        self.temperature = float(TEMPERATURES[int(np.argmin(losses))])
        return self.temperature

    # -- remembering

    def state(self) -> dict[str, Any]:
        """Return weights, optimiser, temperature and its records."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seed": self._seed,
            "steps": self._steps,
            "rng": self._rng.bit_generator.state,
            "temperature": self.temperature,
            "records": list(self._records),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Become what `state` described."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._seed, self._steps = int(state["seed"]), int(state["steps"])
        self._rng.bit_generator.state = state["rng"]
        self.temperature = float(state["temperature"])
        self._records = [(list(row), int(label)) for row, label in state["records"]]
        self._encoded = None
