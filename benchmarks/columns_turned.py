"""Columns of an edit that turns statements round, or moves one: what of the first the second needs.

Of three and more statements the first two count.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.columns_syntax import JUMPS, touched_by, way_to
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Collection

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

Row = dict[str, Any]
HARMLESS = frozenset({
    "len", "isinstance", "issubclass", "str", "int", "float", "bool", "list", "dict", "set",
    "tuple", "frozenset", "type", "repr", "min", "max", "sum", "sorted", "abs", "range", "zip",
    "enumerate", "getattr", "hasattr", "callable", "id", "hash", "iter", "format", "join", "split",
    "strip", "lower", "upper", "startswith", "endswith", "get", "keys", "values", "items",
})  # fmt: skip
"""Calls that mostly change nothing, whatever they belong to."""


class Effects(NamedTuple):
    """What a statement does, with all statements in it.

    Attributes:
        reads, binds: names.
        loads, stores: attributes and items, by their whole text.
        touched: names that a call gets, or whose method is called: it may change what they hold.
        calls: of what is not known to be harmless.
        jumps: whether it may leave.
    """

    reads: frozenset[str]
    binds: frozenset[str]
    loads: frozenset[str]
    stores: frozenset[str]
    touched: frozenset[str]
    calls: int
    jumps: bool


def effects(node: ast.AST) -> Effects:
    """Read a statement."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    places: dict[bool, set[str]] = {True: set(), False: set()}
    touched, calls = set[str](), 0
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            names[isinstance(one.ctx, ast.Load)].add(one.id)
        elif isinstance(one, ast.Attribute | ast.Subscript):
            places[isinstance(one.ctx, ast.Load)].add(ast.unparse(one))
        elif isinstance(one, ast.Call):
            name = getattr(one.func, "attr", getattr(one.func, "id", ""))
            if name in HARMLESS:
                continue
            calls += 1
            given = [*one.args, *(key.value for key in one.keywords)]
            if isinstance(one.func, ast.Attribute):
                given.append(one.func.value)
            touched |= {below.id for part in given for below in ast.walk(part)
                        if isinstance(below, ast.Name)}  # fmt: skip
    return Effects(
        frozenset(names[True]), frozenset(names[False]), frozenset(places[True]),
        frozenset(places[False]), frozenset(touched), calls,
        any(isinstance(one, JUMPS) for one in ast.walk(node)),
    )  # fmt: skip


def turned_columns(program: Program, edit: Edit) -> Row:
    """Return what two statements that an edit touches have to do with each other."""
    module = parse_module(edit.site.path, program.source(edit.site.path))
    found = touched_by(module, list(way_to(module, edit.site)), edit)
    if len(found) < 2:
        return {}
    first, second = effects(found[0]), effects(found[1])
    return {
        "syntax.turn_needed": count(first.binds & second.reads),
        "syntax.turn_spoilt": count(first.reads & second.binds),
        "syntax.turn_both": count(first.binds & second.binds),
        "syntax.turn_touched": count(
            first.touched & (second.reads | second.touched) | second.touched & first.reads
        ),
        "syntax.turn_places": count(
            first.stores & (second.loads | second.stores) | second.stores & first.loads
        ),
        "syntax.turn_stores": float(bool(first.stores and second.stores)),
        "syntax.turn_calls": float(min(first.calls, second.calls)),
        "syntax.turn_all_calls": float(first.calls + second.calls),
        "syntax.turn_jumps_first": float(first.jumps),
        "syntax.turn_jumps_second": float(second.jumps),
        "syntax.turn_first": type(found[0]).__name__,
        "syntax.turn_second": type(found[1]).__name__,
        "syntax.turn_free": float(
            not first.binds & (second.reads | second.binds)
            and not first.reads & second.binds
            and not (first.jumps or second.jumps)
        ),
    }


def count(names: Collection[str]) -> float:
    """Return how many names there are."""
    return float(len(names))
