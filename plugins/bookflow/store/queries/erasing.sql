-- name: find_subjects_of
-- description: Find bookings that name a person, or from which messages went to them.
SELECT b.id
FROM bookflow.bookings AS b
WHERE b.invitee_email ~* %(pattern)s OR b.attendees::text ~* %(pattern)s
UNION
SELECT e.booking_id
FROM bookflow.deliveries AS d
JOIN bookflow.executions AS e ON e.id = d.execution_id
WHERE d.recipient <> 'organizer' AND d.address ~* %(pattern)s
ORDER BY 1;

-- name: main_subjects_of
-- description: Find the bookings whose invitee is the person.
SELECT id FROM bookflow.bookings WHERE invitee_email ~* %(pattern)s ORDER BY id;

-- name: open_executions_of
-- description: List the open executions of bookings.
SELECT id, status
FROM bookflow.executions
WHERE booking_id = ANY(%(ids)s) AND status IN ('pending', 'running')
ORDER BY id;

-- name: wipe_attendees
-- description: Take a person off the lists of attendees, also where a bare name stands for them.
UPDATE bookflow.bookings AS b SET attendees = k.kept
FROM (
    SELECT
        o.id,
        coalesce(jsonb_agg(a.one ORDER BY a.place) FILTER (
            WHERE
                a.one IS NOT NULL
                AND (a.one ->> 'email' ~* %(pattern)s) IS NOT TRUE
                AND (
                    o.invitee_email ~* %(pattern)s AND coalesce(a.one ->> 'email', '') = ''
                    AND lower(a.one ->> 'name') = lower(o.invitee_name)
                ) IS NOT TRUE
        ), '[]') AS kept
    FROM bookflow.bookings AS o
    LEFT JOIN LATERAL jsonb_array_elements(o.attendees) WITH ORDINALITY AS a (one, place) ON true
    WHERE o.id = ANY(%(ids)s)
    GROUP BY o.id
) AS k
WHERE b.id = k.id AND b.attendees <> k.kept
RETURNING b.id;

-- name: wipe_invitees
-- description: Forget an invitee; a booking that nobody else attends is marked as erased.
UPDATE bookflow.bookings SET
    invitee_name = NULL, invitee_email = NULL, invitee_phone = NULL, invitee_timezone = NULL,
    invitee_locale = NULL, custom_answers = '{}', cancellation_reason = NULL,
    erased_at = CASE WHEN attendees = '[]' THEN %(now)s::timestamptz END
WHERE id = ANY(%(ids)s) AND invitee_email ~* %(pattern)s
RETURNING id;

-- name: wipe_executions
-- description: Forget why executions ended, where words were kept of it.
UPDATE bookflow.executions SET error_message = %(erased)s
WHERE booking_id = ANY(%(ids)s) AND error_message IS NOT NULL
RETURNING id;

-- name: wipe_results
-- description: Forget what was rendered and looked at; how it ended, and with which code, stays.
UPDATE bookflow.action_results AS r SET
    rendered = CASE WHEN r.rendered IS NOT NULL THEN %(note)s::jsonb END,
    conditions = NULL,
    reason = CASE WHEN r.reason IS NOT NULL THEN %(erased)s END
FROM bookflow.executions AS e
WHERE e.booking_id = ANY(%(ids)s) AND r.execution_id = e.id
RETURNING r.execution_id;

-- name: wipe_deliveries
-- description: Forget what was answered to deliveries, and where those to the person went.
UPDATE bookflow.deliveries AS d SET
    address = CASE WHEN t.is_theirs THEN %(marker)s ELSE d.address END,
    recipient = CASE
        WHEN t.is_theirs AND d.recipient <> 'invitee' THEN %(marker)s || '-' || left(d.id::text, 8)
        ELSE d.recipient
    END,
    digest_key = CASE WHEN t.is_theirs THEN NULL ELSE d.digest_key END,
    provider_id = CASE WHEN t.is_theirs THEN NULL ELSE d.provider_id END,
    details = NULL,
    error_message = CASE WHEN d.error_message IS NOT NULL THEN %(erased)s END
FROM (
    SELECT
        o.id,
        o.recipient = ANY(%(recipients)s) OR o.address ~* %(pattern)s
        OR o.recipient ~* %(pattern)s AS is_theirs
    FROM bookflow.executions AS e
    JOIN bookflow.deliveries AS o ON o.execution_id = e.id
    WHERE e.booking_id = ANY(%(ids)s)
) AS t
WHERE d.id = t.id
RETURNING d.id;

-- name: wipe_audit
-- description: Forget what was changed of bookings, though not that it was, when and by whom.
UPDATE bookflow.audit AS a SET
    before = CASE WHEN a.before IS NOT NULL THEN %(note)s::jsonb END,
    after = CASE WHEN a.after IS NOT NULL THEN %(note)s::jsonb END
