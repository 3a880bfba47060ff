// The built Worker in a workerd of the test's own, next to other Workers: what no program can be told from outside.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'

const BUILD = join(__dirname, '../../worker/build')
const MIGRATIONS = join(__dirname, '../../worker/migrations')

export type Handled = { outcome: string }
/** What the runtime calls besides `fetch`. */
export type Handlers = {
  fetch: (url: string, init: object) => Promise<{ status: number; text: () => Promise<string> }>
  queue: (name: string, messages: { id: string; timestamp: Date; attempts: number; body: string }[]) => Promise<Handled>
  scheduled: (options: object) => Promise<Handled>
}

export type Runtime = {
  latchkey: Handlers
  rows: (sql: string, ...values: string[]) => Promise<any[]>
  stop: () => Promise<void>
}

/** What the migrations end in, a statement each. */
function schema(): string[] {
  const memory = new DatabaseSync(':memory:')
  for (const file of readdirSync(MIGRATIONS).sort()) memory.exec(readFileSync(join(MIGRATIONS, file), 'utf8'))
  const made = memory.prepare(`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid`)
  return made.all().map(({ sql }) => String(sql))
}

/** Latchkey with these bindings and whatever else is given about it, beside `others`. */
export async function startRuntime(bindings: Record<string, string>, more: object, others: object[]): Promise<Runtime> {
  const latchkey = {
    name: 'latchkey',
    compatibilityDate: '2026-10-01',
    modulesRoot: BUILD,
    modules: [
      { type: 'ESModule', path: join(BUILD, 'index.js') },
      { type: 'CompiledWasm', path: join(BUILD, 'index_bg.wasm') },
    ],
    bindings: { HASH_KEY: 'ab'.repeat(32), PUBLIC_URL: 'http://localhost', LOG: 'errors', ...bindings },
    d1Databases: { DB: 'latchkey' },
    r2Buckets: { PHOTOS: 'latchkey' },
    ...more,
  }
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [latchkey, ...others] } as any))
  const database = await miniflare.getD1Database('DB', 'latchkey')
  for (const sql of schema()) await database.prepare(sql).run()
  return {
    latchkey: (await miniflare.getWorker('latchkey')) as unknown as Handlers,
    rows: async (sql, ...values) => (await database.prepare(sql).bind(...values).all()).results,
    stop: () => miniflare.dispose(),
  }
}
