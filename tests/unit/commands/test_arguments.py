"""rl-zoo3's way of giving several values."""

from __future__ import annotations

import pytest

from nerion_gym.commands.arguments import advising_own_flags, spread
from nerion_gym.errors import TaskError

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("train --seed 3", "train --seed 3"),
        ("train --env-kwargs a:1", "train --env-kwargs a:1"),
        (
            "train --env-kwargs a:1 b:2 c:3 --seed 3",
            "train --env-kwargs a:1 --env-kwargs b:2 --env-kwargs c:3 --seed 3",
        ),
        ("x -params a:1 b:-2 -n 5", "x -params a:1 -params b:-2 -n 5"),
        ("x --env-kwargs a:1 --env-kwargs b:2", "x --env-kwargs a:1 --env-kwargs b:2"),
        ("x --env-kwargs", "x --env-kwargs"),
        ("x --env-kwargs --seed 3", "x --env-kwargs --seed 3"),
        ("x --env-kwargs=a:1 --seed 3", "x --env-kwargs=a:1 --seed 3"),
        ("scaffold FILE --quiet", "scaffold FILE --quiet"),
    ],
)
def test_a_flag_is_repeated_before_each_further_value(given, expected):
    assert spread(given.split()) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "go without: arguments=('-o', 'addopts='), on the command line --env-kwargs "
            "'arguments:-o addopts='",
            "go without: --arguments='-o addopts='",
        ),
        (
            "skip it: arguments=('--ignore=FILE',), on the command line --env-kwargs "
            "arguments:--ignore=FILE",
            "skip it: --arguments=--ignore=FILE",
        ),
        (
            "so are arguments=('--deselect=TEST',), on the command line --env-kwargs "
            "arguments:--deselect=TEST), or go on without them: flaky='majority', on the command "
            "line --env-kwargs flaky:majority",
            "so are --arguments=--deselect=TEST)",
        ),
        ("no tests found; name them with tests=...", "no tests found; name them with --tests PATH"),
    ],
)
def test_advice_is_given_in_the_flags_of_the_command(text, expected):
    with pytest.raises(TaskError) as caught, advising_own_flags():
        raise TaskError(text)
    assert str(caught.value) == expected
