"""Calls as they are written: their arguments, where those stand, what would take them."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.syntax.outside import Parameters, Signature
from nerion_gym.syntax.positions import skip_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module

OPENING = re.compile(rb"(?:[\s)\\]|#[^\r\n]*+)*\(")
"""From a callee's end to the parenthesis of its call: those that close belong to the callee."""
BLANK = re.compile(rb"(?:[\s\\]|#[^\r\n]*)*")
CLOSING = re.compile(rb"(?:[\s\\]|#[^\r\n]*+)*\)")
"""Comments are taken whole (`*+` gives nothing back): a parenthesis in one is not the code's."""
BINDERS = (ast.NamedExpr, ast.Yield, ast.YieldFrom)


class Argument(NamedTuple):
    """One argument of a call.

    Attributes:
        node: the expression, starred or not, or the `ast.keyword`.
        start: where it starts, parentheses of its own included.
        end: where it ends, before the comma.
    """

    node: ast.expr | ast.keyword
    start: int
    end: int

    @property
    def value(self) -> ast.expr:
        """The expression, without a keyword's name."""
        return self.node.value if isinstance(self.node, ast.keyword) else self.node


class Shape(NamedTuple):
    """How a function is called.

    Attributes:
        given: arguments by position.
        words: names of the others.
    """

    given: int
    words: frozenset[str]


def calls(module: Module) -> Iterator[tuple[Site, ast.Call]]:
    """Yield every call that mutations may touch, with its site."""
    for site in sites_of(module).find(ast.Call):
        if isinstance(site.node, ast.Call):
            yield site, site.node


def arguments_of(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """Return the arguments of a call in the order of the text: `f(a=1, *b)` is legal."""
    nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def brackets(module: Module, call: ast.Call) -> tuple[int, int] | None:
    """Return the [start, end) of what stands between a call's parentheses; None if not found.

    It is not found inside f-strings before Python 3.12, where positions can be wrong.
    """
    found = OPENING.match(module.source, module.table.offsets(call.func)[1])
    end = module.table.offsets(call)[1] - 1
    return None if found is None or found.end() > end else (found.end(), end)


def measured(module: Module, call: ast.Call) -> list[Argument]:
    """Return the arguments of a call with where they stand; empty if that is not found."""
    inside = brackets(module, call)
    nodes = arguments_of(call)
    if inside is None or not nodes:
        return []
    start, last = inside
    if shares_brackets(module, call):
        return [Argument(nodes[0], start, last)]
    spans = [module.table.offsets(node) for node in nodes]
    found = []
    for number, (node, (_, end)) in enumerate(zip(nodes, spans, strict=True)):
        follows = spans[number + 1][0] if number + 1 < len(spans) else last
        comma = skip_gap(module.source, end, follows)
        if number + 1 < len(spans) and module.source[comma : comma + 1] != b",":
            return []
        start = _skipped(module.source, start, end)
        found.append(Argument(node, start, _closed(module.source, end, min(comma, last))))
        start = comma + 1
    return found


def shares_brackets(module: Module, call: ast.Call) -> bool:
    """Whether a generator is written between the parentheses of its call, without its own."""
    alone = len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp)
    return alone and module.table.offsets(call.args[0])[1] == module.table.offsets(call)[1]


def _skipped(source: bytes, start: int, end: int) -> int:
    found = BLANK.match(source, start, end)
    return found.end() if found else start


def _closed(source: bytes, start: int, end: int) -> int:
    """Return where the last closing parenthesis ends that stands between two places."""
    found = CLOSING.match(source, start, end)
    while found is not None:
        start = found.end()
        found = CLOSING.match(source, start, end)
    return start


@lru_cache(maxsize=64)
def binding_nodes(module: Module) -> frozenset[ast.AST]:
    """Return every node with a walrus or a yield in it: others may need what it does."""
    sites = sites_of(module)
    found: set[ast.AST] = set()
    for node in sites.every(*BINDERS):
        site: Site | None = sites.of[node]
        while site is not None and site.node not in found:
            found.add(site.node)
            site = site.parent
    return frozenset(found)


def shape_of(call: ast.Call) -> Shape | None:
    """Return how a call gives its arguments; None where a star hides it."""
    starred = any(isinstance(node, ast.Starred) for node in call.args)
    words = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    if starred or len(words) < len(call.keywords):
        return None
    return Shape(len(call.args), frozenset(words))


def signatures(tree: ast.Module) -> Iterator[Signature]:
    """Yield the functions that a module, or a piece of it, defines as they are."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.decorator_list:
            continue
        if not node.name.startswith("__"):
            is_async = isinstance(node, ast.AsyncFunctionDef)
            yield Signature(node.name, Parameters.of(node.args), is_async)


def takes(parameters: Parameters, shape: Shape) -> bool:
    """Whether a function with these parameters may be called so."""
    plain = [*parameters.hidden, *parameters.plain]
    if shape.given > len(plain) and not parameters.starred:
        return False
    hidden = set(parameters.hidden)
    filled = set(plain[: shape.given]) - hidden
    optional = set(plain[len(plain) - parameters.defaults :])
    optional |= {name for name, has_default in parameters.words if has_default}
    free = {*plain[shape.given :], *(name for name, _ in parameters.words)}
    known = parameters.rest or shape.words <= free - hidden
    return known and not shape.words & filled and free - optional <= shape.words - hidden
