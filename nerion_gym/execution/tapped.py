"""The child of a traced run: import the program with taps, run its suite, tell what they saw."""

from __future__ import annotations

import marshal
from time import monotonic
from typing import TYPE_CHECKING, Any

from .child import bind, placed, run
from .session import collect
from .telling import Line, Teller
from .tracing.tables import sites_in
from .tracing.taps import Clock, Site, bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from .child import Job
    from .memo import CodeMemo
    from .sandbox import Mapped
    from .session import Collected


class Counting(Teller):
    """Tells verdicts; after each the next test is on."""

    def __init__(self, line: Line, nonce: bytes, clock: Clock) -> None:
        super().__init__(line, nonce)
        self._clock = clock

    def tell(self, *record: Any) -> None:
        """Write one record."""
        super().tell(*record)
        if record[0] in ("test", "silent"):
            self._clock.test += 1

    def passed(self, test: str, wall: float, cpu: float) -> None:
        """Write that a test passed."""
        super().passed(test, wall, cpu)
        self._clock.test += 1


def run_tapped(
    configured: Callable[[], Collected],
    memo: CodeMemo,
    job: Job,
    taps: list[tuple[str, str, bytes, bytes]],
    mapped: Mapped,
    line: Line,
) -> None:
    """Collect with taps in the program's files, run everything, and tell what the taps saw.

    Args:
        configured: gives the session.
        memo: where the import system finds compiled code.
        job: limits.
        taps: absolute path, SHA-256 of the source, its code with marks for taps, and the code that
            makes the sites, both marshalled.
        mapped: what was mapped before the fork.
        line: where records go.
    """
    clock = Clock()
    teller = Counting(line, job.nonce, clock)
    bind(job, mapped, teller)
    teller.tell("ready", monotonic())
    files: list[list[Site]] = []
    for path, digest, code, table in taps:
        sites = sites_in(marshal.loads(table), clock)  # noqa: S302 - made by the near side
        tapped = bound(marshal.loads(code), sites)  # noqa: S302 - made by the near side
        memo.live["import", path, digest] = placed(tapped, path)
        files.append(sites)
    found = collect(configured())
    for error in found.errors:
        teller.tell("error", *error)
    teller.tell("collected", [item.nodeid for item in found.items], found.may_run)
    clock.test = 1
    run(found, job, teller)
    clock.test = 0
    teller.tell("ran", monotonic())
    for number, sites in enumerate(files):
        for place, site in enumerate(sites):
            hits, kinds, edits = site.seen()
            if hits:
                teller.tell("site", number, place, hits, kinds, edits)
    teller.end()
