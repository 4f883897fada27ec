"""The tests' bar: a cell for each test, those that do not pass higher than the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.envs.frames import palette
from nerion_gym.types.outcome import STRICT_XPASS, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.envs.frames.palette import Colour
    from nerion_gym.types.outcome import Outcome, TestResult

HEIGHT, LOW = 20, 12
"""Of the cell of a test that does not pass, and of one that does, in pixels."""
COLOURS = {
    Status.PASSED: palette.GREEN,
    Status.XFAILED: palette.GREEN,
    Status.XPASSED: palette.GREEN,
    Status.SKIPPED: palette.FAINT,
    Status.NOT_RUN: palette.FAINT,
    Status.FAILED: palette.RED,
    Status.ERROR: palette.PURPLE,
    Status.CRASHED: palette.PURPLE,
    Status.TIMEOUT: palette.AMBER,
    Status.MEMORY: palette.AMBER,
}
"""In order of weight: where several tests share a pixel, the heaviest is shown."""
WEIGHT = {status: place for place, status in enumerate(COLOURS)}
HARMLESS = frozenset({palette.GREEN, palette.FAINT})


def colour_of(result: TestResult) -> Colour:
    """Return a test's colour."""
    if result.status is Status.XPASSED and result.exception == STRICT_XPASS:
        return palette.RED
    return COLOURS[result.status]


def draw_bar(outcome: Outcome, width: int, ground: Colour = palette.GROUND) -> np.ndarray:
    """Return the bar of an outcome, uint8 [`HEIGHT`, width, 3]."""
    image = np.empty((HEIGHT, width, 3), np.uint8)
    image[:] = ground
    shown = _sharing(outcome.results, width)
    if not shown:
        return image
    colours = [colour_of(result) for result in shown]
    count = len(shown)
    cell = np.arange(width) * count // width
    gap = min(width // count // 4, 2)
    inside = np.ones(width, np.bool_)
    if gap:
        inside[: width - gap] = cell[gap:] == cell[: width - gap]
    low = np.array([colour in HARMLESS for colour in colours])[cell]
    found = np.where(inside[:, None], np.array(colours, np.uint8)[cell], ground)
    image[HEIGHT - LOW :] = found
    image[: HEIGHT - LOW] = np.where(low[:, None], ground, found)
    return image


def _sharing(results: Sequence[TestResult], most: int) -> list[TestResult]:
    """Return one result for each cell: the heaviest of those that share it."""
    if len(results) <= most:
        return list(results)
    found: list[TestResult] = []
    for place in range(most):
        first, last = place * len(results) // most, (place + 1) * len(results) // most
        found.append(max(results[first:last], key=lambda result: WEIGHT[result.status]))
    return found


def counts(outcome: Outcome) -> list[tuple[str, Colour]]:
    """Return how many tests have each status, in words, with the status's colour."""
    found = Counter(result.status for result in outcome.results)
    return [
        (f"{found[status]} {status.name.lower().replace('_', ' ')}", colour)
        for status, colour in COLOURS.items()
        if found[status]
    ]
