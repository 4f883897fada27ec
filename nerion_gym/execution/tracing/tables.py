"""The sites of a traced file, made of the table that comes with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .given import GIVEN
from .lazy_taps import LazySite
from .taps import Site
from .values import HELPERS, Alternative

if TYPE_CHECKING:
    from types import CodeType

    from .taps import Clock


def sites_in(table: CodeType, clock: Clock) -> list[Site]:
    """Return the sites that the code of a table makes (`instrument.table_of`)."""
    space: dict[str, Any] = HELPERS | GIVEN
    exec(table, space)  # noqa: S102 - made by the near side of expressions that run no code
    return [_site(clock, *row) for row in space["TABLE"]]


def _site(clock: Clock, originals: Any, edits: Any, holes: int, extras: Any, risky: Any) -> Site:
    """Return a site; `risky` is None unless its holes may not all be evaluated."""
    kind = Site if risky is None else LazySite
    made = kind(
        clock,
        [Alternative(*original) for original in originals],
        [(Alternative(*edit), number) for edit, number in edits],
        holes,
        extras,
    )
    if isinstance(made, LazySite):
        made.risky = frozenset(risky)
    return made
