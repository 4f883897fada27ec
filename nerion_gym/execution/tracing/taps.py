"""What a tap does when the traced program comes by: note the values, and what edits would make.

Runs in the traced process. A tap calls nothing of the program. What it cannot say of an edit it
counts as unknown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .attributes import attribute
from .frames import are_shadowed, builtins_of, variables
from .keys import key_of
from .reports import Report, Seen
from .values import (
    DIFFERS,
    LACKED,
    MISSING,
    SAME,
    UNKNOWN,
    UNREAD,
    Alternative,
    Opaque,
    Values,
    is_fit,
    is_plain,
    kind_of,
    told,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from .values import Told

DISTINCT = 512
"""Different values of a site of which it is remembered what they make of the edits."""
EVALUATIONS = 100
"""New values of a site within a test; after them what never differed is unknown."""
KEYLESS = 10
"""How many new values one counts for that cannot be remembered: long collections, mostly."""
LOOKS = 400
"""Looks at a site within a test, whether its values are new or not: likewise."""
OF_VALUE = "a"
"""Where an extra is looked up that is an attribute: "3.name" is one of the hole or extra 3."""
SAMPLE = 16
"""Evaluations of a site, over all tests, that say whether an edit differs each time."""


class Clock:
    """Which test runs, counted from 1; 0 is while the program is imported."""

    def __init__(self) -> None:
        self.test = 0


class Site:
    """Expressions that are evaluated at one place over the same holes, and the edits of them.

    Args:
        clock: what test runs.
        originals: the expressions as they are.
        edits: what edits make of one of them, as sets of bits later on.
        of: for each edit the number of its original.
        holes: how many there are.
        extras: variables that only edits read, and where they are looked up (`forms.Extra`); their
            values follow those of the holes. Those that are looked up nowhere are handed over.
    """

    def __init__(
        self,
        clock: Clock,
        originals: Sequence[Alternative],
        edits: Sequence[tuple[Alternative, int]],
        holes: int,
        extras: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.edits = tuple(edits)
        self.rows: list[list[int]] = []
        """Of each test that came by: its number, evaluations, the edits that differed."""
        self.kinds: list[dict[str, int]] = [{} for _ in originals]
        self.same = self.unknown = 0
        self._clock = clock
        self._originals = tuple(originals)
        self._extras = tuple(extras)
        self._handed = sum(not where for _, where in extras)
        self._numbers = range(holes + self._handed)
        self._looked_up = tuple([extra for extra in extras if extra[1] not in ("", OF_VALUE)])
        self._completes = len(extras) > self._handed
        self._called = builtins_of(self._forms())
        self._framed = bool(self._looked_up or self._called)
        """Whether a look needs the frame."""
        self._all = (1 << len(edits)) - 1
        self._worked = sorted(set().union(*(form.used for form in self._forms())))
        self._looking_up = self._bits_reading(
            [holes + place for place, (_, where) in enumerate(extras) if where]
        )
        """Edits that read what is looked up in the frame."""
        self._test = self._done = -1
        """`_done`: a test in which there is nothing left to look for."""
        self._row: list[int] = []
        self._left = self._looks = 0
        self._open = self._all
        """Edits of which this test may still show something."""
        self._last: Seen | None = None
        """What was seen last; to see it again in the same test tells nothing new."""
        self._known: dict[tuple[Any, ...], Seen] = {}
        self._stored: dict[int, dict[int, Any]] = {}

    def _forms(self) -> list[Alternative]:
        return [*self._originals, *(edit for edit, _ in self.edits)]

    def _bits_reading(self, numbers: Sequence[int]) -> int:
        bits = [
            1 << place for place, (edit, _) in enumerate(self.edits) if {*numbers} & {*edit.read}
        ]
        return sum(bits)

    # --- what the instrumented program calls ------------------------------------------------

    def before(self, *values: Any) -> None:
        """Take all holes before the expression is evaluated."""
        if self._done == self._clock.test:
            self._row[1] += 1
        else:
            self._take(values)

    def last(self, place: int, *values: Any) -> Any:
        """Take all holes at the last that is evaluated for good; give that one back."""
        if self._done == self._clock.test:
            self._row[1] += 1
        else:
            self._take(values)
        return values[place]

    def store(self, number: int, value: Any) -> Any:
        """Take a hole that is evaluated for good, before the last one; give it back."""
        if self._done != self._clock.test:
            kept = value if is_plain(value) else Opaque()
            self._stored.setdefault(id(sys._getframe(1)), {})[number] = kept
        return value

    def last_of(self, place: int, mask: int, *values: Any) -> Any:
        """Do as `last` where some holes were stored: those whose bits the mask has."""
        if self._done == self._clock.test:
            self._row[1] += 1
            return values[place]
        stored = self._stored.pop(id(sys._getframe(1)), {})
        given = iter(values)
        # Two that were lost (another test is on) are not known to be one.
        every = [
            (stored[n] if n in stored else Opaque()) if mask >> n & 1 else next(given)
            for n in self._numbers
        ]
        self._take(tuple(every))
        return values[place]

    def seen(self) -> Report:
        """Return what was seen over all tests."""
        tests, counts, masks = zip(*self.rows, strict=True) if self.rows else ((), (), ())
        places = {mask: place for place, mask in enumerate(dict.fromkeys(masks))}
        return Report(
            list(tests),
            list(counts),
            [places[mask] for mask in masks],
            [hex(mask) for mask in places],
            [[list(entry) for entry in kinds.items()] for kinds in self.kinds],
            hex(self.same),
            hex(self.unknown),
        )

    # --- inside -----------------------------------------------------------------------------

    def _take(self, values: Values) -> None:
        """Count an evaluation, and look at the edits."""
        if self._test != self._clock.test:
            self._begin()
        self._row[1] += 1
        self._looks += 1
        self._look(values, sys._getframe(2) if self._framed else None)

    def _look(self, values: Values, frame: FrameType | None) -> None:
        """Find out what the values make of the edits, if they are not known to.

        There is a frame if a look needs it.
        """
        wanted = self._all
        if frame is not None and self._called and are_shadowed(self._called, frame):
            self.unknown |= self._all
            return
        if self._completes:
            wanted, values = self._completed(values, frame)
        if self._row[1] > LOOKS:
            self._done = self._test
            self._learn(Seen(0, 0, self._all & ~self._row[2]))
            return
        key = key_of(values)
        seen = None if key is None else self._known.get(key)
        if seen is None:
            seen = self._found(key, values, wanted)
        if seen is not self._last or self._looks == SAMPLE:
            self._learn(seen)

    def _learn(self, seen: Seen) -> None:
        """Write down what is seen in this test."""
        self._last = seen
        row = self._row
        row[2] |= seen.differs
        self.same |= seen.same
        self.unknown |= seen.unknown
        # An edit that differed in this test has nothing to show but that it does not always.
        settled = row[2]
        if self._looks < SAMPLE:
            settled &= self.same | self.unknown
        self._open = self._all & ~settled
        if not self._open:
            self._done = self._test

    def _completed(self, values: Values, frame: FrameType | None) -> tuple[int, Values]:
        """Return the edits that values tell of, and them with the variables of a frame.

        Where all edits that read those are settled, they are not looked up.
        """
        needed = self._open & self._looking_up
        found: list[Any] = [UNREAD] * len(self._looked_up)
        if needed and frame is not None:
            found = variables(frame, self._looked_up)
        count = len(self._numbers) - self._handed
        handed, others = iter(values[count:]), iter(found)
        every = [*values[:count]]
        for name, where in self._extras:
            if where == OF_VALUE:
                number, _, attr = name.partition(".")
                base = every[int(number)] if needed else UNREAD
                every.append(attribute(base, attr) if base is not MISSING else UNREAD)
            else:
                every.append(next(others if where else handed))
        return (self._all if needed else self._all & ~self._looking_up), tuple(every)

    def _found(self, key: tuple[Any, ...] | None, values: Values, wanted: int) -> Seen:
        """Return what values that were not met before make of the edits."""
        if self._left <= 0:
            self._done = self._test
            return Seen(0, 0, self._all & ~self._row[2])
        self._left -= KEYLESS if key is None else 1
        if key is None:
            return self._evaluate(values, wanted & self._open)
        seen = self._evaluate(values, wanted)
        if len(self._known) < DISTINCT:
            self._known[key] = seen
        return seen

    def _begin(self) -> None:
        """A test has come here for the first time."""
        self._test = self._clock.test
        self._row = [self._test, 0, 0]
        self.rows.append(self._row)
        self._left = EVALUATIONS
        self._open = self._all
        self._last = None
        self._stored.clear()
        if not self._all:
            self._done = self._test

    def _evaluate(self, values: Values, wanted: int) -> Seen:
        """Return what the values make of the edits whose bits are wanted."""
        judge = self._judge(values)
        found = {DIFFERS: 0, SAME: 0, UNKNOWN: 0}
        bit = 1
        for edit, number in self.edits:
            if wanted & bit:
                found[judge(edit, number)] |= bit
            bit <<= 1
        return Seen(found[DIFFERS], found[SAME], found[UNKNOWN])

    def _judge(self, values: Values) -> Callable[[Alternative, int], int]:
        """Note what the originals give; return what says whether an edit differs from its own."""
        odd = frozenset([number for number in self._worked if not is_fit(values, number)])
        missing = any(value is MISSING or value is LACKED for value in values)
        expected = [told(original, values, missing, odd) for original in self._originals]
        self._note(expected)

        def judge(edit: Alternative, number: int) -> int:
            given = told(edit, values, missing, odd)
            found = verdict(self._originals[number], edit, expected[number], given)
            return UNKNOWN if found == SAME and not edit.faithful else found

        return judge

    def _note(self, expected: Sequence[Told | None]) -> None:
        """Count the classes of what originals gave."""
        for kinds, given in zip(self.kinds, expected, strict=True):
            if given is not None:
                name = kind_of(given)
                kinds[name] = kinds.get(name, 0) + 1
