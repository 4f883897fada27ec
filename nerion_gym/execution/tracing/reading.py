"""What the taps of one file told, as what is known of each edit and seen of each place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.sites import Silence
from nerion_gym.execution.tracing.told import TOO_LONG
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.trace import EditTrace, Infection, SiteTrace

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection, Mapping, Sequence

    from nerion_gym.execution.tracing.sites import Plan, Site
    from nerion_gym.execution.tracing.told import Tapped, Told
    from nerion_gym.types.program import Program

NO_VALUE = "its line runs, but no value comes by: a part of it raises, or is skipped"
HANDLED = "it takes away a handler that exceptions come to"
RULED_OUT = frozenset({Infection.NEVER, Infection.NOT_REACHED})
INFECTED = frozenset({Infection.SOMETIMES, Infection.ALWAYS})
SAME_VALUE = "its value is the same, but what gives it may do more"
NO_VALUES = "its values cannot be compared"


class Seen(NamedTuple):
    """What one site told.

    Attributes:
        tests: numbers of those that came by.
        counts: evaluations in each of them.
        differs: of each of them the edits that differed.
        kinds: of each original: class of value, and how many.
        same, unknown: edits that were ever the same, and ever not to be told.
    """

    tests: Sequence[int] = ()
    counts: Sequence[int] = ()
    differs: Sequence[int] = ()
    kinds: Sequence[Sequence[Any]] = ()
    same: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, told: Sequence[Any] | None) -> Seen:
        """Read a record (`taps.Report`); a place that differs from a set is nowhere."""
        if told is None:
            return cls()
        tests, counts, which, masks, kinds, same, unknown = told
        if len(tests) == len(counts) == len(which) and max(which, default=-1) < len(masks):
            return cls(tests, counts, [masks[place] for place in which], kinds, same, unknown)
        return cls(unknown=-1)

    def differing(self, bit: int) -> list[int]:
        """Return the tests in which an edit differed."""
        wanted = 1 << bit
        return [test for test, mask in zip(self.tests, self.differs, strict=True) if mask & wanted]


class Reading(NamedTuple):
    """What was told of one file.

    Attributes:
        told: of the whole run.
        found: site -> what it told (`taps.Report`).
        doubt: why no edit of the file is ruled out; "" where some may be.
        seen: whether anything may look at signatures and frames.
        executed: lines of the file that run at import or in a test; None where that is not known.
    """

    told: Told
    found: Mapping[int, list[Any]]
    doubt: str
    seen: bool
    executed: Collection[int] | None

    def edits(self, file: Tapped) -> list[tuple[int, EditTrace]]:
        """Return what is known of each edit, by its number within the file."""
        plan = file.plan
        known = self._by_place(plan)
        effects: dict[int, Effect] = {}
        counts: dict[int, int] = {}
        values: dict[Site, list[EditTrace]] = {}
        for place, site in enumerate(plan.sites):
            seen = Seen.of(self.found.get(place))
            count = sum(seen.counts)
            if not seen.tests and not self._is_unreached(site):
                seen = seen._replace(unknown=-1)
            values[site] = found = [self._edit(seen, bit) for bit in range(len(site.alternatives))]
            for number, bit, is_effect in site.choices:
                if is_effect:
                    effects[number] = Effect(found[bit].infection, count)
                else:
                    known[number], counts[number] = found[bit], count
        for number, (site, bit, sure) in plan.witnesses.items():
            known[number] = _with_witness(known[number], values[site][bit], sure=sure)
        for number, carrier in plan.carriers.items():
            effect = effects.get(number, Effect(known[number].infection, counts[number]))
            known[number] = _with_effect(known[number], effect, counts[number], carrier)
        if self.seen:
            known |= {
                number: EditTrace(Infection.UNKNOWN, why=why)
                for number, why in plan.doubtful.items()
                if known[number].infection in RULED_OUT
            }
        return sorted(known.items())

    def _by_place(self, plan: Plan) -> dict[int, EditTrace]:
        """Return what is known of the edits that have no tap."""
        same = EditTrace(Infection.NEVER, effect=Infection.NEVER)
        if self.doubt:
            same = EditTrace(Infection.UNKNOWN, why=self.doubt)
        known = dict.fromkeys(plan.unchanged, same)
        known |= {n: EditTrace(Infection.UNKNOWN, why=why) for n, why in plan.beyond.items()}
        return known | {n: self._without(gone) for n, gone in plan.asleep.items()}

    def _without(self, handlers: Sequence[ast.ExceptHandler]) -> EditTrace:
        """Return what is known of an edit that takes handlers away."""
        if not self.told.complete or self.doubt:
            return EditTrace(Infection.UNKNOWN, why=self.doubt or TOO_LONG)
        if all(map(self._is_dark, handlers)):
            return EditTrace(Infection.NOT_REACHED, effect=Infection.NOT_REACHED)
        return EditTrace(Infection.UNKNOWN, why=HANDLED)

    def _is_unreached(self, site: Site) -> bool:
        """Whether a site that no value came by was not evaluated.

        Where nothing comes before its tap that tells, if taps of the file tell at all.
        """
        if site.silence is Silence.UNREACHED and self.found:
            return True
        return site.silence is not Silence.NOTHING and self._is_dark(site.node)

    def _is_dark(self, node: ast.expr | ast.stmt | ast.ExceptHandler) -> bool:
        """Whether no line of a place runs.

        That no value came by is not enough: a part of the expression may raise before it is
        evaluated, which an edit without that part would not.
        """
        if self.executed is None:
            return False
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return not any(line in self.executed for line in lines)

    def _edit(self, seen: Seen, bit: int) -> EditTrace:
        differs = seen.differing(bit)
        infection, why = self._class(seen, bit, bool(differs))
        reached, infected = self.told.names(seen.tests), self.told.names(differs)
        return EditTrace(infection, reached, infected, 0 in seen.tests, why)

    def _class(self, seen: Seen, bit: int, differs: bool) -> tuple[Infection, str]:
        same, unknown = bool(seen.same >> bit & 1), bool(seen.unknown >> bit & 1)
        if differs:
            return (Infection.SOMETIMES if same or unknown else Infection.ALWAYS), ""
        if not self.told.complete or self.doubt:
            return Infection.UNKNOWN, self.doubt if self.told.complete else TOO_LONG
        if not seen.tests:
            return (Infection.UNKNOWN, NO_VALUE) if unknown else (Infection.NOT_REACHED, "")
        if unknown:
            return Infection.UNKNOWN, NO_VALUES
        return Infection.NEVER, ""

    def sites(self, file: Tapped, program: Program) -> list[SiteTrace]:
        """Return what was seen of each place."""
        module = parse_module(file.path, program.source(file.path))
        found = []
        for place, site in enumerate(file.plan.sites):
            seen = Seen.of(self.found.get(place))
            counts: Counter[str] = Counter()
            for number, count in zip(seen.tests, seen.counts, strict=True):
                for test in self.told.names([number]) if number else ("",):
                    counts[test] += count
            if counts:
                found += [
                    SiteTrace(module.span(original.node), dict(counts), dict(kinds))
                    for original, kinds in zip(site.originals, seen.kinds, strict=True)
                    if original.node is not None
                ]
        return found


def _with_witness(edit: EditTrace, value: EditTrace, *, sure: bool) -> EditTrace:
    """Return what is known of an edit, where the value that it takes away was looked at too."""
    if edit.infection is Infection.UNKNOWN and edit.why == NO_VALUES:
        if value.infection is Infection.NEVER and not sure:
            return replace(edit, why=SAME_VALUE)
        return edit if value.infection is Infection.UNKNOWN else value
    if edit.infection not in INFECTED or value.infection not in INFECTED:
        return edit
    return value if set(edit.infected) <= set(value.infected) else edit


class Effect(NamedTuple):
    """How often what a statement does was another, and over how many evaluations."""

    infection: Infection
    evaluations: int


def _with_effect(edit: EditTrace, effect: Effect, count: int, carrier: str) -> EditTrace:
    """Return what is known of an edit, with what its whole statement does.

    An evaluation that did not get as far as the whole says nothing of it.
    """
    found = effect.infection
    if edit.infection in RULED_OUT:
        found = edit.infection
    elif found is Infection.NOT_REACHED or (
        found is Infection.NEVER and effect.evaluations < count
    ):
        found = Infection.UNKNOWN
    known = found is not Infection.UNKNOWN
    return replace(edit, effect=found, carrier=carrier if known else "")
