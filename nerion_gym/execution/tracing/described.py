"""What the objects that recipes are of hold: built-in types; `instances` has the program's classes.

Each description is (kind, what is kept as it is, the objects that it holds); see `recipes.Node`.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import functools
import io
import re
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Description = tuple[str, Any, "Iterable[Any]"]
HEAP_TYPE = 1 << 9
"""Flag of a class that a `class` statement made, and of some compiled ones."""
LOCAL = "<locals>"

ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None), type(...), range, object})
"""Exact types of values that are kept as they are: they cannot change; `object()` holds nothing."""
PLAIN = frozenset({int, str, bytes, bool, float, type(None)})
FIXED = frozenset(
    {
        type(NotImplemented), decimal.Decimal, datetime.date, datetime.timedelta,
        datetime.timezone, types.ModuleType, types.CodeType, types.GetSetDescriptorType,
        types.MemberDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType,
        types.ClassMethodDescriptorType,
    }
)  # fmt: skip


class UnrecordableError(Exception):
    """A value that no recipe describes; the message says what it is."""


# What a class is, asked of `type` itself: a metaclass may answer with code of the program.
mro_of = type.__dict__["__mro__"].__get__
names_of = type.__dict__["__dict__"].__get__
flags_of = type.__dict__["__flags__"].__get__
qualname_of = type.__dict__["__qualname__"].__get__


def isinstance_of(kind: type, wanted: type) -> bool:
    """Whether a class is one or comes of it."""
    return any(one is wanted for one in mro_of(kind))


# --- built-in types ------------------------------------------------------------------------------


def _function(value: types.FunctionType) -> Description:
    # A wrapper has the name of what it wraps, but the code of where it was made.
    if LOCAL not in value.__qualname__ and LOCAL not in value.__code__.co_qualname:
        return "kept", value, ()
    named = {} if value.__kwdefaults__ is None else value.__kwdefaults__
    if is_filled(value.__dict__) or type(named) is not dict:
        raise UnrecordableError("a function with attributes that a function made")
    kept = (value.__code__, value.__globals__, value.__name__, value.__qualname__, tuple(named),
            value.__defaults__ is not None)  # fmt: skip
    return "function", kept, (value.__defaults__ or (), *named.values(), *(value.__closure__ or ()))


def ordered(values: Iterable[Any]) -> list[Any]:
    """Return what is in a set in an order that equal sets share, where there is one."""
    found = list(values)
    if all(id(type(value)) in PLAIN_IDS for value in found):
        found.sort(key=lambda value: (type(value).__name__, shown(value)))
    return found


def shown(value: object) -> str:
    """Return a plain value as text; decimal digits of a long number are refused by Python."""
    return hex(value) if type(value) is int else repr(value)


def is_filled(attributes: dict[str, Any]) -> bool:
    """Whether there are attributes; a dict of the program's class is not asked, and counts."""
    return type(attributes) is not dict or bool(attributes)


def _cell(value: types.CellType) -> Description:
    try:
        return "cell", None, (value.cell_contents,)
    except ValueError:
        return "cell", None, ()


def _bound_builtin(value: Any) -> Description:
    owner = value.__self__
    if owner is None or type(owner) is types.ModuleType or isinstance_of(type(owner), type):
        return "kept", value, ()
    return "attribute", value.__name__, (owner,)


def _file(value: Any) -> Description:
    if value.closed:
        raise UnrecordableError("a closed file in memory")
    text, *rest, attributes = value.__getstate__()
    if attributes is not None and is_filled(attributes):
        raise UnrecordableError("a file in memory with attributes")
    return "file", (type(value), *rest), (text,)


def _ordered_dict(value: Any) -> Description:
    if is_filled(value.__dict__):
        raise UnrecordableError("an ordered dict with attributes")
    if not all(map(is_hashed_quietly, dict.keys(value))):
        # To go through it in its own order hashes them.
        raise UnrecordableError("an ordered dict with keys of the program's classes")
    return "ordered", None, [part for pair in value.items() for part in pair]


def is_hashed_quietly(value: object) -> bool:
    """Whether to hash a value runs none of the program's code."""
    if type(value) is tuple:
        return all(map(is_hashed_quietly, value))
    return id(type(value)) in PLAIN_IDS


def _iterator(value: Any) -> Description:
    made = value.__reduce__()
    if id(type(made[1][0])) not in GONE_THROUGH:
        raise UnrecordableError("an iterator of a class of the program's own")
    if len(made) == 3:
        return "iterator", made[2], (made[1][0],)
    return "iterator", None, (made[1][0],)


def _time(value: Any) -> Description:
    if value.tzinfo is None:
        return "kept", value, ()
    return "zoned", value.replace(tzinfo=None), (value.tzinfo,)


def _match(value: re.Match[Any]) -> Description:
    if id(type(value.string)) not in PLAIN_IDS:
        raise UnrecordableError("a match in a text of the program's own class")
    return "kept", value, (value.re, value.string)


def _alias(value: types.GenericAlias) -> Description:
    if getattr(value, "__unpacked__", False):
        raise UnrecordableError("a type that is unpacked")
    return "alias", None, (value.__origin__, value.__args__)


def _partial(value: Any) -> Description:
    if is_filled(value.__dict__):
        raise UnrecordableError("a partial with attributes")
    return "partial", None, (value.func, value.args, value.keywords)


BUILT_IN: dict[type, Callable[[Any], Description]] = {
    tuple: lambda value: ("tuple", None, value),
    list: lambda value: ("list", None, value),
    set: lambda value: ("set", None, ordered(value)),
    frozenset: lambda value: ("frozenset", None, ordered(value)),
    dict: lambda value: ("dict", None, [part for pair in value.items() for part in pair]),
    bytearray: lambda value: ("bytearray", bytes(value), ()),
    collections.deque: lambda value: ("deque", value.maxlen, value),
    collections.OrderedDict: _ordered_dict,
    collections.defaultdict: lambda value: (
        "default", None,
        [value.default_factory, *(part for pair in dict.items(value) for part in pair)],
    ),
    slice: lambda value: ("slice", None, (value.start, value.stop, value.step)),
    types.MethodType: lambda value: ("method", None, (value.__func__, value.__self__)),
    types.FunctionType: _function,
    types.CellType: _cell,
    types.BuiltinFunctionType: _bound_builtin,
    types.MethodWrapperType: _bound_builtin,
    functools.partial: _partial,
    datetime.datetime: _time,
    datetime.time: _time,
    re.Match: _match,
    re.Pattern: lambda value: ("kept", value, (value.pattern,)),
    types.GenericAlias: _alias,
    io.StringIO: _file,
    io.BytesIO: _file,
    type(iter([])): _iterator,
    type(iter(())): _iterator,
    type(iter("")): _iterator,
    type(iter(range(0))): _iterator,
}  # fmt: skip


KEPT_IDS = frozenset(map(id, ATOMS | FIXED))
PLAIN_IDS = frozenset(map(id, PLAIN))
GONE_THROUGH = frozenset(map(id, (list, tuple, str, range)))
BY_ID = {id(kind): describe for kind, describe in BUILT_IN.items()}
"""By number: to hash a class may run a metaclass's code."""
