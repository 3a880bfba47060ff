// The built Worker in a workerd of the test's own, next to other Workers: what no program can be told from outside.

import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from '@playwright/test'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { newAddress } from './actors'

const BUILD = join(__dirname, '../../worker/build')
const MIGRATIONS = join(__dirname, '../../worker/migrations')

export type Handled = { outcome: string }
/** What the runtime calls besides `fetch`. */
export type Handlers = {
  fetch: (url: string, init: object) => Promise<{ status: number; headers: Headers; text: () => Promise<string> }>
  queue: (name: string, messages: { id: string; timestamp: Date; attempts: number; body: string }[]) => Promise<Handled>
  scheduled: (options: object) => Promise<Handled>
}

export type Runtime = {
  latchkey: Handlers
  /** Somebody new who calls it. */
  visitor: () => Visitor
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

export type Told = { status: number; text: string; json: any }

/** Whoever calls, with the cookies that they were given. */
export class Visitor {
  private readonly cookies = new Map<string, string>()

  constructor(private readonly latchkey: Pick<Handlers, 'fetch'>) {}

  async call(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Told> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await this.latchkey.fetch(`http://localhost${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'cf-connecting-ip': newAddress(), ...(cookie ? { cookie, 'sec-fetch-site': 'same-origin' } : {}), ...headers },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
    const text = await answer.text()
    return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
  }

  /** The same of the API, which must work. */
  async good(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<any> {
    const told = await this.call(method, `/api/v1${path}`, json, headers)
    expect(told.status, `${method} ${path}: ${told.text}`).toBeLessThan(300)
    return told.json
  }

  /** Somebody in another browser with the same cookies, in another run. */
  in(runtime: Pick<Runtime, 'visitor'>): Visitor {
    const other = runtime.visitor()
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    return other
  }
}

/** Where the Worker's mail arrives, which it sends by Resend: what it says, by its subject. What `taken` says comes before each answer. */
export async function mailbox(taken = async () => {}): Promise<{ bindings: Record<string, string>; mails: { to: string[]; subject: string; text: string }[]; stop: () => void }> {
  const mails: { to: string[]; subject: string; text: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', async () => {
      mails.push(JSON.parse(body))
      await taken()
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bindings = { MAIL_TRANSPORT: 'resend', MAIL_FROM: 'Latchkey <latchkey@example.com>', RESEND_BASE_URL: base, RESEND_API_KEY: 're_for_tests' }
  return { bindings, mails, stop: () => server.close() }
}

export const QUEUE = 'latchkey-outbox'
export const SLACK_QUEUE = 'latchkey-outbox-slack'
export const DEAD = 'latchkey-outbox-dead'

/** Latchkey with these bindings and whatever else is given about it, beside `others`; its database is kept in `folder`. */
export async function startRuntime(bindings: Record<string, string>, more: object = {}, others: object[] = [], folder?: string): Promise<Runtime> {
  const worker = {
    name: 'latchkey',
    compatibilityDate: '2026-10-01',
    modulesRoot: BUILD,
    modules: [
      { type: 'ESModule', path: join(BUILD, 'index.js') },
      { type: 'CompiledWasm', path: join(BUILD, 'index_bg.wasm') },
    ],
    bindings: { PUBLIC_URL: 'http://localhost', LOG: 'errors', ...bindings },
    d1Databases: { DB: 'latchkey' },
    r2Buckets: { PHOTOS: 'latchkey' },
    queueProducers: { OUTBOX: QUEUE, OUTBOX_SLACK: SLACK_QUEUE },
    ...more,
  }
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker, ...others], ...(folder ? { resourcePersistencePath: folder } : {}) } as any))
  const database = await miniflare.getD1Database('DB', 'latchkey')
  const rows = async (sql: string, ...values: string[]) => (await database.prepare(sql).bind(...values).all()).results
  if ((await rows(`SELECT 1 FROM sqlite_master WHERE name = 'tenants'`)).length === 0) {
    for (const sql of schema()) await database.prepare(sql).run()
    // Which of them were applied is kept by wrangler.
    await rows('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE)')
    for (const file of readdirSync(MIGRATIONS).sort()) await rows('INSERT INTO d1_migrations (name) VALUES (?1)', file)
  }
  const latchkey = (await miniflare.getWorker('latchkey')) as unknown as Handlers
  return { latchkey, rows, visitor: () => new Visitor(latchkey), stop: () => miniflare.dispose() }
}
