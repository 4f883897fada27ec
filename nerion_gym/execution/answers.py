"""What a child sent back, and what its end means for the test that was running."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from nerion_gym.execution.wire import frames
from nerion_gym.types.outcome import Status, TestResult

CPU_SIGNALS = (signal.SIGPROF, signal.SIGXCPU)


@dataclass(frozen=True)
class Answer:
    """What a child did.

    Attributes:
        records: what it told.
        code: exit code, or minus the signal that ended it.
        out_of_time: whether the wall limit ended it.
        out_of_cpu: whether it had used up its CPU time.
    """

    records: list[list[Any]]
    code: int
    out_of_time: bool
    out_of_cpu: bool = False


def read_answer(header: dict[str, Any], output: bytes, order: dict[str, Any]) -> Answer:
    """Unpack what a slot sent back in answer to an order."""
    code = int(header["code"])
    # A program that ignores the first two signals is ended by SIGKILL.
    spent = code == -signal.SIGKILL and header["cpu"] >= order.get("cpu", float("inf"))
    return Answer(
        frames(order["nonce"], output),
        code,
        bool(header["out_of_time"]),
        out_of_cpu=-code in CPU_SIGNALS or spent,
    )


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
    if "broken" in kinds:
        name = str(kinds["broken"][1])
        status = Status.MEMORY if name == "MemoryError" else Status.CRASHED
        return TestResult("", status, name, "call", f"{name} ended the session")
    if answer.code < 0:
        name = signal_name(-answer.code)
        return TestResult("", Status.CRASHED, name, "call", f"ended by {name}")
    return TestResult("", Status.CRASHED, "exit", "call", f"process left with code {answer.code}")


def signal_name(number: int) -> str:
    """Return a signal's name, real-time signals included."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
