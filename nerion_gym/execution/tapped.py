"""The child of a traced run: import the program with taps, run its suite, tell what they saw."""

from __future__ import annotations

import gc
import marshal
from time import monotonic
from typing import TYPE_CHECKING, Any

from .child import bind, placed, run
from .session import collect
from .telling import Line, Teller
from .tracing.tables import sites_in
from .tracing.taps import Clock, Site, bound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def installed(
    taps: Sequence[tuple[str, str, bytes, bytes]], memo: CodeMemo, clock: Clock
) -> list[list[Site]]:
    """Put code with taps in the place of the program's; return the sites, file by file.

    Thousands of objects are made and stay: the collector neither runs meanwhile nor looks at them
    later, unless the program could tell (`server.mentions_collector`: nothing is frozen then).
    """
    collecting = gc.isenabled()
    gc.disable()
    files: list[list[Site]] = []
    for path, digest, code, table in taps:
        sites = sites_in(marshal.loads(table), clock)  # noqa: S302 - made by the near side
        tapped = bound(marshal.loads(code), sites)  # noqa: S302 - made by the near side
        memo.live["import", path, digest] = placed(tapped, path)
        files.append(sites)
    if gc.get_freeze_count():
        gc.freeze()
    if collecting:
        gc.enable()
    return files


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
    files = installed(taps, memo, clock)
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
            report = site.seen()
            if report.tests:
                teller.tell("site", number, place, *report)
    teller.end()
