"""A piece after an edit inside one member of a class: only that member is parsed again.

The member's lines are parsed below a class header of their own, after as many empty lines as
make their positions right. That the tree is the one of the whole text needs: both texts have as
many lines, the member's lines hold whole statements, and they are indented as before.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.syntax.module import MAX_DEPTH, Module, parse_text
from nerion_gym.syntax.positions import LineTable
from nerion_gym.syntax.trees import walked

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = b"class _:\n"


class Change(NamedTuple):
    """Bytes [start, end) of an old text, and how much longer the new text is."""

    start: int
    end: int
    growth: int


class Member(NamedTuple):
    """A statement of a class: its place in the body, and its lines [first, next), from 1."""

    place: int
    first: int
    after: int


def spliced(old: Module, text: bytes, change: Change) -> Module | None:
    """Return the module of a text, made of an old one's tree; None where it must be parsed.

    Args:
        old: a module.
        text: the new text: as the old one but for a change.
        change: where they differ.

    Raises:
        ProgramSyntaxError: the changed member is not valid by itself.
    """
    body = old.tree.body
    if len(body) != 1 or not isinstance(body[0], ast.ClassDef):
        return None
    cls, starts = body[0], old.table.starts
    member = _changed(cls, starts, change)
    if member is None:
        return None
    start, end = starts[member.first - 1], starts[member.after - 1]
    lines = text[start : end + change.growth]
    inner = LineTable.of(lines).starts[:-1]
    indent = old.source[start : _first_byte(old.source, start)]
    if len(inner) != member.after - member.first or not _is_indented(lines, indent):
        return None
    found = _parsed(old.path, member.first, lines)
    if found is None:
        return None
    moved = [at + change.growth for at in starts[member.after - 1 :]]
    table = LineTable(
        (*starts[: member.first - 1], *(start + at for at in inner), *moved), len(text)
    )
    changed = _with_member(cls, member.place, found)
    return Module(old.path, text, ast.Module([changed], []), table)


def _changed(cls: ast.ClassDef, starts: Sequence[int], change: Change) -> Member | None:
    """Return the member in whose lines a change lies, if they hold nothing else."""
    above: Any = cls
    for place, (node, below) in enumerate(zip(cls.body, [*cls.body[1:], None], strict=True)):
        last = node.end_lineno or 0
        after = _first_line(below) if below else last + 1
        if after > len(starts):
            return None
        # The line end before the next member has to stay.
        if change.end < starts[after - 1]:
            first = _first_line(node)
            before = above.end_lineno if place else cls.lineno
            alone = starts[first - 1] <= change.start and before < first and last < after
            return Member(place, first, after) if alone else None
        above = node
    return None


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))])


def _first_byte(source: bytes, start: int) -> int:
    """Return the offset of the first byte of a line that is no blank."""
    while source[start : start + 1] in (b" ", b"\t"):
        start += 1
    return start


def _is_indented(lines: bytes, indent: bytes) -> bool:
    return bool(indent) and lines.startswith(indent) and _first_byte(lines, 0) == len(indent)


def _parsed(path: str, first: int, lines: bytes) -> list[ast.stmt] | None:
    tree = parse_text(path, b"\n" * (first - 2) + HEADER + lines)
    if len(tree.body) != 1 or walked(tree).depth > MAX_DEPTH:
        return None
    found = tree.body[0]
    return (
        found.body
        if isinstance(found, ast.ClassDef) and _first_line(found.body[0]) == first
        else None
    )


def _with_member(cls: ast.ClassDef, place: int, found: list[ast.stmt]) -> ast.ClassDef:
    """Return a class with other statements in a member's place; all else is shared."""
    copy = ast.ClassDef.__new__(ast.ClassDef)
    copy.__dict__.update(cls.__dict__)
    copy.body = [*cls.body[:place], *found, *cls.body[place + 1 :]]
    last = copy.body[-1]
    copy.end_lineno, copy.end_col_offset = last.end_lineno, last.end_col_offset
    return copy
