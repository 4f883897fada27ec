"""Tests collected by their outline: the verdicts of a cold run; pytest where it must be."""

from dataclasses import replace

import pytest

from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from tests.support.cold import differences, run_cold
from tests.support.marks import first_quick
from tests.support.sources import SUBJECTS, load

pytestmark = [
    pytest.mark.sandbox,
    # Tests that share an object show whether it is still one object.
    pytest.mark.filterwarnings("ignore::nerion_gym.execution.steady.OrderWarning"),
]

PROGRAM = """\
import enum
import warnings

LIMIT = 3
CASES = [(1, 2), (2, 3)]
NAME = "alpha"
FLAG = False


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Point:
    def __init__(self, x):
        self.x = x


COLORS = [Color.RED, Color.BLUE]
POINTS = [Point(1), Point(2)]
HELPER = 5


def add(a, b=1):
    return a + b


TABLE = {n: add(n) for n in range(LIMIT)}
"""
TESTS = """\
import logging

import pytest

import m
from m import CASES, COLORS, FLAG, HELPER, NAME, POINTS, add

SEEN = []


@pytest.mark.parametrize("a, b", CASES)
def test_cases(a, b):
    SEEN.append(a)
    assert add(a) == b


@pytest.mark.parametrize("name", [NAME, "beta"])
@pytest.mark.parametrize("point", POINTS)
def test_stacked(name, point):
    assert name and point.x < m.LIMIT


@pytest.mark.parametrize("color", COLORS, ids=["one", "two"])
def test_colors(color):
    assert color.value in (1, 2)


@pytest.mark.parametrize("color", COLORS)
def test_named_by_color(color):
    assert color in m.Color


@pytest.mark.parametrize(("kind",), [(int,), pytest.param(str, id="text")])
def test_kinds(kind):
    assert isinstance(kind(), kind)


@pytest.mark.parametrize("shared", [[]])
@pytest.mark.parametrize("time", [1, 2])
def test_one_object_for_all(shared, time):
    shared.append(time)
    assert len(shared) == time


class Base:
    def test_inherited(self):
        assert self.limit == m.LIMIT


class TestTable(Base):
    limit = 3

    def test_first(self):
        self.kept = 1
        assert m.TABLE[0] == 1

    def test_fresh_instance(self):
        assert not hasattr(self, "kept")

    @pytest.mark.parametrize("n", [0, 1, 2])
    def test_values(self, n):
        assert m.TABLE.get(n) == n + 1


def test_raises():
    with pytest.raises(KeyError):
        m.TABLE[m.LIMIT]


def test_outcomes():
    if m.HELPER == 6:
        pytest.skip("not today")
    if m.HELPER == 7:
        pytest.xfail("known")
    if m.HELPER == 8:
        pytest.fail("by hand")
    if m.HELPER == 9:
        raise SystemExit(3)


def test_order():
    assert SEEN == [case[0] for case in CASES]


def test_output():
    print("x" * 1000)
    logging.warning("heard")


if FLAG:

    def test_only_with_flag():
        assert add(1) == 2


setup = 3
"""
QUICK = {
    "a limit": ("LIMIT = 3", "LIMIT = 2"),
    "a default": ("b=1", "b=2"),
    "a table": ("add(n) for", "n for"),
    "skips": ("HELPER = 5", "HELPER = 6"),
    "expects failure": ("HELPER = 5", "HELPER = 7"),
    "fails by hand": ("HELPER = 5", "HELPER = 8"),
    "leaves": ("HELPER = 5", "HELPER = 9"),
    "points, whose ids show nothing": ("Point(2)]", "Point(9)]"),
    "warns while imported": ("LIMIT = 3", 'LIMIT = 3\nwarnings.warn("old", DeprecationWarning)'),
    "leaves filters": ("LIMIT = 3", 'LIMIT = 3\nwarnings.simplefilter("error")'),
    "prints while imported": ("LIMIT = 3", "LIMIT = 3\nprint('x' * 100000)"),
}
ANEW = {
    "another case": ("(2, 3)]", "(2, 4)]"),
    "fewer cases": (", (2, 3)]", "]"),
    "more cases": ("(2, 3)]", "(2, 3), (3, 4)]"),
    "true for one": ("(1, 2), ", "(True, 2), "),
    "another name": ('"alpha"', '"gamma"'),
    "an enumeration's name": ("[Color.RED, Color.BLUE]", "[Color.BLUE, Color.RED]"),
    "a flag that defines a test": ("FLAG = False", "FLAG = True"),
    "breaks the import": ("LIMIT = 3", "LIMIT = 3 / 0"),
    "skips the module": ("LIMIT = 3", "import pytest\npytest.skip('no', allow_module_level=True)"),
    "a test class of its own": ("HELPER = 5", "import unittest\nHELPER = unittest.TestCase"),
    "asks to be a test": ("HELPER = 5", "def HELPER():\n    assert 0\nHELPER.__test__ = True"),
}
SETTINGS = {
    "as it comes": {},
    "warnings are errors": {"pytest.ini": b"[pytest]\nfilterwarnings = error\n"},
    "a conftest": {
        "conftest.py": b"import pytest\n\n@pytest.fixture\ndef unused():\n    return 1\n"
    },
    "a folder": {"tests/__init__.py": b"", "tests/test_more.py": b"def test_more():\n    pass\n"},
}


