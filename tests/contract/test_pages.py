"""Every block of code in every page is true: it runs here, or in the test that is named here."""

from __future__ import annotations

import ast
import os
import re
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.pages import ROOT, Block, Command, blocks_of, commands_of, make_project, pages

if TYPE_CHECKING:
    from pathlib import Path

PAGES = pages()
BLOCKS = [block for page, text in PAGES.items() for block in blocks_of(page, text)]
ELSEWHERE = {
    "README.md": "test_readme.py::test_python_blocks_run_as_they_stand",
    "docs/agents.md": "test_agents_page.py::test_its_python_runs",
    "docs/graphs.md": "test_graph_page.py::test_pictures_and_table_are_those_of_the_code",
    "docs/operators.md": "test_operators.py::test_the_docstrings_examples_are_true",
    "docs/semantics.md": "test_semantics_page.py::test_the_python_block_runs",
    "docs/trace.md": "test_trace_page.py::test_its_python_runs_as_it_stands",
}
"""Pages whose Python another contract test runs, all of it, and asks more of than that it runs."""
SHOWN = {"text", "yaml", "json", "diff"}
"""Languages of blocks that are looked at, not run."""
OURS = ("nerion ", "python scripts/")
NOT_RUN = {
    "git clone": "where the repository lies is the reader's to know",
    "cd": "so is where it was put",
    ".": "the environment is that of the test",
    "make": "its targets are looked up in the Makefile",
    ".ci/run": "it runs this test",
    "python examples/": "test_examples.py runs each",
    "export": "sets what the next line needs, of which the next row speaks",
    "hf": "fetches weights; tests/unit/policies has the provider on weights of its own",
    "nerion train --algo curiosity --semantics openai": "needs a server: tests/unit/providers",
    "nerion validate": "needs recorded episodes: test_leaderboard_page.py, test_episodes.py",
    "mkdir": "of an example whose output is shown",
    "pip": "fetches a package; `slow` tests of real packages do",
    "tar": "opens that package",
}
"""Beginnings of shell lines that are not run, and why."""


def shell() -> list[Block]:
    return [block for block in BLOCKS if block.language == "bash"]


def everything_told() -> list[Command]:
    """Return every command: those that a reader types, and those of output that is shown."""
    told = [block for block in BLOCKS if block.language in {"bash", "text"}]
    return [command for block in told for command in commands_of(block)]


def python_pages() -> list[str]:
    return sorted({block.page for block in BLOCKS if block.language == "python"} - {*ELSEWHERE})


def runnable(page: str) -> list:
    told = [command for block in shell() if block.page == page for command in commands_of(block)]
    return [one for one in told if not any(one.text.startswith(start) for start in NOT_RUN)]


def environment(folder: Path) -> dict[str, str]:
    """Return one in which `nerion` and `python` are those of this checkout."""
    programs = folder / "bin"
    programs.mkdir()
    for name, text in (("nerion", "-m nerion_gym.cli"), ("python", "")):
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {text} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    return {**os.environ, **own, "XDG_CACHE_HOME": str(folder / "cache")}


def start(command: list[str], folder: Path, environ: dict[str, str]):
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project").mkdir()
    return make_project(tmp_path / "project")


@pytest.mark.pure
def test_every_block_says_what_it_is_in():
    known = {"python", "bash", *SHOWN}
    unknown = [
        f"{block.page}:{block.line}: {block.language!r}"
        for block in BLOCKS
        if block.language not in known and not block.language.startswith("{")
    ]
    assert unknown == [], f"expected one of {sorted(known)}"


@pytest.mark.pure
def test_blocks_are_found_also_in_lists_and_in_longer_fences():
    text = "a\n````{note}\n```python\nx\n```\n````\n"
    text += "- b\n  ```bash\n  nerion a \\\n    --b  # c\n  ```\n"
    note, listed = blocks_of("p", text)
    assert (note.line, note.language, note.text) == (2, "{note}", "```python\nx\n```\n")
    assert [one.words for one in commands_of(listed)] == [("nerion", "a", "--b")]


@pytest.mark.pure
def test_no_python_hides_in_a_directive():
    inside = [block for block in BLOCKS if block.language.startswith("{")]
    hidden = [inner for block in inside for inner in blocks_of(block.page, block.text)]
    assert [one.page for one in hidden if one.language in {"python", "bash"}] == []


@pytest.mark.pure
def test_tests_that_run_python_of_a_page_exist_and_read_it():
    for page, test in ELSEWHERE.items():
        file, _, name = test.partition("::")
        text = (ROOT / "tests" / "contract" / file).read_text(encoding="utf-8")
        functions = [
            node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
        ]
        assert name in functions, test
        assert any(block.page == page and block.language == "python" for block in BLOCKS), page


@pytest.mark.pure
def test_every_shell_line_starts_a_program_that_is_run_or_listed():
    unlisted = [
        f"{command.page}: {command.text}"
        for block in shell()
        for command in commands_of(block)
        if not command.text.startswith((*OURS, *NOT_RUN)) and not command.program.startswith(OURS)
    ]
    assert unlisted == [], "say in NOT_RUN why it is not run"
    told = [command.text for command in everything_told()]
    assert [row for row in NOT_RUN if not any(text.startswith(row) for text in told)] == []


@pytest.mark.pure
def test_targets_of_make_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = {
        command.words[1]
        for block in shell()
        for command in commands_of(block)
        if "make" in command.words[:1]
    }
    assert told
    assert told <= targets


@pytest.mark.sandbox
@pytest.mark.parametrize("page", python_pages())
def test_python_of_a_page_runs_from_its_first_block_to_its_last(page, project, tmp_path):
    code = "\n".join(
        block.text for block in BLOCKS if (block.page, block.language) == (page, "python")
    )
    done = start(["python", "-W", "error", "-c", code], project, environment(tmp_path))
    assert done.returncode == 0, f"{code}\n{done.stderr}"


def started() -> list[str]:
    told = {command.program for command in everything_told()}
    return sorted(program for program in told if program.startswith(OURS))


@pytest.mark.sandbox
@pytest.mark.parametrize("program", started())
def test_flags_of_a_program_exist(program, project, tmp_path):
    done = start([*program.split(), "--help"], project, environment(tmp_path))
    assert done.returncode == 0, done.stderr
    offered = set(re.findall(r"--?[a-zA-Z][\w-]*", done.stdout))
    for command in everything_told():
        if command.program == program:
            flags = {word.partition("=")[0] for word in command.words if word[:1] == "-"}
            assert flags <= offered, f"{command.page}: {command.text}"


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("page", sorted({b.page for b in shell() if runnable(b.page)}))
def test_commands_of_a_page_run(page, project, tmp_path):
    for block in BLOCKS:
        if (block.page, block.language) == (page, "yaml"):
            (project / "mine.yml").write_text(block.text)
    environ = environment(tmp_path)
    for command in runnable(page):
        done = start(["bash", "-c", command.shortened], project, environ)
        assert done.returncode == 0, f"{command.text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        assert "Traceback" not in done.stderr, command.text
