"""The state of a process and its folders outside a program's own modules, as a value to compare.

What another test could notice, and what is cheap to look at. Each object that is looked at costs
a forked child a copied page (its reference count is written), some 2 microseconds: so not all
modules, not all signals. Not here either: the random generators' state and newly imported modules,
which tests change all the time and which a right suite does not depend on.
"""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH109, PTH208

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import builtins
import gc
import locale
import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType

CURRENT_TEST = "PYTEST_CURRENT_TEST"
PASSING_NAMES = (".hypothesis", ".pytest_cache", "pytest-of-")
"""Entries of folders that pytest and its plugins make by themselves."""
SIGNALS = tuple(
    int(number)
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGALRM,
        signal.SIGHUP,
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGCHLD,
        signal.SIGPIPE,
    )
)
BUILTINS = ("__import__", "open", "print", "input", "len", "sum", "sorted", "isinstance", "getattr")


class Surroundings:
    """What to look at.

    Args:
        folders: whose entries are compared, by name.
        modules: that must stay the ones that are loaded.
    """

    def __init__(self, folders: Collection[str], modules: Collection[ModuleType] = ()) -> None:
        self._folders = tuple(folders)
        self._modules = {module.__name__: module for module in modules}

    def now(self) -> tuple[Any, ...]:
        """Return the state."""
        return (
            {name: value for name, value in os.environ.items() if name != CURRENT_TEST},
            _folder(),
            list(sys.path),
            list(sys.argv),
            self._missing_modules(),
            [_entries(folder) for folder in self._folders],
            _interpreter(),
            _logging(),
            _optional(),
        )

    def _missing_modules(self) -> list[str]:
        """Return the modules that were loaded and now are not, or are others."""
        loaded = sys.modules.get
        return [name for name, module in self._modules.items() if loaded(name) is not module]


def _folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _entries(folder: str) -> list[str] | None:
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    return sorted(name for name in names if not name.startswith(PASSING_NAMES))


def _interpreter() -> tuple[Any, ...]:
    mask = os.umask(0o022)
    os.umask(mask)
    return (
        mask,
        locale.setlocale(locale.LC_ALL),
        time.tzname,
        sys.getrecursionlimit(),
        sys.getswitchinterval(),
        sys.gettrace() is None,
        sys.getprofile() is None,
        gc.isenabled(),
        threading.active_count(),
        len(vars(builtins)),
        [id(getattr(builtins, name)) for name in BUILTINS],
        # The C function: the public one makes an enumeration's member of each number.
        [_signal.getsignal(number) for number in SIGNALS],
        _signal.getitimer(_signal.ITIMER_REAL)[0] > 0,
    )


def _logging() -> tuple[Any, ...]:
    root = logging.root
    loggers = root.manager.loggerDict.items()
    levels = [(name, getattr(logger, "level", None)) for name, logger in loggers]
    return root.level, root.manager.disable, [level for level in levels if level[1]]


def _optional() -> list[Any]:
    """Return the settings of modules that not every program loads."""
    found: list[Any] = []
    if "decimal" in sys.modules:
        context = sys.modules["decimal"].getcontext()
        found.append((context.prec, context.rounding))
    if "socket" in sys.modules:
        found.append(sys.modules["socket"].getdefaulttimeout())
    return found
