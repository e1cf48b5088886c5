-- name: hold_moment
-- description: Let every query of this transaction see the same moment.
-- They are too short to gain from being compiled or shared among workers. Their OFFSET 0 has each
-- piece of a period read as a range of an index: joined otherwise, whole indexes would be read.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0;

-- name: export_moment
-- description: Name the moment that this transaction sees, for another one to see as well.
SELECT pg_catalog.pg_export_snapshot() AS moment;

-- name: lock_folding
-- description: Let one process at a time fold; the number is "figures" in ASCII.
-- Large folds, after a day without the clock, sort much.
SELECT
    pg_try_advisory_xact_lock(28824829826720115) AS is_ours,
    set_config('work_mem', '64MB', true) AS memory;

-- name: fold_executions
-- description: Move changes of executions into their roll-ups; gives how many.
-- In the order of the key: large folds then write their index page by page.
WITH taken AS (
    DELETE FROM bookflow.execution_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM bookflow.execution_deltas LIMIT %(limit)s))
    RETURNING *
),
summed AS (
    SELECT
        slot, CASE WHEN grouping(workflow_id) = 0 THEN workflow_id ELSE '' END AS workflow_id,
        sum(created) AS created, sum(completed) AS completed, sum(failed) AS failed,
        sum(cancelled) AS cancelled, max(last_started_at) AS last_started_at
    FROM taken
    GROUP BY GROUPING SETS ((slot, workflow_id), (slot))
),
folded AS (
    INSERT INTO bookflow.execution_figures AS f (
        grain, slot, workflow_id, created, completed, failed, cancelled, last_started_at
    )
    SELECT
        g.grain, g.slot, t.workflow_id, sum(t.created), sum(t.completed), sum(t.failed),
        sum(t.cancelled), max(t.last_started_at)
    FROM summed AS t
    CROSS JOIN LATERAL bookflow.slots_of(t.slot) AS g
    GROUP BY g.grain, g.slot, t.workflow_id
    ORDER BY t.workflow_id, g.grain, g.slot
    ON CONFLICT (grain, slot, workflow_id) DO UPDATE SET
        created = f.created + excluded.created,
        completed = f.completed + excluded.completed,
        failed = f.failed + excluded.failed,
        cancelled = f.cancelled + excluded.cancelled,
        last_started_at = greatest(f.last_started_at, excluded.last_started_at)
)
SELECT count(*) AS count FROM taken;

-- name: fold_latencies
-- description: Move changes of latencies into their roll-ups; gives how many.
WITH taken AS (
    DELETE FROM bookflow.latency_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM bookflow.latency_deltas LIMIT %(limit)s))
    RETURNING *
),
summed AS (
    SELECT slot, workflow_id, bucket, sum(count) AS count
    FROM taken
    GROUP BY slot, workflow_id, bucket
),
together AS (
    SELECT slot, bucket, sum(count) AS count FROM summed GROUP BY slot, bucket
),
places AS MATERIALIZED (
    SELECT s.slot AS at, g.grain, g.slot
    FROM (SELECT DISTINCT slot FROM together) AS s
    CROSS JOIN LATERAL (
        SELECT * FROM bookflow.slots_of(s.slot)
        UNION ALL
        SELECT * FROM bookflow.further_slots_of(s.slot)
    ) AS g
),
folded AS (
    INSERT INTO bookflow.latency_figures AS f (grain, slot, workflow_id, bucket, count)
    SELECT g.grain, g.slot, t.workflow_id, t.bucket, sum(t.count)
    FROM summed AS t
    CROSS JOIN LATERAL bookflow.slots_of(t.slot) AS g
    GROUP BY g.grain, g.slot, t.workflow_id, t.bucket
    UNION ALL
    SELECT g.grain, g.slot, '', t.bucket, sum(t.count)
    FROM together AS t
    JOIN places AS g ON g.at = t.slot
    GROUP BY g.grain, g.slot, t.bucket
    ORDER BY 3, 1, 2
    ON CONFLICT (grain, slot, workflow_id, bucket) DO UPDATE SET count = f.count + excluded.count
)
SELECT count(*) AS count FROM taken;

