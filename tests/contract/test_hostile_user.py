"""The hostile programs run by an ordinary user: all their tests, in a child pytest."""

import os
import re

import pytest

from tests.support.unprivileged import folders, run

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
SECONDS = 1800
CHOSEN = "not test_control"
"""Root's controls show that the attempts are some; the same as another user take minutes more."""
TESTS = ("tests/contract/test_hostile.py", "tests/contract/test_hostile_import.py")


@pytest.fixture
def places():
    if os.geteuid():
        pytest.skip("only root can become another user: this user runs test_hostile.py itself")
    with folders() as made:
        yield made


def test_an_ordinary_user_is_as_safe(places):
    home, tmp = places
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", CHOSEN, *TESTS]
    done = run(command, home, tmp, SECONDS)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    last = done.stdout.strip().splitlines()[-1]
    assert re.fullmatch(r"\d+ passed, \d+ deselected in .*", last), last
    left = [path.name for path in tmp.iterdir() if not path.name.startswith("pytest-of-")]
    assert left == []
