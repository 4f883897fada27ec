"""Outcomes that are known already: in memory, and on disk when a path is given."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nerion_gym.execution.versions import runner_version
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nerion_gym.storage import Store
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

VARIABLE = "NERION_CACHE"
"""Environment variable: path of the SQLite file that outcomes are shared through."""
MEMORY_BYTES = 64 << 20
RESULT_BYTES = 250
"""What a result takes in memory beside its texts, roughly."""


@dataclass(frozen=True)
class Key:
    """What an outcome belongs to (together with the runner's version)."""

    program: str
    suite: str

    @classmethod
    def of(cls, program: Program, suite: Suite) -> Key:
        """Return the key of a program and a suite."""
        return cls(program.digest, suite.digest)

    @property
    def text(self) -> str:
        """The key in the store."""
        return f"{self.program}:{self.suite}:{runner_version()}"


def size_of(outcome: Outcome) -> int:
    """Estimate the bytes that an outcome takes in memory."""
    texts = sum(len(result.id) + len(result.message) for result in outcome.results)
    return RESULT_BYTES * (1 + len(outcome.results)) + texts


class OutcomeCache:
    """Byte-bounded, least recently used first out; optionally backed by a store.

    Args:
        path: SQLite file, or None for memory only; by default `$NERION_CACHE` if it is set.
        limits: what runs are bounded by; outcomes under other limits are others.
        limit: bytes to keep in memory.
    """

    def __init__(
        self, path: str | Path | None = None, limits: str = "", limit: int = MEMORY_BYTES
    ) -> None:
        self._limits, self._limit = limits, limit
        self._bytes = 0
        self._outcomes: OrderedDict[Key, Outcome] = OrderedDict()
        self._store = open_store(path or os.environ.get(VARIABLE))

    def get(self, key: Key) -> Outcome | None:
        """Return a known outcome."""
        if key in self._outcomes:
            self._outcomes.move_to_end(key)
            return self._outcomes[key]
        found = self._store.get("outcome", self._name(key)) if self._store else None
        if found is None:
            return None
        outcome = outcome_from(json.loads(found))
        self._keep(key, outcome)
        return outcome

    def put(self, key: Key, outcome: Outcome) -> None:
        """Remember an outcome."""
        self._keep(key, replace(outcome, cached=True))
        if self._store:
            self._store.put("outcome", self._name(key), dump(outcome_to(outcome)))

    def get_baseline(self, program: Program, suite: Suite) -> Baseline | None:
        """Return what an earlier process measured of a program."""
        text = self._name(Key.of(program, suite))
        found = self._store.get("baseline", text) if self._store else None
        if found is None:
            return None
        data = json.loads(found)
        coverage = coverage_from(data["coverage"])
        return Baseline(program, suite, outcome_from(data["control"]), coverage)

    def put_baseline(self, baseline: Baseline) -> None:
        """Remember what was measured of a program, on disk only: in memory tasks carry it."""
        if self._store:
            data = {
                "control": outcome_to(baseline.control),
                "coverage": coverage_to(baseline.coverage),
            }
            text = self._name(Key.of(baseline.program, baseline.suite))
            self._store.put("baseline", text, dump(data))

    def _name(self, key: Key) -> str:
        return f"{key.text}:{self._limits}"

    def close(self) -> None:
        """Close the file."""
        if self._store:
            self._store.close()

    def _keep(self, key: Key, outcome: Outcome) -> None:
        old = self._outcomes.pop(key, None)
        self._bytes += size_of(outcome) - (size_of(old) if old else 0)
        self._outcomes[key] = outcome
        while self._bytes > self._limit and len(self._outcomes) > 1:
            _, dropped = self._outcomes.popitem(last=False)
            self._bytes -= size_of(dropped)


def open_store(path: str | Path | None) -> Store | None:
    """Open the file, if there is one to open."""
    if not path:
        return None
    # Here, because SQLAlchemy takes .2 s to import.
    from nerion_gym.storage import Store

    return Store(path)


def dump(data: Any) -> bytes:
    """Return JSON bytes."""
    return json.dumps(data, separators=(",", ":")).encode()


def outcome_to(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON data."""
    results = [[*vars(result).values()] for result in outcome.results]
    return {
        "results": results,
        "selected": outcome.selected,
        "route": outcome.route,
        "seconds": outcome.seconds,
        "containment": outcome.containment,
        "why": outcome.why,
    }


def outcome_from(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome in JSON data."""
    results = tuple(TestResult(row[0], Status(row[1]), *row[2:]) for row in data["results"])
    rest = {name: value for name, value in data.items() if name != "results"}
    return Outcome(results, cached=True, **rest)


def coverage_to(coverage: Coverage) -> dict[str, Any]:
    """Return coverage as JSON data."""
    tests = {test: _lists(files) for test, files in coverage.tests.items()}
    at_import = _lists(coverage.at_import)
    return {"tests": tests, "at_import": at_import, "needs": list(coverage.needs)}


def coverage_from(data: Mapping[str, Any]) -> Coverage:
    """Return the coverage in JSON data."""
    tests = {test: _sets(files) for test, files in data["tests"].items()}
    return Coverage(tests, _sets(data["at_import"]), tuple(data.get("needs", ())))


def _lists(files: Mapping[str, frozenset[int]]) -> dict[str, list[int]]:
    return {path: sorted(lines) for path, lines in files.items()}


def _sets(files: Mapping[str, list[int]]) -> dict[str, frozenset[int]]:
    return {path: frozenset(lines) for path, lines in files.items()}


def in_order(digests: Sequence[str], found: Mapping[str, Outcome]) -> list[Outcome]:
    """Return each program's outcome; a program's second one is remembered from the first."""
    seen: set[str] = set()
    outcomes = []
    for digest in digests:
        outcome = found[digest]
        outcomes.append(replace(outcome, cached=True) if digest in seen else outcome)
        seen.add(digest)
    return outcomes
