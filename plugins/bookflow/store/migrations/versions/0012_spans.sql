-- Roll-ups of lengths that make up any period in few rows: a quarter of an hour, 6 hours, a day,
-- 4 days and 16 days, each a multiple of the one before, and the total. Months are not needed any
-- more. Indexes hold all that questions ask for, so that nothing else is read, and there are
-- fewer of them. Whoever writes waits for the commit.
SET LOCAL work_mem = '64MB';
SET LOCAL maintenance_work_mem = '128MB';
LOCK TABLE
    bookflow.execution_deltas, bookflow.latency_deltas, bookflow.action_deltas,
    bookflow.delivery_deltas IN ACCESS EXCLUSIVE MODE;

CREATE VIEW bookflow.grains AS
SELECT * FROM (
    VALUES
        ('6 hours', 'quarter', interval '6 hours'),
        ('day', '6 hours', interval '1 day'),
        ('4 days', 'day', interval '4 days'),
        ('16 days', '4 days', interval '16 days'),
        ('total', '16 days', interval '40000 days')
) AS g (grain, finer, length);
COMMENT ON VIEW bookflow.grains IS
    'The lengths of roll-ups above a quarter of an hour, each made up of those of a finer one.';

CREATE FUNCTION bookflow.slot_of(at timestamptz, length interval) RETURNS timestamptz
LANGUAGE sql IMMUTABLE RETURN date_bin(length, at, '2000-01-01 00:00:00+00');
COMMENT ON FUNCTION bookflow.slot_of(timestamptz, interval) IS
    'Where the slot that holds it begins.';

CREATE OR REPLACE FUNCTION bookflow.slots_of(at timestamptz)
RETURNS TABLE (grain text, slot timestamptz) LANGUAGE sql STABLE AS $$
    SELECT 'quarter', at
    UNION ALL
    SELECT g.grain, bookflow.slot_of(at, g.length) FROM bookflow.grains AS g
$$;

-- What is there is counted anew from its quarters, with what was not folded yet, each length from
-- the finer one, and indexed afterwards: much faster than folding row by row.

CREATE TEMPORARY TABLE kept_executions ON COMMIT DROP AS
SELECT
    slot, workflow_id, sum(created)::bigint AS created, sum(completed)::bigint AS completed,
    sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled,
    max(last_started_at) AS last_started_at
FROM (
    SELECT slot, workflow_id, created, completed, failed, cancelled, last_started_at
    FROM bookflow.execution_figures WHERE grain = 'quarter' AND workflow_id <> ''
    UNION ALL
    SELECT * FROM bookflow.execution_deltas
) AS f
GROUP BY slot, workflow_id
ORDER BY slot, workflow_id;
TRUNCATE bookflow.execution_figures, bookflow.execution_deltas;
ALTER TABLE bookflow.execution_figures DROP CONSTRAINT execution_figures_pkey;
DROP INDEX bookflow.execution_figures_by_workflow;
INSERT INTO bookflow.execution_figures SELECT 'quarter', * FROM kept_executions;
DO $$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM bookflow.grains ORDER BY length LOOP
        INSERT INTO bookflow.execution_figures
        SELECT
            g.grain, bookflow.slot_of(f.slot, g.length),
            f.workflow_id, sum(f.created), sum(f.completed), sum(f.failed), sum(f.cancelled),
            max(f.last_started_at)
        FROM bookflow.execution_figures AS f
        WHERE f.grain = g.finer
        GROUP BY 2, f.workflow_id
        ORDER BY 2, 3;
    END LOOP;
END
$$;
INSERT INTO bookflow.execution_figures
SELECT
    grain, slot, '', sum(created), sum(completed), sum(failed), sum(cancelled),
    max(last_started_at)
FROM bookflow.execution_figures
GROUP BY grain, slot;
ALTER TABLE bookflow.execution_figures
    ADD PRIMARY KEY (workflow_id, grain, slot) INCLUDE (created, completed, failed, cancelled);
CREATE INDEX execution_figures_by_slot ON bookflow.execution_figures (grain, slot)
    INCLUDE (workflow_id, created, completed, failed, cancelled);

