"""Strings as written, changed inside their quotes; which literals stand near each other."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import STRINGS, sites_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module

QUOTED = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")((?:\\.|(?!\2)[^\r\n\\])*)\2")
"""A string of one token on one line: prefix, quotes, what stands between."""
ESCAPE = re.compile(r"(\\(?:N\{[^}]*\}|x..|u.{4}|U.{8}|[0-7]{1,3}|.))")
MARK = "XX"
KINDS = (str, bytes, int, float)
NO_VALUES = (*STRINGS, ast.Expr)
"""Nodes whose texts are no values."""
NEAR = 12
"""Literals before and behind that count as near."""
LONGEST = 40
"""Characters of a literal that could be taken for another: messages could not."""
CANDIDATES = 3
Key = tuple[str, str, str | None]


def texts_used(module: Module) -> Iterator[Site]:
    """Yield the strings that are values: no docstrings, no parts of f-strings."""
    for site in sites_of(module).find(ast.Constant):
        if isinstance(site.node, ast.Constant) and isinstance(site.node.value, str | bytes):
            around = site.parent.node if site.parent is not None else None
            if not isinstance(around, NO_VALUES):
                yield site


def changed_texts(literal: str) -> list[str]:
    """Return what a string as written is changed into: marked, in another case, emptied.

    Nothing where it has several parts or lines.
    """
    match = QUOTED.fullmatch(literal)
    if match is None:
        return []
    prefix, quote, body = match.groups()
    bodies = [f"{MARK}{body}{MARK}" if body else MARK, _in_another_case(body, prefix), ""]
    wanted = dict.fromkeys(new for new in bodies if new != body)
    return [f"{prefix}{quote}{new}{quote}" for new in wanted]


def _in_another_case(body: str, prefix: str) -> str:
    parts = [body] if "\\" not in body or "r" in prefix.lower() else ESCAPE.split(body)
    for change in (str.lower, str.upper):
        # Every second part is an escape sequence.
        parts[::2] = map(change, parts[::2])
        new = "".join(parts)
        if new != body:
            return new
    return body


def nearby_literals(module: Module) -> Iterator[tuple[Site, str]]:
    """Yield literals with the text of another of their kind that is near in the same function.

    Only pairs that lead back: each is among the two nearest others where the other has its place.
    """
    for group in _literals(module):
        for index, (site, own, _) in enumerate(group):
            ranked = _ranked(group, index)
            for key in [key for key in ranked if key != own][:2]:
                if own in [other for other in ranked if other != key][:2]:
                    yield site, ranked[key]


def _ranked(group: list[tuple[Site, Key, str]], index: int) -> dict[Key, str]:
    """Return the three distinct literals nearest to one, nearest first: no more can lead back."""
    found: dict[Key, str] = {}
    for distance in range(1, NEAR + 1):
        for place in (index - distance, index + distance):
            if 0 <= place < len(group):
                found.setdefault(group[place][1], group[place][2])
                if len(found) == CANDIDATES:
                    return found
    return found


@lru_cache(maxsize=64)
def _literals(module: Module) -> tuple[list[tuple[Site, Key, str]], ...]:
    """Return the literals of each function and kind, in the order of the source."""
    groups: dict[tuple[ast.AST, type], list[tuple[Site, Key, str]]] = {}
    sites = sites_of(module).find(ast.Constant)
    for site in sorted(sites, key=lambda site: module.table.offsets(site.node)):
        node = site.node
        function = _function_of(site) if _is_exchangeable(site) else None
        if function is None or not isinstance(node, ast.Constant):
            continue
        text = module.text(node).decode()
        if len(text) <= LONGEST and "\n" not in text and "\r" not in text:
            kind = type(node.value)
            key = (kind.__name__, repr(node.value), node.kind)
            groups.setdefault((function, kind), []).append((site, key, text))
    return tuple(groups.values())


def _is_exchangeable(site: Site) -> bool:
    node = site.node
    if not isinstance(node, ast.Constant) or type(node.value) not in KINDS:
        return False
    around = site.parent.node if site.parent is not None else None
    # `1 .real` needs its space; a docstring's and an f-string's text are no values.
    return site.string is None and not isinstance(around, ast.Expr | ast.Attribute)


def _function_of(site: Site) -> ast.AST | None:
    while site.parent is not None:
        site = site.parent
        if isinstance(site.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return site.node
    return None
