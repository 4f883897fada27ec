"""Containers filled by a loop or by a comprehension: the shapes, when they are the same, the text.

In a loop the variable is the function's, the container can be seen half full, and a dict's value
is worked out before its key. Where one of these could be noticed, nothing is proposed.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.lifetimes import (
    BINDS,
    guards_of,
    is_inert_name,
    is_needed_outside,
    is_steady,
    is_used_beyond,
    names_builtin,
    nodes_of,
    private_binding,
    runs_at_once,
)
from nerion_gym.edits.analysis.statements import indentation, line_span
from nerion_gym.edits.analysis.values import is_builtin, mentions
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import cut
from nerion_gym.edits.rewriting.loop_forms import (
    ADDERS,
    Gathering,
    comprehension_text,
    has_comment,
    loop_text,
    step_of,
)
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Scope

OPENINGS = {"list": b"[]", "set": b"set()", "dict": b"{}"}
KINDS: dict[type[ast.AST], str] = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}
NEVER = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


# -- from loops


def comprehended(module: Module, block: Block, place: int) -> Sequence[Piece]:
    """Return the pieces that make a comprehension of a loop, none where it must stay."""
    loop = block.body[place]
    if place == 0 or not isinstance(loop, ast.For) or loop.orelse or len(loop.body) != 1:
        return ()
    opening = _assignment(block.body[place - 1])
    gathering = None if opening is None else _gathering_of(module, opening, loop)
    if opening is None or gathering is None:
        return ()
    lines, parts = line_span(module, loop), [loop.target, loop.iter, *gathering.inner]
    if lines is None or line_span(module, block.body[place - 1]) is None:
        return ()
    if has_comment(module, *lines, parts) or not _is_loop_free(module, block, place, gathering):
        return ()
    start, end = module.table.offsets(opening[1])
    text = comprehension_text(module, gathering, block.body[place - 1])
    return [Piece(start, end, text), cut(module, *lines)] if text else ()


def _assignment(statement: ast.stmt) -> tuple[ast.Name, ast.expr] | None:
    """Return the name and value of `name = value` or `name: hint = value`."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.simple:
        target = statement.target
    else:
        return None
    value = statement.value
    return (target, value) if isinstance(target, ast.Name) and value is not None else None


def _gathering_of(
    module: Module, opening: tuple[ast.Name, ast.expr], loop: ast.For
) -> Gathering | None:
    name, empty = opening
    kind = _opened(module, empty)
    inner = loop.body[0]
    condition = None
    statement: ast.stmt = inner
    if isinstance(inner, ast.If) and not inner.orelse and len(inner.body) == 1:
        statement, condition = inner.body[0], inner.test
    added = _added(statement, name.id, kind) if kind else ()
    if not added:
        return None
    return Gathering(kind, name, loop.target, loop.iter, condition, added)


def _opened(module: Module, value: ast.expr) -> str:
    """Return which empty container an expression is, "" for anything else."""
    if isinstance(value, ast.List):
        return "" if value.elts else "list"
    if isinstance(value, ast.Dict):
        return "" if value.keys else "dict"
    if isinstance(value, ast.Call) and not value.args and not value.keywords:
        func = value.func
        if isinstance(func, ast.Name) and is_builtin(module, func, *OPENINGS):
            return func.id
    return ""


