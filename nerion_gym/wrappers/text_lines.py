"""Lines for a language model: letters of a fixed set, bounded widths, bounded numbers of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 160
"""Characters of a line."""
CUT = "..."
RANGES = ((0x20, 0x500), (0x2010, 0x2600))
"""Latin, Greek and Cyrillic; punctuation, arrows, signs of mathematics, boxes and shapes."""
LETTERS = "\n" + "".join(
    letter
    for first, end in RANGES
    for letter in map(chr, range(first, end))
    if letter.isprintable()
)
"""The letters of every text; any other one is written as Python writes it, such as \\u4e2d."""
KNOWN = frozenset(LETTERS) - {"\n"}
TAB = 4


def clean(text: str, width: int = WIDTH) -> str:
    """Return a text on one line in letters of `LETTERS`, at most `width` of them.

    Tabs become spaces up to the next multiple of four; what ends a line, steers a terminal or turns
    the direction of reading is written as an escape, as is a letter beyond the set.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(c if c in KNOWN else escaped(c) for c in text[: width + 1].expandtabs(TAB))
    return text if len(text) <= width else text[: width - len(CUT)] + CUT


def escaped(character: str) -> str:
    """Return a character as Python writes it in a literal, whether or not it is printable."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def size(lines: Iterable[str]) -> int:
    """Return how many characters lines take, each with its end."""
    return sum(len(line) + 1 for line in lines)


def fitted(lines: Sequence[str], room: int, noun: str = "line") -> list[str]:
    """Return the lines, or as many as fit a number of characters and how many more there are."""
    if size(lines) <= room:
        return list(lines)
    left = room - len(more(len(lines), noun)) - 1
    kept: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return [*kept, more(len(lines) - len(kept), noun)]


def more(count: int, noun: str) -> str:
    """Say how many things are not shown."""
    return f"  {CUT} and {count} more {noun}{'' if count == 1 else 's'}"


def wrapped(label: str, names: Sequence[str]) -> list[str]:
    """Return names after a label, separated by commas, on as many lines as they take."""
    lines: list[str] = []
    row = label
    for place, name in enumerate(names):
        word = clean(name) + ("," if place + 1 < len(names) else "")
        if len(row) + len(word) + 1 > WIDTH and row.strip():
            lines.append(row)
            row = " " * 3
        row = f"{row} {word}"[:WIDTH]
    return [*lines, row]
