-- Calls with a token, refused ones included. Those that are alike are one line: of one minute and one route, from one
-- address, and with one answer.
CREATE TABLE token_calls (
    token_id   TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    -- By its first second.
    minute     TEXT NOT NULL,
    -- Method and route: GET /backups.
    route      TEXT NOT NULL,
    -- What the caller got.
    status     INTEGER NOT NULL,
    -- The code of the problem; empty of calls that were let through.
    code       TEXT NOT NULL,
    -- Empty where none was told, or where more came in that minute than are told apart.
    ip         TEXT NOT NULL,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    -- Sorts by the first of them.
    id         TEXT NOT NULL,
    calls      INTEGER NOT NULL,
    -- Of the last of them, as what follows.
    at         TEXT NOT NULL,
    agent      TEXT,
    request_id TEXT NOT NULL,
    PRIMARY KEY (token_id, minute, route, status, code, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_calls_by_time ON token_calls (token_id, id);
CREATE INDEX token_calls_by_age ON token_calls (minute);
