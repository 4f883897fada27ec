"""Strength: fair. Limits that are prime or below two, the text of one and messages are left open."""
import pytest
from prime_factory import as_text, factors, sieve


def test_sieve():
    assert sieve(20) == [2, 3, 5, 7, 11, 13, 17, 19]


def test_factors():
    assert factors(360) == [2, 2, 2, 3, 3, 5]
    assert factors(97) == [97]


def test_no_factors():
    with pytest.raises(ValueError):
        factors(0)


def test_as_text():
    assert as_text(12) == "2^2 * 3"
