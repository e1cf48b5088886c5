"""How many and what requests are let in: rates, sizes, other sites; and the headers of answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookflow.errors import TooManyRequestsError
from bookflow.web.limits import API, EVENTS, EXPORTS, RequestLimits, limit_of

pytestmark = pytest.mark.airflow

V1 = "/bookflow/api/v1"
OWN = {"Sec-Fetch-Site": "same-origin"}


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_each_user_has_a_bucket_that_refills() -> None:
    clock = Clock()
    limits = RequestLimits(clock=clock)
    for _ in range(3):
        limits.take(EXPORTS, "3/m", "ada")
    with pytest.raises(TooManyRequestsError, match="BOOKFLOW_EXPORT_LIMIT") as refused:
        limits.take(EXPORTS, "3/m", "ada")
    assert refused.value.retry_after == pytest.approx(20.0)
    limits.take(EXPORTS, "3/m", "ben")
    limits.take(API, "3/m", "ada")
    clock.at = 20.0
    limits.take(EXPORTS, "3/m", "ada")


def test_limit_that_is_not_set_lets_everything_through() -> None:
    limits = RequestLimits(clock=Clock())
    for _ in range(1_000):
        limits.take(EVENTS, "", "ada")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{V1}/triggers", EVENTS),
        (f"{V1}/triggers/booking_created", EVENTS),
        (f"{V1}/executions", API),
        (f"{V1}/triggersome", API),
        (f"{V1}/workflows/triggers", API),
    ],
)
def test_events_are_counted_apart(path: str, name: str) -> None:
    assert limit_of(path) == name


def test_too_many_requests_of_a_user_are_told_when_to_come_back(
    open_client: Any, desk: Any
) -> None:
    desk.settings = replace(desk.settings, api_limit="2/h", trigger_limit="1/h")
    client = open_client(desk, "admin")
    assert [client.get(f"{V1}/executions").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(f"{V1}/executions")
    assert 0 < int(refused.headers["retry-after"]) <= 1_800
    assert refused.headers["content-type"] == "application/problem+json"
    # what platforms and programs send is counted apart
    path = f"{V1}/triggers/booking_created"
    assert [client.post(path, json={}).status_code for _ in range(2)] == [422, 429]


def test_exports_have_a_limit_of_their_own(open_client: Any, workbench: Any) -> None:
    workbench.settings = replace(workbench.settings, export_limit="1/h")
    client = open_client(workbench, "viewer")
    path = f"{V1}/executions/export"
    assert [client.get(path).status_code for _ in range(2)] == [200, 429]
    assert client.get(f"{V1}/executions").status_code == 200


def test_guessing_tokens_is_slowed_down_by_address_but_users_are_not(
    open_client: Any, desk: Any
) -> None:
    desk.settings = replace(desk.settings, login_limit="2/h")
    client = open_client(desk, "viewer")
    junk = {"Authorization": "Bearer junk"}
    answers = [client.get(f"{V1}/health", headers=junk) for _ in range(4)]
    assert [one.status_code for one in answers] == [403, 403, 429, 429]
    assert answers[-1].headers["retry-after"]
    assert client.get(f"{V1}/health").status_code == 200


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "HTTP://TestServer"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "http://evil.example/http://testserver"}, False),
        ({"Origin": "http://testserver@evil.example"}, False),
        ({"Origin": "http://[::1"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Authorization": "Basic YWRtaW46YWRtaW4=", "Origin": "http://evil.example"}, False),
        ({"Authorization": "Bearer ", "Origin": "http://evil.example"}, False),
    ],
)
def test_cookie_alone_changes_something_only_from_airflows_own_pages(
    open_client: Any, desk: Any, headers: dict[str, str], is_let_in: bool
) -> None:
    client = open_client(desk, "admin")
    client.cookies.set("_token", client.headers.pop("Authorization").removeprefix("Bearer "))
    path = f"{V1}/executions/00000000-0000-0000-0000-00000000ffff/cancel"
    answer = client.post(path, headers=headers)
    assert answer.status_code == (404 if is_let_in else 403), answer.text
    if not is_let_in:
        assert "another site" in answer.json()["detail"]
    # looking is harmless: browsers show no other site what comes back
    assert client.get(f"{V1}/executions", headers=headers).status_code == 200


def test_other_site_is_refused_also_where_nobody_must_sign_in(open_client: Any, desk: Any) -> None:
    client = open_client(desk, None)
    answer = client.post(f"{V1}/triggers", json={}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


def test_token_and_signature_need_no_origin(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "admin")
    elsewhere = {"Origin": "http://app.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{V1}/triggers", json={}, headers=elsewhere).status_code == 422
    del client.headers["Authorization"]
    signed = client.post(f"{V1}/inbound/cal-com", json={}, headers=elsewhere)
    assert signed.status_code == 401
    assert "signature" in signed.text


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [
        ({"booking": "b" * 9_000}, {}, 414),
        ({}, {"X-Padding": "x" * 40_000}, 431),
        ({"booking": "b" * 500}, {"X-Padding": "x" * 4_000}, 200),
    ],
)
def test_oversized_heads_are_refused(
    open_client: Any, desk: Any, params: Any, headers: Any, status: int
) -> None:
    client = open_client(desk, "viewer")
    answer = client.get(f"{V1}/executions", params=params, headers=headers)
    assert answer.status_code == status


def test_every_answer_carries_the_headers_that_browsers_heed(open_client: Any, desk: Any) -> None:
    client = open_client(desk, "admin")
    for path in ("/executions", "/nothing", "/openapi.json", "/executions?status=x"):
        headers = client.get(f"{V1}{path}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
    page = client.get("/bookflow/bookings/none")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    refused = open_client(desk, None).get(f"{V1}/executions")
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_every_route_that_reads_a_body_bounds_it(open_client: Any, workbench: Any) -> None:
    from tests.web.permission_table import GUARDED
    from tests.web.workflow_scene import HELLO

    (workbench.settings.specs_dir / "hello.yaml").write_text(HELLO)
    workbench.settings = replace(workbench.settings, body_size_limit=1_000, spec_size_limit=200)
    client = open_client(workbench, "admin")
    big = b'{"x": "' + b"x" * 20_000 + b'"}'
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    for row in GUARDED:
        if row.method in ("POST", "PUT", "PATCH"):
            answer = client.request(row.method, row.path(), content=big, headers=headers)
            assert answer.status_code in (413, 404), (row.key, answer.text[:200])
