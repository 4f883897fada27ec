"""What a frame shows of a state: which rows of source, and what is lit on the graph."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.frames.bar import colour_of
from nerion_gym.envs.frames.graph import Lit
from nerion_gym.envs.frames.lexing import BLOCKS, extent
from nerion_gym.envs.frames.rows import KEPT, OFFERED, edit_rows, source_rows
from nerion_gym.envs.observation import graph_of
from nerion_gym.envs.render import noticed_by, shown_outcome
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.envs.frames.rows import Row
    from nerion_gym.envs.render import LastStep
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.graphs.builder import ProgramGraph
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program, Span

NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def source_scene(
    state: State, step: LastStep | None, room: int
) -> tuple[tuple[str, str], tuple[Row, ...]]:
    """Return (file, function), and at most `room` rows: the step's edit, or where edits can be."""
    if step is not None and step.edit is not None:
        program, edit = step.before.program, step.edit
        title = (edit.splices[0].path, function_at(program, edit.splices[0].path, edit.site.start))
        return title, edit_rows(program, edit, room)
    path, start = _begin(state)
    offered = offered_lines(state, path)
    line = parse_module(path, state.program.source(path)).table.line_of(start) - 1
    rows = source_rows(state.program, path, line, room)
    marked = (
        replace(row, sign=OFFERED) if row.sign == KEPT and row.number in offered else row
        for row in rows
    )
    return (path, function_at(state.program, path, start)), tuple(marked)


def place_title(state: State, step: LastStep | None) -> str:
    """Return which edit of how many a step took, or how many there are."""
    if step is None or step.edit is None:
        return f"{len(state.catalog)} edits"
    catalog = step.before.catalog
    if step.edit not in catalog:
        return ""
    return f"edit {catalog.index(step.edit) + 1} of {len(catalog)}"


def _begin(state: State) -> tuple[str, int]:
    """Return the file and the offset of the first edit of an episode, else the program's start."""
    if state.catalog:
        splice = state.catalog[0].splices[0]
        return splice.path, splice.start
    return state.program.paths[0], 0


def offered_lines(state: State, path: str) -> frozenset[int]:
    """Return the lines of a file, from 1, at which an edit is offered."""
    table = parse_module(path, state.program.source(path)).table
    splices = (edit.splices[0] for edit in state.catalog)
    return frozenset(table.line_of(splice.start) for splice in splices if splice.path == path)


def function_at(program: Program, path: str, offset: int) -> str:
    """Return the dotted name of the innermost function or class around an offset, or ""."""
    module = parse_module(path, program.source(path))
    line = module.table.line_of(offset)
    names: list[str] = []
    node: Any = module.tree
    while node is not None:
        if isinstance(node, NAMED):
            names.append(node.name)
        below = (part for name in BLOCKS for part in getattr(node, name, ()))
        node = next((part for part in below if _is_around(part, line)), None)
    return ".".join(names)


def _is_around(node: Any, line: int) -> bool:
    """Whether a line, from 1, is one of a statement's or clause's, decorators included."""
    first, last = extent(node)
    first = min([first, *(extent(part)[0] for part in getattr(node, "decorator_list", ()))])
    return first < line <= last


def graph_scene(world: World, state: State, step: LastStep | None) -> tuple[ProgramGraph, Lit]:
    """Return the graph of a state, and what is lit on it."""
    graph = graph_of(state)
    outcome = shown_outcome(state, step)
    colours = {
        graph.tests[result.id]: colour_of(result)
        for result in outcome.results
        if result.id in graph.tests
    }
    now, before = _touched(state, step)
    noticed = () if step is None else noticed_by(world, step)
    beams = tuple(graph.tests[test] for test in noticed if test in graph.tests)
    return graph, Lit(_nodes(graph, now), _nodes(graph, before), colours, beams)


def _touched(state: State, step: LastStep | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return where the step's edit is, and where earlier ones are, in the program that is shown."""
    edit: Edit | None = None if step is None else step.edit
    if edit is None:
        return (), state.touched
    if state.committed and state.committed[-1]:
        count = len(edit.splices)
        return state.touched[-count:], state.touched[:-count]
    return (edit.site,), tuple(span for span in state.touched if span != edit.site)


def _nodes(graph: ProgramGraph, spans: Iterable[Span]) -> tuple[int, ...]:
    found = (graph.node_of(span) for span in dict.fromkeys(spans))
    return tuple(dict.fromkeys(node for node in found if node is not None))
