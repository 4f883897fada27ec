"""Taps of expressions that do not evaluate all of themselves: `a.b and f(c)`, `x if y() else z`.

Each hole is stored as it is evaluated, and at the end original and edits are evaluated on them: a
hole asks for its value, so that it shows which ones an edit would evaluate. One that the program
did not evaluate has none. The same value is the same only if the same holes were evaluated in the
same order, of those that may run code.
"""

from __future__ import annotations

import sys
from typing import Any

from .judged import ABSENT
from .taps import Report, Site
from .values import keepable


class LazySite(Site):
    """A site whose holes may not all be evaluated; the first always is.

    What an edit runs is seen at each evaluation; one that is faithful counts as the same whatever
    it runs (`Site.add`): only its value is asked for.
    """

    _begun = 0

    def part(self, number: int, value: Any) -> Any:
        """Take a hole that was evaluated; give it back."""
        if self._done == self._clock.test:
            if number == 0:
                self._row[1] += 1
                if self._stored:
                    self._stored.pop(id(sys._getframe(1)), None)
            return value
        frame = id(sys._getframe(1))
        if number == 0:
            # What an evaluation that ended in an exception left behind goes.
            self._stored[frame] = {}
            self._begun += 1
            if self._test != self._clock.test:
                self._begin()
            self._row[1] += 1
            self._looks += 1
        self._stored.setdefault(frame, {})[number] = keepable(value)
        return value

    def end(self, value: Any) -> Any:
        """The expression is evaluated: look at its edits; give its value back."""
        stored = self._stored.pop(id(sys._getframe(1)), None) if self._stored else None
        if stored is None:
            return value  # it began when there was nothing left to look for
        self._begun -= 1
        if self._done != self._clock.test:
            values = tuple([stored.get(number, ABSENT) for number in self.numbers])
            self._look(values, sys._getframe(1) if self._framed else None)
        return value

    def seen(self) -> Report:
        """As of any site; where an evaluation did not end, what it would have shown is unknown."""
        if self._begun:
            self.unknown = self._all
        return super().seen()
