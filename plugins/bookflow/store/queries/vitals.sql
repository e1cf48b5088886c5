-- name: tally_ended
-- description: Tally what completed or failed lately, with the longest that a run worked on it.
SELECT
    e.workflow_id,
    count(*) AS total,
    count(*) FILTER (WHERE e.status = 'failed') AS failed,
    count(*) FILTER (
        WHERE e.completed_at - r.claimed_at > %(slow_seconds)s * interval '1 second'
    ) AS slow,
    coalesce(max(date_part('epoch', e.completed_at - r.claimed_at)), 0) AS longest
FROM bookflow.executions AS e
LEFT JOIN bookflow.runs AS r ON r.dag_id = e.dag_id AND r.run_id = e.run_id
WHERE
    e.completed_at > %(since)s AND e.completed_at <= %(until)s
    AND e.status IN ('completed', 'failed')
GROUP BY e.workflow_id
ORDER BY e.workflow_id;

-- name: causes_of_failures
-- description: Count the codes of failed actions of what failed lately.
SELECT e.workflow_id, coalesce(r.error_code, 'unknown') AS code, count(*) AS count
FROM bookflow.executions AS e
JOIN bookflow.action_results AS r ON r.execution_id = e.id AND r.status = 'failed'
WHERE
    e.completed_at > %(since)s AND e.completed_at <= %(until)s AND e.status = 'failed'
GROUP BY e.workflow_id, r.error_code
ORDER BY e.workflow_id, count DESC, code;

-- name: tally_running
-- description: Count what runs have been working on since before a moment.
SELECT e.workflow_id, count(*) AS count, min(r.claimed_at) AS since
FROM bookflow.executions AS e
JOIN bookflow.runs AS r ON r.dag_id = e.dag_id AND r.run_id = e.run_id
WHERE e.status = 'running' AND r.claimed_at < %(before)s
GROUP BY e.workflow_id
ORDER BY e.workflow_id;

-- name: oldest_due
-- description: Read since when the oldest execution of each workflow is due.
SELECT p.workflow_id, o.wake_at
FROM bookflow.pending_workflows AS p
CROSS JOIN LATERAL (
    SELECT e.wake_at FROM bookflow.executions AS e
    WHERE e.workflow_id = p.workflow_id AND e.status = 'pending' AND e.wake_at < %(before)s
    ORDER BY e.wake_at, e.id
    LIMIT 1
) AS o
ORDER BY p.workflow_id;

-- name: last_tick
-- description: Read when the clock ticked last.
SELECT ticked_at FROM bookflow.clock;

-- name: load_versions
-- description: Read the last valid version of each spec file, with its workflow and organizer.
SELECT
    path, coalesce(version, '') AS version, coalesce(workflow_id, '') AS workflow_id,
    coalesce(organizer, '') AS organizer
FROM bookflow.spec_rules;
