"""Strength: strong. Numerals of several thousands are sampled, not all tried."""

import re

import pytest
from roman_numerals import NotRoman, from_roman, to_roman

KNOWN = [
    (1, "I"), (3, "III"), (4, "IV"), (5, "V"), (6, "VI"), (8, "VIII"), (9, "IX"), (10, "X"),
    (14, "XIV"), (19, "XIX"), (40, "XL"), (49, "XLIX"), (50, "L"), (90, "XC"), (100, "C"),
    (400, "CD"), (444, "CDXLIV"), (500, "D"), (900, "CM"), (1000, "M"), (1994, "MCMXCIV"),
    (2024, "MMXXIV"), (3888, "MMMDCCCLXXXVIII"), (3999, "MMMCMXCIX"),
]


@pytest.mark.parametrize(("number", "numeral"), KNOWN)
def test_both_ways(number, numeral):
    assert to_roman(number) == numeral
    assert from_roman(numeral) == number


@pytest.mark.parametrize("number", [0, -1, 4000])
def test_numbers_without_a_numeral(number):
    with pytest.raises(NotRoman, match=f"^{number} has no numeral, 1 to 3999 do$"):
        to_roman(number)


@pytest.mark.parametrize("written", ["xiv", " XIV", "Xiv\n"])
def test_case_and_blanks_do_not_matter(written):
    assert from_roman(written) == 14


@pytest.mark.parametrize("written", ["", "   "])
def test_nothing_is_no_numeral(written):
    with pytest.raises(NotRoman, match=f"^{written!r} is no numeral$"):
        from_roman(written)


def test_letters_that_mean_nothing_are_named():
    with pytest.raises(NotRoman, match="^'XBIA' is no numeral: AB$"):
        from_roman("XBIA")


@pytest.mark.parametrize(
    ("written", "value"),
    [("IIII", 4), ("IC", 99), ("VV", 10), ("iix", 10), ("MMMM", 4000), ("MMMMM", 5000), ("IM", 999)],
)
def test_forms_that_nobody_writes(written, value):
    with pytest.raises(NotRoman, match=re.escape(f"{written!r} is not how {value} is written")):
        from_roman(written)


def test_its_error_is_a_value_error():
    assert issubclass(NotRoman, ValueError)
