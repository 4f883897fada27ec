"""Warning filters and log handlers as pytest sets them around each test.

Setting them up costs more than most tests do. So they stay, and are set up again only after a test
that changed something, warned or logged: what the next test finds is the same.
"""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from _pytest.logging import catching_logs

if TYPE_CHECKING:
    import pytest


class Conditions:
    """The surroundings of direct calls in one process."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        plugin = config.pluginmanager.get_plugin("logging-plugin")
        self._handlers = (plugin.caplog_handler, plugin.report_handler) if plugin else ()
        self._level = plugin.log_level if plugin else None
        self._filters: Any = None
        self._catching: list[Any] = []
        self._warned: list[Any] = []
        self._set: tuple[Any, ...] = ()

    def enter(self) -> None:
        """Set everything up."""
        self._filters = self._config._catch_configured_warnings(record=True)
        self._filters.__enter__()
        self._begin()

    def leave(self) -> None:
        """Take everything down."""
        self._end()
        self._filters.__exit__(None, None, None)

    def mend(self) -> None:
        """Put right what the last test changed."""
        if self._warned or _state() != self._set:
            self._end()
            self._begin()
        for handler in self._handlers:
            if handler.records:
                handler.reset()

    def _begin(self) -> None:
        recording = warnings.catch_warnings(record=True)
        catching = [catching_logs(handler, level=self._level) for handler in self._handlers]
        self._catching = [recording, *catching]
        self._warned, *_ = [context.__enter__() for context in self._catching]
        self._set = _state()

    def _end(self) -> None:
        for context in reversed(self._catching):
            context.__exit__(None, None, None)


def _state() -> tuple[Any, ...]:
    """Return what tests change of it, to compare."""
    root = logging.root
    loggers = root.manager.loggerDict.values()
    return (
        id(warnings.filters),
        list(warnings.filters),
        warnings.showwarning,
        warnings._showwarnmsg_impl,  # type: ignore[attr-defined]
        root.level,
        list(root.handlers),
        # Those that do not hand on what they log have handlers of their own.
        [logger for logger in loggers if getattr(logger, "propagate", True) is False],
    )
