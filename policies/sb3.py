"""Baselines of Stable-Baselines3 as learners: same worlds, same encoder, same logbook.

Stable-Baselines3 seeds the global generators itself; this file is the documented exception to
the rule that nothing does. Torch's is given back as it was.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import KVWriter, Logger
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecMonitor

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.types.protocols import FitResult
from policies.encoder import LAYERS, WIDTH
from policies.graph_policy import PointerActorCriticPolicy, mixed
from policies.policy import Greedy, graph_arrays, read_checkpoint, write_checkpoint
from policies.sb3_vector import CodeEditVecEnv, spread
from policies.seeding import one_thread, seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gymnasium import spaces

    from nerion_gym.types.protocols import Budget, Logbook
    from nerion_gym.types.transition import Observation

TAGS = {
    "train/policy_gradient_loss": "losses/policy_loss",
    "train/value_loss": "losses/value_loss",
    "train/approx_kl": "losses/approx_kl",
    "train/clip_fraction": "losses/clipfrac",
    "train/explained_variance": "losses/explained_variance",
    "train/learning_rate": "charts/learning_rate",
    "rollout/ep_rew_mean": "rollout/ep_rew_mean",
    "rollout/ep_len_mean": "rollout/ep_len_mean",
    "exploration/epsilon": "exploration/epsilon",
}
"""Stable-Baselines3's names -> CleanRL's; other names are left out. Episodes and speed
(`charts/*`) are counted around the environment, alike for every learner."""

DEFAULTS: dict[str, dict[str, Any]] = {
    "ppo": {
        # A first update after 2,048 steps (SB3's default) would make beating it hollow.
        "n_steps": 64,
        "batch_size": 64,
        "n_epochs": 8,
        "learning_rate": 1e-3,
        "gamma": 0.99,
        "gae_lambda": 0.95,
        "ent_coef": 0.03,
        "clip_range": 0.2,
        "max_grad_norm": 0.5,
        "vf_coef": 0.5,
    },
}
ALGORITHMS = {"ppo": PPO}
ENCODER: dict[str, Any] = {"width": WIDTH, "layers": LAYERS, "semantics": None}  # of `Encoder`


class LogbookWriter(KVWriter):
    """Hands what Stable-Baselines3 logs to our logbook under our names."""

    def __init__(self, logbook: Logbook) -> None:
        self._logbook = logbook

    def write(
        self,
        key_values: dict[str, Any],
        key_excluded: dict[str, tuple[str, ...]],
        step: int = 0,
    ) -> None:
        """Record the numbers that have a name with us."""
        values = {TAGS[key]: float(value) for key, value in key_values.items() if key in TAGS}
        if "train/entropy_loss" in key_values:
            values["losses/entropy"] = -float(key_values["train/entropy_loss"])
        if values:
            self._logbook.scalars(values, step)

    def close(self) -> None:
        """Nothing is held open."""


class BudgetCallback(BaseCallback):
    """Stops at the budget, counts episodes, sets the epsilon of each rollout.

    Args:
        env: whose `stats` are counted.
        budget: executions and steps.
        epsilon: share of legal-uniform choices by step, or None.
    """

    def __init__(
        self, env: gym.Env, budget: Budget, epsilon: Callable[[int], float] | None
    ) -> None:
        super().__init__()
        self._stats = env.get_wrapper_attr("stats")
        self._before = int(self._stats.executions)
        self._budget, self._epsilon = budget, epsilon
        self.episodes, self.steps, self.ended_by = 0, 0, "steps"

    @property
    def executions(self) -> int:
        """Executions spent since the start."""
        return int(self._stats.executions) - self._before

    def _on_rollout_start(self) -> None:
        if self._epsilon is not None:
            # Constant within a rollout: the stored log-probabilities belong to this mixture.
            value = float(self._epsilon(self.steps))
            cast("PointerActorCriticPolicy", self.model.policy).epsilon = value
            self.logger.record("exploration/epsilon", value)

    def _on_step(self) -> bool:
        self.steps += len(self.locals["dones"])
        self.episodes += int(np.sum(self.locals["dones"]))
        wanted = self._budget.executions
        if wanted is not None and self.executions >= wanted:
            self.ended_by = "executions"
            return False
        return self.steps < self._budget.max_steps


class Sb3Learner:
    """An agent of Stable-Baselines3 with a pointer policy, on padded observations.

    Args:
        observation_space: padded, as in the design.
        action_space: `Discrete(K + 1)`.
        seed: of weights and sampling.
        algo: "ppo".
        epsilon: share of legal-uniform choices by step (0..1), mixed into the policy; or None.
        options: of the algorithm ("n_steps", "learning_rate", ...), over `DEFAULTS`; those of
            `ENCODER`; "n_envs" environments that step at once (1), among which the default
            "n_steps" is divided, so that updates stay as frequent.

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
        self.n_envs = int(options.pop("n_envs", 1))
        encoder = {name: options.pop(name, value) for name, value in ENCODER.items()}
        settings = settings_of(algo, self.n_envs, options)
        env = DummyVecEnv([lambda: SpacesOnly(observation_space, action_space)] * self.n_envs)
        with seeded(seed), one_thread():
            self.model = ALGORITHMS[algo](
                PointerActorCriticPolicy,
                env,
                seed=seed,
                device="cpu",
                policy_kwargs={"features_extractor_kwargs": encoder},
                **settings,
            )

    def fit(self, env: gym.Env, budget: Budget, logbook: Logbook) -> FitResult:
        """Train until the budget ends; whichever bound is met first is named.

        The bounds are looked at after each step of all environments: with `n_envs` of them a
        run may spend up to `n_envs - 1` executions (and steps) more than it was given.

        Raises:
            ConfigError: the budget bounds nothing, or `n_envs` > 1 does not suit the environment.
        """
        if budget.max_steps < 1:
            msg = f"{budget}: expected executions or steps (or both) of at least 1"
            raise ConfigError(msg)
        watch = BudgetCallback(env, budget, self._epsilon)
        model = self.model
        with seeded(self.seed), one_thread(), vector_of(env, self.n_envs) as vector:
            vector.seed(self.seed)
            model.set_env(vector)
            model.set_logger(Logger(None, [LogbookWriter(logbook)]))
            model.learn(budget.max_steps, callback=watch)
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
        """Return a view that takes the likeliest action, the first of equals."""
        return Greedy(lambda observation, *_: int(np.argmax(self.probabilities(observation))))

    def probabilities(self, observation: Observation) -> np.ndarray:
        """Return the policy's distribution over actions, float64 [K+1], without epsilon."""
        batch = {key: torch.as_tensor(np.array(value))[None] for key, value in _flat(observation)}
        with torch.no_grad(), one_thread():
            features = self.model.policy.features_extractor(batch)
            scores = self.model.policy.mlp_extractor.forward_actor(features)
            chances = mixed(scores, 0.0).exp()[0].double().numpy()
        return chances / chances.sum()

    def update(self, transitions: Any) -> dict[str, float]:
        """Learn nothing: this agent learns in `fit` only."""
        return {}

    def save(self, path: Path) -> None:
        """Write weights, optimiser and settings."""
        buffer = io.BytesIO()
        # Environment, logger, callbacks and the policy's table of words belong to the run.
        self.model.save(buffer, exclude=["env", "logger", "rollout_buffer", "policy_kwargs"])
        write_checkpoint(path, self.name, buffer.getvalue())

    def load(self, path: Path) -> None:
        """Read weights and optimiser that `save` wrote into an agent made with the same options.

        Raises:
            StorageError: missing, torn, another agent's, or made with other options.
        """
        payload = read_checkpoint(path, self.name)
        try:
            # A file-like object is accepted, whatever the annotation says (SB3 2.9).
            self.model.set_parameters(cast("str", io.BytesIO(payload)), device="cpu")
        except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
            msg = f"{path}: not what an Sb3Learner with these options saves ({error})"
            raise StorageError(msg) from error


