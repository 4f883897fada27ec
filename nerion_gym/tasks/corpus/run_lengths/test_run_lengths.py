"""Strength: weak. A few codes of letters; escapes, errors and most of decoding are not tried."""
from run_lengths import decode, encode, ratio


def test_encode():
    assert encode("aaab") == "3ab"


def test_decode_repeats():
    assert decode("3ab").startswith("aaa")


def test_ratio_is_small_for_long_runs():
    assert ratio("x" * 100) < 0.5
