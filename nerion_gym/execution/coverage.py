"""One traced run of the unchanged suite: what each test executes, in order and alone.

In order shows what a test does in a session. Alone, in a child of its own, shows what it would
do had no other test filled a cache or set up a shared fixture before it: it depends on both.
"""

from __future__ import annotations

import time
import types
import unittest
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pytest

from .child import END, Teller
from .fingerprint import ATOMS
from .session import Collected, collect, run_items
from .supervise import run_child
from .tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .recorder import Verdict
    from .session import Spec

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
    fd: int,
) -> None:
    """Trace collection, every test alone, and the session; tell what each executed.

    `restore` puts the project's folder back: what one test alone leaves there is not for the next.
    """
    teller = Teller(fd, order["nonce"])
    tracer = Tracer(spec.root, list(order["paths"]))
    tracer.start()
    collected = collect(configured())
    teller.tell("import", *tracer.take())
    if collected.session is not None and collected.may_run:
        run_alone(collected, tracer, teller, order, restore)
        shared = SharedFixtures()
        collected.session.config.pluginmanager.register(shared)
        run_traced(collected, tracer, teller, "lines", None)
        teller.tell("shared", list(shared.groups.values()))
    teller.tell(*END)


def run_traced(
    collected: Collected, tracer: Tracer, teller: Teller, kind: str, wanted: list[str] | None
) -> None:
    """Run tests and tell (kind, test, status, lines, files read, blind) for each."""

    def report(test: str, verdict: Verdict | None, _wall: float, _cpu: float) -> bool:
        teller.tell(kind, test, verdict.status if verdict else "", *tracer.take())
        return True

    tracer.take()
    run_items(collected, wanted, report)


def run_alone(
    collected: Collected,
    tracer: Tracer,
    teller: Teller,
    order: dict[str, Any],
    restore: Callable[[], object],
) -> None:
    """Run each test in a child of its own, as long as there is time."""
    deadline = time.monotonic() + order["alone_seconds"]
    for item in collected.items:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        tracer.listening = False
        child = partial(_one_alone, collected, tracer, order["nonce"], item.nodeid)
        ended = run_child(child, left)
        restore()
        tracer.listening = True
        teller.pass_on(ended.output)


def _one_alone(collected: Collected, tracer: Tracer, nonce: bytes, test: str, fd: int) -> None:
    tracer.listening = True
    run_traced(collected, tracer, Teller(fd, nonce), "alone", [test])
