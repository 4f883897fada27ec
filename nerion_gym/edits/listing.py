"""The edits of a file, listed piece by piece: a piece that stays the same is searched once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING, cast, overload

from nerion_gym.edits.linking import linked
from nerion_gym.edits.operator_ids import operator_id
from nerion_gym.edits.results import Result, result_of
from nerion_gym.errors import ConfigError, EditError
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nerion_gym.edits.operator import Operator
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.outside import Outside

KEPT_PIECES = 2048
Operators = tuple["Operator", ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """The edits of a piece, as if it were the file.

    Attributes:
        edits: in canonical order, each result once.
        by_result: the same by what they make of the piece.
        touching: insertions and deletions at its end: what follows it decides what they are.
    """

    edits: tuple[Edit, ...]
    by_result: dict[Result, Edit]
    touching: tuple[Edit, ...]


class FileEdits(Sequence["Edit"]):
    """The edits of a file in canonical order, each made for its place when it is asked for.

    An edit of the file moves all that follows: to say so costs nothing until somebody looks.
    """

    def __init__(self, source: bytes, listed: Sequence[Listed], starts: Sequence[int]) -> None:
        self._source = source
        self._listed = listed
        self._starts = starts
        self._parts = [one.edits for one in listed]
        for number, gone in self._doubled():
            self._parts[number] = tuple(edit for edit in self._parts[number] if edit != gone)
        self._ends = list(accumulate(map(len, self._parts)))

    def __len__(self) -> int:
        """Return how many there are."""
        return self._ends[-1]

    def __iter__(self) -> Iterator[Edit]:
        """Yield them in order."""
        for part, start in zip(self._parts, self._starts, strict=True):
            for edit in part:
                yield _shifted(edit, start)

    @overload
    def __getitem__(self, index: int) -> Edit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Edit, ...]: ...

    def __getitem__(self, index: int | slice) -> Edit | tuple[Edit, ...]:
        """Return one by its number, or several."""
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        at = bisect_right(self._ends, number)
        part = self._parts[at]
        return _shifted(part[number - self._ends[at]], self._starts[at])

    def between(self, start: int, end: int) -> Iterator[Edit]:
        """Yield those of the pieces that hold some of the bytes [start, end)."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        for at in range(first, bisect_left(self._starts, end)):
            for edit in self._parts[at]:
                yield _shifted(edit, self._starts[at])

    def make(self, result: Result) -> bool:
        """Whether one of them makes this of the file."""
        at = self._piece_at(result.start)
        if result._replace(start=result.start - self._starts[at]) in self._listed[at].by_result:
            return True
        return any(
            result == other for number in range(at + 1) for other, _ in self._ends_of(number)
        )

    def _piece_at(self, offset: int) -> int:
        return max(bisect_right(self._starts, offset) - 1, 0)

    def _ends_of(self, number: int) -> Iterator[tuple[Result, Edit]]:
        """Yield the insertions and deletions at the end of a piece by their result in the file."""
        for edit in self._listed[number].touching:
            yield result_of(self._source, _shifted(edit, self._starts[number])), edit

    def _doubled(self) -> Iterator[tuple[int, Edit]]:
        """Yield, by number of their piece, the edits whose result one of another piece has.

        To take away the last line of a piece is to take away the first of the next where both read
        the same. Of two such edits the operator with the smaller id keeps its own, as in a piece.
        """
        seen: dict[Result, tuple[int, Edit]] = {}
        for number in range(len(self._listed) - 1):
            for result, edit in self._ends_of(number):
                kept = number, edit
                for other in filter(None, [seen.get(result), self._same_in(result, number)]):
                    kept, gone = sorted((kept, other), key=_rank)
                    yield gone
                seen[result] = kept

    def _same_in(self, result: Result, number: int) -> tuple[int, Edit] | None:
        """Return the edit of a later piece that has a result; None where there is none."""
        at = self._piece_at(result.start)
        found = self._listed[at].by_result.get(
            result._replace(start=result.start - self._starts[at])
        )
        return None if found is None or at == number else (at, found)


class Searcher:
    """Lists the edits of pieces with some operators; keeps those of the last ones, not their trees.

    Raises:
        ConfigError: two operators have the same id.
    """

    def __init__(self, operators: Operators) -> None:
        require_distinct(operators)
        self._operators = sorted(operators, key=_number)
        self._known: OrderedDict[tuple[str, bytes, Outside], Listed] = OrderedDict()
        self._lock = Lock()

    def listed(self, module: Module) -> Listed:
        """Return the edits of a piece."""
        key = module.path, module.source, module.outside
        found = self._known.get(key) or self._search(module)
        with self._lock:
            self._known[key] = found
            self._known.move_to_end(key)
            if len(self._known) > KEPT_PIECES:
                self._known.popitem(last=False)
        return found

    def _search(self, module: Module) -> Listed:
        source = module.source
        found: dict[Result, Edit] = {}
        for operator in self._operators:
            propose = cast("Callable[[Module], Iterator[Edit]]", operator.propose)
            for edit in sorted(propose(module), key=place):
                _require_own(edit, module.path)
                result = result_of(source, edit)
                if result[1] != result[2]:
                    found.setdefault(result, edit)
        size = len(source)
        touching = (
            edit
            for one, edit in found.items()
            if one.start + len(one.before) == size and not (one.before and one.after)
        )
        return Listed(tuple(sorted(found.values(), key=canonical)), found, tuple(touching))


searcher_of = lru_cache(maxsize=16)(Searcher)


def forget() -> None:
    """Drop what is kept of pieces."""
    searcher_of.cache_clear()


def joined(path: str, source: bytes, searcher: Searcher) -> FileEdits:
    """Return the edits of a file in canonical order, each result once; see `catalog.file_edits`."""
    pieces = linked(path, source)
    listed = [searcher.listed(piece.module) for piece in pieces]
    return FileEdits(source, listed, [piece.start for piece in pieces])


def _rank(found: tuple[int, Edit]) -> tuple[int, int, tuple[object, ...]]:
    number, edit = found
    return operator_id(edit.operator), number, place(edit)


def _shifted(edit: Edit, by: int) -> Edit:
    if not by:
        return edit
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
    others = [splice.path for splice in edit.splices if splice.path != path]
    if others or not edit.splices:
        what = sorted({splice.path for splice in edit.splices}) or "nothing"
        msg = f"{edit.operator} edited {what}; expected splices of {path!r} alone"
        raise EditError(msg)


def canonical(edit: Edit) -> tuple[object, ...]:
    """Return what the canonical order sorts by: path, start, end, operator id, text."""
    number = operator_id(edit.operator)
    return edit.site.path, edit.site.start, edit.site.end, number, edit.text, edit.splices


def place(edit: Edit) -> tuple[object, ...]:
    """Return what the edits of one operator are sorted by."""
    return edit.site.path, edit.site.start, edit.site.end, edit.text, edit.splices
