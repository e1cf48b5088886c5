-- name: keep_request
-- description: Keep one request of a platform with its verdict.
INSERT INTO bookflow.inbound_requests (
    id, source, received_at, verdict, code, reason, event_id, trigger, booking_id, dedup_key,
    remote, headers, masked, sealed, size, replay_of, actor
)
VALUES (
    %(id)s, %(source)s, %(received_at)s, %(verdict)s, %(code)s, %(reason)s, %(event_id)s,
    %(trigger)s, %(booking_id)s, %(dedup_key)s, %(remote)s, %(headers)s::jsonb, %(masked)s::jsonb,
    %(sealed)s, %(size)s, %(replay_of)s, %(actor)s
);

-- name: list_requests
-- description: List requests, newest first, without their bodies.
SELECT
    id, source, received_at, verdict, code, reason, event_id, trigger, booking_id, dedup_key,
    remote, size, replay_of, actor, sealed IS NOT NULL AS is_sealed
FROM bookflow.inbound_requests
WHERE
    true
    AND source = %(source)s  -- if: source
    AND verdict = %(verdict)s  -- if: verdict
    AND verdict <> 'accepted'  -- if: not_accepted
    AND (received_at, id) < (%(cursor_at)s, %(cursor_id)s)  -- if: cursor
ORDER BY received_at DESC, id DESC
LIMIT %(limit)s;

-- name: get_request
-- description: Read one request with everything that is kept of it.
SELECT
    id, source, received_at, verdict, code, reason, event_id, trigger, booking_id, dedup_key,
    remote, headers, masked, sealed, size, replay_of, actor
FROM bookflow.inbound_requests
WHERE id = %(id)s;

-- name: purge_requests
-- description: Delete the oldest requests from before a moment, a few at a time.
DELETE FROM bookflow.inbound_requests
WHERE id IN (
    SELECT r.id
    FROM bookflow.inbound_requests AS r
    WHERE r.received_at < %(before)s
    ORDER BY r.received_at, r.id
    LIMIT %(limit)s
)
RETURNING id;

-- name: find_aliases
-- description: Read which bookings a platform's ids stand for.
SELECT external_id, booking_id
FROM bookflow.booking_aliases
WHERE source = %(source)s AND external_id = ANY(%(ids)s);

-- name: add_alias
-- description: Let a further id of a platform stand for a booking; the first link stays.
INSERT INTO bookflow.booking_aliases (source, external_id, booking_id, created_at)
VALUES (%(source)s, %(external_id)s, %(booking_id)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: lock_delivery
-- description: Read how a delivery stands, and keep its settlement out meanwhile.
SELECT id, status, attempts, provider_id, details, sent_at
FROM bookflow.deliveries
WHERE id = %(id)s
FOR NO KEY UPDATE;

-- name: end_delivery
-- description: Write how a delivery ended, as its provider tells.
UPDATE bookflow.deliveries SET
    status = %(status)s,
    attempts = %(attempts)s,
    provider_id = %(provider_id)s,
    error_code = %(error_code)s,
    error_message = %(error_message)s,
    details = %(details)s::jsonb,
    sent_at = %(sent_at)s,
    settled_at = %(settled_at)s,
    not_before = NULL,
    lease_until = NULL
WHERE id = %(id)s;

-- name: note_delivery
-- description: Keep the provider's last word about a delivery in its details alone.
UPDATE bookflow.deliveries SET details = %(details)s::jsonb WHERE id = %(id)s;
