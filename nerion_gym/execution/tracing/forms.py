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
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PURE = frozenset(
    {"abs", "all", "any", "ascii", "bin", "bool", "chr", "complex", "divmod", "float", "frozenset"}
    | {"hex", "int", "len", "list", "max", "min", "oct", "ord", "repr", "round", "set", "sorted"}
    | {"str", "sum", "tuple"}
)
"""Builtins that give the same for the same plain values, change nothing and make no giants."""
GROWING = frozenset({"center", "expandtabs", "format", "format_map", "join", "ljust", "replace"})
GROWING |= {"rjust", "translate", "zfill", "to_bytes"}
CODED = frozenset({"encode", "decode"})
"""Methods of texts that may call what the program has registered."""
METHODS = frozenset(
    name
    for name in {*dir(str), *dir(bytes)} - {*dir(list), *dir(dict), *dir(set)} - GROWING - CODED
    if not name.startswith("_")
)
"""Methods of texts that no collection has, and that make no giants."""
MOST_HOLES = 32
"""Holes of an expression that is looked through; a longer one is one hole."""
DEEPEST = 24
"""Levels of an expression that are looked through."""
CHOOSING = frozenset({"max", "min", "sum"})
"""Builtins that may give one of the objects that they are given: what `sum([], a)` gives is `a`."""
FRESH = (ast.List, ast.Set, ast.Call, ast.BinOp)
"""Expressions whose value, if it can be changed, is a new object."""
IsBuiltin = Callable[[str], bool]
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
        faithful: whether what may run the program's code runs as often and in the same order as in
            the original; else only a value that differs says anything.
    """

    tree: ast.expr
    used: frozenset[int]
    read: frozenset[int]
    strict: bool
    faithful: bool

    @property
    def fresh(self) -> bool:
        """Whether its value, if it can be changed, is a new object."""
        tree = self.tree
        if isinstance(tree, ast.Subscript):
            return isinstance(tree.slice, ast.Slice)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return tree.func.id not in CHOOSING
        return isinstance(tree, FRESH)


class Holes:
    """The holes of an expression, in the order of evaluation, and the form over them.

    Args:
        node: the expression, of the program's tree.
        is_builtin: whether a name stands for the builtin of that name.
    """

    def __init__(self, node: ast.expr, is_builtin: IsBuiltin) -> None:
        self.nodes: list[ast.expr] = []
        self.extras: list[Extra] = []
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._is_builtin = is_builtin
        looking = _Looking(self._grown, is_builtin)
        tree = looking.through(node)
        if len(self.nodes) > MOST_HOLES:
            self.nodes.clear()
            self._numbers.clear()
            looking = _Looking(self._grown, is_builtin)
            tree = looking.whole(node)
        self.form = Form(tree, *looking.found(), faithful=True)
        self._risky = [n for n, hole in enumerate(self.nodes) if not is_atomic(hole)]

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
        return Form(tree, *looking.found(), faithful=looking.order(self._risky) == self._risky)

    def name(self, number: int) -> str:
        """Return the parameter of a hole or an extra."""
        count = len(self.nodes)
        return f"h{number}" if number < count else f"x{number - count}"

    def _grown(self, node: ast.expr) -> int:
        known = self._numbers[key_of(node)]
        if not known or not is_atomic(node):
            known.append(len(self.nodes))
            self.nodes.append(node)
        return known[-1]

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
    """One look through an expression."""

    def __init__(self, number: Callable[[ast.expr], int], is_builtin: IsBuiltin) -> None:
        self._number = number
        self._is_builtin = is_builtin
        self._used: set[int] = set()
        self._strict = True
        self._met: list[int] = []

    def found(self) -> tuple[frozenset[int], frozenset[int], bool]:
        """Return the holes that are used, those that are mentioned, and whether it is strict."""
        return frozenset(self._used), frozenset(self._met), self._strict

    def order(self, wanted: Sequence[int]) -> list[int]:
        """Return those of some holes that were met, as often as they were."""
        return [number for number in self._met if number in wanted]

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
        self._met.append(number)
        self._strict = self._strict and sure
        if used:
            self._used.add(number)
        return ast.Name(f"#{number}", ast.Load())


class Part(NamedTuple):
    """A field of a node that is looked through.

    Attributes:
        field: its name.
        lazy: whether it may not be evaluated; of a list, all but the first.
        works: whether the node works on its value.
        ends: whether the last of a list is only passed on.
    """

    field: str
    lazy: bool = False
    works: bool = True
    ends: bool = False


Rule = Callable[[Any, IsBuiltin], "Sequence[Part] | None"]


def _fixed(*parts: Part) -> Rule:
    return lambda _node, _is_builtin: parts


def _displayed(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part] | None:
    starred = any(isinstance(part, ast.Starred) for part in node.elts)
    return None if starred else (Part("elts", works=isinstance(node, ast.Set)),)


def _compared(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part] | None:
    """Identity is sure of the singletons alone."""
    if not any(isinstance(sign, ast.Is | ast.IsNot) for sign in node.ops):
        return Part("left"), Part("comparators", lazy=True)
    right = node.comparators[0]
    single = isinstance(right, ast.Constant) and isinstance(right.value, bool | None)
    return (Part("left", works=False),) if single and len(node.ops) == 1 else None


def _called(node: Any, is_builtin: IsBuiltin) -> Sequence[Part] | None:
    """Calls of builtins, and of methods that only texts have."""
    if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
        return None
    if isinstance(node.func, ast.Name):
        known = node.func.id in PURE and is_builtin(node.func.id)
        return (Part("args"),) if known else None
    known = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
    return (Part("func"), Part("args")) if known else None


def _sliced(node: Any, _is_builtin: IsBuiltin) -> Sequence[Part]:
    return [Part(name) for name in ("lower", "upper", "step") if getattr(node, name) is not None]


RULES: dict[type[ast.AST], Rule] = {
    ast.BinOp: _fixed(Part("left"), Part("right")),
    ast.UnaryOp: _fixed(Part("operand")),
    ast.BoolOp: _fixed(Part("values", lazy=True, ends=True)),
    ast.Compare: _compared,
    ast.IfExp: _fixed(
        Part("test"), Part("body", lazy=True, works=False), Part("orelse", lazy=True, works=False)
    ),
    ast.Tuple: _displayed,
    ast.List: _displayed,
    ast.Set: _displayed,
    ast.Subscript: _fixed(Part("value"), Part("slice")),
    ast.Slice: _sliced,
    ast.Call: _called,
}
"""Class -> the parts of a node that is looked through, in the order of evaluation."""
