-- name: record_entries
-- description: Write down who changed what outside of the database.
INSERT INTO bookflow.audit (at, actor, what, subject_id, before, after)
SELECT %(now)s, n.actor, n.what, n.subject_id, n.before, n.after
FROM json_to_recordset(%(rows)s::json) AS n (
    actor text, what text, subject_id text, before jsonb, after jsonb
);

-- name: list_entries
-- description: List changes, newest first.
SELECT id, at, actor, what, subject_id, execution_id, action, before, after
FROM bookflow.audit
WHERE
    true
    AND actor = %(actor)s  -- if: actor
    AND what = %(what)s  -- if: what
    AND subject_id = %(subject_id)s  -- if: subject
    AND at >= %(since)s  -- if: since
    AND at < %(until)s  -- if: until
    AND (at, id) < (%(cursor_at)s, %(cursor_id)s)  -- if: cursor
ORDER BY at DESC, id DESC
LIMIT %(limit)s;
