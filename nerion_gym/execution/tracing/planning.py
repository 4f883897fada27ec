"""Which expressions of a file get a tap: the sites of its edits."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.contrasts import contrast_of
from nerion_gym.execution.tracing.defaults import other_default
from nerion_gym.execution.tracing.forms import MOST_HOLES, Holes
from nerion_gym.execution.tracing.looking import is_atomic
from nerion_gym.execution.tracing.order import read_early
from nerion_gym.execution.tracing.parts import RULES, argument_count, arguments_of
from nerion_gym.execution.tracing.reasons import why_beyond
from nerion_gym.execution.tracing.regions import ARGUMENT, ASSIGNED, BY_OPERATOR, OTHER, Regions
from nerion_gym.execution.tracing.shapes import is_shaping
from nerion_gym.execution.tracing.shuffles import SHUFFLE
from nerion_gym.execution.tracing.sites import Plan, Silence, Site
from nerion_gym.execution.tracing.statements import Contrast, Unchanged
from nerion_gym.execution.tracing.truth import Asked, asked, jumps
from nerion_gym.execution.tracing.variables import Variables
from nerion_gym.execution.tracing.witnesses import Witness, Witnesses
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.execution.tracing.defaults import Other
    from nerion_gym.execution.tracing.forms import Extra, Form, Look
    from nerion_gym.execution.tracing.looking import Span
    from nerion_gym.execution.tracing.regions import Region
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

SHAPING = "it changes what names mean, or what is a generator"
UNWATCHED = "its place cannot be watched"
LEFT_TO_DEFAULT = "no call leaves it to its default; signatures may be read"
ONLY_RUNNING = "only running it tells what it evaluates to"


def plan_taps(module: Module, edits: Sequence[Edit]) -> Plan:
    """Return the expressions to watch for these edits of a file."""
    planner = _Planner(module)
    for number, edit in enumerate(edits):
        planner.add(number, edit)
    return planner.done()


class _Planner:
    def __init__(self, module: Module) -> None:
        self.plan = Plan([], [], {}, {}, {}, {}, {})
        self._module = module
        self._bound = {name for scope in module.scopes.all for name in scope.bound}
        self._by_node: dict[tuple[ast.AST, object], Site | None] = {}
        self._tuples: dict[ast.expr, ast.expr] = {}
        self._variables = Variables(module)
        self._regions = Regions(module, self._is_builtin)
        self._witnesses = Witnesses(self._is_builtin, self._is_torn)
        self._loose: dict[int, Witness] = {}

    def add(self, number: int, edit: Edit) -> None:
        """Find the site of an edit, or say why there is none."""
        contrast = contrast_of(self._module, edit)
        other = other_default(self._module, edit, contrast)
        if other is not None:
            self._begun(number, other)
        elif contrast is None:
            self.plan.beyond[number] = why_beyond(self._module, edit)
        elif isinstance(contrast, Unchanged):
            self.plan.unchanged.append(number)
            if contrast.doubt:
                self.plan.doubtful[number] = contrast.doubt
        elif is_shaping(self._module, contrast.gone, self._variables.accesses):
            self.plan.beyond[number] = SHAPING
        elif not isinstance(contrast, Contrast):
            self.plan.asleep[number] = contrast.gone
        else:
            self._looked_at(number, edit, contrast)

    def _looked_at(self, number: int, edit: Edit, contrast: Contrast) -> None:
        """Have an edit of an expression looked at, or say why it is not."""
        why = self._planned(number, edit, contrast)
        if why:
            explained = edit.operator == SHUFFLE or contrast.unsure
            self.plan.beyond[number] = why_beyond(self._module, edit) if explained else why
            return
        witness = None if contrast.unsure else self._witnesses.of(contrast)
        if witness is not None:
            self.plan.witnesses[number] = witness
        elif number in self._loose:
            self.plan.witnesses[number] = self._loose[number]

    def done(self) -> Plan:
        """Return the plan of all edits that were added."""
        self.plan.sites.extend(self._witnesses.sites)
        return self.plan

    def _begun(self, number: int, other: Other) -> None:
        """Have it looked at what calls begin with."""
        node, first = other.parameter.node, other.parameter.first
        key = node, None
        if key not in self._by_node:
            holes = Holes(ast.Name(node.arg, ast.Load()), self._is_builtin)
            silence = Silence.UNREACHED if other.parameter.begins else Silence.NOTHING
            self._by_node[key] = site = Site(first, holes, shown=node, silence=silence)
            self.plan.sites.append(site)
        site = self._by_node[key]  # type: ignore[assignment]
        site.add(number, other.form)
        self.plan.doubtful[number] = LEFT_TO_DEFAULT
        self._carried(number, ARGUMENT)

    def _planned(self, number: int, edit: Edit, contrast: Contrast) -> str:
        """Have an edit looked at; return why it cannot be, "" where it can."""
        if contrast.kept is not None:
            contrast = contrast._replace(after=self._variables.left_in(contrast.kept))
        node, before, after, *_ = contrast
        if self._is_call(before, after):
            if max(map(argument_count, (before, after))) > MOST_HOLES:
                return ONLY_RUNNING
            carrier = ARGUMENT
            contrast = contrast._replace(before=self._given(before), after=arguments_of(after))
        elif before is node and not contrast.unsure:
            return self._in_region(number, before, contrast)
        else:
            usual = OTHER if isinstance(node, ast.stmt) else ASSIGNED
            carrier = BY_OPERATOR.get(edit.operator, usual)
        return self._alone(number, contrast) or self._carried(number, carrier)

    def _carried(self, number: int, carrier: str) -> str:
        self.plan.carriers[number] = carrier
        return ""

    def _alone(self, number: int, contrast: Contrast) -> str:
        """Have an edit looked at by a tap at its own place."""
        site = self._site(contrast.node, contrast.before)
        if site is None:
            return UNWATCHED
        form = site.holes.over(contrast.after, self._reader(contrast, site))
        if form is None:
            return ONLY_RUNNING
        self._compare(number, site, form._replace(faithful=form.faithful and not contrast.unsure))
        return ""

    def _compare(self, number: int, site: Site, form: Form, original: int = 0) -> None:
        """Have an edit compared; that values are the same is noted where it rules nothing out."""
        site.add(number, form, original)
        if site.lazy or not form.faithful:
            bit = site.bit_of(form._replace(faithful=True), original)
            self._loose[number] = Witness(site, bit, sure=False)

    def _reader(self, contrast: Contrast, site: Site) -> Callable[[str], Extra | None]:
        """Return how variables are looked up; what is assigned may have no names, its target has.

        A target is read where its statement stands, as the value is.
        """
        return self._variables.reader(contrast.kept or contrast.node, direct=not site.lazy)

    def _in_region(self, number: int, node: ast.expr, contrast: Contrast) -> str:
        """Have an edit looked at by the tap of all around it, if that can be; and its effect."""
        after = contrast.after
        region = self._regions.around(node)
        site = self._site(region.top, region.top)
        span = None if site is None else site.holes.spans.get(node)
        if site is None or span is None:
            return self._alone(number, contrast)
        look = None if node is region.top else self._part(site, node, span)
        if node is region.top or look is not None:
            original = 0 if look is None else site.original(node, node, look)
            form = site.holes.over(after, self._reader(contrast, site), look)
            if form is None:
                return ONLY_RUNNING
            self._compare(number, site, form, original)
        else:
            why = self._alone(number, contrast)
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
        return RULES[ast.Call](before, self._is_builtin) is None

    def _given(self, call: ast.expr) -> ast.expr:
        """Return what a call of the program is given, once for all edits of it."""
        if call not in self._tuples:
            self._tuples[call] = arguments_of(call)
        return self._tuples[call]

    def _is_exception(self, node: ast.expr) -> bool:
        named = getattr(builtins, node.id, None) if isinstance(node, ast.Name) else None
        is_class = isinstance(named, type) and issubclass(named, BaseException)
        return is_class and self._is_builtin(node.id)  # type: ignore[attr-defined]

    def _is_builtin(self, name: str) -> bool:
        return hasattr(builtins, name) and name not in self._bound and not self._module.scopes.star

    def _site(self, node: ast.expr | ast.stmt, before: ast.expr) -> Site | None:
        whole = before is node or self._tuples.get(node) is before  # type: ignore[arg-type]
        key = node, before if whole else ast.dump(before)
        if key not in self._by_node:
            holes = Holes(before, self._is_builtin, self._variables.settled(node, before))
            early = [holes.nodes[number] for number in read_early(holes.steps, holes.risky)]
            lazy = not holes.form.strict and not all(map(self._variables.is_sure, holes.nodes))
            if lazy:
                watched = isinstance(node, ast.expr) and self._are_here(holes)
            else:
                watched = all(map(self._variables.has_value, early)) and self._are_there(holes)
            inside = [*holes.nodes, node] if lazy else [holes.nodes[n] for n in holes.risky]
            watched = watched and not any(map(self._is_torn, inside))
            self._by_node[key] = site = Site(node, holes, lazy) if watched else None
            if site is not None:
                if not holes.risky and all(map(self._variables.is_sure, holes.nodes)):
                    site.silence = Silence.UNREACHED  # nothing comes before the tap
                self.plan.sites.append(site)
        return self._by_node[key]

    def _is_torn(self, node: ast.AST) -> bool:
        """Whether a tap around an expression would have its truth asked once more (`truth`)."""
        return jumps(node) and asked(self._module.walk.parents, node) is Asked.BOTH

    def _are_there(self, holes: Holes) -> bool:
        """Whether a tap can be put around each hole that is not just read once more."""
        return all(is_atomic(hole) or hole in self._module.walk.parents for hole in holes.nodes)

    def _are_here(self, holes: Holes) -> bool:
        """Whether taps can be put around all holes, and the first tells that all begins."""
        first = next(step for step in holes.steps if step.hole is not None)
        return first.sure and all(hole in self._module.walk.parents for hole in holes.nodes)
