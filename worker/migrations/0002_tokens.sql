-- Access tokens and how much they are used.
CREATE TABLE tokens (
    id                TEXT PRIMARY KEY,
    tenant_id         TEXT NOT NULL REFERENCES tenants (id),
    user_id           TEXT NOT NULL REFERENCES users (id),
    kind              TEXT NOT NULL CHECK (kind IN ('custom')),
    name              TEXT NOT NULL COLLATE NOCASE,
    description       TEXT,
    -- Names parted by spaces.
    scopes            TEXT NOT NULL,
    -- Keyed hash of the secret; the secret itself is not kept.
    digest            TEXT NOT NULL UNIQUE,
    prefix            TEXT NOT NULL,
    last_four         TEXT NOT NULL,
    created_at        TEXT NOT NULL,
    renewable_until   TEXT,
    last_used_at      TEXT,
    last_used_ip      TEXT,
    revoked_at        TEXT,
    revoked_by        TEXT,
    revoke_reason     TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_current ON tokens (user_id, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_revoked ON tokens (user_id, id) WHERE revoked_at IS NOT NULL;
-- Among tokens that are not revoked, a name tells one from the other.
CREATE UNIQUE INDEX tokens_name ON tokens (user_id, name) WHERE revoked_at IS NULL;
-- Counts by state read this index alone.
CREATE INDEX tokens_of_tenant ON tokens (tenant_id, revoked_at, renewable_until);

CREATE TABLE token_usage (
    tenant_id TEXT NOT NULL,
    -- The UTC day, as 2026-11-22.
    day       TEXT NOT NULL,
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    calls     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, token_id)
) STRICT, WITHOUT ROWID;
