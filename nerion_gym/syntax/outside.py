"""What the rest of a file says of the names in one piece of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    import ast


class Mention(NamedTuple):
    """How a module's name is mentioned in another piece of the file.

    Attributes:
        mode: read, write, delete or declare.
        is_import: whether an import statement holds it.
        at_module: whether it stands in the module's own scope.
        is_sure: whether it has a value wherever the piece runs: a statement of the module itself,
            no block around, bound it in a piece before.
    """

    mode: Mode
    is_import: bool
    at_module: bool
    is_sure: bool


class Parameters(NamedTuple):
    """What a function takes.

    Attributes:
        hidden: those before the `/`.
        plain: those after them, by position or by name.
        defaults: how many of all these have a default.
        starred: whether there is `*args`.
        words: those by name alone, and whether each has a default.
        rest: whether there is `**kwargs`.
    """

    hidden: tuple[str, ...]
    plain: tuple[str, ...]
    defaults: int
    starred: bool
    words: tuple[tuple[str, bool], ...]
    rest: bool

    @classmethod
    def of(cls, node: ast.arguments) -> Parameters:
        """Read them off a definition."""
        return cls(
            tuple(one.arg for one in node.posonlyargs),
            tuple(one.arg for one in node.args),
            len(node.defaults),
            node.vararg is not None,
            tuple(
                (one.arg, default is not None)
                for one, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
            ),
            node.kwarg is not None,
        )


class Signature(NamedTuple):
    """A function of the module, as it is defined: without decorators."""

    name: str
    parameters: Parameters
    is_async: bool


@dataclass(frozen=True, eq=True)
class Outside:
    """What operators may know of the rest of a file; nothing else of it decides an edit of a piece.

    Attributes:
        mentions: each name of the piece, or of a builtin, that other pieces mention as the
            module's, with how: sorted, and the same at most twice.
        star: whether another piece has `from m import *`.
        words: those names and attributes of other pieces that operators look for.
        hints: words of quoted annotations that are names of the piece.
        before: functions in the pieces before.
        after: functions in the pieces behind.
        is_first: whether the piece opens the file.
        is_last: whether it ends it.
        line_end: how the file ends its lines.
        step: by how much it indents; empty where it never does.
    """

    mentions: tuple[tuple[str, tuple[Mention, ...]], ...] = ()
    star: bool = False
    words: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()
    before: tuple[Signature, ...] = ()
    after: tuple[Signature, ...] = ()
    is_first: bool = True
    is_last: bool = True
    line_end: bytes = b""
    step: bytes = b""

    def __hash__(self) -> int:
        """Worked out once: what is kept of a piece is looked up by it again and again."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, one.name) for one in fields(self)))

    @cached_property
    def _by_name(self) -> dict[str, tuple[Mention, ...]]:
        return dict(self.mentions)

    def of(self, name: str) -> tuple[Mention, ...]:
        """Return how other pieces mention a name of the module."""
        return self._by_name.get(name, ())

    @property
    def is_whole(self) -> bool:
        """Whether the piece is all of its file."""
        return self.is_first and self.is_last

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that other pieces bind in the module's own scope."""
        return frozenset(
            name
            for name, found in self.mentions
            if any(one.mode in (Mode.WRITE, Mode.DELETE) and one.at_module for one in found)
        )


NOTHING = Outside()
"""For a file that is looked at whole."""
