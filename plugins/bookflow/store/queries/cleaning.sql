-- name: clean_executions
-- description: Delete executions that ended before a moment, with their results and deliveries.
-- Those of reminders stay while a second one could be made: the row is what speaks against it.
WITH old AS MATERIALIZED (
    SELECT e.id
    FROM bookflow.executions AS e
    LEFT JOIN unnest(%(workflow_ids)s::text[], %(anchors)s::timestamptz[])
        AS k (workflow_id, before) ON k.workflow_id = e.workflow_id
    WHERE
        e.completed_at < %(before)s
        AND e.status IN ('completed', 'failed', 'cancelled')
        AND (e.anchor_at IS NULL OR e.anchor_at < coalesce(k.before, %(before)s))
        AND (e.completed_at, e.id) > (%(place_at)s, %(place_id)s::uuid) -- if: place
    ORDER BY e.completed_at, e.id
    LIMIT %(limit)s
    FOR UPDATE OF e SKIP LOCKED
)
DELETE FROM bookflow.executions AS e
USING old
WHERE e.id = old.id
RETURNING e.completed_at AS at, e.id::text AS id;

-- name: count_executions
-- description: Count what the clean-up would delete of executions.
SELECT count(*) AS count
FROM bookflow.executions AS e
LEFT JOIN unnest(%(workflow_ids)s::text[], %(anchors)s::timestamptz[])
    AS k (workflow_id, before) ON k.workflow_id = e.workflow_id
WHERE
    e.completed_at < %(before)s
    AND e.status IN ('completed', 'failed', 'cancelled')
    AND (e.anchor_at IS NULL OR e.anchor_at < coalesce(k.before, %(before)s));

-- name: clean_events
-- description: Delete old events that were matched and that no execution refers to.
WITH old AS MATERIALIZED (
    SELECT v.id
    FROM bookflow.events AS v
    WHERE
        v.received_at < %(before)s
        AND v.matched_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM bookflow.executions AS e WHERE e.event_id = v.id)
        AND (v.received_at, v.id) > (%(place_at)s, %(place_id)s::uuid) -- if: place
    ORDER BY v.received_at, v.id
    LIMIT %(limit)s
    FOR UPDATE OF v SKIP LOCKED
)
DELETE FROM bookflow.events AS v
USING old
WHERE v.id = old.id
RETURNING v.received_at AS at, v.id::text AS id;

-- name: count_events
-- description: Count old events that no execution would refer to after the clean-up.
SELECT count(*) AS count
FROM bookflow.events AS v
WHERE
    v.received_at < %(before)s
    AND v.matched_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM bookflow.executions AS e
        LEFT JOIN unnest(%(workflow_ids)s::text[], %(anchors)s::timestamptz[])
            AS k (workflow_id, before) ON k.workflow_id = e.workflow_id
        WHERE
            e.event_id = v.id
            AND (
                e.completed_at IS NULL
                OR e.completed_at >= %(before)s
                OR e.anchor_at >= coalesce(k.before, %(before)s)
            )
    );

-- name: clean_runs
-- description: Delete old runs that no execution names.
WITH old AS MATERIALIZED (
    SELECT r.dag_id, r.run_id
    FROM bookflow.runs AS r
    WHERE
        r.claimed_at < %(before)s
        AND NOT EXISTS (
            SELECT 1 FROM bookflow.executions AS e
            WHERE e.dag_id = r.dag_id AND e.run_id = r.run_id
        )
        AND (r.claimed_at, r.dag_id, r.run_id) > (%(place_at)s, %(place_id)s, %(place_run)s) -- if: place
    ORDER BY r.claimed_at, r.dag_id, r.run_id
    LIMIT %(limit)s
    FOR UPDATE OF r SKIP LOCKED
)
DELETE FROM bookflow.runs AS r
USING old
WHERE r.dag_id = old.dag_id AND r.run_id = old.run_id
RETURNING r.claimed_at AS at, r.dag_id AS id, r.run_id AS run;

-- name: count_runs
-- description: Count old runs that no execution would name after the clean-up.
SELECT count(*) AS count
FROM bookflow.runs AS r
WHERE
    r.claimed_at < %(before)s
    AND NOT EXISTS (
        SELECT 1
        FROM bookflow.executions AS e
        LEFT JOIN unnest(%(workflow_ids)s::text[], %(anchors)s::timestamptz[])
            AS k (workflow_id, before) ON k.workflow_id = e.workflow_id
        WHERE
            e.dag_id = r.dag_id AND e.run_id = r.run_id
            AND (
                e.completed_at IS NULL
                OR e.completed_at >= %(before)s
                OR e.anchor_at >= coalesce(k.before, %(before)s)
            )
    );

-- name: clean_notices
-- description: Delete old notices of what has passed; the others keep it from being told again.
DELETE FROM bookflow.notices
WHERE id IN (
    SELECT n.id
    FROM bookflow.notices AS n
    LEFT JOIN bookflow.incidents AS i ON i.id = n.incident_id AND i.closed_at IS NULL
    WHERE n.cleared_at < %(before)s AND n.created_at < %(before)s AND i.id IS NULL
    LIMIT %(limit)s
    FOR UPDATE OF n SKIP LOCKED
)
RETURNING created_at AS at, id::text AS id;

-- name: count_notices
-- description: Count old notices of what has passed.
SELECT count(*) AS count
FROM bookflow.notices AS n
LEFT JOIN bookflow.incidents AS i ON i.id = n.incident_id AND i.closed_at IS NULL
WHERE n.cleared_at < %(before)s AND n.created_at < %(before)s AND i.id IS NULL;

-- name: clean_incidents
-- description: Delete incidents that closed long ago.
DELETE FROM bookflow.incidents
WHERE id IN (
    SELECT id FROM bookflow.incidents
    WHERE closed_at < %(before)s
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING closed_at AS at, id::text AS id;

-- name: count_incidents
-- description: Count incidents that closed long ago.
SELECT count(*) AS count FROM bookflow.incidents WHERE closed_at < %(before)s;

-- name: clean_audit
-- description: Delete the oldest rows of the audit trail, a few at a time.
DELETE FROM bookflow.audit
WHERE id IN (
    SELECT a.id
    FROM bookflow.audit AS a
    WHERE a.at < %(before)s
    ORDER BY a.at, a.id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING at, id::text AS id;

-- name: count_audit
-- description: Count old rows of the audit trail.
SELECT count(*) AS count FROM bookflow.audit WHERE at < %(before)s;
