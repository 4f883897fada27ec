"""Parts for names: a variable gives way to its value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.effects import Effect, effect_of
from nerion_gym.edits.analysis.evaluation import (
    PARTS,
    early,
    homes,
    is_still,
    keeps_lifetime,
    leaves_sense,
    readers,
)
from nerion_gym.edits.analysis.sites import hint_words, sites_of
from nerion_gym.edits.analysis.statements import own_lines
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, anchor_of, build_edit, fit, means
from nerion_gym.edits.rewriting.doubtful import is_doubtful
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.parsing import statements_in
from nerion_gym.syntax.positions import skip_gap
from nerion_gym.syntax.scopes import ScopeKind
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding, Scope

LOOSE = (ast.IfExp, ast.Lambda)
"""Expressions that may stand for a name only in a call or as a whole."""
NEVER = (ast.Tuple, ast.Starred, ast.Yield, ast.YieldFrom, ast.NamedExpr)
"""Values that stay where they are: their text reads differently elsewhere."""
ROOMY = (ast.Call, ast.keyword, ast.stmt)
SPACES = (b" ", b"\t", b"\f", b"\\")


class Assignment(NamedTuple):
    """`name = value`, on lines of its own, and the statement after it.

    Attributes:
        statement: the assignment.
        target: its name.
        value: its value.
        lines: its [start, end).
        following: the next statement of the block.
        scope: the function.
        binding: the variable with all its mentions.
    """

    statement: ast.Assign
    target: ast.Name
    value: ast.expr
    lines: tuple[int, int]
    following: ast.stmt
    scope: Scope
    binding: Binding


def _assignments(module: Module) -> Iterator[Assignment]:
    """Yield the assignments of a function's own variables that no comment stands beside."""
    for statement, (scope, block) in homes(module).items():
        if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
            continue
        target = statement.targets[0]
        following = _following(block, statement)
        if not isinstance(target, ast.Name) or following is None:
            continue
        binding = module.scopes.binding(mentions(module)[target])
        if binding.scope is not scope or scope.kind is not ScopeKind.FUNCTION:
            continue
        lines = own_lines(module, statement)
        if lines is None or binding.name in hint_words(module):
            continue
        yield Assignment(statement, target, statement.value, lines, following, scope, binding)


def _following(block: Block, statement: ast.stmt) -> ast.stmt | None:
    place = block.body.index(statement) + 1
    return block.body[place] if place < len(block.body) else None


def _has_comment(module: Module, statement: ast.stmt, lines: tuple[int, int]) -> bool:
    return b"#" in module.source[module.table.offsets(statement)[1] : lines[1]]


def propose_inlined(module: Module) -> Iterator[Edit]:
    """Put a variable's value where it is used, once and at once.

    Before:
        def area(shape):
            scaled = shape.scaled(2)
            return scaled.area()  # in metres
    After:
        def area(shape):
            return shape.scaled(2).area()  # in metres

    Before:
        def times(a, b):
            total = a + b
            return total * 2
    After:
        def times(a, b):
            return (a + b) * 2

    Untouched:
        def f(path, a, b):
            opened = open(path)
            names = opened.read()
            x = a.x()
            return b.y(x) + names
        def g(a):
            x = a()
            return lambda: x
    """
    for found in _assignments(module):
        use = _only_use(module, found)
        if use is None or isinstance(found.value, NEVER):
            continue
        if _has_comment(module, found.statement, found.lines):
            continue
        if _may_wait(module, found, use):
            yield from _inlined(module, found, use)


def _only_use(module: Module, found: Assignment) -> ast.Name | None:
    """Return the only other mention of the variable: in the next statement, read there."""
    accesses = found.binding.accesses
    if len(accesses) != 2:
        return None
    use = accesses[1]
    node = use.node
    if use.scope is not found.scope or not isinstance(node, ast.Name):
        return None
    whole = isinstance(found.following, ast.Return) and found.following.value is node
    loaded = isinstance(node.ctx, ast.Load) and sites_of(module).of[node].string is None
    reached = _is_reader(module, found, node)
    return node if loaded and reached and not whole else None


def _is_reader(module: Module, found: Assignment, node: ast.Name) -> bool:
    """Whether a mention is the only one that may need what the assignment gives its name."""
    flow = name_flow(module)
    return readers(module, flow.numbers(found.target)) == set(flow.numbers(node))


def _may_wait(module: Module, found: Assignment, use: ast.Name) -> bool:
    """Whether the value may be worked out where it is used instead."""
    value = found.value
    inside = nodes_in(value)
    if any(isinstance(node, ast.NamedExpr | ast.Yield | ast.YieldFrom) for node in inside):
        return False
    if not keeps_lifetime(module, found.following, use, value):
        return False
    if any(node is use for node in early(module, found.following)):
        return True
    return _is_calm(module, value, inside) and _is_in_head(module, found.following, use)


