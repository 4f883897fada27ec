"""Many worlds at once for Stable-Baselines3: its `VecEnv` over the native vector environment."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecEnvWrapper, VecMonitor

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.vector import CodeEditVectorEnv
from nerion_gym.errors import ConfigError
from nerion_gym.execution.runner import default_runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices

CHECKS = (OrderEnforcing, PassiveEnvChecker)
"""What `gymnasium.make` adds: it watches how an environment is used, and changes nothing."""


MASKS = "action_masks"
"""The method by which sb3-contrib asks environments which actions are legal."""


class CodeEditVecEnv(VecEnv):
    """Steps as `DummyVecEnv` over the same environments does; the programs run side by side.

    Args:
        vector: padded observations, autoreset in the same step.

    Raises:
        ConfigError: another form or mode.
    """

    def __init__(self, vector: CodeEditVectorEnv) -> None:
        if vector.autoreset_mode is not AutoresetMode.SAME_STEP:
            msg = f"{vector.autoreset_mode}: make the vector with autoreset_mode='SameStep'"
            raise ConfigError(msg)
        if vector.members[0].form != "padded":
            msg = "Stable-Baselines3 needs fixed shapes: make the vector with observation='padded'"
            raise ConfigError(msg)
        self.vector = vector
        self._actions: np.ndarray = np.zeros(vector.num_envs, np.int64)
        super().__init__(
            vector.num_envs, vector.single_observation_space, vector.single_action_space
        )

    def reset(self) -> dict[str, np.ndarray]:
        """Reset every sub-environment with the seeds and options set before.

        Raises:
            ConfigError: the options differ from one sub-environment to another.
        """
        if any(options != self._options[0] for options in self._options):
            msg = f"options {self._options}: give one dictionary for all sub-environments"
            raise ConfigError(msg)
        seen, infos = self.vector.reset(seed=self._seeds, options=self._options[0] or None)
        self.reset_infos = [info_of(infos, place) for place in range(self.num_envs)]
        self._reset_seeds()
        self._reset_options()
        return seen

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, list[dict]]:
        """Measure one edit in each sub-environment; an ended one has begun anew.

        The info is that of the step; at an end `terminal_observation` is what it led to, and
        `reset_infos` holds the new episode's info.
        """
        seen, rewards, terminated, truncated, infos = self.vector.step(self._actions)
        dones = terminated | truncated
        shown = []
        for place in range(self.num_envs):
            info = info_of(infos, place)
            if dones[place]:
                last, seen_last = info.pop("final_info"), info.pop("final_obs")
                self.reset_infos[place], info = info, last
                info["terminal_observation"] = seen_last
            info["TimeLimit.truncated"] = bool(truncated[place] and not terminated[place])
            shown.append(info)
        return seen, rewards.astype(np.float32), dones, shown

    def close(self) -> None:
        """Close the vector, its sub-environments and their runner."""
        self.vector.close()

    def render(self, mode: str | None = None) -> Any:
        """Return the sub-environments' text frames as one text, or None without a render mode."""
        frames = [frame for frame in self.vector.render() if frame is not None]
        return "\n".join(frames) if frames else None

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Get an attribute of sub-environments, through their wrappers."""
        return [env.get_wrapper_attr(attr_name) for env in self._chosen(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of sub-environments where it is, else on the outermost wrapper."""
        for env in self._chosen(indices):
            env.set_wrapper_attr(attr_name, value)

    def env_method(
        self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list:
        """Call a method of sub-environments."""
        found = [env.get_wrapper_attr(method_name) for env in self._chosen(indices)]
        return [method(*args, **kwargs) for method in found]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Say whether sub-environments are wrapped in a class."""
        return [is_wrapped(env, wrapper_class) for env in self._chosen(indices)]

    def _chosen(self, indices: VecEnvIndices) -> list[gym.Env]:
        return [self.vector.envs[place] for place in self._get_indices(indices)]


class LegalMasks(VecEnvWrapper):
    """Says which actions are legal as sb3-contrib asks it: `env_method("action_masks")`.

    The answer is the mask in what was last observed, through whatever wrappers stand below.

    Args:
        venv: any, whose observations have an "action_mask".
    """

    def __init__(self, venv: VecEnv) -> None:
        super().__init__(venv)
        self._masks: np.ndarray | None = None

    def reset(self) -> dict[str, np.ndarray]:
        """Reset and keep the masks."""
        return self._kept(self.venv.reset())

    def step_wait(self) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, list[dict]]:
        """Step and keep the masks; of an environment that ended, the new episode's."""
        seen, rewards, dones, infos = self.venv.step_wait()
        return self._kept(seen), rewards, dones, infos

    def action_masks(self) -> np.ndarray:
        """Return bool [n_envs, K+1].

        Raises:
            gymnasium.error.ResetNeeded: nothing was observed.
        """
        if self._masks is None:
            msg = "no episode has begun: call reset() first"
            raise gym.error.ResetNeeded(msg)
        return self._masks

    def has_attr(self, attr_name: str) -> bool:
        """Say whether sub-environments have an attribute, the masks among them."""
        return attr_name == MASKS or super().has_attr(attr_name)

    def env_method(
        self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list:
        """Call a method of sub-environments; the masks are answered here."""
        if method_name != MASKS:
            return super().env_method(method_name, *args, indices=indices, **kwargs)
        return [self.action_masks()[place] for place in self._get_indices(indices)]

    def _kept(self, seen: Any) -> dict[str, np.ndarray]:
        self._masks = np.asarray(seen["action_mask"]) > 0
        return seen


def info_of(infos: dict[str, Any], place: int) -> dict[str, Any]:
    """Return one sub-environment's info from Gymnasium's vector form (`_key`: who has it)."""
    found = {}
    for key, values in infos.items():
        if f"_{key}" not in infos or not infos[f"_{key}"][place]:
            continue  # a mask itself, or nothing of this sub-environment's
        if isinstance(values, dict):
            found[key] = info_of(values, place)
        else:
            value = values[place]
            found[key] = value.item() if isinstance(value, np.generic) else value
    return found


@contextmanager
def vector_of(env: gym.Env, n_envs: int) -> Iterator[VecEnv]:
    """Give Stable-Baselines3 one environment, or it and others like it over one runner."""
    if n_envs == 1:
        yield DummyVecEnv([lambda: Monitor(env)])
        return
    with spread(env, n_envs) as vector:
        yield VecMonitor(CodeEditVecEnv(vector))


@contextmanager
def spread(env: gym.Env, count: int) -> Iterator[CodeEditVectorEnv]:
    """Give a vector of an environment and others like it, which count what they spend as one.

    Wrappers that say how to stand around another environment (`beside(env, number)`) do so. The
    vector's own runner ends with the context; one that the environment was given stays.

    Raises:
        ConfigError: it is not a code-editing world, or a wrapper cannot be had twice.
    """
    core = env.unwrapped
    if not isinstance(core, CodeEditEnv):
        msg = f"n_envs={count}: {env} is not a code-editing world; use n_envs=1"
        raise ConfigError(msg)
    envs = [env]
    for number in range(1, count):
        twin = CodeEditEnv(
            core.world, observation=core.form, render_mode=core.render_mode, trace=core.trace
        )
        twin.stats = core.stats
        envs.append(wrapped_alike(env, twin, number))
    given = None if core.runner is default_runner() else core.runner
    vector = CodeEditVectorEnv(envs, runner=given, autoreset_mode=AutoresetMode.SAME_STEP)
    try:
        yield vector
    finally:
        if given is None:
            core.close()
            core.runner = None


def wrapped_alike(env: gym.Env, core: gym.Env, number: int) -> gym.Env:
    """Return an environment in the wrappers of another.

    Raises:
        ConfigError: a wrapper does not say how.
    """
    if not isinstance(env, gym.Wrapper):
        return core
    inner = wrapped_alike(env.env, core, number)
    if isinstance(env, CHECKS):
        return inner
    beside = getattr(type(env), "beside", None)
    if beside is None:
        msg = f"{type(env).__name__} stands around one environment only: use n_envs=1"
        raise ConfigError(msg)
    twin: gym.Env = beside(env, inner, number)
    return twin