-- name: fold_actions
-- description: Move changes of action results into their roll-ups; gives how many.
-- For all workflows together by type: names of actions mean something within a workflow alone.
WITH taken AS (
    DELETE FROM bookflow.action_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM bookflow.action_deltas LIMIT %(limit)s))
    RETURNING *
),
summed AS (
    SELECT
        slot, workflow_id, action, type, status, cause, sum(count) AS count,
        sum(duration_ms) AS duration_ms, max(last_started_at) AS last_started_at
    FROM taken
    GROUP BY slot, workflow_id, action, type, status, cause
),
together AS (
    SELECT
        slot, type, status, cause, sum(count) AS count, sum(duration_ms) AS duration_ms,
        max(last_started_at) AS last_started_at
    FROM summed
    GROUP BY slot, type, status, cause
),
places AS MATERIALIZED (
    SELECT s.slot AS at, g.grain, g.slot
    FROM (SELECT DISTINCT slot FROM together) AS s
    CROSS JOIN LATERAL (
        SELECT * FROM bookflow.slots_of(s.slot)
        UNION ALL
        SELECT * FROM bookflow.further_slots_of(s.slot)
    ) AS g
),
folded AS (
    INSERT INTO bookflow.action_figures AS f (
        grain, slot, workflow_id, action, type, status, cause, count, duration_ms, last_started_at
    )
    SELECT
        g.grain, g.slot, t.workflow_id, t.action, t.type, t.status, t.cause, sum(t.count),
        sum(t.duration_ms), max(t.last_started_at)
    FROM summed AS t
    CROSS JOIN LATERAL bookflow.slots_of(t.slot) AS g
    GROUP BY g.grain, g.slot, t.workflow_id, t.action, t.type, t.status, t.cause
    UNION ALL
    SELECT
        g.grain, g.slot, '', '', t.type, t.status, t.cause, sum(t.count), sum(t.duration_ms),
        max(t.last_started_at)
    FROM together AS t
    JOIN places AS g ON g.at = t.slot
    GROUP BY g.grain, g.slot, t.type, t.status, t.cause
    ORDER BY 3, 1, 2
    ON CONFLICT (grain, slot, workflow_id, action, type, status, cause) DO UPDATE SET
        count = f.count + excluded.count,
        duration_ms = f.duration_ms + excluded.duration_ms,
        last_started_at = greatest(f.last_started_at, excluded.last_started_at)
)
SELECT count(*) AS count FROM taken;

-- name: fold_deliveries
-- description: Move changes of deliveries into their roll-ups; gives how many.
WITH taken AS (
    DELETE FROM bookflow.delivery_deltas
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM bookflow.delivery_deltas LIMIT %(limit)s))
    RETURNING *
),
summed AS (
    SELECT
        slot, CASE WHEN grouping(workflow_id) = 0 THEN workflow_id ELSE '' END AS workflow_id,
        endpoint, channel, status, error_code, sum(count) AS count, sum(attempts) AS attempts
    FROM taken
    GROUP BY
        GROUPING SETS (
            (slot, workflow_id, endpoint, channel, status, error_code),
            (slot, endpoint, channel, status, error_code)
        )
),
folded AS (
    INSERT INTO bookflow.delivery_figures AS f (
        grain, slot, workflow_id, endpoint, channel, status, error_code, count, attempts
    )
    SELECT
        g.grain, g.slot, t.workflow_id, t.endpoint, t.channel, t.status, t.error_code,
        sum(t.count), sum(t.attempts)
    FROM summed AS t
    CROSS JOIN LATERAL bookflow.slots_of(t.slot) AS g
    GROUP BY
        g.grain, g.slot, t.workflow_id, t.endpoint, t.channel, t.status, t.error_code
    ORDER BY t.workflow_id, g.grain, g.slot
    ON CONFLICT (grain, slot, workflow_id, endpoint, channel, status, error_code) DO UPDATE SET
        count = f.count + excluded.count,
        attempts = f.attempts + excluded.attempts
)
SELECT count(*) AS count FROM taken;

-- name: count_executions
-- description: Count executions per span between edges; `ids` holds '' for all together.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.slot, f.created, f.completed, f.failed, f.cancelled
        FROM bookflow.execution_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s)
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.slot, d.created, d.completed, d.failed, d.cancelled
    FROM bookflow.execution_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT
    width_bucket(slot, %(edges)s::timestamptz[]) - 1 AS bucket,
    sum(created)::bigint AS created, sum(completed)::bigint AS completed,
    sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled
