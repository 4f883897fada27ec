"""Recognise assertions in the code of tests, and say what each asks."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.check import LITERAL, STRENGTH, CheckKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RAISING = frozenset(
    {"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"}
    | {"assertWarnsRegex", "assertLogs", "assert_raises", "assert_raises_regex", "assert_warns"}
    | {"RaisesGroup", "assertRaisesRegexp"}
)
FAILING = frozenset({"fail", "AssertionError", "failureException"})
TYPES = frozenset({"isinstance", "issubclass", "hasattr", "callable"})
CLOSE = frozenset({"isclose", "allclose", "array_equal", "approx", "equals"})
INSIDE = frozenset({"startswith", "endswith", "match", "search", "fullmatch", "issubset"})
METHODS = (
    (re.compile(r"Is(Not)?Instance|IsSubclass|HasAttr"), CheckKind.TYPE),
    (re.compile(r"Is(Not)?(None)?$"), CheckKind.IDENTITY),
    (re.compile(r"NotEqual|NotAlmostEqual|Greater|Less|array_less"), CheckKind.COMPARE),
    (re.compile(r"In$|NotIn$|Contains|Regex|Matches|StartsWith|EndsWith|has_calls|any_call"),
     CheckKind.CONTAINS),
    (re.compile(r"Equals?$|Equals?_|_equal|allclose|almost|approx|Same|called_(once_)?with"),
     CheckKind.EQUAL),
)  # fmt: skip
"""What the names of assertion methods and functions say, the first that matches."""
TRUE = frozenset({"assertTrue", "assert_", "failUnless", "assertFalse", "failIf"})
OPERATORS: dict[type[ast.cmpop], CheckKind] = {
    ast.Eq: CheckKind.EQUAL,
    ast.Is: CheckKind.IDENTITY,
    ast.IsNot: CheckKind.IDENTITY,
    ast.In: CheckKind.CONTAINS,
    ast.NotIn: CheckKind.CONTAINS,
}
Asked = tuple[int, CheckKind]


class Assertion(NamedTuple):
    """An assertion.

    Attributes:
        node: the whole of it: a statement, a call, or a `with` with its block.
        kind: what it asks.
        strength: see `types.check`.
        around: what decides whether it is come to, for one that asks nothing itself: `fail()`,
            `raise AssertionError(...)`.
    """

    node: ast.stmt | ast.expr
    kind: CheckKind
    strength: int
    around: tuple[ast.AST, ...] = ()


def name_of(node: ast.expr) -> str:
    """Return the last word of what is called: `f` of `f(...)` and of `a.b.f(...)`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def assertions(top: ast.AST, given: Collection[str], known: Collection[str]) -> list[Assertion]:
    """Return the assertions in a function of a test file, in the order of the text.

    Args:
        top: the function.
        given: names of values that the test is given: they count as literals.
        known: names of functions and methods of the test files. A call of one is no assertion:
            what it asserts is.
    """
    found = list(_found(top, frozenset(known), frozenset(given)))
    return sorted(found, key=lambda one: (one.node.lineno, one.node.col_offset))


def _found(top: ast.AST, known: frozenset[str], given: frozenset[str]) -> Iterator[Assertion]:
    """Yield assertions; never recursive, for deep expressions."""
    pending: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(top, ())]
    while pending:
        node, around = pending.pop()
        found = _assertion(node, around, known, given)
        if found is not None:
            yield found
        if isinstance(node, ast.If | ast.While):
            around = (*around, node.test)
        elif isinstance(node, ast.For | ast.AsyncFor):
            around = (*around, node.iter)
        elif isinstance(node, ast.Try):
            around = (*around, *node.body)
        decorators = getattr(node, "decorator_list", ())
        inside = [child for child in ast.iter_child_nodes(node) if child not in decorators]
        pending += [(child, around) for child in inside]


