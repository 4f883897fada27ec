"""Which expressions of a file get a tap, and what each edit makes of them."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.contrasts import Unchanged, contrast_of
from nerion_gym.execution.tracing.forms import Holes
from nerion_gym.execution.tracing.order import read_early
from nerion_gym.execution.tracing.regions import ARGUMENT, ASSIGNED, BY_OPERATOR, OTHER, Regions
from nerion_gym.execution.tracing.shapes import is_shaping
from nerion_gym.execution.tracing.variables import Variables
from nerion_gym.execution.tracing.written import body_text
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.execution.tracing.forms import Form, Look
    from nerion_gym.execution.tracing.looking import Span
    from nerion_gym.execution.tracing.regions import Region
    from nerion_gym.execution.tracing.statements import Contrast
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SEVERAL = "it changes more than one expression"
SHAPING = "it changes what names mean, or what is a generator"
UNWATCHED = "its place cannot be watched"
ONLY_RUNNING = "only running it tells what it evaluates to"


class Choice(NamedTuple):
    """What one edit makes of a site.

    Attributes:
        edit: its number in the caller's list.
        bit: the number of the edited expression; edits that make the same share it.
        effect: whether that is what the whole statement does, not the place of the edit alone.
    """

    edit: int
    bit: int
    effect: bool = False


class Original(NamedTuple):
    """An expression as it is, over the holes of a site.

    Attributes:
        node: the expression; None where it is only made up, to say what a statement does.
        look: what it gives, and how.
    """

    node: ast.expr | ast.stmt | None
    look: Look


class Alternative(NamedTuple):
    """An edited expression.

    Attributes:
        form: over the holes of the site.
        original: number of the original that it is compared with.
    """

    form: Form
    original: int


@dataclass(eq=False)
class Site:
    """Expressions that share a tap: the outermost, and parts that are evaluated just then.

    Attributes:
        node: of the file's tree: the expression, or a statement before which the tap stands.
        holes: its parts that only the program can evaluate.
        lazy: whether some of them may not be evaluated, and may not be read early either.
        originals: the expression, and parts of it that edits change.
        alternatives: what edits make of them.
        choices: the edits.
    """

    node: ast.expr | ast.stmt
    holes: Holes
    lazy: bool = False
    originals: list[Original] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    _numbers: dict[object, int] = field(default_factory=dict, repr=False)
    _bits: dict[object, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.original(self.node, self.node, self.holes.look)

    def original(self, key: object, node: ast.expr | ast.stmt | None, look: Look) -> int:
        """Return the number of an original."""
        if key not in self._numbers:
            self._numbers[key] = len(self.originals)
            self.originals.append(Original(node, look))
        return self._numbers[key]

    def add(self, edit: int, form: Form, original: int = 0, *, effect: bool = False) -> None:
        """Have an edit looked at."""
        text = body_text(self.holes, form, asking=self.lazy)
        key = text, form.used, form.early, form.faithful, form.fresh, original
        if key not in self._bits:
            self._bits[key] = len(self.alternatives)
            self.alternatives.append(Alternative(form, original))
        self.choices.append(Choice(edit, self._bits[key], effect))


class Plan(NamedTuple):
    """The taps of a file.

    Attributes:
        sites: in the order of the edits.
        unchanged: numbers of the edits that change nothing that is evaluated.
        beyond: number of an edit that no tap can tell of -> why.
        carriers: number of an edit -> what carries on what its statement makes of it. Without a
            choice of its own for that, it is the edited value itself.
    """

    sites: list[Site]
    unchanged: list[int]
    beyond: dict[int, str]
    carriers: dict[int, str]


def plan_taps(module: Module, edits: Sequence[Edit]) -> Plan:
    """Return the expressions to watch for these edits of a file."""
    planner = _Planner(module)
    for number, edit in enumerate(edits):
        planner.add(number, edit)
    return planner.plan


class _Planner:
    def __init__(self, module: Module) -> None:
        self.plan = Plan([], [], {}, {})
        self._module = module
        self._bound = {name for scope in module.scopes.all for name in scope.bound}
        self._by_node: dict[tuple[ast.AST, str], Site | None] = {}
        self._variables = Variables(module)
        self._regions = Regions(module, self._is_builtin)

    def add(self, number: int, edit: Edit) -> None:
        """Find the site of an edit, or say why there is none."""
        contrast = contrast_of(self._module, edit)
        if contrast is None:
            self.plan.beyond[number] = SEVERAL
        elif isinstance(contrast, Unchanged):
            self.plan.unchanged.append(number)
        elif is_shaping(self._module, contrast.gone, self._variables.accesses):
            self.plan.beyond[number] = SHAPING
        else:
            why = self._planned(number, edit, contrast)
            if why:
                self.plan.beyond[number] = why

    def _planned(self, number: int, edit: Edit, contrast: Contrast) -> str:
        """Have an edit looked at; return why it cannot be, "" where it can."""
        node, before, after, kept, _ = contrast
        if kept is not None:
            after = self._variables.left_in(kept)
        if self._is_call(before, after):
            before, after, carrier = _arguments(before), _arguments(after), ARGUMENT
        elif before is node:
            return self._in_region(number, before, after)
        else:
            usual = OTHER if isinstance(node, ast.stmt) else ASSIGNED
            carrier = BY_OPERATOR.get(edit.operator, usual)
        return self._alone(number, node, before, after) or self._carried(number, carrier)

    def _carried(self, number: int, carrier: str) -> str:
        self.plan.carriers[number] = carrier
        return ""

    def _alone(
        self, number: int, node: ast.expr | ast.stmt, before: ast.expr, after: ast.expr
    ) -> str:
        """Have an edit looked at by a tap at its own place."""
        site = self._site(node, before)
        if site is None:
            return UNWATCHED
        form = site.holes.over(after, self._variables.reader(node, direct=not site.lazy))
        if form is None:
            return ONLY_RUNNING
        site.add(number, form)
        return ""

    def _in_region(self, number: int, node: ast.expr, after: ast.expr) -> str:
        """Have an edit looked at by the tap of all around it, if that can be; and its effect."""
        region = self._regions.around(node)
        site = self._site(region.top, region.top)
        span = None if site is None else site.holes.spans.get(node)
        if site is None or span is None:
            return self._alone(number, node, node, after)
        look = None if node is region.top else self._part(site, node, span)
        if node is region.top or look is not None:
            original = 0 if look is None else site.original(node, node, look)
            reader = self._variables.reader(node, direct=not site.lazy)
            form = site.holes.over(after, reader, look)
            if form is None:
                return ONLY_RUNNING
            site.add(number, form, original)
        else:
            why = self._alone(number, node, node, after)
            if why:
                return why
        self._effect(number, site, region, (node, after))
        return ""

    def _part(self, site: Site, node: ast.expr, span: Span) -> Look | None:
        """Return a part of a site that the same tap does for; None where it does not."""
        holes = site.holes
        if site.lazy or not holes.is_taken_with(span) or not holes.is_unmistakable(span):
            return None
        return holes.part(node)

    def _effect(
        self, number: int, site: Site, region: Region, swap: tuple[ast.expr, ast.expr]
    ) -> None:
        """Have it looked at what the whole statement does."""
        node, after = swap
        top, original = region.top, 0
        if region.of_truth:
            top = ast.UnaryOp(ast.Not(), top)
            look = site.holes.part(top)
            if look is None:
                return
            original = site.original("truth", None, look)
        elif node is top:
            self.plan.carriers[number] = region.carrier
            return
        reader = self._variables.reader(node, direct=not site.lazy)
        before = site.originals[original].look
        form = site.holes.over(top, reader, before, {node: after})
        if form is not None:
            self.plan.carriers[number] = region.carrier
            site.add(number, form, original, effect=True)

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
            holes = Holes(before, self._is_builtin, self._variables.settled(node, before))
            early = [holes.nodes[number] for number in read_early(holes.steps, holes.risky)]
            lazy = not holes.form.strict and not all(map(self._variables.is_sure, holes.nodes))
            if lazy:
                watched = isinstance(node, ast.expr) and self._are_here(holes)
            else:
                watched = all(map(self._variables.has_value, early))
            self._by_node[key] = site = Site(node, holes, lazy) if watched else None
            if site is not None:
                self.plan.sites.append(site)
        return self._by_node[key]

    def _are_here(self, holes: Holes) -> bool:
        """Whether taps can be put around all holes, and the first tells that all begins."""
        first = next(step for step in holes.steps if step.hole is not None)
        return first.sure and all(hole in self._module.walk.parents for hole in holes.nodes)


def _arguments(call: ast.expr) -> ast.expr:
    """Return a call as the tuple of what is called and what it is given."""
    if not isinstance(call, ast.Call):
        return call
    named = [
        ast.Tuple([ast.Constant(keyword.arg), keyword.value], ast.Load())
        for keyword in call.keywords
    ]
    return ast.Tuple([call.func, *call.args, *named], ast.Load())
