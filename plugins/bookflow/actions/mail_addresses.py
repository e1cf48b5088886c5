"""E-mail addresses: what may be put on an envelope, and whose domain is whose."""

from __future__ import annotations

import re

_LOCAL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f.]+(?:\.[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f.]+)*"
)
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])"
)
_LOCAL_LIMIT = 64

# A domain that anybody can have an address in says nothing about who owns the address.
_OPEN_DOMAINS = frozenset({
    "aol.com", "fastmail.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
    "icloud.com", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com",
    "outlook.com", "proton.me", "protonmail.com", "qq.com", "163.com", "t-online.de", "web.de",
    "yahoo.com", "yandex.ru", "zoho.com",
})  # fmt: skip


def normalize_address(text: str) -> str:
    """Give an address with its domain in lower-case ASCII; raises `ValueError` if it is none.

    >>> normalize_address("Ana@Bücher.example")
    'Ana@xn--bcher-kva.example'
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or len(local.encode("utf-8", "replace")) > _LOCAL_LIMIT:
        raise ValueError(text)
    # `=?` begins an encoded word, which header parsers would decode into anything
    if not _LOCAL.fullmatch(local) or not local.isprintable() or "=?" in local:
        raise ValueError(text)
    return f"{local}@{normalize_domain(domain)}"


def normalize_domain(domain: str) -> str:
    """Give a domain in lower-case ASCII (IDNA); raises `ValueError` if it is none."""
    lowered = domain.lower()
    if not lowered.isascii():
        # UnicodeError is a ValueError
        lowered = lowered.encode("idna").decode("ascii")
    if not _DOMAIN.fullmatch(lowered):
        raise ValueError(domain)
    return lowered


def domain_of(address: str) -> str:
    """Give the domain of an address that `normalize_address` gave."""
    return address.rpartition("@")[2]


def is_shared_domain(domain: str) -> bool:
    """Tell whether strangers have addresses in the domain, as with free mail providers."""
    return domain in _OPEN_DOMAINS
