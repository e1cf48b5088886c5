-- name: load_bookings
-- description: Read bookings with everything that belongs to them, but those that were erased.
SELECT
    b.id, b.status, b.start_time, b.end_time,
    t.id AS event_type_id, t.slug AS event_type_slug, t.name AS event_type_name,
    t.description AS event_type_description, t.duration AS event_type_duration,
    t.location_type AS event_type_location_type, t.max_attendees AS event_type_max_attendees,
    o.id AS organizer_id, o.email AS organizer_email, o.name AS organizer_name,
    o.first_name AS organizer_first_name, o.last_name AS organizer_last_name,
    o.timezone AS organizer_timezone, o.company AS organizer_company,
    o.phone AS organizer_phone, o.locale AS organizer_locale,
    b.invitee_name, b.invitee_email, b.invitee_phone, b.invitee_timezone, b.invitee_locale,
    b.attendees, b.cancellation_reason, b.meeting_link, b.meeting_id, b.meeting_password,
    b.custom_answers, b.created_at
FROM bookflow.bookings AS b
JOIN bookflow.event_types AS t ON t.id = b.event_type_id
JOIN bookflow.organizers AS o ON o.id = b.organizer_id
WHERE b.id = ANY(%(ids)s) AND b.erased_at IS NULL;

-- name: insert_events
-- description: Record events; a known key (or id) writes nothing, also while its holder commits.
INSERT INTO bookflow.events (
    id, trigger, booking_id, source, occurred_at, received_at, idempotency_key, fingerprint, actor
)
SELECT
    n.id, n.trigger, n.booking_id, n.source, n.occurred_at, n.received_at, n.idempotency_key,
    n.fingerprint, n.actor
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, trigger text, booking_id text, source text, occurred_at timestamptz,
    received_at timestamptz, idempotency_key text, fingerprint text, actor text
)
ORDER BY n.idempotency_key, n.id
ON CONFLICT DO NOTHING
RETURNING id;

-- name: find_events
-- description: Read the events that hold these keys or ids already.
SELECT id, trigger, booking_id, idempotency_key, fingerprint
FROM bookflow.events
WHERE idempotency_key = ANY(%(keys)s)
UNION
SELECT id, trigger, booking_id, idempotency_key, fingerprint
FROM bookflow.events
WHERE id = ANY(%(ids)s);

-- name: find_heads
-- description: Read what callers of intake learn about the executions of events.
SELECT id, event_id, workflow_id, status, due_at
FROM bookflow.executions
WHERE event_id = ANY(%(event_ids)s)
ORDER BY event_id, created_at, id;

-- name: upsert_organizers
-- description: Keep organizers as snapshots tell; unchanged ones are not even locked, gaps keep.
INSERT INTO bookflow.organizers AS o (
    id, email, name, first_name, last_name, timezone, company, phone, locale, snapshot_at
)
SELECT
    n.id, n.email, n.name, n.first_name, n.last_name, n.timezone, n.company, n.phone, n.locale,
    n.snapshot_at
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, email text, name text, first_name text, last_name text, timezone text, company text,
    phone text, locale text, snapshot_at timestamptz
)
LEFT JOIN bookflow.organizers AS k ON k.id = n.id
WHERE
    k.id IS NULL
    OR (
        n.snapshot_at >= coalesce(k.snapshot_at, n.snapshot_at)
        AND (
            (n.email IS NOT NULL AND n.email IS DISTINCT FROM k.email)
            OR (n.name IS NOT NULL AND n.name IS DISTINCT FROM k.name)
            OR (n.first_name IS NOT NULL AND n.first_name IS DISTINCT FROM k.first_name)
            OR (n.last_name IS NOT NULL AND n.last_name IS DISTINCT FROM k.last_name)
            OR (n.timezone IS NOT NULL AND n.timezone IS DISTINCT FROM k.timezone)
            OR (n.company IS NOT NULL AND n.company IS DISTINCT FROM k.company)
            OR (n.phone IS NOT NULL AND n.phone IS DISTINCT FROM k.phone)
            OR (n.locale IS NOT NULL AND n.locale IS DISTINCT FROM k.locale)
        )
    )
ORDER BY n.id
ON CONFLICT (id) DO UPDATE SET
    email = coalesce(excluded.email, o.email),
    name = coalesce(excluded.name, o.name),
    first_name = coalesce(excluded.first_name, o.first_name),
    last_name = coalesce(excluded.last_name, o.last_name),
    timezone = coalesce(excluded.timezone, o.timezone),
    company = coalesce(excluded.company, o.company),
    phone = coalesce(excluded.phone, o.phone),
    locale = coalesce(excluded.locale, o.locale),
    snapshot_at = excluded.snapshot_at,
    updated_at = now()
WHERE o.snapshot_at IS NULL OR excluded.snapshot_at >= o.snapshot_at;

