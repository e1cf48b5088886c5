"""What people are told of endpoints: one shape for the API, the command line and health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bookflow.errors import BookflowError
from bookflow.ports.endpoints import EndpointStatus

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.ports.endpoints import Endpoint, EndpointStore

SHOWN_NAMES = 20


def show_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    """Give an endpoint as a JSON-ready mapping; `since` is the first failure in a row."""
    return {
        "key": endpoint.key,
        "channel": endpoint.channel,
        "state": endpoint.state.value,
        "failures": endpoint.failures,
        "since": _iso(endpoint.failing_since),
        "last_error": endpoint.last_error,
        "last_error_code": endpoint.last_error_code,
        "last_success_at": _iso(endpoint.last_success_at),
        "last_failure_at": _iso(endpoint.last_failure_at),
        "probe_at": _iso(endpoint.probe_at),
        "hold_until": _iso(endpoint.hold_until),
        "disabled_at": _iso(endpoint.disabled_at),
        "disabled_reason": endpoint.disabled_reason,
        "workflow_id": endpoint.workflow_id,
    }


def tell_endpoint_health(store: EndpointStore) -> dict[str, Any]:
    """Tell the state of endpoints as a part of health; names are cut to what anybody may see."""
    try:
        troubled = store.list_endpoints(only_troubled=True)
    except BookflowError as error:
        return {"status": "unhealthy", "error": str(error)}
    disabled = [one for one in troubled if one.state is EndpointStatus.DISABLED]
    open_ones = [one for one in troubled if one.state is not EndpointStatus.DISABLED]
    return {
        "status": "degraded" if troubled else "healthy",
        "open": _names(open_ones),
        "disabled": _names(disabled),
    }


def _names(endpoints: list[Endpoint]) -> list[str]:
    """Name endpoints; of a URL only scheme and host, since its path may be a secret."""
    return sorted({_name(endpoint.key) for endpoint in endpoints})[:SHOWN_NAMES]


def _name(key: str) -> str:
    if "://" not in key:
        return key
    parts = urlsplit(key)
    return f"{parts.scheme}://{parts.netloc}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
