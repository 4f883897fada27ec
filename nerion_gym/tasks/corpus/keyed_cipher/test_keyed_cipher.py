"""Strength: strong. Texts with letters outside the English alphabet are not looked at."""

import pytest
from keyed_cipher import caesar, crack_caesar, vigenere


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("abc", 1, "bcd"),
        ("xyz", 3, "abc"),
        ("Hello, World!", 13, "Uryyb, Jbeyq!"),
        ("b", -2, "z"),
        ("same", 26, "same"),
        ("", 5, ""),
        ("1 + 2", 9, "1 + 2"),
    ],
)
def test_caesar(text, by, expected):
    assert caesar(text, by) == expected


def test_vigenere_textbook_example():
    assert vigenere("attackatdawn", "lemon") == "lxfopvefrnhr"


def test_vigenere_skips_what_is_no_letter():
    assert vigenere("At tack!", "Lemon") == "Lx fopv!"
    assert vigenere("a a-a", "bc") == "b c-b"


def test_vigenere_back():
    secret = vigenere("Meet me at 9, by the Old oak.", "Zebra")
    assert secret != "Meet me at 9, by the Old oak."
    assert vigenere(secret, "zebra", decode=True) == "Meet me at 9, by the Old oak."


@pytest.mark.parametrize("key", ["", "two words", "k3y"])
def test_bad_keys(key):
    with pytest.raises(ValueError) as caught:
        vigenere("text", key)
    assert str(caught.value) == f"the key must be letters only, not {key!r}"


def test_crack_finds_the_shift():
    assert crack_caesar(caesar("The treasure is here", 7), "TREASURE") == [7]
    assert crack_caesar("plain", "plain") == [0]
    assert crack_caesar("zzz", "yyy") == [1]
    assert crack_caesar("aaa", "bbb") == [25]


def test_crack_may_find_many_or_none():
    assert crack_caesar("ab", "c") == [24, 25]
    assert crack_caesar("ab", "long") == []
