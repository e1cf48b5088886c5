-- name: lock_schema
-- description: Let one process at a time migrate; the number is "bookflow" in ASCII, shortened.
SELECT pg_advisory_xact_lock(7092218135926011759);

-- name: create_schema
-- description: Make the room for all our tables, also in a database shared with Airflow.
CREATE SCHEMA IF NOT EXISTS bookflow;

-- name: find_version_table
-- description: Tell whether any migration was ever applied.
SELECT to_regclass('bookflow.bookflow_alembic_version') IS NOT NULL AS is_there;

-- name: read_revision
-- description: Read the revision that Alembic recorded.
SELECT version_num FROM bookflow.bookflow_alembic_version;
