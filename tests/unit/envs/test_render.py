"""Text frames, and the terminal that is redrawn."""

import io

import pytest
from rich.console import Console

from nerion_gym.envs import live
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.render import test_bar as bar_of
from nerion_gym.envs.render import test_table as table_of
from nerion_gym.types.outcome import Outcome, Status, TestResult
from tests.unit.envs.fakes import SOURCE, FakeRunner, make_task, make_world

BROKEN = SOURCE.replace(b"a * b", b"a + b")


def make(mode, commit="never", **kwargs):
    env = CodeEditEnv(make_world(commit, **kwargs), render_mode=mode, runner=FakeRunner())
    env.reset(seed=0)
    return env


def action_of(env, operator):
    return next(n for n, edit in enumerate(env.edits, 1) if edit.operator == operator)


def outcome(*statuses):
    return Outcome(tuple(TestResult(f"t::{n}", status) for n, status in enumerate(statuses)))


def test_a_frame_says_what_an_edit_brought():
    env = make("ansi")
    assert env.render().count("\n") == 2, "before any edit: where it stands, and the tests"
    env.step(action_of(env, "change_operator_multiply_to_add"))
    frame = env.render()
    assert "noticed by 1 test · 3 tests ran · reward +0.00" in frame
    assert "failed AssertionError: t::product" in frame
    env.step(action_of(env, "rename_local"))
    assert "survived · 3 tests ran" in env.render()


def test_a_repair_says_which_tests_it_mended():
    env = make("ansi", "always", task=make_task(BROKEN))
    number = next(
        n for n, e in enumerate(env.edits, 1) if e.splices[0].before == b"+" and e.text == "*"
    )
    env.step(number)
    frame = env.render()
    assert "mends 1 test" in frame
    assert "passed: t::product (was failed)" in frame
    assert "reward +1.00 · end: goal" in frame


def test_masked_actions_and_ends_are_told():
    env = make("ansi")
    env.step(len(env.edits) + 1)
    assert "nothing was run · reward +0.00" in env.render()
    while not env.step(1)[2]:
        pass
    assert "end: budget" in env.render()


def test_long_tables_are_cut():
    before = outcome(*[Status.PASSED] * 20, *[Status.FAILED] * 20)
    now = outcome(*[Status.FAILED] * 20, *[Status.PASSED] * 20)
    lines = table_of(before, now)
    assert len(lines) == 18
    assert lines[8] == lines[17] == "  ... and 12 more"
    assert "was failed" in lines[9]
    assert bar_of(now).endswith("20/40")


def test_nobody_at_a_terminal_gets_plain_lines(capsys):
    env = make("human")
    assert env.render() is None
    env.step(action_of(env, "change_operator_multiply_to_add"))
    shown = capsys.readouterr().out
    assert shown.count("Nerion-Fake-v0") == 3, "reset, render and step"
    assert "noticed by 1 test" in shown
    assert "\x1b" not in shown


def test_a_terminal_is_redrawn_in_its_own_size(monkeypatch):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=40, height=12)
    monkeypatch.setattr(live, "_console", lambda _stream: console)
    env = make("human")
    env.step(action_of(env, "change_operator_multiply_to_add"))
    last = stream.getvalue().split("\x1b[2J")[-1]
    assert stream.getvalue().count("\x1b[2J") == 2
    assert last.count("\n") < 12
    assert "Nerion-Fake-v0" in last
    assert "failed" in last


@pytest.mark.parametrize(("height", "lines"), [(4, 4), (1, 3), (100, 9)])
def test_a_frame_keeps_its_first_line_and_its_end(height, lines):
    frame = "\n".join(map(str, range(9))) + "\n"
    fitted = live.fitting(frame, height).split("\n")
    assert len(fitted) == lines
    assert (fitted[0], fitted[-1]) == ("0", "8")
