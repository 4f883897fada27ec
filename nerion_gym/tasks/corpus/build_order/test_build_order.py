"""Strength: fair. The order is checked by positions, and cycles by their type mostly."""

import pytest
from build_order import CycleError, build_order, stages

NEEDS = {
    "app": ["core", "ui"],
    "ui": ["core", "icons"],
    "core": ["base"],
    "docs": ["app"],
}


def test_dependencies_come_first():
    order = build_order(NEEDS)
    assert len(order) == 6
    for target, names in NEEDS.items():
        for name in names:
            assert order.index(name) < order.index(target)


def test_nothing_to_build():
    assert build_order({}) == []


def test_cycle():
    with pytest.raises(CycleError):
        build_order({"a": ["b"], "b": ["c"], "c": ["a"]})


def test_cycle_path_starts_where_the_cycle_does():
    with pytest.raises(CycleError) as caught:
        build_order({"a": ["b"], "b": ["c"], "c": ["b"]})
    assert caught.value.path == ["b", "c", "b"]


def test_stages():
    found = stages(NEEDS)
    assert found[0] == ["base", "icons"]
    assert found[-1] == ["docs"]
    assert len(found) == 5
