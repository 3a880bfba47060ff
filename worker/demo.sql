-- Password of everybody in the example tenant: correct gondola fig trumpet
-- An example company for `cargo xtask dev --demo`: people, roles, tokens, use and history, dated back from the moment
-- it is filled in. Its tokens are for looking at: nobody knows a secret that hashes to these digests.

INSERT INTO tenants (id, name, created_at) VALUES
    ('ten_01K90000000000000000000001', 'Northwind Backup', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days'));

INSERT INTO roles (id, tenant_id, name, built_in, permissions, scopes, created_at) VALUES
    ('rol_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'Administrator', 1,
     'manage_users administer manage_service_accounts manage_roles read_audit introspect api_access',
     'backups:read backups:write policies:read policies:write recoveries:read recoveries:write roles:read roles:write sources:read sources:write subscriptions:read subscriptions:write usage:read usage:write users:read users:write vaults:read vaults:write jobs:read jobs:write statistics:read statistics:write',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days')),
    ('rol_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'Member', 1,
     'api_access',
     'backups:read backups:write policies:read policies:write recoveries:read recoveries:write sources:read sources:write subscriptions:read subscriptions:write usage:read usage:write vaults:read vaults:write jobs:read jobs:write statistics:read statistics:write',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days')),
    ('rol_01K90000000000000000000003', 'ten_01K90000000000000000000001', 'Viewer', 1,
     '',
     '',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days')),
    ('rol_01K90000000000000000000004', 'ten_01K90000000000000000000001', 'API reader', 1,
     'api_access',
     'backups:read policies:read recoveries:read roles:read sources:read subscriptions:read usage:read users:read vaults:read jobs:read statistics:read',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days')),
    ('rol_01K90000000000000000000005', 'ten_01K90000000000000000000001', 'API writer', 1,
     'api_access',
     'backups:read backups:write policies:read policies:write recoveries:read recoveries:write roles:read roles:write sources:read sources:write subscriptions:read subscriptions:write usage:read usage:write users:read users:write vaults:read vaults:write jobs:read jobs:write statistics:read statistics:write',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days'));

INSERT INTO roles (id, tenant_id, name, name_key, built_in, permissions, scopes, created_at) VALUES
    ('rol_01K9C000000000000000000001', 'ten_01K90000000000000000000001', 'Backup operator', 'backup operator', 0,
     'api_access',
     'backups:read backups:write recoveries:read recoveries:write vaults:read jobs:read jobs:write',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days')),
    ('rol_01K9C000000000000000000002', 'ten_01K90000000000000000000001', 'Help desk', 'help desk', 0,
     'manage_users read_audit',
     'users:read',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days')),
    ('rol_01K9C000000000000000000003', 'ten_01K90000000000000000000001', 'Auditor', 'auditor', 0,
     'read_audit',
     '',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 days'));

INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, password, active, created_at, last_seen_at) VALUES
    ('usr_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000001', 'ada@northwind.example', 'Ada', 'Lovelace',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hours')),
    ('usr_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'grace@northwind.example', 'Grace', 'Hopper',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-190 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-8 hours')),
    ('usr_01K90000000000000000000003', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'annemarie@northwind.example', 'Anne-Marie', 'O''Brien',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-171 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-15 hours')),
    ('usr_01K90000000000000000000004', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000004', 'linus@northwind.example', 'Linus', 'Ångström',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-120 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-22 hours')),
    ('usr_01K90000000000000000000005', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000005', 'mina@northwind.example', 'Mina', 'Šarić',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-96 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-29 hours')),
    ('usr_01K90000000000000000000006', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'kwame@northwind.example', 'Kwame', 'Mensah',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     0, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-64 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-36 hours')),
    ('usr_01K90000000000000000000007', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000003', 'yuki@northwind.example', 'Yuki', 'Tanaka',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-31 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-43 hours')),
    ('usr_01K90000000000000000000008', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'olga@northwind.example', 'Olga', 'Petrova',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-12 days'), NULL);

UPDATE users SET role_id = 'rol_01K9C000000000000000000001' WHERE id IN ('usr_01K90000000000000000000003', 'usr_01K90000000000000000000008');
UPDATE users SET role_id = 'rol_01K9C000000000000000000002' WHERE id = 'usr_01K90000000000000000000002';
UPDATE users SET phone = '+442079460958' WHERE id = 'usr_01K90000000000000000000001';
UPDATE users SET phone = '+12125550123', time_zone = 'America/New_York' WHERE id = 'usr_01K90000000000000000000002';
UPDATE users SET phone = '+35314960123', time_zone = 'Europe/Dublin' WHERE id = 'usr_01K90000000000000000000003';
UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = 'usr_01K90000000000000000000007';

INSERT INTO tokens
    (id, tenant_id, user_id, kind, name, name_key, description, scopes, allowed_endpoints, ip_allowlist, digest, prefix,
     last_four, created_at, renewable_until, last_used_at, last_used_ip, revoked_at, revoked_by, revoke_reason)
SELECT column1, column2, column3, column4, column5, lower(column5), column6, column7, '', '', column8, column9, column10,
       column11, column12, column13, column14, column15, column16, column17
FROM (VALUES
    ('tok_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Nightly backup runner', 'Starts the nightly jobs in Frankfurt',
     'backups:read backups:write sources:read vaults:read jobs:read jobs:write',
     '6f3ff926e662b58387cf8973b46e8f2836876216ddb1c249f764304680dbe544', 'lkp_Ky9P', 'f34q',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+41 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-4 minutes'), '192.0.2.18',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Grafana dashboards', 'Usage and job figures for the wall in the operations room',
     'usage:read jobs:read statistics:read',
     'c95469ca2e2d00ccf68e3dc954dbea2a6d1622f05b9dfc909566fe3c4147efe2', 'lkp_Y6Nb', '3wWD',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+2 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-38 seconds'), '192.0.2.40',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000003', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Terraform', 'Keeps policies and vaults as they are in the repository',
     'policies:read policies:write sources:read sources:write vaults:read vaults:write',
     'd3fa88e4c6c2467ff88b0f4990f04f254ebfbb5cee9b8ea4c733162465332704', 'lkp_25RQ', '4F5Z',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-61 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+119 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 days'), '2001:db8:40::12',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000004', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Restore drill', NULL,
     'backups:read recoveries:read recoveries:write vaults:read',
     '466d4de2f2bf5b1612a4694f43d1063390e7d2eb3cda31d6f0f0abc8519d919d', 'lkp_R3qa', '7yEe',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-45 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+45 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-26 days'), '198.51.100.7',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000005', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Billing export', 'Monthly export to finance',
     'subscriptions:read usage:read',
     '4c2717d49c075890104411a62a5a9584195111bf4a30ac99ac2ac9a8f29d87f1', 'lkp_eby3', 'abP3',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-97 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-7 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-9 days'), '203.0.113.5',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000006', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Laptop, trying things out', NULL,
     'backups:read policies:read recoveries:read roles:read sources:read subscriptions:read usage:read users:read vaults:read jobs:read statistics:read',
     'ceb988003308111c5bf5971b783b8b38b05de79b3809723ca183907f2f5631b1', 'lkp_E2Zs', '8IQ9',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+5 days'),
     NULL, NULL,
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000007', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Jenkins', 'Replaced by the nightly backup runner',
     'backups:read backups:write jobs:read jobs:write',
     '448f79b61376c0cf652b54bca22f493ef64904a57e96fd7f33873b1e444ccbf9', 'lkp_Y7aJ', 'ZqhB',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-205 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-25 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-149 days'), '192.0.2.9',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-148 days'), 'Ada Lovelace', 'Replaced'),
    ('tok_01K90000000000000000000008', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Partner integration', NULL,
     'backups:read sources:read',
     '9c0870af77333a3059dbf8a73d373b2d3ca956c06083888ea60e4a8d4bd58231', 'lkp_6bae', 'CN6Z',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-120 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-30 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-70 days'), '203.0.113.77',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-66 days'), 'Ada Lovelace', 'Contract ended'),
    ('tok_01K90000000000000000000009', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000001', 'custom', 'Old laptop', NULL,
     'backups:read backups:write policies:read policies:write recoveries:read recoveries:write roles:read roles:write sources:read sources:write subscriptions:read subscriptions:write usage:read usage:write users:read users:write vaults:read vaults:write jobs:read jobs:write statistics:read statistics:write',
     '9ca9c33e95dcecd6d3c21a669a7a800451eb4d5f2aa91adfef7d27415b9a682d', 'lkp_j4a3', 'dDVh',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-180 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days'),
     NULL, NULL,
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-100 days'), 'Ada Lovelace', NULL),
    ('tok_01K90000000000000000000010', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000002', 'custom', 'Inventory sync', 'Reads sources every hour',
     'sources:read',
     'f566f3a296c561a3377e081b9bd46cb283d04a0673397b6392dd4392d3630fb7', 'lkp_YRnK', 'TbxT',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-70 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+20 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-12 minutes'), '198.51.100.30',
     NULL, NULL, NULL),
    ('tok_01K90000000000000000000011', 'ten_01K90000000000000000000001', 'usr_01K90000000000000000000003', 'custom', 'Recovery console', NULL,
     'backups:read recoveries:read recoveries:write',
     '0017320d5e05c3b6f115ff5a5c2f848224a40aafe80d87d192929ca90fa23c62', 'lkp_NJFo', 'BinF',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-20 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+70 days'),
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-5 hours'), '198.51.100.31',
     NULL, NULL, NULL));

-- Thirty days of calls: quiet at weekends.
INSERT INTO token_usage (tenant_id, day, token_id, calls)
WITH RECURSIVE days (ago) AS (SELECT 0 UNION ALL SELECT ago + 1 FROM days WHERE ago < 29)
SELECT 'ten_01K90000000000000000000001', date('now', '-' || ago || ' days'), id,
       CAST((40 + (ago * 37 + length(name) * 13) % 60) *
            CASE strftime('%w', 'now', '-' || ago || ' days') WHEN '0' THEN 0.2 WHEN '6' THEN 0.3 ELSE 1 END AS INTEGER)
FROM days, tokens
WHERE tenant_id = 'ten_01K90000000000000000000001' AND revoked_at IS NULL AND last_used_at IS NOT NULL;

-- Tokens of other kinds, with limits, and one whose secret was replaced a while ago.
UPDATE tokens SET kind = 'hyperscale', scopes = '', ip_allowlist = '192.0.2.16/28' WHERE id = 'tok_01K90000000000000000000003';
UPDATE tokens SET kind = 'one_touch_recovery', scopes = '', expires_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+9 days'),
                  renewable_until = NULL WHERE id = 'tok_01K90000000000000000000004';
UPDATE tokens SET kind = 'all', scopes = '' WHERE id = 'tok_01K90000000000000000000009';
UPDATE tokens SET allowed_endpoints = '/jobs/status' || char(10) || '/statistics', ip_allowlist = '192.0.2.40' || char(10) || '2001:db8:40::/48'
WHERE id = 'tok_01K90000000000000000000002';
UPDATE tokens SET in_grace_until = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+17 hours') WHERE id = 'tok_01K90000000000000000000001';
INSERT INTO retired_secrets (digest, tenant_id, token_id, role, last_four, retired_at, until, last_used_at, last_used_ip, last_used_agent)
SELECT hex(randomblob(32)), tenant_id, id, 'access', '8Qc2', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-7 hours'), in_grace_until,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-26 minutes'), '192.0.2.21', 'nightly-runner/2.4'
FROM tokens WHERE id = 'tok_01K90000000000000000000001';
INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, place, agent, call)
SELECT 'tok_01K90000000000000000000001', column1, 'ten_01K90000000000000000000001', column2,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', column3), column4, column5, column6
FROM (VALUES
    ('192.0.2.18', 1214, '-4 minutes', 'Frankfurt, DE', 'nightly-runner/2.5', 'POST /jobs'),
    ('192.0.2.21', 388, '-26 minutes', 'Frankfurt, DE', 'nightly-runner/2.4', 'GET /backups'),
    ('2001:db8:40::12', 9, '-2 days', 'Amsterdam, NL', 'curl/8.11.0', 'GET /vaults'));
INSERT INTO token_refusals (token_id, reason, ip, tenant_id, calls, at, agent, call, missing)
SELECT 'tok_01K90000000000000000000001', column1, column2, 'ten_01K90000000000000000000001', column3,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', column4), column5, column6, column7
FROM (VALUES
    ('insufficient_scope', '192.0.2.18', 12, '-3 hours', 'nightly-runner/2.5', 'DELETE /vaults', 'vaults:write'),
    ('token_grace_ended', '198.51.100.9', 2, '-5 days', 'python-requests/2.32', 'GET /backups', NULL));

-- What happened. Ids sort by the millisecond of their making, in Crockford's base32.
CREATE TABLE demo_events (at TEXT, actor TEXT, action TEXT, target_type TEXT, target_id TEXT, target_name TEXT, ip TEXT, changes TEXT);
INSERT INTO demo_events
SELECT created_at, user_id, 'token.created', 'token', id, name, '192.0.2.18', json_object('scopes', json_array('backups:read', 'jobs:read'))
FROM tokens WHERE tenant_id = 'ten_01K90000000000000000000001' AND user_id IS NOT NULL
UNION ALL
SELECT revoked_at, user_id, 'token.revoked', 'token', id, name, '192.0.2.18', json_object('reason', revoke_reason)
FROM tokens WHERE tenant_id = 'ten_01K90000000000000000000001' AND user_id IS NOT NULL AND revoked_at IS NOT NULL;
INSERT INTO demo_events
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now', column1), 'usr_01K9000000000000000000000' || column2, column3, column4, column5, column6, column7, column8
FROM (VALUES
    ('-150 days', '1', 'role.created', 'role', 'rol_01K9C000000000000000000001', 'Backup operator', '192.0.2.18',
     '{"name":"Backup operator","permissions":["api_access"],"scopes":["backups:read","backups:write","jobs:read"]}'),
    ('-88 days', '1', 'role.created', 'role', 'rol_01K9C000000000000000000002', 'Help desk', '192.0.2.18',
     '{"name":"Help desk","permissions":["manage_users"],"scopes":["users:read"]}'),
    ('-63 days', '2', 'user.deactivated', 'user', 'usr_01K90000000000000000000006', 'Kwame Mensah', '198.51.100.30',
     '{"active":{"from":true,"to":false}}'),
    ('-40 days', '1', 'role.updated', 'role', 'rol_01K9C000000000000000000002', 'Help desk', '2001:db8:40::12',
     '{"permissions":{"from":["manage_users"],"to":["manage_users","read_audit"]}}'),
    ('-21 days', '1', 'policy.updated', 'policy', 'ten_01K90000000000000000000001', 'Policy', '192.0.2.18',
     '{"token_max_days":{"from":{"all":365,"custom":365},"to":{"all":180,"custom":365}}}'),
    ('-12 days', '1', 'user.role_changed', 'user', 'usr_01K90000000000000000000008', 'Olga Petrova', '192.0.2.18',
     '{"role":{"from":{"id":"rol_01K90000000000000000000002","name":"Member"},"to":{"id":"rol_01K9C000000000000000000001","name":"Backup operator"}}}'),
    ('-6 days', '2', 'session.created', 'session', 'ses_01K90000000000000000000002', 'Firefox on Linux', '198.51.100.30', NULL),
    ('-5 hours', '3', 'token.rotated', 'token', 'tok_01K90000000000000000000011', 'Recovery console', '198.51.100.31',
     '{"grace_seconds":86400}'),
    ('-58 minutes', '1', 'session.created', 'session', 'ses_01K90000000000000000000001', 'Chrome on macOS', '192.0.2.18', NULL),
    ('-44 minutes', '1', 'token.updated', 'token', 'tok_01K90000000000000000000002', 'Status board', '192.0.2.18',
     '{"ip_allowlist":{"from":[],"to":["192.0.2.40","2001:db8:40::/48"]},"name":{"from":"Board","to":"Status board"}}'));
INSERT INTO audit_events
    (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name, ip, request_id, changes)
WITH dated AS (SELECT *, unixepoch(at) * 1000 AS ms, row_number() OVER (ORDER BY at) AS nth, '0123456789ABCDEFGHJKMNPQRSTVWXYZ' AS digits FROM demo_events),
named AS (SELECT *, substr(digits, (ms >> 45 & 31) + 1, 1) || substr(digits, (ms >> 40 & 31) + 1, 1) || substr(digits, (ms >> 35 & 31) + 1, 1)
       || substr(digits, (ms >> 30 & 31) + 1, 1) || substr(digits, (ms >> 25 & 31) + 1, 1) || substr(digits, (ms >> 20 & 31) + 1, 1)
       || substr(digits, (ms >> 15 & 31) + 1, 1) || substr(digits, (ms >> 10 & 31) + 1, 1) || substr(digits, (ms >> 5 & 31) + 1, 1)
       || substr(digits, (ms & 31) + 1, 1) || printf('%016d', nth) AS ulid FROM dated)
SELECT 'evt_' || n.ulid, u.tenant_id, n.at, 'user', u.id, u.first_name || ' ' || u.last_name, 'ses_01K9000000000000000000000' || substr(u.id, -1),
       n.action, n.target_type, n.target_id, n.target_name, n.ip, 'req_' || n.ulid, n.changes
FROM named n JOIN users u ON u.id = n.actor;
DROP TABLE demo_events;
