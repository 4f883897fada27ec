"""`nerion step`: the actions of a world, one of them run, and its account."""

import json
import re

import pytest

from nerion_gym import cli

pytestmark = pytest.mark.sandbox
WORLD = "Nerion-ToyMath-v0"


@pytest.fixture
def nerion(capfd):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["step", *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


def test_without_an_action_the_legal_ones_are_listed(nerion):
    code, out, _ = nerion(WORLD)
    lines = out.splitlines()
    assert code == 0
    assert [int(line.split()[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert "swap_arithmetic math_logic.py:6:14 '+' ->" in out


def test_the_account_names_route_tests_and_time(nerion):
    code, out, _ = nerion(WORLD, "1", "--explain")
    assert code == 0
    assert "\x1b" not in out, "no colours where no terminal is"
    assert "route     swap: confined to 1 function(s)" in out
    assert " of 9 ran; the others" in out
    parts = [float(number) for number in re.findall(r"^  \S.* ([\d.]+) ms", out, re.MULTILINE)]
    total = float(re.search(r"^time +([\d.]+) ms", out, re.MULTILINE)[1])
    assert sum(parts) == pytest.approx(total, abs=0.05)
    assert len(parts) >= 6
    offered, confined = out.splitlines()[-2:]
    assert (
        offered == "offered   32 of 32 edits in this episode; in some episode all 32 within reach"
    )
    assert confined.startswith("confined  strict")
    assert confined.endswith("beside its own process the suite needs: nothing")


def test_json_holds_the_same(nerion):
    code, out, _ = nerion(WORLD, "1", "--json")
    said = json.loads(out)
    assert code == 0
    assert said["account"]["route"] == "swap"
    assert said["account"]["tests"] == 9
    assert said["account"]["needs"] == []
    assert said["survived"] in (True, False)


@pytest.mark.parametrize("action", ["0", "1000"])
def test_an_action_that_is_not_there_is_named_with_those_that_are(nerion, action):
    code, _, error = nerion(WORLD, action)
    assert code == 2
    assert f"action {action}: the first state of {WORLD} has the edits 1 to" in error