FROM counted
GROUP BY 1
HAVING (sum(created), sum(completed), sum(failed), sum(cancelled)) IS DISTINCT FROM (0, 0, 0, 0)
ORDER BY 1;

-- name: count_latencies
-- description: Give percentiles per span, and of all, of the time from due to completed.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.slot, f.bucket, f.count
        FROM bookflow.latency_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s)
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.slot, d.bucket, d.count
    FROM bookflow.latency_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s) -- if: some
),
grouped AS (
    SELECT
        width_bucket(slot, %(edges)s::timestamptz[]) - 1 AS place, bucket AS power,
        sum(count::float8) AS count
    FROM counted
    GROUP BY 1, 2
),
placed AS (
    SELECT place, power, count FROM grouped
    UNION ALL SELECT NULL, power, sum(count) FROM grouped GROUP BY power -- if: spans
),
ranked AS (
    SELECT
        place, power, sum(count) OVER (PARTITION BY place ORDER BY power) AS reached,
        sum(count) OVER (PARTITION BY place) AS total
    FROM placed
)
SELECT
    place AS bucket, min(total)::bigint AS count,
    min(power) FILTER (WHERE reached * 100 >= total * 50) AS p50,
    min(power) FILTER (WHERE reached * 100 >= total * 90) AS p90,
    min(power) FILTER (WHERE reached * 100 >= total * 95) AS p95,
    min(power) FILTER (WHERE reached * 100 >= total * 99) AS p99
FROM ranked
GROUP BY place
HAVING min(total) <> 0
ORDER BY 1;

-- name: count_workflows
-- description: Count executions per workflow.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.workflow_id, f.created, f.completed, f.failed, f.cancelled
        FROM bookflow.execution_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id <> ''
            AND f.workflow_id = ANY(%(ids)s) -- if: some
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.workflow_id, d.created, d.completed, d.failed, d.cancelled
    FROM bookflow.execution_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT
    workflow_id, sum(created)::bigint AS created, sum(completed)::bigint AS completed,
    sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled
FROM counted
GROUP BY workflow_id
HAVING (sum(created), sum(completed), sum(failed), sum(cancelled)) IS DISTINCT FROM (0, 0, 0, 0)
ORDER BY workflow_id COLLATE "C";

-- name: count_activity
-- description: Count executions of some workflows, per workflow and span between edges.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.workflow_id, f.slot, f.created, f.completed, f.failed, f.cancelled
        FROM bookflow.execution_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s)
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.workflow_id, d.slot, d.created, d.completed, d.failed, d.cancelled
    FROM bookflow.execution_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s)
)
SELECT
    workflow_id, width_bucket(slot, %(edges)s::timestamptz[]) - 1 AS bucket,
    sum(created)::bigint AS created, sum(completed)::bigint AS completed,
    sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled
FROM counted
GROUP BY workflow_id, 2
HAVING (sum(created), sum(completed), sum(failed), sum(cancelled)) IS DISTINCT FROM (0, 0, 0, 0)
ORDER BY workflow_id COLLATE "C", 2;

-- name: count_workflow_latencies
-- description: Give percentiles per workflow of the time from due to completed, as buckets.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.workflow_id, f.bucket, f.count
        FROM bookflow.latency_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s)
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.workflow_id, d.bucket, d.count
    FROM bookflow.latency_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s)
),
grouped AS (
    SELECT workflow_id, bucket AS power, sum(count::float8) AS count
    FROM counted
    GROUP BY 1, 2
),
ranked AS (
    SELECT
        workflow_id, power,
        sum(count) OVER (PARTITION BY workflow_id ORDER BY power) AS reached,
        sum(count) OVER (PARTITION BY workflow_id) AS total
    FROM grouped
)
SELECT
    workflow_id, min(total)::bigint AS count,
    min(power) FILTER (WHERE reached * 100 >= total * 50) AS p50,
    min(power) FILTER (WHERE reached * 100 >= total * 90) AS p90,
    min(power) FILTER (WHERE reached * 100 >= total * 95) AS p95,
    min(power) FILTER (WHERE reached * 100 >= total * 99) AS p99
