"""Corpus programs in splits: each in one, none in two."""

from __future__ import annotations

from itertools import chain

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.tasks.builder import corpus_names, corpus_task, package_names, package_task
from nerion_gym.tasks.splits import (
    CORPUS_SPLITS,
    PACKAGE_SPLITS,
    corpus_split,
    function_split,
    package_split,
    split_of,
)
from nerion_gym.types.task import SPLITS


def test_each_program_is_in_exactly_one_split():
    assert sorted(chain.from_iterable(map(corpus_split, SPLITS))) == list(corpus_names())
    assert tuple(CORPUS_SPLITS) == SPLITS


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_is_sorted_and_has_suites_of_each_strength(split):
    names = corpus_split(split)
    assert list(names) == sorted(names)
    suites = b"".join(data for name in names for _, data in corpus_task(name).suite.files)
    for strength in ("strong", "fair", "weak"):
        assert f"Strength: {strength}.".encode() in suites


def test_an_unknown_split_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="split='dev': expected one of train, val, test"):
        corpus_split("dev")


def test_each_program_of_several_files_is_in_exactly_one_split():
    assert sorted(chain.from_iterable(map(package_split, SPLITS))) == list(package_names())
    assert tuple(PACKAGE_SPLITS) == SPLITS
    assert not set(package_names()) & set(corpus_names())


def test_a_task_knows_its_split():
    assert [split_of(name) for name in ("slugs", "routes", "tiny_shell")] == [
        "train",
        "val",
        "test",
    ]
    assert corpus_task("routes").split == "val"
    assert package_task("tiny_shell").split == "test"
    with pytest.raises(ConfigError, match="'sluggs' is in no split"):
        split_of("sluggs")


def test_an_unknown_program_of_several_files_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="'slugs'; there are: invoicing, library_desk"):
        package_task("slugs")


def test_functions_are_told_apart_in_fixed_parts():
    names = [("m.py", f"f{number}") for number in range(2000)]
    found = [function_split(*name) for name in names]
    shares = [found.count(split) / len(found) for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)
    # Figures are compared over years: these stay where they are.
    assert function_split("tiny.py", "clamp") == "test"
    assert function_split("tiny.py", "total") == "train"
