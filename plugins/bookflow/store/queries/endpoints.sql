-- name: load_endpoints
-- description: Read what is known of some endpoints.
SELECT
    key, channel, state, failures, failing_since, open_count, probe_at, hold_until, last_error,
    last_error_code, last_success_at, last_failure_at, disabled_at, disabled_reason, workflow_id,
    owner
FROM bookflow.endpoints
WHERE key = ANY(%(keys)s);

-- name: list_endpoints
-- description: List endpoints, those that can't be called freely first.
SELECT
    key, channel, state, failures, failing_since, open_count, probe_at, hold_until, last_error,
    last_error_code, last_success_at, last_failure_at, disabled_at, disabled_reason, workflow_id,
    owner
FROM bookflow.endpoints
WHERE true
    AND state <> 'closed' -- if: only_troubled
ORDER BY (state = 'closed'), key
LIMIT %(limit)s;

-- name: lock_endpoints
-- description: Make sure that endpoints have rows, lock them in the order of keys, and read them.
INSERT INTO bookflow.endpoints AS e (key, channel, updated_at)
SELECT n.key, n.channel, %(now)s
FROM json_to_recordset(%(rows)s::json) AS n (key text, channel text)
ORDER BY n.key
ON CONFLICT (key) DO UPDATE SET updated_at = %(now)s
RETURNING
    key, channel, state, failures, failing_since, open_count, probe_at, hold_until, last_error,
    last_error_code, last_success_at, last_failure_at, disabled_at, disabled_reason, workflow_id,
    owner;

-- name: update_endpoints
-- description: Write how locked endpoints stand now.
UPDATE bookflow.endpoints AS e SET
    channel = n.channel,
    state = n.state,
    failures = n.failures,
    failing_since = n.failing_since,
    open_count = n.open_count,
    probe_at = n.probe_at,
    hold_until = n.hold_until,
    last_error = n.last_error,
    last_error_code = n.last_error_code,
    last_success_at = n.last_success_at,
    last_failure_at = n.last_failure_at,
    disabled_at = n.disabled_at,
    disabled_reason = n.disabled_reason,
    workflow_id = n.workflow_id,
    owner = n.owner,
    updated_at = %(now)s
FROM json_to_recordset(%(rows)s::json) AS n (
    key text, channel text, state text, failures integer, failing_since timestamptz,
    open_count integer, probe_at timestamptz, hold_until timestamptz, last_error text,
    last_error_code text, last_success_at timestamptz, last_failure_at timestamptz,
    disabled_at timestamptz, disabled_reason text, workflow_id text, owner text
)
WHERE e.key = n.key;

-- name: claim_probe
-- description: Let one worker try an endpoint whose circuit is open; the others get no row.
UPDATE bookflow.endpoints
SET state = 'half_open', probe_at = %(until)s, updated_at = %(now)s
WHERE key = %(key)s AND state IN ('open', 'half_open') AND probe_at <= %(now)s
RETURNING key;

-- name: lock_endpoint
-- description: Read one endpoint to change it by hand.
SELECT
    key, channel, state, failures, failing_since, open_count, probe_at, hold_until, last_error,
    last_error_code, last_success_at, last_failure_at, disabled_at, disabled_reason, workflow_id,
    owner
FROM bookflow.endpoints
WHERE key = %(key)s
FOR NO KEY UPDATE;

-- name: note_enabling
-- description: Write down who enabled an endpoint.
INSERT INTO bookflow.audit (at, actor, what, subject_id, before, after)
VALUES (
    %(now)s, %(actor)s, 'endpoint.enable', %(key)s, %(before)s::jsonb, %(after)s::jsonb
);

-- name: hasten_waiting
-- description: Let what waits for an endpoint alone go on now; the clock wakes its workflows.
WITH held AS MATERIALIZED (
    SELECT d.id, d.execution_id, d.action
    FROM bookflow.executions AS e
    JOIN bookflow.deliveries AS d ON d.execution_id = e.id
    WHERE
        e.status = 'pending' AND e.wake_at > %(now)s
        AND d.endpoint = %(key)s AND d.status IN ('waiting', 'retrying')
        AND d.error_code = ANY(%(codes)s) AND d.not_before > %(now)s
),
freed AS (
    UPDATE bookflow.deliveries AS d SET not_before = %(now)s
    FROM held AS h
    WHERE d.id = h.id
),
resumed AS (
    UPDATE bookflow.action_results AS r SET resume_at = %(now)s
    FROM held AS h
    WHERE
        r.execution_id = h.execution_id AND r.action = h.action
        AND r.status IN ('waiting', 'retrying')
)
UPDATE bookflow.executions AS e SET wake_at = %(now)s
WHERE e.status = 'pending' AND e.id IN (SELECT h.execution_id FROM held AS h);

