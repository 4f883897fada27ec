"""Values in a traced process: which may be worked on, and which no program can tell apart.

Nothing here calls the program's code: only values of exact builtin types are worked on or compared;
of all others nothing but identity and type counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .classes import is_inert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST = 65_536
"""Bytes or characters of a text that is still plain."""
MOST_ITEMS = 64
MOST_KEYS = 4_096
"""Items of a collection of which one is looked for."""
MOST_BITS = 2_048
DEEPEST = 3
BIGGEST = 1_000_000
KEPT = 1_024
"""Bytes or characters of a text that may be kept; of a longer one its hash is."""
SAME, DIFFERS, UNKNOWN = 1, 0, -1
MISSING = object()
ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None)})
Values = tuple[Any, ...]


class UnknownError(Exception):
    """An edited expression is not worth evaluating: too big, or not plain."""


TOO_BIG = UnknownError, MemoryError, RecursionError


def is_plain(value: object, depth: int = 0) -> bool:
    """Whether working on a value runs none of the program's code and takes little time."""
    kind = type(value)
    if kind is int:
        return value.bit_length() <= MOST_BITS  # type: ignore[attr-defined]
    if kind is str or kind is bytes:
        return len(value) <= LONGEST  # type: ignore[arg-type]
    number = id(kind)
    if number in ATOM_IDS:
        return True
    if number in COLLECTION_IDS and depth < DEEPEST and len(value) <= MOST_ITEMS:  # type: ignore[arg-type]
        if kind is dict and not all(is_plain(one, depth + 1) for one in value.values()):  # type: ignore[attr-defined]
            return False
        return all(is_plain(one, depth + 1) for one in value)  # type: ignore[attr-defined]
    return False


def is_light(value: object) -> bool:
    """Whether it runs no code to ask a value's truth, count its items or look one up."""
    kind = id(type(value))
    if kind not in COLLECTION_IDS:
        return value.inert if type(value) is Opaque else is_plain(value) or is_inert(value)
    if len(value) > MOST_KEYS:  # type: ignore[arg-type]
        return False
    if type(value) is list or type(value) is tuple:
        return True
    return all([id(type(key)) in ATOM_IDS for key in value])  # type: ignore[attr-defined]


def is_fit(values: Values, number: int) -> bool:
    """Whether a value is what some operator needs (`Alternative.used`)."""
    return is_plain(values[number]) if number >= 0 else is_light(values[~number])


def is_fixed(value: object) -> bool:
    """Whether a value that is plain cannot change."""
    kind = id(type(value))
    if kind in FROZEN_IDS:
        return all(map(is_fixed, value))  # type: ignore[call-overload]
    return kind not in COLLECTION_IDS


COLLECTIONS = frozenset({tuple, list, dict, set, frozenset})
FROZEN = frozenset({tuple, frozenset})
SIZED = COLLECTIONS | {str, bytes}
ATOM_IDS = frozenset(map(id, ATOMS))
COLLECTION_IDS = frozenset(map(id, COLLECTIONS))
FROZEN_IDS = frozenset(map(id, FROZEN))


class Opaque:
    """In the place of a value that is not kept: it could be one that dies, or changes.

    Attributes:
        inert: whether it is known to be true, as `is_inert` tells.
    """

    __slots__ = ("inert",)

    def __init__(self, *, inert: bool = False) -> None:
        self.inert = inert


def keepable(value: Any) -> Any:
    """Return a value if it may be kept for a while, else what stands in its place."""
    return value if is_plain(value) else Opaque(inert=is_inert(value))


class Absent:
    """In the place of a hole that was not evaluated."""


UNREAD = Opaque()
"""In the place of a variable that no edit asks for any more, and of an attribute not to be read."""
LACKED = object()
"""In the place of an attribute that there is not."""


Told = tuple[bool, Any]
"""Whether an expression gave a value, and the value, or else the exception's type and text."""


def compared(one: object, two: object, *, fresh: bool, depth: int = 0) -> int:
    """Return whether two values are the same to any program.

    Args:
        one: a value.
        two: what stands in its place.
        fresh: whether both are objects of their own, that nothing else refers to.
        depth: of the values in others.
    """
    kind = type(one)
    if one is two:
        return SAME
    if kind is Opaque or type(two) is Opaque:
        return UNKNOWN
    if kind is not type(two):
        return DIFFERS
    if id(kind) in ATOM_IDS:
        # repr tells -0.0 from 0.0. It does not tell two nan apart: their signs, and `in`, do.
        equal = repr(one) == repr(two) if kind is float or kind is complex else one == two
        return DIFFERS if not equal else SAME if one == two else UNKNOWN
    if id(kind) in COLLECTION_IDS:
        return _collections_compared(one, two, fresh, depth)
    return DIFFERS


