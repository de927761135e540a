"""Slack's rate limits: tiers per method and about one message a second per channel, each with a burst allowance.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

TIERS_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTING = 0
"""The pseudo-tier of chat.postMessage: counted per channel."""


@dataclass
class Bucket:
    tokens: float
    filled_at: datetime


class RateLimits:
    """Token buckets; `take` gives the seconds to wait (0: go ahead). Switch off with `enabled = False`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.enabled = True
        self.posts_per_s = 1.0
        self.posts_burst = 5
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def take(self, tier: int, method: str, channel: str = "") -> int:
        if not self.enabled:
            return 0
        if tier == POSTING:
            return self._take(f"{method} {channel}", self.posts_burst, self.posts_per_s)
        per_minute = TIERS_PER_MINUTE[tier]
        return self._take(method, per_minute, per_minute / 60)

    def _take(self, key: str, capacity: float, per_s: float) -> int:
        now = self._clock()
        with self._lock:
            bucket = self._buckets.setdefault(key, Bucket(capacity, now))
            elapsed_s = (now - bucket.filled_at).total_seconds()
            bucket.tokens = min(capacity, bucket.tokens + elapsed_s * per_s)
            bucket.filled_at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return max(1, math.ceil((1 - bucket.tokens) / per_s))
