"""Plain tests called directly: what pytest's protocol would do for them, without its hooks.

The protocol costs 0.3-0.5 ms a test, a direct call about 20 microseconds. Everything else goes
through the protocol, and so does whatever happens here that is out of the ordinary (a skip, say).
"""

from __future__ import annotations

import inspect
import os
import sys
import unittest
import warnings
from typing import TYPE_CHECKING, Any, Literal

import pytest
from _pytest import python as _python
from _pytest.outcomes import Exit, Skipped, XFailed

from .conditions import Conditions
from .output import Output
from .plain import leftovers, patch_fixture
from .recorder import Verdict, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from .plain import Plain

    Phase = Literal["setup", "call", "teardown"]

CURRENT_TEST = "PYTEST_CURRENT_TEST"
PASSED = Verdict("PASSED", None, "call")


class Setup:
    """The fixtures of one test: made in pytest's order, undone in the reverse.

    Attributes:
        values: by name, parameters included.
    """

    def __init__(self, plain: Plain) -> None:
        self._plain = plain
        self._undoing: list[Callable[[], None]] = []
        self.values = dict(plain.parameters)

    def run(self) -> None:
        """Make every fixture that the test uses, autouse ones included."""
        for name in self._plain.used:
            self._value(name)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            fixture = self._plain.fixtures[name]
            arguments = {argument: self._value(argument) for argument in fixture.argnames}
            self.values[name] = self._made(name, fixture.func, arguments)
        return self.values[name]

    def _made(self, name: str, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        if function is patch_fixture:
            patch = pytest.MonkeyPatch()
            self._undoing.append(patch.undo)
            return patch
        if not inspect.isgeneratorfunction(function):
            return function(**arguments)
        generator = function(**arguments)
        try:
            value = next(generator)
        except StopIteration:
            raise ValueError(f"{name} did not yield a value") from None
        self._undoing.append(lambda: _exhaust(generator, name))
        return value

    def undo(self) -> None:
        """Tear everything down, whatever fails on the way.

        Raises:
            BaseException: what a teardown raised, or a group of what several did.
        """
        raised: list[BaseException] = []
        while self._undoing:
            try:
                self._undoing.pop()()
            except (Exit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - as pytest's SetupState
                raised.append(error)
        if len(raised) == 1:
            raise raised[0]
        if raised:
            raise BaseExceptionGroup("errors while tearing down", raised[::-1])


def _exhaust(generator: Any, name: str) -> None:
    try:
        next(generator)
    except StopIteration:
        return
    pytest.fail(f"fixture function has more than one 'yield': {name}", pytrace=False)


class Caller:
    """Calls plain tests in one process, each under the conditions that the protocol gives it.

    Warning filters, log handlers and captured output are set up once and put right after each
    test. `pause` takes them down again for a test that needs the protocol.

    Attributes:
        usable: False when a test broke what was set up; the protocol must run what follows.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._leftovers = leftovers(config) or []
        self._output = Output(config)
        self._conditions = Conditions(config)
        self._prepared = False
        self.usable = True

    def call(self, plain: Plain) -> Verdict:
        """Run one plain test.

        Raises:
            Exit, KeyboardInterrupt: what ends a session, as from pytest's protocol.
        """
        self.prepare()
        verdict = self._with_fixtures(plain) if plain.fixtures else self._alone(plain)
        self._conditions.mend()
        try:
            self._output.mend()
        except Exception as error:  # noqa: BLE001 - what breaks capturing fails the test in pytest
            self.usable = False
            return Verdict("ERROR", type(error).__name__, "teardown", one_line(error))
        return verdict

    def prepare(self) -> None:
        """Set up what all direct calls share; done before a fork it costs the child nothing."""
        if not self._prepared:
            self._prepared = True
            self._conditions.enter()
            self._output.resume()

    def pause(self) -> None:
        """Take down what was set up for direct calls."""
        if self._prepared:
            self._prepared = False
            os.environ.pop(CURRENT_TEST, None)
            self._conditions.leave()
            if self.usable:
                self._output.suspend()

    def _alone(self, plain: Plain) -> Verdict:
        """Run a test that asks for parameters only."""
        arguments = {name: plain.parameters[name] for name in plain.arguments}
        verdict = self._called(plain, arguments)
        return self._collect_leftovers(verdict, "call" if verdict is PASSED else "teardown")

    def _with_fixtures(self, plain: Plain) -> Verdict:
        """Set fixtures up, run a test, and tear them down; the worst phase counts."""
        setup = Setup(plain)
        self._enter_phase(plain, "setup")
        verdict = PASSED
        try:
            setup.run()
        except (Exit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest's CallInfo.from_call
            verdict = judged(error, "setup")
        verdict = self._collect_leftovers(verdict, "setup") if verdict is PASSED else verdict
        if verdict is PASSED:
            arguments = {name: setup.values[name] for name in plain.arguments}
            verdict = self._called(plain, arguments)
            verdict = self._collect_leftovers(verdict, "call") if verdict is PASSED else verdict
        self._enter_phase(plain, "teardown")
        try:
            setup.undo()
        except (Exit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            return worse(verdict, judged(error, "teardown"))
        return self._collect_leftovers(verdict, "teardown")

    @staticmethod
    def _enter_phase(plain: Plain, phase: str) -> None:
        os.environ[CURRENT_TEST] = f"{plain.id} ({phase})".replace("\x00", "(null)")

    def _called(self, plain: Plain, arguments: dict[str, Any]) -> Verdict:
        self._enter_phase(plain, "call")
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            sys.__dict__.pop(name, None)
        try:
            result = plain.bind()(**arguments)
            if result is not None:
                _complain_about(plain.id, result)
        except (Exit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest's CallInfo.from_call
            if isinstance(error, Exception):
                sys.last_type, sys.last_value = type(error), error
                sys.last_traceback = error.__traceback__.tb_next if error.__traceback__ else None
            return judged(error, "call")
        return PASSED

    def _collect_leftovers(self, verdict: Verdict, phase: Phase) -> Verdict:
        """Warn of exceptions nobody caught; under `-W error` that fails the test, as in pytest."""
        for queue, collect in self._leftovers:
            try:
                if queue:
                    collect(self._config)
            except Exception as error:  # noqa: BLE001 - a warning made an error
                verdict = worse(verdict, judged(error, phase))
        return verdict


def worse(one: Verdict, other: Verdict) -> Verdict:
    """Return the worse verdict; the first of equals."""
    return other if other.rank > one.rank else one


def judged(error: BaseException, phase: Phase) -> Verdict:
    """Return the verdict on what a phase of a test raised, as pytest's report would have it."""
    if isinstance(error, XFailed):
        return Verdict("XFAILED", None, phase, one_line(error))
    if isinstance(error, (Skipped, unittest.SkipTest)):
        return Verdict("SKIPPED", None, phase, one_line(error))
    name = type(error).__name__
    status = "FAILED" if phase == "call" else "ERROR"
    return Verdict("MEMORY" if name == "MemoryError" else status, name, phase, one_line(error))


def _complain_about(test: str, result: object) -> None:
    """Do as pytest does with a test that returns something."""
    if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
        _python.async_fail(test)
    text = f"Test functions should return None, but {test} returned {type(result)!r}."
    warnings.warn(pytest.PytestReturnNotNoneWarning(text), stacklevel=2)
