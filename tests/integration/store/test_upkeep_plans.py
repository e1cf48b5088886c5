"""Monitor, incidents and clean-up stay on their indexes when there are many rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from bookflow.ports.upkeep import Cut, IncidentFilter
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_cleaning import cut_parameters
from bookflow.store.postgres_incidents import list_parameters
from bookflow.store.report_shapes import make_cursor
from tests.integration.store.test_query_plans import FILL, scans

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(hours=40)
CUT = {**cut_parameters(Cut(OLD, {"w-1": OLD, "w-2": OLD})), "limit": 100}
MORE = """
UPDATE bookflow.executions SET completed_at = due_at + interval '1 minute'
WHERE status IN ('completed', 'failed');
INSERT INTO bookflow.incidents (
    id, kind, key, severity, subject, message, workflow_id, opened_at, last_seen_at, closed_at
)
SELECT
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'failures', 'w-' || n, 'warning',
    's', 'm', 'w-' || n % 100, '2026-03-02 12:00+00'::timestamptz - n * interval '1 min', now(),
    CASE WHEN n % 1000 <> 0 THEN now() END
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.audit (at, actor, what)
SELECT '2026-03-02 12:00+00'::timestamptz - n * interval '1 min', 'user:ada', 'x'
FROM generate_series(1, 20000) AS n;
ANALYZE bookflow.executions;
ANALYZE bookflow.events;
ANALYZE bookflow.runs;
ANALYZE bookflow.incidents;
ANALYZE bookflow.audit;
"""


@pytest.fixture(scope="module")
def filled(clone_database):
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute(MORE)
        yield connection


def sequential(found):
    return {table for table, kind, _ in found if kind == "Seq Scan"}


@pytest.mark.parametrize("part", ["executions", "events", "audit"])
def test_batches_of_the_clean_up_begin_where_the_oldest_rows_are(filled, part):
    query = load_queries("cleaning")[f"clean_{part}"].sql
    found = scans(filled, query, CUT)
    assert found
    assert part not in sequential(found)


def test_later_batches_go_on_from_there(filled):
    place = {"place_at": OLD - timedelta(hours=1), "place_id": str(UUID(int=7))}
    for part in ("executions", "events"):
        query = load_queries("cleaning")[f"clean_{part}"].given("place")
        assert part not in sequential(scans(filled, query, {**CUT, **place}))


def test_runs_are_looked_for_without_reading_executions(filled):
    found = scans(filled, load_queries("cleaning")["clean_runs"].sql, CUT)
    assert "executions" not in sequential(found)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        (
            "tally_ended",
            {"since": NOW - timedelta(minutes=15), "until": NOW, "slow_seconds": 60.0},
        ),
        ("causes_of_failures", {"since": NOW - timedelta(minutes=15), "until": NOW}),
        ("tally_running", {"before": NOW}),
        ("oldest_due", {"before": NOW}),
    ],
)
def test_the_monitor_reads_what_it_looks_for_alone(filled, name, params):
    found = scans(filled, load_queries("vitals")[name].sql, params)
    assert "executions" not in sequential(found)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (IncidentFilter(), "incidents_newest"),
        (IncidentFilter(workflow_ids=frozenset({"w-1"})), "incidents_newest"),
        (IncidentFilter(is_open=True), "incidents_open"),
    ],
    ids=str,
)
def test_lists_of_incidents_use_indexes(filled, wanted, index):
    cursor = make_cursor({"created_at": NOW - timedelta(hours=3), "id": UUID(int=7)})
    words, params = list_parameters(wanted, cursor)
    query = load_queries("incidents")["list_incidents"].given(*words)
    found = scans(filled, query, {**params, "limit": 51})
    assert {name for table, _, name in found if table == "incidents"} == {index}


def test_a_review_reads_open_incidents_alone(filled):
    found = scans(filled, load_queries("incidents")["open_incidents"].sql, {})
    assert {name for table, _, name in found if table == "incidents"} == {"incidents_open"}
