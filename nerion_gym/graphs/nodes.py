"""The syntax nodes and tokens of one file, in preorder, with what the edge families need.

A leaf that is one token (a name, a literal, `pass`) is that token: one node, not two. In
f-strings positions are unreliable before Python 3.12, so their operators are read from the tree
and their nodes lie where the string lies, unless their own place is inside it.

This is the hot path of a graph: the walk keeps plain tuples, not objects.
"""

from __future__ import annotations

import ast
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from nerion_gym.graphs import schema
from nerion_gym.graphs.kinds import (
    DECORATED,
    DESCRIPTIONS,
    NAME_KINDS,
    STRINGS,
    constant_kind,
    describe,
    fields_of,
    written_in,
)
from nerion_gym.graphs.regions import STATEMENTS
from nerion_gym.graphs.rows import END, PARENT, FileNodes
from nerion_gym.graphs.words import LONGEST_KEPT, SIGN, short_words, token_id, words_of
from nerion_gym.graphs.words import NAME as NAME_TOKEN
from nerion_gym.syntax.trees import LEAVES, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nerion_gym.graphs.regions import Regions
    from nerion_gym.graphs.rows import Root, Row

Child = tuple[int, int, Any, str]
"""Start and end (decorators included), a node, and the field of its parent that it stands in."""
BLANKS = frozenset(
    {b" ", b", ", b",", b"(", b")", b"[", b"]", b"{", b"}", b"\n    ", b"\n        "}
)
"""Gaps without a word or sign: the most usual ones."""
UNPLACED = DECORATED | {ast.comprehension, ast.withitem, ast.match_case, ast.arguments}
"""Nodes whose place is not written in them, or begins at a decorator."""


