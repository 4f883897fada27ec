"""What the contract tests share: every registered world, with a package for those that need one."""

import pytest

from tests.support.ids import DEAR_ARE_SLOW, IDS

MODULE = """\
LIMIT = 10


def clamp(value, low=0):
    top = LIMIT
    if value < low:
        return low
    return top if value > top else value


def total(values):
    result = 0
    for value in values:
        result += clamp(value)
    return result
"""
TESTS = """\
from tiny import clamp, total


def test_clamp():
    assert clamp(5) == 5
    assert clamp(-1) == 0


def test_total():
    assert total([1, 2, 30]) == 13
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    (root / "tiny.py").write_text(MODULE)
    (root / "test_tiny.py").write_text(TESTS)
    return root


@pytest.fixture(scope="module")
def arguments(project):
    """Id -> arguments: a small package, of the project itself one module, of corpora a few.

    What holds of one module holds of more, and a control run of all that Self edits by default
    takes seconds for each of the many environments that are made here; of 38 programs to explore
    each would be traced.
    """
    return {
        "Nerion-Repo-v0": {"path": str(project / "tiny.py")},
        "Nerion-Explore-v0": {"split": "val"},
        "Nerion-Self-v0": {"modules": ["syntax/loose.py"]},
    }


@pytest.fixture(params=DEAR_ARE_SLOW)
def world(request, arguments):
    """An id and arguments; that dear worlds are like the others is asked by slow tests."""
    return request.param, arguments.get(request.param, {})


@pytest.fixture(params=IDS)
def every_world(request, arguments):
    """An id and arguments, of every world."""
    return request.param, arguments.get(request.param, {})
