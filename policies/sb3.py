"""Baselines of Stable-Baselines3 as learners: same worlds, same encoder, same logbook.

Stable-Baselines3 seeds the global generators itself; this file is the documented exception to
the rule that nothing does. Torch's is given back as it was.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, cast

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import DummyVecEnv

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.types.protocols import FitResult
from policies.configured import options_for
from policies.encoder import LAYERS, WIDTH
from policies.policy import Greedy, graph_arrays, read_checkpoint, write_checkpoint
from policies.sb3_algorithms import ALGORITHMS
from policies.sb3_logging import BudgetCallback, LogbookWriter
from policies.sb3_vector import vector_of
from policies.seeding import one_thread, seeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gymnasium import spaces

    from nerion_gym.types.protocols import Budget, Logbook
    from nerion_gym.types.transition import Observation

ENCODER: dict[str, Any] = {"width": WIDTH, "layers": LAYERS, "semantics": None}  # of `Encoder`
LOG_INTERVAL = 1
"""Rollouts (on-policy) or episodes (off-policy) between two lines of numbers."""
OF_THE_RUN = ("env", "logger", "rollout_buffer", "policy_kwargs", "replay_buffer_kwargs")
"""What no checkpoint holds: environment, logger, buffers and the policy's table of words."""


class Sb3Learner:
    """An agent of Stable-Baselines3 with a pointer policy, on padded observations.

    Args:
        observation_space: padded, as in the design.
        action_space: `Discrete(K + 1)`.
        seed: of weights and sampling.
        algo: "ppo", "maskable_ppo" or "dqn".
        epsilon: share of legal-uniform choices by step of the agent's life (0..1), or None. Mixed
            into an on-policy agent's policy; a DQN agent's chance to explore.
        options: of the algorithm ("n_steps", "learning_rate", ...), over those of its file in
            policies/configs; those of `ENCODER`; "n_envs" environments that step at once (1).

    Raises:
        ConfigError: no such algorithm, or the observation is not padded.
    """

    def __init__(
        self,
        observation_space: spaces.Dict,
        action_space: spaces.Discrete,
        seed: int,
        *,
        algo: str = "ppo",
        epsilon: Callable[[int], float] | None = None,
        **options: Any,
    ) -> None:
        if algo not in ALGORITHMS:
            msg = f"algo={algo!r}: expected one of {', '.join(ALGORITHMS)}"
            raise ConfigError(msg)
        if "nodes" not in observation_space.spaces:
            msg = f"{algo} needs fixed shapes: make the world with observation='padded'"
            raise ConfigError(msg)
        self.name, self.seed, self._epsilon = algo, seed, epsilon
        self._algorithm = ALGORITHMS[algo]
        settings = options_for(algo, given=options)
        self.n_envs = int(settings.pop("n_envs", 1))
        encoder = {name: settings.pop(name, value) for name, value in ENCODER.items()}
        settings["policy_kwargs"] = {"features_extractor_kwargs": encoder}
        env = DummyVecEnv([lambda: SpacesOnly(observation_space, action_space)] * self.n_envs)
        with seeded(seed), one_thread():
            self.model = self._algorithm.make(env, seed, epsilon, settings)

    def fit(self, env: gym.Env, budget: Budget, logbook: Logbook) -> FitResult:
        """Train until the budget ends; whichever bound is met first is named.

        The bounds are looked at after each step of all environments: with `n_envs` of them a
        run may spend up to `n_envs - 1` executions (and steps) more than it was given. A second
        call goes on: steps are counted from the first one's.

        Raises:
            ConfigError: the budget bounds nothing, or `n_envs` > 1 does not suit the environment.
        """
        if budget.max_steps < 1:
            msg = f"{budget}: expected executions or steps (or both) of at least 1"
            raise ConfigError(msg)
        watch, model, algorithm = BudgetCallback(env, budget), self.model, self._algorithm
        with seeded(self.seed), one_thread(), vector_of(env, self.n_envs) as vector:
            vector.seed(self.seed)
            model.set_env(algorithm.around(vector))
            model.set_logger(Logger(None, [LogbookWriter(logbook, algorithm.tags)]))
            model.learn(
                budget.max_steps,
                callback=[watch, *algorithm.listeners(model, watch, self._epsilon)],
                log_interval=LOG_INTERVAL,
                reset_num_timesteps=False,
            )
        return FitResult(watch.steps, watch.executions, watch.episodes, watch.ended_by)

    # -- acting, for evaluation

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Draw an action from the policy."""
        chances = self.probabilities(observation)
        return int(rng.choice(len(chances), p=chances))

    def greedy(self) -> Greedy:
        """Return a view that takes the best action, the first of equals."""
        return Greedy(lambda observation, *_: int(np.argmax(self.scores(observation))))

    def scores(self, observation: Observation) -> np.ndarray:
        """Return what the network makes of each action, float32 [K+1]: logits, or values."""
        with torch.no_grad(), one_thread():
            return self._algorithm.scores(self.model, _batch(observation))[0].numpy()

    def probabilities(self, observation: Observation) -> np.ndarray:
        """Return the distribution that `act` draws from, float64 [K+1].

        That of an on-policy agent is its policy without epsilon; a DQN agent explores at the
        rate that it has reached.
        """
        with torch.no_grad(), one_thread():
            scores = self._algorithm.scores(self.model, _batch(observation))
            chances = self._algorithm.chances(self.model, scores)[0].double().numpy()
        return chances / chances.sum()

    def update(self, transitions: Any) -> dict[str, float]:
        """Learn nothing: this agent learns in `fit` only."""
        return {}

    def save(self, path: Path) -> None:
        """Write weights, optimiser, settings and the number of steps; no replay buffer."""
        buffer = io.BytesIO()
        self.model.save(buffer, exclude=OF_THE_RUN)
        write_checkpoint(path, self.name, buffer.getvalue())

    def load(self, path: Path) -> None:
        """Read what `save` wrote into an agent made with the same options.

        Raises:
            StorageError: missing, torn, another agent's, or made with other options.
        """
        payload = read_checkpoint(path, self.name)
        try:
            # A file-like object is accepted, whatever the annotation says (SB3 2.9).
            self.model.set_parameters(cast("str", io.BytesIO(payload)), device="cpu")
            numbers = _numbers_in(payload, self._algorithm.numbers)
        except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
            msg = f"{path}: not what an Sb3Learner with these options saves ({error})"
            raise StorageError(msg) from error
        for name, value in numbers.items():
            setattr(self.model, name, value)


def _numbers_in(payload: bytes, names: tuple[str, ...]) -> dict[str, float]:
    """Return plain numbers of Stable-Baselines3's archive; nothing is unpickled."""
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        held = json.loads(archive.read("data"))
    return {name: held[name] for name in names}


def _batch(observation: Observation) -> dict[str, torch.Tensor]:
    """Return an observation, graph or padded, as a batch of one under the padded names."""
    nodes, types, links = graph_arrays(observation)
    parts = {"nodes": nodes, "edge_types": types, "edge_links": links}
    parts |= {key: observation[key] for key in ("edits", "tests", "action_mask", "steps_left")}
    return {key: torch.as_tensor(np.array(value))[None] for key, value in parts.items()}


class SpacesOnly(gym.Env[Any, Any]):
    """What Stable-Baselines3 builds its networks from before there is an environment.

    Args:
        observation_space: of the world.
        action_space: of the world.
    """

    def __init__(self, observation_space: spaces.Dict, action_space: spaces.Discrete) -> None:
        self.observation_space, self.action_space = observation_space, action_space
