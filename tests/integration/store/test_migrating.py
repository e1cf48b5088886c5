from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bookflow.errors import ConfigurationError, DatabaseUnavailableError, SchemaOutdatedError
from bookflow.ports.analytics import FigureRequest, Part
from bookflow.store.migrating import status, upgrade
from bookflow.store.postgres import PostgresStore
from bookflow.store.revisions import MIGRATIONS, list_revisions

pytestmark = pytest.mark.database

CATALOG = """
SELECT 'column', table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'bookflow'
UNION ALL
SELECT 'index', tablename, indexname, indexdef, NULL, NULL
FROM pg_indexes WHERE schemaname = 'bookflow'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL
FROM pg_constraint WHERE connamespace = 'bookflow'::regnamespace
UNION ALL
SELECT 'options', relname, array_to_string(reloptions, ','), NULL, NULL, NULL
FROM pg_class WHERE relnamespace = 'bookflow'::regnamespace
ORDER BY 1, 2, 3, 4
"""


def read_catalog(dsn):
    with psycopg.connect(dsn) as connection:
        return connection.execute(CATALOG).fetchall()


def test_fresh_equals_migrated_step_by_step(empty_database, fresh_database):
    for revision in list_revisions():
        upgrade(empty_database, revision)
        assert status(empty_database).current == revision
    upgrade(empty_database)
    found = read_catalog(empty_database)
    assert found == read_catalog(fresh_database)
    assert len([row for row in found if row[0] == "index"]) > 10


def test_status_before_and_after(empty_database):
    before = status(empty_database)
    assert before.current is None
    assert before.head == list_revisions()[-1]
    assert before.pending == list(list_revisions())
    upgrade(empty_database)
    after = status(empty_database)
    assert (after.current, after.pending) == (before.head, [])


def test_upgrades_at_once_do_not_clash(empty_database):
    with ThreadPoolExecutor(1) as pool:
        command = [
            sys.executable,
            "-c",
            "import sys; from bookflow.store.migrating import upgrade; upgrade(sys.argv[1])",
            empty_database,
        ]
        other = pool.submit(subprocess.run, command, env={"PYTHONPATH": "plugins"}, check=True)
        upgrade(empty_database)
        other.result(timeout=60)
    assert status(empty_database).pending == []


def test_a_database_shared_with_others_keeps_their_tables(empty_database):
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('airflow')")
        connection.execute("CREATE TABLE events (other int)")
    upgrade(empty_database)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("airflow",)]
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_every_script_is_an_alembic_revision():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == list_revisions()


def test_unknown_revisions_are_refused(database):
    with pytest.raises(ConfigurationError, match="no revision `nine`; known: 0001_core"):
        upgrade(database, "nine")


def test_a_newer_schema_is_recognised(fresh_database):
    with psycopg.connect(fresh_database) as connection:
        connection.execute("UPDATE bookflow.bookflow_alembic_version SET version_num = '9999_new'")
    with pytest.raises(ConfigurationError, match=r"`9999_new`.*does not know"):
        status(fresh_database)


def test_a_database_without_schema_says_what_to_run(empty_database):
    store = PostgresStore.open(empty_database)
    try:
        with pytest.raises(SchemaOutdatedError, match="run `bookflow db upgrade`"):
            store.load_subjects(["b-1"])
        found = store.check()
        assert found["status"] == "unhealthy"
        assert "bookflow db upgrade" in found["error"]
    finally:
        store.close()


def test_a_server_that_is_away():
    with pytest.raises(DatabaseUnavailableError, match=r"127\.0\.0\.1:9"):
        upgrade("postgresql://me@127.0.0.1:9/bookflow")


OLD_FIGURES = """
INSERT INTO bookflow.execution_figures VALUES
    ('quarter', '2026-03-02 12:15+00', 'welcome', 3, 1, 1, 0, '2026-03-02 12:20+00'),
    ('quarter', '2026-03-02 12:15+00', '', 3, 1, 1, 0, '2026-03-02 12:20+00'),
    ('day', '2026-03-02 00:00+00', 'welcome', 3, 1, 1, 0, '2026-03-02 12:20+00'),
    ('month', '2026-03-01 00:00+00', 'welcome', 3, 1, 1, 0, '2026-03-02 12:20+00');
INSERT INTO bookflow.execution_deltas VALUES
    ('2026-03-02 12:15+00', 'welcome', 0, 1, -1, 0, NULL),
    ('2026-03-09 07:00+00', 'remind', 1, 1, 0, 0, '2026-03-09 07:01+00');
INSERT INTO bookflow.latency_figures VALUES
    ('quarter', '2026-03-02 12:15+00', 'welcome', 177, 1);
INSERT INTO bookflow.latency_deltas VALUES ('2026-03-09 07:00+00', 'remind', 200, 1);
INSERT INTO bookflow.action_figures VALUES
    ('quarter', '2026-03-02 12:15+00', 'welcome', 'mail', 'send_email', 'failed', 'smtp-550', 1, 7,
        NULL);
INSERT INTO bookflow.action_deltas VALUES
    ('2026-03-09 07:00+00', 'welcome', 'mail', 'send_email', 'failed', 'smtp-550', 2, 3, NULL);
INSERT INTO bookflow.delivery_figures VALUES
    ('quarter', '2026-03-02 12:15+00', 'welcome', 'smtp', 'email', 'sent', '', 1, 1);
INSERT INTO bookflow.delivery_deltas VALUES
    ('2026-03-09 07:00+00', 'remind', 'smtp', 'email', 'sent', '', 1, 2);
"""


def test_figures_that_were_counted_before_count_on(empty_database):
    upgrade(empty_database, "0011_management")
    with psycopg.connect(empty_database) as connection:
        connection.execute(OLD_FIGURES)
    upgrade(empty_database)
    store = PostgresStore.open(empty_database)
    try:
        for days in (0, 1, 20, 400):
            edges = (datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC))
            since, until = edges[0] - timedelta(days=days), edges[1] + timedelta(days=days)
            parts = (Part.WORKFLOWS, Part.LATENCIES, Part.PLACES, Part.TYPES, Part.ENDPOINTS)
            workflows, [latency], [place], [kind], [endpoint] = store.read_figures(
                [FigureRequest(part, (since, until)) for part in parts]
            )
            assert [tuple(row.values()) for row in workflows] == [
                ("remind", 1, 1, 0, 0),
                ("welcome", 3, 2, 0, 0),
            ]
            assert (latency["count"], latency["p50"], latency["p99"]) == (2, 177, 200)
            assert (place["action"], place["count"]) == ("mail", 3)
            assert (kind["count"], kind["duration_ms"]) == (3, 10)
            assert (endpoint["count"], endpoint["attempts"]) == (2, 3)
        assert store.fold_figures(limit=100) == 0
        totals = {row["workflow_id"]: row["total_executions"] for row in store.statistics()}
        assert totals == {"remind": 1, "welcome": 3}
    finally:
        store.close()
