"""The client of the API and what is printed of its answers, against a server that may be odd."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bookflow.cli.remote import TRIES, Credentials, RemoteError, Server

# each starts a server
pytestmark = pytest.mark.slow

Run = Callable[..., Any]
API = "/bookflow/api/v1"
HOSTILE = "a\x1b]0;title\x07\x1b[31mred\u202e[bold]b"
SHOWN = "a\\x1b]0;title\\x07\\x1b[31mred\\u202e[bold]b"


class Odd:
    """A server that answers what the test says, in turn, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""

    def say(self, route: str, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault(route, []).append((status, named, content))

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        waiting = self.answers.get(f"{method} {path.partition('?')[0]}", [])
        if not waiting:
            return 404, {}, b'{"detail": "not here"}'
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def odd() -> Iterator[Odd]:
    odd = Odd()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            odd.asked.append((self.command, self.path, dict(self.headers.items()), body))
            status, headers, content = odd.answer(self.command, self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    odd.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield odd
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(run: Run, odd: Odd) -> Run:
    return lambda *words: run(*words, "--url", odd.url, "--token", "t")


def open_server(odd: Odd, pauses: list[float]) -> Server:
    return Server(odd.url, Credentials(token="t"), pause=pauses.append)


@pytest.mark.parametrize("status", [429, 503])
def test_server_that_asks_for_patience_is_asked_again(odd: Odd, status: int) -> None:
    odd.say(f"GET {API}/health", status, {}, Retry_After="7")
    odd.say(f"GET {API}/health", status, {}, Retry_After="900")
    odd.say(f"GET {API}/health", 200, {"status": "healthy"})
    pauses: list[float] = []
    with open_server(odd, pauses) as server:
        assert server.get("/health") == {"status": "healthy"}
    assert pauses == [7, 60]


def test_patience_has_an_end(odd: Odd) -> None:
    odd.say(f"GET {API}/health", 429, {"detail": "too fast"}, Retry_After="1")
    pauses: list[float] = []
    with open_server(odd, pauses) as server, pytest.raises(RemoteError, match="429: too fast"):
        server.get("/health")
    assert len(odd.asked) == TRIES


def test_failure_without_retry_after_is_told_at_once(odd: Odd) -> None:
    odd.say(f"POST {API}/triggers/x", 503, {"detail": "away"})
    pauses: list[float] = []
    with open_server(odd, pauses) as server, pytest.raises(RemoteError, match="503"):
        server.call("POST", "/triggers/x", {})
    assert (len(odd.asked), pauses) == (1, [])


def test_pages_are_followed_up_to_the_limit(odd: Odd) -> None:
    for start, cursor in ((0, "a"), (2, "b"), (4, None)):
        items = [{"id": start}, {"id": start + 1}]
        odd.say(f"GET {API}/workflows", 200, {"workflows": items, "next_cursor": cursor})
    with open_server(odd, []) as server:
        found = server.pages("/workflows", "workflows", limit=4, state="active")
        assert [one["id"] for one in found] == [0, 1, 2, 3]
    paths = [path for _, path, _, _ in odd.asked]
    assert paths == [
        f"{API}/workflows?limit=4&state=active",
        f"{API}/workflows?limit=2&cursor=a&state=active",
    ]


@pytest.mark.parametrize("answer", [b"[]", b"<html>", b"[" * 100_000, {"workflows": "x"}, {}])
def test_answer_of_another_program_is_named_as_such(ask: Run, odd: Odd, answer: Any) -> None:
    odd.say(f"GET {API}/workflows", 200, answer)
    said = ask("workflows", "list")
    assert said.code == 1
    assert "not bookflow's; check --url" in said.err


def test_names_can_not_leave_their_place_in_the_path(ask: Run, odd: Odd) -> None:
    for name in ("../../auth/token", "..", "a/b?c#d", "ä"):
        ask("workflows", "get", name)
    paths = [path for _, path, _, _ in odd.asked]
    assert paths == [
        f"{API}/workflows/..%2F..%2Fauth%2Ftoken",
        f"{API}/workflows/%2E%2E",
        f"{API}/workflows/a%2Fb%3Fc%23d",
        f"{API}/workflows/%C3%A4",
    ]


@pytest.mark.slow
def test_hostile_answers_can_not_write_to_the_terminal(
    ask: Run, odd: Odd, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    item = {"id": HOSTILE, "name": HOSTILE, "trigger": HOSTILE, "state": HOSTILE}
    odd.say(f"GET {API}/workflows", 200, {"workflows": [item], "next_cursor": None})
    entry = {"at": HOSTILE, "actor": HOSTILE, "before": {HOSTILE: 1}, "after": {}}
    odd.say(f"GET {API}/audit", 200, {"entries": [entry], "next_cursor": None})
    odd.say(f"POST {API}/workflows", 201, {"diff": f"+{HOSTILE}", "commit": HOSTILE})
    odd.say(f"GET {API}/executions/x", 200, {"id": HOSTILE, "execution_log": [{"action": HOSTILE}]})
    odd.say(f"GET {API}/templates/x", 200, {"name": HOSTILE, "preview": HOSTILE})
    odd.say(
        f"POST {API}/bulk-test", 200, {"results": [{"reason": HOSTILE}], "totals": {HOSTILE: 1}}
    )
    odd.say(f"GET {API}/performance-stats", 200, {"period": {"since": HOSTILE}})
    odd.say(f"DELETE {API}/workflows/x", 409, {"detail": HOSTILE})
    odd.say(f"GET {API}/workflows/x", 200, {"version": "v", "yaml": HOSTILE})
    spec = tmp_path / "hello.yaml"
    spec.write_text(make_spec(), encoding="utf-8")
    for words in (
        ("workflows", "list"),
        ("workflows", "list", "--format", "json"),
        ("workflows", "apply", spec),
        ("workflows", "delete", "x", "--yes"),
        ("audit",),
        ("executions", "get", "x"),
        ("templates", "show", "x"),
        ("bulk-test",),
        ("stats",),
    ):
        said = ask(*words)
        assert not set("\x1b\x07\u202e") & set(said.out + said.err), words
        assert "red" in said.out + said.err, words
    assert SHOWN in ask("workflows", "list").out


def test_conflict_says_who_changed_what(
    ask: Run, odd: Odd, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    listed = {"id": "hello", "version": "aaaaaaaaaaaa"}
    odd.say(f"GET {API}/workflows", 200, {"workflows": [listed], "next_cursor": None})
    odd.say(f"PUT {API}/workflows/hello", 412, {"detail": "changed", "version": "b"})
    version = {"author": "olive", "at": "2026-03-01T12:00:00Z", "message": "hello: change name"}
    odd.say(f"GET {API}/workflows/hello/versions", 200, {"versions": [version]})
    spec = tmp_path / "hello.yaml"
    spec.write_text(make_spec(), encoding="utf-8")
    said = ask("workflows", "apply", spec)
    assert said.code == 1
    assert (
        "`hello` was changed meanwhile by olive at 2026-03-01T12:00:00Z (hello: change name)"
        in said.err
    )
    [put] = [headers for method, _, headers, _ in odd.asked if method == "PUT"]
    assert put["If-Match"] == '"aaaaaaaaaaaa"'


def test_issues_of_a_refused_spec_are_told_with_their_lines(
    ask: Run, odd: Odd, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    odd.say(f"GET {API}/workflows", 200, {"workflows": [], "next_cursor": None})
    issue = {"line": 4, "key": "trigger", "message": "is not a trigger", "suggestion": "manual"}
    odd.say(f"POST {API}/workflows", 422, {"detail": "no", "issues": [issue]})
    spec = tmp_path / "hello.yaml"
    spec.write_text(make_spec(), encoding="utf-8")
    assert "line 4, trigger: is not a trigger (manual)" in ask("workflows", "apply", spec).err


def test_two_files_with_one_id_are_refused_before_anything_is_sent(
    ask: Run, odd: Odd, make_spec: Callable[..., str], tmp_path: Path
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(make_spec("same"), encoding="utf-8")
    said = ask("workflows", "apply", tmp_path)
    assert said.code == 1
    assert "both have the id `same`" in said.err
    assert odd.asked == []


def test_export_that_breaks_off_leaves_no_file(ask: Run, odd: Odd, tmp_path: Path) -> None:
    odd.say(f"GET {API}/executions/export", 422, {"detail": "since: has no offset"})
    target = tmp_path / "out" / "executions.csv"
    target.parent.mkdir()
    said = ask("executions", "export", "-o", target)
    assert said.code == 1
    assert "has no offset" in said.err
    assert list(target.parent.iterdir()) == []
    odd.say(f"GET {API}/executions/export", 200, b"id\r\n1\r\n")
    odd.answers[f"GET {API}/executions/export"].pop(0)
    assert ask("executions", "export", "-o", target).code == 0
    assert target.read_bytes() == b"id\r\n1\r\n"


def test_values_of_a_template_are_sent_as_their_types(ask: Run, odd: Odd) -> None:
    types = {"ahead": "duration", "seats": "number", "bold": "boolean"}
    found = {"parameters": [{"name": name, "type": kind} for name, kind in types.items()]}
    odd.say(f"GET {API}/templates/t", 200, found)
    odd.say(f"POST {API}/templates/t/create", 201, {"yaml": "id: w\n"})
    words = ("--set", "ahead=48h", "--set", "seats=3", "--set", "bold=yes", "--inactive")
    said = ask("templates", "create", "t", "w", "--organizer", "o@example.org", *words)
    assert said.out == "id: w\nw: created\n"
    body = json.loads(odd.asked[-1][3])
    assert body["parameters"] == {"ahead": "48h", "seats": 3, "bold": True}
    assert body["is_active"] is False
