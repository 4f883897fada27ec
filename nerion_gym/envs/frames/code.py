"""Draws the rows of the source panel."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.envs.frames import glyphs, palette
from nerion_gym.envs.frames.canvas import tiles
from nerion_gym.envs.frames.glyphs import BOLD, TEXT
from nerion_gym.envs.frames.rows import KEPT, NEW, OFFERED, OLD, SEAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.envs.frames.palette import Colour
    from nerion_gym.envs.frames.rows import Row

COLUMNS = 82
"""Cells of a row."""
GUTTER = 7
"""Cells before the text: the line's number, and a sign for what becomes of it."""
ROOM = COLUMNS - GUTTER
ROW = TEXT.height
GROUNDS = {
    KEPT: palette.PANEL,
    OLD: palette.OLD_ROW,
    NEW: palette.NEW_ROW,
    SEAM: palette.SEAM,
    OFFERED: palette.PANEL,
}
MARKS = {OLD: palette.OLD_MARK, NEW: palette.NEW_MARK}
SIGNS = {KEPT: " ", OLD: "\N{MINUS SIGN}", NEW: "+", SEAM: " ", OFFERED: "•"}
GUTTERS = {OLD: palette.RED, NEW: palette.GREEN, OFFERED: palette.BLUE}
GUTTER_LOOK = (0, -1)
STRUCK: Colour = (255, 190, 150)
STRIKE = 9
"""Row of pixels of the line through an old text."""
CUT = "…"
LEAD = 12
"""Cells shown before the first mark of a line that is moved to the left."""


def draw_rows(rows: Sequence[Row]) -> np.ndarray:
    """Return rows as a picture, uint8 [rows x `ROW`, `COLUMNS` cells, 3]."""
    cells = [_cells(row, at) for row, at in zip(rows, _offsets(rows), strict=True)]
    letters = np.array([cell[0] for cell in cells], np.int64).reshape(-1, COLUMNS)
    pairs = np.array([cell[1] for cell in cells], np.int64).reshape(-1, COLUMNS)
    image = tiles().write(letters, pairs)
    left = GUTTER * TEXT.width
    for place, row in enumerate(rows):
        if row.sign == OLD:
            through = np.repeat(cells[place][2], TEXT.width)
            line = image[place * ROW + STRIKE, left : left + len(through)]
            line[through] = STRUCK
    return image


@lru_cache(maxsize=4096)
def _cells(row: Row, offset: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the letters and looks of a row's cells, and which cells of its text are marked."""
    text, styles, marked = _laid_out(row, offset)
    number = f"{row.number:>4}"[-4:] if row.number else "    "
    letters = glyphs.numbers(f"{number} {SIGNS[row.sign]} {text}".ljust(COLUMNS))
    looks = _looks()[row.sign]
    pairs = np.full(COLUMNS, looks[0, palette.PLAIN], np.int32)
    pairs[:GUTTER] = looks[GUTTER_LOOK]
    pairs[GUTTER : GUTTER + len(text)] = looks[marked.astype(np.int8), styles]
    return letters, pairs, marked


@lru_cache(maxsize=1)
def _looks() -> dict[str, np.ndarray]:
    """Return by sign int32 [2, styles + 1]: ink on ground of a style, plain or marked.

    The last style is that of the gutter.
    """
    found = {}
    for sign, ground in GROUNDS.items():
        table = np.empty((2, len(palette.SYNTAX) + 1), np.int32)
        for marked, under in enumerate((ground, MARKS.get(sign, ground))):
            for style, ink in enumerate(palette.SYNTAX):
                face = BOLD if style in palette.BOLD else TEXT
                colour = palette.DIM if sign == SEAM else ink
                table[marked, style] = tiles().pair(colour, under, face)
        table[:, -1] = tiles().pair(GUTTERS.get(sign, palette.FAINT), ground)
        found[sign] = table
    return found


def _offsets(rows: Sequence[Row]) -> list[int]:
    """Return how many cells of each row are cut at its left, so that what differs can be seen.

    Rows of a block that follow one another are moved alike: old stands over new.
    """
    found = [0] * len(rows)
    start = 0
    for place in range(1, len(rows) + 1):
        if place < len(rows) and (rows[place].sign in MARKS) == (rows[start].sign in MARKS):
            continue
        if rows[start].sign in MARKS:
            found[start:place] = [max(map(_offset, rows[start:place]))] * (place - start)
        start = place
    return found


def _offset(row: Row) -> int:
    if not row.marks:
        return 0
    starts = glyphs.cells(row.text)[1]
    first, last = starts[row.marks[0][0]], starts[row.marks[0][1]]
    return 0 if min(last, first + 8) <= ROOM - 2 else first - LEAD


def _laid_out(row: Row, offset: int) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the cells of a row's text that are shown, their styles, and which are marked."""
    shown, starts = glyphs.cells(row.text)
    widths = np.diff(starts)
    styles = np.repeat(np.frombuffer(row.styles, np.uint8), widths)
    marked = np.zeros(len(shown), np.bool_)
    for start, end in row.marks:
        marked[starts[start] : starts[end]] = True
    over = len(shown) - offset > ROOM
    last = offset + ROOM
    text = shown[offset:last]
    if offset and text:
        text = CUT + text[1:]
    if over:
        text = text[:-1] + CUT
    return text, styles[offset:last], marked[offset:last]
