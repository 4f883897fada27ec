"""The far side's processes as seen from here: one base, and slots that hold one task each."""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH102, PTH118

from __future__ import annotations

import contextlib
import marshal
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import SandboxError
from nerion_gym.execution.answers import Answer, read_answer
from nerion_gym.execution.environment import LOG_BYTES, environment, new_log
from nerion_gym.execution.fields import clean
from nerion_gym.execution.removal import remove_tree
from nerion_gym.execution.warmth import Warmth, warmth_of
from nerion_gym.execution.wire import ClosedError, hear, receive, send

if TYPE_CHECKING:
    from nerion_gym.execution.confinement.plan import Plan
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

START_SECONDS = 60.0
GRACE_SECONDS = 30.0
"""How long past its own limit a slot may keep us waiting before it is given up."""


class LostError(Exception):
    """A slot's processes are gone, or do not answer."""


class Base:
    """The exec'ed base process and the scratch folder that everything lives in.

    Args:
        plan: how its tasks are confined.
        memory: bytes that a run may take.
    """

    def __init__(self, plan: Plan, memory: int) -> None:
        self.plan, self.memory = plan, memory
        # Resolved, because pytest resolves links in paths too.
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="nerion-"))
        self._count = 0
        try:
            self._process, self._socket = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        near, far = socket.socketpair()
        script = Path(__file__).with_name("base.py")
        words = [self.plan.kind, "room" if self.plan.room else "open"]
        with far, new_log() as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", str(script), str(far.fileno()), *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment(),
                cwd=self.folder,
                pass_fds=(far.fileno(),),
                start_new_session=True,  # Ctrl-C is for us, who end it and remove its folder
            )
            far.close()
            near.settimeout(START_SECONDS)
            try:
                receive(near)
            except ClosedError as error:
                process.kill()
                process.wait()
                near.close()
                log = os.pread(errors.fileno(), LOG_BYTES, 0).rstrip(b"\0")
                said = log.decode(errors="replace")[-2000:]
                msg = f"the base process did not start ({error}); it said:\n{said}"
                raise SandboxError(msg) from error
        return process, near

    @property
    def alive(self) -> bool:
        """Whether the base process runs."""
        return self._process.poll() is None

    def fork_task(self, order: dict[str, Any], fds: tuple[int, int]) -> int:
        """Let the base fork a task process; return its process id.

        Raises:
            LostError: the base is gone.
        """
        try:
            send(self._socket, {"op": "task"}, marshal.dumps(order), fds)
            return int(self._hear()["pid"])
        except (ClosedError, KeyError, TypeError, ValueError) as error:
            raise LostError(f"base process: {error}") from error

    def end_task(self, pid: int, folder: str) -> None:
        """Let the base kill a task process and reap it; its folder goes if it is empty."""
        with contextlib.suppress(ClosedError):
            send(self._socket, {"op": "end", "pid": pid, "folder": folder})
            self._hear()

    def _hear(self) -> dict[str, Any]:
        return hear(self._socket, time.monotonic() + START_SECONDS)[0]

    def new_folder(self) -> str:
        """Return a new empty folder for one slot.

        Raises:
            LostError: the scratch folder is gone, or full.
        """
        self._count += 1
        folder = os.path.join(self.folder, f"slot{self._count}")
        try:
            os.mkdir(folder)
        except OSError as error:
            raise LostError(f"scratch folder: {error}") from error
        return folder

    def close(self) -> None:
        """End everything and remove the scratch folder."""
        # Said aloud: a fork of this process may hold the socket open, so that closing says nothing.
        with contextlib.suppress(ClosedError):
            send(self._socket, {"op": "quit"})
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        remove_tree(self.folder)

    def forget(self) -> None:
        """Let go without ending anything: a fork owns no processes."""
        self._socket.close()
        self._process.returncode = 0


