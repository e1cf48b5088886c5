"""How many requests people may make, counted in this process alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fastapi import Request

from bookflow.errors import TooManyRequestsError
from bookflow.journey.inbound.limits import TokenBuckets, name_network
from bookflow.settings import Rate, Settings
from bookflow.web.lifecycle import RuntimeKeeper, find_keeper

TRIGGERS = "/triggers"


class RequestLimits:
    """One bucket per limit and user; a limit that is changed begins anew."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], TokenBuckets | None] = {}

    def take(self, name: str, rate: str, key: str) -> None:
        """Count one of what `name` stands for; raises `TooManyRequestsError`."""
        buckets = self._find(name, rate)
        wait = buckets.take(key) if buckets else 0.0
        if wait:
            message = (
                f"more than {rate} {name}; wait, or ask for a higher limit "
                f"(BOOKFLOW_{_SETTINGS[name].upper()})"
            )
            raise TooManyRequestsError(message, retry_after=wait)

    def _find(self, name: str, rate: str) -> TokenBuckets | None:
        with self._lock:
            if (name, rate) not in self._buckets:
                parsed = Rate.parse(rate, name=name)
                made = TokenBuckets(parsed, clock=self._clock) if parsed else None
                self._buckets[name, rate] = made
            return self._buckets[name, rate]


_SETTINGS = {
    "requests to the API": "api_limit",
    "events": "trigger_limit",
    "exports": "export_limit",
    "live tests": "live_test_limit",
    "requests with a wrong token or cookie": "login_limit",
}
API, EVENTS, EXPORTS, LIVE_TESTS, LOGINS = _SETTINGS


def take_one(request: Request, name: str, key: str) -> None:
    """Count one request of a user (or address) against a limit of the settings."""
    keeper: RuntimeKeeper = find_keeper(request)
    opened = keeper.opened
    settings = opened.settings if opened else Settings()
    limits: RequestLimits = request.app.state.limits
    limits.take(name, getattr(settings, _SETTINGS[name]), key)


def limit_of(path: str) -> str:
    """Tell what a request counts as: events have a limit of their own."""
    _, _, rest = path.partition("/api/v1")
    return EVENTS if rest == TRIGGERS or rest.startswith(f"{TRIGGERS}/") else API


def find_client(request: Request) -> str:
    """Give what stands for the client's address."""
    return name_network(request.client.host if request.client else "")
