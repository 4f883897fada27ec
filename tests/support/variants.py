"""Runs a program and its edited twins in a bounded process, and says what each of them did."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

RUNS: tuple[tuple[Any, ...], ...] = (
    (1, 2, "abc", [3, 1, 2]), (0, 0, "", []), (-4, 7, "x", [5]), (3, 3, "ab", [0, 0, 9, 1]),
)  # fmt: skip
SECONDS, CPU_SECONDS, MEMORY = 0.2, 60, 1 << 30
MOST_EVENTS = 300
UNFIT = ("TooLongError", "MemoryError", "RecursionError")


class TooLongError(BaseException):
    """A run that does not end in its time."""


def behaviours(sources: list[str]) -> list[Any]:
    """Return what each program did, run by run; of the runs that the first one ends in its time.

    None where a run hit a limit.
    """
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-P", str(Path(__file__))]
    done = subprocess.run(
        command, input=json.dumps(sources), capture_output=True, text=True, cwd=root,
        timeout=2 * CPU_SECONDS, check=True,
    )  # fmt: skip
    found: list[Any] = json.loads(done.stdout)
    return found


def _stop(*_: object) -> None:
    raise TooLongError


def _run(source: str, given: tuple[Any, ...]) -> Any:
    events: list[str] = []

    def say(value: Any) -> Any:
        events.append(repr(value))
        if len(events) > MOST_EVENTS:
            raise TooLongError
        return value

    names: dict[str, Any] = {"say": say, "__name__": "m"}
    arguments = [list(value) if isinstance(value, list) else value for value in given]
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        exec(compile(source, "m.py", "exec"), names)  # noqa: S102 - it is what is asked
        end = repr(names["ENTRY"](*arguments))
    except (Exception, TooLongError) as error:  # noqa: BLE001 - how a run ends is the answer
        end = type(error).__name__
        if isinstance(error, ValueError | AssertionError):
            end += f": {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if end in UNFIT:
        return None
    return [end, repr(arguments), events]


def main() -> None:
    """Read programs, write what they did."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGVTALRM, _stop)
    sources = json.load(sys.stdin)
    first = [_run(sources[0], given) for given in RUNS]
    fit = [given for given, did in zip(RUNS, first, strict=True) if did is not None]
    sys.stdout.write(json.dumps([[_run(source, given) for given in fit] for source in sources]))


if __name__ == "__main__":
    main()
