"""Where a name stands that `ast` keeps as text only: definitions, `except ... as`, captures."""

from __future__ import annotations

import ast
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from nerion_gym.syntax.positions import words
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access

Range = tuple[int, int]
LAST_WORD = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*\Z")
HEADER_WORDS = (b"async", b"def", b"class", b"as")


def name_spans(module: Module, access: Access) -> tuple[Span, ...]:
    """Return the bytes of a name's mention.

    Several where `global x, x` repeats it; none where the bytes do not read as the name (inside
    f-strings before Python 3.12 positions can be wrong).
    """
    find = FINDERS.get(type(access.node), _first_word)
    return tuple(
        Span(module.path, start, end)
        for start, end in find(module, access.node)
        if _text(module.source[start:end]) == access.name
    )


def _text(word: bytes) -> str:
    if word.isascii():
        return word.decode()
    # Python compares identifiers in this form (PEP 3131).
    return unicodedata.normalize("NFKC", word.decode("utf-8", "replace"))


def _whole(module: Module, node: ast.AST) -> list[Range]:
    return [module.table.offsets(node)]


def _first_word(module: Module, node: ast.AST) -> list[Range]:
    return list(words(module.source, *module.table.offsets(node)))[:1]


def _last_word(module: Module, node: ast.AST) -> list[Range]:
    start, end = module.table.offsets(node)
    match = LAST_WORD.search(module.source, start, end)
    return [match.span()] if match else []


def _declared(module: Module, node: ast.AST) -> list[Range]:
    return list(words(module.source, *module.table.offsets(node)))[1:]


def _defined(module: Module, node: ast.AST) -> list[Range]:
    return _first_name(module, *module.table.offsets(node))


def _caught(module: Module, node: ast.ExceptHandler) -> list[Range]:
    # Only a handler with a type can have a name: "as" stands between the type and the body.
    start = module.table.offsets(node.type)[1] if node.type else 0
    return _first_name(module, start, module.table.offsets(node.body[0])[0])


def _imported(module: Module, node: ast.alias) -> list[Range]:
    return _last_word(module, node) if node.asname else _first_word(module, node)


def _rest(module: Module, node: ast.MatchMapping) -> list[Range]:
    start, end = module.table.offsets(node)
    start = max((module.table.offsets(pattern)[1] for pattern in node.patterns), default=start)
    return list(words(module.source, start, end))[-1:]


def _first_name(module: Module, start: int, end: int) -> list[Range]:
    found = words(module.source, start, end)
    return [word for word in found if module.source[slice(*word)] not in HEADER_WORDS][:1]


FINDERS: dict[type[ast.AST], Callable[[Module, Any], list[Range]]] = {
    ast.Name: _whole,
    ast.Global: _declared,
    ast.Nonlocal: _declared,
    ast.FunctionDef: _defined,
    ast.AsyncFunctionDef: _defined,
    ast.ClassDef: _defined,
    ast.ExceptHandler: _caught,
    ast.alias: _imported,
    ast.MatchAs: _last_word,
    ast.MatchStar: _last_word,
    ast.MatchMapping: _rest,
}
