"""`nerion edits`, `diff`, `apply`, `undo`: the edits of one file, without a world around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.errors import ConfigError, TaskError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

EXAMPLES = """Examples:
  nerion edits src/mypkg/core.py
  nerion edits src/mypkg/core.py:Parser.read
  nerion edits src/mypkg/core.py --kind refactor
  nerion edits src/mypkg/core.py --operator swap_comparison --operator swap_boolean
  nerion edits src/mypkg/core.py:Parser.read --equivalent

An edit's number is its place in the catalog of the whole file: the same whatever is left out."""
DIFF_EXAMPLES = """Examples:
  nerion diff src/mypkg/core.py 17"""
APPLY_EXAMPLES = """Examples:
  nerion apply src/mypkg/core.py 17
  nerion undo src/mypkg/core.py

The numbers change with the file: list its edits again before the next one."""
UNDO_EXAMPLES = """Examples:
  nerion undo src/mypkg/core.py

Edits are taken back one after the other, the last first, while nothing else changes the file."""
SHOWN = 44
File = Annotated[Path, typer.Argument(metavar="FILE", help="A Python file.")]
Number = Annotated[int, typer.Argument(metavar="N", help="An edit; see nerion edits FILE.")]


class Opened(NamedTuple):
    """A file with its catalog.

    Attributes:
        path: as given.
        program: the file alone.
        catalog: every edit of every operator, in canonical order.
    """

    path: Path
    program: Program
    catalog: Sequence[Edit]

    @property
    def source(self) -> bytes:
        """The file's bytes."""
        return self.program.files[0][1]


def edits(
    place: Annotated[
        str, typer.Argument(metavar="FILE[:FUNCTION]", help="A Python file, or one function of it.")
    ],
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only these: refactor or mutation.")
    ] = None,
    operator: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    equivalent: Annotated[
        bool, typer.Option("--equivalent", help="Mark those that compile to the same code.")
    ] = False,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """List every edit of a file: number, place, operator, what becomes of what."""
    path, function = split(place)
    opened = read(path)
    numbers = chosen(opened, function, kind, operator or ())
    alike = twins(opened, numbers) if equivalent else {}
    screen = Screen(quiet, as_json)
    rows = [row_of(opened, number, alike.get(number, "")) for number in numbers]
    screen.emit({"file": str(path), "edits": rows})
    width = max((len(row["operator"]) for row in rows), default=0)
    for row in rows:
        where = f"{row['line']}:{row['column']}"
        note = f"  = {row['equivalent']}" if row["equivalent"] else ""
        text = f"{row['number']:>5}  {where:>8}  {row['operator']:<{width}}  {row['change']}{note}"
        screen.say(text)
    screen.say(f"{len(rows)} of {len(opened.catalog)} edits; `nerion diff {path} N` shows one")


def diff(
    file: File, number: Number, quiet: flags.Quiet = False, as_json: flags.AsJson = False
) -> None:
    """Show one edit of a file as a difference; nothing is changed."""
    opened = read(file)
    edit = numbered(opened, number)
    screen = Screen(quiet, as_json)
    screen.emit(row_of(opened, number) | {"diff": shown(opened, edit)})
    screen.say(shown(opened, edit, colour=sys.stdout.isatty()))


def apply(
    file: File, number: Number, quiet: flags.Quiet = False, as_json: flags.AsJson = False
) -> None:
    """Make one edit in a file; `nerion undo` takes it back."""
    from nerion_gym.commands import undoing
    from nerion_gym.edits.preview import apply as make

    opened = read(file)
    edit = numbered(opened, number)
    after = make(opened.program, edit).files[0][1]
    undoing.replace(file, opened.source, after, edit.operator)
    screen = Screen(quiet, as_json)
    screen.emit(row_of(opened, number) | {"diff": shown(opened, edit)})
    screen.say(shown(opened, edit, colour=sys.stdout.isatty()))
    screen.say(f"{file}: {edit.operator} made; `nerion undo {file}` takes it back")


def undo(file: File, quiet: flags.Quiet = False, as_json: flags.AsJson = False) -> None:
    """Take back the last edit that `nerion apply` made in a file."""
    from nerion_gym.commands import undoing

    operator, left = undoing.take_back(file)
    screen = Screen(quiet, as_json)
    screen.emit({"file": str(file), "operator": operator, "left": left})
    more = f"; {left} more can be taken back" if left else ""
    screen.say(f"{file}: {operator} taken back{more}")


