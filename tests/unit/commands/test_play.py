"""`nerion play`: a world stepped through by typed lines, odd ones among them."""

import io
import json
import os
import re
import subprocess
import sys

import pytest

from nerion_gym import cli
from nerion_gym.commands import play_pages
from nerion_gym.commands.console import Screen
from nerion_gym.commands.play import converse
from nerion_gym.commands.play_views import ranges
from nerion_gym.commands.playing import Game
from nerion_gym.envs.core import CodeEditEnv
from tests.unit.envs.fakes import SOURCE, FakeRunner, make_task, make_world

WORLD = "Nerion-ToyMath-v0"
BROKEN = SOURCE.replace(b"a * b", b"a + b")
ODD = (
    "", "   ", "0", "-1", "99999", "9" * 5000, "3.5", "3 4", "²", "x", "look", "look x", "look 99",
    "reset x", "source x", "source 99999", "/nothing has this", "/", "undo", "größe", "日本 3",
    "\x00", "\x1b[2J", "\u202e", "next", "back", "🙂", "?" * 300,
)  # fmt: skip


def game(commit="never", **kwargs):
    return Game(CodeEditEnv(make_world(commit, **kwargs), runner=FakeRunner()), 0)


def said(answers):
    return "\n".join(line.text for line in answers)


def number_of(playing, operator, after=None):
    return next(
        number
        for number, edit in enumerate(playing.state.catalog, 1)
        if edit.operator == operator and after in (None, edit.splices[0].after)
    )


# --- a game


def test_it_begins_with_source_and_edits():
    text = said(game().greeting())
    assert "Nerion-Fake-v0 · m · step 0 of 6" in text
    assert re.search(r"\n +2 +[\d,-]+ \|     product = a \* b\n", text)
    assert re.search(r"\n +1  unknown +\S+ m.py:\d+:\d+ ", text)
    assert "page 1 of " in text


def test_a_number_runs_an_edit_and_undo_takes_it_back():
    playing = game()
    list(playing.greeting())
    number = number_of(playing, "change_operator_multiply_to_add")
    text = said(playing.answer(str(number)))
    assert "-    product = a * b" in text
    assert "+    product = a + b" in text
    assert "ran     noticed by 1 test · 3 tests ran · reward +0.00" in text
    assert "failed AssertionError: t::product" in text
    assert "step 1 of 6" in text
    assert "failed    change_operator_multiply_to_add" in said(playing.answer("edits"))
    undone = said(playing.answer("u"))
    assert "undone: change_operator_multiply_to_add" in undone
    assert "step 0 of 6" in undone
    assert "nothing to undo" in said(playing.answer("undo"))


def test_looking_runs_nothing_until_an_empty_line():
    playing = game()
    number = number_of(playing, "swap_comparison", b"<=")
    text = said(playing.answer(f"look {number}"))
    assert "+    if a <= 3:" in text
    assert "trace   nothing: this program is not traced" in text
    assert playing.state.steps == 0
    assert "reward +1.00" in said(playing.answer(""))
    assert playing.state.steps == 1
    assert "look N first" in said(playing.answer(""))
    assert playing.state.steps == 1


def test_a_search_goes_by_operator_place_function_and_text():
    playing = game()
    for text in ("increment", "m.py:7:", "G", "-> '+'"):
        found = said(playing.answer(f"/{text}"))
        assert f"with {text!r}" in found
        lines = [line for line in found.split("\n") if re.match(r" +\d+ ", line)]
        assert 0 < len(lines) < len(playing.state.catalog)
    assert "no edit has 'zzz'" in said(playing.answer("/zzz"))
    assert f"{len(playing.state.catalog)} edits" in said(playing.answer("/"))


def test_pages_are_turned_and_stop_at_the_ends(monkeypatch):
    monkeypatch.setattr(play_pages, "PAGE", 5)
    playing = game()
    first = said(playing.answer("edits"))
    assert said(playing.answer("back")) == first
    second = said(playing.answer("next"))
    assert second.startswith("   6  ")
    assert "page 2 of 3, 12 edits; next" in second
    last = said(playing.answer("n"))
    assert said(playing.answer("n")) == last
    assert said(playing.answer("b")) == second
    assert said(playing.answer("b")) == first
    playing.answer("source")
    assert "lines 1 to 9 of 9" in said(playing.answer("s"))
    assert "lines 1 to 9 of 9" in said(playing.answer("n"))


def test_an_ended_episode_takes_no_more_edits_but_can_be_undone():
    playing = game()
    for _ in range(6):
        text = said(playing.answer("1"))
    assert "the episode is over: budget" in text
    assert "the episode is over (budget)" in said(playing.answer("1"))
    assert playing.state.steps == 6
    said(playing.answer("undo"))
    assert "step 6 of 6" in said(playing.answer("1"))
    assert "step 0 of 6" in said(playing.answer("reset 3"))


