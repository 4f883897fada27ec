"""The project's own source as a task: what is edited, what runs, whose split a function is in."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from nerion_gym.envs.worlds.self_study import MODULES, build
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.tasks import checkout
from nerion_gym.tasks.checkout import checkout_task, split_of
from nerion_gym.types.program import FunctionRef
from nerion_gym.types.suite import PACKAGE
from nerion_gym.types.task import SPLITS

pytestmark = pytest.mark.pure
ROOT = Path(__file__).resolve().parents[3]


def task_of(split="train", modules=("syntax/costs.py", "metrics"), path=None):
    return checkout_task(path, modules, split, ("return_none",))


def test_modules_are_edited_and_judged_by_tests_of_the_same_name():
    task = task_of()
    assert task.program.paths == (
        "nerion_gym/metrics/__init__.py",
        "nerion_gym/metrics/aggregate.py",
        "nerion_gym/metrics/calibration.py",
        "nerion_gym/syntax/costs.py",
    )
    assert task.suite.containment == PACKAGE
    assert task.suite.targets == (
        *("tests/unit/metrics", "tests/unit/syntax/test_costs.py"),
        *("-m", "pure and not slow"),
    )
    names = {name for name, _ in task.suite.files}
    assert {"pyproject.toml", "envs_registry.py", "tests/conftest.py"} <= names
    assert names.isdisjoint(task.program.paths)
    assert not any(name.startswith((".git", "nerion_gym/tasks/corpus/")) for name in names)


def test_every_function_is_in_one_split_and_each_has_its_share():
    tasks = {split: task_of(split, MODULES) for split in SPLITS}
    found = [ref for task in tasks.values() for ref in task.pool]
    assert len(found) == len(set(found))
    assert len({task.id for task in tasks.values()}) == len(SPLITS)
    counts = {split: len(task.pool) for split, task in tasks.items()}
    assert 0.7 < counts["train"] / len(found) < 0.95
    assert min(counts.values()) > 1


def test_a_split_hangs_on_the_name_alone():
    refs = [FunctionRef("nerion_gym/a.py", f"f{number}") for number in range(2000)]
    shares = Counter(map(split_of, refs))
    assert 1500 < shares["train"] < 1700
    assert 150 < shares["val"] < 250
    assert split_of(FunctionRef("nerion_gym/types/edit.py", "Edit.inverse")) == "test"


def test_a_checkout_elsewhere_is_read_there(tmp_path):
    for name in ("nerion_gym/metrics", "tests/unit/metrics", "tests/support"):
        (tmp_path / name).mkdir(parents=True)
    for name in checkout.NEEDED:
        (tmp_path / name).write_text("")
    (tmp_path / "nerion_gym/metrics/mean.py").write_text("def mean(a):\n    return a\n")
    (tmp_path / "tests/unit/metrics/test_mean.py").write_text("")
    splits = [split for split in SPLITS if split == split_of(FunctionRef(
        "nerion_gym/metrics/mean.py", "mean"))]  # fmt: skip
    task = task_of(splits[0], ("metrics",), tmp_path)
    assert task.program.paths == ("nerion_gym/metrics/mean.py",)
    other = next(split for split in SPLITS if split not in splits)
    with pytest.raises(TaskError, match=f"no function of them is in split '{other}'"):
        task_of(other, ("metrics",), tmp_path)


def test_what_is_no_checkout_is_told_how_to_get_one(tmp_path):
    with pytest.raises(TaskError, match=r"is no checkout of nerion-gym: .*tests/unit.*git clone"):
        build(path=tmp_path)


def test_an_installed_package_without_tests_is_told_the_same(tmp_path, monkeypatch):
    (tmp_path / "nerion_gym").mkdir()
    spec = importlib.util.spec_from_file_location("nerion_gym", tmp_path / "nerion_gym/__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    with pytest.raises(TaskError, match=r"no checkout.*pyproject\.toml.*path='nerion-gym'"):
        build()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(TaskError, match="imported from no folder"):
        build()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"split": "dev"}, ConfigError, "split='dev': expected one of train, val, test"),
        ({"modules": ()}, ConfigError, r"modules=\(\): expected names below nerion_gym"),
        ({"modules": "syntax"}, ConfigError, "modules='syntax': expected names"),
        ({"modules": ("../tests",)}, ConfigError, "expected names below nerion_gym"),
        ({"modules": ("syntx",)}, TaskError, "'syntx' is neither a folder nor a file of nerion"),
        ({"modules": ("errors.py",)}, TaskError, "'errors.py' has no unit tests of its own"),
    ],
)
def test_bad_arguments_are_refused_with_what_was_expected(arguments, error, message):
    with pytest.raises(error, match=message):
        build(**arguments)


def test_the_checkout_is_the_one_that_is_imported():
    assert checkout.checkout_root(None) == ROOT