CREATE TEMPORARY TABLE kept_latencies ON COMMIT DROP AS
SELECT slot, workflow_id, bucket, sum(count)::bigint AS count
FROM (
    SELECT slot, workflow_id, bucket, count
    FROM bookflow.latency_figures WHERE grain = 'quarter' AND workflow_id <> ''
    UNION ALL
    SELECT * FROM bookflow.latency_deltas
) AS f
GROUP BY slot, workflow_id, bucket
ORDER BY slot, workflow_id;
TRUNCATE bookflow.latency_figures, bookflow.latency_deltas;
ALTER TABLE bookflow.latency_figures DROP CONSTRAINT latency_figures_pkey;
DROP INDEX bookflow.latency_figures_by_workflow;
INSERT INTO bookflow.latency_figures SELECT 'quarter', * FROM kept_latencies;
CREATE TEMPORARY TABLE kept_places ON COMMIT DROP AS
SELECT s.slot AS at, g.grain, g.slot
FROM (SELECT DISTINCT slot FROM kept_latencies) AS s
CROSS JOIN LATERAL (
    SELECT * FROM bookflow.slots_of(s.slot)
    UNION ALL
    SELECT * FROM bookflow.further_slots_of(s.slot)
) AS g;
ANALYZE kept_places;
DO $$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM bookflow.grains ORDER BY length LOOP
        INSERT INTO bookflow.latency_figures
        SELECT
            g.grain, bookflow.slot_of(f.slot, g.length),
            f.workflow_id, f.bucket, sum(f.count)
        FROM bookflow.latency_figures AS f
        WHERE f.grain = g.finer
        GROUP BY 2, f.workflow_id, f.bucket
        ORDER BY 2, 3;
    END LOOP;
END
$$;
INSERT INTO bookflow.latency_figures
WITH together AS (
    SELECT slot, bucket, sum(count) AS count FROM kept_latencies GROUP BY slot, bucket
)
SELECT g.grain, g.slot, '', t.bucket, sum(t.count)
FROM together AS t
JOIN kept_places AS g ON g.at = t.slot
GROUP BY g.grain, g.slot, t.bucket;
ALTER TABLE bookflow.latency_figures
    ADD PRIMARY KEY (workflow_id, grain, slot, bucket) INCLUDE (count);

CREATE TEMPORARY TABLE kept_actions ON COMMIT DROP AS
SELECT
    slot, workflow_id, action, type, status, cause, sum(count)::bigint AS count,
    sum(duration_ms)::bigint AS duration_ms, max(last_started_at) AS last_started_at
FROM (
    SELECT
        slot, workflow_id, action, type, status, cause, count, duration_ms, last_started_at
    FROM bookflow.action_figures WHERE grain = 'quarter' AND workflow_id <> ''
    UNION ALL
    SELECT * FROM bookflow.action_deltas
) AS f
GROUP BY slot, workflow_id, action, type, status, cause
ORDER BY slot, workflow_id;
TRUNCATE bookflow.action_figures, bookflow.action_deltas;
ALTER TABLE bookflow.action_figures DROP CONSTRAINT action_figures_pkey;
DROP INDEX bookflow.action_figures_by_workflow;
DROP INDEX bookflow.action_figures_not_well;
DROP INDEX bookflow.action_figures_of_workflow_not_well;
INSERT INTO bookflow.action_figures SELECT 'quarter', * FROM kept_actions;
TRUNCATE kept_places;
INSERT INTO kept_places
SELECT s.slot AS at, g.grain, g.slot
FROM (SELECT DISTINCT slot FROM kept_actions) AS s
CROSS JOIN LATERAL (
    SELECT * FROM bookflow.slots_of(s.slot)
    UNION ALL
    SELECT * FROM bookflow.further_slots_of(s.slot)
) AS g;
ANALYZE kept_places;
DO $$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM bookflow.grains ORDER BY length LOOP
        INSERT INTO bookflow.action_figures
        SELECT
            g.grain, bookflow.slot_of(f.slot, g.length),
            f.workflow_id, f.action, f.type, f.status, f.cause, sum(f.count), sum(f.duration_ms),
            max(f.last_started_at)
        FROM bookflow.action_figures AS f
        WHERE f.grain = g.finer
        GROUP BY 2, f.workflow_id, f.action, f.type, f.status, f.cause
        ORDER BY 2, 3;
    END LOOP;
