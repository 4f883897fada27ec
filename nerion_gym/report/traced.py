"""What a trace tells, arranged for people: line by line, function by function, test by test.

Values that were seen are told by their classes and numbers alone; nothing of them is kept here.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.envs.render import change_of, place_of
from nerion_gym.report.traced_rows import OUTSIDE, EditRow, FunctionRow, LineRow, TestRow
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nerion_gym.syntax.module import Function, Module
    from nerion_gym.types.check import Check, Checks
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program, Span
    from nerion_gym.types.trace import MicroTrace, SiteTrace, Trace


class Measured(NamedTuple):
    """What was measured of a program.

    Attributes:
        baseline: control run and coverage.
        edits: that were traced.
        trace: what the traced run told.
        checks: the assertions of the suite.
        numbers: of each edit among all of its file, as `nerion edits` counts them; 0: not known.
        micro: what running functions alone told, edit by edit; () where none ran.
    """

    baseline: Baseline
    edits: Sequence[Edit]
    trace: Trace
    checks: Checks
    numbers: Sequence[int]
    micro: Sequence[MicroTrace] = ()

    @property
    def program(self) -> Program:
        """The program."""
        return self.baseline.program


def edit_rows(found: Measured) -> tuple[EditRow, ...]:
    """Return the edits of a trace."""
    rows = []
    for index, (edit, seen) in enumerate(zip(found.edits, found.trace.edits, strict=True)):
        line, column = place_of(edit, found.program)
        rows.append(
            EditRow(
                index,
                found.numbers[index],
                edit.splices[0].path,
                line,
                column,
                _about(edit, found.program),
                edit.operator,
                change_of(edit, brief=True),
                seen,
                found.checks.of_edit(index),
                found.micro[index] if found.micro else None,
            )
        )
    return tuple(rows)


def _about(edit: Edit, program: Program) -> int:
    """Return the line that an edit is about: that of the first thing which it changes."""
    splice = edit.splices[0]
    blank = len(splice.before) - len(splice.before.lstrip())
    if blank == len(splice.before):
        blank = 0
    module = parse_module(splice.path, program.source(splice.path))
    return module.table.line_of(splice.start + blank)


def line_rows(found: Measured, path: str, edits: Sequence[EditRow]) -> tuple[LineRow, ...]:
    """Return the lines of one file.

    Args:
        found: what was measured.
        path: of the file.
        edits: all rows of the trace.
    """
    source = found.program.source(path)
    by_line: dict[int, list[EditRow]] = defaultdict(list)
    for edit in edits:
        if edit.path == path:
            by_line[edit.at].append(edit)
    sites = _sites_by_line(found, path)
    hits = _hits_by_line(found, path)
    ran = _tests_by_line(found.baseline, path)
    imported = found.baseline.coverage.at_import.get(path, frozenset())
    texts = source.decode("utf-8-sig", "replace").split("\n")
    return tuple(
        LineRow(
            number,
            text.rstrip("\r"),
            bool(ran[number]) or number in imported,
            hits[number],
            ran[number],
            tuple(sites[number]),
            tuple(by_line[number]),
        )
        for number, text in enumerate(texts, 1)
    )


def _tests_by_line(baseline: Baseline, path: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for files in baseline.coverage.tests.values():
        found.update(files.get(path, ()))
    return found


def _sites_by_line(found: Measured, path: str) -> dict[int, list[tuple[str, SiteTrace]]]:
    """Return the outermost expressions of each line, each with its text.

    Statements have taps too; those see no value.
    """
    source = found.program.source(path)
    module = parse_module(path, source)
    spans = _expressions(module)
    sites = [site for site in found.trace.sites if site.span in spans]
    rows: dict[int, list[tuple[str, SiteTrace]]] = defaultdict(list)
    end: dict[int, int] = {}
    for site in sorted(sites, key=lambda one: (one.span.start, -one.span.end)):
        line = module.table.line_of(site.span.start)
        if site.span.start >= end.get(line, 0):
            end[line] = site.span.end
            text = source[site.span.start : site.span.end].decode("utf-8", "replace")
            rows[line].append((" ".join(text.split()), site))
    return rows


@lru_cache(maxsize=64)
def _expressions(module: Module) -> frozenset[Span]:
    kinds = [cls for cls in module.walk.by_type if issubclass(cls, ast.expr)]
    return frozenset(module.span(node) for cls in kinds for node in module.walk.by_type[cls])


def _hits_by_line(found: Measured, path: str) -> dict[int, int]:
    """Return the evaluations of the busiest place of each line."""
    table = parse_module(path, found.program.source(path)).table
    hits: dict[int, int] = defaultdict(int)
    for site in found.trace.sites:
        if site.span.path == path:
            line = table.line_of(site.span.start)
            hits[line] = max(hits[line], sum(site.hits.values()))
    return hits


def function_rows(found: Measured, edits: Sequence[EditRow]) -> tuple[FunctionRow, ...]:
    """Return the functions with edits, by position; what stands in none comes first."""
    seen = {(one.function.path, one.function.qualname): one for one in found.trace.functions}
    groups: dict[tuple[str, int, str], list[EditRow]] = defaultdict(list)
    for edit in edits:
        groups[edit.path, *_holder(found, edit)].append(edit)
    rows = []
    for (path, line, name), inside in sorted(groups.items()):
        traced = seen.get((path, name))
        checks = () if traced is None else found.checks.of_function(traced.function)
        rows.append(FunctionRow(path, name or OUTSIDE, line, tuple(inside), traced, checks))
    return tuple(rows)


def _holder(found: Measured, row: EditRow) -> tuple[int, str]:
    """Return line and name of the outermost function around an edit; (0, "") where none is."""
    outer = _outermost(parse_module(row.path, found.program.source(row.path)))
    site = found.edits[row.index].site
    at = bisect_right(outer, site.start, key=lambda function: function.span.start) - 1
    if at >= 0 and outer[at].span.contains(site):
        return outer[at].node.lineno, outer[at].qualname
    return 0, ""


@lru_cache(maxsize=64)
def _outermost(module: Module) -> list[Function]:
    found: list[Function] = []
    for function in module.functions:
        if not found or function.span.start >= found[-1].span.end:
            found.append(function)
    return found


def test_rows(found: Measured) -> tuple[TestRow, ...]:
    """Return the tests, in the order of the run."""
    looking: dict[str, dict[Check, None]] = defaultdict(dict)
    for checks in found.checks.functions.values():
        for check in checks:
            looking[check.test][check] = None
    reached: Counter[str] = Counter()
    infected: Counter[str] = Counter()
    for seen in found.trace.edits:
        reached.update(seen.reached)
        infected.update(seen.infected)
    known = bool(found.trace.functions)
    return tuple(
        TestRow(
            test,
            found.checks.of_test(test),
            tuple(looking[test]) if known else found.checks.of_test(test),
            reached[test],
            infected[test],
            _note(found, test),
        )
        for test in (result.id for result in found.baseline.control.results)
    )


def _note(found: Measured, test: str) -> str:
    left_out: Mapping[str, str] = found.trace.left_out
    if test in left_out:
        return f"left out: {left_out[test]}"
    why = found.checks.unknown.get(test)
    return f"assertions not known: {why}" if why else ""