class Collector:
    """Walks the roots of a file: a frame of the stack a level, which `parse_module` bounds.

    Args:
        source: of the file.
        focus: definitions whose nodes are in focus; the whole file when None.
        regions: hands out the lines that decide a node's "covered" flag.
    """

    def __init__(self, source: bytes, focus: frozenset[ast.AST] | None, regions: Regions) -> None:
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
            focused = self._all_in_focus or root in self._focus
            self._enter((start, end, root, "body"), -1, 0, focused)
        return self.found

    def _enter(self, child: Child, parent: int, region: int, focused: bool) -> None:
        """Add a node and all below it."""
        start, end, node, name = child
        cls = node.__class__
        if cls in STATEMENTS:
            region = self._regions.of(node)
        if cls in STRINGS:
            self._enter_string(child, parent, region, focused)
            return
        kids = self._children(node, cls)
        if not kids:
            self._enter_leaf(child, parent, region, focused)
            return
        heads = None
        at = min(start, kids[0][0])
        if cls in DECORATED:
            focused = focused or node in self._focus
            start, end = self._offsets(node)
            heads = node if cls is not ast.ClassDef else None
        kind, token, label = DESCRIPTIONS[cls]
        syntax = self.found.syntax
        self.found.number[node] = number = len(syntax)
        syntax.append((kind, token, label, start, end, name, parent, region, focused))
        self._enter_all(kids, at, (number, label, region, focused), heads)

    def _enter_all(
        self, kids: list[Child], at: int, above: tuple[int, str, int, bool], function: Any
    ) -> None:
        """Add the children of a node and the gaps between them, from `at` on.

        Args:
            kids: children by position.
            at: where the first gap starts.
            above: the node's number, class name, region, and whether it is in focus.
            function: the node, if it is a function: its head runs when it is defined.
        """
        number, _, region, focused = above
        source, inner, found, chain = self._source, region, self.found, self._chain
        syntax, numbers = found.syntax, found.number
        for kid in kids:
            start, end, node, name = kid
            if at < start and (gap := source[at:start]) not in BLANKS:
                self._read_gap(gap, at, above)
            if function is not None:
                inner = self._regions.outside(function, name, region)
            cls = node.__class__
            if cls in LEAVES:  # half of all nodes: not worth a call
                is_name = cls is ast.Name
                text = node.id if is_name else repr(node.value)
                kind = NAME_KINDS[node.ctx.__class__] if is_name else constant_kind(node)
                numbers[node] = place = len(syntax)
                chain.append(place)
                syntax.append(
                    (kind, token_id(text), text, start, end, name, number, inner, focused)
                )
            else:
                self._enter(kid, number, inner, focused)
            at = max(at, end)
        end = syntax[number][END]
        if at < end and (gap := source[at:end]) not in BLANKS:
            self._read_gap(gap, at, above)

    def _enter_leaf(self, child: Child, parent: int, region: int, focused: bool) -> None:
        """Add a node without children: one token is the node itself, several lie below it."""
        start, end, node, name = child
        kind, token, label = describe(node)
        words = words_of(self._source[start:end], label)
        single = len(words) == 1 and words[0].start == 0 and words[0].end == end - start
        if node.__class__ is ast.Name or node.__class__ is ast.Constant:
            single, words = True, []
        elif single:
            token, label = words[0].token, words[0].text
        number = self._add(node, (kind, token, label, start, end, name, parent, region, focused))
        if single or not words:
            self._chain.append(number)
        else:
            owner = (number, node.__class__.__name__, region, focused)
            self._read_gap(self._source[start:end], start, owner)

    def _enter_string(self, child: Child, above: int, region: int, focused: bool) -> None:
        """Add an f-string and all inside it; its words come from the tree, not from the text."""
        whole, string = child[:2], child[2]
        todo = [(string, child[3], above)]
        while todo:
            node, name, parent = todo.pop()
            start, end = self._inside(node, whole) if node is not string else whole
            kind, token, label = describe(node)
            number = self._add(
                node, (kind, token, label, start, end, name, parent, region, focused)
            )
            if (start, end) == whole and node is not string:
                self.found.inside.add(number)
            for text in written_in(node):
                token_kind = SIGN if text in schema.SIGNS else NAME_TOKEN
                at = (token_kind, token_id(text), text, start, end, "", number, region, focused)
                self._add_token(at)
            kids = fields_of(node)
            if not kids:
                self._chain.append(number)
            todo += [(kid, field_, number) for field_, kid in reversed(kids)]

    def _inside(self, node: Any, whole: tuple[int, int]) -> tuple[int, int]:
        """Return a node's own bytes where they lie inside the string, else the string's."""
        start, end = whole
        if hasattr(node, "lineno") and node.end_lineno <= len(self._starts):
            own = self._offsets(node)
            if start < own[0] < own[1] < end:
                return own
        return whole

    def _add(self, node: ast.AST, row: Row) -> int:
        number = len(self.found.syntax)
        self.found.syntax.append(row)
        self.found.number[node] = number
        return number

    def _add_token(self, row: Row) -> None:
        tokens = self.found.tokens
        tokens.append(row)
        self._chain.append(-len(tokens))
        if row[0] == NAME_TOKEN:
            self.found.named.setdefault(row[PARENT], []).append(len(tokens) - 1)

    def _read_gap(self, gap: bytes, start: int, above: tuple[int, str, int, bool]) -> None:
        """Add the tokens between two children of a node."""
        number, owner, region, focused = above
        tokens, chain = self.found.tokens, self._chain
        words = short_words if len(gap) <= LONGEST_KEPT else words_of
        for first, last, text, kind, token in words(gap, owner):
            at = (kind, token, text, start + first, start + last, "", number, region, focused)
            tokens.append(at)
            chain.append(-len(tokens))
            if kind == NAME_TOKEN:
                self.found.named.setdefault(number, []).append(len(tokens) - 1)

    # -- children and where they stand

    def _children(self, node: ast.AST, cls: type[ast.AST]) -> list[Child]:
        """Return a node's children by position."""
        kids: list[Child] = []
        child: Any
        starts, ordered = self._starts, True
        at = -1
        for name, many in SHAPES[cls]:
            value = getattr(node, name)
            for child in value if many else (value,):
                if child is None:
                    continue
                kind = child.__class__
                if kind in UNPLACED:
                    if kind is ast.arguments:
                        inner = [(f"{name}.{n}", c) for n, c in fields_of(child)]
                        kids += [(*self._extent(c), c, n) for n, c in inner]
                        ordered = False
                        continue
                    start, end = self._extent(child)
                else:  # a call saved for nearly every node
                    start = starts[child.lineno - 1] + child.col_offset
                    end = starts[child.end_lineno - 1] + child.end_col_offset
                kids.append((start, end, child, name))
                ordered = ordered and start >= at
                at = start
        if not ordered:
            kids.sort(key=_start)
        return kids

    def _offsets(self, node: Any) -> tuple[int, int]:
        starts = self._starts
        start = starts[node.lineno - 1] + node.col_offset
        return start, starts[node.end_lineno - 1] + node.end_col_offset

    def _extent(self, node: Any) -> tuple[int, int]:
        try:
            start, end = self._offsets(node)
        except AttributeError:
            kids = [self._extent(child) for _, child in fields_of(node)]
            return min(start for start, _ in kids), max(end for _, end in kids)
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            start = self._extent(decorators[0])[0]
        return start, end


_start = itemgetter(0)
