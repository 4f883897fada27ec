"""The rows of the source panel: an edit's lines, and what stands around them as far as it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.envs.frames.blocks import blocks_of, count_lines, line_text
from nerion_gym.envs.frames.lexing import line_styles, new_styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.envs.frames.blocks import Block, Line, Marks
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

KEPT, OLD, NEW, SEAM, OFFERED = " ", "-", "+", "~", "."
"""Signs of rows: a line that stays, one that goes, one that comes, a word on what is left out,
and a line at which an edit is offered."""

ABOVE = 3
"""Lines shown before the first that matters."""


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        sign: `KEPT`, `OLD`, `NEW`, `SEAM` or `OFFERED`.
        number: of the line, from 1; 0 where it is none.
        text: of the line.
        styles: a style for each letter.
        marks: letters that the edit takes away or puts in.
    """

    sign: str
    number: int
    text: str
    styles: bytes
    marks: Marks = ()


@dataclass
class Stretch:
    """Lines [low, high) of a file that are shown, with the blocks among them."""

    low: int
    high: int
    blocks: list[Block]


def edit_rows(program: Program, edit: Edit, room: int) -> tuple[Row, ...]:
    """Return at most `room` rows that show an edit in its place.

    Args:
        program: the unedited one.
        edit: of it.
        room: rows; at least 4.
    """
    blocks = blocks_of(program, edit)
    shown = _shown_blocks(blocks, room)
    left_out = len(blocks) - len(shown)
    rows: list[Row] = []
    for path, stretches in _widened(program, shown, room - bool(left_out)):
        if len({block.path for block in shown}) > 1:
            rows.append(seam(path))
        for place, stretch in enumerate(stretches):
            if place:
                rows.append(seam("⋯"))
            rows += _rows_of_stretch(path, program.source(path), stretch, room)
    rows = rows[: room - bool(left_out)]
    if left_out:
        rows.append(seam(f"⋯ and at {left_out} more place{'s' if left_out > 1 else ''}"))
    return tuple(rows)


def source_rows(program: Program, path: str, line: int, room: int) -> tuple[Row, ...]:
    """Return at most `room` rows of a file, from about a line on.

    Args:
        program: whose file.
        path: of the file.
        line: the first that matters, from 0.
        room: rows.
    """
    source = program.source(path)
    count = count_lines(source)
    low = max(min(line - ABOVE, count - room), 0)
    return tuple(_kept_rows(path, source, low, min(low + room, count)))


def seam(text: str) -> Row:
    """Return a row that says something of what is left out, or names a file."""
    return Row(SEAM, 0, text, bytes(len(text)))


# --- what fits


def _size(block: Block, room: int) -> int:
    """Return the rows of a block: one that is too long is cut."""
    return min(len(block.old) + len(block.new), room)


def _shown_blocks(blocks: Sequence[Block], room: int) -> list[Block]:
    """Return the first blocks that fit; always at least one."""
    found: list[Block] = []
    used, path = 0, ""
    for block in blocks:
        need = _size(block, room) + 1 + (block.path != path)
        if found and used + need > room - 1:
            break
        found.append(block)
        used, path = used + need, block.path
    return found


def _widened(
    program: Program, blocks: Sequence[Block], room: int
) -> list[tuple[str, list[Stretch]]]:
    """Return the lines to show by file: as many around each block as there is room for."""
    best = _around(program, blocks, 0, 0)
    for above, below in _steps(room):
        wider = _around(program, blocks, above, below)
        if _height(wider, room) > room:
            break
        best = wider
    return best


def _steps(room: int) -> Iterator[tuple[int, int]]:
    for width in range(1, room + 1):
        yield width, width - 1
        yield width, width


def _around(
    program: Program, blocks: Sequence[Block], above: int, below: int
) -> list[tuple[str, list[Stretch]]]:
    found: dict[str, list[Stretch]] = {}
    for block in blocks:
        stretches = found.setdefault(block.path, [])
        low = max(block.first - above, 0)
        high = min(block.last + below, count_lines(program.source(block.path)))
        high = max(high, block.last)
        if stretches and low <= stretches[-1].high + 1:
            stretches[-1].high = max(high, stretches[-1].high)
            stretches[-1].blocks.append(block)
        else:
            stretches.append(Stretch(low, high, [block]))
    return list(found.items())


def _height(files: list[tuple[str, list[Stretch]]], room: int) -> int:
    titles = len(files) if len(files) > 1 else 0
    lines = 0
    for _, stretches in files:
        lines += len(stretches) - 1
        for stretch in stretches:
            kept = stretch.high - stretch.low - sum(b.last - b.first for b in stretch.blocks)
            lines += kept + sum(_size(block, room) for block in stretch.blocks)
    return titles + lines


# --- rows


def _rows_of_stretch(path: str, source: bytes, stretch: Stretch, room: int) -> Iterator[Row]:
    at = stretch.low
    for block in stretch.blocks:
        yield from _kept_rows(path, source, at, block.first)
        yield from _block_rows(path, source, block, room)
        at = block.last
    yield from _kept_rows(path, source, at, stretch.high)


def _kept_rows(path: str, source: bytes, low: int, high: int) -> Iterator[Row]:
    texts = [line_text(source, line) for line in range(low, high)]
    styles = line_styles(path, source, low, high)
    for line, text, style in zip(range(low, high), texts, styles, strict=True):
        yield Row(KEPT, line + 1, text, style)


def _block_rows(path: str, source: bytes, block: Block, room: int) -> list[Row]:
    first, new = block.first + 1, [line.text for line in block.new]
    gone = _line_rows(OLD, first, block.old, line_styles(path, source, block.first, block.last))
    styles = new_styles(path, source, block.first, new)
    come = _line_rows(NEW, first + block.shift, block.new, styles)
    if len(gone) + len(come) <= room:
        return gone + come
    for_new = min(len(come), max(room // 2, room - len(gone)))
    return _cut(gone, room - for_new) + _cut(come, for_new)


def _line_rows(sign: str, first: int, lines: Sequence[Line], styles: list[bytes]) -> list[Row]:
    return [
        Row(sign, first + place, line.text, style, line.marks)
        for place, (line, style) in enumerate(zip(lines, styles, strict=True))
    ]


def _cut(rows: list[Row], room: int) -> list[Row]:
    """Return the first and last of some rows, with a word on those between."""
    if len(rows) <= room:
        return rows
    tail = max((room - 1) // 3, 0)
    head = room - 1 - tail
    word = seam(f"⋯ {len(rows) - head - tail} more lines")
    return [*rows[:head], word, *rows[len(rows) - tail :]]
