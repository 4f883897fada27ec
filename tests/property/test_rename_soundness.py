"""Renaming keeps real packages' own tests as they were: 200 renames that a test reaches."""

import json

import numpy as np
import pytest

from benchmarks.rename_soundness import RECORD, SUBJECTS, check_subject
from nerion_gym.execution.runner import LocalRunner

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]


def test_two_hundred_renames_change_no_test():
    with LocalRunner() as runner:
        results = [check_subject(subject, runner, np.random.default_rng(0)) for subject in SUBJECTS]
    assert [failure for result in results for failure in result.failures] == []
    assert sum(result.run for result in results) >= 200
    # A rename that no test runs would prove nothing.
    assert all(result.selected >= result.run for result in results)


def test_the_record_says_the_same():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["failures"] == 0
    assert record["run"] >= 200
    packages = [f"{subject.name}-{subject.version}" for subject in SUBJECTS]
    assert [package["package"] for package in record["packages"]] == packages
