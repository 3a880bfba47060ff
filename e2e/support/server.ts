// Programs that a test starts for itself: a second Latchkey with a configuration of its own, and the emulator.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { type Row, rowsOf } from './db'

const ROOT = join(__dirname, '../..')

export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What it printed is told if it does not come up. */
async function start(command: string, args: string[], env: NodeJS.ProcessEnv, url: string): Promise<ChildProcess> {
  // A group of its own, so that what it starts can be ended with it.
  const process = spawn(command, args, { cwd: ROOT, env, detached: true, shell: args.length === 0 })
  let said = ''
  for (const stream of [process.stdout, process.stderr]) stream?.on('data', (piece) => (said += piece))
  const answers = () => fetch(url).then((answer) => answer.status < 500, () => false)
  await expect.poll(answers, { message: `${command} at ${url}`, timeout: 60_000 }).toBe(true).catch(async (error) => {
    await stop(process)
    throw new Error(`${error}\n${said}`)
  })
  return process
}

async function stop(process: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
  // It may have been stopped before, or have ended by itself.
  if (process.exitCode !== null || process.signalCode !== null) return
  const ended = new Promise((resolve) => process.once('exit', resolve))
  globalThis.process.kill(-(process.pid ?? 0), signal)
  await ended
}

export type Server = {
  origin: string
  post: (path: string, json: unknown) => Promise<Response>
  put: (path: string, json: unknown) => Promise<Response>
  rows: (sql: string, ...params: (string | number)[]) => Promise<Row[]>
  /** Runs the job that the platform runs every few minutes. */
  scheduled: () => Promise<void>
  stop: () => Promise<void>
  /** Ends it in the midst of whatever it does. */
  kill: () => Promise<void>
}

export const scheduledAt = async (origin: string) => {
  const answer = await fetch(`${origin}/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*`)
  expect(answer.status).toBe(200)
}

/** A Latchkey with these variables, and with an empty database unless it is to go on in a folder that outlives it. */
export async function startLatchkey(variables: Record<string, string>, folder?: string): Promise<Server> {
  const port = await freePort()
  const state = folder ?? mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  writeFileSync(join(state, 'vars.env'), Object.entries(variables).map((pair) => `${pair.join('=')}\n`).join(''))
  const origin = `http://localhost:${port}`
  const env = { ...process.env, PORT: String(port), LATCHKEY_STATE: state }
  const server = await start(process.env.LATCHKEY_SERVE ?? '', [], env, `${origin}/api/health`)
  const send = (method: string) => (path: string, json: unknown) => fetch(origin + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })
  return {
    origin,
    post: send('POST'),
    put: send('PUT'),
    rows: (sql, ...params) => rowsOf(origin, sql, ...params),
    scheduled: () => scheduledAt(origin),
    stop: async () => {
      await stop(server)
      if (!folder) rmSync(state, { recursive: true, force: true })
    },
    kill: () => stop(server, 'SIGKILL'),
  }
}

/** Runs wrangler to its end in a folder that has its configuration. */
export function wrangler(folder: string, ...words: string[]) {
  const quiet = { CI: '1', WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false', XDG_CONFIG_HOME: join(folder, 'config') }
  execFileSync(process.execPath, [join(ROOT, 'node_modules/wrangler/bin/wrangler.js'), ...words, '--env', ''], { cwd: folder, env: { ...process.env, ...quiet }, stdio: 'pipe' })
}

/** The emulator of other people's services, with one of them on a port. */
export async function startEmulator(service: 'resend' | 'slack', port: number, seed: string): Promise<{ origin: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-emulator-'))
  const file = join(folder, 'seed.yaml')
  writeFileSync(file, seed)
  const origin = `http://127.0.0.1:${port}`
  const program = join(ROOT, 'node_modules/emulate/dist/index.js')
  const emulator = await start(process.execPath, [program, 'start', '--service', service, '--port', String(port), '--seed', file], process.env, origin)
  return {
    origin,
    stop: async () => {
      await stop(emulator)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
