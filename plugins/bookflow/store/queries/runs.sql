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
    SET
        status = 'running', started_at = coalesce(e.started_at, %(now)s), rounds = e.rounds + 1,
        dag_id = %(dag_id)s, run_id = %(run_id)s
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
    e.booking_id, v.occurred_at, e.due_at, e.anchor_at, coalesce(r.attempts, 0) AS attempts
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
LEFT JOIN bookflow.action_results AS r ON r.execution_id = e.id AND r.action = %(action)s
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    AND (r.status IS NULL OR r.status IN ('retrying', 'waiting'))
ORDER BY e.due_at, e.id;

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
    updated_at = %(now)s,
    -- a snapshot of before must not undo a status; other fields rather give way to a late
    -- cancellation than keep it out
    snapshot_at = CASE
        WHEN n.status IS DISTINCT FROM b.status THEN greatest(b.snapshot_at, %(now)s)
        ELSE b.snapshot_at
    END,
    changed_by = n.changed_by
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, status text, cancellation_reason text, meeting_link text, meeting_id text,
    meeting_password text, custom_answers jsonb, changed_by text
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

-- name: retire_results
-- description: End what a run's open executions put off for actions that are no longer planned.
-- No run would take it up.
WITH retired AS (
    UPDATE bookflow.action_results AS r SET
        status = 'skipped', reason = %(reason)s, error_code = %(code)s, cause = %(code)s,
        ended_at = %(now)s, resume_at = NULL
    FROM bookflow.executions AS e
    WHERE
        e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
        AND r.execution_id = e.id AND r.status IN ('retrying', 'waiting')
        AND r.action <> ALL(%(actions)s::text[])
    RETURNING r.execution_id, r.action
)
UPDATE bookflow.deliveries AS d SET
    status = 'failed', error_code = %(code)s, error_message = %(reason)s, not_before = NULL,
    lease_until = NULL, settled_at = %(now)s
FROM retired AS t
WHERE
    d.execution_id = t.execution_id AND d.action = t.action
    AND d.status IN ('sending', 'retrying', 'waiting');

-- name: park_executions
-- description: Make a run's open executions pending again where an action has to go on.
-- At the time it says, or soon where its task was cut off, which may happen a few times. A time
-- from before the run claimed is what an earlier run left: this one's task said nothing.
WITH open AS (
    SELECT
        e.id,
        min(r.resume_at) FILTER (WHERE (r.resume_at < u.claimed_at) IS NOT TRUE) AS resume_at,
        bool_or(r.resume_at IS NULL OR r.resume_at < u.claimed_at) AS is_cut_off
    FROM bookflow.executions AS e
    LEFT JOIN bookflow.runs AS u ON u.dag_id = e.dag_id AND u.run_id = e.run_id
    CROSS JOIN unnest(%(actions)s::text[]) AS a (action)
    LEFT JOIN bookflow.action_results AS r ON r.execution_id = e.id AND r.action = a.action
    WHERE
        e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
        AND (r.status IS NULL OR r.status IN ('retrying', 'waiting'))
    GROUP BY e.id
)
UPDATE bookflow.executions AS e SET
    status = 'pending',
    cut_off = e.cut_off + o.is_cut_off::integer,
    wake_at = least(
        o.resume_at,
        CASE WHEN o.is_cut_off AND e.cut_off + 1 < %(limit)s THEN %(soon)s::timestamptz END
    )
FROM open AS o
WHERE
    e.id = o.id AND e.status = 'running'
    AND (o.resume_at IS NOT NULL OR e.cut_off + 1 < %(limit)s);

-- name: park_all
-- description: Make a run's open executions pending again, due now.
-- Not those that were left too often, nor those that no run would take up: they belong to
-- hand-written DAGs, which are named like their workflow.
UPDATE bookflow.executions SET
    status = 'pending', wake_at = %(now)s, cut_off = cut_off + 1
WHERE
    dag_id = %(dag_id)s AND run_id = %(run_id)s AND status = 'running'
    AND cut_off + 1 < %(limit)s AND dag_id <> workflow_id;

-- name: fail_open_deliveries
-- description: End what a run's open executions left undelivered, before their results end.
UPDATE bookflow.deliveries AS d SET
    status = 'failed',
    error_code = %(code)s,
    error_message = concat_ws(
        '; its last try: ',
        CASE d.status
            WHEN 'sending' THEN %(sending)s::text
            WHEN 'retrying' THEN %(retrying)s
            ELSE %(waiting)s
        END,
        d.error_message
    ),
    not_before = NULL,
    lease_until = NULL,
    settled_at = %(now)s
FROM bookflow.executions AS e
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    AND d.execution_id = e.id AND d.status IN ('sending', 'retrying', 'waiting');

-- name: close_cancelled
-- description: End what was under way for executions of a run while they were cancelled.
UPDATE bookflow.deliveries AS d SET
    status = 'failed',
    error_code = %(code)s,
    error_message = CASE
        WHEN d.status = 'sending' THEN concat_ws('; ', %(sending)s::text, e.error_message)
        ELSE e.error_message
    END,
    not_before = NULL,
    lease_until = NULL,
    settled_at = %(now)s
