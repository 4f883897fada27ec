"""Loops that count: when a while loop and a for loop over a range are the same, and their text.

A range is worked out once, a while loop's limit each time; in the end the counters differ. So the
limit must stay as it is, both must be whole numbers for certain, and nobody may need the counter
afterwards.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.lifetimes import (
    BINDS,
    is_needed_outside,
    is_steady,
    names_builtin,
    nodes_of,
    private_binding,
)
from nerion_gym.edits.analysis.statements import indentation, line_end, line_span
from nerion_gym.edits.analysis.values import is_builtin, kind_of
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import cut
from nerion_gym.edits.rewriting.loop_forms import has_comment
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module

LOOPS = (ast.For, ast.AsyncFor, ast.While)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
FIXED = frozenset({"str", "bytes", "tuple"})
"""Kinds whose length cannot change."""
SUMS = (ast.Add, ast.Sub, ast.Mult)
COLON = b":"


class Count(NamedTuple):
    """A loop that counts.

    Attributes:
        name: a mention of the counter.
        start: its first value.
        limit: where it ends, itself left out.
        step: how much is added each time, > 0.
    """

    name: ast.Name
    start: ast.expr | None
    limit: ast.expr
    step: int


# -- from while


def counted_while(module: Module, block: Block, place: int) -> Sequence[Piece]:
    """Return the pieces that make a for loop of a while loop, none where it must stay."""
    loop = block.body[place]
    if not isinstance(loop, ast.While) or loop.orelse or len(loop.body) < 2:
        return ()
    name, limit = _tested(loop.test)
    if name is None or limit is None:
        return ()
    step = _stepped(loop.body[-1], name.id)
    opening = _opening(module, block, place, name) if step else None
    if opening is None or has_own_continue(loop.body):
        return ()
    count = Count(name, opening.value, limit, step)
    if not _is_whole(module, count, loop) or not _is_own_counter(module, count, opening, loop):
        return ()
    return _for_pieces(module, count, opening, loop)


def _tested(test: ast.expr) -> tuple[ast.Name | None, ast.expr | None]:
    """Return the counter and limit of `counter < limit`."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Lt):
        return (test.left if isinstance(test.left, ast.Name) else None), test.comparators[0]
    return None, None


def _stepped(statement: ast.stmt, name: str) -> int:
    """Return what a statement adds to a counter, 0 where it does anything else."""
    added: ast.expr | None = None
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        added = statement.value if _is_name(statement.target, name) else None
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        value = statement.value
        if _is_name(statement.targets[0], name) and isinstance(value, ast.BinOp):
            counts = isinstance(value.op, ast.Add) and _is_name(value.left, name)
            added = value.right if counts else None
    return max(_constant(added), 0)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _constant(node: ast.AST | None) -> int:
    """Return the whole number that a literal is, 0 for anything else."""
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else 0


def _opening(module: Module, block: Block, place: int, name: ast.Name) -> ast.Assign | None:
    """Return the statement of the block that gives a counter its first value.

    Others may stand between it and the loop where the value is a literal.
    """
    for statement in reversed(block.body[:place]):
        if any(_is_name(node, name.id) for node in nodes_in(statement)):
            near = statement is block.body[place - 1]
            return _opened(statement, name.id, near=near)
    return None


def _opened(statement: ast.stmt, name: str, *, near: bool) -> ast.Assign | None:
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    fits = near or isinstance(statement.value, ast.Constant)
    return statement if fits and _is_name(statement.targets[0], name) else None


def _is_whole(module: Module, count: Count, loop: ast.stmt) -> bool:
    """Whether a loop counts whole numbers, up to a limit that stays."""
    numbers = [count.limit, *([] if count.start is None else [count.start])]
    if not all(kind_of(module, node) == "int" and is_steady(module, node) for node in numbers):
        return False
    own = any(_is_name(node, count.name.id) for node in nodes_of([count.start]))
    return (
        not own and bool(count.name.id.strip("_")) and _stays(module, count.limit, nodes_of([loop]))
    )


