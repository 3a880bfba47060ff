-- E-mail on its way, the links in it, browsers that are known, and what a tenant asks of everybody.

CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What it is about, such as password.changed.
    event      TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('email')),
    recipient  TEXT NOT NULL,
    -- Encrypted, since a link in it is a secret; forgotten once it is sent.
    content    TEXT,
    state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
    tries      INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TEXT NOT NULL,
    -- Not to be tried before; while it is being tried, when to take that attempt for lost.
    due_at     TEXT NOT NULL,
    done_at    TEXT,
    CHECK ((state = 'queued') = (done_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_of_user ON outbox (user_id, id);

-- Links to set a new password.
CREATE TABLE password_resets (
    -- Keyed hash of what the link holds.
    digest     TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_of_user ON password_resets (user_id);
CREATE INDEX password_resets_by_end ON password_resets (expires_at);

-- Changes of addresses: asked for, and until undo_until to be taken back from the old address.
CREATE TABLE email_changes (
    undo_digest    TEXT PRIMARY KEY,
    -- Gone once the link to the new address was used.
    confirm_digest TEXT UNIQUE,
    tenant_id      TEXT NOT NULL REFERENCES tenants (id),
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    old_email      TEXT NOT NULL,
    new_email      TEXT NOT NULL,
    confirm_until  TEXT NOT NULL,
    undo_until     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX email_changes_of_user ON email_changes (user_id);
-- An address that may come back belongs to nobody else meanwhile.
CREATE INDEX email_changes_by_old_email ON email_changes (old_email);
CREATE INDEX email_changes_by_end ON email_changes (undo_until);

-- Browsers in which somebody has signed in, by a cookie that outlives the session.
CREATE TABLE devices (
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest       TEXT NOT NULL,
    tenant_id    TEXT NOT NULL REFERENCES tenants (id),
    last_seen_at TEXT NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_last_use ON devices (last_seen_at);

-- A tenant without a row has the product's defaults.
CREATE TABLE policies (
    tenant_id  TEXT PRIMARY KEY REFERENCES tenants (id),
    -- JSON, as the API tells it.
    policy     TEXT NOT NULL,
    -- What every sign-in asks for is looked up without reading the rest.
    mfa_required INTEGER NOT NULL CHECK (mfa_required IN (0, 1))
) STRICT, WITHOUT ROWID;
