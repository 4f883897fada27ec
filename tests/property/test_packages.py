"""Suites as they come: small projects of every habit, their verdicts equal to a cold pytest's.

The projects lie in tests/fixtures/suites; what the zoo holds (unittest, tmp_path, monkeypatch,
capture, an async test without its plugin) is compared in test_cold_pytest.py.
"""

from pathlib import Path

import pytest

from nerion_gym.edits.preview import apply
from nerion_gym.errors import TaskError
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.package import load_package
from tests.support.cold import differences, disagreements, run_cold
from tests.support.projects import edited
from tests.support.right import FIXED_SEED, shuffled

pytestmark = pytest.mark.sandbox
SUITES = Path(__file__).resolve().parent.parent / "fixtures" / "suites"
LOADERS = {
    "arrays": lambda: load_package(SUITES / "arrays" / "grid.py"),
    "doctests": lambda: load_package(
        SUITES / "doctests" / "recipes",
        [SUITES / "doctests" / name for name in ("recipes", "guide.rst", "tests")],
    ),
    "loopback": lambda: load_package(SUITES / "loopback" / "wire.py"),
    "namespace": lambda: load_package(
        SUITES / "namespace" / "corp" / "tools", SUITES / "namespace" / "tests"
    ),
    "odd_ids": lambda: load_package(SUITES / "odd_ids" / "words.py"),
    "src_layout": lambda: load_package(SUITES / "src_layout" / "src" / "shop"),
}


def compared(name, count):
    """Compare a clean suite and seeded edits; return (differing lines, baseline, statistics)."""
    task = LOADERS[name]()
    chosen = shuffled(task, FIXED_SEED)[:count]
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
        found = differences(baseline.control, run_cold(task.program, task.suite, seconds=60))
        for edit in chosen:
            program = apply(task.program, edit)
            _, lines = disagreements(runner, program, baseline.suite, 6)
            found += [f"{edit}: {line}" for line in lines]
        return found, baseline, runner.stats


@pytest.mark.parametrize("name", ["doctests", "namespace", "odd_ids", "src_layout"])
def test_the_clean_suite_and_an_edit_agree(name):
    found, baseline, _ = compared(name, 1)
    assert found == []
    assert baseline.control.passing() >= 6


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_many_edits_agree(name):
    found, _, stats = compared(name, 8)
    assert found == []
    assert stats.reimported > 0
    # Collecting doctests reads the package's source, so nothing of it can be swapped.
    assert (stats.swapped > 0) == (name != "doctests")


# --- named cases --------------------------------------------------------------------------------

CASES = {
    "a docstring that is a test": ("doctests", ">>> double(2)\n    4", ">>> double(2)\n    5"),
    "what a doctest runs": ("doctests", "return value * 2", "return value + 2"),
    "a module's doctest": ("doctests", "SPOONS = 2 * 2", "SPOONS = 2 * 3"),
    "a doctest of a property": ("doctests", "self.level >= 10", "self.level > 10"),
    "a generator in a doctest": ("doctests", "yield number * number", "yield number + number"),
    "a value under a relative import": ("src_layout", "RATE = 10 + 9", "RATE = 10 - 9"),
    "what a session fixture is made of": ("src_layout", "Price(value) for", "Price(value + 1) for"),
    "a registering decorator": ("namespace", "REGISTRY[name] = function", "REGISTRY[name] = None"),
    "a module of a namespace": ("namespace", "scale = FACTOR // 10", "scale = FACTOR // 20"),
    "what a loopback server answers": ("loopback", 'return "pong"', 'return "gnop"'),
    "a handler that counts": ("loopback", "served += 1", "served += 0"),
    "what every odd id runs": ("odd_ids", '"!" * 2', '"!" * 3'),
    "an array made at import": ("arrays", "[1, 2, 1]) / 4", "[1, 2, 1]) / 3"),
    "a branch around an array": ("arrays", "if total == 0", "if total != 0"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_named_case_agrees(case):
    name, before, after = CASES[case]
    task = LOADERS[name]()
    program = edited(task.program, before, after)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
        outcome, lines = disagreements(runner, program, baseline.suite, 6)
    assert lines == []
    assert outcome.passing() < baseline.control.passing(), "the edit changes nothing: no test of it"


def test_namespace_packages_are_imported_as_their_tests_do():
    assert LOADERS["namespace"]().suite.pythonpath == (".",)
    assert LOADERS["src_layout"]().suite.pythonpath == ("src", ".")


# --- suites that cannot be used as they are ------------------------------------------------------

ABSENT = {
    "options": ("addopts = --cov=pkg -n 2", r"--cov \(pytest-cov\), -n \(pytest-xdist\)"),
    "a plugin by name": ("addopts = -p pytest_no_such", r"pytest_no_such"),
    "required plugins": ("required_plugins = pytest-no-such>=2", r"pytest-no-such>=2"),
}  # fmt: skip


def small_project(root, ini):
    files = {
        "pkg/__init__.py": "def f(x):\n    return x + 1\n",
        "tests/test_f.py": "from pkg import f\n\ndef test_f():\n    assert f(1) == 2\n",
        "pytest.ini": f"[pytest]\n{ini}\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return root / "pkg"


@pytest.mark.parametrize("name", ABSENT)
def test_an_absent_plugin_is_named_with_the_way_out(name, tmp_path):
    ini, message = ABSENT[name]
    task = load_package(small_project(tmp_path, ini))
    with LocalRunner(cache=False) as runner, pytest.raises(TaskError, match=message) as caught:
        measure(runner, task.program, task.suite)
    assert "not installed" in str(caught.value)
    assert "Install it" in str(caught.value)


def test_the_way_out_of_an_absent_plugin_works(tmp_path):
    package = small_project(tmp_path, ABSENT["options"][0])
    task = load_package(package, arguments=("-o", "addopts="))
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
    assert [result.id for result in baseline.control.results] == ["tests/test_f.py::test_f"]
    assert differences(baseline.control, run_cold(task.program, task.suite)) == []
