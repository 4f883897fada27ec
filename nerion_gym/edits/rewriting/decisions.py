"""The same decision in another form: what has to be put where.

Each function answers None where the other form does not mean the same for certain.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.safety import module_attributes
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import (
    REST_OF_LINE,
    blocks,
    extent,
    indentation,
    line_end,
    own_lines,
)
from nerion_gym.edits.rewriting.branches import (
    Lines,
    branch_of,
    else_colon,
    indent_step,
    inline_of,
    is_elif,
    lines_of,
    moved,
)
from nerion_gym.edits.rewriting.changes import Piece, fit
from nerion_gym.edits.rewriting.doubtful import is_always_true
from nerion_gym.edits.rewriting.negation import (
    LOOSER,
    Area,
    operands_of,
    opposite_text,
    text_of,
)
from nerion_gym.syntax.scopes import LOCAL_KINDS, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.edits.rewriting.branches import Branch
    from nerion_gym.syntax.module import Module

WIDEST = 100
"""Columns of a line that is made of several."""
LOOPS = (ast.For, ast.AsyncFor, ast.While)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ORDER_READERS = frozenset({"locals", "vars", "f_locals", "co_varnames"})
JUMPS = (ast.Return, ast.Continue, ast.Break, ast.Raise, ast.Pass)


def opposite_test(module: Module, branch: Branch) -> Piece | None:
    """Return the piece that turns the condition of an `if` into its opposite."""
    text = opposite_text(module, branch.node.test, branch.test, alone=True)
    return None if text is None else fit(module.source, *branch.test, text)


def inverted(module: Module, branch: Branch) -> list[Piece] | None:
    """Return the pieces that let `if` and `else` change places."""
    node, colon = branch.node, else_colon(module, branch.node)
    if colon is None or shows_order(module) or _holds(module, branch):
        return None
    first = lines_of(module, node.body, branch.colon)
    second = lines_of(module, node.orelse, colon)
    if first is not None and second is not None and first.indent == second.indent:
        one, two = _with_comment(module, first), _with_comment(module, second)
    else:
        one = inline_of(module, node.body, branch.colon)
        two = inline_of(module, node.orelse, colon)
    test = opposite_test(module, branch)
    if one is None or two is None or test is None:
        return None
    return [test, Piece(*one, text_of(module, two)), Piece(*two, text_of(module, one))]


def shows_order(module: Module) -> bool:
    """Whether a file may look at the order in which a function mentions its variables first."""
    return bool(module_attributes(module) & ORDER_READERS)


def _with_comment(module: Module, lines: Lines) -> Area | None:
    """Return the bytes of lines with the comment behind the last statement."""
    rest = REST_OF_LINE.match(module.source, lines.end)
    return Area(lines.start, lines.end + len(rest.group().rstrip())) if rest else None


def _holds(module: Module, branch: Branch) -> bool:
    """Whether something stands inside that must keep its place."""
    start, end = module.table.offsets(branch.node)
    return any(start < place < end for place in _ordered(module))


@lru_cache(maxsize=64)
def _ordered(module: Module) -> tuple[int, ...]:
    """Return the places of declarations, and of what looks unused in another order.

    A `global` must come before its names; of writes that nobody reads, pyflakes reports the last,
    unless it unpacks a tuple; of names that are imported or else defined, the import if it is last.
    """
    nodes = [site.node for site in sites_of(module).find(ast.Global, ast.Nonlocal)]
    for binding in module.scopes.bindings:
        unread = all(access.mode is Mode.WRITE for access in binding.accesses)
        if unread and len(binding.accesses) > 1 and binding.scope.kind in LOCAL_KINDS:
            nodes += [access.node for access in binding.accesses]
        if binding.is_imported and binding.times_written > 1:
            nodes += [
                access.node for access in binding.writes if isinstance(access.node, ast.alias)
            ]
    return tuple(module.table.offsets(node)[0] for node in nodes)


def split(module: Module, branch: Branch, index: int) -> list[Piece] | None:
    """Return the pieces that put the operands of an `and` from the index on into an inner `if`."""
    test, body = branch.node.test, branch.node.body
    if branch.node.orelse or not isinstance(test, ast.BoolOp) or not _is_plain(module, branch.test):
        return None
    found = None if _leaves_a_tuple(test, index) else operands_of(module, test)
    lines = lines_of(module, body, branch.colon)
    if found is None or (lines is None and inline_of(module, body, branch.colon) is None):
        return None
    inner = branch.indent + indent_step(module) if lines is None else lines.indent
    text = None if lines is None else moved(module, lines, _deeper(branch, lines))
    if lines is not None and text is None:
        return None
    start, end = module.table.offsets(test)
    left = module.source[start : found.areas[index - 1].end]
    right = module.source[found.areas[index].start : end]
    head = left + b":" + line_end(module) + inner + b"if " + right
    pieces = [fit(module.source, *branch.test, head)]
    return pieces if lines is None or text is None else [*pieces, Piece(*lines[:2], text)]


def _leaves_a_tuple(test: ast.BoolOp, index: int) -> bool:
    """Whether one of the two conditions would be a tuple, which linters take for a mistake."""
    parts = (test.values[:index], test.values[index:])
    return any(len(part) == 1 and is_always_true(part[0]) for part in parts)


def _deeper(branch: Branch, lines: Lines) -> bytes:
    return lines.indent + lines.indent[len(branch.indent) :]


def _is_plain(module: Module, area: Area) -> bool:
    """Whether an area is on one line and has no comment."""
    return not any(sign in text_of(module, area) for sign in (b"\n", b"\r", b"#"))


def merged_tests(module: Module, outer: Branch) -> list[Piece] | None:
    """Return the pieces that make one `if` of two, the second being all that the first holds."""
    node = outer.node.body[0]
    if len(outer.node.body) > 1 or outer.node.orelse or not isinstance(node, ast.If):
        return None
    inner = None if node.orelse else branch_of(module, node)
    if inner is None or module.source[outer.colon : module.table.offsets(node)[0]].strip():
        return None
    if not (_is_plain(module, outer.test) and _is_plain(module, inner.test)):
        return None
    text = b" and ".join(_operand_text(module, branch) for branch in (outer, inner))
    column = outer.test.start - module.table.starts[module.table.line_of(outer.test.start) - 1]
    if column + len(text) >= WIDEST:
        return None
    pieces = [fit(module.source, outer.test.start, inner.test.end, text)]
    lines = lines_of(module, node.body, inner.colon)
    if lines is None:
        return pieces if inline_of(module, node.body, inner.colon) else None
    body = moved(module, lines, inner.indent)
    return None if body is None else [*pieces, Piece(*lines[:2], body)]


def _operand_text(module: Module, branch: Branch) -> bytes:
    test, text = branch.node.test, text_of(module, branch.test)
    bare = branch.test.start == module.table.offsets(test)[0]
    joins = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)
    return b"(" + text + b")" if bare and isinstance(test, LOOSER) and not joins else text


def guards(module: Module) -> Iterator[tuple[Branch, list[ast.stmt]]]:
    """Yield each `if` that only leaves a function or goes on with a loop, and what follows it."""
    for block in blocks(module):
        jump = _jump_of(block)
        for index, statement in enumerate(block.body[:-1] if jump else ()):
            if isinstance(statement, ast.If) and _only_jumps(statement, jump):
                branch = branch_of(module, statement)
                if branch is not None:
                    yield branch, block.body[index + 1 :]


def endings(module: Module) -> Iterator[tuple[Branch, bytes]]:
    """Yield each `if` that ends a function or loop, and the statement that would leave it."""
    for block in blocks(module):
        jump, last = _jump_of(block), block.body[-1]
        branch = branch_of(module, last) if jump and isinstance(last, ast.If) else None
        if branch is not None:
            yield branch, jump


def _jump_of(block: Block) -> bytes:
    """Return the statement that does nothing but leave a block after which nothing follows."""
    if block.field != "body" or block.frozen:
        return b""
    if isinstance(block.owner, FUNCTIONS):
        return b"return"
    return b"continue" if isinstance(block.owner, LOOPS) else b""


def _only_jumps(statement: ast.If, jump: bytes) -> bool:
    if statement.orelse or len(statement.body) > 1:
        return False
    inner = statement.body[0]
    if isinstance(inner, ast.Return):
        return jump == b"return" and _is_none(inner.value)
    return jump == b"continue" and isinstance(inner, ast.Continue)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def nested(module: Module, branch: Branch, rest: Sequence[ast.stmt]) -> list[Piece] | None:
    """Return the pieces that put all that follows a guard inside, under the opposite condition."""
    own = own_lines(module, branch.node)
    test = opposite_test(module, branch)
    end = extent(module, rest[-1])[1]
    if own is None or test is None or own_lines(module, rest[0], rest[-1]) is None:
        return None
    guard = module.source[branch.colon : own[1]]
    lines = Lines(_after_blank_lines(module, own[1]), end, indentation(module, rest[0]))
    if b"#" in guard or lines.indent != branch.indent or b"\f" in module.source[own[1] : end]:
        return None
    text = moved(module, lines, branch.indent + indent_step(module))
    if text is None:
        return None
    return [test, Piece(branch.colon, end, line_end(module) + text)]


def _after_blank_lines(module: Module, start: int) -> int:
    while True:
        rest = REST_OF_LINE.match(module.source, start)
        if rest is None or rest.group().strip() or rest.end() == start:
            return start
        start = rest.end()


def unnested(module: Module, branch: Branch, jump: bytes) -> list[Piece] | None:
    """Return the pieces that put a guard in front of what an `if` at a block's end holds."""
    node = branch.node
    only = len(node.body) == 1 and isinstance(node.body[0], JUMPS)
    lines = None if node.orelse or only else lines_of(module, node.body, branch.colon)
    test = None if lines is None else opposite_test(module, branch)
    if lines is None or test is None or is_elif(module, node):
        return None
    text = moved(module, lines, branch.indent)
    if text is None:
        return None
    return [test, Piece(*lines[:2], lines.indent + jump + line_end(module) + text)]
