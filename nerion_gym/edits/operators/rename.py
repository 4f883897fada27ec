"""Renaming: the same program under another name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.naming import new_name
from nerion_gym.edits.analysis.safety import renamable
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Piece, means
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.scopes import subtree_names
from nerion_gym.syntax.trees import twin
from nerion_gym.types.edit import Edit, Kind, Splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding
    from nerion_gym.types.program import Span


def propose_renames(module: Module) -> Iterator[Edit]:
    """Rename a local variable, never a global one, a keyword or anything that shows its name.

    Before:
        rate = 10
        def total(values):
            rate = sum(value for value in values)
            return dict(rate=rate)
    After:
        rate = 10
        def total(values):
            rate_local = sum(value for value in values)
            return dict(rate=rate_local)

    Before:
        def counter():
            count = 0
            def advance():
                nonlocal count
                count += 1
                return f"{count}"
            return advance
    After:
        def counter():
            count_local = 0
            def advance():
                nonlocal count_local
                count_local += 1
                return f"{count_local}"
            return advance

    Untouched:
        limit = 3
        def shown(a):
            global limit
            limit = a
            b = 1
            return f"{b=}"
        class Point:
            x = 0
        def spied():
            z = 1
            return locals()
    """
    for binding in renamable(module):
        edit = _rename(module, binding)
        if edit is not None:
            yield edit


def _rename(module: Module, binding: Binding) -> Edit | None:
    name = new_name(binding.name, subtree_names(binding.scope.walk()))
    spans = {access: name_spans(module, access) for access in binding.accesses}
    if not all(spans.values()) or not _strings_hold(module, spans, name):
        return None
    old, new = binding.name.encode(), name.encode()
    places = sorted({span for found in spans.values() for span in found}, key=_start)
    if any(module.source[place.start : place.end] != old for place in places):
        # Written in another Unicode form than Python compares (PEP 3131).
        return None
    splices = tuple(Splice(module.path, place.start, place.end, old, new) for place in places)
    return Edit("rename_local", splices, spans[binding.writes[0]][0], None, name)


def _strings_hold(module: Module, spans: Mapping[Access, tuple[Span, ...]], name: str) -> bool:
    """Whether every f-string that mentions the variable means the same under the new name.

    It does not in `f"{x=}"`, which prints the name, nor where a position inside is wrong.
    """
    of = sites_of(module).of
    strings: dict[ast.AST, list[Access]] = {}
    for access in spans:
        string = of[access.node].string
        if string is not None:
            strings.setdefault(string, []).append(access)
    for around, accesses in strings.items():
        places = {span for access in accesses for span in spans[access]}
        pieces = [Piece(place.start, place.end, name.encode()) for place in places]
        replaced = {access.node: renamed(access.node, name) for access in accesses}
        if len(places) < len(accesses) or not means(module, around, pieces, replaced):
            return False
    return True


def _start(span: Span) -> int:
    return span.start


def renamed(node: ast.AST, name: str) -> ast.AST:
    """Return a copy of a name or parameter node under another name."""
    other = twin(node)
    if isinstance(other, ast.Name):
        other.id = name
    elif isinstance(other, ast.arg):
        other.arg = name
    return other


OPERATORS = (
    Operator(
        "rename_local",
        Kind.REFACTOR,
        propose_renames,
        aliases=("RENAME_LOCAL",),
        others=(("BugLab", "RenameVariableInLocalScope"),),
    ),
)
