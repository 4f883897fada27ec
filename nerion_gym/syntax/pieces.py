"""A file cut into top-level pieces, each parsed on its own, so that an edit costs what it touches.

A piece is one definition, or the statements between two definitions. Its text parses to the same
tree alone as in the file: both its ends are where a statement ends, outside every bracket, string
and block. What lies before and after an edit keeps its pieces; only the text between is parsed.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.locks import fork_safe_lock
from nerion_gym.syntax.module import parse_module, parse_text, read_module
from nerion_gym.syntax.positions import BOM, LineTable
from nerion_gym.syntax.splice import Change, spliced
from nerion_gym.syntax.texts import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COOKIE = re.compile(rb"#[^\r\n]*coding[:=]")
"""What may declare an encoding in the first two lines of a text, and nowhere else."""
KEPT_FILES = 256
KEPT_VERSIONS = 4
"""Texts of one path in which the neighbours of a new text are looked for."""


class Piece(NamedTuple):
    """Part of a file.

    Attributes:
        start: offset of its first byte in the file.
        module: parsed alone; its positions count from its own start.
    """

    start: int
    module: Module

    @property
    def end(self) -> int:
        """Offset in the file after its last byte."""
        return self.start + len(self.module.source)


Pieces = tuple[Piece, ...]
_known: OrderedDict[tuple[str, bytes], Pieces] = OrderedDict()
_versions: dict[str, list[bytes]] = {}
_lock = fork_safe_lock()


def pieces_of(path: str, source: bytes) -> Pieces:
    """Return the pieces of a file in order, without gaps; at least one.

    Those of other versions of the same file are used again. The last few hundred are kept.

    Raises:
        ProgramSyntaxError: as `parse_module` does.
    """
    with _lock:
        found = _known.get((path, source))
        if found is None:
            found = _patched(path, source) or _cut(path, source)
            _keep(path, source, found)
        else:
            _known.move_to_end((path, source))
        return found


def forget() -> None:
    """Drop everything that is kept."""
    with _lock:
        _known.clear()
        _versions.clear()


def _keep(path: str, source: bytes, pieces: Pieces) -> None:
    _known[path, source] = pieces
    versions = _versions.setdefault(path, [])
    versions.append(source)
    if len(versions) > KEPT_VERSIONS:
        del _known[path, versions.pop(0)]
    while len(_known) > KEPT_FILES:
        (other, old), _ = _known.popitem(last=False)
        _versions[other].remove(old)
        if not _versions[other]:
            del _versions[other]


def _cut(path: str, source: bytes) -> Pieces:
    """Cut a file of which nothing is known."""
    tree = parse_text(path, source)
    found = _parsed(path, source, tree, ())
    if found is None:
        return (Piece(0, parse_module(path, source)),)
    return found


def _patched(path: str, source: bytes) -> Pieces | None:
    """Cut a file that is like one known: all but what differs is kept.

    The places to cut at depend on two neighbouring statements each: with one old piece on either
    side, they are those of the whole file.
    """
    for old in reversed(_versions.get(path, ())):
        known = _known[path, old]
        head = shared(old, source)
        tail = min(shared(old, source, "big"), min(len(old), len(source)) - head)
        change = Change(head, len(old) - tail, len(source) - len(old))
        found = _one_changed(path, source, known, change)
        if found is not None:
            return found
        first, last = _unlike(known, change)
        if last - first >= len(known):
            continue
        middle = source[known[first].start : known[last - 1].end + change.growth]
        parts = _middle(path, middle, known[first:last])
        if parts is not None:
            return (*known[:first], *parts, *_moved(known[last:], change.growth))
    return None


def _moved(pieces: Pieces, growth: int) -> Pieces:
    return tuple(Piece(start + growth, module) for start, module in pieces) if growth else pieces


def _one_changed(path: str, source: bytes, known: Pieces, change: Change) -> Pieces | None:
    """Cut a file of which one piece changed within, if it is one piece still."""
    place = max(bisect_right(known, change.start, key=_start) - 1, 0)
    start, module = known[place]
    end = known[place].end
    # The line end before the next piece has to stay.
    if change.end > (end if place + 1 == len(known) else end - 1):
        return None
    text = source[start : end + change.growth]
    try:
        inside = Change(change.start - start, change.end - start, change.growth)
        found = spliced(module, text, inside) or read_module(path, text)
    except ProgramSyntaxError:
        return None
    if not _stands_between(known, place, found):
        return None
    return (*known[:place], Piece(start, found), *_moved(known[place + 1 :], change.growth))


def _stands_between(known: Pieces, place: int, module: Module) -> bool:
    """Whether a text is one piece in the place of another: cut before, after and not within."""
    body, source, starts = module.tree.body, module.source, module.table.starts
    if not body or (len(body) > 1 and any(True for _ in _cuts(module.tree, source))):
        return False
    if place:
        first = min([body[0].lineno, *(part.lineno for part in decorators(body[0]))])
        said = all(source.startswith(b"#", at) for at in starts[: first - 1])
        if not said or source.startswith(BOM) or _has_cookie(source):
            return False
        if not _may_cut(known[place - 1].module.tree.body[-1], body[0]):
            return False
    if place + 1 == len(known):
        return True
    # A comment at the end would belong to what follows it.
    is_said = len(starts) - 1 > (body[-1].end_lineno or 0) and source.startswith(b"#", starts[-2])
    return not is_said and _may_cut(body[-1], known[place + 1].module.tree.body[0])


def _unlike(known: Pieces, change: Change) -> tuple[int, int]:
    """Return [first, last) of the pieces that differ, one more on either side included."""
    first = bisect_right(known, change.start, key=_start) - 1
    last = bisect_left(known, change.end, key=_start)
    return max(first - 1, 0), min(max(last, first + 1) + 1, len(known))


def _start(piece: Piece) -> int:
    return piece.start


def _middle(path: str, text: bytes, known: Pieces) -> list[Piece] | None:
    """Return what stands now in the place of some pieces; None where it does not stand alone."""
    start = known[0].start
    if start and _has_cookie(text):
        return None
    try:
        tree = parse_text(path, text)
    except ProgramSyntaxError:
        return None
    found = _parsed(path, text, tree, known) if tree.body else None
    return None if found is None else [Piece(start + at, module) for at, module in found]


def _parsed(path: str, source: bytes, tree: ast.Module, known: Pieces) -> Pieces | None:
    """Return the pieces of a parsed text, the known ones again; None: one does not stand alone."""
    starts = [0, *_cuts(tree, source)]
    texts = [source[start:end] for start, end in pairwise([*starts, len(source)])]
    if any(_has_cookie(text) for text in texts[1:]):
        return None
    modules = {piece.module.source: piece.module for piece in known}
    try:
        found = [modules.get(text) or read_module(path, text) for text in texts]
    except ProgramSyntaxError:
        return None
    whole = sum(len(module.tree.body) for module in found) == len(tree.body)
    return tuple(map(Piece, starts, found)) if whole else None


def _has_cookie(text: bytes) -> bool:
    """Whether Python would take a text's first two lines to declare an encoding."""
    return any(COOKIE.search(line) for line in text.split(b"\n", 2)[:2])


