from __future__ import annotations

import re
from pathlib import Path

import pytest

from bookflow.store import named_sql
from bookflow.store.named_sql import load_queries, parse_queries

STEMS = sorted(path.stem for path in named_sql.DIRECTORY.glob("*.sql"))
SOURCES = "\n".join(path.read_text() for path in Path(named_sql.__file__).parent.glob("*.py"))
QUERIES = [(stem, query) for stem in STEMS for query in load_queries(stem).values()]


@pytest.mark.parametrize(
    ("stem", "query"), QUERIES, ids=lambda value: getattr(value, "name", value)
)
def test_every_query_is_used_and_described(stem, query):
    assert f'load_queries("{stem}")' in SOURCES
    assert re.search(rf'"{query.name}"', SOURCES), f"{query.name} is used nowhere"
    assert len(query.description) > 20
    assert query.description.endswith(".")


@pytest.mark.parametrize(
    ("stem", "query"), QUERIES, ids=lambda value: getattr(value, "name", value)
)
def test_every_table_is_named_with_its_schema(stem, query):
    # the search path is the user's, and the database may be shared
    text = query.text.replace("IS DISTINCT FROM", "<>")
    made_here = set(re.findall(r"(\w+) AS (?:MATERIALIZED )?\(", text))
    tables = set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_.]+)", text)) - made_here
    others = tables - {"json_to_recordset", "unnest", "skip", "set"}
    assert {table for table in others if not table.startswith("bookflow.")} == set()


def test_optional_lines_stay_when_they_are_asked_for():
    text = "-- name: find\n-- description: Find.\nSELECT 1\n  AND a -- if: a\n  AND b -- if: b\n;\n"
    query = parse_queries(text, "x")["find"]
    assert query.options == {"a", "b"}
    assert query.sql == b"SELECT 1"
    assert query.given("b") == b"SELECT 1\n  AND b "
    with pytest.raises(KeyError, match="no optional lines for c"):
        query.given("c")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "-- name: a\nSELECT 1",
        "SELECT 0;\n-- name: a\n-- description: A.\nSELECT 1",
        "-- name: a\n-- description: A.\nSELECT 1;\n-- name: a\n-- description: A.\nSELECT 2",
    ],
)
def test_queries_without_a_proper_head_are_refused(text):
    with pytest.raises(ValueError, match=r"x\.sql"):
        parse_queries(text, "x")
