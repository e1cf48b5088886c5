"""What is asked with every message or tick stays on its index when there are many rows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from bookflow.store.named_sql import load_queries

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FILL = """
INSERT INTO bookflow.endpoints (key, channel, state, updated_at)
SELECT
    'https://example.com/' || n, 'webhook', CASE WHEN n % 1000 = 7 THEN 'open' ELSE 'closed' END,
    now()
FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.rate_limits (key, taken, idle_at)
SELECT 'recipient:email:' || n, ARRAY[now()], now() FROM generate_series(1, 20000) AS n;
INSERT INTO bookflow.notices (
    id, kind, about, owner, subject, message, created_at, not_before, sent_at, cleared_at
)
SELECT
    ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'disabled',
    'https://example.com/' || n, 'hana@example.com', 's', 'm', now(), now(),
    CASE WHEN n % 1000 <> 7 THEN now() END, CASE WHEN n % 1000 <> 7 THEN now() END
FROM generate_series(1, 20000) AS n;
ANALYZE bookflow.endpoints;
ANALYZE bookflow.rate_limits;
ANALYZE bookflow.notices;
"""
KEYS = json.dumps([{"key": "recipient:email:7", "taken": [], "idle_at": NOW.isoformat()}])


@pytest.fixture(scope="module")
def filled(clone_database: Any) -> Iterator[Any]:
    with psycopg.connect(clone_database(), autocommit=True) as connection:
        connection.execute(FILL)
        yield connection


def walk(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "Relation Name" in node:
        yield node["Relation Name"], node["Node Type"]
    for child in node.get("Plans", ()):
        yield from walk(child)


@pytest.mark.parametrize(
    ("name", "words", "params"),
    [
        ("load_endpoints", (), {"keys": ["https://example.com/7"]}),
        ("list_endpoints", ("only_troubled",), {"limit": 500}),
        ("claim_probe", (), {"key": "https://example.com/7", "now": NOW, "until": NOW}),
        ("update_limits", (), {"rows": KEYS}),
        ("claim_notices", (), {"now": NOW, "again_at": NOW, "most": 10, "limit": 20}),
        ("passed_incidents", (), {}),
        ("clear_notices", (), {"ids": [uuid.UUID(int=7)], "now": NOW, "most": 10}),
    ],
)
def test_queries_use_indexes(
    filled: Any, name: str, words: tuple[str, ...], params: dict[str, Any]
) -> None:
    query = load_queries("endpoints")[name].given(*words)
    [[plan]] = filled.execute(b"EXPLAIN (FORMAT JSON) " + query, params, prepare=False).fetchall()
    found = list(walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    assert found
    assert [table for table, kind in found if kind == "Seq Scan"] == []
