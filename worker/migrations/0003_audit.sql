-- What happened. Rows are added and never changed.
CREATE TABLE audit_events (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL REFERENCES tenants (id),
    at          TEXT NOT NULL,
    actor_type  TEXT NOT NULL CHECK (actor_type IN ('anonymous', 'user', 'service_account')),
    actor_id    TEXT,
    actor_name  TEXT NOT NULL,
    -- The session or token that made the call.
    credential  TEXT,
    action      TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id   TEXT NOT NULL,
    target_name TEXT NOT NULL,
    ip          TEXT,
    user_agent  TEXT,
    request_id  TEXT NOT NULL,
    -- JSON, without secrets.
    changes     TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_events_of_tenant ON audit_events (tenant_id, id);

CREATE TRIGGER audit_events_stay_as_they_are BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;
CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never deleted');
END;
-- REPLACE would take the old row away without asking the trigger above.
CREATE TRIGGER audit_events_are_new BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never replaced');
END;
