"""Marks in code where the methods of sites go."""

from __future__ import annotations

import re
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK = "\0tap"
MARKED = re.compile(r"\0tap (\d+) (\w+)")
"""A constant in whose place a site's method goes: its number and the method's name."""


def bound(code: CodeType, sites: Sequence[Any]) -> CodeType:
    """Return code with a site's method in the place of each mark."""

    def put(constant: Any) -> Any:
        if type(constant) is CodeType:
            return bound(constant, sites)
        found = MARKED.fullmatch(constant) if type(constant) is str else None
        return constant if found is None else getattr(sites[int(found[1])], found[2])

    return code.replace(co_consts=tuple(put(constant) for constant in code.co_consts))
