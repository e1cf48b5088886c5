"""Exporting executions: page after page, so that nothing grows with how many there are.

No query, transaction or connection is held between two pages: a slow reader keeps nobody waiting,
and one who goes away leaves nothing behind.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bookflow.ports.reports import ExecutionFilter, ExecutionOrder, ReportStore

PAGE_SIZE = 1_000
COLUMNS = (
    "id", "workflow_id", "workflow_version", "event_id", "booking_id", "trigger", "occurred_at",
    "status", "due_at", "anchor_at", "next_attempt_at", "rounds", "created_at", "started_at",
    "completed_at", "error_message", "actions_executed", "actions_failed", "actions_skipped",
    "dag_id", "run_id",
)  # fmt: skip
ACTION_COLUMNS = (
    "action", "type", "status", "reason", "cause", "attempts", "started_at", "duration_ms",
)  # fmt: skip
ACTION_HEADS = ("action", *(f"action_{name}" for name in ACTION_COLUMNS[1:]))
# a spreadsheet takes a cell that begins so for a formula, in East Asia also with wide signs
_FORMULA_STARTS = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Page = list[dict[str, Any]]


def read_pages(
    reports: ReportStore,
    wanted: ExecutionFilter,
    order: ExecutionOrder,
    *,
    has_actions: bool,
    page_size: int = PAGE_SIZE,
) -> Iterator[Page]:
    """Give page after page; with `has_actions` each execution has its `actions`."""
    cursor: str | None = None
    while True:
        page = reports.list_executions(wanted, limit=page_size, cursor=cursor, order=order)
        if has_actions:
            results = reports.list_results([uuid.UUID(item["id"]) for item in page.items])
            for item in page.items:
                item["actions"] = results.get(uuid.UUID(item["id"]), [])
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def write_json_lines(pages: Iterable[Page]) -> Iterator[bytes]:
    """Write one JSON object per line and execution."""
    for page in pages:
        lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in page]
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def write_csv(pages: Iterable[Page], *, has_actions: bool) -> Iterator[bytes]:
    """Write CSV (RFC 4180) with a head; with `has_actions` one row per action."""
    yield _encode([[*COLUMNS, *(ACTION_HEADS if has_actions else ())]])
    for page in pages:
        yield _encode(_rows(page, has_actions=has_actions))


def _rows(page: Page, *, has_actions: bool) -> Iterator[list[Any]]:
    for item in page:
        row = [item.get(name) for name in COLUMNS]
        if not has_actions:
            yield row
            continue
        for action in item["actions"] or [{}]:
            yield [*row, *(action.get(name) for name in ACTION_COLUMNS)]


def _encode(rows: Iterable[list[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([_disarm(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8", "replace")


def _disarm(cell: Any) -> Any:
    """Let no spreadsheet take a text for a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
