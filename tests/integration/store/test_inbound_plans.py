"""Queries over inbound requests stay on their indexes when there are many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from bookflow.ports.inbound import InboundFilter
from bookflow.records import new_id
from bookflow.store.named_sql import load_queries
from bookflow.store.postgres_inbound import list_parameters
from bookflow.store.report_shapes import make_cursor
from tests.integration.store.test_query_plans import scans

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CURSOR = make_cursor({"created_at": NOW - timedelta(hours=3), "id": UUID(int=7)})
FILL = """
INSERT INTO bookflow.inbound_requests (id, source, received_at, verdict)
SELECT
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
    CASE WHEN n % 1000 = 3 THEN 'calendly' ELSE 'cal-com' END,
    '2026-03-02 12:00+00'::timestamptz - n * interval '1 s',
    CASE WHEN n % 1000 = 7 THEN 'refused' WHEN n % 50 = 9 THEN 'ignored' ELSE 'accepted' END
FROM generate_series(1, 30000) AS n;
INSERT INTO bookflow.booking_aliases (source, external_id, booking_id, created_at)
SELECT 'cal-com', 'u' || n, 'cal-com:r' || n, now() FROM generate_series(1, 20000) AS n;
ANALYZE bookflow.inbound_requests;
ANALYZE bookflow.booking_aliases;
"""


@pytest.fixture(scope="module")
def filled(clone_database):
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        yield connection


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (InboundFilter(), "inbound_newest"),
        (InboundFilter(source="calendly"), "inbound_by_source"),
        (InboundFilter(verdict="refused"), "inbound_not_accepted"),
        (InboundFilter(verdict="accepted"), "inbound_newest"),
    ],
    ids=str,
)
@pytest.mark.parametrize("cursor", [None, CURSOR])
def test_lists_use_indexes(filled, wanted, index, cursor):
    words, params = list_parameters(wanted, cursor)
    query = load_queries("inbound")["list_requests"].given(*words)
    found = scans(filled, query, {**params, "limit": 51})
    assert {name for table, _, name in found if table == "inbound_requests"} == {index}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("get_request", {"id": new_id()}),
        ("purge_requests", {"before": NOW - timedelta(days=30), "limit": 500}),
        ("find_aliases", {"source": "cal-com", "ids": ["u1", "u2"]}),
        ("lock_delivery", {"id": new_id()}),
    ],
)
def test_single_steps_use_indexes(filled, name, params):
    found = scans(filled, load_queries("inbound")[name].sql, params)
    assert found
    assert [scan for scan in found if scan[1] == "Seq Scan" and scan[0] != "deliveries"] == []
