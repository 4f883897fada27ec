"""Arguments: swapped, forgotten, empty, under a wrong keyword."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.call_text import (
    BINDERS,
    Argument,
    arguments_of,
    binding_nodes,
    brackets,
    calls,
    measured,
    shares_brackets,
)
from nerion_gym.edits.analysis.places import by_distance, distinct, in_order, scope_at
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import is_builtin
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, plain_edits
from nerion_gym.edits.rewriting.respelling import keyword_edits
from nerion_gym.syntax.flow import unit_of
from nerion_gym.syntax.trees import same_tree, twin
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Scope

KEEPS_KEYWORDS = frozenset({"OrderedDict", "SimpleNamespace", "Namespace", "update"})
"""Callees that, like `dict`, take any keyword and keep it."""
SPOILT = "XX"


def propose_swapped(module: Module) -> Iterator[Edit]:
    """Swap two neighbouring arguments, by position or the values of two keywords.

    Before:
        move(a + 1, (b), *rest, step=2, speed=f"{to(x, y)}")
    After:
        move(b, (a + 1), *rest, step=2, speed=f"{to(x, y)}")
    After:
        move(a + 1, (b), *rest, step=f"{to(x, y)}", speed=2)
    After:
        move(a + 1, (b), *rest, step=2, speed=f"{to(y, x)}")

    Untouched:
        move(a, *b, step=1, **more)
    """
    for _, call in calls(module):
        values = [keyword.value for keyword in call.keywords if keyword.arg is not None]
        for first, second in (*pairwise(call.args), *pairwise(values)):
            starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
            if not starred and not same_tree(first, second):
                yield from _swapped(module, first, second)


def _swapped(module: Module, first: ast.expr, second: ast.expr) -> Iterator[Edit]:
    pieces = [
        Piece(*module.table.offsets(old), _enclosed(module, new))
        for old, new in ((first, second), (second, first))
    ]
    # Copies, because what replaces a node must not hold a node that is replaced itself.
    replaced: dict[ast.AST, ast.AST] = {first: twin(second), second: twin(first)}
    change = Change(sites_of(module).of[first], pieces, replaced, "")
    for edit in plain_edits(module, "swap_arguments", change):
        yield replace(edit, argument=module.span(second))


def _enclosed(module: Module, node: ast.expr) -> bytes:
    """Return the text of an argument: a walrus or a yield may need parentheses elsewhere."""
    text = module.text(node)
    return b"(" + text + b")" if isinstance(node, BINDERS) else text


def propose_dropped(module: Module) -> Iterator[Edit]:
    """Forget one argument; of a plain name's call, one of several or one with a keyword.

    Before:
        draw(line, *points, width=2,)
    After:
        draw(*points, width=2,)
    After:
        draw(line, width=2,)
    After:
        draw(line, *points,)

    Before:
        names.sort(key=(lambda name: name.lower()))
    After:
        names.sort()

    Untouched:
        print(len(names), # how many
              sep) # between
        int((chosen := names))
    """
    for _, call in calls(module):
        alone = len(call.args) + len(call.keywords) == 1
        if alone and call.args and not isinstance(call.func, ast.Attribute):
            continue
        found = measured(module, call)
        for number, argument in enumerate(found):
            if argument.node not in binding_nodes(module):
                yield from _dropped(module, call, found, number)


def _dropped(module: Module, call: ast.Call, found: list[Argument], number: int) -> Iterator[Edit]:
    argument = found[number]
    for start, end in _ranges(module, call, found, number):
        gaps = module.source[start : argument.start] + module.source[argument.end : end]
        if b"#" not in gaps:
            args = [node for node in call.args if node is not argument.node]
            keywords = [node for node in call.keywords if node is not argument.node]
            after = ast.Call(call.func, args, keywords)
            site = sites_of(module).of[argument.node]
            change = Change(site, [Piece(start, end, b"")], {call: after}, "")
            yield from plain_edits(module, "drop_argument", change)
            return


def _ranges(
    module: Module, call: ast.Call, found: list[Argument], number: int
) -> Iterator[tuple[int, int]]:
    """Yield what may go with an argument: up to the next one, or from the end of the last."""
    if len(found) == 1:
        yield brackets(module, call) or (found[0].start, found[0].end)
    if number + 1 < len(found):
        yield found[number].start, found[number + 1].start
    if number:
        yield found[number - 1].end, found[number].end


def propose_none(module: Module) -> Iterator[Edit]:
    """Give None for one argument.

    Before:
        total = add(first, start=sum(x for x in more), *rest)
    After:
        total = add(None, start=sum(x for x in more), *rest)
    After:
        total = add(first, start=None, *rest)
    After:
        total = add(first, start=sum(None), *rest)

    Untouched:
        f(None, *a, **b)
        g((c := 1))
        def h(d: list("x") = 1): k((yield))
    """
    for _, call in calls(module):
        for node in arguments_of(call):
            value = node.value if isinstance(node, ast.keyword) else node
            many = isinstance(node, ast.Starred) or (
                isinstance(node, ast.keyword) and node.arg is None
            )
            if not (many or _is_none(value) or value in binding_nodes(module)):
                start, end = module.table.offsets(value)
                text = b"(None)" if shares_brackets(module, call) else b"None"
                replaced: dict[ast.AST, ast.AST] = {value: ast.Constant(None)}
                place = sites_of(module).of[value]
                change = Change(place, [Piece(start, end, text)], replaced, "None")
                yield from plain_edits(module, "none_argument", change)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def propose_keywords(module: Module) -> Iterator[Edit]:
    """Misspell a keyword that any name would do for, or give one that a call nearby has.

    Before:
        row = dict(name=key, size=2)
    After:
        row = dict(nameXX=key, size=2)
    After:
        row = dict(name=key, sizeXX=2)

    Before:
        def f(items):
            return sorted(items, key=len), print(items, end="", sep=" ")
    After:
        def f(items):
            return sorted(items, end=len), print(items, end="", sep=" ")
    After:
        def f(items):
            return sorted(items, sep=len), print(items, end="", sep=" ")
    After:
        def f(items):
            return sorted(items, key=len), print(items, key="", sep=" ")

    Untouched:
        class A(metaclass=B): pass
        f(a=1, b=2, **c)
    """
    used = _used_keywords(module)
    for site, call in calls(module):
        taken = {keyword.arg for keyword in call.keywords} - {None}
        if not taken:
            continue
        places, words = used[unit_of(scope_at(module, site))]
        for keyword in call.keywords:
            if keyword.arg is not None:
                at = bisect_left(places, module.table.offsets(keyword)[0])
                near = by_distance(words, at, at + 1)
                names = distinct(name for name in near if name not in taken)
                if keyword.arg + SPOILT not in taken and _keeps_keywords(module, call):
                    names.insert(0, keyword.arg + SPOILT)
                for name in names:
                    yield from keyword_edits(module, "rename_keyword_argument", keyword, name)


def _used_keywords(module: Module) -> dict[Scope, tuple[list[int], list[str]]]:
    """Return where the keywords of each function's calls stand, and the keywords."""
    used: dict[Scope, list[tuple[int, str]]] = defaultdict(list)
    for site, call in calls(module):
        if call.keywords:
            used[unit_of(scope_at(module, site))] += [
                (module.table.offsets(keyword)[0], keyword.arg)
                for keyword in call.keywords
                if keyword.arg is not None
            ]
    return in_order(used)


def _keeps_keywords(module: Module, call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    return name in KEEPS_KEYWORDS or is_builtin(module, call.func, "dict")


OPERATORS = (
    Operator(
        "swap_arguments",
        Kind.MUTATION,
        propose_swapped,
        repairable=True,
        others=(("BugLab", "ArgSwapRewriteScout"),),
    ),
    Operator(
        "drop_argument",
        Kind.MUTATION,
        propose_dropped,
        others=(("mutmut", "operator_arg_removal"), ("cosmic-ray", "RemoveNamedArgument")),
    ),
    Operator(
        "none_argument",
        Kind.MUTATION,
        propose_none,
        others=(("mutmut", "operator_arg_removal"),),
    ),
    Operator(
        "rename_keyword_argument",
        Kind.MUTATION,
        propose_keywords,
        others=(("mutmut", "operator_dict_arguments"),),
    ),
)
