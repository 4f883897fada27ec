"""The syntax nodes and tokens of one file, in preorder, with what the edge families need.

A leaf that is one token (a name, a literal, `pass`) is that token: one node, not two. In
f-strings positions are unreliable before Python 3.12, so their operators are read from the tree
and their nodes lie where the string lies, unless their own place is inside it.

This is the hot path of a graph: the walk keeps plain tuples, not objects.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.graphs import schema
from nerion_gym.graphs.kinds import DECORATED, STRINGS, describe, fields_of, written_in
from nerion_gym.graphs.regions import STATEMENTS
from nerion_gym.graphs.words import NAME as NAME_TOKEN
from nerion_gym.graphs.words import SIGN, token_id, words_of
from nerion_gym.syntax.trees import LEAVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nerion_gym.graphs.regions import Regions

Child = tuple[int, int, Any, str]
"""Start and end (decorators included), a node, and the field of its parent that it stands in."""
BLANKS = frozenset(
    {b" ", b", ", b",", b"(", b")", b"[", b"]", b"{", b"}", b"\n    ", b"\n        "}
)
"""Gaps without a word or sign: the most usual ones."""
UNPLACED = DECORATED | {ast.comprehension, ast.withitem, ast.match_case, ast.arguments}
"""Nodes whose place is not written in them, or begins at a decorator."""


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


class Row(NamedTuple):
    """A node's columns.

    Attributes:
        kind, token: ids.
        label: class name or text.
        start, end: bytes [start, end).
        field: the field of the parent that a syntax node stands in; "" for tokens.
        parent: number of the node above; -1: the file.
        region: the lines that decide its "covered" flag.
        focused: whether it is in focus.
    """

    kind: int
    token: int
    label: str
    start: int
    end: int
    field: str
    parent: int
    region: int
    focused: bool


Visit = tuple[int, int, ast.AST | None, str, int, int, bool]
"""A node to enter, or (None) the gap between two children of a node: start and end in bytes
(decorators included), the node, the field that it stands in (for a gap its owner's class name),
the number of the node above (-1: the file), and what is inherited: region, whether focused."""
MAKE: Callable[[type[Row], tuple[Any, ...]], Row] = tuple.__new__
"""Makes a row in a third of the time that its class takes."""


@dataclass
class FileNodes:
    """One file's syntax nodes and tokens.

    Attributes:
        syntax, tokens: rows; a token's number is `len(syntax)` + its place.
        number: syntax node -> its number.
        chain: for each root, its leaves and tokens in the order of the text; a token that is a
            node of its own is given as -1 - its place.
        spans: (start, end) -> syntax node number; the innermost of several with the same bytes.
        named: syntax node number -> places of the name tokens directly below it.
    """

    syntax: list[Row] = field(default_factory=list)
    tokens: list[Row] = field(default_factory=list)
    number: dict[ast.AST, int] = field(default_factory=dict)
    chain: list[list[int]] = field(default_factory=list)
    spans: dict[tuple[int, int], int] = field(default_factory=dict)
    named: dict[int, list[int]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Row]:
        """All rows by number."""
        return self.syntax + self.tokens

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """(start, end) -> node number: syntax first, the innermost of equals."""
        size = len(self.syntax)
        found = {(row.start, row.end): size + at for at, row in enumerate(self.tokens)}
        return {**found, **self.spans}


class Collector:
    """Walks the roots of a file; never recurses.

    Args:
        source: of the file.
        focus: definitions whose nodes are in focus; the whole file when None.
        regions: hands out the lines that decide a node's "covered" flag.
    """

    def __init__(
        self, source: bytes, focus: frozenset[ast.AST] | None, regions: Regions
    ) -> None:
        self.found = FileNodes()
        self._focus = focus or frozenset()
        self._all_in_focus = focus is None
        self._regions = regions
        self._starts: Sequence[int] = ()
        self._source = source
        self._chain: list[int] = []

    def collect(self, roots: Iterable[Root]) -> FileNodes:
        """Return the nodes of these statements and all below them."""
        for root, self._starts, self._regions.above in roots:
            self._chain = []
            self.found.chain.append(self._chain)
            start, end = self._extent(root)
            todo: list[Visit] = [(start, end, root, "body", -1, 0, self._all_in_focus)]
            while todo:
                visit = todo.pop()
                node = visit[2]
                if node is None:
                    self._read_gap(visit)
                elif node.__class__ in LEAVES:
                    self._enter_token(visit, node)
                else:
                    self._enter(visit, node, todo)
        return self.found

    def _enter_token(self, visit: Visit, node: ast.AST) -> None:
        """Add a name or literal: half of all nodes."""
        start, end, _, field_, parent, region, focused = visit
        focused = focused or node in self._focus
        kind, token, label = describe(node)
        row = (kind, token, label, start, end, field_, parent, region, focused)
        found = self.found
        number = len(found.syntax)
        found.syntax.append(MAKE(Row, row))
        found.number[node] = number
        found.spans[start, end] = number
        self._chain.append(number)

    def _enter(self, visit: Visit, node: ast.AST, todo: list[Visit]) -> None:
        cls = node.__class__
        start, end, _, field_, parent, region, focused = visit
        if cls in STATEMENTS:
            region = self._regions.of(node)
        focused = focused or node in self._focus
        visit = (start, end, node, field_, parent, region, focused)
        if cls in STRINGS:
            self._enter_string(visit, node)
            return
        kids = self._children(node)
        if kids:
            self._enter_parent(visit, node, kids, todo)
        else:
            self._enter_leaf(visit, node)

    def _enter_parent(
        self, visit: Visit, node: ast.AST, kids: list[Child], todo: list[Visit]
    ) -> None:
        """Add a node; put its children and the gaps between them on the stack, last first."""
        start, end, _, field_, parent, region, focused = visit
        kind, token, label = describe(node)
        at = min(start, kids[0][0])
        plain = node.__class__ not in DECORATED
        if not plain:
            start, end = self._offsets(node)
        row = (kind, token, label, start, end, field_, parent, region, focused)
        number = self._add(node, MAKE(Row, row))
        own = len(todo)
        for kid_start, kid_end, kid, name in kids:
            if at < kid_start and self._source[at:kid_start] not in BLANKS:
                todo.append((at, kid_start, None, label, number, region, focused))
            inner = region if plain else self._regions.outside(node, name, region)
            todo.append((kid_start, kid_end, kid, name, number, inner, focused))
            at = max(at, kid_end)
        if at < end and self._source[at:end] not in BLANKS:
            todo.append((at, end, None, label, number, region, focused))
        todo[own:] = todo[: own - 1 if own else None : -1]

    def _enter_leaf(self, visit: Visit, node: ast.AST) -> None:
        """Add a node without children: one token is the node itself, several lie below it."""
        start, end, _, field_, parent, region, focused = visit
        kind, token, label = describe(node)
        words = words_of(self._source[start:end], label)
        single = len(words) == 1 and words[0].start == 0 and words[0].end == end - start
        if single:
            token, label = words[0].token, words[0].text
        number = self._add(
            node, Row(kind, token, label, start, end, field_, parent, region, focused)
        )
        if single or not words:
            self._chain.append(number)
        else:
            owner = node.__class__.__name__
            self._read_gap((start, end, None, owner, number, region, focused))

    def _enter_string(self, visit: Visit, string: ast.AST) -> None:
        """Add an f-string and all inside it; its words come from the tree, not from the text."""
        region, focused = visit[5:]
        todo = [(string, visit[3], visit[4])]
        while todo:
            node, name, parent = todo.pop()
            start, end = self._inside(node, visit) if node is not string else visit[:2]
            kind, token, label = describe(node)
            row = Row(kind, token, label, start, end, name, parent, region, focused)
            number = self._add(node, row, inside=(start, end) == visit[:2] and node is not string)
            for text in written_in(node):
                token_kind = SIGN if text in schema.SIGNS else NAME_TOKEN
                below = row._replace(kind=token_kind, token=token_id(text), label=text, field="")
                self._add_token(below._replace(parent=number))
            kids = fields_of(node)
            if not kids:
                self._chain.append(number)
            todo += [(kid, field_, number) for field_, kid in reversed(kids)]

    def _inside(self, node: Any, visit: Visit) -> tuple[int, int]:
        """Return a node's own bytes where they lie inside the string, else the string's."""
        start, end = visit[:2]
        if hasattr(node, "lineno") and node.end_lineno <= len(self._starts):
            own = self._offsets(node)
            if start < own[0] < own[1] < end:
                return own
        return start, end

    def _add(self, node: ast.AST, row: Row, *, inside: bool = False) -> int:
        number = len(self.found.syntax)
        self.found.syntax.append(row)
        self.found.number[node] = number
        if not inside:
            self.found.spans[row.start, row.end] = number
        return number

    def _add_token(self, row: Row) -> None:
        place = len(self.found.tokens)
        self.found.tokens.append(row)
        self._chain.append(-1 - place)
        if row.kind == NAME_TOKEN:
            self.found.named.setdefault(row.parent, []).append(place)

    def _read_gap(self, gap: Visit) -> None:
        start, end, _, owner, number, region, focused = gap
        for first, last, text, kind, token in words_of(self._source[start:end], owner):
            at = (kind, token, text, start + first, start + last, "", number, region, focused)
            self._add_token(MAKE(Row, at))

    # -- children and where they stand

    def _children(self, node: ast.AST) -> list[Child]:
        starts = self._starts
        kids: list[Child] = []
        child: Any
        for name, child in fields_of(node):
            if child.__class__ in UNPLACED:
                start, end = self._extent(child)
            else:  # a call saved for nearly every node
                start = starts[child.lineno - 1] + child.col_offset
                end = starts[child.end_lineno - 1] + child.end_col_offset
            kids.append((start, end, child, name))
        if len(kids) > 1:
            kids.sort(key=_start)
        return kids

    def _offsets(self, node: Any) -> tuple[int, int]:
        starts = self._starts
        start = starts[node.lineno - 1] + node.col_offset
        return start, starts[node.end_lineno - 1] + node.end_col_offset

    def _extent(self, node: Any) -> tuple[int, int]:
        starts = self._starts
        try:
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
        except AttributeError:
            kids = [self._extent(child) for _, child in fields_of(node)]
            return min(start for start, _ in kids), max(end for _, end in kids)
        decorated = node.__class__ in DECORATED
        if decorated and node.decorator_list:
            start = self._extent(node.decorator_list[0])[0]
        return start, end


def _start(child: Child) -> int:
    return child[0]
