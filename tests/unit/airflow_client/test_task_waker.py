from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookflow.airflow_client.run_names import due_run_id, follow_up_run_id, prompt_run_id
from bookflow.airflow_client.runs_in_task import TaskWaker
from bookflow.records import RunKey

NOW = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
ORIGIN = RunKey("bookflow-a", "batch__x")


class Asked:
    def __init__(self, answer: str | None = None, error: Exception | None = None) -> None:
        self.runs: list[tuple[str, str, datetime | None]] = []
        self.answer = answer
        self.error = error

    def __call__(self, dag_id: str, run_id: str, run_after: datetime | None) -> str | None:
        self.runs.append((dag_id, run_id, run_after))
        if self.error:
            raise self.error
        return self.answer


def test_tasks_of_one_run_want_the_same_follow_up_and_other_runs_another() -> None:
    asked = Asked()
    for origin in (ORIGIN, ORIGIN, RunKey("bookflow-a", "batch__y")):
        TaskWaker(origin, trigger=asked, now=lambda: NOW).wake("a", NOW)
    first, second, third = asked.runs
    assert first == second == ("bookflow-a", follow_up_run_id(ORIGIN), None)
    assert third[1] != first[1]


def test_run_for_a_coming_second_is_named_by_it() -> None:
    asked = Asked()
    due = NOW + timedelta(seconds=59)
    TaskWaker(ORIGIN, trigger=asked, now=lambda: NOW).wake("b", due)
    after = datetime(2026, 3, 1, 12, 1, 0, tzinfo=UTC)
    assert asked.runs == [("bookflow-b", "batch__due_20260301T120100Z", after)]
    assert due_run_id(int(after.timestamp())) == asked.runs[0][1]


def test_prompt_runs_never_share_a_name_with_an_earlier_one() -> None:
    assert prompt_run_id(NOW) == "batch__20260301T120000.000005Z"
    assert prompt_run_id(NOW) != prompt_run_id(NOW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "asked", [Asked(answer="API_SERVER_ERROR not found"), Asked(error=OSError("gone"))]
)
def test_what_fails_is_logged_and_left_to_the_clock(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    TaskWaker(ORIGIN, trigger=asked, now=lambda: NOW).wake("a", NOW)
    assert "bookflow-a" in caplog.text
