-- name: load_signatures
-- description: Read which version of each spec file was read.
SELECT path, signature FROM bookflow.spec_rules;

-- name: lock_rules
-- description: Let one process at a time rewrite the rules; the number is "rules" in ASCII.
SELECT pg_advisory_xact_lock(491394884979);

-- name: load_all_rules
-- description: Read every rule, active or not.
SELECT
    path, signature, workflow_id, version, name, organizer, trigger, delay_minutes, event_types,
    says_active, is_active, if_past, if_late_minutes, active_since, is_fresh
FROM bookflow.spec_rules;

-- name: load_active_rules
-- description: Read the active rules of some triggers, by workflow.
SELECT
    path, signature, workflow_id, version, name, organizer, trigger, delay_minutes, event_types,
    says_active, is_active, if_past, if_late_minutes, active_since, is_fresh
FROM bookflow.spec_rules
WHERE is_active AND trigger = ANY(%(triggers)s)
ORDER BY workflow_id;

-- name: delete_rules
-- description: Forget the rules of files that are gone.
DELETE FROM bookflow.spec_rules WHERE path = ANY(%(paths)s);

-- name: upsert_rules
-- description: Keep rules as their files say now.
INSERT INTO bookflow.spec_rules AS r (
    path, signature, workflow_id, version, name, organizer, trigger, delay_minutes, event_types,
    says_active, is_active, if_past, if_late_minutes, active_since, is_fresh
)
SELECT
    n.path, n.signature, n.workflow_id, n.version, n.name, n.organizer, n.trigger, n.delay_minutes,
    n.event_types, n.says_active, n.is_active, n.if_past, n.if_late_minutes, n.active_since,
    n.is_fresh
FROM json_to_recordset(%(rows)s::json) AS n (
    path text, signature text, workflow_id text, version text, name text, organizer text,
    trigger text, delay_minutes bigint, event_types text[], says_active boolean, is_active boolean,
    if_past text, if_late_minutes bigint, active_since timestamptz, is_fresh boolean
)
ORDER BY n.path
ON CONFLICT (path) DO UPDATE SET
    signature = excluded.signature,
    workflow_id = excluded.workflow_id,
    version = excluded.version,
    name = excluded.name,
    organizer = excluded.organizer,
    trigger = excluded.trigger,
    delay_minutes = excluded.delay_minutes,
    event_types = excluded.event_types,
    says_active = excluded.says_active,
    is_active = excluded.is_active,
    if_past = excluded.if_past,
    if_late_minutes = excluded.if_late_minutes,
    active_since = excluded.active_since,
    is_fresh = excluded.is_fresh;

-- name: start_clock
-- description: Make the clock's row; the first turn has no earlier one to go on from.
INSERT INTO bookflow.clock (covered_until, woken_until, seen_xid, ticked_at)
VALUES (%(now)s, %(now)s, '0', %(now)s)
ON CONFLICT DO NOTHING;

-- name: take_clock
-- description: Lock the clock unless another turn has it; tells what is new since the last turn.
-- `next_xid` is read before any booking is: what it leaves out has been committed by then.
-- Transactions numbered beyond `end_xid` have not begun: such numbers come from another server.
SELECT
    covered_until, woken_until, seen_xid::text AS seen_xid,
    pg_snapshot_xmin(pg_current_snapshot())::text AS next_xid,
    pg_snapshot_xmax(pg_current_snapshot())::text AS end_xid
FROM bookflow.clock
FOR NO KEY UPDATE SKIP LOCKED;

-- name: find_by_start
-- description: Find bookings that start within windows; one index range for each window.
SELECT w.place, b.*
FROM unnest(%(places)s::integer[], %(lows)s::timestamptz[], %(highs)s::timestamptz[])
    AS w (place, low, high)
CROSS JOIN LATERAL (
    SELECT
        k.id, k.status, k.start_time, k.end_time, t.slug,
        greatest(k.times_since, k.status_since) AS since
    FROM bookflow.bookings AS k
    JOIN bookflow.event_types AS t ON t.id = k.event_type_id
    WHERE
        k.start_time > w.low AND k.start_time <= w.high
        AND k.status NOT IN ('cancelled', 'rejected') AND k.erased_at IS NULL
        AND k.id = %(subject_id)s -- if: subject_id
    ORDER BY k.start_time
    LIMIT %(limit)s
) AS b;

-- name: find_by_end
-- description: Find bookings that end within windows; one index range for each window.
SELECT w.place, b.*
FROM unnest(%(places)s::integer[], %(lows)s::timestamptz[], %(highs)s::timestamptz[])
    AS w (place, low, high)
