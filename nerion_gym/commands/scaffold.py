"""`nerion scaffold FILE`: the tree of a Python file, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.errors import TaskError

EXAMPLES = """Examples:
  nerion scaffold src/mypkg/core.py
  nerion scaffold src/mypkg/core.py --json"""


def scaffold(
    file: Annotated[Path, typer.Argument(help="A Python file.")],
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Print the tree of modules, classes, functions and statements of a file."""
    try:
        source = file.read_bytes()
    except OSError as error:
        msg = f"{file}: cannot be read ({error.strerror}); give a Python file"
        raise TaskError(msg) from error

    from nerion_gym.syntax.module import parse_module
    from nerion_gym.syntax.scaffold import scaffold as draw

    text = draw(parse_module(str(file), source))
    screen = Screen(quiet, as_json)
    screen.emit({"file": str(file), "scaffold": text.splitlines()})
    screen.say(text.rstrip("\n"))
