"""What the commands on one file share: which edits are meant, and how each is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.errors import ConfigError, TaskError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

LINE = re.compile(r"(.+?):(\d+)(?::(\d+))?:?")


class Where(NamedTuple):
    """A file, or a part of it: one function, one line, or one column of a line (0: any)."""

    path: Path
    function: str = ""
    line: int = 0
    column: int = 0


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


def split(place: str) -> Where:
    """Read `FILE`, `FILE:FUNCTION` or `FILE:LINE[:COLUMN]`; a colon in a file's name is kept."""
    if Path(place).exists():
        return Where(Path(place))
    match = LINE.fullmatch(place)
    if match is not None:
        return Where(Path(match[1]), "", int(match[2]), int(match[3] or 0))
    path, _, function = place.rpartition(":")
    return Where(Path(path), function) if path else Where(Path(place))


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


def asked_for(place: str, number: int | None, operators: Sequence[str]) -> tuple[Opened, list[int]]:
    """Return the file and the edits that a number or a place means, at least one.

    Raises:
        ConfigError: neither is given, or there is no such edit.
        TaskError: the file cannot be read, or is not valid Python.
    """
    where = split(place)
    opened = read(where.path)
    if number is not None:
        return opened, [numbered(opened, number)]
    if not where.line and not where.function:
        msg = (
            f"{place}: which edit? Give its number (`nerion edits {place}` lists them), or where "
            f"its change begins: {place}:LINE:COLUMN"
        )
        raise ConfigError(msg)
    found = chosen(opened, where, None, operators)
    if not found:
        line = f"{where.path}:{where.line}" if where.line else place
        msg = f"{place}: no edit begins there; `nerion edits {line}` lists those of that line"
        raise ConfigError(msg)
    return opened, found


def only(opened: Opened, place: str, numbers: Sequence[int]) -> int:
    """Return the one edit that is meant.

    Raises:
        ConfigError: several are: they are listed with their numbers.
    """
    if len(numbers) == 1:
        return numbers[0]
    rows = [row_of(opened, number) for number in numbers]
    listed = ", ".join(f"{row['number']} ({row['operator']} {row['change']})" for row in rows)
    msg = f"{place}: {len(rows)} edits begin there; give the number of one: {listed}"
    raise ConfigError(msg)


def chosen(opened: Opened, where: Where, kind: str | None, operators: Sequence[str]) -> list[int]:
    """Return the numbers of the edits that are asked for; edits are counted from 1.

    Raises:
        ConfigError: no such function, kind or operator.
    """
    from nerion_gym.commands.operators import KINDS
    from nerion_gym.edits.registry import operator, resolve
    from nerion_gym.envs.render import place_of
    from nerion_gym.syntax.module import parse_module

    if kind is not None and kind not in KINDS:
        msg = f"--kind {kind}: expected one of {', '.join(KINDS)}"
        raise ConfigError(msg)
    names = {row.name for row in resolve(operators)}
    module = parse_module(*opened.program.files[0])
    area = module.function(where.function).span if where.function else module.span(module.tree)

    def begins_there(edit: Edit) -> bool:
        line, column = place_of(edit, opened.program) if where.line else (0, 0)
        return line == where.line and where.column in (0, column)

    return [
        number
        for number, edit in enumerate(opened.catalog, start=1)
        if area.contains(edit.site)
        and (not names or edit.operator in names)
        and kind in (None, str(operator(edit.operator).kind))
        and begins_there(edit)
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


def numbered(opened: Opened, number: int) -> int:
    """Return the number of an edit that is there.

    Raises:
        ConfigError: it is not.
    """
    count = len(opened.catalog)
    if 1 <= number <= count:
        return number
    if not count:
        msg = f"edit {number}: no operator finds anything to edit in {opened.path}"
        raise ConfigError(msg)
    there = f"the edits 1 to {count}" if count > 1 else "one edit, 1"
    msg = f"edit {number}: {opened.path} has {there}; `nerion edits {opened.path}` lists them"
    raise ConfigError(msg)


def row_of(opened: Opened, number: int, equivalent: str = "") -> dict[str, Any]:
    """Return an edit as JSON data; lines and columns are counted from 1, columns in characters."""
    from nerion_gym.envs.render import change_of, place_of

    edit = opened.catalog[number - 1]
    line, column = place_of(edit, opened.program)
    return {
        "number": number,
        "operator": edit.operator,
        "line": line,
        "column": column,
        "change": change_of(edit, brief=True),
        "equivalent": equivalent,
    }


def described(opened: Opened, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return rows as lines for people: number, place, operator, what becomes of what."""
    places = [f"{opened.path}:{row['line']}:{row['column']}" for row in rows]
    width = max((len(row["operator"]) for row in rows), default=0)
    reach = max(map(len, places), default=0)
    return [
        f"{row['number']:>5}  {place:<{reach}}  {row['operator']:<{width}}  {row['change']}"
        + (f"  = {row['equivalent']}" if row["equivalent"] else "")
        for row, place in zip(rows, places, strict=True)
    ]


def shown(opened: Opened, edit: Edit, *, colour: bool = False) -> str:
    """Return an edit as a unified difference."""
    from nerion_gym.edits.preview import diff as difference

    return difference(opened.program, edit, colour=colour)
