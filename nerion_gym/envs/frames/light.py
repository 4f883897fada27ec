"""Fine lines and round dots as light that adds up: many at once, smooth, the same everywhere."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


class Light:
    """A plane that lines and dots are drawn on.

    Args:
        height, width: of the plane, in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._plane = np.zeros(height * width, np.float32)

    def dim(self, share: float) -> None:
        """Leave a share of what was added so far, where lines cross no more than of one line."""
        np.minimum(self._plane, 1.0, out=self._plane)
        self._plane *= np.float32(share)

    def take(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pixels with light, int64 [n] of the flat plane, and how much, float32 [n].

        1 is the strength of one line. It is dark after that.
        """
        lit = np.flatnonzero(self._plane > 0)  # of bools: a third of the time of floats
        bright = self._plane[lit]
        self._plane[lit] = 0.0
        return lit, bright

    def points(self, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> None:
        """Add points, each shared among the four pixels around it.

        Args:
            x: float64 [n], in pixels; what lies outside is moved to the rim.
            y: the same downwards.
            weight: float64 [n].
        """
        x = np.clip(x, 0, self.width - 1.001)
        y = np.clip(y, 0, self.height - 1.001)
        left, top = x.astype(np.int64), y.astype(np.int64)
        right, low = x - left, y - top
        at = top * self.width + left
        below = low * weight
        above = weight - below
        low_right, high_right = right * below, right * above
        for step, share in (
            (0, above - high_right),
            (1, high_right),
            (self.width, below - low_right),
            (self.width + 1, low_right),
        ):
            np.add.at(self._plane, at + step, share.astype(np.float32))

    def dots(self, x: np.ndarray, y: np.ndarray, radius: float) -> None:
        """Add round dots, as bright in the middle as one line and soft at the rim.

        Args:
            x: float64 [n], middles in pixels; what lies outside is left out.
            y: the same downwards.
            radius: in pixels.
        """
        down, right = _around(int(np.ceil(radius + 0.5)))
        column, row = np.rint(x).astype(np.int64) + right, np.rint(y).astype(np.int64) + down
        light = np.clip(radius + 0.5 - np.hypot(column - x, row - y), 0.0, 1.0)
        seen = (light > 0) & (column >= 0) & (column < self.width)
        seen &= (row >= 0) & (row < self.height)
        at = (row * self.width + column)[seen]
        np.add.at(self._plane, at, light[seen].astype(np.float32))


@lru_cache(maxsize=32)
def _around(reach: int) -> np.ndarray:
    """Return int64 [2, n, 1]: rows and columns around a pixel; read-only."""
    found = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1, 1)
    found.flags.writeable = False
    return found


class Steps:
    """Where to put points along many curves, about one to a pixel.

    Args:
        length: float64 [e], of each curve in pixels, roughly.
        apart: pixels from point to point.

    Attributes:
        curve: int64 [n], the curve of each point.
        along: float64 [n], how far along it, 0 to 1.
        weight: float64 [n], pixels from point to point.
    """

    def __init__(self, length: np.ndarray, apart: float = 1.0) -> None:
        count = np.ceil(length / apart).astype(np.int64) + 1
        self.curve = np.repeat(np.arange(len(length)), count)
        first = np.cumsum(count) - count
        self.along = (np.arange(len(self.curve)) - first[self.curve] + 0.5) / count[self.curve]
        self.weight = (length / count)[self.curve]


def bends(
    angle: np.ndarray, radius: np.ndarray, ends: np.ndarray, steps: Steps
) -> tuple[np.ndarray, np.ndarray]:
    """Return points of smooth curves from ring to ring: angle and radius, float64 [n].

    Args:
        angle: float64 [N], of the nodes.
        radius: float64 [N], of the nodes.
        ends: int [e, 2], from and to.
        steps: where along them.
    """
    swing = steps.along * steps.along * (3 - 2 * steps.along)
    first, last = ends[:, 0], ends[:, 1]
    # A node in the middle has no direction: a line from there goes straight.
    begin = np.where(radius[first] > 0, angle[first], angle[last])
    at = steps.curve
    turned = begin[at] + (angle[last] - begin)[at] * swing
    return turned, radius[first][at] + (radius[last] - radius[first])[at] * steps.along


def chords(ends: np.ndarray, middle: float, steps: Steps) -> np.ndarray:
    """Return points of curves that bend half way to a middle, float64 [n].

    Args:
        ends: float64 [e, 2], x or y of their ends.
        middle: x or y.
        steps: where along them.
    """
    first, last = ends[steps.curve, 0], ends[steps.curve, 1]
    t = steps.along
    return (1 - t) ** 2 * first + 2 * t * (1 - t) * _bend(first, last, middle) + t * t * last


def chord_lengths(x: np.ndarray, y: np.ndarray, middle: tuple[float, float]) -> np.ndarray:
    """Return how long such curves are, roughly: between the straight way and that by the bend."""
    bend_x, bend_y = _bend(x[:, 0], x[:, 1], middle[0]), _bend(y[:, 0], y[:, 1], middle[1])
    straight = np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0])
    sides = [np.hypot(bend_x - x[:, end], bend_y - y[:, end]) for end in (0, 1)]
    return (2 * straight + sides[0] + sides[1]) / 3


def _bend(first: np.ndarray, last: np.ndarray, middle: float) -> np.ndarray:
    return 0.5 * middle + 0.25 * (first + last)