def settings_of(algo: str, n_envs: int, options: dict[str, Any]) -> dict[str, Any]:
    """Return an algorithm's settings for a number of environments that step at once.

    Raises:
        ConfigError: no such number.
    """
    if n_envs < 1:
        msg = f"n_envs={n_envs}: expected at least 1"
        raise ConfigError(msg)
    settings = {**DEFAULTS[algo], **options}
    if "n_steps" not in options:
        settings["n_steps"] = max(settings["n_steps"] // n_envs, 1)
    settings["batch_size"] = min(settings["batch_size"], settings["n_steps"] * n_envs)
    return settings


@contextmanager
def vector_of(env: gym.Env, n_envs: int) -> Iterator[VecEnv]:
    """Give Stable-Baselines3 one environment, or it and others like it over one runner."""
    if n_envs == 1:
        yield DummyVecEnv([lambda: Monitor(env)])
        return
    with spread(env, n_envs) as vector:
        yield VecMonitor(CodeEditVecEnv(vector))


def _flat(observation: Observation) -> list[tuple[str, Any]]:
    """Return the parts of an observation, graph or padded, under the padded form's names."""
    nodes, types, links = graph_arrays(observation)
    parts = ("edits", "tests", "action_mask", "steps_left")
    rest = [(key, observation[key]) for key in parts]
    return [("nodes", nodes), ("edge_types", types), ("edge_links", links), *rest]


class SpacesOnly(gym.Env[Any, Any]):
    """What Stable-Baselines3 builds its networks from before there is an environment.

    Args:
        observation_space: of the world.
        action_space: of the world.
    """

    def __init__(self, observation_space: spaces.Dict, action_space: spaces.Discrete) -> None:
        self.observation_space, self.action_space = observation_space, action_space
