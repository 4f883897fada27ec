"""Sizes and rates of the world model, and of the agent that acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.schedules import Fixed, Linear, SurpriseDriven
from policies.encoder import LAYERS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.wrappers.schedules import Schedule

CHOICES = {
    "choice": ("curiosity", "uniform"),
    "imagination": ("pointer", "preview"),
    "exploration": ("surprise", "linear", "fixed"),
}


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
        dropout: share of the deep part's inputs left out while learning.
        shrinkage: weight of the squared length of the deep part's logits in the loss: it may
            leave the base rates only where several outcomes ask for it.
        test_weight: weight of the per-test loss beside the suite's.
    """

    width: int = WIDTH
    layers: int = LAYERS
    heads: int = 8
    prior_scale: float = 0.3
    learning_rate: float = 2e-4
    weight_decay: float = 1e-2
    dropout: float = 0.5
    shrinkage: float = 0.3
    test_weight: float = 0.2


@dataclass(frozen=True)
class CuriosityOptions(ModelOptions):
    """Of the agent, beside those of its world model.

    Attributes:
        choice: "curiosity", or "uniform": the same model learning from edits chosen uniformly.
        imagination: "pointer" encodes the program once; "preview" encodes every edited program.
        candidates: edits previewed per step (drawn from those not run yet).
        entropy_weight: of the normalised entropy beside the information gain, in the score.
        uniform_share: choices that are always uniform: the temperature is fitted on them.
        exploration: how the share of further uniform choices goes: "surprise" raises it after
            outcomes more surprising than the model expected, "linear" lets it fall, "fixed".
        epsilon: the highest such share.
        epsilon_steps: steps after which "linear" has reached 0.
        batch: experiences per gradient step.
        updates: gradient steps per new experience.
        capacity: experiences kept for replay.
        priority: exponent of the surprise in replay; 0 = uniform.
    """

    choice: Literal["curiosity", "uniform"] = "curiosity"
    imagination: Literal["pointer", "preview"] = "pointer"
    candidates: int = 32
    entropy_weight: float = 1.0
    uniform_share: float = 0.05
    exploration: Literal["surprise", "linear", "fixed"] = "surprise"
    epsilon: float = 0.2
    epsilon_steps: int = 500
    batch: int = 32
    updates: int = 2
    capacity: int = 5000
    priority: float = 0.5

    def __post_init__(self) -> None:
        for name, values in CHOICES.items():
            if getattr(self, name) not in values:
                msg = f"{name}={getattr(self, name)!r}: expected one of {', '.join(values)}"
                raise ConfigError(msg)

    def schedule(self) -> Schedule:
        """Return the schedule of epsilon."""
        made: dict[str, Callable[[], Schedule]] = {
            "surprise": lambda: SurpriseDriven(low=min(0.02, self.epsilon), high=self.epsilon),
            "linear": lambda: Linear(self.epsilon, 0.0, self.epsilon_steps),
            "fixed": lambda: Fixed(self.epsilon),
        }
        return made[self.exploration]()
