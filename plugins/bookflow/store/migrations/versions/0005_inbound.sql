-- Requests of booking platforms, each kept with its verdict.

CREATE TABLE bookflow.inbound_requests (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    received_at timestamptz NOT NULL,
    verdict text NOT NULL,
    code text,
    reason text,
    event_id uuid,
    trigger text,
    booking_id text,
    dedup_key text,
    remote text,
    headers jsonb NOT NULL DEFAULT '{}',
    masked jsonb,
    sealed bytea,
    size integer NOT NULL DEFAULT 0,
    replay_of uuid,
    actor text,
    CONSTRAINT inbound_verdict_known CHECK (
        verdict IN ('accepted', 'duplicate', 'ignored', 'refused')
    )
);
COMMENT ON TABLE bookflow.inbound_requests IS 'What platforms sent, and what became of it.';
COMMENT ON COLUMN bookflow.inbound_requests.code IS
    'Why it was refused, in a word such as signature or input.';
COMMENT ON COLUMN bookflow.inbound_requests.masked IS 'The body with personal data masked.';
COMMENT ON COLUMN bookflow.inbound_requests.sealed IS
    'The body, encrypted with Airflow''s Fernet key; null where there is no key.';

CREATE INDEX inbound_newest ON bookflow.inbound_requests (received_at DESC, id DESC);
CREATE INDEX inbound_by_source
    ON bookflow.inbound_requests (source, received_at DESC, id DESC);
CREATE INDEX inbound_not_accepted
    ON bookflow.inbound_requests (verdict, received_at DESC, id DESC)
    WHERE verdict <> 'accepted';

CREATE TABLE bookflow.booking_aliases (
    source text NOT NULL,
    external_id text NOT NULL,
    booking_id text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (source, external_id)
);
COMMENT ON TABLE bookflow.booking_aliases IS
    'By which ids a platform calls a booking: a rescheduled one gets a new id there.';
