"""What the commands share: messages for people or JSON for programs, live progress."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bars

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""


@dataclass(frozen=True)
class Screen:
    """Where a command speaks: text to stdout, or one JSON document, or nothing."""

    quiet: bool = False
    as_json: bool = False

    @property
    def talks(self) -> bool:
        """Whether text for people is wanted."""
        return not (self.quiet or self.as_json)

    def say(self, text: Any = "") -> None:
        """Print text, or anything that rich can show, unless quiet or JSON is asked for."""
        if self.talks:
            stdout().print(text, highlight=False, markup=False, soft_wrap=isinstance(text, str))

    def emit(self, value: Any) -> None:
        """Print the JSON document if that is what is asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")

    def live(self, wanted: bool | None) -> bool:
        """Whether to draw a live display: asked for, or on a terminal where text is wanted."""
        if not self.talks:
            return False
        return sys.stdout.isatty() if wanted is None else wanted


def stdout() -> Console:
    """Return a console on the present standard output."""
    from rich.console import Console

    return Console()


@contextmanager
def bars(shown: bool) -> Iterator[Bars]:
    """Give progress bars: name, bar, done of total, time, note; drawn only where `shown`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=12),
        MofNCompleteColumn(table_column=Column(no_wrap=True, justify="right")),
        Elapsed(),
        # Only the note gives way on a narrow terminal.
        TextColumn("{task.fields[note]}", table_column=Column(no_wrap=True, ratio=1)),
    )
    with Progress(*columns, console=stdout(), expand=True, disable=not shown) as progress:
        yield progress


def progress_note(survivors: int, surprise: float | None) -> str:
    """Return `7 survivors, surprise 0.42` (the surprise only of agents with a model)."""
    note = f"{survivors} survivors"
    return note if surprise is None else f"{note}, surprise {surprise:.2f}"


def short_path(path: Path) -> str:
    """Return a path relative to the working directory where it lies below it."""
    absolute = path.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


def tensorboard_command(folder: Path) -> str:
    """Return the command that shows a folder, with the path of this environment's own script."""
    beside = Path(sys.executable).parent / "tensorboard"
    on_path = shutil.which("tensorboard")
    same = on_path is not None and Path(on_path).parent == beside.parent
    program = "tensorboard" if same or not beside.exists() else short_path(beside)
    return f"{program} --logdir {short_path(folder)}"
