-- What every use of a token changes stands apart: the rest reads the same from one call to the next. By `checked_tokens`
-- a Worker of before goes until it is replaced.
CREATE VIEW checked_access_tokens AS
SELECT t.id, t.tenant_id, t.digest, json_array(
         json_array(
           json_array(t.tenant_id, t.owner_on, t.account_ip_allowlist, t.access_until, r.permissions, r.scopes),
           json_array(t.id, t.user_id, t.service_account_id, t.owner_name, t.kind, t.name, t.description, t.scopes,
                      t.allowed_endpoints, t.ip_allowlist, t.ip_allowlist_observed, t.enabled, t.prefix, t.last_four,
                      t.created_at, t.renewable_until, t.expires_at, t.in_grace_until, NULL, NULL,
                      t.revoked_at, t.revoked_by, t.revoke_reason, t.version)),
         json_array(t.last_used_at, t.last_used_ip)) AS text
FROM held_tokens t
JOIN roles r ON r.id = t.role_id AND r.tenant_id = t.tenant_id;
