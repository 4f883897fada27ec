"""Exact fractions that stay in lowest terms."""

from functools import total_ordering
from math import gcd


@total_ordering
class Rational:
    """An immutable fraction; the sign is kept in the numerator."""

    __slots__ = ("_top", "_bottom")

    def __init__(self, top=0, bottom=1):
        if bottom == 0:
            raise ZeroDivisionError(f"{top}/0 is not a number")
        if bottom < 0:
            top, bottom = -top, -bottom
        shared = gcd(top, bottom)
        self._top = top // shared
        self._bottom = bottom // shared

    @classmethod
    def parse(cls, text):
        """Read "3/4", "-2" or "1 3/4"."""
        whole, _, rest = text.strip().rpartition(" ")
        top, _, bottom = rest.partition("/")
        part = cls(int(top), int(bottom or 1))
        if not whole:
            return part
        whole = int(whole)
        return whole + part if whole >= 0 else whole - part

    @property
    def top(self):
        return self._top

    @property
    def bottom(self):
        return self._bottom

    def __repr__(self):
        return f"Rational({self._top}, {self._bottom})"

    def __str__(self):
        if self._bottom == 1:
            return str(self._top)
        return f"{self._top}/{self._bottom}"

    def __hash__(self):
        return hash((self._top, self._bottom)) if self._bottom != 1 else hash(self._top)

    def __bool__(self):
        return self._top != 0

    def __eq__(self, other):
        other = _lifted(other)
        if other is None:
            return NotImplemented
        return (self._top, self._bottom) == (other._top, other._bottom)

    def __lt__(self, other):
        other = _lifted(other)
        if other is None:
            return NotImplemented
        return self._top * other._bottom < other._top * self._bottom

    def __add__(self, other):
        other = _lifted(other)
        if other is None:
            return NotImplemented
        top = self._top * other._bottom + other._top * self._bottom
        return Rational(top, self._bottom * other._bottom)

    __radd__ = __add__

    def __neg__(self):
        return Rational(-self._top, self._bottom)

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        other = _lifted(other)
        if other is None:
            return NotImplemented
        return Rational(self._top * other._top, self._bottom * other._bottom)

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = _lifted(other)
        if other is None:
            return NotImplemented
        return Rational(self._top * other._bottom, self._bottom * other._top)


def _lifted(value):
    if isinstance(value, Rational):
        return value
    return Rational(value) if isinstance(value, int) else None
