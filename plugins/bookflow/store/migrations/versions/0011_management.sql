-- What the management API records.

-- The audit trail is read newest first, as a whole and by who and what; by subject there is one.
CREATE INDEX audit_by_time ON bookflow.audit (at, id);
CREATE INDEX audit_by_actor ON bookflow.audit (actor, at, id);
CREATE INDEX audit_by_what ON bookflow.audit (what, at, id);
