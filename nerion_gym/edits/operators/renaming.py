"""Renaming what other code may call by name: parameters, functions, private attributes.

A public name is never provable: tests may use it, and tests are not part of the program. So
functions are renamed inside functions only, and members of classes where Python mangles them.
Parameters of the module's private functions (a leading underscore) are renamed as well: all calls
but those of tests that pass them by keyword are seen.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.naming import may_be_renamed, new_name
from nerion_gym.edits.analysis.safety import module_attributes, nosy_scope, outermost, refusal
from nerion_gym.edits.analysis.sites import hint_words, sites_of
from nerion_gym.edits.analysis.values import mentions
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.callers import fits, is_only_here, visible_calls
from nerion_gym.edits.rewriting.private import INSTANCE_READERS, Member, members
from nerion_gym.edits.rewriting.renames import Mention, mentions_of, renaming, says, underscored
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.scopes import ScopeKind, subtree_names
from nerion_gym.syntax.trees import nodes_in
from nerion_gym.types.edit import Edit, Kind
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Binding
    from nerion_gym.types.program import Program

BY_KEYWORD = "callers may pass it by keyword"
"""Why `rename_local` leaves a parameter alone: here the callers are looked at."""


def propose_parameters(program: Program) -> Iterator[Edit]:
    """Rename a parameter, and every keyword that passes it.

    Only of functions that are called and nothing else, each call in sight: functions inside
    functions, and private ones of a module whose name stands nowhere else in the program.

    Before:
        def _scaled(value, rate=1):
            return value * rate
        def total(values):
            return sum(_scaled(value, rate=2) for value in values)
    After:
        def _scaled(value, rate_local=1):
            return value * rate_local
        def total(values):
            return sum(_scaled(value, rate_local=2) for value in values)
    After:
        def _scaled(value_local, rate=1):
            return value_local * rate
        def total(values):
            return sum(_scaled(value, rate=2) for value in values)

    Untouched:
        def scaled(value): return value
        def _stored(value): return value
        def _called(value): return value
        def _named(value): "_named(1)"
        kept = _stored, _called(**options), scaled(value=1), _named(1)
    """
    for path, source in program.files:
        module = parse_module(path, source)
        for function in module.functions:
            calls = visible_calls(module, function.node)
            if calls and is_only_here(program, module, function.node):
                yield from _parameters(module, function.node, calls)


def _parameters(
    module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef, calls: Sequence[ast.Call]
) -> Iterator[Edit]:
    scope = module.scopes.by_node[node]
    taken = subtree_names(scope.walk()) | {
        str(keyword.arg) for call in calls for keyword in call.keywords
    }
    for arg in (*node.args.args, *node.args.kwonlyargs):
        binding = module.scopes.binding(mentions(module)[arg])
        if refusal(module, binding) != BY_KEYWORD:
            continue
        held = mentions_of(module, binding.accesses)
        held += _keywords(module, calls, arg.arg)
        if all(says(module, mention, arg.arg) for mention in held):
            name = new_name(arg.arg, taken)
            yield from renaming(module, "rename_parameter", held, name, held[0].span)


def _keywords(module: Module, calls: Sequence[ast.Call], name: str) -> Iterator[Mention]:
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg == name:
                start, _ = module.table.offsets(keyword)
                yield Mention(keyword, Span(module.path, start, start + len(name.encode())))


def propose_functions(program: Program) -> Iterator[Edit]:
    """Rename a function inside a function, or a method whose name the class mangles.

    Only where it is called and nothing else, so that nothing can show its name.

    Before:
        def total(prices):
            def taxed(price): return price * 1.2
            return sum(taxed(price) for price in prices)
    After:
        def total(prices):
            def taxed_local(price): return price * 1.2
            return sum(taxed_local(price) for price in prices)

    Before:
        class Cart:
            def __taxed(self, price): return price * 1.2
            def total(self): return sum(self.__taxed(price) for price in self.prices)
    After:
        class Cart:
            def __taxed_local(self, price): return price * 1.2
            def total(self): return sum(self.__taxed_local(price) for price in self.prices)

    Untouched:
        def _used(): return 1
        def f(rows):
            def given(row): return row
            def wrong(row): return row
            return map(given, rows), wrong(), _used()
        class A:
            def __shown(self): return 1
            def __str__(self): return str(self.__shown)
    """
    for path, source in program.files:
        module = parse_module(path, source)
        for function in module.functions:
            yield from _inner_function(module, function.node)
    for member in members(program):
        yield from _method(program, member)


def _inner_function(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Edit]:
    access = mentions(module)[node]
    binding = module.scopes.binding(access)
    if binding.scope.kind is not ScopeKind.FUNCTION or not _is_silent(module, node):
        return
    if not visible_calls(module, node) or not _may_change(module, binding):
        return
    held = mentions_of(module, binding.accesses)
    if len(held) < len(binding.accesses) or not may_be_renamed(node.name):
        return
    if all(says(module, mention, node.name) for mention in held):
        name = new_name(node.name, subtree_names(binding.scope.walk()))
        yield from renaming(module, "rename_function", held, name, held[0].span)


def _may_change(module: Module, binding: Binding) -> bool:
    """Whether nothing looks at the names of the function around, annotations included."""
    plain = all(
        access.name == binding.name and not access.annotation for access in binding.accesses
    )
    quoted = binding.name in hint_words(module)
    return plain and not quoted and not nosy_scope(module, outermost(binding.scope))


def _is_silent(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether calling a function gives nothing that bears its name: no generator, no function."""
    scope = module.scopes.by_node[node]
    inner = list(scope.walk())[1:]
    speaking = (ast.Yield, ast.YieldFrom)
    return (
        isinstance(node, ast.FunctionDef)
        and all(other.kind is ScopeKind.COMPREHENSION for other in inner)
        and not any(isinstance(other.node, ast.GeneratorExp) for other in inner)
        and not any(isinstance(part, speaking) for part in nodes_in(node))
    )


