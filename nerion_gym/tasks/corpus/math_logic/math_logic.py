"""The toy universe: a few numbers and what can be done with them."""


def add(a, b):
    """Return the sum of two numbers."""
    return a + b


def multiply(a, b):
    """Return the product of two numbers."""
    return a * b


def scale(values, factor):
    """Multiply every value by a factor."""
    return [multiply(value, factor) for value in values]


def clamp(value, low, high):
    """Keep a value between two limits."""
    if value < low:
        return low
    if value > high:
        return high
    return value


def average(values):
    """Return the mean, or 0 for no values."""
    total = 0
    for value in values:
        total = add(total, value)
    if total == 0 and not values:
        return 0
    return total / len(values)
