"""The edits of a file, listed piece by piece: a piece that stays the same is searched once."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, cast

from nerion_gym.edits.linking import linked
from nerion_gym.edits.operator_ids import operator_id
from nerion_gym.edits.results import Result, result_of
from nerion_gym.errors import ConfigError, EditError
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nerion_gym.edits.operator import Operator
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.outside import Outside
    from nerion_gym.syntax.pieces import Piece

KEPT_PIECES = 2048
Operators = tuple["Operator", ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """The edits of a piece, as if it were the file.

    Attributes:
        edits: in canonical order, each result once.
        open_ones: insertions and deletions, by their result.
        touching: those of them at the end of the piece: what follows it decides what they are.
    """

    edits: tuple[Edit, ...]
    open_ones: dict[Result, Edit]
    touching: tuple[Edit, ...]


class Searcher:
    """Lists the edits of pieces with some operators; keeps those of the last ones, not their trees.

    Raises:
        ConfigError: two operators have the same id.
    """

    def __init__(self, operators: Operators) -> None:
        require_distinct(operators)
        self._operators = sorted(operators, key=_number)
        self._known: OrderedDict[tuple[str, bytes, Outside], Listed] = OrderedDict()

    def listed(self, module: Module) -> Listed:
        """Return the edits of a piece."""
        key = module.path, module.source, module.outside
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._search(module)
            if len(self._known) > KEPT_PIECES:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found

    def _search(self, module: Module) -> Listed:
        source = module.source
        found: dict[Result, Edit] = {}
        for operator in self._operators:
            propose = cast("Callable[[Module], Iterator[Edit]]", operator.propose)
            for edit in sorted(propose(module), key=place):
                _require_own(edit, module.path)
                result = result_of(source, edit)
                if result.before != result.after:
                    found.setdefault(result, edit)
        open_ones = {one: edit for one, edit in found.items() if not (one.before and one.after)}
        size = len(source)
        touching = (edit for one, edit in open_ones.items() if one.start + len(one.before) == size)
        return Listed(tuple(sorted(found.values(), key=canonical)), open_ones, tuple(touching))


searcher_of = lru_cache(maxsize=16)(Searcher)


def forget() -> None:
    """Drop what is kept of pieces."""
    searcher_of.cache_clear()
    _moved.cache_clear()


def joined(path: str, source: bytes, searcher: Searcher) -> tuple[Edit, ...]:
    """Return the edits of a file in canonical order, each result once; see `catalog.file_edits`."""
    pieces = linked(path, source)
    listed = [searcher.listed(piece.module) for piece in pieces]
    every = [_moved(one, piece.start) for one, piece in zip(listed, pieces, strict=True)]
    for number, edit in _doubled(source, pieces, listed):
        gone = _shifted(edit, pieces[number].start)
        every[number] = tuple(other for other in every[number] if other != gone)
    return tuple(chain.from_iterable(every))


def _doubled(
    source: bytes, pieces: Sequence[Piece], listed: Sequence[Listed]
) -> Iterator[tuple[int, Edit]]:
    """Yield, by number of their piece, the edits whose result in the file one of another piece has.

    To take away the last line of a piece is to take away the first of the next where both read
    the same. Of two such edits the operator with the smaller id keeps its own, as in a piece.
    """
    seen: dict[Result, tuple[int, Edit]] = {}
    for number, one in enumerate(listed[:-1]):
        for edit in one.touching:
            result = result_of(source, _shifted(edit, pieces[number].start))
            others = [seen.get(result), _same_in(pieces, listed, result, number)]
            kept = number, edit
            for other in filter(None, others):
                kept, gone = sorted((kept, other), key=_rank)
                yield gone
            seen[result] = kept


def _same_in(
    pieces: Sequence[Piece], listed: Sequence[Listed], result: Result, number: int
) -> tuple[int, Edit] | None:
    """Return the edit of a later piece that has a result; None where there is none."""
    at = min(bisect_right(pieces, result.start, key=_start), len(pieces)) - 1
    found = listed[at].open_ones.get(result._replace(start=result.start - pieces[at].start))
    return None if found is None or at == number else (at, found)


def _start(piece: Piece) -> int:
    return piece.start


def _rank(found: tuple[int, Edit]) -> tuple[int, int, tuple[object, ...]]:
    number, edit = found
    return operator_id(edit.operator), number, place(edit)


@lru_cache(maxsize=KEPT_PIECES)
def _moved(listed: Listed, by: int) -> tuple[Edit, ...]:
    """Return the edits of a piece at its place in the file."""
    return tuple(_shifted(edit, by) for edit in listed.edits) if by else listed.edits


def _shifted(edit: Edit, by: int) -> Edit:
    splices = tuple(
        Splice(one.path, one.start + by, one.end + by, one.before, one.after)
        for one in edit.splices
    )
    argument = None if edit.argument is None else _span(edit.argument, by)
    return Edit(edit.operator, splices, _span(edit.site, by), argument, edit.text)


def _span(span: Span, by: int) -> Span:
    return Span(span.path, span.start + by, span.end + by)


def require_distinct(operators: Operators) -> None:
    """Refuse operators whose ids collide: a third party's id is a hash of its name.

    Raises:
        ConfigError: naming both.
    """
    by_id: dict[int, Operator] = {}
    for operator in operators:
        other = by_id.setdefault(operator.id, operator)
        if other is not operator and other != operator:
            msg = (
                f"operators {other.name!r} and {operator.name!r} have the same id {operator.id}; "
                "rename the one that is yours"
            )
            raise ConfigError(msg)


def _number(operator: Operator) -> int:
    return operator.id


def _require_own(edit: Edit, path: str) -> None:
    """Refuse an edit of another file.

    Raises:
        EditError: it is one, or it changes nothing.
    """
    paths = {splice.path for splice in edit.splices}
    if paths != {path}:
        what = sorted(paths) or "nothing"
        msg = f"{edit.operator} edited {what}; expected splices of {path!r} alone"
        raise EditError(msg)


def canonical(edit: Edit) -> tuple[object, ...]:
    """Return what the canonical order sorts by: path, start, end, operator id, text."""
    number = operator_id(edit.operator)
    return edit.site.path, edit.site.start, edit.site.end, number, edit.text, edit.splices


def place(edit: Edit) -> tuple[object, ...]:
    """Return what the edits of one operator are sorted by."""
    return edit.site.path, edit.site.start, edit.site.end, edit.text, edit.splices
