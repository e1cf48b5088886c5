-- name: find_event
-- description: Read one past event by its id.
SELECT id, trigger, booking_id, occurred_at
FROM bookflow.events
WHERE id = %(id)s;
