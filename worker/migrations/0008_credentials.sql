-- Tokens of every kind, of people and of service accounts, with the secrets that they had before and what became of
-- calls with them; service accounts; keys of calls that may be repeated.

CREATE TABLE service_accounts (
    id                 TEXT PRIMARY KEY,
    tenant_id          TEXT NOT NULL REFERENCES tenants (id),
    name               TEXT NOT NULL,
    -- The name as it tells accounts apart; one that was deleted keeps its name.
    name_key           TEXT NOT NULL,
    description        TEXT,
    role_id            TEXT NOT NULL REFERENCES roles (id),
    -- Who looks after it.
    owner_id           TEXT REFERENCES users (id) ON DELETE SET NULL,
    enabled            INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    -- One entry a line.
    ip_allowlist       TEXT NOT NULL,
    api_key            TEXT NOT NULL UNIQUE,
    -- Keyed hash of the secret; the secret itself is not kept.
    secret_digest      TEXT NOT NULL UNIQUE,
    key_created_at     TEXT NOT NULL,
    -- When the secret was ended because somebody had found it.
    secret_revoked_at  TEXT,
    -- The pair before, good until then.
    old_api_key        TEXT UNIQUE,
    old_secret_digest  TEXT UNIQUE,
    old_until          TEXT,
    old_last_used_at   TEXT,
    old_last_used_ip   TEXT,
    old_last_agent     TEXT,
    last_used_at       TEXT,
    last_used_ip       TEXT,
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    deleted_at         TEXT,
    version            INTEGER NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_accounts_of_tenant ON service_accounts (tenant_id, id) WHERE deleted_at IS NULL;
CREATE INDEX service_accounts_of_role ON service_accounts (role_id);
CREATE INDEX service_accounts_of_owner ON service_accounts (owner_id);

CREATE TABLE oauth_tokens (
    digest             TEXT PRIMARY KEY,
    tenant_id          TEXT NOT NULL REFERENCES tenants (id),
    service_account_id TEXT NOT NULL REFERENCES service_accounts (id),
    -- Names parted by spaces.
    scopes             TEXT NOT NULL,
    created_at         TEXT NOT NULL,
    expires_at         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_tokens_of_account ON oauth_tokens (service_account_id);
CREATE INDEX oauth_tokens_by_end ON oauth_tokens (expires_at);

CREATE TABLE new_tokens (
    id                 TEXT PRIMARY KEY,
    tenant_id          TEXT NOT NULL REFERENCES tenants (id),
    -- Whose it is: one of the two.
    user_id            TEXT REFERENCES users (id),
    service_account_id TEXT REFERENCES service_accounts (id),
    owner_id           TEXT NOT NULL GENERATED ALWAYS AS (coalesce(user_id, service_account_id)) STORED,
    kind               TEXT NOT NULL CHECK (kind IN ('all', 'custom', 'hyperscale', 'microsoft_scim', 'one_touch_recovery')),
    name               TEXT NOT NULL,
    -- The name as it is sought, and as it tells tokens apart.
    name_key           TEXT NOT NULL,
    description        TEXT,
    -- Names parted by spaces, of kind custom only: the others have theirs by their kind.
    scopes             TEXT NOT NULL,
    -- One entry a line each.
    allowed_endpoints  TEXT NOT NULL,
    ip_allowlist       TEXT NOT NULL,
    -- Keyed hash of the secret; the secret itself is not kept.
    digest             TEXT NOT NULL UNIQUE,
    prefix             TEXT NOT NULL,
    last_four          TEXT NOT NULL,
    created_at         TEXT NOT NULL,
    renewable_until    TEXT,
    expires_at         TEXT,
    -- Of a pair: keyed hash of what renews it, and when the secret itself is over.
    refresh_digest     TEXT UNIQUE,
    access_until       TEXT,
    -- Until when the secret before is good.
    in_grace_until     TEXT,
    last_used_at       TEXT,
    last_used_ip       TEXT,
    last_used_agent    TEXT,
    last_used_place    TEXT,
    revoked_at         TEXT,
    revoked_by         TEXT,
    revoke_reason      TEXT,
    version            INTEGER NOT NULL DEFAULT 1,
    CHECK ((user_id IS NULL) <> (service_account_id IS NULL)),
    CHECK (renewable_until IS NULL OR expires_at IS NULL),
    CHECK ((refresh_digest IS NULL) = (access_until IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO new_tokens (id, tenant_id, user_id, kind, name, name_key, description, scopes, allowed_endpoints, ip_allowlist,
                        digest, prefix, last_four, created_at, renewable_until, last_used_at, last_used_ip,
                        revoked_at, revoked_by, revoke_reason)
SELECT id, tenant_id, user_id, kind, name, lower(name), description, scopes, '', '',
       digest, prefix, last_four, created_at, renewable_until, last_used_at, last_used_ip,
       revoked_at, revoked_by, revoke_reason
FROM tokens;

-- Rows that refer to tokens stand aside while their table is replaced.
CREATE TABLE kept_usage AS SELECT tenant_id, day, token_id, calls FROM token_usage;
DROP TABLE token_usage;
DROP TABLE tokens;
ALTER TABLE new_tokens RENAME TO tokens;
CREATE TABLE token_usage (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- The UTC day, as 2026-11-22.
    day       TEXT NOT NULL,
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    calls     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, token_id)
) STRICT, WITHOUT ROWID;
INSERT INTO token_usage SELECT tenant_id, day, token_id, calls FROM kept_usage;
DROP TABLE kept_usage;

CREATE INDEX tokens_current ON tokens (owner_id, id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_revoked ON tokens (owner_id, id) WHERE revoked_at IS NOT NULL;
-- Among tokens that are not revoked, a name tells one from the other.
CREATE UNIQUE INDEX tokens_name ON tokens (owner_id, name_key) WHERE revoked_at IS NULL;
-- Counts by state read this index alone.
CREATE INDEX tokens_of_tenant ON tokens (tenant_id, revoked_at, renewable_until, expires_at);
CREATE INDEX token_usage_of_token ON token_usage (token_id, day);

-- Secrets that were replaced: by rotation, or by renewal of a pair.
CREATE TABLE retired_secrets (
    digest          TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL REFERENCES tenants (id),
    token_id        TEXT NOT NULL REFERENCES tokens (id),
    role            TEXT NOT NULL CHECK (role IN ('access', 'refresh')),
    last_four       TEXT NOT NULL,
    retired_at      TEXT NOT NULL,
    -- Good until then.
    until           TEXT NOT NULL,
    last_used_at    TEXT,
    last_used_ip    TEXT,
    last_used_agent TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_secrets_of_token ON retired_secrets (token_id, retired_at);

-- From where a token was used last.
CREATE TABLE token_addresses (
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    ip        TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    calls     INTEGER NOT NULL,
    at        TEXT NOT NULL,
    place     TEXT,
    agent     TEXT,
    -- The last call: GET /backups.
    call      TEXT NOT NULL,
    PRIMARY KEY (token_id, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_addresses_by_time ON token_addresses (token_id, at);
CREATE INDEX token_addresses_by_age ON token_addresses (at);

-- Calls with a token that were refused, by reason and address.
CREATE TABLE token_refusals (
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    -- The code of the problem.
    reason    TEXT NOT NULL,
    ip        TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    calls     INTEGER NOT NULL,
    at        TEXT NOT NULL,
    agent     TEXT,
    call      TEXT NOT NULL,
    -- What was missing, such as a scope.
    missing   TEXT,
    PRIMARY KEY (token_id, reason, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_refusals_by_time ON token_refusals (token_id, at);
CREATE INDEX token_refusals_by_age ON token_refusals (at);

-- Calls that create something and may be repeated: what was answered, without secrets.
CREATE TABLE idempotency_keys (
    -- Keyed hash of caller, route and key.
    digest     TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    body       TEXT NOT NULL,
    status     INTEGER NOT NULL,
    answer     TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Tokens with what is known of whoever they act for.
CREATE VIEW held_tokens AS
SELECT t.id, t.tenant_id, t.user_id, t.service_account_id, t.owner_id, t.kind, t.name, t.name_key, t.description, t.scopes,
       t.allowed_endpoints, t.ip_allowlist, t.digest, t.prefix, t.last_four, t.created_at, t.renewable_until, t.expires_at,
       t.refresh_digest, t.access_until, t.in_grace_until, t.last_used_at, t.last_used_ip, t.last_used_agent,
       t.last_used_place, t.revoked_at, t.revoked_by, t.revoke_reason, t.version,
       coalesce(u.first_name || ' ' || u.last_name, s.name) AS owner_name,
       coalesce(u.active, s.enabled = 1 AND s.deleted_at IS NULL) AS owner_on,
       coalesce(u.role_id, s.role_id) AS role_id,
       coalesce(s.ip_allowlist, '') AS account_ip_allowlist
FROM tokens t
LEFT JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
LEFT JOIN service_accounts s ON s.id = t.service_account_id AND s.tenant_id = t.tenant_id;

-- What lists of tokens show of them: no digest.
CREATE VIEW shown_tokens AS
SELECT id, tenant_id, user_id, service_account_id, owner_id, owner_name, kind, name, name_key, description, scopes,
       allowed_endpoints, ip_allowlist, prefix, last_four, created_at, renewable_until, expires_at, in_grace_until,
       last_used_at, last_used_ip, revoked_at, revoked_by, revoke_reason, version
FROM held_tokens;
