"""A picture as SVG text: the same text for the same picture, on every machine."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nerion_gym.graphs.drawing.shapes import Curve, Rectangle, Text

if TYPE_CHECKING:
    from nerion_gym.graphs.drawing.shapes import Picture, Shape

FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
STROKE = 1.4


def svg(picture: Picture) -> str:
    """Return an SVG document."""
    size = f"{number(picture.width)} {number(picture.height)}"
    width, height = size.split()
    colours = sorted({shape.colour for shape in picture.shapes if isinstance(shape, Curve)})
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {size}" font-family="{FONT}" role="img">',
        f"<title>{escape(picture.title)}</title>",
        "<defs>",
        *map(_head, colours),
        "</defs>",
        *map(_shape, picture.shapes),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Return a number with one decimal at most."""
    return f"{round(value, 1):g}" if abs(value) < 1e5 else f"{value:.0f}"


def _head(colour: str) -> str:
    return (
        f'<marker id="to-{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" '
        f'markerHeight="5" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def _shape(shape: Shape) -> str:
    if isinstance(shape, Rectangle):
        return _rectangle(shape)
    return _text(shape) if isinstance(shape, Text) else _curve(shape)


def _rectangle(shape: Rectangle) -> str:
    places = zip(
        ("x", "y", "width", "height"), (shape.x, shape.y, shape.width, shape.height), strict=True
    )
    where = " ".join(f'{name}="{number(value)}"' for name, value in places)
    colours = f'fill="{shape.fill}" stroke="{shape.line}"'
    return f'<rect {where} rx="3" {colours}>{_title(shape.title)}</rect>'


def _text(shape: Text) -> str:
    # With its length given, other fonts than ours fit their boxes too.
    return (
        f'<text x="{number(shape.x)}" y="{number(shape.y)}" font-size="{number(shape.size)}" '
        f'fill="{shape.colour}" textLength="{number(shape.width)}" lengthAdjust="spacingAndGlyphs" '
        f'xml:space="preserve">{escape(printable(shape.text))}</text>'
    )


def _curve(shape: Curve) -> str:
    start, *rest = (f"{number(x)} {number(y)}" for x, y in shape.points)
    dashes = " ".join(map(number, shape.dashes))
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="M{start}C{" ".join(rest)}" fill="none" stroke="{shape.colour}" '
        f'stroke-width="{STROKE}"{broken} marker-end="url(#to-{shape.colour[1:]})">'
        f"{_title(shape.title)}</path>"
    )


def _title(text: str) -> str:
    return f"<title>{escape(printable(text))}</title>" if text else ""


def printable(text: str) -> str:
    """Return a text without the characters that XML forbids."""
    return "".join(letter if letter.isprintable() or letter == " " else "\ufffd" for letter in text)
