"""What derives from what in one file of a suite: assignments, loops, returns, calls, objects.

A fact is a place that may hold what derives from a call: what a write of a name gives, what one
read of it finds (an object that was changed in between), an attribute of `self`, or what a function
gives back (the write that its `def` is).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.asserts import RAISING, name_of
from nerion_gym.execution.tracing.callees import SELF, callees, of_name, pairs
from nerion_gym.syntax.flow import UNBOUND, unit_of
from nerion_gym.syntax.module import FunctionNode
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nerion_gym.execution.tracing.sheets import Sheet
    from nerion_gym.execution.tracing.suite_code import SuiteCode
    from nerion_gym.syntax.scopes import Access, Scope

OBSERVERS = frozenset(
    {"capsys", "capfd", "capsysbinary", "capfdbinary", "caplog", "recwarn", "mocker"}
)
"""Fixtures that see what is done elsewhere."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias)
Fact = tuple[str, str, int | str]
Lines = tuple[int, int]
NO_LINES = (1, 0)


class Link(NamedTuple):
    """What holds what derives: where one of the lines led to a call, or a fact holds it.

    Attributes:
        lines: first and last.
        reads: facts.
        gives: facts.
    """

    lines: Lines
    reads: frozenset[Fact]
    gives: tuple[Fact, ...]


def lines_of(*nodes: ast.AST) -> Lines:
    """Return the first and last line of some nodes with a position."""
    first = min((node.lineno for node in nodes), default=1)  # type: ignore[attr-defined]
    return first, max((node.end_lineno or 0 for node in nodes), default=0)  # type: ignore[attr-defined]


def calling(value: ast.AST) -> Lines:
    """Return the lines of an expression; none where it cannot lead to a call: `1`, `[a, 2]`."""
    quiet = (ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict)
    return NO_LINES if all(isinstance(one, quiet) for one in nodes_in(value)) else lines_of(value)


def functions_around(parents: Mapping[ast.AST, ast.AST | None], node: ast.AST) -> list[Any]:
    """Return the functions around a node, the innermost first."""
    found = []
    around = parents.get(node)
    while around is not None:
        if isinstance(around, FunctionNode):
            found.append(around)
        around = parents.get(around)
    return found


