"""Which edits of a package are run: drawn by function and by operator, those that tests reach."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.execution.reach import all_lines
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nerion_gym.syntax.module import Function
    from nerion_gym.types.coverage import Coverage
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

Key = tuple[str, str]
"""A function: path and qualified name."""


def drawn(kinds: Sequence[tuple[Key, str]], seed: int) -> list[int]:
    """Return the order in which edits are taken: every function in turn, its operators in turn.

    A function's edits are shuffled; those that are the first of their operator there come before
    the second ones. Then all functions give their first edit, in a drawn order, then all their
    second: so a budget of any size is spread over functions first, and over operators in each.

    Args:
        kinds: function and operator of each edit.
        seed: of the shuffling.
    """
    rng = np.random.default_rng(seed)
    by_function: dict[Key, list[int]] = defaultdict(list)
    for number, (function, _) in enumerate(kinds):
        by_function[function].append(number)
    ranked: list[tuple[int, float, int]] = []
    for numbers in by_function.values():
        shuffled = [numbers[int(at)] for at in rng.permutation(len(numbers))]
        seen: dict[str, int] = defaultdict(int)
        turns = []
        for place, number in enumerate(shuffled):
            operator = kinds[number][1]
            turns.append((seen[operator], place, number))
            seen[operator] += 1
        ranked += [(rank, rng.random(), entry[2]) for rank, entry in enumerate(sorted(turns))]
    return [number for _, _, number in sorted(ranked)]


def seeing(program: Program, coverage: Coverage) -> Coverage:
    """Return coverage without the files of which a test is only known to depend on every line.

    So does one that starts a process, or reads a file's text; that says nothing of a single edit.
    No test executes every line: the last is the empty one after the last line's end.
    """
    every = {path: len(lines) for path, lines in all_lines(program).items()}
    told = {}
    for test, files in coverage.tests.items():
        executed = {path: lines for path, lines in files.items() if len(lines) < every[path]}
        if executed:
            told[test] = executed
    return replace(coverage, tests=told)


class Places:
    """Tells of an edit which outermost function it is in, and which tests execute its lines.

    Tests that depend on every line (`seeing`) are not among them.
    """

    def __init__(self, program: Program, coverage: Coverage) -> None:
        self._program = program
        self._coverage = seeing(program, coverage)
        self._functions = {path: outermost(program, path) for path in program.paths}
        self._starts = {
            path: [one.span.start for one in found] for path, found in self._functions.items()
        }

    def function(self, edit: Edit) -> Function | None:
        """Return the outermost function that holds all splices of an edit; None if none does."""
        path = edit.splices[0].path
        at = bisect_right(self._starts[path], edit.splices[0].start) - 1
        if at < 0 or any(splice.path != path for splice in edit.splices):
            return None
        span = self._functions[path][at].span
        inside = all(span.start <= one.start and one.end <= span.end for one in edit.splices)
        return self._functions[path][at] if inside else None

    def reaching(self, edit: Edit) -> tuple[str, ...]:
        """Return the tests that execute a line that the edit's site or splices touch."""
        path = edit.splices[0].path
        module = parse_module(path, self._program.source(path))
        lines = set(module.lines(edit.site))
        for splice in edit.splices:
            lines.update(module.table.lines(splice.start, splice.end))
        return self._coverage.reaching(path, lines)


def outermost(program: Program, path: str) -> list[Function]:
    """Return the functions of a file that no other function holds, in order."""
    found: list[Function] = []
    for function in parse_module(path, program.source(path)).functions:
        if not found or function.span.start >= found[-1].span.end:
            found.append(function)
    return found


def candidates(edits: Iterable[Edit], places: Places) -> list[tuple[Edit, Key]]:
    """Return the edits that are inside of functions, with these."""
    found = []
    for edit in edits:
        function = places.function(edit)
        if function is not None:
            found.append((edit, (function.span.path, function.qualname)))
    return found


def digest_of(edit: Edit) -> str:
    """Return what an edit is recognised by: 16 hex digits over operator, site and splices."""
    parts = [edit.operator, edit.site.path, edit.site.start, edit.site.end, edit.text]
    for one in edit.splices:
        parts += [one.path, one.start, one.end, one.before.hex(), one.after.hex()]
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
