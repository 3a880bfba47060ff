-- Password of everybody in the example tenant: correct gondola fig trumpet
-- Grace, Priya and Sven are for looking at: their second factor is on phones that nobody has.
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

INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, password, active, created_at, last_seen_at) VALUES
    ('usr_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000001', 'ada@northwind.example', 'Ada', 'Lovelace',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-210 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 minutes')),
    ('usr_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'grace@northwind.example', 'Grace', 'Hopper',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-190 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-4 hours')),
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
     0, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-64 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 hours')),
    ('usr_01K90000000000000000000007', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000003', 'yuki@northwind.example', 'Yuki', 'Tanaka',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-31 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-43 hours')),
    ('usr_01K90000000000000000000008', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'olga@northwind.example', 'Olga', 'Petrova',
     '$argon2id$v=19$m=19456,t=2,p=1$x6Qe8gVF80Uu+TBKdYbF4w$SiZ/96+y8cAoKuewPF/5Dn0h4vv7AGKu/00JcaBYI50',
     1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-12 days'), NULL);

UPDATE users SET phone = '+442079460958' WHERE id = 'usr_01K90000000000000000000001';
UPDATE users SET phone = '+12125550123', time_zone = 'America/New_York' WHERE id = 'usr_01K90000000000000000000002';
UPDATE users SET phone = '+35314960123', time_zone = 'Europe/Dublin' WHERE id = 'usr_01K90000000000000000000003';
UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = 'usr_01K90000000000000000000007';

-- Roles that the company made for itself.
INSERT INTO roles (id, tenant_id, name, built_in, permissions, scopes, created_at) VALUES
    ('rol_01K90000000000000000000006', 'ten_01K90000000000000000000001', 'Backup operator', 0, 'api_access',
     'backups:read backups:write policies:read recoveries:read recoveries:write sources:read vaults:read jobs:read jobs:write',
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-160 days')),
    ('rol_01K90000000000000000000007', 'ten_01K90000000000000000000001', 'Service desk', 0, 'manage_users read_audit',
     'users:read', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-155 days')),
    ('rol_01K90000000000000000000008', 'ten_01K90000000000000000000001', 'Auditor', 0, 'read_audit introspect',
     '', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days')),
    ('rol_01K90000000000000000000009', 'ten_01K90000000000000000000001', 'Legacy sync', 0, '',
     'sources:read vaults:read', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-130 days'));
UPDATE roles SET name_key = lower(name);

INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, password, active, created_at, last_seen_at) VALUES
    ('usr_01K90000000000000000000009', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000006', 'tomas@northwind.example', 'Tomás', 'Ribeiro', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-156 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours')),
    ('usr_01K90000000000000000000010', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000007', 'priya@northwind.example', 'Priya', 'Raman', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-20 minutes')),
    ('usr_01K90000000000000000000011', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000008', 'sven@northwind.example', 'Sven', 'Lindqvist', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-140 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-5 days')),
    ('usr_01K90000000000000000000012', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000004', 'amelie@northwind.example', 'Amélie', 'Dubois', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days')),
    ('usr_01K90000000000000000000013', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000002', 'noah@northwind.example', 'Noah', 'Becker', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 0, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-77 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-52 days')),
    ('usr_01K90000000000000000000014', 'ten_01K90000000000000000000001', 'rol_01K90000000000000000000006', 'hana@northwind.example', 'Hana', 'Kim', (SELECT password FROM users WHERE id = 'usr_01K90000000000000000000001'), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-6 hours'));
-- Without an app, whose secret only the Worker can seal: nobody signs in as these.
UPDATE users SET mfa_enabled = 1 WHERE id IN ('usr_01K90000000000000000000002', 'usr_01K90000000000000000000010', 'usr_01K90000000000000000000011');
-- What `cargo xtask dev --demo` lays into R2 from the folder `demo`.
UPDATE users SET photo_hash = column2, photo_type = 'image/webp', photo_upload = column3
FROM (VALUES
    ('usr_01K90000000000000000000001', '7b324b2a11afddfb508f385b6dcecbf97e0b8c2b5e403250a21d6555d197442e', '01K90000000000000000000001'),
    ('usr_01K90000000000000000000003', 'eb0b8d5dc05d4db5495e538ba231835e43c74798dcee1b567144cbc7609bd534', '01K90000000000000000000003'),
    ('usr_01K90000000000000000000009', '5c487ee52bbe8dc1469f826c4ee8e7a154a8bef4a491be7011e0798356578cab', '01K90000000000000000000009')) WHERE id = column1;
-- In small letters, which SQLite knows of ASCII only.
UPDATE users SET name_key = replace(replace(lower(first_name || ' ' || last_name), 'Š', 'š'), 'Å', 'å');

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
     strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-37 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-7 days'),
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
INSERT INTO token_usage (tenant_id, day, token_id, route, scopes, calls)
WITH RECURSIVE days (ago) AS (SELECT 0 UNION ALL SELECT ago + 1 FROM days WHERE ago < 29),
     routes (route, scopes, share) AS (VALUES ('GET /backups', 'backups:read', 1), ('GET /jobs', 'jobs:read', 0.4),
         ('POST /jobs', 'jobs:write', 0.3), ('GET /sources', 'sources:read', 0.6), ('GET /vaults', 'vaults:read', 0.1),
         ('GET /statistics', 'statistics:read', 0.5), ('GET /recoveries', 'recoveries:read', 0.2), ('GET /api/v1/tokens/self', '', 0.1))
SELECT 'ten_01K90000000000000000000001', date('now', '-' || ago || ' days'), id, route, routes.scopes,
       CAST(share * (40 + (ago * 37 + length(name) * 13) % 60) *
            CASE strftime('%w', 'now', '-' || ago || ' days') WHEN '0' THEN 0.2 WHEN '6' THEN 0.3 ELSE 1 END AS INTEGER)
FROM days, routes, tokens
WHERE tenant_id = 'ten_01K90000000000000000000001' AND revoked_at IS NULL
  AND date('now', '-' || ago || ' days') BETWEEN date(created_at) AND date(last_used_at)
  AND (routes.scopes = '' OR instr(tokens.scopes, routes.scopes) > 0);

-- From where, and by what.
INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, place, agent, call)
SELECT id, last_used_ip, tenant_id, 60, last_used_at, 'Frankfurt, DE',
       CASE name WHEN 'Terraform' THEN 'Terraform/1.13.5' WHEN 'Grafana dashboards' THEN 'Grafana/12.2.1' ELSE 'curl/8.16.0' END,
       (SELECT route FROM token_usage u WHERE u.token_id = tokens.id ORDER BY calls DESC LIMIT 1)
