"""Every node of a file with its surroundings: walked once, shared by all operators."""

from __future__ import annotations

import ast
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.trees import Walk

HINT_FIELDS = ("annotation", "returns")
HINTED = (ast.arg, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)
WORD = re.compile(r"\w+")
STRINGS = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))
"""f-strings and, from Python 3.14, t-strings."""
ALIASES = tuple(getattr(ast, name) for name in ("TypeAlias",) if hasattr(ast, name))
UNTOUCHED = (ast.Assign, ast.AugAssign, ast.AnnAssign, *ALIASES)


class Site(NamedTuple):
    """A node in its surroundings.

    Attributes:
        node: the syntax node.
        parent: the site of the node around it, None for the module.
        string: the outermost f-string around it: positions inside must be verified.
        frozen: whether mutations leave it alone: annotations, patterns, `__all__`, what only
            type checkers or only `python -m` run.
    """

    node: ast.AST
    parent: Site | None
    string: ast.AST | None
    frozen: bool


class _SitesByNode(dict[ast.AST, Site]):
    """Node -> site, made when it is first asked for: an operator looks at few of them."""

    def __init__(self, around: Mapping[ast.AST, ast.AST | None]) -> None:
        super().__init__()
        self._around = around

    def __missing__(self, node: ast.AST) -> Site:
        outer = self._around[node]
        site = self[node] = (
            Site(node, None, None, frozen=False) if outer is None else _below(self[outer], node)
        )
        return site


class Sites:
    """The index of a file.

    Attributes:
        nodes: every node except operators and contexts.
        of: node -> site, for these. Not to be iterated over: it fills as it is asked.
    """

    def __init__(self, walk: Walk) -> None:
        self._by_type = walk.by_type
        self.nodes = tuple(walk.parents)
        self.of = _SitesByNode(walk.parents)

    @cached_property
    def hint_words(self) -> frozenset[str]:
        """Words of quoted annotations."""
        hints = [
            getattr(node, field, None) for node in self.every(*HINTED) for field in HINT_FIELDS
        ]
        texts = [
            node.value
            for hint in hints
            if hint is not None
            for node in nodes_in(hint)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        return frozenset(word for text in texts for word in WORD.findall(text))

    def every(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """Yield the nodes of these types, also those that mutations leave alone."""
        for kind in kinds:
            yield from self._by_type.get(kind, ())

    def find(self, *kinds: type[ast.AST]) -> Iterator[Site]:
        """Yield the sites of these node types that mutations may touch."""
        for kind in kinds:
            for node in self._by_type.get(kind, ()):
                site = self.of[node]
                if not site.frozen:
                    yield site


def hint_words(module: Module) -> frozenset[str]:
    """Return the words of a file's quoted annotations; of a piece, what matters of all of them."""
    return sites_of(module).hint_words | module.outside.hints


def sites_of(module: Module) -> Sites:
    """Return the index of a file, built once."""
    return _sites(module if module.alone is None else module.alone)


@lru_cache(maxsize=256)
def _sites(module: Module) -> Sites:
    return Sites(module.walk)


def _below(parent: Site, node: ast.AST) -> Site:
    """Return the site of a node from that of the node around it."""
    around = parent.node
    string = around if parent.string is None and isinstance(around, STRINGS) else parent.string
    frozen = parent.frozen
    if not frozen:
        parts = FROZEN_PARTS.get(around.__class__)
        held = parts is not None and any(part is node for part in parts(around))
        frozen = held or (isinstance(node, UNTOUCHED) and _is_left_alone(node))
    return Site(node, parent, string, frozen)


def _is_left_alone(node: ast.AST) -> bool:
    """Whether a statement is one that mutations leave alone: `__all__ = ...`, `type X = ...`."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return True
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def _guarded(node: ast.If) -> list[ast.AST]:
    """Return what of an `if` only type checkers or only `python -m` run, the test included."""
    if _is_main_guard(node.test) or _names_type_checking(node.test):
        return [node.test, *node.body]
    inverted = isinstance(node.test, ast.UnaryOp) and _names_type_checking(node.test.operand)
    return [node.test, *node.orelse] if inverted else []


def _generics(node: ast.AST) -> list[ast.AST]:
    return getattr(node, "type_params", [])


def _names_type_checking(test: ast.AST) -> bool:
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    return name == "TYPE_CHECKING"


def _is_main_guard(test: ast.AST) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


FROZEN_PARTS: dict[type[ast.AST], Callable[[Any], list[ast.AST]]] = {
    ast.If: _guarded,
    ast.arg: lambda node: [node.annotation],
    ast.AnnAssign: lambda node: [node.annotation],
    ast.FunctionDef: lambda node: [node.returns, *_generics(node)],
    ast.AsyncFunctionDef: lambda node: [node.returns, *_generics(node)],
    ast.ClassDef: _generics,
    ast.match_case: lambda node: [node.pattern],
}
"""Annotations do not run; patterns reject at compile time what expressions allow."""
