"""Windows: consecutive statements of a function that may become a function of their own."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.evaluation import ancestors, homes
from nerion_gym.edits.analysis.lifetimes import runs_at_once
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.window_names import LOOPS, Analysis, Window, may_move
from nerion_gym.syntax.flow import unit_of
from nerion_gym.syntax.scopes import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Scope

FEWEST = 2
SIZES = (6, 4, 3, 2)
"""Statements of a window inside a function; one up to the function's end may have more."""
MOST_WINDOWS = 3
"""Of one function."""
STAYS = frozenset(
    {
        *(ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith),
        *(ast.Nonlocal, ast.Global, ast.Import, ast.ImportFrom),
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    }
)
"""What means something else in another function, or bears its name."""
PLAIN_OWNERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.For, ast.While)
"""Blocks of these are left by an error only together with the function."""


@dataclass
class Marks:
    """What the statements of a file hold.

    Attributes:
        stays: those that hold what may not move.
        returns: those that hold a `return`.
        mentions: statement -> numbers of the mentions of its function's variables in it.
    """

    stays: set[ast.AST] = field(default_factory=set)
    returns: set[ast.AST] = field(default_factory=set)
    mentions: dict[ast.AST, set[int]] = field(default_factory=lambda: defaultdict(set))

    def hand_up(self, inner: ast.AST, outer: ast.AST) -> None:
        """Let a statement hold what another in it holds."""
        if inner in self.stays:
            self.stays.add(outer)
        elif inner in self.returns:
            self.returns.add(outer)
        if inner in self.mentions:
            self.mentions[outer] |= self.mentions[inner]


@lru_cache(maxsize=64)
def _marks(module: Module) -> Marks:
    marks, sites = Marks(), sites_of(module)
    statements: dict[ast.AST, ast.AST] = {}
    for node in sites.nodes:
        site = sites.of[node]
        if site.parent is None or isinstance(node, ast.stmt):
            statement = node
        else:
            statement = statements[site.parent.node]
        statements[node] = statement
        if site.frozen or node.__class__ in STAYS:
            marks.stays.add(statement)
    marks.stays.update(statements[node] for node in _odd(module))
    marks.returns.update(sites.every(ast.Return))
    _note_names(module, statements, marks)
    for node in reversed(sites.nodes):
        parent = sites.of[node].parent
        if statements[node] is node and parent is not None:
            marks.hand_up(node, statements[parent.node])
    for site in sites.find(ast.Break, ast.Continue):
        marks.stays.update(_inside_loop(module, site.node))
    return marks


def _note_names(module: Module, statements: Mapping[ast.AST, ast.AST], marks: Marks) -> None:
    for number, access in enumerate(module.scopes.accesses):
        home = unit_of(access.scope)
        if home.kind is not ScopeKind.FUNCTION:
            continue
        statement = statements[access.node]
        if not may_move(module, number):
            marks.stays.add(statement)
        elif module.scopes.binding(access).scope is home:
            marks.mentions[statement].add(number)


def _odd(module: Module) -> Iterator[ast.AST]:
    """Yield what means something else in another function only as it is written."""
    sites = sites_of(module)
    yield from (n for n in sites.every(ast.GeneratorExp) if not runs_at_once(module, n))
    yield from (node for node in sites.every(ast.AnnAssign) if node.value is None)
    yield from (node for node in sites.every(ast.comprehension) if node.is_async)


def _inside_loop(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements around a jump, up to its loop's."""
    for outer in (node, *ancestors(module, node)):
        if isinstance(outer, LOOPS):
            return
        if isinstance(outer, ast.stmt):
            yield outer


def windows(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Window]:
    """Return at most `MOST_WINDOWS` windows of a function, in order, none inside another.

    Only where nobody can tell, apart from the depth of the stack, that the statements run in a
    function of their own: they neither bind anew what the function around goes on holding, nor
    keep for themselves what it would have held until its end.
    """
    own = _plain_blocks(module).get(module.scopes.by_node[function], ())
    every = (window for block in own for window in _of_block(module, function, block))
    return list(islice(every, MOST_WINDOWS))


@lru_cache(maxsize=64)
def _plain_blocks(module: Module) -> dict[Scope, list[Block]]:
    """Return the blocks of each function that an error leaves only together with the function."""
    found: dict[Scope, dict[ast.AST, Block]] = defaultdict(dict)
    for scope, block in homes(module).values():
        owners = [block.owner, *ancestors(module, block.owner)]
        inner = owners[: owners.index(scope.node) + 1]
        if len(block.body) >= FEWEST and all(isinstance(owner, PLAIN_OWNERS) for owner in inner):
            found[scope][block.body[0]] = block
    return {scope: list(held.values()) for scope, held in found.items()}


def _of_block(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, block: Block
) -> Iterator[Window]:
    first = 1 if block.owner is function and ast.get_docstring(function) is not None else 0
    body, start = block.body, first
    while start <= len(body) - FEWEST:
        window = _longest(module, function, block, start)
        # All of a function is no part of it.
        if window is None or (block.owner is function and window.statements == body[first:]):
            start += 1
        else:
            yield window
            start += len(window.statements)


def _longest(
    module: Module,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    block: Block,
    start: int,
) -> Window | None:
    """Return the longest window that starts here, None where there is none."""
    body, marks = block.body, _marks(module)
    stop = next((n for n in range(start, len(body)) if body[n] in marks.stays), len(body))
    sizes = [size for size in SIZES if start + size <= stop]
    tail = block.owner is function and stop == len(body) and isinstance(function, ast.FunctionDef)
    if tail and start > 1 and stop - start >= FEWEST and stop - start not in sizes:
        sizes.insert(0, stop - start)
    for size in sizes:
        statements = body[start : start + size]
        ends = tail and start + size == stop
        if not ends and not marks.returns.isdisjoint(statements):
            continue
        window = Analysis(
            module, function, statements, _held(module, statements), tail=ends
        ).window()
        if window is not None:
            return window
    return None


def _held(module: Module, statements: Sequence[ast.stmt]) -> set[int]:
    mentions = _marks(module).mentions
    return {number for statement in statements for number in mentions[statement]}


def may_return(module: Module, window: Window) -> bool:
    """Whether a `return` stands in a window."""
    return not _marks(module).returns.isdisjoint(window.statements)