def _method(program: Program, member: Member) -> Iterator[Edit]:
    definitions = [access.node for access in member.accesses]
    if len(definitions) != 1 or not member.attributes:
        return
    node = definitions[0]
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return
    calls = [_method_call(member.module, attribute) for attribute in member.attributes]
    right = all(call is not None and fits(node.args, call, 1) for call in calls)
    if right and _is_silent(member.module, node):
        yield from _member_renaming(program, "rename_function", member)


def _method_call(module: Module, node: ast.Attribute) -> ast.Call | None:
    """Return the call of a method of `self`."""
    site = sites_of(module).of[node].parent
    call = site.node if site is not None else None
    owner = isinstance(node.value, ast.Name) and node.value.id == "self"
    return call if owner and isinstance(call, ast.Call) and call.func is node else None


def _member_renaming(program: Program, operator: str, member: Member) -> Iterator[Edit]:
    taken = {word.rpartition("__")[2] for word in underscored(program)}
    stem = member.name.removeprefix("__")
    if not may_be_renamed(stem):
        return
    name = "__" + new_name(stem, taken)
    by_span = {span: node for node, span in _member_mentions(member)}
    held = [Mention(node, span) for span, node in by_span.items()]
    yield from renaming(member.module, operator, held, name, member.spans[0])


def _member_mentions(member: Member) -> Iterator[Mention]:
    yield from mentions_of(member.module, member.accesses)
    for node in member.attributes:
        _, end = member.module.table.offsets(node)
        yield Mention(node, Span(member.module.path, end - len(member.name), end))


def propose_attributes(program: Program) -> Iterator[Edit]:
    """Rename an attribute that its class mangles, where nothing looks at attributes by name.

    Before:
        class Cart:
            def __init__(self): self.__rate = 2
            def total(self): return f"{self.__rate} of {self.rate}"
    After:
        class Cart:
            def __init__(self): self.__rate_local = 2
            def total(self): return f"{self.__rate_local} of {self.rate}"

    Untouched:
        class Cart:
            __slots__ = ("__rate", "_rate", "__late")
            def __init__(self):
                self.__rate = self._rate = 2
            def set(self):
                self.__some = 1
            def get(self):
                return self.__some
    """
    modules = [parse_module(path, source) for path, source in program.files]
    if any(module_attributes(module) & INSTANCE_READERS for module in modules):
        return
    for member in members(program):
        read = any(isinstance(node.ctx, ast.Load) for node in member.attributes)
        gone = any(isinstance(node.ctx, ast.Del) for node in member.attributes)
        if read and not gone and _is_never_missing(member):
            yield from _member_renaming(program, "rename_attribute", member)


def _is_never_missing(member: Member) -> bool:
    """Whether an attribute is set by the class body, or by `__init__` in any case.

    The error for a missing one would show its name.
    """
    if member.accesses:
        nodes = [access.node for access in member.accesses]
        around = [sites_of(member.module).of[node].parent for node in nodes]
        return all(site is not None and isinstance(site.node, ast.Assign) for site in around)
    return any(
        isinstance(node.ctx, ast.Store) and _is_at_start(member.module, node)
        for node in member.attributes
    )


def _is_at_start(module: Module, node: ast.Attribute) -> bool:
    """Whether an attribute of `self` is set by a statement of an `__init__` that never returns."""
    site = sites_of(module).of[node].parent
    while site is not None and isinstance(site.node, ast.Tuple | ast.List):
        site = site.parent
    if site is None or not isinstance(site.node, ast.Assign | ast.AnnAssign):
        return False
    above = site.parent.node if site.parent is not None else None
    if not isinstance(above, ast.FunctionDef) or above.name != "__init__":
        return False
    own = isinstance(node.value, ast.Name) and node.value.id == "self"
    return own and not any(isinstance(inner, ast.Return) for inner in nodes_in(above))


OPERATORS = (
    Operator("rename_parameter", Kind.REFACTOR, propose_parameters, whole=True),
    Operator("rename_function", Kind.REFACTOR, propose_functions, whole=True),
    Operator("rename_attribute", Kind.REFACTOR, propose_attributes, whole=True),
)
