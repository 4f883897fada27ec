"""What is called: another builtin, method or function than the one meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.call_text import Shape, calls, shape_of, signatures, takes
from nerion_gym.edits.analysis.safety import CONVENTIONS
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import is_builtin, kind_of, mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.respelling import attribute_edits, name_edits, parent_of, root_of
from nerion_gym.syntax.scopes import LOCAL_KINDS
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.outside import Signature
    from nerion_gym.syntax.scopes import Scope

Swaps = dict[str, list[tuple[str, int | None]]]
"""Name -> (another, how many arguments a call of either needs to have by position alone; None:
any, keywords too)."""


def _swaps(table: Mapping[int | None, str]) -> Swaps:
    """Return both directions of a table of pairs: arguments -> "a/b c/d"."""
    found: Swaps = defaultdict(list)
    for count, pairs in table.items():
        for pair in pairs.split():
            one, other = pair.split("/")
            found[one].append((other, count))
            found[other].append((one, count))
    return dict(found)


BUILTIN_SWAPS = _swaps(
    {
        None: "any/all min/max list/tuple list/set",
        1: "int/float int/round str/repr sorted/list sorted/reversed hex/oct",
        2: "getattr/hasattr",
    }
)
ANY_VALUE = {
    None: "min/max any/all argmin/argmax match/search match/fullmatch search/fullmatch",
}
METHOD_SWAPS = _swaps(
    {
        None: (
            "lower/upper title/capitalize isupper/islower strip/lstrip strip/rstrip lstrip/rstrip "
            "find/rfind index/rindex ljust/rjust partition/rpartition removeprefix/removesuffix "
            "startswith/endswith union/intersection issubset/issuperset " + ANY_VALUE[None]
        ),
        0: "keys/values",
        1: "append/extend add/discard",
        2: "split/rsplit setdefault/get",
    }
)
"""Methods of values. Splitting differs from either end only where it stops early."""
FUNCTION_SWAPS = _swaps(
    {None: "ceil/floor basename/dirname deepcopy/copy sin/cos " + ANY_VALUE[None]}
)
"""Functions of imported modules."""
SWAPPED = frozenset({*METHOD_SWAPS, *FUNCTION_SWAPS})
SPLITS = frozenset({"split", "rsplit"})
INDEXES = frozenset({"index", "rindex"})
LISTS = frozenset({"list", "tuple"})
"""Kinds of values that have an `index` and no `rindex`."""
CALLERS = frozenset({"map", "filter"})


def propose_builtins(module: Module) -> Iterator[Edit]:
    """Call the builtin that is easily mistaken for another: any for all, min for max.

    Before:
        best = max(map(int, sorted(row)), default=0), int(cell, 16)
    After:
        best = min(map(int, sorted(row)), default=0), int(cell, 16)
    After:
        best = max(map(float, sorted(row)), default=0), int(cell, 16)
    After:
        best = max(map(int, list(row)), default=0), int(cell, 16)
    After:
        best = max(map(int, reversed(row)), default=0), int(cell, 16)

    Untouched:
        def all(values): return any(values)
        def f(x: list) -> tuple: return sorted(x, key=g), int(*x), row.max(), str("a", "b")
    """
    for site in sites_of(module).find(ast.Name):
        node = site.node
        if isinstance(node, ast.Name) and node.id in BUILTIN_SWAPS and is_builtin(module, node):
            for name, count in BUILTIN_SWAPS[node.id]:
                if _fits(module, site, count) and _means_builtin(module, node, name):
                    yield from name_edits(module, "swap_builtin", node, name)


def _fits(module: Module, site: Site, count: int | None) -> bool:
    """Whether a name is called with so many arguments, or given to what calls it with one."""
    around = parent_of(site)
    if isinstance(around, ast.keyword):
        return around.arg == "key" and count in (None, 1)
    if not isinstance(around, ast.Call):
        return False
    if around.func is site.node:
        return _has_arguments(around, count)
    mapped = around.args[0] is site.node and is_builtin(module, around.func, *CALLERS)
    return mapped and count in (None, 1)


def _has_arguments(call: ast.Call, count: int | None) -> bool:
    starred = any(isinstance(node, ast.Starred) for node in call.args)
    return count is None or (len(call.args) == count and not starred and not call.keywords)


def _means_builtin(module: Module, node: ast.Name, name: str) -> bool:
    """Whether another name would mean a builtin too in the place of a builtin's."""
    binding = module.scopes.find(mentions(module)[node].scope, name)
    return binding is None or (binding.scope is module.scopes.root and not binding.times_written)


