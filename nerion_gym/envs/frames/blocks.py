"""An edit as blocks of lines: which lines go, which come, and which letters of them differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.syntax.positions import LineTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.types.edit import Edit, Splice
    from nerion_gym.types.program import Program

Marks = tuple[tuple[int, int], ...]
"""Runs of letters, half-open."""


@dataclass(frozen=True)
class Line:
    """A line of a program.

    Attributes:
        text: without its end.
        marks: letters that an edit takes away or puts in.
    """

    text: str
    marks: Marks = ()


@dataclass(frozen=True)
class Block:
    """Neighbouring lines of one file that an edit replaces.

    Attributes:
        path: of the file.
        first, last: lines that go, from 0, half-open.
        old: those lines.
        new: the lines that come instead.
        shift: how many more lines the edit has put in before them.
    """

    path: str
    first: int
    last: int
    old: tuple[Line, ...]
    new: tuple[Line, ...]
    shift: int = 0


@lru_cache(maxsize=128)
def table_of(source: bytes) -> LineTable:
    """Return the line starts of a file."""
    return LineTable.of(source)


def count_lines(source: bytes) -> int:
    """Return the number of lines of a file; the empty one at its end is none."""
    starts = table_of(source).starts
    return len(starts) - (len(starts) > 1 and starts[-1] == len(source))


def line_text(source: bytes, line: int) -> str:
    """Return a line of a file, counted from 0, without its end."""
    starts = table_of(source).starts
    end = starts[line + 1] if line + 1 < len(starts) else len(source)
    return source[starts[line] : end].rstrip(b"\r\n").decode("utf-8", "replace")


def blocks_of(program: Program, edit: Edit) -> tuple[Block, ...]:
    """Return an edit's blocks, by file and line; those that change nothing are left out."""
    by_path: dict[str, list[Splice]] = {}
    for splice in edit.splices:
        by_path.setdefault(splice.path, []).append(splice)
    return tuple(
        block
        for path in sorted(by_path)
        for block in _blocks_of_file(path, program.source(path), by_path[path])
    )


def _blocks_of_file(path: str, source: bytes, splices: Sequence[Splice]) -> Iterator[Block]:
    shift = 0
    for first, last, group in _groups(source, splices):
        old, new = _lines(source, first, last, group)
        block = _trimmed(Block(path, first, last, old, new, shift))
        shift += len(new) - len(old)
        if block.old or block.new:
            yield block


def _groups(source: bytes, splices: Sequence[Splice]) -> list[tuple[int, int, list[Splice]]]:
    """Return (first line, last line, splices) of splices that share or join lines."""
    table = table_of(source)
    found: list[tuple[int, int, list[Splice]]] = []
    for splice in splices:
        lines = table.lines(splice.start, splice.end)
        first, last = lines.start - 1, lines.stop - 1
        if found and first <= found[-1][1]:
            before = found.pop()
            found.append((before[0], max(last, before[1]), [*before[2], splice]))
        else:
            found.append((first, last, [splice]))
    return found


def _lines(
    source: bytes, first: int, last: int, splices: Sequence[Splice]
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines of one block as they were and as they become."""
    starts = table_of(source).starts
    at = starts[first]
    end = starts[last] if last < len(starts) else len(source)
    old, new = "", ""
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for splice in splices:
        kept = source[at : splice.start].decode("utf-8", "replace")
        before, after = (text.decode("utf-8", "replace") for text in (splice.before, splice.after))
        head, tail = _same(before, after)
        gone.append((len(old + kept) + head, len(old + kept) + len(before) - tail))
        come.append((len(new + kept) + head, len(new + kept) + len(after) - tail))
        old, new, at = old + kept + before, new + kept + after, splice.end
    rest = source[at:end].decode("utf-8", "replace")
    return _split(old + rest, gone), _split(new + rest, come)


def _same(before: str, after: str) -> tuple[int, int]:
    """Return how many letters at the start and at the end two texts share, no part of a word."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    while head and any(_in_word(text, head) for text in (before, after)):
        head -= 1
    room = shorter - head
    tail = next((n for n in range(room) if before[-1 - n] != after[-1 - n]), room)
    while tail and any(_in_word(text, len(text) - tail) for text in (before, after)):
        tail -= 1
    return head, tail


def _in_word(text: str, at: int) -> bool:
    """Whether a place lies between two letters of a word."""
    return 0 < at < len(text) and _is_letter(text[at - 1]) and _is_letter(text[at])


def _is_letter(text: str) -> bool:
    return text == "_" or text.isalnum()


def _split(text: str, runs: Sequence[tuple[int, int]]) -> tuple[Line, ...]:
    found = []
    at = 0
    for whole in _lines_of(text):
        line = whole.rstrip("\r\n")
        bare = len(line) - len(line.lstrip())
        inside = (
            (max(start - at, 0 if end - at <= bare else bare), min(end - at, len(line)))
            for start, end in runs
        )
        marks = tuple((start, end) for start, end in inside if start < end)
        found.append(Line(line, marks))
        at += len(whole)
    return tuple(found)


def _lines_of(text: str) -> list[str]:
    """Split a text where Python's tokeniser ends a line; ends are kept."""
    return [line.decode("utf-8") for line in text.encode("utf-8", "replace").splitlines(True)]


def _trimmed(block: Block) -> Block:
    """Return a block without lines at its start and end that stay as they are."""
    old, new = block.old, block.new
    olds, news = [line.text for line in old], [line.text for line in new]
    head = 0
    while head < min(len(old), len(new)) and olds[head] == news[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and olds[-1 - tail] == news[-1 - tail]:
        tail += 1
    return Block(
        block.path,
        block.first + head,
        block.last - tail,
        old[head : len(old) - tail],
        new[head : len(new) - tail],
        block.shift,
    )
