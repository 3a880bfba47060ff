// Measures the release build against the least that its work can cost, in one workerd and one run, as ratios.
//
//   cargo xtask bench [--seconds 2] [--rounds 15] [--soak 600]
//
// The Workers run in the same workerd, each reached by its own socket rather than through the development proxy, with
// D1 in memory (/dev/shm). Rounds take turns, and the median of their ratios is what counts. First views of pages are
// counted in bytes.
import { execFileSync, fork, spawn } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { buildSync } from "esbuild";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { addedViews, firstViews } from "./first_views.mjs";
import { migrate } from "./migrate.mjs";
import { pages } from "./pages.mjs";

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);
const option = (name, otherwise) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1] ?? 0) || otherwise;
const seconds = option("seconds", 2);
const rounds = option("rounds", 15);
// So many seconds of mixed load on end, if asked for.
const soaked = option("soak", 0);
const TOKENS = 1_000;
const MANY_TOKENS = 100_000;
const MOST = 150_000;
const MOST_ADDED = 25_000;
const PASSWORD = "gondola trumpet fig";

const scratch = mkdtempSync("/dev/shm/latchkey-bench-");
const key = randomBytes(32);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function workers(upstream) {
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
    r2Buckets: { PHOTOS: name },
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
  buildSync({
    entryPoints: [join(bench, "better_auth.mjs")],
    outfile: join(scratch, "better_auth.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["bun:*", "cloudflare:*", "node:*"],
  });
  const variables = { HASH_KEY: key.toString("hex"), PUBLIC_URL: "http://localhost", LOG: "errors" };
  const options = {
    resourcePersistencePath: join(scratch, "storage"),
    workers: [
      worker(
        "latchkey",
        join(root, "worker/build"),
        "index.js",
        "index_bg.wasm",
        { ...variables, UPSTREAM_URL: upstream, CALLS_PER_MINUTE: "1000000000" },
        { queueProducers: { OUTBOX: "outbox", OUTBOX_SLACK: "outbox-slack" } },
      ),
      // Another one for views: where there are files, calls take a way around by the Worker that looks after these.
      worker("pages", join(root, "worker/build"), "index.js", "index_bg.wasm", variables, { assets, d1Databases: { DB: "latchkey" } }),
      worker("bare", scratch, "bare.mjs", "hash.wasm", { UPSTREAM_URL: upstream }),
      worker("better-auth", scratch, "better_auth.mjs", "hash.wasm", { SECRET: key.toString("hex") }, { compatibilityFlags: ["nodejs_compat"] }),
    ],
  };
  return new Miniflare(convertV4MiniflareOptions(options));
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

/** The address that calls come from, and a list of 50 entries that lets it in by the last. */
const ADDRESS = "192.0.2.1";
const ALLOWLIST = [...Array.from({ length: 49 }, (_, n) => `10.${n}.0.0/24`), ADDRESS].join("\n");

/** Has the connection to a database be there: nobody used it under load, and it may have been closed. */
function wake(db) {
  const ask = () => db.prepare("SELECT 1").first();
  return ask().catch(ask);
}

/** Puts `count` more tokens into both databases, under one person each for 50 of them as the product would. */
async function addTokens(latchkey, bare, person, count, from, allowlist = "") {
  await Promise.all([latchkey, bare].map(wake));
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
      latchkey.prepare(`INSERT INTO tokens (id, tenant_id, user_id, kind, name, name_key, scopes, allowed_endpoints, ip_allowlist, digest, prefix, last_four, created_at, renewable_until)
        SELECT 'tok_' || (value ->> 'n'), u.tenant_id, 'usr_' || (value ->> 'owner'), 'custom', 'token ' || (value ->> 'n'), 'token ' || (value ->> 'n'),
               'backups:read users:read', '', ?3, value ->> 'hmac', value ->> 'prefix', value ->> 'last', u.created_at, '2999-01-01T00:00:00Z'
        FROM json_each(?1) JOIN users u ON u.id = ?2`).bind(rows, person.id, allowlist),
    ]);
    await bare.prepare(`INSERT INTO keys (id, digest, name, scopes, expires_at)
      SELECT 'tok_' || (value ->> 'n'), value ->> 'sha', 'token ' || (value ->> 'n'), 'backups:read users:read', '2999-01-01T00:00:00Z' FROM json_each(?1)`).bind(rows).run();
  }
  return secrets;
}

