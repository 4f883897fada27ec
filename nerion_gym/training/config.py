"""What a training run is told, under rl-zoo3's names. A key that does not exist is an error."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nerion_gym.errors import ConfigError
from nerion_gym.types.protocols import Budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_EXECUTIONS = 100
OFF: Literal["off"] = "off"


class TrainConfig(BaseModel):
    """One training run, frozen; `config.yaml` in its folder is this, with every default.

    Attributes:
        env: id of a world.
        env_kwargs: arguments of `gymnasium.make`.
        algo: name of an agent.
        seed: seeds world and agent.
        executions: first-time executions to spend; None when only `n_timesteps` bounds the run.
        n_timesteps: environment steps; 0 = 20 x executions.
        hyperparams: options of the agent; a run's `config.yaml` has those of its file too.
        conf_file: options of the agent by world; None: those that come with it.
        semantics: provider that tells the agent what words mean, or "off".
        tensorboard_log: folder under which the run's folder is made.
        eval_episodes: greedy episodes after training, in an environment of their own.
        save: whether to write a checkpoint at the end.
        save_freq: also every this many steps; 0 = only at the end.
        record: whether every episode is written to the run's folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str = "Nerion-LogicV2-v0"
    env_kwargs: dict[str, Any] = Field(default_factory=dict)
    algo: str = "curiosity"
    seed: int = Field(default=0, ge=0, lt=2**31)
    executions: int | None = Field(default=None, ge=1)
    n_timesteps: int = Field(default=0, ge=0)
    hyperparams: dict[str, Any] = Field(default_factory=dict)
    conf_file: Path | None = None
    semantics: Literal["off", "hash", "minilm", "openai"] = OFF
    tensorboard_log: Path = Path("runs")
    eval_episodes: int = Field(default=0, ge=0)
    save: bool = False
    save_freq: int = Field(default=0, ge=0)
    record: bool = False

    @property
    def budget(self) -> Budget:
        """Executions and steps that end the run."""
        return Budget(self.executions, self.n_timesteps)


def train_config(values: Mapping[str, Any]) -> TrainConfig:
    """Check and complete a configuration.

    With neither executions nor n_timesteps the budget is 100 executions.

    Raises:
        ConfigError: an unknown key (with the nearest known one), or a value out of range.
    """
    known = tuple(TrainConfig.model_fields)
    for key in values:
        if key not in known:
            msg = f"unknown key {key!r}{suggestion(key, known)}; keys: {', '.join(known)}"
            raise ConfigError(msg)
    given = dict(values)
    if given.get("executions") is None and not given.get("n_timesteps"):
        given["executions"] = DEFAULT_EXECUTIONS
    try:
        return TrainConfig.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        msg = f"{name}={first['input']!r}: {first['msg']}"
        raise ConfigError(msg) from error


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'X'?)` for the nearest known name, or nothing."""
    by_case = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), by_case, n=1)
    return f" (did you mean {by_case[near[0]]!r}?)" if near else ""


def parse_pairs(pairs: Iterable[str], flag: str) -> dict[str, Any]:
    """Parse rl-zoo3's key:value syntax; a value is a Python literal if it is one, else text.

    Args:
        pairs: "path:src/pkg", "lr:3e-4", "focus:['a.py::f']".
        flag: named in the error.

    Raises:
        ConfigError: no colon, no key, or a key given twice.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        key, colon, text = pair.partition(":")
        if not colon or not key.isidentifier():
            msg = f"{flag} {pair!r}: expected key:value, such as path:src/mypkg or lr:0.001"
            raise ConfigError(msg)
        if key in found:
            msg = f"{flag} {pair!r}: {key!r} was given twice"
            raise ConfigError(msg)
        found[key] = literal(text)
    return found


def literal(text: str) -> Any:
    """Return a Python literal's value, or the text itself (paths need no quotes)."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
