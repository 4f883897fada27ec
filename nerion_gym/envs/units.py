"""The editable pieces of a program: its outermost functions and methods."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import FunctionRef, Program, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.task import Task


@dataclass(frozen=True)
class Unit:
    """An editable piece: an outermost function or method, or a file's module-level code."""

    ref: FunctionRef
    span: Span
    lines: range
    called: frozenset[str]

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.ref.qualname.rsplit(".", 1)[-1]


@lru_cache(maxsize=64)
def units_of(program: Program) -> tuple[Unit, ...]:
    """Return the outermost functions of every file, in order."""
    return tuple(unit for path in program.paths for unit in _functions(program, path))


def _functions(program: Program, path: str) -> Iterable[Unit]:
    module = parse_module(path, program.source(path))
    end = -1
    for function in sorted(module.functions, key=lambda f: (f.span.start, -f.span.end)):
        if function.span.start >= end:
            end = function.span.end
            ref = FunctionRef(path, function.qualname)
            lines = module.lines(function.span)
            yield Unit(ref, function.span, lines, called_names(function.node))


def called_names(node: ast.AST) -> frozenset[str]:
    """Return the last name of everything that is called below a node."""
    names = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Name):
                names.add(call.func.id)
            elif isinstance(call.func, ast.Attribute):
                names.add(call.func.attr)
    return frozenset(names)


@lru_cache(maxsize=64)
def editable_units(program: Program, operators: tuple[Operator, ...]) -> tuple[Unit, ...]:
    """Return the units that hold an edit; whole files where no function does."""
    sites: dict[str, list[Span]] = {}
    for edit in enumerate_edits(program, operators, None):
        sites.setdefault(edit.site.path, []).append(edit.site)
    functions = tuple(
        unit
        for unit in units_of(program)
        if any(unit.span.contains(site) for site in sites.get(unit.ref.path, ()))
    )
    if functions:
        return functions
    return tuple(
        Unit(FunctionRef(path, ""), Span(path, 0, len(source)), range(1, 2**31), frozenset())
        for path, source in program.files
        if path in sites
    )


def is_reached(task: Task, unit: Unit) -> bool:
    """Whether some test executes a line of the unit's body."""
    if task.baseline is None:
        return False
    body = unit.lines[1:] or unit.lines
    coverage = task.baseline.coverage
    return any(
        line in body
        for files in coverage.tests.values()
        for line in files.get(unit.ref.path, frozenset())
    )
