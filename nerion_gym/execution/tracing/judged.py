"""What values make of the edits of a site: evaluated in one go where the values are harmless.

The near side writes a function that evaluates all edits of a site (`tabled.batch_text`). What it
cannot decide (values that may not be worked on, collections, what gets too big) is judged edit by
edit.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .reports import Seen
from .values import (
    DIFFERS,
    LACKED,
    LONGEST,
    MISSING,
    SAME,
    UNKNOWN,
    Absent,
    Alternative,
    Opaque,
    UnknownError,
    evaluated,
    is_fit,
    is_fixed,
    is_plain,
    kind_of,
    told,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .values import Told, Values

ABSENT = Absent()
SMALL = 1 << 60


class Masks(NamedTuple):
    """Sets of edits, a bit each.

    Attributes:
        faithful: those that run what their original runs.
        by_original: of each original: those that are compared with it.
        reading, using, counting, early: of each hole and extra: those that read it, work on it, ask
            no more of it than `is_light` lets them, and work on it when it may have changed since.
        worked: what some edit or original uses (`Alternative.used`).
    """

    faithful: int
    by_original: tuple[int, ...]
    reading: tuple[int, ...]
    using: tuple[int, ...]
    counting: tuple[int, ...]
    early: tuple[int, ...]
    worked: tuple[int, ...]


class Judge:
    """Originals of a site and the edits of them.

    Args:
        originals: the expressions as they are, each the arguments of an `Alternative`.
        edits: what edits make of one of them, likewise.
        of: for each edit the number of its original.
        masks: sets of the edits.
        batch: evaluates edits in one go.
    """

    def __init__(
        self,
        originals: Sequence[Any],
        edits: Sequence[Any],
        of: Sequence[int],
        masks: Masks,
        batch: Callable[..., tuple[int, int, int]] | None,
    ) -> None:
        self.kinds: list[dict[str, int]] = [{} for _ in originals]
        self.count = len(edits)
        self.asks = any(number < 0 for number in masks.worked)
        """Whether some ask no more of a value than its truth, or its items."""
        self._rows = originals, edits
        self._of = of
        self._masks = masks
        self._batch = batch

    @cached_property
    def originals(self) -> list[Alternative]:
        """The expressions as they are; made when the first value comes by."""
        return [Alternative(*row) for row in self._rows[0]]

    @cached_property
    def edits(self) -> list[Alternative]:
        """What edits make of them; made when one has to be judged by itself."""
        return [Alternative(*row) for row in self._rows[1]]

    def evaluate(self, values: Values, wanted: int) -> Seen:
        """Return what values make of the edits whose bits are wanted; note what originals give."""
        slow, missing, odd = self._obstacles(values)
        expected = [told(original, values, missing, odd) for original in self.originals]
        self._note(expected)
        fast = wanted & ~slow if self._batch else 0
        for given, edits in zip(expected, self._masks.by_original, strict=True):
            if given is None or not given[0] or type(given[1]) is Opaque:
                fast &= ~edits
        differs = same = unknown = 0
        rest = wanted & ~fast
        if fast and self._batch:
            differs, same, undecided = self._batch(fast, expected, *values)
            rest |= undecided
        for bit, place in places(rest):
            edit, number = self.edits[place], self._of[place]
            given = told(edit, values, missing, odd)
            said = verdict(self.originals[number], edit, expected[number], given)
            if said == DIFFERS:
                differs |= bit
            elif said == SAME:
                same |= bit
            else:
                unknown |= bit
        return Seen(differs, same & self._masks.faithful, unknown | (same & ~self._masks.faithful))

    def _obstacles(self, values: Values) -> tuple[int, bool, frozenset[int]]:
        """Return edits to be judged alone, whether a value is missing, and the unfit ones."""
        masks = self._masks
        slow, missing, odd = 0, False, []
        for number, value in enumerate(values):
            if is_harmless(value):
                continue
            is_missing = value is MISSING or value is LACKED
            missing = missing or is_missing
            if is_missing or type(value) is Opaque:
                slow |= masks.reading[number]
            elif masks.early[number] and not is_fixed(value):
                slow |= masks.early[number]
            for which, edits in ((number, masks.using), (~number, masks.counting)):
                if which in masks.worked and not is_fit(values, which):
                    odd.append(which)
                    slow |= edits[number]
        return slow, missing, frozenset(odd)

    def _note(self, expected: Sequence[Told | None]) -> None:
        """Count the classes of what originals gave."""
        for kinds, given in zip(self.kinds, expected, strict=True):
            if given is not None:
                name = kind_of(given)
                kinds[name] = kinds.get(name, 0) + 1


class LazyJudge(Judge):
    """Edits of an expression whose holes may not all be evaluated (`lazy_taps`).

    A hole asks for its value, so that it shows which ones an edit would evaluate. Where an edit is
    faithful only its value is asked for, whatever it runs (`sites.Site.add`).
    """

    risky: frozenset[int] = frozenset()
    """Numbers of the holes that may run code."""
    handed = 0
    """How many holes there are, and variables that were handed over; the others are looked up."""

    def evaluate(self, values: Values, wanted: int) -> Seen:
        """As of any site; the same value is the same only if the same holes were evaluated."""
        asked = Asked(values, self.risky)
        expected = [asked.run(original) for original in self.originals]
        self._note([given for given, _ in expected])
        found = {DIFFERS: 0, SAME: 0, UNKNOWN: 0}
        for bit, place in places(wanted):
            edit, number = self.edits[place], self._of[place]
            before, ran = expected[number]
            after, also = asked.run(edit)
            said = verdict(self.originals[number], edit, before, after)
            alike = ran == also and not self._reads_more(edit)
            if said == SAME and not (alike or edit.faithful):
                said = UNKNOWN
            found[said] |= bit
        return Seen(found[DIFFERS], found[SAME], found[UNKNOWN])

    def _reads_more(self, edit: Alternative) -> bool:
        """Whether an edit reads variables that code may have bound anew before the end."""
        return any(number >= self.handed for number in edit.read)


class Asked:
    """Values that say when they are asked for."""

    def __init__(self, values: Values, risky: frozenset[int]) -> None:
        self._values, self._risky = values, risky
        self._asking = tuple([partial(self._ask, number) for number in range(len(values))])
        self._used: frozenset[int] = frozenset()
        self._ran: list[int] = []

    def run(self, edit: Alternative) -> tuple[Told | None, list[int]]:
        """Return what an expression gives, and which holes that may run code it evaluates."""
        self._used, self._ran = edit.used, []
        return evaluated(edit, self._asking), self._ran

    def _ask(self, number: int) -> Any:
        value = self._values[number]
        if number in self._risky:
            self._ran.append(number)
        if value is ABSENT or value is LACKED or not self._is_fit(value, number):
            raise UnknownError
        if value is MISSING:
            raise NameError
        return value

    def _is_fit(self, value: object, number: int) -> bool:
        if number in self._used:
            return is_still(value)
        return ~number not in self._used or is_still(value) or is_true(value)


def is_harmless(value: object) -> bool:
    """Whether a value is plain for sure, and cannot change: what most are."""
    kind = type(value)
    if kind is str:
        return len(value) <= LONGEST  # type: ignore[arg-type]
    if kind is int:
        return -SMALL < value < SMALL  # type: ignore[operator]
    return kind is bool or value is None


def is_still(value: object) -> bool:
    """Whether a value may be worked on, and is what it was when it was stored."""
    return is_plain(value) and is_fixed(value)


def is_true(value: object) -> bool:
    """Whether a value that is not kept is known to be true."""
    return type(value) is Opaque and value.inert


def places(mask: int) -> Iterator[tuple[int, int]]:
    """Yield the bits of a set of edits, each with its edit's number."""
    while mask:
        bit = mask & -mask
        yield bit, bit.bit_length() - 1
        mask ^= bit