FROM tokens
WHERE tenant_id = 'ten_01K90000000000000000000001' AND revoked_at IS NULL AND last_used_ip IS NOT NULL
  AND id <> 'tok_01K90000000000000000000001';
INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, agent, request_id)
SELECT token_id, substr(at, 1, 17) || '00Z', call, 200, '', ip, tenant_id,
       'cal_' || substr(token_id, 5, 23) || 'A' || substr(token_id, -2), 3, at,
       agent, 'req_' || substr(token_id, 5, 23) || 'A' || substr(token_id, -2)
FROM token_addresses WHERE at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-7 days');

-- Tokens of other kinds, with limits, and one whose secret was replaced a while ago.
UPDATE tokens SET kind = 'hyperscale', scopes = '', ip_allowlist = '192.0.2.16/28' WHERE id = 'tok_01K90000000000000000000003';
UPDATE tokens SET kind = 'one_touch_recovery', scopes = '', expires_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+9 days'),
                  renewable_until = NULL WHERE id = 'tok_01K90000000000000000000004';
UPDATE tokens SET kind = 'all', scopes = '' WHERE id = 'tok_01K90000000000000000000009';
UPDATE tokens SET allowed_endpoints = '/jobs/status' || char(10) || '/statistics', ip_allowlist = '192.0.2.40' || char(10) || '2001:db8:40::/48'
WHERE id = 'tok_01K90000000000000000000002';
UPDATE tokens SET in_grace_until = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+17 hours'), secret_used_at = last_used_at,
                  secret_used_ip = last_used_ip, secret_used_agent = 'nightly-runner/2.5' WHERE id = 'tok_01K90000000000000000000001';
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
    ('token_grace_ended', '198.51.100.9', 2, '-5 days', 'python-requests/2.32', 'GET /backups', ''));
INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, agent, request_id)
SELECT 'tok_01K90000000000000000000001', strftime('%Y-%m-%dT%H:%M:00Z', 'now', column1), column2, column3, column4, column5,
       'ten_01K90000000000000000000001', 'cal_01K9000000000000000000000' || column6, column7,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', column1), column8, 'req_01K9000000000000000000000' || column6
FROM (VALUES
    ('-4 minutes', 'POST /jobs', 201, '', '192.0.2.18', 9, 1, 'nightly-runner/2.5'),
    ('-5 minutes', 'GET /backups', 200, '', '192.0.2.18', 8, 46, 'nightly-runner/2.5'),
    ('-26 minutes', 'GET /backups', 200, '', '192.0.2.21', 7, 12, 'nightly-runner/2.4'),
    ('-3 hours', 'DELETE /vaults', 403, 'insufficient_scope', '192.0.2.18', 6, 12, 'nightly-runner/2.5'),
    ('-3 hours', 'GET /api/v1/tokens/self', 200, '', '192.0.2.18', 5, 1, 'nightly-runner/2.5'),
    ('-2 days', 'GET /vaults', 404, '', '2001:db8:40::12', 4, 9, 'curl/8.11.0'),
    ('-5 days', 'GET /backups', 401, 'token_grace_ended', '198.51.100.9', 3, 2, 'python-requests/2.32'));

-- Machines, of which nobody knows a secret either.
INSERT INTO service_accounts
    (id, tenant_id, name, name_key, description, role_id, owner_id, enabled, ip_allowlist, api_key, secret_digest,
     key_created_at, last_used_at, last_used_ip, created_at, updated_at) VALUES
    ('svc_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'nightly-backup', 'nightly-backup', 'Starts the nightly jobs in Frankfurt and Dublin', 'rol_01K90000000000000000000006', 'usr_01K90000000000000000000001', 1, '192.0.2.0/24', 'lkk_dGlMoiyrlfxX1rTnyFf3vA7NUtFOY6aF0kDQ',
     '3ccc7a4e4c35f2825efaf5bf670bbe2e6c165b1ad33467786dc4fc90b606b04b', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 seconds'), '192.0.2.18', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-12 days')),
    ('svc_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'grafana', 'grafana', 'Usage and job figures for the wall in the operations room', 'rol_01K90000000000000000000004', 'usr_01K90000000000000000000001', 1, '', 'lkk_wtnOAmp48ddS880t0DnDzAtAIKzCYuheDByz',
     '9caa8c4321e0a6c96a007b269b2a451ef05bd505a2046130ab92da50ee3514de', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-25 seconds'), '192.0.2.40', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days')),
    ('svc_01K90000000000000000000003', 'ten_01K90000000000000000000001', 'terraform-ci', 'terraform-ci', 'Keeps policies and vaults as they are in the repository', 'rol_01K90000000000000000000005', 'usr_01K90000000000000000000009', 1, '198.51.100.0/25' || char(10) || '2001:db8:40::/48', 'lkk_zzvOJ1NQAx9G4LJqcb0chjL4JMqJUiKBUUjB',
     'fb8f0ec92486035c126dee77b884cc9c8ecc386e8fc9b3ba1abcb6bfef7f7e9f', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-142 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 days'), '2001:db8:40::12', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-142 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days')),
    ('svc_01K90000000000000000000004', 'ten_01K90000000000000000000001', 'inventory-sync', 'inventory-sync', 'Reads sources every hour', 'rol_01K90000000000000000000009', 'usr_01K90000000000000000000003', 1, '', 'lkk_y1ylMsP1ZoQNObr0S2jBdzzC7mFxqyTMWMvX',
     '4e5b729f8b95018f7ff22fc0a721d161d4a869b98dacb46da6465ca3ca67335b', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-120 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-33 days'), '198.51.100.30', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-120 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-33 days')),
    ('svc_01K90000000000000000000005', 'ten_01K90000000000000000000001', 'partner-portal', 'partner-portal', 'Shows partners what they pay for', 'rol_01K90000000000000000000004', 'usr_01K90000000000000000000005', 0, '203.0.113.77', 'lkk_T6blnpNtI2Ry5DLWdNw9LHxiY5JhKJBp5e9k',
     'd680bde46dee14d228603a2b5b758e1d6af541e79e12685440a6ec4ab0f8c3c0', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-66 days'), '203.0.113.77', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-66 days')),
    ('svc_01K90000000000000000000006', 'ten_01K90000000000000000000001', 'restore-drill', 'restore-drill', NULL, 'rol_01K90000000000000000000006', 'usr_01K90000000000000000000002', 1, '', 'lkk_UAk35cYxP2FlcMqGTfQ93we2pVLrD8kay8ev',
     'bf9e736204568352e21a443d503e06e7e48549b5eb5915874f86eb7501ea659c', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), NULL, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'));
