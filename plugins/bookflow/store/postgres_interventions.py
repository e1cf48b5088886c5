"""People's decisions about executions in PostgreSQL; every method one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.store.batches import CANCELLED_CODE
from bookflow.store.interventions import (
    audit_row,
    cancelled_text,
    pick_retried,
    refuse_ended,
    refuse_unknown,
)
from bookflow.store.json_text import clean_text, dump_json
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from bookflow.store.connecting import Database, Link


class PostgresInterventions:
    """The `InterventionStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def cancel_execution(
        self, execution_id: uuid.UUID, *, reason: str, actor: str, now: datetime
    ) -> None:
        """End an execution that is pending or running; see `ports.interventions`."""
        text = clean_text(cancelled_text(actor, reason))
        self._database.write(lambda link: _cancel(link, execution_id, text, actor, now))

    def retry_execution(
        self, execution_id: uuid.UUID, *, action: str | None, actor: str, now: datetime
    ) -> None:
        """Make a failed or cancelled execution pending again; see `ports.interventions`."""
        self._database.write(lambda link: _retry(link, execution_id, action, actor, now))


def _cancel(link: Link, execution_id: uuid.UUID, text: str, actor: str, now: datetime) -> None:
    row = _lock(link, execution_id)
    refuse_ended(row)
    asked = {"id": execution_id, "reason": text, "code": CANCELLED_CODE, "now": now}
    for name in ("cancel_deliveries", "cancel_results", "cancel_execution"):
        _run(link, name, asked)
    after = {"status": "cancelled", "error_message": text}
    _audit(link, audit_row(row, "execution.cancel", clean_text(actor), after), now)


def _retry(
    link: Link, execution_id: uuid.UUID, action: str | None, actor: str, now: datetime
) -> None:
    row = _lock(link, execution_id)
    results = _run(link, "read_results", {"id": execution_id}).fetchall()
    actions = pick_retried(row, results, action)
    asked = {"id": execution_id, "actions": actions, "now": now}
    for name in ("reopen_deliveries", "reopen_results", "reopen_execution"):
        _run(link, name, asked)
    after = {"status": "pending", "actions": actions}
    _audit(link, audit_row(row, "execution.retry", clean_text(actor), after), now)


def _lock(link: Link, execution_id: uuid.UUID) -> dict[str, Any]:
    row = _run(link, "lock_execution", {"id": execution_id}).fetchone()
    refuse_unknown(execution_id, row)
    return row or {}


def _audit(link: Link, row: Mapping[str, Any], now: datetime) -> None:
    _run(link, "insert_decision", {"rows": dump_json([row]), "now": now})


def _run(link: Link, name: str, params: Mapping[str, Any]) -> Any:
    return link.execute(load_queries("interventions")[name].sql, params)
