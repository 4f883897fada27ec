"""The packages whose edits are run: enough of them, each named once and pinned."""

from __future__ import annotations

import pytest

from benchmarks.subjects import COLLECTED, MORE, NOT_COLLECTED
from tests.support.sources import SUBJECTS

pytestmark = pytest.mark.pure


def test_there_are_forty_packages_and_none_twice():
    names = [subject.name for subject in COLLECTED]
    assert len(names) >= 40
    assert len({name.lower() for name in names}) == len(names)


def test_what_is_left_out_is_known():
    assert {subject.name for subject in SUBJECTS} >= set(NOT_COLLECTED)


def test_tests_that_are_left_out_are_said():
    silent = [subject.name for subject in MORE if subject.arguments and not subject.said]
    assert silent == []
