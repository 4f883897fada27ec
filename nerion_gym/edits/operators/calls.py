"""Calls: one more or one less, another builtin or method than meant, an await forgotten."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, cast

from nerion_gym.edits.analysis.call_text import BINDERS, binding_nodes, calls
from nerion_gym.edits.analysis.effects import BUILTINS
from nerion_gym.edits.analysis.places import by_distance, distinct, in_order, scope_at
from nerion_gym.edits.analysis.sites import STRINGS, sites_of
from nerion_gym.edits.analysis.values import DISPLAYS, is_builtin, mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, anchor_of, fit, plain_edits
from nerion_gym.edits.rewriting.respelling import parent_of, root_of
from nerion_gym.syntax.flow import unit_of
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import twin
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Binding, Scope

AWAIT = re.compile(rb"await(?:[ \t\f]|\\(?:\r\n|\r|\n))*")
NEW_LINE = re.compile(rb"[\r\n]")
DOTTED = re.compile(rb"[\w.\x80-\xff]+")
BRACKET = re.compile(rb"[ \t\f)]*[(\[]")
CLOSED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.GeneratorExp, *DISPLAYS, *STRINGS)
"""Expressions that bind as tightly as a call, wherever they stand."""
LOOSE = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.If, ast.While, ast.Assert),
    *(ast.keyword, ast.Call, ast.Subscript, ast.List, ast.Tuple, ast.Set),
)
"""What takes any operation in a field that is not in `BRACKETLESS`."""
NO_VALUES = (
    *(ast.Expr, ast.Await, ast.Raise),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)
"""Parents of calls that nobody writes without the call: statements, decorators, bases."""
WRAPPED = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp)
RIGHT_SIDES = (ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign)


class Callee(NamedTuple):
    """A function that is called with one argument.

    Attributes:
        text: as written: `len`, `self.norm`.
        name: the variable that it starts with.
        binding: of that variable.
    """

    text: bytes
    name: str
    binding: Binding


def propose_unwrapped(module: Module) -> Iterator[Edit]:
    """Leave out a call, its first argument in its place.

    Before:
        def f(x): return-abs(x - 1).real, str(key, "utf-8"), sum(n for n in x)  # all
    After:
        def f(x): return-(x - 1).real, str(key, "utf-8"), sum(n for n in x)  # all
    After:
        def f(x): return-abs(x - 1).real, key, sum(n for n in x)  # all
    After:
        def f(x): return-abs(x - 1).real, str(key, "utf-8"), (n for n in x)  # all

    Before:
        y = "%s" % sorted(a
                          + b)
    After:
        y = "%s" % (a
                          + b)

    Untouched:
        @register(1)
        class A(make(2)):
            log(f(*c), g(key=d), h())
        raise Broken(d)
    """
    for site, call in calls(module):
        first = call.args[0] if call.args else None
        parent = parent_of(site)
        if first is None or isinstance(first, ast.Starred) or isinstance(parent, NO_VALUES):
            continue
        others = [call.func, *call.args[1:], *call.keywords]
        if not any(node in binding_nodes(module) for node in others):
            piece = fit(module.source, *module.table.offsets(call), _alone(module, site, first))
            yield from plain_edits(module, "unwrap_call", Change(site, [piece], {call: first}, ""))


def _alone(module: Module, site: Site, node: ast.expr) -> bytes:
    """Return an argument's text for the place of its call, in parentheses where it needs them."""
    text = module.text(node)
    if isinstance(node, CLOSED):
        bare = isinstance(node, (*DISPLAYS, ast.GeneratorExp)) or not _breaks(module, node)
    elif isinstance(node, ast.Constant):
        number = isinstance(node.value, int | float | complex) and not isinstance(node.value, bool)
        around = parent_of(site)
        bare = not NEW_LINE.search(text) and not (number and isinstance(around, ast.Attribute))
    else:
        bare = not isinstance(node, (*BINDERS, ast.Lambda)) and _takes_any(site)
        bare = bare and not NEW_LINE.search(text)
    return text if bare else b"(" + text + b")"


def _takes_any(site: Site) -> bool:
    """Whether any operation can stand in the place of a node as it is."""
    around = parent_of(site)
    return site.string is None and anchor_of(site) is site.node and isinstance(around, LOOSE)


def _breaks(module: Module, node: ast.expr) -> bool:
    """Whether a line ends in a node outside of the brackets that it ends with."""
    start, end = module.table.offsets(node)
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
        end = module.table.offsets(node)[1]
        if not BRACKET.match(module.source, end):
            return True
    return bool(NEW_LINE.search(module.source, start, end))


