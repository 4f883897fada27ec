"""rl-zoo3's way of giving several values."""

from __future__ import annotations

import pytest

from nerion_gym.commands.arguments import spread

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
