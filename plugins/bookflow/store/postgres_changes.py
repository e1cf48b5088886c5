"""The database's own events in PostgreSQL, from their wait to their executions."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.changes import Change, MatchedBatch
from bookflow.ports.clock import SpecRule
from bookflow.store.json_text import dump_json
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_intake import insert_executions, load_bookings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.changes import Matcher
    from bookflow.records import Subject
    from bookflow.store.connecting import Database, Link


class PostgresChanges:
    """The `ChangeStore` on PostgreSQL."""

    _database: Database

    def match_changes(self, match: Matcher, *, now: datetime, limit: int) -> MatchedBatch:
        """Match the oldest waiting changes; see `ports.changes.ChangeStore`."""
        return self._database.write(lambda link: _match(link, match, now, limit))

    def has_changes(self) -> bool:
        """Tell whether any change waits."""
        query = load_queries("changes")["has_changes"].sql
        [row] = self._database.read(lambda link: link.execute(query).fetchall())
        return bool(row["found"])


def _match(link: Link, match: Matcher, now: datetime, limit: int) -> MatchedBatch:
    rows = _ask(link, "take_changes", {"limit": limit})
    if not rows:
        return MatchedBatch(0)
    changes = [
        Change(
            event_id=row["id"],
            trigger=row["trigger"],
            subject_id=row["booking_id"],
            occurred_at=row["occurred_at"].astimezone(UTC),
            depth=row["depth"],
            cause_workflow_id=row["cause_workflow_id"],
        )
        for row in rows
    ]
    subjects = load_bookings(link, sorted({change.subject_id for change in changes}))
    matched = match(changes, subjects, _load_rules(link, changes, subjects))
    heads = insert_executions(
        link, {change.event_id: now for change in changes}, matched.executions
    )
    marks = [
        {"id": str(change.event_id), "note": matched.notes.get(change.event_id)}
        for change in changes
    ]
    link.execute(
        load_queries("changes")["mark_matched"].sql, {"rows": dump_json(marks), "now": now}
    )
    made = tuple(head for found in heads.values() for head in found)
    return MatchedBatch(len(changes), made, matched.notes)


def _load_rules(
    link: Link, changes: Sequence[Change], subjects: Mapping[str, Subject]
) -> list[SpecRule]:
    # as the booking domain's rows have it: the slug of the event type
    slugs = {subject["event_type"]["slug"] for subject in subjects.values()}
    asked = {
        "triggers": sorted({change.trigger for change in changes}),
        "categories": sorted(slugs),
    }
    return [
        SpecRule(
            path=row["path"],
            signature=row["signature"],
            workflow_id=row["workflow_id"],
            version=row["version"],
            trigger=row["trigger"],
            delay_minutes=row["delay_minutes"],
            event_types=None if row["event_types"] is None else tuple(row["event_types"]),
            is_active=True,
        )
        for row in _ask(link, "load_change_rules", asked)
    ]


def _ask(link: Link, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("changes")[name].sql, params).fetchall()
