"""Second taps: of an expression that an edit takes the value of away, the value itself.

A condition that compares objects cannot be worked out from them; but what it came out as is there
to see. Where an edit puts a constant in its place, that is all that is asked.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.brackets import can_be_tapped
from nerion_gym.execution.tracing.forms import Holes
from nerion_gym.execution.tracing.parts import RULES, IsBuiltin
from nerion_gym.execution.tracing.sites import Original, Silence, Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.execution.tracing.forms import Extra
    from nerion_gym.execution.tracing.statements import Contrast


class Value(ast.expr):
    """In the place of an expression that is not looked into."""

    _fields = ()


class Witness(NamedTuple):
    """A second tap for an edit.

    Attributes:
        site: of the value.
        bit: of the edit.
        sure: whether the same value means that nothing differs: all that ran still runs.
    """

    site: Site
    bit: int
    sure: bool


class Witnesses:
    """The values that edits of a file take away."""

    def __init__(self, is_builtin: IsBuiltin, is_torn: Callable[[ast.AST], bool]) -> None:
        self.sites: list[Site] = []
        self._is_torn = is_torn
        self._is_builtin = is_builtin
        self._known: dict[ast.expr, tuple[Site, Value]] = {}

    def of(self, contrast: Contrast) -> Witness | None:
        """Return the tap that tells whether an edit makes another value; None where none is due."""
        node = contrast.node
        if not isinstance(node, ast.expr) or not self._is_due(node):
            return None
        before, after = contrast.before, contrast.after
        is_same = isinstance(after, ast.BoolOp) and after.values[0] is before
        if not is_same and not isinstance(after, ast.Constant):
            return None
        site, value = self._site(node)
        made = _put(before, node, value)
        if made is None:
            return None
        look = site.holes.part(made)
        last = ast.BoolOp(ast.And(), [made, ast.Constant(False)]) if is_same else after
        form = site.holes.over(last, _unread, look)
        if look is None or form is None:
            return None
        original = 0 if made is value else site.original(ast.dump(made), None, look)
        bit = site.bit_of(form._replace(faithful=True), original)
        return Witness(site, bit, form.faithful)

    def _is_due(self, node: ast.expr) -> bool:
        """Whether an expression is looked into, and something is worked on there."""
        rule = RULES.get(type(node))
        works = None if rule is None else rule(node, self._is_builtin)
        tapped = can_be_tapped(node) and not self._is_torn(node)
        return tapped and any(part.works for part in works or ())

    def _site(self, node: ast.expr) -> tuple[Site, Value]:
        if node not in self._known:
            value = Value()
            holes = Holes(value, self._is_builtin)
            holes.nodes[0] = node
            site = Site(node, holes, silence=Silence.NOTHING)
            site.originals[0] = Original(None, holes.look)
            self._known[node] = site, value
            self.sites.append(site)
        return self._known[node]


def _put(before: ast.expr, node: ast.expr, value: Value) -> ast.expr | None:
    """Return an expression with something in a node's place, if only its truth is turned."""
    if before is node:
        return value
    if isinstance(before, ast.UnaryOp) and isinstance(before.op, ast.Not):
        inner = _put(before.operand, node, value)
        return None if inner is None else ast.UnaryOp(ast.Not(), inner)
    return None


_unread: Callable[[str], Extra | None] = lambda _name: None  # noqa: E731 - it has a type
