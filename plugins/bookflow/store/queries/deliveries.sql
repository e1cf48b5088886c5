-- name: find_deliveries
-- description: Tell which of these deliveries are known.
SELECT id FROM bookflow.deliveries WHERE id = ANY(%(ids)s);

-- name: lock_digests
-- description: Let one transaction at a time open windows of these digests, in the order of keys.
SELECT pg_advisory_xact_lock(hashtextextended(k.key, 0))
FROM (SELECT unnest(%(keys)s::text[]) AS key ORDER BY 1) AS k;

-- name: open_windows
-- description: Read when the windows end that are open for these digests.
SELECT digest_key, min(not_before) AS ends_at
FROM bookflow.deliveries
WHERE
    digest_key = ANY(%(keys)s) AND status = 'waiting' AND not_before > %(now)s
    AND digest_id IS NULL
GROUP BY digest_key;

-- name: insert_deliveries
-- description: Claim or put off deliveries that were never tried; gives the ids that are new.
INSERT INTO bookflow.deliveries (
    id, execution_id, action, recipient, channel, address, endpoint, digest_key, status,
    error_code, error_message, not_before, lease_until, trying_since, created_at, claimed_at
)
SELECT
    n.id, n.execution_id, n.action, n.recipient, n.channel, n.address, n.endpoint, n.digest_key,
    CASE WHEN n.hold_until IS NULL THEN 'sending' ELSE 'waiting' END,
    n.hold_code, n.hold_reason, n.hold_until,
    CASE WHEN n.hold_until IS NULL THEN %(lease_until)s END,
    coalesce(n.hold_until, %(now)s), %(now)s, %(now)s
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, execution_id uuid, action text, recipient text, channel text, address text,
    endpoint text, digest_key text, hold_until timestamptz, hold_code text, hold_reason text
)
JOIN bookflow.executions AS e ON e.id = n.execution_id AND e.status = 'running'
ORDER BY n.id
ON CONFLICT DO NOTHING
RETURNING id, trying_since;

-- name: reclaim_deliveries
-- description: Claim or put off deliveries tried before; gives how each stood and its verdict.
-- The verdicts: `claimed`, `held` by the hold that came with it, `early` before its time,
-- `in_flight` under somebody's lease, `final`.
WITH before AS MATERIALIZED (
    SELECT
        d.id, d.status, d.attempts, d.rounds, d.trying_since, d.digest_key,
        -- a digest that was sent without it carries it no more: who got that one drops its like
        CASE
            WHEN NOT EXISTS (
                SELECT 1 FROM bookflow.deliveries AS s
                WHERE s.digest_id = d.digest_id AND s.status IN ('sent', 'delivered')
            ) THEN d.digest_id
        END AS digest_id,
        d.not_before, d.lease_until, d.error_code, d.error_message, n.address, n.endpoint,
        n.hold_until, n.hold_code, n.hold_reason,
        CASE
            WHEN d.status NOT IN ('sending', 'retrying', 'waiting') THEN 'final'
            WHEN d.status = 'sending' AND d.lease_until > %(now)s THEN 'in_flight'
            WHEN d.status <> 'sending' AND d.not_before > %(now)s THEN 'early'
            WHEN n.hold_until IS NOT NULL THEN 'held'
            ELSE 'claimed'
        END AS verdict
    FROM bookflow.deliveries AS d
    JOIN json_to_recordset(%(rows)s::json) AS n (
        id uuid, address text, endpoint text, hold_until timestamptz, hold_code text,
        hold_reason text
    ) ON n.id = d.id
    JOIN bookflow.executions AS e ON e.id = d.execution_id AND e.status = 'running'
    WHERE d.id = ANY(%(ids)s)
    ORDER BY d.id
    FOR NO KEY UPDATE OF d
),
grouped AS (
    -- messages of one digest that go out together are known by the first of them from now on
    SELECT
        b.*,
        CASE
            WHEN b.verdict = 'claimed' AND b.digest_key IS NOT NULL
                THEN coalesce(b.digest_id, first_value(b.id) OVER (
                    PARTITION BY b.digest_key, b.verdict, b.digest_id IS NULL ORDER BY b.id
                ))
            ELSE b.digest_id
        END AS carrier
    FROM before AS b
),
marked AS (
    UPDATE bookflow.deliveries AS d SET
        status = 'sending', claimed_at = %(now)s, lease_until = %(lease_until)s,
        not_before = NULL, address = g.address, endpoint = g.endpoint, digest_id = g.carrier
    FROM grouped AS g
    WHERE d.id = g.id AND g.verdict = 'claimed'
),
put_off AS (
    UPDATE bookflow.deliveries AS d SET
        status = 'waiting', lease_until = NULL, not_before = g.hold_until,
        error_code = g.hold_code, error_message = g.hold_reason,
        trying_since = CASE WHEN d.attempts = 0 THEN g.hold_until ELSE d.trying_since END
    FROM grouped AS g
    WHERE d.id = g.id AND g.verdict = 'held'
)
SELECT
    id, verdict, status, attempts, rounds, trying_since, carrier AS digest_id, not_before,
    lease_until, error_code, error_message