CROSS JOIN LATERAL (
    SELECT
        k.id, k.status, k.start_time, k.end_time, t.slug,
        greatest(k.times_since, k.status_since) AS since
    FROM bookflow.bookings AS k
    JOIN bookflow.event_types AS t ON t.id = k.event_type_id
    WHERE
        k.end_time > w.low AND k.end_time <= w.high
        AND k.status NOT IN ('cancelled', 'rejected', 'no_show') AND k.erased_at IS NULL
        AND k.id = %(subject_id)s -- if: subject_id
    ORDER BY k.end_time
    LIMIT %(limit)s
) AS b;

-- name: find_changed
-- description: Find bookings that changed since the last turn and lie in a window.
-- Waits are seconds: a day of an interval is 23 hours long where the session's clock changes.
WITH changed AS MATERIALIZED (
    SELECT
        k.id, k.status, k.start_time, k.end_time, t.slug,
        greatest(k.times_since, k.status_since) AS since
    FROM bookflow.bookings AS k
    JOIN bookflow.event_types AS t ON t.id = k.event_type_id
    WHERE
        k.changed_xid >= %(seen_xid)s::xid8 AND k.changed_xid < %(end_xid)s::xid8
        AND k.status NOT IN ('cancelled', 'rejected') AND k.erased_at IS NULL
)
SELECT w.place, b.id, b.status, b.start_time, b.end_time, b.slug, b.since
FROM unnest(
    %(places)s::integer[], %(anchors)s::text[], %(lows)s::timestamptz[], %(highs)s::timestamptz[],
    %(waits)s::float8[]
) AS w (place, anchor, low, high, wait)
JOIN changed AS b
    ON
        (
            w.anchor = 'start_time' AND b.start_time > w.low AND b.start_time <= w.high
            AND (w.wait IS NULL OR b.start_time + w.wait * interval '1 second' >= b.since)
        )
        OR (
            w.anchor = 'end_time' AND b.end_time > w.low AND b.end_time <= w.high
            AND b.status <> 'no_show'
            AND (w.wait IS NULL OR b.end_time + w.wait * interval '1 second' >= b.since)
        );

-- name: find_anchored
-- description: Find the executions that exist for workflows, bookings and their times.
SELECT
    e.id, e.workflow_id, e.booking_id, e.anchor_at, e.status, e.due_at, e.rounds,
    e.status = 'cancelled'
    AND EXISTS (SELECT 1 FROM bookflow.action_results AS r WHERE r.execution_id = e.id)
    AND NOT EXISTS (
        SELECT 1 FROM bookflow.action_results AS r
        WHERE r.execution_id = e.id AND r.error_code IS DISTINCT FROM 'stale'
    ) AS is_stale
FROM unnest(%(workflow_ids)s::text[], %(booking_ids)s::text[], %(anchors)s::timestamptz[])
    AS n (workflow_id, booking_id, anchor_at)
JOIN bookflow.executions AS e
    ON
        e.workflow_id = n.workflow_id AND e.booking_id = n.booking_id AND e.anchor_at = n.anchor_at;

-- name: insert_clock_events
-- description: Record that reminders' times have come; who has the key already keeps it.
INSERT INTO bookflow.events (
    id, trigger, booking_id, source, occurred_at, received_at, idempotency_key, fingerprint
)
SELECT
    n.id, n.trigger, n.booking_id, n.source, n.occurred_at, n.received_at, n.idempotency_key,
    n.fingerprint
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, trigger text, booking_id text, source text, occurred_at timestamptz,
    received_at timestamptz, idempotency_key text, fingerprint text
)
ORDER BY n.idempotency_key
ON CONFLICT DO NOTHING;

-- name: find_clock_events
-- description: Find who holds the keys of reminders' events.
SELECT id, trigger, booking_id, idempotency_key
FROM bookflow.events
WHERE idempotency_key = ANY(%(keys)s);

-- name: insert_reminders
-- description: Record reminders that don't exist yet; missed ones are over at once.
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, anchor_at,
    created_at, completed_at, error_message
)
SELECT
    n.id, n.workflow_id, n.workflow_version, n.event_id, n.booking_id,
    CASE WHEN n.missed IS NULL THEN 'pending' ELSE 'cancelled' END,
    n.due_at, n.due_at, n.anchor_at, n.created_at,
    CASE WHEN n.missed IS NOT NULL THEN n.created_at END, n.missed
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, workflow_id text, workflow_version text, event_id uuid, booking_id text,
    due_at timestamptz, anchor_at timestamptz, created_at timestamptz, missed text
)
ORDER BY n.workflow_id, n.booking_id, n.anchor_at
ON CONFLICT DO NOTHING
RETURNING id;

