"""Places the nodes of a program graph so that the picture reads like the source.

Statements stand below one another as in the file, expressions side by side as on their line. A
node below another in the syntax tree is a box inside its box, so `child` and `next_token` need no
lines. Symbols and tests stand in a column on the right, each at the height of what it belongs to.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nerion_gym.graphs.schema import SYNTAX_KINDS

if TYPE_CHECKING:
    import networkx as nx

FIRST_EXPRESSION = SYNTAX_KINDS.index("BoolOp")
TOPS = ("page", "file")
STATEMENTS = frozenset({*SYNTAX_KINDS[1:FIRST_EXPRESSION], "ExceptHandler", "match_case"})
NO_NODE = -1
COLUMN_KINDS = ("symbol", "test")
TEXT, NAME = 12, 8
"""Sizes in pixels of the texts of leaves and of the names of inner nodes."""
CELL = 0.6
"""Width of a letter of the fixed-width font, in sizes."""
LEAF, LINE = 18, 10
"""Heights in pixels of a leaf and of the line with an inner node's name."""
PAD, GAP, ROW_GAP, INDENT, COLUMN_GAP = 4, 5, 9, 22, 46
WIDEST, WIDEST_PAGE = 760, 1200
"""A row of more pixels is broken, as a long line is; so is a row of files."""
TALLEST = 1.5
"""A file that is more times as high as wide is set in columns."""
LONGEST = 30
"""Letters of a text that are shown."""


@dataclass
class Box:
    """Where a node stands, in pixels from the top left.

    Attributes:
        node: its number.
        kind: name of its kind.
        text: what is written in it; of an inner node its name.
        role: page (all files), file, statement, expression, leaf, word, symbol or test.
        x, y, width, height: of the whole.
        foot: height of the part below its last line of text.
        head: height of the part above a compound statement's block: lines end there.
        inside: boxes in it, in the order of the text.
    """

    node: int
    kind: str
    text: str
    role: str
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    foot: float = 0.0
    head: float = 0.0
    inside: list[Box] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Layout:
    """A placed graph.

    Attributes:
        boxes: node -> its box, those that hold others first.
        width, height: of the whole, in pixels.
    """

    boxes: dict[int, Box]
    width: float
    height: float


def lay_out(graph: nx.MultiDiGraph, top: float = 0.0) -> Layout:
    """Place a graph made by `to_networkx`.

    Args:
        graph: with at least one file.
        top: room left above, in pixels.
    """
    page = Box(NO_NODE, "page", "", "page")
    files = [n for n, data in graph.nodes(data=True) if data["kind"] == "file"]
    page.inside = [_tree(graph, number) for number in files]
    _measure(page)
    _place(page, -PAD, top - LINE)
    boxes: dict[int, Box] = {}
    _collect(page, boxes)
    del boxes[NO_NODE]
    column = _column(graph, boxes, page.width + 60, top)
    boxes |= {box.node: box for box in column}
    edges = [(box.x + box.width, box.y + box.height) for box in boxes.values()]
    return Layout(boxes, max(right for right, _ in edges), max(low for _, low in edges))


def text_width(text: str, size: float) -> float:
    """Return the width of a text in the fixed-width font, in pixels."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return (len(text) + wide) * size * CELL


def shortened(text: str) -> str:
    """Return a text's one line, cut to `LONGEST` letters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _tree(graph: nx.MultiDiGraph, root: int) -> Box:
    """Return the boxes of a file's nodes, one in another; never recurses."""
    top = _box(graph, root)
    todo = [top]
    while todo:
        box = todo.pop()
        edges = graph.out_edges(box.node, keys=True)
        below = [child for _, child, relation in edges if relation == "child"]
        below.sort(key=lambda n: (graph.nodes[n]["start"], graph.nodes[n]["kind"], n))
        box.inside = [_box(graph, child) for child in below]
        if box.role == "expression" and not below:
            box.role = "leaf"
        todo += box.inside
    return top


def _box(graph: nx.MultiDiGraph, number: int) -> Box:
    data: dict[str, Any] = graph.nodes[number]
    kind, text = data["kind"], shortened(data["label"])
    if kind in ("file", *COLUMN_KINDS):
        role = kind
    elif kind.startswith("token."):
        role = "word"
    else:
        role = "statement" if kind in STATEMENTS else "expression"
    return Box(number, kind, text, role)


# --- sizes, from the inside out


def _measure(box: Box) -> None:
    pending = [(box, False)]
    while pending:
        found, ready = pending.pop()
        if ready:
            _size(found)
        else:
            pending.append((found, True))
            pending += [(inner, False) for inner in found.inside]