WHERE
    a.subject_id = ANY(%(ids)s)
    OR a.execution_id IN (
        SELECT e.id FROM bookflow.executions AS e WHERE e.booking_id = ANY(%(ids)s)
    )
RETURNING a.id;

-- name: wipe_requests_of
-- description: Forget what inbound requests brought about bookings.
UPDATE bookflow.inbound_requests AS r SET
    masked = NULL, sealed = NULL, headers = '{}', reason = NULL, remote = NULL
WHERE
    r.booking_id = ANY(%(ids)s)
    OR r.event_id IN (SELECT v.id FROM bookflow.events AS v WHERE v.booking_id = ANY(%(ids)s))
RETURNING r.id;

-- name: count_traces
-- description: Count what would be wiped of bookings and of what was done for them.
WITH mine AS MATERIALIZED (
    SELECT id, error_message FROM bookflow.executions WHERE booking_id = ANY(%(ids)s)
)
SELECT
    (SELECT count(*) FROM bookflow.bookings WHERE id = ANY(%(ids)s)) AS bookings,
    (SELECT count(*) FROM mine WHERE error_message IS NOT NULL) AS executions,
    (
        SELECT count(*) FROM bookflow.action_results AS r JOIN mine AS m ON m.id = r.execution_id
    ) AS action_results,
    (
        SELECT count(*) FROM bookflow.deliveries AS d JOIN mine AS m ON m.id = d.execution_id
    ) AS deliveries,
    (
        SELECT count(*) FROM bookflow.audit AS a
        WHERE a.subject_id = ANY(%(ids)s) OR a.execution_id IN (SELECT id FROM mine)
    ) AS audit,
    (
        SELECT count(*) FROM bookflow.inbound_requests AS r
        WHERE
            r.booking_id = ANY(%(ids)s)
            OR r.event_id IN (
                SELECT v.id FROM bookflow.events AS v WHERE v.booking_id = ANY(%(ids)s)
            )
    ) AS inbound_requests;

-- name: sealed_requests
-- description: Read sealed bodies of inbound requests, some at a time.
SELECT id, sealed
FROM bookflow.inbound_requests
WHERE
    sealed IS NOT NULL
    AND id > %(after)s -- if: after
ORDER BY id
LIMIT %(limit)s;

-- name: wipe_requests
-- description: Forget what some inbound requests brought.
UPDATE bookflow.inbound_requests SET
    masked = NULL, sealed = NULL, headers = '{}', reason = NULL, remote = NULL
WHERE id = ANY(%(ids)s)
RETURNING id;

-- name: wipe_organizers
-- description: Forget who organizers are; their bookings and figures stay.
UPDATE bookflow.organizers SET
    email = NULL, name = NULL, first_name = NULL, last_name = NULL, phone = NULL, company = NULL,
    updated_at = %(now)s
WHERE email ~* %(pattern)s
RETURNING id;

-- name: find_event_keys
-- description: Find idempotency keys of events that hold a pattern.
SELECT id, idempotency_key AS key
FROM bookflow.events
WHERE idempotency_key ~* %(pattern)s AND idempotency_key NOT LIKE %(mark)s
ORDER BY id;

-- name: digest_event_keys
-- description: Let digests stand for keys; where one does already, its event goes on doing so.
UPDATE bookflow.events AS e SET
    idempotency_key = CASE
        WHEN NOT EXISTS (
            SELECT 1 FROM bookflow.events AS h WHERE h.idempotency_key = n.digest
        ) THEN n.digest
    END
FROM json_to_recordset(%(rows)s::json) AS n (id uuid, key text, digest text)
WHERE e.id = n.id AND e.idempotency_key = n.key
RETURNING e.id;

-- name: find_request_keys
-- description: Find keys of inbound requests that hold a pattern.
SELECT id, dedup_key AS key
FROM bookflow.inbound_requests
WHERE dedup_key ~* %(pattern)s AND dedup_key NOT LIKE %(mark)s
ORDER BY id;

-- name: digest_request_keys
-- description: Let digests stand for keys of inbound requests.
UPDATE bookflow.inbound_requests AS r SET dedup_key = n.digest
FROM json_to_recordset(%(rows)s::json) AS n (id uuid, key text, digest text)
WHERE r.id = n.id AND r.dedup_key = n.key
RETURNING r.id;

-- name: list_tables
-- description: List all tables of ours, whoever added them.
SELECT name FROM bookflow.own_tables ORDER BY name;

-- name: redact
-- description: Replace a pattern in all texts of a table; counts its rows.
SELECT bookflow.redact(%(name)s, %(pattern)s, %(marker)s, %(skipped)s::text[], %(is_dry)s) AS count;

-- name: count_organizers
-- description: Count organizers with an address.
SELECT count(*) AS count FROM bookflow.organizers WHERE email ~* %(pattern)s;

-- name: forget_limits_of
-- description: Delete rate limits by their keys.
DELETE FROM bookflow.rate_limits WHERE key = ANY(%(keys)s) RETURNING key;
