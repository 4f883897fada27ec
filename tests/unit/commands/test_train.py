"""What `nerion train` says while it runs without a terminal, and of the edits that it knows."""

import pytest

from nerion_gym.commands.console import Screen
from nerion_gym.commands.train import ProgressLines, edits_known
from nerion_gym.training.tally import Progress

pytestmark = pytest.mark.pure


def told(seconds, screen):
    """Return a function that counts lines while a clock goes on by so many seconds a step."""
    times = iter([0.0, *seconds])
    lines = ProgressLines(screen, clock=lambda: next(times))
    for step in range(len(seconds)):
        lines.tell(Progress(step, step // 2, 0, 3, None))


def test_a_line_is_said_at_least_every_thirty_seconds(capsys):
    told([9.0 * step for step in range(1, 11)], Screen())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["27", "54", "81"]
    assert lines[0].endswith("s    1 executions, 2 steps, 3 survivors")


def test_quick_runs_and_quiet_ones_say_nothing(capsys):
    told([1.0, 2.0, 3.0], Screen())
    told([50.0, 100.0], Screen(quiet=True))
    told([50.0, 100.0], None)
    assert capsys.readouterr().out == ""


def test_what_is_out_of_reach_is_said_with_the_reason():
    result = {
        "edits_total": 9,
        "edits_within_reach": 7,
        "edits_out_of_reach": ["a.py::f (2 edits): 5000 graph nodes"],
        "edits_known": 4,
        "all_known_after": None,
    }
    assert edits_known(result) == (
        "4 known; 7 of 9 within reach; out of reach: a.py::f (2 edits): 5000 graph nodes"
    )
    every = {**result, "edits_within_reach": 9, "edits_out_of_reach": [], "all_known_after": 12}
    assert edits_known(every) == "every one known after execution 12; all 9 within reach"
