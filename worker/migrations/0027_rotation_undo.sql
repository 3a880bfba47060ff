-- By whom the present secret was used last while the one before works; empty: by nobody yet.
ALTER TABLE tokens ADD COLUMN secret_used_at TEXT;
ALTER TABLE tokens ADD COLUMN secret_used_ip TEXT;
ALTER TABLE tokens ADD COLUMN secret_used_agent TEXT;
-- How it begins; empty of those that were replaced before this was kept.
ALTER TABLE retired_secrets ADD COLUMN prefix TEXT NOT NULL DEFAULT '';

-- Secrets that can be their token's again: nobody has used the one that replaced them. A pair cannot: its refresh token
-- ended for good, and with it what renewed the access token.
CREATE VIEW restorable_secrets AS
SELECT s.token_id, s.tenant_id, s.digest, s.prefix, s.last_four, s.until
FROM retired_secrets s JOIN tokens t ON t.id = s.token_id AND t.tenant_id = s.tenant_id
WHERE s.role = 'access' AND s.prefix <> '' AND t.secret_used_at IS NULL AND t.revoked_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM retired_secrets r
                  WHERE r.token_id = s.token_id AND r.role = 'refresh' AND r.retired_at = s.retired_at);
