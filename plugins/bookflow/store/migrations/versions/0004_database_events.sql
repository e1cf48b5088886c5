-- A row written to `bookings` is enough: its change becomes an event, matched by the dispatcher.

ALTER TABLE bookflow.events
    ADD COLUMN matched_at timestamptz DEFAULT now(),
    ADD COLUMN depth integer NOT NULL DEFAULT 0,
    ADD COLUMN cause_execution_id uuid,
    ADD COLUMN note text;
COMMENT ON TABLE bookflow.events IS 'What happened to bookings.';
COMMENT ON COLUMN bookflow.events.matched_at IS
    'When its executions were made; null while it waits for the dispatcher.';
COMMENT ON COLUMN bookflow.events.depth IS
    'How many changes by workflows led to it: 0 for what came from outside.';
COMMENT ON COLUMN bookflow.events.cause_execution_id IS 'The execution whose action caused it.';
COMMENT ON COLUMN bookflow.events.note IS 'Why it started fewer workflows than listen to it.';

CREATE INDEX events_unmatched ON bookflow.events (received_at, id) WHERE matched_at IS NULL;
CREATE INDEX events_by_booking ON bookflow.events (booking_id, received_at DESC);

ALTER TABLE bookflow.bookings
    ADD COLUMN changed_by text,
    ADD COLUMN change_event_id uuid;
COMMENT ON COLUMN bookflow.bookings.changed_by IS
    'Who made the last change: `event:<id>` for intake, `execution:<id>/<action>` for a workflow, '
    'null for plain SQL.';
COMMENT ON COLUMN bookflow.bookings.change_event_id IS
    'The event that the last change of times or status became.';

-- Ids stand in indexes beside others, whose rows have a limit: a longer one would stop the clock
-- for everybody. Rows from before are left alone.
ALTER TABLE bookflow.bookings
    ADD CONSTRAINT bookings_id_short CHECK (octet_length(id) <= 512) NOT VALID;

-- Fires after bookings_keep_since (by name), which looks at none of the columns set here.
CREATE FUNCTION bookflow.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    id_pattern CONSTANT text := '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
BEGIN
    -- what an earlier change left there says nothing about this one
    IF TG_OP = 'UPDATE' AND NEW.changed_by IS NOT DISTINCT FROM OLD.changed_by
        OR NEW.changed_by !~ ('^(event:' || id_pattern || '$|execution:' || id_pattern || '/)')
    THEN
        NEW.changed_by := NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.change_event_id := OLD.change_event_id;
        IF (NEW.status, NEW.start_time, NEW.end_time)
            IS NOT DISTINCT FROM (OLD.status, OLD.start_time, OLD.end_time)
        THEN
            RETURN NEW;
        END IF;
        IF NEW.changed_by IS NULL AND NEW.snapshot_at IS NOT DISTINCT FROM OLD.snapshot_at THEN
            -- a snapshot of before this change must not undo it
            NEW.snapshot_at := greatest(OLD.snapshot_at, clock_timestamp());
        END IF;
    END IF;
    NEW.change_event_id := CASE
        WHEN NEW.changed_by LIKE 'event:%' THEN substr(NEW.changed_by, 7)::uuid
        WHEN current_setting('bookflow.events', true) = 'off' THEN NULL
        ELSE gen_random_uuid()
    END;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION bookflow.note_change() IS
    'Notes who changed a booking, and gives its change the id of the event it becomes.';

-- With its owner's rights: who may write bookings need not be allowed to write events.
CREATE FUNCTION bookflow.write_events() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was_open boolean;
    is_moved boolean := false;
    told text;
    moment timestamptz := clock_timestamp();
    by_whom text := session_user;
    cause uuid;
    links integer := 0;
BEGIN
    IF TG_OP = 'INSERT' THEN
        told := CASE NEW.status
            WHEN 'confirmed' THEN 'booking_created'
            WHEN 'pending' THEN 'booking_requested'
        END;
    ELSE
        was_open := OLD.status NOT IN ('cancelled', 'rejected');
        is_moved := was_open AND NEW.status IN ('pending', 'confirmed')
            AND (NEW.start_time, NEW.end_time) IS DISTINCT FROM (OLD.start_time, OLD.end_time);
        IF NEW.status IS DISTINCT FROM OLD.status THEN
            told := CASE
                WHEN NEW.status IN ('cancelled', 'rejected', 'completed', 'no_show')
                    THEN 'booking_' || NEW.status
                WHEN NEW.status = 'confirmed' AND (OLD.status = 'pending' OR NOT was_open)
                    THEN 'booking_confirmed'
                WHEN NEW.status = 'pending' AND NOT was_open THEN 'booking_requested'
            END;
        END IF;
    END IF;
    IF told IS NULL AND NOT is_moved THEN
        RETURN NULL;
    END IF;
    IF NEW.changed_by LIKE 'execution:%' THEN
        cause := substr(NEW.changed_by, 11, 36)::uuid;
        links := 1;
        SELECT v.depth + 1, 'workflow:' || e.workflow_id INTO links, by_whom
        FROM bookflow.executions AS e
        JOIN bookflow.events AS v ON v.id = e.event_id
        WHERE e.id = cause;
    END IF;
    INSERT INTO bookflow.events (
        id, trigger, booking_id, source, occurred_at, received_at, matched_at, actor, depth,
        cause_execution_id
    )
    SELECT
        n.id, n.trigger, NEW.id, 'database', moment, moment, NULL, coalesce(by_whom, session_user),
        coalesce(links, 1), cause
    FROM (
        VALUES
            (NEW.change_event_id, told),
            (
                CASE
                    WHEN told IS NULL THEN NEW.change_event_id
                    ELSE md5(NEW.change_event_id || '/moved')::uuid
                END,
                CASE WHEN is_moved THEN 'booking_rescheduled' END
            )
    ) AS n (id, trigger)
    WHERE n.trigger IS NOT NULL;
    PERFORM pg_notify('bookflow_events', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.write_events() IS
    'Writes what a change of a booking means as events, and tells the dispatcher.';
-- triggers fire without it; with it anybody could write events by a trigger on a table of their own
REVOKE EXECUTE ON FUNCTION bookflow.write_events() FROM PUBLIC;

CREATE TRIGGER bookings_note_change BEFORE INSERT OR UPDATE ON bookflow.bookings
    FOR EACH ROW EXECUTE FUNCTION bookflow.note_change();

-- What came in by intake is an event already and does not even call the function.
CREATE TRIGGER bookings_write_events_of_insert AFTER INSERT ON bookflow.bookings
    FOR EACH ROW
    WHEN (NEW.change_event_id IS NOT NULL AND coalesce(NEW.changed_by, '') NOT LIKE 'event:%')
    EXECUTE FUNCTION bookflow.write_events();
CREATE TRIGGER bookings_write_events_of_update AFTER UPDATE ON bookflow.bookings
    FOR EACH ROW
    WHEN (
        (NEW.status, NEW.start_time, NEW.end_time)
        IS DISTINCT FROM (OLD.status, OLD.start_time, OLD.end_time)
        AND NEW.change_event_id IS NOT NULL
        AND coalesce(NEW.changed_by, '') NOT LIKE 'event:%'
    )
    EXECUTE FUNCTION bookflow.write_events();
