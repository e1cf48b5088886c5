"""What outgoing requests can't reach, judged on the connected address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bookflow.actions.outgoing_http import Answer, open_http
from bookflow.demo.receivers import WebhookReceiver
from bookflow.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.settings import Settings


class ScriptedResolver(AbstractResolver):
    """Answers each look-up with the next of its lists, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not addresses:
            raise OSError(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


def post(
    *urls: str, allowed: tuple[str, ...] = (), resolver: AbstractResolver | None = None
) -> list[Answer]:
    settings = Settings(allowed_networks=allowed, http_timeout_seconds=2.0)

    async def run() -> list[Answer]:
        async with open_http(settings, resolver=resolver) as http:
            return [await http.post(url, content=b"{}", headers={}) for url in urls]

    return asyncio.run(run())


def failure_of(
    url: str, *, allowed: tuple[str, ...] = (), resolver: AbstractResolver | None = None
) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        post(url, allowed=allowed, resolver=resolver)
    return caught.value


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1",
     "127.0.0.1.", "localhost", "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
     "[fe80::1]", "0", "１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1"],
)  # fmt: skip
def test_this_machine_cannot_be_reached_however_it_is_spelled(
    hooks: WebhookReceiver, host: str
) -> None:
    error = failure_of(f"http://{host}:{hooks.port}/hook")
    assert type(error) is PermanentDeliveryError
    assert error.code in ("address-refused", "http-url")
    assert hooks.connections == 0


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.8", "192.168.1.1", "100.64.0.1"])
def test_neighbours_cannot_be_reached(address: str) -> None:
    error = failure_of(f"http://{address}/latest/meta-data")
    assert error.code == "address-refused"
    assert "BOOKFLOW_ALLOWED_NETWORKS" in str(error)


def test_an_allowed_network_can(hooks: WebhookReceiver) -> None:
    (answer,) = post(hooks.url, allowed=("127.0.0.0/8",))
    assert answer.status == 200


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1", "::1"], ["::ffff:127.0.0.1"]])
def test_names_that_lead_inside_are_refused(hooks: WebhookReceiver, addresses: list[str]) -> None:
    url = f"http://hook.example:{hooks.port}/"
    error = failure_of(url, resolver=ScriptedResolver(addresses))
    assert error.code == "address-refused"
    assert f"hook.example (address {addresses[0]})" in str(error)
    assert hooks.connections == 0


def test_of_several_addresses_only_permitted_ones_are_tried(hooks: WebhookReceiver) -> None:
    resolver = ScriptedResolver(["10.255.255.1", "127.0.0.1", "169.254.169.254"])
    (answer,) = post(
        f"http://hook.example:{hooks.port}/", allowed=("127.0.0.1/32",), resolver=resolver
    )
    assert answer.status == 200


def test_rebinding_does_not_help(hooks: WebhookReceiver) -> None:
    # the name is harmless when it is first looked up, and leads inside at the second look
    resolver = ScriptedResolver(["127.0.0.1"], ["127.0.0.2"])
    settings = Settings(allowed_networks=("127.0.0.1/32",), http_timeout_seconds=2.0)
    closing = {"connection": "close"}

    async def run() -> DeliveryError:
        async with open_http(settings, resolver=resolver) as http:
            url = f"http://hook.example:{hooks.port}/"
            answer = await http.post(url, content=b"{}", headers=closing)
            assert answer.status == 200
            other_port = f"http://hook.example:{hooks.port + 1}/"
            with pytest.raises(PermanentDeliveryError) as caught:
                await http.post(other_port, content=b"{}", headers=closing)
            return caught.value

    error = asyncio.run(run())
    assert (error.code, resolver.asked) == ("address-refused", 2)


def test_many_waiting_for_one_refused_name_all_learn_why() -> None:
    settings = Settings(http_timeout_seconds=2.0)

    async def run() -> list[object]:
        async with open_http(settings, resolver=ScriptedResolver(["127.0.0.1"])) as http:
            posts = (http.post("http://hook.example/", content=b"", headers={}) for _ in range(20))
            return list(await asyncio.gather(*posts, return_exceptions=True))

    assert {getattr(outcome, "code", None) for outcome in asyncio.run(run())} == {"address-refused"}


def test_proxies_from_the_environment_are_ignored(
    hooks: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (answer,) = post(hooks.url, allowed=("127.0.0.0/8",))
    assert answer.status == 200


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "//example.com", "example.com", "", "http://",
     "http://:80/", "http://[::1", "http://example.com:99999/", "http://example.com:0/",
     "http://exa mple.com/", "http://example.com/\r\nX: y", "http://example.com\\@127.0.0.1/",
     "gopher://127.0.0.1/", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_http_url_is_refused(url: str) -> None:
    error = failure_of(url)
    assert (type(error), error.code) == (PermanentDeliveryError, "http-url")


def test_a_name_that_does_not_exist_is_transient() -> None:
    error = failure_of("http://nowhere.example/", resolver=ScriptedResolver([]))
    assert (type(error), error.code) == (TransientDeliveryError, "http-dns")


def test_a_closed_port_is_transient(closed_port: int) -> None:
    error = failure_of(f"http://127.0.0.1:{closed_port}/", allowed=("127.0.0.0/8",))
    assert (type(error), error.code) == (TransientDeliveryError, "http-connect")


def test_a_server_without_trusted_tls_is_refused(hooks: WebhookReceiver) -> None:
    error = failure_of(f"https://127.0.0.1:{hooks.port}/", allowed=("127.0.0.0/8",))
    assert (type(error), error.code) == (PermanentDeliveryError, "http-tls")


def test_a_wrong_setting_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="BOOKFLOW_ALLOWED_NETWORKS"):
        post("http://example.com/", allowed=("nonsense",))


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]
