"""A process that carries out orders in forked children, one at a time, the next forked ahead."""

from __future__ import annotations

import gc
import marshal
import os
import re
import time
from typing import TYPE_CHECKING, Any

from .child import END
from .sandbox import Mapped, mapped_now
from .supervise import Child, end_others
from .wire import frame, receive, send

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection, Mapping

    from .scratch import Scratch
    from .supervise import Ended

    Order = dict[str, Any]
    Work = Callable[[Order, Mapped, int], None]


COLLECTOR = re.compile(rb"\bgc\b")


class Server:
    """Serves the near side until it hangs up (`ClosedError`).

    Args:
        near: where orders come from and answers go.
        scratch: the project's folder: edited before a run, put back after it.
        work: what a child does, by the name of the order: (order, what was mapped before the fork,
            descriptor for records).
        keep: other children of this process that stay alive.
        prime: takes in what the near side says once, before the first order.
    """

    def __init__(
        self,
        near: socket.socket,
        scratch: Scratch,
        work: Mapping[str, Work],
        keep: Collection[int],
        prime: Callable[[Order], None] | None = None,
    ) -> None:
        self._near, self._scratch, self._work = near, scratch, work
        self._keep = tuple(keep)
        self._prime = prime
        self._freezes = not mentions_collector(scratch.files)
        self._spare: Child | None = None

    def serve(self) -> None:
        """Carry out orders."""
        while True:
            header, blob, _fds = receive(self._near)
            if header["op"] == "sync":
                send(self._near, {"op": "synced"})
                continue
            order = marshal.loads(blob)  # noqa: S302 - the near side is trusted
            if header["op"] == "prime" and self._prime is not None:
                self._prime(order)
                continue
            self._carry_out(order, blob)

    def _carry_out(self, order: Order, blob: bytes) -> None:
        """Run one order, answer, and only then clean up and fork the next child ahead."""
        received = time.monotonic()
        self._scratch.edit(order["files"])
        child = self._spare if self._spare is not None and self._spare.alive else self._fork()
        self._spare = None
        handed = time.monotonic()
        child.order(blob)
        ended = child.watch(order["wall"], frame(order["nonce"], list(END)))
        self._answer(order, ended, {"sent": received, "handed": handed, "ended": time.monotonic()})
        spare = self._fork(child.fds)
        child.end()
        end_others((*self._keep, spare.pid))
        self._scratch.restore()
        self._spare = spare

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

    def _fork(self, close: Collection[int] = ()) -> Child:
        if self._freezes:
            # What is here now is not the child's garbage: not looked at, it stays shared memory.
            gc.freeze()
        mapped = mapped_now()
        near = self._near.fileno()

        def body(blob: bytes, fd: int) -> None:
            order = marshal.loads(blob)  # noqa: S302 - from this process
            # The folder that this process was forked in may have been replaced meanwhile.
            os.chdir(self._scratch.root)
            self._work[order["op"]](order, mapped, fd)

        return Child(body, (near, *close))


def mentions_collector(files: Mapping[str, bytes]) -> bool:
    """Whether some Python file speaks of the garbage collector, and could tell the difference."""
    return any(path.endswith(".py") and COLLECTOR.search(data) for path, data in files.items())
