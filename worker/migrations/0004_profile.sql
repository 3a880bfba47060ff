-- Profiles that two people may be changing, and where a session was begun.

-- Counts the changes of what a person's profile says.
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- City and country, as the edge knew them.
ALTER TABLE sessions ADD COLUMN place TEXT;

CREATE INDEX audit_events_of_actor ON audit_events (tenant_id, actor_id, id);
CREATE INDEX audit_events_of_target ON audit_events (tenant_id, target_id, id);
