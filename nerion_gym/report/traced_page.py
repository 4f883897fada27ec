"""A trace as one HTML page: no scripts, nothing loaded from anywhere, everything escaped."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.report.page_parts import counts_of, table, text, word_of
from nerion_gym.report.traced_rows import (
    CLASSES,
    WORD,
    alike_edits,
    carried,
    counted,
    reasons,
    totals,
)
from nerion_gym.report.traced_style import STYLE
from nerion_gym.report.traced_text import (
    ALIKE,
    QUIET,
    alike,
    brief,
    hits_of,
    is_literal,
    kinds_of,
    looks,
    micro_summary,
)
from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.report.traced_rows import EditRow, FunctionRow, LineRow, TestRow
    from nerion_gym.types.trace import SiteTrace, Trace

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Even if something were not escaped, nothing would run or load."""
SHOWN_TEXT = 160
HEADS = (
    *("test", "assertions", "on edited code", "what they ask"),
    *("edits reached", "differing", "note"),
)
"""Of the table of tests."""


class Page(NamedTuple):
    """What a page shows.

    Attributes:
        title: of the program.
        trace: what the traced run told.
        files: path -> its lines.
        edits, functions, tests: rows.
        diffs: by edit's index, of those that are listed.
    """

    title: str
    trace: Trace
    files: Mapping[str, Sequence[LineRow]]
    edits: Sequence[EditRow]
    functions: Sequence[FunctionRow]
    tests: Sequence[TestRow]
    diffs: Mapping[int, str]


def html(page: Page) -> bytes:
    """Return the page."""
    title = f"Trace of {text(page.title)}"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        *_summary(page),
        *_listed(page),
        *_functions(page.functions),
        *_sources(page),
        *_tests(page.tests),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "replace")


def _summary(page: Page) -> Iterator[str]:
    yield (
        "<p>The unchanged test suite ran once. For each small edit of the program this page says "
        "whether the edited expression would have had another value in that run. An edit whose "
        "value never differs cannot be noticed by these tests; one that always differs may be.</p>"
    )
    links = [("quiet", "Edits that no test can notice"), ("functions", "Functions")]
    if alike_edits(page.functions):
        links.insert(1, ("alike", "Edits that may go unnoticed"))
    links += [(f"file-{n}", path) for n, path in enumerate(page.files)]
    links.append(("tests", "Tests"))
    items = "".join(f'<li><a href="#{anchor}">{text(name)}</a></li>' for anchor, name in links)
    yield f'<nav aria-label="Parts of this page"><ul>{items}</ul></nav>'
    counts = totals(page.edits)
    meaning = {
        Infection.NEVER: "no value differs in any test: no test can notice the edit",
        Infection.SOMETIMES: "some values differ",
        Infection.ALWAYS: "every value differs",
        Infection.UNKNOWN: "only running the edit tells",
        Infection.NOT_REACHED: "no test evaluates the place",
    }
    rows = [
        (f"{word_of(one)} ({sign})", counts[one], meaning[one])
        for one, sign, _ in CLASSES
        if counts[one]
    ]
    yield table(("the value differs", "edits", "that is"), rows, numbers=(1,))
    why = [(text(said or "no reason was given"), count) for said, count in reasons(page.edits)]
    if why:
        yield "<h3>Why some are unknown</h3>"
        yield table(("reason", "edits"), why, numbers=(1,))
    micro = [edit.micro for edit in page.edits if edit.micro is not None]
    if micro:
        said = micro_summary(micro)
        yield f"<p>{text(said[:1].upper() + said[1:])}.</p>"


def _listed(page: Page) -> Iterator[str]:
    quiet = [edit for edit in page.edits if edit.quiet]
    yield f'<h2 id="quiet">Edits that no test can notice ({len(quiet)})</h2>'
    yield f"<p>{text(QUIET) if quiet else 'None.'}</p>"
    for edit in quiet:
        yield from _opened(page, edit, edit.why_quiet)
    likely = alike_edits(page.functions)
    if likely:
        yield f'<h2 id="alike">Edits that may go unnoticed ({len(likely)})</h2>'
        yield f"<p>{text(' '.join(ALIKE.split()))}</p>"
    for edit in likely:
        yield from _opened(page, edit, alike(edit))


def _opened(page: Page, edit: EditRow, why: str) -> Iterator[str]:
    where = f"{edit.path}:{edit.line}:{edit.column}"
    number = f"edit {edit.number}, " if edit.number else ""
    yield f"<details><summary>{text(where)} {number}<b>{text(edit.operator)}</b>"
    yield f"<code>{text(_added(page.diffs, edit))}</code></summary>"
    yield f'<div class="more">{text(why)}<pre>{_diff(page.diffs, edit)}</pre></div>'
    yield "</details>"


def _added(diffs: Mapping[int, str], edit: EditRow) -> str:
    """Return the first line that an edit makes; of one that only takes away, what it takes."""
    lines = [line for line in diffs.get(edit.index, "").splitlines()[2:] if line[:1] in "+-"]
    found = next((line for line in lines if line[0] == "+"), lines[0] if lines else edit.change)
    return found[0] + " " + found[1:].strip()


def _diff(diffs: Mapping[int, str], edit: EditRow) -> str:
    lines = diffs.get(edit.index, "").splitlines()
    marks = {"+": "plus", "-": "minus"}
    return "\n".join(
        f'<span class="{marks.get(line[:1], "dim")}">{text(line)}</span>' for line in lines
    )


