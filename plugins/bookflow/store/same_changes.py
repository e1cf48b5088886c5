"""One change, one event: what intake tells may be what a database trigger has written already.

Whoever changes a booking by SQL and reports it by REST as well means one event. The row's lock
puts the two transactions in order; `bookings.change_event_id` tells which event the last change
became.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.records import EventSource
from bookflow.store.json_text import dump_rows
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence

    from bookflow.records import NewEvent
    from bookflow.store.connecting import Link

REPORTING = frozenset({EventSource.API, EventSource.INBOUND})
"""The sources that tell of changes others made."""


def await_changes(link: Link, events: Sequence[NewEvent]) -> None:
    """Wait for transactions that are changing the bookings which events name by id alone.

    All bookings of the batch are locked, since two batches lock them in the same order then.
    """
    if any(event.subject is None and event.source in REPORTING for event in events):
        ids = sorted({event.subject_id for event in events})
        link.execute(load_queries("intake")["lock_known_bookings"].sql, {"ids": ids})


def merge_same_changes(
    link: Link, fresh: Sequence[NewEvent], new_subjects: Collection[str]
) -> dict[uuid.UUID, uuid.UUID]:
    """Drop events that the database wrote itself; give its event's id by the dropped one's.

    Its event takes over the idempotency key, so that a repeated request finds it again.
    """
    asked = [
        event
        for event in fresh
        if event.source in REPORTING and event.subject_id not in new_subjects
    ]
    if not asked:
        return {}
    rows = [
        {"id": event.id, "trigger": event.trigger, "booking_id": event.subject_id}
        for event in asked
    ]
    query = load_queries("intake")["find_same_changes"].sql
    found = link.execute(query, {"rows": dump_rows(rows)}).fetchall()
    same = {row["id"]: row["same_as"] for row in found}
    if same:
        link.execute(load_queries("intake")["drop_events"].sql, {"ids": list(same)})
        adopted = dump_rows(adopted_keys(asked, same))
        link.execute(load_queries("intake")["adopt_keys"].sql, {"rows": adopted})
    return same


def adopted_keys(
    events: Sequence[NewEvent], same: Mapping[uuid.UUID, uuid.UUID]
) -> list[dict[str, str | None]]:
    """Give what each event of the database takes over: fingerprint, and the first key there is."""
    rows: dict[uuid.UUID, dict[str, str | None]] = {}
    for event in events:
        same_as = same.get(event.id)
        if same_as is None:
            continue
        row = rows.setdefault(
            same_as,
            {
                "same_as": str(same_as),
                "idempotency_key": event.idempotency_key,
                "fingerprint": event.fingerprint,
            },
        )
        row["idempotency_key"] = row["idempotency_key"] or event.idempotency_key
    return list(rows.values())
