-- Everything lives in the schema `bookflow`, so that the database may be shared with Airflow.

CREATE TABLE bookflow.organizers (
    id text PRIMARY KEY,
    email text,
    name text,
    first_name text,
    last_name text,
    timezone text,
    company text,
    phone text,
    locale text,
    snapshot_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE bookflow.organizers IS 'Who is booked.';

CREATE TABLE bookflow.event_types (
    id text PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text,
    description text,
    duration bigint,
    location_type text,
    max_attendees bigint,
    snapshot_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE bookflow.event_types IS 'What can be booked; workflows name it by its slug.';
COMMENT ON COLUMN bookflow.event_types.duration IS 'Minutes.';

CREATE TABLE bookflow.bookings (
    id text PRIMARY KEY,
    status text NOT NULL DEFAULT 'confirmed',
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    event_type_id text NOT NULL REFERENCES bookflow.event_types (id),
    organizer_id text NOT NULL REFERENCES bookflow.organizers (id),
    invitee_name text,
    invitee_email text,
    invitee_phone text,
    invitee_timezone text,
    invitee_locale text,
    attendees jsonb NOT NULL DEFAULT '[]',
    cancellation_reason text,
    meeting_link text,
    meeting_id text,
    meeting_password text,
    custom_answers jsonb NOT NULL DEFAULT '{}',
    snapshot_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bookings_status_known CHECK (
        status IN ('pending', 'confirmed', 'cancelled', 'rejected', 'completed', 'no_show')
    ),
    CONSTRAINT bookings_end_after_start CHECK (end_time > start_time),
    CONSTRAINT bookings_times_plausible CHECK (
        start_time >= '1900-01-01 00:00:00+00' AND end_time < '9999-01-01 00:00:00+00'
    ),
    CONSTRAINT bookings_created_plausible CHECK (
        created_at >= '0002-01-01 00:00:00+00' AND created_at < '9999-01-01 00:00:00+00'
    ),
    CONSTRAINT bookings_attendees_list CHECK (jsonb_typeof(attendees) = 'array'),
    CONSTRAINT bookings_answers_object CHECK (jsonb_typeof(custom_answers) = 'object')
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE bookflow.bookings IS 'Bookings as they are now; inserting a row is enough.';
COMMENT ON COLUMN bookflow.bookings.snapshot_at IS
    'When the newest snapshot applied happened; null where none came by an event.';

CREATE INDEX bookings_event_type ON bookflow.bookings (event_type_id);
CREATE INDEX bookings_organizer ON bookflow.bookings (organizer_id);

CREATE TABLE bookflow.events (
    id uuid PRIMARY KEY,
    trigger text NOT NULL,
    booking_id text NOT NULL,
    source text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    idempotency_key text,
    fingerprint text NOT NULL DEFAULT '',
    actor text NOT NULL DEFAULT ''
);
COMMENT ON TABLE bookflow.events IS 'What happened to bookings; never changed.';

CREATE UNIQUE INDEX events_idempotency_key ON bookflow.events (idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE bookflow.runs (
    dag_id text NOT NULL,
    run_id text NOT NULL,
    workflow_id text NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (dag_id, run_id)
);
COMMENT ON TABLE bookflow.runs IS 'Airflow runs that claimed; the first task of a run wins here.';

CREATE TABLE bookflow.executions (
    id uuid PRIMARY KEY,
    workflow_id text NOT NULL,
    workflow_version text NOT NULL,
    event_id uuid NOT NULL REFERENCES bookflow.events (id) ON DELETE CASCADE,
    booking_id text NOT NULL,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    completed_at timestamptz,
    error_message text,
    actions_executed integer NOT NULL DEFAULT 0,
    actions_failed integer NOT NULL DEFAULT 0,
    actions_skipped integer NOT NULL DEFAULT 0,
    dag_id text,
    run_id text,
    CONSTRAINT executions_status_known CHECK (
        status IN ('pending', 'running', 'completed', 'failed', 'cancelled')
    ),
    CONSTRAINT executions_once_per_event UNIQUE (event_id, workflow_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
COMMENT ON TABLE bookflow.executions IS 'One workflow for one event.';
COMMENT ON COLUMN bookflow.executions.actions_executed IS 'Those that ended well.';

CREATE INDEX executions_due ON bookflow.executions (workflow_id, due_at, id)
    WHERE status = 'pending';
CREATE INDEX executions_by_run ON bookflow.executions (dag_id, run_id) WHERE dag_id IS NOT NULL;
CREATE INDEX executions_by_booking ON bookflow.executions (booking_id, created_at DESC, id DESC);
CREATE INDEX executions_newest ON bookflow.executions (created_at DESC, id DESC);
CREATE INDEX executions_by_workflow
    ON bookflow.executions (workflow_id, created_at DESC, id DESC);
CREATE INDEX executions_not_completed ON bookflow.executions (status, created_at DESC, id DESC)
    WHERE status <> 'completed';

CREATE TABLE bookflow.action_results (
    execution_id uuid NOT NULL REFERENCES bookflow.executions (id) ON DELETE CASCADE,
    action text NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    reason text,
    error_code text,
    conditions jsonb,
    rendered jsonb,
    attempts integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    duration_ms double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (execution_id, action),
    CONSTRAINT action_results_status_known CHECK (
        status IN ('completed', 'failed', 'skipped', 'retrying')
    )
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE bookflow.action_results IS 'How one action went for one execution.';

CREATE TABLE bookflow.deliveries (
    id uuid PRIMARY KEY,
    execution_id uuid NOT NULL REFERENCES bookflow.executions (id) ON DELETE CASCADE,
    action text NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    provider_id text,
    error_code text,
    error_message text,
    details jsonb,
    created_at timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL,
    sent_at timestamptz,
    settled_at timestamptz,
    CONSTRAINT deliveries_status_known CHECK (
        status IN ('sending', 'retrying', 'sent', 'delivered', 'failed')
    ),
    CONSTRAINT deliveries_once UNIQUE (execution_id, action, recipient)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE bookflow.deliveries IS
    'One message to one recipient; claimed before the provider is called, settled after.';

CREATE TABLE bookflow.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    subject_id text,
    execution_id uuid,
    action text,
    before jsonb,
    after jsonb
);
COMMENT ON TABLE bookflow.audit IS 'Who changed what; outlives the executions it names.';

CREATE UNIQUE INDEX audit_once_per_action ON bookflow.audit (execution_id, action)
    WHERE execution_id IS NOT NULL AND action IS NOT NULL;
CREATE INDEX audit_by_subject ON bookflow.audit (subject_id, at);
