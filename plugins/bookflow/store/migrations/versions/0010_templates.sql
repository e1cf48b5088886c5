-- How often templates were used; and what lists of executions and figures of the moment read.

CREATE TABLE bookflow.template_uses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    template_id text NOT NULL,
    workflow_id text NOT NULL,
    actor text NOT NULL,
    used_at timestamptz NOT NULL
);
COMMENT ON TABLE bookflow.template_uses IS
    'Workflows made from templates; outlives workflow and template.';

CREATE INDEX template_uses_by_template ON bookflow.template_uses (template_id, used_at);

-- Either direction of an order reads the same index.
CREATE INDEX executions_by_due ON bookflow.executions (due_at, id);
CREATE INDEX executions_ended ON bookflow.executions (completed_at, id)
    WHERE completed_at IS NOT NULL;
CREATE INDEX executions_of_workflow_by_due ON bookflow.executions (workflow_id, due_at, id);
CREATE INDEX executions_of_workflow_ended
    ON bookflow.executions (workflow_id, completed_at, id) WHERE completed_at IS NOT NULL;
CREATE INDEX executions_with_failures ON bookflow.executions (created_at DESC, id DESC)
    WHERE actions_failed > 0;
CREATE INDEX events_by_trigger ON bookflow.events (trigger);
-- Ids of executions are in the order of time (UUID version 7).
CREATE INDEX action_results_by_cause
    ON bookflow.action_results (bookflow.counted_cause(status, cause, error_code), execution_id)
    WHERE status IN ('failed', 'skipped');
CREATE INDEX deliveries_open ON bookflow.deliveries (channel, status)
    WHERE status IN ('sending', 'retrying', 'waiting');
