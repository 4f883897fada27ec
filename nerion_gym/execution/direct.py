"""Plain tests called directly: what pytest's protocol would do for them, without its hooks.

A test is *plain* when nothing but its own function decides its verdict: no fixture, no mark that
skips, expects or filters, not asynchronous, parametrised at most by plain values, in a session in
which only pytest's own plugins (and a few known to leave such tests alone) take part. The protocol
costs 0.3-0.5 ms a test, a direct call about 20 microseconds. Everything else goes through the
protocol, and so does whatever happens here that is out of the ordinary (a skip, an xfail).
"""

from __future__ import annotations

import os
import sys
import unittest
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import monkeypatch as _monkeypatch
from _pytest import python as _python
from _pytest.compat import is_async_function
from _pytest.logging import catching_logs
from _pytest.outcomes import Exit, OutcomeException
from _pytest.runner import CallInfo

from .output import Output
from .recorder import Verdict, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from _pytest.nodes import Node

CURRENT_TEST = "PYTEST_CURRENT_TEST"
RUN_HOOKS = (
    "pytest_runtest_protocol",
    "pytest_runtest_logstart",
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_pyfunc_call",
    "pytest_fixture_setup",
    "pytest_fixture_post_finalizer",
    "pytest_warning_recorded",
    "pytest_assertion_pass",
)
"""Whoever takes part in one of these could decide a verdict."""
HARMLESS = frozenset({"_hypothesis_pytestplugin"})
"""Plugins of others that were read, and leave a plain test alone."""
DECISIVE_MARKS = frozenset(
    {"skip", "skipif", "xfail", "filterwarnings", "usefixtures", "anyio", "asyncio", "hypothesis"}
)
NODES = ("Session", "Dir", "Package", "Module", "Class")
PACKAGE_FUNCTIONS = ("setUpModule", "setup_module", "tearDownModule", "teardown_module")
PATCH = "monkeypatch"
PASSED = Verdict("PASSED", None, "call")
_patch_fixture = getattr(_monkeypatch.monkeypatch, "_fixture_function", None)
_direct_parameter = getattr(_python, "get_direct_param_fixture_func", None)


@dataclass(frozen=True)
class Plain:
    """A plain test and the arguments that its function is called with.

    Attributes:
        arguments: by name, of its parameters.
        patch: name of the argument that gets pytest's `monkeypatch`, or "".
    """

    item: pytest.Function
    arguments: dict[str, Any]
    patch: str = ""


# --- which tests are plain ----------------------------------------------------------------------


def session_allows(config: pytest.Config) -> bool:
    """Whether only known plugins take part in running tests, and no option asks for more."""
    if _direct_parameter is None or _leftovers(config) is None:
        return False
    option = config.option
    asked = ("usepdb", "trace", "setuponly", "setupshow", "setupplan", "stepwise")
    if any(getattr(option, name, False) for name in asked):
        return False
    return all(
        _is_known(implementation.plugin)
        for name in RUN_HOOKS
        for implementation in getattr(config.hook, name).get_hookimpls()
    )


def _is_known(plugin: object) -> bool:
    name = getattr(plugin, "__name__", None) or type(plugin).__module__
    own = name.startswith("_pytest.") and name != "_pytest.pytester"
    return own or name == f"{__package__}.recorder" or name in HARMLESS


def plain_tests(items: Sequence[pytest.Item]) -> dict[pytest.Item, Plain]:
    """Return how to call each test that is plain; the protocol must run the others."""
    above: dict[pytest.Collector, bool] = {}
    functions: dict[tuple[int, tuple[str, ...]], bool] = {}
    found: dict[pytest.Item, Plain] = {}
    for item in items:
        if type(item) is not pytest.Function or item.parent is None or _is_marked(item):
            continue
        if item.parent not in above:
            above[item.parent] = _stands_alone(item.parent)
        given = item.callspec.params if hasattr(item, "callspec") else {}
        # Siblings of one parametrised function share what pytest knows of its fixtures.
        key = id(item._fixtureinfo), tuple(given)
        if key not in functions:
            functions[key] = _takes_values_only(item, given)
        if above[item.parent] and functions[key]:
            names = item._fixtureinfo.argnames
            arguments = {name: given[name] for name in names if name in given}
            found[item] = Plain(item, arguments, PATCH if PATCH in names else "")
    return found


