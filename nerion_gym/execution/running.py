"""Run the tests of a collected session, one by one, and report each."""

from __future__ import annotations

from itertools import zip_longest
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from .direct import Caller
from .shapes import UnclearError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pytest

    from .plain import Plain
    from .recorder import Verdict
    from .session import Collected, Entry

    Report = Callable[[str, Verdict | None, float, float], bool]


def run_items(
    collected: Collected,
    wanted: Iterable[str] | None,
    report: Report,
) -> None:
    """Run tests: plain ones directly, others through pytest's own protocol.

    Args:
        collected: the session.
        wanted: node ids in the order to run them, None for all.
        report: is called after each test with (id, verdict, wall seconds, CPU seconds);
            returns False to stop.
    """
    session = collected.session
    if session is None or not collected.may_run:
        return
    if collected.again is not None:
        run_plain(collected.again, collected.caller or Caller(session.config), wanted, report)
        return
    entries = chosen(collected, wanted)
    caller = collected.caller or Caller(session.config)
    for (item, plain), following in zip_longest(entries, [item for item, _ in entries[1:]]):
        verdict: Verdict | None
        wall, cpu = perf_counter(), process_time()
        if plain is not None and caller.usable and nothing_ends(session, following):
            test, verdict = plain.id, caller.call(plain)
        else:
            caller.pause()
            test = item.nodeid
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            verdict = collected.recorder.take()
        spent = perf_counter() - wall, process_time() - cpu
        going_on = report(test, verdict, *spent)
        if not going_on or session.shouldfail or session.shouldstop:
            break
    caller.pause()


def run_plain(
    tests: Sequence[Plain],
    caller: Caller,
    wanted: Iterable[str] | None,
    report: Report,
) -> None:
    """Run plain tests that `collect_by` gave; arguments as for `run_items`.

    Raises:
        UnclearError: a test broke the direct way, and others are left.
    """
    place = None if wanted is None else {test: index for index, test in enumerate(wanted)}
    if place is not None:
        chosen = [test for test in tests if test.id in place]
        tests = sorted(chosen, key=lambda test: place[test.id])
    for test in tests:
        if not caller.usable:
            raise UnclearError("the tests that follow need pytest's protocol")
        wall, cpu = perf_counter(), process_time()
        verdict = caller.call(test)
        spent = perf_counter() - wall, process_time() - cpu
        if not report(test.id, verdict, *spent):
            break
    caller.pause()


def chosen(collected: Collected, wanted: Iterable[str] | None) -> list[Entry]:
    """Return the tests that are wanted, as often as collected, in the order wanted.

    The others are not even looked at: in a forked child that would copy the memory they lie in.
    """
    if wanted is None:
        return [(item, collected.plain.get(item)) for item in collected.items]
    known = index(collected)
    return [entry for test in wanted for entry in known.get(test, ())]


def index(collected: Collected) -> dict[str, list[Entry]]:
    """Return the tests by id, worked out once."""
    if not collected.by_id:
        for item in collected.items:
            entry = item, collected.plain.get(item)
            collected.by_id.setdefault(item.nodeid, []).append(entry)
    return collected.by_id


def prepare(collected: Collected) -> None:
    """Set up ahead of a fork what running tests needs."""
    session = collected.session
    if session is None or not collected.may_run:
        return
    index(collected)
    for item in session.items:
        if item not in collected.plain:
            _ = item.location  # worked out at the first report, and kept
    if collected.plain:
        collected.caller = Caller(session.config)
        collected.caller.prepare()


def nothing_ends(session: pytest.Session, following: pytest.Item | None) -> bool:
    """Whether nothing that is set up (modules, classes) is to be torn down before what follows."""
    stack = session._setupstate.stack
    if not stack:
        return True
    chain = set(following.listchain()) if following is not None else set()
    return all(node in chain for node in stack)
