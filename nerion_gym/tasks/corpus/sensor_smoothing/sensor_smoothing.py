"""Taking the jitter out of sensor readings."""
from collections import deque


def running_mean(readings):
    total = 0.0
    for count, reading in enumerate(readings, start=1):
        total += reading
        yield total / count


def windowed_mean(readings, size=3):
    if size < 1:
        raise ValueError("window size must be at least 1")
    window = deque(maxlen=size)
    for reading in readings:
        window.append(reading)
        yield sum(window) / len(window)


def exponential(alpha, start=None):
    """Return a function that takes a reading and gives the smoothed level."""
    if not 0 < alpha <= 1:
        raise ValueError("alpha must be in (0, 1]")
    level = start

    def update(reading):
        nonlocal level
        if level is None:
            level = reading
        else:
            level = alpha * reading + (1 - alpha) * level
        return level

    return update