def propose_wrapped(module: Module) -> Iterator[Edit]:
    """Call a function once more that the same function calls: the nearest two of one argument.

    Before:
        def f(items):
            size = len(items)
            return str(size) + items.name
    After:
        def f(items):
            size = str(len(items))
            return str(size) + items.name
    After:
        def f(items):
            size = len(str(items))
            return str(size) + items.name
    After:
        def f(items):
            size = len(items)
            return str(len(size)) + items.name
    After:
        def f(items):
            size = len(items)
            return str(str(size) + items.name)

    Untouched:
        size = len
        def f(items):
            print(items)
            return (yield items, size(items, 1))
    """
    known = _callees(module)
    for site in _wrappable(module):
        scope = scope_at(module, site)
        places, callees = known.get(unit_of(scope), ([], []))
        at = bisect_left(places, module.table.offsets(site.node)[0])
        near = by_distance(callees, at, at)
        beside = _beside(module, site)
        others = (callee for callee in near if callee.text not in beside)
        seen = (one for one in others if module.scopes.find(scope, one.name) is one.binding)
        for text in distinct(callee.text for callee in seen):
            yield from _wrapped(module, site, text)


def _callees(module: Module) -> dict[Scope, tuple[list[int], list[Callee]]]:
    """Return what each function calls with one argument for its value, and where."""
    found: dict[Scope, list[tuple[int, Callee]]] = defaultdict(list)
    for site, call in calls(module):
        parent = parent_of(site)
        one = len(call.args) == 1 and not call.keywords and not isinstance(parent, NO_VALUES)
        if one and not isinstance(call.args[0], ast.Starred) and site.string is None:
            access = mentions(module).get(root_of(call.func))
            text = module.text(call.func)
            if access is not None and DOTTED.fullmatch(text) and text != b"super":
                callee = Callee(text, access.name, module.scopes.binding(access))
                at = module.table.offsets(call)[0]
                found[unit_of(access.scope)].append((at, callee))
    return in_order(found)


def _wrappable(module: Module) -> Iterator[Site]:
    """Yield arguments and right sides that may be some function's argument as well."""
    sites = sites_of(module)
    nodes: list[ast.AST | None] = [
        getattr(site.node, "value", None) for site in sites.find(*RIGHT_SIDES)
    ]
    for _, call in calls(module):
        nodes += [*call.args, *(word.value for word in call.keywords if word.arg is not None)]
    for node in nodes:
        if isinstance(node, WRAPPED) and not _is_type(module, node):
            yield sites.of[node]


def _is_type(module: Module, node: ast.AST) -> bool:
    """Whether a name looks like a class: those are what `isinstance` and its like are given."""
    name = getattr(node, "id", getattr(node, "attr", ""))
    return name[:1].isupper() or (name in BUILTINS and is_builtin(module, node))


def _beside(module: Module, site: Site) -> list[bytes]:
    """Return the functions whose call or whose argument a place is already."""
    around = parent_of(site)
    return [module.text(node.func) for node in (site.node, around) if isinstance(node, ast.Call)]


def _wrapped(module: Module, site: Site, text: bytes) -> Iterator[Edit]:
    start, end = module.table.offsets(site.node)
    pieces = [fit(module.source, start, start, text + b"("), Piece(end, end, b")")]
    replaced: dict[ast.AST, ast.AST] = {}
    if site.string is not None:
        callee = cast("ast.expr", expression_in(text))
        replaced[site.node] = ast.Call(callee, [twin(site.node)], [])  # type: ignore[list-item]
    yield from plain_edits(module, "wrap_call", Change(site, pieces, replaced, text.decode()))


def propose_not_awaited(module: Module) -> Iterator[Edit]:
    """Forget an await: a coroutine in place of its result.

    Before:
        async def f(x):
            return await(x), -await g(x) ** 2, f"{await x}"
    After:
        async def f(x):
            return (x), -await g(x) ** 2, f"{await x}"
    After:
        async def f(x):
            return await(x), -g(x) ** 2, f"{await x}"
    After:
        async def f(x):
            return await(x), -await g(x) ** 2, f"{x}"

    Untouched:
        async def f(x):
            async with x: return [y async for y in x]
    """
    for site in sites_of(module).find(ast.Await):
        found = AWAIT.match(module.source, module.table.offsets(site.node)[0])
        if found is not None and isinstance(site.node, ast.Await):
            replaced: dict[ast.AST, ast.AST] = {site.node: site.node.value}
            change = Change(site, [Piece(*found.span(), b"")], replaced, "")
            yield from plain_edits(module, "drop_await", change)


OPERATORS = (
    Operator("unwrap_call", Kind.MUTATION, propose_unwrapped),
    Operator("wrap_call", Kind.MUTATION, propose_wrapped, repairable=True),
    Operator("drop_await", Kind.MUTATION, propose_not_awaited),
)
