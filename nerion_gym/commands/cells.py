"""The cells of a benchmark: one training run each, in a process of its own, resumable.

A cell that fails is reported and loses nothing of the others; a cell whose finished run lies in
the benchmark's folder is not run again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from nerion_gym.errors import StorageError
from nerion_gym.logbook.files import safe
from nerion_gym.logbook.reading import read_manifest, read_result
from nerion_gym.logbook.run import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POLL_SECONDS = 0.2
GRACE_SECONDS = 10
TAIL_BYTES = 4096
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Cell:
    """One run of a benchmark.

    Attributes:
        algo, seed: who and which seed.
        arguments: further arguments of `nerion train`.
    """

    algo: str
    seed: int
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For people and for the log file."""
        return f"{self.algo} seed {self.seed}"


@dataclass(frozen=True)
class Ended:
    """How a cell ended: its numbers, or why there are none."""

    cell: Cell
    result: dict[str, Any] | None
    error: str = ""
    reused: bool = False


@dataclass(frozen=True)
class Place:
    """Where a benchmark's cells put their runs.

    Attributes:
        folder: of the benchmark.
        env: id of the world.
        program: what runs `train`; tests put their own here.
    """

    folder: Path
    env: str
    program: tuple[str, ...] = (sys.executable, "-m", "nerion_gym.cli")

    def runs(self, cell: Cell) -> list[Path]:
        """Return a cell's run folders, oldest first."""
        parent = self.folder / safe(self.env) / safe(cell.algo)
        return sorted(parent.glob(f"seed{cell.seed}-*"))

    def log(self, cell: Cell) -> Path:
        """Return the file that a cell's messages go to."""
        return self.folder / "logs" / f"{safe(cell.algo)}-seed{cell.seed}.log"

    def finished(self, cell: Cell) -> dict[str, Any] | None:
        """Return the numbers of a finished run of a cell, or None."""
        for folder in reversed(self.runs(cell)):
            try:
                if read_manifest(folder)["status"] == "finished":
                    return read_result(folder)
            except StorageError:
                continue  # a run that was killed half-way: the cell is run again
        return None


@dataclass
class Running:
    """A cell's process and what its telemetry says so far."""

    cell: Cell
    place: Place
    process: subprocess.Popen[str]
    log: TextIO
    offset: int = 0
    latest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def start(cls, cell: Cell, place: Place) -> Running:
        """Start `nerion train` for a cell."""
        path = place.log(cell)
        path.parent.mkdir(parents=True, exist_ok=True)
        log = path.open("a", encoding="utf-8")
        command = [*place.program, "train", "--quiet"]
        command += ["--env", place.env, "--algo", cell.algo, "--seed", str(cell.seed)]
        command += ["--tensorboard-log", str(place.folder), *cell.arguments]
        # One thread each: the other core runs tests, and two threads cost ten times the time.
        environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches it once, from `stop`
        )
        return cls(cell, place, process, log)

    def look(self) -> dict[str, Any]:
        """Return the newest `step` event of the cell's run, {} before the first."""
        folders = self.place.runs(self.cell)
        path = folders[-1] / EVENTS if folders else None
        if path is None or not path.exists():
            return self.latest
        with path.open("rb") as stream:
            stream.seek(self.offset)
            text = stream.read()
        whole = text[: text.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            event = json.loads(line)
            if event["kind"] == "step":
                self.latest = event
        return self.latest

    def end(self) -> Ended:
        """Collect an ended process."""
        self.log.close()
        if self.process.returncode == 0:
            result = self.place.finished(self.cell)
            if result is not None:
                return Ended(self.cell, result)
        return Ended(self.cell, None, last_words(self.place.log(self.cell), self.process))

    def stop(self) -> None:
        """Interrupt the process so that it closes its run; make it go if it does not."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def last_words(log: Path, process: subprocess.Popen[str]) -> str:
    """Return the last line that a failed cell wrote, or its exit code."""
    text = log.read_text(encoding="utf-8", errors="replace")[-TAIL_BYTES:].strip()
    return text.splitlines()[-1] if text else f"exit code {process.returncode}"


def run_cells(
    cells: list[Cell], place: Place, jobs: int, watch: Callable[[Running], None]
) -> Iterator[Ended]:
    """Run cells, `jobs` at a time, and yield each as it ends; finished ones are not run again.

    Args:
        cells: what to run.
        place: where.
        jobs: processes at a time.
        watch: called now and then with each running cell.
    """
    waiting = []
    for cell in cells:
        result = place.finished(cell)
        if result is None:
            waiting.append(cell)
        else:
            yield Ended(cell, result, reused=True)
    running: list[Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(Running.start(waiting.pop(0), place))
            time.sleep(POLL_SECONDS)
            for item in list(running):
                watch(item)
                if item.process.poll() is not None:
                    running.remove(item)
                    yield item.end()
    finally:
        for item in running:
            item.stop()
