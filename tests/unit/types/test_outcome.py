import pytest

from nerion_gym.types.outcome import (
    STRICT_XPASS,
    LearningClass,
    Outcome,
    Status,
    TestResult,
    learning_class,
    suite_class,
    survived,
)

pytestmark = pytest.mark.pure

CASES = [
    (TestResult("t", Status.PASSED), LearningClass.PASS),
    (TestResult("t", Status.XFAILED, "ValueError"), LearningClass.PASS),
    (TestResult("t", Status.XPASSED), LearningClass.PASS),
    (TestResult("t", Status.XPASSED, STRICT_XPASS), LearningClass.ASSERTION),
    (TestResult("t", Status.FAILED, "AssertionError"), LearningClass.ASSERTION),
    (TestResult("t", Status.FAILED, "Failed"), LearningClass.ASSERTION),
    (TestResult("t", Status.FAILED, "KeyError"), LearningClass.EXCEPTION),
    (TestResult("t", Status.ERROR, "AssertionError", "setup"), LearningClass.EXCEPTION),
    (TestResult("t", Status.ERROR, "OSError", "teardown"), LearningClass.EXCEPTION),
    (TestResult("t", Status.ERROR, "ImportError", "collect"), LearningClass.IMPORT_ERROR),
    (TestResult("t", Status.MEMORY, "MemoryError"), LearningClass.TIMEOUT),
    (TestResult("t", Status.CRASHED), LearningClass.EXCEPTION),
    (TestResult("t", Status.TIMEOUT), LearningClass.TIMEOUT),
    (TestResult("t", Status.SKIPPED), LearningClass.MASKED),
    (TestResult("t", Status.NOT_RUN), LearningClass.MASKED),
]


@pytest.mark.parametrize(("result", "expected"), CASES)
def test_every_status_has_the_class_of_the_design(result, expected):
    assert learning_class(result) is expected


def test_the_cases_cover_all_ten_statuses_and_all_classes():
    assert {result.status for result, _ in CASES} == set(Status)
    assert {found for _, found in CASES} == set(LearningClass)
    assert [int(status) for status in Status] == list(range(1, 11))


def test_suite_class_is_the_worst_and_ignores_masked_tests():
    failing = TestResult("b", Status.FAILED, "AssertionError")
    skipped = TestResult("c", Status.SKIPPED)
    assert suite_class(Outcome((TestResult("a", Status.PASSED), failing))) == 1
    assert suite_class(Outcome((TestResult("a", Status.PASSED), skipped))) == 0
    assert suite_class(Outcome((skipped,))) is LearningClass.MASKED


def test_survived_compares_classes_not_statuses():
    control = Outcome((TestResult("a", Status.PASSED), TestResult("b", Status.FAILED, "KeyError")))
    same = Outcome((TestResult("a", Status.XPASSED), TestResult("b", Status.CRASHED)))
    other = Outcome((TestResult("a", Status.PASSED), TestResult("b", Status.FAILED, "Failed")))
    assert survived(same, control)
    assert not survived(other, control)


def test_seconds_and_messages_do_not_make_outcomes_differ():
    fast = Outcome((TestResult("a", Status.PASSED, seconds=0.1, message="x"),), selected=1)
    slow = Outcome((TestResult("a", Status.PASSED, seconds=9.0),), selected=0, route="control")
    assert fast == slow


def test_a_loop_that_allocates_learns_the_same_whichever_limit_ends_it():
    by_clock, by_memory = TestResult("t", Status.TIMEOUT), TestResult("t", Status.MEMORY)
    assert learning_class(by_clock) is learning_class(by_memory)
    assert suite_class(Outcome((by_clock,))) is suite_class(Outcome((by_memory,)))
