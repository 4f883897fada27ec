"""What configuring pytest costs in every project alike, paid once, in the base process.

Pytest looks through all installed distributions for plugins, and rewrites the assertions of those
it finds; without bytecode files that is most of a first step. A rehearsal in a forked child with an
empty project tells which code was rewritten and what was imported of the standard library.
"""

# Paths are strings here: they go to system calls, and pathlib costs more than those.
# ruff: noqa: PTH102

from __future__ import annotations

import importlib
import importlib.metadata
import marshal
import os
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from .memo import CodeMemo, stdlib_since
from .session import Spec, configure, enter
from .supervise import run_child
from .wire import write_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .memo import Codes
    from .telling import Line

SECONDS = 30.0


class Distribution:
    """An installed distribution whose metadata files are read once."""

    def __init__(self, found: importlib.metadata.Distribution) -> None:
        self._found = found

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._found, name)
        if name in ("entry_points", "files", "metadata", "version", "requires"):
            self.__dict__[name] = value
        return value


class Rehearsal:
    """What is known ahead of any project.

    Attributes:
        codes: what pytest rewrote of the plugins.
    """

    def __init__(self) -> None:
        self.codes: Codes = {}
        self._installed: list[Distribution] = []

    @property
    def done(self) -> bool:
        """Whether it has taken place."""
        return bool(self._installed)

    def perform(self, folder: str, keep: Collection[int]) -> None:
        """Configure pytest in an empty project in a child; take over what can be.

        Args:
            folder: where the empty project goes; must not exist.
            keep: children of this process that stay alive.
        """
        root, home, tmp = (os.path.join(folder, name) for name in ("empty", "home", "tmp"))  # noqa: PTH118
        for path in (folder, root, home, tmp):
            os.mkdir(path)
        ended = run_child(
            partial(_configure_nothing, Spec(root, (), (".",), home, tmp)), SECONDS, keep
        )
        if ended.code == 0:
            self.codes, modules = marshal.loads(ended.output)  # noqa: S302 - from our own child
            preload(modules)
        self._installed = [Distribution(found) for found in importlib.metadata.distributions()]

    @contextmanager
    def known_distributions(self, folders: list[str]) -> Iterator[None]:
        """Let pytest see the distributions without looking for them; a project's own come first."""
        if not self.done:
            yield
            return
        looking = importlib.metadata.distributions
        own = [Distribution(found) for found in looking(path=folders)]
        importlib.metadata.distributions = lambda **_: [*own, *self._installed]  # type: ignore[assignment]
        try:
            yield
        finally:
            importlib.metadata.distributions = looking


def _configure_nothing(spec: Spec, line: Line) -> None:
    before = set(sys.modules)
    memo = CodeMemo(spec.root)
    memo.install()
    enter(spec)
    if not configure(spec).errors:
        write_all(line.fd, marshal.dumps((memo.codes, stdlib_since(before))))


def preload(names: list[str]) -> None:
    """Import the standard library's part of what was imported elsewhere."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # a module that this platform lacks; whoever needs it will say so
