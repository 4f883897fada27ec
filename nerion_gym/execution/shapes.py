"""The shape of a test module: all that pytest looks at to find its tests, as plain values.

Two modules of the same code and shape hold the same tests. Values that tests merely use have no
part in it; parameters only as far as a test's id shows them.
"""

from __future__ import annotations

import marshal
import re
import types
import unittest
from enum import Enum
from typing import TYPE_CHECKING, Any

from _pytest.fixtures import FixtureFunctionDefinition as FixtureDefinition
from _pytest.mark.structures import ParameterSet, get_unpacked_marks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import pytest

MARKS = "pytestmark"
ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
NOT_IN_CLASSES = frozenset({"__init__", "__new__", "__test__", MARKS})
PLAIN_VALUES = 0
"""Version of `marshal` that writes equal plain values of equal types as equal bytes."""

Shape = tuple[Any, ...]


class UnclearError(Exception):
    """Something that an outline cannot describe, or that is not as it was."""


def shape_of(module: types.ModuleType, wanted: Collection[str]) -> bytes:
    """Return all that pytest looks at in a test module, as bytes to compare.

    Raises:
        UnclearError: something in it cannot be described.
        ValueError: a mark holds other than plain values.
    """
    return marshal.dumps(list(_shapes(vars(module), module, wanted)), PLAIN_VALUES)


def _shapes(
    names: Mapping[str, Any], module: types.ModuleType, wanted: Collection[str]
) -> Iterator[Shape]:
    for name, value in list(names.items()):
        kind = type(value)
        if name not in wanted:
            if name == MARKS or _asks_to_be_collected(value):
                raise UnclearError(f"{name} decides on tests")
            yield name, kind.__module__, kind.__qualname__, _fixture_shape(value)
        elif not callable(value):
            yield name, kind.__qualname__
        elif kind is types.FunctionType and value.__code__.co_filename == module.__file__:
            yield name, _function_shape(value)
        elif kind is type and names is vars(module) and value.__module__ == module.__name__:
            yield name, *_class_shape(value, module, wanted)
        else:
            raise UnclearError(f"{name} is neither a function of this file nor a plain class")


def _fixture_shape(value: Any) -> str:
    """Return how a fixture was declared: it might be used everywhere, or hang on an argument."""
    return repr(value._fixture_function_marker) if isinstance(value, FixtureDefinition) else ""


def _function_shape(function: types.FunctionType) -> Shape:
    if function.__dict__.keys() - {MARKS}:
        raise UnclearError(f"{function.__qualname__} has attributes")
    code = function.__code__
    defaults = len(function.__defaults__ or ()), len(function.__kwdefaults__ or ())
    marks = [_mark_shape(mark) for mark in get_unpacked_marks(function)]
    return code.co_qualname, code.co_firstlineno, code.co_varnames, defaults, marks


def _mark_shape(mark: pytest.Mark) -> Shape:
    """Return a mark's shape: plain values as they are, of parameters what their ids show."""
    if mark.name != "parametrize":
        return mark.name, mark.args, mark.kwargs
    names, alone = ParameterSet._parse_parametrize_args(*mark.args, **mark.kwargs)
    if len(mark.args) < 2 or type(mark.args[1]) not in (list, tuple):
        raise UnclearError("parameters that can be gone through once only")
    values = [_values_shape(values, alone=alone) for values in mark.args[1]]
    return mark.name, list(names), values, mark.args[2:], mark.kwargs


def _values_shape(values: Any, *, alone: bool) -> Shape:
    if type(values) is ParameterSet:
        if values.marks or type(values.id) not in (str, type(None)):
            raise UnclearError("parameters with marks, or without an id")
        return "pytest.param", values.id, [_shown_in_id(value) for value in values.values]
    if alone:
        return (_shown_in_id(values),)
    if type(values) not in (list, tuple):
        raise UnclearError("a set of parameters that is neither list nor tuple")
    return tuple(map(_shown_in_id, values))


def _shown_in_id(value: Any) -> Any:
    """Return what a test's id shows of a parameter; of most objects it shows nothing."""
    if type(value) in ATOMS:
        return value
    if isinstance(value, (str, bytes)):
        raise UnclearError("a kind of string")
    if isinstance(value, (int, float, complex, Enum)):
        return "text", str(value)
    if isinstance(value, re.Pattern):
        return "pattern", value.pattern
    name = getattr(value, "__name__", None)
    return ("name", name) if isinstance(name, str) else ("object",)


def _class_shape(value: type, module: types.ModuleType, wanted: Collection[str]) -> Shape:
    family = value.__mro__[:-1]
    for each in family:
        if type(each) is not type or each.__module__ != module.__name__:
            raise UnclearError(f"{value.__qualname__} is not a class of this file alone")
        if NOT_IN_CLASSES & vars(each).keys():
            raise UnclearError(f"{each.__qualname__} is more than a plain class")
    return tuple(tuple(_shapes(vars(each), module, wanted)) for each in family)


def member(holder: Any, name: str) -> Any:
    """Return what a module, or a class or one of its bases, has under a name."""
    if not isinstance(holder, type):
        return vars(holder).get(name)
    return next((vars(each)[name] for each in holder.__mro__ if name in vars(each)), None)


def _asks_to_be_collected(value: Any) -> bool:
    try:
        if isinstance(value, type) and issubclass(value, unittest.TestCase):
            return True
        return getattr(value, "__test__", False) is True
    except Exception:  # noqa: BLE001 - a stranger's __getattr__ may raise anything; pytest shrugs
        return False
