"""A program with taps in this process: what it does, and what the taps saw."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.catalog import file_edits
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.execution.tracing.calls import Function, Recorder
from nerion_gym.execution.tracing.entries import entries_of
from nerion_gym.execution.tracing.instrument import instrumented
from nerion_gym.execution.tracing.marks import bound
from nerion_gym.execution.tracing.planning import plan_taps
from nerion_gym.execution.tracing.tabled import table_of
from nerion_gym.execution.tracing.tables import sites_in
from nerion_gym.execution.tracing.taps import Clock
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.execution.tracing.sites import Plan
    from nerion_gym.execution.tracing.taps import Report, Site
    from nerion_gym.types.edit import Edit

MUTATIONS = tuple(row for row in OPERATORS if not row.whole and row.kind == "mutation")


@dataclass
class Tapped:
    """A module with taps.

    Attributes:
        names: what it defines.
        edits: that the taps look at.
        plan: where they are.
        sites: what they saw.
        clock: set its `test` to tell tests apart.
    """

    names: dict[str, Any]
    edits: Sequence[Edit]
    plan: Plan
    sites: Sequence[Site]
    clock: Clock

    def said(self, text: str) -> dict[str, str]:
        """Return what was seen of the edits of an expression: edited text -> class."""
        found = {}
        for planned, seen in zip(self.plan.sites, self.sites, strict=True):
            for choice in planned.choices:
                original = planned.originals[planned.alternatives[choice.bit].original].node
                if not choice.effect and original and ast.unparse(original) == text:
                    found[self._named(choice.edit)] = word(seen.seen(), choice.bit)
        return found

    def effects(self) -> dict[str, tuple[str, str]]:
        """Return what was seen of whole statements: edited text -> class and carrier."""
        found = {}
        pairs = list(zip(self.plan.sites, self.sites, strict=True))
        for effect in (False, True):
            for planned, seen in pairs:
                for choice in planned.choices:
                    carrier = self.plan.carriers.get(choice.edit, "")
                    if choice.effect is effect and carrier:
                        said = word(seen.seen(), choice.bit)
                        found[self._named(choice.edit)] = said, carrier
        return found

    def _named(self, number: int) -> str:
        edit = self.edits[number]
        after = b"".join(splice.after for splice in edit.splices).decode()
        return f"{edit.operator} {after}"

    def quiet(self) -> Iterator[Edit]:
        """Yield the edits that are said never to differ, at their place or in their effect."""
        for planned, seen in zip(self.plan.sites, self.sites, strict=True):
            for choice in planned.choices:
                if word(seen.seen(), choice.bit) == "never":
                    yield self.edits[choice.edit]


def word(report: Report, bit: int) -> str:
    """Return what was seen of an edit in a word."""
    same, unknown = (int(mask, 16) >> bit & 1 for mask in (report.same, report.unknown))
    if any(int(mask, 16) >> bit & 1 for mask in report.differs):
        return "sometimes" if same or unknown else "always"
    if not report.tests:
        return "not reached"
    return "unknown" if unknown else "never"


def tapped(source: str, operators: Sequence[Any] = MUTATIONS) -> Tapped:
    """Return a module that was run with taps for every edit of it, and for its functions."""
    module = parse_module("m.py", source.encode())
    edits = tuple(file_edits("m.py", module.source, tuple(operators)))
    plan = plan_taps(module, edits)
    clock = Clock()
    sites = sites_in(table_of(plan.sites), clock)
    names: dict[str, Any] = {"__name__": "m"}
    entries, recorder = entries_of(module), Recorder(clock, "/nowhere", frozenset())
    taps = [*sites, *(Function(recorder) for _ in entries)]
    exec(bound(instrumented(module, plan.sites, entries), taps), names)  # noqa: S102 - a test's own text
    return Tapped(names, edits, plan, sites, clock)


def outcomes(names: dict[str, Any], calls: Sequence[str]) -> list[str]:
    """Return what calls give one after the other, or raise, as texts."""
    found = []
    for call in calls:
        try:
            given = eval(call, names)  # noqa: S307 - a test's own text
            found.append(repr(list(given) if hasattr(given, "__next__") else given))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an outcome
            found.append(repr(error))
    return found


def plain(source: str) -> dict[str, Any]:
    """Return what a module defines, run as it is."""
    names: dict[str, Any] = {"__name__": "m"}
    exec(compile(source, "m.py", "exec"), names)  # noqa: S102 - a test's own text
    return names
