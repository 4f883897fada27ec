"""The picture of a program graph: boxes, a curve for each edge of the chosen families, a legend."""

from __future__ import annotations

from dataclasses import replace
from math import dist
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.graphs.drawing.layout import LEAF, NAME, PAD, TEXT, Box, lay_out, text_width
from nerion_gym.graphs.drawing.shapes import Curve, Picture, Point, Rectangle, Shape, Text

if TYPE_CHECKING:
    import networkx as nx

    from nerion_gym.graphs.drawing.layout import Layout


class Style(NamedTuple):
    """How a family's edges look, and what they mean."""

    colour: str
    dashes: tuple[float, ...]
    meaning: str


FAMILIES = {
    "child": Style("#7d8794", (), "node -> node below it"),
    "next_token": Style("#a38b5b", (2, 2), "token -> the next in the text"),
    "last_read": Style("#0e9aa7", (2, 3), "mention -> where the name may last have been read"),
    "last_write": Style("#2563eb", (), "mention -> where the name may last have been written"),
    "computed_from": Style("#e07b00", (), "what is assigned -> names that its value reads"),
    "binds": Style("#6b7280", (1, 3), "mention -> the symbol of its name"),
    "calls": Style("#c026d3", (), "call -> function that it may run"),
    "returns_to": Style("#15803d", (6, 3), "return -> call that its value goes to"),
    "guarded_by": Style("#dc2626", (4, 2), "what may not run -> the condition that decides"),
    "covers": Style("#0369a1", (8, 3), "test -> function that it executes"),
    "imports": Style("#7c3aed", (), "imported name -> its file or definition"),
}
"""Family -> how it is drawn; the order is that of the legend."""
SHOWN = ("last_write", "computed_from", "calls", "returns_to", "guarded_by", "covers", "imports")
"""What a picture shows if nothing is chosen: the boxes say `child` and `next_token` already."""
FILLS = {
    "file": ("#fbfbfc", "#8a93a0"),
    "statement": ("#f3f5f8", "#c3cad4"),
    "expression": ("#ffffff", "#d9dee6"),
    "leaf": ("#ffffff", "#9aa3b0"),
    "word": ("#eceff3", "#c3cad4"),
    "symbol": ("#eef2ff", "#6366f1"),
    "test": ("#ecfdf5", "#059669"),
}
"""Role of a box -> its colour and its outline's."""
WRITTEN, LITERAL = "#fff3d6", "#e6f3ea"
WRITING_KINDS = frozenset({"Name.store", "Name.del", "arg", "alias"})
INK, FAINT, BACKGROUND = "#1f2937", "#5b6572", "#ffffff"
MARGIN, LEGEND_ROW, SAMPLE = 18.0, 17.0, 34.0
FAR = 320.0
"""A longer curve, in pixels, is paler."""


def draw(graph: nx.MultiDiGraph, families: tuple[str, ...], title: str, *, tokens: bool) -> Picture:
    """Return the picture of a graph.

    Args:
        graph: made by `to_networkx`.
        families: edge families to show, of `FAMILIES`.
        title: what is shown.
        tokens: whether the tokens that are no node of the syntax tree have boxes.
    """
    edges = [edge for edge in graph.edges(keys=True) if edge[2] in families]
    chosen = tuple(name for name in FAMILIES if name in {family for *_, family in edges})
    top = MARGIN + LEGEND_ROW * (4 + len(chosen))
    layout = lay_out(graph if "binds" in families else _without_symbols(graph), top)
    tokens = tokens or "next_token" in families
    boxes = layout.boxes.values()
    holders = [box for box in boxes if box.inside or box.role == "file"]
    ends = [box for box in boxes if not (box.inside or box.role == "file")]
    shapes: list[Shape] = [_outline(graph, box) for box in holders]
    shapes += _curves(layout, edges)
    shapes += [_name(box) for box in holders]
    shapes += [shape for box in ends for shape in _leaf(graph, box, tokens=tokens)]
    legend = _legend(chosen, title, edges, graph)
    width = max(layout.width, *(_right(shape) for shape in legend)) + 2 * MARGIN
    moved = [_shifted(shape, MARGIN, 0.0) for shape in (*shapes, *legend)]
    paper = Rectangle(0, 0, width, layout.height + MARGIN, BACKGROUND, BACKGROUND)
    return Picture(width, layout.height + MARGIN, (paper, *moved), title)


