"""Strength: fair. Broken escapes and names without a value are left out."""

import pytest

import query_strings as qs


class TestQuote:
    def test_safe_characters_stay(self):
        assert qs.quote("abc-XYZ_0.9~") == "abc-XYZ_0.9~"

    def test_space_is_plus(self):
        assert qs.quote("a b") == "a+b"

    def test_others_are_escaped(self):
        assert qs.quote("50% & more") == "50%25+%26+more"
        assert qs.quote("é") == "%C3%A9"


@pytest.mark.parametrize("text", ["plain", "a b", "x=y&z", "naïve café", "100%"])
def test_unquote_undoes_quote(text):
    assert qs.unquote(qs.quote(text)) == text


def test_parse():
    assert qs.parse("?q=two+words&page=3") == {"q": ["two words"], "page": ["3"]}


def test_parse_repeated_name():
    assert qs.parse("tag=a&tag=b")["tag"] == ["a", "b"]


def test_parse_empty():
    assert qs.parse("") == {}


def test_build():
    assert qs.build({"q": "a&b", "tag": ["x", "y"]}) == "q=a%26b&tag=x&tag=y"
