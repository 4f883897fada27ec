"""Names and data flow of some functions of a file in pieces, the rest of it only as far as needed.

The pieces that are looked at share one module scope. Of the others the flow needs only what they
do at module level to names that are looked at; most do nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.flow import DataFlow, unit_of, units_needed, units_shown
from nerion_gym.syntax.outlines import Gate, entered, outline_of
from nerion_gym.syntax.outside import NOTHING
from nerion_gym.syntax.scope_builder import extend_scopes
from nerion_gym.syntax.scopes import Access, Scope, ScopeKind, Scopes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from nerion_gym.syntax.outlines import Outline
    from nerion_gym.syntax.pieces import Pieces

NO_FUNCTION: frozenset[ast.AST] = frozenset()


class Share(NamedTuple):
    """What a piece adds to the scopes: mentions in the module's scope, and scopes inside it."""

    accesses: list[Access]
    inside: list[Scope]


@dataclass
class Meeting:
    """The module's names of which two mentions are shown.

    Attributes:
        everywhere: those with a shown mention at module level: every mention there matters.
        in_functions: the others: only what changes them matters.
    """

    everywhere: frozenset[str]
    in_functions: frozenset[str]


class PieceScopes:
    """Scopes of some pieces of a file.

    Args:
        pieces: of the whole file.
        wanted: place of a piece -> the functions in it to look into.

    Attributes:
        root: the module's scope.
        shares: place of a piece -> what it adds.
    """

    def __init__(self, pieces: Pieces, wanted: dict[int, set[ast.AST]]) -> None:
        self.pieces = pieces
        self.root = Scope(ScopeKind.MODULE, "<module>", ast.Module([], []))
        self.shares: dict[int, Share] = {}
        for place in sorted(wanted):
            self._add(place, entered(pieces[place].module, wanted[place]))
        self.scopes = Scopes(self.root, NOTHING)

    def _add(self, place: int, functions: frozenset[ast.AST] | None) -> None:
        root = self.root
        accesses, inside = len(root.accesses), len(root.children)
        extend_scopes(root, self.pieces[place].module.tree.body, functions)
        self.shares[place] = Share(root.accesses[accesses:], root.children[inside:])

    def flow(self, inside: AbstractSet[ast.AST]) -> DataFlow:
        """Return the data flow of what is shown: the same as of the whole file.

        Args:
            inside: the graph's syntax nodes.
        """
        units = units_shown(self.scopes, inside)
        chosen = [scope for scope in self.scopes.all if unit_of(scope) in units]
        shown = [access for scope in chosen for access in scope.accesses if access.node in inside]
        needed = units_needed(self.scopes, shown, inside)
        if self.root in needed:
            self._lay_out_module(self._meeting(shown))
        accesses: list[Access] = []
        for _, share in sorted(self.shares.items()):
            found = self._chosen(share.accesses, self.root, needed, inside)
            for scope in (scope for top in share.inside for scope in top.walk()):
                unit = unit_of(scope)
                if unit in units:
                    found += self._chosen(scope.accesses, unit, needed, inside)
            accesses += sorted(found, key=_position)
        return DataFlow(self.scopes, tuple(accesses), tuple(s for s in chosen if s in needed))

    @staticmethod
    def _chosen(
        accesses: list[Access], unit: Scope, needed: set[Scope], inside: AbstractSet[ast.AST]
    ) -> list[Access]:
        if unit in needed:
            return list(accesses)
        return [access for access in accesses if access.node in inside]

    def _meeting(self, shown: Iterable[Access]) -> Meeting:
        """Return the module's names whose shown mentions may be joined by the module's flow."""
        counts: Counter[str] = Counter()
        at_module_level: set[str] = set()
        for access in shown:
            owner, name = self.scopes.key(access)
            if owner is self.root:
                counts[name] += 1
                if unit_of(access.scope) is self.root:
                    at_module_level.add(name)
        several = {name for name, count in counts.items() if count > 1}
        return Meeting(frozenset(several & at_module_level), frozenset(several - at_module_level))

    def _lay_out_module(self, names: Meeting) -> None:
        """Give the module's scope the statements that decide the flow of some of its names."""
        body: list[ast.stmt] = []
        called = False
        for place, piece in enumerate(self.pieces):
            if place not in self.shares:
                outline = outline_of(piece.module)
                if _names_none(outline, names) and outline.gate is not Gate.OTHER:
                    if outline.gate is Gate.CALLS and not called:
                        body.append(_a_call())
                        called = True
                    continue
                self._add(place, NO_FUNCTION)
            body += piece.module.tree.body
            called = False
        self.root.node = ast.Module(body, [])


def _names_none(outline: Outline, names: Meeting) -> bool:
    return outline.mentioned.isdisjoint(names.everywhere) and (
        outline.changed.isdisjoint(names.in_functions)
    )


def _a_call() -> ast.stmt:
    """Return a statement that runs functions: it stands for a piece that names nothing shown."""
    return ast.Expr(ast.Call(ast.Constant(None), [], []))


def _position(access: Access) -> tuple[int, int]:
    return access.node.lineno, access.node.col_offset  # type: ignore[attr-defined]
