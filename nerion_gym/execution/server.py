"""A process that carries out orders in forked children, one at a time, the next forked ahead."""

from __future__ import annotations

import gc
import marshal
import os
import re
import select
import socket
from time import monotonic
from typing import TYPE_CHECKING, Any

from .patterns import compile_ahead
from .sandbox import Mapped, mapped_now
from .supervise import OPEN, Child, Ended, end_others
from .telling import END
from .wire import ClosedError, frame, hear, receive, send

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from .scratch import Scratch
    from .supervise import Confining
    from .telling import Line

    Order = dict[str, Any]
    Work = Callable[[Order, Mapped, Line], None]


FORKING = ("cover", "record")
"""Orders whose child forks children itself, and confines those."""
STAYING, FOR_IT = "record", "micro"
"""The order whose child stays, and the one that is for that child."""
GRACE_SECONDS = 10.0
"""How long past its own limit an order may keep the child that stayed busy."""
COLLECTOR = re.compile(rb"\bgc\b")


class Server:
    """Serves the near side until it hangs up (`ClosedError`).

    Args:
        near: where orders come from and answers go.
        scratch: the project's folder: edited before a run, put back after it.
        work: what a child does, by the name of the order: (order, what was mapped before the fork,
            where records go).
        keep: other children of this process that stay alive.
        cage: what confines a child; those that `trace` fork others.
        prime: takes in what the near side says once, before the first order.

    Attributes:
        staying: in a child that is to stay, where it is served orders; elsewhere None.
    """

    staying: socket.socket | None = None

    def __init__(
        self,
        near: socket.socket,
        scratch: Scratch,
        work: Mapping[str, Work],
        keep: Collection[int],
        cage: Confining,
        prime: Callable[[Order], None] | None = None,
    ) -> None:
        self._near, self._scratch, self._work = near, scratch, work
        self._keep = tuple(keep)
        self._cage = cage
        self._prime = prime
        self._freezes = not mentions_collector(scratch.files)
        self._own = [near.fileno()]
        """Descriptors that no child is to have."""
        self._spare: Child | None = None
        self._stayed: Child | None = None
        self._line: socket.socket | None = None

    def serve(self, partner: int = 0) -> None:
        """Carry out orders.

        Args:
            partner: a child whose end is the end of this process too, or 0. The first processes of
                namespaces share its descriptors, so that its end alone does not hang up.

        Raises:
            ClosedError: the near side hung up, or the partner is gone.
        """
        ready = select.poll()
        ready.register(self._near, select.POLLIN)
        if partner:
            self._own.append(os.pidfd_open(partner))
            ready.register(self._own[-1], select.POLLIN)
        while True:
            if any(fd != self._own[0] for fd, _event in ready.poll()):
                raise ClosedError("the other process of the task is gone")
            header, blob, _fds = receive(self._near)
            if header["op"] == "sync":
                send(self._near, {"op": "synced"})
                continue
            order = marshal.loads(blob)  # noqa: S302 - the near side is trusted
            if header["op"] == "compile":
                compile_ahead(order)
                self._forget_spare()
                continue
            if header["op"] == "prime" and self._prime is not None:
                self._prime(order)
                continue
            self._carry_out(order, blob)

    def _carry_out(self, order: Order, blob: bytes) -> None:
        """Run one order, answer, and only then clean up and fork the next child ahead."""
        if order["op"] == FOR_IT and FOR_IT not in self._work:
            self._hand_on(order, blob)
            return
        received = monotonic()
        self._scratch.edit(order["files"])
        child = self._child_for(order)
        handed = monotonic()
        child.order(blob)
        ended = child.watch(order["wall"], frame(order["nonce"], list(END)))
        self._answer(order, ended, {"sent": received, "handed": handed, "ended": monotonic()})
        if order["op"] == STAYING and child.alive:
            self._stayed = child
        spare = self._fork(child.fds)
        if self._stayed is not child:
            child.end()
        stayed = self._stayed.pids if self._stayed else ()
        end_others((*self._keep, *spare.pids, *stayed))
        self._scratch.restore()
        self._spare = spare

    def _child_for(self, order: Order) -> Child:
        """Return the child forked ahead, or a new one where that will not do."""
        if order["op"] in FORKING:
            self._forget_spare()
            if order["op"] == STAYING:
                self._forget_stayed()
                self._line, self.staying = socket.socketpair()
            child = self._fork(cage=OPEN)
            if self.staying is not None:
                self.staying.close()
                self.staying = None
            return child
        spare, self._spare = self._spare, None
        if spare is not None and not spare.alive:
            spare.end()
            spare = None
        return spare or self._fork()

    def _forget_spare(self) -> None:
        """End a child that was forked before something changed here."""
        if self._spare is not None:
            self._spare.end()
            self._spare = None

    def _forget_stayed(self) -> None:
        """End the child that stayed."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._stayed is not None:
            self._stayed.end()
            self._stayed = None

    def _hand_on(self, order: Order, blob: bytes) -> None:
        """Let the child that stayed carry an order out; say so where there is none any more."""
        if self._line is not None and self._stayed is not None:
            try:
                send(self._line, {"op": "run"}, blob)
                deadline = monotonic() + order["wall"] + GRACE_SECONDS
                send(self._near, *hear(self._line, deadline))
                return
            except ClosedError:
                self._forget_stayed()
        gone = frame(order["nonce"], ["gone"]) + frame(order["nonce"], list(END))
        self._answer(order, Ended(gone, 0, 0.0, out_of_time=False), {})

    def _answer(self, order: Order, ended: Ended, clock: dict[str, float]) -> None:
        header = {
            "op": "ended",
            "nonce": order["nonce"].hex(),
            "code": ended.code,
            "cpu": ended.cpu,
            "out_of_time": ended.out_of_time,
            "clock": clock,
        }
        send(self._near, header, ended.output)

    def _fork(self, close: Collection[int] = (), cage: Confining | None = None) -> Child:
        if self._freezes:
            # What is here now is not the child's garbage: not looked at, it stays shared memory.
            gc.freeze()
        mapped = mapped_now()
        staying = () if self._line is None else (self._line.fileno(),)

        def body(blob: bytes, line: Line) -> None:
            order = marshal.loads(blob)  # noqa: S302 - from this process
            # The folder that this process was forked in may have been replaced meanwhile.
            os.chdir(self._scratch.root)
            self._work[order["op"]](order, mapped, line)

        return Child(body, (*self._own, *close, *staying), cage or self._cage)


def mentions_collector(files: Mapping[str, bytes]) -> bool:
    """Whether some Python file speaks of the garbage collector, and could tell the difference."""
    return any(path.endswith(".py") and COLLECTOR.search(data) for path, data in files.items())
