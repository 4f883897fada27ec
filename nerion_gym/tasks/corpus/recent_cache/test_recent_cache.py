"""Strength: strong. Keys that are equal but of different types are not tried."""

import pytest
from recent_cache import RecentCache, cached


@pytest.fixture
def gone():
    return []


@pytest.fixture
def cache(gone):
    """Three keys; c is the newest."""
    cache = RecentCache(3, on_evict=lambda key, value: gone.append((key, value)))
    for number, key in enumerate("abc"):
        cache.put(key, number)
    return cache


class TestBasics:
    def test_values_come_back(self, cache):
        assert [cache.get(key) for key in "abc"] == [0, 1, 2]

    def test_newest_first(self, cache):
        assert list(cache) == ["c", "b", "a"]
        assert len(cache) == 3

    def test_defaults(self, cache):
        assert cache.get("z") is None
        assert cache.get("z", 9) == 9

    def test_contains_does_not_refresh(self, cache):
        assert "a" in cache
        assert "z" not in cache
        assert list(cache) == ["c", "b", "a"]

    def test_empty(self):
        assert len(RecentCache(1)) == 0
        assert list(RecentCache(1)) == []

    @pytest.mark.parametrize("capacity", [0, -3])
    def test_needs_room(self, capacity):
        with pytest.raises(ValueError, match=f"^a cache needs room, got {capacity}$"):
            RecentCache(capacity)


class TestEviction:
    def test_the_oldest_goes(self, cache, gone):
        cache.put("d", 3)
        assert gone == [("a", 0)]
        assert list(cache) == ["d", "c", "b"]
        assert "a" not in cache

    def test_get_refreshes(self, cache, gone):
        cache.get("a")
        cache.put("d", 3)
        assert gone == [("b", 1)]
        assert list(cache) == ["d", "a", "c"]

    def test_overwriting_refreshes_but_evicts_nothing(self, cache, gone):
        cache.put("a", 100)
        assert gone == []
        assert list(cache) == ["a", "c", "b"]
        assert cache.get("a") == 100
        assert len(cache) == 3

    def test_one_slot(self):
        cache = RecentCache(1)
        cache.put("x", 1)
        cache.put("y", 2)
        assert list(cache) == ["y"]
        assert cache.get("x") is None

    def test_a_stored_none_counts_as_a_hit(self, cache):
        cache.put("a", None)
        assert cache.get("a", 5) is None
        assert cache.hits == 1


def test_forget(cache, gone):
    assert cache.forget("b") is True
    assert cache.forget("b") is False
    assert list(cache) == ["c", "a"]
    cache.put("d", 3)
    assert gone == []


def test_hits_and_misses(cache):
    assert (cache.hits, cache.misses) == (0, 0)
    cache.get("a")
    cache.get("a")
    cache.get("nope")
    assert (cache.hits, cache.misses) == (2, 1)


def test_nodes_hold_nothing_else(cache):
    with pytest.raises(AttributeError):
        cache._ring.extra = 1


class TestDecorator:
    @pytest.fixture
    def calls(self):
        return []

    @pytest.fixture
    def power(self, calls):
        @cached(2)
        def power(base, exponent):
            """Raise."""
            calls.append((base, exponent))
            return base**exponent

        return power

    def test_computes_once(self, power, calls):
        assert [power(2, 3), power(2, 3), power(3, 2)] == [8, 8, 9]
        assert calls == [(2, 3), (3, 2)]

    def test_capacity_is_used(self, power, calls):
        for base in (1, 2, 3, 1):
            power(base, 1)
        assert calls == [(1, 1), (2, 1), (3, 1), (1, 1)]

    def test_looks_like_the_function(self, power):
        assert power.__name__ == "power"
        assert power.__doc__ == "Raise."
        assert power.cache.capacity == 2

    def test_none_is_remembered(self):
        calls = []
        remember = cached(4)(calls.append)
        assert remember(1) is None
        assert remember(1) is None
        assert calls == [1]
