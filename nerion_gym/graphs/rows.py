"""The columns of one file's syntax nodes and tokens, as the walk over its tree leaves them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence


class Root(NamedTuple):
    """A statement to walk.

    Attributes:
        node: the statement.
        starts: offset in the file of each line of the text that it was parsed from.
        above: lines of the file before that text.
    """

    node: ast.AST
    starts: Sequence[int]
    above: int


Row = tuple[int, int, str, int, int, str, int, int, bool]
"""A node's columns: kind and token (ids), label (class name or text), bytes [start, end), field
of the parent that a syntax node stands in ("" for tokens), number of the node above (-1: the
file), region (the lines that decide its "covered" flag), whether it is in focus."""
LABEL: Final = 2
END: Final = 4
PARENT: Final = 6
REGION: Final = 7
COLUMNS = 9


@dataclass
class FileNodes:
    """One file's syntax nodes and tokens.

    Attributes:
        syntax, tokens: rows; a token's number is `len(syntax)` + its place.
        number: syntax node -> its number.
        chain: for each root, its leaves and tokens in the order of the text; a token that is a
            node of its own is given as -1 - its place.
        inside: numbers of nodes of an f-string that are given the string's bytes.
        named: syntax node number -> places of the name tokens directly below it.
    """

    syntax: list[Row] = field(default_factory=list)
    tokens: list[Row] = field(default_factory=list)
    number: dict[ast.AST, int] = field(default_factory=dict)
    chain: list[list[int]] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)
    named: dict[int, list[int]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> list[tuple[Any, ...]]:
        """The columns of all rows, by number; see `Row`."""
        rows = self.syntax + self.tokens
        return list(zip(*rows, strict=True)) if rows else [()] * COLUMNS

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """(start, end) -> node number: syntax first, the innermost of equals."""
        starts, ends = self.columns[3:5]
        size = len(self.syntax)
        found = {
            key: size + at for at, key in enumerate(zip(starts[size:], ends[size:], strict=True))
        }
        for number, key in enumerate(zip(starts[:size], ends[:size], strict=True)):
            if number not in self.inside:
                found[key] = number
        return found
