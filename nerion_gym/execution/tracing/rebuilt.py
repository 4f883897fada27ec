"""Values made again of a snapshot, and what two snapshots have to share to be of equal values."""

from __future__ import annotations

import collections
import datetime
import decimal
import functools
import hashlib
import re
import types
from typing import TYPE_CHECKING, Any

from .described import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .recipes import Node, Snapshot

SHOWN = frozenset(
    map(id, (
        int, bool, str, bytes, type(None), float, complex, decimal.Decimal, datetime.date,
        datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone,
    ))
)  # fmt: skip
"""Exact types whose `repr` is their value, by number: hashing may run a metaclass's code."""
BLIND = frozenset({"function", "opaque"})


def rebuilt(taken: Snapshot) -> list[Any]:
    """Return values like those that a snapshot was taken of, none shared with another call.

    Raises:
        Exception: what the program's own `__hash__` or `__eq__` raises, where keys need them.
    """
    making = _Making(taken.nodes)
    values = [making.value(number) for number in taken.roots]
    making.finish()
    return values


class _Making:
    """Makes objects by number: first what can hold itself, filled in afterwards."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self._nodes = nodes
        self._made: dict[int, Any] = {}
        self._unfilled: list[Callable[[], Any]] = []

    def value(self, number: int) -> Any:
        """Return the object of a node."""
        if number in self._made:
            return self._made[number]
        node = self._nodes[number]
        if node.kind == "kept":
            return node.kept
        if node.kind == "instance" and node.kept[1] in VALUED:
            return self._valued(number, node)
        shell = SHELLS.get(node.kind)
        if shell is None:
            parts = [self.value(part) for part in node.parts]
            if number not in self._made:  # else one of them holds it, and made it
                self._made[number] = MAKERS[node.kind](node.kept, parts)
            return self._made[number]
        made = self._made[number] = shell(node.kept)
        parts = [self.value(part) for part in node.parts]
        fill = FILLERS[node.kind]
        if node.kind in HASHED and self._has_instances(node):
            self._unfilled.append(lambda: fill(made, node.kept, parts))
        else:
            fill(made, node.kept, parts)
        return made

    def _has_instances(self, node: Node) -> bool:
        """Whether something is hashed that may have to be whole before."""
        return not all(self._nodes[part].kind == "kept" for part in HASHED[node.kind](node.parts))

    def _valued(self, number: int, node: Node) -> Any:
        """Return an instance that is made of a value, like that of a named tuple."""
        kind, base, count = node.kept[:3]
        content = [self.value(part) for part in node.parts[:count]]
        if number in self._made:
            return self._made[number]
        made = self._made[number] = base.__new__(kind, VALUED[base](content))
        rest = [self.value(part) for part in node.parts[count:]]
        _fill_instance(made, (kind, object, 0, *node.kept[3:]), rest)
        return made

    def finish(self) -> None:
        """Put keys into what hashes them, now that they are whole; the innermost first."""
        for fill in self._unfilled:
            fill()


def _function(kept: Any, parts: list[Any]) -> types.FunctionType:
    code, space, name, qualname, named, has_defaults = kept
    count = len(named)
    cells = tuple(parts[1 + count :]) or None
    made = types.FunctionType(code, space, name, parts[0] if has_defaults else None, cells)
    made.__qualname__ = qualname
    if named:
        made.__kwdefaults__ = dict(zip(named, parts[1 : 1 + count], strict=True))
    return made


def _iterator(place: Any, parts: list[Any]) -> Any:
    made = iter(parts[0])
    if place is not None:
        made.__setstate__(place)
    return made


def _file(kept: Any, parts: list[Any]) -> Any:
    kind, *rest = kept
    made = kind()
    made.__setstate__((parts[0], *rest, None))
    return made


MAKERS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "tuple": lambda _kept, parts: tuple(parts),
    "frozenset": lambda _kept, parts: frozenset(parts),
    "slice": lambda _kept, parts: slice(*parts),
    "method": lambda _kept, parts: types.MethodType(*parts),
    "attribute": lambda name, parts: getattr(parts[0], name),
    "partial": lambda _kept, parts: functools.partial(parts[0], *parts[1], **parts[2]),
    "function": _function,
    "iterator": _iterator,
    "file": _file,
    "zoned": lambda time, parts: time.replace(tzinfo=parts[0]),
    "alias": lambda _kept, parts: types.GenericAlias(*parts),
}
"""Of objects that cannot hold themselves: (what is kept, the parts) -> object."""


def _instance(kept: Any) -> Any:
    kind, base = kept[:2]
    return SHELLS_OF.get(base, base.__new__)(kind)


VALUED: dict[type, Callable[[list[Any]], Any]] = {
    int: lambda content: content[0],
    float: lambda content: content[0],
    str: lambda content: content[0],
    bytes: lambda content: content[0],
    tuple: list,
    frozenset: list,
}
"""Built-in classes whose instances get their value when they are made."""
SHELLS_OF: dict[type, Callable[[type], Any]] = {BaseException: BaseException.__new__}
SHELLS: dict[str, Callable[[Any], Any]] = {
    "list": lambda _kept: [],
    "set": lambda _kept: set(),
    "dict": lambda _kept: {},
    "ordered": lambda _kept: collections.OrderedDict(),
    "default": lambda _kept: collections.defaultdict(),
    "deque": lambda most: collections.deque(maxlen=most),
    "bytearray": bytearray,
    "cell": lambda _kept: types.CellType(),
    "instance": _instance,
}
"""Of objects that may hold themselves: what is kept -> an empty one."""


def _fill_instance(made: Any, kept: Any, parts: list[Any]) -> None:
    _, base, count, names, slots = kept
    content, rest = parts[:count], parts[count:]
    if base in FILLED:
        FILLED[base](made, content)
    if names:
        held = made.__dict__ if base is BaseException else attributes_of(made)
        held.update(zip(names, rest, strict=False))
    for slot, value in zip(slots, rest[len(names) :], strict=True):
        slot.__set__(made, value)


def attributes_of(made: Any) -> dict[str, Any]:
    """Return an instance's `__dict__`, past whatever its class says of attributes."""
    found: dict[str, Any] = object.__getattribute__(made, "__dict__")
    return found


