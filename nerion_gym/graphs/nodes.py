"""The syntax nodes and tokens of one file, in preorder, with what the edge families need.

A leaf that is one token (a name, a literal, `pass`) is that token: one node, not two. In
f-strings positions are unreliable before Python 3.12, so their operators are read from the tree
and their nodes lie where the string lies, unless their own place is inside it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.graphs import schema
from nerion_gym.graphs.kinds import DECORATED, STRINGS, describe, fields_of, written_in
from nerion_gym.graphs.words import NAME as NAME_TOKEN
from nerion_gym.graphs.words import SIGN, Word, token_id, words_of

if TYPE_CHECKING:
    from nerion_gym.graphs.regions import Regions
    from nerion_gym.syntax.module import Module


class Child(NamedTuple):
    """A child node with the field it stands in and its [start, end), decorators included."""

    start: int
    end: int
    node: ast.AST
    field: str


class Visit(NamedTuple):
    """A node to enter: its parent's number (-1: the file), and what it inherits."""

    child: Child
    parent: int
    region: int
    focused: bool
    in_string: bool


class Gap(NamedTuple):
    """The bytes [start, end) between two children of a node."""

    start: int
    end: int
    owner: int
    visit: Visit


@dataclass
class Rows:
    """Columns of nodes while they are collected; a place in each list is a node's number."""

    kinds: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    focused: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.kinds)

    def add(self, kind: int, token: int, label: str, at: tuple[int, int], visit: Visit) -> int:
        """Append a node below `visit.parent`; return its number."""
        self.kinds.append(kind)
        self.tokens.append(token)
        self.labels.append(label)
        self.starts.append(at[0])
        self.ends.append(at[1])
        self.fields.append(visit.child.field)
        self.parents.append(visit.parent)
        self.regions.append(visit.region)
        self.focused.append(visit.focused)
        return len(self.kinds) - 1


@dataclass
class FileNodes:
    """One file's syntax nodes and tokens.

    Attributes:
        module: the parsed file.
        syntax, tokens: node columns; a token's number is `len(syntax)` + its place.
        number: syntax node -> its number.
        chain: for each root, its leaves and tokens in the order of the text; a token that is a
            node of its own is given as -1 - its place.
        spans: (start, end) -> syntax node number; the innermost of several with the same bytes.
    """

    module: Module
    syntax: Rows = field(default_factory=Rows)
    tokens: Rows = field(default_factory=Rows)
    number: dict[ast.AST, int] = field(default_factory=dict)
    chain: list[list[int]] = field(default_factory=list)
    spans: dict[tuple[int, int], int] = field(default_factory=dict)

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """(start, end) -> node number: syntax first, the innermost of equals."""
        size = len(self.syntax)
        places = zip(self.tokens.starts, self.tokens.ends, strict=True)
        found = {place: size + number for number, place in enumerate(places)}
        return {**found, **self.spans}


