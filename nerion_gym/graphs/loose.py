"""The view of code outside of functions: read from its whole file, for it may be any part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.graphs.definitions import definitions_of
from nerion_gym.graphs.nodes import Collector
from nerion_gym.graphs.regions import Regions
from nerion_gym.graphs.rows import FileNodes, Root
from nerion_gym.syntax.flow import DataFlow, unit_of, units_needed, units_shown
from nerion_gym.syntax.loose import is_loose, loose_nodes
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from nerion_gym.graphs.definitions import Definitions
    from nerion_gym.graphs.regions import Lines
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Scopes

Parts = tuple[FileNodes, "tuple[Lines, ...]", DataFlow, "Definitions"]
"""Nodes, regions, data flow and definitions."""


def loose_parts(path: str, source: bytes, edited: Iterable[str], shown: Iterable[str]) -> Parts:
    """Return what a view of some code outside of functions, and of functions beside it, is made of.

    Args:
        path: of the file.
        source: its bytes.
        edited: names in focus; see `syntax.loose`.
        shown: functions that are context only.

    Raises:
        ConfigError: a name means nothing in the file.
        ProgramSyntaxError: the file is not valid Python.
    """
    module = parse_module(path, source)
    names = tuple(edited)
    focus = {name: module.function(name) for name in names if not is_loose(name)}
    loose = {n for name in names if is_loose(name) for n in loose_nodes(path, source, name)}
    chosen = {*focus, *(module.function(name).qualname for name in shown)}
    roots = [*loose, *outermost(module, chosen)]
    roots.sort(key=lambda node: module.table.offsets(node)[0])
    regions = Regions()
    in_focus = frozenset([*loose, *(function.node for function in focus.values())])
    collector = Collector(source, in_focus, regions)
    nodes = collector.collect(Root(node, module.table.starts, 0) for node in roots)
    flow = flow_inside(module.scopes, nodes.number.keys())
    return nodes, tuple(regions.lines), flow, definitions_of(module)


def outermost(module: Module, names: AbstractSet[str]) -> list[ast.AST]:
    """Return the named functions that lie in no other one of these."""
    found: list[ast.AST] = []
    end = -1
    for function in module.functions:
        if function.qualname in names and function.span.start >= end:
            found.append(function.node)
            end = function.span.end
    return found


def flow_inside(scopes: Scopes, inside: AbstractSet[ast.AST]) -> DataFlow:
    """Return the data flow of the units that decide the edges between the nodes inside."""
    units = units_shown(scopes, inside)
    chosen = [scope for scope in scopes.all if unit_of(scope) in units]
    shown = [access for scope in chosen for access in scope.accesses if access.node in inside]
    needed = units_needed(scopes, shown, inside)
    beside = [
        access
        for scope in chosen
        if unit_of(scope) in needed
        for access in scope.accesses
        if access.node not in inside
    ]
    accesses = sorted([*shown, *beside], key=_position)
    return DataFlow(scopes, tuple(accesses), tuple(scope for scope in chosen if scope in needed))


def _position(access: Access) -> tuple[int, int]:
    return access.node.lineno, access.node.col_offset  # type: ignore[attr-defined]
