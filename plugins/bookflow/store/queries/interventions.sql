-- name: lock_execution
-- description: Read an execution that somebody decides about; no run touches it meanwhile.
SELECT id, booking_id, workflow_id, status, error_message
FROM bookflow.executions
WHERE id = %(id)s
FOR NO KEY UPDATE;

-- name: read_results
-- description: Read how the actions of an execution ended, in the order they began.
SELECT action, status, error_code
FROM bookflow.action_results
WHERE execution_id = %(id)s
ORDER BY started_at, action;

-- name: cancel_deliveries
-- description: Fail what is put off of a cancelled execution; what is being sent settles itself.
UPDATE bookflow.deliveries SET
    status = 'failed', error_code = %(code)s, error_message = %(reason)s, not_before = NULL,
    lease_until = NULL, settled_at = %(now)s
WHERE execution_id = %(id)s AND status IN ('retrying', 'waiting');

-- name: cancel_results
-- description: Skip what is put off of a cancelled execution.
UPDATE bookflow.action_results SET
    status = 'skipped', reason = %(reason)s, error_code = %(code)s, cause = %(code)s,
    ended_at = %(now)s, resume_at = NULL
WHERE execution_id = %(id)s AND status IN ('retrying', 'waiting');

-- name: cancel_execution
-- description: End an execution, with the counts of what was done before.
UPDATE bookflow.executions AS e SET
    status = 'cancelled', error_message = %(reason)s, completed_at = %(now)s,
    actions_executed = t.executed, actions_failed = t.failed, actions_skipped = t.skipped
FROM (
    SELECT
        count(*) FILTER (WHERE status = 'completed') AS executed,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status = 'skipped') AS skipped
    FROM bookflow.action_results
    WHERE execution_id = %(id)s
) AS t
WHERE e.id = %(id)s;

-- name: reopen_deliveries
-- description: Have the failed deliveries of actions tried again, as often as at first.
UPDATE bookflow.deliveries SET
    status = 'retrying', not_before = %(now)s, trying_since = %(now)s, rounds = 0
WHERE execution_id = %(id)s AND action = ANY(%(actions)s::text[]) AND status = 'failed';

-- name: reopen_results
-- description: Have actions go on; their reasons stay until they end anew.
UPDATE bookflow.action_results SET status = 'retrying', resume_at = %(now)s
WHERE execution_id = %(id)s AND action = ANY(%(actions)s::text[]);

-- name: reopen_execution
-- description: Make an execution pending again, due now.
UPDATE bookflow.executions SET
    status = 'pending', wake_at = %(now)s, error_message = NULL, completed_at = NULL,
    cut_off = 0, actions_failed = 0
WHERE id = %(id)s;

-- name: insert_decision
-- description: Write down who decided what about an execution.
INSERT INTO bookflow.audit (at, actor, what, subject_id, execution_id, before, after)
SELECT %(now)s, n.actor, n.what, n.subject_id, n.execution_id, n.before, n.after
FROM json_to_recordset(%(rows)s::json) AS n (
    actor text, what text, subject_id text, execution_id uuid, before jsonb, after jsonb
);
