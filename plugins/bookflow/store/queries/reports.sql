-- name: list_executions
-- description: Give a page of executions in one of the orders, from a cursor on.
-- With a cause: of many executions from the index of causes on; of some, the planner knows how
-- frequent the cause is, and begins where less is to be read.
SELECT
    e.id, e.workflow_id, e.workflow_version, e.event_id, e.booking_id, e.status, e.due_at,
    e.anchor_at,
    e.wake_at, e.rounds, e.created_at, e.started_at, e.completed_at, e.error_message,
    e.actions_executed, e.actions_failed, e.actions_skipped, e.dag_id, e.run_id, v.trigger,
    v.occurred_at
FROM bookflow.executions AS e
JOIN ( -- if: caused
    SELECT DISTINCT execution_id FROM bookflow.action_results -- if: caused
    WHERE -- if: caused
        status IN ('failed', 'skipped') -- if: caused
        AND bookflow.counted_cause(status, cause, error_code) = %(cause)s -- if: caused
        AND execution_id < %(cursor_id)s -- if: before_caused
        AND execution_id > %(cursor_id)s -- if: after_caused
    ORDER BY execution_id DESC -- if: caused_down
    ORDER BY execution_id -- if: caused_up
) AS r ON r.execution_id = e.id -- if: caused
JOIN bookflow.events AS v ON v.id = e.event_id
WHERE
    true
    AND e.workflow_id = %(workflow_id)s -- if: workflow_id
    AND e.booking_id = %(subject_id)s -- if: subject_id
    AND e.status = %(status)s -- if: status
    AND e.status = ANY(%(statuses)s) -- if: statuses
    AND e.event_id = %(event_id)s -- if: event_id
    AND v.trigger = %(trigger)s -- if: trigger
    AND e.actions_failed > 0 -- if: failures
    AND e.actions_failed = 0 -- if: no_failures
    AND e.created_at >= %(since)s -- if: since
    AND e.created_at < %(until)s -- if: until
    AND e.dag_id = %(dag_id)s AND e.run_id = %(run_id)s -- if: run
    AND e.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    AND e.completed_at IS NOT NULL -- if: ended
    AND EXISTS ( -- if: few_caused
        SELECT 1 FROM bookflow.action_results AS r -- if: few_caused
        WHERE -- if: few_caused
            r.execution_id = e.id AND status IN ('failed', 'skipped') -- if: few_caused
            AND bookflow.counted_cause(r.status, r.cause, error_code) = %(cause)s -- if: few_caused
    ) -- if: few_caused
    AND e.id < %(cursor_id)s -- if: before_few_caused
    AND e.id > %(cursor_id)s -- if: after_few_caused
    AND (e.created_at, e.id) < (%(cursor_at)s, %(cursor_id)s) -- if: before_created_at
    AND (e.created_at, e.id) > (%(cursor_at)s, %(cursor_id)s) -- if: after_created_at
    AND (e.due_at, e.id) < (%(cursor_at)s, %(cursor_id)s) -- if: before_due_at
    AND (e.due_at, e.id) > (%(cursor_at)s, %(cursor_id)s) -- if: after_due_at
    AND (e.completed_at, e.id) < (%(cursor_at)s, %(cursor_id)s) -- if: before_completed_at
    AND (e.completed_at, e.id) > (%(cursor_at)s, %(cursor_id)s) -- if: after_completed_at
ORDER BY e.id DESC -- if: caused_down
ORDER BY e.id -- if: caused_up
ORDER BY e.id DESC -- if: few_caused_down
ORDER BY e.id -- if: few_caused_up
ORDER BY e.created_at DESC, e.id DESC -- if: created_at_down
ORDER BY e.created_at, e.id -- if: created_at_up
ORDER BY e.due_at DESC, e.id DESC -- if: due_at_down
ORDER BY e.due_at, e.id -- if: due_at_up
ORDER BY e.completed_at DESC, e.id DESC -- if: completed_at_down
ORDER BY e.completed_at, e.id -- if: completed_at_up
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
    execution_id, action, type, status, reason, error_code, cause, conditions, rendered,
    attempts, resume_at, started_at, duration_ms
FROM bookflow.action_results
WHERE execution_id = ANY(%(ids)s)
ORDER BY started_at, action;

-- name: find_brief_results
-- description: Read the action results of executions without what is large in them.
SELECT
    execution_id, action, type, status, reason, cause, error_code, attempts, started_at,
    duration_ms
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

-- name: list_deliveries
-- description: Give a page of deliveries, those of the newest execution first, from a cursor on.
-- Looks through so many executions at most, each by the index of its deliveries.
SELECT
    d.id, d.execution_id, d.action, d.recipient, d.channel, d.address, d.status, d.attempts,
    d.rounds, d.not_before, d.digest_id, d.provider_id, d.error_code, d.error_message, d.details,
    d.created_at, d.sent_at, d.settled_at, e.workflow_id, e.booking_id,
    e.created_at AS execution_created_at
