"""Which part of a large program an episode looks at: a function or a few, drawn or chosen."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Focus, FunctionRef, Program, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.task import Task

    Fits = Callable[[Focus | None], str]
    """Returns "" when a focus fits the world's limits, else the numbers that do not."""

MOST_FUNCTIONS = 4
"""A drawn focus edits at most this many functions: "a function or a few"."""
MOST_CONTEXT = 6
MOST_DRAWS = 20
SEPARATOR = "::"


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


def editable_units(program: Program, catalog: tuple[Edit, ...]) -> tuple[Unit, ...]:
    """Return the units that hold an edit; whole files where no function does."""
    sites = [edit.site for edit in catalog]
    functions = tuple(u for u in units_of(program) if any(u.span.contains(s) for s in sites))
    if functions:
        return functions
    return tuple(
        Unit(FunctionRef(path, ""), Span(path, 0, len(source)), range(1, 2**31), frozenset())
        for path, source in program.files
        if any(site.path == path for site in sites)
    )


def choose_focus(
    task: Task, operators: tuple[Operator, ...], rng: np.random.Generator, fits: Fits
) -> Focus | None:
    """Return the task's own focus, the whole program where it fits, or a drawn part of it.

    Raises:
        TaskError: no editable site, or nothing fits the world's limits.
    """
    if task.focus is not None:
        return demand(task.focus, fits)
    catalog = enumerate_edits(task.program, operators, None)
    if not catalog:
        names = ", ".join(operator.name for operator in operators)
        msg = (
            f"{task.name}: no editable site in {', '.join(task.program.paths[:5])} "
            f"for the operators {names}; give a package with function bodies"
        )
        raise TaskError(msg)
    complaint = fits(None)
    return draw_focus(task, catalog, rng, fits) if complaint else None


def demand(focus: Focus, fits: Fits) -> Focus:
    """Return a wanted focus, without context where only that does not fit.

    Raises:
        TaskError: the functions themselves do not fit.
    """
    for candidate in (focus, Focus(focus.functions)):
        complaint = fits(candidate)
        if not complaint:
            return candidate
    wanted = ", ".join(f"{ref.path}{SEPARATOR}{ref.qualname}" for ref in focus.functions)
    msg = f"focus {wanted} does not fit this world: {complaint}; choose fewer or smaller functions"
    raise TaskError(msg)


def draw_focus(
    task: Task, catalog: tuple[Edit, ...], rng: np.random.Generator, fits: Fits
) -> Focus:
    """Draw a start among the functions that tests reach, then grow it while it fits."""
    units = editable_units(task.program, catalog)
    pool = [unit for unit in units if is_reached(task, unit)] or list(units)
    complaint = ""
    for index in rng.permutation(len(pool))[:MOST_DRAWS]:
        start = pool[int(index)]
        complaint = fits(Focus((start.ref,)))
        if not complaint:
            return grow(start, units_of(task.program), pool, fits)
    msg = (
        f"{task.name}: none of {min(len(pool), MOST_DRAWS)} drawn functions fits this world "
        f"(the last: {complaint}); name a smaller one with options={{'focus': 'FILE::FUNCTION'}}"
    )
    raise TaskError(msg)


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


def grow(start: Unit, everything: tuple[Unit, ...], pool: list[Unit], fits: Fits) -> Focus:
    """Add bodies, callers and neighbours to edit, then context to see, while all fits."""
    bodies = [u for u in everything if u.name in start.called and u != start]
    callers = [u for u in everything if start.name in u.called and u != start]
    neighbours = [u for u in pool if u.ref.path == start.ref.path]
    focus = Focus((start.ref,))
    editable = {unit.ref for unit in pool}
    for unit in unique((*bodies, *callers, *neighbours), {start.ref}):
        if len(focus.functions) == MOST_FUNCTIONS:
            break
        wider = Focus((*focus.functions, unit.ref))
        if unit.ref in editable and not fits(wider):
            focus = wider
    for unit in unique((*bodies, *callers), set(focus.functions)):
        if len(focus.context) == MOST_CONTEXT:
            break
        wider = Focus(focus.functions, (*focus.context, unit.ref))
        if not fits(wider):
            focus = wider
    return focus


def unique(units: Iterable[Unit], known: set[FunctionRef]) -> list[Unit]:
    """Return units not yet known, each once, in order."""
    seen = set(known)
    fresh = []
    for unit in units:
        if unit.ref not in seen:
            seen.add(unit.ref)
            fresh.append(unit)
    return fresh


def parse_focus(program: Program, wanted: object) -> Focus:
    """Read `options["focus"]`: "FILE::FUNCTION", "FUNCTION", or a list of these.

    Raises:
        ConfigError: not text, or no such function (names the nearest ones).
    """
    if isinstance(wanted, Focus):
        return wanted
    names = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(names, (list, tuple)) or not names:
        msg = (
            f"options['focus']={wanted!r}: expected 'FILE::FUNCTION', 'FUNCTION' or a list of them"
        )
        raise ConfigError(msg)
    return Focus(tuple(find_function(program, str(name)) for name in names))


def find_function(program: Program, name: str) -> FunctionRef:
    """Return the one function that a name means.

    Raises:
        ConfigError: none, or several in different files.
    """
    path, _, qualname = name.rpartition(SEPARATOR)
    refs = [
        FunctionRef(file, function.qualname)
        for file in program.paths
        for function in parse_module(file, program.source(file)).functions
    ]
    matches = [r for r in refs if r.qualname == qualname and path in ("", r.path)]
    if len(matches) == 1:
        return matches[0]
    every = [f"{ref.path}{SEPARATOR}{ref.qualname}" for ref in matches or refs]
    near = difflib.get_close_matches(name, every, n=3, cutoff=0.3) or every[:3]
    reason = "names several functions" if matches else "names no function"
    msg = f"focus {name!r} {reason} of the program; write it as FILE::FUNCTION, e.g. {near}"
    raise ConfigError(msg)
