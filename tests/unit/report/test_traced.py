"""A trace in the terminal and as a page: made by hand, with names as bad as they come."""

import io
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from nerion_gym.commands.tracing import document, say, write_page
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.errors import ConfigError
from nerion_gym.execution.tracing.checks import checks_of
from nerion_gym.report.traced import Measured, edit_rows, function_rows, line_rows
from nerion_gym.report.visible import visible
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Focus, FunctionRef, Program, Span
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import (
    EditTrace,
    FunctionTrace,
    Infection,
    MicroTrace,
    SiteTrace,
    Trace,
)

pytestmark = pytest.mark.pure
EVIL = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e\"'&"
PATH = f"pkg/{EVIL.replace('/', '_')}.py"
SOURCE = f"""limit = 3


def area(width, height):
    # {EVIL.replace(chr(27), "")}
    size = width * height
    return size + limit


def spare(a):
    return a - 1
"""
TESTS = """import m
def test_area():
    assert m.area(2, 3) == 9
def test_quiet(x):
    m.area(1, 1)
"""
ONE, TWO = "test_m.py::test_area", f"test_m.py::test_quiet[{EVIL}]"
NAMES = ["increment_number", "swap_arithmetic"]


class Reader(HTMLParser):
    """Reads a page; every element that is not void must be closed in turn."""

    VOID = frozenset({"meta"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def measured(*, micro=False):
    program = Program.from_files({PATH: SOURCE.encode()})
    suite = Suite((("test_m.py", TESTS.encode()),), ("test_m.py",))
    edits = enumerate_edits(program, resolve(NAMES), None)
    results = tuple(TestResult(test, Status.PASSED) for test in (ONE, TWO))
    lines = {PATH: frozenset({6, 7})}
    coverage = Coverage({ONE: lines, TWO: lines}, {PATH: frozenset({1, 4, 10})})
    baseline = Baseline(program, suite, Outcome(results), coverage)
    classes = {
        1: EditTrace(Infection.ALWAYS, at_import=True),
        6: EditTrace(Infection.NEVER, (ONE, TWO)),
        7: EditTrace(
            Infection.SOMETIMES, (ONE, TWO), (ONE,), effect=Infection.NEVER, carrier="returned"
        ),
        11: EditTrace(Infection.NOT_REACHED),
    }
    starts = {edit: SOURCE.encode()[: edit.splices[0].start].count(b"\n") + 1 for edit in edits}
    traces = [classes[starts[edit]] for edit in edits]
    traces[-1] = EditTrace(Infection.UNKNOWN, why="only <running> tells")
    at = SOURCE.encode().index(b"width * height")
    site = SiteTrace(Span(PATH, at, at + 14), {ONE: 2, TWO: 1}, {"int +": 2, "str <b>": 1})
    area = FunctionTrace(
        FunctionRef(PATH, "area"), {ONE: 1, TWO: 1}, {ONE: (("test_m.py", 3),)}, {"int +": 2}, 2
    )
    left = {TWO: "failed with taps, <passed> without"}
    trace = Trace(tuple(traces), (site,), left, (area,), program=program, suite=suite)
    checks = checks_of(suite, trace, (ONE, TWO), edits)
    alone = tuple(MicroTrace(ran=3, differs=1) for _ in edits) if micro else ()
    return Measured(baseline, edits, trace, checks, tuple(range(1, len(edits) + 1)), alone)


def printed(width, *, focus=None, limit=40, micro=False, source=True):
    """Return what a terminal of some width would show, line by line."""
    console = Console(width=width, file=io.StringIO(), color_system=None)
    for line in say(measured(micro=micro), focus, (width, limit), source=source):
        console.print(line.rich(), highlight=False, markup=False)
    return console.file.getvalue().splitlines()


def test_lines_carry_hits_values_and_classes_of_edits():
    found = measured()
    rows = {row.number: row for row in line_rows(found, PATH, edit_rows(found))}
    assert (rows[6].hits, rows[6].tests, rows[6].ran) == (3, 2, True)
    assert set(rows[6].classes) == {Infection.NEVER}
    assert rows[6].sites[0][0] == "width * height"
    assert (rows[11].hits, rows[11].ran) == (0, False)
    assert rows[1].ran, "at import"
    assert not rows[2].edits


def test_functions_have_their_calls_and_the_assertions_that_look_at_them():
    found = measured()
    rows = {row.name: row for row in function_rows(found, edit_rows(found))}
    assert list(rows) == ["<module>", "area", "spare"]
    assert [check.line for check in rows["area"].checks if check.derived] == [3]
    assert rows["spare"].seen is None


def test_the_terminal_says_it_within_its_width():
    for width in (80, 140):
        lines = printed(width)
        text = "\n".join(lines)
        assert max(map(len, lines)) <= width
        assert "width * height: int + (2), str <b> (1)" in text
        assert "the value never differs, in 2 tests" in text
        assert "the value differs, but what is returned is the same, in 2 tests" in text
        assert "unknown, 1 edit: only <running> tells" in text
        assert "called 2 times, by 2 tests" in text
        assert "+     size = width / height" in text or "+     size = width" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "tests" in lines[lines.index(visible(PATH)) + 1], "room for a column more"


def test_a_function_alone_is_shown_alone():
    text = "\n".join(printed(100, focus=Focus((FunctionRef(PATH, "spare"),))))
    assert "return a - 1" in text.partition("Functions")[0]
    assert "size = width" not in text.partition("Functions")[0]
    assert "return a - 1" not in "\n".join(printed(100, source=False)).partition("Functions")[0]


def test_long_lists_say_how_much_is_left():
    quiet = sum(row.quiet for row in edit_rows(measured()))
    assert quiet > 1
    assert any(f"... and {quiet - 1} more" in line for line in printed(100, limit=1))
    assert not any("more; --limit" in line for line in printed(100, limit=0))


def test_tests_that_tell_nothing_are_named(tmp_path):
    text = "\n".join(printed(200))
    assert "left out: failed with taps, <passed> without" in text
    assert "1 left out" in text
    assert "run alone on recorded arguments" in "\n".join(printed(100, micro=True))


def test_the_page_is_well_formed_and_nothing_in_it_runs(tmp_path):
    place = tmp_path / "trace.html"
    write_page(place, EVIL, measured(micro=True))
    content = place.read_bytes().decode()
    page = Reader()
    page.feed(content)
    page.close()
    assert page.open == []
    assert {"script", "img", "link", "iframe", "base"}.isdisjoint(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert {"src", "onerror"}.isdisjoint(page.attributes)
    assert "http" not in content.replace("http-equiv", "")
    assert "url(" not in content
    shown = "".join(page.text)
    for said in ("</script><img src=x onerror=alert(1)>", "str <b> (1)", "only <running> tells"):
        assert said in shown
    assert not {c for c in content if ord(c) < 32 and c != "\n"}
    assert "\u202e" not in content
    assert 'name="viewport"' in content
    assert "prefers-color-scheme: dark" in content


def test_edits_with_which_a_function_does_the_same_are_listed(tmp_path):
    found = measured()
    alone = tuple(MicroTrace(ran=3, differs=row.at != 7) for row in edit_rows(found))
    write_page(tmp_path / "trace.html", "m", found._replace(micro=alone))
    assert "Edits that may go unnoticed" not in (tmp_path / "trace.html").read_text(), "all quiet"
    alone = tuple(MicroTrace(ran=3) for _ in alone)
    said = document("m", found._replace(micro=alone))
    assert said["alike"] == []
    odd = EditTrace(Infection.SOMETIMES, (ONE,), (ONE,))
    trace = replace(found.trace, edits=(odd,) * len(found.edits))
    found = found._replace(micro=alone, trace=trace)
    write_page(tmp_path / "trace.html", "m", found)
    inside = [n for n, row in enumerate(edit_rows(found)) if row.at in (6, 7)]
    assert document("m", found)["alike"] == inside, "only of a function that returned plain values"
    page = (tmp_path / "trace.html").read_text()
    assert f"Edits that may go unnoticed ({len(inside)})" in page
    assert "the function does the same in 3 calls" in page


def test_every_line_of_the_source_is_on_the_page_once(tmp_path):
    write_page(tmp_path / "trace.html", "m", measured())
    page = Reader()
    page.feed((tmp_path / "trace.html").read_text())
    rows = (tmp_path / "trace.html").read_text().count('<span class="text">')
    assert rows == len(SOURCE.split("\n"))
    assert page.tags.count("details") > 3
    assert page.tags.count("summary") == page.tags.count("details"), "all can be opened by keys"


def test_the_page_is_the_same_each_time(tmp_path):
    write_page(tmp_path / "one.html", "m", measured())
    write_page(tmp_path / "two.html", "m", measured())
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    place = tmp_path / "trace.html"
    place.write_text("old")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(ConfigError, match=r"cannot be written \(No space left on device"):
        write_page(place, "m", measured())
    assert [path.name for path in tmp_path.iterdir()] == ["trace.html"]
    assert place.read_text() == "old"


def test_json_names_tests_by_number_and_holds_no_value():
    said = document("m", measured(micro=True))
    assert [row["test"] for row in said["tests"]] == [ONE, TWO]
    row = next(row for row in said["edits"] if row["line"] == 7 and row["effect"] == "never")
    assert (row["infection"], row["reached"], row["infected"]) == ("sometimes", [0, 1], [0])
    assert row["micro"] == {"ran": 3, "differs": 1}
    assert said["sites"][0]["kinds"] == {"int +": 2, "str <b>": 1}
    assert said["unknown_because"] == {"only <running> tells": 1}
    assert sorted(said["quiet"]) == [n for n, row in enumerate(edit_rows(measured())) if row.quiet]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain", "plain"),
        ("a\tb", "a   b"),
        ("\x1b[31mred\x07\x7f", "\u241b[31mred\u2407\u2421"),
        ("\u202eback\u2066\ud800", "\\u202eback\\u2066\\ud800"),
        ("grüße 漢", "grüße 漢"),
    ],
)
def test_what_steers_is_shown_as_what_it_is(given, shown):
    assert visible(given) == shown
