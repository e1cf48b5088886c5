-- name: record_use
-- description: Note that a workflow was made from a template.
INSERT INTO bookflow.template_uses (template_id, workflow_id, actor, used_at)
VALUES (%(template_id)s, %(workflow_id)s, %(actor)s, %(used_at)s);

-- name: count_uses
-- description: Count the uses of each template.
SELECT template_id, count(*) AS count, max(used_at) AS last_used_at
FROM bookflow.template_uses
GROUP BY template_id
ORDER BY template_id;
