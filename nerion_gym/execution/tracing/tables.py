"""The sites of a traced file, made of the table that comes with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .given import GIVEN
from .guards import HELPERS
from .judged import Judge, LazyJudge, Masks
from .lazy_taps import LazySite
from .taps import Site
from .values import TOO_BIG

if TYPE_CHECKING:
    from types import CodeType

    from .taps import Clock


def sites_in(table: CodeType, clock: Clock) -> list[Site]:
    """Return the sites that the code of a table makes (`tabled.table_of`)."""
    space: dict[str, Any] = {**HELPERS, **GIVEN, "_TooBig": TOO_BIG}
    exec(table, space)  # noqa: S102 - made by the near side of expressions that run no code
    return [_site(clock, *row) for row in space["TABLE"]]


def _site(clock: Clock, originals: Any, edits: Any, constants: Any, batch: Any) -> Site:
    """Return a site; it is lazy where nothing evaluates its edits in one go."""
    of, holes, extras, risky, masks, called, looking_up = constants
    if risky is None:
        judge = Judge(originals, edits, of, Masks(*masks), batch)
        return Site(clock, judge, holes, extras, called, looking_up)
    asking = LazyJudge(originals, edits, of, Masks(*masks), None)
    site = LazySite(clock, asking, holes, extras, called, looking_up)
    asking.risky, asking.handed = frozenset(risky), len(site.numbers)
    return site
