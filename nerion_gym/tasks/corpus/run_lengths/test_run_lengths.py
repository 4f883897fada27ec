"""Strength: fair. Backslashes, lone escapes and what the error says are not tried."""
import pytest

from run_lengths import DecodeError, decode, encode, ratio


def test_encode():
    assert encode("aaab") == "3ab"
    assert encode("") == ""


def test_digits_are_escaped():
    assert encode("1112") == "3\\1\\2"


@pytest.mark.parametrize("text", ["", "wwwwbbbw  w", "a" * 12, "2 + 2\n\n"])
def test_round_trip(text):
    assert decode(encode(text)) == text


def test_count_without_a_letter():
    with pytest.raises(DecodeError):
        decode("a3")


def test_ratio():
    assert ratio("x" * 100) < 0.1
    assert ratio("") == 1
