-- name: open_run
-- description: Let the first task of a run claim; the others wait for its commit, then get no row.
INSERT INTO bookflow.runs (dag_id, run_id, workflow_id, claimed_at)
VALUES (%(dag_id)s, %(run_id)s, %(workflow_id)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING dag_id;

-- name: take_due
-- description: Give a run due executions, oldest first, and tell whether some are left.
-- The rest is looked for without locking it: a lock would make a claim of the same moment pass
-- over that row. What another claim is just taking may count as rest, which costs an empty run.
WITH due AS MATERIALIZED (
    SELECT id
    FROM bookflow.executions
    WHERE workflow_id = %(workflow_id)s AND status = 'pending' AND wake_at <= %(now)s
    ORDER BY wake_at, id
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),
taken AS (
    UPDATE bookflow.executions AS e
    SET status = 'running', started_at = %(now)s, dag_id = %(dag_id)s, run_id = %(run_id)s
    FROM due AS d
    WHERE e.id = d.id
    RETURNING e.id
)
SELECT
    (SELECT count(*) FROM taken) AS taken,
    (SELECT count(*) FROM due) = %(limit)s AND EXISTS (
        SELECT 1
        FROM bookflow.executions AS e
        WHERE e.workflow_id = %(workflow_id)s AND e.status = 'pending' AND e.wake_at <= %(now)s
            AND NOT EXISTS (SELECT 1 FROM due AS d WHERE d.id = e.id)
    ) AS has_more;

-- name: count_held
-- description: Count what a run holds, and tell whether due executions of its workflow are left.
SELECT
    (
        SELECT count(*) FROM bookflow.executions
        WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
    ) AS held,
    EXISTS (
        SELECT 1 FROM bookflow.executions
        WHERE workflow_id = %(workflow_id)s AND status = 'pending' AND wake_at <= %(now)s
    ) AS has_more;

-- name: load_jobs
-- description: Read a run's unfinished executions without a final result for one action.
SELECT
    e.id AS execution_id, e.workflow_id, e.workflow_version, e.event_id, v.trigger,
    e.booking_id, v.occurred_at, e.due_at, coalesce(r.attempts, 0) AS attempts
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
LEFT JOIN bookflow.action_results AS r ON r.execution_id = e.id AND r.action = %(action)s
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    AND (r.status IS NULL OR r.status = 'retrying')
ORDER BY e.due_at, e.id;

-- name: insert_deliveries
-- description: Claim deliveries that were never tried; gives the ids that are new.
INSERT INTO bookflow.deliveries (
    id, execution_id, action, recipient, channel, address, status, created_at, claimed_at
)
SELECT
    n.id, n.execution_id, n.action, n.recipient, n.channel, n.address, 'sending', %(now)s,
    %(now)s
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, execution_id uuid, action text, recipient text, channel text, address text
)
ORDER BY n.id
ON CONFLICT DO NOTHING
RETURNING id;

-- name: reclaim_deliveries
-- description: Claim deliveries tried before, unless they are final; gives how each stood.
WITH before AS MATERIALIZED (
    SELECT id, status, attempts
    FROM bookflow.deliveries
    WHERE id = ANY(%(ids)s)
    ORDER BY id
    FOR NO KEY UPDATE
),
marked AS (
    UPDATE bookflow.deliveries AS d
    SET status = 'sending', claimed_at = %(now)s
    FROM before
    WHERE d.id = before.id AND before.status IN ('sending', 'retrying')
)
SELECT id, status, attempts FROM before;

-- name: settle_deliveries
-- description: Record how claimed deliveries went; what is not being sent stays as it is.
UPDATE bookflow.deliveries AS d SET
    status = n.status,
    attempts = d.attempts + n.attempts,
    provider_id = coalesce(n.provider_id, d.provider_id),
    error_code = n.error_code,
    error_message = n.error_message,
    details = n.details,
    sent_at = CASE WHEN n.status IN ('sent', 'delivered') THEN n.at END,
    settled_at = n.at
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, status text, attempts integer, at timestamptz, provider_id text, error_code text,
    error_message text, details jsonb
)
WHERE d.id = n.id AND d.status = 'sending';

-- name: upsert_results
-- description: Record action results; a final one stays, earlier tries add up.
INSERT INTO bookflow.action_results AS r (
    execution_id, action, type, status, reason, error_code, conditions, rendered, attempts,
    started_at, duration_ms
)
SELECT
    n.execution_id, n.action, n.type, n.status, n.reason, n.error_code, n.conditions, n.rendered,
    n.attempts, n.started_at, n.duration_ms
FROM json_to_recordset(%(rows)s::json) AS n (
    execution_id uuid, action text, type text, status text, reason text, error_code text,
    conditions jsonb, rendered jsonb, attempts integer, started_at timestamptz,
    duration_ms double precision
)
ORDER BY n.execution_id, n.action
ON CONFLICT (execution_id, action) DO UPDATE SET
    type = excluded.type,
    status = excluded.status,
    reason = excluded.reason,
    error_code = excluded.error_code,
    conditions = excluded.conditions,
    rendered = excluded.rendered,
    attempts = r.attempts + excluded.attempts,
    started_at = least(r.started_at, excluded.started_at),
    duration_ms = r.duration_ms + excluded.duration_ms
WHERE r.status = 'retrying';

-- name: lock_bookings
-- description: Lock the bookings to update, in the order of ids, and read what may change.
SELECT
    id, status, cancellation_reason, meeting_link, meeting_id, meeting_password, custom_answers
FROM bookflow.bookings
WHERE id = ANY(%(ids)s)
ORDER BY id
FOR NO KEY UPDATE;

