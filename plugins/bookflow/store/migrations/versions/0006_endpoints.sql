-- What all workers together know of the endpoints they send to.

CREATE TABLE bookflow.endpoints (
    key text PRIMARY KEY,
    channel text NOT NULL,
    state text NOT NULL DEFAULT 'closed',
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    open_count integer NOT NULL DEFAULT 0,
    probe_at timestamptz,
    last_error text,
    last_error_code text,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    disabled_at timestamptz,
    disabled_reason text,
    workflow_id text,
    updated_at timestamptz NOT NULL,
    CONSTRAINT endpoints_state_known CHECK (state IN ('closed', 'open', 'half_open', 'disabled'))
) WITH (fillfactor = 70);
COMMENT ON TABLE bookflow.endpoints IS 'Circuit breakers; an endpoint without a row is closed.';
COMMENT ON COLUMN bookflow.endpoints.failures IS 'Transient failures in a row.';
COMMENT ON COLUMN bookflow.endpoints.open_count IS 'How often the circuit opened in a row.';
COMMENT ON COLUMN bookflow.endpoints.probe_at IS 'From when one delivery may be tried.';
COMMENT ON COLUMN bookflow.endpoints.workflow_id IS 'The workflow that used it last.';

CREATE TABLE bookflow.rate_limits (
    key text PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE bookflow.rate_limits IS
    'When the next permit of each limit is free (generic cell rate algorithm).';

CREATE TABLE bookflow.notices (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    about text NOT NULL,
    owner text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    error_message text
);
COMMENT ON TABLE bookflow.notices IS 'What owners of workflows are told by e-mail, once each.';

CREATE INDEX notices_unsent ON bookflow.notices (created_at) WHERE sent_at IS NULL;