FROM ranked
GROUP BY workflow_id
HAVING min(total) <> 0
ORDER BY workflow_id COLLATE "C";

-- name: count_types
-- description: Count action results per type and how they ended.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.type, f.status, f.count, f.duration_ms
        FROM bookflow.action_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s) AND f.status <> 'open'
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.type, d.status, d.count, d.duration_ms
    FROM bookflow.action_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s AND d.status <> 'open'
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT type, status, sum(count)::bigint AS count, sum(duration_ms)::bigint AS duration_ms
FROM counted
GROUP BY type, status
HAVING sum(count) <> 0
ORDER BY type COLLATE "C", status COLLATE "C";

-- name: count_actions
-- description: Count action results of some workflows per action and how they ended.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.workflow_id, f.action, f.type, f.status, f.count, f.duration_ms
        FROM bookflow.action_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s) AND f.status <> 'open'
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.workflow_id, d.action, d.type, d.status, d.count, d.duration_ms
    FROM bookflow.action_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s AND d.status <> 'open'
        AND d.workflow_id = ANY(%(ids)s)
)
SELECT
    workflow_id, action, type, status, sum(count)::bigint AS count,
    sum(duration_ms)::bigint AS duration_ms
FROM counted
GROUP BY workflow_id, action, type, status
HAVING sum(count) <> 0
ORDER BY
    workflow_id COLLATE "C", action COLLATE "C", type COLLATE "C", status COLLATE "C";

-- name: count_causes
-- description: Count failed and skipped action results per span, type and cause.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.slot, f.type, f.status, f.cause, f.count
        FROM bookflow.action_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s) AND f.status IN ('failed', 'skipped')
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.slot, d.type, d.status, d.cause, d.count
    FROM bookflow.action_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s AND d.status IN ('failed', 'skipped')
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT
    width_bucket(slot, %(edges)s::timestamptz[]) - 1 AS bucket, type, status, cause,
    sum(count)::bigint AS count
FROM counted
GROUP BY 1, type, status, cause
HAVING sum(count) <> 0
ORDER BY 1, type COLLATE "C", status COLLATE "C", cause COLLATE "C";

-- name: rank_places
-- description: Give the actions with the most failed or skipped results, by cause.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.workflow_id, f.action, f.type, f.status, f.cause, f.count
        FROM bookflow.action_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id <> '' AND f.status IN ('failed', 'skipped') AND f.status = %(status)s
            AND f.workflow_id = ANY(%(ids)s) -- if: some
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.workflow_id, d.action, d.type, d.status, d.cause, d.count
    FROM bookflow.action_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s AND d.status = %(status)s
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT workflow_id, action, type, status, cause, sum(count)::bigint AS count
FROM counted
GROUP BY workflow_id, action, type, status, cause
HAVING sum(count) <> 0
ORDER BY
    sum(count) DESC, workflow_id COLLATE "C", action COLLATE "C", type COLLATE "C",
    cause COLLATE "C"
LIMIT %(limit)s;

-- name: count_endpoints
-- description: Count settled deliveries per endpoint and how they ended.
WITH pieces AS (
    SELECT * FROM unnest(
        %(grains)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[]
    ) AS p (grain, since, until)
),
counted AS (
    SELECT f.*
    FROM pieces AS p
    CROSS JOIN LATERAL (
        SELECT f.endpoint, f.channel, f.status, f.error_code, f.count, f.attempts
        FROM bookflow.delivery_figures AS f
        WHERE
            f.grain = p.grain AND f.slot >= p.since AND f.slot < p.until
            AND f.workflow_id = ANY(%(ids)s)
        OFFSET 0
    ) AS f
    UNION ALL
    SELECT d.endpoint, d.channel, d.status, d.error_code, d.count, d.attempts
    FROM bookflow.delivery_deltas AS d
    WHERE
        d.slot >= %(since)s AND d.slot < %(until)s
        AND d.workflow_id = ANY(%(ids)s) -- if: some
)
SELECT
    endpoint, channel, status, error_code, sum(count)::bigint AS count,
    sum(attempts)::bigint AS attempts
FROM counted
GROUP BY endpoint, channel, status, error_code
HAVING sum(count) <> 0
ORDER BY
    endpoint COLLATE "C", channel COLLATE "C", status COLLATE "C", error_code COLLATE "C";
