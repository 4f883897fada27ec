"""Drawing on an array: boxes and text in cells."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.envs.frames import glyphs
from nerion_gym.envs.frames.glyphs import SHADES, TEXT

if TYPE_CHECKING:
    from nerion_gym.envs.frames.glyphs import Face
    from nerion_gym.envs.frames.palette import Colour

SHIFT = SHADES.bit_length() - 1


def fill(image: np.ndarray, box: tuple[int, int, int, int], colour: Colour) -> None:
    """Fill (left, top, right, bottom), half-open, of a picture uint8 [height, width, 3]."""
    left, top, right, bottom = box
    image[top:bottom, left:right] = colour


def strip(letters: np.ndarray, ink: Colour, ground: Colour, face: Face) -> np.ndarray:
    """Return a line of text as a picture, uint8 [face.height, cells x face.width, 3].

    Args:
        letters: uint8 [cells, height, width], from a sheet.
        ink: of the letters.
        ground: behind them.
        face: of the letters.
    """
    under = np.array(ground, np.int16)
    shade = np.ascontiguousarray(letters.transpose(1, 0, 2)).reshape(face.height, -1, 1)
    mixed = shade * (np.array(ink, np.int16) - under)
    mixed >>= SHIFT
    mixed += under
    return mixed.astype(np.uint8)


class Tiles:
    """Letters in their colours, each mixed once: text is then copied, not drawn."""

    def __init__(self) -> None:
        self._letters = len(glyphs.LETTERS)
        self._pairs: dict[tuple[Colour, Colour, Face], int] = {}
        self._place = np.zeros(0, np.int32)
        self._tiles = np.zeros((0, TEXT.height, TEXT.width, 3), np.uint8)
        self._used = 0
        self._mixing = Lock()  # one for the process, which may draw in several threads

    def pair(self, ink: Colour, ground: Colour, face: Face = TEXT) -> int:
        """Return the number of an ink on a ground, for `write`."""
        with self._mixing:
            number = self._pairs.setdefault((ink, ground, face), len(self._pairs))
            if len(self._place) < len(self._pairs) * self._letters:
                more = np.full(32 * self._letters, -1, np.int32)
                self._place = np.concatenate((self._place, more))
        return number

    def write(self, letters: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return lines of text as a picture, uint8 [rows x height, cells x width, 3].

        Args:
            letters: int [rows, cells], of `glyphs.numbers`.
            pairs: int [rows, cells], of `pair`.
        """
        keys = pairs * self._letters + letters
        with self._mixing:
            places = self._place[keys]
            if places.min(initial=0) < 0:
                self._mix(np.unique(keys[places < 0]))
                places = self._place[keys]
            drawn = self._tiles[places].swapaxes(1, 2)
        rows, cells = letters.shape
        return drawn.reshape(rows * TEXT.height, cells * TEXT.width, 3)

    def _mix(self, keys: np.ndarray) -> None:
        """Add tiles."""
        looks = list(self._pairs)
        added = np.empty((len(keys), *self._tiles.shape[1:]), np.uint8)
        for place, key in enumerate(keys.tolist()):
            ink, ground, face = looks[key // self._letters]
            letter = glyphs.sheet(face)[key % self._letters][None]
            added[place] = strip(letter, ink, ground, face)
        self._place[keys] = np.arange(self._used, self._used + len(keys))
        if self._used + len(keys) > len(self._tiles):
            room = np.empty((2 * self._used + len(keys), *self._tiles.shape[1:]), np.uint8)
            room[: self._used] = self._tiles[: self._used]
            self._tiles = room
        self._tiles[self._used : self._used + len(keys)] = added
        self._used += len(keys)


@lru_cache(maxsize=1)
def tiles() -> Tiles:
    """Return the process's letters in colours."""
    return Tiles()


@lru_cache(maxsize=1024)
def label(text: str, ink: Colour, ground: Colour, face: Face = TEXT) -> np.ndarray:
    """Return a text as a picture, uint8 [face.height, cells x face.width, 3]; read-only."""
    shown, _ = glyphs.cells(text)
    letters = glyphs.sheet(face)[glyphs.numbers(shown)]
    found = strip(letters, ink, ground, face)
    found.flags.writeable = False
    return found


def paste(image: np.ndarray, part: np.ndarray, left: int, top: int) -> int:
    """Put a picture on another, cut at its right edge; return where the part's right edge is."""
    room = max(image.shape[1] - left, 0)
    height, width = part.shape[:2]
    width = min(width, room)
    image[top : top + height, left : left + width] = part[:, :width]
    return left + width


def shortened(text: str, room: int) -> str:
    """Return a text of at most `room` letters, its middle left out."""
    if len(text) <= room:
        return text
    if room < 8:
        return text[: max(room, 0)]
    tail = (room - 1) // 3
    return f"{text[: room - 1 - tail]}…{text[len(text) - tail :]}"
