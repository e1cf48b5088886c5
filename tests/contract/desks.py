"""Whoever changes bookings by SQL, and whoever takes the changes: the same words on both stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from bookflow.ports.changes import Change, Matched
from bookflow.ports.clock import SpecRule
from bookflow.records import NewExecution, SubjectUpdate, new_id, utc_now
from tests.contract.conftest import Scene, make_booking, minutes

START = datetime(2030, 3, 5, 13, 0, tzinfo=UTC)

INSERT_OWNERS = """
INSERT INTO bookflow.organizers (id, email) VALUES ('o-1', 'host@example.com')
ON CONFLICT DO NOTHING;
INSERT INTO bookflow.event_types (id, slug) VALUES ('et-1', 'intro') ON CONFLICT DO NOTHING;
"""
INSERT_BOOKING = """
INSERT INTO bookflow.bookings (id, status, start_time, end_time, event_type_id, organizer_id)
VALUES (%(id)s, %(status)s, %(start_time)s, %(end_time)s, 'et-1', 'o-1')
"""


@dataclass
class SqlDesk:
    """Somebody who writes bookings with plain SQL."""

    connection: psycopg.Connection[Any]

    def insert(self, key: str = "b-1", status: str = "confirmed") -> None:
        self.connection.execute(INSERT_OWNERS)
        values = {"start_time": START, "end_time": START + minutes(30)}
        self.connection.execute(INSERT_BOOKING, {"id": key, "status": status, **values})

    def change(self, key: str = "b-1", **fields: Any) -> None:
        for name in fields:
            assert name.isidentifier()
        setting = ", ".join(f"{name} = %({name})s" for name in fields)
        query = f"UPDATE bookflow.bookings SET {setting} WHERE id = %(id)s"  # noqa: S608 names only
        self.connection.execute(query.encode(), {"id": key, **fields})


@dataclass
class MemoryDesk:
    """The same person at the memory store."""

    store: Any

    def insert(self, key: str = "b-1", status: str = "confirmed") -> None:
        booking = make_booking(key, status=status, start_time=START, end_time=START + minutes(30))
        self.store.insert_subject(booking, now=utc_now())

    def change(self, key: str = "b-1", **fields: Any) -> None:
        self.store.change_subject(key, now=utc_now(), **fields)


@dataclass
class Post:
    """Takes what waits for the dispatcher, and starts nothing unless told to."""

    store: Any
    changes: list[Change] = field(default_factory=list)
    subjects: dict[str, Any] = field(default_factory=dict)
    rules: list[SpecRule] = field(default_factory=list)

    def take(
        self, decide: Callable[[Change], Matched] | None = None, limit: int = 100
    ) -> list[str]:
        """Match what waits; give triggers, oldest first (those of one change by name)."""

        def match(changes: Any, subjects: Any, rules: Any) -> Matched:
            self.changes, self.subjects = list(changes), dict(subjects)
            self.rules = list(rules)
            return decide(self.changes[0]) if decide else Matched()

        self.changes = []
        batch = self.store.match_changes(match, now=utc_now(), limit=limit)
        assert batch.changes == len(self.changes)
        return sorted(change.trigger for change in self.changes)


def execution_for(change: Change, workflow: str = "welcome", **changes: Any) -> NewExecution:
    values: dict[str, Any] = {
        "id": new_id(),
        "workflow_id": workflow,
        "workflow_version": "v1",
        "event_id": change.event_id,
        "subject_id": change.subject_id,
        "due_at": change.occurred_at,
        **changes,
    }
    return NewExecution(**values)


@contextmanager
def open_desk(store: Any, dsn: str | None) -> Iterator[SqlDesk | MemoryDesk]:
    """Open the desk that belongs to a store; the memory store has no DSN."""
    if dsn is None:
        yield MemoryDesk(store)
        return
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield SqlDesk(connection)


def tell(scene: Scene, trigger: str, **changes: Any) -> Any:
    """Report an event of `b-1` by REST, with the booking as it is unless told otherwise."""
    values = {
        "trigger": trigger,
        "subject_id": "b-1",
        "occurred_at": utc_now(),
        "received_at": utc_now(),
        **changes,
    }
    event = scene.event(**values)
    return scene.record(event, scene.execution(event))


def snapshot(**changes: Any) -> dict[str, Any]:
    return make_booking(start_time=START, end_time=START + minutes(30), **changes)


def update(store: Any, execution: Any, **fields: Any) -> None:
    change = SubjectUpdate(execution, "mark", "welcome", "b-1", fields)
    assert store.apply_updates([change], now=utc_now())[execution] is not None