class Linker:
    """Finds the links of one file.

    Args:
        code: of the whole suite.
        sheet: the file.
    """

    def __init__(self, code: SuiteCode, sheet: Sheet) -> None:
        self._code = code
        self._sheet = sheet
        self._path = sheet.path
        self._flow = sheet.flow
        self._parents = sheet.module.walk.parents

    def links(self) -> Iterator[Link]:
        """Yield all links of the file."""
        for cls, nodes in self._sheet.module.walk.by_type.items():
            find = FINDERS.get(cls)
            if find is not None:
                for node in nodes:
                    yield from find(self, node)
        yield from self._imports()

    # --- facts

    def facts(self, *tops: ast.AST) -> frozenset[Fact]:
        """Return what an expression, or all that stands in a statement, reads."""
        found: set[Fact] = set()
        for node in (node for top in tops for node in nodes_in(top)):
            if isinstance(node, ast.Name):
                for number in self._sheet.held.get(node, ()):
                    found.add(("read", self._path, number))
                    writes = self._flow.writes.get(number, ())
                    found.update(("write", self._path, write) for write in writes)
            elif isinstance(node, ast.Attribute):
                found |= self._attribute(node)
        return frozenset(found)

    def _attribute(self, node: ast.Attribute) -> set[Fact]:
        if isinstance(node.value, ast.Name):
            if node.value.id in SELF:
                return {("attribute", "", node.attr)}
            if node.value.id in self._sheet.imports:
                return self.function(f"{node.value.id}.{node.attr}")
        return set()

    def function(self, name: str) -> set[Fact]:
        """Return what a function gives, by its dotted name in this file."""
        key = self._code.defined(self._sheet, name)
        return set() if key is None else set(self.given_by(*key))

    def given_by(self, path: str, qualname: str) -> list[Fact]:
        """Return what a function of the suite gives back, as a fact."""
        sheet = self._code.sheet(path)
        if sheet is None or qualname not in sheet.units:
            return []
        return [("write", path, number) for number in sheet.writes(sheet.units[qualname].node)]

    def _writes(self, node: ast.AST) -> list[Fact]:
        return [("write", self._path, number) for number in self._sheet.writes(node)]

    def _targets(self, top: ast.AST) -> list[Fact]:
        """Return what an assignment to a target gives."""
        found: list[Fact] = []
        for node in nodes_in(top):
            if isinstance(node, ast.Attribute | ast.Subscript):
                stored = isinstance(node.ctx, ast.Store)
                found += self._touched(node) if stored else []
            else:
                found += self._writes(node)
        return found

    def _touched(self, node: ast.AST) -> list[Fact]:
        """Return who may see that an object was changed: later reads of the name it has here."""
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
            if of_name(node) and node.value.id in SELF:
                return [("attribute", "", node.attr)]
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name) or node.id in SELF:
            return []
        return [
            fact for number in self._sheet.held.get(node, ()) for fact in self._seen_after(number)
        ]

    def _seen_after(self, number: int) -> Iterator[Fact]:
        here = self._flow.accesses[number]
        for write in self._flow.writes.get(number, ()):
            if write == UNBOUND or self._lasting(self._flow.accesses[write]):
                continue
            if self._flow.accesses[write].scope.kind is ScopeKind.MODULE:
                yield "write", self._path, write
                continue
            for use in self._flow.uses.get(write, ()):
                there = self._flow.accesses[use]
                if there.scope is not here.scope or use > number:
                    yield "read", self._path, use

    def _lasting(self, write: Access) -> bool:
        """Whether what a write gives is no object that a call changes: a module, 3, a function."""
        parent = self._parents.get(write.node)
        constant = isinstance(parent, ast.Assign | ast.AnnAssign) and isinstance(
            parent.value, ast.Constant
        )
        return constant or isinstance(write.node, DEFINITIONS)

    def _called_back(self, node: ast.AST, gives: Iterable[Fact]) -> Iterator[Link]:
        """What a function inside of a test changes outside of itself.

        The program may be who calls it: every call that the test makes may lead there.
        """
        around = functions_around(self._parents, node)
        if len(around) > 1:
            inner = self._sheet.module.scopes.by_node.get(around[0])
            free = tuple(fact for fact in gives if self._is_free(fact, inner))
            yield Link(lines_of(*around[-1].body), frozenset(), free)

    def _is_free(self, fact: Fact, inner: Scope | None) -> bool:
        kind, _, number = fact
        if not isinstance(number, int):
            return False
        access = self._flow.accesses[number]
        owner = self._sheet.module.scopes.key(access)[0]
        return unit_of(owner if kind == "write" else access.scope) is not inner

    # --- links, by class of node

    def assigned(self, node: ast.AST) -> Iterator[Link]:
        """An assignment of any kind, a loop's target, a walrus."""
        value = getattr(node, "value", None) or getattr(node, "iter", None)
        targets = getattr(node, "targets", None) or [node.target]  # type: ignore[attr-defined]
        if value is None:
            return
        reads = self.facts(value)
        if isinstance(node, ast.AugAssign):
            reads |= self.facts(node.target)
        gives = tuple(fact for target in targets for fact in self._targets(target))
        yield Link(calling(value), reads, gives)
        yield from self._called_back(node, gives)

    def entered(self, node: ast.With | ast.AsyncWith) -> Iterator[Link]:
        """A `with`: what it gives a name derives from its head, and sees what its block does."""
        for item in node.items:
            if item.optional_vars is not None:
                gives = tuple(self._targets(item.optional_vars))
                lines = lines_of(item.context_expr, *node.body)
                yield Link(lines, self.facts(item.context_expr), gives)

    def matched(self, node: ast.Match) -> Iterator[Link]:
        """What a pattern gives names."""
        patterns = [case.pattern for case in node.cases]
        gives = tuple(fact for pattern in patterns for fact in self._targets(pattern))
        yield Link(lines_of(node.subject), self.facts(node.subject), gives)

    def caught(self, node: ast.Try) -> Iterator[Link]:
        """An exception that a block raised."""
        gives = tuple(fact for handler in node.handlers for fact in self._writes(handler))
        if gives:
            yield Link(lines_of(*node.body), self.facts(*node.body), gives)

    def returned(self, node: ast.Return | ast.Yield | ast.YieldFrom) -> Iterator[Link]:
        """What a function gives back."""
        around = functions_around(self._parents, node)
        if node.value is not None and around:
            gives = tuple(self._writes(around[0]))
            yield Link(lines_of(node.value), self.facts(node.value), gives)

    def defined(self, node: FunctionNode) -> Iterator[Link]:
        """A method is an attribute; a parameter may be a fixture, or see what is printed."""
        gives = tuple(self._writes(node))
        for decorator in node.decorator_list:
            yield Link(lines_of(decorator), self.facts(decorator), gives)
        if isinstance(self._parents.get(node), ast.ClassDef):
            yield Link(NO_LINES, frozenset(gives), (("attribute", "", node.name),))
        for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            written = tuple(self._writes(parameter))
            fixture = self._code.fixture(self._path, parameter.arg)
            if parameter.arg in OBSERVERS:
                yield Link(lines_of(*node.body), frozenset(), written)
            elif fixture is not None:
                yield Link(NO_LINES, frozenset(self.given_by(*fixture)), written)

    def called(self, node: ast.Call) -> Iterator[Link]:
        """What is passed on to functions of the suite; objects that may have been changed."""
        name = name_of(node.func)
        passed = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not name.startswith("assert") and name not in RAISING:
            owner = self._touched(node.func) if isinstance(node.func, ast.Attribute) else []
            touched = [fact for one in passed for fact in self._touched(one)]
            yield Link(lines_of(node), frozenset(), (*owner, *touched))
            yield from self._called_back(node, owner)
            if owner and passed:
                yield Link(NO_LINES, self.facts(*passed), tuple(owner))
        for sheet, function, skipped in callees(self._code, self._sheet, node.func):
            for value, parameters in pairs(node, function, skipped):
                numbers = [n for one in parameters for n in sheet.writes(one)]
                gives = tuple(("write", sheet.path, number) for number in numbers)
                yield Link(calling(value), self.facts(value), gives)

    def _imports(self) -> Iterator[Link]:
        for number, access in enumerate(self._flow.accesses):
            if isinstance(access.node, ast.alias) and access.mode is Mode.WRITE:
                reads = frozenset(self.function(access.name))
                if reads:
                    yield Link(NO_LINES, reads, (("write", self._path, number),))


FINDERS: dict[type[ast.AST], Callable[[Linker, Any], Iterator[Link]]] = {
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr), Linker.assigned),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), Linker.assigned),
    **dict.fromkeys((ast.With, ast.AsyncWith), Linker.entered),
    **dict.fromkeys((ast.Return, ast.Yield, ast.YieldFrom), Linker.returned),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), Linker.defined),
    ast.Match: Linker.matched,
    ast.Try: Linker.caught,
    ast.TryStar: Linker.caught,
    ast.Call: Linker.called,
}
"""What finds the links that a class of node makes."""
