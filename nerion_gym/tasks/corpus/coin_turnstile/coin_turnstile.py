"""A subway turnstile that takes coins and counts who gets through."""

from enum import Enum


class State(Enum):
    LOCKED = "locked"
    OPEN = "open"


class Turnstile:
    def __init__(self, fare=3):
        if fare < 1:
            raise ValueError(f"fare must be positive, got {fare}")
        self.fare = fare
        self.credit = 0
        self.passed = 0
        self.alarms = 0

    @property
    def state(self):
        return State.OPEN if self.credit >= self.fare else State.LOCKED

    def handle(self, event, value=1):
        match event:
            case "coin" if value > 0:
                self.credit += value
            case "coin":
                raise ValueError("a coin is worth something")
            case "push" if self.state is State.OPEN:
                self.credit -= self.fare
                self.passed += 1
            case "push":
                self.alarms += 1
            case _:
                raise ValueError(f"unknown event: {event}")
        return self.state


def replay(events, fare=3):
    """Feed "coin:2" style events to a fresh turnstile and return it."""
    gate = Turnstile(fare)
    for entry in events:
        name, _, amount = entry.partition(":")
        gate.handle(name, int(amount or 1))
    return gate
