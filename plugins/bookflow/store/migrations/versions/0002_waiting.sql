-- An execution may wait for a later run: for its next try, the end of quiet hours, a digest's
-- window, a rate limit or a circuit. No worker slot is held meanwhile.

ALTER TABLE bookflow.executions
    ADD COLUMN wake_at timestamptz,
    ADD COLUMN anchor_at timestamptz,
    ADD COLUMN rounds integer NOT NULL DEFAULT 0,
    ADD COLUMN cut_off integer NOT NULL DEFAULT 0;
UPDATE bookflow.executions SET wake_at = due_at;
ALTER TABLE bookflow.executions ALTER COLUMN wake_at SET NOT NULL;
COMMENT ON COLUMN bookflow.executions.wake_at IS
    'From when a run may claim it: its due time at first, then that of its next try.';
COMMENT ON COLUMN bookflow.executions.anchor_at IS
    'Start or end of the meeting that a reminder was computed from; null for other triggers.';
COMMENT ON COLUMN bookflow.executions.rounds IS 'How many runs have claimed it.';
COMMENT ON COLUMN bookflow.executions.cut_off IS
    'In how many of them a task ended before its action had a result.';

DROP INDEX bookflow.executions_due;
CREATE INDEX executions_due ON bookflow.executions (workflow_id, wake_at, id)
    WHERE status = 'pending';
CREATE UNIQUE INDEX executions_once_per_anchor
    ON bookflow.executions (workflow_id, booking_id, anchor_at) WHERE anchor_at IS NOT NULL;
CREATE INDEX executions_running ON bookflow.executions (dag_id, run_id) WHERE status = 'running';

ALTER TABLE bookflow.action_results
    ADD COLUMN resume_at timestamptz,
    DROP CONSTRAINT action_results_status_known,
    ADD CONSTRAINT action_results_status_known CHECK (
        status IN ('completed', 'failed', 'skipped', 'retrying', 'waiting')
    );
COMMENT ON COLUMN bookflow.action_results.resume_at IS
    'When it goes on, where it is retrying or waiting.';

ALTER TABLE bookflow.deliveries
    ADD COLUMN rounds integer NOT NULL DEFAULT 0,
    ADD COLUMN not_before timestamptz,
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN trying_since timestamptz,
    ADD COLUMN endpoint text,
    ADD COLUMN digest_key text,
    ADD COLUMN digest_id uuid,
    DROP CONSTRAINT deliveries_status_known,
    ADD CONSTRAINT deliveries_status_known CHECK (
        status IN ('sending', 'retrying', 'waiting', 'sent', 'delivered', 'failed')
    );
UPDATE bookflow.deliveries SET trying_since = created_at;
COMMENT ON COLUMN bookflow.deliveries.rounds IS 'How often it failed and was put off.';
COMMENT ON COLUMN bookflow.deliveries.not_before IS 'Not sent earlier, while retrying or waiting.';
COMMENT ON COLUMN bookflow.deliveries.lease_until IS
    'Until then whoever is sending it is taken to be alive.';
COMMENT ON COLUMN bookflow.deliveries.trying_since IS
    'From when on the time counts after which it is given up.';
COMMENT ON COLUMN bookflow.deliveries.digest_key IS
    'Workflow, action and recipient of the digest it belongs to.';
COMMENT ON COLUMN bookflow.deliveries.digest_id IS
    'The delivery whose message carried this one: its own id for the one that was sent.';

CREATE INDEX deliveries_open_digests ON bookflow.deliveries (digest_key, not_before)
    WHERE status = 'waiting' AND digest_key IS NOT NULL;
CREATE INDEX deliveries_by_digest ON bookflow.deliveries (digest_id) WHERE digest_id IS NOT NULL;
