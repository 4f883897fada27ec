"""What classes have, read without running any of the program's code."""

from __future__ import annotations

from typing import Any

NOWHERE = object()
CLASS_DICT = type.__dict__["__dict__"].__get__
CLASS_MRO = type.__dict__["__mro__"].__get__
ASKED = ("__bool__", "__len__", "__getitem__", "__contains__", "__iter__")


def in_classes(kind: type, name: str) -> Any:
    """Return what the first class that a class inherits from has of a name."""
    for one in CLASS_MRO(kind):
        space = CLASS_DICT(one)
        if name in space:
            return space[name]
    return NOWHERE


def is_inert(value: object) -> bool:
    """Whether an object has no say in its truth and its items: it is true, and has none.

    Not of classes: these have items of another kind.
    """
    for one in CLASS_MRO(type(value)):
        if one is type:
            return False
        space = CLASS_DICT(one)
        for name in ASKED:
            if name in space:
                return False
    return True
