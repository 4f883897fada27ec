"""A trace in a terminal: annotated source, functions, edits and tests to look at, a summary."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.report.lines import Line
from nerion_gym.report.traced_rows import CLASSES, SIGN, WORD, counted, reasons, totals
from nerion_gym.report.visible import cut, visible
from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nerion_gym.report.traced_rows import EditRow, FunctionRow, LineRow, TestRow
    from nerion_gym.types.trace import MicroTrace, SiteTrace, Trace

STYLE = {
    Infection.NEVER: "bold red",
    Infection.SOMETIMES: "yellow",
    Infection.ALWAYS: "green",
    Infection.UNKNOWN: "magenta",
    Infection.NOT_REACHED: "cyan",
}
EDITS_WIDTH = 16
GAP = 2
"""Lines without edits that are shown where they lie between two with some."""
HEADS = ("def ", "async def ", "class ")
SHOWN_SITES = 3
SITE_WIDTH = 24
WIDE = 110
FEW_CHECKS = 1
LEGEND = (
    "hits   how often the suite evaluates a line; run: executed, not counted",
    "edits  of it, by how often the edited expression would have had another value:",
    "       " + ", ".join(f"{sign} {word}" for _, sign, word in CLASSES),
    "Below a line: an expression, kinds of its values, (how many different ones)",
)


ALONE = "alone  edits with which the function does something else / edits run"
"""What is said besides where functions were run alone."""


class Columns(NamedTuple):
    """What annotated source shows beside each line.

    Attributes:
        width: of the terminal.
        tests: whether there is room for the number of tests.
        alone: whether functions were run alone.
    """

    width: int
    tests: bool
    alone: bool


def source(rows: Sequence[LineRow], shown: Iterable[range], width: int) -> Iterator[Line]:
    """Yield the annotated lines of a file.

    Args:
        rows: all its lines.
        shown: those that are asked for.
        width: of the terminal.
    """
    columns = Columns(width, width >= WIDE, any(row.alone[1] for row in rows))
    tests = "tests " if columns.tests else ""
    alone = "  alone " if columns.alone else ""
    yield Line(f"{'line':>5} {'hits':>6} {tests}{'edits':<{EDITS_WIDTH}}{alone}".rstrip(), "dim")
    wanted = {number for part in shown for number in part}
    inside = [row for row in rows if row.number in wanted]
    last = 0
    for row in _with_gaps(inside):
        if row.number != last + 1 and last:
            yield Line(f"{'...':>5}", "dim")
        last = row.number
        yield from _line(row, columns)


def _with_gaps(rows: Sequence[LineRow]) -> Iterator[LineRow]:
    """Yield the lines with edits, heads of functions and classes, and short gaps between them."""
    waiting: list[LineRow] = []
    begun = False
    for row in rows:
        if row.edits or row.text.lstrip().startswith(HEADS):
            if begun and len(waiting) <= GAP:
                yield from waiting
            yield row
            waiting, begun = [], True
        else:
            waiting.append(row)


def _line(row: LineRow, columns: Columns) -> Iterator[Line]:
    width = columns.width
    gutter = Line(f"{row.number:>5} {hits_of(row):>6} ")
    gutter.append(f"{row.tests or '':>5} " if columns.tests else "")
    gutter.parts += _edits(row).parts
    differ, ran = row.alone
    told = f"{differ}/{ran}" if ran else ""
    gutter.append(f"{told:>7} " if columns.alone else "")
    head = len(gutter)
    gutter.append("| ", "dim")
    gutter.append(cut(visible(row.text), width - head - 2))
    yield gutter
    profile = " · ".join(profiles(row.sites))
    if profile:
        text = f"{'':{head}}|   {cut(profile, width - head - 4)}"
        yield Line(text, "dim italic")


def hits_of(row: LineRow) -> str:
    """Return how often a line is evaluated: a number, "run" where it is not counted."""
    if row.hits:
        return brief(row.hits)
    if row.ran:
        return "run" if row.text.strip() else ""
    absent = row.edits and set(row.classes) == {Infection.NOT_REACHED}
    return "0" if absent else ""


def brief(number: int) -> str:
    """Return a number in at most six characters: 1234, 56k, 7M."""
    if number < 100_000:
        return str(number)
    return f"{number // 1000}k" if number < 10_000_000 else f"{number // 1_000_000}M"


def _edits(row: LineRow) -> Line:
    found = Line()
    classes = row.classes
    for infection, sign, _ in CLASSES:
        if classes[infection]:
            found.append(f"{classes[infection]}{sign} ", STYLE[infection])
    found.append(" " * (EDITS_WIDTH - len(found)))
    return found


def profiles(sites: Sequence[tuple[str, SiteTrace]]) -> list[str]:
    """Return what was seen of values at some places, literals left out: they are what they say."""
    told = [(text, site) for text, site in sites if site.kinds and not is_literal(text)]
    shown = [
        f"{cut(visible(text), SITE_WIDTH)}: {kinds_of(site.kinds)}"
        for text, site in told[:SHOWN_SITES]
    ]
    return shown + ([f"{len(told) - SHOWN_SITES} more"] if len(told) > SHOWN_SITES else [])


def kinds_of(kinds: Mapping[str, int]) -> str:
    """Return kinds of values with the number of different ones seen, the commonest first."""
    ordered = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{visible(kind)} ({count})" for kind, count in ordered)


def is_literal(text: str) -> bool:
    """Whether an expression is a literal."""
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True


QUIET = "Either the edited program does the same, or no test has a value that tells."
ALIKE = (
    "On a few recorded calls the function has the same result and exception, and\n"
    "leaves its arguments the same. What else it changes is not looked at."
)


def listed_edits(rows: Sequence[EditRow], diffs: Mapping[int, str], most: int) -> Iterator[Line]:
    """Yield edits with what they change.

    Args:
        rows: those.
        diffs: by index; of those that are shown.
        most: how many are shown; 0: all.
    """
    for row in rows[: most or None]:
        number = f"{row.number:>5}" if row.number else "    -"
        place = visible(f"{row.path}:{row.line}:{row.column}")
        yield Line.of(number, "  ", (place, "bold"), f"  {row.operator}")
        yield Line(f"       {row.why_quiet if row.quiet else alike(row)}")
        for line in diffs.get(row.index, "").splitlines():
            if line[:1] in "+-" and line[:3] not in ("+++", "---"):
                style = "green" if line[0] == "+" else "red"
                yield Line(f"       {line[0]} {visible(line[1:])}", style)
    if most and len(rows) > most:
        yield Line(f"  ... and {len(rows) - most} more; --limit 0 lists all", "dim")


def alike(row: EditRow) -> str:
    """Say of an edit whose function does the same what its value does."""
    ran = counted(row.micro.ran if row.micro is not None else 0, "call")
    return (
        f"the function does the same in {ran}; the value there differs: {WORD[row.seen.infection]}"
    )


def function_table(rows: Sequence[FunctionRow]) -> Iterator[Line]:
    """Yield a line for each function: calls, what it returned, who looks, its edits."""
    for row in rows:
        place = f"  {visible(row.path)}:{row.line}" if row.line else f"  {visible(row.path)}"
        yield Line.of((visible(row.name), "bold"), (place, "dim"))
        yield Line.of("    ", sums(row.edits))
        if row.seen is not None:
            calls = sum(row.seen.calls.values())
            tests = sum(1 for test in row.seen.calls if test)
            yield Line(f"    called {brief(calls)} times, by {counted(tests, 'test')}")
        if row.seen is not None and row.seen.returns:
            yield Line(f"    returned {kinds_of(row.seen.returns)}")
        if row.checks:
            yield Line(f"    {looks(row)}")


def looks(row: FunctionRow) -> str:
    """Say how many assertions look at what a function gives, and what the strongest asks."""
    sure = sum(check.derived for check in row.checks)
    best = max(row.checks, key=lambda check: check.strength)
    exact = "" if sure else " of tests that call it (which look at it is not known)"
    return f"{counted(sure or len(row.checks), 'assertion')}{exact}; the strongest: {best.kind}"


def sums(edits: Sequence[EditRow]) -> Line:
    """Return how many edits there are of each class, in words."""
    found = Line(f"{counted(len(edits), 'edit')}: ")
    counts = totals(edits)
    parts = [(f"{counts[one]} {word}", STYLE[one]) for one, _, word in CLASSES if counts[one]]
    for number, (text, style) in enumerate(parts):
        found.append(", " if number else "")
        found.append(text, style)
    return found


def test_lists(rows: Sequence[TestRow], most: int) -> Iterator[Line]:
    """Yield the tests that assert nothing, nothing that matters, and those that do not count."""
    silent = [row.identity for row in rows if not row.checks and not row.note]
    idle = [row.identity for row in rows if row.idle and row.checks]
    noted = [f"{row.identity}: {row.note}" for row in rows if row.note]
    for title, names in (
        ("Tests that assert nothing: they fail only where the program raises", silent),
        ("Tests whose assertions look at nothing that edited code gives", idle),
        ("Tests that do not count, or of which not all is known", noted),
    ):
        if names:
            yield Line(f"{title} ({len(names)})", "bold")
            for name in names[: most or None]:
                yield Line(f"  {visible(name)}")
            if most and len(names) > most:
                yield Line(f"  ... and {len(names) - most} more; --limit 0 lists all", "dim")
            yield Line("")


def summary(trace: Trace, edits: Sequence[EditRow], tests: Sequence[TestRow]) -> Iterator[Line]:
    """Yield what there is in all, and what is unknown and why."""
    yield Line("Summary", "bold")
    yield Line.of("  ", sums(edits))
    meaning = {Infection.NEVER: "no test can notice them", Infection.NOT_REACHED: "no test runs it"}
    counts = totals(edits)
    for infection, said in meaning.items():
        if counts[infection]:
            yield Line(f"  {WORD[infection]} ({SIGN[infection]}): {said}")
    for why, count in reasons(edits):
        yield Line(f"  unknown, {counted(count, 'edit')}: {visible(why or 'no reason was given')}")
    silent = sum(1 for row in tests if not row.checks and not row.note)
    left = len(trace.left_out)
    checks = sum(len(row.checks) for row in tests)
    yield Line(f"  {counted(len(tests), 'test')}, {left} left out, {silent} without an assertion")
    yield Line(f"  {counted(checks, 'assertion')}")
    micro = [row.micro for row in edits if row.micro is not None]
    if micro:
        yield Line(f"  {micro_summary(micro)}")


def micro_summary(micro: Sequence[MicroTrace]) -> str:
    """Say what running functions alone told."""
    ran = sum(bool(one.ran) for one in micro)
    differ = sum(bool(one.differs) for one in micro)
    return (
        f"run alone on recorded arguments: {ran} of {counted(len(micro), 'edit')}; "
        f"the function does something else in {differ}"
    )
