-- Who hears of a service account and its tokens: whoever looks after it, or else the first Administrator of the tenant.
CREATE VIEW keepers AS
SELECT a.id AS service_account_id, a.tenant_id,
       coalesce((SELECT u.id FROM users u WHERE u.id = a.owner_id AND u.tenant_id = a.tenant_id AND u.active = 1),
                (SELECT u.id FROM roles r JOIN users u ON u.role_id = r.id AND u.tenant_id = r.tenant_id
                 WHERE r.tenant_id = a.tenant_id AND r.name = 'Administrator' AND r.built_in = 1 AND u.active = 1
                 ORDER BY u.id LIMIT 1)) AS user_id
FROM service_accounts a;
