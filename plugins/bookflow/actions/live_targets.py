"""Where live tests may send: what `BOOKFLOW_TEST_RECIPIENTS` lists, and the caller's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic_core import PydanticCustomError

from bookflow.actions.mail_addresses import domain_of, normalize_address, normalize_domain
from bookflow.actions.phone_numbers import to_e164
from bookflow.errors import ConfigurationError
from bookflow.spec.addresses import check_url, has_template

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTING = "BOOKFLOW_TEST_RECIPIENTS"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class LiveTargets:
    """Addresses, domains, numbers, URL prefixes and hosts that live tests may use."""

    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, entries: Sequence[str], *, region: str) -> LiveTargets:
        """Read the entries of the setting; raises `ConfigurationError` for what is none."""
        found: dict[str, list[str]] = {
            name: [] for name in ("emails", "domains", "phones", "urls", "hosts")
        }
        for entry in entries:
            kind, value = _read_entry(entry, region)
            found[kind].append(value)
        return cls(**{kind: tuple(values) for kind, values in found.items()})

    def allows_email(self, address: str, own: str | None) -> bool:
        """Tell whether a mail may go to an address in wire form."""
        folded = address.casefold()
        listed = (*self.emails, own) if own else self.emails
        return folded in {one.casefold() for one in listed} or domain_of(address) in self.domains

    def allows_phone(self, number: str) -> bool:
        """Tell whether a text may go to a number in E.164."""
        return number in self.phones

    def allows_url(self, url: str) -> bool:
        """Tell whether a webhook may go to a literal URL."""
        try:
            parts = urlsplit(check_url(url))
        except (ValueError, PydanticCustomError):
            return False
        if has_template(url) or any(unquote(s) in (".", "..") for s in parts.path.split("/")):
            return False
        is_listed = any(_is_below(parts, urlsplit(prefix)) for prefix in self.urls)
        return is_listed or any(_is_at(parts, host) for host in self.hosts)


def _read_entry(entry: str, region: str) -> tuple[str, str]:
    text = entry.strip()
    try:
        if "://" in text:
            return "urls", check_url(text)
        if text.startswith(("@", "*@")):
            return "domains", normalize_domain(text.partition("@")[2])
        if "@" in text:
            return "emails", normalize_address(text)
        if text.startswith("+"):
            return "phones", to_e164(text, region=region)
        return "hosts", _read_host(text)
    except (ValueError, PydanticCustomError):
        message = (
            f"{SETTING}: {text[:100]!r} is none of an e-mail address, a domain such as "
            "@example.com, a phone number such as +12025550123, a URL and a host such as "
            "hooks.example.com"
        )
        raise ConfigurationError(message) from None


def _read_host(text: str) -> str:
    parts = urlsplit(check_url(f"https://{text}"))
    if parts.path or parts.query or has_template(text):
        raise ValueError(text)
    return parts.netloc.lower()


def _is_below(parts: SplitResult, prefix: SplitResult) -> bool:
    """Tell whether a URL is the listed one, or lies in its folder."""
    if (parts.scheme, _place(parts)) != (prefix.scheme, _place(prefix)):
        return False
    folder = prefix.path if prefix.path.endswith("/") else f"{prefix.path}/"
    is_same = parts.path.rstrip("/") == prefix.path.rstrip("/")
    if prefix.query:
        return is_same and parts.query == prefix.query
    return is_same or parts.path.startswith(folder)


def _is_at(parts: SplitResult, host: str) -> bool:
    return parts.netloc.lower() == host or _place(parts) == _place(
        urlsplit(f"{parts.scheme}://{host}")
    )


def _place(parts: SplitResult) -> tuple[str, int | None]:
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
