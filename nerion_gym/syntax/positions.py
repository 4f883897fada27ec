"""Where things stand: `ast` counts UTF-8 bytes from the start of a line; we count from the file's.

Every position comes from `ast` itself or from the few bytes between two nodes, so comments,
parentheses and spacing are never guessed. Marking all tokens (asttokens) costs 14 times the parse.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from nerion_gym.syntax.trees import children

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = b"\xef\xbb\xbf"
GAP = re.compile(rb"(?:[\s()\\]|#[^\r\n]*)*")
"""What may stand between an operand and its operator: spacing, parentheses, comments."""
WORD = re.compile(rb"#[^\r\n]*|[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*")


@dataclass(frozen=True)
class LineTable:
    """Byte offsets of line starts.

    Attributes:
        starts: offset of each line's first byte, after the byte order mark in the first.
        size: bytes in the file.
    """

    starts: tuple[int, ...]
    size: int

    @classmethod
    def of(cls, source: bytes) -> LineTable:
        """Build the table of a file."""
        first = len(BOM) if source.startswith(BOM) else 0
        # Bytes are split where Python's tokeniser ends a line: not at form feeds, not at U+2028.
        ends = list(accumulate(map(len, source.splitlines(keepends=True))))
        if not source.endswith((b"\n", b"\r")):
            del ends[-1:]
        return cls((first, *ends), len(source))

    def offset(self, line: int, column: int) -> int:
        """Return the file offset of an `ast` position (1-based line, UTF-8 column)."""
        return self.starts[line - 1] + column

    def line_of(self, offset: int) -> int:
        """Return the 1-based line on which an offset lies."""
        return max(bisect_right(self.starts, offset), 1)

    def lines(self, start: int, end: int) -> range:
        """Return the 1-based lines that bytes [start, end) touch; an empty span touches its own."""
        return range(self.line_of(start), self.line_of(max(start, end - 1)) + 1)

    def offsets(self, node: ast.AST) -> tuple[int, int]:
        """Return a node's [start, end); the hull of its children where `ast` has no position.

        Raises:
            ValueError: a node without position and without positioned children (`ast.Load`).
        """
        starts = self.starts
        at: Any = node
        try:
            start = starts[at.lineno - 1] + at.col_offset
            return start, starts[at.end_lineno - 1] + at.end_col_offset
        except AttributeError:
            return self._hull(node)

    def _hull(self, node: ast.AST) -> tuple[int, int]:
        """Return the [start, end) of a node without position."""
        if isinstance(node, ast.Module):
            return 0, self.size
        spans = [self.offsets(child) for child in children(node)]
        if not spans:
            msg = f"{type(node).__name__} has no position; ask for the node that holds it"
            raise ValueError(msg)
        return min(start for start, _ in spans), max(end for _, end in spans)


def skip_gap(source: bytes, start: int, end: int) -> int:
    """Return the first offset in [start, end) that is not spacing, a parenthesis or a comment."""
    match = GAP.match(source, start, end)
    return match.end() if match else start


def words(source: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the [start, end) of identifiers and keywords, comments left out.

    The bytes must hold no string literal: meant for headers and gaps.
    """
    for match in WORD.finditer(source, start, end):
        if not match.group().startswith(b"#"):
            yield match.span()
