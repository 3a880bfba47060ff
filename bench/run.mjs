// Measures the release build against the least that its work can cost, in one workerd and one run, as ratios.
//
//   cargo xtask bench [--seconds 2] [--rounds 15]
//
// Both Workers run in the same workerd, each reached by its own socket rather than through the development proxy, with
// D1 in memory (/dev/shm). Rounds take turns, and the median of their ratios is what counts. First views of pages are
// counted in bytes.
import { execFileSync } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { firstViews } from "./first_views.mjs";

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);
const option = (name, otherwise) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1] ?? 0) || otherwise;
const seconds = option("seconds", 2);
const rounds = option("rounds", 15);
const TOKENS = 1_000;
const MANY_TOKENS = 100_000;
const MOST = 150_000;
const PASSWORD = "gondola trumpet fig";

const scratch = mkdtempSync("/dev/shm/latchkey-bench-");
const key = randomBytes(32);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function workers() {
  const worker = (name, folder, script, wasm, bindings, more) => ({
    name,
    compatibilityDate: "2026-10-01",
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: join(folder, script) },
      { type: "CompiledWasm", path: join(folder, wasm) },
    ],
    bindings,
    d1Databases: { DB: name },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    ...more,
  });
  // As wrangler.toml has them.
  const assets = {
    directory: join(root, "dist"),
    binding: "ASSETS",
    routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
    assetConfig: { html_handling: "none", not_found_handling: "none" },
  };
  copyFileSync(join(bench, "bare.mjs"), join(scratch, "bare.mjs"));
  copyFileSync(join(root, "target/wasm32-unknown-unknown/release/bench_hash.wasm"), join(scratch, "hash.wasm"));
  const options = {
    d1Persist: join(scratch, "d1"),
    workers: [
      worker("latchkey", join(root, "worker/build"), "index.js", "index_bg.wasm", { HASH_KEY: key.toString("hex"), PUBLIC_URL: "http://localhost" }, { assets }),
      worker("bare", scratch, "bare.mjs", "hash.wasm", {}),
    ],
  };
  return new Miniflare(convertV4MiniflareOptions(options));
}

async function migrate(db) {
  const folder = join(root, "worker/migrations");
  for (const file of readdirSync(folder).sort()) {
    const sql = readFileSync(join(folder, file), "utf8").replaceAll(/--.*$/gm, "");
    // A trigger holds semicolons of its own.
    for (const statement of sql.split(/;\s*\n(?!END)(?=\s*(?:CREATE|$))/)) if (statement.trim()) await db.prepare(statement).run();
  }
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function secret() {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const body = Array.from(randomBytes(30), (byte) => alphabet[byte % 62]).join("");
  let crc = [...Buffer.from(body)].reduce((crc, byte) => crcTable[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff);
  crc = (crc ^ 0xffffffff) >>> 0;
  const check = Array.from({ length: 6 }, (_, place) => alphabet[Math.floor(crc / 62 ** (5 - place)) % 62]).join("");
  return `lkp_${body}${check}`;
}

/** Puts `count` more tokens into both databases, under one person each for 50 of them as the product would. */
async function addTokens(latchkey, bare, person, count, from) {
  const secrets = Array.from({ length: count }, secret);
  const row = (secret, n) => ({
    n: String(from + n).padStart(26, "0"),
    owner: String(Math.floor((from + n) / 50)).padStart(26, "0"),
    hmac: createHmac("sha256", key).update(secret).digest("hex"),
    sha: createHash("sha256").update(secret).digest("hex"),
    prefix: secret.slice(0, 8),
    last: secret.slice(-4),
  });
  for (let at = 0; at < count; at += 5_000) {
    const rows = JSON.stringify(secrets.slice(at, at + 5_000).map((secret, n) => row(secret, at + n)));
    await latchkey.batch([
      latchkey.prepare(`INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, password, created_at)
        SELECT DISTINCT 'usr_' || (value ->> 'owner'), u.tenant_id, u.role_id, 'p' || (value ->> 'owner') || '@bench.example',
                'Pat', 'Bench', 'none', u.created_at
        FROM json_each(?1) JOIN users u ON u.id = ?2 WHERE true ON CONFLICT DO NOTHING`).bind(rows, person.id),
      latchkey.prepare(`INSERT INTO tokens (id, tenant_id, user_id, kind, name, scopes, digest, prefix, last_four, created_at, renewable_until)
        SELECT 'tok_' || (value ->> 'n'), u.tenant_id, 'usr_' || (value ->> 'owner'), 'custom',
               'token ' || (value ->> 'n'), 'backups:read users:read', value ->> 'hmac', value ->> 'prefix', value ->> 'last', u.created_at, '2999-01-01T00:00:00Z'
        FROM json_each(?1) JOIN users u ON u.id = ?2`).bind(rows, person.id),
    ]);
    await bare.prepare(`INSERT INTO keys (id, digest, name, scopes, expires_at)
      SELECT 'tok_' || (value ->> 'n'), value ->> 'sha', 'token ' || (value ->> 'n'), 'backups:read users:read', '2999-01-01T00:00:00Z' FROM json_each(?1)`).bind(rows).run();
  }
  return secrets;
}

/** Requests per second that a Worker answers on 16 connections. */
function load(origin, path, secrets) {
  const file = join(scratch, "secrets");
  writeFileSync(file, secrets.join("\n"));
  const output = execFileSync("wrk", ["-t1", "-c16", `-d${seconds}s`, "--latency", "-s", join(bench, "tokens.lua"), origin], { env: { ...process.env, TOKENS: file, TARGET: path }, encoding: "utf8" });
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(output);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]), p99: /99%\s+(\S+)/.exec(output)[1] };
}

