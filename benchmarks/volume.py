"""A database of a million bookings and their history, and what it takes on disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import psycopg

from benchmarks.history import analyze, fill, fold_anew
from benchmarks.measuring import Figure

BOOKINGS = 1_000_000
EVENT_TYPES = 100
PAST_DAYS, COMING_DAYS = 300, 65

FILL_BOOKINGS = """
INSERT INTO bookflow.organizers (id, email, name)
SELECT 'host-' || n, 'host-' || n || '@example.com', 'Host ' || n
FROM generate_series(1, 1000) AS n;
INSERT INTO bookflow.event_types (id, slug, name)
SELECT 'type-' || n, 'type-' || n, 'Type ' || n FROM generate_series(0, %(types)s - 1) AS n;
SET LOCAL bookflow.events = 'off';
INSERT INTO bookflow.bookings (
    id, status, start_time, end_time, event_type_id, organizer_id, invitee_name, invitee_email,
    invitee_timezone, attendees, custom_answers, created_at, updated_at
)
SELECT
    'b-' || n, CASE WHEN random() < 0.1 THEN 'cancelled' ELSE 'confirmed' END,
    s.start_time, s.start_time + interval '30 minutes',
    'type-' || floor(random() * %(types)s), 'host-' || 1 + floor(random() * 1000),
    'Invitee ' || n, 'invitee-' || n || '@example.org', 'America/New_York',
    jsonb_build_array(jsonb_build_object('name', 'Invitee ' || n)), '{"goal": "compare plans"}',
    s.start_time - interval '9 days', s.start_time - interval '9 days'
FROM generate_series(0, %(bookings)s - 1) AS n
CROSS JOIN LATERAL (
    SELECT
        %(now)s::timestamptz - %(past)s * interval '1 day'
        + n::float8 / %(bookings)s * %(days)s * interval '1 day' AS start_time
) AS s
"""
SIZES = """
SELECT c.relname, pg_total_relation_size(c.oid)
FROM pg_class AS c
WHERE c.relnamespace = 'bookflow'::regnamespace AND c.relkind = 'r'
"""
OF_EXECUTIONS = ("events", "executions", "action_results", "deliveries")


def fill_all(dsn: str, executions: int, now: datetime) -> Iterator[Figure]:
    """Write bookings and executions, and count the latter; in a database of `LAST_BEFORE_SPANS`."""
    began = time.perf_counter()
    with psycopg.connect(dsn, cursor_factory=psycopg.ClientCursor) as connection:
        asked = {
            "types": EVENT_TYPES,
            "bookings": BOOKINGS,
            "now": now,
            "past": PAST_DAYS,
            "days": PAST_DAYS + COMING_DAYS,
        }
        connection.execute(FILL_BOOKINGS.encode(), asked)
    took = time.perf_counter() - began
    yield Figure(f"{BOOKINGS:,} bookings written", f"{took:.0f} s")
    took_all = fill(dsn, executions, now=now, bookings=BOOKINGS)
    yield Figure(f"{executions:,} executions written and counted", took_all)
    yield Figure("all of them counted anew, as an upgrade does", fold_anew(dsn))
    analyze(dsn)


def tell_sizes(dsn: str, executions: int) -> Iterator[Figure]:
    """Say what an execution, its figures and a booking take on disk."""
    with psycopg.connect(dsn) as connection:
        sizes = {str(name): int(size) for name, size in connection.execute(SIZES)}
    own = sum(sizes[name] for name in OF_EXECUTIONS)
    counted = sum(size for name, size in sizes.items() if name.endswith("_figures"))
    parts = ", ".join(f"{name} {sizes[name] / executions:.0f}" for name in OF_EXECUTIONS)
    yield Figure(
        "size of an execution with its event, 3 results and 2 deliveries, indexes included",
        f"{own / executions / 1000:.2f} kB ({parts} bytes)",
        value=own / executions,
    )
    yield Figure(
        f"roll-ups of {executions:,} executions in 90 days, per execution",
        f"{counted / executions / 1000:.2f} kB ({counted / 1e9:.1f} GB)",
        value=counted / executions,
    )
    size = sizes["bookings"] / BOOKINGS
    yield Figure("size of a booking", f"{size / 1000:.2f} kB", value=size)