UPDATE service_accounts SET key_created_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), old_api_key = 'lkk_6ARN93sQI9TxdsAXTzVikKUHIUPv97OqYzBe', old_secret_digest = 'b97fe20c4900c1200d8eaa2a7630fd76a227990464b1e900fa220d50300856a9',
       old_until = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+5 days'), old_last_used_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours'), old_last_used_ip = '198.51.100.9', old_last_agent = 'Terraform/1.12'
WHERE id = 'svc_01K90000000000000000000003';
UPDATE service_accounts SET secret_revoked_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-66 days') WHERE id = 'svc_01K90000000000000000000005';

INSERT INTO tokens
    (id, tenant_id, user_id, service_account_id, kind, name, name_key, description, scopes, allowed_endpoints, ip_allowlist,
     digest, prefix, last_four, created_at, renewable_until, last_used_at, last_used_ip, revoked_at, revoked_by, revoke_reason)
SELECT column1, 'ten_01K90000000000000000000001', column2, column3, column4, column5, lower(column5), nullif(column6, ''), column7, '', column8,
       column9, column10, column11, column12, column13, column14, column15, column16, column17, column18
FROM (VALUES
    ('tok_01K90000000000000000000012', 'usr_01K90000000000000000000003', NULL, 'custom', 'Drill of last spring', 'One restore of everything, each April', 'backups:read recoveries:read recoveries:write vaults:read', '',
     'e6cd11dc3cba7b69c6d72d3ddddc6814d7a26edf889e51fbbd6411cd8075cc35', 'lkp_7bQz', 'Kd0e', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-168 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-140 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-150 days'), '203.0.113.9', NULL, NULL, NULL),
    ('tok_01K90000000000000000000013', 'usr_01K90000000000000000000003', NULL, 'custom', 'Phone', 'Read only, on the way', 'jobs:read statistics:read', '',
     '2af50b17765dc391e3fe7a9408db91794629afb6896ab99345f71d968f7923c8', 'lkp_Vw3L', 'm9Rt', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-96 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+30 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-20 days'), '203.0.113.9', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-19 days'), 'Ada Lovelace', 'The phone was lost'),
    ('tok_01K90000000000000000000014', 'usr_01K90000000000000000000005', NULL, 'all', 'Migration', 'Moves vaults out of the old region', '', '',
     'a58811dd1ed40b83165a1e63550dfb82dacdd8693231dcdb9e1a1e12e9df3493', 'lkp_0pXe', 'Zt7a', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-30 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+60 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 hours'), '198.51.100.30', NULL, NULL, NULL),
    ('tok_01K90000000000000000000015', 'usr_01K90000000000000000000006', NULL, 'custom', 'Report at the end of the month', NULL, 'usage:read subscriptions:read', '',
     '9c9faad5c6a200ed458b3b33db2c2730447b148f6ea62eb8804d4888b2868a6a', 'lkp_mR2c', 'q8Wn', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-55 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+35 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-9 days'), '192.0.2.77', NULL, NULL, NULL),
    ('tok_01K90000000000000000000016', 'usr_01K90000000000000000000009', NULL, 'custom', 'Morning check', 'Whether the night went well', 'backups:read jobs:read', '192.0.2.0/24',
     'c5c225d4f8bdd73e1ee5752290c52f5d01939e8bc8a4a02fafb2c8768809c9f5', 'lkp_J4hS', 'Y1fb', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-8 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+82 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours'), '192.0.2.18', NULL, NULL, NULL),
    ('tok_01K90000000000000000000017', NULL, 'svc_01K90000000000000000000003', 'custom', 'Plan', 'Reads what is there, on every pull request', 'policies:read sources:read vaults:read', '198.51.100.0/25',
     '3b5e3ee450c0218bff0c6aeede7aa7cf8c72f0df23e5582e8c5cb74e370be91c', 'lkp_c5Gv', 'o2Dk', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-61 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+119 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 days'), '198.51.100.9', NULL, NULL, NULL),
    ('tok_01K90000000000000000000018', NULL, 'svc_01K90000000000000000000003', 'custom', 'Apply', 'Only from the main branch', 'policies:read policies:write vaults:read vaults:write', '198.51.100.9',
     '7943dfabe1a8c2a871a1074cb86cb2f78ac7c2d56dc770ad6f85590d157b3b43', 'lkp_N8ua', '4xPm', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-61 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+119 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 days'), '198.51.100.9', NULL, NULL, NULL),
    ('tok_01K90000000000000000000019', NULL, 'svc_01K90000000000000000000003', 'hyperscale', 'Apply, before scopes were split', NULL, '', '',
     '137ea259a73e7a71aee6e62d9c3dcd6e192351795ebf9e0fa52934b65dfc85fe', 'lkp_Bq6w', 'e7Hs', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-140 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+20 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-62 days'), '198.51.100.9', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-61 days'), 'Tomás Ribeiro', 'Replaced by two that may do less'),
    ('tok_01K90000000000000000000020', NULL, 'svc_01K90000000000000000000001', 'custom', 'Runner in Dublin', 'The other one signs in with the key', 'backups:read backups:write jobs:read jobs:write', '',
     'e3df693a45dd80d53a4d2f5659a2e32589401b5e08457f9647e182e2bfd8928a', 'lkp_f1Yt', 'Lc3g', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+50 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-6 minutes'), '192.0.2.19', NULL, NULL, NULL),
    ('tok_01K90000000000000000000021', NULL, 'svc_01K90000000000000000000002', 'custom', 'Wall', '', 'usage:read jobs:read statistics:read', '',
     '273f694574910fba25489c2c9ed15476f8582b5abd2b9e3ec74385765eafdcd6', 'lkp_Xk9r', 'u5Va', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-88 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), '192.0.2.40', NULL, NULL, NULL));

INSERT INTO invitations (id, tenant_id, email, role_id, digest, invited_by, created_at, sent_at, expires_at) VALUES
    ('inv_01K90000000000000000000001', 'ten_01K90000000000000000000001', 'joao@northwind.example', 'rol_01K90000000000000000000002', 'e6e4dc5394e657b4d27dd003d24f7d2b1e91a6aaa4932c22dec7aaf29e0c6c0d', 'Ada Lovelace', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-9 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-9 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days')),
    ('inv_01K90000000000000000000002', 'ten_01K90000000000000000000001', 'fatima@northwind.example', 'rol_01K90000000000000000000006', '9be69f2b0132e67e5d3cd05a94425b23eac492425d1db626a22891a1dc149048', 'Priya Raman', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+5 days')),
    ('inv_01K90000000000000000000003', 'ten_01K90000000000000000000001', 'ben@northwind.example', 'rol_01K90000000000000000000003', '893568548e04f809c0e92ca1aa68207184813954bdd37888867370550b9f579c', 'Ada Lovelace', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-50 minutes'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-50 minutes'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+7 days'));

-- The newest has the greatest id.
INSERT INTO sessions (id, tenant_id, user_id, digest, ip, user_agent, place, created_at, last_seen_at, stepped_up_at)
SELECT 'ses_01K90000000000000000000' || printf('%03d', row_number() OVER (ORDER BY since, id)), 'ten_01K90000000000000000000001', id, 'demo ' || id || ' ' || agent,
       ip, agent, place, since, until, since
FROM (SELECT u.id, agent, ip || substr(u.id, -2) AS ip, place, strftime('%Y-%m-%dT%H:%M:%SZ', u.last_seen_at, since) AS since,
             strftime('%Y-%m-%dT%H:%M:%SZ', u.last_seen_at, until) AS until
      FROM users u,
           (SELECT 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36' AS agent, '192.0.2.1' AS ip, 'Frankfurt am Main, DE' AS place, '-3 hours' AS since, '-0 hours' AS until
            UNION ALL SELECT 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1', '203.0.113.1', 'Dublin, IE', '-4 days', '-9 hours')
      WHERE u.tenant_id = 'ten_01K90000000000000000000001' AND u.active = 1 AND u.last_seen_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-10 days'));

-- Ada confirmed that it was her, and asked for another address.
UPDATE sessions SET stepped_up_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-70 minutes')
WHERE id = (SELECT id FROM sessions WHERE user_id = 'usr_01K90000000000000000000001' ORDER BY created_at DESC LIMIT 1);
INSERT INTO email_changes (id, undo_digest, confirm_digest, tenant_id, user_id, old_email, new_email, confirm_until, undo_until)
SELECT '01K90000000000000000000001', hex(randomblob(32)), hex(randomblob(32)), tenant_id, id, email, 'ada.lovelace@northwind.example',
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-69 minutes', '+1 days'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-69 minutes', '+7 days')
FROM users WHERE id = 'usr_01K90000000000000000000001';

-- What happened, each event under an id that is made of its time as the Worker makes them.
CREATE TABLE demo_events (n INTEGER PRIMARY KEY, at TEXT, actor TEXT, action TEXT, target_type TEXT, target_id TEXT, target_name TEXT, changes TEXT);
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT created_at, CASE id WHEN 'usr_01K90000000000000000000001' THEN id ELSE 'usr_01K90000000000000000000001' END, 'user.created', 'user', id, first_name || ' ' || last_name FROM users WHERE tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT created_at, 'usr_01K90000000000000000000001', 'role.created', 'role', id, name FROM roles WHERE tenant_id = 'ten_01K90000000000000000000001' AND built_in = 0;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT created_at, owner_id, 'service_account.created', 'service_account', id, name FROM service_accounts WHERE tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT t.created_at, coalesce(t.user_id, a.owner_id), 'token.created', 'token', t.id, t.name
FROM tokens t LEFT JOIN service_accounts a ON a.id = t.service_account_id WHERE t.tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT t.revoked_at, u.id, 'token.revoked', 'token', t.id, t.name
FROM tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.first_name || ' ' || u.last_name = t.revoked_by
WHERE t.tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT sent_at, CASE invited_by WHEN 'Ada Lovelace' THEN 'usr_01K90000000000000000000001' ELSE 'usr_01K90000000000000000000010' END, 'user.invited', 'invitation', id, email FROM invitations WHERE tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT stepped_up_at, user_id, 'session.stepped_up', 'session', id, '' FROM sessions WHERE tenant_id = 'ten_01K90000000000000000000001' AND stepped_up_at > created_at;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name, changes)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', confirm_until, '-1 days'), u.id, 'email.change_requested', 'user', u.id, u.first_name || ' ' || u.last_name,
       json_object('email', json_object('from', old_email, 'to', new_email))
FROM email_changes e JOIN users u ON u.id = e.user_id WHERE e.tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name, changes)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', created_at, '+2 days'), id, 'user.photo_changed', 'user', id, first_name || ' ' || last_name,
       json_object('photo_url', json_object('from', NULL, 'to', '/api/v1/users/' || id || '/photo?v=' || substr(photo_hash, 1, 16)))
FROM users WHERE tenant_id = 'ten_01K90000000000000000000001' AND photo_hash IS NOT NULL;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now', CASE id WHEN 'usr_01K90000000000000000000002' THEN '-19 days' ELSE '-135 days' END), id, 'mfa.enabled', 'user', id, first_name || ' ' || last_name
FROM users WHERE tenant_id = 'ten_01K90000000000000000000001' AND mfa_enabled = 1;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name, changes) VALUES
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-51 days'), 'usr_01K90000000000000000000010', 'user.deactivated', 'user', 'usr_01K90000000000000000000013', 'Noah Becker', '{"active":{"from":true,"to":false}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-36 hours'), 'usr_01K90000000000000000000001', 'user.deactivated', 'user', 'usr_01K90000000000000000000006', 'Kwame Mensah', '{"active":{"from":true,"to":false}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-27 days'), 'usr_01K90000000000000000000001', 'user.role_changed', 'user', 'usr_01K90000000000000000000014', 'Hana Kim', '{"role":{"from":{"id":"rol_01K90000000000000000000002","name":"Member"},"to":{"id":"rol_01K90000000000000000000006","name":"Backup operator"}}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-33 days'), 'usr_01K90000000000000000000001', 'role.updated', 'role', 'rol_01K90000000000000000000009', 'Legacy sync', '{"permissions":{"from":["api_access"],"to":[]}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-66 days'), 'usr_01K90000000000000000000005', 'service_account.updated', 'service_account', 'svc_01K90000000000000000000005', 'partner-portal', '{"enabled":{"from":true,"to":false}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days'), 'usr_01K90000000000000000000009', 'service_account.credentials_reset', 'service_account', 'svc_01K90000000000000000000003', 'terraform-ci', (SELECT json_object('api_key', json_object('from', old_api_key, 'to', api_key)) FROM service_accounts WHERE id = 'svc_01K90000000000000000000003')),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-58 days'), 'usr_01K90000000000000000000001', 'policy.updated', 'policy', 'ten_01K90000000000000000000001', 'Policy', '{"max_live_tokens":{"from":50,"to":20}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-45 days'), 'usr_01K90000000000000000000001', 'policy.updated', 'policy', 'ten_01K90000000000000000000001', 'Policy', '{"max_live_tokens":{"from":20,"to":50}}'),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-5 hours'), 'usr_01K90000000000000000000002', 'token.extended', 'token', 'tok_01K90000000000000000000010', 'Inventory sync', (SELECT json_object('renewable_until', json_object('from', strftime('%Y-%m-%dT%H:%M:%SZ', renewable_until, '-20 days'), 'to', renewable_until)) FROM tokens WHERE id = 'tok_01K90000000000000000000010')),
    (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-11 days'), 'usr_01K90000000000000000000003', 'password.changed', 'user', 'usr_01K90000000000000000000003', 'Anne-Marie O''Brien', NULL);
-- The sessions in which it happened: those above, and for what was done in none of them one a day, that was ended.
CREATE TABLE demo_sessions (id TEXT, user_id TEXT, since TEXT, until TEXT, ip TEXT, user_agent TEXT);
INSERT INTO demo_sessions SELECT id, user_id, created_at, last_seen_at, ip, user_agent FROM sessions WHERE tenant_id = 'ten_01K90000000000000000000001';
INSERT INTO demo_sessions
SELECT 'ses_01K80000000000000000000' || printf('%03d', row_number() OVER (ORDER BY min(e.at))), u.id,
       max(u.created_at, strftime('%Y-%m-%dT%H:%M:%SZ', min(e.at), '-2 minutes')), strftime('%Y-%m-%dT%H:%M:%SZ', max(e.at), '+5 minutes'),
       '192.0.2.1' || substr(u.id, -2), 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'
FROM demo_events e JOIN users u ON u.id = e.actor
WHERE NOT EXISTS (SELECT 1 FROM demo_sessions s WHERE s.user_id = u.id AND e.at BETWEEN s.since AND s.until)
GROUP BY u.id, date(e.at);
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT s.since, s.user_id, 'session.begun', 'session', s.id, s.user_agent FROM demo_sessions s JOIN demo_events e ON e.actor = s.user_id AND e.action = 'mfa.enabled' AND e.at < s.since;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT s.since, s.user_id, 'mfa.used', 'user', s.user_id, e.target_name FROM demo_sessions s JOIN demo_events e ON e.actor = s.user_id AND e.action = 'mfa.enabled' AND e.at < s.since;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT since, user_id, 'session.created', 'session', id, user_agent FROM demo_sessions;
INSERT INTO demo_events (at, actor, action, target_type, target_id, target_name)
SELECT until, user_id, 'session.revoked', 'session', id, '' FROM demo_sessions WHERE id NOT IN (SELECT id FROM sessions);
INSERT INTO audit_events
    (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name, ip, user_agent, request_id, changes)
SELECT 'evt_' || stamp, 'ten_01K90000000000000000000001', at, 'user', u.id, u.first_name || ' ' || u.last_name,
       s.id, action, target_type, target_id, target_name, s.ip, s.user_agent, 'req_' || stamp, changes
FROM (SELECT e.*, (SELECT group_concat(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((unixepoch(e.at) * 1000 >> value) & 31) + 1, 1), '')
                   FROM json_each('[45,40,35,30,25,20,15,10,5,0]')) || printf('%016d', n) AS stamp FROM demo_events e) e
JOIN users u ON u.id = e.actor
JOIN demo_sessions s ON s.id = CASE target_type WHEN 'session' THEN target_id ELSE
    (SELECT id FROM demo_sessions WHERE user_id = u.id AND e.at BETWEEN since AND until ORDER BY since DESC LIMIT 1) END;
DROP TABLE demo_events;
DROP TABLE demo_sessions;