def _is_calm(module: Module, value: ast.expr, inside: list[ast.AST]) -> bool:
    """Whether a value is the same a little later, and working it out cannot fail."""
    names = [node for node in inside if isinstance(node, ast.Name)]
    if not all(is_still(module, node) for node in names):
        return False
    return effect_of(module, value) is Effect.NONE and not any(
        isinstance(node, ast.Call) for node in inside
    )


def _is_in_head(module: Module, statement: ast.stmt, use: ast.Name) -> bool:
    """Whether a statement evaluates a name itself, not in a block inside, and binds none before."""
    parts = PARTS.get(type(statement))
    heads = [part for part in parts(statement) if part is not None] if parts else []
    inside = [node for head in heads for node in nodes_in(head)]
    return use in inside and not any(isinstance(node, ast.NamedExpr) for node in inside)


def _inlined(module: Module, found: Assignment, use: ast.Name) -> Iterator[Edit]:
    site = sites_of(module).of[use]
    if site.parent is not None and is_doubtful(site.parent.node, use, found.value):
        return
    start, end = module.table.offsets(use)
    text = module.text(found.value)
    closed = not isinstance(found.value, LOOSE) or (
        site.parent is not None and isinstance(site.parent.node, ROOMY)
    )
    whole = _stands_alone(text)
    for written in [text] * (closed and whole) + [b"(" + text + b")"]:
        piece = fit(module.source, start, end, written)
        if means(module, anchor_of(site), [piece], {use: found.value}):
            pieces = [Piece(*found.lines, b""), piece]
            change = Change(sites_of(module).of[found.statement], pieces, {}, found.target.id)
            yield build_edit(module, "inline_variable", change)
            return


def _stands_alone(text: bytes) -> bool:
    """Whether an expression's text may end a line anywhere it does."""
    return (b"\n" not in text and b"\r" not in text) or statements_in(text) is not None


def propose_direct_returns(module: Module) -> Iterator[Edit]:
    """Return a value without giving it a name first.

    Before:
        def total(prices):
            result = sum(prices) * 2  # doubled
            return result
    After:
        def total(prices):
            return sum(prices) * 2  # doubled

    Untouched:
        def f(x):
            y = x + 1
            return lambda: y
        def g(x):
            global z
            z = x + 1
            return z
        def h(x):
            y = 0
            try:
                y = x + 1
                return y
            finally:
                print(y)
    """
    for found in _assignments(module):
        following = found.following
        if not isinstance(following, ast.Return) or not isinstance(following.value, ast.Name):
            continue
        returned = mentions(module).get(following.value)
        if returned is not None and _is_direct(module, found, returned):
            yield from _shortened(module, found, following)


def _is_direct(module: Module, found: Assignment, returned: Access) -> bool:
    gone = {mentions(module)[found.target], returned}
    node = returned.node
    if returned not in found.binding.accesses or not isinstance(node, ast.Name):
        return False
    if isinstance(found.value, ast.Yield | ast.YieldFrom | ast.NamedExpr):
        return False
    return _is_reader(module, found, node) and leaves_sense(
        module, gone, list(found.binding.accesses)
    )


def _shortened(module: Module, found: Assignment, following: ast.Return) -> Iterator[Edit]:
    lines = own_lines(module, following)
    if lines is None or lines[0] != found.lines[1] or _has_comment(module, following, lines):
        return
    start, end = module.table.offsets(found.target)
    sign = skip_gap(module.source, end, found.lines[1])
    if module.source[start - 1 : start] == b"(" or module.source[sign : sign + 1] != b"=":
        return
    after = sign + 1
    blank = b"" if module.source[after : after + 1] in SPACES else b" "
    tail = module.source[module.table.offsets(found.value)[1] : found.lines[1]]
    if b"# type:" in tail:
        return
    pieces = [Piece(start, after, b"return" + blank), _without(module, found.lines[1], lines)]
    change = Change(sites_of(module).of[following], pieces, {}, "return")
    yield build_edit(module, "remove_temporary", change)


def _without(module: Module, before: int, lines: tuple[int, int]) -> Piece:
    """Return the piece that takes lines away; a file without an end of its last line stays so."""
    if module.source[lines[0] : lines[1]].endswith((b"\n", b"\r")):
        return Piece(*lines, b"")
    size = 2 if module.source[before - 2 : before] == b"\r\n" else 1
    return Piece(before - size, lines[1], b"")


OPERATORS = (
    Operator("inline_variable", Kind.REFACTOR, propose_inlined),
    Operator("remove_temporary", Kind.REFACTOR, propose_direct_returns),
)
