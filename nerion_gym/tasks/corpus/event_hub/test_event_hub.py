"""Strength: weak. Only plain listeners: no priorities, parents, muting, decorators or stopped events."""

import pytest
from event_hub import EventHub


@pytest.fixture
def hub():
    return EventHub()


def test_emit_calls_listener(hub):
    seen = []
    hub.on("saved", lambda name, **details: seen.append(details))
    hub.emit("saved", path="a.txt")
    assert seen == [{"path": "a.txt"}]


def test_emit_without_listeners(hub):
    assert hub.emit("nothing") == []


def test_off(hub):
    listener = hub.on("saved", lambda name: 1)
    hub.off("saved", listener)
    assert not hub.emit("saved")
