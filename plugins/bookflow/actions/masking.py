"""Masking: rendered content as people may read it, without secrets and of bounded size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from bookflow.records import Json

MASK = "***"
TEXT_LIMIT = 20_000
ITEM_LIMIT = 500
DEPTH_LIMIT = 20

_SECRET_NAME = re.compile(
    r"auth(?!or(?!i[sz]))|cookie|token|secret|passw|passcode|credential|session|signature"
    r"|(?:api|access|private|signing)[-_]?key|^key$|^sig$",
    re.IGNORECASE,
)

_MAILBOX = re.compile(r"[^\s<>\"'(),:;]{1,64}(@[\w-]{1,63}(?:\.[\w-]{1,63})+)")
_PHONE = re.compile(r"(\+\d{2})\d{5,13}")


def is_secret_name(name: str) -> bool:
    """Tell whether a header or key of this name usually holds a secret.

    >>> is_secret_name("X-Api-Key"), is_secret_name("author"), is_secret_name("secret_conn_id")
    (True, False, False)
    """
    # the id of a connection is no secret, and says where the secret is
    return bool(_SECRET_NAME.search(name)) and not name.endswith("_conn_id")


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Give headers with the values of secret ones replaced."""
    return {
        name: MASK if is_secret_name(name) else bound_text(value) for name, value in headers.items()
    }


def mask_data(value: Json, *, depth: int = 0) -> Json:
    """Give JSON with the values of secret keys replaced, long texts and lists cut."""
    if isinstance(value, str):
        return bound_text(value)
    if depth >= DEPTH_LIMIT and isinstance(value, Mapping | list | tuple):
        return "…"
    if isinstance(value, Mapping):
        return {
            str(key): MASK
            if item is not None and is_secret_name(str(key))
            else mask_data(item, depth=depth + 1)
            for key, item in list(value.items())[:ITEM_LIMIT]
        }
    if isinstance(value, list | tuple):
        return [mask_data(item, depth=depth + 1) for item in value[:ITEM_LIMIT]]
    return value


def mask_url(url: str) -> str:
    """Give a URL whose secret query values and user information are replaced."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return bound_text(url, 2_000)
    _, at, host = parts.netloc.rpartition("@")
    query = "&".join(_mask_pair(pair) for pair in parts.query.split("&"))
    netloc = f"{MASK}@{host}" if at else host
    return bound_text(urlunsplit((parts.scheme, netloc, parts.path, query, "")), 2_000)


def mask_people(text: str) -> str:
    """Give a text for logs, with the e-mail addresses and phone numbers in it cut short.

    >>> mask_people("550 no such user <ada@example.com>, nor +4915112345678")
    '550 no such user <***@example.com>, nor +49***'
    """
    return _PHONE.sub(rf"\g<1>{MASK}", _MAILBOX.sub(rf"{MASK}\g<1>", text))


def quote_answer(text: str, limit: int) -> str:
    """Put a peer's own words into quotation marks, which logs leave out: they may name people.

    >>> quote_answer("<ida@example.org> Ida “Iron” Bell: no such user", 300)
    '“<ida@example.org> Ida "Iron" Bell: no such user”'
    """
    flat = " ".join(text.replace("“", '"').replace("”", '"').split())
    return f"“{bound_text(flat, limit)}”"


def bound_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut a long text, saying how much is left out.

    >>> bound_text("abcdef", 3)
    'abc… (3 more characters)'
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def replace_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which no wire format can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _mask_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}" if equals and is_secret_name(name) else pair
