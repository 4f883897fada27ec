"""Columns of an edit that values, calls and assertions of the traced run tell, put together."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.columns_checks import KINDS, LITERAL, strengths
from benchmarks.columns_syntax import way_to
from benchmarks.columns_trace import sort_of
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.columns_trace import Traced
    from nerion_gym.syntax.module import Function
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program, Span
    from nerion_gym.types.trace import FunctionTrace, SiteTrace

Row = dict[str, Any]
FALSE = ("None", "False", "zero", "empty")
TYPES = ("str", "int", "list", "dict", "tuple", "set", "float", "bytes", "frozenset")


class Seen:
    """What one run told, by place and by name."""

    def __init__(self, traced: Traced, program: Program, checks: Any) -> None:
        self._traced = traced
        self._program = program
        self._checks = checks
        self._at = {(s.span.path, s.span.start, s.span.end): s for s in traced.trace.sites}
        self._returns: dict[str, set[str]] = defaultdict(set)
        for one in traced.trace.functions:
            name = one.function.qualname.rpartition(".")[2]
            self._returns[name] |= {kind.split(" ")[0] for kind in one.returns}
        self._named: dict[tuple[str, str], list[SiteTrace]] = defaultdict(list)
        for site in traced.trace.sites:
            source = self._program.source(site.span.path)
            text = source[site.span.start : site.span.end]
            if len(text) < 80:
                self._named[site.span.path, text.decode(errors="replace")].append(site)

    def columns(self, number: int, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return the columns of an edit, given the tests that execute its lines."""
        seen = self._traced.trace.edits[number]
        called = self._traced.called(function)
        known = seen.infection is not Infection.UNKNOWN
        witnesses = seen.infected if known else seen.reached or tuple(reach)
        return {
            **self._values(edit),
            **self._main(edit, called),
            **self._other(edit, function),
            **self._results(called),
            **self._witnessed(witnesses, function, called),
        }

    def _values(self, edit: Edit) -> Row:
        """Return what kinds of value the place, and what it is made of, have."""
        module = parse_module(edit.site.path, self._program.source(edit.site.path))
        *_, node = way_to(module, edit.site)
        row: Row = {"values.site_word": word_of(self._exact(edit.site))}
        hits = Counter[str]()
        for site in self._traced.sites.of(edit.site):
            hits.update(site.hits)
        kinds = sum(sum(s.kinds.values()) for s in self._traced.sites.of(edit.site))
        row["values.per_hit"] = kinds / hits.total() if hits.total() else np.nan
        parts: list[ast.AST] = []
        if isinstance(node, ast.Call):
            parts = [*(node.args[:1]), *([node.func.value] if isinstance(node.func, ast.Attribute)
                                         else [])]  # fmt: skip
        elif isinstance(node, ast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Compare):
            parts = [node.left, node.comparators[0]]
        elif isinstance(node, ast.BoolOp):
            parts = list(node.values[:2])
        row["values.wrap_returns"] = self._returned_by(edit.text, self._exact(edit.site))
        row["values.wrap_same"] = _share_of(self._exact(edit.site), edit.text)
        for key, part in zip(("first", "second"), parts, strict=False):
            found = self._exact(module.span(part))
            row[f"values.{key}_same"] = _common(found, self._exact(edit.site))
            row[f"values.{key}_word"] = word_of(found)
            row[f"values.{key}_kinds"] = float(sum(found.kinds.values())) if found else np.nan
        return row

    def _returned_by(self, name: str, site: SiteTrace | None) -> float:
        """Return which share of types a function's results and the values of a place both have."""
        found = self._returns.get(name.rpartition(".")[2])
        if not found or site is None:
            return np.nan
        types = types_of([site])
        return len(found & types) / max(len(found | types), 1)

    def _exact(self, span: Span) -> SiteTrace | None:
        return self._at.get((span.path, span.start, span.end))

    def _other(self, edit: Edit, function: Function) -> Row:
        """Return whether what is put in had such values as what stood there, in the function."""
        site = self._exact(edit.site)
        names = [
            one for one in self._named.get((edit.site.path, edit.text), ())
            if function.span.contains(one.span)
        ] if edit.text else []  # fmt: skip
        if site is None or not names:
            return {}
        mine, theirs = set(site.kinds), {kind for one in names for kind in one.kinds}
        types = [{kind.split(" ")[0] for kind in kinds} for kinds in (mine, theirs)]
        return {
            "values.other_common": len(mine & theirs) / max(len(mine | theirs), 1),
            "values.other_types": len(types[0] & types[1]) / max(len(types[0] | types[1]), 1),
            "values.other_word": word_of(names[0]),
        }

    def _results(self, called: FunctionTrace | None) -> Row:
        if called is None:
            return {}
        calls = {test: count for test, count in called.calls.items() if test}
        counts = list(calls.values())
        return {
            "values.returns_word": word(called.returns),
            "values.returns_per_call": sum(called.returns.values()) / max(called.returned, 1),
            "values.calls_least": float(min(counts, default=0)),
            "values.calls_most": float(max(counts, default=0)),
            "values.callers_by_test": float(np.mean([len(set(v)) for v in called.callers.values()]))
            if called.callers else np.nan,
        }  # fmt: skip

    def _main(self, edit: Edit, called: FunctionTrace | None) -> Row:
        """Return what the statement or expression at the place is about, and how often it runs."""
        module = parse_module(edit.site.path, self._program.source(edit.site.path))
        *_, node = way_to(module, edit.site)
        parts = (getattr(node, name, None) for name in ("value", "test", "iter", "exc"))
        part = next((one for one in parts if isinstance(one, ast.expr)), None)
        main = node if isinstance(node, ast.expr) or part is None else part
        site = self._exact(module.span(main)) if isinstance(main, ast.expr) else None
        if site is None:
            return {}
        hits = sum(count for test, count in site.hits.items() if test)
        calls = sum(count for test, count in called.calls.items() if test) if called else 0
        total = sum(site.kinds.values())
        false = sum(n for kind, n in site.kinds.items() if sort_of(kind) in FALSE)
        return {
            "values.main_word": word_of(site),
            "values.main_false": false / total if total else np.nan,
            "values.main_kinds": float(total),
            "values.main_hits": float(hits),
            "values.main_per_call": hits / calls if calls else np.nan,
            "values.main_tests": float(len(site.hits)),
        }

    def _witnessed(
        self, tests: Sequence[str], function: Function, called: FunctionTrace | None
    ) -> Row:
        """Return which assertions of some tests look at the function's results.

        Of an edit of which nothing is known where it stands, these are all tests on its lines.
        """
        if self._checks is None:
            return {}
        ref = FunctionRef(function.span.path, function.qualname)
        wanted = set(tests)
        found = [one for one in self._checks.functions.get(ref, ()) if one.test in wanted]
        derived = [check for check in found if check.derived]
        every = [check for test in tests for check in self._checks.of_test(test)]
        kinds = Counter(str(check.kind) for check in found)
        direct = [test for test in tests if called and test in called.callers]
        by_test = Counter(check.test for check in derived)
        return {
            **strengths("infection.checks", found),
            **strengths("infection.derived", derived),
            **strengths("infection.all", every),
            "infection.derived_tests": float(len(by_test)),
            "infection.derived_test_share": len(by_test) / len(wanted) if wanted else np.nan,
            "infection.derived_lines": float(len({(c.path, c.line) for c in derived})),
            **{f"infection.{kind}": kinds[kind] / len(found) if found else np.nan
               for kind in KINDS},
            "infection.literal": float(sum(check.strength == LITERAL for check in found)),
            "infection.direct": float(len(direct)),
            "infection.direct_share": len(direct) / len(wanted) if wanted else np.nan,
        }  # fmt: skip


def _share_of(site: SiteTrace | None, kind: str) -> float:
    """Return which share of the values of a place has a type; NaN where it is none that is seen."""
    if site is None or kind not in TYPES or not site.kinds:
        return np.nan
    total = sum(site.kinds.values())
    return sum(n for name, n in site.kinds.items() if name.split(" ")[0] == kind) / total


def _common(one: SiteTrace | None, other: SiteTrace | None) -> float:
    """Return which share of the types of two places both have."""
    if one is None or other is None:
        return np.nan
    mine, theirs = types_of([one]), types_of([other])
    return len(mine & theirs) / max(len(mine | theirs), 1)


def word_of(site: SiteTrace | None) -> str:
    """Return the type that most values of a place have; "" where nothing was seen."""
    return "" if site is None else word(site.kinds)


def word(kinds: Mapping[str, int]) -> str:
    """Return the type of which most values were seen."""
    counts = Counter[str]()
    for kind, count in kinds.items():
        counts[kind.split(" ")[0]] += count
    return counts.most_common(1)[0][0] if counts else ""


def types_of(sites: Iterable[SiteTrace]) -> set[str]:
    """Return the types of all values of some places."""
    return {kind.split(" ")[0] for site in sites for kind in site.kinds}
