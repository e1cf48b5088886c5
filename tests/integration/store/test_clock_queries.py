"""The clock's queries stay on their indexes when there are many bookings, rules and executions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bookflow.store.named_sql import load_queries

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OFFSETS = 300

FILL = """
INSERT INTO bookflow.organizers (id) VALUES ('o');
INSERT INTO bookflow.event_types (id, slug) VALUES ('e', 'intro');
INSERT INTO bookflow.bookings (
    id, status, start_time, end_time, event_type_id, organizer_id, created_at
)
SELECT
    'b-' || n, CASE WHEN n % 10 = 0 THEN 'cancelled' ELSE 'confirmed' END,
    '2026-01-01 00:00+00'::timestamptz + n * interval '3 min',
    '2026-01-01 00:30+00'::timestamptz + n * interval '3 min', 'e', 'o',
    '2025-12-01 00:00+00'
FROM generate_series(1, 60000) AS n;
INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at)
SELECT
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'before_meeting',
    'b-' || n % 60000, 'clock', now(), now()
FROM generate_series(1, 40000) AS n;
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, anchor_at,
    created_at
)
SELECT
    ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'w-' || n % 200, 'v',
    ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'b-' || n % 60000,
    CASE WHEN n % 50 = 7 THEN 'pending' ELSE 'completed' END,
    '2026-03-01 00:00+00'::timestamptz + n * interval '1 s',
    '2026-03-01 00:00+00'::timestamptz + n * interval '1 s',
    '2026-03-01 01:00+00'::timestamptz + n * interval '1 s', now()
FROM generate_series(1, 40000) AS n;
INSERT INTO bookflow.action_results (execution_id, action, type, status, started_at)
SELECT id, 'mail', 'send_email', 'completed', now() FROM bookflow.executions;
INSERT INTO bookflow.spec_rules (path, signature, workflow_id, trigger, is_active)
SELECT 'w-' || n || '.yaml', 's', 'w-' || n, 'before_meeting', n % 7 <> 0
FROM generate_series(1, 2000) AS n;
ANALYZE bookflow.bookings;
ANALYZE bookflow.events;
ANALYZE bookflow.executions;
ANALYZE bookflow.action_results;
ANALYZE bookflow.spec_rules;
"""

LARGE = {"bookings", "executions", "events", "action_results"}
WINDOWS = {
    "places": list(range(OFFSETS)),
    "lows": [NOW + timedelta(minutes=number) for number in range(OFFSETS)],
    "highs": [NOW + timedelta(minutes=number + 2) for number in range(OFFSETS)],
    "limit": None,
    "subject_id": "b-7",
}
ANCHORS = {
    "workflow_ids": [f"w-{number % 200}" for number in range(OFFSETS)],
    "booking_ids": [f"b-{number}" for number in range(OFFSETS)],
    "anchors": [NOW] * OFFSETS,
}


@pytest.fixture(scope="module")
def filled(clone_database):
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        yield connection


def explain(connection, name, params, *words, analyze=False, stem="clock"):
    query = load_queries(stem)[name].given(*words)
    options = b"EXPLAIN (ANALYZE, FORMAT JSON) " if analyze else b"EXPLAIN (FORMAT JSON) "
    with connection.transaction(force_rollback=True):
        [[plan]] = connection.execute(options + query, params, prepare=False).fetchall()
    return list(walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def walk(node):
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("find_by_start", WINDOWS, ()),
        ("find_by_end", WINDOWS, ()),
        ("find_by_start", {**WINDOWS, "limit": 50}, ()),
        ("find_by_start", WINDOWS, ("subject_id",)),
        (
            "find_changed",
            {
                "seen_xid": "999999",
                "end_xid": "1999999",
                "anchors": ["start_time"] * OFFSETS,
                "waits": [-3600.0] * OFFSETS,
                **WINDOWS,
            },
            (),
        ),
        ("find_anchored", ANCHORS, ()),
        ("find_ahead", {"workflow_ids": ["w-7", "w-8"], "now": NOW}, ()),
        (
            "close_orphans",
            {"before": NOW - timedelta(days=1), "now": NOW, "reason": "gone"},
            (),
        ),
        ("wakes_ahead", {"now": NOW, "until": NOW + timedelta(minutes=2)}, ()),
        ("list_pending", {"until": NOW, "limit": 50, "workflow_id": "w-7"}, ("workflow_id",)),
        ("list_pending", {"until": NOW, "limit": 50, "subject_id": "b-7"}, ("subject_id",)),
        ("list_pending", {"until": NOW, "limit": 50}, ()),
        ("find_clock_events", {"keys": ["k"]}, ()),
        ("reschedule", {"rows": '[{"id": "00000000-0000-7000-9000-000000000001"}]'}, ()),
        ("forget_stale_results", {"ids": ["00000000-0000-7000-9000-000000000001"]}, ()),
    ],
)
def test_clock_queries_use_indexes(filled, name, params, words):
    found = [node for node in explain(filled, name, params, *words) if "Relation Name" in node]
    assert found
    scanned = [node for node in found if node["Node Type"] == "Seq Scan"]
    assert {node["Relation Name"] for node in scanned} & LARGE == set()


def test_heads_of_reminders_are_found_by_an_index(filled):
    found = explain(filled, "find_anchored_heads", ANCHORS, stem="intake")
    assert {n.get("Node Type") for n in found if n.get("Relation Name") == "executions"} <= {
        "Index Scan",
        "Bitmap Heap Scan",
    }


@pytest.mark.parametrize(
    ("name", "index"), [("find_by_start", "bookings_by_start"), ("find_by_end", "bookings_by_end")]
)
def test_a_turn_reads_no_more_bookings_than_come_due(filled, name, index):
    nodes = explain(filled, name, WINDOWS, analyze=True)
    [scan] = [node for node in nodes if node.get("Index Name") == index]
    due = nodes[0]["Actual Rows"]
    assert 0 < due < 1_000
    read = scan["Actual Rows"] * scan["Actual Loops"]
    assert read <= due * 1.2 + OFFSETS


SEARCH = {"text": "ida", "limit": 20, "reach": 500, "workflow_ids": ["w-7", "w-8"]}


@pytest.mark.parametrize("words", [(), ("text",), ("text", "workflow_ids")], ids=str)
def test_search_looks_through_no_more_bookings_than_its_reach(filled, words):
    nodes = explain(filled, "search_subjects", SEARCH, *words, analyze=True, stem="reports")
    of_bookings = [node for node in nodes if node.get("Relation Name") == "bookings"]
    indexes = {"bookings_by_change"} | ({"bookings_pkey"} if words else set())
    assert {node.get("Index Name") for node in of_bookings} == indexes
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in of_bookings)
    assert 0 < read <= SEARCH["reach"] + 1
