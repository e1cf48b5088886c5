-- A row written to `bookings` is enough: its change becomes an event, matched by the dispatcher.

ALTER TABLE bookflow.events
    ADD COLUMN matched_at timestamptz DEFAULT now(),
    ADD COLUMN depth integer NOT NULL DEFAULT 0,
    ADD COLUMN cause_execution_id uuid;
COMMENT ON COLUMN bookflow.events.matched_at IS
    'When its executions were made; null while it waits for the dispatcher.';
COMMENT ON COLUMN bookflow.events.depth IS
    'How many changes by workflows led to it: 0 for what came from outside.';
COMMENT ON COLUMN bookflow.events.cause_execution_id IS 'The execution whose action caused it.';

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