class Slot:
    """One copy of a task on the far side. It runs one order at a time."""

    def __init__(self, base: Base, program: Program, suite: Suite) -> None:
        self._base = base
        self._folder = base.new_folder()
        files = dict(suite.files) | dict(program.files)
        order = {
            "folder": self._folder,
            "plan": tuple(base.plan),
            "memory": base.memory,
            "files": list(files.items()),
            "targets": list(suite.targets),
            "pythonpath": list(suite.pythonpath),
            "paths": list(program.paths),
        }
        self._cold, far_cold = socket.socketpair()
        self._warm, far_warm = socket.socketpair()
        for near in (self._cold, self._warm):
            near.settimeout(GRACE_SECONDS)  # for what is sent: a process may not read
        self._asked: socket.socket = self._warm
        self._order: dict[str, Any] = {}
        self.deadline = self._asked_at = 0.0
        self.warmth: Warmth | None = None
        self.held = 0
        """Bytes of a traced process that stayed."""
        self._compiled = False
        with far_cold, far_warm:
            try:
                self._pid = base.fork_task(order, (far_cold.fileno(), far_warm.fileno()))
            except LostError:
                self.forget()
                raise

    def wait_until_warm(self, seconds: float) -> Warmth:
        """Wait until the suite is collected.

        Raises:
            LostError: the process ended or took too long; it died of the program, most likely.
            SandboxError: the scratch copy could not be written.
        """
        if self.warmth is not None:
            return self.warmth
        header, blob = self._receive(self._warm, seconds)
        if header.get("op") == "failed":
            raise SandboxError(clean(str(header.get("why"))))
        try:
            warmth = warmth_of(header)
            send(self._cold, {"op": "prime"}, blob)
        except ClosedError as error:
            raise LostError(str(error)) from error
        self.warmth = warmth
        return warmth

    def compile_ahead(self, patterns: list[list[Any]]) -> None:
        """Let both processes of the task compile regular expressions, once, before the next order.

        Raises:
            LostError: one of them is gone.
        """
        if self._compiled or not patterns:
            return
        self._compiled = True
        try:
            for sock in (self._cold, self._warm):
                send(sock, {"op": "compile"}, marshal.dumps(patterns))
        except ClosedError as error:
            raise LostError(str(error)) from error

    def give_time(self, seconds: float) -> None:
        """Allow the suite's collection this long from now on."""
        self.deadline = time.monotonic() + seconds

    @property
    def time_left(self) -> float:
        """Seconds until what it was asked for is due."""
        return max(self.deadline - time.monotonic(), 0.01)

    def fileno(self) -> int:
        """Return the file descriptor that becomes readable with the answer."""
        return self._asked.fileno()

    def submit(self, request: dict[str, Any]) -> None:
        """Send an order.

        Raises:
            LostError: the process is gone.
        """
        asked = self._warm if request["op"] == "swap" else self._cold
        try:
            if asked is not self._asked:
                # Both put the project's folder back after an order: one must be through first.
                send(self._asked, {"op": "sync"})
                if self._receive(self._asked, GRACE_SECONDS)[0].get("op") != "synced":
                    raise LostError("an answer that was not asked for")
            self._asked = asked
            self._order = request
            self._asked_at = time.monotonic()
            self.deadline = self._asked_at + request["wall"] + GRACE_SECONDS
            send(asked, {"op": "run"}, marshal.dumps(request))
        except ClosedError as error:
            raise LostError(str(error)) from error

    def answer(self) -> Answer:
        """Return the answer to the order under way; waits until its deadline.

        Raises:
            LostError: the process is gone or silent.
        """
        header, output = self._receive(self._asked, self.time_left)
        if header.get("nonce") != self._order["nonce"].hex():
            raise LostError("the answer is to another order")
        ours = {"asked": self._asked_at, "read": time.monotonic()}
        try:
            return read_answer(
                {**header, "clock": {**header["clock"], **ours}}, output, self._order
            )
        except (ClosedError, KeyError, TypeError) as error:
            raise LostError(f"no answer: {clean(repr(error))}") from error

    def _receive(self, sock: socket.socket, seconds: float) -> tuple[dict[str, Any], bytes]:
        try:
            return hear(sock, time.monotonic() + seconds)
        except ClosedError as error:
            raise LostError(str(error)) from error

    def close(self) -> None:
        """End the processes and remove the folder."""
        self.forget()
        self._base.end_task(self._pid, self._folder)
        remove_tree(self._folder)

    def forget(self) -> None:
        """Close our ends of the sockets only."""
        self._cold.close()
        self._warm.close()


def wait_for_any(slots: list[Slot]) -> list[Slot]:
    """Wait until slots answer, or the first deadline passes; return those with something to say.

    A slot past its deadline is among them: reading from it raises.
    """
    poll = select.poll()
    for slot in slots:
        poll.register(slot.fileno(), select.POLLIN)
    left = min(slot.deadline for slot in slots) - time.monotonic()
    ready = {fd for fd, _event in poll.poll(max(left, 0.01) * 1000)}
    now = time.monotonic()
    return [slot for slot in slots if slot.fileno() in ready or slot.deadline <= now]
