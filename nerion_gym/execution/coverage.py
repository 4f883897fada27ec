"""One traced run of the unchanged suite: what each test executes, in order and alone.

In order shows what a test does in a session. Alone, in a child of its own, shows what it would
do had no other test filled a cache or set up a shared fixture before it: it depends on both.
"""

from __future__ import annotations

import types
import unittest
from functools import partial
from pathlib import PurePath
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from .fingerprint import ATOMS
from .needs import Needs
from .running import run_items
from .sandbox import Bounds, confine, mapped_now
from .session import Collected, collect
from .supervise import run_child
from .telling import Line, Teller
from .tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .recorder import Verdict
    from .session import Spec
    from .supervise import Confining

PLAIN = (PurePath, type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
INJECTED = ("_xunit_setup", "_unittest_setUpClass")
"""Fixtures that pytest makes out of setup_module, setup_class, setUpClass."""


class SharedFixtures:
    """A pytest plugin: which tests share a fixture's object that one of them could change."""

    def __init__(self) -> None:
        self.groups: dict[int, list[str]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Look at the fixtures while they are alive."""
        for fixture in _fixtures(item):
            if fixture.scope != "function" and _can_change(fixture, item):
                tests = self.groups.setdefault(id(fixture), [])
                if item.nodeid not in tests:
                    tests.append(item.nodeid)
        return (yield)


def _fixtures(item: pytest.Item) -> list[Any]:
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    names = getattr(item, "fixturenames", ())
    return [known[name][-1] for name in names if known.get(name)]


def _can_change(fixture: Any, item: pytest.Item) -> bool:
    name = str(fixture.argname)
    if name.startswith(INJECTED):
        setup = getattr(getattr(item, "cls", None), "setUpClass", None)
        untouched = getattr(setup, "__func__", None) is unittest.TestCase.setUpClass.__func__  # type: ignore[attr-defined]
        return not untouched
    if str(getattr(fixture.func, "__module__", "")).startswith("_pytest"):
        return False
    if not fixture.cached_result:
        return True
    return not _is_plain(fixture.cached_result[0])


def _is_plain(value: object) -> bool:
    if type(value) in (tuple, frozenset):
        return all(_is_plain(item) for item in value)  # type: ignore[attr-defined]
    return type(value) in ATOMS or issubclass(type(value), PLAIN)


def cover(
    spec: Spec,
    configured: Callable[[], Collected],
    order: dict[str, Any],
    restore: Callable[[], object],
    cage: Confining,
    line: Line,
) -> None:
    """Trace collection, every test alone, and the session; tell what each executed.

    Tests run in confined children; this process, which forks them, is confined as a server is.

    `restore` puts the project's folder back: what one test alone leaves there is not for the next.
    """
    teller = Teller(line, order["nonce"])
    tracer = Tracer(spec.root, list(order["paths"]))
    tracer.start()
    collected = collect(configured())
    teller.tell("import", *tracer.take())
    if collected.session is not None and collected.may_run:
        apart = Apart(tracer, teller, cage, order["memory"])
        alone = partial(_one_alone, collected, tracer, order["nonce"])
        deadline = monotonic() + order["alone_seconds"]
        for item in collected.items:
            left = deadline - monotonic()
            if left <= 0:
                break
            apart.run(partial(alone, item.nodeid), left)
            restore()
        whole = partial(_all_in_order, collected, tracer, order["nonce"])
        apart.run(whole, order["wall"])
    teller.end()


def run_traced(
    collected: Collected, tracer: Tracer, teller: Teller, kind: str, wanted: list[str] | None
) -> None:
    """Run tests and tell (kind, test, status, lines, files read, blind) for each."""

    def report(test: str, verdict: Verdict | None, _wall: float, _cpu: float) -> bool:
        teller.tell(kind, test, verdict.status if verdict else "", *tracer.take())
        return True

    tracer.take()
    run_items(collected, wanted, report)


class Apart(NamedTuple):
    """Runs traced tests in confined children, with the limits of any run."""

    tracer: Tracer
    teller: Teller
    cage: Confining
    memory: int

    def run(self, body: Callable[[Line], None], seconds: float) -> None:
        """Run something in a child, and tell what it told; tracing may take processor time."""
        bounds, mapped = Bounds(seconds, seconds, self.memory), mapped_now()

        def bound(line: Line) -> None:
            confine(bounds, mapped)
            body(line)

        self.tracer.listening = False
        ended = run_child(bound, seconds, cage=self.cage)
        self.tracer.listening = True
        self.teller.pass_on(ended.output)


def _one_alone(collected: Collected, tracer: Tracer, nonce: bytes, test: str, line: Line) -> None:
    tracer.listening = True
    run_traced(collected, tracer, Teller(line, nonce), "alone", [test])


def _all_in_order(collected: Collected, tracer: Tracer, nonce: bytes, line: Line) -> None:
    tracer.listening = True
    teller, shared, needs = Teller(line, nonce), SharedFixtures(), Needs()
    if collected.session is not None:
        collected.session.config.pluginmanager.register(shared)
    run_traced(collected, tracer, teller, "lines", None)
    teller.tell("shared", list(shared.groups.values()))
    teller.tell("needs", needs.found())