END
$$;
INSERT INTO bookflow.action_figures
WITH together AS (
    SELECT
        slot, type, status, cause, sum(count) AS count, sum(duration_ms) AS duration_ms,
        max(last_started_at) AS last_started_at
    FROM kept_actions
    GROUP BY slot, type, status, cause
)
SELECT
    g.grain, g.slot, '', '', t.type, t.status, t.cause, sum(t.count), sum(t.duration_ms),
    max(t.last_started_at)
FROM together AS t
JOIN kept_places AS g ON g.at = t.slot
GROUP BY g.grain, g.slot, t.type, t.status, t.cause;
ALTER TABLE bookflow.action_figures
    ADD PRIMARY KEY (workflow_id, grain, slot, status, action, type, cause)
    INCLUDE (count, duration_ms);
CREATE INDEX action_figures_not_well ON bookflow.action_figures (status, grain, slot)
    INCLUDE (workflow_id, action, type, cause, count)
    WHERE workflow_id <> '' AND status IN ('failed', 'skipped');
CREATE INDEX action_figures_totals ON bookflow.action_figures (workflow_id)
    WHERE grain = 'total';

CREATE TEMPORARY TABLE kept_deliveries ON COMMIT DROP AS
SELECT
    slot, workflow_id, endpoint, channel, status, error_code, sum(count)::bigint AS count,
    sum(attempts)::bigint AS attempts
FROM (
    SELECT slot, workflow_id, endpoint, channel, status, error_code, count, attempts
    FROM bookflow.delivery_figures WHERE grain = 'quarter' AND workflow_id <> ''
    UNION ALL
    SELECT * FROM bookflow.delivery_deltas
) AS f
GROUP BY slot, workflow_id, endpoint, channel, status, error_code
ORDER BY slot, workflow_id;
TRUNCATE bookflow.delivery_figures, bookflow.delivery_deltas;
ALTER TABLE bookflow.delivery_figures DROP CONSTRAINT delivery_figures_pkey;
DROP INDEX bookflow.delivery_figures_by_workflow;
INSERT INTO bookflow.delivery_figures SELECT 'quarter', * FROM kept_deliveries;
DO $$
DECLARE
    g record;
BEGIN
    FOR g IN SELECT * FROM bookflow.grains ORDER BY length LOOP
        INSERT INTO bookflow.delivery_figures
        SELECT
            g.grain, bookflow.slot_of(f.slot, g.length),
            f.workflow_id, f.endpoint, f.channel, f.status, f.error_code, sum(f.count),
            sum(f.attempts)
        FROM bookflow.delivery_figures AS f
        WHERE f.grain = g.finer
        GROUP BY 2, f.workflow_id, f.endpoint, f.channel, f.status, f.error_code
        ORDER BY 2, 3;
    END LOOP;
END
$$;
INSERT INTO bookflow.delivery_figures
SELECT
    grain, slot, '', endpoint, channel, status, error_code, sum(count), sum(attempts)
FROM bookflow.delivery_figures
GROUP BY grain, slot, endpoint, channel, status, error_code;
ALTER TABLE bookflow.delivery_figures
    ADD PRIMARY KEY (workflow_id, grain, slot, endpoint, channel, status, error_code)
    INCLUDE (count, attempts);

-- Reading indexes alone needs pages that a vacuum has seen.
ALTER TABLE bookflow.execution_figures SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
ALTER TABLE bookflow.latency_figures SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
ALTER TABLE bookflow.action_figures SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
ALTER TABLE bookflow.delivery_figures SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);

COMMENT ON TABLE bookflow.execution_figures IS
    'How many executions were made, and how many ended how, per span of each length and in all.';

-- How frequent a cause is decides where a list of executions with it begins.
CREATE STATISTICS bookflow.action_results_causes
    ON (bookflow.counted_cause(status, cause, error_code)) FROM bookflow.action_results;