/** Milliseconds that one call takes. */
async function time(call) {
  const start = performance.now();
  const response = await call();
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  return performance.now() - start;
}

async function main() {
  const mf = workers();
  const latchkeyDb = await mf.getD1Database("DB", "latchkey");
  const bareDb = await mf.getD1Database("DB", "bare");
  const latchkey = (await mf.unsafeGetDirectURL("latchkey")).origin;
  const bare = (await mf.unsafeGetDirectURL("bare")).origin;
  await migrate(latchkeyDb);
  await bareDb.prepare("CREATE TABLE keys (id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL, expires_at TEXT NOT NULL)").run();

  let device = ""; // one browser throughout, as a person has
  const post = (path, body) => fetch(latchkey + path, { method: "POST", headers: { "content-type": "application/json", "cf-connecting-ip": "192.0.2.1", cookie: device }, body: JSON.stringify(body) });
  const email = "ada@bench.example";
  const signedUp = await post("/api/v1/sign-up", { tenant_name: "Bench", first_name: "Ada", last_name: "Bench", email, password: PASSWORD });
  if (signedUp.status !== 201) throw new Error(await signedUp.text());
  const person = await signedUp.json();
  const cookie = (name) => signedUp.headers.getSetCookie().find((cookie) => cookie.startsWith(name)).split(";")[0];
  device = cookie("__Host-device");
  const views = await firstViews(latchkey, cookie("__Host-session").split("=")[1]);

  const secrets = await addTokens(latchkeyDb, bareDb, person, TOKENS, 0);
  const checks = (label) => {
    load(latchkey, "/api/v1/tokens/self", secrets);
    load(bare, "/", secrets);
    const ratios = [];
    for (let round = 0; round < rounds; round++) {
      const [ours, theirs] = [load(latchkey, "/api/v1/tokens/self", secrets), load(bare, "/", secrets)];
      console.log(`  ${label}, round ${round + 1}: ${ours.rate}/s (p99 ${ours.p99}) against ${theirs.rate}/s (p99 ${theirs.p99})`);
      ratios.push(ours.rate / theirs.rate);
    }
    return median(ratios);
  };
  // One after the other in turns, so that what else the machine does falls on both alike.
  const signIns = async () => {
    const [hashes, wholes] = [[], []];
    for (let n = 0; n < 25 * rounds; n++) {
      hashes.push(await time(() => fetch(`${bare}/hash`)));
      wholes.push(await time(() => post("/api/v1/session", { email, password: PASSWORD })));
    }
    const [hash, whole] = [median(hashes), median(wholes)];
    console.log(`  sign-in: ${whole.toFixed(1)} ms against ${hash.toFixed(1)} ms for the hash`);
    return hash / whole;
  };

  const figures = [];
  figures.push(["GET /tokens/self, 1,000 tokens, against the bare check", checks("1,000 tokens"), 0.8]);
  figures.push(["sign-in against the bare hash", await signIns(), 0.85]);
  const { total } = await latchkeyDb.prepare("SELECT sum(calls) AS total FROM token_usage").first();
  await addTokens(latchkeyDb, bareDb, person, MANY_TOKENS - TOKENS, TOKENS);
  figures.push(["GET /tokens/self, 100,000 tokens in the database", checks("100,000 tokens"), 0.8]);
  figures.push(["sign-in, 100,000 tokens in the database", await signIns(), 0.85]);
  await mf.dispose();

  console.log(`\n${total} calls of the first part were counted in token_usage.`);
  for (const [name, ratio, target] of figures) console.log(`${ratio >= target ? "met   " : "missed"} ${ratio.toFixed(2)} (at least ${target}) ${name}`);
  for (const [path, size] of views) console.log(`${size <= MOST ? "met   " : "missed"} ${bytes(size)} (at most ${bytes(MOST)}) first view of ${path}, brotli`);
  const worker = readFileSync(join(root, "worker/build/index_bg.wasm"));
  console.log(`Worker: ${kib(worker.length)} of WebAssembly, ${kib(brotliCompressSync(worker).length)} brotli`);
  for (const file of readdirSync(join(root, "dist/a"), { recursive: true })) {
    const path = join(root, "dist/a", file);
    if (statSync(path).isFile()) console.log(`App: ${kib(brotliCompressSync(readFileSync(path)).length)} brotli  ${file}`);
  }
}

const bytes = (count) => `${count.toLocaleString("en-GB")} bytes`;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
