"""Which names may be renamed so that nothing but the name changes, and why others may not.

A program can look at its own names (`locals()`, `eval`, keyword arguments, `__name__`); wherever
one could, the name stays.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import Sites, hint_words, sites_of
from nerion_gym.syntax.scopes import LOCAL_KINDS, Access, Binding, Mode, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

READS_OWN_SCOPE = frozenset({"locals", "vars", "dir"})
"""Builtins that show the caller's names when called without arguments."""
NOSY_NAMES = frozenset(
    {
        *("eval", "exec", "compile", "globals", "inspect", "currentframe", "_getframe"),
        *("getargvalues", "getclosurevars", "getsource", "settrace", "setprofile", "breakpoint"),
        *("NameError", "UnboundLocalError", "ic", "nameof", "varname", "argname"),
    }
)
"""Names whose mention means that a function may look at names, its own or its caller's."""
NOSY_ATTRIBUTES = frozenset(
    {
        *("eval", "evaluate", "query", "currentframe", "getargvalues", "getclosurevars"),
        *("getsource", "settrace", "setprofile", "cell_contents"),
        *("__closure__", "__code__", "co_varnames", "co_freevars", "co_cellvars", "co_names"),
    }
)
NOSY_MODULES = frozenset({"f_locals", "_getframe", "f_back"})
"""Attributes that let a function see the names of any caller in its file."""
STACK_READERS = re.compile(rb"stack_?level|extract_stack|findCaller")
"""Words of code that counts the functions around it."""
CONVENTIONS = frozenset({"self", "cls"})
SIGNATURE_READERS = frozenset(
    {"signature", "getfullargspec", "getargspec", "getcallargs", "co_varnames", "__code__"}
)
PLAIN_NODES = (ast.Name, ast.arg, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)
FIRST_CALLERS = frozenset({"map", "filter"})
KEY_CALLERS = frozenset({"sorted", "min", "max"})
"""Builtins that call their first argument, or `key=`, with positional arguments."""


def refusal(module: Module, binding: Binding) -> str:
    """Return why a binding keeps its name; "" where it may be renamed."""
    return (
        _scope_reason(binding)
        or _name_reason(binding.accesses[0].name)
        or _access_reason(binding)
        or _annotation_reason(module, binding)
        or _nosy_reason(module, binding.scope)
        or _parameter_reason(module, binding)
    )


def _scope_reason(binding: Binding) -> str:
    if binding.scope.kind not in LOCAL_KINDS:
        return f"a {binding.scope.kind} name is visible outside"
    return "" if binding.writes else "it is bound nowhere"


def _name_reason(name: str) -> str:
    if name.startswith("__"):
        return "double underscores are mangled or Python's own"
    if name in CONVENTIONS:
        return "readers expect this name"
    return "" if name.strip("_") else "underscores alone say that nobody reads it"


def _access_reason(binding: Binding) -> str:
    for access in binding.accesses:
        if access.name != binding.name:
            return "a class mangles it"
        if access.mode is Mode.DELETE:
            return "it is deleted: a later use raises an error that shows the name"
        if access.mode is Mode.WRITE and not isinstance(access.node, PLAIN_NODES):
            return "a definition or an import shows its name at run time"
        if isinstance(access.node, ast.Global):
            return "it is declared global"
    return ""


def _annotation_reason(module: Module, binding: Binding) -> str:
    if any(access.annotation for access in binding.accesses):
        return "an annotation mentions it"
    quoted = binding.name in hint_words(module)
    return "a quoted annotation mentions it" if quoted else ""


def outermost(scope: Scope) -> Scope:
    """Return the outermost local scope around a scope, classes between included."""
    found = scope
    while scope.parent is not None:
        if scope.kind in LOCAL_KINDS:
            found = scope
        scope = scope.parent
    return found


def _nosy_reason(module: Module, scope: Scope) -> str:
    if module_attributes(module) & NOSY_MODULES:
        return "the file reads the names of calling frames"
    return nosy_scope(module, outermost(scope))


@lru_cache(maxsize=64)
def module_attributes(module: Module) -> frozenset[str]:
    """Return every attribute and name that a file mentions; of other pieces the watched ones."""
    attributes = {name for scope in module.scopes.all for name in scope.attributes}
    names = {access.name for access in module.scopes.accesses}
    return module.outside.words.union(attributes, names)


