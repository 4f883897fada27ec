"""rl-zoo3's command lines: a flag that takes several values, `--env-kwargs a:1 b:2`."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nerion_gym.errors import TaskError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEVERAL = frozenset({"--env-kwargs", "-params", "--hyperparams", "--algos"})


def spread(arguments: Sequence[str]) -> list[str]:
    """Repeat a flag of `SEVERAL` before each further value, as the parser wants it.

    `--env-kwargs a:1 b:2 --seed 3` becomes `--env-kwargs a:1 --env-kwargs b:2 --seed 3`. The
    values of a flag end at the next argument that begins with a dash.
    """
    result: list[str] = []
    flag, fresh = "", False
    for argument in arguments:
        if argument.startswith("-"):
            flag, fresh = (argument, True) if argument in SEVERAL else ("", False)
            result.append(argument)
        elif flag and not fresh:
            result += [flag, argument]
        else:
            result.append(argument)
            fresh = False
    return result


HERE = r", on the command line --env-kwargs "
OF_WORLDS = (
    (rf"arguments=\('[^)]*\){HERE}'arguments:([^']*)'", r"--arguments='\1'"),
    (rf"arguments=\('[^)]*\){HERE}arguments:(\S+?)(?=[,;)]|$|\s)", r"--arguments=\1"),
    (rf", or go on without them: flaky='majority'{HERE}flaky:majority", ""),
    (r"tests=\.\.\.", "--tests PATH"),
)
"""What errors of tasks advise who makes a world -> what a command with flags of its own takes."""


@contextmanager
def advising_own_flags() -> Iterator[None]:
    """Have errors of tasks name the flags `--arguments` and `--tests`."""
    try:
        yield
    except TaskError as error:
        raise TaskError(in_own_flags(str(error))) from error


def in_own_flags(text: str) -> str:
    """Return an error's text with the flags of a command that has `--arguments` and `--tests`."""
    for theirs, ours in OF_WORLDS:
        text = re.sub(theirs, ours, text)
    return text