def _cuts(tree: ast.Module, source: bytes) -> Iterator[int]:
    """Yield the offsets, but the file's start, at which a piece begins: comments above included."""
    table = LineTable.of(source)
    for before, node in pairwise(tree.body):
        if _is_seam(before, node):
            line = min([node.lineno, *(part.lineno for part in decorators(node))])
            while line - 1 > (before.end_lineno or 0) and _is_comment(source, table, line - 1):
                line -= 1
            yield table.starts[line - 1]


def _is_comment(source: bytes, table: LineTable, line: int) -> bool:
    return source.startswith(b"#", table.starts[line - 1])


def _is_seam(before: ast.stmt, node: ast.stmt) -> bool:
    """Whether a file may be cut between two statements.

    Not where they share a line, and not before a lone string, which would turn into a docstring.
    """
    return before.end_lineno != node.lineno and _may_cut(before, node)


def _may_cut(before: ast.stmt, node: ast.stmt) -> bool:
    """Whether a file may be cut between two statements on lines of their own."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    return isinstance(before, DEFINITIONS) or isinstance(node, DEFINITIONS)


def decorators(node: ast.stmt) -> list[ast.expr]:
    """Return the decorators of a statement; none unless it is a definition."""
    return node.decorator_list if isinstance(node, DEFINITIONS) else []
