"""What a user says of a package: paths that must be there, and pytest's own arguments."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError, TaskError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ARGUMENTS_FORM = "expected pytest's arguments, as a text or one by one: ('-o', 'addopts=')"
EXPECTED = {
    "path": "give the module or package folder",
    "tests": "give the test file or folder, or leave tests out to have it looked for",
}
"""What an argument must name."""


def split_arguments(arguments: str | Sequence[str]) -> tuple[str, ...]:
    """Return pytest's arguments one by one.

    Raises:
        ConfigError: a text whose quotes do not match, not a sequence of texts, or a text that no
            command line can hold.
    """
    try:
        found = tuple(shlex.split(arguments) if isinstance(arguments, str) else arguments)
    except (ValueError, TypeError) as error:
        msg = f"arguments={arguments!r}: {error}; {ARGUMENTS_FORM}"
        raise ConfigError(msg) from error
    if not all(isinstance(word, str) and is_of_command_line(word) for word in found):
        msg = f"arguments={arguments!r}: {ARGUMENTS_FORM}"
        raise ConfigError(msg)
    return found


def is_of_command_line(word: str) -> bool:
    """Whether a program can be given a word: without NUL, and with a form in UTF-8."""
    return "\0" not in word and word == word.encode("utf-8", "ignore").decode()


def existing(path: Path, argument: str) -> Path:
    """Return the resolved path.

    Raises:
        TaskError: nothing is there, or nothing can have such a name.
    """
    found = resolved(path, argument)
    if not found.exists():
        msg = (
            f"{argument}={str(path)!r}: nothing is there (looked at {found}); "
            f"{EXPECTED[argument]}, relative to the working directory or absolute"
        )
        raise TaskError(msg)
    return found


def resolved(path: Path, argument: str) -> Path:
    """Return an absolute path without links, whether something is there or not.

    Raises:
        TaskError: nothing can have such a name.
    """
    try:
        found = path.expanduser().resolve()
        found.exists()  # refuses what is too long
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, or a home of nobody
        msg = f"{argument}={str(path)!r}: no path ({error}); {EXPECTED[argument]}"
        raise TaskError(msg) from error
    return found
