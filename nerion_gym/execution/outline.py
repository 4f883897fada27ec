"""The outline of a suite of plain tests: enough to collect it again without pytest.

Collecting costs pytest tens of milliseconds. Where an edit makes it necessary to import everything
anew, the test modules themselves did not change: when their names, functions, marks and parameters
come out as they did before, pytest would collect the same tests from them. The outline is what to
compare. Whatever it cannot describe, or finds different, is collected by pytest.
"""

from __future__ import annotations

import types
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from _pytest.assertion import pytest_collection as hand_over_session
from _pytest.mark.structures import ParameterSet, get_unpacked_marks
from _pytest.python import importtestmodule

from .plain import Plain, only_known_plugins
from .shapes import UnclearError, member, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .session import Collected

    Marks = dict[types.FunctionType, list[pytest.Mark]]

COLLECT_HOOKS = (
    "pytest_collection",
    "pytest_collection_modifyitems",
    "pytest_collection_finish",
    "pytest_ignore_collect",
    "pytest_collect_directory",
    "pytest_collect_file",
    "pytest_collectstart",
    "pytest_itemcollected",
    "pytest_collectreport",
    "pytest_deselected",
    "pytest_pycollect_makemodule",
    "pytest_pycollect_makeitem",
    "pytest_generate_tests",
    "pytest_make_parametrize_id",
    "pytest_make_collect_report",
)
"""Whoever takes part in one of these could decide what is collected."""
COLLECTORS = frozenset({pytest.Session, pytest.Dir, pytest.Package, pytest.Module, pytest.Class})
Places = dict[str, tuple[int, int, int]]
"""Where a parameter's value is: (which mark, which set of values, position in it or -1)."""


class Outline(NamedTuple):
    """What a suite of plain tests looks like; plain values only, to be sent.

    Attributes:
        paths: the test modules in the order in which they are imported.
        wanted: names in them that pytest would collect.
        shapes: of each module, what pytest looks at.
        tests: (id, index of the module, class or "", function, places of its parameters).
    """

    paths: tuple[str, ...]
    wanted: tuple[str, ...]
    shapes: tuple[bytes, ...]
    tests: tuple[tuple[str, int, str, str, Places], ...]


# --- making one --------------------------------------------------------------------------------


def outline(collected: Collected, plugins: set[Any]) -> Outline | None:
    """Return the outline of a collected suite, None where it has none.

    Args:
        collected: a session that was collected without an error.
        plugins: those that there were before the collection (a conftest is one).
    """
    session = collected.session
    if session is None or collected.errors or not session.items or not collected.plain:
        return None
    config = session.config
    simple = (
        config.getoption("--import-mode") == "prepend"
        and only_known_plugins(config, COLLECT_HOOKS)
        and config.pluginmanager.get_plugins() <= plugins
        and COLLECTORS.issuperset(map(type, collected.recorder.collectors))
    )
    if not simple or set(collected.plain) != set(session.items):
        return None
    nodes = [node for node in collected.recorder.collectors if type(node) is pytest.Module]
    modules = {node: index for index, node in enumerate(nodes)}
    wanted = tuple(sorted({name for node in nodes for name in _wanted(node)}))
    try:
        shapes = tuple(shape_of(node.obj, wanted) for node in nodes)
        tests = tuple(_entry(item, collected.plain[item], modules) for item in session.items)
    except (UnclearError, ValueError):  # ValueError: a mark holds more than plain values
        return None
    return Outline(tuple(str(node.path) for node in nodes), wanted, shapes, tests)


def _wanted(node: pytest.Module) -> Iterator[str]:
    """Yield the names in a module, and in its classes, that pytest would collect."""
    module = vars(node.obj)
    classes = {each for value in module.values() if type(value) is type for each in value.__mro__}
    for names in (module, *map(vars, classes)):
        yield from filter(node.funcnamefilter, names)
        yield from filter(node.classnamefilter, names)


def _entry(
    item: pytest.Item, plain: Plain, modules: Mapping[Any, int]
) -> tuple[str, int, str, str, Places]:
    if plain.fixtures or not isinstance(item, pytest.Function):
        raise UnclearError("asks for fixtures")
    parent: Any = item.parent
    inside = parent.name if type(parent) is pytest.Class else ""
    above = parent.parent if inside else parent
    if above not in modules:
        raise UnclearError("a class in a class")
    function = member(parent.obj, item.originalname)
    if type(function) is not types.FunctionType:
        raise UnclearError(f"{item.originalname} is not a function of its own module or class")
    places = {
        argument: _place_of(argument, item.callspec.indices[argument], value, function)
        for argument, value in plain.parameters.items()
    }
    return plain.id, modules[above], inside, item.originalname, places


def _place_of(
    argument: str, index: int, value: object, function: types.FunctionType
) -> tuple[int, int, int]:
    """Return where a parameter's very object is in a function's marks.

    `index` counts all combinations of a function's parameters, those of the last mark fastest.
    """
    marks = get_unpacked_marks(function)
    for number in reversed(range(len(marks))):
        mark = marks[number]
        if mark.name != "parametrize":
            continue
        if len(mark.args) < 2 or type(mark.args[1]) not in (list, tuple):
            break
        index, chosen = divmod(index, len(mark.args[1]))
        names, alone = ParameterSet._parse_parametrize_args(*mark.args, **mark.kwargs)
        if argument in names:
            place = number, chosen, -1 if alone else list(names).index(argument)
            if value_at(mark, place) is value:
                return place
    raise UnclearError(f"where {argument} comes from")


def value_at(mark: pytest.Mark, place: tuple[int, int, int]) -> Any:
    """Return the object at one place of a mark that parametrises."""
    _, index, position = place
    values = mark.args[1][index]
    if isinstance(values, ParameterSet):
        return values.values[max(position, 0)]
    return values if position < 0 else values[position]


# --- collecting by it --------------------------------------------------------------------------


def collect_by(known: Outline, session: pytest.Session) -> list[Plain] | None:
    """Import the test modules in a configured session; return the tests, as before.

    None where something is different: then pytest must collect, in a fresh process.
    """
    hand_over_session(session)
    session._initialpaths = frozenset(map(Path, known.paths))
    plugins = session.config.pluginmanager.get_plugins()
    modules = []
    try:
        # Filters that a module sets do not outlive the collection.
        with warnings.catch_warnings(record=True):
            for path, shape in zip(known.paths, known.shapes, strict=True):
                module = importtestmodule(Path(path), session.config)
                if shape_of(module, known.wanted) != shape:
                    return None
                modules.append(module)
    except (MemoryError, KeyboardInterrupt):
        raise
    except BaseException:  # noqa: BLE001 - pytest will say what it makes of it
        return None
    if session.config.pluginmanager.get_plugins() != plugins:
        return None
    marks: Marks = {}
    return [_plain(entry, modules, marks) for entry in known.tests]


def _plain(entry: Sequence[Any], modules: Sequence[types.ModuleType], marks: Marks) -> Plain:
    test, index, inside, name, places = entry
    holder: Any = vars(modules[index])[inside] if inside else modules[index]
    function = member(holder, name)
    bind = partial(_bound, holder, name) if inside else partial(getattr, holder, name)
    parameters = {}
    if places:
        found = marks.get(function)
        if found is None:
            found = marks[function] = get_unpacked_marks(function)
        parameters = {argument: value_at(found[at[0]], at) for argument, at in places.items()}
    return Plain(test, bind, parameters, parameters.keys(), {}, ())


def _bound(holder: type, name: str) -> Any:
    return getattr(holder(), name)
