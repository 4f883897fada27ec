"""Which expressions of a file get a tap, and what each edit makes of them."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.contrasts import Unchanged, contrast_of
from nerion_gym.execution.tracing.forms import Holes, is_atomic
from nerion_gym.execution.tracing.order import read_early
from nerion_gym.execution.tracing.shapes import is_shaping
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode, ScopeKind
from nerion_gym.syntax.trees import nodes_in, same_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.execution.tracing.forms import Extra, Form
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access, Scope
    from nerion_gym.types.edit import Edit

NOSY = frozenset({"locals", "vars", "dir", "eval", "exec", "globals"})
"""Functions that mention these may tell that somebody looked at their variables."""
OWN = "="
"""Before the name of a variable of exactly this module or class, not of one around it."""
OWN_FRAMES = (ScopeKind.FUNCTION, ScopeKind.LAMBDA, ScopeKind.COMPREHENSION)
LOOKED_UP = (ScopeKind.FUNCTION, ScopeKind.LAMBDA, ScopeKind.CLASS, ScopeKind.MODULE)


class Choice(NamedTuple):
    """What one edit makes of a site: its number in the caller's list, and the edited expression."""

    edit: int
    form: Form


@dataclass(eq=False)
class Site:
    """An expression with a tap.

    Attributes:
        node: of the file's tree: the expression, or a statement before which the tap stands.
        holes: its parts that only the program can evaluate.
        lazy: whether some of them may not be evaluated, and may not be read early either.
        choices: the edits of it.
    """

    node: ast.expr | ast.stmt
    holes: Holes
    lazy: bool = False
    choices: list[Choice] = field(default_factory=list)


class Plan(NamedTuple):
    """The taps of a file.

    Attributes:
        sites: in the order of the edits.
        unchanged: numbers of the edits that change nothing that is evaluated.
        beyond: number of an edit that no tap can tell of -> why.
    """

    sites: list[Site]
    unchanged: list[int]
    beyond: dict[int, str]


def plan_taps(module: Module, edits: Sequence[Edit]) -> Plan:
    """Return the expressions to watch for these edits of a file."""
    planner = _Planner(module)
    for number, edit in enumerate(edits):
        planner.add(number, edit)
    return planner.plan


