"""Taps of expressions that do not evaluate all of themselves: `a.b and f(c)`, `x if y() else z`.

Each hole is stored as it is evaluated, and at the end original and edits are evaluated on them: a
hole asks for its value, so that it shows which ones an edit would evaluate. One that the program
did not evaluate has none. The same value is the same only if the same holes were evaluated in the
same order, of those that may run code.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from .taps import Report, Site
from .values import (
    LACKED,
    MISSING,
    SAME,
    UNKNOWN,
    Absent,
    Alternative,
    Opaque,
    UnknownError,
    evaluated,
    is_fixed,
    is_plain,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .values import Told, Values


ABSENT = Absent()


def is_still(value: object) -> bool:
    """Whether a value may be worked on, and is what it was when it was stored."""
    return is_plain(value) and is_fixed(value)


class LazySite(Site):
    """A site whose holes may not all be evaluated; the first always is.

    What an edit runs is seen at each evaluation; one that is faithful counts as the same whatever
    it runs (`Site.add`): only its value is asked for.
    """

    risky: frozenset[int] = frozenset()
    """Numbers of the holes that may run code."""
    _begun = 0

    def part(self, number: int, value: Any) -> Any:
        """Take a hole that was evaluated; give it back."""
        frame = id(sys._getframe(1))
        if number == 0:
            # What an evaluation that ended in an exception left behind goes.
            self._stored[frame] = {}
            self._begun += 1
            if self._test != self._clock.test:
                self._begin()
            self._row[1] += 1
            self._looks += 1
        if self._done == self._clock.test:
            return value
        self._stored.setdefault(frame, {})[number] = value if is_plain(value) else Opaque()
        return value

    def end(self, value: Any) -> Any:
        """The expression is evaluated: look at its edits; give its value back."""
        self._begun -= 1
        stored = self._stored.pop(id(sys._getframe(1)), {})
        if self._done != self._clock.test:
            values = tuple([stored.get(number, ABSENT) for number in self._numbers])
            self._look(values, sys._getframe(1) if self._framed else None)
        return value

    def seen(self) -> Report:
        """As of any site; where an evaluation did not end, what it would have shown is unknown."""
        if self._begun:
            self.unknown = self._all
        return super().seen()

    def _judge(self, values: Values) -> Callable[[Alternative, int], int]:
        """Note what the originals give; return what says whether an edit differs from its own."""
        found = [self._run(original, values) for original in self._originals]
        self._note([expected for expected, _ in found])

        def judge(edit: Alternative, number: int) -> int:
            expected, ran = found[number]
            given, also = self._run(edit, values)
            said = verdict(self._originals[number], edit, expected, given)
            alike = ran == also and not self._reads_more(edit)
            return UNKNOWN if said == SAME and not (alike or edit.faithful) else said

        return judge

    def _reads_more(self, edit: Alternative) -> bool:
        """Whether an edit reads variables that code may have bound anew before the end."""
        return any(number >= len(self._numbers) for number in edit.read)

    def _run(self, edit: Alternative, values: Values) -> tuple[Told | None, list[int]]:
        """Return what an expression gives, and which holes that may run code it evaluates."""
        ran: list[int] = []

        def ask(number: int) -> Any:
            value = values[number]
            if number in self.risky:
                ran.append(number)
            works = number in edit.used or ~number in edit.used
            if value is ABSENT or value is LACKED or (works and not is_still(value)):
                raise UnknownError
            if value is MISSING:
                raise NameError
            return value

        asking = tuple([partial(ask, number) for number in range(len(values))])
        return evaluated(edit, asking), ran
