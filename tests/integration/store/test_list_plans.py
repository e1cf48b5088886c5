"""Lists of the management API stay on their indexes when there is much to list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bookflow.ports.audit import AuditFilter
from bookflow.ports.upkeep import IncidentFilter
from bookflow.store.audit_rows import make_cursor as make_audit_cursor
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_audit import list_parameters as audit_parameters
from bookflow.store.postgres_incidents import list_parameters as incident_parameters
from bookflow.store.report_shapes import make_cursor
from tests.integration.store.test_query_plans import scans

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = 51
FILL = """
INSERT INTO bookflow.audit (at, actor, what, subject_id)
SELECT
    '2026-03-02 12:00+00'::timestamptz - n * interval '1 min', 'user:u' || n % 500,
    CASE WHEN n % 300 = 7 THEN 'person.erase' ELSE 'workflow.updated' END, 'w-' || n % 400
FROM generate_series(1, 60000) AS n;
INSERT INTO bookflow.incidents (
    id, kind, key, severity, subject, message, workflow_id, opened_at, last_seen_at, closed_at
)
SELECT
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
    CASE WHEN n % 50 = 3 THEN 'clock' ELSE 'failures' END, 'w-' || n, 'warning', 's', 'm',
    CASE WHEN n % 50 <> 3 THEN 'w-' || n % 100 END,
    '2026-03-02 12:00+00'::timestamptz - n * interval '1 min', now(),
    CASE WHEN n % 1000 <> 0 THEN now() END
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.notices (
    id, kind, about, owner, subject, message, created_at, not_before, sent_at, incident_id
)
SELECT
    gen_random_uuid(), 'incident', 'a', 'o@example.com', 's', 'b', now(), now(), now(),
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.template_uses (template_id, workflow_id, actor, used_at)
SELECT 't-' || n % 20, 'w-' || n, 'user:ada', now() FROM generate_series(1, 20000) AS n;
"""
FILLED = ("audit", "incidents", "notices", "template_uses")


@pytest.fixture(scope="module")
def filled(clone_database: Any) -> Any:
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        for table in FILLED:
            connection.execute(f"VACUUM ANALYZE bookflow.{table}".encode())
        yield connection


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (AuditFilter(), "audit_by_time"),
        (AuditFilter(since=NOW - timedelta(days=9), until=NOW), "audit_by_time"),
        (AuditFilter(what="workflow.updated"), None),
        (AuditFilter(actor="u7"), "audit_by_actor"),
        (AuditFilter(what="person.erase"), "audit_by_what"),
        (AuditFilter(subject_id="w-7"), "audit_by_subject"),
        (AuditFilter(subject_id="w-7", since=NOW - timedelta(days=9)), None),
        (AuditFilter(actor="u7", what="workflow.updated"), "audit_by_actor"),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_cursor", [False, True])
def test_the_audit_trail_is_read_by_an_index(
    filled: Any, wanted: AuditFilter, index: str | None, has_cursor: bool
) -> None:
    cursor = make_audit_cursor({"at": NOW - timedelta(hours=3), "id": 7}) if has_cursor else None
    words, params = audit_parameters(wanted, cursor)
    query = load_queries("audit")["list_entries"].given(*words)
    [(table, kind, used)] = scans(filled, query, {**params, "limit": PAGE})
    assert (table, kind != "Seq Scan") == ("audit", True)
    assert index in (None, used)


@pytest.mark.parametrize(
    "wanted",
    [
        IncidentFilter(kind="clock"),
        IncidentFilter(workflow_id="w-7"),
        IncidentFilter(is_open=False),
        IncidentFilter(workflow_ids=frozenset({"w-1", "w-2"})),
        IncidentFilter(is_open=True, workflow_ids=frozenset({"w-1"})),
    ],
    ids=lambda wanted: str(sorted(wanted.workflow_ids or ())) + str(wanted.kind or wanted.is_open),
)
def test_no_list_of_incidents_reads_all_of_them(filled: Any, wanted: IncidentFilter) -> None:
    cursor = make_cursor({"created_at": NOW - timedelta(hours=3), "id": UUID(int=7)})
    for asked in (None, cursor):
        words, params = incident_parameters(wanted, asked)
        query = load_queries("incidents")["list_incidents"].given(*words)
        found = scans(filled, query, {**params, "limit": PAGE})
        assert {table for table, _, _ in found} == {"incidents", "notices"}
        assert [table for table, kind, _ in found if kind == "Seq Scan"] == []


def test_one_incident_is_found_by_its_id(filled: Any) -> None:
    query = load_queries("incidents")["list_incidents"].given("id")
    found = scans(filled, query, {"id": UUID(int=7), "limit": 1})
    assert [table for table, kind, _ in found if kind == "Seq Scan"] == []


def test_uses_of_templates_are_counted_without_their_rows(filled: Any) -> None:
    found = scans(filled, load_queries("templates")["count_uses"].sql, {})
    assert found == [("template_uses", "Index Only Scan", "template_uses_by_template")]
