-- Tenants, their roles and people, and who is signed in.
CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL REFERENCES tenants (id),
    name        TEXT NOT NULL COLLATE NOCASE,
    built_in    INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    -- Names parted by spaces.
    permissions TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    UNIQUE (tenant_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX roles_of_tenant ON roles (tenant_id, id);

CREATE TABLE users (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL REFERENCES tenants (id),
    role_id      TEXT NOT NULL REFERENCES roles (id),
    -- An address belongs to one person in one tenant. Lower case.
    email        TEXT NOT NULL UNIQUE,
    first_name   TEXT NOT NULL,
    last_name    TEXT NOT NULL,
    phone        TEXT,
    time_zone    TEXT,
    active       INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    -- argon2id in PHC form.
    password     TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX users_of_tenant ON users (tenant_id, id);
CREATE INDEX users_of_role ON users (role_id);

CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL REFERENCES tenants (id),
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Keyed hash of the cookie; the cookie itself is not kept.
    digest        TEXT NOT NULL UNIQUE,
    ip            TEXT,
    user_agent    TEXT,
    created_at    TEXT NOT NULL,
    last_seen_at  TEXT NOT NULL,
    stepped_up_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id, id);
CREATE INDEX sessions_by_last_use ON sessions (last_seen_at);

-- Failed attempts and other things that are limited, counted exactly in fixed windows.
CREATE TABLE limits (
    key     TEXT PRIMARY KEY,
    count   INTEGER NOT NULL,
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_by_end ON limits (ends_at);