def _without_symbols(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    return graph.subgraph([n for n, data in graph.nodes(data=True) if data["kind"] != "symbol"])


# --- boxes


def _outline(graph: nx.MultiDiGraph, box: Box) -> Rectangle:
    title = f"{box.node}: {box.kind} {graph.nodes[box.node]['label']}"
    return Rectangle(box.x, box.y, box.width, box.height, *_colours(box), title)


def _name(box: Box) -> Text:
    return Text(box.x + PAD, box.y + NAME, box.text, NAME, FAINT, text_width(box.text, NAME))


def _leaf(graph: nx.MultiDiGraph, box: Box, *, tokens: bool) -> list[Shape]:
    """Return a text in its box; a word that is no node of the tree only hides what is behind."""
    rectangle = _outline(graph, box)
    if box.role == "word" and not tokens:
        rectangle = replace(rectangle, fill=FILLS["statement"][0], line=FILLS["statement"][0])
        rectangle = replace(rectangle, y=box.y + 3, height=box.height - 6)
    width = text_width(box.text, TEXT)
    left, base = box.x + (box.width - width) / 2, box.y + LEAF / 2 + TEXT * 0.35
    colour = FAINT if box.role == "word" else INK
    return [rectangle, Text(left, base, box.text, TEXT, colour, width)]


def _colours(box: Box) -> tuple[str, str]:
    fill, line = FILLS[box.role]
    if box.role == "leaf" and box.kind in WRITING_KINDS:
        fill = WRITTEN
    elif box.kind.startswith("Constant"):
        fill = LITERAL
    return fill, line


# --- curves


def _curves(layout: Layout, edges: list[tuple[int, int, str]]) -> list[Shape]:
    """Return the curves, long ones first and paler: they pass behind the others."""
    order = {name: place for place, name in enumerate(FAMILIES)}
    shapes: list[tuple[bool, Curve]] = []
    for source, target, family in edges:
        style = FAMILIES[family]
        if source in layout.boxes and target in layout.boxes:
            lane = 1.6 * (order[family] - len(order) / 2)
            points = _path(layout.boxes[source], layout.boxes[target], lane)
            near = dist(points[0], points[3]) < FAR
            colour = style.colour if near else paler(style.colour)
            title = f"{family}: {source} -> {target}"
            shapes.append((near, Curve(points, colour, style.dashes, title)))
    return [shape for _, shape in sorted(shapes, key=lambda pair: pair[0])]


def paler(colour: str) -> str:
    """Return a colour mixed half and half with white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{(part + 255) // 2:02x}" for part in parts)


def _path(source: Box, target: Box, lane: float) -> tuple[Point, Point, Point, Point]:
    """Return a curve between two boxes: up, down, or over the row that both stand in."""
    x1, x2 = _across(source, lane), _across(target, lane)
    if source is target:
        return (
            (x1 - 3, source.y),
            (x1 - 14, source.y - 20),
            (x1 + 14, source.y - 20),
            (x1 + 3, source.y),
        )
    low1, low2 = source.y + source.head, target.y + target.head
    if low2 <= source.y:
        bend = 8 + (source.y - low2) * 0.4
        return ((x1, source.y), (x1, source.y - bend), (x2, low2 + bend), (x2, low2))
    if low1 <= target.y:
        bend = 8 + (target.y - low1) * 0.4
        return ((x1, low1), (x1, low1 + bend), (x2, target.y - bend), (x2, target.y))
    bend = 10 + min(abs(x2 - x1) * 0.15, 30)
    highest = min(source.y, target.y) - bend
    return ((x1, source.y), (x1, highest), (x2, highest), (x2, target.y))


def _across(box: Box, lane: float) -> float:
    """Return where lines leave or enter a box: its middle, near the left end of a long one."""
    middle = box.x + min(box.width / 2, 36)
    return max(box.x + 3, min(middle + lane, box.x + box.width - 3))


# --- legend


def _legend(
    families: tuple[str, ...], title: str, edges: list[tuple[int, int, str]], graph: nx.MultiDiGraph
) -> list[Shape]:
    y = MARGIN + TEXT
    total = graph.number_of_edges()
    said = f"{title}: {graph.number_of_nodes()} nodes, {len(edges)} of {total} edges drawn"
    shapes: list[Shape] = [_text(0, y, said, INK)]
    for name in families:
        y += LEGEND_ROW
        style = FAMILIES[name]
        count = sum(family == name for _, _, family in edges)
        middle = y - TEXT * 0.35
        points = ((0.0, middle), (10.0, middle), (SAMPLE - 12, middle), (SAMPLE, middle))
        shapes.append(Curve(points, style.colour, style.dashes))
        shapes.append(_text(SAMPLE + 8, y, f"{name} ({count})", style.colour))
        shapes.append(_text(SAMPLE + 190, y, style.meaning, FAINT))
    y += LEGEND_ROW
    return [*shapes, *_box_legend(y)]


def _box_legend(y: float) -> list[Shape]:
    x = 0.0
    shapes: list[Shape] = []
    samples = (
        ("read", FILLS["leaf"][0], "a name"),
        ("written", WRITTEN, "a name that is bound"),
        ("'text'", LITERAL, "a literal"),
    )
    for text, fill, meaning in samples:
        width = text_width(text, TEXT) + 2 * PAD
        box = Rectangle(x, y - LEAF + 5, width, LEAF, fill, FILLS["leaf"][1])
        shapes += [box, _text(x + PAD, y, text, INK), _text(x + width + 6, y, meaning, FAINT)]
        x += width + 6 + text_width(meaning, TEXT) + 18
    return [*shapes, _text(x, y, "a box in a box: child", FAINT)]


def _text(x: float, y: float, text: str, colour: str) -> Text:
    return Text(x, y, text, TEXT, colour, text_width(text, TEXT))


def _right(shape: Shape) -> float:
    return shape.points[3][0] if isinstance(shape, Curve) else shape.x + shape.width


def _shifted(shape: Shape, right: float, down: float) -> Shape:
    if isinstance(shape, Curve):
        a, b, c, d = ((x + right, y + down) for x, y in shape.points)
        return replace(shape, points=(a, b, c, d))
    return replace(shape, x=shape.x + right, y=shape.y + down)
