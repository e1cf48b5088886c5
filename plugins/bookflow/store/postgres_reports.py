"""What pages and reports ask of PostgreSQL."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError
from bookflow.ports.reports import (
    DELIVERY_REACH,
    SUBJECT_REACH,
    DeliveryPage,
    ExecutionOrder,
    ExecutionPage,
)
from bookflow.store.delivery_pages import (
    OF_DELIVERIES,
    cursor_after,
    cursor_at_execution,
    delivery_params,
    delivery_words,
    shape_listed,
)
from bookflow.store.json_text import is_storable
from bookflow.store.migrating import read_revision
from bookflow.store.named_sql import load_queries
from bookflow.store.report_shapes import (
    make_cursor,
    read_cursor,
    refuse_order,
    shape_brief_result,
    shape_execution,
    shape_statistics,
    shape_with_log,
)
from bookflow.store.revisions import list_revisions

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence

    from bookflow.ports.reports import DeliveryFilter, ExecutionFilter
    from bookflow.store.connecting import Database, Link


_FEW = ("workflow_id", "subject_id", "event_id", "run_id")
"""Filters that may leave so few executions that each is looked at sooner than all of a cause."""


class PostgresReports:
    """The `ReportStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def list_executions(
        self,
        wanted: ExecutionFilter,
        *,
        limit: int,
        cursor: str | None,
        order: ExecutionOrder = ExecutionOrder.NEWEST,
    ) -> ExecutionPage:
        """List executions; `since` counts from creation, `until` is exclusive.

        With a `cause` those made first are told by their ids, which are in the order of time.
        """
        refuse_order(wanted, order)
        params = filter_params(wanted, cursor, order)
        if params is None or limit < 1:
            return ExecutionPage()
        words = filter_words(params, order)
        query = load_queries("reports")["list_executions"].given(*words)
        # prepared, a plan for any values would not use the partial indexes
        rows = self._database.read(
            lambda link: link.execute(
                query, {**params, "limit": limit + 1}, prepare=False
            ).fetchall()
        )
        shown = rows[:limit]
        next_cursor = make_cursor(shown[-1], order) if len(rows) > limit else None
        return ExecutionPage([shape_execution(row) for row in shown], next_cursor)

    def list_deliveries(
        self,
        wanted: DeliveryFilter,
        *,
        limit: int,
        cursor: str | None,
        reach: int = DELIVERY_REACH,
    ) -> DeliveryPage:
        """List deliveries, those of the newest execution first."""
        params = delivery_params(wanted, cursor)
        if params is None or limit < 1:
            return DeliveryPage()
        words, queries = delivery_words(params), load_queries("reports")
        params.update(limit=limit + 1, reach=reach)

        def ask(link: Link) -> DeliveryPage:
            with link.transaction():
                link.execute(load_queries("analytics")["hold_moment"].sql)
                query = queries["list_deliveries"].given(*words)
                rows = link.execute(query, params, prepare=False).fetchall()
                items = [shape_listed(row) for row in rows[:limit]]
                if len(rows) > limit:
                    return DeliveryPage(items, cursor_after(rows[limit - 1]))
                query = queries["end_of_reach"].given(*(set(words) - OF_DELIVERIES))
                ends = link.execute(query, params, prepare=False).fetchall()
            return DeliveryPage(items, cursor_at_execution(ends[0]) if ends else None)

        return self._database.read(ask)

    def list_results(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
        """Give the action results of executions, without what was rendered and delivered."""
        query = load_queries("reports")["find_brief_results"].sql
        params = {"ids": list(ids)}
        rows = self._database.read(lambda link: link.execute(query, params).fetchall())
        found: dict[uuid.UUID, list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault(row["execution_id"], []).append(shape_brief_result(row))
        return found

    def get_execution(self, execution_id: uuid.UUID) -> dict[str, Any] | None:
        """Give one execution with its `execution_log`."""
        found = self._database.read(lambda link: _find(link, "id", execution_id))
        return found[0] if found else None

    def subject_executions(self, subject_id: str) -> list[dict[str, Any]]:
        """Give every execution of a booking with its `execution_log`, oldest first."""
        if not is_storable(subject_id):
            return []
        return self._database.read(lambda link: _find(link, "subject_id", subject_id))

    def statistics(
        self, workflow_ids: Collection[str] | None = None, *, has_actions: bool = True
    ) -> list[dict[str, Any]]:
        """Give the statistics per workflow, each with those per action in `actions`."""
        queries = load_queries("reports")
        words = () if workflow_ids is None else ("workflow_ids",)
        params = {"workflow_ids": sorted(filter(is_storable, workflow_ids or ()))}

        def ask(link: Link) -> list[dict[str, Any]]:
            with link.transaction():
                link.execute(load_queries("analytics")["hold_moment"].sql)
                found = [
                    link.execute(queries[name].given(*words), params, prepare=False).fetchall()
                    for name in ("workflow_statistics", "action_statistics")[: 1 + has_actions]
                ]
            return shape_statistics(found[0], found[1] if has_actions else ())

        return self._database.read(ask)

    def search_subjects(
        self,
        text: str,
        *,
        limit: int,
        workflow_ids: Collection[str] | None = None,
        reach: int = SUBJECT_REACH,
    ) -> list[dict[str, Any]]:
        """Find bookings by a part of their id, or of their invitee's name or address."""
        if not is_storable(text):
            return []
        words = [*(["text"] if text else []), *([] if workflow_ids is None else ["workflow_ids"])]
        params = {
            "text": text,
            "limit": limit,
            "reach": reach,
            "workflow_ids": sorted(filter(is_storable, workflow_ids or ())),
        }
        query = load_queries("reports")["search_subjects"].given(*words)
        rows = self._database.read(
            lambda link: link.execute(query, params, prepare=False).fetchall()
        )
        return [
            {**row, "start_time": row["start_time"].astimezone(UTC).isoformat()} for row in rows
        ]

    def event_type_slugs(self) -> list[str]:
        """List the slugs of every known event type, sorted."""
        query = load_queries("reports")["event_type_slugs"].sql
        rows = self._database.read(lambda link: link.execute(query).fetchall())
        return [row["slug"] for row in rows]

    def check(self) -> dict[str, Any]:
        """Tell `status` (healthy or unhealthy), `latency_ms`, `revision` and, if wrong, `error`."""
        started = time.perf_counter()
        head = list_revisions()[-1]
        answer: dict[str, Any] = {"status": "unhealthy", "latency_ms": None, "revision": None}
        try:
            revision = self._database.read(read_revision)
        except BookflowError as error:
            return {**answer, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - health must answer whatever happens
            return {**answer, "error": f"unexpected {type(error).__name__}"}
        elapsed = round((time.perf_counter() - started) * 1000, 2)
        answer.update(revision=revision, latency_ms=elapsed)
        if revision is None or revision < head:
            at = revision or "no schema"
            return {**answer, "error": f"at {at}, {head} is needed: run `bookflow db upgrade`"}
        return {**answer, "status": "healthy"}


def filter_params(
    wanted: ExecutionFilter, cursor: str | None, order: ExecutionOrder = ExecutionOrder.NEWEST
) -> dict[str, Any] | None:
    """Give the query's parameters; None where nothing can match. A bad cursor raises."""
    at, last = read_cursor(cursor, order) if cursor is not None else (None, None)
    run = wanted.run
    statuses = sorted(wanted.statuses or ())
    texts = (
        wanted.workflow_id, wanted.subject_id, wanted.status, wanted.trigger, wanted.cause,
        *statuses,
    )  # fmt: skip
    names = (*texts, run.dag_id, run.run_id) if run else texts
    if not all(is_storable(text) for text in names if text):
        return None
    workflow_ids = wanted.workflow_ids
    if workflow_ids is not None and not workflow_ids:
        return None
    return {
        "workflow_id": wanted.workflow_id,
        "subject_id": wanted.subject_id,
        "status": wanted.status,
        "statuses": None if wanted.statuses is None else statuses,
        "event_id": wanted.event_id,
        "trigger": wanted.trigger,
        "failures": wanted.has_failures or None,
        "no_failures": wanted.has_failures is False or None,
        "cause": wanted.cause,
        "since": wanted.since,
        "until": wanted.until,
        "dag_id": run.dag_id if run else None,
        "run_id": run.run_id if run else None,
        "workflow_ids": None if workflow_ids is None else sorted(workflow_ids),
        "cursor_at": at,
        "cursor_id": last,
    }


def filter_words(
    params: dict[str, Any], order: ExecutionOrder = ExecutionOrder.NEWEST
) -> list[str]:
    """Give the optional lines of the list query that these parameters and the order need."""
    side = "before" if order.is_descending else "after"
    has_few = any(params[name] is not None for name in _FEW)
    cause = "few_caused" if has_few else "caused"
    by = order.field if params["cause"] is None else cause
    words = {"dag_id": "run", "cause": cause, "cursor_at": f"{side}_{by}"}
    skipped = ("run_id", "cursor_id")
    found = [
        words.get(name, name)
        for name, value in params.items()
        if value is not None and name not in skipped
    ]
    found.append(f"{by}_{'down' if order.is_descending else 'up'}")
    return [*found, "ended"] if order.field == "completed_at" else found


def _find(link: Link, word: str, value: object) -> list[dict[str, Any]]:
    queries = load_queries("reports")
    executions = link.execute(queries["find_executions"].given(word), {word: value}).fetchall()
    if not executions:
        return []
    ids = {"ids": [row["id"] for row in executions]}
    results = link.execute(queries["find_results"].sql, ids).fetchall()
    deliveries = link.execute(queries["find_deliveries"].sql, ids).fetchall()
    return shape_with_log(executions, results, deliveries)
