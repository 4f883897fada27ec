"""The curious agent: imagine every edit, run the one that would teach most, learn from it."""

from __future__ import annotations

import io
import pickle
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.wrappers.schedules import SurpriseDriven
from policies.policy import (
    CLASSES,
    SURVIVED,
    Greedy,
    edit_key,
    legal_edits,
    program_key,
    read_checkpoint,
    suite_class,
    write_checkpoint,
)
from policies.seeding import one_thread
from policies.world_model.experience import Replay, Scene
from policies.world_model.imagination import Pending, View, imagine
from policies.world_model.measures import surprise
from policies.world_model.model import WorldModel
from policies.world_model.options import CuriosityOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gymnasium import spaces

    from nerion_gym.types.semantics import Semantics
    from nerion_gym.types.transition import Observation, Transition

RECENT = 50
"""Edits over which `world_model/brier` is a mean."""
KEPT_SCENES = 512
"""Programs whose first-seen test statuses are remembered."""
PRIORITY_FLOOR = 0.01
"""Nats added to every surprise in replay, so that what is understood is still drawn."""


class CuriosityPolicy:
    """Scores every legal edit by what running it would teach and runs the best.

    Score = disagreement of the ensemble (expected information gain, nats) + entropy_weight x
    entropy / log 5. Outcomes are deterministic, so an edit that was run before scores 0 and is
    chosen only where nothing else is left, the least visited first; other ties are left to
    chance.

    Args:
        observation_space: of the world, "graph" or "padded".
        action_space: `Discrete(K + 1)`.
        seed: of weights and replay.
        semantics: frozen vectors of tokens for the encoder, or None.
        options: see `CuriosityOptions` and `ModelOptions`.
    """

    name = "curiosity"

    def __init__(
        self,
        observation_space: spaces.Dict,
        action_space: spaces.Discrete,
        seed: int,
        *,
        semantics: Semantics | None = None,
        **options: Any,
    ) -> None:
        del observation_space, action_space  # ids are embedded: no shape is learned
        self.options = CuriosityOptions(**options)
        self.model = WorldModel(seed, self.options, semantics)
        self.schedule = self.options.schedule()
        self._steps = 0
        self._rng = np.random.default_rng(seed)
        self._replay = Replay(self.options.capacity, self.options.priority, PRIORITY_FLOOR)
        self._visits: Counter[bytes] = Counter()
        self._scenes: dict[bytes, Scene] = {}
        self._briers: deque[float] = deque(maxlen=RECENT)
        self._pending: Pending | None = None

    @property
    def wants_preview(self) -> bool:
        """Whether `act` needs `preview`."""
        return self.options.imagination == "preview"

    @property
    def epsilon(self) -> float:
        """Share of uniform choices now, beside `uniform_share`."""
        return self.schedule.value(self._steps)

    # -- acting

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Choose a legal action.

        Raises:
            ConfigError: preview imagination without `preview`.
        """
        o, view = self.options, self.look(observation, preview)
        uniform = rng.random() < o.uniform_share + self.epsilon or o.choice == "uniform"
        best = int(rng.choice(view.pool())) if uniform else self.best(view, rng)
        question = view.questions(np.array([best]))[0]
        self._pending = Pending(view.keys[best], question, uniform)
        return int(view.actions[best])

    def greedy(self) -> Greedy:
        """Return a view of the agent that neither explores nor learns."""

        def choose(
            observation: Observation,
            rng: np.random.Generator,
            preview: Callable[[int], Observation] | None,
        ) -> int:
            view = self.look(observation, preview)
            return int(view.actions[self.best(view, rng)])

        return Greedy(choose, wants_preview=self.wants_preview)

    def look(self, observation: Observation, preview: Callable[[int], Observation] | None) -> View:
        """Return what the agent sees.

        Raises:
            ConfigError: preview imagination without `preview`.
        """
        if self.wants_preview and preview is None:
            msg = "imagination='preview': act(..., preview=env.get_wrapper_attr('preview'))"
            raise ConfigError(msg)
        legal = legal_edits(observation)
        rows, program = observation["edits"][legal], program_key(observation)
        keys = [edit_key(program, row) for row in rows]
        visits = np.array([self._visits[key] for key in keys])
        scene = self._scene(program, observation)
        return View(scene, legal, rows, keys, visits, preview if self.wants_preview else None)

    def best(self, view: View, rng: np.random.Generator) -> int:
        """Return the edit of a view with the highest score."""
        pool = view.pool()
        if not view.fresh().size:
            return int(rng.choice(pool))
        if self.wants_preview and len(pool) > self.options.candidates:
            pool = np.sort(rng.choice(pool, self.options.candidates, replace=False))
        with one_thread():
            seen = imagine(self.model, view.questions(pool))
        scores = seen.disagreement + self.options.entropy_weight * seen.entropy / np.log(CLASSES)
        return int(pool[rng.choice(np.flatnonzero(scores == scores.max()))])

    def _scene(self, program: bytes, observation: Observation) -> Scene:
        """Return the program with the test statuses of its first sight.

        Where nothing is committed the column shows the last edit's results later on, which say
        nothing of the program; where edits are committed every program is a new one.
        """
        if program not in self._scenes:
            if len(self._scenes) >= KEPT_SCENES:
                del self._scenes[next(iter(self._scenes))]
            self._scenes[program] = Scene.of(observation)
        return self._scenes[program]

    # -- learning

    def update(self, transitions: Sequence[Transition]) -> dict[str, float]:
        """Learn from the newest transitions; return the tags of the last that taught anything.

        curiosity/surprise and curiosity/expected_surprise (nats, before learning from it),
        curiosity/disagreement, curiosity/entropy (share of log 5), exploration/epsilon,
        exploration/explored (0 or 1), world_model/brier (survived or not, before learning, mean
        of the last 50 new edits), world_model/temperature, losses/world_model.
        """
        metrics: dict[str, float] = {}
        with one_thread():
            for transition in transitions:
                metrics = self._learn(transition) or metrics
        return metrics

    def _learn(self, transition: Transition) -> dict[str, float]:
        pending, self._pending = self._asked(transition), None
        happened = suite_class(transition.classes)
        self._steps += 1
        if happened is None or pending is None:
            return {}
        seen = imagine(self.model, [pending.question])
        shock = float(surprise(seen.probabilities, np.array([happened]))[0])
        metrics = {
            "curiosity/surprise": shock,
            "curiosity/expected_surprise": float(seen.entropy[0]),
            "curiosity/disagreement": float(seen.disagreement[0]),
            "curiosity/entropy": float(seen.entropy[0] / np.log(CLASSES)),
            "exploration/epsilon": self.epsilon,
            "exploration/explored": float(pending.uniform),
        }
        if self._visits[pending.key] == 0:
            self.schedule.observe(shock, float(seen.entropy[0]))
            metrics |= self._take_in(pending, transition.classes, seen.probabilities[0], shock)
        self._visits[pending.key] += 1
        return metrics

    def _asked(self, transition: Transition) -> Pending | None:
        """Return what was asked about the executed edit; None where it cannot be known."""
        observation = transition.observation
        row = observation["edits"][transition.action]
        program = program_key(observation)
        key = edit_key(program, row)
        if self._pending is not None and self._pending.key == key:
            return self._pending
        if self.wants_preview:
            return None  # a wrapper chose another edit: its preview was never seen
        return Pending(key, (self._scene(program, observation), row), uniform=False)

    def _take_in(
        self, pending: Pending, classes: np.ndarray, predicted: np.ndarray, shock: float
    ) -> dict[str, float]:
        """Learn from an edit that was run for the first time."""
        scene, row = pending.question
        experience = self.model.take_in(scene, row, classes)
        happened = experience.suite
        self._briers.append(2.0 * float(predicted[SURVIVED] - (happened == SURVIVED)) ** 2)
        if pending.uniform:
            self.model.calibrate(predicted, happened)
        self._replay.add(experience, shock)
        losses = [self._gradient_step() for _ in range(self.options.updates)]
        metrics = {
            "world_model/brier": float(np.mean(self._briers)),
            "world_model/temperature": self.model.temperature,
        }
        return metrics | ({"losses/world_model": float(np.mean(losses))} if losses else {})

    def _gradient_step(self) -> float:
        count = min(self.options.batch, len(self._replay))
        ids, batch, weights = self._replay.sample(count, self._rng)
        loss, shocks = self.model.learn(batch, weights)
        self._replay.update(ids, shocks)
        return loss

    # -- remembering

    def save(self, path: Path) -> None:
        """Write everything: a loaded agent goes on as if it had never stopped."""
        buffer = io.BytesIO()
        torch.save(self._state(), buffer)
        write_checkpoint(path, self.name, buffer.getvalue())

    def _state(self) -> dict[str, Any]:
        return {
            "model": self.model.state(),
            "replay": self._replay.state(),
            "steps": self._steps,
            "epsilon": self.epsilon,
            "rng": self._rng.bit_generator.state,
            "visits": dict(self._visits),
            "scenes": [scene.state() for scene in self._scenes.values()],
            "briers": list(self._briers),
        }

    def load(self, path: Path) -> None:
        """Read what `save` wrote, into an agent made with the same options.

        Raises:
            StorageError: missing, torn, another agent's, or of other sizes.
        """
        payload = read_checkpoint(path, self.name)
        try:
            # weights_only: tensors, numbers and texts; nothing in the file can run.
            state = torch.load(io.BytesIO(payload), weights_only=True)
            self.model.load_state(state["model"])
        except (pickle.UnpicklingError, KeyError, RuntimeError, ValueError) as error:
            msg = f"{path}: does not fit this agent (made with other options?): {error}"
            raise StorageError(msg) from error
        self._replay.restore(state["replay"])
        self._steps = int(state["steps"])
        if isinstance(self.schedule, SurpriseDriven):
            self.schedule.epsilon = float(state["epsilon"])
        self._rng.bit_generator.state = state["rng"]
        self._visits = Counter(state["visits"])
        self._scenes = {entry["key"]: Scene.restore(entry) for entry in state["scenes"]}
        self._briers = deque(state["briers"], maxlen=RECENT)
        self._pending = None
