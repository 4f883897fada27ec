"""The world model as an agent uses it: predict, doubt, learn, calibrate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from policies.encoder import LAYERS, WIDTH, Encoded, join
from policies.policy import CLASSES
from policies.seeding import seeded
from policies.world_model.experience import Experience, Scene, edit_rows
from policies.world_model.network import OutcomeNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.transition import Observation

TEMPERATURES = np.exp(np.linspace(-1.0, 1.5, 101))
TEMPERATURE_SPREAD = 0.5
"""Standard deviation of the belief about log temperature before any calibration edit was seen:
a handful of edits may not swing it."""
SMALLEST = 1e-12


@dataclass(frozen=True)
class ModelOptions:
    """Of the world model.

    Attributes:
        width: of the encoder.
        layers: of the encoder.
        heads: of the ensemble.
        prior_scale: of the priors' logits.
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        test_weight: weight of the per-test loss beside the suite's.
    """

    width: int = WIDTH
    layers: int = LAYERS
    heads: int = 8
    prior_scale: float = 0.5
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    test_weight: float = 0.5


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
    """

    def __init__(self, seed: int, options: ModelOptions | None = None) -> None:
        self.options = options or ModelOptions()
        o = self.options
        with seeded(seed):
            self.network = OutcomeNetwork(o.width, o.layers, o.heads, o.prior_scale)
        trained = [weight for weight in self.network.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=o.learning_rate, weight_decay=o.weight_decay)
        self.temperature = 1.0
        self._records: list[tuple[list[float], int]] = []
        self._encoded: tuple[bytes, Encoded] | None = None

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
        if self._encoded is None or self._encoded[0] != scene.key:
            self._encoded = (scene.key, self.network.encode(join([scene.data()])))
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
        vectors = self.network.edit_vectors(found, graph, known)
        heads = torch.softmax(self.network.suite_logits(found, graph, vectors), 2).double().numpy()
        mean = heads.mean(axis=0)
        scaled = self._tempered(mean)
        per_test = None
        if tests:
            logits = self.network.test_logits(found, graph, vectors, stacked_tests(scenes))
            per_test = self._tempered(torch.softmax(logits, 3).double().numpy().mean(axis=0))
        doubt = np.maximum(entropy(mean) - entropy(heads).mean(axis=0), 0.0)
        return Prediction(scaled, doubt, entropy(scaled), per_test)

    def _tempered(self, probabilities: np.ndarray) -> np.ndarray:
        return tempered(probabilities, self.temperature)

    # -- learning

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
        self.network.train()
        scenes = list({item.scene.key: item.scene for item in batch}.values())
        number = {scene.key: position for position, scene in enumerate(scenes)}
        graph = torch.tensor([number[item.scene.key] for item in batch])
        rows = torch.from_numpy(np.stack([edit_rows(item.row)[0] for item in batch])).long()
        suites = torch.tensor([item.suite for item in batch])
        classes = torch.from_numpy(np.stack([item.classes for item in batch])).long()
        share = torch.ones(len(batch)) if weights is None else torch.from_numpy(weights).float()
        found = self.network.encode(join([scene.data() for scene in scenes]))
        vectors = self.network.edit_vectors(found, graph, rows)
        logits = self.network.suite_logits(found, graph, vectors)
        loss = (masked_loss(logits, suites) * share).mean()
        if self.options.test_weight > 0:
            per_test = self.network.test_logits(found, graph, vectors, stacked_tests(scenes))
            loss = loss + self.options.test_weight * (masked_loss(per_test, classes) * share).mean()
        self._step(loss)
        with torch.no_grad():
            mean = torch.softmax(logits, 2).mean(dim=0).double().numpy()
        return float(loss.detach()), surprise(self._tempered(mean), suites.numpy())

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
            "temperature": self.temperature,
            "records": list(self._records),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Become what `state` described."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.temperature = float(state["temperature"])
        self._records = [(list(row), int(label)) for row, label in state["records"]]
        self._encoded = None


def stacked_tests(scenes: Sequence[Scene]) -> Tensor:
    """Return int64 [B, T, 2], the test rows of programs."""
    return torch.from_numpy(np.stack([scene.tests for scene in scenes])).long()


def masked_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Return float32 [m]: cross entropy, mean over heads and over what is not masked (-1).

    Args:
        logits: [H, m, 5] or [H, m, T, 5].
        classes: int64 [m] or [m, T].
    """
    heads = len(logits)
    target = classes.unsqueeze(0).expand(heads, *classes.shape)
    losses = F.cross_entropy(
        logits.reshape(-1, CLASSES), target.reshape(-1), ignore_index=-1, reduction="none"
    )
    losses = losses.reshape(heads, len(classes), -1).mean(dim=0)
    counted = (classes >= 0).reshape(len(classes), -1).sum(dim=1)
    return losses.sum(dim=1) / counted.clamp(min=1)


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Return the entropy over the last axis, nats."""
    safe = np.maximum(probabilities, SMALLEST)
    return -(probabilities * np.log(safe)).sum(axis=-1)


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities to the power 1 / temperature, normalised over the last axis."""
    logarithm = np.log(np.maximum(probabilities, SMALLEST)) / temperature
    powers = np.exp(logarithm - logarithm.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def surprise(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the negative log-likelihood of classes int [m] under float [m, 5], nats."""
    chosen = probabilities[np.arange(len(classes)), classes]
    return -np.log(np.maximum(chosen, SMALLEST))