-- name: lock_limits
-- description: Make sure that limits have rows, lock them in the order of keys, and read them.
INSERT INTO bookflow.rate_limits AS l (key, taken, idle_at)
SELECT n.key, '{}', %(now)s
FROM unnest(%(keys)s::text[]) AS n (key)
ORDER BY n.key
ON CONFLICT (key) DO UPDATE SET idle_at = l.idle_at
RETURNING key, taken;

-- name: update_limits
-- description: Write the permits that locked limits have given.
UPDATE bookflow.rate_limits AS l
SET
    taken = ARRAY(SELECT json_array_elements_text(n.taken)::timestamptz),
    idle_at = n.idle_at
FROM json_to_recordset(%(rows)s::json) AS n (key text, taken json, idle_at timestamptz)
WHERE l.key = n.key;

-- name: forget_limits
-- description: Delete limits under which nothing was sent for a whole period.
DELETE FROM bookflow.rate_limits WHERE idle_at < %(now)s;

-- name: insert_notices
-- description: Keep notices that aren't known yet; gives the ids of the new ones.
INSERT INTO bookflow.notices (
    id, kind, about, owner, subject, message, created_at, not_before, attempts, cleared_at,
    error_message, channel, payload, incident_id
)
SELECT
    n.id, n.kind, n.about, n.owner, n.subject, n.message, n.created_at, n.created_at, n.attempts,
    n.cleared_at, n.error_message, n.channel, n.payload, n.incident_id
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, kind text, about text, owner text, subject text, message text,
    created_at timestamptz, attempts integer, cleared_at timestamptz, error_message text,
    channel text, payload jsonb, incident_id uuid
)
ORDER BY n.id
ON CONFLICT DO NOTHING
RETURNING id;

-- name: passed_incidents
-- description: List what owners were told of and what is over by now.
SELECT n.id, n.kind, n.about, n.owner, n.subject, n.message, n.created_at, n.attempts
FROM bookflow.notices AS n
JOIN bookflow.endpoints AS e ON e.key = n.about
WHERE n.cleared_at IS NULL AND e.state = 'closed'
ORDER BY n.created_at, n.id
LIMIT 100;

-- name: clear_notices
-- description: Mark notices as passed; those that were not sent are withdrawn.
UPDATE bookflow.notices SET
    cleared_at = %(now)s,
    attempts = CASE WHEN sent_at IS NULL THEN %(most)s ELSE attempts END
WHERE id = ANY(%(ids)s) AND cleared_at IS NULL;

-- name: claim_notices
-- description: Take unsent notices to send now; nobody else takes them before `again_at`.
WITH due AS MATERIALIZED (
    SELECT id FROM bookflow.notices
    WHERE sent_at IS NULL AND not_before <= %(now)s AND attempts < %(most)s
    ORDER BY not_before, id
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE bookflow.notices AS n
SET attempts = n.attempts + 1, not_before = %(again_at)s
FROM due
WHERE n.id = due.id
RETURNING
    n.id, n.kind, n.about, n.owner, n.subject, n.message, n.created_at, n.attempts, n.channel,
    n.payload, n.incident_id;

-- name: settle_sent_notices
-- description: Record which notices were sent.
UPDATE bookflow.notices SET sent_at = %(now)s, error_message = NULL
WHERE id = ANY(%(ids)s) AND sent_at IS NULL;

-- name: settle_failed_notices
-- description: Record why notices were not sent, and when to try again.
UPDATE bookflow.notices AS n SET error_message = f.reason, not_before = f.again_at
FROM json_to_recordset(%(rows)s::json) AS f (id uuid, reason text, again_at timestamptz)
WHERE n.id = f.id AND n.sent_at IS NULL;
