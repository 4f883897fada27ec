"""Strength: fair. Weights are used in one test, and what remove() prunes is not looked at."""

import pytest
from prefix_trie import PrefixTrie


@pytest.fixture
def trie():
    return PrefixTrie(["car", "card", "care", "cat", "dog"])


def test_contains_whole_words_only(trie):
    assert "car" in trie
    assert "ca" not in trie
    assert "cards" not in trie


def test_starting_with(trie):
    words = [word for word, _ in trie.starting_with("car")]
    assert words == ["car", "card", "care"]


def test_all_words(trie):
    assert len(list(trie.starting_with())) == 5


def test_suggest_prefers_heavy_words(trie):
    trie.add("cat", 5)
    trie.add("care", 2)
    assert trie.suggest("ca", limit=2) == ["cat", "care"]


def test_remove(trie):
    trie.remove("card")
    assert "card" not in trie
    assert "car" in trie
    assert "care" in trie


def test_remove_unknown(trie):
    with pytest.raises(KeyError):
        trie.remove("ca")


def test_longest_prefix(trie):
    assert trie.longest_prefix_of("cardigan") == "card"
    assert trie.longest_prefix_of("catalogue") == "cat"
    assert trie.longest_prefix_of("zebra") is None
