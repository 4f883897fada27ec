"""Which tests are plain: nothing but their own functions decides their verdicts.

A test is *plain* when it has no mark that skips, expects or filters, is not asynchronous, is
parametrised at most by plain values, and asks for no fixture but simple ones (functions of the
project made anew for each test, and `monkeypatch`), in a session in which only pytest's own
plugins, and a few known to leave such tests alone, take part.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Collection, Sequence  # noqa: TC003 - fields of a NamedTuple
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from _pytest import monkeypatch as _monkeypatch
from _pytest import python as _python
from _pytest.compat import is_async_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _pytest.nodes import Node

    Fixtures = dict[str, Any]

RUN_HOOKS = (
    "pytest_runtest_protocol",
    "pytest_runtest_logstart",
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_pyfunc_call",
    "pytest_fixture_setup",
    "pytest_fixture_post_finalizer",
    "pytest_warning_recorded",
    "pytest_assertion_pass",
)
"""Whoever takes part in one of these could decide a verdict."""
HARMLESS = frozenset({"_hypothesis_pytestplugin"})
"""Plugins of others that were read, and leave a plain test alone."""
DECISIVE_MARKS = frozenset(
    {"skip", "skipif", "xfail", "filterwarnings", "usefixtures", "anyio", "asyncio", "hypothesis"}
)
NODES = ("Session", "Dir", "Package", "Module", "Class")
patch_fixture = getattr(_monkeypatch.monkeypatch, "_fixture_function", None)
_direct_parameter = getattr(_python, "get_direct_param_fixture_func", None)
PACKAGE_FUNCTIONS = ("setUpModule", "setup_module", "tearDownModule", "teardown_module")


class Plain(NamedTuple):
    """A plain test.

    Attributes:
        id: pytest's node id.
        bind: gives the function, or the method of an instance, to call.
        parameters: value by name, of its parametrisation.
        arguments: names that the function asks for.
        fixtures: pytest's definitions by name, of the fixtures that it uses.
        used: names of parameters and fixtures, in the order in which they are made.
    """

    id: str
    bind: Callable[[], Callable[..., Any]]
    parameters: dict[str, Any]
    arguments: Collection[str]
    fixtures: Fixtures
    used: Sequence[str]


def session_allows(config: pytest.Config) -> bool:
    """Whether only known plugins take part in running tests, and no option asks for more."""
    if _direct_parameter is None or leftovers(config) is None:
        return False
    if not config.pluginmanager.hasplugin("warnings"):
        return False  # filters that a test sets would stay
    option = config.option
    asked = ("usepdb", "trace", "setuponly", "setupshow", "setupplan", "stepwise", "runxfail")
    if any(getattr(option, name, False) for name in asked):
        return False
    return only_known_plugins(config, RUN_HOOKS)


def only_known_plugins(config: pytest.Config, hooks: Collection[str]) -> bool:
    """Whether only pytest's own plugins, and a few known to be harmless, take part in hooks."""
    return all(
        _is_known(implementation.plugin)
        for name in hooks
        for implementation in getattr(config.hook, name).get_hookimpls()
    )


def _is_known(plugin: object) -> bool:
    name = getattr(plugin, "__name__", None) or type(plugin).__module__
    own = name.startswith("_pytest.") and name != "_pytest.pytester"
    return own or name == f"{__package__}.recorder" or name in HARMLESS


def plain_tests(items: Sequence[pytest.Item]) -> dict[pytest.Item, Plain]:
    """Return how to call each test that is plain; the protocol must run the others."""
    above: dict[pytest.Collector, bool] = {}
    functions: dict[tuple[int, tuple[str, ...]], Fixtures | None] = {}
    found: dict[pytest.Item, Plain] = {}
    for item in items:
        if type(item) is not pytest.Function or item.parent is None or _is_marked(item):
            continue
        if item.parent not in above:
            above[item.parent] = _stands_alone(item.parent)
        given = item.callspec.params if hasattr(item, "callspec") else {}
        # Siblings of one parametrised function share what pytest knows of its fixtures.
        key = id(item._fixtureinfo), tuple(given)
        if key not in functions:
            functions[key] = _simple_fixtures(item, given)
        fixtures = functions[key]
        if above[item.parent] and fixtures is not None:
            found[item] = Plain(
                item.nodeid,
                partial(getattr, item, "obj"),
                dict(given),
                item._fixtureinfo.argnames,
                fixtures,
                item.fixturenames,
            )
    return found


def _is_marked(node: Node) -> bool:
    return any(mark.name in DECISIVE_MARKS for mark in node.own_markers)


def _simple_fixtures(item: pytest.Function, given: Mapping[str, object]) -> Fixtures | None:
    """Return the fixtures of a function, None where it or one of them is not simple."""
    function = item.obj
    if is_async_function(function) or any("hypothesis" in name for name in dir(function)):
        return None
    known = item._fixtureinfo.name2fixturedefs
    if not set(item.fixturenames) <= {*known, *given}:
        return None
    fixtures = {}
    for name, found in known.items():
        if len(found) != 1:
            return None  # one that overrides another of its name
        if name in given and found[0].func is _direct_parameter:
            continue
        if name in given or not _is_simple(found[0], known):
            return None
        fixtures[name] = found[0]
    return fixtures


def _is_simple(fixture: Any, known: Mapping[str, object]) -> bool:
    """Whether a fixture is a function of the project, made for each test, or `monkeypatch`."""
    function = fixture.func
    if function is patch_fixture:
        return True
    return (
        type(function) is types.FunctionType
        and not function.__module__.startswith("_pytest")
        and fixture.scope == "function"
        and fixture.params is None
        and not is_async_function(function)
        and set(fixture.argnames) <= set(known)
    )


def _stands_alone(parent: pytest.Collector) -> bool:
    """Whether everything above a test is pytest's own and unmarked, with nothing to set up."""
    for node in parent.listchain():
        kind = type(node)
        if kind.__name__ not in NODES or not kind.__module__.startswith("_pytest."):
            return False
        if _is_marked(node) or (isinstance(node, pytest.Package) and not _sets_nothing_up(node)):
            return False
    return True


def _sets_nothing_up(package: pytest.Package) -> bool:
    """Whether a package's `__init__` is imported already and has no functions for pytest."""
    path = str(package.path / "__init__.py")
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == path:
            return not any(hasattr(module, name) for name in PACKAGE_FUNCTIONS)
    return False


def leftovers(config: pytest.Config) -> list[tuple[Any, Callable[[pytest.Config], None]]] | None:
    """Return (queue, what turns its contents into warnings) of pytest's exception collectors."""
    found = []
    for module, key, collect in (
        ("unraisableexception", "unraisable_exceptions", "collect_unraisable"),
        ("threadexception", "thread_exceptions", "collect_thread_exception"),
    ):
        plugin = config.pluginmanager.get_plugin(module)
        if plugin is None:
            continue  # switched off in the project's configuration
        if not hasattr(plugin, key) or not hasattr(plugin, collect):
            return None
        found.append((config.stash[getattr(plugin, key)], getattr(plugin, collect)))
    return found
