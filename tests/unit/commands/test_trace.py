"""`nerion trace`: a small package of its own, from the command line."""

import json
import os

import pytest

from nerion_gym import cli
from nerion_gym.commands.trace import given_as

pytestmark = pytest.mark.sandbox
SOURCE = """def area(width, height):
    return abs(width * height)


def spare(a):
    return a - 1
"""
TESTS = """from pkg import core


def test_area():
    assert core.area(2, 3) == 6


def test_nothing():
    core.area(1, 1)
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "core.py").write_text(SOURCE)
    (tmp_path / "test_core.py").write_text(TESTS)
    return tmp_path


@pytest.fixture
def nerion(capfd):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["trace", *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


def test_what_the_tests_could_notice_is_shown_line_by_line(nerion, package):
    code, out, error = nerion("pkg", "--operator", "unwrap_call", "--operator", "swap_arithmetic")
    assert (code, error) == (0, "")
    assert "measuring the unchanged suite" in out
    assert "pkg/core.py" in out
    assert "|     return abs(width * height)" in out
    assert "abs(width * height): int + (2)" in out
    _, _, quiet = out.partition("Edits that no test can notice")
    assert "+     return width * height" in quiet, "abs of what is positive"
    assert "Tests that assert nothing" in quiet
    assert "  test_core.py::test_nothing" in quiet.splitlines()
    assert "not reached (-): no test runs it" in quiet
    assert "2 tests, 0 left out, 1 without an assertion" in quiet
    number = next(line.split()[0] for line in quiet.splitlines() if line.endswith("unwrap_call"))
    with pytest.raises(SystemExit):
        cli.main(["diff", "pkg/core.py", number])
    assert "`nerion diff pkg/core.py N`" in quiet


def test_one_function_as_json(nerion, package):
    code, out, _ = nerion("pkg/core.py", "--function", "spare", "--json")
    said = json.loads(out)
    assert code == 0
    assert {row["function"] for row in said["functions"]} == {"spare"}
    assert said["classes"] == {"not reached": len(said["edits"])}
    assert [row["assertions"] for row in said["tests"]] == [1, 0]


def test_the_page_is_written_and_the_rest_is_short(nerion, package):
    place = package / "trace.html"
    code, out, _ = nerion("pkg", "--html", "trace.html")
    assert code == 0
    assert "the page is in trace.html" in out
    assert "return abs(width" not in out.partition("Functions")[0]
    assert "<title>Trace of pkg</title>" in place.read_text()
    first = place.read_bytes()
    assert nerion("pkg", "--html", "trace.html", "--quiet") == (0, "", "")
    assert place.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "path='nowhere': nothing is there"),
        (("pkg", "--function", "aera"), "--function 'aera' names no function of the program"),
        (("pkg", "--function", "aera"), "pkg/core.py::area"),
        (("pkg", "--operator", "unwrap_cal"), "did you mean unwrap_call"),
        (("pkg", "--function", "area", "--operator", "swap_boolean"), "area: nothing to edit with"),
        (("pkg", "--html", "no/trace.html"), "there is no folder no; make it first"),
        (("pkg", "--html", "pkg"), "is a folder; name a file in it"),
        (("pkg", "--tests", "nowhere"), "tests='nowhere'"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(nerion, package, arguments, message):
    code, out, error = nerion(*arguments)
    assert (code, out) == (2, "")
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert message in error


def test_a_suite_that_fails_is_named(nerion, package):
    (package / "test_core.py").write_text(TESTS.replace("== 6", "== 7"))
    code, _, error = nerion("pkg", "--no-progress")
    assert code == 2
    assert "1 of 2 tests fail on the unchanged program: test_core.py::test_area" in error
    assert (
        "name other tests with --tests PATH, or leave files out: --arguments=--ignore=FILE" in error
    )


def test_a_file_is_named_as_it_is_seen_from_here(package, monkeypatch):
    assert given_as(package / "pkg", "pkg/core.py") == "pkg/core.py"
    monkeypatch.chdir(package / "pkg")
    assert given_as(package / "pkg" / "core.py", "pkg/core.py") == "core.py"
    assert given_as(package / "pkg", "gone.py") == "gone.py"


def test_a_folder_that_cannot_be_written_to_is_said_at_once(nerion, package, monkeypatch):
    monkeypatch.setattr("os.access", lambda _path, mode, **_more: mode != os.W_OK)
    code, out, error = nerion("pkg", "--html", "trace.html")
    assert (code, out) == (2, "")
    assert "cannot be written to; name a file elsewhere" in error


def test_ctrl_c_is_no_traceback(nerion, package, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("nerion_gym.commands.trace.measure_all", interrupted)
    code, _, error = nerion("pkg", "--html", "trace.html")
    assert (code, error) == (130, "interrupted: nothing was written\n")
    assert not (package / "trace.html").exists()


def test_functions_run_alone_have_a_column(nerion, package):
    code, out, _ = nerion("pkg/core.py", "--function", "area", "--micro")
    assert code == 0
    head = next(line for line in out.splitlines() if line.startswith(" line "))
    assert head.endswith("alone")
    assert "run alone on recorded arguments: " in out
