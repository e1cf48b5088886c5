"""The TCP proxy itself: every fault, seen by a plain client and by the server behind."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from bookflow.demo.receivers import FaultKind, TcpFault, TcpProxy, WebhookReceiver

ANSWER_END = b'{"ok":true}'


@pytest.fixture
def proxy(hooks: WebhookReceiver) -> Iterator[TcpProxy]:
    with TcpProxy(hooks.port) as running:
        yield running


def call(port: int, body: bytes = b"{}", timeout: float = 5.0) -> bytes:
    """Post by hand and read until the other side ends; every error is the caller's."""
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", port), timeout) as link:
        link.sendall(head.encode() + b"\r\n\r\n" + body)
        answer = b""
        while data := link.recv(4096):
            answer += data
        return answer


def hooks_connected(hooks: WebhookReceiver) -> bool:
    deadline = time.monotonic() + 5
    while not hooks.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    return hooks.connections == 1


def test_what_meets_no_fault_passes_both_ways(proxy: TcpProxy, hooks: WebhookReceiver) -> None:
    body = b"x" * 300_000
    answer = call(proxy.port, body)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(ANSWER_END)
    assert hooks.messages[0].body == body
    (passed,) = proxy.wait_for(1)
    assert (passed.fault, passed.answered) == (None, len(answer))
    assert passed.sent > len(body)


def test_refused_connection_is_reset_before_the_server_hears_of_it(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    proxy.script(TcpFault(FaultKind.REFUSE))
    with pytest.raises(ConnectionError):
        call(proxy.port)
    assert hooks.connections == 0
    assert call(proxy.port).endswith(ANSWER_END), "the next one meets nothing"


def test_shut_proxy_refuses_to_connect_until_it_is_reopened(proxy: TcpProxy) -> None:
    proxy.shut()
    with pytest.raises(ConnectionRefusedError):
        call(proxy.port)
    proxy.reopen()
    assert call(proxy.port).endswith(ANSWER_END)


def test_reset_in_mid_request_leaves_the_server_with_half_of_it(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    proxy.script(lasting=TcpFault(FaultKind.RESET, after=1_000))
    for _ in range(2):
        with pytest.raises(ConnectionError):
            call(proxy.port, b"x" * 100_000)
    assert [ended.sent for ended in proxy.wait_for(2)] == [1_000, 1_000]
    assert hooks.messages == []
    proxy.script()
    assert call(proxy.port).endswith(ANSWER_END)


def test_hanging_connection_stays_open_without_an_answer(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    proxy.script(TcpFault(FaultKind.HANG))
    with pytest.raises(TimeoutError):
        call(proxy.port, timeout=0.3)
    assert hooks.messages == []


def test_hang_once_the_request_was_sent_has_reached_the_server(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    proxy.script(TcpFault(FaultKind.HANG, after=4, once_sent=b"the end"))
    with pytest.raises(TimeoutError):
        call(proxy.port, b"this is the end", timeout=0.5)
    assert hooks.wait_for(1)[0].body == b"this is the end"
    assert proxy.wait_for(1)[0].answered == 4


def test_slow_answer_arrives_byte_by_byte_and_whole(proxy: TcpProxy) -> None:
    proxy.script(TcpFault(FaultKind.SLOW, pace=0.0005))
    assert call(proxy.port).endswith(ANSWER_END)


def test_cut_answer_ends_after_so_many_bytes(proxy: TcpProxy, hooks: WebhookReceiver) -> None:
    proxy.script(TcpFault(FaultKind.CUT, after=20))
    assert call(proxy.port) == b"HTTP/1.1 200 OK\r\nCon"
    assert len(hooks.wait_for(1)) == 1, "the server has all of it"


def test_open_connections_can_be_reset_at_any_moment(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as link:
        link.sendall(b"POST")
        assert hooks_connected(hooks), "it passed on to the server"
        proxy.reset_open()
        with pytest.raises(ConnectionError):
            link.recv(1)


def test_fault_can_strike_connections_that_are_open(
    proxy: TcpProxy, hooks: WebhookReceiver
) -> None:
    request = b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as link:
        link.sendall(request)
        answer = b""
        while not answer.endswith(ANSWER_END):
            answer += link.recv(4096)
        proxy.strike(TcpFault(FaultKind.CUT, after=8))
        link.sendall(request)
        assert link.recv(4096) == b"HTTP/1.1"
        assert link.recv(4096) == b""
    assert len(hooks.wait_for(2)) == 2
    assert call(proxy.port).endswith(ANSWER_END), "new connections meet nothing"


def test_dead_target_resets_the_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with TcpProxy(port) as proxy, pytest.raises(ConnectionError):
        call(proxy.port)


def test_fault_before_the_start_is_an_error_and_not_a_hang() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        TcpProxy(1).shut()
