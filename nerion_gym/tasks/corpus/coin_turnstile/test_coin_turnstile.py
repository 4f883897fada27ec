"""Strength: strong. Fractional fares and amounts that are no numbers are never tried."""

import pytest
from coin_turnstile import State, Turnstile, replay


@pytest.fixture
def gate():
    return Turnstile(fare=2)


def test_starts_locked_and_empty(gate):
    assert gate.state is State.LOCKED
    assert (gate.credit, gate.passed, gate.alarms) == (0, 0, 0)


def test_coins_add_up_until_it_opens(gate):
    assert gate.handle("coin") is State.LOCKED
    assert gate.credit == 1
    assert gate.handle("coin") is State.OPEN
    assert gate.credit == 2


def test_push_takes_the_fare_and_keeps_the_change(gate):
    gate.handle("coin", 5)
    assert gate.handle("push") is State.OPEN
    assert (gate.credit, gate.passed) == (3, 1)
    assert gate.handle("push") is State.LOCKED
    assert (gate.credit, gate.passed) == (1, 2)


def test_push_on_a_locked_gate_is_an_alarm(gate):
    gate.handle("coin")
    assert gate.handle("push") is State.LOCKED
    assert gate.handle("push") is State.LOCKED
    assert (gate.credit, gate.passed, gate.alarms) == (1, 0, 2)


@pytest.mark.parametrize("value", [0, -1])
def test_worthless_coins(gate, value):
    with pytest.raises(ValueError, match="^a coin is worth something$"):
        gate.handle("coin", value)
    assert gate.credit == 0


def test_unknown_event(gate):
    with pytest.raises(ValueError, match="^unknown event: kick$"):
        gate.handle("kick")


@pytest.mark.parametrize("fare", [0, -4])
def test_fare_must_be_positive(fare):
    with pytest.raises(ValueError, match=f"^fare must be positive, got {fare}$"):
        Turnstile(fare)


def test_cheapest_fare():
    assert Turnstile(1).handle("coin") is State.OPEN


def test_states_have_readable_values():
    assert [state.value for state in State] == ["locked", "open"]


def test_replay_with_amounts():
    gate = replay(["push", "coin:2", "coin", "push", "coin:4"])
    assert (gate.fare, gate.credit, gate.passed, gate.alarms) == (3, 4, 1, 1)


def test_replay_with_a_fare():
    gate = replay(["coin", "push"], fare=1)
    assert (gate.fare, gate.passed) == (1, 1)
    assert Turnstile().fare == 3
