"""What a picture is made of, whatever it is written as: rectangles, texts and curves in pixels."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """A box with round corners.

    Attributes:
        x, y, width, height: in pixels.
        fill, line: colours, #rrggbb.
        title: shown where a pointer rests on it.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str
    title: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text of a fixed-width font.

    Attributes:
        x, y: left end of its base line, in pixels.
        text: what it says.
        size: in pixels.
        colour: #rrggbb.
        width: that it takes, in pixels.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    width: float


@dataclass(frozen=True)
class Curve:
    """A cubic curve with an arrow's head at its end.

    Attributes:
        points: start, two controls, end.
        colour: #rrggbb.
        dashes: lengths in pixels of strokes and breaks; empty: unbroken.
        title: shown where a pointer rests on it.
    """

    points: tuple[Point, Point, Point, Point]
    colour: str
    dashes: tuple[float, ...] = ()
    title: str = ""


Shape = Rectangle | Text | Curve


@dataclass(frozen=True)
class Picture:
    """Shapes from back to front.

    Attributes:
        width, height: in pixels.
        shapes: of the picture.
        title: what it shows.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str
