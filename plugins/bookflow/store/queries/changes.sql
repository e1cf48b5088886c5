-- name: take_changes
-- description: Lock the oldest events that wait for the dispatcher; others' are passed over.
WITH waiting AS MATERIALIZED (
    SELECT id, trigger, booking_id, occurred_at, received_at, depth, cause_execution_id
    FROM bookflow.events
    WHERE matched_at IS NULL
    ORDER BY received_at, id
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
SELECT
    w.id, w.trigger, w.booking_id, w.occurred_at, w.depth, e.workflow_id AS cause_workflow_id
FROM waiting AS w
LEFT JOIN bookflow.executions AS e ON e.id = w.cause_execution_id
ORDER BY w.received_at, w.id;

-- name: load_change_rules
-- description: Read the active workflows that listen to some triggers and event types.
SELECT path, signature, workflow_id, version, trigger, delay_minutes, event_types
FROM bookflow.spec_rules
WHERE
    is_active AND trigger = ANY(%(triggers)s)
    AND (event_types IS NULL OR event_types && %(categories)s::text[])
ORDER BY workflow_id;

-- name: mark_matched
-- description: Note that the executions of events have been made, and why fewer than expected.
UPDATE bookflow.events AS v SET matched_at = %(now)s, note = n.note
FROM json_to_recordset(%(rows)s::json) AS n (id uuid, note text)
WHERE v.id = n.id;

-- name: has_changes
-- description: Tell whether an event waits for the dispatcher.
SELECT EXISTS (SELECT 1 FROM bookflow.events WHERE matched_at IS NULL) AS found;

-- name: listen
-- description: Hear of changes that the triggers on bookings wrote as events.
LISTEN bookflow_events;
