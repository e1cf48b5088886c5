-- What all workers together know of the endpoints they send to.

CREATE TABLE bookflow.endpoints (
    key text PRIMARY KEY,
    channel text NOT NULL,
    state text NOT NULL DEFAULT 'closed',
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    open_count integer NOT NULL DEFAULT 0,
    probe_at timestamptz,
    hold_until timestamptz,
    last_error text,
    last_error_code text,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    disabled_at timestamptz,
    disabled_reason text,
    workflow_id text,
    owner text,
    updated_at timestamptz NOT NULL,
    CONSTRAINT endpoints_state_known CHECK (state IN ('closed', 'open', 'half_open', 'disabled'))
) WITH (fillfactor = 70);
COMMENT ON TABLE bookflow.endpoints IS 'Circuit breakers; an endpoint without a row is closed.';
COMMENT ON COLUMN bookflow.endpoints.failures IS 'Transient failures in a row.';
COMMENT ON COLUMN bookflow.endpoints.open_count IS 'How often the circuit opened in a row.';
COMMENT ON COLUMN bookflow.endpoints.probe_at IS
    'From when one delivery may be tried; while half open: another one, should the first be lost.';
COMMENT ON COLUMN bookflow.endpoints.hold_until IS 'Until when it asked not to be called.';
COMMENT ON COLUMN bookflow.endpoints.workflow_id IS 'The workflow that used it last.';
COMMENT ON COLUMN bookflow.endpoints.owner IS 'The organizer of that workflow.';

CREATE INDEX endpoints_troubled ON bookflow.endpoints (key) WHERE state <> 'closed';

CREATE TABLE bookflow.rate_limits (
    key text PRIMARY KEY,
    taken timestamptz[] NOT NULL,
    idle_at timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE bookflow.rate_limits IS
    'The last permits of each limit: at most so many within any such period, over all workers.';
COMMENT ON COLUMN bookflow.rate_limits.key IS
    'Endpoint, or channel and digest of an address: never the address.';
COMMENT ON COLUMN bookflow.rate_limits.idle_at IS 'From when the row says nothing any more.';

CREATE TABLE bookflow.notices (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    about text NOT NULL,
    owner text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    created_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    cleared_at timestamptz,
    error_message text
);
COMMENT ON TABLE bookflow.notices IS 'What owners of workflows are told by e-mail, once each.';

COMMENT ON COLUMN bookflow.notices.about IS 'The endpoint.';
COMMENT ON COLUMN bookflow.notices.cleared_at IS 'When what it tells of had passed.';

CREATE INDEX notices_unsent ON bookflow.notices (not_before) WHERE sent_at IS NULL;
CREATE INDEX notices_uncleared ON bookflow.notices (about) WHERE cleared_at IS NULL;
