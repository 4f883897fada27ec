"""Outcomes equal a cold `python -m pytest`, test by test: the toy worlds, the zoo, inflection.

The zoo (tests/fixtures/zoo) holds what is hard: unittest, subtests, tmp_path, capture, session
fixtures that tests change, strict xfail, generators made at import, caches, defaults, closures,
decorators, class bodies, metaclasses, lazy imports, tests that read source, that start processes.
"""

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from tests.support.cold import differences, disagreements, run_cold
from tests.support.projects import edited, zoo
from tests.support.sources import fetch_pinned

pytestmark = pytest.mark.sandbox
LOADERS = {
    "math_logic": lambda: corpus_task("math_logic"),
    "logic_v2": lambda: corpus_task("logic_v2"),
    "zoo": zoo,
    "inflection": lambda: load_package(fetch_pinned("inflection") / "inflection"),
    "toolz": lambda: load_package(fetch_pinned("toolz") / "toolz"),
}


def compared(name, count, seed):
    """Run edits both ways; return (differing lines, runner stats, number of edits)."""
    task = LOADERS[name]()
    edits = enumerate_edits(task.program, tuple(OPERATORS), None)
    chosen = np.random.default_rng(seed).permutation(len(edits))[:count]
    found = []
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, task.program, task.suite)
        found += differences(baseline.control, run_cold(task.program, task.suite))
        for index in chosen:
            program = apply(task.program, edits[index])
            _, lines = disagreements(runner, program, task.suite, 10)
            found += [f"{edits[index].operator} {edits[index].splices}: {line}" for line in lines]
        return found, runner.stats, len(chosen)


@pytest.mark.parametrize(("name", "count"), [("math_logic", 4), ("logic_v2", 6), ("zoo", 4)])
def test_a_few_edits_agree(name, count):
    found, _, _ = compared(name, count, seed=1)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count"),
    [("math_logic", 999), ("logic_v2", 80), ("inflection", 30), ("zoo", 60), ("toolz", 15)],
)
def test_many_edits_agree(name, count):
    found, stats, ran = compared(name, count, seed=2)
    assert found == []
    assert ran == count or count == 999
    assert stats.swapped > 0, "nothing took the fast way: the comparison shows little"
    if name in ("zoo", "inflection"):
        assert stats.reimported > 0


# --- named cases: each is a way to be wrong -----------------------------------------------------

CASES = {
    "a constant": ("LIMIT = 10", "LIMIT = 3", "reimport"),
    "a default": ("factor=double(1)", "factor=double(2)", "reimport"),
    "a function that runs at import": (
        "double(value):\n    return value * 2", "double(value):\n    return value * 3", "reimport",
    ),
    "a decorator": ("function(*args) + 0", "function(*args) + 1", "reimport"),
    "under a decorator": ("return a - b", "return a + b", "swap"),
    "under a cache": ("return n + LIMIT * 3", "return n + LIMIT * 4", "swap"),
    "a closure made at import": ("count = count + by", "count = count - by", "reimport"),
    "a generator made at import": ("yield value * value", "yield value + value", "reimport"),
    "a class attribute": ("size = 3 * 2", "size = 3 * 3", "reimport"),
    "__init_subclass__": ("cls.area = cls.size * 2", "cls.area = cls.size * 3", "reimport"),
    "a property": ("return self.legs + self.size", "return self.legs - self.size", "swap"),
    "a setter": ("self.legs = value - self.size", "self.legs = value + self.size", "swap"),
    "super()": ('super().label() + "!"', 'super().label() + "?"', "swap"),
    "a dataclass default": ("age: int = 30 + 1", "age: int = 30 + 9", "reimport"),
    "a metaclass": ("len(name) * 2", "len(name) * 3", "reimport"),
    "a coroutine": ("return value + 1", "return value + 2", "swap"),
    "a context manager": ("yield len(log) + 1", "yield len(log) - 1", "swap"),
    "a module's __getattr__": ("return 7 + 1", "return 7 - 1", "reimport"),
    "a match statement": ("return first + 1", "return first - 1", "swap"),
    "a warning that is an error": ("if value > 5", "if value > 3 and False", "swap"),
    "a global that a test does not put back": (
        "return ignored + 1", "return ignored - 1", "swap",
    ),
    "a generator turned into a function": ("yield value * value", "value * value", "reimport"),
    "a signature": ("def match_it(thing)", "def match_it(thing, other)", "reimport"),
    "a docstring": ("def early(values):", 'def early(values):\n    "New."', "reimport"),
    "source read by a test": ("return a + b", "return a+b", "swap"),
    "a comment read by a test": ("This comment", "Some comment", "swap"),
    "source read at import": (
        "def recipe(a):\n    return a + 1", "def recipe(a):\n    return a - 1", "reimport",
    ),
    "beside source read at import": (
        "def other(a):\n    return a * 2", "def other(a):\n    return a * 3", "reimport",
    ),
    "a module imported by a test": ("VALUE = 2 + 3", "VALUE = 2 - 3", "reimport"),
    "a function imported by a test": ("return a * VALUE", "return a + VALUE", "reimport"),
    "a script run by a test": ("int(argument) * 2", "int(argument) * 3", "swap"),
    "a file that does not parse": ("VALUE = 2 + 3", "VALUE = = 3", "reimport"),
    "a package that fails to import": ("__all__ = [", "__all__ = nowhere[", "reimport"),
    "an endless loop at import": ("VALUE = 2 + 3", "VALUE = 5\nwhile True: pass", "reimport"),
}  # fmt: skip


@pytest.fixture(scope="module")
def animals():
    task = zoo()
    with LocalRunner(cache=False) as runner:
        yield runner, measure(runner, task.program, task.suite)


def test_the_zoo_passes(animals):
    baseline = animals[1]
    assert differences(baseline.control, run_cold(baseline.program, baseline.suite)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_named_case_agrees(animals, case):
    runner, baseline = animals
    before, after, route = CASES[case]
    program = edited(baseline.program, before, after)
    outcome, lines = disagreements(runner, program, baseline.suite, 15)
    assert lines == []
    assert outcome.route == route


@pytest.mark.parametrize("case", CASES)
def test_named_case_takes_its_route(animals, case):
    runner, baseline = animals
    before, after, route = CASES[case]
    plan = runner.explain(edited(baseline.program, before, after), baseline.suite)
    # A live process may still refuse a swap; it never allows one that the plan did not.
    assert plan.route == route or (plan.route, route) == ("swap", "reimport")


def test_a_test_that_fails_before_it_cleans_up_is_seen_by_the_others(animals):
    runner, baseline = animals
    program = edited(baseline.program, "return ignored + 1", "return ignored - 1")
    before = runner.stats.widened
    outcome = runner.run(program, baseline.suite)
    wrong = [result.id for result in outcome.results if result.status.name == "FAILED"]
    assert any("test_global_first" in test for test in wrong)
    assert any("test_global_second" in test for test in wrong), "it reads what was left behind"
    assert runner.stats.widened == before + 1