def _stays(module: Module, node: ast.expr, inside: set[ast.AST]) -> bool:
    """Whether an expression has the same value whenever these nodes evaluate it."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        binding = private_binding(module, node)
        return binding is not None and not any(
            access.mode in BINDS and access.node in inside for access in binding.accesses
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, SUMS):
        return _stays(module, node.left, inside) and _stays(module, node.right, inside)
    if isinstance(node, ast.Call) and is_builtin(module, node.func, "len") and len(node.args) == 1:
        measured = node.args[0]
        return kind_of(module, measured) in FIXED and _stays(module, measured, inside)
    return False


def _is_own_counter(module: Module, count: Count, opening: ast.Assign, loop: ast.While) -> bool:
    """Whether only a loop looks at its counter, and only its last statement changes it."""
    binding, flow = private_binding(module, count.name), name_flow(module)
    if binding is None or not names_builtin(module, binding.scope, "range"):
        return False
    inside, last = nodes_of([loop]), nodes_of([loop.body[-1]])
    changes = [access.node for access in binding.accesses if access.mode in BINDS]
    if any(node in inside and node not in last for node in changes):
        return False
    ends = [node for node in changes if node in last or node is opening.targets[0]]
    writes = {number for node in ends for number in flow.numbers(node)}
    if not all(flow.writes.get(number) for number in writes):
        return False
    return not is_needed_outside(module, count.name, writes, inside)


def _for_pieces(
    module: Module, count: Count, opening: ast.Assign, loop: ast.While
) -> Sequence[Piece]:
    gone = [line_span(module, opening), line_span(module, loop.body[-1])]
    start, end = module.table.offsets(loop)[0], module.table.offsets(count.limit)[1]
    colon = skip_gap(module.source, end, module.table.offsets(loop.body[0])[0])
    found = [lines for lines in gone if lines is not None]
    comments = [*found, (start, colon)]
    if len(found) < 2 or any(has_comment(module, *lines, []) for lines in comments):
        return ()
    arguments = [module.text(count.limit)]
    if count.start is not None and (count.step > 1 or module.text(count.start) != b"0"):
        arguments.insert(0, module.text(count.start))
    if count.step > 1:
        arguments.append(str(count.step).encode())
    header = b"for " + count.name.id.encode() + b" in range(" + b", ".join(arguments) + b")"
    ready = module.source[colon : colon + 1] == COLON
    pieces = [cut(module, *lines) for lines in found]
    return [*pieces, Piece(start, colon, header)] if ready else ()


def has_own_continue(body: Sequence[ast.stmt]) -> bool:
    """Whether a loop's body has a `continue` of this loop."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Continue):
            return True
        if isinstance(node, LOOPS):
            pending += node.orelse
        elif not isinstance(node, (*DEFINITIONS, ast.expr)):
            pending += ast.iter_child_nodes(node)
    return False


# -- from for


def counted_for(module: Module, block: Block, place: int) -> Sequence[Piece]:
    """Return the pieces that make a while loop of a for loop, none where it must stay."""
    loop = block.body[place]
    if not isinstance(loop, ast.For) or loop.orelse or not isinstance(loop.target, ast.Name):
        return ()
    count = _ranged(module, loop.target, loop.iter)
    if count is None or isinstance(loop.body[-1], JUMPS) or has_own_continue(loop.body):
        return ()
    if not _is_whole(module, count, loop) or not _is_counted_only(module, count, loop):
        return ()
    return _while_pieces(module, count, loop)


def _ranged(module: Module, name: ast.Name, call: ast.expr) -> Count | None:
    if (
        not isinstance(call, ast.Call)
        or call.keywords
        or not is_builtin(module, call.func, "range")
    ):
        return None
    arguments = call.args
    step = _constant(arguments[2]) if len(arguments) == 3 else 1
    if step < 1 or not 1 <= len(arguments) <= 3:
        return None
    first = arguments[0] if len(arguments) > 1 else None
    return Count(name, first, arguments[min(len(arguments), 2) - 1], step)


def _is_counted_only(module: Module, count: Count, loop: ast.For) -> bool:
    """Whether a loop's body reads its counter alone, and nobody else needs it.

    Nor what the counter was before: a loop over nothing leaves it, counting by hand does not.
    """
    binding, flow = private_binding(module, count.name), name_flow(module)
    if binding is None:
        return False
    inside = nodes_of(loop.body)
    if any(access.mode in BINDS and access.node in inside for access in binding.accesses):
        return False
    own = set(flow.numbers(count.name))
    before = {write for number in own for write in flow.writes.get(number, ())}
    if not before:
        return False
    return not is_needed_outside(module, count.name, own | before, inside)


def _while_pieces(module: Module, count: Count, loop: ast.For) -> Sequence[Piece]:
    lines, last = line_span(module, loop), line_span(module, loop.body[-1])
    first = line_span(module, loop.body[0])
    start, end = module.table.offsets(loop)[0], module.table.offsets(loop.iter)[1]
    colon = skip_gap(module.source, end, module.table.offsets(loop.body[0])[0])
    header = module.source[start:colon]
    if lines is None or last is None or first is None or b"#" in header or b"\n" in header:
        return ()
    if module.source[colon : colon + 1] != COLON:
        return ()
    name, end_line = count.name.id.encode(), line_end(module)
    opened = b"0" if count.start is None else module.text(count.start)
    test = b"while " + name + b" < " + module.text(count.limit)
    line = name + b" = " + opened + end_line + indentation(module, loop)
    grown = indentation(module, loop.body[0]) + name + b" += " + str(count.step).encode()
    return [Piece(start, colon, line + test), Piece(last[1], last[1], end_line + grown)]