# --- what they share ---------------------------------------------------------------------------


def split(place: str) -> tuple[Path, str]:
    """Return file and function of `FILE[:FUNCTION]`; a colon in a name of a file is kept."""
    path, colon, function = place.rpartition(":")
    if colon and path and not Path(place).exists():
        return Path(path), function
    return Path(place), ""


def read(path: Path) -> Opened:
    """Read a file and list its edits.

    Raises:
        TaskError: it cannot be read, or is not valid Python.
    """
    from nerion_gym.edits.catalog import enumerate_edits
    from nerion_gym.edits.registry import OPERATORS
    from nerion_gym.types.program import Program

    try:
        source = path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); give a Python file"
        raise TaskError(msg) from error
    program = Program.from_files({path.as_posix(): source})
    return Opened(path, program, enumerate_edits(program, OPERATORS, None))


def chosen(opened: Opened, function: str, kind: str | None, operators: Sequence[str]) -> list[int]:
    """Return the numbers of the edits that are asked for; edits are counted from 1.

    Raises:
        ConfigError: no such function, kind or operator.
    """
    from nerion_gym.commands.operators import KINDS
    from nerion_gym.edits.registry import operator, resolve
    from nerion_gym.syntax.module import parse_module

    if kind is not None and kind not in KINDS:
        msg = f"--kind {kind}: expected one of {', '.join(KINDS)}"
        raise ConfigError(msg)
    names = {row.name for row in resolve(operators)}
    module = parse_module(*opened.program.files[0])
    area = module.function(function).span if function else module.span(module.tree)
    return [
        number
        for number, edit in enumerate(opened.catalog, start=1)
        if area.contains(edit.site)
        and (not names or edit.operator in names)
        and kind in (None, str(operator(edit.operator).kind))
    ]


def twins(opened: Opened, numbers: Sequence[int]) -> dict[int, str]:
    """Return what each of these edits is equivalent to, by number."""
    from nerion_gym.edits.equivalence import ORIGINAL, equivalents

    found = equivalents(opened.program, [opened.catalog[number - 1] for number in numbers])
    return {
        number: "original" if twin == ORIGINAL else f"edit {numbers[twin]}"
        for number, twin in zip(numbers, found, strict=True)
        if twin is not None
    }


def numbered(opened: Opened, number: int) -> Edit:
    """Return the edit of a number.

    Raises:
        ConfigError: there is none.
    """
    if not 1 <= number <= len(opened.catalog):
        msg = (
            f"edit {number}: {opened.path} has the edits 1 to {len(opened.catalog)}; "
            f"`nerion edits {opened.path}` lists them"
        )
        raise ConfigError(msg)
    return opened.catalog[number - 1]


def row_of(opened: Opened, number: int, equivalent: str = "") -> dict[str, Any]:
    """Return an edit as JSON data; lines and columns are counted from 1, columns in characters."""
    from nerion_gym.syntax.module import parse_module

    edit = opened.catalog[number - 1]
    module = parse_module(*opened.program.files[0])
    line = module.table.line_of(edit.site.start)
    before = opened.source[module.table.starts[line - 1] : edit.site.start]
    return {
        "number": number,
        "operator": edit.operator,
        "line": line,
        "column": len(before.decode("utf-8", "replace")) + 1,
        "change": change_of(edit),
        "equivalent": equivalent,
    }


def change_of(edit: Edit) -> str:
    """Return what becomes of what, in one short line."""
    first = edit.splices[0]
    more = f" (+{len(edit.splices) - 1} more)" if len(edit.splices) > 1 else ""
    return f"{short(first.before)} -> {short(first.after)}{more}"


def short(text: bytes) -> str:
    """Return text in one line, cut where it is long."""
    words = " ".join(text.decode("utf-8", "replace").split())
    if not words:
        return "(nothing)"
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 3]}..."


def shown(opened: Opened, edit: Edit, *, colour: bool = False) -> str:
    """Return an edit as a unified difference."""
    from nerion_gym.edits.preview import diff as difference

    return difference(opened.program, edit, colour=colour)


COMMANDS = (
    (edits, EXAMPLES),
    (diff, DIFF_EXAMPLES),
    (apply, APPLY_EXAMPLES),
    (undo, UNDO_EXAMPLES),
)
"""The commands of this file, with what stands below their help."""
