"""Micro-execution: one function alone, edited, on arguments that the suite gave it.

What it did in the suite it has to do again unedited, twice: else it hangs on more than its
arguments, and that call is not used. After each edit it is run unedited once more: one that left
something behind ends the process, and the next goes on with the edits that are left.
"""

from __future__ import annotations

import io
import marshal
import signal
import sys
import types
from time import monotonic, process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from .called import (
    ARGUMENT,
    BLIND,
    EXCEPTION,
    HIDDEN,
    LATE,
    LAZY,
    RAN,
    RESULT,
    WAITS,
    Done,
    Lines,
    described,
    difference,
    look,
    opened,
    split,
)
from .child import Job, bind, placed
from .sandbox import Bounds
from .telling import Teller
from .tracing.rebuilt import fingerprint, rebuilt
from .tracing.recipes import is_unshared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .child import Key
    from .sandbox import Mapped
    from .telling import Line
    from .tracing.calls import Recorded

SHORTEST, LONGEST = 0.02, 0.5
TIMES = 20.0
"""Processor time of a call: so many times what it takes unedited, within bounds."""
BLOCKED = 1.0
"""Seconds by the wall clock, for a call that waits."""
STUCK, BETWEEN = 1.0, 10.0
"""Seconds of processor time, past its limit, after which a call ends the process; and for what is
done between calls."""
AGAIN = 0.01
"""Who swallows the exception that ends a call gets another."""
ENOUGH = 4
"""Calls in which an edit differs; then it is known, and the time is better spent on another."""
PATIENCE = 0.2
"""Seconds of processor time for what calls of a function do unedited."""
TWICE = "it does not do the same twice"
UNLIKE = "it does not do what it did in the suite"
CLOSED = "closed"
"""In the place of what a function printed that closed what it prints to."""
STATEFUL = frozenset({TWICE, UNLIKE})


class LateError(BaseException):
    """A call takes too long; not an Exception, so that few programs catch it."""


class Calls(NamedTuple):
    """A function, and what was recorded of its calls."""

    functions: Sequence[types.FunctionType]
    recorded: Sequence[Recorded]


class Reference(NamedTuple):
    """A recorded call and what it does unedited.

    Attributes:
        place: its number.
        recorded: the call.
        done: what it does.
        limit: seconds of processor time that it may take edited.
        lines: of the function's file, those that it executes in it.
    """

    place: int
    recorded: Recorded
    done: Done
    limit: float
    lines: frozenset[int]


def run_micro(
    calls: Mapping[Key, Calls], order: dict[str, Any], mapped: Mapped, line: Line
) -> None:
    """Run edited functions on recorded arguments, and tell what became of each edit.

    Args:
        calls: what was recorded, by function.
        order: `functions`: [key, [[number of the edit, its code, marshalled, first and last line of
            what it changes], ...]], and limits.
        mapped: what was mapped before the fork.
        line: where records go.
    """
    teller = Teller(line, order["nonce"])
    bounds = Bounds(order["cpu"], order["wall"], order["memory"])
    bind(Job(order["nonce"], bounds), mapped, teller)
    teller.tell("ready", monotonic())
    signal.signal(signal.SIGVTALRM, _late)
    signal.signal(signal.SIGALRM, _late)
    fresh = True
    for number, (key, edits) in enumerate(order["functions"]):
        functions, recorded = calls[tuple(key)]
        if not functions:
            teller.tell("reference", number, [], [["nothing holds the function any more", 1]])
            continue
        running = Running(functions[0])
        known, dropped = running.references(recorded)
        if number and not dropped.keys().isdisjoint(STATEFUL):
            # Maybe for what others before it left behind: in a process of its own it counts.
            teller.tell("stale")
            teller.end()
            return
        found = [reference.place for reference in known]
        teller.tell("reference", number, found, [list(row) for row in dropped.items()])
        for edit, code, start, end in edits if known else ():
            new: types.CodeType = marshal.loads(code)  # noqa: S302 - made by the near side
            coming = [one for one in known if not one.lines.isdisjoint(range(start, end + 1))]
            masks = running.compared(coming, placed(new, functions[0].__code__.co_filename))
            clean = not coming or running.is_clean(known, edit, masks)
            if clean or fresh:
                teller.tell("micro", edit, *map(hex, masks))
            fresh = fresh and not coming
            if not clean:
                # What it found may be of one before it: of the first in a process it counts.
                teller.tell("stale")
                teller.end()
                return
    teller.end()


