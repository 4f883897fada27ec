"""Builds scopes from a tree: one small function per kind of node that opens a scope or binds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nerion_gym.syntax.outside import NOTHING
from nerion_gym.syntax.scopes import Access, Mode, Scope, ScopeKind, Scopes
from nerion_gym.syntax.trees import CHILDREN, children

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable


Visit = tuple[ast.AST, Scope, bool]
"""A node to look at, the scope that it stands in, and whether it is part of an annotation."""
Todo = list[Visit]
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Definition = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})
READ, WRITE, DELETE, DECLARE = Mode
NO_NODES: Todo = []


def build_scopes(tree: ast.Module) -> Scopes:
    """Resolve every name of a module."""
    root = Scope(ScopeKind.MODULE, "<module>", tree)
    root = Scope(ScopeKind.MODULE, "<module>", tree)
    _resolve(_visits(reversed(tree.body), root))
    return Scopes(root, NOTHING)


def _resolve(todo: Todo) -> None:
    """Visit nodes and all below them; those of one scope in a row, without a tuple for each."""
    while todo:
        first, scope, annotation = todo.pop()
        nodes: list[Any] = [first]
        while nodes:
            node = nodes.pop()
            cls: Any = node.__class__
            if cls is ast.Attribute:  # with names, most of every program
                scope.attributes.add(node.attr)
                nodes.append(node.value)
                continue
            handler = HANDLERS.get(cls)
            if handler is None:
                below = CHILDREN[cls](node)
                if below:
                    nodes += reversed(below)
                continue
            inner = handler(node, scope, annotation)
            if not inner:
                continue
            # What is left here comes after what the handler gave.
            todo += [(left, scope, annotation) for left in nodes]
            todo += reversed(inner)
            break


def extend_scopes(root: Scope, body: list[ast.stmt], entered: Container[ast.AST] | None) -> None:
    """Resolve the names of more statements of a module, as far as they are looked at.

    Args:
        root: the module's scope, which they are added to.
        body: statements.
        entered: functions outside all others whose bodies are looked into; None: all.
    """
    todo = _visits(reversed(body), root)
    if entered is None:
        _resolve(todo)
        return
    while todo:
        node, scope, annotation = todo.pop()
        if node.__class__ not in FUNCTIONS:
            todo += reversed(HANDLERS.get(node.__class__, _plain)(node, scope, annotation))
        elif node in entered:
            _resolve(_function(node, scope, annotation)[::-1])  # type: ignore[arg-type]
        else:
            todo += reversed(_head(node, scope, annotation)[1])  # type: ignore[arg-type]


def _plain(node: ast.AST, scope: Scope, annotation: bool) -> Todo:
    return [(child, scope, annotation) for child in children(node)]


def _visits(nodes: Iterable[ast.AST | None], scope: Scope, annotation: bool = False) -> Todo:
    return [(node, scope, annotation) for node in nodes if node is not None]


def _bind(name: str, node: ast.AST, scope: Scope, annotation: bool = False) -> None:
    scope.accesses.append(Access(name, node, WRITE, scope, annotation))
    scope.bound.add(scope.mangled(name))


def _open(kind: ScopeKind, name: str, node: ast.AST, parent: Scope) -> Scope:
    scope = Scope(kind, name, node, parent, parent.private)
    parent.children.append(scope)
    return scope


def _name(node: ast.Name, scope: Scope, annotation: bool) -> Todo:
    context = node.ctx.__class__
    if context is ast.Load:
        scope.accesses.append(Access(node.id, node, READ, scope, annotation))
    elif context is ast.Store:
        _bind(node.id, node, scope, annotation)
    else:
        scope.accesses.append(Access(node.id, node, DELETE, scope, annotation))
        scope.bound.add(scope.mangled(node.id))
    return NO_NODES


def _attribute(node: ast.Attribute, scope: Scope, annotation: bool) -> Todo:
    scope.attributes.add(node.attr)
    return [(node.value, scope, annotation)]


def _walrus(node: ast.NamedExpr, scope: Scope, annotation: bool) -> Todo:
    scope.accesses.append(Access(node.target.id, node.target, WRITE, scope, annotation))
    owner = scope
    while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
        # PEP 572: a comprehension's walrus binds in the scope around it.
        owner = owner.parent
    owner.bound.add(owner.mangled(node.target.id))
    return [(node.value, scope, annotation)]


def _annotated(node: ast.AnnAssign, scope: Scope, annotation: bool) -> Todo:
    todo: Todo = []
    if not isinstance(node.target, ast.Name):
        todo.append((node.target, scope, annotation))
    elif node.simple or node.value is not None:
        _bind(node.target.id, node.target, scope, annotation)
    todo.append((node.annotation, scope, True))
    return todo + _visits([node.value], scope)


def _import(node: ast.Import | ast.ImportFrom, scope: Scope, annotation: bool) -> Todo:
    for alias in node.names:
        scope.imports[alias] = node
        if alias.name == "*":
            scope.star = True
        else:
            _bind(alias.asname or alias.name.split(".")[0], alias, scope, annotation)
    return NO_NODES


def _declare(node: ast.Global | ast.Nonlocal, scope: Scope, annotation: bool) -> Todo:
    kind = "global" if isinstance(node, ast.Global) else "nonlocal"
    for name in node.names:
        scope.accesses.append(Access(name, node, DECLARE, scope, annotation))
        scope.declared[scope.mangled(name)] = kind
    return NO_NODES


def _named(
    node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: Scope, annotation: bool
) -> Todo:
    """Handle what binds its name, if it has one, as text."""
    if node.name is not None:
        _bind(node.name, node, scope, annotation)
    return _plain(node, scope, annotation)


def _rest(node: ast.MatchMapping, scope: Scope, annotation: bool) -> Todo:
    if node.rest is not None:
        _bind(node.rest, node, scope, annotation)
    return _plain(node, scope, annotation)


def _generic(node: Any, scope: Scope) -> tuple[Scope, Todo]:
    """Open the scope of type parameters (Python 3.12 and later) where a node has any."""
    parameters = getattr(node, "type_params", [])
    if not parameters:
        return scope, []
    name = node.name if isinstance(node.name, str) else node.name.id
    inner = _open(ScopeKind.TYPE, name, node, scope)
    return inner, _visits(parameters, inner)


def _head(node: Definition, scope: Scope, annotation: bool) -> tuple[Scope, Todo]:
    """Bind a function's name; return the scope around it and what of it runs with its `def`."""
    _bind(node.name, node, scope, annotation)
    outside = _visits([*node.decorator_list, *_defaults(node.args)], scope)
    around, generics = _generic(node, scope)
    hints = [*(arg.annotation for arg in _parameters(node.args)), node.returns]
    return around, [*outside, *generics, *_visits(hints, around, annotation=True)]


