"""Pages of deliveries: their JSON, their cursors, and the parameters of their query."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.store.json_text import is_storable, iso
from bookflow.store.report_shapes import (
    UNREADABLE,
    pack_cursor,
    read_instant,
    shape_delivery,
    unpack_cursor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.ports.reports import DeliveryFilter

# no delivery has an id after this one, so all of the execution are still to come
_ALL_TO_COME = uuid.UUID(int=2**128 - 1)
OF_DELIVERIES = frozenset({"actions", "statuses"})
"""Optional lines that concern deliveries; all others concern their executions."""


def shape_listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the JSON of a delivery with what it belongs to."""
    return {
        **shape_delivery(row),
        "execution_id": str(row["execution_id"]),
        "workflow_id": row["workflow_id"],
        "booking_id": row["booking_id"],
        "action": row["action"],
    }


def cursor_after(row: Mapping[str, Any]) -> str:
    """Make the cursor that goes on after this delivery."""
    return pack_cursor([iso(row["execution_created_at"]), str(row["execution_id"]), str(row["id"])])


def cursor_at_execution(row: Mapping[str, Any]) -> str:
    """Make the cursor that goes on with the first delivery of this execution."""
    return pack_cursor([iso(row["created_at"]), str(row["id"]), str(_ALL_TO_COME)])


def read_delivery_cursor(cursor: str | None) -> tuple[datetime, uuid.UUID, uuid.UUID] | None:
    """Read a cursor of the two above; raises `InputError` for anything else."""
    if cursor is None:
        return None
    try:
        at, execution, delivery = unpack_cursor(cursor)
        return read_instant(at), uuid.UUID(execution), uuid.UUID(delivery)
    except UNREADABLE:
        message = (
            "is not a cursor of the list of deliveries; use `next_cursor` of the page before as it "
            "is, or leave it out to begin again"
        )
        raise InputError("cursor", message) from None


def delivery_params(wanted: DeliveryFilter, cursor: str | None) -> dict[str, Any] | None:
    """Give the query's parameters; None where nothing can match. A bad cursor raises."""
    at, execution, delivery = read_delivery_cursor(cursor) or (None, None, None)
    run = wanted.run
    sets = {
        name: None if given is None else sorted(filter(is_storable, given))
        for name, given in (
            ("actions", wanted.actions),
            ("statuses", wanted.statuses),
            ("workflow_ids", wanted.workflow_ids),
        )
    }
    texts = (wanted.workflow_id, wanted.subject_id, *((run.dag_id, run.run_id) if run else ()))
    if not all(is_storable(text) for text in texts if text) or [] in sets.values():
        return None
    return {
        "workflow_id": wanted.workflow_id,
        "subject_id": wanted.subject_id,
        "dag_id": run.dag_id if run else None,
        "run_id": run.run_id if run else None,
        "cursor_at": at,
        "cursor_id": execution,
        "cursor_delivery": delivery,
        **sets,
    }


def delivery_words(params: Mapping[str, Any]) -> list[str]:
    """Give the optional lines of the queries that these parameters need."""
    words = {"dag_id": "run", "cursor_at": "further"}
    skipped = ("run_id", "cursor_id", "cursor_delivery")
    return [
        words.get(name, name)
        for name, value in params.items()
        if value is not None and name not in skipped
    ]
