"""How an expression is looked through: what it is made of, in the order of evaluation."""

from __future__ import annotations

import ast
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.order import Step
from nerion_gym.execution.tracing.parts import DISPLAYS, RULES, IsBuiltin, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNUSED, LIGHTLY, WORKED = 0, 1, 2
"""What is done with a value: it is passed on; its truth is asked, its items are counted, or one is
looked up; more."""
DEEPEST = 24
"""Levels of an expression that are looked through."""


class Span(NamedTuple):
    """Where a part of an expression is evaluated.

    Attributes:
        start, end: its steps, among those of the expression.
        sure: whether it is evaluated whatever the values are.
    """

    start: int
    end: int
    sure: bool


def key_of(node: ast.expr) -> str:
    """Return a text that equal expressions share."""
    return node.id if isinstance(node, ast.Name) else _dumped(node)


@lru_cache(maxsize=10_000)
def _dumped(node: ast.expr) -> str:
    return ast.dump(node)


def is_atomic(node: ast.AST) -> bool:
    """Whether evaluating a node once more does nothing and gives the same."""
    return isinstance(node, ast.Name | ast.Constant)


def _use_of(part: Part, outer: int) -> int:
    """Return what becomes of a part's value, given what becomes of the whole."""
    inherited = UNUSED if part.shut else outer
    if not part.works or inherited == WORKED:
        return inherited
    if part.asks:
        return LIGHTLY
    # What is looked up in a collection and then worked on has to be plain itself.
    return LIGHTLY if part.light and inherited == UNUSED else WORKED


class Looking:
    """One look through an expression.

    Args:
        number: gives the number of a hole.
        is_builtin: whether a name stands for the builtin of that name.
        swapped: nodes that count as other nodes.

    Attributes:
        steps: what is evaluated, in order.
        spans: where each part that is looked through is evaluated, and each hole.
    """

    def __init__(
        self,
        number: Callable[[ast.expr], int],
        is_builtin: IsBuiltin,
        swapped: Mapping[ast.AST, ast.expr] = MappingProxyType({}),
    ) -> None:
        self.steps: list[Step] = []
        self.spans: dict[ast.AST, Span] = {}
        self._swapped = swapped
        self._number = number
        self._is_builtin = is_builtin
        self._used: set[int] = set()

    def found(self) -> tuple[frozenset[int], frozenset[int], bool]:
        """Return the holes that are used, those that are mentioned, and whether it is strict."""
        met = [step for step in self.steps if step.hole is not None]
        strict = all(step.sure for step in met)
        return frozenset(self._used), frozenset(step.hole for step in met), strict  # type: ignore[misc]

    def through(
        self, node: ast.expr, *, used: int = UNUSED, sure: bool = True, depth: int = 0
    ) -> ast.expr:
        """Return a node over holes.

        Raises:
            LookupError: it has a hole that may not be one.
        """
        start, known = len(self.steps), node
        found = self._seen(self._swapped.get(node, node), used=used, sure=sure, depth=depth)
        self.spans[known] = Span(start, len(self.steps), sure)
        return found

    def _seen(self, node: ast.expr, *, used: int, sure: bool, depth: int) -> ast.expr:
        if isinstance(node, ast.Constant):
            return node
        rule = RULES.get(type(node))
        parts = None if rule is None or depth > DEEPEST else rule(node, self._is_builtin)
        if parts is None:
            return self._hole(node, used=used, sure=sure)
        inner = {
            part.field: self._field(getattr(node, part.field), part, used, sure, depth)
            for part in parts
        }
        copy = type(node).__new__(type(node))
        copy.__dict__.update(node.__dict__, **inner)
        if not isinstance(node, DISPLAYS):
            self.steps.append(Step(None, sure, copy))
        return copy

    def whole(self, node: ast.expr) -> ast.expr:
        """Return a node as one hole."""
        return self._hole(node, used=UNUSED, sure=True)

    def _field(self, value: Any, part: Part, used: int, sure: bool, depth: int) -> Any:
        outer, used = used, _use_of(part, used)
        if part.field == "func":
            text = self.through(value.value, used=WORKED, sure=sure, depth=depth + 1)
            return ast.Attribute(text, value.attr, ast.Load())
        if not isinstance(value, list):
            return self.through(value, used=used, sure=sure and not part.lazy, depth=depth + 1)
        uses = [outer if part.ends and inner is value[-1] else used for inner in value]
        return [
            self.through(inner, used=use, sure=sure and not (part.lazy and place), depth=depth + 1)
            for place, (inner, use) in enumerate(zip(value, uses, strict=True))
        ]

    def _hole(self, node: ast.expr, *, used: int, sure: bool) -> ast.expr:
        number = self._number(node)
        if used:
            self._used.add(number if used == WORKED else ~number)
        hole = ast.Name(f"#{number}", ast.Load())
        self.steps.append(Step(number, sure, hole))
        return hole
