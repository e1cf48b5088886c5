from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

# each starts a server
pytestmark = pytest.mark.slow

Run = Callable[..., Any]

ANSWER = {
    "event_id": "01957b2e-7c1a-7f00-8000-000000000001",
    "duplicate": False,
    "executions": [
        {
            "id": "01957b2e-7c1a-7f00-8000-000000000002",
            "workflow_id": "hello",
            "status": "pending",
            "due_at": "2026-03-01T14:30:00+00:00",
        }
    ],
}
PROBLEM = {
    "type": "urn:bookflow:problem:invalid-input",
    "title": "The request is not acceptable",
    "status": 422,
    "detail": "booking.start_time: has no offset",
    "errors": [
        {"field": "booking.start_time", "message": "has no offset"},
        {"field": "booking.end_time", "message": "is\nrequired\x1b[31m"},
    ],
}


class Front:
    """A server in the place of Airflow's: it answers what the test says, and keeps requests."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str | None, Any]] = []
        self.url = ""

    def say(self, path: str, status: int, body: Any) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = (status, content)


@pytest.fixture
def front() -> Iterator[Front]:
    front = Front()
    front.say("/auth/token", 201, {"access_token": "the-token"})
    front.say("/bookflow/api/v1/triggers/booking_created", 202, ANSWER)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            front.asked.append((self.path, self.headers["Authorization"], body))
            status, content = front.answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield front
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fire(run: Run, front: Front, booking_file: Path) -> Run:
    def call(*more: str, trigger: str = "booking_created", url: str = "") -> Any:
        signed = more if "--token" in more or "--username" in more else ("--token", "t", *more)
        where = ("--url", url or front.url)
        return run("trigger", trigger, "--booking", booking_file, *where, *signed)

    return call


def test_event_is_posted_with_a_token_for_name_and_password(
    fire: Run, front: Front, booking: dict[str, Any]
) -> None:
    said = fire("--username", "editor", "--password", "päss", "--idempotency-key", "k-1")
    assert (said.code, said.err) == (0, "")
    login, event = front.asked
    assert login == ("/auth/token", None, {"username": "editor", "password": "päss"})
    assert event == (
        "/bookflow/api/v1/triggers/booking_created",
        "Bearer the-token",
        {"booking": booking, "idempotency_key": "k-1"},
    )
    assert said.out == (
        f"event {ANSWER['event_id']}\n"
        "  hello: pending, due 2026-03-01T14:30:00+00:00 "
        "(execution 01957b2e-7c1a-7f00-8000-000000000002)\n"
    )


def test_token_is_used_without_login_and_json_is_the_answer(fire: Run, front: Front) -> None:
    said = fire("--token", "mine", "--format", "json")
    assert said.json == ANSWER
    assert [(path, token) for path, token, _ in front.asked] == [
        ("/bookflow/api/v1/triggers/booking_created", "Bearer mine")
    ]


def test_known_event_and_no_match_are_said(fire: Run, front: Front) -> None:
    answer = {"event_id": "e", "duplicate": True, "executions": []}
    front.say("/bookflow/api/v1/triggers/booking_created", 202, answer)
    assert fire().out == "event e (known already)\n  no active workflow listens to it\n"


def test_booking_id_goes_instead_of_a_booking(run: Run, front: Front) -> None:
    said = run(
        *("trigger", "booking_created", "--booking-id", "b-1"),
        *("--url", front.url + "/", "--token", "t"),
    )
    assert said.code == 0
    assert front.asked[0][2] == {"booking_id": "b-1"}


def test_credentials_come_from_the_environment(
    run: Run, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOKFLOW_URL", front.url)
    monkeypatch.setenv("BOOKFLOW_USERNAME", "editor")
    monkeypatch.setenv("BOOKFLOW_PASSWORD", "secret")
    assert run("trigger", "booking_created", "--booking-id", "b-1").code == 0
    assert front.asked[0][2] == {"username": "editor", "password": "secret"}


def test_hostile_trigger_stays_in_its_place(fire: Run, front: Front) -> None:
    assert fire(trigger="../../auth/token?x=1").code == 1
    assert front.asked[0][0] == "/bookflow/api/v1/triggers/..%2F..%2Fauth%2Ftoken%3Fx%3D1"


def refused(said: Any) -> str:
    """Check that this is one clear line; give it."""
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    text: str = said.err
    return text


def test_problem_names_every_field_on_one_line(fire: Run, front: Front) -> None:
    front.say("/bookflow/api/v1/triggers/booking_created", 422, PROBLEM)
    line = refused(fire())
    assert "answered 422: booking.start_time: has no offset; booking.end_time: is" in line
    assert "\x1b" not in line


def test_refused_password_says_what_the_login_answered(fire: Run, front: Front) -> None:
    front.say("/auth/token", 401, {"detail": "Invalid credentials"})
    line = refused(fire("--username", "editor", "--password", "wrong"))
    assert f"{front.url}/auth/token answered 401: Invalid credentials" in line
    assert "wrong" not in line


@pytest.mark.parametrize(
    "body",
    [b"<html>Bad gateway</html>", b'["a"]', b'{"errors": ["x"], "title": "Odd"}', b"", b"\xff\xfe"],
)
def test_failure_of_another_server_is_one_line(fire: Run, front: Front, body: bytes) -> None:
    front.say("/bookflow/api/v1/triggers/booking_created", 502, body)
    assert "answered 502" in refused(fire())


@pytest.mark.parametrize(
    "body",
    [b"<html>Hello</html>", b"[]", b"{}", b'{"event_id": 1, "duplicate": 1, "executions": 2}'],
)
def test_success_of_another_server_is_no_success(fire: Run, front: Front, body: bytes) -> None:
    front.say("/bookflow/api/v1/triggers/booking_created", 200, body)
    assert "an answer that is not bookflow's; check --url" in refused(fire())


def test_redirect_is_not_followed_with_the_token(fire: Run, front: Front) -> None:
    front.say("/bookflow/api/v1/triggers/booking_created", 302, b"")
    assert "answered 302" in refused(fire())
    assert len(front.asked) == 1


def test_connection_refused_asks_whether_the_server_runs(fire: Run) -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    line = refused(fire(url=f"http://127.0.0.1:{port}"))
    assert f"http://127.0.0.1:{port}/" in line
    assert "is Airflow's API server running there?" in line


@pytest.mark.parametrize("url", ["localhost:8080", "http://[x", "ftp://example.com", "http://"])
def test_url_that_is_none_is_refused(fire: Run, url: str) -> None:
    assert "can't be reached" in refused(fire(url=url))


def test_no_credentials_says_how_to_give_them(run: Run, front: Front, booking_file: Path) -> None:
    said = run("trigger", "booking_created", "--booking", booking_file, "--url", front.url)
    assert "no credentials: give --username and --password, or --token" in refused(said)
    assert front.asked == []


@pytest.mark.parametrize("token", ["to…ken", "to\nken"])
def test_token_that_can_be_none_is_refused_unsent(fire: Run, front: Front, token: str) -> None:
    line = refused(fire("--token", token))
    assert "the token holds characters" in line
    assert token not in line
    assert front.asked == []


def test_booking_that_is_no_json_number_is_refused(
    run: Run, front: Front, tmp_path: Path, booking: dict[str, Any]
) -> None:
    path = tmp_path / "nan.json"
    path.write_text(json.dumps({**booking, "custom_answers": {"n": float("nan")}}))
    where = ("--url", front.url, "--token", "t")
    line = refused(run("trigger", "booking_created", "--booking", path, *where))
    assert "can't be sent as JSON" in line


def test_booking_and_booking_id_exclude_each_other(run: Run, booking_file: Path) -> None:
    both = run("trigger", "booking_created", "--booking", booking_file, "--booking-id", "b")
    neither = run("trigger", "booking_created")
    for said in (both, neither):
        assert "give either --booking FILE.json or --booking-id ID" in refused(said)
