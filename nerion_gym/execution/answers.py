"""What a child sent back, and what its end means for the test that was running."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from nerion_gym.execution.fields import clean, exit_code, flag, number, seconds
from nerion_gym.execution.records import believed
from nerion_gym.execution.wire import ClosedError
from nerion_gym.types.outcome import Status, TestResult

CPU_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)
)
"""Windows has neither, and imports this to say that it cannot confine."""


@dataclass(frozen=True)
class Answer:
    """What a child did.

    Attributes:
        records: what it told.
        code: exit code, or minus the signal that ended it.
        out_of_time: whether the wall limit ended it.
        out_of_cpu: whether it had used up its CPU time.
        stages: (name, seconds) of what happened one after the other; see `stages_of`.
        forged: what is wrong with a record that no child of ours tells, "" where there is none.
            `records` are those before it, and nothing else that came of the run counts.
    """

    records: list[list[Any]]
    code: int
    out_of_time: bool
    out_of_cpu: bool = False
    stages: tuple[tuple[str, float], ...] = ()
    forged: str = ""

    def held(self, before: int) -> int:
        """Return the bytes of a process that stays after this, or what it took before."""
        return next((int(rest[0]) for kind, *rest in self.records if kind == "recorded"), before)


def read_answer(header: dict[str, Any], output: bytes, order: dict[str, Any]) -> Answer:
    """Unpack what a slot sent back in answer to an order.

    Raises:
        ClosedError: the header is none that a slot sends. (What the records say is up to the
            program, and no error; see `Answer.forged`.)
    """
    try:
        code, cpu, late = (
            exit_code(header["code"]),
            number(header["cpu"]),
            flag(header["out_of_time"]),
        )
        clock = {str(name): seconds(at) for name, at in header["clock"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ClosedError(f"an answer's header: {clean(repr(error))}") from error
    # A program that ignores the first two signals is ended by SIGKILL.
    spent = code == -signal.SIGKILL and cpu >= order.get("cpu", float("inf"))
    records, forged = believed(order["nonce"], output)
    return Answer(
        records,
        code,
        late and not forged,
        out_of_cpu=(-code in CPU_SIGNALS or spent) and not forged,
        stages=stages_of(records, clock),
        forged=forged,
    )


STAGES = {
    "sent": "send the order",
    "handed": "write the edited files, find a child",
    "ready": "bound the child, swap code",
    "imported": "import and collect",
    "ran": "run tests",
    "ended": "compare the state, leave",
    "read": "read the answer",
}
"""What passes until each reading of the clock, in order. A clock reading may be missing."""


def stages_of(records: list[list[Any]], clock: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Return how long each stage took, in seconds, from the readings of both sides' one clock."""
    told = {str(record[0]): record[1] for record in records if record[0] in STAGES}
    readings = {**clock, **{name: at for name, at in told.items() if isinstance(at, float)}}
    now, found = clock["asked"], []
    for name, what in STAGES.items():
        if name in readings:
            found.append((what, max(readings[name] - now, 0.0)))
            now = readings[name]
    return tuple(found)


def not_run(test: str) -> TestResult:
    """Return the result of a test that has none."""
    return TestResult(test, Status.NOT_RUN, None, "call", "not run")


def belongs(test: str, node: str) -> bool:
    """Whether a test lies in a collector: "" is everything, else a folder, file or class."""
    return node in ("", ".", test) or test.startswith((f"{node}::", f"{node}/"))


def cause_of_death(answer: Answer, kinds: dict[str, list[Any]]) -> TestResult:
    """Return the result of the test that was running when its child ended early."""
    if answer.out_of_time:
        return TestResult("", Status.TIMEOUT, None, "call", "out of wall time")
    if answer.out_of_cpu:
        return TestResult("", Status.TIMEOUT, None, "call", "out of CPU time")
    status, name, message = Status.CRASHED, "exit", f"process left with code {answer.code}"
    if answer.forged:
        name, message = "forged", f"a forged record: {answer.forged}"
    elif "broken" in kinds:
        name = str(kinds["broken"][1])
        status = Status.MEMORY if name == "MemoryError" else Status.CRASHED
        message = f"{name} ended the session"
    elif "failed" in kinds:
        # Ours, most likely; but a program can say so too, and then it is what the program did.
        message = f"the run failed before its tests, and so did another try: {kinds['failed'][1]}"
    elif answer.code < 0:
        name = signal_name(-answer.code)
        message = f"ended by {name}"
    return TestResult("", status, name, "call", message)


def signal_name(number: int) -> str:
    """Return a signal's name, real-time signals included."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
