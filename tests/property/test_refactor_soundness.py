"""Refactors keep real packages' own tests as they were."""

import json

import pytest

from benchmarks.refactor_soundness import ENOUGH, RECORD, REFACTORS, check_subject, summed
from nerion_gym.execution.runner import LocalRunner
from tests.support.sources import SUBJECTS

FRESH = ("inflection", "toolz", "h11")


@pytest.mark.slow
@pytest.mark.sandbox
def test_no_refactor_changes_a_test():
    with LocalRunner(cache=False) as runner:
        results = [
            check_subject(subject, runner, REFACTORS, per=6, seed=1)
            for subject in SUBJECTS
            if subject.name in FRESH
        ]
    assert [failure for result in results for failure in result["failures"]] == []
    run = summed(results, "run")
    assert sum(run.values()) >= 200
    assert len(run) >= 20
    # An edit that no test runs would prove nothing.
    assert all(result["selected"] >= sum(result["run"].values()) for result in results)


@pytest.mark.pure
def test_the_record_says_the_same():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["failures"] == 0
    assert record["edits"] >= 3000
    assert len(record["packages"]) >= 6
    counts = {row.name: record["run"].get(row.name, 0) for row in REFACTORS}
    assert {name for name, count in counts.items() if count < ENOUGH} == set(record["few"])
    # Of those, every edit that a test reaches was run.
    reached = summed(record["packages"], "reached")
    assert all(counts[name] == reached.get(name, 0) for name in record["few"])
