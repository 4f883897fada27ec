"""What a test may leave behind in the process, as a value that can be compared.

Only the tests that reach an edit are run. That is right as long as they leave no state to the
others that the control run did not know: an edit may make a test fail before it puts something
back. When the state after the selected tests differs from the state before, all tests are run.
"""

from __future__ import annotations

import sys
import types
from collections import deque
from typing import TYPE_CHECKING, Any

from .surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
SEQUENCES = frozenset({list, tuple, deque})
OPAQUE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
UNITTEST_NOTES = frozenset({"tearDown_exceptions"})
"""What unittest itself writes on a class when one of its tests has run."""
MAX_ITEMS = 200
DEPTH = 3


def loaded_below(root: str) -> list[types.ModuleType]:
    """Return the imported modules whose file lies below a folder."""
    prefix = f"{root}/"
    return [
        module
        for module in list(sys.modules.values())
        if isinstance(module, types.ModuleType)
        and str(getattr(module, "__file__", "") or "").startswith(prefix)
    ]


class Fingerprint:
    """The visible state of some modules, their classes, and what surrounds them.

    Nothing of the program is called: values are looked at by exact type only.

    Args:
        modules: whose attributes are compared.
        folders: whose entries are compared.
    """

    def __init__(self, modules: list[types.ModuleType], folders: Collection[str] = ()) -> None:
        self._modules = modules
        self._surroundings = Surroundings(folders, modules)
        self._names = {module.__name__ for module in modules}
        self._start = self._now()

    def changed(self) -> bool:
        """Whether the state differs from what it was when this object was made."""
        return self._now() != self._start

    def _now(self) -> tuple[Any, ...]:
        state = [self._attributes(vars(module), DEPTH) for module in self._modules]
        return self._surroundings.now(), state

    def _attributes(self, names: Any, depth: int) -> list[tuple[str, Any]]:
        return [
            (name, self._summary(value, depth))
            for name, value in list(names.items())
            if type(name) is str and not name.startswith("__") and name not in UNITTEST_NOTES
        ]

    def _summary(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in ATOMS:
            return value
        if depth <= 0 or issubclass(kind, OPAQUE):
            return id(value)
        if kind in SEQUENCES:
            return kind, len(value), [self._summary(item, depth - 1) for item in _some(value)]
        if kind is dict:
            return (
                kind,
                len(value),
                [self._pair(pair, depth - 1) for pair in _some(value.items())],
            )
        if kind is set or kind is frozenset:
            return kind, len(value), frozenset(self._key(item) for item in _some(value))
        return self._object(value, depth)

    def _pair(self, pair: tuple[Any, Any], depth: int) -> tuple[Any, Any]:
        return self._key(pair[0]), self._summary(pair[1], depth)

    @staticmethod
    def _key(value: Any) -> Any:
        return value if type(value) in ATOMS else id(value)

    def _object(self, value: Any, depth: int) -> Any:
        """Summarise a class of these modules, or an instance of any class."""
        if issubclass(type(value), type):
            own = type.__getattribute__(value, "__module__") in self._names
            return id(value), self._attributes(vars(value), depth - 1) if own else None
        try:
            attributes = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return id(value)
        own = type(attributes) is dict
        return id(value), self._attributes(attributes, depth - 1) if own else None


def _some(items: Iterable[Any]) -> list[Any]:
    """Return the first items only: more of them show in the length."""
    found: list[Any] = []
    for item in items:
        if len(found) == MAX_ITEMS:
            break
        found.append(item)
    return found
