"""What a slot's warm process says of itself when it has collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import TaskError
from nerion_gym.execution.fields import (
    clean,
    flag,
    listed,
    message,
    name,
    node_id,
    row,
    seconds,
    text,
    whole,
)
from nerion_gym.execution.wire import ClosedError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 4


@dataclass(frozen=True)
class Warmth:
    """What a slot's warm process said when it had collected.

    Attributes:
        tests: node ids in collection order.
        errors: (node id, exception, message) of what failed to collect.
        may_run: False where pytest stops before the first test.
        live: functions that are safe to swap.
        forkable: False when the program started threads: a fork would lose them.
        cpu: CPU seconds of collection.
        memory: bytes of memory that the process has for itself (proportional set size).
    """

    tests: tuple[str, ...]
    errors: tuple[tuple[str, str, str], ...]
    may_run: bool
    live: frozenset[tuple[str, str, int]]
    forkable: bool
    cpu: float
    memory: int = 0


_tests = listed(node_id)
_errors = listed(row(node_id, name, message))
_live = listed(row(text, text, whole))


def warmth_of(header: dict[str, Any]) -> Warmth:
    """Return what a header says. The process that sent it has run the program's own code.

    Raises:
        ClosedError: it is none that a warm process sends.
    """
    try:
        return Warmth(
            tests=tuple(_tests(header["tests"])),
            errors=tuple((node, raised, said) for node, raised, said in _errors(header["errors"])),
            may_run=flag(header["may_run"]),
            live=frozenset((path, known, line) for path, known, line in _live(header["live"])),
            forkable=whole(header["threads"]) == 1,
            cpu=seconds(header["cpu"]),
            memory=whole(header["memory"]),
        )
    except (KeyError, ValueError) as error:
        raise ClosedError(f"what the collecting process said: {clean(str(error))}") from error


def require_same_tests(expected: Sequence[str], warmth: Warmth) -> None:
    """Refuse a suite whose test ids hang on a process (on addresses, say, or the time).

    Raises:
        TaskError: names some of them.
    """
    unknown = not expected or not warmth.may_run or warmth.errors
    if unknown or set(expected) == set(warmth.tests):
        return
    strange = sorted(set(expected) ^ set(warmth.tests))
    msg = (
        f"the suite's test ids differ from process to process: {', '.join(strange[:SHOWN])} "
        f"({len(strange)} of them). Parametrise over lists, not sets, and keep addresses and dates "
        "out of ids; or leave these tests out with pytest's --deselect"
    )
    raise TaskError(msg)