def _functions(rows: Sequence[FunctionRow]) -> Iterator[str]:
    yield f'<h2 id="functions">Functions with edits ({len(rows)})</h2>'
    traced = any(row.seen is not None for row in rows)
    heads = ("function", "edits", "calls", "tests", "returned", "assertions on it")
    cells = []
    for row in rows:
        line = f":{row.line}" if row.line else ""
        name = f"<code>{text(row.name)}</code> <span class=dim>{text(row.path)}{line}</span>"
        cells.append((name, counts_of(row.edits), *(_called(row) if traced else ())))
    yield table(heads if traced else heads[:2], cells, numbers=(2, 3))


def _called(row: FunctionRow) -> tuple[str, str, str, str]:
    seen = row.seen
    looking = text(looks(row)) if row.checks else ""
    if seen is None:
        return "", "", "", looking
    tests = sum(1 for test in seen.calls if test)
    calls = brief(sum(seen.calls.values()))
    return calls, str(tests), text(kinds_of(seen.returns)), looking


def _tests(rows: Sequence[TestRow]) -> Iterator[str]:
    yield f'<h2 id="tests">Tests ({len(rows)})</h2>'
    noted = [row for row in rows if _note(row)]
    if noted:
        yield f"<h3>To look at ({len(noted)})</h3>"
        yield table(HEADS, [_test(row) for row in noted], numbers=(1, 2, 4, 5))
    yield f"<details><summary>All {counted(len(rows), 'test')}</summary>"
    yield table(HEADS, [_test(row) for row in rows], numbers=(1, 2, 4, 5))
    yield "</details>"


def _test(row: TestRow) -> tuple[object, ...]:
    kinds = {check.kind.value: None for check in sorted(row.checks, key=lambda c: -c.strength)}
    asks = text(", ".join(kinds))
    shown = (f"<code>{text(row.identity)}</code>", len(row.checks), len(row.looking))
    return (*shown, asks, row.reached, row.infected, text(_note(row)))


def _note(row: TestRow) -> str:
    if row.note or row.checks:
        return row.note or ("asserts nothing of what edited code gives" if row.idle else "")
    return "asserts nothing: it fails only where the program raises"


def _sources(page: Page) -> Iterator[str]:
    for number, (path, rows) in enumerate(page.files.items()):
        yield f'<h2 id="file-{number}">{text(path)}</h2>'
        signs = ", ".join(f"{sign} {word}" for _, sign, word in CLASSES)
        yield (
            f"<p class=dim>Columns: line, evaluations (run: executed, not counted), edits by how "
            f"often the value differs ({signs}), the same as a bar. A line with + opens.</p>"
        )
        for row in rows:
            yield from _line(row)


def _line(row: LineRow) -> Iterator[str]:
    code = f'<span class="text">{text(row.text) or "&nbsp;"}</span>'
    bare = not row.edits and not row.sites
    hits = hits_of(row)
    empty = "" if hits else " class=none"
    cells = f"<span>{row.number}</span><span{empty}>{hits}</span>"
    if bare:
        none = "<span class=none></span>" * 2
        yield f'<div class="row bare">{cells}{none}{code}</div>'
        return
    yield f'<details><summary class="row">{cells}<span>{counts_of(row.edits)}</span>{_bar(row)}'
    yield f'{code}</summary><div class="more">'
    yield f"<p class=dim>{counted(row.tests, 'test')} execute this line.</p>" if row.tests else ""
    sites = [(said, site) for said, site in row.sites if site.kinds and not is_literal(said)]
    if sites:
        items = "".join(f"<li>{_site(said, site)}</li>" for said, site in sites)
        yield f"<b>Values seen here, by kind and number of different ones</b><ul>{items}</ul>"
    ordered = sorted(row.edits, key=lambda edit: (edit.column, edit.index))
    for column, inside in groupby(ordered, key=lambda edit: edit.column):
        items = "".join(f"<li>{_edit(edit)}</li>" for edit in inside)
        yield f"<b>Edits at column {column}</b><ul>{items}</ul>"
    yield "</div></details>"


def _bar(row: LineRow) -> str:
    classes = row.classes
    parts = [(WORD[one].replace(" ", "-"), classes[one]) for one, _, _ in CLASSES if classes[one]]
    inner = "".join(f'<i class="{word}" style="flex:{count}"></i>' for word, count in parts)
    return f'<span class="bar" aria-hidden="true">{inner}</span>'


def _site(said: str, site: SiteTrace) -> str:
    short = said if len(said) <= SHOWN_TEXT else said[:SHOWN_TEXT] + "..."
    hits = brief(sum(site.hits.values()))
    return f"<code>{text(short)}</code>: {text(kinds_of(site.kinds))} in {hits} evaluations"


def _edit(edit: EditRow) -> str:
    seen = edit.seen
    number = f"{edit.number} " if edit.number else ""
    told = [f"differs in {len(seen.infected)} of {counted(len(seen.reached), 'test')}"]
    if seen.infection in (Infection.UNKNOWN, Infection.NOT_REACHED):
        told = [seen.why] if seen.why else []
    if seen.effect is not Infection.UNKNOWN:
        told.append(f"{carried(seen.carrier)} differs: {WORD[seen.effect]}")
    noticing = sum(check.test in seen.infected for check in edit.checks)
    if noticing:
        told.append(f"{counted(noticing, 'assertion')} may notice")
    if edit.micro is not None:
        ran = f"run alone: differs in {edit.micro.differs} of {counted(edit.micro.ran, 'call')}"
        told.append(ran if edit.micro.ran else f"not run alone: {edit.micro.why}")
    return (
        f"{word_of(seen.infection)} <span class=dim>{number}</span>{text(edit.operator)} "
        f"<code>{text(edit.change)}</code> <span class=dim>{text('; '.join(told))}</span>"
    )