def propose_methods(module: Module) -> Iterator[Edit]:
    """Call the method that is easily mistaken for another: lower for upper, find for rfind.

    Before:
        import math
        path = key.strip().split(sep, 1), math.ceil(size)
    After:
        import math
        path = key.lstrip().split(sep, 1), math.ceil(size)
    After:
        import math
        path = key.strip().rsplit(sep, 1), math.ceil(size)
    After:
        import math
        path = key.strip().split(sep, 1), math.floor(size)

    Untouched:
        import re, string
        re.split(" ", text, 1), text.split(" "), string.lower(text)
        def lower(self): return self.lower() + super().lower() + text.lower
        [1, 2].index(2)
    """
    for _, call in calls(module):
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in SWAPPED:
            for name, count in _table(module, func).get(func.attr, []):
                if _has_arguments(call, count) or (name in SPLITS and _stops_early(call)):
                    yield from attribute_edits(module, "swap_method", func, name)


def _table(module: Module, func: ast.Attribute) -> Swaps:
    """Return what the attribute of a value may be swapped with."""
    base = func.value
    if isinstance(base, ast.Call) and is_builtin(module, base.func, "super"):
        return {}
    own = isinstance(base, ast.Name) and base.id in CONVENTIONS
    if own or (func.attr in INDEXES and kind_of(module, base) in LISTS):
        return {}
    access = mentions(module).get(root_of(base))
    imported = access is not None and module.scopes.binding(access).is_imported
    return FUNCTION_SWAPS if imported else METHOD_SWAPS


def _stops_early(call: ast.Call) -> bool:
    return any(keyword.arg == "maxsplit" for keyword in call.keywords)


def propose_functions(module: Module) -> Iterator[Edit]:
    """Call another function of the file that takes such arguments: its neighbours among those.

    Before:
        def area(a, b=1): return a * b
        def edge(a, b): return 2 * (a + b)
        def name(text, *, big): return text
        def report(x): return edge(x, 2), name("x", big=True)
    After:
        def area(a, b=1): return a * b
        def edge(a, b): return 2 * (a + b)
        def name(text, *, big): return text
        def report(x): return area(x, 2), name("x", big=True)

    Untouched:
        @decorated
        def f(a): return a
        async def g(a): return a
        def h(a, g): return f(a), h(*a), g(a)
        total = h(1, 2)
        def k(a, b): return a
    """
    for _, call in calls(module):
        func, known, shape = call.func, _functions(module), shape_of(call)
        if not isinstance(func, ast.Name) or func.id not in known or shape is None:
            continue
        scope = mentions(module)[func].scope
        taking = _taking(module, shape, known[func.id].is_async)
        alike = [name for name in taking if _is_visible(module, scope, name)]
        if func.id in alike and scope.kind in LOCAL_KINDS:
            place = alike.index(func.id)
            for name in [*alike[max(place - 1, 0) : place], *alike[place + 1 : place + 2]]:
                yield from name_edits(module, "wrong_function", func, name)


@lru_cache(maxsize=64)
def _functions(module: Module) -> dict[str, Signature]:
    """Return the functions of a file that are defined once, for all, as they are."""
    outside, root = module.outside, module.scopes.root
    found = {}
    for signature in (*outside.before, *signatures(module.tree), *outside.after):
        binding = module.scopes.find(root, signature.name)
        if binding is None or binding.times_written == 1:
            found[signature.name] = signature
    return found


@lru_cache(maxsize=256)
def _taking(module: Module, shape: Shape, is_async: bool) -> tuple[str, ...]:
    """Return the functions, async or not, that may be called so, in their order."""
    return tuple(
        name
        for name, signature in _functions(module).items()
        if signature.is_async is is_async and takes(signature.parameters, shape)
    )


def _is_visible(module: Module, scope: Scope, name: str) -> bool:
    """Whether a name means the file's function in a scope."""
    return scope.owner_of(scope.mangled(name)) is module.scopes.root


OPERATORS = (
    Operator(
        "swap_builtin",
        Kind.MUTATION,
        propose_builtins,
        repairable=True,
    ),
    Operator(
        "swap_method",
        Kind.MUTATION,
        propose_methods,
        repairable=True,
        others=(
            (
                "mutmut",
                "operator_symmetric_string_methods_swap, "
                "operator_unsymmetrical_string_methods_swap, operator_name",
            ),
        ),
    ),
    Operator(
        "wrong_function",
        Kind.MUTATION,
        propose_functions,
        repairable=True,
    ),
)