def _added(statement: ast.stmt, name: str, kind: str) -> tuple[ast.expr, ...]:
    """Return what a statement adds to the container of this name, nothing if it does not."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and kind == "dict":
        target = statement.targets[0]
        if isinstance(target, ast.Subscript) and _is_name(target.value, name):
            return target.slice, statement.value
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ()
    if ADDERS.get(call.func.attr) != kind or not _is_name(call.func.value, name):
        return ()
    one = len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred)
    return tuple(call.args) if one else ()


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_loop_free(module: Module, block: Block, place: int, gathering: Gathering) -> bool:
    """Whether nobody can tell a comprehension from the loop."""
    loop = block.body[place]
    inner = nodes_of([gathering.target, *gathering.inner])
    if not is_plain(module, gathering) or not _is_seen_whole(module, block, place, gathering.name):
        return False
    holder = private_binding(module, gathering.name)
    filling = nodes_of([loop])
    if holder is None or not is_used_beyond(module, holder, filling):
        return False
    targets = [node for node in nodes_in(gathering.target) if isinstance(node, ast.Name)]
    return all(_is_loops_own(module, target, inner) for target in targets)


def _is_loops_own(module: Module, target: ast.Name, inner: set[ast.AST]) -> bool:
    """Whether a loop's variable may become a comprehension's."""
    binding, flow = private_binding(module, target), name_flow(module)
    writes = set(flow.numbers(target))
    if binding is None or not all(flow.writes.get(write) for write in writes):
        return False
    outside = [access for access in binding.accesses if access.node not in inner]
    # Names that are left must still be the function's, and be read: nothing becomes unused.
    kept = any(access.mode in BINDS and access.scope is binding.scope for access in outside)
    if outside and not (kept and is_used_beyond(module, binding, inner)):
        return False
    return not is_needed_outside(module, target, writes, inner)


def _is_seen_whole(module: Module, block: Block, place: int, name: ast.Name) -> bool:
    """Whether nobody sees a container that an exception left half full.

    None is handled in the function, or all that need the container come after it is full.
    """
    holder, statement = private_binding(module, name), block.body[place]
    if holder is None:
        return False
    if not guards_of(module, statement):
        return True
    return not is_used_beyond(module, holder, nodes_of(block.body[place:]))


def is_plain(module: Module, gathering: Gathering) -> bool:
    """Whether the parts mean the same in a loop and in a comprehension, by what they are."""
    shapes = (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)
    target = nodes_of([gathering.target])
    if not all(isinstance(node, shapes) for node in target):
        return False
    nodes = nodes_of([gathering.iterable, *gathering.inner])
    if any(_is_special(node, gathering.name.id) for node in nodes):
        return False
    names = {node.id for node in target if isinstance(node, ast.Name)}
    inner = nodes_of(gathering.inner)
    if any(_keeps(module, node, names) or _may_be_unbound(module, node, names) for node in inner):
        return False
    inert = any(_is_inert(module, node, names) for node in gathering.added)
    return gathering.kind != "dict" or (inert and _is_key(gathering.added[0]))


def _is_special(node: ast.AST, holder: str) -> bool:
    """Whether a node may not stand in a comprehension, or shows whether it does."""
    if isinstance(node, ast.Name):
        return node.id in (holder, "super", "__class__")
    return isinstance(node, NEVER) or (isinstance(node, ast.comprehension) and bool(node.is_async))


def _may_be_unbound(module: Module, node: ast.AST, names: set[str]) -> bool:
    """Whether a function's own name may lack a value: the two forms raise different errors then."""
    if not isinstance(node, ast.Name) or node.id in names or not isinstance(node.ctx, ast.Load):
        return False
    if module.scopes.binding(mentions(module)[node]).scope.kind is not ScopeKind.FUNCTION:
        return False
    return not (name_flow(module).is_bound(node) and is_steady(module, node))


def _is_key(node: ast.expr) -> bool:
    parts = [node, *(node.elts if isinstance(node, ast.Tuple) else ())]
    return not any(isinstance(part, ast.Slice | ast.Starred) for part in parts)


def _is_inert(module: Module, node: ast.expr, names: set[str]) -> bool:
    """Whether it does not matter when an expression is evaluated: no other code can change it."""
    if isinstance(node, ast.Tuple):
        return all(_is_inert(module, part, names) for part in node.elts)
    if isinstance(node, ast.Name):
        return node.id in names or is_inert_name(module, node)
    return isinstance(node, ast.Constant)


def _keeps(module: Module, node: ast.AST, names: set[str]) -> bool:
    """Whether an expression may look at an item's name when the loop has gone on."""
    later = isinstance(node, ast.GeneratorExp) and not runs_at_once(module, node)
    if not later and not isinstance(node, ast.Lambda):
        return False
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in nodes_in(node))


# -- from comprehensions


def gathered(module: Module, block: Block, place: int) -> Sequence[Piece]:
    """Return the pieces that make a loop of a comprehension, none where it must stay."""
    statement = block.body[place]
    opening = _assignment(statement)
    gathering = None if opening is None else _comprehended_by(*opening)
    if opening is None or gathering is None:
        return ()
    start, end = module.table.offsets(opening[1])
    lines = line_span(module, statement)
    parts = [gathering.target, gathering.iterable, *gathering.inner]
    if lines is None or has_comment(module, start, end, parts):
        return ()
    holder = private_binding(module, gathering.name)
    if holder is None or not _is_free(module, gathering, holder.scope):
        return ()
    if not is_plain(module, gathering) or not _is_seen_whole(module, block, place, gathering.name):
        return ()
    step = step_of(module, holder.scope.node)
    text = loop_text(module, gathering, indentation(module, statement), step)
    opened = Piece(start, end, OPENINGS[gathering.kind])
    return [opened, Piece(lines[1], lines[1], text)] if text else ()


def _comprehended_by(name: ast.Name, value: ast.expr) -> Gathering | None:
    if not isinstance(value, ast.ListComp | ast.SetComp | ast.DictComp):
        return None
    clause = value.generators[0]
    if len(value.generators) > 1 or len(clause.ifs) > 1 or clause.is_async:
        return None
    condition = clause.ifs[0] if clause.ifs else None
    added = (value.key, value.value) if isinstance(value, ast.DictComp) else (value.elt,)
    return Gathering(KINDS[type(value)], name, clause.target, clause.iter, condition, added)


def _is_free(module: Module, gathering: Gathering, scope: Scope) -> bool:
    """Whether the function may have the item's names: they mean nothing there, nor in the file."""
    names = [node.id for node in nodes_in(gathering.target) if isinstance(node, ast.Name)]
    known = gathering.kind != "set" or names_builtin(module, scope, "set")
    return known and all(module.scopes.find(scope, name) is None for name in names)