def _assertion(
    node: ast.AST, around: tuple[ast.AST, ...], known: frozenset[str], given: frozenset[str]
) -> Assertion | None:
    if isinstance(node, ast.Assert):
        strength, kind = asked(node.test, given)
        # `assert False` asks nothing: what is around it does.
        return Assertion(node, kind, strength, around if _constant(node.test) else ())
    if isinstance(node, ast.With | ast.AsyncWith):
        named = [item.context_expr for item in node.items]
        calls = [one for one in named if isinstance(one, ast.Call) and name_of(one.func) in RAISING]
        return _of(node, CheckKind.RAISES) if calls else None
    if isinstance(node, ast.Call):
        return _call(node, around, known, given)
    return None


def _call(
    node: ast.Call, around: tuple[ast.AST, ...], known: frozenset[str], given: frozenset[str]
) -> Assertion | None:
    name = name_of(node.func)
    if name in RAISING:
        # With nothing to call it is the head of a `with`.
        whole = len(node.args) > 1
        return _of(node, CheckKind.RAISES) if whole else None
    if name in FAILING and name not in known:
        return Assertion(node, CheckKind.OTHER, STRENGTH[CheckKind.OTHER], around)
    if name in TRUE and node.args:
        test = node.args[0]
        negated = name in ("assertFalse", "failIf")
        strength, kind = asked(ast.UnaryOp(ast.Not(), test) if negated else test, given)
        return Assertion(node, kind, strength)
    if name.startswith("assert") and name not in known:
        kind = next((kind for sign, kind in METHODS if sign.search(name)), CheckKind.OTHER)
        literal = kind is CheckKind.EQUAL and any(is_given(one, given) for one in node.args)
        return Assertion(node, kind, LITERAL if literal else STRENGTH[kind])
    return None


def _of(node: ast.stmt | ast.expr, kind: CheckKind) -> Assertion:
    return Assertion(node, kind, STRENGTH[kind])


def _constant(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant)


def asked(test: ast.expr, given: Collection[str]) -> Asked:
    """Return the strength and kind of what a condition asks.

    Of several that must all hold the strongest counts, of several of which one must the weakest.
    """
    if isinstance(test, ast.BoolOp):
        every = [asked(value, given) for value in test.values]
        return (max if isinstance(test.op, ast.And) else min)(every, key=lambda one: one[0])
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        _, kind = asked(test.operand, given)
        kind = CheckKind.COMPARE if kind is CheckKind.EQUAL else kind
        return STRENGTH[kind], kind
    if isinstance(test, ast.Compare):
        return _compared(test, given)
    if isinstance(test, ast.Call):
        return _called(test, given)
    return STRENGTH[CheckKind.TRUTH], CheckKind.TRUTH


def _compared(test: ast.Compare, given: Collection[str]) -> Asked:
    kinds = [OPERATORS.get(type(op), CheckKind.COMPARE) for op in test.ops]
    kind = max(kinds, key=lambda one: STRENGTH[one])
    literal = kind is CheckKind.EQUAL and any(
        is_given(one, given) for one in (test.left, *test.comparators)
    )
    return (LITERAL if literal else STRENGTH[kind]), kind


def _called(test: ast.Call, given: Collection[str]) -> Asked:
    name = name_of(test.func)
    inner = test.args[0] if test.args else None
    if name == "all" and isinstance(inner, ast.GeneratorExp | ast.ListComp):
        return asked(inner.elt, given)
    kind = CheckKind.TRUTH
    if name in TYPES:
        kind = CheckKind.TYPE
    elif name in CLOSE:
        kind = CheckKind.EQUAL
    elif name in INSIDE:
        kind = CheckKind.CONTAINS
    return STRENGTH[kind], kind


def is_given(node: ast.expr, given: Collection[str]) -> bool:
    """Whether a test itself says a value: literals, displays of them, `approx` of one."""
    if isinstance(node, ast.Call) and name_of(node.func) == "approx" and node.args:
        node = node.args[0]
    plain = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp)
    return all(
        isinstance(one, plain) or (isinstance(one, ast.Name) and one.id in given)
        for one in nodes_in(node)
    )