-- name: update_event_types
-- description: Keep known event types as snapshots tell: found by slug, else by id (a new slug).
UPDATE bookflow.event_types AS k SET
    slug = n.slug,
    name = coalesce(n.name, k.name),
    description = coalesce(n.description, k.description),
    duration = coalesce(n.duration, k.duration),
    location_type = coalesce(n.location_type, k.location_type),
    max_attendees = coalesce(n.max_attendees, k.max_attendees),
    snapshot_at = n.snapshot_at,
    updated_at = now()
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, slug text, name text, description text, duration bigint, location_type text,
    max_attendees bigint, snapshot_at timestamptz
)
WHERE
    (
        k.slug = n.slug
        OR (
            k.id = n.id
            AND NOT EXISTS (SELECT 1 FROM bookflow.event_types AS s WHERE s.slug = n.slug)
        )
    )
    AND n.snapshot_at >= coalesce(k.snapshot_at, n.snapshot_at)
    AND (
        n.slug <> k.slug
        OR (n.name IS NOT NULL AND n.name IS DISTINCT FROM k.name)
        OR (n.description IS NOT NULL AND n.description IS DISTINCT FROM k.description)
        OR (n.duration IS NOT NULL AND n.duration IS DISTINCT FROM k.duration)
        OR (n.location_type IS NOT NULL AND n.location_type IS DISTINCT FROM k.location_type)
        OR (n.max_attendees IS NOT NULL AND n.max_attendees IS DISTINCT FROM k.max_attendees)
    );

-- name: insert_event_types
-- description: Add event types whose slug is new; where another one has the id, under a new id.
INSERT INTO bookflow.event_types (
    id, slug, name, description, duration, location_type, max_attendees, snapshot_at
)
SELECT
    CASE
        WHEN
            row_number() OVER (PARTITION BY n.id ORDER BY n.slug) > 1
            OR EXISTS (SELECT 1 FROM bookflow.event_types AS k WHERE k.id = n.id)
            THEN gen_random_uuid()::text
        ELSE n.id
    END,
    n.slug, n.name, n.description, n.duration, n.location_type, n.max_attendees, n.snapshot_at
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, slug text, name text, description text, duration bigint, location_type text,
    max_attendees bigint, snapshot_at timestamptz
)
WHERE NOT EXISTS (SELECT 1 FROM bookflow.event_types AS k WHERE k.slug = n.slug)
ORDER BY n.slug
ON CONFLICT (slug) DO NOTHING;

-- name: upsert_bookings
-- description: Keep bookings as their newest snapshot tells; in the order of ids, against deadlocks.
INSERT INTO bookflow.bookings AS b (
    id, status, start_time, end_time, event_type_id, organizer_id, invitee_name, invitee_email,
    invitee_phone, invitee_timezone, invitee_locale, attendees, cancellation_reason, meeting_link,
    meeting_id, meeting_password, custom_answers, snapshot_at, created_at, updated_at, changed_by
)
SELECT
    n.id, n.status, n.start_time, n.end_time, t.id, n.organizer_id,
    n.invitee_name, n.invitee_email, n.invitee_phone, n.invitee_timezone, n.invitee_locale,
    n.attendees, n.cancellation_reason, n.meeting_link, n.meeting_id, n.meeting_password,
    n.custom_answers, n.snapshot_at, n.created_at, n.updated_at, n.changed_by
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, status text, start_time timestamptz, end_time timestamptz, event_type_slug text,
    organizer_id text, invitee_name text, invitee_email text,
    invitee_phone text, invitee_timezone text, invitee_locale text, attendees jsonb,
    cancellation_reason text, meeting_link text, meeting_id text, meeting_password text,
    custom_answers jsonb, snapshot_at timestamptz, created_at timestamptz, updated_at timestamptz,
    changed_by text
)
LEFT JOIN bookflow.event_types AS t ON t.slug = n.event_type_slug
ORDER BY n.id
ON CONFLICT (id) DO UPDATE SET
    status = excluded.status,
    start_time = excluded.start_time,
    end_time = excluded.end_time,
    event_type_id = excluded.event_type_id,
    organizer_id = excluded.organizer_id,
    invitee_name = excluded.invitee_name,
    invitee_email = excluded.invitee_email,
    invitee_phone = excluded.invitee_phone,
    invitee_timezone = excluded.invitee_timezone,
    invitee_locale = excluded.invitee_locale,
    attendees = excluded.attendees,
    cancellation_reason = excluded.cancellation_reason,
    meeting_link = excluded.meeting_link,
    meeting_id = excluded.meeting_id,
    meeting_password = excluded.meeting_password,
    custom_answers = excluded.custom_answers,
    snapshot_at = excluded.snapshot_at,
    created_at = least(b.created_at, excluded.created_at),
    updated_at = excluded.updated_at,
    changed_by = excluded.changed_by,
    erased_at = NULL
