"""Pieces of a file with what the rest of it says of their names.

Operators look at a piece as at a file; of the rest they see what `Outside` holds and nothing else.
So the edits of a piece are a function of its text and of that, and are kept as long as both stay.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from nerion_gym.edits.branches import own_step
from nerion_gym.edits.call_text import signatures
from nerion_gym.edits.decisions import ORDER_READERS
from nerion_gym.edits.safety import NOSY_MODULES, SIGNATURE_READERS, STACK_READERS
from nerion_gym.edits.sites import hint_words
from nerion_gym.syntax.outside import Mention, Outside, Signature
from nerion_gym.syntax.pieces import Piece, pieces_of
from nerion_gym.syntax.positions import NEWLINE
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Binding

BUILTINS = frozenset(dir(builtins))
WATCHED = NOSY_MODULES | SIGNATURE_READERS | ORDER_READERS
"""Names and attributes that operators ask for wherever in the file they stand."""
MADE = re.compile(r"_\w*_part(_\d+)?")
"""Names that operators make for the whole file to see."""
MOST = 2
"""Equal mentions that are told apart: one, or several."""
Mentions = tuple[Mention, ...]


@dataclass(frozen=True, eq=False)
class Said:
    """What one piece says, as far as others may care.

    Attributes:
        names: every name that it mentions.
        mentions: its mentions of the module's names.
        star: whether it has `from m import *`.
        words: watched names and attributes, and those that operators may have made.
        hints: words of its quoted annotations.
        functions: the module's functions that it defines.
    """

    names: frozenset[str]
    mentions: dict[str, Mentions]
    star: bool
    words: frozenset[str]
    hints: frozenset[str]
    functions: tuple[Signature, ...]


@lru_cache(maxsize=1024)
def said_by(module: Module) -> Said:
    """Return what a piece, looked at alone, says; kept with the piece."""
    scopes = module.scopes
    own = [binding for binding in scopes.bindings if binding.scope is scopes.root]
    sure = set(_binders(module.tree))
    attributes = {name for scope in scopes.all for name in scope.attributes}
    names = frozenset(binding.name for binding in scopes.bindings)
    watched = {name for name in names | attributes if name in WATCHED or MADE.fullmatch(name)}
    counting = {word.decode() for word in STACK_READERS.findall(module.source)}
    return Said(
        names=names,
        mentions={binding.name: _counted(binding, sure) for binding in own},
        star=scopes.star,
        words=frozenset(watched | counting),
        hints=hint_words(module),
        functions=tuple(signatures(module.tree)),
    )


def _binders(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that bind a name of the module wherever the module's code runs through."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from node.names
        elif isinstance(node, ast.Assign):
            yield from node.targets
        else:
            yield node


def _counted(binding: Binding, sure: Collection[ast.AST]) -> Mentions:
    """Return the different mentions of a name, each twice where there are several."""
    root = binding.scope
    found = Counter(
        Mention(one.mode, isinstance(one.node, ast.alias), one.scope is root, one.node in sure)
        for one in binding.accesses
    )
    return _capped(found)


def _capped(found: Counter[Mention]) -> Mentions:
    return tuple(one for one in sorted(found) for _ in range(min(found[one], MOST)))


@lru_cache(maxsize=256)
def linked(path: str, source: bytes) -> tuple[Piece, ...]:
    """Return the pieces of a file, each with what it may know of the others.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
    """
    pieces = pieces_of(path, source)
    every = [said_by(piece.module) for piece in pieces]
    view = _View.of(every, _line_end(source), _step(pieces))
    return tuple(
        piece._replace(module=piece.module.beside(view.from_piece(number)))
        for number, piece in enumerate(pieces)
    )


def _line_end(source: bytes) -> bytes:
    found = NEWLINE.search(source)
    return found.group() if found else b"\n"


def _step(pieces: Sequence[Piece]) -> bytes:
    """Return by how much a file indents its first block; empty where it has none."""
    return next(filter(None, (own_step(piece.module) for piece in pieces)), b"")


@dataclass(frozen=True)
class _View:
    """All pieces of a file, and where each name is mentioned.

    Attributes:
        every: what each piece says.
        where: name of the module -> the pieces that mention it, in order.
        builtins: those of the names that mean a builtin where nothing binds them.
        functions: functions of the module that are bound once, by piece.
        line_end: how the file ends its lines.
        step: by how much it indents.
    """

    every: Sequence[Said]
    where: dict[str, list[int]]
    builtins: frozenset[str]
    functions: Sequence[tuple[Signature, ...]]
    line_end: bytes
    step: bytes

    @classmethod
    def of(cls, every: Sequence[Said], line_end: bytes, step: bytes) -> _View:
        """Index what the pieces of a file say."""
        where: dict[str, list[int]] = defaultdict(list)
        for number, said in enumerate(every):
            for name in said.mentions:
                where[name].append(number)
        functions = [
            tuple(one for one in said.functions if _is_bound_once(every, where[one.name], one.name))
            for said in every
        ]
        return cls(every, where, BUILTINS & where.keys(), functions, line_end, step)

    def from_piece(self, number: int) -> Outside:
        """Return what one piece may know of the others."""
        said = self.every[number]
        others = [*self.every[:number], *self.every[number + 1 :]]
        names = sorted((said.names & self.where.keys()) | self.builtins)
        mentions = [(name, self._elsewhere(name, number)) for name in names]
        calls = any(one.name in said.names for rest in self.functions for one in rest)
        return Outside(
            mentions=tuple((name, found) for name, found in mentions if found),
            star=any(other.star for other in others),
            words=frozenset().union(*(other.words for other in others)),
            hints=said.names & frozenset().union(*(other.hints for other in others)),
            before=tuple(chain(*self.functions[:number])) if calls else (),
            after=tuple(chain(*self.functions[number + 1 :])) if calls else (),
            is_first=number == 0,
            line_end=self.line_end,
            step=self.step,
        )

    def _elsewhere(self, name: str, number: int) -> Mentions:
        """Return how pieces other than one mention a name; what comes later is not sure yet."""
        pieces = self.where[name]
        if pieces == [number]:
            return ()
        found = [one for at in pieces if at < number for one in self.every[at].mentions[name]]
        found += [
            one._replace(is_sure=False)
            for at in pieces
            if at > number
            for one in self.every[at].mentions[name]
        ]
        return _capped(Counter(found)) if len(found) > 1 else tuple(found)


def _is_bound_once(every: Sequence[Said], where: Sequence[int], name: str) -> bool:
    found = chain(*(every[number].mentions[name] for number in where))
    return sum(one.mode is Mode.WRITE for one in found) == 1
