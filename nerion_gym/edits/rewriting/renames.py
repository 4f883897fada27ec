"""From the mentions of a name to the edit that gives it another."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.rewriting.changes import Piece, means
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.trees import twin
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access
    from nerion_gym.types.program import Program


UNDERSCORED = re.compile(rb"\w*_\w*")


@lru_cache(maxsize=16)
def underscored(program: Program) -> dict[str, tuple[Span, ...]]:
    """Return every place of every word of a program that holds an underscore.

    Texts and comments count; a letter beyond ASCII ends a word.
    """
    found: dict[str, list[Span]] = defaultdict(list)
    for path, source in program.files:
        for match in UNDERSCORED.finditer(source):
            found[match.group().decode()].append(Span(path, *match.span()))
    return {word: tuple(spans) for word, spans in found.items()}


class Mention(NamedTuple):
    """A node that holds a name, and where."""

    node: ast.AST
    span: Span


def renaming(
    module: Module, operator: str, held: Iterable[Mention], name: str, site: Span
) -> Iterator[Edit]:
    """Yield the edit that gives all mentions another name, where every f-string means the same."""
    places = sorted({mention.span: mention.node for mention in held}.items())
    strings: dict[ast.AST, list[Mention]] = {}
    for span, node in places:
        string = sites_of(module).of[node].string
        if string is not None:
            strings.setdefault(string, []).append(Mention(node, span))
    for string, inside in strings.items():
        pieces = [Piece(span.start, span.end, name.encode()) for _, span in inside]
        replaced = {node: _renamed(node, name) for node, _ in inside}
        if not means(module, string, pieces, replaced):
            return
    splices = tuple(
        Splice(span.path, span.start, span.end, module.source[span.start : span.end], name.encode())
        for span, _ in places
    )
    yield Edit(operator, splices, site, None, name)


def _renamed(node: ast.AST, name: str) -> ast.AST:
    other = twin(node)
    for field in ("id", "arg", "attr"):
        if hasattr(other, field):
            setattr(other, field, name)
    return other


def mentions_of(module: Module, accesses: Iterable[Access]) -> list[Mention]:
    """Return the mentions of a name that `ast` has as accesses."""
    return [
        Mention(access.node, span) for access in accesses for span in name_spans(module, access)
    ]


def says(module: Module, mention: Mention, name: str) -> bool:
    """Whether the bytes of a mention are the name, in the very letters."""
    return module.source[mention.span.start : mention.span.end] == name.encode()
