-- name: lock_incidents
-- description: Let one process at a time review incidents; the number is "alert" in ASCII.
SELECT pg_advisory_xact_lock(418430284404);

-- name: open_incidents
-- description: Read every open incident, oldest first.
SELECT
    i.id, i.kind, i.key, i.severity, i.subject, i.message, i.opened_at, i.last_seen_at,
    i.workflow_id, i.owner, i.details, i.clear_since, i.closed_at, i.closed_by, i.note
FROM bookflow.incidents AS i
WHERE i.closed_at IS NULL
ORDER BY i.opened_at, i.id;

-- name: insert_incidents
-- description: Keep incidents that were opened just now.
INSERT INTO bookflow.incidents (
    id, kind, key, severity, subject, message, workflow_id, owner, details, opened_at, last_seen_at
)
SELECT
    n.id, n.kind, n.key, n.severity, n.subject, n.message, n.workflow_id, n.owner, n.details,
    n.opened_at, n.last_seen_at
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, kind text, key text, severity text, subject text, message text, workflow_id text,
    owner text, details jsonb, opened_at timestamptz, last_seen_at timestamptz
)
ORDER BY n.id;

-- name: update_incidents
-- description: Write how open incidents stand now.
UPDATE bookflow.incidents AS i SET
    severity = n.severity,
    message = n.message,
    details = n.details,
    last_seen_at = n.last_seen_at,
    clear_since = n.clear_since,
    closed_at = n.closed_at,
    closed_by = n.closed_by,
    note = n.note
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, severity text, message text, details jsonb, last_seen_at timestamptz,
    clear_since timestamptz, closed_at timestamptz, closed_by text, note text
)
WHERE i.id = n.id;

-- name: read_followed
-- description: Read how alerts stand that others follow on.
SELECT id, attempts, sent_at
FROM bookflow.notices
WHERE id = ANY(%(ids)s)
ORDER BY id
FOR NO KEY UPDATE;

-- name: withdraw_alerts
-- description: Never send alerts about what has passed before anybody was told.
UPDATE bookflow.notices SET attempts = %(most)s WHERE id = ANY(%(ids)s) AND sent_at IS NULL;

-- name: list_incidents
-- description: List incidents, newest first, with the time of their first alert.
SELECT
    i.id, i.kind, i.key, i.severity, i.subject, i.message, i.opened_at, i.last_seen_at,
    i.workflow_id, i.owner, i.details, i.clear_since, i.closed_at, i.closed_by, i.note,
    (
        SELECT min(n.sent_at) FROM bookflow.notices AS n WHERE n.incident_id = i.id
    ) AS notified_at
FROM bookflow.incidents AS i
WHERE
    true
    AND i.id = %(id)s -- if: id
    AND i.closed_at IS NULL -- if: open
    AND i.closed_at IS NOT NULL -- if: closed
    AND i.kind = %(kind)s -- if: kind
    AND i.workflow_id = %(workflow_id)s -- if: workflow_id
    AND (i.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
        OR i.workflow_id IS NULL AND i.kind = ANY(%(kinds)s)) -- if: workflow_ids
    AND (i.opened_at, i.id) < (%(cursor_at)s, %(cursor_id)s) -- if: cursor
ORDER BY i.opened_at DESC, i.id DESC
LIMIT %(limit)s;

-- name: count_open_incidents
-- description: Count open incidents by kind and severity.
SELECT kind, severity, count(*) AS count
FROM bookflow.incidents
WHERE closed_at IS NULL
GROUP BY kind, severity;