FROM bookflow.executions AS e
WHERE
    e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'cancelled'
    AND d.execution_id = e.id AND d.status IN ('sending', 'retrying', 'waiting');

-- name: fail_unfinished
-- description: Give every planned action of a run's open executions a final result.
INSERT INTO bookflow.action_results AS r (
    execution_id, action, type, status, reason, error_code, cause, ended_at, started_at
)
SELECT
    e.id, a.action, a.type, 'failed', %(reason)s, %(code)s, %(code)s, %(now)s,
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
        WHERE
            k.execution_id = e.id AND k.action = a.action
            AND k.status NOT IN ('retrying', 'waiting')
    )
ORDER BY e.id, a.action
ON CONFLICT (execution_id, action) DO UPDATE SET
    status = excluded.status,
    reason = concat_ws('; its last try: ', excluded.reason, r.reason),
    error_code = excluded.error_code,
    cause = excluded.cause,
    ended_at = excluded.ended_at,
    resume_at = NULL
WHERE r.status IN ('retrying', 'waiting');

-- name: fail_all
-- description: Fail a run's open executions, with what their actions had begun.
WITH ended AS (
    UPDATE bookflow.action_results AS r SET
        status = 'failed',
        reason = concat_ws('; its last try: ', %(reason)s::text, r.reason),
        error_code = %(code)s,
        cause = %(code)s,
        ended_at = %(now)s,
        resume_at = NULL
    FROM bookflow.executions AS e
    WHERE
        e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
        AND r.execution_id = e.id AND r.status IN ('retrying', 'waiting')
    RETURNING r.execution_id
)
UPDATE bookflow.executions AS e SET
    status = 'failed', error_message = %(why)s, completed_at = %(now)s,
    actions_executed = (
        SELECT count(*) FROM bookflow.action_results AS r
        WHERE r.execution_id = e.id AND r.status = 'completed'
    ),
    actions_failed = (
        SELECT count(*) FROM bookflow.action_results AS r
        WHERE r.execution_id = e.id AND r.status = 'failed'
    ) + (SELECT count(*) FROM ended WHERE ended.execution_id = e.id),
    actions_skipped = (
        SELECT count(*) FROM bookflow.action_results AS r
        WHERE r.execution_id = e.id AND r.status = 'skipped'
    )
WHERE e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running';

-- name: settle_executions
-- description: End those open executions of a run that have a final result for every action named.
WITH tally AS (
    SELECT
        e.id,
        count(r.action) AS total,
        count(*) FILTER (WHERE r.status = 'completed') AS executed,
        count(*) FILTER (WHERE r.status = 'failed') AS failed,
        count(*) FILTER (WHERE r.status = 'skipped') AS skipped,
        count(*) FILTER (WHERE r.status = 'skipped' AND r.error_code = ANY(%(stale)s)) AS stale,
        (
            array_agg(concat_ws(': ', r.action, r.reason) ORDER BY r.started_at, r.action)
            FILTER (WHERE r.status = 'failed')
        )[1] AS failure,
        (
            array_agg(r.reason ORDER BY r.started_at, r.action)
            FILTER (WHERE r.error_code = ANY(%(stale)s))
        )[1] AS stale_reason
    FROM bookflow.executions AS e
    LEFT JOIN bookflow.action_results AS r ON r.execution_id = e.id
    WHERE e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s AND e.status = 'running'
    GROUP BY e.id
    HAVING
        count(*) FILTER (
            WHERE r.action = ANY(%(actions)s::text[]) AND r.status NOT IN ('retrying', 'waiting')
        )
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
-- description: Count a run's executions by status, and tell when parked ones go on.
SELECT
    status, count(*) AS count, min(workflow_id) AS workflow_id,
    array_agg(DISTINCT wake_at) FILTER (WHERE status = 'pending') AS wake_at
FROM bookflow.executions
WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
GROUP BY status;

-- name: workflows_to_wake
-- description: List workflows with due executions.
SELECT p.workflow_id
FROM bookflow.pending_workflows AS p
WHERE EXISTS (
    SELECT 1 FROM bookflow.executions AS e
    WHERE e.workflow_id = p.workflow_id AND e.status = 'pending' AND e.wake_at <= %(now)s
)
ORDER BY p.workflow_id;

-- name: stranded_runs
-- description: List some of the runs that claimed long ago and still hold open executions.
-- Any of them where there are many, so that long ones don't hide the others.
WITH held AS MATERIALIZED (
    SELECT DISTINCT dag_id, run_id FROM bookflow.executions WHERE status = 'running'
)
SELECT r.dag_id, r.run_id, r.workflow_id, r.claimed_at
FROM held AS h
JOIN bookflow.runs AS r ON r.dag_id = h.dag_id AND r.run_id = h.run_id
WHERE r.claimed_at < %(before)s
ORDER BY random()
LIMIT %(limit)s;
