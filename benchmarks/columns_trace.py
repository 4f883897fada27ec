"""Columns of an edit that a traced run, and micro-executions, tell."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.columns_tests import Tests
    from nerion_gym.syntax.module import Function
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Span
    from nerion_gym.types.trace import EditTrace, FunctionTrace, MicroTrace, SiteTrace, Trace

Row = dict[str, Any]
VALUES = ("None", "True", "False", "zero", "negative", "positive", "empty", "filled", "raises",
          "object")  # fmt: skip
INFECTED = (Infection.SOMETIMES, Infection.ALWAYS)


def sort_of(kind: str) -> str:
    """Return which of `VALUES` a class of value is: "int +" is positive, "str empty" empty."""
    if kind in ("None", "True", "False", "object"):
        return kind
    if kind.startswith("raises"):
        return "raises"
    *_, last = kind.split(" ")
    return {"0": "zero", "+": "positive", "-": "negative", "empty": "empty"}.get(last, "filled")


def shares(group: str, kinds: Mapping[str, int]) -> Row:
    """Return how many values and classes of value were seen, and the share of each sort."""
    sorts: Counter[str] = Counter()
    for kind, count in kinds.items():
        sorts[sort_of(kind)] += count
    total = sorts.total()
    return {
        f"{group}_values": float(total),
        f"{group}_kinds": float(len(kinds)),
        f"{group}_types": float(len({kind.split(" ")[0] for kind in kinds})),
        **{f"{group}_{name.lower()}": sorts[name] / total if total else np.nan for name in VALUES},
    }


class Sites:
    """Finds the places with taps that an edit is in, or that are in it."""

    def __init__(self, sites: Iterable[SiteTrace]) -> None:
        self._by_path: dict[str, list[SiteTrace]] = defaultdict(list)
        for site in sites:
            self._by_path[site.span.path].append(site)
        for found in self._by_path.values():
            found.sort(key=lambda site: (site.span.start, site.span.end))
        self._starts = {
            path: [site.span.start for site in found] for path, found in self._by_path.items()
        }

    def of(self, span: Span) -> list[SiteTrace]:
        """Return the smallest place that holds a span; else those that lie in it."""
        found = self._by_path.get(span.path, [])
        holding = [site for site in found if site.span.contains(span)]
        if holding:
            return [min(holding, key=lambda site: site.span.end - site.span.start)]
        first = bisect_right(self._starts.get(span.path, []), span.start - 1)
        last = bisect_right(self._starts.get(span.path, []), span.end)
        return [site for site in found[first:last] if span.contains(site.span)]


class Traced:
    """What one run told of a package, by edit."""

    def __init__(self, trace: Trace, tests: Tests) -> None:
        self.trace = trace
        self.sites = Sites(trace.sites)
        self.tests = tests
        self.functions = {
            (one.function.path, one.function.qualname): one for one in trace.functions
        }

    def columns(self, number: int, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return the columns of an edit, given the tests that execute its lines."""
        return {
            **of_sites(self.sites.of(edit.site)),
            **of_calls(self.called(function), reach),
            **self._of_infection(self.trace.edits[number], function, reach),
        }

    def called(self, function: Function) -> FunctionTrace | None:
        """Return what was seen of a function's calls; None where it was not called."""
        return self.functions.get((function.span.path, function.qualname))

    def _of_infection(self, found: EditTrace, function: Function, reach: Sequence[str]) -> Row:
        reached = len(found.reached)
        widths = [self.tests.breadth.get(test, 0) for test in found.infected]
        row = {
            "infection.class": found.infection.name,
            "infection.effect": found.effect.name,
            "infection.carrier": found.carrier,
            "infection.why": found.why[:60],
            "infection.reached": float(reached),
            "infection.reached_share": reached / max(len(reach), 1),
            "infection.infected": float(len(found.infected)),
            "infection.share": len(found.infected) / reached if reached else np.nan,
            "infection.share_of_all": len(found.infected) / max(len(reach), 1)
            if found.infection is not Infection.UNKNOWN else np.nan,
            "infection.at_import": float(found.at_import),
            "infection.breadth_least": float(min(widths)) if widths else np.nan,
            "infection.focus": float(sum(1 / max(width, 1) for width in widths)),
        }  # fmt: skip
        if found.infection in INFECTED:
            return row | self.tests.of_texts("infection", function, found.infected)
        return row


def of_sites(sites: Sequence[SiteTrace]) -> Row:
    """Return what was seen at the places of an edit, together."""
    hits: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for site in sites:
        hits.update(site.hits)
        kinds.update(site.kinds)
    imported = hits.pop("", 0)
    return {
        "values.sites": float(len(sites)),
        "values.hits": float(hits.total()),
        "values.hits_most": float(max(hits.values(), default=0)),
        "values.hits_least": float(min(hits.values(), default=0)),
        "values.tests": float(len(hits)),
        "values.hits_at_import": float(imported),
        "values.both": float({"True", "False"} <= set(kinds)),
        **shares("values.site", kinds),
    }


def of_calls(called: FunctionTrace | None, reach: Sequence[str]) -> Row:
    """Return what was seen of the calls of an edit's function; nothing where it has no trace."""
    if called is None:
        return {}
    calls = {test: count for test, count in called.calls.items() if test}
    lines = {line for lines in called.callers.values() for line in lines}
    total = sum(calls.values())
    return {
        "values.calls": float(total),
        "values.calls_mean": total / max(len(calls), 1),
        "values.calls_at_import": float(called.calls.get("", 0)),
        "values.callers": float(len(lines)),
        "values.direct": float(sum(test in called.callers for test in reach)),
        "values.returned_share": called.returned / max(total, 1),
        **shares("values.returns", called.returns),
    }


def micro_columns(
    found: MicroTrace | None, seen: EditTrace, called: FunctionTrace | None, reach: Sequence[str]
) -> Row:
    """Return what running the edited function alone told; nothing where it was not asked.

    That no call differs says little where the calls that matter were not recorded: so the tests
    whose calls were are compared with those that come to the place, and are infected there.
    """
    if found is None:
        return {}
    ran = found.ran or np.nan
    row = {
        "micro.ran": float(found.ran),
        "micro.differs": float(found.differs),
        "micro.share": found.differs / ran,
        "micro.results": found.results / ran,
        "micro.exceptions": found.exceptions / ran,
        "micro.arguments": found.arguments / ran,
        "micro.late": found.late / ran,
        "micro.tests": float(len(found.tests)),
        "micro.why": found.why[:60],
    }
    for name, tests in (("lines", reach), ("reached", seen.reached), ("infected", seen.infected)):
        row[f"micro.tests_of_{name}"] = share_of(found.tests, tests)
    if called is not None:
        calls = max(sum(called.calls.values()), 1)
        row["micro.recorded_share"] = called.recorded / calls
        row["micro.skipped_share"] = sum(called.skipped.values()) / calls
        row["micro.ran_share"] = found.ran / max(called.recorded, 1)
    return row


def share_of(tests: Iterable[str], wanted: Sequence[str]) -> float:
    """Return which share of the wanted tests is among some tests; NaN where none is wanted."""
    return len(set(tests) & set(wanted)) / len(set(wanted)) if wanted else np.nan
