from __future__ import annotations

import logging
import uuid
from typing import Any

import anyio
import pytest

from bookflow.errors import DatabaseUnavailableError, SchemaOutdatedError
from bookflow.settings import Settings
from bookflow.store.memory import MemoryStore
from bookflow.web.inbound_schemas import InboundAnswer, InboundList, KeptRequest
from tests.recorded_requests import load, raw, sign, sign_form
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
AT = NOW.timestamp()


@pytest.fixture
def stored(make_desk: Any) -> Any:
    """Give a desk on a memory store."""
    return make_desk(MemoryStore())


def post(client: Any, source: str, name: str, *, secret: str | None = None, **more: str) -> Any:
    body = raw(load(name))
    headers = {**sign(source, body, at=AT, secret=secret), **more}
    return client.post(f"{API}/inbound/{source}", content=body, headers=headers)


def detail(response: Any) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["detail"])


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("cal-com", "cal-com-created"),
        ("calendly", "calendly-created"),
        ("standard-webhooks", "standard-created"),
    ],
)
def test_signed_webhook_needs_no_login(
    open_client: Any, stored: Any, source: str, name: str
) -> None:
    client = open_client(stored, None)
    response = post(client, source, name)
    assert response.status_code == 202
    answer = InboundAnswer.model_validate(response.json())
    assert (answer.verdict, answer.reason) == ("accepted", None)
    assert uuid.UUID(answer.event_id)
    again = post(client, source, name).json()
    assert (again["verdict"], again["event_id"]) == ("duplicate", answer.event_id)


def test_what_starts_nothing_is_no_error(open_client: Any, stored: Any) -> None:
    response = post(open_client(stored, None), "cal-com", "cal-com-ping")
    assert response.status_code == 202
    assert response.json()["verdict"] == "ignored"


def test_signature_that_does_not_hold_is_a_401_without_a_login_prompt(
    open_client: Any, stored: Any
) -> None:
    client = open_client(stored, None)
    response = post(client, "cal-com", "cal-com-created", secret="wrong")
    assert response.status_code == 401
    assert response.json()["type"] == "urn:bookflow:problem:invalid-signature"
    assert "www-authenticate" not in response.headers
    assert "signature does not fit" in detail(response)


def test_login_does_not_replace_the_signature(open_client: Any, stored: Any) -> None:
    client = open_client(stored, "admin")
    response = client.post(f"{API}/inbound/cal-com", json=load("cal-com-created"))
    assert response.status_code == 401
    assert "x-cal-signature-256 is missing" in detail(response)


@pytest.mark.parametrize("source", ["zapier", "sms", "%00", "..%2f..", "x" * 39])
def test_unknown_source_is_a_404(open_client: Any, stored: Any, source: str) -> None:
    response = open_client(stored, None).post(f"{API}/inbound/{source}", content=b"{}")
    assert response.status_code == 404


def test_source_without_connection_is_the_same_404(open_client: Any, stored: Any) -> None:
    del stored.connections.environ["AIRFLOW_CONN_BOOKFLOW_INBOUND_CAL_COM"]
    client = open_client(stored, None)
    response = post(client, "cal-com", "cal-com-created")
    unknown = client.post(f"{API}/inbound/zapier", content=b"{}")
    assert (response.status_code, response.json()) == (404, unknown.json())


def test_large_body_is_refused_before_it_is_read(open_client: Any, stored: Any) -> None:
    client = open_client(stored, None)
    body = b'{"a":"' + b"x" * 1_048_576 + b'"}'
    headers = sign("cal-com", body, at=AT)
    response = client.post(f"{API}/inbound/cal-com", content=body, headers=headers)
    assert response.status_code == 413
    assert "1048576 bytes" in detail(response)
    chunks = client.post(f"{API}/inbound/cal-com", content=iter([body[:600_000]] * 2))
    assert chunks.status_code == 413
    kept = stored.inbound.requests.list_requests
    from bookflow.ports.inbound import InboundFilter

    assert {one["code"] for one in kept(InboundFilter(), limit=9, cursor=None).items} == {"size"}


def test_body_in_another_form_says_what_to_set(open_client: Any, stored: Any) -> None:
    client = open_client(stored, None)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    response = post(client, "cal-com", "cal-com-created", **kind)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "content-type"


