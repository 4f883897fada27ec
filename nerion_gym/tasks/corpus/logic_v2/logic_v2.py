"""A module whose names matter: locals shadow globals, closures keep what they saw."""

rate = 10
limit = 100
history = []


def scaled(value):
    """Use the global rate."""
    return value * rate


def scaled_locally(value, rate=2):
    """A parameter shadows the global rate."""
    return value * rate


def total(values):
    """Sum up to the global limit; the local `rate` is not the module's."""
    rate = 0
    for value in values:
        if rate + value > limit:
            break
        rate += value
    return rate


def remember(value):
    """Write to the module's history, never to a local one."""
    global history
    history = history + [value]
    return len(history)


def make_counter(start=0, step=1):
    """Return a closure that counts; `count` belongs to the outer function."""
    count = start

    def advance():
        nonlocal count
        count = count + step
        return count

    return advance


def discount(price, members, coupon=None):
    """Members pay less, and so do those with a coupon, but never below half."""
    share = 1.0
    if members >= 2 and coupon is not None:
        share = 0.7
    elif members >= 2 or coupon is not None:
        share = 0.85
    reduced = price * share
    floor = price / 2
    return reduced if reduced > floor else floor


def squares(n):
    """The comprehension's `n` is not the argument."""
    return [n * n for n in range(1, n + 1)]


def describe(values):
    """Count, sum and spread of some numbers."""
    if not values:
        return {"count": 0, "sum": 0, "spread": None}
    low = min(values)
    high = max(values)
    return {"count": len(values), "sum": sum(values), "spread": high - low}


def first_over(values, limit):
    """Position of the first value over a limit that shadows the module's, or -1."""
    position = 0
    while position < len(values):
        if values[position] > limit:
            return position
        position += 1
    return -1
