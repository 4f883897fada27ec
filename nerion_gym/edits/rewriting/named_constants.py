"""Constants with a name: what modules and classes assign once, or write in capitals."""

from __future__ import annotations

import ast
import math
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.numbers import Number, stepped
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.rewriting.changes import Change, build_edit
from nerion_gym.edits.rewriting.expressions import dropped, extents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SHORTEST = 3
"""Elements of a display that may lose one: two in parentheses would be no tuple any more."""


@lru_cache(maxsize=64)
def named_constants(module: Module) -> tuple[ast.expr, ...]:
    """Return the values that modules and classes give to names once, or to names in capitals."""
    found = []
    for site in sites_of(module).find(ast.Assign, ast.AnnAssign):
        value = getattr(site.node, "value", None)
        if isinstance(value, ast.expr) and _is_constant(module, site):
            found.append(value)
    return tuple(found)


def _is_constant(module: Module, site: Site) -> bool:
    node, owner = site.node, site.parent.node if site.parent is not None else None
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    name = targets[0]
    if not isinstance(owner, ast.Module | ast.ClassDef) or not isinstance(name, ast.Name):
        return False
    binding = module.scopes.find(module.scopes.by_node[owner], name.id)
    once = binding is not None and binding.times_written == 1
    return len(targets) == 1 and (once or name.id.isupper())


def rescaled(module: Module, site: Site) -> list[str]:
    """Return a number twice as large, and zero, in its own notation."""
    node = site.node
    sign, digits = ("-", node.operand) if isinstance(node, ast.UnaryOp) else ("", node)
    value = digits.value if isinstance(digits, ast.Constant) else 0
    if not isinstance(value, int | float) or not value:
        return []
    if isinstance(value, float):
        return [f"{sign}{value * 2!r}", "0.0"] if value * 2 < math.inf else []
    doubled = stepped(Number(site, value, module.text(digits)), value)
    return ["0"] if doubled is None else [f"{sign}{doubled}", "0"]


def shortened(module: Module, operator: str, site: Site) -> Iterator[Edit]:
    """Yield the edits that take the first and the last element from a display of several.

    Args:
        module: the file.
        operator: canonical name.
        site: anything; other expressions give nothing.
    """
    node = site.node
    parts = _parts(node)
    if len(parts) < SHORTEST:
        return
    size = len(parts[0])
    # Enough to know where the neighbours end, whatever else the display holds.
    first = extents(module, node, [part for pair in parts[:SHORTEST] for part in pair])
    last = extents(module, node, [part for pair in parts[-SHORTEST:] for part in pair])
    for start, end, gap in (
        (first[0][0], first[size][0], (first[size - 1][1], first[size][0])),
        (last[-size - 1][1], last[-1][1], (last[-size - 1][1], last[-size][0])),
    ):
        if b"#" not in module.source[slice(*gap)]:
            piece = dropped(module.source, start, end)
            yield build_edit(module, operator, Change(site, [piece], {}, ""))


def _parts(node: ast.AST) -> Sequence[tuple[ast.expr, ...]]:
    """Return the elements of a display: values, or keys with their values."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [(element,) for element in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        found = [(key, value) for key, value in pairs if key is not None]
        return found if len(found) == len(node.values) else []
    return []
