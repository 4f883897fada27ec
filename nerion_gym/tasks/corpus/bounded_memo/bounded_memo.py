"""A decorator that remembers the last few results of a function."""

from collections import OrderedDict
from functools import wraps


def remember(size=None, *, key=None):
    """Keep up to `size` results, dropping the one unused for longest; None: no bound.

    `key` makes of the arguments what tells calls apart; without it arguments must be hashable.
    """
    if size is not None and size < 1:
        raise ValueError(f"size must be at least 1, got {size}")

    def decorate(function):
        kept = OrderedDict()
        counts = {"hits": 0, "misses": 0}

        @wraps(function)
        def wrapper(*args, **kwargs):
            slot = key(*args, **kwargs) if key else (args, tuple(sorted(kwargs.items())))
            if slot in kept:
                counts["hits"] += 1
                kept.move_to_end(slot)
                return kept[slot]
            counts["misses"] += 1
            result = kept[slot] = function(*args, **kwargs)
            if size is not None and len(kept) > size:
                kept.popitem(last=False)
            return result

        def forget():
            kept.clear()
            counts.update(hits=0, misses=0)

        wrapper.forget = forget
        wrapper.stats = lambda: {**counts, "kept": len(kept)}
        return wrapper

    return decorate
