"""Which worlds a module of yours has."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from nerion_gym.envs.checking.places import raised
from nerion_gym.envs.checking.subject import STEPS, Subject
from nerion_gym.envs.registering import SingleEntry, VectorEntry
from nerion_gym.envs.world import World
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

HOW = (
    "register one with nerion_gym.envs.registering.register_world(id, build), or give the module a "
    "World, or a build() that returns one: see examples/custom_world.py"
)


def worlds_in(
    where: str, arguments: Mapping[str, Any] | None = None, *, steps: int = STEPS
) -> tuple[Subject, ...]:
    """Import a module and return its worlds.

    They are the ids that importing it registers, and those whose entry points lie in it or below
    it. Where there is none: each `World` of the module, and what its `build()` returns.

    Args:
        where: a module's name ("mylab.worlds"), or a path to its file ("mylab/worlds.py").
        arguments: of the worlds.
        steps: see `Subject`.

    Raises:
        ConfigError: it cannot be imported, or has no world.
    """
    before = set(gym.registry)
    module = imported(where)
    specs = [spec for name, spec in gym.registry.items() if name not in before or of(spec, module)]
    specs = specs or list(unregistered(module))
    if not specs:
        msg = f"{where}: no world in it; {HOW}"
        raise ConfigError(msg)
    options = dict(arguments or {})
    return tuple(Subject(spec, options, manual_of(spec, module), steps) for spec in specs)


def imported(where: str) -> ModuleType:
    """Import a module by name or path.

    Raises:
        ConfigError: there is none, another of its name is loaded, or importing it raises or exits.
    """
    name, folder = named(where)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            msg = f"{where}: it imports {error.name!r}, which is not installed here"
        else:
            msg = f"{where}: no such module; give one that can be imported from here, or a path"
        raise ConfigError(msg) from error
    except (Exception, SystemExit) as error:
        raise ConfigError(f"{where}: importing it {raised(error)}; mend that first") from error
    file = getattr(module, "__file__", None)
    if is_path(where) and (file is None or Path(file).resolve() != resolved(where)):
        msg = f"{where}: another module is called {name!r} ({file}); give the file another name"
        raise ConfigError(msg)
    return module


def is_path(where: str) -> bool:
    """Whether a path to a file is meant, not the name of a module."""
    return where.endswith(".py") or "/" in where or os.sep in where or Path(where).is_file()


def resolved(where: str) -> Path:
    """Return an absolute path without links."""
    return Path(where).expanduser().resolve()


def named(where: str) -> tuple[str, Path]:
    """Return a module's name and the folder that it is imported from.

    Raises:
        ConfigError: a path where there is no Python file that can be imported, or no name.
    """
    if not is_path(where):
        if not all(where.split(".")):
            msg = f"{where!r}: no name of a module; give one that can be imported, or a path"
            raise ConfigError(msg)
        return where, Path.cwd()
    path = resolved(where)
    if path.suffix != ".py" or not path.is_file():
        msg = f"{where}: no Python file at {path}; give a .py file or a module's name"
        raise ConfigError(msg)
    if "." in path.stem:
        msg = f"{where}: a module's name has no dot before .py; give the file another name"
        raise ConfigError(msg)
    parts, folder = [path.stem], path.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if len(parts) > 1 and parts[-1] == "__init__":
        del parts[-1]
    return ".".join(parts), folder


def of(spec: EnvSpec, module: ModuleType) -> bool:
    """Whether a registered world's entry point lies in a module, or below it."""
    return f"{home_of(spec)}.".startswith(f"{module.__name__}.")


def home_of(spec: EnvSpec) -> str:
    """Return the name of the module that makes a registered world."""
    entry = spec.entry_point
    if isinstance(entry, str):
        return entry.partition(":")[0]
    return str(getattr(entry, "__module__", ""))


def manual_of(spec: EnvSpec, module: ModuleType) -> str:
    """Return the docstring of the module that makes a world; "" where there is no such module."""
    try:
        home = importlib.import_module(home_of(spec) or module.__name__)
    except ImportError:
        return ""  # that it cannot be made is for a check to say
    return inspect.getdoc(home) or ""


def unregistered(module: ModuleType) -> Iterator[EnvSpec]:
    """Yield what would register the worlds of a module that registers none.

    Raises:
        ConfigError: its `build()` raises.
    """
    seen: set[str] = set()
    for value in list(vars(module).values()):
        if isinstance(value, World) and value.id not in seen:
            seen.add(value.id)
            yield spec_of(value.id, Given(value, module.__name__))
    build = getattr(module, "build", None)
    if callable(build) and _takes_nothing(build):
        world = _built(build, module)
        if isinstance(world, World) and world.id not in seen:
            yield spec_of(world.id, build)


def _built(build: Callable[..., Any], module: ModuleType) -> Any:
    """Call a module's `build`; its world's id is not known before.

    Raises:
        ConfigError: it raises.
    """
    try:
        return build()
    except (Exception, SystemExit) as error:
        msg = f"{module.__name__}: its build() {raised(error)}; mend that first"
        raise ConfigError(msg) from error


def _takes_nothing(build: Callable[..., Any]) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    every = inspect.signature(build).parameters.values()
    return all(one.default is not one.empty or one.kind in variadic for one in every)


class Given:
    """A `build` that gives a world which is there."""

    def __init__(self, world: World, module: str) -> None:
        self.world, self.__module__ = world, module

    def __call__(self) -> World:
        """Return the world."""
        return self.world


def spec_of(world_id: str, build: Callable[..., World]) -> EnvSpec:
    """Return the specification of a world that is not registered."""
    return EnvSpec(
        id=world_id,
        entry_point=SingleEntry(build),
        vector_entry_point=VectorEntry(build),
    )
