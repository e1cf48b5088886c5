"""What takes a minute by itself: begun by the tests of the journey, looked at when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import Begun

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

Settled = Callable[..., dict[str, Any]]


def test_delayed_execution_runs_at_its_second_without_the_clock(
    api: httpx.Client, begun: Begun, settled: Settled
) -> None:
    execution = settled(begun.delayed, "delayed", timeout=90)
    due = datetime.fromisoformat(execution["due_at"])
    # a tick of the clock at this very second may have made a run that was quicker
    runs = api.get("/api/v2/dags/bookflow-delayed/dagRuns", params={"limit": 100}).json()
    starts = [
        datetime.fromisoformat(run["run_after"])
        for run in runs["dag_runs"]
        if run["dag_run_id"].startswith("batch__due_")
    ]
    assert any(0 <= (start - due).total_seconds() <= 1 for start in starts)
    late = datetime.fromisoformat(execution["started_at"]) - due
    assert 0 <= late.total_seconds() < 10


def test_clock_repairs_a_lost_wake_up(begun: Begun, settled: Settled) -> None:
    execution = settled(begun.lost, "lost", timeout=100)
    assert execution["status"] == "completed"
    assert execution["run_id"].startswith("batch__after_")
