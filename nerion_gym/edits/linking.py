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

from nerion_gym.edits.analysis.call_text import signatures
from nerion_gym.edits.analysis.naming import part_name
from nerion_gym.edits.analysis.safety import NOSY_MODULES, SIGNATURE_READERS, STACK_READERS
from nerion_gym.edits.analysis.sites import hint_words
from nerion_gym.edits.analysis.statements import line_end_of
from nerion_gym.edits.rewriting.branches import own_step
from nerion_gym.edits.rewriting.decisions import ORDER_READERS
from nerion_gym.syntax.outside import Mention, Outside, Signature
from nerion_gym.syntax.pieces import Piece, pieces_of
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Binding

BUILTINS = frozenset(dir(builtins))
WATCHED = NOSY_MODULES | SIGNATURE_READERS | ORDER_READERS
"""Names and attributes that operators ask for wherever in the file they stand."""
MADE = re.compile(r"(_\w*_part)(?:_\d+)?")
"""Names that operators make for the whole file to see: of functions that they take apart."""
MOST = 2
"""Equal mentions that are told apart: one, or several."""
Mentions = tuple[Mention, ...]
READ = Mention(Mode.READ, is_import=False, at_module=False, is_sure=False)
"""That a name is read is all that anybody asks."""


@dataclass(frozen=True)
class Said:
    """What one piece says, as far as others may care.

    Attributes:
        names: every name that it mentions.
        mentions: its mentions of the module's names.
        reads: those of the module's names that it reads.
        star: whether it has `from m import *`.
        words: watched names and attributes, and those that operators may have made.
        hints: words of its quoted annotations.
        functions: the module's functions that it defines.
        parts: names that operators may make of its functions.
    """

    names: frozenset[str]
    mentions: dict[str, Mentions]
    reads: frozenset[str]
    star: bool
    words: frozenset[str]
    hints: frozenset[str]
    functions: tuple[Signature, ...]
    parts: frozenset[str]

    def __hash__(self) -> int:
        """Of a part that is quick to look at: frozen sets keep their hashes."""
        return hash((self.names, self.reads, self.words))

    def heard(self, words: frozenset[str]) -> frozenset[str]:
        """Return the words of others without names made of functions that are not its own."""
        made = ((word, MADE.fullmatch(word)) for word in words)
        return frozenset(word for word, name in made if not name or name[1] in self.parts)


@lru_cache(maxsize=256)
def said_by(module: Module) -> Said:
    """Return what a piece, looked at alone, says; kept with the piece."""
    scopes = module.scopes
    own = [binding for binding in scopes.bindings if binding.scope is scopes.root]
    sure = set(_binders(module.tree))
    mentions = {binding.name: _told(binding, sure) for binding in own}
    attributes = {name for scope in scopes.all for name in scope.attributes}
    names = frozenset(binding.name for binding in scopes.bindings)
    watched = {name for name in names | attributes if name in WATCHED or MADE.fullmatch(name)}
    counting = {word.decode() for word in STACK_READERS.findall(module.source)}
    return Said(
        names=names,
        mentions=mentions,
        reads=frozenset(name for name, found in mentions.items() if READ in found),
        star=scopes.star,
        words=frozenset(watched | counting),
        hints=hint_words(module),
        functions=tuple(signatures(module.tree)),
        parts=frozenset(part_name(function.node.name) for function in module.functions),
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


def _told(binding: Binding, sure: Collection[ast.AST]) -> Mentions:
    """Return the different mentions of a name, those that bind it twice where there are several."""
    return _capped(Counter(_mention(one, binding, sure) for one in binding.accesses))


def _mention(access: Access, binding: Binding, sure: Collection[ast.AST]) -> Mention:
    if access.mode is Mode.READ:
        return READ
    is_import, at_module = isinstance(access.node, ast.alias), access.scope is binding.scope
    return Mention(access.mode, is_import, at_module, access.node in sure)


def _capped(found: Counter[Mention]) -> Mentions:
    """Return mentions in order, none more than twice, reads once."""
    most = {READ: 1}
    return tuple(one for one in sorted(found) for _ in range(min(found[one], most.get(one, MOST))))


@lru_cache(maxsize=64)
def linked(path: str, source: bytes) -> tuple[Piece, ...]:
    """Return the pieces of a file, each with what it may know of the others.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
    """
    pieces = pieces_of(path, source)
    every = tuple(said_by(piece.module) for piece in pieces)
    outsides = _outsides(every, line_end_of(source), _step(pieces))
    return tuple(
        piece._replace(module=piece.module.beside(outside))
        for piece, outside in zip(pieces, outsides, strict=True)
    )


@lru_cache(maxsize=64)
def _outsides(every: tuple[Said, ...], line_end: bytes, step: bytes) -> tuple[Outside, ...]:
    """Return what each piece may know of the others: mostly the same after an edit as before."""
    view = _View.of(every, line_end, step)
    return tuple(view.from_piece(number) for number in range(len(every)))


def _step(pieces: Sequence[Piece]) -> bytes:
    """Return by how much a file indents its first block; empty where it has none."""
    return next(filter(None, (own_step(piece.module) for piece in pieces)), b"")


@dataclass(frozen=True)
class _View:
    """All pieces of a file, and where each name is mentioned.

    Attributes:
        every: what each piece says.
        where: name of the module -> the pieces that mention it, in order.
        bound: those of the names that the file binds: who reads others is all the same.
        functions: functions of the module that are bound once, by piece.
        callable: their names.
        loud: numbers of the pieces that say more than how they mention names.
        line_end: how the file ends its lines.
        step: by how much it indents.
    """

    every: Sequence[Said]
    where: dict[str, list[int]]
    bound: frozenset[str]
    functions: Sequence[tuple[Signature, ...]]
    callable: frozenset[str]
    loud: Sequence[int]
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
        bound = frozenset(
            name for said in every for name, found in said.mentions.items() if found != (READ,)
        )
        known = frozenset(one.name for one in chain(*functions))
        loud = [n for n, said in enumerate(every) if said.star or said.words or said.hints]
        return cls(every, where, bound, functions, known, loud, line_end, step)

    def from_piece(self, number: int) -> Outside:
        """Return what one piece may know of the others."""
        said = self.every[number]
        loud = [self.every[other] for other in self.loud if other != number]
        names = sorted(self.bound & (said.names | BUILTINS))
        mentions = [(name, self._elsewhere(name, number)) for name in names]
        calls = not said.reads.isdisjoint(self.callable)
        return Outside(
            mentions=tuple((name, found) for name, found in mentions if found),
            star=any(other.star for other in loud),
            words=said.heard(frozenset().union(*(other.words for other in loud))),
            hints=said.names & frozenset().union(*(other.hints for other in loud)),
            before=tuple(chain(*self.functions[:number])) if calls else (),
            after=tuple(chain(*self.functions[number + 1 :])) if calls else (),
            is_first=number == 0,
            is_last=number == len(self.every) - 1,
            line_end=self.line_end,
            step=self.step,
        )

    def _elsewhere(self, name: str, number: int) -> Mentions:
        """Return how pieces other than one mention a name; what comes later is not sure yet."""
        pieces = self.where[name]
        if pieces == [number] or name not in self.bound:
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
