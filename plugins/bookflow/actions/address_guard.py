"""Which network addresses outgoing requests may connect to.

Judged is the address itself, at the moment of connecting; a name proves nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bookflow.errors import ConfigurationError, PermanentDeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

SETTING = "BOOKFLOW_ALLOWED_NETWORKS"

# What `is_global` lets through although it leads inside or to another address than it shows.
_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "168.63.129.16/32",  # a cloud's host agent at a public address
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64, RFC 8215
        "2001::/23",  # Teredo and other protocol assignments, RFC 2928
        "2002::/16",  # 6to4, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Refuses addresses that are not public, except inside `allowed`."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_networks(cls, networks: Sequence[str]) -> AddressGuard:
        """Read networks in CIDR form; raises `ConfigurationError`."""
        try:
            return cls(tuple(ipaddress.ip_network(text, strict=False) for text in networks))
        except ValueError as error:
            message = (
                f"{SETTING}: {error}; list networks like 10.1.0.0/16,127.0.0.0/8, "
                "separated by commas"
            )
            raise ConfigurationError(message) from None

    def permits(self, address: str) -> bool:
        """Tell whether a connection to the address may be made; what is no address may not."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return self._is_allowed(parsed) or _is_public(parsed)

    def check(self, address: str, *, host: str) -> None:
        """Raise `PermanentDeliveryError` when the address of `host` may not be connected to."""
        if not self.permits(address):
            raise refusal(address, host=host)

    def check_literal(self, host: str) -> None:
        """Check a host that is itself an address, in any of the forms that sockets accept."""
        address = read_literal(host)
        if address is not None:
            self.check(address, host=host)

    def _is_allowed(self, address: Address) -> bool:
        forms: list[Address] = [address]
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            forms.append(address.ipv4_mapped)
        return any(form in network for form in forms for network in self.allowed)


def read_literal(host: str) -> str | None:
    """Give the address that a host spells out; None when the host is a name.

    Decimal, octal, hexadecimal and shortened IPv4 forms are read as `inet_aton` reads them.
    """
    bare = host.strip("[]").rstrip(".")
    if ":" in bare:
        return bare
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def refusal(address: str, *, host: str) -> PermanentDeliveryError:
    """Make the error that names what was refused and the setting that would allow it."""
    shown = host if host == address else f"{host} (address {address})"
    message = (
        f"connecting to {shown:.300} is refused, because the address is not public; if the target "
        f"is meant to be inside your network, add that network to {SETTING}"
    )
    return PermanentDeliveryError(message, code="address-refused")


def _is_public(address: Address) -> bool:
    if any(address in network for network in _CLOSED):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_V6:
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
