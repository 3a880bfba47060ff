-- Calls are told apart by their routes and by the scopes that they took.
CREATE TABLE kept_usage AS SELECT tenant_id, day, token_id, calls FROM token_usage;
DROP TABLE token_usage;
CREATE TABLE token_usage (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- The UTC day, as 2026-11-22.
    day       TEXT NOT NULL,
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    -- Method and route; empty for calls that were not told apart.
    route     TEXT NOT NULL DEFAULT '',
    -- Which scopes they took, parted by spaces; `?` where nobody said for what they were.
    scopes    TEXT NOT NULL DEFAULT '?',
    calls     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, token_id, route, scopes)
) STRICT, WITHOUT ROWID;
INSERT INTO token_usage SELECT tenant_id, day, token_id, '', '?', calls FROM kept_usage;
DROP TABLE kept_usage;
CREATE INDEX token_usage_of_token ON token_usage (token_id, day, route, scopes);
CREATE INDEX token_usage_by_age ON token_usage (day);

-- Since when a token has had all the scopes that it has; empty: since it was made.
ALTER TABLE tokens ADD COLUMN scopes_since TEXT NOT NULL DEFAULT '';
