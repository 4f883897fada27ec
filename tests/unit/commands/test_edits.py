"""The commands on one file: what they list, show, change and take back; what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nerion_gym import cli
from nerion_gym.commands.places import Where, split
from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import diff
from nerion_gym.edits.registry import OPERATORS, resolve
from nerion_gym.envs.probing import PROBING_OPERATORS
from nerion_gym.envs.render import describe_edit
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

SOURCE = "# über\ndef f(a):\n    ä = 1 + a\n    return ä\n\n\ndef g(b):\n    return b < (2 * 3)\n"


@pytest.fixture
def nerion(capsys, monkeypatch, tmp_path):
    """Return a function that runs a command beside m.py: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "m.py").write_text(SOURCE, encoding="utf-8")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        return ended.value.code or 0, *capsys.readouterr()

    return run


def number_of(nerion, operator, change):
    rows = json.loads(nerion("edits", "m.py", "--json")[1])["edits"]
    (row,) = [row for row in rows if (row["operator"], row["change"]) == (operator, change)]
    return str(row["number"])


def test_every_operator_has_a_row_with_its_kind_once(nerion):
    _, out, _ = nerion("operators")
    lines = out.splitlines()
    assert len(lines) == len(OPERATORS)
    for line, row in zip(lines, OPERATORS, strict=True):
        assert row.name in line
        assert line.count("refactor") + line.count("mutation") == 1
    documents = json.loads(nerion("operators", "--json")[1])
    assert [document["name"] for document in documents] == [row.name for row in OPERATORS]
    assert all(document["kind"] in ("refactor", "mutation") for document in documents)


def test_one_operator_is_shown_with_its_examples(nerion):
    _, out, _ = nerion("operators", "SWAP_COMPARISON")
    assert "swap_comparison (id 5, mutation, repairable)" in out
    assert "    while low <= high and x is not None: pass" in out
    _, out, _ = nerion("operators", "--kind", "refactor")
    assert "rename_local" in out
    assert "mutation" not in out
    code, _, error = nerion("operators", "--kind", "bug")
    assert (code, error) == (2, "error: --kind bug: expected one of refactor, mutation\n")
    assert "did you mean swap_comparison" in nerion("operators", "swap_comparisn")[2]


def test_edits_are_listed_by_place_in_characters_with_numbers_that_stay(nerion):
    whole = json.loads(nerion("edits", "m.py", "--json")[1])["edits"]
    assert [row["number"] for row in whole] == list(range(1, len(whole) + 1))
    swap = next(row for row in whole if row["operator"] == "swap_arithmetic")
    assert (swap["line"], swap["column"], swap["change"]) == (3, 11, "'+' -> '*'")
    only = json.loads(nerion("edits", "m.py:g", "--json")[1])["edits"]
    assert only == [row for row in whole if row["line"] >= 7]
    some = nerion("edits", "m.py", "--operator", "rename_local", "--kind", "refactor")[1]
    assert "m.py:3:5" in some
    assert "rename_local  'ä' -> 'ä_local' (+1 more)" in some
    assert f"of {len(whole)} edits" in some


def test_equivalent_edits_are_marked(nerion, tmp_path):
    (tmp_path / "m.py").write_text("def f(x):\n    return x + (2 + 2)\n", encoding="utf-8")
    rows = json.loads(nerion("edits", "m.py", "--equivalent", "--json")[1])["edits"]
    marked = [row["equivalent"] for row in rows if row["change"] == "'+' -> '*'"]
    assert "original" in marked  # 2 * 2 is 2 + 2


def test_a_difference_is_shown_and_nothing_changed(nerion, tmp_path):
    number = number_of(nerion, "swap_comparison", "'<' -> '<='")
    code, out, _ = nerion("diff", "m.py", number)
    assert code == 0
    assert "-    return b < (2 * 3)\n+    return b <= (2 * 3)" in out
    assert (tmp_path / "m.py").read_text(encoding="utf-8") == SOURCE


def test_a_survivor_is_found_by_the_place_that_training_names(nerion, tmp_path):
    program = Program.from_files({"m.py": SOURCE.encode()})
    listed = enumerate_edits(program, resolve(PROBING_OPERATORS), None)
    assert len(listed) > 5
    for edit in listed:
        operator, place = describe_edit(edit, program).split()[:2]
        assert re.fullmatch(r"m\.py:\d+:\d+", place)
        document = json.loads(nerion("diff", place, "--operator", operator, "--json")[1])
        assert diff(program, edit) in [row["diff"] for row in document["edits"]]
        assert all(f"m.py:{r['line']}:{r['column']}" == place for r in document["edits"])
    code, out, _ = nerion("diff", "m.py:8:14")
    assert code == 0
    assert out.splitlines()[0].split()[1:3] == ["m.py:8:14", "swap_comparison"]
    assert "+    return b <= (2 * 3)" in out
    only = nerion("edits", "m.py:8:14")[1]
    assert only.splitlines()[:-1] == [line for line in out.splitlines() if "m.py:8:14" in line]