def _size(box: Box) -> None:
    if not box.inside:
        box.width = text_width(box.text, TEXT) + (2 if box.role == "word" else 2 * PAD)
        box.height = box.head = LEAF
        return
    rows = rows_of(box)
    columns = columns_of(box, rows)
    widths = [max(_indent(box, row) + _row_width(box, row) for row in column) for column in columns]
    inner = sum(widths) + COLUMN_GAP * (len(columns) - 1)
    box.width = max(inner, text_width(box.text, NAME)) + 2 * PAD
    box.height = LINE + max(_column_height(box, column) for column in columns) + PAD
    box.foot = 0.0 if box.role in TOPS else PAD + max(part.foot for part in rows[-1])
    block = _is_block(rows[0])
    box.head = LINE if block else LINE + _row_height(rows[0]) + PAD


def columns_of(box: Box, rows: list[list[Box]]) -> list[list[list[Box]]]:
    """Return a box's rows in columns: one, but a tall file has as many as make it fit a page."""
    if box.role not in TOPS:
        return [rows]
    width = max(_row_width(box, row) for row in rows)
    height = _column_height(box, rows)
    count = 1
    while height / count > TALLEST * count * width:
        count += 1
    columns: list[list[list[Box]]] = [[]]
    for row in rows:
        if len(columns) < count and _column_height(box, [*columns[-1], row]) > 1.1 * height / count:
            columns.append([])
        columns[-1].append(row)
    return [column for column in columns if column]


def _column_height(box: Box, rows: list[list[Box]]) -> float:
    return sum(map(_row_height, rows)) + _gap(box) * (len(rows) - 1)


def _gap(box: Box) -> float:
    """Return the room between two rows of a box."""
    if box.role == "page":
        return COLUMN_GAP
    return ROW_GAP if box.role in ("file", "statement") else PAD


def _row_height(row: list[Box]) -> float:
    """Return the height of boxes whose texts stand on one line."""
    return max(part.height - part.foot for part in row) + max(part.foot for part in row)


def rows_of(box: Box) -> list[list[Box]]:
    """Return what is in a box, by rows: a statement has a row of its own."""
    rows: list[list[Box]] = []
    room = 0.0
    for inner in box.inside:
        block = inner.role == "statement"
        room -= inner.width + GAP
        if block or not rows or room < 0 or _is_block(rows[-1]):
            rows.append([])
            room = (WIDEST_PAGE if box.role == "page" else WIDEST) - inner.width
        rows[-1].append(inner)
    return rows


def _is_block(row: list[Box]) -> bool:
    return row[0].role == "statement"


def _indent(box: Box, row: list[Box]) -> float:
    return INDENT if box.role == "statement" and _is_block(row) else 0.0


def _row_width(box: Box, row: list[Box]) -> float:
    return sum(inner.width for inner in row) + _space(box) * (len(row) - 1)


def _space(box: Box) -> float:
    """Return the room between two boxes of a row."""
    return COLUMN_GAP if box.role == "page" else GAP


# --- places, from the outside in


def _place(box: Box, x: float, y: float) -> None:
    box.x, box.y = x, y
    todo = [box]
    while todo:
        outer = todo.pop()
        left = outer.x + PAD
        for column in columns_of(outer, rows_of(outer)) if outer.inside else []:
            todo += _place_column(outer, column, left)
            left = max(part.x + part.width for row in column for part in row) + COLUMN_GAP


def _place_column(outer: Box, rows: list[list[Box]], left: float) -> list[Box]:
    at = outer.y + LINE
    for row in rows:
        height, foot = _row_height(row), max(part.foot for part in row)
        x = left + _indent(outer, row)
        for part in row:
            down = 0.0 if outer.role == "page" else height - foot + part.foot - part.height
            part.x, part.y = x, at + down
            x += part.width + _space(outer)
        at += height + _gap(outer)
    return [part for row in rows for part in row]


def _collect(box: Box, boxes: dict[int, Box]) -> None:
    level = [box]
    while level:
        boxes |= {inner.node: inner for inner in level}
        level = [inner for outer in level for inner in outer.inside]


def _column(graph: nx.MultiDiGraph, boxes: dict[int, Box], left: float, top: float) -> list[Box]:
    """Return the boxes of symbols and tests, each at the height of the first node it joins."""
    column = [_box(graph, n) for n, data in graph.nodes(data=True) if data["kind"] in COLUMN_KINDS]
    for box in column:
        joined = [*graph.predecessors(box.node), *graph.successors(box.node)]
        box.y = min((boxes[other].y for other in joined if other in boxes), default=top)
        box.width = text_width(box.text, TEXT) + 2 * PAD
        box.height = box.head = LEAF
    lowest = top
    for box in sorted(column, key=lambda box: (box.y, box.node)):
        box.x, box.y = left, max(box.y, lowest)
        lowest = box.y + LEAF + PAD
    return column
