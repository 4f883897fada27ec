"""`nerion edits`, `diff`, `apply`, `undo`: the edits of one file, without a world around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.commands.places import (
    asked_for,
    chosen,
    described,
    only,
    read,
    row_of,
    shown,
    split,
    twins,
)

EXAMPLES = """Examples:
  nerion edits src/mypkg/core.py
  nerion edits src/mypkg/core.py:Parser.read
  nerion edits src/mypkg/core.py:88
  nerion edits src/mypkg/core.py --kind refactor
  nerion edits src/mypkg/core.py --operator swap_comparison --operator swap_boolean
  nerion edits src/mypkg/core.py:Parser.read --equivalent

An edit's number is its place in the catalog of the whole file: the same whatever is left out. Its \
line and column, counted from 1 in characters, are where its change begins, as everywhere else."""
DIFF_EXAMPLES = """Examples:
  nerion diff src/mypkg/core.py 17
  nerion diff src/mypkg/core.py:88:75
  nerion diff src/mypkg/core.py:88:75 --operator swap_comparison

A line and column show every edit whose change begins there: so a survivor that `nerion train` \
names is found. Numbers of `nerion step` are those of a world, which lists fewer operators."""
APPLY_EXAMPLES = """Examples:
  nerion apply src/mypkg/core.py 17
  nerion apply src/mypkg/core.py:88:75 --operator return_none
  nerion undo src/mypkg/core.py

The numbers change with the file: list its edits again before the next one."""
UNDO_EXAMPLES = """Examples:
  nerion undo src/mypkg/core.py

Edits are taken back one after the other, the last first, while nothing else changes the file."""
File = Annotated[Path, typer.Argument(metavar="FILE", help="A Python file.")]
Place = Annotated[
    str,
    typer.Argument(metavar="FILE[:LINE:COLUMN]", help="A Python file, or where a change begins."),
]
Number = Annotated[int | None, typer.Argument(metavar="N", help="An edit; see nerion edits FILE.")]
Names = Annotated[
    list[str] | None, typer.Option("--operator", metavar="NAME", help="Only this one; repeatable.")
]


def edits(
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE[:FUNCTION]",
            help="A Python file, a function, or FILE:LINE[:COLUMN].",
        ),
    ],
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only these: refactor or mutation.")
    ] = None,
    operator: Names = None,
    equivalent: Annotated[
        bool, typer.Option("--equivalent", help="Mark those that compile to the same code.")
    ] = False,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """List every edit of a file: number, place, operator, what becomes of what."""
    where = split(place)
    opened = read(where.path)
    numbers = chosen(opened, where, kind, operator or ())
    alike = twins(opened, numbers) if equivalent else {}
    screen = Screen(quiet, as_json)
    rows = [row_of(opened, number, alike.get(number, "")) for number in numbers]
    screen.emit({"file": str(where.path), "edits": rows})
    lines = described(opened, rows)
    for line in lines:
        screen.say(line)
    shows = f"; `nerion diff {where.path} N` shows one" if rows else ""
    screen.say(f"{len(rows)} of {len(opened.catalog)} edits{shows}")


def diff(
    place: Place,
    number: Number = None,
    operator: Names = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Show an edit of a file as a difference, or all that begin at a place; nothing is changed."""
    opened, numbers = asked_for(place, number, operator or ())
    screen = Screen(quiet, as_json)
    rows = [row_of(opened, found) for found in numbers]
    colour = sys.stdout.isatty() and not as_json
    texts = [shown(opened, opened.catalog[found - 1], colour=colour) for found in numbers]
    full = [row | {"diff": text} for row, text in zip(rows, texts, strict=True)]
    screen.emit(full[0] if number is not None else {"file": str(opened.path), "edits": full})
    for text, line in zip(texts, described(opened, rows), strict=True):
        if number is None:
            screen.say(line)
        screen.say(text)


def apply(
    place: Place,
    number: Number = None,
    operator: Names = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Make one edit in a file; `nerion undo` takes it back."""
    from nerion_gym.commands import undoing
    from nerion_gym.edits.preview import apply as make

    opened, numbers = asked_for(place, number, operator or ())
    found = only(opened, place, numbers)
    edit = opened.catalog[found - 1]
    after = make(opened.program, edit).files[0][1]
    undoing.replace(opened.path, opened.source, after, edit.operator)
    screen = Screen(quiet, as_json)
    screen.emit(row_of(opened, found) | {"diff": shown(opened, edit)})
    screen.say(shown(opened, edit, colour=sys.stdout.isatty()))
    file = opened.path
    screen.say(f"{file}: {edit.operator} made; `nerion undo {file}` takes it back")


def undo(file: File, quiet: flags.Quiet = False, as_json: flags.AsJson = False) -> None:
    """Take back the last edit that `nerion apply` made in a file."""
    from nerion_gym.commands import undoing

    operator, left = undoing.take_back(file)
    screen = Screen(quiet, as_json)
    screen.emit({"file": str(file), "operator": operator, "left": left})
    more = f"; {left} more can be taken back" if left else ""
    screen.say(f"{file}: {operator} taken back{more}")


COMMANDS = (
    (edits, EXAMPLES),
    (diff, DIFF_EXAMPLES),
    (apply, APPLY_EXAMPLES),
    (undo, UNDO_EXAMPLES),
)
"""The commands of this file, with what stands below their help."""
