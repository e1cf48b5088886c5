-- Four weeks in which the sample of today happened before, more of it on working days: charts of
-- a single day show nothing. What is drawn comes from the ids, so each time the same.
CREATE TEMPORARY TABLE past ON COMMIT DROP AS
WITH copies AS (
    SELECT
        e.*,
        days,
        md5(e.workflow_id || e.booking_id || days) AS mark,
        ('x' || substr(md5(e.workflow_id || e.booking_id || days), 1, 7))::bit(28)::integer
        / 268435456.0 AS luck
    FROM bookflow.executions AS e
    CROSS JOIN generate_series(1, 27) AS days
    WHERE e.status IN ('completed', 'failed')
)
SELECT *
FROM copies
WHERE luck < CASE WHEN extract(isodow FROM due_at - days * interval '1 day') > 5 THEN 0.3 ELSE 0.7 END;

INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at)
SELECT
    md5('event' || p.mark)::uuid, v.trigger, 'past-' || p.mark, v.source,
    v.occurred_at - days * interval '1 day', v.received_at - days * interval '1 day'
FROM past AS p
JOIN bookflow.events AS v ON v.id = p.event_id;

INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, created_at,
    started_at, completed_at, error_message, actions_executed, actions_failed, actions_skipped, rounds
)
SELECT
    mark::uuid, workflow_id, workflow_version, md5('event' || mark)::uuid, 'past-' || mark, status,
    due_at - days * interval '1 day', due_at - days * interval '1 day',
    created_at - days * interval '1 day', due_at - days * interval '1 day',
    due_at - days * interval '1 day' + (0.7 + 3 * luck * luck) * interval '1 second',
    error_message, actions_executed, actions_failed, actions_skipped, 1
FROM past;

INSERT INTO bookflow.action_results (
    execution_id, action, type, status, reason, error_code, cause, attempts, started_at, ended_at,
    duration_ms
)
SELECT
    mark::uuid, r.action, r.type, r.status, r.reason, r.error_code, r.cause, r.attempts,
    p.due_at - days * interval '1 day',
    p.due_at - days * interval '1 day' + (0.7 + 3 * luck * luck) * interval '1 second',
    round((40 + 80 * luck)::numeric)
FROM past AS p
JOIN bookflow.action_results AS r ON r.execution_id = p.id;

INSERT INTO bookflow.deliveries (
    id, execution_id, action, recipient, channel, address, status, attempts, endpoint, error_code,
    created_at, claimed_at, sent_at, settled_at
)
SELECT
    md5(d.id::text || days)::uuid, mark::uuid, d.action, d.recipient, d.channel, d.address, d.status,
    d.attempts, d.endpoint, d.error_code, p.due_at - days * interval '1 day',
    p.due_at - days * interval '1 day',
    p.due_at - days * interval '1 day' + (0.5 + 2 * luck * luck) * interval '1 second',
    p.due_at - days * interval '1 day' + (0.5 + 2 * luck * luck) * interval '1 second'
FROM past AS p
JOIN bookflow.deliveries AS d ON d.execution_id = p.id
WHERE d.status IN ('sent', 'delivered', 'failed');
