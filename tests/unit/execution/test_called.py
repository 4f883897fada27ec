"""What a call did: when one look at all its values tells that it did the same."""

import pytest

from nerion_gym.execution.called import EXCEPTION, RESULT, TOO_BIG, Done, look

pytestmark = pytest.mark.pure


def done(result, given, text="", drained=False):
    """What a call of these arguments did that gave this result."""
    value, blind = look([result])
    after, hidden = look(given)
    shared = look([result, *given])[0]
    return Done(RESULT, value, shared, after, text, blind, hidden, drained)


def test_equal_results_and_arguments_shared_alike_are_all():
    first, second = [1], [1]
    expected = done(first, [first, {"a": 2}])
    assert expected.is_all(RESULT, look([second, second, {"a": 2}])[0], "", False)


@pytest.mark.parametrize(
    ("result", "given"),
    [([2], [[1]]), ([1], [[2]]), ([1.0], [[1]]), ([1], [[1], 0])],
    ids=["result", "argument", "type", "one more"],
)
def test_another_result_or_argument_is_not(result, given):
    assert not done([1], [[1]]).is_all(RESULT, look([result, *given])[0], "", False)


def test_equal_values_of_other_objects_are_not():
    one = [1]
    assert not done(one, [one]).is_all(RESULT, look([[1], [1]])[0], "", False)


def test_another_end_or_text_is_not():
    expected = done([1], [[1]])
    assert not expected.is_all(EXCEPTION, expected.shared, "", False)
    assert not expected.is_all(RESULT, expected.shared, "said", False)
    assert not expected.is_all(RESULT, expected.shared, "", True)


@pytest.mark.parametrize("shared", [b"", TOO_BIG])
def test_what_no_look_told_is_not(shared):
    expected = done([1], [[1]])._replace(shared=shared)
    assert not expected.is_all(RESULT, shared, "", False)
