-- Incidents, and what upkeep needs.

CREATE TABLE bookflow.incidents (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    severity text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    workflow_id text,
    owner text,
    details jsonb NOT NULL DEFAULT '{}',
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    clear_since timestamptz,
    closed_at timestamptz,
    closed_by text,
    note text,
    CONSTRAINT incidents_severity_known CHECK (severity IN ('warning', 'critical'))
);
COMMENT ON TABLE bookflow.incidents IS 'What went wrong for a while; opened once, closed once.';
COMMENT ON COLUMN bookflow.incidents.key IS 'What it is about: a workflow, an endpoint, a file.';
COMMENT ON COLUMN bookflow.incidents.owner IS
    'Organizer of the workflow, where they are told as well.';
COMMENT ON COLUMN bookflow.incidents.clear_since IS
    'Since when no check has found it any more, while it is still open.';

CREATE UNIQUE INDEX incidents_open ON bookflow.incidents (kind, key) WHERE closed_at IS NULL;
CREATE INDEX incidents_newest ON bookflow.incidents (opened_at DESC, id DESC);

ALTER TABLE bookflow.notices
    ADD COLUMN channel text NOT NULL DEFAULT 'email',
    ADD COLUMN payload jsonb,
    ADD COLUMN incident_id uuid;
COMMENT ON COLUMN bookflow.notices.channel IS
    'How it is told: `email` to the address in `owner`, else through the connection named there.';
COMMENT ON COLUMN bookflow.notices.payload IS 'The same for programs.';

CREATE INDEX notices_by_incident ON bookflow.notices (incident_id) WHERE incident_id IS NOT NULL;

CREATE INDEX events_by_age ON bookflow.events (received_at, id);
CREATE INDEX runs_by_age ON bookflow.runs (claimed_at, dag_id, run_id);

ALTER TABLE bookflow.bookings ADD COLUMN erased_at timestamptz;
COMMENT ON COLUMN bookflow.bookings.erased_at IS
    'When the data of its invitee was erased; nothing is done for it from then on.';

CREATE VIEW bookflow.own_tables AS
SELECT c.relname::text AS name
FROM pg_class AS c
WHERE c.relnamespace = 'bookflow'::regnamespace AND c.relkind = 'r';
COMMENT ON VIEW bookflow.own_tables IS 'Every table of ours, whoever added it.';

CREATE FUNCTION bookflow.redact(
    of_table text, pattern text, marker text, skipped text[], is_dry boolean
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    changes text;
    conditions text;
    found bigint;
BEGIN
    SELECT
        string_agg(
            format('%1$I = regexp_replace(%1$I::text, $1, $2, ''gi'')::%2$s', a.attname, t.typname),
            ', '
        ),
        string_agg(format('%I::text ~* $1', a.attname), ' OR ')
    INTO changes, conditions
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE
        a.attrelid = format('bookflow.%I', of_table)::regclass AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = ''
        AND t.typname IN ('text', 'varchar', 'json', 'jsonb', '_text')
        AND NOT a.attname = ANY(skipped);
    IF conditions IS NULL THEN
        RETURN 0;
    END IF;
    IF is_dry THEN
        EXECUTE format('SELECT count(*) FROM bookflow.%I WHERE %s', of_table, conditions)
        INTO found USING pattern, marker;
    ELSE
        EXECUTE format('UPDATE bookflow.%I SET %s WHERE %s', of_table, changes, conditions)
        USING pattern, marker;
        GET DIAGNOSTICS found = ROW_COUNT;
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION bookflow.redact(text, text, text, text[], boolean) IS
    'Replaces a pattern in all texts of a table; counts the rows, and changes none when dry.';
