-- What the clock needs to find reminders at a cost that grows with what is due alone.

ALTER TABLE bookflow.bookings
    ADD COLUMN times_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN status_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
UPDATE bookflow.bookings SET times_since = created_at, status_since = created_at;
COMMENT ON COLUMN bookflow.bookings.times_since IS 'Since when start and end are what they are.';
COMMENT ON COLUMN bookflow.bookings.status_since IS 'Since when the status is what it is.';
COMMENT ON COLUMN bookflow.bookings.changed_xid IS
    'The transaction that last changed times, status or event type; what the clock reads on from.';

CREATE FUNCTION bookflow.keep_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.times_since := least(NEW.created_at, now());
        NEW.status_since := NEW.times_since;
        NEW.changed_xid := pg_current_xact_id();
        RETURN NEW;
    END IF;
    NEW.times_since := OLD.times_since;
    NEW.status_since := OLD.status_since;
    NEW.changed_xid := OLD.changed_xid;
    IF (NEW.start_time, NEW.end_time) IS DISTINCT FROM (OLD.start_time, OLD.end_time) THEN
        NEW.times_since := now();
        NEW.changed_xid := pg_current_xact_id();
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status THEN
        NEW.status_since := now();
        NEW.changed_xid := pg_current_xact_id();
    END IF;
    IF NEW.event_type_id IS DISTINCT FROM OLD.event_type_id THEN
        NEW.changed_xid := pg_current_xact_id();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION bookflow.keep_since() IS 'Notes since when a booking is as it is.';

CREATE TRIGGER bookings_keep_since BEFORE INSERT OR UPDATE ON bookflow.bookings
    FOR EACH ROW EXECUTE FUNCTION bookflow.keep_since();

CREATE INDEX bookings_by_start ON bookflow.bookings (start_time)
    WHERE status NOT IN ('cancelled', 'rejected');
CREATE INDEX bookings_by_end ON bookflow.bookings (end_time)
    WHERE status NOT IN ('cancelled', 'rejected');
CREATE INDEX bookings_by_change ON bookflow.bookings (changed_xid);

CREATE TABLE bookflow.spec_rules (
    path text PRIMARY KEY,
    signature text NOT NULL,
    workflow_id text,
    version text,
    trigger text,
    delay_minutes bigint,
    event_types text[],
    is_active boolean NOT NULL DEFAULT false,
    if_past text,
    if_late_minutes bigint,
    active_since timestamptz
);
COMMENT ON TABLE bookflow.spec_rules IS
    'What matching and the clock need of each spec file, kept so that files are read once.';
COMMENT ON COLUMN bookflow.spec_rules.signature IS 'Size and time of the file that was read.';
COMMENT ON COLUMN bookflow.spec_rules.workflow_id IS 'Null while no valid version was ever read.';
COMMENT ON COLUMN bookflow.spec_rules.active_since IS
    'Since when it has been active with its trigger: earlier reminder times count as past.';

CREATE INDEX spec_rules_by_trigger ON bookflow.spec_rules (trigger) WHERE is_active;

CREATE TABLE bookflow.clock (
    is_only boolean PRIMARY KEY DEFAULT true,
    covered_until timestamptz NOT NULL,
    seen_xid xid8 NOT NULL,
    ticked_at timestamptz NOT NULL,
    CONSTRAINT clock_is_one CHECK (is_only)
);
COMMENT ON TABLE bookflow.clock IS 'How far the clock has come; one row.';
COMMENT ON COLUMN bookflow.clock.covered_until IS 'Reminders due before are all recorded.';
COMMENT ON COLUMN bookflow.clock.seen_xid IS
    'Changes of transactions before this one have been seen; no running one is older.';
