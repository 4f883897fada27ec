"""Checks: the assertions of a suite, and what each could notice."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.types.program import FunctionRef


class CheckKind(StrEnum):
    """What an assertion asks of a value."""

    EQUAL = "equal"
    RAISES = "raises"
    IDENTITY = "identity"
    CONTAINS = "contains"
    COMPARE = "compare"
    TYPE = "type"
    TRUTH = "truth"
    OTHER = "other"


STRENGTH = {
    CheckKind.OTHER: 1,
    CheckKind.TRUTH: 1,
    CheckKind.TYPE: 2,
    CheckKind.COMPARE: 2,
    CheckKind.CONTAINS: 3,
    CheckKind.IDENTITY: 3,
    CheckKind.RAISES: 3,
    CheckKind.EQUAL: 4,
}
"""How few other values an assertion lets pass, from 1 (half of them) up; only the order counts."""
LITERAL = 5
"""Equal to what the test itself says: a literal, or a value of its parameters."""


@dataclass(frozen=True, order=True)
class Check:
    """An assertion of a test.

    Attributes:
        test: its id.
        path: file where it stands: the test's, or that of a fixture or helper which it uses.
        line, end_line: first and last line, from 1; those of a `with` are of the whole block.
        kind: what it asks.
        strength: see `STRENGTH`.
        derived: whether it looks at what derives from the function that was asked for; False where
            that is not known: then it is just an assertion of a test that calls the function.
    """

    test: str
    path: str
    line: int
    end_line: int
    kind: CheckKind
    strength: int
    derived: bool = False


@dataclass(frozen=True)
class Checks:
    """The assertions of a suite, and which of them look at what.

    Attributes:
        tests: test -> all its assertions, by position; a test whose code was not found has none.
        functions: function -> assertions that look at what derives from it.
        edits: each edit's assertions, in the order of the trace: those of its function, of tests
            that evaluate its place.
        unknown: test -> why its assertions are not known (tests that are made while running).
    """

    tests: Mapping[str, tuple[Check, ...]] = field(repr=False)
    functions: Mapping[FunctionRef, tuple[Check, ...]] = field(repr=False)
    edits: tuple[tuple[Check, ...], ...] = field(repr=False)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def of_test(self, test: str) -> tuple[Check, ...]:
        """Return all assertions of a test."""
        return self.tests.get(test, ())

    def of_function(self, function: FunctionRef) -> tuple[Check, ...]:
        """Return the assertions that look at what derives from a function, test by test."""
        return self.functions.get(function, ())

    def of_edit(self, number: int) -> tuple[Check, ...]:
        """Return the assertions that could notice an edit, by its number in the trace, from 0."""
        return self.edits[number]

    @property
    def silent(self) -> tuple[str, ...]:
        """Tests that assert nothing: they fail only where the program itself raises."""
        return tuple(test for test, found in self.tests.items() if not found)

    @property
    def counts(self) -> dict[str, int]:
        """Test -> number of its assertions."""
        return {test: len(found) for test, found in self.tests.items()}
