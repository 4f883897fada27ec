"""Taps of whole functions: how often each test calls one, what it returns, and recorded arguments.

Arguments are recorded by recipe (`recipes`) when the function begins, of a few calls that differ. A
call that is recorded and returns has the fingerprint of what it returned: who runs the function
again on these arguments knows then whether they are all that it hangs on.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from .described import UnrecordableError
from .keys import key_of
from .rebuilt import fingerprint, is_blind
from .recipes import MOST_BYTES, Snapshot, TooBigError, snapshot
from .values import is_plain, kind_of

if TYPE_CHECKING:
    from types import FrameType

    from .taps import Clock

MOST_RECORDED = 64
"""Calls of a function that are kept: argument lists that differ."""
MOST_TRIED, MOST_LOOKED_AT = 320, 1 << 20
"""Argument lists of a function that are looked at, and their size in bytes, together."""
FREELY, MOST_PASSED = 16, 15
"""Argument lists that are looked at, whatever they tell; calls that are passed over later on, at
most, after one that told nothing new."""
MOST_CALLERS = 12
"""Calls by one test of which it is noted where they come from."""
DEEPEST_CALLER = 60
RETURNS_SEEN = 512
DISTINCT = 64
ALL_BYTES = 24 << 20
"""What all records of a process may take."""


class Recorded(NamedTuple):
    """A recorded call.

    Attributes:
        test: its number, 0 before any.
        arguments: positional, keyword-only and collected ones, in the order of the signature.
        result: what `told_by` says of what it returned; empty where it did not return.
    """

    test: int
    arguments: Snapshot
    result: list[bytes]


class Recorder:
    """Bytes that may still be recorded, and where tests lie; one per process."""

    def __init__(self, clock: Clock, root: str, own: frozenset[str]) -> None:
        self.clock = clock
        self.left = ALL_BYTES
        self._root = f"{root}/"
        self._own = own

    def callers(self, frame: FrameType | None) -> list[tuple[str, int]]:
        """Return the lines of the tests' files that a call comes from, the nearest first."""
        found = []
        for _ in range(DEEPEST_CALLER):
            if frame is None:
                break
            path = frame.f_code.co_filename
            if path.startswith(self._root) and path not in self._own:
                found.append((path[len(self._root) :], frame.f_lineno))
            frame = frame.f_back
        return found


def told_by(value: Any) -> bytes:
    """Return the fingerprint of a result; nothing where only more than a look tells what it is."""
    try:
        taken = snapshot([value])
    except (UnrecordableError, RuntimeError):
        return b""
    return b"" if is_blind(taken) else fingerprint(taken)


