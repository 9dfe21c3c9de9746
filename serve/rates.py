"""How often one user may ask: a bucket that fills steadily, for each of them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from index.errors import Busy

_REMEMBERED = 10_000  # users; whoever has not come for longest is forgotten, and has a full bucket again


class Rates:
    """`minute` requests a minute for each, `burst` of them at once."""

    def __init__(self, minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = minute / 60, burst, clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # (what is in it, when it was so)

    def take(self, user: str) -> None:
        """Count one; Busy where the bucket is empty."""
        with self._lock:
            now = self._clock()
            left, then = self._buckets.pop(user, (float(self._burst), now))
            left = min(self._burst, left + (now - then) * self._rate)
            self._buckets[user] = (max(0.0, left - 1) if left >= 1 else left, now)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        if left < 1:
            wait = ceil((1 - left) / self._rate)
            raise Busy(f"请求过于频繁，请 {wait} 秒后再试", wait)
