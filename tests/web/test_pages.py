from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from bookflow.errors import ConfigurationError, DatabaseUnavailableError

pytestmark = pytest.mark.airflow

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;b&gt;{{ 7*7 }}"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Reader(HTMLParser):
    """Collects tags, links and text, and insists that tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def make_hostile(value: Any) -> Any:
    """Replace every free text of an execution."""
    keep = {"id", "status", "type", "execution_id", "operator", "started_at", "due_at"}
    if isinstance(value, dict):
        return {
            key: item if key in keep or key.endswith("_at") else make_hostile(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [make_hostile(item) for item in value]
    return HOSTILE if value is None or isinstance(value, str) else value


@pytest.fixture
def client(open_client: Any, desk: Any) -> Any:
    return open_client(desk, "viewer")


def read(response: Any, status: int = 200) -> Reader:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    return Reader(response.text)


def test_execution_page_shows_what_happened_and_why(
    client: Any, desk: Any, make_execution: Any
) -> None:
    desk.shelf.executions = [make_execution(1)]
    page = read(client.get(f"/bookflow/executions/{desk.shelf.executions[0]['id']}"))
    for text in (
        "Welcome mail",
        "Confirm",
        "Hello Ada",
        "invitee_domain",
        "email to",
        "ada@example.com",
        "conditions not met",
        "none of these",
        "2026-03-01 12:00:01 UTC",
    ):
        assert text in page.text, text
    assert "/dags/bookflow-welcome/runs/manual__1" in page.links
    assert "/bookflow/runs/bookflow-welcome/manual__1" in page.links
    assert "/bookflow/bookings/bk-1" in page.links


def test_waiting_execution_shows_what_is_planned(
    client: Any, desk: Any, make_execution: Any
) -> None:
    desk.shelf.executions = [
        make_execution(
            1,
            status="pending",
            started_at=None,
            completed_at=None,
            dag_id=None,
            run_id=None,
            execution_log=[],
        )
    ]
    page = read(client.get(f"/bookflow/executions/{desk.shelf.executions[0]['id']}"))
    assert "Confirm" in page.text
    assert "planned" in page.text


def test_run_page_lists_its_executions_and_leads_on(
    client: Any, desk: Any, make_execution: Any
) -> None:
    desk.shelf.executions = [make_execution(number) for number in range(1, 24)]
    first = read(client.get("/bookflow/runs/bookflow-welcome/manual__1"))
    shown = [link for link in first.links if link.startswith("/bookflow/executions/")]
    assert len(shown) == 20
    assert "/dags/bookflow-welcome/runs/manual__1" in first.links
    older = next(link for link in first.links if "cursor=" in link)
    rest = read(client.get(older))
    assert len([link for link in rest.links if link.startswith("/bookflow/executions/")]) == 3


def test_run_page_refuses_a_tampered_cursor(client: Any) -> None:
    page = read(client.get("/bookflow/runs/bookflow-welcome/manual__1?cursor=x"), 422)
    assert "cursor" in page.text


def test_booking_page_shows_the_timeline(client: Any, desk: Any, make_execution: Any) -> None:
    desk.shelf.bookings["bk-1"] = {
        "id": "bk-1",
        "status": "confirmed",
        "invitee": {"name": "Ada Sample"},
        "meeting_password": "sesame",
    }
    desk.shelf.executions = [make_execution(1)]
    response = client.get("/bookflow/bookings/bk-1")
    page = read(response)
    for text in ("Ada Sample", "sent", "skipped", "conditions not met", "Welcome mail"):
        assert text in page.text
    assert "sesame" not in response.text


def test_booking_without_events_says_so(client: Any, desk: Any) -> None:
    desk.shelf.bookings["bk-1"] = {"id": "bk-1"}
    assert "no active workflow matched" in read(client.get("/bookflow/bookings/bk-1")).text


@pytest.mark.parametrize("page", ["executions", "runs", "bookings"])
def test_hostile_text_stays_text(client: Any, desk: Any, make_execution: Any, page: str) -> None:
    execution = make_hostile(make_execution(1))
    desk.shelf.executions = [{**execution, "workflow_id": "welcome", "run_id": HOSTILE}]
    desk.specs.add("welcome", "booking_created", name=HOSTILE, actions=[HOSTILE])
    desk.shelf.bookings[HOSTILE] = {
        "id": HOSTILE,
        "status": HOSTILE,
        "start_time": HOSTILE,
        "invitee": {"name": HOSTILE},
        "organizer": None,
    }
    from urllib.parse import quote

    path = {
        "executions": execution["id"],
        "runs": f"bookflow-welcome/{quote(HOSTILE, safe='')}",
        "bookings": quote(HOSTILE, safe=""),
    }[page]
    response = client.get(f"/bookflow/{page}/{path}")
    reader = read(response)
    assert not reader.tags & {"script", "img", "b"}
    assert not any(name.startswith("on") for name in reader.attributes)
    assert HOSTILE in reader.text
    assert all(link.startswith("/") for link in reader.links)


def test_hostile_id_stays_text_in_the_error_page(client: Any) -> None:
    reader = read(client.get("/bookflow/bookings/%3Cscript%3Ealert(1)%3C%2Fscript%3E"), 404)
    assert "script" not in reader.tags


def test_pages_run_no_scripts_and_are_not_kept(client: Any, desk: Any, make_execution: Any) -> None:
    desk.shelf.executions = [make_execution(1)]
    response = client.get("/bookflow/bookings/bk-1")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert response.headers["cache-control"] == "no-store"
    assert "prefers-color-scheme:dark" in style
    assert "style=" not in response.text.replace("<style>", "")


def test_pages_work_below_a_base_path(open_client: Any, desk: Any, make_execution: Any) -> None:
    desk.shelf.executions = [make_execution(1)]
    client = open_client(desk, "viewer", root_path="/flow")
    page = read(client.get("/flow/bookflow/executions/" + desk.shelf.executions[0]["id"]))
    assert "/flow/dags/bookflow-welcome/runs/manual__1" in page.links
    assert "/flow/bookflow/bookings/bk-1" in page.links


def test_errors_on_pages_are_pages(client: Any, desk: Any) -> None:
    assert "no booking" in read(client.get("/bookflow/bookings/none"), 404).text
    assert read(client.get("/bookflow/nothing"), 404)
    desk.shelf.failure = DatabaseUnavailableError("the database at db:5432 is down")
    response = client.get("/bookflow/bookings/bk-1")
    assert "db:5432 is down" in read(response, 503).text
    assert response.headers["retry-after"] == "5"
    desk.shelf.failure = ConfigurationError("run `bookflow db upgrade`")
    assert "bookflow db upgrade" in read(client.get("/bookflow/bookings/bk-1"), 500).text
    desk.shelf.failure = RuntimeError("hunter2")
    page = read(client.get("/bookflow/bookings/bk-1"), 500)
    assert "hunter2" not in page.text
    assert "reference" in page.text


def log_with(execution: Any, rendered: Any, **delivery: Any) -> Any:
    """Give an execution whose first action recorded this content."""
    logged = execution["execution_log"][0]
    logged["rendered"] = rendered
    logged["deliveries"][0].update(delivery)
    return execution


@pytest.mark.parametrize(
    "page", ["executions/00000000-0000-0000-0000-000000000001", "bookings/bk-1"]
)
def test_every_message_is_shown_readably(
    client: Any, desk: Any, make_execution: Any, page: str
) -> None:
    first = {"subject": "Hello Ada", "message": "See you\nsoon", "html": "<b>See you</b>"}
    second = {"subject": "Booked by Ada", "message": HOSTILE, "tags": ["new", 2]}
    messages = [{"recipient": "invitee", **first}, {"recipient": "organizer", **second}]
    desk.shelf.executions = [log_with(make_execution(1), {**first, "messages": messages})]
    response = client.get(f"/bookflow/{page}")
    reader = read(response)
    for text in ("To invitee", "To organizer", "See you\nsoon", "<b>See you</b>", HOSTILE):
        assert text in reader.text, text
    assert '["new", 2]' in reader.text
    assert '"recipient"' not in reader.text
    assert reader.text.count("Hello Ada") == 1
    assert not reader.tags & {"script", "img", "b"}


def test_webhook_is_shown_with_its_address_alone(
    client: Any, desk: Any, make_execution: Any
) -> None:
    address = "https://hooks.example.com/in"
    rendered = {"url": address, "payload": {"booking_id": "bk-1"}}
    delivery = {"recipient": "url", "channel": "webhook", "address": address}
    desk.shelf.executions = [log_with(make_execution(1), rendered, **delivery)]
    timeline = read(client.get("/bookflow/bookings/bk-1")).text
    assert f"to {address}" in timeline
    assert "to url" not in timeline
    execution = read(client.get(f"/bookflow/executions/{desk.shelf.executions[0]['id']}")).text
    assert f"webhook to {address}" in execution
    assert "(url)" not in execution


@pytest.mark.parametrize("rendered", ["plain", ["a", 1], {"messages": "none"}, {"messages": [1]}])
def test_content_of_any_shape_is_shown(
    client: Any, desk: Any, make_execution: Any, rendered: Any
) -> None:
    desk.shelf.executions = [log_with(make_execution(1), rendered)]
    read(client.get("/bookflow/bookings/bk-1"))
