-- What the clock needs to find reminders at a cost that grows with what is due alone.

ALTER TABLE bookflow.bookings
    ADD COLUMN times_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN status_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
UPDATE bookflow.bookings SET times_since = created_at, status_since = created_at;
COMMENT ON COLUMN bookflow.bookings.times_since IS 'Since when start and end are what they are.';
COMMENT ON COLUMN bookflow.bookings.status_since IS
    'Since when it stands as it does: asked for, agreed, missed or called off, and its event type.';
COMMENT ON COLUMN bookflow.bookings.changed_xid IS
    'The transaction that last changed times, status or event type; what the clock reads on from.';

CREATE FUNCTION bookflow.standing(status text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN status IN ('cancelled', 'rejected') THEN 'off'
    WHEN status = 'pending' THEN 'asked'
    WHEN status = 'no_show' THEN 'missed'
    ELSE 'agreed'
END;
COMMENT ON FUNCTION bookflow.standing(text) IS
    'What a status means for reminders: one that was agreed and is completed stands as it did.';

CREATE FUNCTION bookflow.keep_since() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := now();
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.times_since := least(NEW.created_at, moment);
        NEW.status_since := NEW.times_since;
        NEW.changed_xid := pg_current_xact_id();
        RETURN NEW;
    END IF;
    -- who writes updated_at says when it was changed; no program could read -infinity
    IF NEW.updated_at IS DISTINCT FROM OLD.updated_at THEN
        moment := least(greatest(NEW.updated_at, '1900-01-01 00:00:00+00'), moment);
    END IF;
    NEW.times_since := OLD.times_since;
    NEW.status_since := OLD.status_since;
    NEW.changed_xid := OLD.changed_xid;
    IF NEW.start_time <> OLD.start_time OR NEW.end_time <> OLD.end_time THEN
        NEW.times_since := moment;
        NEW.changed_xid := pg_current_xact_id();
    END IF;
    IF NEW.status <> OLD.status OR NEW.event_type_id <> OLD.event_type_id THEN
        NEW.changed_xid := pg_current_xact_id();
        IF
            bookflow.standing(NEW.status) <> bookflow.standing(OLD.status)
            OR NEW.event_type_id <> OLD.event_type_id
        THEN
            NEW.status_since := moment;
        END IF;
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
    name text,
    organizer text,
    trigger text,
    delay_minutes bigint,
    event_types text[],
    says_active boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT false,
    if_past text,
    if_late_minutes bigint,
    active_since timestamptz,
    is_fresh boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE bookflow.spec_rules IS
    'What matching and the clock need of each spec file, kept so that files are read once.';
COMMENT ON COLUMN bookflow.spec_rules.path IS 'Where the file lies within the folder of specs.';
COMMENT ON COLUMN bookflow.spec_rules.signature IS 'Size and time of the file that was read.';
COMMENT ON COLUMN bookflow.spec_rules.workflow_id IS 'Null while no valid version was ever read.';
COMMENT ON COLUMN bookflow.spec_rules.says_active IS 'What the file says.';
COMMENT ON COLUMN bookflow.spec_rules.is_active IS
    'It says so, and no other file has a better claim to its id or name.';
COMMENT ON COLUMN bookflow.spec_rules.active_since IS
    'Since when it has been active with its trigger: earlier reminder times count as past.';
COMMENT ON COLUMN bookflow.spec_rules.is_fresh IS
    'The clock has yet to look at all bookings for it: it is new, or listens to others than before.';

CREATE INDEX spec_rules_by_trigger ON bookflow.spec_rules (trigger) WHERE is_active;

CREATE TABLE bookflow.clock (
    is_only boolean PRIMARY KEY DEFAULT true,
    covered_until timestamptz NOT NULL,
    woken_until timestamptz NOT NULL,
    seen_xid xid8 NOT NULL,
    ticked_at timestamptz NOT NULL,
    CONSTRAINT clock_is_one CHECK (is_only)
);
COMMENT ON TABLE bookflow.clock IS 'How far the clock has come; one row.';
COMMENT ON COLUMN bookflow.clock.covered_until IS 'Reminders due before are all recorded.';
COMMENT ON COLUMN bookflow.clock.woken_until IS 'Runs are made for those due before.';
COMMENT ON COLUMN bookflow.clock.seen_xid IS
    'Changes of transactions before this one have been seen; no running one is older.';
