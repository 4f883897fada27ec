"""A token bucket per caller. Time comes from a clock that is handed in."""

from collections.abc import Callable
from dataclasses import dataclass


class TooManyRequests(Exception):
    def __init__(self, key: str, retry_after: float) -> None:
        super().__init__(f"{key} may try again in {retry_after:.1f} s")
        self.retry_after = retry_after


@dataclass
class Bucket:
    tokens: float
    seen: float


class Throttle:
    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("rate and burst have to be positive")
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self._buckets: dict[str, Bucket] = {}

    def _refilled(self, key: str) -> Bucket:
        now = self.clock()
        bucket = self._buckets.setdefault(key, Bucket(self.burst, now))
        gained = (now - bucket.seen) * self.rate
        bucket.tokens = min(self.burst, bucket.tokens + gained)
        bucket.seen = now
        return bucket

    def allow(self, key: str, cost: int = 1) -> bool:
        bucket = self._refilled(key)
        if bucket.tokens < cost:
            return False
        bucket.tokens -= cost
        return True

    def check(self, key: str, cost: int = 1) -> None:
        """Like allow, but a refusal is an error that says how long to wait."""
        if cost > self.burst:
            raise ValueError(f"{cost} tokens never fit into a burst of {self.burst}")
        if not self.allow(key, cost):
            missing = cost - self._buckets[key].tokens
            raise TooManyRequests(key, missing / self.rate)
