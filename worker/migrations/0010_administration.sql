-- People who are invited, looked for and removed; roles that a company makes for itself; a trail that is looked through.

-- The name as it is sought: in small letters, composed.
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE users SET name_key = lower(first_name || ' ' || last_name);

-- The name as it tells roles apart in any alphabet.
ALTER TABLE roles ADD COLUMN name_key TEXT;
-- Counts the changes of a role.
ALTER TABLE roles ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
UPDATE roles SET name_key = lower(name);
CREATE UNIQUE INDEX roles_name ON roles (tenant_id, name_key);

CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    -- Lower case.
    email      TEXT NOT NULL,
    -- One that came too late goes with its role.
    role_id    TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    -- Keyed hash of what the link holds.
    digest     TEXT NOT NULL UNIQUE,
    -- Who invited, as they were named at that time.
    invited_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- When the link was mailed last.
    sent_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    UNIQUE (tenant_id, email)
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_of_tenant ON invitations (tenant_id, id);
CREATE INDEX invitations_of_role ON invitations (role_id);
CREATE INDEX invitations_by_end ON invitations (expires_at);

-- Who is removed leaves no token behind; what they did stays in the trail.
CREATE INDEX tokens_of_user ON tokens (user_id);
CREATE TRIGGER users_take_along BEFORE DELETE ON users
BEGIN
    DELETE FROM token_usage WHERE token_id IN (SELECT id FROM tokens WHERE user_id = OLD.id);
    DELETE FROM token_addresses WHERE token_id IN (SELECT id FROM tokens WHERE user_id = OLD.id);
    DELETE FROM token_refusals WHERE token_id IN (SELECT id FROM tokens WHERE user_id = OLD.id);
    DELETE FROM retired_secrets WHERE token_id IN (SELECT id FROM tokens WHERE user_id = OLD.id);
    DELETE FROM tokens WHERE user_id = OLD.id;
END;

-- A service account that was deleted keeps its name only: it stands in the way of no role.
CREATE TRIGGER roles_let_go BEFORE DELETE ON roles
BEGIN
    UPDATE service_accounts
    SET role_id = (SELECT id FROM roles WHERE tenant_id = OLD.tenant_id AND built_in = 1 AND name = 'Viewer')
    WHERE role_id = OLD.id AND deleted_at IS NOT NULL;
END;

CREATE INDEX audit_events_of_action ON audit_events (tenant_id, action, id);
