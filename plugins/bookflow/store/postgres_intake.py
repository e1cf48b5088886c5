"""Recording events in PostgreSQL: a transaction of a few statements, whatever the batch size."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.records import ExecutionHead, ExecutionStatus
from bookflow.store.batches import (
    answer_for,
    event_types_of,
    first_of_each_key,
    implied_changes,
    newest_snapshots,
    organizers_of,
)
from bookflow.store.booking_rows import booking_row, nest_booking
from bookflow.store.erased_keys import KeyDigests, plain_digests, stand_ins
from bookflow.store.json_text import clean_text, dump_rows, is_storable
from bookflow.store.named_sql import load_queries
from bookflow.store.same_changes import await_changes, merge_same_changes

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bookflow.records import NewEvent, NewExecution, RecordedEvent
    from bookflow.store.connecting import Database, Link


class PostgresIntake:
    """The `IntakeStore` on PostgreSQL."""

    def __init__(self, database: Database, key_digests: KeyDigests = plain_digests) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database
        self._key_digests = key_digests

    def load_subjects(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read bookings in the shape of the API; unknown ids are absent."""
        wanted = sorted({key for key in ids if is_storable(key)})
        if not wanted:
            return {}
        return self._database.read(lambda link: load_bookings(link, wanted))

    def record_events(
        self, events: Sequence[NewEvent], executions: Sequence[NewExecution]
    ) -> list[RecordedEvent]:
        """Record a batch; see `ports.IntakeStore`."""
        if not events:
            return []
        cleaned = [_clean_event(event) for event in events]
        return self._database.write(
            lambda link: _record(link, cleaned, executions, self._key_digests)
        )


