"""Control flow of one function or module: which access of a name can follow which.

A block is a run of events without branches. Class bodies and comprehensions run where they
stand, so they are part of the code around them; functions and lambdas run later, so they are a
mark here and have blocks of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping

CALL, MAY_RAISE = -1, -2
FIRST_MARK = -3
"""Event numbers below zero: a call, a point that may raise, and downwards from here the places
where functions are defined."""
ENTRY, EXIT = 0, 1
Handler = Callable[["Flow", Any], None]


@dataclass(slots=True)
class Block:
    """A run of events.

    Attributes:
        events: access number * 2 (read) or * 2 + 1 (write); below zero as above.
        after: numbers of the blocks that may follow.
        on_error: the block that an exception goes to, or -1: out of the function.
    """

    on_error: int
    events: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


@dataclass
class Frame:
    """A `try` with `finally` that is being walked: jumps out of it pass its second copy.

    Attributes:
        entry: first block of the copy that exceptions and jumps run.
        targets: blocks to go on to after it.
    """

    entry: int
    targets: list[int] = field(default_factory=list)


@dataclass
class Loop:
    """A loop that is being walked: where `continue` and `break` go, and the frames around it."""

    again: int
    out: int
    depth: int


class Flow:
    """Builds the blocks of one unit. Block 0 is the entry, block 1 the exit.

    Two frames of the stack a level of the tree: `parse_module` bounds those.

    Args:
        mentions: node -> (access number, whether it writes) of each name that it holds.
        handlers: how each class of node is laid out.
        plain: how all others are.

    Attributes:
        blocks: what is built.
        now: the running block.
        error: the block that an exception goes to now, or -1.
        loops, frames: those being walked, the innermost last.
        deferred: functions and lambdas in the order of their marks.
        copying: how many copies of `finally` bodies the walk is inside of.
    """

    def __init__(
        self,
        mentions: Mapping[ast.AST, list[tuple[int, bool]]],
        handlers: Mapping[type[ast.AST], Handler],
        plain: Handler,
    ) -> None:
        self.mentions = mentions
        self.handlers = handlers
        self.plain = plain
        self.blocks: list[Block] = [Block(-1), Block(-1)]
        self.now = 0
        self.error = -1
        self.loops: list[Loop] = []
        self.frames: list[Frame] = []
        self.deferred: list[ast.AST] = []
        self.copying = 0

    # -- what the handlers of nodes use

    def visit(self, node: ast.AST | None) -> None:
        """Lay out a node, or nothing."""
        if node is not None:
            self.handlers.get(node.__class__, self.plain)(self, node)

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Lay out nodes one after another."""
        for node in nodes:
            self.visit(node)

    def mention(self, node: ast.AST) -> None:
        """Append the accesses of the names that a node itself holds."""
        for access, writes in self.mentions.get(node, ()):
            if not writes:
                self.risk()
            self.event(2 * access + writes)

    def block(self, *before: int) -> int:
        """Open a block that follows these; return its number."""
        self.blocks.append(Block(self.error))
        number = len(self.blocks) - 1
        for other in before:
            self.blocks[other].after.append(number)
        return number

    def link(self, source: int, target: int) -> None:
        """Let one block follow another."""
        self.blocks[source].after.append(target)

    def event(self, number: int) -> None:
        """Append an event to the running block."""
        self.blocks[self.now].events.append(number)

    def risk(self) -> None:
        """Say that an exception may happen here."""
        if self.error >= 0:
            self.event(MAY_RAISE)

    def leave(self, target: int, depth: int) -> None:
        """Jump to a block outside the frames beyond `depth`; what follows is dead."""
        passed = self.frames[depth:]
        goals = [target, *(frame.entry for frame in passed)]
        self.link(self.now, goals[-1])
        for frame, goal in zip(passed, goals, strict=False):
            if goal not in frame.targets:
                frame.targets.append(goal)
        self.now = self.block()

    def define(self, node: ast.AST) -> None:
        """Mark the place where a function or lambda is defined."""
        self.event(FIRST_MARK - len(self.deferred))
        self.deferred.append(node)
