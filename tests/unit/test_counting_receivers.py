from __future__ import annotations

import http.client
import smtplib
import socket
import time
from email.message import EmailMessage

from benchmarks.counting_receivers import CountingReceivers


def wait_for(times: list[float], count: int) -> None:
    deadline = time.monotonic() + 10
    while len(times) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_mails_of_one_session_are_counted_one_by_one() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Hello"
    mail.set_content("A line\n.\n.. and dots\n")
    with CountingReceivers() as counted:
        with smtplib.SMTP("127.0.0.1", counted.mail_port, timeout=10) as session:
            session.login("name", "password")
            for _ in range(3):
                assert session.send_message(mail) == {}
        assert len(counted.mails) == 3
        assert counted.mails.times == sorted(counted.mails.times)
        assert not len(counted.calls)


def test_requests_of_one_connection_are_counted_one_by_one() -> None:
    with CountingReceivers() as counted:
        line = http.client.HTTPConnection("127.0.0.1", counted.web_port, timeout=10)
        for body in (b"{}", b"x" * 300_000):
            line.request("POST", "/hook", body)
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (200, b'{"ok":true}')
        line.close()
        assert len(counted.calls) == 2


def test_message_in_pieces_counts_once_it_is_whole() -> None:
    with (
        CountingReceivers() as counted,
        socket.create_connection(("127.0.0.1", counted.web_port), timeout=10) as line,
    ):
        line.sendall(b"POST / HTTP/1.1\r\nContent-Le")
        time.sleep(0.05)
        line.sendall(b"ngth: 4\r\n\r\nab")
        time.sleep(0.05)
        assert not len(counted.calls)
        line.sendall(b"cd")
        wait_for(counted.calls.times, 1)
        assert line.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
