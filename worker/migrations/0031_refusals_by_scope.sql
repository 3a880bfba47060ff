-- Refusals for one scope are told apart from those for another.
CREATE TABLE kept_refusals AS SELECT * FROM token_refusals;
DROP TABLE token_refusals;
CREATE TABLE token_refusals (
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    -- The code of the problem.
    reason    TEXT NOT NULL,
    -- What was missing, such as a scope; empty where nothing was.
    missing   TEXT NOT NULL DEFAULT '',
    ip        TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    calls     INTEGER NOT NULL,
    at        TEXT NOT NULL,
    agent     TEXT,
    call      TEXT NOT NULL,
    PRIMARY KEY (token_id, reason, missing, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_refusals_by_time ON token_refusals (token_id, at);
CREATE INDEX token_refusals_by_age ON token_refusals (at);
INSERT INTO token_refusals (token_id, reason, missing, ip, tenant_id, calls, at, agent, call)
SELECT token_id, reason, coalesce(missing, ''), ip, tenant_id, calls, at, agent, call FROM kept_refusals;
DROP TABLE kept_refusals;
