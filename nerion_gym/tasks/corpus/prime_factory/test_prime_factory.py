"""Strength: fair. Zero and negative numbers are hardly tried, and messages are not read."""
import pytest
from prime_factory import as_text, divisor_count, factors, is_prime, sieve


def test_sieve():
    assert sieve(20) == [2, 3, 5, 7, 11, 13, 17, 19]


def test_sieve_is_inclusive():
    assert sieve(13)[-1] == 13


def test_sieve_of_little():
    assert sieve(1) == []


def test_factors():
    assert factors(360) == [2, 2, 2, 3, 3, 5]
    assert factors(97) == [97]


def test_no_factors():
    with pytest.raises(ValueError):
        factors(0)


def test_as_text():
    assert as_text(360) == "2^3 * 3^2 * 5"


def test_is_prime():
    assert is_prime(31)
    assert not is_prime(33)
    assert not is_prime(1)


def test_divisors():
    assert divisor_count(12) == 6
