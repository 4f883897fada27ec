"""Builds scopes from a tree: one small function per kind of node that opens a scope or binds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.syntax.scopes import Access, Mode, Scope, ScopeKind, Scopes
from nerion_gym.syntax.trees import children

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable


class Visit(NamedTuple):
    """A node to look at, the scope that it stands in, and whether it is part of an annotation."""

    node: ast.AST
    scope: Scope
    annotation: bool = False


Todo = list[Visit]
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Definition = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})


def build_scopes(tree: ast.Module) -> Scopes:
    """Resolve every name of a module."""
    root = Scope(ScopeKind.MODULE, "<module>", tree)
    _resolve([Visit(node, root) for node in reversed(tree.body)])
    return Scopes(root)


def _resolve(todo: Todo) -> None:
    while todo:
        visit = todo.pop()
        handler = HANDLERS.get(type(visit.node), _plain)
        todo += reversed(handler(visit.node, visit))


def extend_scopes(root: Scope, body: list[ast.stmt], entered: Container[ast.AST] | None) -> None:
    """Resolve the names of more statements of a module, as far as they are looked at.

    Args:
        root: the module's scope, which they are added to.
        body: statements.
        entered: functions outside all others whose bodies are looked into; None: all.
    """
    todo = [Visit(node, root) for node in reversed(body)]
    if entered is None:
        _resolve(todo)
        return
    while todo:
        visit = todo.pop()
        node = visit.node
        if node.__class__ not in FUNCTIONS:
            todo += reversed(HANDLERS.get(node.__class__, _plain)(node, visit))
        elif node in entered:
            _resolve([*reversed(_function(node, visit))])  # type: ignore[arg-type]
        else:
            todo += reversed(_head(node, visit))  # type: ignore[arg-type]


def _head(node: Definition, visit: Visit) -> Todo:
    """Resolve a function but for its body and parameters."""
    _bind(node.name, visit)
    outside = _visits([*node.decorator_list, *_defaults(node.args)], visit.scope)
    around, generics = _generic(node, visit.scope)
    hints = [*(arg.annotation for arg in _parameters(node.args)), node.returns]
    return [*outside, *generics, *_visits(hints, around, annotation=True)]


def _plain(node: ast.AST, visit: Visit) -> Todo:
    return _visits(children(node), visit.scope, visit.annotation)


def _visits(nodes: Iterable[ast.AST | None], scope: Scope, annotation: bool = False) -> Todo:
    return [Visit(node, scope, annotation) for node in nodes if node is not None]


def _mention(name: str, mode: Mode, visit: Visit) -> None:
    access = Access(name, visit.node, mode, visit.scope, visit.annotation)
    visit.scope.accesses.append(access)


def _bind(name: str, visit: Visit) -> None:
    _mention(name, Mode.WRITE, visit)
    visit.scope.bound.add(visit.scope.mangled(name))


def _open(kind: ScopeKind, name: str, node: ast.AST, parent: Scope) -> Scope:
    scope = Scope(kind, name, node, parent, parent.private)
    parent.children.append(scope)
    return scope


def _name(node: ast.Name, visit: Visit) -> Todo:
    if isinstance(node.ctx, ast.Load):
        _mention(node.id, Mode.READ, visit)
    elif isinstance(node.ctx, ast.Store):
        _bind(node.id, visit)
    else:
        _mention(node.id, Mode.DELETE, visit)
        visit.scope.bound.add(visit.scope.mangled(node.id))
    return []


def _attribute(node: ast.Attribute, visit: Visit) -> Todo:
    visit.scope.attributes.add(node.attr)
    return [Visit(node.value, visit.scope, visit.annotation)]


def _walrus(node: ast.NamedExpr, visit: Visit) -> Todo:
    target = visit._replace(node=node.target)
    _mention(node.target.id, Mode.WRITE, target)
    owner = visit.scope
    while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
        # PEP 572: a comprehension's walrus binds in the scope around it.
        owner = owner.parent
    owner.bound.add(owner.mangled(node.target.id))
    return [Visit(node.value, visit.scope, visit.annotation)]


def _annotated(node: ast.AnnAssign, visit: Visit) -> Todo:
    todo: Todo = []
    if not isinstance(node.target, ast.Name):
        todo.append(visit._replace(node=node.target))
    elif node.simple or node.value is not None:
        _bind(node.target.id, visit._replace(node=node.target))
    todo.append(Visit(node.annotation, visit.scope, annotation=True))
    return todo + _visits([node.value], visit.scope)


def _import(node: ast.Import | ast.ImportFrom, visit: Visit) -> Todo:
    for alias in node.names:
        visit.scope.imports[alias] = node
        if alias.name == "*":
            visit.scope.star = True
        else:
            name = alias.asname or alias.name.split(".")[0]
            _bind(name, visit._replace(node=alias))
    return []


def _declare(node: ast.Global | ast.Nonlocal, visit: Visit) -> Todo:
    for name in node.names:
        _mention(name, Mode.DECLARE, visit)
        kind = "global" if isinstance(node, ast.Global) else "nonlocal"
        visit.scope.declared[visit.scope.mangled(name)] = kind
    return []


def _except(node: ast.ExceptHandler, visit: Visit) -> Todo:
    if node.name is not None:
        _bind(node.name, visit)
    return _plain(node, visit)


def _capture(node: ast.MatchAs | ast.MatchStar, visit: Visit) -> Todo:
    if node.name is not None:
        _bind(node.name, visit)
    return _plain(node, visit)


def _rest(node: ast.MatchMapping, visit: Visit) -> Todo:
    if node.rest is not None:
        _bind(node.rest, visit)
    return _plain(node, visit)


def _type_parameter(node: Any, visit: Visit) -> Todo:
    _bind(node.name, visit)
    return _plain(node, visit)


def _generic(node: Any, scope: Scope) -> tuple[Scope, Todo]:
    """Open the scope of type parameters (Python 3.12 and later) where a node has any."""
    parameters = getattr(node, "type_params", [])
    if not parameters:
        return scope, []
    name = node.name if isinstance(node.name, str) else node.name.id
    inner = _open(ScopeKind.TYPE, name, node, scope)
    return inner, _visits(parameters, inner)


def _function(node: Definition, visit: Visit) -> Todo:
    head = _head(node, visit)
    around = visit.scope
    if getattr(node, "type_params", []):
        around = visit.scope.children[-1]
    inner = _open(ScopeKind.FUNCTION, node.name, node, around)
    _bind_parameters(node.args, inner)
    return head + _visits(node.body, inner)


def _lambda(node: ast.Lambda, visit: Visit) -> Todo:
    inner = _open(ScopeKind.LAMBDA, "<lambda>", node, visit.scope)
    _bind_parameters(node.args, inner)
    outside = _visits(_defaults(node.args), visit.scope, visit.annotation)
    return [*outside, *_visits([node.body], inner, visit.annotation)]


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None)]


def _defaults(arguments: ast.arguments) -> list[ast.expr | None]:
    return [*arguments.defaults, *arguments.kw_defaults]


def _bind_parameters(arguments: ast.arguments, scope: Scope) -> None:
    for arg in _parameters(arguments):
        _bind(arg.arg, Visit(arg, scope))


def _class(node: ast.ClassDef, visit: Visit) -> Todo:
    _bind(node.name, visit)
    outside = _visits(node.decorator_list, visit.scope)
    around, generics = _generic(node, visit.scope)
    around.private = node.name if around is not visit.scope else around.private
    inner = _open(ScopeKind.CLASS, node.name, node, around)
    inner.private = node.name
    bases = _visits([*node.bases, *node.keywords], around)
    return [*outside, *generics, *bases, *_visits(node.body, inner)]


def _comprehension(node: Comprehension, visit: Visit) -> Todo:
    inner = _open(ScopeKind.COMPREHENSION, type(node).__name__, node, visit.scope)
    first, *others = node.generators
    # Python evaluates the first iterable outside: it sees a class body's names, say.
    outside = [Visit(first.iter, visit.scope, visit.annotation)]
    inside: list[ast.AST] = [first.target, *first.ifs, *others]
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [*outside, *_visits([*inside, *results], inner, visit.annotation)]


def _type_alias(node: Any, visit: Visit) -> Todo:
    around, generics = _generic(node, visit.scope)
    inner = _open(ScopeKind.TYPE, node.name.id, node, around)
    return [visit._replace(node=node.name), *generics, *_visits([node.value], inner)]


def _handlers() -> dict[type[ast.AST], Callable[[Any, Visit], Todo]]:
    table: dict[type[ast.AST], Callable[[Any, Visit], Todo]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.NamedExpr: _walrus,
        ast.AnnAssign: _annotated,
        ast.Import: _import,
        ast.ImportFrom: _import,
        ast.Global: _declare,
        ast.Nonlocal: _declare,
        ast.ExceptHandler: _except,
        ast.MatchAs: _capture,
        ast.MatchStar: _capture,
        ast.MatchMapping: _rest,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.Lambda: _lambda,
        ast.ClassDef: _class,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
    }
    for name in ("TypeVar", "ParamSpec", "TypeVarTuple"):
        if hasattr(ast, name):
            table[getattr(ast, name)] = _type_parameter
    if hasattr(ast, "TypeAlias"):
        table[ast.TypeAlias] = _type_alias
    return table


HANDLERS = _handlers()