def counts_callers(module: Module) -> bool:
    """Whether a file holds words of code that counts the functions around it."""
    found = STACK_READERS.search(module.source)
    return bool(found) or any(STACK_READERS.match(word.encode()) for word in module.outside.words)


@lru_cache(maxsize=4096)
def nosy_scope(module: Module, scope: Scope) -> str:
    """Return what lets a scope, or one inside it, look at names; "" for nothing."""
    sites = sites_of(module)
    for inner in scope.walk():
        found = inner.attributes & NOSY_ATTRIBUTES
        if found:
            return f"the function uses {min(found)}"
        for access in inner.accesses:
            if access.name in NOSY_NAMES or _reads_scope(access, sites):
                return f"the function uses {access.name}"
    return ""


def _reads_scope(access: Access, sites: Sites) -> bool:
    if access.name not in READS_OWN_SCOPE or access.mode is not Mode.READ:
        return False
    call = _call_of(access.node, sites)
    return call is None or not (call.args or call.keywords)


def _call_of(node: ast.AST, sites: Sites) -> ast.Call | None:
    """Return the call that a node is the callee of."""
    parent = sites.of[node].parent
    call = parent.node if parent is not None else None
    return call if isinstance(call, ast.Call) and call.func is node else None


def _parameter_reason(module: Module, binding: Binding) -> str:
    parameters = [access for access in binding.accesses if isinstance(access.node, ast.arg)]
    if not parameters:
        return ""
    node = binding.scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return "a parameter of something that is no function"
    if all_calls_visible(module, node, binding.scope):
        return ""
    if module_attributes(module) & SIGNATURE_READERS or getattr(node, "decorator_list", []):
        return "a signature may be read"
    hidden = [*node.args.posonlyargs, node.args.vararg, node.args.kwarg]
    return "" if parameters[0].node in hidden else "callers may pass it by keyword"


def all_calls_visible(
    module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> bool:
    """Whether a function never leaves the function around it and is called by position only."""
    sites = sites_of(module)
    if isinstance(node, ast.Lambda):
        if _is_plain_call(_call_of(node, sites)) or _given_to_builtin(module, node, scope):
            return True
        name = _assigned_name(node, sites)
    else:
        name = "" if node.decorator_list else node.name
    if not name or scope.parent is None:
        return False
    binding = module.scopes.find(scope.parent, name)
    return binding is not None and _only_called(binding, sites)


def _only_called(binding: Binding, sites: Sites) -> bool:
    uses = [access for access in binding.accesses if access.mode is not Mode.WRITE]
    local = binding.scope.kind in LOCAL_KINDS and len(binding.writes) == 1
    return local and all(_is_plain_call(_call_of(use.node, sites)) for use in uses)


def _is_plain_call(call: ast.Call | None) -> bool:
    return call is not None and not call.keywords


def _assigned_name(node: ast.Lambda, sites: Sites) -> str:
    """Return the variable of `name = lambda ...`, "" for anything else."""
    parent = sites.of[node].parent
    statement = parent.node if parent is not None else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return ""


def _given_to_builtin(module: Module, node: ast.Lambda, scope: Scope) -> bool:
    site = sites_of(module).of[node].parent
    around = site.node if site is not None else None
    if isinstance(around, ast.keyword) and site is not None and site.parent is not None:
        call = site.parent.node
        return around.arg == "key" and _calls_builtin(module, call, scope, KEY_CALLERS)
    if isinstance(around, ast.Call) and around.args and around.args[0] is node:
        return _calls_builtin(module, around, scope, FIRST_CALLERS)
    return False


def _calls_builtin(module: Module, call: ast.AST, scope: Scope, names: frozenset[str]) -> bool:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return False
    scopes, root = module.scopes, module.scopes.root
    name = call.func.id
    owner = (scope.parent or root).owner_of(name)
    return name in names and owner is root and name not in scopes.bound and not scopes.star


def renamable(module: Module) -> Iterator[Binding]:
    """Yield the bindings that may be renamed, in the order of first mention."""
    for binding in module.scopes.bindings:
        if not refusal(module, binding):
            yield binding
