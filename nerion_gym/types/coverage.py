"""Coverage: which lines each test executes, and which run at import or collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

LinesByPath = "Mapping[str, frozenset[int]]"


@dataclass(frozen=True)
class Coverage:
    """Executed lines of the program's files (1-based line numbers).

    Attributes:
        tests: test id -> path -> lines executed while that test ran (set-up to teardown).
        at_import: path -> lines executed at import or collection, before any test.
        needs: what the suite used beside its own process: "network", "processes", "temporary
            files". One that needs no more than the last can be confined strictly.
    """

    tests: Mapping[str, Mapping[str, frozenset[int]]] = field(repr=False)
    at_import: Mapping[str, frozenset[int]] = field(repr=False)
    needs: tuple[str, ...] = ()

    def reaching(self, path: str, lines: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of the tests that execute any of these lines, in suite order."""
        wanted = frozenset(lines)
        return tuple(
            test for test, files in self.tests.items() if wanted & files.get(path, frozenset())
        )


@dataclass(frozen=True)
class Baseline:
    """What is known of an unchanged program before anything counts."""

    program: Program
    suite: Suite
    control: Outcome
    coverage: Coverage
