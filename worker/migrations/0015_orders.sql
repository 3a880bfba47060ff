-- The orders in which lists come, so that a page is read and not sorted, and what lists show. Who was never seen, and what
-- was never used, comes before every time; what has no end comes after every time.

CREATE INDEX users_by_name ON users (tenant_id, name_key, id);
CREATE INDEX users_by_sight ON users (tenant_id, coalesce(last_seen_at, ''), id);
CREATE INDEX service_accounts_by_name ON service_accounts (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX service_accounts_by_use ON service_accounts (tenant_id, coalesce(last_used_at, ''), id) WHERE deleted_at IS NULL;
CREATE INDEX roles_by_name ON roles (tenant_id, coalesce(name_key, lower(name)), id);
CREATE INDEX tokens_by_use ON tokens (owner_id, coalesce(last_used_at, ''), id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_own_end ON tokens (owner_id, coalesce(renewable_until, expires_at, '~'), id) WHERE revoked_at IS NULL;

-- Service accounts with what is shown of their role and of whoever looks after them.
CREATE VIEW shown_service_accounts AS
SELECT s.id, s.tenant_id, s.name, s.name_key, s.description, s.role_id, r.name AS role_name, r.permissions, s.owner_id,
       u.first_name || ' ' || u.last_name AS owner_name, s.enabled, s.ip_allowlist, s.api_key, s.key_created_at,
       s.secret_revoked_at, s.old_api_key, s.old_until, s.old_last_used_at, s.old_last_used_ip, s.old_last_agent,
       s.last_used_at, s.last_used_ip, s.updated_at, s.created_at, s.version, s.deleted_at
FROM service_accounts s
JOIN roles r ON r.id = s.role_id AND r.tenant_id = s.tenant_id
LEFT JOIN users u ON u.id = s.owner_id AND u.tenant_id = s.tenant_id;

-- People with the name of their role.
CREATE VIEW shown_users AS
SELECT u.id, u.tenant_id, u.name_key, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active, u.created_at,
       u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
FROM users u
JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id;

-- Roles with how many hold them, apart from invitations, which end by themselves.
CREATE VIEW shown_roles AS
SELECT r.id, r.tenant_id, r.name, coalesce(r.name_key, lower(r.name)) AS sort_key, r.built_in, r.permissions, r.scopes,
       r.version,
       (SELECT count(*) FROM users u WHERE u.role_id = r.id) AS members,
       (SELECT count(*) FROM service_accounts s WHERE s.role_id = r.id AND s.deleted_at IS NULL) AS service_accounts
FROM roles r;
