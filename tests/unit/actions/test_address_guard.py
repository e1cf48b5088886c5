from ipaddress import IPv4Address

import pytest

from bookflow.actions.address_guard import AddressGuard, read_literal
from bookflow.errors import ConfigurationError, PermanentDeliveryError


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.9.1", str(IPv4Address(0)), "10.1.2.3", "172.16.0.1",
     "172.31.255.255",
     "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16",
     "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1",
     "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
     "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a00:1",
     "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1",
     "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
     "fec0::1", "ff02::1", "4000::1", "not an address", ""],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not AddressGuard().permits(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111"]
)
def test_public_addresses_are_permitted(address: str) -> None:
    assert AddressGuard().permits(address)


def test_allowed_networks_open_just_themselves() -> None:
    guard = AddressGuard.from_networks(["127.0.0.0/8", "fd00:1::/32", "10.1.2.3"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("::ffff:127.0.0.1")
    assert guard.permits("fd00:1::5")
    assert guard.permits("10.1.2.3")
    assert not guard.permits("10.1.2.4")
    assert not guard.permits("::1")


def test_a_wrong_network_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"BOOKFLOW_ALLOWED_NETWORKS.*10\.0\.0\.0/99"):
        AddressGuard.from_networks(["10.0.0.0/99"])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::ffff:7f00:1", "::ffff:7f00:1"),
        ("example.com", None),
        ("1and1.example", None),
    ],
)
def test_literals_are_read_as_sockets_read_them(host: str, address: str | None) -> None:
    assert read_literal(host) == address


def test_refusal_names_host_address_and_setting() -> None:
    with pytest.raises(PermanentDeliveryError, match="BOOKFLOW_ALLOWED_NETWORKS") as caught:
        AddressGuard().check_literal("2130706433")
    assert caught.value.code == "address-refused"
    assert "2130706433 (address 127.0.0.1)" in str(caught.value)