class Function:
    """What the taps of one function saw."""

    def __init__(self, recorder: Recorder) -> None:
        self.calls: dict[int, int] = {}
        self.callers: dict[tuple[int, str, int], None] = {}
        self.kinds: dict[str, int] = {}
        self.returned = 0
        self.recorded: list[Recorded] = []
        self.skipped: dict[str, int] = {}
        self._recorder, self._clock = recorder, recorder.clock
        self._test = -1
        self._count = self._tried = self._noted = self._looked_at = 0
        self._offered = self._gap = self._passing = 0
        self._looking = True
        self._next = 1
        self._known: set[bytes] = set()
        self._distinct: set[Any] = set()
        self._open: dict[int, Recorded] = {}
        self._dice = 1

    # --- what the instrumented program calls ------------------------------------------------

    def enter(self, *values: Any) -> None:
        """Take a call, with its arguments."""
        self._count += 1
        if self._open:
            # What left by an exception; or a frame that stood where this one stands.
            self._open.pop(id(sys._getframe(1)), None)
        if self._test != self._clock.test:
            self._begin()
        elif self._count < self._next and self._noted >= MOST_CALLERS:
            return
        frame = sys._getframe(1)
        if self._noted < MOST_CALLERS and self._test:
            self._noted += 1
            for path, line in self._recorder.callers(frame.f_back):
                self.callers[self._test, path, line] = None
        if self._count >= self._next and self._looking:
            self._record(values, frame)

    def leave(self, value: Any) -> Any:
        """Take what the function returns; give it back."""
        self.returned += 1
        if self.returned <= RETURNS_SEEN:
            self._look(value)
        if self._open:
            recorded = self._open.pop(id(sys._getframe(1)), None)
            if recorded is not None:
                recorded.result.append(told_by(value))
        return value

    def finish(self) -> None:
        """Write down what the last test did."""
        if self._count:
            self.calls[self._test] = self.calls.get(self._test, 0) + self._count
        self._count = 0

    def report(self) -> list[Any]:
        """Return what was seen, as it is told: no value, only counts, classes and lines."""
        return [
            [list(row) for row in self.calls.items()],
            [list(row) for row in self.callers],
            [list(row) for row in self.kinds.items()],
            self.returned,
            [recorded.test for recorded in self.recorded],
            [list(row) for row in self.skipped.items()],
        ]

    # --- inside -----------------------------------------------------------------------------

    def _begin(self) -> None:
        """A test has come here for the first time: its first call is looked at."""
        count, self._count = self._count - 1, 0
        if count:
            self.calls[self._test] = self.calls.get(self._test, 0) + count
        self._test = self._clock.test
        self._count = self._next = 1
        self._noted = 0

    def _record(self, values: tuple[Any, ...], frame: FrameType) -> None:
        # Calls further and further apart: a loop's first and last ones differ most.
        self._next = self._count + 1 + self._count // 8
        place = self._place()
        if place is None:
            return
        self._tried += 1
        self._looking = self._tried < MOST_TRIED and self._looked_at < MOST_LOOKED_AT
        taken = self._taken(values)
        if taken is None:
            return
        recorded = Recorded(self._test, taken, [])
        if place < len(self.recorded):
            self._recorder.left += self.recorded[place].arguments.size
            self.recorded[place] = recorded
        else:
            self.recorded.append(recorded)
        self._recorder.left -= taken.size
        self._open[id(frame)] = recorded

    def _place(self) -> int | None:
        """Return where a call would be recorded; None: it is passed over.

        To look at arguments takes longer than most functions: after some that told nothing new,
        ever more calls are passed over. Of enough, each is kept as likely as any other.
        """
        if self._passing:
            self._passing -= 1
            return None
        self._offered += 1
        if len(self.recorded) < MOST_RECORDED:
            return len(self.recorded)
        self._dice = (self._dice * 1103515245 + 12345) & 0x7FFFFFFF
        place = (self._dice >> 8) % self._offered
        return place if place < MOST_RECORDED else None

    def _taken(self, values: tuple[Any, ...]) -> Snapshot | None:
        """Return what arguments are made of; None: they cannot be recorded, or were before."""
        if self._tried > FREELY:
            self._gap = min(2 * self._gap + 1, MOST_PASSED)
        self._passing = self._gap
        try:
            taken = snapshot(values)
        except (UnrecordableError, RuntimeError) as error:
            # No room on the stack, or another thread changed what was looked at.
            why = str(error) if isinstance(error, UnrecordableError) else type(error).__name__
            self.skipped[why] = self.skipped.get(why, 0) + 1
            self._looked_at += MOST_BYTES if isinstance(error, TooBigError) else 0
            return None
        self._looked_at += taken.size
        mark = fingerprint(taken)
        if mark in self._known or self._recorder.left < taken.size:
            return None
        self._known.add(mark)
        self._gap = self._passing = 0
        return taken

    def _look(self, value: Any) -> None:
        """Count a returned value that was not seen before."""
        try:
            key = key_of((value,)) if is_plain(value) else ((id(type(value)),), ())
            kind = kind_of((True, value))
        except RuntimeError:
            return  # no room on the stack, or another thread changed what was looked at
        if key is not None:
            if key in self._distinct:
                return
            if len(self._distinct) < DISTINCT:
                self._distinct.add(key)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