def _pairs(parts: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(parts[::2], parts[1::2], strict=True)


def _fill_default(made: Any, _kept: Any, parts: list[Any]) -> None:
    made.default_factory = parts[0]
    made.update(_pairs(parts[1:]))


def _fill_exception(made: Any, content: list[Any]) -> None:
    held = BaseException.__dict__
    values = zip(("__cause__", "__suppress_context__"), content, strict=False)
    for name, value in (*values, ("args", tuple(content[2:]))):
        held[name].__set__(made, value)


FILLED: dict[type, Callable[[Any, list[Any]], Any]] = {
    list: list.extend,
    set: set.update,
    dict: lambda made, content: dict.update(made, _pairs(content)),
    BaseException: _fill_exception,
}
FILLERS: dict[str, Callable[[Any, Any, list[Any]], Any]] = {
    "list": lambda made, _kept, parts: made.extend(parts),
    "deque": lambda made, _kept, parts: made.extend(parts),
    "set": lambda made, _kept, parts: made.update(parts),
    "dict": lambda made, _kept, parts: made.update(_pairs(parts)),
    "ordered": lambda made, _kept, parts: made.update(_pairs(parts)),
    "default": _fill_default,
    "bytearray": lambda _made, _kept, _parts: None,
    "cell": lambda made, _kept, parts: setattr(made, "cell_contents", parts[0]) if parts else None,
    "instance": _fill_instance,
}
HASHED: dict[str, Callable[[tuple[int, ...]], tuple[int, ...]]] = {
    "set": lambda parts: parts,
    "dict": lambda parts: parts[::2],
    "ordered": lambda parts: parts[::2],
    "default": lambda parts: parts[1::2],
}
"""What is filled last where its keys are instances: they have to be whole to be hashed. And which
of its parts those are."""


# --- comparing ------------------------------------------------------------------------------------


def fingerprint(taken: Snapshot) -> bytes:
    """Return what snapshots of equal values share, and others do not, within one process.

    The same objects shared in the same way: `[a, a]` is not `[a, copy of a]`.
    """
    told = [repr(taken.roots).encode()]
    for kind, kept, parts in taken.nodes:
        tell = instance_as if kind == "instance" else kept_as
        told.append(b"%b%b%r" % (kind.encode(), tell(kept), parts))
    return hashlib.blake2b(b"".join(told), digest_size=12).digest()


def instance_as(kept: tuple[Any, ...]) -> bytes:
    """Return what `kept_as` tells apart of what is kept of an instance: its layout."""
    kind, base, count, names, slots = kept
    plain = [name if type(name) is str else id(name) for name in names]
    row = (id(kind), id(base), count, plain, list(map(id, slots)))
    return repr(row).encode("utf-8", "backslashreplace")


def kept_as(value: Any) -> bytes:
    """Return bytes for what a node keeps: the value of what cannot change, else the identity."""
    tell = TELLERS.get(id(type(value)))
    return b"#%d" % id(value) if tell is None else tell(value)


def _plainly(value: Any) -> bytes:
    return b"%d:%b" % (id(type(value)), shown(value).encode("utf-8", "backslashreplace"))


def _by_parts(*parts: Any) -> bytes:
    return b"(%b)" % b",".join([kept_as(part) for part in parts])


TELLERS: dict[int, Callable[[Any], bytes]] = {
    **dict.fromkeys(SHOWN, _plainly),
    id(str): lambda value: b"s" + repr(value).encode("utf-8", "backslashreplace"),
    id(int): lambda value: b"i%x" % value,
    id(type(None)): lambda _value: b"None",
    id(tuple): lambda value: _by_parts(*value),
    id(range): lambda value: b"r" + _by_parts(value.start, value.stop, value.step),
    id(re.Match): lambda value: b"m" + _by_parts(value.pos, value.endpos, *value.regs),
    id(re.Pattern): lambda value: b"p" + _by_parts(value.flags),
    # Of a function's code its name: the code of an edited function is another all the time.
    id(types.CodeType): lambda code: code.co_qualname.encode(),
}
"""What tells values of exact types apart, by number, besides the nodes that they hold."""


def is_blind(taken: Snapshot) -> bool:
    """Whether values hold what only a call, or nothing here, shows the inside of."""
    return any(node.kind in BLIND for node in taken.nodes)
