"""Incidents in PostgreSQL; one review at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import NOTICE_ATTEMPTS
from bookflow.ports.upkeep import SHARED_KINDS, IncidentPage, Severity
from bookflow.store.incident_rows import incident_row, pick_alerts, read_incident
from bookflow.store.json_text import dump_json, is_storable
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_notices import insert_notices
from bookflow.store.report_shapes import make_cursor, read_cursor

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.upkeep import Alert, Incident, IncidentFilter, Review
    from bookflow.store.connecting import Database, Link


class PostgresIncidents:
    """The `IncidentStore` on PostgreSQL."""

    _database: Database

    def review_incidents(
        self, review: Callable[[Sequence[Incident]], Review], *, now: datetime
    ) -> Review:
        """Show all open incidents and keep what the review says."""

        def work(link: Link) -> Review:
            _run(link, "lock_incidents")
            known = [read_incident(row) for row in _run(link, "open_incidents").fetchall()]
            done = review(known)
            for name, incidents in (
                ("insert_incidents", done.opened),
                ("update_incidents", done.changed),
            ):
                if incidents:
                    rows = [incident_row(one) for one in incidents]
                    _run(link, name, {"rows": dump_json(rows)})
            _keep_alerts(link, done.alerts, now)
            return done

        return self._database.write(work)

    def list_incidents(
        self, wanted: IncidentFilter, *, limit: int, cursor: str | None
    ) -> IncidentPage:
        """List incidents, newest first; see `ports.upkeep.IncidentStore`."""
        words, params = list_parameters(wanted, cursor)
        if limit < 1 or not all(is_storable(v) for v in params.values() if isinstance(v, str)):
            return IncidentPage()
        query = load_queries("incidents")["list_incidents"].given(*words)
        params["limit"] = limit + 1
        rows = self._database.read(
            lambda link: link.execute(query, params, prepare=False).fetchall()
        )
        shown = [read_incident(row) for row in rows[:limit]]
        more = len(rows) > limit
        last = {"created_at": shown[-1].opened_at, "id": shown[-1].id} if more else None
        return IncidentPage(shown, make_cursor(last) if last else None)

    def get_incident(self, incident_id: uuid.UUID) -> Incident | None:
        """Give one incident."""
        query = load_queries("incidents")["list_incidents"].given("id")
        asked = {"id": incident_id, "limit": 1}
        rows = self._database.read(lambda link: link.execute(query, asked).fetchall())
        return read_incident(rows[0]) if rows else None

    def count_open_incidents(self) -> dict[tuple[str, Severity], int]:
        """Count open incidents by kind and severity."""
        rows = self._database.read(lambda link: _run(link, "count_open_incidents").fetchall())
        return {(row["kind"], Severity(row["severity"])): row["count"] for row in rows}


def list_parameters(wanted: IncidentFilter, cursor: str | None) -> tuple[list[str], dict[str, Any]]:
    """Give the optional lines of the list query and its parameters; a bad cursor raises."""
    words: list[str] = []
    params: dict[str, Any] = {}
    if wanted.is_open is not None:
        words.append("open" if wanted.is_open else "closed")
    for name in ("kind", "workflow_id"):
        if (value := getattr(wanted, name)) is not None:
            words.append(name)
            params[name] = value
    if wanted.workflow_ids is not None:
        words.append("workflow_ids")
        params["workflow_ids"] = sorted(wanted.workflow_ids)
        params["kinds"] = list(SHARED_KINDS)
    if cursor is not None:
        words.append("cursor")
        params["cursor_at"], params["cursor_id"] = read_cursor(cursor)
    return words, params


def _keep_alerts(link: Link, alerts: Sequence[Alert], now: datetime) -> None:
    ids = [alert.follows for alert in alerts if alert.follows is not None]
    rows = _run(link, "read_followed", {"ids": ids}).fetchall() if ids else []
    kept, withdrawn = pick_alerts(alerts, {row["id"]: row for row in rows})
    if kept:
        insert_notices(link, kept, now)
    if withdrawn:
        _run(link, "withdraw_alerts", {"ids": withdrawn, "most": NOTICE_ATTEMPTS})


def _run(link: Link, name: str, params: Mapping[str, Any] | None = None) -> Any:
    return link.execute(load_queries("incidents")[name].sql, params)
