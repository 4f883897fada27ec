"""Describe a handful of numbers."""
from collections import Counter
from math import floor, sqrt


def mean(values):
    if not values:
        raise ValueError("mean of no values")
    return sum(values) / len(values)


def median(values):
    return quantile(values, 0.5)


def quantile(values, share):
    """Value below which a share of the others lies, interpolated between neighbours."""
    if not values:
        raise ValueError("quantile of no values")
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, got {share}")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    weight = place - below
    return ordered[below] * (1 - weight) + ordered[above] * weight


def modes(values):
    counts = Counter(values)
    highest = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == highest)


def variance(values, sample=True):
    middle = mean(values)
    squares = sum((value - middle) ** 2 for value in values)
    divisor = len(values) - 1 if sample else len(values)
    if divisor == 0:
        return 0.0
    return squares / divisor


def deviation(values, sample=True):
    return sqrt(variance(values, sample))


def outliers(values, reach=1.5):
    """Values that lie further from the quartiles than the box is long, times the reach."""
    low, high = quantile(values, 0.25), quantile(values, 0.75)
    margin = (high - low) * reach
    return [value for value in values if value < low - margin or value > high + margin]


def histogram(values, bins=4):
    low, high = min(values), max(values)
    width = (high - low) / bins or 1
    counts = [0] * bins
    for value in values:
        slot = min(int((value - low) / width), bins - 1)
        counts[slot] += 1
    return counts


def summary(values):
    report = {
        "count": len(values),
        "mean": mean(values),
        "median": median(values),
        "modes": modes(values),
        "deviation": deviation(values),
        "range": (min(values), max(values)),
    }
    found = outliers(values)
    if found:
        report["outliers"] = found
    return report
