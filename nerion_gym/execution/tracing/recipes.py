"""Snapshots of values: what a function was given, taken without running any of the program's code.

A snapshot is a recipe for an equal value, not a reference to the one that the program has: it may
change that one, and wait for it to die. Instances are described by what they hold; making them
again calls neither `__init__` nor `__setattr__` (`rebuilt.py`). Functions, classes and modules that
a module holds are kept as they are: they live as long as the process.
"""

from __future__ import annotations

import enum
import weakref
from collections import deque
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from .described import (
    BY_ID,
    HEAP_TYPE,
    KEPT_IDS,
    LOCAL,
    UnrecordableError,
    flags_of,
    isinstance_of,
    qualname_of,
)
from .instances import instance

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NODES = 2_000
MOST_BYTES = 64 << 10
DEEPEST = 60
NODE_BYTES = 80
"""What a node of a snapshot takes, about."""


class Node(NamedTuple):
    """One object of a snapshot.

    Attributes:
        kind: how it is made again (`rebuilt.MAKERS`).
        kept: what is kept of it as it is.
        parts: numbers of the nodes that it holds.
    """

    kind: str
    kept: Any
    parts: tuple[int, ...]


_node = Node._make
"""Makes one of a tuple of its fields."""


class Snapshot(NamedTuple):
    """Values by recipe; `roots` are the nodes of the values themselves."""

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    size: int


def snapshot(values: Iterable[Any], *, lenient: bool = False) -> Snapshot:
    """Return a recipe for values.

    Args:
        values: what is to be made again.
        lenient: whether what cannot be described is noted as such: the recipe is for comparing.

    Raises:
        UnrecordableError: something in them cannot be described, or they are too big.
    """
    taking = _Taking(lenient=lenient)
    return taking.of(values)


class _Taking:
    def __init__(self, *, lenient: bool) -> None:
        self._lenient = lenient
        self._nodes: list[Node | None] = []
        self._numbers: dict[int, int] = {}
        self._held: list[Any] = []
        self._size = 0

    def of(self, values: Iterable[Any]) -> Snapshot:
        roots = tuple([self._take(value, 0) for value in values])
        return Snapshot(tuple(self._nodes), roots, self._size)  # type: ignore[arg-type]

    def _take(self, value: Any, depth: int) -> int:
        kind, nodes = type(value), self._nodes
        if id(kind) in UNSHARED:
            self._count(size_of(value))
            nodes.append(_node(("kept", value, ())))
            return len(nodes) - 1
        known = self._numbers.get(id(value))
        if known is not None and not is_unshared(value):
            return known
        number = self._numbers[id(value)] = len(nodes)
        self._held.append(value)  # its number holds as long as it lives
        nodes.append(None)
        try:
            if depth > DEEPEST:
                raise UnrecordableError("values nested too deeply")
            name, kept, parts = self._describe(value, kind)
        except UnrecordableError as error:
            if not self._lenient or isinstance(error, TooBigError):
                raise
            name, kept, parts = "opaque", (kind, str(error)), ()
        self._count(len(kept) if type(kept) is str or type(kept) is bytes else 0)
        held = tuple([self._take(part, depth + 1) for part in parts]) if parts else ()
        nodes[number] = _node((name, kept, held))
        return number

    def _count(self, size: int) -> None:
        self._size += size + NODE_BYTES
        if self._size > MOST_BYTES or len(self._nodes) > MOST_NODES:
            raise TooBigError("values that are too big")

    def _describe(self, value: Any, kind: type) -> tuple[str, Any, Iterable[Any]]:
        if id(kind) in KEPT_IDS:
            return "kept", value, ()
        if kind is FunctionType and is_pinned(value):
            return "kept", value, ()
        describe = BY_ID.get(id(kind))
        if id(kind) in COLLECTIONS and len(value) > MOST_NODES:
            raise TooBigError("values that are too big")  # before all of them are looked at
        if describe is not None:
            return describe(value)
        if isinstance_of(kind, type):
            if LOCAL in qualname_of(value):
                raise UnrecordableError("a class that a function made")
            return "kept", value, ()
        if isinstance_of(type(kind), enum.EnumMeta) or is_pinned(value):
            return "kept", value, ()
        return instance(value, kind)


COLLECTIONS = frozenset(map(id, (tuple, list, set, frozenset, dict, deque)))
"""Exact types, by number, that may hold many values."""
UNSHARED = frozenset(map(id, (int, str, bool, type(None), float, complex, bytes)))
"""Exact types, by number, of values whose identity nobody looks at."""


def is_unshared(value: object) -> bool:
    """Whether nobody looks at which of equal objects a value is: a text, a number, some of them."""
    kind = type(value)
    if kind is tuple:
        return all(id(type(part)) in UNSHARED for part in value)  # type: ignore[attr-defined]
    return id(kind) in UNSHARED


def size_of(value: Any) -> int:
    """Return about how many bytes a text or number takes, besides the object."""
    kind = type(value)
    if kind is str or kind is bytes:
        return len(value)
    return value.bit_length() >> 3 if kind is int else 0


class TooBigError(UnrecordableError):
    """Lenient or not, there is too much of it."""


_pinned: dict[int, Any] = {}
"""Objects that modules hold, by number, each by a weak reference."""


def pin(values: Iterable[Any]) -> None:
    """Take note of objects whose identity counts: what a module holds is looked up by others."""
    for value in values:
        kind = type(value)
        is_instance = flags_of(kind) & HEAP_TYPE and not isinstance_of(kind, type)
        if is_instance or kind is FunctionType:
            try:
                _pinned[id(value)] = weakref.ref(value)
            except TypeError:
                continue  # of a class with slots: made again like any other


def is_pinned(value: Any) -> bool:
    """Whether an object is one that a module holds."""
    known = _pinned.get(id(value))
    return known is not None and known() is value
