class RingBuffer:
    """Keeps the newest `capacity` items; older ones are overwritten."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._slots = [None] * capacity
        self._start = 0
        self._size = 0

    def push(self, item):
        """Append an item and return the one that had to go, or None."""
        end = (self._start + self._size) % len(self._slots)
        lost = self._slots[end]
        self._slots[end] = item
        if self.full:
            self._start = (self._start + 1) % len(self._slots)
        else:
            self._size += 1
        return lost

    def pop(self):
        """Take out the oldest item."""
        if not self._size:
            raise IndexError("pop from an empty buffer")
        item = self._slots[self._start]
        self._slots[self._start] = None
        self._start = (self._start + 1) % len(self._slots)
        self._size -= 1
        return item

    @property
    def full(self):
        return self._size == len(self._slots)

    def __len__(self):
        return self._size

    def __getitem__(self, index):
        if index < 0:
            index += self._size
        if not 0 <= index < self._size:
            raise IndexError(f"no item {index} in a buffer of {self._size}")
        return self._slots[(self._start + index) % len(self._slots)]

    def __iter__(self):
        for offset in range(self._size):
            yield self[offset]
