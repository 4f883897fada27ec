"""The shown functions of a file in pieces: where they stand, and what their names stand for."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.graphs.definitions import FUNCTIONS, MOST_TARGETS, Definitions
from nerion_gym.graphs.rows import Root
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.outlines import Defined, Outline, inner_definitions, outline_of
from nerion_gym.syntax.piece_scopes import PieceScopes
from nerion_gym.syntax.pieces import pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.graphs.definitions import Key
    from nerion_gym.syntax.pieces import Pieces
    from nerion_gym.syntax.scopes import Scope


class Place(NamedTuple):
    """Where a function stands.

    Attributes:
        piece: number of its piece.
        path: the definitions around it, the outermost first, and itself.
    """

    piece: int
    path: tuple[ast.AST, ...]

    @property
    def node(self) -> ast.AST:
        """The function."""
        return self.path[-1]

    @property
    def outermost(self) -> ast.AST:
        """The function that lies in no other one, if only in classes."""
        return next(node for node in self.path if isinstance(node, FUNCTIONS))


def find(path: str, source: bytes, pieces: Pieces, qualname: str) -> Place:
    """Return where a function stands; names are counted as `Module.functions` does.

    Raises:
        ConfigError: there is none.
    """
    first, *others = qualname.split(".")
    name, number = _numbered(first)
    for place, piece in enumerate(pieces):
        found = outline_of(piece.module).tops.get(name, ())
        if number <= len(found):
            nodes = _inside(found[number - 1], others)
            if nodes and isinstance(nodes[-1], FUNCTIONS):
                return Place(place, nodes)
            break
        number -= len(found)
    return _refused(path, source, qualname)


def _refused(path: str, source: bytes, qualname: str) -> Place:
    """Raise the error that the whole file gives, which knows every name."""
    function = parse_module(path, source).function(qualname)
    msg = f"{path} has {function.qualname} as a whole but not in pieces"
    raise AssertionError(msg)


def _inside(node: ast.AST, names: list[str]) -> tuple[ast.AST, ...]:
    """Return the definitions on the way to a name inside one; nothing where it does not exist."""
    nodes = [node]
    for written in names:
        name, number = _numbered(written)
        named = [below for below in inner_definitions(nodes[-1]) if below.name == name]
        if number > len(named):
            return ()
        nodes.append(named[number - 1])
    return tuple(nodes)


def _numbered(name: str) -> tuple[str, int]:
    """Split a name as it stands in a qualified name: "f#2" is the second `f`."""
    plain, _, number = name.partition("#")
    return plain, int(number) if number.isdecimal() and int(number) > 1 else 1


class FocusDefinitions(Definitions):
    """The definitions of a file, as the shown pieces see them.

    Args:
        names: scopes of the shown pieces.
    """

    def __init__(self, names: PieceScopes) -> None:
        super().__init__(names.scopes)
        object.__setattr__(self, "_names", names)

    _names: PieceScopes

    def of(self, key: Key) -> tuple[ast.AST, ...]:
        """Return the definitions and imports that a name may stand for, the latest first."""
        if key[0] is not self._names.root:
            return super().of(key)
        plainly, deferred = self._everywhere
        bindings = [*plainly.get(key[1], ()), *deferred.get(key[1], ())]
        found: list[ast.AST] = []
        for outline, node in reversed(bindings[-MOST_TARGETS:]):
            found.append(node)
            self._home[node] = outline
            if len(bindings) > 1 and node in outline.certain:
                break
        return tuple(found)

    @cached_property
    def _home(self) -> dict[ast.AST, Outline]:
        """Definition at module level that was asked for -> its piece."""
        return {}

    @cached_property
    def _everywhere(self) -> tuple[Bindings, Bindings]:
        """Name -> its definitions at module level, and those by functions that say `global`."""
        plainly: Bindings = defaultdict(list)
        deferred: Bindings = defaultdict(list)
        for place, piece in enumerate(self._names.pieces):
            outline = outline_of(piece.module)
            share = self._names.shares.get(place)
            defined = Defined.of(*share) if share else outline.defined
            for name, nodes in defined.plainly.items():
                plainly[name] += [(outline, node) for node in nodes]
            for name, nodes in defined.deferred.items():
                deferred[name] += [(outline, node) for node in nodes]
        return plainly, deferred

    def statement_of(self, alias: ast.alias) -> ast.Import | ast.ImportFrom:
        """Return the statement that an import's name stands in."""
        return self._statement.get(alias) or self._home[alias].statements[alias]

    def scope_of(self, node: ast.ClassDef) -> Scope:
        """Return a class's own scope."""
        return self.scopes.by_node.get(node) or self._home[node].scopes.by_node[node]


Bindings = dict[str, list[tuple[Outline, ast.AST]]]


class FileFocus:
    """What is shown of a file.

    Args:
        path: of the file.
        source: its bytes.
        edited: qualified names of the functions in focus.
        shown: of those that are context only.

    Attributes:
        names: scopes of the shown pieces.
        in_focus: the functions in focus.

    Raises:
        ConfigError: a function does not exist in the file.
        ProgramSyntaxError: the file is not valid Python.
    """

    def __init__(
        self, path: str, source: bytes, edited: Iterable[str], shown: Iterable[str]
    ) -> None:
        pieces = pieces_of(path, source)
        focus = [find(path, source, pieces, name) for name in edited]
        places = [*focus, *(find(path, source, pieces, name) for name in shown)]
        wanted: dict[int, set[ast.AST]] = defaultdict(set)
        for place in places:
            wanted[place.piece].add(place.outermost)
        self.names = PieceScopes(pieces, wanted)
        self.in_focus = frozenset(place.node for place in focus)
        self._places = places

    @cached_property
    def definitions(self) -> FocusDefinitions:
        """What the names stand for."""
        return FocusDefinitions(self.names)

    def roots(self) -> Iterator[Root]:
        """Yield the functions that lie in no other shown one, in source order, each once."""
        pieces = self.names.pieces
        above = [0, *accumulate(len(piece.module.table.starts) - 1 for piece in pieces)]
        tables: dict[int, list[int]] = {}
        end = (-1, 0, 0)
        for number, node in sorted({(p.piece, p.node) for p in self._places}, key=_order):
            if (number, node.lineno, node.col_offset) >= end:  # type: ignore[attr-defined]
                end = (number, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
                piece = pieces[number]
                if number not in tables:
                    tables[number] = [piece.start + at for at in piece.module.table.starts]
                yield Root(node, tables[number], above[number])


def _order(place: tuple[int, ast.AST]) -> tuple[int, int, int]:
    number, node = place
    return number, node.lineno, node.col_offset  # type: ignore[attr-defined]
