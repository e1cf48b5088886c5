from __future__ import annotations

import pytest

from bookflow.cli.database import print_statistics


def test_long_names_and_dates_are_whole_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {
        "workflow_id": "w" * 120,
        "total_executions": 3,
        "successful_executions": 2,
        "failed_executions": 1,
        "success_rate": 66.7,
        "last_executed_at": "2026-03-01T12:00:00.500000+00:00",
    }
    print_statistics([row])
    out = capsys.readouterr().out
    assert row["workflow_id"] in out
    assert row["last_executed_at"] in out
    assert "66.7 %" in out
