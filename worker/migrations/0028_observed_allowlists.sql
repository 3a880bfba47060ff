-- A list of addresses can be tried out: it lets everybody in, and notes whom it would refuse.
DROP VIEW shown_tokens;
DROP VIEW held_tokens;
ALTER TABLE tokens ADD COLUMN ip_allowlist_observed INTEGER NOT NULL DEFAULT 0 CHECK (ip_allowlist_observed IN (0, 1));

-- Tokens with what is known of whoever they act for.
CREATE VIEW held_tokens AS
SELECT t.id, t.tenant_id, t.user_id, t.service_account_id, t.owner_id, t.kind, t.name, t.name_key, t.description, t.scopes,
       t.allowed_endpoints, t.ip_allowlist, t.ip_allowlist_observed, t.digest, t.prefix, t.last_four, t.created_at,
       t.renewable_until, t.expires_at, t.refresh_digest, t.access_until, t.in_grace_until, t.last_used_at, t.last_used_ip,
       t.last_used_agent, t.last_used_place, t.enabled, t.revoked_at, t.revoked_by, t.revoke_reason, t.version,
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
       allowed_endpoints, ip_allowlist, ip_allowlist_observed, prefix, last_four, created_at, renewable_until, expires_at,
       in_grace_until, last_used_at, last_used_ip, enabled, revoked_at, revoked_by, revoke_reason, version
FROM held_tokens;