class Running:
    """Runs a function on recorded arguments.

    Args:
        function: its own code is the unedited one.
    """

    def __init__(self, function: types.FunctionType) -> None:
        self._function, self._code = function, function.__code__

    def references(self, recorded: Sequence[Recorded]) -> tuple[list[Reference], dict[str, int]]:
        """Return the calls that do again what they did, and why others are left out."""
        found: list[Reference] = []
        dropped: dict[str, int] = {}
        began = process_time()
        for place, one in enumerate(recorded):
            started = process_time()
            if len(found) >= ENOUGH and started - began > PATIENCE:
                break  # the function is slow: fewer calls will do
            first = self.call(one, LONGEST)
            spent = process_time() - started
            lines: set[int] = set()
            why = "" if first is not None else "its arguments cannot be made again"
            if first is not None:
                why = self._doubt(one, first, lines)
            if why or first is None:
                dropped[why] = dropped.get(why, 0) + 1
                continue
            limit = min(max(TIMES * spent, SHORTEST), LONGEST)
            found.append(Reference(place, one, first, limit, frozenset(lines)))
        return found, dropped

    def _doubt(self, recorded: Recorded, first: Done, lines: set[int]) -> str:
        """Return why a call does not do the same each time; "" where it does.

        The second time is watched: the lines of the file that it executes are put in `lines`.
        """
        if first.kind == LATE:
            return "it takes too long"
        before = sys.gettrace()
        sys.settrace(Lines(self._code.co_filename, lines).call)
        try:
            second = self.call(recorded, LONGEST)
        finally:
            sys.settrace(before)
        if second != first:
            return TWICE
        told = recorded.result[0] if recorded.result else b""
        if told and not first.drained and (first.kind != RESULT or first.value != told):
            return UNLIKE
        return ""

    def compared(self, known: Sequence[Reference], code: types.CodeType) -> list[int]:
        """Return in which calls an edit gives another result, exception, argument, or no end.

        Sets of places, a bit each; then those where nothing differs and only a call of what came
        out of it, or of what is in the arguments, would tell; and all that were run: where a few
        differ, the others are not.
        """
        found = dict.fromkeys((RESULT, EXCEPTION, ARGUMENT, LATE, BLIND, HIDDEN, RAN), 0)
        differing = 0
        self._function.__code__ = code
        try:
            for reference in known:
                done = self.call(reference.recorded, reference.limit, reference.done)
                what = difference(reference.done, done)
                bit = 1 << reference.place
                found[RAN] |= bit
                if what:
                    found[what] |= bit
                    differing += what not in {BLIND, HIDDEN}
                if differing >= ENOUGH or what == LATE:
                    break
        finally:
            self._function.__code__ = self._code
        return list(found.values())

    def is_clean(self, known: Sequence[Reference], turn: int, masks: Sequence[int]) -> bool:
        """Whether the unedited function still does what it did.

        Looked at are one of the calls in turn, and those in which an edit differed: if it was for
        what another edit left behind, the unedited function differs there as well.
        """
        results, exceptions, arguments, late = masks[:4]
        wanted = results | exceptions | arguments | late | 1 << known[turn % len(known)].place
        looked_at = [one for one in known if wanted >> one.place & 1]
        return all(self.call(one.recorded, LONGEST, one.done) == one.done for one in looked_at)

    def call(self, recorded: Recorded, seconds: float, expected: Done | None = None) -> Done | None:
        """Call the function, and look once where it does what is expected.

        None where its arguments cannot be made again.
        """
        try:
            values = rebuilt(recorded.arguments)
        except Exception:  # noqa: BLE001 - the program's own __hash__ or __eq__ may raise anything
            return None
        positional, named = split(self._code, values)
        text = io.StringIO()
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = text
        try:
            kind, value, drained = _called(self._function, positional, named, seconds)
        finally:
            sys.stdout, sys.stderr = before
        printed = CLOSED if text.closed else text.getvalue()
        shared = b"" if kind != RESULT or is_unshared(value) else look([value, *values])[0]
        if expected is not None and expected.is_all(kind, shared, printed, drained):
            return expected
        seen, blind = look([value])
        after, hidden = look(values)
        if drained and kind == RESULT and value[0] == WAITS:
            blind = True  # what comes after its first wait was not run
        if kind == RESULT and value is None and not printed:
            # It may change what no argument leads to: a variable of the module, a file.
            blind = after == fingerprint(recorded.arguments)
        return Done(kind, seen, shared, after, printed, blind, hidden, drained)


def _called(
    function: Callable[..., Any], positional: list[Any], named: dict[str, Any], seconds: float
) -> tuple[str, Any, bool]:
    """Return how a call ended, with what, and whether its result was gone through."""
    drained = False
    try:
        _limit(seconds)
        value = function(*positional, **named)
        drained = type(value) in LAZY or type(value) is types.CoroutineType
        value = opened(value) if drained else value
        _limit(0.0)
    except LateError:
        _limit(0.0)
        return LATE, None, drained
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the function does
        _limit(0.0)
        return EXCEPTION, described(error), drained
    return RESULT, value, drained


def _limit(seconds: float) -> None:
    """Have a call end after so much processor time, or a while of waiting; 0: let it be.

    What computes on without running any of Python's code sees no exception: that ends the process.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds + STUCK if seconds else BETWEEN)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN if seconds else 0.0)
    signal.setitimer(signal.ITIMER_REAL, BLOCKED if seconds else 0.0, AGAIN if seconds else 0.0)


def _late(_number: int, _frame: object) -> None:
    raise LateError
