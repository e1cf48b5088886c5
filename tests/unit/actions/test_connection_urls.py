from typing import Any

import pytest

from bookflow.actions.connection_urls import headers_of, url_of
from bookflow.errors import ConfigurationError
from bookflow.records import ConnectionInfo


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"host": "api.example.com"}, "https://api.example.com"),
        ({"host": "api.example.com", "schema": "http", "port": 8080}, "http://api.example.com:8080"),
        ({"host": "127.0.0.1", "conn_type": "http", "port": 80, "schema": "hook/x"},
         "http://127.0.0.1:80/hook/x"),
        ({"host": "https://api.example.com/v1/"}, "https://api.example.com/v1"),
        ({"host": "https://api.example.com/v1", "port": 8443}, "https://api.example.com:8443/v1"),
        ({"host": "api.example.com", "extra": {"path": "/hooks/in"}},
         "https://api.example.com/hooks/in"),
        ({"host": "::1", "conn_type": "http"}, "http://[::1]"),
    ],
)  # fmt: skip
def test_url(given: dict[str, Any], url: str) -> None:
    assert url_of(ConnectionInfo("crm", **given)) == url


@pytest.mark.parametrize(
    "given", [{}, {"host": "ftp://example.com"}, {"host": "https://me:pw@example.com"}]
)
def test_unusable_host_names_the_connection(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="connection crm: set its host"):
        url_of(ConnectionInfo("crm", **given))


def test_credentials_become_an_authorization_header() -> None:
    basic = headers_of(ConnectionInfo("crm", login="ana", password="pw"))
    bearer = headers_of(ConnectionInfo("crm", password="tok"))
    assert basic == {"authorization": "Basic YW5hOnB3"}
    assert bearer == {"authorization": "Bearer tok"}


def test_extra_headers_are_sent_and_hostile_ones_refused() -> None:
    info = ConnectionInfo("crm", extra={"headers": {"X-Tenant": "7"}})
    assert headers_of(info) == {"x-tenant": "7"}
    for name, value in (("X-A", "1\r\nX-B: 2"), ("Host", "x"), ("a b", "1"), ("webhook-id", "1")):
        hostile = ConnectionInfo("crm", extra={"headers": {name: value}})
        with pytest.raises(ConfigurationError, match="connection crm: the extra header"):
            headers_of(hostile)
    with pytest.raises(ConfigurationError, match="must be an object"):
        headers_of(ConnectionInfo("crm", extra={"headers": "X-A: 1"}))
