"""What instances of a program's classes hold: attributes, slots, a value of a built-in class."""

from __future__ import annotations

import datetime
import types
from typing import TYPE_CHECKING, Any, NamedTuple

from .described import (
    HEAP_TYPE,
    LOCAL,
    UnrecordableError,
    flags_of,
    mro_of,
    names_of,
    ordered,
    qualname_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .described import Description

COMPILED = 1 << 7 | 1 << 8
"""Flags of classes that a `class` statement never makes: no instances, no attributes to set."""
OWN_NAMES = frozenset({"__dict__", "__weakref__"})
"""Descriptors that a class of a `class` statement has as well."""
EXCEPTIONS = frozenset(
    {
        BaseException, Exception, ArithmeticError, AssertionError, IndexError, KeyError,
        LookupError, NotImplementedError, OverflowError, RuntimeError, TypeError, ValueError,
        ZeroDivisionError, Warning, UserWarning, DeprecationWarning, RuntimeWarning,
    }
)  # fmt: skip
"""Built-in exceptions that hold nothing but their arguments."""


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


def instance(value: Any, kind: type) -> Description:
    """Describe an instance of a class that a `class` statement made.

    Raises:
        UnrecordableError: there is more in it than its attributes and a plain value.
    """
    if LOCAL in qualname_of(kind):
        raise UnrecordableError("an instance of a class that a function made")
    layout = layout_of(kind)
    attributes = {} if layout.attributes is None else layout.attributes(value)
    if type(attributes) is not dict:
        raise UnrecordableError("an instance with a __dict__ of its own making")
    held = attributes.copy()  # at once: another thread may change them meanwhile
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


args_of = BaseException.__dict__["args"].__get__
CAUSES = [BaseException.__dict__[name].__get__ for name in ("__cause__", "__suppress_context__")]
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
    BaseException: lambda value: [read(value) for read in CAUSES] + list(args_of(value)),
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
            slots += _slots(one)
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


def _slots(kind: type) -> list[types.MemberDescriptorType]:
    """Return the slots that a class adds."""
    names = names_of(kind)
    found = [found for found in names.values() if type(found) is types.MemberDescriptorType
             and found.__objclass__ is kind]  # fmt: skip
    if len(found) < declared(names.get("__slots__")):
        raise UnrecordableError("an instance with a slot that its class hides")
    return found


def declared(slots: Any) -> int:
    """Return how many slots a class has at least, by what it says."""
    if type(slots) is str:
        return slots not in OWN_NAMES
    if type(slots) is not tuple and type(slots) is not list:
        return 0
    return sum(type(name) is str and name not in OWN_NAMES for name in slots)


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
