"""The graph of a focus, from its whole file parsed and scoped at once: what pieces must give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.graphs.definitions import Definitions
from nerion_gym.graphs.loose import flow_inside
from nerion_gym.graphs.nodes import Collector
from nerion_gym.graphs.regions import Regions
from nerion_gym.graphs.rows import Root
from nerion_gym.graphs.view import FileView, view_file
from nerion_gym.syntax.module import read_module

if TYPE_CHECKING:
    from nerion_gym.types.program import FunctionRef


def view_in_whole(
    path: str,
    source: bytes,
    edited: tuple[FunctionRef, ...] | None,
    shown: tuple[FunctionRef, ...] = (),
) -> FileView:
    """Do what `view_file` does, without pieces."""
    if edited is None or not all(ref.qualname for ref in (*edited, *shown)):
        return view_file(path, source, edited, shown)
    module = read_module(path, source)
    focus = [module.function(ref.qualname) for ref in edited]
    chosen = {f.qualname for f in (*focus, *(module.function(ref.qualname) for ref in shown))}
    roots, end = [], -1
    for function in module.functions:
        if function.qualname in chosen and function.span.start >= end:
            roots.append(Root(function.node, module.table.starts, 0))
            end = function.span.end
    regions = Regions()
    nodes = Collector(source, frozenset(f.node for f in focus), regions).collect(roots)
    flow = flow_inside(module.scopes, nodes.number.keys())
    return FileView(nodes, tuple(regions.lines), [], flow, Definitions(module.scopes))
