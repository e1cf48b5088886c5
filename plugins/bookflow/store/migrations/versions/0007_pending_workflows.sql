-- The workflows that anything is pending for, at a cost that grows with their number alone.

CREATE VIEW bookflow.pending_workflows AS
WITH RECURSIVE hop AS (
    (
        SELECT workflow_id FROM bookflow.executions
        WHERE status = 'pending' ORDER BY workflow_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT e.workflow_id FROM bookflow.executions AS e
        WHERE e.status = 'pending' AND e.workflow_id > hop.workflow_id
        ORDER BY e.workflow_id LIMIT 1
    )
    FROM hop
    WHERE hop.workflow_id IS NOT NULL
)
SELECT workflow_id FROM hop WHERE workflow_id IS NOT NULL;
COMMENT ON VIEW bookflow.pending_workflows IS
    'Workflows with pending executions; hops over the index, one step per workflow.';