def _is_marked(node: Node) -> bool:
    return any(mark.name in DECISIVE_MARKS for mark in node.own_markers)


def _takes_values_only(item: pytest.Function, given: Mapping[str, object]) -> bool:
    """Whether a function is synchronous and asks for nothing but plain parameters."""
    function = item.obj
    if is_async_function(function) or any("hypothesis" in name for name in dir(function)):
        return False
    by_value = all(
        len(found) == 1
        and (
            (name in given and found[0].func is _direct_parameter)
            or (name == PATCH and found[0].func is _patch_fixture)
        )
        for name, found in item._fixtureinfo.name2fixturedefs.items()
    )
    asked = set(item._fixtureinfo.argnames)
    # A fixture that is used but not an argument was asked for by a mark, or is for all tests.
    return by_value and asked == set(item.fixturenames) and asked <= {*given, PATCH}


def _stands_alone(parent: pytest.Collector) -> bool:
    """Whether everything above a test is pytest's own and unmarked, with nothing to set up."""
    for node in parent.listchain():
        kind = type(node)
        if kind.__name__ not in NODES or not kind.__module__.startswith("_pytest."):
            return False
        if _is_marked(node) or (isinstance(node, pytest.Package) and not _sets_nothing_up(node)):
            return False
    return True


def _sets_nothing_up(package: pytest.Package) -> bool:
    """Whether a package's `__init__` is imported already and has no functions for pytest."""
    path = str(package.path / "__init__.py")
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == path:
            return not any(hasattr(module, name) for name in PACKAGE_FUNCTIONS)
    return False


# --- calling them -------------------------------------------------------------------------------


def _leftovers(config: pytest.Config) -> list[tuple[Any, Callable[[pytest.Config], None]]] | None:
    """Return (queue, what turns its contents into warnings) of pytest's exception collectors."""
    found = []
    for module, key, collect in (
        ("unraisableexception", "unraisable_exceptions", "collect_unraisable"),
        ("threadexception", "thread_exceptions", "collect_thread_exception"),
    ):
        plugin = config.pluginmanager.get_plugin(module)
        if plugin is None:
            continue  # switched off in the project's configuration
        if not hasattr(plugin, key) or not hasattr(plugin, collect):
            return None
        found.append((config.stash[getattr(plugin, key)], getattr(plugin, collect)))
    return found