WHERE b.snapshot_at IS NULL OR excluded.snapshot_at >= b.snapshot_at
-- a row that was there before has been locked, which leaves a trace in its xmax
RETURNING b.id, b.xmax = 0 AS is_new;

-- name: lock_known_bookings
-- description: Wait for changes of bookings that are under way, in the order of ids.
SELECT id FROM bookflow.bookings WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE;

-- name: apply_implied
-- description: Set what events say by themselves of bookings that are known by their id alone.
UPDATE bookflow.bookings AS b SET
    status = coalesce(n.status, b.status),
    snapshot_at = n.snapshot_at,
    updated_at = n.updated_at,
    changed_by = n.changed_by
FROM json_to_recordset(%(rows)s::json) AS n (
    id text, status text, snapshot_at timestamptz, updated_at timestamptz, changed_by text
)
WHERE b.id = n.id AND (b.snapshot_at IS NULL OR n.snapshot_at >= b.snapshot_at);

-- name: find_same_changes
-- description: Find the database's own events of the changes that events taken in tell of as well.
SELECT DISTINCT ON (n.id) n.id, e.id AS same_as
FROM json_to_recordset(%(rows)s::json) AS n (id uuid, trigger text, booking_id text)
JOIN bookflow.bookings AS b ON b.id = n.booking_id
CROSS JOIN LATERAL (
    -- the last change of times or status; one that did both became two events
    SELECT v.id, v.received_at
    FROM bookflow.events AS v
    WHERE
        v.id IN (b.change_event_id, md5(b.change_event_id || '/moved')::uuid)
        -- who writes bookings by SQL may have copied the id from another one
        AND v.booking_id = n.booking_id AND v.trigger = n.trigger AND v.source = 'database'
    UNION ALL
    -- a booking is made once, however much has changed since
    SELECT v.id, v.received_at
    FROM bookflow.events AS v
    WHERE
        n.trigger = 'booking_created' AND v.booking_id = n.booking_id
        AND v.trigger = n.trigger AND v.source = 'database'
) AS e
ORDER BY n.id, e.received_at DESC;

-- name: drop_events
-- description: Take back events that turned out to be known; nothing refers to them yet.
DELETE FROM bookflow.events WHERE id = ANY(%(ids)s);

-- name: adopt_keys
-- description: Let the database's events answer to the keys of events they stand for.
WITH adopted AS (
    UPDATE bookflow.events AS e SET
        idempotency_key = coalesce(e.idempotency_key, n.idempotency_key),
        fingerprint = n.fingerprint
    FROM json_to_recordset(%(rows)s::json) AS n (
        same_as uuid, idempotency_key text, fingerprint text
    )
    WHERE e.id = n.same_as
    RETURNING e.matched_at
)
-- a dispatcher may have passed over them while they were locked here
SELECT pg_notify('bookflow_events', '')
FROM (SELECT 1 FROM adopted WHERE matched_at IS NULL LIMIT 1) AS unmatched;

-- name: insert_executions
-- description: Record executions; those that come with a run are claimed by it at once.
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, anchor_at,
    created_at, started_at, dag_id, run_id, rounds
)
SELECT
    n.id, n.workflow_id, n.workflow_version, n.event_id, n.booking_id, n.status, n.due_at, n.due_at,
    n.anchor_at, n.created_at, n.started_at, n.dag_id, n.run_id, (n.run_id IS NOT NULL)::integer
FROM json_to_recordset(%(rows)s::json) AS n (
    id uuid, workflow_id text, workflow_version text, event_id uuid, booking_id text, status text,
    due_at timestamptz, anchor_at timestamptz, created_at timestamptz, started_at timestamptz,
    dag_id text, run_id text
)
ORDER BY n.workflow_id, n.booking_id, n.anchor_at -- if: anchored
ON CONFLICT (workflow_id, booking_id, anchor_at) WHERE anchor_at IS NOT NULL -- if: anchored
DO NOTHING RETURNING id -- if: anchored
;

-- name: find_anchored_heads
-- description: Read what callers of intake learn about the reminders of bookings at their times.
SELECT e.id, e.workflow_id, e.booking_id, e.anchor_at, e.status, e.due_at
FROM unnest(%(workflow_ids)s::text[], %(booking_ids)s::text[], %(anchors)s::timestamptz[])
    AS n (workflow_id, booking_id, anchor_at)
JOIN bookflow.executions AS e
    ON
        e.workflow_id = n.workflow_id AND e.booking_id = n.booking_id AND e.anchor_at = n.anchor_at;

-- name: insert_runs
-- description: Record the runs that executions came with, so that they claim nothing further.
INSERT INTO bookflow.runs (dag_id, run_id, workflow_id, claimed_at)
SELECT n.dag_id, n.run_id, n.workflow_id, n.claimed_at
FROM json_to_recordset(%(rows)s::json) AS n (
    dag_id text, run_id text, workflow_id text, claimed_at timestamptz
)
ORDER BY n.dag_id, n.run_id
ON CONFLICT DO NOTHING;
