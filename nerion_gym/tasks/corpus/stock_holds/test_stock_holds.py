"""Strength: fair. Extending holds, blocks that fail, shelves in the red and most of the journal are not tried."""
import pytest
from stock_holds import Hold, OutOfStock, StockError, Warehouse


@pytest.fixture
def house():
    house = Warehouse()
    house.receive("bolt", 100, reorder_at=20)
    house.receive("nut", 50)
    return house


def test_receive_adds(house):
    assert house.receive("bolt", 5) == 105
    assert house.on_hand("bolt") == 105
    assert house.on_hand("gear") == 0


def test_receive_nothing(house):
    with pytest.raises(ValueError):
        house.receive("bolt", 0)


def test_reserve_lowers_what_is_available(house):
    hold = house.reserve({"bolt": 30, "nut": 10})
    assert house.available("bolt") == 70
    assert house.available("nut") == 40
    assert house.on_hand("bolt") == 100
    assert hold.expires == 15


def test_reserve_all_or_none(house):
    with pytest.raises(OutOfStock) as caught:
        house.reserve({"bolt": 10, "nut": 51})
    assert (caught.value.sku, caught.value.available) == ("nut", 50)
    assert house.available("bolt") == 100


def test_reserve_the_last(house):
    house.reserve({"nut": 50})
    assert house.available("nut") == 0


def test_take(house):
    hold = house.reserve({"bolt": 30})
    assert house.take(hold.id) == {"bolt": 30}
    assert house.on_hand("bolt") == 70
    assert house.available("bolt") == 70
    assert house.journal[-1] == "-30 bolt"


def test_take_twice(house):
    hold = house.reserve({"bolt": 30})
    house.take(hold.id)
    with pytest.raises(StockError, match="has ended"):
        house.take(hold.id)


def test_unknown_hold(house):
    with pytest.raises(StockError, match="no hold 9"):
        house.release(9)


def test_release(house):
    house.release(house.reserve({"nut": 20}).id)
    assert house.available("nut") == 50


def test_holds_expire(house):
    first = house.reserve({"bolt": 10}, minutes=5)
    second = house.reserve({"bolt": 10})
    assert house.tick(4) == []
    assert house.tick() == [first.id]
    assert house.available("bolt") == 90
    assert house.tick(30) == [second.id]


def test_checkout_takes(house):
    with house.checkout(bolt=5) as hold:
        assert isinstance(hold, Hold)
        assert house.on_hand("bolt") == 100
    assert house.on_hand("bolt") == 95


def test_to_reorder(house):
    assert house.to_reorder() == []
    house.reserve({"bolt": 85})
    assert house.to_reorder() == ["bolt"]
