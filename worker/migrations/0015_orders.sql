-- The orders in which lists come, so that a page is read and not sorted. Who was never seen, and what was never used,
-- comes before every time; what has no end comes after every time.

CREATE INDEX users_by_name ON users (tenant_id, name_key, id);
CREATE INDEX users_by_sight ON users (tenant_id, coalesce(last_seen_at, ''), id);
CREATE INDEX service_accounts_by_name ON service_accounts (tenant_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX service_accounts_by_use ON service_accounts (tenant_id, coalesce(last_used_at, ''), id) WHERE deleted_at IS NULL;
CREATE INDEX roles_by_name ON roles (tenant_id, coalesce(name_key, lower(name)), id);
CREATE INDEX tokens_by_use ON tokens (owner_id, coalesce(last_used_at, ''), id) WHERE revoked_at IS NULL;
CREATE INDEX tokens_by_own_end ON tokens (owner_id, coalesce(renewable_until, expires_at, '~'), id) WHERE revoked_at IS NULL;
