"""Strength: fair. Change is tried with one coin, the takings never, nor what is no coin or no drink."""
import pytest

from drink_machine import DrinkMachine, SoldOut, TooLittle


@pytest.fixture
def machine():
    machine = DrinkMachine({"cola": 150, "water": 80}, till={50: 2, 20: 5})
    machine.fill("cola", 2)
    machine.fill("water", 1)
    return machine


def test_exact_money(machine):
    machine.insert(100, 50)
    assert machine.credit == 150
    assert machine.buy("cola") == []
    assert machine.stock["cola"] == 1
    assert machine.credit == 0


def test_change_from_the_till(machine):
    machine.insert(100)
    assert machine.buy("water") == [20]
    assert machine.till[20] == 4


def test_too_little(machine):
    machine.insert(100)
    with pytest.raises(TooLittle) as caught:
        machine.buy("cola")
    assert caught.value.missing == 50
    assert machine.credit == 100


def test_sold_out(machine):
    machine.insert(100)
    machine.buy("water")
    machine.insert(100)
    with pytest.raises(SoldOut):
        machine.buy("water")


def test_cancel_returns_the_same_coins(machine):
    machine.insert(50, 10)
    assert machine.cancel() == [50, 10]
    assert machine.credit == 0
