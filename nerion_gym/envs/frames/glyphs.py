"""Letters as pictures of equal size, so that a frame is the same on every machine.

They stand in PNG files beside this one, 32 to a row in the order of `LETTERS`, made by
`scripts/make_glyphs.py` from DejaVu Sans Mono (decision 22). No font is looked for at run time.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
COLUMNS = 32
"""Letters in a row of a sheet."""
SHADES = 16
"""Darkness of a pixel: 0 to this; a power of two, so that mixing colours needs no division."""
TAB = 4
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x203A),
    (0x2070, 0x209C), (0x20AC, 0x20AC), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2500, 0x257F),
    (0x2580, 0x25FF), (0x2713, 0x2717),
)  # fmt: skip
"""First and last code point of what is drawn; anything else is a box."""
BOX = "\0"
WIDE_LEFT, WIDE_RIGHT = "\1", "\2"
"""Stand for the two halves of a box where a letter takes two cells."""
DRAWN = (BOX, WIDE_LEFT, WIDE_RIGHT)
LETTERS = (*DRAWN, *(chr(code) for first, last in RANGES for code in range(first, last + 1)))


@dataclass(frozen=True)
class Face:
    """A kind of letters.

    Attributes:
        name: of its file.
        width, height: of a letter's cell, in pixels.
        size: of the font that it was drawn from.
    """

    name: str
    width: int
    height: int
    size: int


TEXT = Face("text", 8, 17, 13)
BOLD = Face("bold", 8, 17, 13)
TITLE = Face("title", 11, 23, 18)
FACES = (TEXT, BOLD, TITLE)


def file_of(face: Face) -> Path:
    """Return where the letters of a face are."""
    return FOLDER / f"{face.name}.png"


@lru_cache(maxsize=len(FACES))
def sheet(face: Face) -> np.ndarray:
    """Return the letters of a face, uint8 [letters, height, width], 0 to `SHADES`; read-only."""
    from PIL import Image

    with Image.open(file_of(face)) as image:
        pixels = np.asarray(image.convert("L"))
    rows = pixels.shape[0] // face.height
    cells = pixels.reshape(rows, face.height, COLUMNS, face.width).swapaxes(1, 2)
    letters = cells.reshape(rows * COLUMNS, face.height, face.width)[: len(LETTERS)]
    found = np.rint(letters / 255 * SHADES).astype(np.uint8)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=1)
def _numbers() -> np.ndarray:
    """Return int16 [code points]: the place in `LETTERS`, 0 (a box) where there is none."""
    table = np.zeros(0x2800, np.int16)
    for place, letter in enumerate(LETTERS):
        table[ord(letter)] = place
    table[0] = 0
    return table


def numbers(text: str) -> np.ndarray:
    """Return int16 [cells]: the letter in each cell of what `cells` gave."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    table = _numbers()
    return table[np.where(codes < len(table), codes, 0)]


def cells(text: str) -> tuple[str, list[int]]:
    """Lay a line out in cells.

    Returns:
        One letter per cell, and the cell in which each letter of the text begins, with the number
        of cells at the end. Tabs are spaces up to the next stop, wide letters boxes of two cells,
        marks that combine with the letter before them take no cell.
    """
    if text.isascii() and text.isprintable():
        return text, list(range(len(text) + 1))
    found: list[str] = []
    starts = []
    for letter in text:
        starts.append(len(found))
        found += _cells_of(letter, len(found))
    return "".join(found), [*starts, len(found)]


def _cells_of(letter: str, at: int) -> str:
    if letter == "\t":
        return " " * (TAB - at % TAB)
    if unicodedata.combining(letter):
        return ""
    if unicodedata.east_asian_width(letter) in "WF":
        return WIDE_LEFT + WIDE_RIGHT
    return letter if letter >= " " else BOX
