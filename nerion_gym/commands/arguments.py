"""rl-zoo3's command lines: a flag that takes several values, `--env-kwargs a:1 b:2`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