def _function(node: Definition, scope: Scope, annotation: bool) -> Todo:
    around, head = _head(node, scope, annotation)
    inner = _open(ScopeKind.FUNCTION, node.name, node, around)
    _bind_parameters(node.args, inner)
    return head + _visits(node.body, inner)


def _lambda(node: ast.Lambda, scope: Scope, annotation: bool) -> Todo:
    inner = _open(ScopeKind.LAMBDA, "<lambda>", node, scope)
    _bind_parameters(node.args, inner)
    outside = _visits(_defaults(node.args), scope, annotation)
    return [*outside, (node.body, inner, annotation)]


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None)]


def _defaults(arguments: ast.arguments) -> list[ast.expr | None]:
    return [*arguments.defaults, *arguments.kw_defaults]


def _bind_parameters(arguments: ast.arguments, scope: Scope) -> None:
    for arg in _parameters(arguments):
        _bind(arg.arg, arg, scope)


def _class(node: ast.ClassDef, scope: Scope, annotation: bool) -> Todo:
    _bind(node.name, node, scope, annotation)
    outside = _visits(node.decorator_list, scope)
    around, generics = _generic(node, scope)
    around.private = node.name if around is not scope else around.private
    inner = _open(ScopeKind.CLASS, node.name, node, around)
    inner.private = node.name
    bases = _visits([*node.bases, *node.keywords], around)
    return [*outside, *generics, *bases, *_visits(node.body, inner)]


def _comprehension(node: Comprehension, scope: Scope, annotation: bool) -> Todo:
    inner = _open(ScopeKind.COMPREHENSION, type(node).__name__, node, scope)
    first, *others = node.generators
    # Python evaluates the first iterable outside: it sees a class body's names, say.
    outside = (first.iter, scope, annotation)
    inside: list[ast.AST] = [first.target, *first.ifs, *others]
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [outside, *_visits([*inside, *results], inner, annotation)]


def _type_alias(node: Any, scope: Scope, annotation: bool) -> Todo:
    around, generics = _generic(node, scope)
    inner = _open(ScopeKind.TYPE, node.name.id, node, around)
    return [(node.name, scope, annotation), *generics, (node.value, inner, False)]


def _handlers() -> dict[type[ast.AST], Callable[[Any, Scope, bool], Todo]]:
    table: dict[type[ast.AST], Callable[[Any, Scope, bool], Todo]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.NamedExpr: _walrus,
        ast.AnnAssign: _annotated,
        ast.Import: _import,
        ast.ImportFrom: _import,
        ast.Global: _declare,
        ast.Nonlocal: _declare,
        ast.ExceptHandler: _named,
        ast.MatchAs: _named,
        ast.MatchStar: _named,
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
            table[getattr(ast, name)] = _named
    if hasattr(ast, "TypeAlias"):
        table[ast.TypeAlias] = _type_alias
    return table


HANDLERS = _handlers()
