"""What `nerion trace` prints, writes and gives as JSON."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.preview import diff
from nerion_gym.errors import ConfigError
from nerion_gym.report import traced_text
from nerion_gym.report.lines import Line
from nerion_gym.report.traced import edit_rows, function_rows, line_rows, test_rows
from nerion_gym.report.traced_page import Page, html
from nerion_gym.report.traced_rows import WORD, reasons, totals
from nerion_gym.report.visible import visible
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.report.traced import Measured
    from nerion_gym.report.traced_rows import EditRow
    from nerion_gym.types.check import Check
    from nerion_gym.types.program import Focus


def diffs_of(found: Measured, rows: Sequence[EditRow]) -> dict[int, str]:
    """Return the differences of some edits, by index."""
    return {row.index: diff(found.program, found.edits[row.index]) for row in rows}


# --- in the terminal


def say(
    found: Measured, focus: Focus | None, room: tuple[int, int], *, source: bool
) -> Iterator[Line]:
    """Yield all that is said, line by line.

    Args:
        found: what was measured.
        focus: functions that were asked for; None: everything.
        room: width of the terminal, and how many edits and tests are listed at most.
        source: whether annotated source is shown.
    """
    width, limit = room
    edits, tests = edit_rows(found), test_rows(found)
    paths = list(dict.fromkeys(row.path for row in edits))
    if source:
        alone = [traced_text.ALONE] if found.micro else []
        yield from (Line(line, "dim") for line in ("", *traced_text.LEGEND, *alone))
    for path in paths if source else ():
        yield from (Line(""), Line(visible(path), "bold"))
        yield from traced_text.source(
            line_rows(found, path, edits), parts_of(found, path, focus), width
        )
    yield from (Line(""), Line("Functions", "bold"))
    yield from traced_text.function_table(function_rows(found, edits))
    yield from _listed(found, edits, limit)
    yield Line("")
    yield from traced_text.test_lists(tests, limit)
    yield from traced_text.summary(found.trace, edits, tests)


def _listed(found: Measured, edits: Sequence[EditRow], limit: int) -> Iterator[Line]:
    quiet = [row for row in edits if row.quiet]
    # A function that returns nothing is called for what else it changes, which is not seen; of
    # what is told as an object only, two may be taken for one.
    plain = [row for row in function_rows(found, edits) if row.seen and row.seen.returned]
    plain = [row for row in plain if row.seen and "object" not in row.seen.returns]
    alike = [edit for row in plain for edit in row.edits if edit.alike and not edit.quiet]
    for title, said, rows in (
        ("Edits that no test can notice", traced_text.QUIET, quiet),
        ("Edits that may go unnoticed", traced_text.ALIKE, alike),
    ):
        if rows or rows is quiet:
            yield from (Line(""), Line(f"{title} ({len(rows)})", "bold"))
            yield from [Line(said, "dim")] if rows else []
            diffs = diffs_of(found, rows[: limit or None])
            yield from traced_text.listed_edits(rows, diffs, limit)


def parts_of(found: Measured, path: str, focus: Focus | None) -> list[range]:
    """Return the lines of a file that were asked for."""
    module = parse_module(path, found.program.source(path))
    if focus is None:
        return [module.lines(module.span(module.tree))]
    names = [ref.qualname for ref in focus.functions if ref.path == path]
    return [module.function(name).lines for name in names]


# --- as a page


def write_page(place: Path, title: str, found: Measured) -> None:
    """Write the page, all of it or nothing.

    Raises:
        ConfigError: it cannot be written there.
    """
    edits = edit_rows(found)
    paths = dict.fromkeys(row.path for row in edits)
    page = Page(
        title,
        found.trace,
        {path: line_rows(found, path, edits) for path in paths},
        edits,
        function_rows(found, edits),
        test_rows(found),
        diffs_of(found, [row for row in edits if row.quiet]),
    )
    try:
        replace(place, html(page))
    except OSError as error:
        msg = f"--html {place}: cannot be written ({error.strerror})"
        raise ConfigError(msg) from error


def replace(place: Path, content: bytes) -> None:
    """Put a file into its place in one step: nobody ever reads half of it."""
    handle, name = tempfile.mkstemp(dir=place.absolute().parent, prefix=f".{place.name}-")
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        half.chmod(0o666 & ~_mask())
        half.replace(place)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _mask() -> int:
    """Return the process's mask of file permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


# --- as JSON


def document(title: str, found: Measured) -> dict[str, Any]:
    """Return everything as JSON data. Tests are named by their place in `tests`."""
    edits, tests = edit_rows(found), test_rows(found)
    place = {row.identity: number for number, row in enumerate(tests)}
    return {
        "name": title,
        "files": list(found.program.paths),
        "tests": [
            {
                "test": row.identity,
                "assertions": len(row.checks),
                "looking": len(row.looking),
                "edits_reached": row.reached,
                "edits_differing": row.infected,
                "note": row.note,
            }
            for row in tests
        ],
        "functions": _functions(found, edits, place),
        "edits": [_edit(row, place) for row in edits],
        "sites": _sites(found, place),
        "quiet": [row.index for row in edits if row.quiet],
        "left_out": dict(found.trace.left_out),
        "classes": {WORD[one]: count for one, count in sorted(totals(edits).items())},
        "unknown_because": dict(reasons(edits)),
    }


def _functions(
    found: Measured, edits: Sequence[EditRow], place: dict[str, int]
) -> list[dict[str, Any]]:
    rows = []
    for row in function_rows(found, edits):
        seen = row.seen
        calls = {} if seen is None else seen.calls
        rows.append(
            {
                "file": row.path,
                "function": row.name,
                "line": row.line,
                "edits": len(row.edits),
                "calls": sum(calls.values()),
                "tests": [place[test] for test in calls if test in place],
                "returns": {} if seen is None else dict(seen.returns),
                "assertions": [_check(check, place) for check in row.checks],
            }
        )
    return rows


def _check(check: Check, place: dict[str, int]) -> dict[str, Any]:
    return {
        "test": place.get(check.test),
        "file": check.path,
        "line": check.line,
        "kind": str(check.kind),
        "strength": check.strength,
        "derived": check.derived,
    }


def _edit(row: EditRow, place: dict[str, int]) -> dict[str, Any]:
    seen, micro = row.seen, row.micro
    alone = None if micro is None else {"ran": micro.ran, "differs": micro.differs}
    return {
        "number": row.number,
        "file": row.path,
        "line": row.line,
        "column": row.column,
        "operator": row.operator,
        "change": row.change,
        "infection": WORD[seen.infection],
        "effect": WORD[seen.effect],
        "carrier": seen.carrier,
        "reached": [place[test] for test in seen.reached if test in place],
        "infected": [place[test] for test in seen.infected if test in place],
        "at_import": seen.at_import,
        "why": seen.why,
        "assertions": len(row.checks),
        "micro": alone if micro is None or not micro.why else {**(alone or {}), "why": micro.why},
    }


def _sites(found: Measured, place: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "file": site.span.path,
            "start": site.span.start,
            "end": site.span.end,
            "hits": sum(site.hits.values()),
            "tests": [place[test] for test in site.hits if test in place],
            "kinds": dict(site.kinds),
        }
        for site in found.trace.sites
    ]
