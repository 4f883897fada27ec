"""What a tap does when the traced program comes by: note the values, and what edits would make.

Runs in the traced process. A tap calls nothing of the program. What it cannot say of an edit it
counts as unknown.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from .values import (
    DIFFERS,
    MISSING,
    SAME,
    UNKNOWN,
    Alternative,
    Opaque,
    Values,
    is_plain,
    key_of,
    kind_of,
    told,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from .values import Told

MARK = "\0tap"
MARKED = re.compile(r"\0tap (\d+) (\w+)")
"""A constant in whose place a site's method goes: its number and the method's name."""
DISTINCT = 512
"""Different values of a site of which it is remembered what they make of the edits."""
EVALUATIONS = 20_000
"""Evaluations of a site within a test; after them what never differed is unknown."""
SAMPLE = 64
"""Evaluations of a site, over all tests, that say whether an edit differs each time."""

REFERENCES = 3
"""To a frame's copy of its variables that only the frame, a tap and the count itself hold."""


class Clock:
    """Which test runs, counted from 1; 0 is while the program is imported."""

    def __init__(self) -> None:
        self.test = 0


class Seen(NamedTuple):
    """What some values of the holes make of the edits: a bit each."""

    differs: int
    same: int
    unknown: int


class Report(NamedTuple):
    """What a site saw, as it is told; sets of edits are numbers in hexadecimal, a bit for each.

    Attributes:
        rows: of each test that came by: its number, evaluations, the edits that differed.
        kinds: class of value, and how many different values were of it.
        same, unknown: edits that were ever the same, and ever not to be told.
    """

    rows: list[list[Any]]
    kinds: list[list[Any]]
    same: str
    unknown: str


