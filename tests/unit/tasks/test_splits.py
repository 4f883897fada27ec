"""Corpus programs in splits: each in one, none in two."""

from __future__ import annotations

from itertools import chain

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.tasks.builder import corpus_names, corpus_task
from nerion_gym.tasks.splits import CORPUS_SPLITS, corpus_split
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
