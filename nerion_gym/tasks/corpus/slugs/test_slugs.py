"""Strength: fair. Limits on the length are tried once, and never on the boundary."""

import pytest
from slugs import slugify, title_case, unique_slug


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Hello World", "hello-world"),
        ("  spaces   everywhere ", "spaces-everywhere"),
        ("Crème Brûlée!", "creme-brulee"),
        ("Straße 9", "strasse-9"),
        ("", ""),
    ],
)
def test_slugify(text, expected):
    assert slugify(text) == expected


def test_other_separator():
    assert slugify("one two three", separator="_") == "one_two_three"


def test_slug_is_cut_between_words():
    assert slugify("the quick brown fox", max_length=12) == "the-quick"


def test_unique_slug():
    assert unique_slug("My Post", set()) == "my-post"
    assert unique_slug("My Post", {"my-post"}) == "my-post-2"
    assert unique_slug("My Post", {"my-post", "my-post-2"}) == "my-post-3"


def test_title_case():
    assert title_case("the lord of the rings") == "The Lord of the Rings"
    assert title_case("a day at NATO") == "A Day at NATO"
    assert title_case("well-known facts") == "Well-Known Facts"