class _Planner:
    def __init__(self, module: Module) -> None:
        self.plan = Plan([], [], {})
        self._module = module
        self._bound = {name for scope in module.scopes.all for name in scope.bound}
        self._by_node: dict[tuple[ast.AST, str], Site | None] = {}
        self._accesses: dict[ast.AST, Access] = {
            access.node: access for access in module.scopes.accesses
        }

    def add(self, number: int, edit: Edit) -> None:
        """Find the site of an edit, or say why there is none."""
        contrast = contrast_of(self._module, edit)
        if contrast is None:
            self.plan.beyond[number] = "it changes more than one expression"
            return
        if isinstance(contrast, Unchanged):
            self.plan.unchanged.append(number)
            return
        node, before, after, kept, gone = contrast
        if is_shaping(self._module, gone, self._accesses):
            self.plan.beyond[number] = "it changes what names mean, or what is a generator"
            return
        if kept is not None:
            after = self._left_in(kept)
        as_call = self._is_call(before, after)
        site = self._site(node, _arguments(before) if as_call else before)
        if site is None:
            self.plan.beyond[number] = "its place cannot be watched"
            return
        form = site.holes.over(_arguments(after) if as_call else after, self._reader(node))
        if form is None:
            self.plan.beyond[number] = "only running it tells what it evaluates to"
            return
        site.choices.append(Choice(number, form))

    def _is_call(self, before: ast.expr, after: ast.expr) -> bool:
        """Whether two calls differ just if what is called, or what it is given, does."""
        if not isinstance(before, ast.Call) or not isinstance(after, ast.Call):
            return False
        if not same_tree(before.func, after.func):
            # Exceptions of two classes are two; what two functions give may be the same.
            return all(self._is_exception(call.func) for call in (before, after))
        return Holes(before, self._is_builtin).nodes == [before]

    def _is_exception(self, node: ast.expr) -> bool:
        named = getattr(builtins, node.id, None) if isinstance(node, ast.Name) else None
        is_class = isinstance(named, type) and issubclass(named, BaseException)
        return is_class and self._is_builtin(node.id)  # type: ignore[attr-defined]

    def _is_builtin(self, name: str) -> bool:
        return hasattr(builtins, name) and name not in self._bound and not self._module.scopes.star

    def _site(self, node: ast.expr | ast.stmt, before: ast.expr) -> Site | None:
        key = node, ast.dump(before) if before is not node else ""
        if key not in self._by_node:
            holes = Holes(before, self._is_builtin, self._settled(node, before))
            early = [holes.nodes[number] for number in read_early(holes.steps, holes.risky)]
            lazy = not holes.form.strict and not all(map(self._is_sure, holes.nodes))
            if lazy:
                watched = isinstance(node, ast.expr) and self._are_here(holes.nodes)
            else:
                watched = all(map(self._has_value, early))
            self._by_node[key] = site = Site(node, holes, lazy) if watched else None
            if site is not None:
                self.plan.sites.append(site)
        return self._by_node[key]

    def _are_here(self, holes: Sequence[ast.expr]) -> bool:
        """Whether parts are of the file, not made up: taps can be put around them."""
        return all(hole in self._module.walk.parents for hole in holes)

    def _settled(self, node: ast.AST, before: ast.expr) -> Callable[[ast.Name], bool]:
        """Return whether a variable stays what it is while a site is evaluated.

        It does if only its function's own statements bind it.
        """
        walrus = any(isinstance(inner, ast.NamedExpr) for inner in nodes_in(before))

        def settled(name: ast.Name) -> bool:
            access = self._accesses.get(name)
            scope = self._scope_of(node) if access is None else access.scope
            if walrus or scope is None or scope.kind not in OWN_FRAMES:
                return False
            binding = self._module.scopes.find(scope, name.id)
            return (
                binding is not None
                and binding.scope is scope
                and all(other.scope is scope for other in binding.changes)
            )

        return settled

    def _has_value(self, hole: ast.expr) -> bool:
        """Whether reading a name that is evaluated later on cannot raise."""
        return self._is_sure(hole) or (
            hole in self._accesses and name_flow(self._module).is_bound(hole)
        )

    def _is_sure(self, hole: ast.expr) -> bool:
        """Whether a hole may be read before its turn: it has a value, and reading does nothing."""
        if not isinstance(hole, ast.Name):
            return is_atomic(hole)
        access = self._accesses.get(hole)
        if access is None or access.scope.kind is not ScopeKind.FUNCTION:
            return False
        binding = self._module.scopes.binding(access)
        given = any(isinstance(one.node, ast.arg) for one in binding.accesses)
        taken = any(
            one.mode not in (Mode.READ, Mode.WRITE) or isinstance(one.node, ast.ExceptHandler)
            for one in binding.accesses
        )
        return binding.scope is access.scope and given and not taken

    def _left_in(self, target: ast.Name) -> ast.Name:
        """Return what a target holds.

        A module or class may read the variable of another: its own is marked (`OWN`).
        """
        access = self._accesses[target]
        owner, _ = self._module.scopes.key(access)
        mark = OWN if owner.kind in (ScopeKind.MODULE, ScopeKind.CLASS) else ""
        return ast.Name(mark + target.id, ast.Load())

    def _reader(self, node: ast.AST) -> Callable[[str], Extra | None]:
        """Return how a variable can be looked up where an expression stands."""
        scope = self._scope_of(node)

        def read(name: str) -> Extra | None:
            if scope is None:
                return None
            mangled = scope.mangled(name.removeprefix(OWN))
            owner = scope.owner_of(mangled)
            if owner is not scope:
                inside = "g" if name.startswith(OWN) else "gb"
                return (mangled, inside) if owner.kind is ScopeKind.MODULE else None
            alone = name.startswith(OWN) or scope.kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA)
            return mangled, "l" if alone else "lgb"

        return read

    def _scope_of(self, node: ast.AST) -> Scope | None:
        """Return the scope of all names of an expression; None where there are several, or nosy."""
        inside = [self._accesses[one] for one in nodes_in(node) if one in self._accesses]
        scopes = {access.scope for access in inside}
        if len(scopes) != 1:
            return None
        (scope,) = scopes
        nosy = any(access.name in NOSY for access in scope.accesses)
        return None if nosy or scope.kind not in LOOKED_UP else scope


def _arguments(call: ast.expr) -> ast.expr:
    """Return a call as the tuple of what is called and what it is given."""
    if not isinstance(call, ast.Call):
        return call
    named = [
        ast.Tuple([ast.Constant(keyword.arg), keyword.value], ast.Load())
        for keyword in call.keywords
    ]
    return ast.Tuple([call.func, *call.args, *named], ast.Load())
