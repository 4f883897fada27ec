"""Names: another variable, index or attribute than the one meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.call_text import shape_of, takes
from nerion_gym.edits.analysis.places import confusable, nearest_others
from nerion_gym.edits.analysis.safety import CONVENTIONS
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.respelling import attribute_edits, name_edits, parent_of
from nerion_gym.edits.rewriting.variables import choices
from nerion_gym.syntax.flow import unit_of
from nerion_gym.syntax.outside import Parameters
from nerion_gym.syntax.scopes import Scope, ScopeKind
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Place = tuple[Scope, str, str]
"""Class or function, name of the object, what is done with the attribute."""
CALLED, OPENED, TAKEN = "called", "opened", "taken"
"""`x.a()`, `x.a.b` and the rest: one is hardly mistaken for another."""


def propose_attributes(module: Module) -> Iterator[Edit]:
    """Take another attribute of the same object: the nearest two of those used alike.

    Of `self` all of the class counts, of other names what the function takes of them.

    Before:
        class Box:
            def __init__(self, low, high):
                self.low, self.high = low, high
            def span(self): return self.high - self.low
    After:
        class Box:
            def __init__(self, low, high):
                self.low, self.high = low, high
            def span(self): return self.low - self.low
    After:
        class Box:
            def __init__(self, low, high):
                self.low, self.high = low, high
            def span(self): return self.high - self.high

    Before:
        def f(a): return a.x() + a.y() + f"{a.x()}" + a.z
    After:
        def f(a): return a.y() + a.y() + f"{a.x()}" + a.z
    After:
        def f(a): return a.x() + a.y() + f"{a.y()}" + a.z

    Untouched:
        def f(a, b): return a.x + b.y + a.z().t
        class Box:
            def grow(self): self.shrink(1)
            def shrink(self, by): self.grow()
    """
    of = sites_of(module).of
    for (owner, _, use), nodes in _attributes(module).items():
        written = [node.attr for node in nodes]
        names = set(written)
        if len(names) < 2:
            continue
        for number, node in enumerate(nodes):
            if isinstance(node.ctx, ast.Load):
                allowed = _callable_so(owner, of[node], names) if use == CALLED else names
                for name in confusable(node.attr, nearest_others(written, number, allowed)):
                    yield from attribute_edits(module, "wrong_attribute", node, name)


def _attributes(module: Module) -> dict[Place, list[ast.Attribute]]:
    """Return the attributes of plain names, in the order of the text."""
    found: dict[Place, list[ast.Attribute]] = defaultdict(list)
    for site in sites_of(module).find(ast.Attribute):
        node = site.node
        if isinstance(node, ast.Attribute) and not node.attr.startswith("__"):
            access = mentions(module).get(node.value)
            if access is not None:
                found[_owner(module, access), access.name, _use(site)].append(node)
    for nodes in found.values():
        nodes.sort(key=lambda node: (node.end_lineno, node.end_col_offset))
    return found


def _use(site: Site) -> str:
    around = parent_of(site)
    if isinstance(around, ast.Attribute):
        return OPENED
    return CALLED if isinstance(around, ast.Call) and around.func is site.node else TAKEN


def _owner(module: Module, access: Access) -> Scope:
    """Return where an object's attributes are compared: the class of a method's `self`."""
    scope = module.scopes.binding(access).scope
    around = scope.parent
    if access.name in CONVENTIONS and around is not None and around.kind is ScopeKind.CLASS:
        return around
    return unit_of(access.scope)


def _callable_so(owner: Scope, site: Site, names: set[str]) -> set[str]:
    """Return the names but for the class's own methods that do not take a call's arguments."""
    call = parent_of(site)
    shape = shape_of(call) if isinstance(call, ast.Call) else None
    if shape is None or not isinstance(owner.node, ast.ClassDef):
        return names
    bound = shape._replace(given=shape.given + 1)
    methods = {node.name: node for node in owner.node.body if isinstance(node, FUNCTIONS)}
    refusing = {
        name
        for name, node in methods.items()
        if not node.decorator_list and not takes(Parameters.of(node.args), bound)
    }
    return names - refusing


def propose_variables(module: Module) -> Iterator[Edit]:
    """Read another variable of the function that has a value there: the nearest two.

    Before:
        def mean(total, count, log):
            rate = total / count
            if log: log(f"{rate}")
            return rate
    After:
        def mean(total, count, log):
            rate = count / count
            if log: log(f"{rate}")
            return rate
    After:
        def mean(total, count, log):
            rate = total / count
            if log: log(f"{log}")
            return rate
    After:
        def mean(total, count, log):
            rate = total / count
            if log: log(f"{rate}")
            return log

    Untouched:
        def f(self, x):
            if x: y = 1
            del self.z[x]
            return [self, lambda y: y], f"{x=}", y
        class A: a = b = 1
    """
    for choice in choices(module):
        if not choice.is_index:
            for name in choice.names:
                yield from name_edits(module, "wrong_variable", choice.node, name)


def propose_indices(module: Module) -> Iterator[Edit]:
    """Take another index or loop variable of the function as an index.

    Before:
        def f(grid, row):
            for i, line in enumerate(grid[row:]):
                line[row + 1] = grid[i]
    After:
        def f(grid, row):
            for i, line in enumerate(grid[row:]):
                line[i + 1] = grid[i]
    After:
        def f(grid, row):
            for i, line in enumerate(grid[row:]):
                line[row + 1] = grid[row]
    After:
        def f(grid, row):
            for i, line in enumerate(grid[row:]):
                line[row + 1] = grid[line]

    Untouched:
        def f(grid, i):
            return grid[i], grid[i + 1:], grid[j]
    """
    for choice in choices(module):
        if choice.is_index:
            for name in choice.names:
                yield from name_edits(module, "wrong_index", choice.node, name)


OPERATORS = (
    Operator(
        "wrong_attribute",
        Kind.MUTATION,
        propose_attributes,
        repairable=True,
    ),
    Operator(
        "wrong_variable",
        Kind.MUTATION,
        propose_variables,
        repairable=True,
        others=(
            ("BugLab", "VariableMisuseRewriteScout"),
            ("cosmic-ray", "VariableReplacer, VariableInserter"),
        ),
    ),
    Operator(
        "wrong_index",
        Kind.MUTATION,
        propose_indices,
        repairable=True,
    ),
)
