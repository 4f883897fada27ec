"""What a tap does when the traced program comes by: note the values, and what edits would make.

Runs in the traced process. A tap calls nothing of the program. What it cannot say of an edit it
counts as unknown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .attributes import attribute
from .frames import are_shadowed, variables
from .keys import is_own_key, key_of
from .reports import Report, Seen
from .values import MISSING, UNREAD, Opaque, keepable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from .judged import Judge
    from .values import Values

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
        judge: of the edits.
        holes: how many there are.
        extras: variables that only edits read, and where they are looked up (`forms.Extra`); their
            values follow those of the holes. Those that are looked up nowhere are handed over.
        called: builtins that are called.
        looking_up: edits that read what is looked up in the frame, a bit each.
    """

    def __init__(
        self,
        clock: Clock,
        judge: Judge,
        holes: int,
        extras: Sequence[tuple[str, str]],
        called: Sequence[str],
        looking_up: int,
    ) -> None:
        self.judge = judge
        self.rows: list[list[int]] = []
        """Of each test that came by: its number, evaluations, the edits that differed."""
        self.same = self.unknown = 0
        self._clock = clock
        self._extras = extras
        self._handed = sum([not where for _, where in extras])
        self.numbers = range(holes + self._handed)
        self._looked_up = tuple([extra for extra in extras if extra[1] not in ("", OF_VALUE)])
        self._completes = len(extras) > self._handed
        self._asking = judge.asks
        self._called = called
        self._framed = bool(self._looked_up or called)
        """Whether a look needs the frame."""
        self._all = (1 << judge.count) - 1
        self._looking_up = looking_up
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
            kept = keepable(value)
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
            for n in self.numbers
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
            [[list(entry) for entry in kinds.items()] for kinds in self.judge.kinds],
            hex(self.same),
            hex(self.unknown),
        )

    # --- inside -----------------------------------------------------------------------------

    def _take(self, values: Values) -> None:
        """Count an evaluation, and look at the edits."""
        if self._test != self._clock.test:
            self._begin()
        row = self._row
        row[1] += 1
        self._looks += 1
        if not self._framed and not self._completes and row[1] <= LOOKS and is_own_key(values):
            # Most that comes by is met here.
            seen = self._known.get(values)
            if seen is not None:
                if seen is not self._last or self._looks == SAMPLE:
                    self._learn(seen)
                return
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
        key = key_of(values, asking=self._asking)
        seen = None if key is None else self._known.get(key)
        if seen is None:
            seen = self._found(key, values, wanted)
        if seen is not self._last or self._looks == SAMPLE:
            self._learn(seen)

    def _learn(self, seen: Seen) -> None:
        """Write down what is seen in this test."""
        self._last = seen
        differs, same, unknown = seen
        row = self._row
        row[2] |= differs
        self.same |= same
        self.unknown |= unknown
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
        count = len(self.numbers) - self._handed
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
            return self.judge.evaluate(values, wanted & self._open)
        seen = self.judge.evaluate(values, wanted)
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
