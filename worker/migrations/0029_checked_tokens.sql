-- What the last edit took away from the scopes of a token can be given back.
ALTER TABLE tokens ADD COLUMN removed_scopes TEXT;
ALTER TABLE tokens ADD COLUMN scopes_removed_at TEXT;

-- Tokens as a check asks for them: by digest, and in one text, since each column costs a check as much as its plan does.
CREATE VIEW checked_tokens AS
SELECT t.id, t.tenant_id, t.digest, json_array(
         json_object('tenant_id', t.tenant_id, 'owner_on', t.owner_on, 'account_ip_allowlist', t.account_ip_allowlist,
                     'access_until', t.access_until, 'permissions', r.permissions, 'role_scopes', r.scopes),
         json_object('id', t.id, 'user_id', t.user_id, 'service_account_id', t.service_account_id, 'owner_name', t.owner_name,
                     'kind', t.kind, 'name', t.name, 'description', t.description, 'scopes', t.scopes,
                     'allowed_endpoints', t.allowed_endpoints, 'ip_allowlist', t.ip_allowlist,
                     'ip_allowlist_observed', t.ip_allowlist_observed, 'enabled', t.enabled, 'prefix', t.prefix,
                     'last_four', t.last_four, 'created_at', t.created_at, 'renewable_until', t.renewable_until,
                     'expires_at', t.expires_at, 'in_grace_until', t.in_grace_until, 'last_used_at', t.last_used_at,
                     'last_used_ip', t.last_used_ip, 'revoked_at', t.revoked_at, 'revoked_by', t.revoked_by,
                     'revoke_reason', t.revoke_reason, 'version', t.version)) AS text
FROM held_tokens t
JOIN roles r ON r.id = t.role_id AND r.tenant_id = t.tenant_id;
