"""What other files can import from one: read from a whole file, or from the pieces of one."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.graphs.definitions import (
    MOST_TARGETS,
    Definitions,
    definitions_of,
    lasting,
    summary,
)
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.outlines import outline_of
from nerion_gym.syntax.pieces import pieces_of
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    import ast

    from nerion_gym.graphs.definitions import Definition, Spec
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.pieces import Pieces

Bound = dict[str, list["ast.AST"]]


class Exports(Protocol):
    """What a file offers to others.

    Attributes:
        stars: modules of `from m import *`, the latest first.
    """

    stars: tuple[Spec, ...]

    def get(self, name: str) -> tuple[Definition, ...] | None:
        """Return what a module-level name stands for, or None: nothing binds it."""
        ...


class FileExports:
    """Those of a file that is parsed whole.

    Args:
        module: the file; None where it is not valid Python. Importing that would fail, so
            nothing in it is named by anybody.
    """

    def __init__(self, module: Module | None) -> None:
        self._names: dict[str, tuple[Definition, ...]] = {}
        self.stars: tuple[Spec, ...] = ()
        if module is not None:
            known = definitions_of(module)
            for name, nodes in bound(known).items():
                last = lasting(nodes, module.tree)
                self._names[name] = tuple(summary(known, module.table, node) for node in last)
            self.stars = stars(known)

    def get(self, name: str) -> tuple[Definition, ...] | None:
        """Return what a module-level name stands for, or None: nothing binds it."""
        return self._names.get(name)


class PieceExports:
    """Those of a file in pieces: what is kept with each piece is put together when asked for.

    Args:
        pieces: of the file; none where it is not valid Python.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        found = [star for piece in reversed(pieces) for star in piece_names(piece.module).stars]
        self.stars = tuple(found)

    def get(self, name: str) -> tuple[Definition, ...] | None:
        """Return what a module-level name stands for, or None: nothing binds it."""
        bindings = [
            (piece, node)
            for piece in self._pieces
            for node in piece_names(piece.module).bound.get(name, ())
        ]
        found: list[Definition] = []
        for piece, node in reversed(bindings[-MOST_TARGETS:]):
            known = piece_names(piece.module).known
            found.append(summary(known, piece.module.table, node, piece.start))
            if node in outline_of(piece.module).certain:
                break
        return tuple(found) or None


class PieceNames:
    """What a piece binds at module level."""

    def __init__(self, module: Module) -> None:
        self.known = Definitions(outline_of(module).scopes)
        self.bound = bound(self.known)
        self.stars = stars(self.known)


def bound(known: Definitions) -> Bound:
    """Return the bindings of each module-level name, in source order."""
    found: Bound = defaultdict(list)
    for access in known.scopes.root.accesses:
        if access.mode is Mode.WRITE:
            found[access.name].append(access.node)
    return found


def stars(known: Definitions) -> tuple[Spec, ...]:
    """Return the modules of `from m import *`, the latest first."""
    aliases = [alias for alias in known.scopes.root.imports if alias.name == "*"]
    return tuple(known.spec(alias, bound=False) for alias in reversed(aliases))


@lru_cache(maxsize=4096)
def piece_names(module: Module) -> PieceNames:
    """Return what a piece binds, worked out once."""
    return PieceNames(module)


@lru_cache(maxsize=4096)
def exports_of_whole(path: str, source: bytes) -> Exports:
    """Return what a file offers to others, where it is parsed whole anyway."""
    try:
        return FileExports(parse_module(path, source))
    except ProgramSyntaxError:
        return FileExports(None)


@lru_cache(maxsize=4096)
def exports_of(path: str, source: bytes) -> Exports:
    """Return what a file offers to others: after an edit only of what it touches."""
    try:
        return PieceExports(pieces_of(path, source))
    except ProgramSyntaxError:
        return PieceExports(())
