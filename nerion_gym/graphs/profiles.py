"""From the values that a traced run saw at a place to one id: `schema.PROFILE_TEXTS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.graphs import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

RAISES = "raises "
SETS = {"frozenset": "set", "True": "bool", "False": "bool"}
KNOWN = frozenset({"None", "bool", "object", *schema.SIGNED, *schema.TEXTS, *schema.CONTAINERS})


def profile_of(kinds: Mapping[str, int]) -> int:
    """Return the id of what was seen: class of value -> how many values (`SiteTrace.kinds`)."""
    return schema.PROFILE_ID[_text_of(kinds)]


def _text_of(kinds: Mapping[str, int]) -> str:
    values = {kind: count for kind, count in kinds.items() if not kind.startswith(RAISES)}
    if not values:
        return "raises" if kinds else "evaluated"
    if len(values) < len(kinds):
        return "value or raises"
    by_type: dict[str, dict[str, int]] = {}
    for kind, count in values.items():
        name, _, rest = kind.partition(" ")
        name = SETS.get(name, name)
        by_type.setdefault(name if name in KNOWN else "object", {})[rest or kind] = count
    if by_type.keys() == {"None"}:
        return "None"
    others = [name for name in by_type if name != "None"]
    if len(others) < len(by_type):
        return f"None or {others[0] if len(others) == 1 else 'several types'}"
    if len(others) > 1:
        return "numbers" if set(others) == set(schema.SIGNED) else "several types"
    return _of_one_type(others[0], by_type[others[0]])


def _of_one_type(name: str, seen: Mapping[str, int]) -> str:
    """Return the profile of values of one type, told by their sign, or by whether they are empty.

    Args:
        name: of the type.
        seen: "+", "-", "0", "empty" or the kind itself -> how many values.
    """
    if name == "bool":
        return next(iter(seen)) if len(seen) == 1 else "bool"
    if name in schema.SIGNED:
        if {"+", "-"} <= seen.keys():
            return f"{name} +-"
        signs = "".join(sorted(seen, key="0+-".index))
        return f"{name} {signs}{'1' if signs != '0' and list(seen.values()) == [1] else ''}"
    if "empty" in seen:
        return f"{name} empty" if len(seen) == 1 else f"{name} or empty"
    return f"{name} 1" if name in schema.TEXTS and list(seen.values()) == [1] else name
