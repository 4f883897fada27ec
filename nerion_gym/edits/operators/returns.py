"""Returns: nothing comes back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting import Change, build_edit, fit
from nerion_gym.edits.sites import sites_of
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module


def propose_none(module: Module) -> Iterator[Edit]:
    """Return None in place of a value.

    Before:
        def f(x):
            return(x, 1)  # both
    After:
        def f(x):
            return None  # both

    Untouched:
        def f(x):
            if x: return
            return None
        g = lambda x: x
    """
    for site in sites_of(module).find(ast.Return):
        value = site.node.value if isinstance(site.node, ast.Return) else None
        if value is None or not _is_free_to_go(value):
            continue
        start, end = module.table.offsets(value)
        piece = fit(module.source, start, end, b"None")
        yield build_edit(module, "return_none", Change(site, [piece], {}, "None"))


def _is_free_to_go(value: ast.expr) -> bool:
    """Whether the value is not None already and binds no name that others may need."""
    if isinstance(value, ast.Constant) and value.value is None:
        return False
    return not any(isinstance(node, ast.NamedExpr) for node in ast.walk(value))


OPERATORS = (Operator("return_none", Kind.MUTATION, propose_none, aliases=("RETURN_NONE",)),)
