"""Names of endpoints, for circuits and limits: never with a query, credentials or rendered data."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.settings import Rate

if TYPE_CHECKING:
    from bookflow.records import ConnectionInfo

KEY_LIMIT = 300

_TEMPLATE = re.compile(r"\{\{|\{%")
_UNPRINTABLE = re.compile(r"[^\x21-\U0010ffff]")


def endpoint_of_connection(kind: str, conn_id: str) -> str:
    """Name an endpoint behind an Airflow connection; `kind` is smtp, sms or connection.

    >>> endpoint_of_connection("smtp", "bookflow_smtp")
    'smtp:bookflow_smtp'
    """
    return f"{kind}:{conn_id}"


def endpoint_of_url(text: str) -> str:
    """Name the endpoint of a spec's URL: of a template only the folders before its first value.

    What is rendered is left out, since it may be personal, and since a receiver that is down is
    down for every booking.

    >>> endpoint_of_url("https://Hooks.example.com/a/b?token=1")
    'https://hooks.example.com/a/b'
    >>> endpoint_of_url("https://example.com/rooms/{{ custom_room }}/open")
    'https://example.com/rooms/'
    """
    found = _TEMPLATE.search(text)
    literal = text[: found.start()] if found else text
    try:
        parts = urlsplit(literal)
    except ValueError:
        return ""
    is_cut = found is not None and "?" not in literal and "#" not in literal
    path = parts.path[: parts.path.rfind("/") + 1] if is_cut else parts.path
    host = parts.netloc.rpartition("@")[2].lower()
    key = _UNPRINTABLE.sub("", f"{parts.scheme.lower()}://{host}{path or '/'}")
    if len(key) <= KEY_LIMIT:
        return key
    # long paths must not become one endpoint
    return f"{key[: KEY_LIMIT - 17]}~{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def rate_of(info: ConnectionInfo) -> Rate | None:
    """Read a connection's extra `rate_limit`; raises `ConfigurationError`."""
    text = info.extra.get("rate_limit")
    name = f"connection {info.conn_id}: the extra `rate_limit`"
    return Rate.parse("" if text is None else str(text), name=name)