FROM (
    SELECT id, workflow_id, booking_id, created_at
    FROM bookflow.executions
    WHERE
        true
        AND workflow_id = %(workflow_id)s -- if: workflow_id
        AND booking_id = %(subject_id)s -- if: subject_id
        AND dag_id = %(dag_id)s AND run_id = %(run_id)s -- if: run
        AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
        AND (created_at, id) <= (%(cursor_at)s, %(cursor_id)s) -- if: further
    ORDER BY created_at DESC, id DESC
    LIMIT %(reach)s
) AS e
CROSS JOIN LATERAL (
    SELECT * FROM bookflow.deliveries
    WHERE
        execution_id = e.id
        AND action = ANY(%(actions)s) -- if: actions
        AND status = ANY(%(statuses)s) -- if: statuses
    OFFSET 0
) AS d
WHERE
    true
    AND (e.created_at, e.id, d.id) < (%(cursor_at)s, %(cursor_id)s, %(cursor_delivery)s) -- if: further
ORDER BY e.created_at DESC, e.id DESC, d.id DESC
LIMIT %(limit)s;

-- name: end_of_reach
-- description: Give the first execution that a page of deliveries no longer looks at.
SELECT id, created_at
FROM bookflow.executions
WHERE
    true
    AND workflow_id = %(workflow_id)s -- if: workflow_id
    AND booking_id = %(subject_id)s -- if: subject_id
    AND dag_id = %(dag_id)s AND run_id = %(run_id)s -- if: run
    AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    AND (created_at, id) <= (%(cursor_at)s, %(cursor_id)s) -- if: further
ORDER BY created_at DESC, id DESC
OFFSET %(reach)s
LIMIT 1;

-- name: workflow_statistics
-- description: Count executions per workflow, those that were cleaned up as well.
WITH counted AS (
    SELECT workflow_id, created, completed, failed, last_started_at
    FROM bookflow.execution_figures
    WHERE
        grain = 'total' AND workflow_id <> ''
        AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    UNION ALL
    SELECT workflow_id, created, completed, failed, last_started_at
    FROM bookflow.execution_deltas
    WHERE
        true
        AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
)
SELECT
    workflow_id,
    sum(created)::bigint AS total_executions,
    sum(completed)::bigint AS successful_executions,
    sum(failed)::bigint AS failed_executions,
    max(last_started_at) AS last_executed_at
FROM counted
GROUP BY workflow_id
ORDER BY workflow_id COLLATE "C";

-- name: action_statistics
-- description: Count action results per workflow and action, those that were cleaned up as well.
WITH counted AS (
    SELECT workflow_id, action, type, status, count, last_started_at
    FROM bookflow.action_figures
    WHERE
        grain = 'total' AND workflow_id <> ''
        AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    UNION ALL
    SELECT workflow_id, action, type, status, count, last_started_at
    FROM bookflow.action_deltas
    WHERE
        true
        AND workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
)
SELECT
    workflow_id, action, type,
    sum(count)::bigint AS total_executions,
    coalesce(sum(count) FILTER (WHERE status = 'completed'), 0)::bigint AS successful_executions,
    coalesce(sum(count) FILTER (WHERE status = 'failed'), 0)::bigint AS failed_executions,
    coalesce(sum(count) FILTER (WHERE status = 'skipped'), 0)::bigint AS skipped_executions,
    max(last_started_at) AS last_executed_at
FROM counted
GROUP BY workflow_id, action, type
HAVING sum(count) <> 0
ORDER BY workflow_id COLLATE "C", action COLLATE "C", type COLLATE "C";

-- name: search_subjects
-- description: Find bookings by a part of their id, or of their invitee's name or address.
-- Looks through those that changed last, by the index of changes, and at the one of this very id.
WITH near AS (
    (
        SELECT id, status, start_time, event_type_id, invitee_name, invitee_email, updated_at
        FROM bookflow.bookings
        WHERE erased_at IS NULL
        ORDER BY changed_xid DESC
        LIMIT %(reach)s
    )
    UNION -- if: text
    SELECT id, status, start_time, event_type_id, invitee_name, invitee_email, updated_at -- if: text
    FROM bookflow.bookings -- if: text
    WHERE id = %(text)s AND erased_at IS NULL -- if: text
)
SELECT n.id, n.status, n.start_time, n.invitee_name, n.invitee_email, t.name AS event_type_name
FROM near AS n
JOIN bookflow.event_types AS t ON t.id = n.event_type_id
WHERE
    true
    AND ( -- if: text
        position(lower(%(text)s) IN lower(n.id)) > 0 -- if: text
        OR position(lower(%(text)s) IN lower(n.invitee_name)) > 0 -- if: text
        OR position(lower(%(text)s) IN lower(n.invitee_email)) > 0 -- if: text
    ) -- if: text
    AND EXISTS ( -- if: workflow_ids
        SELECT 1 FROM bookflow.executions AS e -- if: workflow_ids
        WHERE e.booking_id = n.id AND e.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
    ) -- if: workflow_ids
ORDER BY
    n.id = %(text)s DESC, -- if: text
    n.updated_at DESC, n.id
LIMIT %(limit)s;

-- name: event_type_slugs
-- description: List the slugs of event types, in the order of their bytes.
SELECT slug FROM bookflow.event_types ORDER BY slug COLLATE "C";
