"""From names to objects: the world's environment and the agent that learns in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nerion_gym.commands.words import word_table
from nerion_gym.errors import ConfigError
from nerion_gym.training.config import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    import gymnasium as gym

    from nerion_gym.training.config import TrainConfig
    from nerion_gym.training.loop import Hooks
    from nerion_gym.types.protocols import FitResult, Logbook
    from nerion_gym.types.semantics import Semantics

NOT_ARGUMENTS = ("self", "world", "runner", "args", "kwargs")
"""Parameters of what makes a world that no command line can give."""
PADDED_AGENTS = frozenset({"dqn", "maskable_ppo", "ppo"})
"""Agents of Stable-Baselines3: its buffers hold fixed shapes only."""


def make_env(config: TrainConfig) -> gym.Env:
    """Make the world in the form that the agent takes.

    Raises:
        ConfigError: no such world, or an argument that it does not have.
        TaskError: the world cannot build its task.
    """
    options = dict(config.env_kwargs)
    if config.algo in PADDED_AGENTS:
        options.setdefault("observation", "padded")
    return make_world(config.env, options)


def make_world(name: str, options: Mapping[str, Any]) -> gym.Env:
    """Make a world.

    Raises:
        ConfigError: no such world, or an argument that it does not have.
        TaskError: the world cannot build its task.
    """
    import gymnasium as gym

    import nerion_gym  # noqa: F401 - registers the worlds

    try:
        return gym.make(name, **options)
    except gym.error.Error as error:
        known = sorted(world for world in gym.registry if world.startswith("Nerion-"))
        hint = suggestion(name, known)
        msg = f"--env {name!r}: no such world{hint}; `nerion worlds` lists them ({error})"
        raise ConfigError(msg) from error
    except TypeError as error:
        if "argument" not in str(error):
            raise
        raise ConfigError(unknown_arguments(name, options) or f"--env-kwargs: {error}") from error


def unknown_arguments(name: str, options: Mapping[str, Any]) -> str:
    """Return what to say of arguments that a world does not take, "" if it takes them all."""
    known = world_arguments(name)
    unknown = [key for key in options if key not in known]
    if not unknown:
        return ""
    hint = suggestion(unknown[0], known)
    return f"--env-kwargs {unknown[0]!r}: {name} has none{hint}; it takes: {', '.join(known)}"


def world_arguments(name: str) -> tuple[str, ...]:
    """Return the arguments of a world: those of its `build`, then those of every environment."""
    import gymnasium as gym
    from gymnasium.envs.registration import load_env_creator

    from nerion_gym.envs.registering import arguments_of

    entry = gym.spec(name).entry_point
    creator = load_env_creator(entry) if isinstance(entry, str) else entry
    taken = () if creator is None else arguments_of(creator)
    return tuple(key for key in taken if key not in NOT_ARGUMENTS)


def configured(config: TrainConfig) -> TrainConfig:
    """Return a run's configuration with the agent's options in this world filled in.

    Raises:
        ConfigError: the file of options cannot be read, or names a world that is not registered.
    """
    import gymnasium as gym

    from policies.configured import DEFAULT, options_for, sections

    if config.conf_file is not None:
        for name in sections(config.conf_file):
            if name != DEFAULT and name not in gym.registry:
                hint = suggestion(name, gym.registry)
                msg = (
                    f"{config.conf_file}: {name!r}: no such world{hint}; `nerion worlds` lists them"
                )
                raise ConfigError(msg)
    options = options_for(config.algo, config.env, config.hyperparams, file=config.conf_file)
    return config.model_copy(update={"hyperparams": options})


@dataclass
class Trainee:
    """An agent ready to be trained, whichever way it learns.

    Attributes:
        config: of the run.
        env: its environment.
        words: what words mean to it, or None.
        agent: the agent.
    """

    config: TrainConfig
    env: gym.Env

    def __post_init__(self) -> None:
        self.words = word_table(self.config, self.env)
        self.agent = make_agent(self.config, self.env, self.words)

    def fit(self, hooks: Hooks, logbook: Logbook) -> tuple[FitResult, dict[str, Any]]:
        """Train; return how it ended and the run's numbers."""
        budget = self.config.budget
        from nerion_gym.training.loop import online
        from nerion_gym.training.recorder import Recorder
        from nerion_gym.training.tally import Tally

        if hasattr(self.agent, "fit"):
            tally = Tally(logbook, hooks.watch)
            result = self.agent.fit(Recorder(self.env, tally), budget, logbook)
        else:
            learner = online(self.agent, self.config.seed, hooks)
            result = learner.fit(self.env, budget, logbook)
            tally = learner.tally or Tally(logbook)
        return result, tally.summary(budget.executions)


def make_agent(config: TrainConfig, env: gym.Env, words: Semantics | None = None) -> Any:
    """Return a policy, or a learner where the agent trains itself.

    Args:
        config: of the run.
        env: its environment.
        words: what words mean, for agents that read programs; or None.

    Raises:
        ConfigError: no such agent, or an option that it does not have.
    """
    from gymnasium import spaces

    from policies.policy import NAMES, make_policy

    if config.algo not in NAMES:
        hint = suggestion(config.algo, NAMES)
        msg = f"--algo {config.algo!r}: no such agent{hint}; there are: {', '.join(NAMES)}"
        raise ConfigError(msg)
    seen, actions = env.observation_space, env.action_space
    if not isinstance(seen, spaces.Dict) or not isinstance(actions, spaces.Discrete):
        msg = f"--env: {config.env} is not a code-editing world ({seen}, {actions})"
        raise ConfigError(msg)
    if "semantics" in config.hyperparams:
        msg = "-params: 'semantics' is a flag of its own: --semantics hash"
        raise ConfigError(msg)
    options = config.hyperparams if words is None else {**config.hyperparams, "semantics": words}
    try:
        return make_policy(config.algo, seen, actions, config.seed, **options)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        where = "-params" if config.conf_file is None else f"-params or {config.conf_file}"
        msg = f"{where}: {config.algo} does not take these: {error}"
        raise ConfigError(msg) from error
