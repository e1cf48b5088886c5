"""Figures through the API: the right ones, of what the asker may see, for a period people mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookflow.records import RunKey
from bookflow.web import analytics_schemas as schemas
from tests.contract.conftest import Scene as Play
from tests.contract.conftest import make_outcome
from tests.web.conftest import NOW

pytestmark = pytest.mark.airflow

API = "/bookflow/api/v1"
ROUTES = {
    "/performance-stats": schemas.PerformanceStats,
    "/analytics/trends": schemas.TrendAnswer,
    "/analytics/failures": schemas.CauseAnswer,
    "/analytics/skips": schemas.CauseAnswer,
    "/analytics/endpoints": schemas.EndpointAnswer,
    "/analytics/actions": schemas.ActionAnswer,
    "/analytics/workflows": schemas.WorkflowRanking,
    "/analytics/compare": schemas.Comparison,
    "/workflows/hello/execution-summary": schemas.WorkflowReport,
}
DAY = timedelta(days=1)


@pytest.fixture
def play(scene: Any) -> Play:
    """Give somebody who plays runs on the store behind the API."""
    return Play(scene.bench.shelf)


def run(play: Play, workflow: str, *statuses: str, at: Any = NOW, **changes: Any) -> None:
    """Let executions end so, two seconds after they were due."""
    key = RunKey(f"bookflow-{workflow}", f"{at}-{statuses}")
    for status in statuses:
        event = play.event(received_at=at, occurred_at=at)
        execution = play.execution(event, workflow, run=key, due_at=at)
        play.record(event, execution)
        delivery = play.deliver(execution.id)
        play.claim_delivery(delivery, at)
        outcome = make_outcome(delivery, "failed" if status == "failed" else "sent", at=at)
        play.store.settle([], [outcome])
        play.result(execution.id, status, started_at=at, **changes)
    play.store.finish(key, [("mail", "send_email")], now=at + timedelta(seconds=2))


@pytest.fixture
def get(scene: Any) -> Callable[..., Any]:
    def ask(path: str, status: int = 200, *, client: Any = None, **params: Any) -> Any:
        answer = (client or scene.client).get(f"{API}{path}", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    return ask


@pytest.mark.parametrize("path", ROUTES)
def test_answers_are_as_described_with_and_without_figures(play: Play, get: Any, path: str) -> None:
    ROUTES[path].model_validate(get(path))
    run(play, "hello", "failed", "skipped", "completed", error_code="http-503")
    run(play, "hello", "completed", at=NOW - 40 * DAY)
    ROUTES[path].model_validate(get(path, timezone="Europe/Berlin", unit="week"))


def test_performance_at_a_glance(play: Play, get: Any) -> None:
    run(play, "hello", *["completed"] * 8, "failed", "failed", at=NOW, error_code="http-503")
    run(play, "bye", *["completed"] * 6, at=NOW - DAY)
    run(play, "bye", *["completed"] * 7, at=NOW - 31 * DAY)
    found = get("/performance-stats")
    assert found["executions"] == {
        "created": 16,
        "ended": 16,
        "successful": 14,
        "failed": 2,
        "cancelled": 0,
        "success_rate": 87.5,
    }
    assert found["latency"]["count"] == 14
    assert found["latency"]["p95_ms"] == pytest.approx(2_000, rel=0.02)
    assert found["compared_with"]["executions"]["ended"] == 7
    assert found["compared_with"]["change"]["ended"] == pytest.approx(128.57)
    assert [row["workflow_id"] for row in found["best"]] == ["bye", "hello"]
    [bad] = found["problematic"]
    assert [reason["message"] for reason in bad["reasons"]] == [
        "2 of 10 failed",
        "2 times `mail` failed: http-503",
    ]
    [pattern] = found["error_patterns"]
    assert (pattern["cause"], pattern["share"]) == ("http-503", 100.0)
    place = {"workflow_id": "hello", "workflow_name": "Hello", "action": "mail", "count": 2}
    assert pattern["actions"] == [place]
    assert [row["failed"] for row in found["endpoints"]] == [2]
    # thirty days are thirty points and what is left of the first one
    assert len(found["trend"]) == 31


def test_trend_in_days_of_a_zone(play: Play, get: Any) -> None:
    run(play, "hello", "completed", at=NOW.replace(hour=23) - DAY)
    found = get(
        "/analytics/trends",
        since=str(NOW.date() - DAY),
        until=str(NOW.date() + DAY),
        timezone="Asia/Kathmandu",
    )
    assert [point["successful"] for point in found["points"]] == [0, 1]
    assert found["points"][1]["since"] == f"{NOW.date()}T00:00:00+05:45"


def test_activity_of_workflows_day_by_day(play: Play, get: Any) -> None:
    # in Kathmandu the next day has begun
    run(play, "hello", "completed", "failed", at=NOW.replace(hour=23) - DAY)
    run(play, "hello", "completed", at=NOW.replace(hour=17) - DAY)
    run(play, "bye", "completed")
    found = get("/analytics/activity", workflow="hello, quiet,", days=2, timezone="Asia/Kathmandu")
    assert found == {
        "days": [str(NOW.date() - DAY), str(NOW.date())],
        "workflows": {
            "hello": {"completed": [1, 1], "failed": [0, 1]},
            "quiet": {"completed": [0, 0], "failed": [0, 0]},
        },
    }
    schemas.ActivityAnswer.model_validate(found)
    assert len(get("/analytics/activity", workflow="hello")["days"]) == 14


def test_activity_tells_nothing_of_what_one_may_not_see(
    scene: Any, play: Play, get: Any, dags: Any
) -> None:
    dags("bookflow-hello")
    dags("bookflow-bye", team="red")
    run(play, "bye", "completed")
    viewer = scene.sign_in("viewer")
    found = get("/analytics/activity", client=viewer, workflow="hello,bye,never")
    assert list(found["workflows"]) == ["hello"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"workflow": ",".join(f"w{n}" for n in range(101))}, "workflow"),
        ({"workflow": "a" * 600}, "workflow"),
        ({"workflow": "a\0"}, "workflow"),
        ({}, "workflow"),
        ({"workflow": "hello", "days": 0}, "days"),
        ({"workflow": "hello", "days": 93}, "days"),
        ({"workflow": "hello", "timezone": "Europe/Berlln"}, "timezone"),
        ({"workflow": "hello", "period": "7d"}, "period"),
    ],
)
def test_activity_refuses_what_it_cannot_answer(
    get: Any, asked: dict[str, Any], field: str
) -> None:
    assert get("/analytics/activity", 422, **asked)["errors"][0]["field"].endswith(field)


def test_causes_over_time(play: Play, get: Any) -> None:
    run(play, "hello", "skipped", "skipped", at=NOW - DAY, cause="condition: duration equals 30")
    run(play, "hello", "skipped", "failed", at=NOW, cause="late")
    found = get("/analytics/skips", period="3d")
    assert found["total"] == 3
    assert [(row["cause"], row["count"]) for row in found["causes"]] == [
        ("condition: duration equals 30", 2),
        ("late", 1),
    ]
    counts = {row["cause"]: sum(row["counts"]) for row in found["trend"]}
    assert counts == {"condition: duration equals 30": 2, "late": 1}
    assert len(found["points"]) == len(found["trend"][0]["counts"])


def test_summary_of_a_workflow(play: Play, get: Any) -> None:
    run(play, "hello", "completed", "failed", error_code="smtp-550")
    run(play, "hello", "completed", at=NOW - 60 * DAY)
    run(play, "bye", "failed")
    found = get("/workflows/hello/execution-summary")
    assert found["executions"]["ended"] == 2
    assert found["statistics"]["total_executions"] == 3
    [action] = found["actions"]
    assert (action["action"], action["successful"], action["failed"]) == ("mail", 1, 1)
    assert action["failures"] == [{"cause": "smtp-550", "count": 1}]
    assert [row["status"] for row in found["recent_failures"]] == ["failed"]


def test_summary_of_a_workflow_that_was_deleted(play: Play, get: Any) -> None:
    run(play, "gone", "completed")
    assert get("/workflows/gone/execution-summary")["executions"]["successful"] == 1
    assert get("/workflows/hello/execution-summary")["statistics"]["total_executions"] == 0
    assert get("/workflows/never/execution-summary", 404)["status"] == 404


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"workflow": "bye"}, 1),
        ({"organizer": "Ana@example.org"}, 1),
        ({"trigger": "booking_created"}, 2),
        ({"trigger": "booking_created", "organizer": "ana@example.org"}, 0),
        ({}, 3),
    ],
)
def test_filters(play: Play, get: Any, asked: dict[str, str], expected: int) -> None:
    run(play, "hello", "completed", "completed")
    run(play, "bye", "completed")
    assert get("/analytics/compare", **asked)["executions"]["ended"] == expected


def test_of_what_one_may_not_see_nothing_is_counted(
    scene: Any, play: Play, get: Any, dags: Any
) -> None:
    dags("bookflow-hello")
    dags("bookflow-bye", team="red")
    run(play, "hello", "completed")
    run(play, "bye", "failed", error_code="http-500")
    viewer = scene.sign_in("viewer")
    assert get("/performance-stats", client=viewer)["executions"]["ended"] == 1
    assert get("/analytics/failures", client=viewer)["causes"] == []
    assert get("/analytics/endpoints", client=viewer)["endpoints"][0]["failed"] == 0
    assert get("/analytics/actions", client=viewer)["types"][0]["failed"] == 0
    assert get("/analytics/workflows", client=viewer)["problematic"] == []
    get("/analytics/trends", 404, client=viewer, workflow="bye")
    get("/workflows/bye/execution-summary", 404, client=viewer)
    owned = get("/analytics/compare", client=viewer, organizer="ana@example.org")
    assert owned["executions"]["ended"] == 0


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"timezone": "Europe/Berlln"}, "timezone", "did you mean `Europe/Berlin`?"),
        ({"timezone": "../etc/passwd"}, "timezone", "is not a time zone"),
        ({"unit": "month"}, "unit", "must be `hour`"),
        ({"trigger": "booking_creatd"}, "trigger", "did you mean `booking_created`?"),
        ({"since": "2026-02-30"}, "since", "not a day"),
        ({"since": "0001-01-01"}, "since", "between 2000 and 2100"),
        ({"since": "2026-01-01T00:00"}, "since", "has no offset"),
        ({"since": "9999-12-31T23:59:59-23:59"}, "since", "between 2000 and 2100"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "until", "must lie after"),
        ({"since": "2026-02-01", "period": "7d"}, "period", "not both"),
        ({"period": "soon"}, "period", "is not a duration"),
        ({"period": "0"}, "period", "longer than nothing"),
        ({"period": "9y"}, "period", "is not a duration"),
        ({"period": "520w"}, "since", "is more than 1830 days"),
        ({"period": "365d", "unit": "hour"}, "unit", "more than 1000 points"),
        ({"compare_since": "2026-01-01"}, "compare_until", "both of its ends"),
        (
            {"compare_since": "2026-02-01", "compare_until": "2026-01-01"},
            "compare_until",
            "must lie after",
        ),
        ({"zone": "UTC"}, "zone", "is not known here"),
        ({"limit": "101"}, "limit", "less than or equal to 100"),
    ],
)
def test_bad_questions_are_refused_with_advice(
    get: Any, asked: dict[str, str], field: str, said: str
) -> None:
    problem = get("/performance-stats", 422, **asked)
    [error] = problem["errors"]
    assert error["field"].endswith(field)
    assert said in error["message"]


def test_the_other_period_may_be_chosen(play: Play, get: Any) -> None:
    run(play, "hello", "completed", at=NOW - 200 * DAY)
    found = get(
        "/analytics/compare",
        compare_since=str((NOW - 201 * DAY).date()),
        compare_until=str((NOW - 199 * DAY).date()),
    )
    assert found["compared_with"]["executions"]["ended"] == 1
    assert found["compared_with"]["change"]["success_rate"] is None


def test_points_of_an_hour_tell_latencies_of_a_week(play: Play, get: Any) -> None:
    run(play, "hello", "completed")
    week = get("/analytics/trends", period="7d", unit="hour")["points"]
    assert week[-1]["latency"]["count"] == 1
    month = get("/analytics/trends", period="30d", unit="hour")["points"]
    assert (month[-1]["successful"], month[-1]["latency"]) == (1, None)


@pytest.mark.parametrize(("period", "unit"), [("50d", "day"), ("51d", "week")])
def test_unit_fits_the_period(get: Any, period: str, unit: str) -> None:
    assert get("/analytics/trends", period=period)["unit"] == unit
