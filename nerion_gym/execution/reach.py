"""From the records of a traced run to coverage that selection can trust."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.types.coverage import Coverage
from nerion_gym.types.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program

Lines = dict[str, set[int]]


def coverage_of(
    program: Program,
    records: list[list[Any]],
    control: Outcome | None,
    known: Collection[str] | None = None,
) -> Coverage:
    """Build coverage; where a test's dependence is not sure, it depends on every line.

    A test depends on the lines that it executes in order and alone, on every line of a file that
    it reads, on everything when it starts a process, stops the tracing or has another status
    alone, and on what those tests execute with which it shares a fixture's object.

    `known` are the suite's tests, where they are known: what is told of others is left out.
    """
    everything = all_lines(program)
    at_import: Lines = {}
    tests: dict[str, Lines] = {}
    status: dict[str, dict[str, str]] = {"lines": {}, "alone": {}}
    shared: list[list[str]] = []
    needs: tuple[str, ...] = ()
    for kind, *rest in of_suite(records, known):
        if kind == "import":
            at_import = depends_on(everything, *rest)
        elif kind in status:
            test, verdict, *parts = rest
            status[kind][test] = verdict
            add(tests.setdefault(test, {}), depends_on(everything, *parts))
        elif kind == "shared":
            shared = rest[0]
        elif kind == "needs":
            needs = tuple(rest[0])
    order = list(status["lines"])
    if not order_is_free(order, status["alone"], status["lines"], control):
        union: Lines = {}
        for test in order:
            add(union, tests[test])
        tests = {test: union for test in order}
    join(tests, shared)
    frozen = {test: freeze(tests[test]) for test in order}
    return Coverage(frozen, freeze(at_import), needs)


def of_suite(records: list[list[Any]], known: Collection[str] | None) -> Iterator[list[Any]]:
    """Yield records without those of unknown tests: each could depend on every line."""
    for record in records:
        if known is None or record[0] not in ("lines", "alone") or record[1] in known:
            yield record


def coverage_of_nothing(program: Program) -> Coverage:
    """Return coverage that reaches no test and imports every line: what was told is not sure."""
    return Coverage({}, freeze(all_lines(program)))


def untraced(coverage: Coverage, control: Outcome) -> tuple[str, ...]:
    """Return the tests that pass in the control run and that the traced run did not get to."""
    passing = (result.id for result in control.results if result.status is Status.PASSED)
    return tuple(test for test in passing if test not in coverage.tests)


def blind_to_all(coverage: Coverage, program: Program, control: Outcome) -> Coverage:
    """Return coverage by which every test depends on every line: nothing more is sure.

    A traced run that was cut short does not say either with whom its tests share objects.
    """
    tests = {*coverage.tests, *untraced(coverage, control)}
    order = [result.id for result in control.results if result.id in tests]
    everything = freeze(all_lines(program))
    return replace(coverage, tests=dict.fromkeys(order, everything))


def all_lines(program: Program) -> Lines:
    """Return every line of a program."""
    return {path: set(range(1, source.count(b"\n") + 2)) for path, source in program.files}


def depends_on(
    everything: Lines, lines: Mapping[str, list[int]], read: Iterable[str], blind: bool
) -> Lines:
    """Return the lines that something depends on."""
    if blind:
        return {path: set(found) for path, found in everything.items()}
    found = {path: set(numbers) for path, numbers in lines.items()}
    for path in read:
        found[path] = set(everything.get(path, ()))
    return found


def add(lines: Lines, more: Lines) -> None:
    """Add lines in place."""
    for path, numbers in more.items():
        lines.setdefault(path, set()).update(numbers)


def order_is_free(
    order: list[str],
    alone: Mapping[str, str],
    together: Mapping[str, str],
    control: Outcome | None,
) -> bool:
    """Whether every test has the same status alone, traced, and in the control run."""
    if any(alone.get(test) != together[test] for test in order):
        return False
    if control is None:
        return True
    names = {result.id: result.status.name for result in control.results}
    return all(names.get(test) == together[test] for test in order)


def join(tests: dict[str, Lines], groups: list[list[str]]) -> None:
    """Give tests that share an object the union of their lines; sharing is transitive."""
    leader = {test: test for test in tests}

    def leader_of(test: str) -> str:
        while leader[test] != test:
            leader[test] = test = leader[leader[test]]
        return test

    for group in groups:
        members = [leader_of(test) for test in group if test in tests]
        leader.update((member, members[0]) for member in members)
    followers: dict[str, list[str]] = {}
    for test in tests:
        followers.setdefault(leader_of(test), []).append(test)
    for members in followers.values():
        if len(members) > 1:
            union: Lines = {}
            for test in members:
                add(union, tests[test])
            tests.update(dict.fromkeys(members, union))


def freeze(lines: Lines) -> dict[str, frozenset[int]]:
    """Return lines that cannot change."""
    return {path: frozenset(numbers) for path, numbers in sorted(lines.items()) if numbers}
