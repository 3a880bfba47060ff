-- Credentials as a check asks for them: by digest, and in one text without names, since each column and each quotation
-- mark costs a check about as much as its plan does. A test holds the order against the fields that it is read into.
DROP VIEW checked_tokens;
CREATE VIEW checked_tokens AS
SELECT t.id, t.tenant_id, t.digest, json_array(
         json_array(t.tenant_id, t.owner_on, t.account_ip_allowlist, t.access_until, r.permissions, r.scopes),
         json_array(t.id, t.user_id, t.service_account_id, t.owner_name, t.kind, t.name, t.description, t.scopes,
                    t.allowed_endpoints, t.ip_allowlist, t.ip_allowlist_observed, t.enabled, t.prefix, t.last_four,
                    t.created_at, t.renewable_until, t.expires_at, t.in_grace_until, t.last_used_at, t.last_used_ip,
                    t.revoked_at, t.revoked_by, t.revoke_reason, t.version)) AS text
FROM held_tokens t
JOIN roles r ON r.id = t.role_id AND r.tenant_id = t.tenant_id;

CREATE VIEW checked_accounts AS
SELECT s.id, s.tenant_id, s.api_key, s.secret_digest, s.old_api_key, s.old_secret_digest, s.old_until,
       json_array(s.tenant_id, s.id, s.name, s.enabled, s.ip_allowlist, r.permissions, r.scopes) AS text
FROM service_accounts s
JOIN roles r ON r.id = s.role_id AND r.tenant_id = s.tenant_id
WHERE s.deleted_at IS NULL;

-- The pair of before has an end.
CREATE VIEW checked_pairs AS
SELECT tenant_id, secret_digest AS digest, api_key, json_array(NULL, json(text)) AS text FROM checked_accounts
UNION ALL
SELECT tenant_id, old_secret_digest, old_api_key, json_array(old_until, json(text)) FROM checked_accounts;

CREATE VIEW checked_oauth_tokens AS
SELECT o.tenant_id, o.digest, json_array(o.scopes, o.expires_at, json(a.text)) AS text
FROM oauth_tokens o
JOIN checked_accounts a ON a.id = o.service_account_id AND a.tenant_id = o.tenant_id;

-- By which pair it was asked for: what a pair brought forth ends with it.
ALTER TABLE oauth_tokens ADD COLUMN api_key TEXT;
