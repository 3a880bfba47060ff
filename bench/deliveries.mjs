// Messages to many people at once, with Slack asking to wait every other time: each is delivered, or visibly is not, and
// none twice. By itself: `node bench/deliveries.mjs [people] [events]`, after `cargo xtask build`.
import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { migrate } from "./migrate.mjs";

const [people, events] = [Number(process.argv[2] ?? 1_000), Number(process.argv[3] ?? 10_000)];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = mkdtempSync("/dev/shm/latchkey-");
const key = randomBytes(32);

/** As the Worker encrypts what it must read again. */
function seal(whose, text) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", createHmac("sha256", key).update("\0seal").digest(), nonce);
  cipher.setAAD(Buffer.from(whose));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("hex");
}

/** How often each message arrived, by its text; and how many calls there were. */
const arrived = new Map();
let calls = 0;
const slack = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  // What was given up goes by mail.
  if (request.url === "/emails") return response.writeHead(200).end("{}");
  calls++;
  if (calls % 2 === 0) return response.writeHead(429, { "retry-after": "1" }).end();
  const { text } = JSON.parse(Buffer.concat(pieces).toString());
  arrived.set(text, (arrived.get(text) ?? 0) + 1);
  response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
});
await new Promise((resolve) => slack.listen(0, "127.0.0.1", resolve));

const build = join(root, "worker/build");
const worker = {
  name: "latchkey",
  compatibilityDate: "2026-10-01",
  modulesRoot: build,
  modules: [
    { type: "ESModule", path: join(build, "index.js") },
    { type: "CompiledWasm", path: join(build, "index_bg.wasm") },
  ],
  bindings: {
    HASH_KEY: key.toString("hex"),
    PUBLIC_URL: "http://localhost",
    LOG: "errors",
    MAIL_TRANSPORT: "resend",
    MAIL_FROM: "Latchkey <latchkey@example.com>",
    RESEND_BASE_URL: `http://127.0.0.1:${slack.address().port}`,
    RESEND_API_KEY: "x",
    SLACK_BASE_URL: `http://127.0.0.1:${slack.address().port}`,
    SLACK_CLIENT_ID: "1.2",
    SLACK_CLIENT_SECRET: "x",
  },
  d1Databases: { DB: "latchkey" },
  r2Buckets: { PHOTOS: "latchkey" },
  queueProducers: { OUTBOX: "outbox", OUTBOX_SLACK: "outbox-slack" },
  queueConsumers: Object.fromEntries(["outbox", "outbox-slack"].map((queue) => [queue, { maxBatchSize: 10, maxBatchTimeout: 1 }])),
};
const mf = new Miniflare(convertV4MiniflareOptions({ resourcePersistencePath: join(scratch, "storage"), workers: [worker] }));
const db = await mf.getD1Database("DB");
await migrate(db);

const now = new Date().toISOString().replace(/\.\d+Z/, "Z");
const id = (prefix, n) => `${prefix}_01K9${String(n).padStart(22, "0")}`;
const tenant = id("ten", 1);
const batches = async (count, make) => {
  for (let from = 0; from < count; from += 500) await db.batch(Array.from({ length: Math.min(500, count - from) }, (_, i) => make(from + i)));
};
await db.batch([
  db.prepare("INSERT INTO tenants (id, name, created_at) VALUES (?1, 'Bench', ?2)").bind(tenant, now),
  db.prepare("INSERT INTO roles (id, tenant_id, name, name_key, built_in, permissions, scopes, created_at) VALUES (?1, ?2, 'Member', 'member', 1, '', '', ?3)").bind(id("rol", 1), tenant, now),
]);
await batches(people, (n) =>
  db
    .prepare("INSERT INTO users (id, tenant_id, role_id, first_name, last_name, email, password, created_at) VALUES (?1, ?2, ?3, 'Ada', 'Bench', ?4, '', ?5)")
    .bind(id("usr", n), tenant, id("rol", 1), `ada${n}@bench.example`, now),
);
await batches(people, (n) =>
  db
    .prepare("INSERT INTO slack_connections (user_id, tenant_id, team_id, team_name, member, via, destination, bot_token, connected_at) VALUES (?1, ?2, 'T1', 'Bench', ?3, 'direct', ?3, ?4, ?5)")
    .bind(id("usr", n), tenant, `U${n}`, seal(`${id("usr", n)} slack`, "xoxb-bench"), now),
);
await batches(events, (n) => {
  const group = `dlv_${String(n).padStart(20, "0")}`;
  const letter = { subject: `message ${n}`, lines: [], facts: [], link: null, last_lines: [] };
  return db
    .prepare("INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at) VALUES (?1, ?2, ?3, 'token.created', 'slack', ?4, ?5, ?6, ?6)")
    .bind(`${group}000001`, tenant, id("usr", n % people), `U${n % people}`, seal(group, JSON.stringify(letter)), now);
});

const queue = await mf.getQueueProducer("OUTBOX_SLACK");
const began = Date.now();
for (let n = 0; n < events; n += 100) {
  await queue.sendBatch(Array.from({ length: Math.min(100, events - n) }, (_, i) => ({ body: `dlv_${String(n + i).padStart(20, "0")}000001`, contentType: "json" })));
}
const states = async () => Object.fromEntries((await db.prepare("SELECT state, count(*) AS n FROM outbox WHERE channel = 'slack' GROUP BY state").all()).results.map((row) => [row.state, row.n]));
for (let left = events; left > 0; ) {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const now = await states();
  left = now.queued ?? 0;
  process.stdout.write(`\r${((Date.now() - began) / 1000).toFixed(0)} s: ${JSON.stringify(now)}   `);
}
const seconds = (Date.now() - began) / 1000;
const twice = [...arrived.values()].filter((times) => times > 1).length;
console.log(`\n${events} events to ${people} people, 429 every other time: ${JSON.stringify(await states())}, ${arrived.size} arrived, ${twice} of them twice, ${calls} calls, ${(events / seconds).toFixed(0)} a second`);
await mf.dispose();
slack.close();
rmSync(scratch, { recursive: true });