class Caller:
    """Calls plain tests in one process, each under the conditions that the protocol gives it.

    Warning filters and captured output are set up once and put right before each test. `pause`
    takes them down again for a test that needs the protocol.

    Attributes:
        usable: False when a test broke what was set up; the protocol must run what follows.
    """

    def __init__(self, config: pytest.Config, take: Callable[[], Verdict | None]) -> None:
        self._config, self._take = config, take
        self._leftovers = _leftovers(config) or []
        self._output = Output(config)
        plugin = config.pluginmanager.get_plugin("logging-plugin")
        self._handlers = (plugin.caplog_handler, plugin.report_handler) if plugin else ()
        self._level = plugin.log_level if plugin else None
        self._filters: Any = None
        self.usable = True

    def call(self, plain: Plain) -> Verdict | None:
        """Run one plain test.

        Raises:
            Exit, KeyboardInterrupt: what ends a session, as from pytest's protocol.
        """
        self.prepare()
        os.environ[CURRENT_TEST] = f"{plain.item.nodeid} (call)".replace("\x00", "(null)")
        with warnings.catch_warnings(record=True):
            catching = [catching_logs(handler, level=self._level) for handler in self._handlers]
            for context in catching:
                context.__enter__()
            try:
                verdict = self._patched(plain) if plain.patch else self._verdict(plain)
                if any(queue for queue, _ in self._leftovers):
                    verdict = self._collect_leftovers(verdict)
            finally:
                for context in reversed(catching):
                    context.__exit__(None, None, None)
        os.environ.pop(CURRENT_TEST, None)
        for handler in self._handlers:
            if handler.records:
                handler.reset()
        try:
            self._output.mend()
        except Exception as error:  # noqa: BLE001 - what breaks capturing fails the test in pytest
            self.usable = False
            return Verdict("ERROR", type(error).__name__, "teardown", one_line(error))
        return verdict

    def prepare(self) -> None:
        """Set up what all direct calls share; done before a fork it costs the child nothing."""
        if self._filters is None:
            self._filters = self._config._catch_configured_warnings(record=True)
            self._filters.__enter__()
            self._output.resume()

    def pause(self) -> None:
        """Take down what was set up for direct calls."""
        if self._filters is not None:
            self._filters.__exit__(None, None, None)
            self._filters = None
            if self.usable:
                self._output.suspend()

    def _patched(self, plain: Plain) -> Verdict | None:
        """Run a test that asks for `monkeypatch`, and undo its patches."""
        patch = pytest.MonkeyPatch()
        verdict = self._verdict(replace(plain, arguments={**plain.arguments, PATCH: patch}))
        try:
            patch.undo()
        except Exception as error:  # noqa: BLE001 - as in the fixture's teardown
            return Verdict("ERROR", type(error).__name__, "teardown", one_line(error))
        return verdict

    def _verdict(self, plain: Plain) -> Verdict | None:
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            sys.__dict__.pop(name, None)
        function = plain.item.obj
        try:
            result = function(**plain.arguments)
            if result is not None:
                _complain_about(plain.item, result)
        except (Exit, KeyboardInterrupt):
            raise
        except (OutcomeException, unittest.SkipTest) as error:
            return self._protocol_verdict(plain.item, error)
        except BaseException as error:  # noqa: BLE001 - as pytest's CallInfo.from_call
            return _failed(error)
        return PASSED

    def _protocol_verdict(self, item: pytest.Function, error: BaseException) -> Verdict | None:
        """Let pytest and its plugins judge a skip, an xfail or a `pytest.fail`."""

        def raise_again() -> None:
            raise error

        call = CallInfo.from_call(raise_again, when="call")
        report = item.ihook.pytest_runtest_makereport(item=item, call=call)
        item.ihook.pytest_runtest_logreport(report=report)
        return self._take()

    def _collect_leftovers(self, verdict: Verdict | None) -> Verdict | None:
        """Warn of exceptions nobody caught; under `-W error` that fails the test, as in pytest."""
        phase, status = ("call", "FAILED") if verdict is PASSED else ("teardown", "ERROR")
        for queue, collect in self._leftovers:
            try:
                if queue:
                    collect(self._config)
            except Exception as error:  # noqa: BLE001 - a warning made an error
                found = Verdict(status, type(error).__name__, phase, one_line(error))
                if verdict is None or found.rank > verdict.rank:
                    verdict = found
        return verdict


def _failed(error: BaseException) -> Verdict:
    if isinstance(error, Exception):
        sys.last_type, sys.last_value = type(error), error
        sys.last_traceback = error.__traceback__.tb_next if error.__traceback__ else None
    name = type(error).__name__
    status = "MEMORY" if name == "MemoryError" else "FAILED"
    return Verdict(status, name, "call", one_line(error))


def _complain_about(item: pytest.Function, result: object) -> None:
    """Do as pytest does with a test that returns something."""
    if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
        _python.async_fail(item.nodeid)
    text = f"Test functions should return None, but {item.nodeid} returned {type(result)!r}."
    warnings.warn(pytest.PytestReturnNotNoneWarning(text), stacklevel=2)