-- name: find_applied
-- description: Read the old values of updates that were applied before.
SELECT a.execution_id, a.action, a.before
FROM unnest(%(execution_ids)s::uuid[], %(actions)s::text[]) AS n (execution_id, action)
JOIN bookflow.audit AS a ON a.execution_id = n.execution_id AND a.action = n.action;

-- name: update_bookings
-- description: Write the new values of locked bookings.
UPDATE bookflow.bookings AS b SET
    status = n.status,
    cancellation_reason = n.cancellation_reason,
    meeting_link = n.meeting_link,
    meeting_id = n.meeting_id,
    meeting_password = n.meeting_password,
    custom_answers = n.custom_answers,
    updated_at = %(now)s
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, status text, cancellation_reason text, meeting_link text, meeting_id text,
    meeting_password text, custom_answers jsonb
)
WHERE b.id = n.id;

-- name: insert_audit
-- description: Write down who changed what, with the values before and after.
INSERT INTO bookflow.audit (at, actor, what, subject_id, execution_id, action, before, after)
SELECT
    %(now)s, n.actor, 'booking.update', n.subject_id, n.execution_id, n.action, n.before, n.after
FROM json_to_recordset(%(rows)s::json) AS n (
    actor text, subject_id text, execution_id uuid, action text, before jsonb, after jsonb
);

-- name: fail_open_deliveries
-- description: End what a run's open executions left undelivered, before their results end.
UPDATE bookflow.deliveries AS d SET
    status = 'failed',
    error_code = %(code)s,
    error_message = concat_ws(
        '; its last try: ',
        CASE WHEN d.status = 'sending' THEN %(sending)s ELSE %(retrying)s END,
        d.error_message
    ),
    settled_at = %(now)s
FROM bookflow.executions AS e
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    AND d.execution_id = e.id AND d.status IN ('sending', 'retrying');

-- name: fail_unfinished
-- description: Give every planned action of a run's open executions a final result.
INSERT INTO bookflow.action_results AS r (
    execution_id, action, type, status, reason, error_code, started_at
)
SELECT
    e.id, a.action, a.type, 'failed', %(reason)s, %(code)s,
    coalesce(
        (
            SELECT min(d.created_at) FROM bookflow.deliveries AS d
            WHERE d.execution_id = e.id AND d.action = a.action
        ),
        %(now)s
    )
FROM bookflow.executions AS e
CROSS JOIN unnest(%(actions)s::text[], %(types)s::text[]) AS a (action, type)
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    AND NOT EXISTS (
        SELECT 1 FROM bookflow.action_results AS k
        WHERE k.execution_id = e.id AND k.action = a.action AND k.status <> 'retrying'
    )
ORDER BY e.id, a.action
ON CONFLICT (execution_id, action) DO UPDATE SET
    status = excluded.status,
    reason = concat_ws('; its last try: ', excluded.reason, r.reason),
    error_code = excluded.error_code
WHERE r.status = 'retrying';

-- name: settle_executions
-- description: End those open executions of a run that have a final result for every action named.
WITH tally AS (
    SELECT
        e.id,
        count(r.action) AS total,
        count(*) FILTER (WHERE r.status = 'completed') AS executed,
        count(*) FILTER (WHERE r.status = 'failed') AS failed,
        count(*) FILTER (WHERE r.status = 'skipped') AS skipped,
        count(*) FILTER (WHERE r.status = 'skipped' AND r.error_code = %(stale)s) AS stale,
        (
            array_agg(concat_ws(': ', r.action, r.reason) ORDER BY r.started_at, r.action)
            FILTER (WHERE r.status = 'failed')
        )[1] AS failure,
        (
            array_agg(r.reason ORDER BY r.started_at, r.action)
            FILTER (WHERE r.error_code = %(stale)s)
        )[1] AS stale_reason
    FROM bookflow.executions AS e
    LEFT JOIN bookflow.action_results AS r ON r.execution_id = e.id
    WHERE e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    GROUP BY e.id
    HAVING
        count(*) FILTER (WHERE r.action = ANY(%(actions)s::text[]) AND r.status <> 'retrying')
        = cardinality(%(actions)s::text[])
)
UPDATE bookflow.executions AS e SET
    status = CASE
        WHEN t.failed > 0 THEN 'failed'
        WHEN t.total > 0 AND t.stale = t.total THEN 'cancelled'
        ELSE 'completed'
    END,
    error_message = CASE
        WHEN t.failed > 0 THEN t.failure
        WHEN t.total > 0 AND t.stale = t.total THEN t.stale_reason
    END,
    actions_executed = t.executed,
    actions_failed = t.failed,
    actions_skipped = t.skipped,
    completed_at = %(now)s
FROM tally AS t
WHERE e.id = t.id AND e.status = 'running';

-- name: count_ended
-- description: Count a run's executions by status.
SELECT status, count(*) AS count
FROM bookflow.executions
WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
GROUP BY status;

-- name: workflows_to_wake
-- description: List workflows with due executions; hops over the index, one step per workflow.
WITH RECURSIVE hop AS (
    (
        SELECT workflow_id FROM bookflow.executions
        WHERE status = 'pending' ORDER BY workflow_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT e.workflow_id FROM bookflow.executions AS e
        WHERE e.status = 'pending' AND e.workflow_id > hop.workflow_id
        ORDER BY e.workflow_id LIMIT 1
    )
    FROM hop
    WHERE hop.workflow_id IS NOT NULL
)
SELECT hop.workflow_id
FROM hop
WHERE EXISTS (
    SELECT 1 FROM bookflow.executions AS e
    WHERE e.workflow_id = hop.workflow_id AND e.status = 'pending' AND e.wake_at <= %(now)s
)
ORDER BY hop.workflow_id;
