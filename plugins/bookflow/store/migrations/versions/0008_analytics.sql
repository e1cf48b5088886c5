-- Figures of what became of executions, actions and deliveries, right to the row at any moment.
-- Whoever writes rows appends what changes (deltas), so that nobody waits for anybody; the clock
-- folds that into roll-ups; readers add up both. Deleted rows keep counting: old ones are cleaned
-- up.

ALTER TABLE bookflow.action_results
    ADD COLUMN cause text,
    ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN bookflow.action_results.cause IS
    'Why it was skipped or failed, in few words without personal data, to count by.';
COMMENT ON COLUMN bookflow.action_results.ended_at IS
    'When it got its final result; null for rows from before this column.';

CREATE INDEX executions_ended_badly
    ON bookflow.executions (workflow_id, status, created_at DESC, id DESC)
    WHERE status IN ('failed', 'cancelled');

CREATE TABLE bookflow.execution_figures (
    grain text NOT NULL,
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    created bigint NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    cancelled bigint NOT NULL,
    last_started_at timestamptz,
    PRIMARY KEY (grain, slot, workflow_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE bookflow.execution_figures IS
    'How many executions were made, and how many ended how, per quarter of an hour, day and month.';
COMMENT ON COLUMN bookflow.execution_figures.slot IS 'Where it begins, in UTC.';
COMMENT ON COLUMN bookflow.execution_figures.workflow_id IS 'Empty for all workflows together.';
CREATE INDEX execution_figures_by_workflow
    ON bookflow.execution_figures (workflow_id, grain, slot);

CREATE TABLE bookflow.latency_figures (
    grain text NOT NULL,
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    bucket integer NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (grain, slot, workflow_id, bucket)
) WITH (fillfactor = 80);
COMMENT ON TABLE bookflow.latency_figures IS
    'Completed executions by the time from due to completed; buckets grow by 4 per cent.';
CREATE INDEX latency_figures_by_workflow ON bookflow.latency_figures (workflow_id, grain, slot);

CREATE TABLE bookflow.action_figures (
    grain text NOT NULL,
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    action text NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    cause text NOT NULL,
    count bigint NOT NULL,
    duration_ms bigint NOT NULL,
    last_started_at timestamptz,
    PRIMARY KEY (grain, slot, workflow_id, action, type, status, cause)
) WITH (fillfactor = 80);
COMMENT ON TABLE bookflow.action_figures IS
    'Action results by how they ended and why; for all workflows together by type alone.';
COMMENT ON COLUMN bookflow.action_figures.status IS
    'completed, failed, skipped, or open for those that are retrying or waiting.';
CREATE INDEX action_figures_by_workflow ON bookflow.action_figures (workflow_id, grain, slot);
CREATE INDEX action_figures_not_well ON bookflow.action_figures (status, grain, slot)
    WHERE workflow_id <> '' AND status IN ('failed', 'skipped');
CREATE INDEX action_figures_of_workflow_not_well
    ON bookflow.action_figures (workflow_id, status, grain, slot)
    WHERE status IN ('failed', 'skipped');

CREATE TABLE bookflow.delivery_figures (
    grain text NOT NULL,
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    endpoint text NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    error_code text NOT NULL,
    count bigint NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (grain, slot, workflow_id, endpoint, channel, status, error_code)
) WITH (fillfactor = 80);
COMMENT ON TABLE bookflow.delivery_figures IS 'Settled deliveries by endpoint and how they ended.';
CREATE INDEX delivery_figures_by_workflow ON bookflow.delivery_figures (workflow_id, grain, slot);

-- Deltas come and go all the time: their tables are vacuumed long before they grow.
CREATE TABLE bookflow.execution_deltas (
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    created bigint NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    cancelled bigint NOT NULL,
    last_started_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE bookflow.execution_deltas IS
    'Changes that are not yet in execution_figures, per quarter of an hour.';

CREATE TABLE bookflow.latency_deltas (
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    bucket integer NOT NULL,
    count bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE bookflow.latency_deltas IS 'Changes that are not yet in latency_figures.';

CREATE TABLE bookflow.action_deltas (
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    action text NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    cause text NOT NULL,
    count bigint NOT NULL,
    duration_ms bigint NOT NULL,
    last_started_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE bookflow.action_deltas IS 'Changes that are not yet in action_figures.';

CREATE TABLE bookflow.delivery_deltas (
    slot timestamptz NOT NULL,
    workflow_id text NOT NULL,
    endpoint text NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    error_code text NOT NULL,
    count bigint NOT NULL,
    attempts bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE bookflow.delivery_deltas IS 'Changes that are not yet in delivery_figures.';

-- Every time zone of today is whole quarters of an hour away from UTC.
CREATE FUNCTION bookflow.quarter_of(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN date_bin('15 minutes', at, '2000-01-01 00:00:00+00');
COMMENT ON FUNCTION bookflow.quarter_of(timestamptz) IS 'The quarter of an hour that holds it.';

CREATE VIEW bookflow.day_starts AS
SELECT
    ((1440 - o.minutes) % 1440) * interval '1 minute' AS start,
    'day ' || to_char(((1440 - o.minutes) % 1440) * interval '1 minute', 'HH24:MI') AS grain
FROM (
    SELECT h * 60 FROM generate_series(1, 23) AS h
    UNION ALL
    -- offsets from UTC that are no whole hours, also while clocks are changed; of the day, so
    -- that three and a half hours behind are twenty and a half ahead
    SELECT unnest(ARRAY[210, 270, 330, 345, 390, 525, 570, 630, 765, 825, 870, 1230, 1290])
) AS o (minutes);
COMMENT ON VIEW bookflow.day_starts IS
    'When days begin elsewhere, from midnight in UTC on, and the grain of such days.';

CREATE FUNCTION bookflow.slots_of(at timestamptz)
RETURNS TABLE (grain text, slot timestamptz) LANGUAGE sql STABLE AS $$
    SELECT *
    FROM (
        VALUES
            ('quarter', at), ('day', date_trunc('day', at, 'UTC')),
            ('month', date_trunc('month', at, 'UTC'))
    ) AS g (grain, slot)
$$;
COMMENT ON FUNCTION bookflow.slots_of(timestamptz) IS 'The roll-ups that a quarter counts in.';

CREATE FUNCTION bookflow.further_slots_of(at timestamptz)
RETURNS TABLE (grain text, slot timestamptz) LANGUAGE sql STABLE AS $$
    SELECT 'hour', date_trunc('hour', at, 'UTC')
    UNION ALL
    SELECT d.grain, date_trunc('day', at - d.start, 'UTC') + d.start FROM bookflow.day_starts AS d
$$;
COMMENT ON FUNCTION bookflow.further_slots_of(timestamptz) IS
    'Those kept only for all workflows together: hours, and days as they begin elsewhere.';

CREATE FUNCTION bookflow.latency_bucket(due_at timestamptz, completed_at timestamptz)
RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN isfinite(due_at) AND isfinite(completed_at) THEN ceil(
        ln(greatest(extract(epoch FROM completed_at - due_at)::float8 * 1000, 1)) / ln(1.04::float8)
    )::integer
END;
COMMENT ON FUNCTION bookflow.latency_bucket(timestamptz, timestamptz) IS
    'The least power of 1.04, in milliseconds, that is no less than the time between.';

CREATE FUNCTION bookflow.count_new_executions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookflow.execution_deltas (
        slot, workflow_id, created, completed, failed, cancelled, last_started_at
    )
    SELECT
        s.slot, e.workflow_id,
        count(*) FILTER (WHERE s.kind = 'created'),
        count(*) FILTER (WHERE s.kind = 'completed'),
        count(*) FILTER (WHERE s.kind = 'failed'),
        count(*) FILTER (WHERE s.kind = 'cancelled'),
        max(e.started_at)
    FROM new_rows AS e
    CROSS JOIN LATERAL (
        SELECT 'created', bookflow.quarter_of(e.created_at)
        UNION ALL
        SELECT e.status, bookflow.quarter_of(coalesce(e.completed_at, e.created_at))
        WHERE e.status IN ('completed', 'failed', 'cancelled')
    ) AS s (kind, slot)
    GROUP BY s.slot, e.workflow_id;
    INSERT INTO bookflow.latency_deltas (slot, workflow_id, bucket, count)
    SELECT
        bookflow.quarter_of(completed_at), workflow_id,
        bookflow.latency_bucket(due_at, completed_at), count(*)
    FROM new_rows
    WHERE status = 'completed' AND bookflow.latency_bucket(due_at, completed_at) IS NOT NULL
    GROUP BY 1, 2, 3;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_new_executions() IS 'Appends what new executions add.';

CREATE FUNCTION bookflow.count_changed_executions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH entries AS MATERIALIZED (
        SELECT
            e.workflow_id, e.status, e.sign, e.due_at, e.completed_at, e.started_at,
            bookflow.quarter_of(coalesce(e.completed_at, e.created_at)) AS slot
        FROM old_rows AS o
        JOIN new_rows AS n ON n.id = o.id
        CROSS JOIN LATERAL (
            SELECT
                o.workflow_id, o.status, -1, o.due_at, o.completed_at, NULL::timestamptz,
                o.created_at
            WHERE
                o.status IN ('completed', 'failed', 'cancelled')
                AND (o.status, o.completed_at) IS DISTINCT FROM (n.status, n.completed_at)
            UNION ALL
            SELECT
                n.workflow_id, n.status, 1, n.due_at, n.completed_at, n.started_at, n.created_at
            WHERE
                n.status IN ('completed', 'failed', 'cancelled')
                AND (o.status, o.completed_at) IS DISTINCT FROM (n.status, n.completed_at)
            UNION ALL
            SELECT n.workflow_id, 'started', 0, NULL, n.started_at, n.started_at, NULL
            WHERE n.started_at IS DISTINCT FROM o.started_at AND n.started_at IS NOT NULL
        ) AS e (workflow_id, status, sign, due_at, completed_at, started_at, created_at)
    ),
    latencies AS (
        INSERT INTO bookflow.latency_deltas (slot, workflow_id, bucket, count)
        SELECT slot, workflow_id, bookflow.latency_bucket(due_at, completed_at) AS bucket, sum(sign)
        FROM entries
        WHERE status = 'completed' AND bookflow.latency_bucket(due_at, completed_at) IS NOT NULL
        GROUP BY 1, 2, 3
        HAVING sum(sign) <> 0
    )
    INSERT INTO bookflow.execution_deltas (
        slot, workflow_id, created, completed, failed, cancelled, last_started_at
    )
    SELECT
        slot, workflow_id, 0,
        coalesce(sum(sign) FILTER (WHERE status = 'completed'), 0),
        coalesce(sum(sign) FILTER (WHERE status = 'failed'), 0),
        coalesce(sum(sign) FILTER (WHERE status = 'cancelled'), 0),
        max(started_at)
    FROM entries
    GROUP BY slot, workflow_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_changed_executions() IS
    'Appends what changed executions add, and what they added before.';

CREATE TRIGGER executions_count_new AFTER INSERT ON bookflow.executions
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_new_executions();
CREATE TRIGGER executions_count_changed AFTER UPDATE ON bookflow.executions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_changed_executions();

CREATE FUNCTION bookflow.counted_status(status text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN status IN ('retrying', 'waiting') THEN 'open' ELSE status END;
COMMENT ON FUNCTION bookflow.counted_status(text) IS 'The status that an action result counts as.';

CREATE FUNCTION bookflow.counted_cause(status text, cause text, error_code text)
RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN status IN ('failed', 'skipped') THEN left(coalesce(cause, error_code, ''), 200)
    ELSE ''
END;
COMMENT ON FUNCTION bookflow.counted_cause(text, text, text) IS
    'The cause that an action result counts under; rows from before this column have a code.';

CREATE FUNCTION bookflow.counted_at(
    status text, started_at timestamptz, ended_at timestamptz, duration_ms double precision
) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN bookflow.quarter_of(
    CASE
        WHEN status IN ('retrying', 'waiting') THEN started_at
        ELSE coalesce(ended_at, started_at + duration_ms * interval '1 millisecond')
    END
);
COMMENT ON FUNCTION bookflow.counted_at(text, timestamptz, timestamptz, double precision) IS
    'The quarter of an hour that an action result counts in.';

CREATE FUNCTION bookflow.count_new_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookflow.action_deltas (
        slot, workflow_id, action, type, status, cause, count, duration_ms, last_started_at
    )
    SELECT
        bookflow.counted_at(r.status, r.started_at, r.ended_at, r.duration_ms), e.workflow_id,
        r.action, r.type, bookflow.counted_status(r.status),
        bookflow.counted_cause(r.status, r.cause, r.error_code), count(*),
        sum(round(r.duration_ms)), max(r.started_at)
    FROM new_rows AS r
    JOIN bookflow.executions AS e ON e.id = r.execution_id
    GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_new_results() IS 'Appends what new action results add.';

CREATE FUNCTION bookflow.count_changed_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookflow.action_deltas (
        slot, workflow_id, action, type, status, cause, count, duration_ms, last_started_at
    )
    SELECT
        bookflow.counted_at(r.status, r.started_at, r.ended_at, r.duration_ms), e.workflow_id,
        r.action, r.type, bookflow.counted_status(r.status),
        bookflow.counted_cause(r.status, r.cause, r.error_code), sum(r.sign),
        sum(r.sign * round(r.duration_ms)), max(r.started_at) FILTER (WHERE r.sign > 0)
    FROM (
        SELECT n.*, 1 AS sign FROM new_rows AS n
        UNION ALL
        SELECT o.*, -1 AS sign FROM old_rows AS o
    ) AS r
    JOIN bookflow.executions AS e ON e.id = r.execution_id
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(r.sign) <> 0 OR sum(r.sign * round(r.duration_ms)) <> 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_changed_results() IS
    'Appends what changed action results add, and what they added before.';

CREATE TRIGGER action_results_count_new AFTER INSERT ON bookflow.action_results
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_new_results();
CREATE TRIGGER action_results_count_changed AFTER UPDATE ON bookflow.action_results
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_changed_results();

CREATE FUNCTION bookflow.count_new_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookflow.delivery_deltas (
        slot, workflow_id, endpoint, channel, status, error_code, count, attempts
    )
    SELECT
        bookflow.quarter_of(coalesce(d.settled_at, d.claimed_at)), e.workflow_id,
        coalesce(d.endpoint, ''), d.channel, d.status,
        CASE WHEN d.status = 'failed' THEN left(coalesce(d.error_code, ''), 200) ELSE '' END,
        count(*), sum(d.attempts)
    FROM new_rows AS d
    JOIN bookflow.executions AS e ON e.id = d.execution_id
    WHERE d.status IN ('sent', 'delivered', 'failed')
    GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_new_deliveries() IS 'Appends what new deliveries add.';

CREATE FUNCTION bookflow.count_changed_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookflow.delivery_deltas (
        slot, workflow_id, endpoint, channel, status, error_code, count, attempts
    )
    SELECT
        bookflow.quarter_of(coalesce(d.settled_at, d.claimed_at)), e.workflow_id,
        coalesce(d.endpoint, ''), d.channel, d.status,
        CASE WHEN d.status = 'failed' THEN left(coalesce(d.error_code, ''), 200) ELSE '' END,
        sum(d.sign), sum(d.sign * d.attempts)
    FROM (
        SELECT n.*, 1 AS sign FROM new_rows AS n
        WHERE n.status IN ('sent', 'delivered', 'failed')
        UNION ALL
        SELECT o.*, -1 AS sign FROM old_rows AS o
        WHERE o.status IN ('sent', 'delivered', 'failed')
    ) AS d
    JOIN bookflow.executions AS e ON e.id = d.execution_id
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(d.sign) <> 0 OR sum(d.sign * d.attempts) <> 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION bookflow.count_changed_deliveries() IS
    'Appends what changed deliveries add, and what they added before.';

CREATE TRIGGER deliveries_count_new AFTER INSERT ON bookflow.deliveries
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_new_deliveries();
CREATE TRIGGER deliveries_count_changed AFTER UPDATE ON bookflow.deliveries
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookflow.count_changed_deliveries();

-- What is there already becomes deltas, which the clock folds in steps. Whoever writes waits for
-- the commit, since making a trigger locks its table.
INSERT INTO bookflow.execution_deltas (
    slot, workflow_id, created, completed, failed, cancelled, last_started_at
)
SELECT
    s.slot, e.workflow_id,
    count(*) FILTER (WHERE s.kind = 'created'),
    count(*) FILTER (WHERE s.kind = 'completed'),
    count(*) FILTER (WHERE s.kind = 'failed'),
    count(*) FILTER (WHERE s.kind = 'cancelled'),
    max(e.started_at)
FROM bookflow.executions AS e
CROSS JOIN LATERAL (
    SELECT 'created', bookflow.quarter_of(e.created_at)
    UNION ALL
    SELECT e.status, bookflow.quarter_of(coalesce(e.completed_at, e.created_at))
    WHERE e.status IN ('completed', 'failed', 'cancelled')
) AS s (kind, slot)
GROUP BY s.slot, e.workflow_id;

INSERT INTO bookflow.latency_deltas (slot, workflow_id, bucket, count)
SELECT
    bookflow.quarter_of(completed_at), workflow_id,
    bookflow.latency_bucket(due_at, completed_at), count(*)
FROM bookflow.executions
WHERE status = 'completed' AND bookflow.latency_bucket(due_at, completed_at) IS NOT NULL
GROUP BY 1, 2, 3;

INSERT INTO bookflow.action_deltas (
    slot, workflow_id, action, type, status, cause, count, duration_ms, last_started_at
)
SELECT
    bookflow.counted_at(r.status, r.started_at, r.ended_at, r.duration_ms), e.workflow_id,
    r.action, r.type, bookflow.counted_status(r.status),
    bookflow.counted_cause(r.status, r.cause, r.error_code), count(*),
    sum(round(r.duration_ms)), max(r.started_at)
FROM bookflow.action_results AS r
JOIN bookflow.executions AS e ON e.id = r.execution_id
GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO bookflow.delivery_deltas (
    slot, workflow_id, endpoint, channel, status, error_code, count, attempts
)
SELECT
    bookflow.quarter_of(coalesce(d.settled_at, d.claimed_at)), e.workflow_id,
    coalesce(d.endpoint, ''), d.channel, d.status,
    CASE WHEN d.status = 'failed' THEN left(coalesce(d.error_code, ''), 200) ELSE '' END,
    count(*), sum(d.attempts)
FROM bookflow.deliveries AS d
JOIN bookflow.executions AS e ON e.id = d.execution_id
WHERE d.status IN ('sent', 'delivered', 'failed')
GROUP BY 1, 2, 3, 4, 5, 6;
