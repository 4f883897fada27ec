"""Attributes of values, read only where that runs none of the program's code.

Python's own look-up is followed step by step on the dicts of classes and instances; where it would
call something, nothing is known.
"""

from __future__ import annotations

from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from .classes import NOWHERE, in_classes
from .values import ATOM_IDS, COLLECTION_IDS, LACKED, UNREAD, Absent, Opaque

MODULE_DICT = vars(ModuleType)["__dict__"].__get__


def attribute(value: Any, name: str) -> Any:
    """Return an attribute; `LACKED` where there is none, `UNREAD` where code would have to run."""
    kind = type(value)
    if kind is ModuleType:
        return _of_module(value, name)
    if kind is Opaque or kind is Absent or not _is_usual(kind):
        return UNREAD
    shared = in_classes(kind, name)
    if type(shared) is MemberDescriptorType:
        return _of_slot(shared, value)
    if any(_is_called(shared, method) for method in ("__set__", "__delete__")):
        return UNREAD
    own = _in_instance(kind, value, name)
    return _of_class(kind, value, shared) if own is NOWHERE else own


def _is_usual(kind: type) -> bool:
    """Whether attributes are looked up as those of any object; builtins do so in their way."""
    if id(kind) in ATOM_IDS or id(kind) in COLLECTION_IDS:
        return True
    return in_classes(kind, "__getattribute__") is object.__getattribute__


def _of_class(kind: type, value: Any, shared: Any) -> Any:
    """Return what an instance makes of what its class has of a name."""
    if shared is NOWHERE:
        return LACKED if in_classes(kind, "__getattr__") is NOWHERE else UNREAD
    if type(shared) is FunctionType:
        return MethodType(shared, value)
    return UNREAD if _is_called(shared, "__get__") else shared


def _of_module(module: ModuleType, name: str) -> Any:
    space = MODULE_DICT(module)
    if name in space:
        return space[name]
    known = "__getattr__" in space or in_classes(ModuleType, name) is not NOWHERE
    return UNREAD if known else LACKED


def _in_instance(kind: type, value: Any, name: str) -> Any:
    """Return what an instance itself has of a name; `UNREAD` where its dict is not its own."""
    getter = in_classes(kind, "__dict__")
    if getter is NOWHERE:
        return NOWHERE
    if type(getter) is not GetSetDescriptorType:
        return UNREAD
    space = getter.__get__(value)
    return space.get(name, NOWHERE) if type(space) is dict else UNREAD


def _of_slot(slot: MemberDescriptorType, value: Any) -> Any:
    try:
        return slot.__get__(value)
    except (AttributeError, TypeError):
        return UNREAD


def _is_called(shared: Any, method: str) -> bool:
    """Whether a value of a class is a descriptor with this method."""
    return in_classes(type(shared), method) is not NOWHERE
