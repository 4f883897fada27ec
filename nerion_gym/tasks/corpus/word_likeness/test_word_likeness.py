"""Strength: strong. Letters outside of ASCII and the soundex of no word are left open."""
import pytest
from word_likeness import Speller, bigrams, common_prefix, dice, distance, similarity, soundex


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ("", "", 0),
        ("abc", "", 3),
        ("", "ab", 2),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ("same", "same", 0),
        ("ab", "ba", 2),
        ("sunday", "saturday", 3),
        ("aaa", "a", 2),
    ],
)
def test_distance(a, b, expected):
    assert distance(a, b) == expected
    assert distance(b, a) == expected


def test_similarity():
    assert similarity("", "") == 1.0
    assert similarity("abcd", "abcx") == 0.75
    assert similarity("ab", "abcd") == 0.5
    assert similarity("a", "b") == 0


def test_bigrams():
    assert bigrams("abab") == {"ab", "ba"}
    assert bigrams("a") == set()


def test_dice():
    assert dice("night", "nacht") == 0.25
    assert dice("abc", "abc") == 1.0
    assert dice("abcde", "abcdx") == 0.75
    assert dice("a", "a") == 1.0
    assert dice("a", "ab") == 0.0
    assert dice("ab", "a") == 0.0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("flower", "flow", "flight"), "fl"),
        (("dog", "car"), ""),
        (("one",), "one"),
        ((), ""),
        (("in", "inside"), "in"),
        (("abx", "aby", "abc"), "ab"),
    ],
)
def test_common_prefix(words, expected):
    assert common_prefix(*words) == expected


@pytest.mark.parametrize(
    "word, expected",
    [
        ("Robert", "R163"),
        ("rupert", "R163"),
        ("Rubin", "R150"),
        ("Ashcraft", "A261"),
        ("Tymczak", "T522"),
        ("Pfister", "P236"),
        ("Honeyman", "H555"),
        ("Lee", "L000"),
        ("Jackson", "J250"),
        ("Washington", "W252"),
        ("Lloyd", "L300"),
        ("Ball", "B400"),
        ("Bubble", "B140"),
        ("Carrier", "C660"),
        ("Hawk", "H200"),
        ("Gutierrez", "G362"),
    ],
)
def test_soundex(word, expected):
    assert soundex(word) == expected


@pytest.fixture
def speller():
    return Speller(["Apple", "ample", "maple", "apply", "banana"])


def test_speller_knows_words(speller):
    assert "APPLE" in speller
    assert "pear" not in speller


def test_suggestions_are_ranked(speller):
    assert speller.suggest("Appla") == ["apple", "apply", "ample"]
    assert speller.suggest("aple") == ["apple", "maple", "ample"]
    assert speller.suggest("aple", count=1) == ["apple"]
    assert speller.suggest("zzzz") == []


def test_limit_is_inclusive():
    assert Speller(["banana"], limit=1).suggest("banan") == ["banana"]
    assert Speller(["banana"], limit=1).suggest("bana") == []
    assert Speller(["banana"]).suggest("bana") == ["banana"]
    assert Speller(["banana"]).suggest("ban") == []


def test_correct(speller):
    assert speller.correct("An  appel and Banana xyzzyx") == "An apple and Banana xyzzyx"
    assert speller.correct("") == ""
