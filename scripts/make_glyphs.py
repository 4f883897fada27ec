#!/usr/bin/env python3
"""Draw the letters of frames: nerion_gym/envs/frames/{text,bold,title}.png.

python scripts/make_glyphs.py [--fonts /usr/share/fonts/truetype/dejavu]

Needed only to add letters: the files are part of the package. The folder holds DejaVuSansMono.ttf
and DejaVuSansMono-Bold.ttf, whose licence allows this (decision 22).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image, ImageDraw, ImageFont

from nerion_gym.envs.frames.glyphs import (
    BOX,
    COLUMNS,
    DRAWN,
    FACES,
    LETTERS,
    SHADES,
    TEXT,
    WIDE_LEFT,
    file_of,
)

if TYPE_CHECKING:
    from nerion_gym.envs.frames.glyphs import Face

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
REGULAR, BOLD = "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"
LACKING = "\uffff"
"""No font has this one: what is drawn like it is not in the font."""


def draw(face: Face, folder: Path) -> Image.Image:
    """Return the sheet of a face."""
    name = REGULAR if face == TEXT else BOLD
    basic = ImageFont.Layout.BASIC
    font = ImageFont.truetype(str(folder / name), face.size, layout_engine=basic)
    ascent, descent = font.getmetrics()
    base = (face.height - ascent - descent + 1) // 2 + ascent
    rows = -(-len(LETTERS) // COLUMNS)
    image = Image.new("L", (COLUMNS * face.width, rows * face.height), 0)
    none = bytes(font.getmask(LACKING))
    for place, letter in enumerate(LETTERS):
        corner = (place % COLUMNS * face.width, place // COLUMNS * face.height)
        lacking = letter not in DRAWN and bytes(font.getmask(letter)) == none
        image.paste(letter_of(face, font, BOX if lacking else letter, base), corner)
    return image.point(lambda shade: round(shade / 255 * SHADES) * 255 // SHADES)


def letter_of(face: Face, font: ImageFont.FreeTypeFont, letter: str, base: int) -> Image.Image:
    """Return the picture of one letter, or of a box."""
    cell = Image.new("L", (face.width, face.height), 0)
    pen = ImageDraw.Draw(cell)
    low, right = base - face.size * 3 // 4, face.width - 2
    if letter == BOX:
        pen.rectangle((1, low, right, base), outline=255)
    elif letter in DRAWN:  # the outer side of this half lies outside of the cell
        at = (1, low, right + 9, base) if letter == WIDE_LEFT else (-9, low, right, base)
        pen.rectangle(at, outline=255)
    else:
        pen.text((0, base), letter, font=font, fill=255, anchor="ls")
    return cell


def main() -> None:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, default=FOLDER)
    folder = parser.parse_args().fonts
    for face in FACES:
        draw(face, folder).save(file_of(face), optimize=True)
        print(f"{file_of(face)}: {file_of(face).stat().st_size} bytes")


if __name__ == "__main__":
    main()
