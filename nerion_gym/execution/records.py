"""What a child may tell: each of its records is looked at once, where its answer is read.

The records come out of a process that runs a program's code, and a program can find there what
makes a record look like ours. One that no child of ours tells is a fact about the program, so it is
a verdict later on, and never an exception here. Beyond this file records are what they should be.
"""

from __future__ import annotations

import re
from typing import Any

from nerion_gym.execution.fields import (
    FIELDS,
    MAX_RECORDS,
    MAX_SECONDS,
    MAX_TEXT,
    MOST_OF,
    NAME_LENGTH,
    clean,
)
from nerion_gym.execution.wire import ClosedError, frames, record_of

PASSED = re.compile(
    rb'\["passed","([ !#-\[\]-~]{1,%d})",(\d{1,9}\.\d{6}),(\d{1,9}\.\d{6})\]' % MAX_TEXT
).fullmatch
"""What most records say, as `telling.Teller.passed` writes it where the id needs no escapes.

A match is a record as it should be, and found in less time than JSON takes without a look at it.
"""


class ForgedError(Exception):
    """A record that no child of ours tells; the message says what is wrong with it."""


def believed(nonce: bytes, output: bytes) -> tuple[list[list[Any]], str]:
    """Return the records in a child's output, as far as a child of ours may have told them.

    Returns:
        The records before the first that is not ours, and what is wrong with that one: "" where
        there is none.
    """
    found: list[list[Any]] = []
    seen: dict[str, int] = {}
    try:
        for record in frames(nonce, output, told):
            kind = record[0]
            if kind != "passed":
                seen[kind] = seen.get(kind, 0) + 1
                if seen[kind] > MOST_OF.get(kind, MAX_RECORDS):
                    raise ForgedError(f"{kind}: told too often")
            found.append(record)
            if len(found) > MAX_RECORDS:
                raise ForgedError("too many records")
    except (ForgedError, ClosedError) as error:
        return found, clean(str(error))
    return found, ""


def told(data: bytes) -> list[Any]:
    """Return one record as it may be used.

    Raises:
        ForgedError: no child of ours tells it.
        ValueError, RecursionError: it is none at all.
    """
    match = None if b"\\" in data else PASSED(data)
    if match is not None:
        test, wall, cpu = match.groups()
        return ["passed", test.decode("ascii"), float(wall), float(cpu)]
    record = record_of(data)
    if is_passed(record):
        return record
    kind, *values = record
    field = FIELDS.get(kind) if type(kind) is str else None
    if field is None:
        raise ForgedError(f"no such record: {clean(repr(kind)[:NAME_LENGTH])}")
    try:
        return [kind, *field(values)]
    except ValueError as error:
        raise ForgedError(f"{kind}: {error}") from error


def is_passed(record: list[Any]) -> bool:
    """Whether a record says that a test passed, and nothing in it needs a closer look.

    What `FIELDS` says of it, without a call for each value: some suites' ids are full of escapes.
    """
    if record[0] != "passed" or len(record) != 4:
        return False
    _, test, wall, cpu = record
    return (
        type(test) is str
        and len(test) <= MAX_TEXT
        and test.isprintable()
        and type(wall) is type(cpu) is float
        and 0.0 <= wall <= MAX_SECONDS
        and 0.0 <= cpu <= MAX_SECONDS
    )
