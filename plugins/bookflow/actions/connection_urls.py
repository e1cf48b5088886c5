"""Reading Airflow connections as HTTP targets: where to, with which credentials."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from bookflow.records import ConnectionInfo

_SCHEMES = ("http", "https")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_RESERVED = frozenset({
    "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade", "webhook-id", "webhook-signature", "webhook-timestamp",
})  # fmt: skip


def url_of(info: ConnectionInfo, *, default_host: str = "") -> str:
    """Give a connection's URL, without a slash at its end; raises `ConfigurationError`.

    The host may be a whole URL. Else the scheme is the connection's schema or type, and the path
    is the extra `path` (or the schema, where that is no scheme: so `http://host:80/hook` reads as
    it looks when a connection is given as a URI).
    """
    host = info.host.strip() or default_host
    if "://" in host:
        url = host
        if info.port and urlsplit(host).port is None:
            parts = urlsplit(host)
            url = parts._replace(netloc=f"{parts.netloc}:{info.port}").geturl()
    else:
        scheme = next((s for s in (info.schema, info.conn_type) if s in _SCHEMES), "https")
        bare = f"[{host}]" if ":" in host and not host.startswith("[") else host
        port = f":{info.port}" if info.port else ""
        path = "" if info.schema in _SCHEMES else info.schema
        url = f"{scheme}://{bare}{port}/{path.lstrip('/')}" if host else ""
    path = info.extra.get("path", "")
    if isinstance(path, str) and path:
        url = f"{url.rstrip('/')}/{path.lstrip('/')}"
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.username or parts.password:
        message = (
            f"connection {info.conn_id}: set its host to a URL such as https://api.example.com, "
            "and credentials in login and password"
        )
        raise ConfigurationError(message)
    return url.rstrip("/") if not parts.query else url


def headers_of(info: ConnectionInfo) -> dict[str, str]:
    """Give a connection's request headers: extra `headers`, and its credentials.

    Login and password make Basic authentication; a password without a login is a bearer token.
    """
    headers: dict[str, str] = {}
    extra = info.extra.get("headers", {})
    if not isinstance(extra, Mapping):
        message = f"connection {info.conn_id}: the extra `headers` must be an object of texts"
        raise ConfigurationError(message)
    for name, value in extra.items():
        text = str(value)
        if not _HEADER_NAME.fullmatch(name) or not text.isprintable() or name.lower() in _RESERVED:
            message = (
                f"connection {info.conn_id}: the extra header {name!r:.120} can't be sent; check "
                "its name, and that its value is one line"
            )
            raise ConfigurationError(message)
        headers[name.lower()] = text
    if info.login:
        headers["authorization"] = basic_credentials(info.login, info.password)
    elif info.password:
        headers["authorization"] = f"Bearer {info.password}"
    return headers


def basic_credentials(login: str, password: str) -> str:
    """Give the value of an Authorization header, RFC 7617."""
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode("ascii")