def load_bookings(link: Link, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read bookings on a connection; unknown ids are absent."""
    rows = link.execute(load_queries("intake")["load_bookings"].sql, {"ids": list(ids)})
    return {row["id"]: nest_booking(row) for row in rows}


def _clean_event(event: NewEvent) -> NewEvent:
    key = event.idempotency_key
    if key is None or is_storable(key):
        return event
    return replace(event, idempotency_key=clean_text(key))


def _record(
    link: Link,
    events: Sequence[NewEvent],
    executions: Sequence[NewExecution],
    digests: KeyDigests,
) -> list[RecordedEvent]:
    firsts = first_of_each_key(events)
    inserted = _insert_events(link, firsts)
    accepted = [event for event in firsts if event.id in inserted]
    erased = _drop_erased(link, accepted, digests)
    accepted = [event for event in accepted if event.idempotency_key not in erased]
    written = {event.id for event in accepted}
    new_subjects = _apply_changes(link, accepted)
    same = merge_same_changes(link, accepted, new_subjects)
    fresh = [event for event in accepted if event.id not in same]
    received = {event.id: event.received_at for event in fresh}
    heads = insert_executions(link, received, executions)
    if len(fresh) == len(events):
        _join_anchored(link, executions, heads, {event.id: event.id for event in events})
        return [answer_for(event, None, heads[event.id]) for event in events]
    refused = [event for event in events if event.id not in written]
    winners = {**_find_winners(link, accepted, same, refused), **erased}
    missing = [row["id"] for row in winners.values() if row["id"] not in received]
    heads.update(_load_heads(link, missing))
    kept_by = {
        event.id: None if event.id in received else _winner_of(event, winners) for event in events
    }
    holders = {key: key if kept is None else kept["id"] for key, kept in kept_by.items()}
    _join_anchored(link, executions, heads, holders)
    return [answer_for(event, kept_by[event.id], heads[holders[event.id]]) for event in events]


def _insert_events(link: Link, events: Iterable[NewEvent]) -> set[uuid.UUID]:
    rows = [
        {
            "id": event.id,
            "trigger": event.trigger,
            "booking_id": event.subject_id,
            "source": event.source.value,
            "occurred_at": event.occurred_at,
            "received_at": event.received_at,
            "idempotency_key": event.idempotency_key,
            "fingerprint": event.fingerprint,
            "actor": event.actor,
        }
        for event in events
    ]
    return {row["id"] for row in _run(link, "insert_events", rows, has_answer=True)}


def _drop_erased(
    link: Link, events: Sequence[NewEvent], digests: KeyDigests
) -> dict[str | uuid.UUID, Mapping[str, Any]]:
    """Take back events whose key an erasure has replaced; gives who holds it, by key.

    Looking after the insert sees an erasure that was under way while the insert waited for it.
    """
    stood_for = {
        name: event for event in events for name in stand_ins(event.idempotency_key, digests)
    }
    if not stood_for:
        return {}
    found = link.execute(
        load_queries("intake")["find_events"].sql, {"keys": list(stood_for), "ids": []}
    ).fetchall()
    held = {stood_for[row["idempotency_key"]].id: row for row in found}
    if held:
        link.execute(load_queries("intake")["drop_events"].sql, {"ids": list(held)})
    keys = {event.id: event.idempotency_key for event in stood_for.values()}
    return {key: row for event_id, row in held.items() if (key := keys[event_id]) is not None}


def _apply_changes(link: Link, events: Sequence[NewEvent]) -> set[str]:
    """Change bookings as events say; gives the ids of those that are new."""
    newest = newest_snapshots(events)
    _upsert_owners(link, newest)
    await_changes(link, events)
    bookings = [
        {
            **booking_row(event.subject, event.occurred_at, event.received_at),
            "changed_by": f"event:{event.id}",
        }
        for event in newest
        if event.subject is not None
    ]
    kept = _run(link, "upsert_bookings", bookings, has_answer=True) if bookings else []
    implied = [
        {
            **fields,
            "id": event.subject_id,
            "snapshot_at": event.occurred_at,
            "updated_at": event.received_at,
            "changed_by": f"event:{event.id}",
        }
        for event, fields in implied_changes(events)
    ]
    if implied:
        _run(link, "apply_implied", implied)
    return {row["id"] for row in kept if row["is_new"]}


def _upsert_owners(link: Link, newest: Sequence[NewEvent]) -> None:
    """Keep organizers and event types, which bookings refer to."""
    if not newest:
        return
    _run(link, "upsert_organizers", organizers_of(newest))
    event_types = event_types_of(newest)
    _run(link, "update_event_types", event_types)
    _run(link, "insert_event_types", event_types)


def insert_executions(
    link: Link, received: Mapping[uuid.UUID, datetime], executions: Iterable[NewExecution]
) -> defaultdict[uuid.UUID, list[ExecutionHead]]:
    """Record the executions of events, which were received when `received` says."""
    heads: defaultdict[uuid.UUID, list[ExecutionHead]] = defaultdict(list)
    rows: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for execution in executions:
        at = received.get(execution.event_id)
        if at is None:
            continue
        run = execution.run
        status = ExecutionStatus.RUNNING if run else ExecutionStatus.PENDING
        rows.append(
            {
                "id": execution.id,
                "workflow_id": execution.workflow_id,
                "workflow_version": execution.workflow_version,
                "event_id": execution.event_id,
                "booking_id": execution.subject_id,
                "status": status.value,
                "due_at": execution.due_at,
                "anchor_at": execution.anchor_at,
                "created_at": at,
                "started_at": at if run else None,
                "dag_id": run.dag_id if run else None,
                "run_id": run.run_id if run else None,
            }
        )
        if run:
            workflow = {"workflow_id": execution.workflow_id, "claimed_at": at}
            runs.append({"dag_id": run.dag_id, "run_id": run.run_id, **workflow})
        heads[execution.event_id].append(
            ExecutionHead(execution.id, execution.workflow_id, status, execution.due_at)
        )
    if any(row["anchor_at"] for row in rows):
        written = _insert_anchored(link, rows)
        for event_id, found in heads.items():
            heads[event_id] = [head for head in found if head.id in written]
    elif rows:
        _run(link, "insert_executions", rows)
    if runs:
        _run(link, "insert_runs", runs)
    return heads


def _insert_anchored(link: Link, rows: Sequence[Mapping[str, Any]]) -> set[uuid.UUID]:
    """Record executions of which some may exist already; gives the ids of new ones."""
    query = load_queries("intake")["insert_executions"].given("anchored")
    return {row["id"] for row in link.execute(query, {"rows": dump_rows(rows)})}


def _join_anchored(
    link: Link,
    executions: Iterable[NewExecution],
    heads: Mapping[uuid.UUID, list[ExecutionHead]],
    holders: Mapping[uuid.UUID, uuid.UUID],
) -> None:
    """Answer also with executions for the same workflow, booking and time of other events."""
    anchored = [new for new in executions if new.anchor_at is not None]
    if not anchored:
        return
    asked = {
        "workflow_ids": [new.workflow_id for new in anchored],
        "booking_ids": [new.subject_id for new in anchored],
        "anchors": [new.anchor_at for new in anchored],
    }
    query = load_queries("intake")["find_anchored_heads"].sql
    found = {
        (row["workflow_id"], row["booking_id"], row["anchor_at"]): ExecutionHead(
            row["id"],
            row["workflow_id"],
            ExecutionStatus(row["status"]),
            row["due_at"].astimezone(UTC),
        )
        for row in link.execute(query, asked)
    }
    for new in anchored:
        head = found.get((new.workflow_id, new.subject_id, new.anchor_at))
        known = heads[holders[new.event_id]]
        if head is not None and head.id not in {one.id for one in known}:
            known.append(head)


def _find_winners(
    link: Link,
    accepted: Iterable[NewEvent],
    same: Mapping[uuid.UUID, uuid.UUID],
    refused: Sequence[NewEvent],
) -> dict[str | uuid.UUID, Mapping[str, Any]]:
    """Give the events that hold the keys or ids of others, by key and by id of those."""
    winners: dict[str | uuid.UUID, Mapping[str, Any]] = {}
    for event in accepted:
        held = {
            "id": same.get(event.id, event.id),
            "trigger": event.trigger,
            "booking_id": event.subject_id,
            "fingerprint": event.fingerprint,
        }
        if event.idempotency_key is not None:
            winners[event.idempotency_key] = held
        if event.id in same:
            winners[event.id] = held
    keys = [
        e.idempotency_key for e in refused if e.idempotency_key and e.idempotency_key not in winners
    ]
    found = link.execute(
        load_queries("intake")["find_events"].sql,
        {"keys": keys, "ids": [event.id for event in refused]},
    )
    for row in found:
        winners[row["id"]] = row
        if row["idempotency_key"] is not None:
            winners[row["idempotency_key"]] = row
    return winners


def _winner_of(
    event: NewEvent, winners: Mapping[str | uuid.UUID, Mapping[str, Any]]
) -> Mapping[str, Any]:
    by_key = winners.get(event.idempotency_key) if event.idempotency_key is not None else None
    return by_key or winners[event.id]


def _load_heads(link: Link, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[ExecutionHead]]:
    heads: dict[uuid.UUID, list[ExecutionHead]] = {event_id: [] for event_id in event_ids}
    if event_ids:
        rows = link.execute(
            load_queries("intake")["find_heads"].sql, {"event_ids": list(event_ids)}
        )
        for row in rows:
            status = ExecutionStatus(row["status"])
            due_at = row["due_at"].astimezone(UTC)
            head = ExecutionHead(row["id"], row["workflow_id"], status, due_at)
            heads[row["event_id"]].append(head)
    return heads


def _run(
    link: Link, name: str, rows: Sequence[Mapping[str, Any]], *, has_answer: bool = False
) -> list[dict[str, Any]]:
    cursor = link.execute(load_queries("intake")[name].sql, {"rows": dump_rows(rows)})
    return cursor.fetchall() if has_answer else []
