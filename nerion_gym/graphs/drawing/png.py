"""A picture as PNG, drawn with Pillow at twice the size and scaled down: smooth lines."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError
from nerion_gym.graphs.drawing.shapes import Rectangle, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.graphs.drawing.shapes import Curve, Picture, Point

FINER = 2
"""Pixels of the drawing for one of the picture."""
STEPS = 40
"""Straight pieces of a curve."""
LARGEST = 100_000_000
"""Pixels of a picture at most: more would not fit in memory, and nobody could look at it."""
FONT = "DejaVuSansMono.ttf"


def png(picture: Picture, scale: float = 1.0) -> bytes:
    """Return a PNG file.

    Args:
        picture: what to draw.
        scale: pixels of the file for one of the picture.

    Raises:
        ConfigError: Pillow is not installed, or the picture is too large.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        msg = "PNG needs Pillow, which is not installed: `pip install pillow`, or --format svg"
        raise ConfigError(msg) from error
    size = (round(picture.width * scale), round(picture.height * scale))
    if size[0] * size[1] > LARGEST:
        msg = (
            f"a picture of {size[0]} x {size[1]} pixels is too large for PNG; use --format svg, "
            "or show one function with --focus"
        )
        raise ConfigError(msg)
    finer = 1 if size[0] * size[1] * FINER**2 > LARGEST else FINER
    image = Image.new("RGB", (size[0] * finer, size[1] * finer), "white")
    pen = Pen(ImageDraw.Draw(image), scale * finer)
    for shape in picture.shapes:
        if isinstance(shape, Rectangle):
            pen.rectangle(shape)
        elif isinstance(shape, Text):
            pen.text(shape)
        else:
            pen.curve(shape)
    file = BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


class Pen:
    """Draws shapes on an image.

    Args:
        draw: Pillow's drawing.
        scale: pixels of the image for one of the picture.
    """

    def __init__(self, draw: Any, scale: float) -> None:
        self._draw = draw
        self._scale = scale

    def rectangle(self, shape: Rectangle) -> None:
        """Draw a box."""
        s = self._scale
        corners = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        self._draw.rounded_rectangle(
            [s * value for value in corners],
            radius=3 * s,
            fill=shape.fill,
            outline=shape.line,
            width=max(round(s), 1),
        )

    def text(self, shape: Text) -> None:
        """Write a text, in the middle of its width."""
        s = self._scale
        middle = (s * (shape.x + shape.width / 2), s * shape.y)
        self._draw.text(
            middle, shape.text, fill=shape.colour, font=font(round(shape.size * s)), anchor="ms"
        )

    def curve(self, shape: Curve) -> None:
        """Draw a curve with its arrow's head."""
        s = self._scale
        points = [(s * x, s * y) for x, y in bezier(shape.points)]
        width = max(round(1.4 * s), 1)
        for piece in strokes(points, tuple(s * length for length in shape.dashes)):
            self._draw.line(piece, fill=shape.colour, width=width, joint="curve")
        self._draw.polygon(head(points, 6 * s), fill=shape.colour)


@lru_cache(maxsize=16)
def font(size: int) -> Any:
    """Return the fixed-width font where the machine has it, else the one in Pillow."""
    from PIL import ImageFont

    try:
        return ImageFont.truetype(FONT, size)
    except OSError:
        return ImageFont.load_default(size)


def bezier(points: tuple[Point, Point, Point, Point]) -> list[Point]:
    """Return points on a cubic curve."""
    found = []
    for step in range(STEPS + 1):
        t = step / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
        found.append((x, y))
    return found


def strokes(points: list[Point], dashes: tuple[float, ...]) -> Iterator[list[Point]]:
    """Yield the pieces of a line that dashes leave."""
    if not dashes:
        yield points
        return
    place, left = 0, dashes[0]
    piece = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        length = hypot(x2 - x1, y2 - y1)
        done = 0.0
        while length - done > left:
            done += left
            at = (x1 + (x2 - x1) * done / length, y1 + (y2 - y1) * done / length)
            if place % 2 == 0:
                yield [*piece, at]
            place, piece = place + 1, [at]
            left = dashes[place % len(dashes)]
        left -= length - done
        piece.append((x2, y2))
    if place % 2 == 0 and len(piece) > 1:
        yield piece


def head(points: list[Point], size: float) -> list[Point]:
    """Return the triangle at a line's end."""
    end = points[-1]
    back = next(
        (p for p in reversed(points) if hypot(p[0] - end[0], p[1] - end[1]) >= size), points[0]
    )
    length = hypot(end[0] - back[0], end[1] - back[1]) or 1.0
    x, y = (end[0] - back[0]) / length * size, (end[1] - back[1]) / length * size
    base = (end[0] - x, end[1] - y)
    return [end, (base[0] - y * 0.4, base[1] + x * 0.4), (base[0] + y * 0.4, base[1] - x * 0.4)]
