-- name: count_by_workflow
-- description: Count the executions of workflows from roll-ups and what is not yet in them.
SELECT
    f.workflow_id, sum(f.created) AS created, sum(f.completed) AS completed,
    sum(f.failed) AS failed, sum(f.cancelled) AS cancelled
FROM (
    SELECT workflow_id, created, completed, failed, cancelled
    FROM bookflow.execution_figures
    WHERE grain = 'total' AND workflow_id <> ''
    UNION ALL
    SELECT workflow_id, created, completed, failed, cancelled FROM bookflow.execution_deltas
) AS f
WHERE
    true
    AND f.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
GROUP BY f.workflow_id
ORDER BY created DESC, f.workflow_id COLLATE "C";

-- name: measure_queue
-- description: Count what waits and what runs, and tell when the clock last ticked.
SELECT
    p.pending, p.due, p.oldest_due_at,
    (SELECT count(*) FROM bookflow.executions WHERE status = 'running') AS running,
    (SELECT count(*) FROM bookflow.events WHERE matched_at IS NULL) AS unmatched_events,
    (SELECT max(ticked_at) FROM bookflow.clock) AS ticked_at
FROM (
    SELECT
        count(*) AS pending,
        count(*) FILTER (WHERE wake_at <= %(now)s) AS due,
        min(wake_at) FILTER (WHERE wake_at <= %(now)s) AS oldest_due_at
    FROM bookflow.executions
    WHERE status = 'pending'
) AS p;

-- name: measure_deliveries
-- description: Count deliveries by channel and status: ended ones from roll-ups, open ones as rows.
SELECT d.channel, d.status, sum(d.count) AS count
FROM (
    SELECT channel, status, count
    FROM bookflow.delivery_figures
    WHERE workflow_id = '' AND grain = 'total'
    UNION ALL
    SELECT channel, status, count FROM bookflow.delivery_deltas
    UNION ALL
    SELECT channel, status, 1
    FROM bookflow.deliveries
    WHERE status IN ('sending', 'retrying', 'waiting')
) AS d
GROUP BY d.channel, d.status
HAVING sum(d.count) <> 0;

-- name: measure_endpoints
-- description: Count endpoints by channel and the state of their circuit.
SELECT channel, state AS status, count(*) AS count
FROM bookflow.endpoints
GROUP BY channel, state;
