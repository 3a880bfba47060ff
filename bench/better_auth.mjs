// What a key check costs with better-auth's plugin for API keys, set up as its documentation has it for D1: with storage
// and bookkeeping as they come, and no limit on calls. At /keys, it makes its tables and as many keys as `count` says.
//
// With Kysely 0.28, for from 0.29 on queries of all requests wait for each other, which Workers take for hanging.
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { env } from "cloudflare:workers";

const permissions = { backups: ["read"] };
const auth = betterAuth({
  database: env.DB,
  baseURL: "http://localhost",
  secret: env.SECRET,
  telemetry: { enabled: false },
  // That would query the database while the Worker starts, where none may, and before there are tables.
  advanced: { database: { validateSchema: false } },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
});

async function makeKeys(count) {
  const context = await auth.$context;
  await context.runMigrations();
  const { id: userId } = await context.internalAdapter.createUser({ name: "Ada Bench", email: "ada@bench.example" });
  const secrets = [];
  while (secrets.length < count) {
    const { key } = await auth.api.createApiKey({ body: { name: `key ${secrets.length}`, userId, permissions } });
    secrets.push(key);
  }
  return secrets;
}

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/keys") return Response.json(await makeKeys(Number(searchParams.get("count"))));
    const secret = request.headers.get("authorization").slice("Bearer ".length);
    const { valid, key } = await auth.api.verifyApiKey({ body: { key: secret, permissions } });
    return valid ? Response.json({ valid, id: key.id, name: key.name }) : new Response(null, { status: 401 });
  },
};
