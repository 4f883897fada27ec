"""What the objects that recipes are of hold: built-in types, and instances of a program's classes.

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
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Description = tuple[str, Any, "Iterable[Any]"]
HEAP_TYPE = 1 << 9
"""Flag of a class that a `class` statement made, and of some compiled ones."""
COMPILED = 1 << 7 | 1 << 8
"""Flags of classes that a `class` statement never makes: no instances, no attributes to set."""
OWN_NAMES = frozenset({"__dict__", "__weakref__"})
"""Descriptors that a class of a `class` statement has as well."""
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
EXCEPTIONS = frozenset(
    {
        BaseException, Exception, ArithmeticError, AssertionError, IndexError, KeyError,
        LookupError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError,
        ZeroDivisionError, Warning, UserWarning, DeprecationWarning, RuntimeWarning,
    }
)  # fmt: skip
"""Built-in exceptions that hold nothing but their arguments."""


class UnrecordableError(Exception):
    """A value that no recipe describes; the message says what it is."""


class Layout(NamedTuple):
    """What an instance of a class holds.

    Attributes:
        base: the built-in class that it is of, `object` for most.
        attributes: reads its `__dict__`; None where it has none.
        slots: those of it and of its bases.
    """

    base: type
    attributes: Callable[[object], dict[str, Any]] | None
    slots: tuple[types.MemberDescriptorType, ...]


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
    if value.__dict__ and LOCAL in value.__qualname__:
        raise UnrecordableError("a function with attributes that a function made")
    if LOCAL not in value.__qualname__:
        return "kept", value, ()
    named = value.__kwdefaults__ or {}
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


def _text_file(value: Any) -> Description:
    if value.closed:
        raise UnrecordableError("a closed file in memory")
    return "file", (type(value), value.tell()), (value.getvalue(),)


def _iterator(value: Any) -> Description:
    made = value.__reduce__()
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
    if value.__dict__:
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
    collections.OrderedDict: lambda value: (
        "ordered", None, [part for pair in dict.items(value) for part in pair]
    ),
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
    io.StringIO: _text_file,
    io.BytesIO: _text_file,
    type(iter([])): _iterator,
    type(iter(())): _iterator,
    type(iter("")): _iterator,
    type(iter(range(0))): _iterator,
}  # fmt: skip


KEPT_IDS = frozenset(map(id, ATOMS | FIXED))
PLAIN_IDS = frozenset(map(id, PLAIN))
BY_ID = {id(kind): describe for kind, describe in BUILT_IN.items()}
"""By number: to hash a class may run a metaclass's code."""


# --- instances -----------------------------------------------------------------------------------


def instance(value: Any, kind: type) -> Description:
    """Describe an instance of a class that a `class` statement made.

    Raises:
        UnrecordableError: there is more in it than its attributes and a plain value.
    """
    if LOCAL in qualname_of(kind):
        raise UnrecordableError("an instance of a class that a function made")
    layout = layout_of(kind)
    held = {} if layout.attributes is None else layout.attributes(value)
    filled = []
    for slot in layout.slots:
        try:
            filled.append((slot, slot.__get__(value)))
        except AttributeError:
            continue  # an empty slot stays empty
    content = CONTENTS[layout.base](value)
    kept = (kind, layout.base, len(content), tuple(held), tuple([slot for slot, _ in filled]))
    return "instance", kept, [*content, *held.values(), *[inner for _, inner in filled]]


def _pairs(value: Any) -> list[Any]:
    return [part for pair in dict.items(value) for part in pair]


CONTENTS: dict[type, Callable[[Any], list[Any]]] = {
    object: lambda _value: [],
    datetime.tzinfo: lambda _value: [],
    int: lambda value: [int.__add__(value, 0)],
    float: lambda value: [float.__pos__(value)],
    str: lambda value: [str.__getitem__(value, slice(None))],
    bytes: lambda value: [bytes.__getitem__(value, slice(None))],
    tuple: lambda value: list(tuple.__iter__(value)),
    list: lambda value: list(list.__iter__(value)),
    set: lambda value: ordered(set.__iter__(value)),
    frozenset: lambda value: ordered(frozenset.__iter__(value)),
    dict: _pairs,
    BaseException: lambda value: list(BaseException.args.__get__(value)),  # type: ignore[attr-defined]
}
"""What is in an instance of a subclass of a built-in class, read by that class's own methods."""


_layouts: dict[int, tuple[type, Layout]] = {}
"""Of classes that modules hold, by number."""


def layout_of(kind: type) -> Layout:
    """Return what instances of a class hold.

    Raises:
        UnrecordableError: more than a recipe describes.
    """
    known = _layouts.get(id(kind))
    if known is None:
        known = _layouts[id(kind)] = kind, _layout(kind)
    return known[1]


def _layout(kind: type) -> Layout:
    base: type = object
    attributes: Any = None
    slots: list[types.MemberDescriptorType] = []
    for one in mro_of(kind):
        names = names_of(one)
        if is_compiled(one):
            raise UnrecordableError(f"an instance of the compiled class {qualname_of(one)}")
        if flags_of(one) & HEAP_TYPE:
            slots += [found for found in names.values() if type(found) is types.MemberDescriptorType
                      and found.__objclass__ is one]  # fmt: skip
            own = names.get("__dict__")
            if own is not None and type(own) is not types.GetSetDescriptorType:
                raise UnrecordableError("an instance with a __dict__ of its own making")
            attributes = attributes or (own and own.__get__)
        elif one in EXCEPTIONS:
            base = BaseException if base is object else base
            attributes = attributes or _attributes_of_exception
        elif one is not object:
            if one not in CONTENTS or base is not object:
                raise UnrecordableError(f"an instance of the compiled class {one.__name__}")
            base = one
    return Layout(base, attributes, tuple(slots))


def is_compiled(kind: type) -> bool:
    """Whether a class is of a compiled module, which need not say what its instances hold."""
    if not flags_of(kind) & HEAP_TYPE:
        return False
    names = names_of(kind)
    if flags_of(kind) & COMPILED or type(names.get("__new__")) is types.BuiltinFunctionType:
        return True
    return any(
        id(type(found)) in CODE_IDS and found.__objclass__ is kind and name not in OWN_NAMES
        for name, found in names.items()
    )


CODE_IDS = frozenset(
    map(id, (
        types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType,
        types.GetSetDescriptorType,
    ))
)  # fmt: skip
"""Types of what compiled classes have in the place of functions and properties, by number."""


def _attributes_of_exception(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = BaseException.__dict__["__dict__"].__get__(value)
    return found
