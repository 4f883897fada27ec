"""Columns of an edit that tell where its value goes within its function, on lines that tests run.

A rough slice: names are followed forward through the statements that read them, flow-insensitively
within loops. What is stored into an attribute or an item counts as bound under its first name.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.columns_syntax import DEFINITIONS, way_to
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from nerion_gym.syntax.module import Function
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit

Row = dict[str, Any]
KINDS = ("returned", "raised", "asked", "stored", "called", "bound")
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class Step(NamedTuple):
    """What one statement does, the statements in its blocks left out.

    Attributes:
        line: its first.
        reads, binds: names.
        kind: one of `KINDS`: where what it reads goes.
        node: the statement.
    """

    line: int
    reads: frozenset[str]
    binds: frozenset[str]
    kind: str
    node: ast.AST


def step(node: ast.AST) -> Step:
    """Read a statement's own part."""
    reads, binds = set[str](), set[str]()
    dropped = isinstance(node, ast.Expr)
    for below in (below for one in heads(node) for below in ast.walk(one)):
        if isinstance(below, ast.Name):
            (reads if isinstance(below.ctx, ast.Load) else binds).add(below.id)
        elif isinstance(below, ast.Attribute | ast.Subscript):
            binds |= set() if isinstance(below.ctx, ast.Load) else {first_name(below)}
        elif isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute) and dropped:
            # A method whose result nothing asks for may change what it is called on.
            binds.add(first_name(below.func))
    if isinstance(node, ast.AugAssign):
        reads |= binds
    line = getattr(node, "lineno", 0)
    return Step(line, frozenset(reads), frozenset(binds - {""}), kind_of(node), node)


def first_name(node: ast.AST) -> str:
    """Return the name that a chain of attributes and items begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def heads(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what belongs to a statement itself: all but its blocks."""
    if isinstance(node, DEFINITIONS):
        yield node  # what runs inside may read anything
        return
    for name, value in ast.iter_fields(node):
        if name in BLOCKS and isinstance(value, list):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield one


def kind_of(node: ast.AST) -> str:
    """Return where what a statement reads goes."""
    if isinstance(node, ast.Return) or _yields(node):
        return "returned"
    if isinstance(node, ast.Raise | ast.Assert):
        return "raised"
    if isinstance(node, ast.If | ast.While | ast.Match):
        return "asked"
    if isinstance(node, ast.Expr):
        return "called"
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if any(isinstance(one, ast.Attribute | ast.Subscript) for one in targets):
        return "stored"
    return "bound"


def _yields(node: ast.AST) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, ast.Yield | ast.YieldFrom | ast.Await)


def steps_of(node: ast.AST) -> list[Step]:
    """Return the statements of a function, in order."""
    return [step(one) for one in ast.walk(node) if isinstance(one, ast.stmt) and one is not node]


class Followed(NamedTuple):
    """Where some names lead.

    Attributes:
        counts: how many statements of each kind read what derives from them.
        hops: how many statements lie before the first of a kind.
        names: those that derive, with those that it began with.
    """

    counts: dict[str, int]
    hops: dict[str, int]
    names: set[str]


def follow(steps: Iterable[Step], names: Iterable[str]) -> Followed:
    """Follow names through statements that run; in which order they do is not looked at."""
    found = Followed(dict.fromkeys(KINDS, 0), {}, set(names))
    left, depth = list(steps), 0
    while left:
        depth += 1
        hit = [one for one in left if one.reads & found.names]
        left = [one for one in left if not one.reads & found.names]
        for one in hit:
            found.counts[one.kind] += 1
            found.hops.setdefault(one.kind, depth)
            found.names.update(one.binds)
        if not hit:
            break
    return found


class Flows:
    """The statements of a program's functions, each read when it is first asked for."""

    def __init__(self, baseline: Baseline) -> None:
        self._program = baseline.program
        self._coverage = baseline.coverage
        self._steps: dict[tuple[str, str], list[Step]] = {}

    def columns(self, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return the columns of an edit, given the tests that execute its lines."""
        path = edit.site.path
        key = (path, function.qualname)
        if key not in self._steps:
            self._steps[key] = steps_of(function.node)
        ran = frozenset[int]().union(
            *(self._coverage.tests.get(test, {}).get(path, frozenset()) for test in reach)
        )
        module = parse_module(path, self._program.source(path))
        chain = list(way_to(module, edit.site))
        return {
            **_carried(chain, function, self._steps[key], ran),
            **self._after(edit, function, reach),
        }

    def _after(self, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return how much of the function the tests run after the place, and in all."""
        module = parse_module(edit.site.path, self._program.source(edit.site.path))
        last = module.lines(edit.site)[-1]
        inside = frozenset(function.lines)
        ran = [
            inside & self._coverage.tests.get(test, {}).get(edit.site.path, frozenset())
            for test in reach
        ]
        after = [sum(line > last for line in lines) for lines in ran]
        return {
            "tests.lines_after": float(np.mean(after)) if after else np.nan,
            "tests.nothing_after": float(np.mean([not one for one in after])) if after else np.nan,
            "tests.ways": float(len(set(ran))),
            "tests.ways_share": len(set(ran)) / max(len(ran), 1),
            "tests.function_ran": len(frozenset[int]().union(*ran)) / max(len(inside), 1),
        }


def _carried(
    chain: Sequence[ast.AST], function: Function, steps: Sequence[Step], ran: Collection[int]
) -> Row:
    """Return where goes what the statement at a place binds."""
    statement = next((node for node in reversed(chain) if isinstance(node, ast.stmt)), None)
    loop = next((node for node in chain if isinstance(node, ast.For | ast.While)), None)
    start = next((one for one in steps if one.node is statement), None)
    if start is None:
        return {}
    first = getattr(loop, "lineno", start.line)
    later = [one for one in steps if one.line >= first and one.line in ran and one is not start]
    found = follow(later, start.binds)
    found.counts[start.kind] += 1
    hops = found.hops | {start.kind: 0}
    return {
        **{f"tests.flow_{kind}": float(found.counts[kind]) for kind in KINDS},
        **{f"tests.hops_{kind}": float(hops.get(kind, np.nan)) for kind in KINDS},
        "tests.flow_names": float(len(found.names)),
        "tests.flow_ends": float(not start.binds),
        "tests.flow_argument": float(bool(found.names & _arguments(function.node))),
    }


def _arguments(node: ast.AST) -> set[str]:
    assert isinstance(node, DEFINITIONS)  # noqa: S101  a function
    found = node.args
    return {one.arg for one in (*found.posonlyargs, *found.args, *found.kwonlyargs)}
