"""Statements that do nothing or never run, and whether a program without them is the same.

Code that never runs still decides things: a `yield` makes a generator, a written name is the
function's own, an import or a variable that is read nowhere else looks forgotten.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.effects import Effect, effect_of
from nerion_gym.edits.analysis.lifetimes import BINDS, is_steady, nodes_of
from nerion_gym.edits.analysis.statements import line_span
from nerion_gym.edits.analysis.values import mentions, written_by
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import PASS, cut
from nerion_gym.syntax.scopes import Mode, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.outside import Mention
    from nerion_gym.syntax.scopes import Access

JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DECIDING = (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)
IF = b"if"


def dead_parts(module: Module, block: Block) -> Iterator[tuple[ast.stmt, Sequence[Piece]]]:
    """Yield what may be removed from a block: the first statement of it and the pieces."""
    body = block.body
    for place, statement in enumerate(body):
        if isinstance(statement, JUMPS):
            if place + 1 < len(body):
                yield from _removed(module, block, body[place + 1 :])
            return
        never = _never_runs(module, statement)
        if never or (len(body) > 1 and _does_nothing(module, statement)):
            yield from _removed(module, block, [statement])


def _never_runs(module: Module, statement: ast.stmt) -> bool:
    """Whether a statement is `if False:` or `while False:` without else; `elif` does not count."""
    if not isinstance(statement, ast.If | ast.While) or statement.orelse:
        return False
    test = statement.test
    if isinstance(statement, ast.If) and not module.text(statement).startswith(IF):
        return False
    return isinstance(test, ast.Constant) and not test.value


def _does_nothing(module: Module, statement: ast.stmt) -> bool:
    """Whether a statement is `pass` or a value that nobody takes; texts are comments of a kind."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Expr) or is_text(statement):
        return False
    return effect_of(module, statement.value) is Effect.NONE and is_steady(module, statement.value)


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a string alone."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.Constant) and isinstance(value.value, str)
    )


def _removed(
    module: Module, block: Block, gone: Sequence[ast.stmt]
) -> Iterator[tuple[ast.stmt, Sequence[Piece]]]:
    lines = line_span(module, gone[0], gone[-1])
    if lines is None or not _may_go(module, block, gone):
        return
    start, end = lines
    quiet = isinstance(gone[0], ast.Pass | ast.Expr) and gone[0] is gone[-1]
    if quiet and b"#" in module.source[module.table.offsets(gone[0])[1] : end]:
        return
    if len(gone) < len(block.body):
        yield gone[0], [cut(module, start, end)]
    else:
        yield gone[0], [Piece(*module.table.offsets(gone[0]), PASS)]


def _may_go(module: Module, block: Block, gone: Sequence[ast.stmt]) -> bool:
    """Whether nothing changes without statements that do nothing or never run."""
    inside = nodes_of(gone)
    if any(isinstance(node, DECIDING) or _is_star(node) for node in inside):
        return False
    if isinstance(block.owner, DOCUMENTED) and block.body[0] is gone[0]:
        follows = block.body[1:2]
        if follows and is_text(follows[0]):
            # It would become the documentation.
            return False
    known = mentions(module)
    accesses = [known[node] for node in inside if node in known]
    return all(_is_spare(module, access, inside) for access in accesses)


def _is_star(node: ast.AST) -> bool:
    return isinstance(node, ast.alias) and node.name == "*"


def _is_spare(module: Module, access: Access, inside: set[ast.AST]) -> bool:
    """Whether a name means the same elsewhere without this mention, and looks as used."""
    scope, name = module.scopes.key(access)
    if scope.node in inside:
        return True
    binding = module.scopes.find(access.scope, access.name)
    if binding is None or binding.name != name:
        return False
    rest = [other for other in binding.accesses if other.node not in inside]
    writes: list[Access] = [other for other in rest if other.mode in BINDS]
    if access.mode in BINDS:
        # A module's names may be asked for by `__all__` and by other modules.
        unknown = scope.kind is ScopeKind.FUNCTION and not rest
        # What a function inside writes by `nonlocal` does not make a name this scope's.
        own = any(other.scope is scope for other in writes) or any(
            other.mode in BINDS and other.at_module for other in binding.elsewhere
        )
        if scope.kind is ScopeKind.CLASS or not (unknown or own):
            return False
        # Nobody asks for the use of a definition: without it, it is the other writes' turn.
        return not isinstance(access.node, DEFINITIONS) or _looks_used(
            module, rest, binding.elsewhere
        )
    return _looks_used(module, rest, binding.elsewhere)


def _looks_used(module: Module, here: Sequence[Access], elsewhere: Sequence[Mention]) -> bool:
    """Whether a name is read once it is bound, or nothing that binds it asks to be."""
    if any(other.mode is Mode.READ for other in elsewhere):
        return True
    writes = [other for other in here if other.mode in BINDS]
    reads = [other for other in here if other.mode is Mode.READ]
    if not writes:
        return bool(reads) or not any(map(_wants_use, elsewhere))
    # `n = f(n)` reads the old one. Functions inside are looked at when all around is known.
    statement = written_by(module, writes[0].node) or writes[0].node
    bound = module.table.offsets(statement)[1]
    scope = writes[0].scope
    if any(one.scope is not scope or module.table.offsets(one.node)[0] >= bound for one in reads):
        return True
    asked = any(map(_asks_for_use, writes))
    return not (asked or any(map(_wants_use, elsewhere)))


def _wants_use(other: Mention) -> bool:
    """As `_asks_for_use`, of a mention in another piece of the file."""
    return other.mode in BINDS and (other.is_import or not other.at_module)


def _asks_for_use(access: Access) -> bool:
    """Whether a linter complains about a name that is bound here and read nowhere."""
    if isinstance(access.node, ast.alias):
        return True
    return access.scope.kind is not ScopeKind.MODULE and not isinstance(access.node, ast.arg)