def _collections_compared(one: Any, two: Any, fresh: bool, depth: int) -> int:
    """Compare two collections of one type; equal ones that can be changed are two all the same."""
    if len(one) != len(two):
        return DIFFERS
    if len(one) > MOST_ITEMS or depth > DEEPEST:
        return UNKNOWN
    found = _items_compared(one, two, depth)
    return UNKNOWN if found == SAME and type(one) not in FROZEN and not fresh else found


def _items_compared(one: Any, two: Any, depth: int) -> int:
    if isinstance(one, set | frozenset):
        if not is_plain(one, depth) or not is_plain(two, depth):
            return UNKNOWN
        found = _each_compared(list(one), list(two), depth)
        if found != DIFFERS:
            return found
        # The order is that of how they were made: {0, 8} is not {8, 0} to who goes through it.
        return UNKNOWN if sorted(map(repr, one)) == sorted(map(repr, two)) else DIFFERS
    lefts, rights = list(one), list(two)
    if isinstance(one, dict):
        lefts, rights = [*lefts, *one.values()], [*rights, *two.values()]
    return _each_compared(lefts, rights, depth)


def _each_compared(lefts: Sequence[Any], rights: Sequence[Any], depth: int) -> int:
    found = [
        compared(left, right, fresh=False, depth=depth + 1)
        for left, right in zip(lefts, rights, strict=True)
    ]
    return DIFFERS if DIFFERS in found else UNKNOWN if UNKNOWN in found else SAME


class Alternative:
    """An expression at a site: the original, or what one edit makes of it.

    Attributes:
        function: of the holes and extras: what the expression gives.
        used: numbers of the holes that have to be plain; ~n if only what `is_light` tells.
        read: numbers of those that it reads at all.
        fresh: whether its value is an object of its own.
        faithful: whether it runs what the original runs: else the same value says nothing.
        kind: class of its value, where that is known without evaluating it; else None.
        early: numbers of the holes that may have changed since they were worked on.
    """

    __slots__ = ("early", "faithful", "fresh", "function", "kind", "read", "used")

    def __init__(
        self,
        function: Callable[..., Any],
        used: Sequence[int],
        read: Sequence[int],
        early: Sequence[int],
        traits: tuple[bool, bool, type | None],
    ) -> None:
        self.function = function
        self.used, self.read, self.early = frozenset(used), tuple(read), tuple(early)
        self.fresh, self.faithful, self.kind = traits


def told(edit: Alternative, values: Values, missing: bool, odd: frozenset[int]) -> Told | None:
    """Evaluate an expression on values some of which are `missing`, or not plain: their numbers.

    None: better not; a value that it works on is not plain, or it gets too big.
    """
    if missing:
        read = [values[number] for number in edit.read]
        if any(value is MISSING for value in read):
            return False, (NameError, "")
        if any(value is LACKED for value in read):
            return False, (AttributeError, "")
    if odd and not edit.used.isdisjoint(odd):
        return None
    if edit.early and not all(is_fixed(values[n]) for n in edit.early):
        return None
    return evaluated(edit, values)


def evaluated(edit: Alternative, values: Values) -> Told | None:
    """Evaluate an expression on values that were looked at; None: it gets too big."""
    try:
        return True, edit.function(*values)
    except TOO_BIG:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the program would see it
        return False, (type(error), str(error))


def verdict(original: Alternative, edit: Alternative, one: Told | None, two: Told | None) -> int:
    """Return whether an edit differs, by what the two expressions gave."""
    if one is None or two is None:
        first, second = _class_of(original, one), _class_of(edit, two)
        both = first is not None and second is not None
        return DIFFERS if both and first is not second else UNKNOWN
    if one[0] and two[0]:
        left, right = one[1], two[1]
        kind = type(left)
        if kind is type(right) and (kind is str or kind is int or kind is bool):
            return SAME if left == right else DIFFERS
        return compared(left, right, fresh=original.fresh and edit.fresh)
    if one[0] != two[0]:
        return DIFFERS
    return SAME if one[1] == two[1] else DIFFERS


def _class_of(expression: Alternative, found: Told | None) -> type | None:
    """Return the class of an expression's value, as far as it is known."""
    if found is None:
        return expression.kind
    return type(found[1]) if found[0] else None


def kind_of(told_: Told) -> str:
    """Return what class of value an expression gave."""
    if not told_[0]:
        return f"raises {told_[1][0].__name__}"
    value = told_[1]
    kind = type(value)
    if kind is bool or value is None:
        return str(value)
    if id(kind) in ATOM_IDS and kind not in (str, bytes, complex):
        return f"{kind.__name__} {'+' if value > 0 else '-' if value < 0 else '0'}"
    if id(kind) in COLLECTION_IDS or kind is str or kind is bytes:
        return f"{kind.__name__}{'' if len(value) else ' empty'}"
    return "object"