/** What `wrk` is started with to call a Worker on 16 connections. */
function wrk(origin, path, secrets, { asker = "", cookie = "" }, seconds) {
  const file = join(scratch, "secrets");
  writeFileSync(file, secrets.join("\n"));
  const env = { ...process.env, TOKENS: file, TARGET: path, ASKER: asker, COOKIE: cookie, ORIGIN: origin, ADDRESS };
  return ["wrk", ["-t1", "-c16", `-d${seconds}s`, "--latency", "-s", join(bench, "calls.lua"), origin], { env, encoding: "utf8" }];
}

/** How many requests per second it told of, and how long all but one in a hundred took; an error ends the run. */
function told(output) {
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(output);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]), p99: /99%\s+(\S+)/.exec(output)[1] };
}

const load = (origin, path, secrets, as = {}) => told(execFileSync(...wrk(origin, path, secrets, as, seconds)));

/** Mixed load for `seconds`, with the memory of the runtime on the way. */
async function soak(origin, secrets, as, seconds) {
  const runtime = execFileSync("pgrep", ["-P", String(process.pid), "workerd"], { encoding: "utf8" }).trim();
  const memory = () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${runtime}/status`, "utf8"))[1]) / 1024);
  const [command, args, options] = wrk(origin, "mixed", secrets, as, seconds);
  const child = spawn(command, args, options);
  const output = text(child.stdout);
  const seen = [];
  const watch = setInterval(() => seen.push(memory()), (seconds * 1000) / 20);
  await once(child, "close");
  clearInterval(watch);
  const { rate, p99 } = told(await output);
  console.log(`\n${seconds} s of mixed load without an error: ${rate}/s, p99 ${p99}; memory of the runtime in MiB, twenty times: ${seen.join(" ")}`);
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
  // A company's API, in a process of its own: this one waits for each load to end.
  const api = fork(join(bench, "api.mjs"));
  const [port] = await once(api, "message");
  const mf = workers(`http://127.0.0.1:${port}`);
  const latchkeyDb = await mf.getD1Database("DB", "latchkey");
  const bareDb = await mf.getD1Database("DB", "bare");
  const latchkey = (await mf.unsafeGetDirectURL("latchkey")).origin;
  const bare = (await mf.unsafeGetDirectURL("bare")).origin;
  const betterAuth = (await mf.unsafeGetDirectURL("better-auth")).origin;
  await migrate(latchkeyDb);
  await bareDb.prepare("CREATE TABLE keys (id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT, scopes TEXT NOT NULL, expires_at TEXT NOT NULL)").run();

  /** A person who signs up with a company of their own, and the calls of their browser. */
  const browser = async (email) => {
    const cookies = new Map();
    const call = async (method, path, body) => {
      const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
      const headers = { "content-type": "application/json", "cf-connecting-ip": ADDRESS, origin: latchkey, cookie };
      const send = () => fetch(latchkey + path, { method, headers, body: body && JSON.stringify(body) });
      // A connection that nobody used under load may have been closed.
      const response = await send().catch(send);
      for (const set of response.headers.getSetCookie()) cookies.set(...set.split(";")[0].split(/=(.*)/s).slice(0, 2));
      return response;
    };
    const made = async (path, body) => {
      const response = await call("POST", path, body);
      if (response.status !== 201) throw new Error(await response.text());
      return response.json();
    };
    const person = await made("/api/v1/sign-up", { tenant_name: email, first_name: "Ada", last_name: "Bench", email, password: PASSWORD });
    return { cookies, call, made, person };
  };
  const email = "ada@bench.example";
  const { cookies, call, made, person } = await browser(email);
  const visitor = [(await mf.unsafeGetDirectURL("pages")).origin, cookies.get("__Host-session")];
  const [views, added] = [await firstViews(...visitor), await addedViews(...visitor)];

  /** The median of our rate over another's, in turns. */
  const ratio = (label, ours, theirs) => {
    ours();
    theirs();
    const ratios = [];
    for (let round = 0; round < rounds; round++) {
      // Each goes first in every other round: what one leaves behind falls on both alike.
      const [a, b] = round % 2 ? [ours(), theirs()] : [theirs(), ours()].reverse();
      console.log(`  ${label}, round ${round + 1}: ${a.rate}/s (p99 ${a.p99}) against ${b.rate}/s (p99 ${b.p99})`);
      ratios.push(a.rate / b.rate);
    }
    return median(ratios);
  };
  // One after the other in turns, so that what else the machine does falls on both alike.
  const times = async (label, count, ours, theirs) => {
    const [a, b] = [[], []];
    for (let n = 0; n < count; n++) {
      a.push(await time(ours));
      b.push(await time(theirs));
    }
    console.log(`  ${label}: ${median(a).toFixed(2)} ms against ${median(b).toFixed(2)} ms`);
    return median(b) / median(a);
  };
  const signIn = () => call("POST", "/api/v1/session", { email, password: PASSWORD });
  const hash = () => fetch(`${bare}/hash`);
  // At most as many as one account may have under way.
  const manyAtOnce = async (call) => {
    let left = 40;
    const start = performance.now();
    const caller = async () => {
      while (left-- > 0) await time(call);
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    return 40_000 / (performance.now() - start);
  };
  const signInsAtOnce = async () => {
    const ratios = [];
    for (let round = 0; round <= rounds; round++) {
      const [ours, theirs] = [await manyAtOnce(signIn), await manyAtOnce(hash)];
      console.log(`  sign-ins side by side, round ${round}: ${ours.toFixed(1)}/s against ${theirs.toFixed(1)}/s`);
      // The first round is to get going.
      if (round > 0) ratios.push(ours / theirs);
    }
    return median(ratios);
  };
  const signIns = () => times("sign-in against the hash", 25 * rounds, signIn, hash);
  const least = () => times("sign-in against a row read, the hash and a row written", 25 * rounds, signIn, () => fetch(`${bare}/sign-in`));

  const figures = [];
  const secrets = await addTokens(latchkeyDb, bareDb, person, TOKENS, 0);
  const self = () => load(latchkey, "/api/v1/tokens/self", secrets);
  const check = () => load(bare, "/", secrets);
  figures.push(["GET /tokens/self, 1,000 tokens, against the bare check", ratio("1,000 tokens", self, check), 0.8]);
  await wake(latchkeyDb);
  const { total } = await latchkeyDb.prepare("SELECT sum(calls) AS total FROM token_usage").first();

  const keys = await (await fetch(`${betterAuth}/keys?count=${TOKENS}`)).json();
  figures.push(["better-auth's API keys, against the bare check", ratio("better-auth", () => load(betterAuth, "/", keys), check), null]);

  const listed = await addTokens(latchkeyDb, bareDb, person, TOKENS, TOKENS, ALLOWLIST);
  const forwardAuth = () => load(latchkey, "/forward-auth", listed);
  const bareCheck = () => load(bare, "/", listed);
  figures.push(["GET /forward-auth with scope and 50 addresses, against the bare check", ratio("forward auth", forwardAuth, bareCheck), 0.8]);
  figures.push(["GET /forward-auth, against GET /tokens/self of the same tokens", ratio("forward auth against self", forwardAuth, () => load(latchkey, "/api/v1/tokens/self", listed)), 0.9]);

  const role_id = (await (await call("GET", "/api/v1/roles")).json()).items.find((role) => role.name === "Administrator").id;
  const asker = await made("/api/v1/service-accounts", { name: "gateway", role_id });
  const pair = Buffer.from(`${asker.api_key}:${asker.api_secret}`).toString("base64");
  figures.push(["POST /oauth2/introspect, against GET /tokens/self", ratio("introspection", () => load(latchkey, "/oauth2/introspect", secrets, { asker: pair }), self), 0.9]);
  const gateway = () => load(latchkey, "/gateway/backups/1", secrets);
  figures.push(["the gateway, against a bare Worker that checks and passes on", ratio("gateway", gateway, () => load(bare, "/checked", secrets)), 0.85]);
  figures.push(["the gateway, against a bare Worker that only passes on", ratio("gateway against passing on", gateway, () => load(bare, "/unchecked", secrets)), null]);
  figures.push(["sign-in against the bare hash", await signIns(), 0.85]);
  figures.push(["sign-ins, eight at once, against the bare hash", await signInsAtOnce(), 0.85]);
  figures.push(["sign-in against a bare Worker that reads, hashes and writes", await least(), 0.95]);

  await addTokens(latchkeyDb, bareDb, person, MANY_TOKENS - 2 * TOKENS, 2 * TOKENS);
  figures.push(["GET /tokens/self, 100,000 tokens in the database", ratio("100,000 tokens", self, check), 0.8]);
  figures.push(["sign-in, 100,000 tokens in the database", await signIns(), 0.85]);

  // Tokens that nobody used yet, since what is told of uses belongs to a company too.
  const own = (who, count, from) =>
    latchkeyDb
      .prepare(`UPDATE tokens SET user_id = u.id, tenant_id = u.tenant_id FROM users u
        WHERE u.id = ?1 AND tokens.id IN (SELECT id FROM tokens ORDER BY id LIMIT ?2 OFFSET ?3)`)
      .bind(who.id, count, from)
      .run();
  await own(person, 50, 0);
  const asPerson = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
  const mixed = () => load(latchkey, "mixed", secrets, asPerson);
  figures.push(["80 % checks, 15 % lists, 5 % edits, against the bare Worker", ratio("mixed", mixed, () => load(bare, "mixed", secrets)), null]);
  if (soaked) await soak(latchkey, secrets, asPerson, soaked);

  // The same page of the tokens of one who has 50 and of one who has 10,000.
  const collector = await browser("grace@bench.example");
  // A connection that nobody used under load may have been closed.
  const collect = () => own(collector.person, 10_000, 50_000);
  await collect().catch(collect);
  const page = (call) => () => call("GET", "/api/v1/users/me/tokens?limit=50");
  const paged = await times("a page of tokens, of 10,000 against of 50", 20 * rounds, page(collector.call), page(call));
  figures.push(["a page of 50 tokens of 50, against one of 10,000", paged, 1 / 1.3]);
  figures.push(...(await pages(latchkeyDb, latchkey, time, 4 * rounds)));
  await mf.dispose();
  api.kill();

  console.log(`\n${total} calls of the first part were counted in token_usage.`);
  for (const [name, value, target] of figures) {
    const verdict = target === null ? "      " : value >= target ? "met   " : "missed";
    console.log(`${verdict} ${value.toFixed(2)}${target === null ? "" : ` (at least ${target.toFixed(2)})`} ${name}`);
  }
  const weigh = ([path, size], most, what) => console.log(`${size <= most ? "met   " : "missed"} ${bytes(size)} (at most ${bytes(most)}) ${what} ${path}, brotli`);
  for (const view of views) weigh(view, MOST, "first view of");
  for (const view of added) weigh(view, MOST_ADDED, "files added to those of API Access by");
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
