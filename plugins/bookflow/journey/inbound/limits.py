"""How fast requests may come in, counted in this process alone."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.settings import Rate

REMEMBERED_KEYS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class TokenBuckets:
    """One bucket per key, each of a rate's size and refilled at its pace.

    Only the keys used last are remembered: whoever sends from ever new addresses costs a bounded
    amount of memory.
    """

    def __init__(
        self,
        rate: Rate,
        *,
        clock: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED_KEYS,
    ) -> None:
        """Keep the rate; every bucket begins full."""
        self._size = float(rate.count)
        self._pace = rate.count / rate.seconds
        self._clock = clock
        self._remembered = remembered
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        """Take a token; gives 0, or the seconds until there is one."""
        now = self._clock()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(self._size, now))
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._remembered:
                self._buckets.popitem(last=False)
            bucket.tokens = min(self._size, bucket.tokens + (now - bucket.at) * self._pace)
            bucket.at = now
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / self._pace
            bucket.tokens -= 1
            return 0.0


def name_network(address: str) -> str:
    """Give what stands for a client: its IPv4 address, or the /64 of its IPv6 address.

    >>> name_network("2001:db8::1")
    '2001:db8::/64'
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