class Collector:
    """Walks the roots of a file; never recurses.

    Args:
        module: the parsed file.
        focus: definitions whose nodes are in focus; the whole file when None.
        regions: hands out the lines that decide a node's "covered" flag.
    """

    def __init__(self, module: Module, focus: frozenset[ast.AST] | None, regions: Regions) -> None:
        self.found = FileNodes(module)
        self._focus = focus
        self._regions = regions
        self._starts = module.table.starts
        self._source = module.source

    def collect(self, roots: list[ast.AST]) -> FileNodes:
        """Return the nodes of these statements and all below them."""
        for root in roots:
            self.found.chain.append([])
            start, end = self._extent(root)
            child = Child(start, end, root, "body")
            todo: list[Visit | Gap] = [Visit(child, -1, 0, self._focus is None, in_string=False)]
            while todo:
                item = todo.pop()
                if isinstance(item, Gap):
                    self._read_gap(item)
                else:
                    todo += self._enter(item)
        return self.found

    def _enter(self, visit: Visit) -> list[Visit | Gap]:
        node = visit.child.node
        kids = self._children(node, visit)
        region = self._regions.of(node, visit.region)
        focused = visit.focused or (self._focus is not None and node in self._focus)
        visit = Visit(visit.child, visit.parent, region, focused, visit.in_string)
        number = self._add(node, visit)
        if visit.in_string or isinstance(node, STRINGS):
            return self._enter_string(node, number, visit, kids)
        if kids:
            return self._between(kids, number, visit)
        if isinstance(node, ast.Name | ast.Constant):
            self.found.chain[-1].append(number)
        else:
            self._read_leaf(number, visit)
        return []

    def _enter_string(
        self, node: ast.AST, number: int, visit: Visit, kids: list[Child]
    ) -> list[Visit | Gap]:
        if not kids:
            self.found.chain[-1].append(number)
        below = Visit(visit.child._replace(field=""), number, *visit[2:])
        at = self.found.syntax.starts[number], self.found.syntax.ends[number]
        for text in written_in(node):
            kind = SIGN if text in schema.SIGNS else NAME_TOKEN
            self._add_token(Word(0, 0, text, kind, token_id(text)), at, below)
        region, focused = visit.region, visit.focused
        return [Visit(kid, number, region, focused, in_string=True) for kid in reversed(kids)]

    def _between(self, kids: list[Child], number: int, visit: Visit) -> list[Visit | Gap]:
        """Return children and the gaps around them, the last first: they go on a stack."""
        region, focused = visit.region, visit.focused
        todo: list[Visit | Gap] = []
        at = min(visit.child.start, kids[0].start)
        for kid in kids:
            if at < kid.start:
                todo.append(Gap(at, kid.start, number, visit))
            child_region = self._regions.outside(visit.child.node, kid.field, region)
            todo.append(Visit(kid, number, child_region, focused, in_string=False))
            at = max(at, kid.end)
        if at < visit.child.end:
            todo.append(Gap(at, visit.child.end, number, visit))
        todo.reverse()
        return todo

    def _add(self, node: ast.AST, visit: Visit) -> int:
        kind, token, label = describe(node)
        if visit.in_string and isinstance(node, ast.arg):
            token, label = token_id(node.arg), node.arg
        start, end = self._own_extent(node, visit)
        number = self.found.syntax.add(kind, token, label, (start, end), visit)
        self.found.number[node] = number
        if not visit.in_string or (start, end) != (visit.child.start, visit.child.end):
            self.found.spans[start, end] = number
        return number

    def _own_extent(self, node: ast.AST, visit: Visit) -> tuple[int, int]:
        """Return [start, end) without decorators; in strings the node's own where it is inside."""
        child = visit.child
        if not visit.in_string:
            if isinstance(node, DECORATED):
                return self.found.module.table.offsets(node)
            return child.start, child.end
        if hasattr(node, "lineno") and node.end_lineno <= len(self._starts):  # type: ignore[attr-defined]
            start, end = self.found.module.table.offsets(node)
            if child.start < start < end < child.end:
                return start, end
        return child.start, child.end

    def _add_token(self, word: Word, at: tuple[int, int], visit: Visit) -> None:
        place = self.found.tokens.add(word.kind, word.token, word.text, at, visit)
        self.found.chain[-1].append(-1 - place)

    def _read_gap(self, gap: Gap) -> None:
        visit = gap.visit
        owner = visit.child.node.__class__.__name__
        words = words_of(self._source[gap.start : gap.end], owner)
        if words:
            below = Visit(visit.child._replace(field=""), gap.owner, *visit[2:])
            for word in words:
                self._add_token(word, (gap.start + word.start, gap.start + word.end), below)

    def _read_leaf(self, number: int, visit: Visit) -> None:
        start, end = visit.child.start, visit.child.end
        owner = visit.child.node.__class__.__name__
        words = words_of(self._source[start:end], owner)
        if len(words) == 1 and words[0].start == 0 and words[0].end == end - start:
            rows = self.found.syntax
            rows.tokens[number], rows.labels[number] = words[0].token, words[0].text
            words = []
        if not words:
            self.found.chain[-1].append(number)
        else:
            self._read_gap(Gap(start, end, number, visit))

    # -- children and where they stand

    def _children(self, node: ast.AST, visit: Visit) -> list[Child]:
        pairs = fields_of(node)
        if visit.in_string or isinstance(node, STRINGS):
            start, end = visit.child.start, visit.child.end
            return [Child(start, end, child, name) for name, child in pairs]
        kids = [Child(*self._extent(child), child, name) for name, child in pairs]
        if len(kids) > 1:
            kids.sort(key=_start)
        return kids

    def _extent(self, node: Any) -> tuple[int, int]:
        try:
            start = self._starts[node.lineno - 1] + node.col_offset
            end = self._starts[node.end_lineno - 1] + node.end_col_offset
        except AttributeError:
            kids = [self._extent(child) for _, child in fields_of(node)]
            return min(start for start, _ in kids), max(end for _, end in kids)
        if isinstance(node, DECORATED) and node.decorator_list:
            start = self._extent(node.decorator_list[0])[0]
        return start, end


def _start(child: Child) -> int:
    return child.start
