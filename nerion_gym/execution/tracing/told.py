"""What a traced run told: verdicts, what the taps saw, and which calls are recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.asking import Recording
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.trace import FunctionTrace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.tracing.entries import Entry
    from nerion_gym.execution.tracing.sites import Plan
    from nerion_gym.types.coverage import Baseline

NOT_RUN = "not run with taps"
TOO_LONG = "the traced run did not get to its end"


class Tapped(NamedTuple):
    """The taps of one file.

    Attributes:
        path: relative.
        numbers: of the edits of this file, in the caller's list.
        plan: the taps, with edits numbered within the file.
        order: what the traced process needs.
        entries: functions with taps of their own.
    """

    path: str
    numbers: tuple[int, ...]
    plan: Plan
    order: tuple[str, str, bytes, bytes, list[tuple[str, int]]]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Told:
    """What a traced run told.

    Attributes:
        tests: in the order of the run; the clock counts them from 1.
        left_out: test -> why it does not count.
        sites: file -> site -> what it told (`taps.Report`).
        complete: whether all tests ran and all taps told.
        functions: file -> function -> what it told (`calls.Function.report`).
        lost: why the traced process did not stay; "" where it did.
    """

    tests: tuple[str, ...]
    left_out: Mapping[str, str]
    sites: Mapping[int, Mapping[int, list[Any]]]
    complete: bool
    functions: Mapping[int, Mapping[int, list[Any]]]
    lost: str
    _named: dict[tuple[int, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, answer: Answer, baseline: Baseline) -> Told:
        """Read the records."""
        statuses: dict[str, str] = {}
        order: list[str] = []
        sites: dict[int, dict[int, list[Any]]] = defaultdict(dict)
        functions: dict[int, dict[int, list[Any]]] = defaultdict(dict)
        kinds, lost = set(), TOO_LONG
        for kind, *rest in answer.records:
            kinds.add(kind)
            if kind in ("passed", "silent", "test"):
                order.append(rest[0])
                statuses[rest[0]] = {"passed": "PASSED", "silent": "NOT_RUN"}.get(kind) or rest[1]
            elif kind == "site":
                sites[rest[0]][rest[1]] = rest[2:]
            elif kind == "function":
                functions[rest[0]][rest[1]] = rest[2:]
            elif kind == "recorded":
                lost = rest[1]
        plain = {result.id: result.status.name for result in baseline.control.results}
        left_out = {
            test: f"{statuses[test].lower()} with taps, {status.lower()} without"
            if test in statuses
            else NOT_RUN
            for test, status in plain.items()
            if statuses.get(test) != status
        }
        complete = "end" in kinds and not answer.forged and not kinds & {"broken", "failed"}
        return cls(tuple(order), left_out, sites, complete, functions, lost)

    def counts(self, rows: Sequence[Sequence[int]]) -> dict[str, int]:
        """Return test -> count, of rows that begin with a test's number; "" is before any."""
        return {
            test: count
            for number, count, *_ in rows
            for test in (self.names([number]) if number else ("",))
        }

    def names(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the tests of these numbers, without those that are left out."""
        key = tuple(numbers)
        if key not in self._named:
            found = [self.tests[number - 1] for number in key if 0 < number <= len(self.tests)]
            self._named[key] = tuple([test for test in found if test not in self.left_out])
        return self._named[key]


def functions_of(files: Sequence[Tapped], told: Told) -> tuple[FunctionTrace, ...]:
    """Return what was told of each function that was called."""
    found = []
    for number, file in enumerate(files):
        for place, (rows, callers, kinds, returned, tests, skipped) in sorted(
            told.functions.get(number, {}).items()
        ):
            entry = file.entries[place]
            from_: dict[str, list[tuple[str, int]]] = defaultdict(list)
            for test, path, line in callers:
                for name in told.names([test]):
                    from_[name].append((path, line))
            function = FunctionTrace(
                FunctionRef(file.path, entry.function.qualname),
                told.counts(rows),
                {name: tuple(lines) for name, lines in from_.items()},
                dict(kinds),
                returned,
                len(tests),
                dict(skipped),
            )
            found.append(function)
    return tuple(found)


def recording_of(files: Sequence[Tapped], told: Told) -> Recording:
    """Return of which functions the traced process keeps calls, and of which tests."""
    calls = {
        (file.path, *file.entries[place].key): [
            name for test in row[4] for name in (told.names([test]) or ("",))
        ]
        for number, file in enumerate(files)
        for place, row in told.functions.get(number, {}).items()
    }
    paths = frozenset(file.path for file in files)
    return Recording(calls, paths, told.lost if told.complete else TOO_LONG)
