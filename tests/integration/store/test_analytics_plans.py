"""Questions about figures stay on the indexes of the roll-ups, whatever the period."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bookflow.ports.analytics import FigureRequest, Part
from bookflow.store.figure_pieces import DAY_STARTS, GRAINS
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_analytics import figure_query

pytestmark = pytest.mark.database

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

FILL = """
CREATE TEMPORARY TABLE drawn AS
SELECT
    bookflow.quarter_of('2026-01-01 00:00+00'::timestamptz + n * interval '6 min') AS slot,
    'w-' || n % 100 AS workflow_id, n
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.execution_deltas
SELECT slot, workflow_id, 1, 1, (n % 50 = 3)::int, 0, slot FROM drawn;
INSERT INTO bookflow.latency_deltas SELECT slot, workflow_id, n % 60, 1 FROM drawn;
INSERT INTO bookflow.action_deltas
SELECT
    slot, workflow_id, a, 'send_email',
    CASE WHEN n % 50 = 3 THEN 'failed' WHEN n % 10 = 4 THEN 'skipped' ELSE 'completed' END,
    CASE WHEN n % 50 = 3 THEN 'http-503' WHEN n % 10 = 4 THEN 'late' ELSE '' END, 1, 9, slot
FROM drawn CROSS JOIN (VALUES ('one'), ('two')) AS actions (a);
INSERT INTO bookflow.delivery_deltas
SELECT slot, workflow_id, 'smtp:' || n % 3, 'email', 'sent', '', 1, 1 FROM drawn;
"""

SOME = frozenset({"w-1", "w-2", "w-3"})
DAYS = tuple(BEGINNING + timedelta(days=40, hours=-1) + n * timedelta(days=1) for n in range(8))
LONG = (BEGINNING + timedelta(days=3, hours=5), BEGINNING + timedelta(days=70, hours=7))


@pytest.fixture(scope="module")
def filled(clone_database):
    from bookflow.store.postgres import PostgresStore

    dsn = clone_database()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(FILL)
        store = PostgresStore.open(dsn)
        while store.fold_figures(limit=100_000):
            pass
        store.close()
        connection.execute("VACUUM ANALYZE")
        connection.execute("SET jit = off")
        yield connection


def scans(connection, query, params):
    [[plan]] = connection.execute(
        b"EXPLAIN (FORMAT JSON) " + query, params, prepare=False
    ).fetchall()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return list(walk(found[0]["Plan"]))


def walk(node):
    yield node.get("Relation Name", ""), node["Node Type"]
    for child in node.get("Plans", ()):
        yield from walk(child)


def assert_figures_by_index(found, *, is_alone=False):
    figures = [scan for scan in found if scan[0].endswith("_figures")]
    assert figures
    assert [scan for scan in figures if scan[1] == "Seq Scan"] == []
    if is_alone:
        assert {scan[1] for scan in figures} == {"Index Only Scan"}


@pytest.mark.parametrize("edges", [DAYS, LONG], ids=["days", "months"])
@pytest.mark.parametrize("chosen", [None, SOME], ids=["all", "some"])
@pytest.mark.parametrize("part", list(Part))
def test_figures_are_read_by_index(filled, part, chosen, edges):
    if chosen is None and part in (Part.ACTIVITY, Part.ACTIONS, Part.WORKFLOW_LATENCIES):
        chosen = SOME
    query, params = figure_query(FigureRequest(part, edges, chosen))
    found = scans(filled, query, params)
    assert_figures_by_index(found, is_alone=True)
    assert "Nested Loop" in {kind for _, kind in found}


@pytest.mark.parametrize("name", ["workflow_statistics", "action_statistics"])
def test_statistics_read_totals_alone(filled, name):
    query = load_queries("reports")[name]
    asked = {"workflow_ids": sorted(SOME)}
    assert_figures_by_index(scans(filled, query.given("workflow_ids"), asked))
    assert_figures_by_index(scans(filled, query.sql, {}))


def test_slots_are_cut_as_the_database_keeps_them(filled):
    found = filled.execute("SELECT grain, length FROM bookflow.grains").fetchall()
    assert set(found) - {("total", timedelta(days=40_000))} == set(GRAINS[1:])


def test_days_begin_where_the_database_keeps_them(filled):
    query = "SELECT extract(epoch FROM start)::int / 60, grain FROM bookflow.day_starts"
    found = dict(filled.execute(query).fetchall())
    assert set(found) == set(DAY_STARTS) - {0}
    assert all(found[m] == f"day {m // 60:02}:{m % 60:02}" for m in found)
