"""Health says which endpoints are in trouble, and nothing that is secret."""

from __future__ import annotations

from typing import Any

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.endpoints.reporting import tell_endpoint_health
from bookflow.ports.endpoints import CallTally, CircuitRules
from bookflow.store.memory import MemoryStore
from tests.unit.journey.conftest import NOW


def see(store: MemoryStore, key: str, channel: str = "webhook", **changes: Any) -> None:
    store.record_calls([CallTally(key, channel, **changes)], CircuitRules(), now=NOW)


def test_working_endpoints_are_healthy() -> None:
    store = MemoryStore()
    see(store, "smtp:mail", "email", answered_at=NOW)
    healthy = {"status": "healthy", "open": [], "disabled": []}
    assert tell_endpoint_health(store) == healthy


def test_trouble_degrades_and_is_named_without_the_path() -> None:
    store = MemoryStore()
    times = {"failures": 5, "first_failure_at": NOW, "last_failure_at": NOW}
    see(store, "smtp:mail", "email", **times)
    see(store, "https://hooks.example.com/T0/s3cret", gone="it answered 410")
    assert tell_endpoint_health(store) == {
        "status": "degraded",
        "open": ["smtp:mail"],
        "disabled": ["https://hooks.example.com"],
    }


def test_database_that_is_away_is_told() -> None:
    class AwayStore(MemoryStore):
        def list_endpoints(self, **_: Any) -> Any:
            raise DatabaseUnavailableError("it is away")

    assert tell_endpoint_health(AwayStore()) == {"status": "unhealthy", "error": "it is away"}