def test_a_place_of_several_edits_is_changed_by_number_or_operator(nerion, tmp_path):
    code, _, error = nerion("apply", "m.py:8:14")
    assert code == 2
    assert "edits begin there; give the number of one" in error
    assert "'<' -> '<='" in error
    assert (tmp_path / "m.py").read_text(encoding="utf-8") == SOURCE
    code, out, _ = nerion("apply", "m.py:8:17", "--operator", "increment_number")
    assert code == 0
    assert "increment_number made" in out
    assert "(3 * 3)" in (tmp_path / "m.py").read_text(encoding="utf-8")


def test_what_differs_is_shown_indentation_too(nerion, tmp_path):
    text = "def f(a):\n    for b in a:\n        print(b)\n    return 'x' * 40 + " + "'y' * 40\n"
    (tmp_path / "m.py").write_text(text.replace("x", "x" * 60), encoding="utf-8")
    rows = json.loads(nerion("edits", "m.py", "--json")[1])["edits"]
    assert any(row["operator"] == "indent_statement" for row in rows)
    for row in rows:
        before, after = row["change"].split(" (+")[0].split(" -> ", 1)
        assert before != after, row
        assert len(row["change"]) < 130


def test_edits_are_made_and_taken_back_one_by_one(nerion, tmp_path):
    file = tmp_path / "m.py"
    file.chmod(0o754)
    nerion("apply", "m.py", number_of(nerion, "swap_comparison", "'<' -> '<='"))
    first = file.read_text(encoding="utf-8")
    assert first == SOURCE.replace("<", "<=")
    nerion("apply", "m.py", number_of(nerion, "swap_arithmetic", "'+' -> '-'"))
    assert file.read_text(encoding="utf-8") == first.replace("+", "-")
    assert file.stat().st_mode & 0o777 == 0o754
    assert "swap_arithmetic taken back; 1 more can be taken back" in nerion("undo", "m.py")[1]
    assert file.read_text(encoding="utf-8") == first
    assert "swap_comparison taken back" in nerion("undo", "m.py")[1]
    assert file.read_text(encoding="utf-8") == SOURCE
    assert nerion("undo", "m.py")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "m.py"]


def test_a_link_is_followed_and_stays_one(nerion, tmp_path):
    (tmp_path / "link.py").symlink_to("m.py")
    nerion("apply", "link.py", number_of(nerion, "swap_comparison", "'<' -> '<='"))
    assert (tmp_path / "link.py").is_symlink()
    assert "<=" in (tmp_path / "m.py").read_text(encoding="utf-8")
    assert nerion("undo", "m.py")[0] == 0


def test_what_else_changed_a_file_is_not_overwritten(nerion, tmp_path):
    file = tmp_path / "m.py"
    nerion("apply", "m.py", "1")
    file.write_text("x = 1\n", encoding="utf-8")
    code, _, error = nerion("undo", "m.py")
    assert code == 2
    assert "something else changed it since" in error
    assert file.read_text(encoding="utf-8") == "x = 1\n"


def test_a_full_disk_changes_nothing(nerion, tmp_path, monkeypatch):
    from nerion_gym.commands import undoing

    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path / "m.py"))

    monkeypatch.setattr(undoing, "overwrite", full)
    code, _, error = nerion("apply", "m.py", "1")
    assert code == 2
    assert "No space left on device" in error
    assert (tmp_path / "m.py").read_text(encoding="utf-8") == SOURCE
    assert "no edit to take back" in nerion("undo", "m.py")[2]


def test_bad_requests_are_one_line(nerion, tmp_path):
    (tmp_path / "bad.py").write_text("def\n", encoding="utf-8")
    assert "cannot be read (No such file" in nerion("edits", "gone.py")[2]
    assert "bad.py:1:4: invalid syntax" in nerion("edits", "bad.py")[2]
    assert "has no function 'h'" in nerion("edits", "m.py:h")[2]
    assert "has the edits 1 to" in nerion("diff", "m.py", "0")[2]
    assert "which edit? Give its number" in nerion("diff", "m.py")[2]
    assert "no edit begins there; `nerion edits m.py:2`" in nerion("diff", "m.py:2:99")[2]
    (tmp_path / "none.py").write_text("", encoding="utf-8")
    assert "no operator finds anything to edit in none.py" in nerion("diff", "none.py", "1")[2]
    assert nerion("edits", "none.py")[1] == "0 of 0 edits\n"
    assert "unknown operator 'none_such'" in nerion("edits", "m.py", "--operator", "none_such")[2]


def test_a_colon_may_belong_to_the_name_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b.py").write_text("x = 1\n", encoding="utf-8")
    assert split("a:b.py") == Where(Path("a:b.py"))
    assert split("a:b.py:f") == Where(Path("a:b.py"), "f")
    assert split("a:b.py:3") == Where(Path("a:b.py"), "", 3)
    assert split("a:b.py:3:14") == Where(Path("a:b.py"), "", 3, 14)
    assert str(split("m.py").path) == "m.py"
