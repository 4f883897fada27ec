"""`nerion worlds --check MODULE`: what holds of every world, asked of yours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import ConfigError, NerionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.table import Table

    from nerion_gym.commands.console import Screen
    from nerion_gym.envs.checking.subject import Subject
    from nerion_gym.envs.checking.table import Verdict

COLOURS = {"passed": "green", "failed": "bold red", "not asked": "dim"}
REPLAY_SECONDS = 600.0
STDOUT, STDERR = 1, 2
"""Descriptors."""


def check_worlds(screen: Screen, where: str, arguments: Mapping[str, Any], steps: int) -> bool:
    """Check a module's worlds and say what was found; return whether nothing failed.

    Args:
        screen: where to speak.
        where: a module's name or path.
        arguments: of its worlds.
        steps: random legal steps of the check for what is left behind.

    Raises:
        ConfigError: no such module, no world in it, or too few steps.
        SandboxError: the machinery that runs tests failed.
    """
    from nerion_gym.envs.checking.finding import worlds_in
    from nerion_gym.envs.checking.subject import LEAST_STEPS

    if steps < LEAST_STEPS:
        msg = f"--steps {steps}: expected at least {LEAST_STEPS}, to tell a leak from a cache"
        raise ConfigError(msg)
    found = {}
    with aside(screen):
        subjects = worlds_in(where, arguments, steps=steps)
    for subject in subjects:
        asked = replace(subject, elsewhere=elsewhere(where, subject.name, arguments))
        found[subject.name] = asked_of(screen, asked)
    screen.emit(
        [
            {
                "id": name,
                "passed": passed(verdicts),
                "checks": [verdict.as_json() for verdict in verdicts],
            }
            for name, verdicts in found.items()
        ]
    )
    return all(map(passed, found.values()))


@contextmanager
def aside(screen: Screen) -> Iterator[None]:
    """Send what a stranger's module prints to standard error, where text is not wanted.

    The descriptor too: what it starts, or is written in C, does not print through Python.
    """
    if screen.talks:
        yield
        return
    flush()
    kept = os.dup(STDOUT)
    try:
        os.dup2(STDERR, STDOUT)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        flush()
        os.dup2(kept, STDOUT)
        os.close(kept)


def flush() -> None:
    """Write what waits to be printed to where the standard output leads now."""
    for stream in (sys.stdout, sys.__stdout__):
        if stream is not None:
            stream.flush()


def passed(verdicts: Sequence[Verdict]) -> bool:
    """Whether no check failed."""
    return not any(verdict.outcome == "failed" for verdict in verdicts)


def asked_of(screen: Screen, subject: Subject) -> list[Verdict]:
    """Ask every check of one world; show the table of what they say."""
    from nerion_gym.commands.console import bars
    from nerion_gym.envs.checking.table import CHECKS, verdicts

    found: list[Verdict] = []
    with aside(screen), bars(screen.live(None)) as progress:
        running = [*(check.name for check in CHECKS[1:]), ""]  # after each: who waits sees which
        task = progress.add_task(subject.name, total=len(CHECKS), note=CHECKS[0].name)
        for note, verdict in zip(running, verdicts(subject), strict=True):
            found.append(verdict)
            progress.update(task, advance=1, note=note)
    counts = Counter(verdict.outcome for verdict in found)
    screen.say(subject.name)
    screen.say(table_of(found))
    screen.say(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return found


def table_of(verdicts: Sequence[Verdict]) -> Table:
    """Return the table: check, what came of it, why and what to do."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("why, and what to do", overflow="fold", ratio=1)
    for verdict in verdicts:
        outcome = Text(verdict.outcome, style=COLOURS[verdict.outcome])
        says = f"{verdict.why}\n-> {verdict.fix}" if verdict.fix else verdict.why
        table.add_row(Text(verdict.check), outcome, Text(says))
    return table


def elsewhere(where: str, world_id: str, arguments: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what replays an episode of a world in another process.

    Args:
        where: the module that the world is in.
        world_id: of the world.
        arguments: of the world; they travel as JSON.
    """
    from nerion_gym.envs.checking.elsewhere import SAID

    options = json.dumps(dict(arguments))
    program = [sys.executable, "-m", "nerion_gym.envs.checking.elsewhere", where, world_id, options]

    def replay(text: str) -> str:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            done = subprocess.run(
                program,
                input=text,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=REPLAY_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            msg = f"in another process replaying {len(text)} bytes of an episode does not end"
            raise NerionError(msg) from error
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            msg = f"in another process an episode cannot be replayed: {last[0]}"
            raise NerionError(msg)
        said = [line for line in done.stdout.splitlines() if line.startswith(SAID)]
        if not said:
            msg = "in another process the world ends the program before its episode is replayed"
            raise NerionError(msg)
        return said[-1].removeprefix(SAID)

    return replay
