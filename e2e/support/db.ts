// The D1 of the running Worker: tests look at rows and move their times; they never move the clock.

import { origin } from './http'

const RAW = '/cdn-cgi/local/explorer/api/d1/database/00000000-0000-0000-0000-000000000000/raw'

export type Row = Record<string, any>

const rows = (sql: string, ...params: (string | number)[]) => rowsOf(origin, sql, ...params)

/** The rows that a statement gives in the D1 of the Worker at `origin`. */
export async function rowsOf(origin: string, sql: string, ...params: (string | number)[]): Promise<Row[]> {
  const answer = await fetch(origin + RAW, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, params: params.map(String) }), // it takes text only
  })
  const { success, errors, result } = (await answer.json()) as any
  if (!success) throw new Error(errors[0].message)
  const { columns, rows: values } = result[0].results as { columns: string[]; rows: unknown[][] }
  return values.map((row) => Object.fromEntries(row.map((value, i) => [columns[i], value])))
}

async function one(sql: string, ...params: (string | number)[]): Promise<Row> {
  const found = await rows(sql, ...params)
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} rows instead of one: ${sql}`)
  return found[0]
}

async function count(sql: string, ...params: (string | number)[]): Promise<number> {
  return (await one(`SELECT count(*) AS n ${sql}`, ...params)).n
}

/** Every table of the product. */
async function tables(): Promise<string[]> {
  const found = await rows(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name <> 'd1_migrations' ORDER BY name`,
  )
  return found.map((row) => row.name)
}

/** All text of all tables in one string, to look for what must not be there. */
async function dump(): Promise<string> {
  const all = await Promise.all((await tables()).map((table) => rows(`SELECT * FROM ${table}`)))
  return JSON.stringify(all)
}

// Written without a caller waiting, so they may change at any time after a call.
const NOTED_LATER = ['last_used_at', 'last_used_ip', 'last_used_agent', 'secret_used_at', 'secret_used_ip', 'secret_used_agent', 'last_seen_at', 'stepped_up_at', 'old_last_used_at', 'old_last_used_ip', 'old_last_agent', 'last_delivered_at']
// What becomes of a message after it was written down.
const SENT_LATER = ['state', 'tries', 'due_at', 'done_at', 'content', 'last_error']

/** Everything a tenant has, but for the traces of use. */
async function state(tenant: string): Promise<Record<string, Row[]>> {
  const owned = ['roles', 'users', 'sessions', 'tokens', 'audit_events', 'outbox', 'password_resets', 'email_changes', 'totps', 'recovery_codes', 'policies', 'service_accounts', 'oauth_tokens', 'invitations', 'notification_preferences', 'slack_states', 'slack_connections']
  // Messages about how tokens are used come some time after the calls.
  const but = (table: string) => (table === 'outbox' ? `AND event NOT IN ('token.new_network', 'token.refused')` : '')
  const all = await Promise.all(owned.map((table) => rows(`SELECT * FROM ${table} WHERE tenant_id = ?1 ${but(table)} ORDER BY 1`, tenant)))
  const later = [...NOTED_LATER, ...SENT_LATER]
  const kept = (row: Row) => Object.fromEntries(Object.entries(row).filter(([column]) => !later.includes(column)))
  return Object.fromEntries(owned.map((table, i) => [table, (all[i] ?? []).map(kept)]))
}

/** RFC 3339, as it is stored. */
export function at(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

export function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** The instant so many seconds in the past; negative lies ahead. */
export function ago(seconds: number): string {
  return at(now() - seconds)
}

export const MINUTE = 60
export const DAY = 86_400

export const db = { rows, one, count, tables, dump, state }

/** Where it is long past nine in the morning, or not yet. */
export const zoneWhere = (late: boolean) => {
  const hour = new Date().getUTCHours()
  // Of the zones of whole hours, one has noon now, and one has three in the morning.
  const offset = (late ? 12 : 3) - hour
  const wrapped = offset > 12 ? offset - 24 : offset < -11 ? offset + 24 : offset
  return `Etc/GMT${wrapped > 0 ? '-' : '+'}${Math.abs(wrapped)}`
}
