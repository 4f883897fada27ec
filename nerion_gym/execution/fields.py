"""What each record of a child holds, value by value, and how often it may come."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from nerion_gym.execution.patterns import MOST
from nerion_gym.types.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Field = Callable[[Any], Any]

MAX_TEXT = 1 << 16
"""Characters of an id, a path or a message: parametrised ids may hold whole strings."""
MAX_RECORDS = 1 << 18
MAX_ERRORS = 1 << 12
"""Collection errors: each is compared with every test."""
MOST_CALLS = 64
"""Recorded calls of a function."""
MAX_SECONDS = 1e9
"""Beyond any clock, and far below what a sum cannot hold."""
MAX_WHOLE = 1 << 48
MAX_CODE = 255
NAME_LENGTH = 200
MESSAGE_LENGTH = 2000
PHASES = frozenset({"collect", "setup", "call", "teardown"})
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and what is no character at all: no terminal may get them."""
BITS = re.compile("0x[0-9a-f]{1,16384}")
JOINERS = "\u200c\u200d"
"""Without them some scripts and emoji fall apart."""


def clean(text: str, length: int = MESSAGE_LENGTH) -> str:
    """Return text for people, without what a terminal obeys: that is written as escapes."""
    if not text.isprintable():
        text = "".join(map(_shown, text[:length]))
    return text[:length]


def _shown(character: str) -> str:
    if character.isprintable() or character in JOINERS or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()


# --- what a record holds: each returns a value as it may be used, or raises ValueError ------------


def text(value: Any) -> str:
    """Take any text."""
    if type(value) is not str or len(value) > MAX_TEXT:
        raise ValueError(f"no text: a {type(value).__name__}")
    return value


def expression(value: Any) -> str:
    """Take a regular expression: of any length, as nobody is shown it."""
    if type(value) is not str:
        raise ValueError("no expression")
    return value


def name(value: Any) -> str:
    """Take the name of an exception."""
    return clean(text(value), NAME_LENGTH)


def message(value: Any) -> str:
    """Take a line for people."""
    return clean(text(value))


def node_id(value: Any) -> str:
    """Take a node id as it is: it is compared with others, and sent back to choose a test by."""
    if not text(value).isprintable() and UNSAFE.search(value):
        raise ValueError(f"an id with control characters: {clean(value, NAME_LENGTH)}")
    return str(value)


def number(value: Any) -> float:
    """Take a time in seconds."""
    if type(value) is not float or not 0.0 <= value <= MAX_SECONDS:
        raise ValueError("no seconds")
    return value


def seconds(value: Any) -> float:
    """Take a reading of a clock that a program can reach; what lies out of bounds becomes a bound.

    Tests replace clocks, by libraries made for that: a time that cannot be is no forgery.
    """
    if type(value) not in (float, int):
        raise ValueError("no seconds")
    return float(min(value, MAX_SECONDS)) if value >= 0 else 0.0


def whole(value: Any) -> int:
    """Take a line, flags, a count or bytes."""
    if type(value) is not int or not 0 <= value <= MAX_WHOLE:
        raise ValueError("no whole number in bounds")
    return value


def wholes(value: Any) -> list[int]:
    """Take a list of whole numbers, quickly: a traced run tells some hundred thousand of them."""
    if type(value) is not list or len(value) > MAX_RECORDS or not set(map(type, value)) <= {int}:
        raise ValueError("no list of whole numbers")
    if value and (min(value) < 0 or max(value) > MAX_WHOLE):
        raise ValueError("no whole numbers in bounds")
    return value


def bits(value: Any) -> int:
    """Take a set of numbers: a bit each, in hexadecimal."""
    if BITS.fullmatch(text(value)) is None:
        raise ValueError("no set of numbers")
    return int(value, 16)


def exit_code(value: Any) -> int:
    """Take an exit code, or minus the number of a signal."""
    if type(value) is not int or abs(value) > MAX_CODE:
        raise ValueError("no exit code")
    return value


def flag(value: Any) -> bool:
    """Take a truth value."""
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def one_of(known: Iterable[str]) -> Field:
    """Return what takes one of some words."""
    words = frozenset(known)

    def take(value: Any) -> str:
        if text(value) not in words:
            raise ValueError(f"no such word: {clean(value, NAME_LENGTH)}")
        return str(value)

    return take


def maybe(field: Field) -> Field:
    """Return what takes None too."""
    return lambda value: None if value is None else field(value)


def listed(field: Field, most: int = MAX_RECORDS) -> Field:
    """Return what takes a list of at most so many."""

    def take(value: Any) -> list[Any]:
        if type(value) is not list or len(value) > most:
            raise ValueError("no list, or too long a one")
        return [field(item) for item in value]

    return take


def row(*fields: Field) -> Field:
    """Return what takes a list of just these."""

    def take(value: Any) -> list[Any]:
        if type(value) is not list or len(value) != len(fields):
            raise ValueError(f"no list of {len(fields)}")
        return [field(item) for field, item in zip(fields, value, strict=True)]

    return take


def lines(value: Any) -> dict[str, list[int]]:
    """Take the lines that ran, by path."""
    if type(value) is not dict:
        raise ValueError("no lines by path")
    take = listed(whole, MAX_WHOLE)
    return {text(path): take(numbers) for path, numbers in value.items()}


_traced = (lines, listed(text), flag)
_status = one_of(Status.__members__)
_status_or_none = one_of([*Status.__members__, ""])
FIELDS: dict[str, Field] = {
    "passed": row(node_id, seconds, seconds),
    "silent": row(node_id),
    "test": row(node_id, _status, maybe(name), one_of(PHASES), message, seconds, seconds),
    "error": row(node_id, name, message),
    "lines": row(node_id, _status_or_none, *_traced),
    "alone": row(node_id, _status_or_none, *_traced),
    "ready": row(seconds),
    "imported": row(seconds),
    "ran": row(seconds),
    "failed": row(message),
    "broken": row(name),
    "slow": row(),
    "collected": row(maybe(listed(node_id)), flag),
    "patterns": row(listed(row(expression, whole), MOST)),
    "state": row(flag),
    "import": row(*_traced),
    "shared": row(listed(listed(node_id))),
    "needs": row(listed(name)),
    "site": row(
        *(whole, whole, wholes, wholes, wholes),
        *(listed(bits), listed(listed(row(name, whole))), bits, bits),
    ),
    "function": row(
        whole,
        whole,
        listed(row(whole, whole)),
        listed(row(whole, text, whole)),
        listed(row(name, whole)),
        whole,
        listed(whole, MOST_CALLS),
        listed(row(message, whole)),
    ),
    "recorded": row(whole, message),
    "reference": row(whole, listed(whole, MOST_CALLS), listed(row(message, whole))),
    "micro": row(whole, *[bits] * 7),
    "stale": row(),
    "gone": row(),
    "end": row(),
}
"""What follows the name in each record that a child may tell."""
OFTEN = frozenset(
    {"passed", "silent", "test", "lines", "alone", "site", "function", "reference", "micro"}
)
MOST_OF = dict.fromkeys(FIELDS.keys() - OFTEN, 1) | {"error": MAX_ERRORS}
"""How often a child tells a record at most."""