def test_body_that_is_no_booking_names_the_field(open_client: Any, stored: Any) -> None:
    client = open_client(stored, None)
    body = load("cal-com-created")
    body["payload"]["attendees"][0]["email"] = "nobody"
    content = raw(body)
    response = client.post(
        f"{API}/inbound/cal-com", content=content, headers=sign("cal-com", content, at=AT)
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "booking.invitee.email"


def test_haste_is_answered_with_the_wait(open_client: Any, stored: Any) -> None:
    stored.settings = Settings(inbound_address_limit="2/m")
    stored.inbound = stored.open_inbound()
    client = open_client(stored, None)
    statuses = [post(client, "cal-com", "cal-com-created").status_code for _ in range(3)]
    assert statuses == [202, 202, 429]
    response = post(client, "cal-com", "cal-com-created")
    assert 1 <= int(response.headers["retry-after"]) <= 30
    assert response.json()["type"] == "urn:bookflow:problem:too-many-requests"


@pytest.mark.parametrize(
    "failure",
    [
        DatabaseUnavailableError("`bookflow` at db.internal:5432 can't be used"),
        SchemaOutdatedError("`bookflow` at db.internal lacks migrations"),
    ],
)
def test_strangers_learn_nothing_of_our_troubles(
    open_client: Any, desk: Any, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk.shelf.failure = failure
    client = open_client(desk, None)
    with caplog.at_level(logging.WARNING):
        response = post(client, "cal-com", "cal-com-created")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "internal" not in response.text
    assert "db.internal" in caplog.text

    def open_nothing() -> Any:
        raise failure

    closed = post(open_client(open_nothing, None), "cal-com", "cal-com-created")
    assert closed.status_code == 503
    assert "internal" not in closed.text


def test_admin_sees_what_came_in_masked(open_client: Any, stored: Any) -> None:
    client = open_client(stored, "admin")
    post(client, "cal-com", "cal-com-created")
    post(client, "calendly", "calendly-created", secret="wrong")
    listed = client.get(f"{API}/inbound-requests")
    page = InboundList.model_validate(listed.json())
    assert {(one.source, one.verdict) for one in page.requests} == {
        ("cal-com", "accepted"),
        ("calendly", "refused"),
    }
    [refused] = client.get(f"{API}/inbound-requests?verdict=refused").json()["requests"]
    assert refused["code"] == "signature"
    [mine] = client.get(f"{API}/inbound-requests?source=cal-com&limit=1").json()["requests"]
    response = client.get(f"{API}/inbound-requests/{mine['id']}")
    kept = KeptRequest.model_validate(response.json())
    assert kept.body["payload"]["organizer"] == {
        "name": "***",
        "email": "***",
        "username": "***",
        "timeZone": "Europe/Berlin",
        "language": {"locale": "***"},
        "utcOffset": 60,
    }
    assert kept.headers["x-cal-signature-256"] == "***"
    assert "ada" not in response.text.lower()


def test_pages_of_requests_follow_each_other(open_client: Any, stored: Any) -> None:
    client = open_client(stored, "admin")
    for _ in range(3):
        post(client, "cal-com", "cal-com-created")
    first = client.get(f"{API}/inbound-requests?limit=2").json()
    rest = client.get(f"{API}/inbound-requests?limit=2&cursor={first['next_cursor']}").json()
    ids = [one["id"] for one in first["requests"] + rest["requests"]]
    assert len(set(ids)) == 3
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [("verdict=acepted", "verdict"), ("cursor=junk", "cursor"), ("limit=0", "limit")],
)
def test_query_that_can_not_be_meant_is_a_422(
    open_client: Any, stored: Any, query: str, field: str
) -> None:
    response = open_client(stored, "admin").get(f"{API}/inbound-requests?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_admin_has_a_request_run_again(open_client: Any, stored: Any) -> None:
    client = open_client(stored, "admin")
    first = post(client, "cal-com", "cal-com-created").json()
    response = client.post(f"{API}/inbound-requests/{first['request_id']}/replay")
    assert response.status_code == 202
    answer = InboundAnswer.model_validate(response.json())
    assert answer.verdict == "accepted"
    assert answer.event_id != first["event_id"]
    kept = client.get(f"{API}/inbound-requests/{answer.request_id}").json()
    assert (kept["replay_of"], kept["actor"]) == (first["request_id"], "admin")


def test_request_refused_for_its_signature_never_runs(open_client: Any, stored: Any) -> None:
    client = open_client(stored, "admin")
    post(client, "cal-com", "cal-com-created", secret="wrong")
    [refused] = client.get(f"{API}/inbound-requests").json()["requests"]
    response = client.post(f"{API}/inbound-requests/{refused['id']}/replay")
    assert response.status_code == 409
    assert "never runs" in detail(response)


@pytest.mark.parametrize("key", ["x", str(uuid.UUID(int=1)), "%00"])
def test_request_that_is_not_kept_is_a_404(open_client: Any, stored: Any, key: str) -> None:
    client = open_client(stored, "admin")
    assert client.get(f"{API}/inbound-requests/{key}").status_code == 404
    assert client.post(f"{API}/inbound-requests/{key}/replay").status_code == 404


def test_callback_of_the_sms_provider_needs_its_signature(open_client: Any, stored: Any) -> None:
    client = open_client(stored, None)
    key = uuid.UUID(int=7)
    url = f"http://localhost:8080{API}/inbound/sms-status?delivery={key}"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "Extra": ""}
    signature = sign_form(url, list(form.items()), "sms token")
    path = f"{API}/inbound/sms-status?delivery={key}"
    unknown = client.post(path, data=form, headers={"X-Twilio-Signature": signature})
    assert unknown.status_code == 404
    refused = client.post(path, data=form, headers={"X-Twilio-Signature": "x"})
    assert refused.status_code == 401
    assert client.post(path, data=form).status_code == 401


def test_sender_that_hangs_up_fills_no_log(
    stored: Any, airflow_database: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from bookflow.web.app import create_app

    app = create_app(lambda: stored)
    app.state.keeper.open()
    arriving = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent: list[Any] = []

    async def receive() -> Any:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/inbound/cal-com",
        "query_string": b"",
        "headers": [],
        "client": ("203.0.113.5", 4711),
    }
    anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 400
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