def changed(old, new):
    assert PROGRAM.count(old) == 1
    return Program.from_files({"m.py": PROGRAM.replace(old, new).encode()})


def run_changed(suite, edits):
    """Return (differences from cold runs, how many were reimported, how many outlined)."""
    found = []
    with LocalRunner(cache=False) as runner:
        measure(runner, Program.from_files({"m.py": PROGRAM.encode()}), suite)
        before = replace(runner.stats)
        for what, (old, new) in edits.items():
            program = changed(old, new)
            outcome = runner.run(program, suite)
            lines = differences(outcome, run_cold(program, suite))
            found += [f"{what}: {line}" for line in lines]
        return (
            found,
            runner.stats.reimported - before.reimported,
            runner.stats.outlined - before.outlined,
        )


@pytest.mark.parametrize("setting", first_quick(SETTINGS))
def test_what_does_not_show_in_the_tests_needs_no_pytest(setting):
    suite = suite_with(SETTINGS[setting])
    found, reimported, outlined = run_changed(suite, QUICK)
    assert found == []
    assert reimported == len(QUICK)
    if setting == "warnings are errors":
        assert outlined >= len(QUICK) - 2  # the import itself fails then
    else:
        assert outlined == len(QUICK)


@pytest.mark.slow
def test_what_shows_in_the_tests_is_collected_by_pytest():
    found, reimported, outlined = run_changed(suite_with({}), ANEW)
    assert found == []
    assert reimported == len(ANEW)
    assert outlined == 0


@pytest.mark.parametrize(
    ("tests", "files"),
    [
        ("\n\n@pytest.mark.skipif(True, reason='x')\ndef test_marked():\n    pass\n", {}),
        ("\n\ndef test_fixture(tmp_path):\n    pass\n", {}),
        ("\n\npytestmark = pytest.mark.slow\n", {}),
        ("\n\ndef setup_module():\n    m.LIMIT = 3\n", {}),
        ("\n\n@pytest.mark.parametrize('a', iter([1]))\ndef test_once(a):\n    pass\n", {}),
        ("\n\n@pytest.mark.parametrize('a', [1], ids=str)\ndef test_ids(a):\n    pass\n", {}),
        ("\n\ntest_elsewhere = m.add\n", {}),
        ("\n\nclass TestMade:\n    def __init__(self):\n        pass\n", {}),
        ("", {"conftest.py": b"def pytest_collection_modifyitems(items):\n    items.reverse()\n"}),
        ("", {"pytest.ini": b"[pytest]\naddopts = --import-mode=importlib\n"}),
        ("", {"pytest.ini": b"[pytest]\naddopts = --doctest-modules\n"}),
    ],
)
def test_what_an_outline_cannot_describe_is_collected_by_pytest(tests, files):
    suite = suite_with(files, TESTS + tests)
    found, reimported, outlined = run_changed(suite, {"a limit": QUICK["a limit"]})
    assert found == []
    assert (reimported, outlined) == (1, 0)


def suite_with(files, tests=TESTS):
    targets = ("test_m.py", *{path.partition("/")[0] for path in files if "/" in path})
    return Suite((("test_m.py", tests.encode()), *files.items()), targets=targets)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["inflection", "xmltodict", "h11"])
def test_real_suites_have_an_outline(name):
    task = load(next(each for each in SUBJECTS if each.title.startswith(name)))
    path, source = task.program.files[0]
    edited = Program.from_files({**dict(task.program.files), path: source + b"\nADDED = 1\n"})
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
        before = replace(runner.stats)
        outcome = runner.run(edited, task.suite)
        assert [result.status for result in outcome.results] == [
            result.status for result in baseline.control.results
        ]
        assert runner.stats.outlined == before.outlined + 1