-- name: reschedule
-- description: Give reminders another due time, unless a run has claimed them meanwhile.
UPDATE bookflow.executions AS e SET
    status = 'pending',
    due_at = n.due_at,
    wake_at = n.due_at,
    rounds = 0,
    cut_off = 0,
    completed_at = NULL,
    error_message = NULL,
    actions_executed = 0,
    actions_failed = 0,
    actions_skipped = 0
FROM json_to_recordset(%(rows)s::json) AS n (id uuid, due_at timestamptz)
WHERE e.id = n.id AND (e.status = 'cancelled' OR (e.status = 'pending' AND e.rounds = 0))
RETURNING e.id;

-- name: forget_stale_results
-- description: Let restored reminders judge every action anew.
DELETE FROM bookflow.action_results
WHERE execution_id = ANY(%(ids)s) AND error_code = 'stale';

-- name: restore_deliveries
-- description: Let deliveries go on that ended with their execution, under the same ids.
UPDATE bookflow.deliveries SET status = 'retrying', not_before = NULL, settled_at = NULL
WHERE execution_id = ANY(%(ids)s) AND status = 'failed' AND error_code = 'cancelled';

-- name: find_ahead
-- description: Find the reminders of workflows that are due later and were never claimed.
SELECT
    e.id, e.workflow_id, v.trigger, e.anchor_at, e.due_at,
    b.id AS booking_id, b.status, b.start_time, b.end_time, t.slug
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
JOIN bookflow.bookings AS b ON b.id = e.booking_id
JOIN bookflow.event_types AS t ON t.id = b.event_type_id
WHERE
    e.workflow_id = ANY(%(workflow_ids)s) AND e.status = 'pending' AND e.wake_at > %(now)s
    AND e.rounds = 0 AND e.anchor_at IS NOT NULL;

-- name: withdraw
-- description: Cancel reminders, unless a run has claimed them meanwhile.
UPDATE bookflow.executions SET
    status = 'cancelled', completed_at = %(now)s, error_message = %(reason)s
WHERE id = ANY(%(ids)s) AND status = 'pending' AND rounds = 0;

-- name: close_orphans
-- description: Cancel overdue reminders of workflows that are not active any more.
WITH orphaned AS (
    SELECT p.workflow_id
    FROM bookflow.pending_workflows AS p
    LEFT JOIN bookflow.spec_rules AS r ON r.workflow_id = p.workflow_id AND r.is_active
    WHERE r.path IS NULL
)
UPDATE bookflow.executions AS e SET
    status = 'cancelled',
    completed_at = %(now)s,
    error_message = %(reason)s
FROM orphaned AS o
WHERE
    e.workflow_id = o.workflow_id AND e.status = 'pending' AND e.wake_at < %(before)s
    AND e.anchor_at IS NOT NULL
RETURNING e.id;

-- name: cover
-- description: Note how far the clock has come.
UPDATE bookflow.clock SET
    covered_until = %(until)s, seen_xid = %(next_xid)s::xid8, ticked_at = %(now)s;

-- name: settle_fresh
-- description: Note which rules were looked at for all bookings, unless their files changed since.
UPDATE bookflow.spec_rules AS r SET is_fresh = false
FROM unnest(%(paths)s::text[], %(signatures)s::text[]) AS n (path, signature)
WHERE r.path = n.path AND r.signature = n.signature AND r.is_fresh;

-- name: wakes_ahead
-- description: List workflows with what is due soon.
SELECT DISTINCT p.workflow_id, e.wake_at
FROM bookflow.pending_workflows AS p
JOIN bookflow.executions AS e
    ON
        e.workflow_id = p.workflow_id AND e.status = 'pending'
        AND e.wake_at > %(now)s AND e.wake_at <= %(until)s
ORDER BY p.workflow_id, e.wake_at;

-- name: note_woken
-- description: Note up to when runs were made.
UPDATE bookflow.clock SET woken_until = greatest(woken_until, %(until)s);

-- name: list_pending
-- description: Read pending executions in the order in which they will run.
SELECT
    e.id, e.workflow_id, e.booking_id AS subject_id, v.trigger, e.due_at, e.wake_at, e.anchor_at
FROM bookflow.executions AS e
JOIN bookflow.events AS v ON v.id = e.event_id
WHERE
    e.status = 'pending' AND e.wake_at <= %(until)s
    AND e.workflow_id = %(workflow_id)s -- if: workflow_id
    AND e.booking_id = %(subject_id)s -- if: subject_id
    AND e.workflow_id = ANY(%(workflow_ids)s) -- if: workflow_ids
ORDER BY e.wake_at, e.id
LIMIT %(limit)s;
