from __future__ import annotations

import csv
import io
import json
import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.journey.exporting import (
    ACTION_HEADS,
    COLUMNS,
    read_pages,
    write_csv,
    write_json_lines,
)
from bookflow.ports.reports import ExecutionFilter, ExecutionOrder, ExecutionPage
from bookflow.records import ExecutionStatus

pytestmark = pytest.mark.airflow

LIST = "/bookflow/api/v1/executions"
EXPORT = f"{LIST}/export"


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


@pytest.fixture
def filled(workbench: Any) -> list[str]:
    from tests.contract.conftest import Scene, make_booking

    scene = Scene(workbench.shelf)
    return [
        str(scene.running(make_booking(f"b-{number}", status="confirmed"))) for number in range(5)
    ]


def test_csv_has_a_row_per_execution(open_client: Any, workbench: Any, filled: list[str]) -> None:
    response = open_client(workbench, "viewer").get(EXPORT)
    rows = rows_of(response)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="executions.csv"'
    assert tuple(rows[0]) == COLUMNS
    assert sorted(row["id"] for row in rows) == sorted(filled)
    assert {row["status"] for row in rows} == {"running"}
    assert response.text.count("\r\n") == 6


def test_json_lines_have_an_object_per_execution(
    open_client: Any, workbench: Any, filled: list[str]
) -> None:
    client = open_client(workbench, "viewer")
    response = client.get(EXPORT, params={"format": "jsonl", "sort": "created_at"})
    items = [json.loads(line) for line in response.text.splitlines()]
    listed = client.get(LIST, params={"sort": "created_at"}).json()["executions"]
    assert items == listed
    assert len(items) == 5
    assert response.headers["content-type"] == "application/x-ndjson"


def test_actions_are_included_on_request(
    open_client: Any, workbench: Any, filled: list[str]
) -> None:
    from tests.contract.conftest import Scene

    scene = Scene(workbench.shelf)
    first = uuid.UUID(filled[0])
    scene.result(first, "failed", error_code="smtp-550", reason="refused")
    scene.result(first, action="text", type="send_sms")
    client = open_client(workbench, "viewer")
    rows = rows_of(client.get(EXPORT, params={"include": "actions"}))
    assert tuple(rows[0]) == (*COLUMNS, *ACTION_HEADS)
    mine = {row["action"]: row for row in rows if row["id"] == filled[0]}
    assert (mine["mail"]["action_status"], mine["mail"]["action_cause"]) == ("failed", "smtp-550")
    assert mine["text"]["action_type"] == "send_sms"
    assert len(rows) == 6
    lines = client.get(EXPORT, params={"include": "actions", "format": "jsonl"}).text.splitlines()
    found = {item["id"]: item["actions"] for item in map(json.loads, lines)}
    assert [action["action"] for action in found[filled[0]]] == ["mail", "text"]
    assert found[filled[1]] == []


def test_filters_and_visibility_apply(open_client: Any, desk: Any, make_execution: Any) -> None:
    client = open_client(desk, "viewer")
    desk.shelf.executions = [make_execution(number) for number in range(1, 4)]
    rows_of(client.get(EXPORT, params={"status": "failed,cancelled", "workflow": "welcome"}))
    wanted, _ = desk.shelf.asked[-1]
    assert wanted.statuses == frozenset({"failed", "cancelled"})
    assert wanted.workflow_id == "welcome"
    assert open_client(desk, None).get(EXPORT).status_code == 401


def test_formulas_are_disarmed(open_client: Any, desk: Any, make_execution: Any) -> None:
    wide = ["\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"]
    armed = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", *wide]
    plain = ['a "quoted", b', "plain"]
    desk.shelf.executions = [
        make_execution(number, error_message=text)
        for number, text in enumerate([*armed, *plain], 1)
    ]
    rows = rows_of(open_client(desk, "viewer").get(EXPORT))
    cells = [row["error_message"] for row in rows]
    assert cells == [*(f"'{text}" for text in armed), *plain]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=xml", "format"),
        ("include=all", "include"),
        ("limit=5", "limit"),
        ("sort=id", "sort"),
    ],
)
def test_unacceptable_parameter_is_named(
    open_client: Any, desk: Any, query: str, field: str
) -> None:
    response = open_client(desk, "viewer").get(f"{EXPORT}?{query}")
    assert response.status_code == 422
    assert [item["field"] for item in response.json()["errors"]] == [field]


def test_database_that_is_down_is_a_503_not_an_empty_file(open_client: Any, desk: Any) -> None:
    desk.shelf.failure = DatabaseUnavailableError("the database is down")
    assert open_client(desk, "viewer").get(EXPORT).status_code == 503


class Endless:
    """A report store with as many executions as are asked for, none of them kept."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.calls = 0

    def list_executions(
        self, wanted: ExecutionFilter, *, limit: int, cursor: str | None, order: ExecutionOrder
    ) -> ExecutionPage:
        self.calls += 1
        start = int(cursor or 0)
        count = min(limit, self.total - start)
        at = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
        items = [
            {
                **dict.fromkeys(COLUMNS, at),
                "id": str(uuid.UUID(int=start + number)),
                "status": ExecutionStatus.COMPLETED,
            }
            for number in range(count)
        ]
        more = str(start + count) if start + count < self.total else None
        return ExecutionPage(items, more)


def pages(store: Any) -> Iterator[Any]:
    return read_pages(store, ExecutionFilter(), ExecutionOrder.NEWEST, has_actions=False)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_memory_does_not_grow_with_the_number_of_rows(kind: str) -> None:
    def peak(total: int) -> int:
        found = pages(Endless(total))
        parts = write_csv(found, has_actions=False) if kind == "csv" else write_json_lines(found)
        tracemalloc.start()
        lines = sum(part.count(b"\n") for part in parts)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert lines == total + (kind == "csv")
        return highest

    assert peak(12_000) < 2 * peak(3_000)


def test_client_that_goes_away_ends_the_reading() -> None:
    store = Endless(50_000)
    parts = write_csv(pages(store), has_actions=False)
    for _ in range(3):
        next(parts)
    del parts
    assert store.calls <= 3
