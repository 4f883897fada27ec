"""Expressions as functions of the parts that only the running program can evaluate.

An expression is looked through as far as it is made of operators, literals, displays and calls of
builtins, which give the same whenever they are evaluated anew on plain values. What is left are its
holes: names, and whatever may run the program's code. A form is the expression with the holes as
parameters; an edited expression that is a form over the same holes can be evaluated beside the
original on the values at hand.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.order import Step, is_faithful, worked_on_early
from nerion_gym.execution.tracing.parts import DISPLAYS, RULES, IsBuiltin, Part

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_HOLES = 32
"""Holes of an expression that is looked through; a longer one is one hole."""
DEEPEST = 24
"""Levels of an expression that are looked through."""
CHOOSING = frozenset({"max", "min", "sum"})
"""Builtins that may give one of the objects that they are given: what `sum([], a)` gives is `a`."""
FRESH = (ast.List, ast.Set, ast.Call, ast.BinOp)
"""Expressions whose value, if it can be changed, is a new object."""
KINDS = {
    **dict.fromkeys(("str", "repr", "ascii", "bin", "hex", "oct", "chr"), "str"),
    **dict.fromkeys(("len", "ord", "int"), "int"),
    **dict.fromkeys(("list", "sorted"), "list"),
    **{name: name for name in ("float", "complex", "bool", "tuple", "set", "frozenset")},
}
"""Builtin -> class of what it gives, whatever it is given."""
Extra = tuple[str, str]
"""A variable as Python stores it, and where it is looked up: letters of "lgb", for locals, globals
and builtins."""


class Form(NamedTuple):
    """An expression over holes.

    Attributes:
        tree: the expression; holes are names `h0`, `h1` ..., extras `x0`, `x1` ...
        used: numbers of the holes that some operator works on: their values have to be plain.
            Extras count on from the holes.
        read: numbers of the holes and extras that it mentions.
        strict: whether every hole is evaluated whatever the values of the others.
        faithful: whether all is done as in the original until the program's code has run for the
            last time (`order`); else only a value that differs says anything.
        early: numbers of the holes that some operator works on before that: if they can be
            changed, they may have been.
    """

    tree: ast.expr
    used: frozenset[int]
    read: frozenset[int]
    strict: bool
    faithful: bool
    early: frozenset[int]

    @property
    def fresh(self) -> bool:
        """Whether its value, if it can be changed, is a new object."""
        tree = self.tree
        if isinstance(tree, ast.Subscript):
            return isinstance(tree.slice, ast.Slice)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return tree.func.id not in CHOOSING
        return isinstance(tree, FRESH)

    @property
    def kind(self) -> str:
        """The class of its value, by name, where its outermost operation decides that; "None"."""
        tree = self.tree
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return "bool"
        named = isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name)
        return KINDS.get(tree.func.id, "None") if named else "None"  # type: ignore[attr-defined]


class Holes:
    """The holes of an expression, in the order of evaluation, and the form over them.

    Args:
        node: the expression, of the program's tree.
        is_builtin: whether a name stands for the builtin of that name.
        is_settled: whether nothing that the expression calls can bind a variable anew.
    """

    def __init__(
        self,
        node: ast.expr,
        is_builtin: IsBuiltin,
        is_settled: Callable[[ast.Name], bool] = lambda _name: False,
    ) -> None:
        self.nodes: list[ast.expr] = []
        self.extras: list[Extra] = []
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._is_builtin = is_builtin
        self._is_settled = is_settled
        looking = _Looking(self._grown, is_builtin)
        tree = looking.through(node)
        if len(self.nodes) > MOST_HOLES:
            self.nodes.clear()
            self._numbers.clear()
            looking = _Looking(self._grown, is_builtin)
            tree = looking.whole(node)
        self.steps = looking.steps
        self.risky = [n for n, hole in enumerate(self.nodes) if not is_atomic(hole)]
        self.loose = frozenset(
            number
            for number, hole in enumerate(self.nodes)
            if isinstance(hole, ast.Name) and not is_settled(hole)
        )
        early = worked_on_early(looking.steps, self.risky)
        self.form = Form(tree, *looking.found(), faithful=True, early=early)

    def over(self, node: ast.expr, read: Callable[[str], Extra | None]) -> Form | None:
        """Return an edited expression as a form over the same holes; None where it has others.

        Args:
            node: the expression.
            read: how a variable that the original does not read is looked up; it becomes an extra.
        """
        met: Counter[str] = Counter()
        looking = _Looking(lambda hole: self._known(hole, read, met), self._is_builtin)
        try:
            tree = looking.through(node)
        except LookupError:
            return None
        count = len(self.nodes)
        loose = self.loose.union(range(count, count + len(self.extras)))
        faithful = is_faithful(self.steps, looking.steps, self.risky, loose)
        early = worked_on_early(looking.steps, self.risky)
        return Form(tree, *looking.found(), faithful=faithful, early=early)

    def name(self, number: int) -> str:
        """Return the parameter of a hole or an extra."""
        count = len(self.nodes)
        return f"h{number}" if number < count else f"x{number - count}"

    def _grown(self, node: ast.expr) -> int:
        known = self._numbers[key_of(node)]
        if not known or not is_atomic(node) or self._may_be_another(node, known[-1]):
            known.append(len(self.nodes))
            self.nodes.append(node)
        return known[-1]

    def _may_be_another(self, node: ast.expr, known: int) -> bool:
        """Whether code that ran since a variable was read may have bound it anew."""
        if not isinstance(node, ast.Name) or all(map(is_atomic, self.nodes[known:])):
            return False
        return not self._is_settled(node)

    def _known(self, node: ast.expr, read: Callable[[str], Extra | None], met: Counter[str]) -> int:
        key = key_of(node)
        known = self._numbers.get(key)
        if known:
            met[key] += 1
            return known[min(met[key], len(known)) - 1]
        extra = read(node.id) if isinstance(node, ast.Name) else None
        if extra is None:
            raise LookupError
        if extra not in self.extras:
            self.extras.append(extra)
        return len(self.nodes) + self.extras.index(extra)


def key_of(node: ast.expr) -> str:
    """Return a text that equal expressions share."""
    return node.id if isinstance(node, ast.Name) else ast.dump(node)


def is_atomic(node: ast.AST) -> bool:
    """Whether evaluating a node once more does nothing and gives the same."""
    return isinstance(node, ast.Name | ast.Constant)


class _Looking:
    """One look through an expression.

    Attributes:
        steps: what is evaluated, in order.
    """

    def __init__(self, number: Callable[[ast.expr], int], is_builtin: IsBuiltin) -> None:
        self.steps: list[Step] = []
        self._number = number
        self._is_builtin = is_builtin
        self._used: set[int] = set()

    def found(self) -> tuple[frozenset[int], frozenset[int], bool]:
        """Return the holes that are used, those that are mentioned, and whether it is strict."""
        met = [step for step in self.steps if step.hole is not None]
        strict = all(step.sure for step in met)
        return frozenset(self._used), frozenset(step.hole for step in met), strict  # type: ignore[misc]

    def through(
        self, node: ast.expr, *, used: bool = False, sure: bool = True, depth: int = 0
    ) -> ast.expr:
        """Return a node over holes.

        Raises:
            LookupError: it has a hole that may not be one.
        """
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
        return self._hole(node, used=False, sure=True)

    def _field(self, value: Any, part: Part, used: bool, sure: bool, depth: int) -> Any:
        outer, used = used, used or part.works
        if part.field == "func":
            text = self.through(value.value, used=True, sure=sure, depth=depth + 1)
            return ast.Attribute(text, value.attr, ast.Load())
        if not isinstance(value, list):
            return self.through(value, used=used, sure=sure and not part.lazy, depth=depth + 1)
        uses = [outer if part.ends and inner is value[-1] else used for inner in value]
        return [
            self.through(inner, used=use, sure=sure and not (part.lazy and place), depth=depth + 1)
            for place, (inner, use) in enumerate(zip(value, uses, strict=True))
        ]

    def _hole(self, node: ast.expr, *, used: bool, sure: bool) -> ast.expr:
        number = self._number(node)
        if used:
            self._used.add(number)
        hole = ast.Name(f"#{number}", ast.Load())
        self.steps.append(Step(number, sure, hole))
        return hole
