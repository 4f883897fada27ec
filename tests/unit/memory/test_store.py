"""The store against a naive one, and its distribution against the weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerion_gym.errors import ConfigError
from nerion_gym.memory.store import Store
from nerion_gym.memory.sumtree import SumTree

pytestmark = pytest.mark.pure

WEIGHTS = st.floats(0.0, 1e6, allow_nan=False)


def naive_find(weights: list[float], mass: float) -> int:
    """Walk along the slots until the mass is used up."""
    for slot, weight in enumerate(weights):
        if mass < weight:
            return slot
        mass -= weight
    return max(slot for slot, weight in enumerate(weights) if weight > 0)


@given(st.lists(WEIGHTS, min_size=1, max_size=40), st.lists(st.floats(0, 1, exclude_max=True)))
def test_find_is_a_walk_along_the_weights(weights, shares):
    rounded = [float(round(weight)) for weight in weights]  # exact sums in any order
    tree = SumTree(len(rounded))
    tree.update(range(len(rounded)), rounded)
    assert tree.total == sum(rounded)
    if tree.total:
        masses = [share * tree.total for share in shares]
        assert tree.find(masses).tolist() == [naive_find(rounded, mass) for mass in masses]


@given(st.lists(st.tuples(st.integers(0, 12), WEIGHTS), max_size=60))
def test_updates_leave_no_drift(changes):
    tree, weights = SumTree(13), np.zeros(13)
    for slot, weight in changes:
        tree.update(slot, weight)
        weights[slot] = weight
    assert tree.weights(range(13)).tolist() == weights.tolist()
    fresh = SumTree(13)
    fresh.update(range(13), weights)
    assert tree.total == fresh.total


def test_an_empty_slot_is_never_found():
    tree = SumTree(5)
    tree.update([1, 3], [0.1, 0.2])
    masses = [0.0, 0.05, 0.1, np.nextafter(tree.total, 0), tree.total, tree.total * (1 + 1e-9)]
    assert set(tree.find(masses).tolist()) == {1, 3}


class NaiveStore:
    """The same promises, kept in a dictionary."""

    def __init__(self, capacity):
        self.capacity, self.rows, self.next, self.largest = capacity, {}, 0, 1.0

    def add(self, item, surprise):
        weight = self.largest if surprise is None else surprise + 0.01
        self.largest = max(self.largest, weight)
        self.rows[self.next] = (item, weight)
        self.rows.pop(self.next - self.capacity, None)
        self.next += 1

    def update(self, number, surprise):
        self.largest = max(self.largest, surprise + 0.01)
        if number in self.rows:
            self.rows[number] = (self.rows[number][0], surprise + 0.01)


@given(
    st.integers(1, 9),
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.none() | st.floats(0, 50)),
            st.tuples(st.integers(0, 30), st.floats(0, 50)),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 2**32 - 1),
)
def test_the_store_agrees_with_a_naive_one(capacity, changes, seed):
    store, naive = Store(capacity), NaiveStore(capacity)
    for kind, surprise in changes:
        if kind == "add":
            assert store.add(f"item {naive.next}", surprise) == naive.next
            naive.add(f"item {naive.next}", surprise)
        elif kind < naive.next:
            alive = kind in naive.rows
            naive.update(kind, surprise)
            assert store.update([kind], [surprise]) == alive
    assert len(store) == len(naive.rows)
    if not naive.rows:
        return
    drawn = store.sample(20, np.random.default_rng(seed))
    total = sum(weight for _, weight in naive.rows.values())
    for number, item, chance in zip(drawn.ids, drawn.items, drawn.probabilities, strict=True):
        assert naive.rows[number][0] == item
        assert chance == pytest.approx(naive.rows[number][1] / total)


def test_draws_follow_the_surprise():
    store = Store(4, floor=1e-9)
    for surprise in (9.0, 1.0, 3.0, 0.0, 6.0):  # the first makes room for the last
        store.add(surprise, surprise)
    drawn = store.sample(20_000, np.random.default_rng(0))
    counts = {item: drawn.items.count(item) / 20_000 for item in set(drawn.items)}
    assert counts == pytest.approx({1.0: 0.1, 3.0: 0.3, 6.0: 0.6}, abs=0.015)


def test_exponent_zero_draws_uniformly_and_a_seed_repeats():
    store = Store(3, exponent=0.0)
    for surprise in (0.0, 5.0, 500.0):
        store.add(surprise, surprise)
    draws = [store.sample(9000, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert draws[0].items == draws[1].items != draws[2].items
    assert np.bincount(draws[0].ids) == pytest.approx([3000] * 3, rel=0.06)


def test_one_great_surprise_among_many_is_found():
    store = Store(20_000)
    for number in range(20_000):
        store.add(number, 0.0)
    store.update([17_000], [1e6])
    assert set(store.sample(8, np.random.default_rng(0)).items) == {17_000}


def test_wrong_use_is_refused():
    with pytest.raises(ConfigError, match="empty"):
        Store(3).sample(1, np.random.default_rng(0))
    with pytest.raises(ConfigError, match="at least 1"):
        Store(0)
    store = Store(2)
    store.add("a")
    for surprise in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="expected finite nats"):
            store.add("b", surprise)
    with pytest.raises(ConfigError, match=r"expected 0\.\.0"):
        store.update([1], [0.5])
    with pytest.raises(ConfigError, match=r"expected 0\.\.1"):
        SumTree(2).update([2], [1.0])
