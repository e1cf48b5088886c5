-- name: list_executions
-- description: Give a page of executions, newest first, from a cursor on.
SELECT
    e.id, e.workflow_id, e.workflow_version, e.event_id, e.booking_id, e.status, e.due_at,
    e.anchor_at,
    e.wake_at, e.rounds, e.created_at, e.started_at, e.completed_at, e.error_message,
    e.actions_executed, e.actions_failed, e.actions_skipped, e.dag_id, e.run_id, v.trigger,
    v.occurred_at
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
WHERE
    true
    AND e.workflow_id = %(workflow_id)s -- if: workflow_id
    AND e.booking_id = %(subject_id)s -- if: subject_id
    AND e.status = %(status)s -- if: status
    AND e.created_at >= %(since)s -- if: since
    AND e.created_at < %(until)s -- if: until
    AND e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s -- if: run
    AND e.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    AND (e.created_at, e.id) < (%(cursor_at)s, %(cursor_id)s) -- if: cursor
ORDER BY e.created_at DESC, e.id DESC
LIMIT %(limit)s;

-- name: find_executions
-- description: Read whole executions, oldest first: one by its id, or all of a booking.
SELECT
    e.id, e.workflow_id, e.workflow_version, e.event_id, e.booking_id, e.status, e.due_at,
    e.anchor_at,
    e.wake_at, e.rounds, e.created_at, e.started_at, e.completed_at, e.error_message,
    e.actions_executed, e.actions_failed, e.actions_skipped, e.dag_id, e.run_id, v.trigger,
    v.occurred_at
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
WHERE
    true
    AND e.id = %(id)s -- if: id
    AND e.booking_id = %(subject_id)s -- if: subject_id
ORDER BY e.created_at, e.id;

-- name: find_results
-- description: Read the action results of executions, in the order they began.
SELECT
    execution_id, action, type, status, reason, error_code, conditions, rendered, attempts,
    resume_at, started_at, duration_ms
FROM bookflow.action_results
WHERE execution_id = ANY(%(ids)s)
ORDER BY started_at, action;

-- name: find_deliveries
-- description: Read the deliveries of executions, in the order they were claimed.
SELECT
    id, execution_id, action, recipient, channel, address, status, attempts, rounds,
    not_before, digest_id, provider_id, error_code, error_message, details, created_at, sent_at,
    settled_at
FROM bookflow.deliveries
WHERE execution_id = ANY(%(ids)s)
ORDER BY created_at, recipient, id;

-- name: workflow_statistics
-- description: Count executions per workflow.
SELECT
    workflow_id,
    count(*) AS total_executions,
    count(*) FILTER (WHERE status = 'completed') AS successful_executions,
    count(*) FILTER (WHERE status = 'failed') AS failed_executions,
    max(started_at) AS last_executed_at
FROM bookflow.executions
GROUP BY workflow_id
ORDER BY workflow_id;

-- name: action_statistics
-- description: Count action results per workflow and action.
SELECT
    e.workflow_id, r.action, r.type,
    count(*) AS total_executions,
    count(*) FILTER (WHERE r.status = 'completed') AS successful_executions,
    count(*) FILTER (WHERE r.status = 'failed') AS failed_executions,
    count(*) FILTER (WHERE r.status = 'skipped') AS skipped_executions,
    max(r.started_at) AS last_executed_at
FROM bookflow.action_results AS r
JOIN bookflow.executions AS e ON e.id = r.execution_id
GROUP BY e.workflow_id, r.action, r.type
ORDER BY e.workflow_id, r.action, r.type;

-- name: event_type_slugs
-- description: List the slugs of event types, in the order of their bytes.
SELECT slug FROM bookflow.event_types ORDER BY slug COLLATE "C";
