"""Every node of a file with its surroundings: walked once, shared by all operators."""

from __future__ import annotations

import ast
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.trees import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

HINT_FIELDS = ("annotation", "returns")
FROZEN_FIELDS = frozenset({*HINT_FIELDS, "type_params", "pattern"})
"""Annotations do not run; patterns reject at compile time what expressions allow."""
HINTED = (ast.arg, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)
WORD = re.compile(r"\w+")
STRINGS = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))
"""f-strings and, from Python 3.14, t-strings."""


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


class Sites:
    """The index of a file.

    Attributes:
        of: node -> site, for every node except operators and contexts.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.of: dict[ast.AST, Site] = {}
        self._by_type: dict[type[ast.AST], list[Site]] = {}
        todo = [Site(tree, None, None, frozen=False)]
        while todo:
            site = todo.pop()
            if _writes_all(site.node) or type(site.node).__name__ == "TypeAlias":
                site = site._replace(frozen=True)
            self.of[site.node] = site
            if not site.frozen:
                self._by_type.setdefault(type(site.node), []).append(site)
            todo += _inside(site)

    @cached_property
    def hint_words(self) -> frozenset[str]:
        """Words of quoted annotations."""
        owners = [node for node in self.of if isinstance(node, HINTED)]
        hints = [getattr(node, field, None) for node in owners for field in HINT_FIELDS]
        texts = [
            node.value
            for hint in hints
            if hint is not None
            for node in ast.walk(hint)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        return frozenset(word for text in texts for word in WORD.findall(text))

    def find(self, *kinds: type[ast.AST]) -> Iterator[Site]:
        """Yield the sites of these node types that mutations may touch."""
        for kind in kinds:
            yield from self._by_type.get(kind, ())


def hint_words(module: Module) -> frozenset[str]:
    """Return the words of a file's quoted annotations; of a piece, what matters of all of them."""
    return sites_of(module).hint_words | module.outside.hints


def sites_of(module: Module) -> Sites:
    """Return the index of a file, built once."""
    return _sites(module.tree)


_sites = lru_cache(maxsize=64)(Sites)


def _inside(site: Site) -> list[Site]:
    node = site.node
    string = site.string or (node if isinstance(node, STRINGS) else None)
    guarded = _guarded_fields(node)
    found = []
    for name, value in node.__dict__.items():
        if value.__class__ is list:
            nodes = value
        elif isinstance(value, ast.AST):
            nodes = [value]
        else:
            continue
        frozen = site.frozen or name in FROZEN_FIELDS or name in guarded
        found += [
            Site(child, site, string, frozen)
            for child in nodes
            if isinstance(child, ast.AST) and not isinstance(child, MARKS)
        ]
    return found


def _guarded_fields(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.If):
        if _is_main_guard(node.test) or _names_type_checking(node.test):
            return ("test", "body")
        inverted = isinstance(node.test, ast.UnaryOp) and _names_type_checking(node.test.operand)
        return ("test", "orelse") if inverted else ()
    return ()


def _writes_all(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return False
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def _names_type_checking(test: ast.AST) -> bool:
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    return name == "TYPE_CHECKING"


def _is_main_guard(test: ast.AST) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
