"""A cache that forgets what was not used for the longest time."""

import functools


class _Node:
    __slots__ = ("key", "value", "before", "after")

    def __init__(self, key=None, value=None):
        self.key = key
        self.value = value
        self.before = self.after = self

    def detach(self):
        self.before.after = self.after
        self.after.before = self.before

    def attach_behind(self, other):
        self.before, self.after = other, other.after
        other.after.before = self
        other.after = self


class RecentCache:
    """Maps keys to values, `capacity` of them; all nodes hang in a ring, newest first."""

    def __init__(self, capacity, on_evict=None):
        if capacity <= 0:
            raise ValueError(f"a cache needs room, got {capacity}")
        self.capacity = capacity
        self.on_evict = on_evict
        self.hits = self.misses = 0
        self._nodes = {}
        self._ring = _Node()

    def get(self, key, default=None):
        node = self._nodes.get(key)
        if node is None:
            self.misses += 1
            return default
        self.hits += 1
        self._refresh(node)
        return node.value

    def put(self, key, value):
        node = self._nodes.get(key)
        if node is not None:
            node.value = value
            self._refresh(node)
            return
        if len(self._nodes) == self.capacity:
            self._evict()
        node = self._nodes[key] = _Node(key, value)
        node.attach_behind(self._ring)

    def forget(self, key):
        node = self._nodes.pop(key, None)
        if node is None:
            return False
        node.detach()
        return True

    def _refresh(self, node):
        node.detach()
        node.attach_behind(self._ring)

    def _evict(self):
        oldest = self._ring.before
        oldest.detach()
        del self._nodes[oldest.key]
        if self.on_evict:
            self.on_evict(oldest.key, oldest.value)

    def __len__(self):
        return len(self._nodes)

    def __contains__(self, key):
        return key in self._nodes

    def __iter__(self):
        node = self._ring.after
        while node is not self._ring:
            yield node.key
            node = node.after


def cached(capacity):
    """Decorator: remember the results of the latest calls, by their positional arguments."""

    def decorate(function):
        cache = RecentCache(capacity)
        missing = object()

        @functools.wraps(function)
        def wrapper(*args):
            result = cache.get(args, missing)
            if result is missing:
                result = function(*args)
                cache.put(args, result)
            return result

        wrapper.cache = cache
        return wrapper

    return decorate
