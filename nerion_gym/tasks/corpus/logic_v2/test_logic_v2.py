import logic_v2
import pytest
from logic_v2 import (
    describe,
    discount,
    first_over,
    make_counter,
    remember,
    scaled,
    scaled_locally,
    squares,
    total,
)


@pytest.fixture(autouse=True)
def clean_history():
    logic_v2.history = []
    yield
    logic_v2.history = []


def test_scaled_uses_the_global():
    assert scaled(3) == 30


def test_global_can_be_patched(monkeypatch):
    monkeypatch.setattr(logic_v2, "rate", 7)
    assert scaled(2) == 14


def test_parameter_shadows_the_global():
    assert scaled_locally(2) == 4
    assert scaled_locally(3, rate=5) == 15


def test_total_adds():
    assert total([1, 2, 3]) == 6
    assert total([]) == 0


def test_total_stops_at_the_limit():
    assert total([60, 50, 1]) == 60


def test_total_leaves_the_global_alone():
    total([5])
    assert logic_v2.rate == 10


def test_remember_writes_the_global():
    assert remember("a") == 1
    assert remember("b") == 2
    assert logic_v2.history == ["a", "b"]


def test_counter_keeps_its_own_count():
    first, second = make_counter(), make_counter(10, 5)
    assert [first(), first()] == [1, 2]
    assert second() == 15
    assert first() == 3


@pytest.mark.parametrize(
    ("members", "coupon", "expected"),
    [(1, None, 100.0), (2, None, 85.0), (1, "SPRING", 85.0), (3, "SPRING", 70.0)],
)
def test_discount(members, coupon, expected):
    assert discount(100, members, coupon) == pytest.approx(expected)


def test_squares_do_not_leak():
    assert squares(3) == [1, 4, 9]


def test_describe():
    assert describe([4, 1, 3]) == {"count": 3, "sum": 8, "spread": 3}


def test_describe_nothing():
    assert describe([])["count"] == 0


def test_first_over_shadows_the_limit():
    assert first_over([1, 5, 9], 4) == 1
    assert first_over([1, 2], 4) == -1
