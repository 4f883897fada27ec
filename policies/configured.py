"""Options of agents by world: `policies/configs/ALGO.yml`, a section for each world's id.

As in rl-zoo3; but `default` holds for every world, and a world's section says only what differs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parent / "configs"
DEFAULT = "default"


def options_for(
    algo: str,
    world: str = DEFAULT,
    given: Mapping[str, Any] | None = None,
    *,
    file: Path | None = None,
) -> dict[str, Any]:
    """Return an agent's options in a world: what was given, then the world's, then `default`.

    With `n_envs` environments at once, what counts steps between updates is divided among them
    unless it was given, so that updates stay as frequent.

    Args:
        algo: name of the agent; one without a file has no options but those given.
        world: id, with or without the module that registers it ("nerion_gym:ID").
        given: options that stand over all.
        file: read instead of the agent's own; the agent's `default` holds where it is silent.

    Raises:
        ConfigError: the file cannot be read, or is not sections of options; no such number of
            environments.
    """
    own = sections(FOLDER / f"{algo}.yml", must_exist=False)
    found = own if file is None else sections(file)
    asked = dict(given or {})
    options = {**own.get(DEFAULT, {}), **found.get(DEFAULT, {})}
    options |= {**found.get(world.rpartition(":")[2], {}), **asked}
    return options | divided(options, asked)


def sections(file: Path, *, must_exist: bool = True) -> dict[str, dict[str, Any]]:
    """Read a file of options by world.

    Raises:
        ConfigError: it cannot be read, or a section is not a mapping of options.
    """
    if not must_exist and not file.exists():
        return {}
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        msg = f"{file}: cannot read options by world ({error})"
        raise ConfigError(msg) from error
    named: dict[Any, Any] = found if isinstance(found, dict) else {repr(found): None}
    for name, options in named.items():
        if not is_section(name, options):
            msg = f"{file}: {name!r}: expected a world's id or 'default', then options"
            raise ConfigError(msg)
    return named


def is_section(name: object, options: object) -> bool:
    """Say whether this is a name and a mapping of options."""
    if not isinstance(name, str) or not isinstance(options, dict):
        return False
    return all(isinstance(key, str) for key in options)


def divided(options: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what counts steps between updates, divided among the environments.

    Args:
        options: "n_envs" (1) and, where the agent has them, "n_steps" of a rollout, or
            "train_freq" steps between "gradient_steps" updates.
        given: what was asked for in so many words stays.

    Raises:
        ConfigError: no such number of environments.
    """
    count = options.get("n_envs", 1)
    if not isinstance(count, int) or count < 1:
        msg = f"n_envs={count!r}: expected a whole number of at least 1"
        raise ConfigError(msg)
    changes = {}
    if "n_steps" in options and "n_steps" not in given:
        changes["n_steps"] = max(options["n_steps"] // count, 1)
    steps = options.get("train_freq")  # or episodes, which are not divided
    if isinstance(steps, int) and not {"train_freq", "gradient_steps"} & given.keys():
        between = max(steps // count, 1)
        share = options.get("gradient_steps", 1) * between * count / steps
        changes |= {"train_freq": between, "gradient_steps": max(round(share), 1)}
    return changes
