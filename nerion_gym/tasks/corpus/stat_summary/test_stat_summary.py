"""Strength: weak. One list of numbers, mostly for what keys come out; errors and ties are not tried."""
from stat_summary import histogram, mean, median, summary

VALUES = [2, 4, 4, 5, 30]


def test_mean():
    assert mean(VALUES) == 9


def test_median():
    assert median([3, 1, 2]) == 2


def test_summary_has_all_parts():
    report = summary(VALUES)
    assert report["count"] == 5
    assert report["deviation"] > 0
    assert {"mean", "median", "modes", "range"} <= set(report)


def test_histogram():
    assert sum(histogram(VALUES)) == 5
