"""Checks of the addresses, URLs, headers and connection ids that actions name.

They judge form only and open no connection. Each gives its value back, or raises an error that
pydantic puts at the right key.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"_]{1,190}\.[^\s@<>()\[\],;:\\\"_.]{2,63}"
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./\-]{2,30}")
_CONNECTION = re.compile(r"[\w#!()\-.:/\\]{1,250}", re.ASCII)
_URL_START = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_HOST = re.compile(r"[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,20}\.?|\[[0-9A-Fa-f:.]{2,45}\]")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_HEADER_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_HOP_BY_HOP = frozenset({
    "connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_SIGNING = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature"})
_CREDENTIALS = frozenset({
    "authorization", "cookie", "api-key", "apikey", "x-api-key", "x-auth-token", "x-access-token",
})  # fmt: skip


def has_template(text: str) -> bool:
    """Tell whether a text is more than a literal."""
    return "{{" in text or "{%" in text


def carries_credentials(header: str) -> bool:
    """Tell whether a header of this name usually holds a secret."""
    return header.strip().lower() in _CREDENTIALS


def check_address(text: str) -> str:
    """Check a literal e-mail address; a template is judged when it is rendered."""
    if len(text) > 500 or (not has_template(text) and not _EMAIL.fullmatch(text)):
        raise PydanticCustomError(
            "email", "is not an e-mail address; write one such as team@example.com"
        )
    return _refuse_line_breaks(text)


def check_phone(text: str) -> str:
    """Check the look of a literal phone number; validity is judged when it is used."""
    if len(text) > 500 or (not has_template(text) and not _PHONE.fullmatch(text)):
        raise PydanticCustomError(
            "phone", 'is not a phone number; write one such as "+1 202 555 0123"'
        )
    return _refuse_line_breaks(text)


def check_connection_id(text: str) -> str:
    """Check the form of an Airflow connection id."""
    if not _CONNECTION.fullmatch(text):
        raise PydanticCustomError(
            "connection_id",
            "is not the id of an Airflow connection; ids have letters, digits, `_`, `-` and `.`",
        )
    return text


def check_url(text: str) -> str:
    """Check a webhook's URL: scheme and host are literal, and no credentials are in it."""
    if len(text) > 2_000:
        raise PydanticCustomError("url", "is longer than 2,000 characters")
    start = _URL_START.match(text)
    if start is None:
        raise PydanticCustomError(
            "url",
            "must begin with http:// or https:// and a host, such as https://example.com/hook",
        )
    authority = start.group(2)
    if "{" in authority:
        raise PydanticCustomError(
            "url_host_template",
            "has a template in its host; only path and query may hold templates",
        )
    if "@" in authority:
        raise PydanticCustomError(
            "url_credentials",
            "holds credentials; move them into an Airflow connection and use webhook_conn_id",
        )
    if not _is_sound(text):
        raise PydanticCustomError(
            "url", "is not a valid URL; write one such as https://example.com/hook"
        )
    return text


def _is_sound(text: str) -> bool:
    literal = _TEMPLATE.sub("x", text)
    if "\\" in literal or any(letter.isspace() or not letter.isprintable() for letter in literal):
        return False
    try:
        parts = urlsplit(literal)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.rstrip(":")
    return bool(_HOST.fullmatch(host)) and port != 0


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Check names and values of request headers."""
    if len(headers) > 50:
        raise PydanticCustomError("headers", "names more than 50 headers")
    seen: set[str] = set()
    for name, value in headers.items():
        problem = _problem_of_header(name, value, seen)
        if problem:
            raise PydanticCustomError("header", "{problem}", {"problem": problem, "key": name})
        seen.add(name.lower())
    return headers


def _problem_of_header(name: str, value: str, seen: set[str]) -> str | None:
    lower = name.lower()
    if not _HEADER_NAME.fullmatch(name):
        return "is not a header name; use letters, digits and `-`"
    if lower in _HOP_BY_HOP:
        return "is set by the connection itself and can't be chosen; remove it"
    if lower in _SIGNING:
        return "is part of the signature and can't be chosen; remove it"
    if lower in seen:
        return "stands twice, in upper and lower case; keep one"
    if _HEADER_CONTROL.search(value):
        return "has a line break or control character in its value; write it in one line"
    return "has a value longer than 4,000 characters" if len(value) > 4_000 else None


def _refuse_line_breaks(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("unprintable", "must be one line of visible characters")
    return text