def test_a_kept_edit_changes_the_source_and_its_numbers():
    playing = game("always", task=make_task(BROKEN))
    number = number_of(playing, "swap_arithmetic", b"*")
    assert "the episode is over: goal" in said(playing.answer(str(number)))
    assert "|     product = a * b" in said(playing.answer("source"))
    said(playing.answer("undo"))
    assert "|     product = a + b" in said(playing.answer("source"))


def test_tests_are_listed_one_by_one():
    playing = game()
    assert "passed: t::large" in said(playing.answer("tests"))
    assert said(playing.answer("t")).count("\n") == 3


@pytest.mark.parametrize("line", ODD)
def test_odd_lines_change_nothing_and_are_answered(line):
    playing = game()
    before = playing.state
    text = said(playing.answer(line))
    assert text
    assert text.replace("\n", "").isprintable()
    assert len(text.split("\n")[0]) < 160
    assert playing.state is before
    assert not playing.over


def test_every_command_can_be_shortened_to_a_letter():
    playing = game()
    text = said(playing.answer("h"))
    assert all(word in text for word in ("look N", "/TEXT", "edits", "source", "undo", "reset"))
    for word in ("look", "edits", "next", "back", "source", "tests", "undo", "reset"):
        assert "no such command" not in said(playing.answer(word[0]))
    assert "did you mean 'undo'" in said(playing.answer("undoo"))
    assert said(playing.answer("q")) == ""
    assert playing.over


def test_numbers_are_written_as_ranges():
    assert ranges([3]) == "3"
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3,7,9-10"
    assert ranges([]) == ""


def test_ctrl_c_ends_with_the_sum(monkeypatch, capsys):
    class Interrupted(io.StringIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert converse(Screen(), game()) is False
    assert capsys.readouterr().out.endswith("1 episode, 0 steps, 0 executions, reward +0.00\n")


# --- the command


@pytest.fixture
def play(capfd, monkeypatch):
    def run(text, *arguments):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            cli.main(["play", *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


@pytest.mark.sandbox
def test_a_scripted_game(play):
    code, out, err = play("3\nu\n/clamp\nq\nnever read", WORLD)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert "> 3\n   3  always" in out
    assert "trace   always another value where it stands; 4 tests evaluate it" in out
    assert "noticed by 4 tests" in out
    assert "undone: swap_arithmetic" in out
    assert "7 edits with 'clamp'" in out
    assert out.endswith("1 episode, 0 steps, 1 execution, reward +0.00\n")
    assert "never read" not in out


@pytest.mark.sandbox
def test_the_end_of_input_is_the_end(play):
    code, out, _ = play("", WORLD)
    assert code == 0
    assert out.endswith("reward +0.00\n")


@pytest.mark.sandbox
def test_programs_get_a_document_and_the_quiet_nothing(play):
    code, out, _ = play("1\n1\nu\nreset 2\n2\n", WORLD, "--json", "--seed", "5")
    document = json.loads(out)
    assert code == 0
    assert (document["env"], document["seed"], document["undone"]) == (WORLD, 5, 1)
    assert [[step["action"] for step in one["steps"]] for one in document["episodes"]] == [[1], [2]]
    assert document["episodes"][0]["steps"][0]["edit"].startswith("return_none math_logic.py:6:12")
    assert play("1\nfoo\n", WORLD, "--quiet") == (0, "", "")


@pytest.mark.sandbox
def test_a_focus_is_looked_at(play):
    code, out, _ = play("q\n", "Nerion-LogicV2-v0", "--focus", "total")
    assert code == 0
    edits = [line for line in out.split("\n") if re.match(r" +\d+  \S+ .* logic_v2.py:", line)]
    assert edits
    assert all(18 <= int(re.search(r"\.py:(\d+):", line)[1]) <= 25 for line in edits)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((WORLD, "--focus", "nothing"), "error: focus 'nothing' names no function"),
        (("Nerion-ToyMaths-v0",), "did you mean 'Nerion-ToyMath-v0'?"),
        (("Nerion-Repo-v0",), "error: Nerion-Repo-v0 needs a package"),
        (("CartPole-v1",), "error: CartPole-v1: not a code-editing world"),
        ((WORLD, "--env-kwargs", "colour:red"), "'colour': Nerion-ToyMath-v0 has none"),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_line(play, arguments, message):
    code, out, err = play("q\n", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.sandbox
def test_names_that_are_not_ascii_and_bytes_that_are_no_text(tmp_path):
    (tmp_path / "maß.py").write_text("def größe(λ):\n    return λ + 1  # 日本\n", encoding="utf-8")
    (tmp_path / "test_maß.py").write_text(
        "from maß import größe\n\n\ndef test_größe():\n    assert größe(1) == 2\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "nerion_gym.cli", "play", "Nerion-Repo-v0", "--env-kwargs",
         f"path:{tmp_path / 'maß.py'}"],
        input="/größe\n1\n".encode() + b"\xff\xfe\n" + "/日本\nq\n".encode(),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    out = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "with 'größe'" in out
    assert "return λ + 1  # 日本" in out
    assert "no such command" in out
    assert "noticed by 1 test" in out or "survived" in out
