"""Which functions of a file get taps of their own: where they begin, around what they return."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.marks import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Function, Module

INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
DECLARATIONS = (ast.Global, ast.Nonlocal)
UNTOUCHED = frozenset({"__del__"})
"""What is called by the collector: to hold its arguments up there may change when it is called."""


class Entry(NamedTuple):
    """A function with taps.

    Attributes:
        function: outermost.
        first: statement before which the tap stands.
        arguments: names of its parameters, in the order of the signature.
        returns: statements whose values are taken; none of a generator, or a coroutine.
    """

    function: Function
    first: ast.stmt
    arguments: tuple[str, ...]
    returns: tuple[ast.Return, ...]

    @property
    def key(self) -> tuple[str, int]:
        """Name and first line of its code."""
        return self.function.qualname.partition("#")[0], self.function.lines.start


def entries_of(module: Module) -> list[Entry]:
    """Return the outermost functions of a file, of classes too, in the order of the text."""
    found = []
    last = -1
    for function in sorted(module.functions, key=lambda one: one.span.start):
        if function.span.start < last:
            continue  # inside of the one before
        last = function.span.end
        first = first_of(function.node.body)
        if first is not None and function.node.name not in UNTOUCHED:
            names = tuple(arg.arg for arg in arguments_of(function.node.args))
            found.append(Entry(function, first, names, tuple(_returns(function.node))))
    return found


def first_of(body: Sequence[ast.stmt]) -> ast.stmt | None:
    """Return the first statement that a call may stand before; None where there is none."""
    for place, statement in enumerate(body):
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not (is_text and place == 0) and not isinstance(statement, DECLARATIONS):
            return statement
    return None


def arguments_of(args: ast.arguments) -> Iterator[ast.arg]:
    """Yield parameters: positional ones, `*args`, those by name only, `**kwargs`."""
    yield from args.posonlyargs
    yield from args.args
    if args.vararg:
        yield args.vararg
    yield from args.kwonlyargs
    if args.kwarg:
        yield args.kwarg


def _returns(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.Return]:
    """Return the statements of a function itself that return a value."""
    if isinstance(node, ast.AsyncFunctionDef):
        return []
    found = []
    pending: list[ast.AST] = list(node.body)
    while pending:
        one = pending.pop()
        if isinstance(one, (ast.Yield, ast.YieldFrom)):
            return []
        if isinstance(one, ast.Return) and one.value is not None:
            found.append(one)
        if not isinstance(one, INNER):
            pending += ast.iter_child_nodes(one)
    return found


class EntryTaps:
    """Puts the taps of functions into a copy of their file's tree.

    Args:
        entries: of the file.
        first: number of the first of them among the taps of the file.
    """

    def __init__(self, entries: Sequence[Entry], first: int) -> None:
        self._starts = {entry.first: (first + n, entry) for n, entry in enumerate(entries)}
        self._returns = {
            node: first + n for n, entry in enumerate(entries) for node in entry.returns
        }

    def put(self, node: ast.AST, found: Any) -> Any:
        """Return a node's copy, or the copy and what comes before it, with what belongs to it."""
        if node in self._returns:
            given = found[-1] if isinstance(found, list) else found
            given.value = call_of(self._returns[node], "leave", node, [given.value])
        if node in self._starts:
            number, entry = self._starts[node]
            names: list[ast.expr] = [ast.Name(name, ast.Load()) for name in entry.arguments]
            tap = ast.Expr(call_of(number, "enter", node, names))
            found = [_at(node, tap), *(found if isinstance(found, list) else [found])]
        return found


def call_of(number: int, method: str, node: ast.AST, values: list[ast.expr]) -> ast.expr:
    """Return the call of a tap, at a node's place."""
    mark = _at(node, ast.Constant(f"{MARK} {number} {method}"))
    return _at(node, ast.Call(mark, [_at(node, value) for value in values], []))


def _at(node: Any, made: Any) -> Any:
    return made if hasattr(made, "lineno") else ast.copy_location(made, node)