class Site:
    """One expression with the edits of it, as sets of bits.

    Args:
        clock: what test runs.
        original: the expression itself.
        edits: what edits make of it.
        holes: how many it has.
        extras: variables that only edits read, and where they are looked up (`forms.Extra`); their
            values follow those of the holes.
    """

    def __init__(
        self,
        clock: Clock,
        original: Alternative,
        edits: Sequence[Alternative],
        holes: int,
        extras: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.edits = tuple(edits)
        self.hits: dict[int, int] = {}
        self.differs: dict[int, int] = {}
        self.kinds: dict[str, int] = {}
        self.same = self.unknown = 0
        self._clock = clock
        self._original = original
        self._numbers = range(holes)
        self._extras = tuple(extras)
        self._called = _builtins_of([original, *edits])
        self._all = (1 << len(edits)) - 1
        self._test = -1
        self._count = self._now = self._left = self._looks = 0
        self._open = self._all
        """Edits of which this test may still show something."""
        self._known: dict[tuple[Any, ...], Seen] = {}
        self._stored: dict[int, dict[int, Any]] = {}

    # --- what the instrumented program calls ------------------------------------------------

    def before(self, *values: Any) -> None:
        """Take all holes before the expression is evaluated."""
        if self._open or self._test != self._clock.test:
            self._take(values)
        else:
            self._count += 1

    def last(self, place: int, *values: Any) -> Any:
        """Take all holes at the last that is evaluated for good; give that one back."""
        if self._open or self._test != self._clock.test:
            self._take(values)
        else:
            self._count += 1
        return values[place]

    def store(self, number: int, value: Any) -> Any:
        """Take a hole that is evaluated for good, before the last one; give it back."""
        kept = value if is_plain(value) else Opaque()
        self._stored.setdefault(id(sys._getframe(1)), {})[number] = kept
        return value

    def last_of(self, place: int, mask: int, *values: Any) -> Any:
        """Do as `last` where some holes were stored: those whose bits the mask has."""
        stored = self._stored.pop(id(sys._getframe(1)), {})
        given = iter(values)
        # Two that were lost (another test is on) are not known to be one.
        self._take(
            tuple(
                [
                    (stored[n] if n in stored else Opaque()) if mask >> n & 1 else next(given)
                    for n in self._numbers
                ]
            )
        )
        return values[place]

    def seen(self) -> Report:
        """Return what was seen over all tests."""
        self._note()
        rows = [[test, count, hex(self.differs[test])] for test, count in self.hits.items()]
        kinds: list[list[Any]] = [list(entry) for entry in self.kinds.items()]
        return Report(rows, kinds, hex(self.same), hex(self.unknown))

    # --- inside -----------------------------------------------------------------------------

    def _take(self, values: Values) -> None:
        """Count an evaluation, and look at the edits."""
        self._count_one()
        self._look(values, sys._getframe(2))

    def _count_one(self) -> None:
        if self._test != self._clock.test:
            self._begin()
        self._count += 1
        self._looks += 1

    def _look(self, values: Values, frame: FrameType) -> None:
        """Find out what the values make of the edits, if they are not known to."""
        if self._called and not self._called.isdisjoint(frame.f_globals):
            self.unknown |= self._all
            return
        if self._extras:
            values = (*values, *variables(frame, self._extras))
        key = key_of(values)
        seen = self._known.get(key) if key else None
        if seen is None:
            if self._left <= 0:
                self._give_up()
                return
            self._left -= 1
            seen = self._evaluate(values, self._all if key else self._open)
            if key and len(self._known) < DISTINCT:
                self._known[key] = seen
        self._now |= seen.differs
        self.same |= seen.same
        self.unknown |= seen.unknown
        # An edit that differed in this test has nothing to show but that it does not always.
        settled = self._now
        if self._looks < SAMPLE:
            settled &= self.same | self.unknown
        self._open = self._all & ~settled

    def _begin(self) -> None:
        """A test has come here for the first time."""
        self._note()
        self._test = self._clock.test
        self._count = self._now = 0
        self._left = EVALUATIONS
        self._open = self._all
        self._stored.clear()

    def _note(self) -> None:
        """Write down what the last test showed."""
        if self._count:
            test = self._test
            self.hits[test] = self.hits.get(test, 0) + self._count
            self.differs[test] = self.differs.get(test, 0) | self._now
            self._count = 0

    def _give_up(self) -> None:
        self.unknown |= self._all & ~self._now
        self._open = 0

    def _evaluate(self, values: Values, wanted: int) -> Seen:
        """Return what the values make of the edits whose bits are wanted."""
        expected, judge = self._judge(values)
        if expected is not None:
            name = kind_of(expected)
            self.kinds[name] = self.kinds.get(name, 0) + 1
        found = {DIFFERS: 0, SAME: 0, UNKNOWN: 0}
        for place, edit in enumerate(self.edits):
            bit = 1 << place
            if wanted & bit:
                found[judge(edit)] |= bit
        return Seen(found[DIFFERS], found[SAME], found[UNKNOWN])

    def _judge(self, values: Values) -> tuple[Told | None, Callable[[Alternative], int]]:
        """Return what the original gives, and what says whether an edit differs from it."""
        odd = frozenset(number for number, value in enumerate(values) if not is_plain(value))
        expected = told(self._original, values, odd)

        def judge(edit: Alternative) -> int:
            found = verdict(self._original, edit, expected, told(edit, values, odd))
            return UNKNOWN if found == SAME and not edit.faithful else found

        return expected, judge


def _builtins_of(forms: Sequence[Alternative]) -> frozenset[str]:
    """Return the builtins that forms call: a test may have put something else in their place."""
    names = {name for form in forms for name in form.function.__code__.co_names}
    return frozenset(name for name in names if hasattr(builtins, name))


def variables(frame: FrameType, names: Sequence[tuple[str, str]]) -> list[Any]:
    """Return what names stand for in a frame; `MISSING` where they stand for nothing."""
    inner = frame.f_locals if any("l" in where for _, where in names) else {}
    spaces = {"l": inner, "g": frame.f_globals, "b": vars(builtins)}
    found = [
        next((spaces[one][name] for one in where if name in spaces[one]), MISSING)
        for name, where in names
    ]
    del spaces
    if sys.version_info < (3, 13) and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        # A copy that would keep the function's values alive after the function lets go of them,
        # unless somebody else asked for it.
        if sys.getrefcount(inner) <= REFERENCES:
            inner.clear()
    return found


# --- making sites, and putting them into code -----------------------------------------------------


def bound(code: CodeType, sites: Sequence[Any]) -> CodeType:
    """Return code with a site's method in the place of each mark."""

    def put(constant: Any) -> Any:
        if type(constant) is CodeType:
            return bound(constant, sites)
        found = MARKED.fullmatch(constant) if type(constant) is str else None
        return constant if found is None else getattr(sites[int(found[1])], found[2])

    return code.replace(co_consts=tuple(put(constant) for constant in code.co_consts))
