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
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.looking import Looking, is_atomic, key_of
from nerion_gym.execution.tracing.order import is_faithful, worked_on_early
from nerion_gym.execution.tracing.taps import OF_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nerion_gym.execution.tracing.looking import Span
    from nerion_gym.execution.tracing.order import Step
    from nerion_gym.execution.tracing.parts import IsBuiltin

MOST_HOLES = 32
"""Holes of an expression that is looked through; a longer one is one hole."""
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
        used: numbers of the holes that some operator works on: their values have to be plain; ~n
            where it only counts items of a collection, or looks for one: it has to be of a builtin
            type. Extras count on from the holes.
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


class Look(NamedTuple):
    """An expression over holes, and what it does one after the other.

    Attributes:
        form: the expression.
        steps: what is evaluated, in order.
        risky: numbers of the holes that may run code, in order.
    """

    form: Form
    steps: Sequence[Step]
    risky: Sequence[int]


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
        self.spans: dict[ast.AST, Span] = {}
        """Of each part that is looked through, and of the holes."""
        self._places: dict[ast.AST, int] = {}
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._is_builtin = is_builtin
        self._is_settled = is_settled
        looking = Looking(self._grown, is_builtin)
        tree = looking.through(node)
        if len(self.nodes) > MOST_HOLES:
            self.nodes.clear()
            self._numbers.clear()
            self._places.clear()
            looking = Looking(self._grown, is_builtin)
            tree = looking.whole(node)
        self.steps, self.spans = looking.steps, looking.spans
        self.risky = [n for n, hole in enumerate(self.nodes) if not is_atomic(hole)]
        self.loose = frozenset(
            number
            for number, hole in enumerate(self.nodes)
            if isinstance(hole, ast.Name) and not is_settled(hole)
        )
        early = worked_on_early(looking.steps, self.risky)
        self.form = Form(tree, *looking.found(), faithful=True, early=early)
        self.look = Look(self.form, self.steps, self.risky)

    def part(self, node: ast.expr) -> Look | None:
        """Return a part of the expression, or something made of its parts, over the same holes.

        None where it goes deeper than the whole is looked through.
        """
        looking = Looking(self._places.__getitem__, self._is_builtin)
        try:
            tree = looking.through(node)
        except LookupError:
            return None
        met = {step.hole for step in looking.steps}
        risky = [number for number in self.risky if number in met]
        early = worked_on_early(looking.steps, risky)
        form = Form(tree, *looking.found(), faithful=True, early=early)
        return Look(form, looking.steps, risky)

    def is_unmistakable(self, span: Span) -> bool:
        """Whether what a part is made of stands only once in the whole expression."""
        found = (self.nodes[step.hole] for step in self._steps_of(span) if step.hole is not None)
        return all(len(self._numbers[key_of(node)]) == 1 for node in found)

    def is_taken_with(self, span: Span) -> bool:
        """Whether a part is evaluated just when all holes are at hand, and nothing may go wrong.

        Then one tap does for the part and the whole.
        """
        places = [place for place, step in enumerate(self.steps) if step.hole in self.risky]
        last = places[-1] if places else -1
        between = self.steps[last + 1 : span.start]
        return span.sure and span.end > last and all(step.hole is not None for step in between)

    def _steps_of(self, span: Span) -> Sequence[Step]:
        return self.steps[span.start : span.end]

    def over(
        self,
        node: ast.expr,
        read: Callable[[str], Extra | None],
        before: Look | None = None,
        swapped: Mapping[ast.AST, ast.expr] | None = None,
    ) -> Form | None:
        """Return an edited expression as a form over the same holes; None where it has others.

        Args:
            node: the expression.
            read: how a variable that the original does not read is looked up; it becomes an extra.
            before: what the edit changes, if that is not the whole.
            swapped: nodes that count as other nodes.
        """
        met: Counter[str] = Counter()
        looking = Looking(
            lambda hole: self._known(hole, read, met), self._is_builtin, swapped or {}
        )
        try:
            tree = looking.through(node)
        except LookupError:
            return None
        known = self.look if before is None else before
        count = len(self.nodes)
        loose = self.loose.union(range(count, count + len(self.extras)))
        faithful = is_faithful(known.steps, looking.steps, known.risky, loose)
        of_values = {count + n for n, (_, where) in enumerate(self.extras) if where == OF_VALUE}
        mentioned = {step.hole for step in looking.steps}
        faithful = faithful and of_values.isdisjoint(mentioned)
        early = worked_on_early(looking.steps, known.risky)
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
        self._places[node] = known[-1]
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
        return self._extra(self._found(node, read))

    def _found(self, node: ast.expr, read: Callable[[str], Extra | None]) -> Extra:
        """Return how a variable is looked up that the original does not read, or an attribute."""
        extra = read(node.id) if isinstance(node, ast.Name) else None
        of = node.value if isinstance(node, ast.Attribute) else None
        # A private name is stored as another.
        if isinstance(of, ast.Name) and not node.attr.startswith("__"):  # type: ignore[attr-defined]
            known = self._numbers.get(of.id)
            base = None if known else read(of.id)
            if known or base is not None:
                number = known[-1] if known else self._extra(base)  # type: ignore[arg-type]
                extra = f"{number}.{node.attr}", OF_VALUE  # type: ignore[attr-defined]
        if extra is None:
            raise LookupError
        return extra

    def _extra(self, extra: Extra) -> int:
        """Return the number of an extra."""
        if extra not in self.extras:
            self.extras.append(extra)
        return len(self.nodes) + self.extras.index(extra)
