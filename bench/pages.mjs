// The pages of those who look after a company, when it has 50 of each and when it has 10,000; and the trail as a file.
import { execFileSync } from "node:child_process";

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const PAGES = { users: "/api/v1/users", roles: "/api/v1/roles", "service accounts": "/api/v1/service-accounts", "audit events": "/api/v1/audit-events" };

/** Rows `from` to `to` of each kind, by statements that know a row by its number `i`. */
const fill = (db, tenant, from, to) => {
  const numbers = "WITH RECURSIVE n (i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)";
  const id = (prefix) => `'${prefix}_01M' || printf('%023d', i)`;
  const role = "(SELECT id FROM roles WHERE tenant_id = ?1 AND name = 'API reader')";
  const run = (sql) => db.prepare(sql).bind(tenant, from, to - 1);
  return db.batch([
    run(`INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, name_key, password, created_at)
         ${numbers} SELECT ${id("usr")}, ?1, ${role}, 'q' || i || '@bench.example', 'Pat', 'Bench', 'pat bench', 'none', '2026-01-01T00:00:00Z' FROM n`),
    run(`INSERT INTO roles (id, tenant_id, name, name_key, built_in, permissions, scopes, created_at)
         ${numbers} SELECT ${id("rol")}, ?1, 'Role ' || i, 'role ' || i, 0, 'api_access', 'backups:read', '2026-01-01T00:00:00Z' FROM n`),
    run(`INSERT INTO service_accounts (id, tenant_id, name, name_key, role_id, ip_allowlist, api_key, secret_digest, key_created_at, created_at, updated_at)
         ${numbers} SELECT ${id("svc")}, ?1, 'Sync ' || i, 'sync ' || i, ${role}, '', 'lkk_' || i, 'none ' || i, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z' FROM n`),
    events(db, tenant, from, to),
  ]);
};

const events = (db, tenant, from, to) =>
  db.prepare(`INSERT INTO audit_events (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name, ip, request_id, changes)
    WITH RECURSIVE n (i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
    SELECT 'evt_01K' || printf('%023d', i), ?1, '2026-01-01T00:00:00Z', 'user', 'usr_1', 'Pat Bench', 'ses_1', 'token.created', 'token', 'tok_' || i, 'Token ' || i,
           '192.0.2.1', 'req_' || i, '{"scopes":["backups:read","jobs:read"]}' FROM n`).bind(tenant, from, to - 1);

/** Resident memory of workerd in MiB. */
const memory = () => {
  const lines = execFileSync("ps", ["-eo", "ppid,rss,comm"], { encoding: "utf8" }).split("\n").map((line) => line.trim().split(/\s+/));
  const rss = lines.filter(([parent, , name]) => Number(parent) === process.pid && name?.startsWith("workerd")).map(([, rss]) => Number(rss));
  return rss.reduce((sum, rss) => sum + rss, 0) / 1024;
};

/** Reads a file to its end; tells its size and how far memory rose meanwhile, in MiB. */
async function exported(get, path) {
  const before = memory();
  const response = await get(path);
  let [size, peak] = [0, before];
  for await (const piece of response.body) {
    size += piece.length;
    peak = Math.max(peak, memory());
  }
  return { size: size / 2 ** 20, rose: peak - before };
}

/** Somebody of a new company, in a browser of their own. */
async function company(db, origin, name) {
  const email = `${name}@bench.example`;
  const headers = { "content-type": "application/json", "cf-connecting-ip": "192.0.2.1", origin };
  const body = JSON.stringify({ tenant_name: name, first_name: "Ada", last_name: "Bench", email, password: "gondola trumpet fig" });
  const response = await fetch(`${origin}/api/v1/sign-up`, { method: "POST", headers, body });
  if (response.status !== 201) throw new Error(await response.text());
  const cookie = response.headers.getSetCookie().map((set) => set.split(";")[0]).join("; ");
  const { tenant_id } = await db.prepare("SELECT tenant_id FROM users WHERE email = ?1").bind(email).first();
  return { tenant: tenant_id, get: (path) => fetch(origin + path, { headers: { ...headers, cookie } }) };
}

/** Figures: name, value, and the least that it should be. */
export async function pages(db, origin, time, count) {
  const [few, many] = [await company(db, origin, "few"), await company(db, origin, "many")];
  const { tenant, get } = many;
  await fill(db, few.tenant, 100_000, 100_060);
  await fill(db, tenant, 0, 10_000);
  const figures = [];
  for (const [name, path] of Object.entries(PAGES)) {
    const [a, b] = [[], []];
    // In turns, so that what else the machine does falls on both alike; the first are not counted.
    for (let n = -5; n < count; n++) {
      const [of60, of10000] = [await time(() => few.get(`${path}?limit=50`)), await time(() => get(`${path}?limit=50`))];
      if (n >= 0) a.push(of60), b.push(of10000);
    }
    console.log(`  a page of ${name}: ${median(b).toFixed(2)} ms of 10,000, ${median(a).toFixed(2)} ms of 60`);
    figures.push([`a page of 50 ${name} of 60, against one of 10,000`, median(a) / median(b), 1 / 1.3]);
  }
  // Twice, so that what is taken once and kept is not counted.
  for (const format of ["csv", "csv", "json"]) await exported(get, `/api/v1/audit-events?format=${format}`);
  const short = await exported(get, "/api/v1/audit-events?format=csv");
  for (let at = 10_000; at < 100_000; at += 10_000) await events(db, tenant, at, at + 10_000).run();
  // The pages of the database that SQLite keeps are none of the export's.
  await exported(get, "/api/v1/audit-events?format=csv");
  const long = await exported(get, "/api/v1/audit-events?format=csv");
  const told = ({ size, rose }) => `${size.toFixed(1)} MiB sent, memory rose by ${rose.toFixed(1)} MiB`;
  console.log(`  export of 10,000 events: ${told(short)}; of 100,000: ${told(long)}`);
  figures.push(["audit export of 100,000 events: bytes sent for each by which memory rose", long.size / Math.max(long.rose, 1), 2]);
  return figures;
}