FROM grouped;

-- name: renew_leases
-- description: Say that deliveries are still being sent.
UPDATE bookflow.deliveries SET lease_until = %(until)s
WHERE id = ANY(%(ids)s) AND status = 'sending';

-- name: settle_deliveries
-- description: Record how deliveries went; a final one stays, others can only become final.
UPDATE bookflow.deliveries AS d SET
    status = n.status,
    attempts = d.attempts + n.attempts,
    rounds = d.rounds + (n.status = 'retrying')::integer,
    provider_id = coalesce(n.provider_id, d.provider_id),
    error_code = n.error_code,
    error_message = n.error_message,
    details = n.details,
    not_before = n.not_before,
    lease_until = NULL,
    digest_id = coalesce(n.digest_id, d.digest_id),
    sent_at = CASE WHEN n.status IN ('sent', 'delivered') THEN n.at END,
    settled_at = CASE WHEN n.status = 'waiting' THEN d.settled_at ELSE n.at END
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, status text, attempts integer, at timestamptz, provider_id text, error_code text,
    error_message text, details jsonb, not_before timestamptz, digest_id uuid
)
WHERE
    d.id = n.id
    AND (
        d.status = 'sending'
        OR d.status IN ('retrying', 'waiting') AND n.status IN ('sent', 'delivered', 'failed')
    );

-- name: lock_executions
-- description: Let nobody cancel executions while open results of theirs are recorded.
SELECT id FROM bookflow.executions WHERE id = ANY(%(ids)s) ORDER BY id FOR SHARE;

-- name: upsert_results
-- description: Record action results; a final one stays, earlier tries add up.
-- An execution that has ended takes only final ones.
INSERT INTO bookflow.action_results AS r (
    execution_id, action, type, status, reason, error_code, cause, conditions, rendered, attempts,
    started_at, ended_at, duration_ms, resume_at
)
SELECT
    n.execution_id, n.action, n.type, n.status, n.reason, n.error_code, n.cause, n.conditions,
    n.rendered, n.attempts, n.started_at, n.ended_at, n.duration_ms, n.resume_at
FROM json_to_recordset(%(rows)s::json) AS n (
    execution_id uuid, action text, type text, status text, reason text, error_code text,
    cause text, conditions jsonb, rendered jsonb, attempts integer, started_at timestamptz,
    ended_at timestamptz, duration_ms double precision, resume_at timestamptz
)
WHERE
    n.status NOT IN ('retrying', 'waiting')
    OR EXISTS (
        SELECT 1 FROM bookflow.executions AS e
        WHERE e.id = n.execution_id AND e.status IN ('pending', 'running')
    )
ORDER BY n.execution_id, n.action
ON CONFLICT (execution_id, action) DO UPDATE SET
    type = excluded.type,
    status = excluded.status,
    reason = excluded.reason,
    error_code = excluded.error_code,
    cause = excluded.cause,
    conditions = excluded.conditions,
    rendered = excluded.rendered,
    attempts = r.attempts + excluded.attempts,
    started_at = least(r.started_at, excluded.started_at),
    ended_at = excluded.ended_at,
    duration_ms = r.duration_ms + excluded.duration_ms,
    resume_at = excluded.resume_at
WHERE r.status IN ('retrying', 'waiting');

-- name: close_deliveries
-- description: End what is still open of actions that have ended.
UPDATE bookflow.deliveries AS d SET
    status = 'failed',
    error_code = %(code)s,
    error_message = CASE
        WHEN d.status = 'sending' THEN concat_ws('; ', %(sending)s::text, n.reason) ELSE n.reason
    END,
    not_before = NULL,
    lease_until = NULL,
    settled_at = n.at
FROM json_to_recordset(%(rows)s::json) AS n (
    execution_id uuid, action text, reason text, at timestamptz
)
WHERE
    d.execution_id = n.execution_id AND d.action = n.action
    AND d.status IN ('sending', 'retrying', 'waiting');
