"""One pytest session in this process: configured and collected, then run item by item."""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH112, PTH113, PTH118, PTH120

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.config import ConftestImportFailure, _prepareconfig, default_plugins
from _pytest.nodes import Node

from .direct import Caller
from .outline import collect_by, outline
from .plain import plain_tests, session_allows
from .recorder import Recorder, explain, last_error_line, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .outline import Outline
    from .plain import Plain

    Entry = tuple[pytest.Item, Plain | None]

EVERYTHING = ""
"""Node id of a failure that concerns every test: configuration, or a conftest."""


@dataclass(frozen=True)
class Spec:
    """How pytest is called.

    Attributes:
        root: absolute folder that holds the project.
        targets: relative paths handed to pytest.
        pythonpath: relative folders in front of `sys.path`.
        home, tmp: absolute folders for HOME and TMPDIR.
    """

    root: str
    targets: tuple[str, ...]
    pythonpath: tuple[str, ...]
    home: str
    tmp: str

    @property
    def folders(self) -> list[str]:
        """Absolute folders in front of `sys.path`."""
        return [os.path.normpath(os.path.join(self.root, path)) for path in self.pythonpath]


@dataclass
class Collected:
    """A session after collection.

    Attributes:
        errors: (node id, exception type name, message) of what failed to collect.
        may_run: False where pytest would stop before the first test.
        plain: the tests that are called directly.
        caller: what calls them, if that was made ahead.
        by_id: the tests by node id (several may have one), with how to call them if plain; filled
            when first needed, see `running.chosen`.
        outline: enough to collect the same tests again without pytest, if that can be.
        again: the tests, where they were collected in that way.
    """

    recorder: Recorder
    session: pytest.Session | None = None
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    may_run: bool = False
    plain: dict[pytest.Item, Plain] = field(default_factory=dict)
    caller: Caller | None = None
    by_id: dict[str, list[Entry]] = field(default_factory=dict)
    outline: Outline | None = None
    again: list[Plain] | None = None

    @property
    def items(self) -> list[pytest.Item]:
        """The tests in collection order."""
        return list(self.session.items) if self.session is not None else []


def preload() -> None:
    """Import what every pytest session needs, and nothing that belongs to a project."""
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    importlib.import_module("unittest.mock")


def enter(spec: Spec) -> None:
    """Make this process look like a fresh `python -m pytest` in the project's folder."""
    folders = spec.folders
    os.environ.update(HOME=spec.home, TMPDIR=spec.tmp, PYTHONPATH=os.pathsep.join(folders))
    os.environ["PYTEST_VERSION"] = pytest.__version__
    os.chdir(spec.root)
    # `python -m pytest` puts the working folder in front of PYTHONPATH.
    sys.path[:0] = [spec.root, *folders]
    sys.argv = [os.path.join(os.path.dirname(pytest.__file__), "__main__.py"), *spec.targets]
    forget_namesakes(folders)


def forget_namesakes(folders: list[str]) -> None:
    """Forget imported modules that the project brings itself (it may be a library of pytest's)."""
    kept = ("pytest", "_pytest", "pluggy", *sys.stdlib_module_names)
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top in kept or top.startswith("_nerion"):
            continue
        places = [os.path.join(folder, top) for folder in folders]
        if any(os.path.isdir(place) or os.path.isfile(f"{place}.py") for place in places):
            del sys.modules[name]


def arguments(spec: Spec) -> list[str]:
    """Return pytest's command line.

    One failure must not hide the other tests' results, whatever addopts say; and nothing is
    remembered between runs.
    """
    fixed = ["-p", "no:cacheprovider", "--rootdir", spec.root, "--maxfail=0"]
    return [*fixed, *spec.targets]


def configure(spec: Spec) -> Collected:
    """Configure pytest and start a session, as `python -m pytest` does, and stop there."""
    collected = Collected(Recorder())
    with noted_failures(collected):
        config = _prepareconfig(arguments(spec), plugins=[collected.recorder])
        config._do_configure()
        session = pytest.Session.from_config(config)
        config.hook.pytest_sessionstart(session=session)
        collected.session = session
    return collected


def collect(configured: Collected, *, describe: bool = False) -> Collected:
    """Collect the tests of a configured session, and stop before the run.

    `describe`: make the outline too, for processes to come.
    """
    collected, session = configured, configured.session
    if session is None:
        return collected
    if collected.caller is not None:
        collected.caller.pause()
    config = session.config
    plugins = config.pluginmanager.get_plugins()
    with noted_failures(collected):
        config.hook.pytest_collection(session=session)
        collected.errors.extend(collected.recorder.collect_errors)
        going_on = config.option.continue_on_collection_errors
        collected.may_run = not collected.errors or bool(going_on)
        if config.option.collectonly:
            collected.errors.append((EVERYTHING, "UsageError", "addopts ask for --collect-only"))
            collected.may_run = False
        lighten(config)
        if session_allows(config):
            collected.plain = plain_tests(session.items)
            if describe:
                collected.outline = outline(collected, plugins)
    return collected


def collect_again(known: Outline, configured: Collected) -> Collected | None:
    """Collect the tests of a configured session by their outline; None where pytest must do it."""
    session = configured.session
    if session is None or configured.errors:
        return None
    configured.caller = configured.caller or Caller(session.config)
    configured.caller.prepare()
    configured.again = collect_by(known, session)
    configured.may_run = configured.again is not None
    return configured if configured.may_run else None


@contextmanager
def noted_failures(collected: Collected) -> Iterator[None]:
    """Note what keeps pytest from starting or collecting, as errors of every test."""
    try:
        yield
    except ConftestImportFailure as error:
        name, message = explain(error.cause, "")
        collected.errors.append((EVERYTHING, name, f"{error.path}: {message}"))
    except (pytest.UsageError, pytest.exit.Exception, Exception, SystemExit) as error:  # noqa: BLE001
        collected.errors.extend(collected.recorder.collect_errors)
        collected.errors.append((EVERYTHING, type(error).__name__, usage_message(error)))


def usage_message(error: BaseException) -> str:
    """Return what pytest would print, on one line."""
    if isinstance(error, pytest.UsageError):
        return " ".join(str(part).strip().replace("\n", "; ") for part in error.args)
    return one_line(error) or last_error_line(repr(error))


def lighten(config: pytest.Config) -> None:
    """Drop what only prints: the terminal, and the text of tracebacks."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        config.pluginmanager.unregister(reporter)

    def short(_self: Node, excinfo: Any, style: Any = None) -> str:
        return f"{excinfo.typename}: {one_line(excinfo.value)}"

    Node._repr_failure_py = short  # type: ignore[method-assign,assignment]
