// Every statement in the Worker's source, planned by SQLite against the migrations as they are.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '../support/test'

const WORKER = join(__dirname, '../../worker')

/** Statements on rows of tenants that name none, each for its reason. */
const WITHOUT_TENANT: [RegExp, string][] = [
  [/^SELECT 1 AS taken FROM users WHERE email = \?1 UNION ALL /, 'whether an address is taken by anybody; the answer is yes or no'],
  [/^INSERT INTO \w+ .* FROM users WHERE email = \?\d/, 'who signs in or forgot their password is known by their address only'],
  [/^UPDATE outbox SET tries = tries \+ 1/, 'the post is no tenant\'s, and learns each message\'s by claiming it'],
  [/^UPDATE outbox SET state = 'failed', done_at = \?2, (gathers = 0, )?last_error = coalesce\(/, 'the post is no tenant\'s, and gives up by id or by what is overdue'],
  [/^DELETE FROM outbox WHERE state <> 'queued' AND done_at <= \?1$/, 'the clearing job is no tenant\'s'],
  [/^DELETE FROM sessions WHERE digest = \?1$/, 'signing in ends the session whose cookie the browser had, whoever it belonged to'],
  [/^DELETE FROM (sessions|devices|password_resets|email_changes|invitations|idempotency_keys|oauth_tokens|token_addresses|token_refusals|token_calls|token_usage|slack_states|token_reminders) WHERE \w+ <= \?1$/, 'the clearing job is no tenant\'s'],
  [/^(SELECT body, status, answer|DELETE) FROM idempotency_keys WHERE digest = \?1\b/, 'the digest is made from the id of the caller'],
  [/ WHERE t\.id = coalesce\(\(SELECT id FROM tokens WHERE refresh_digest = \?1\)/, 'a pair is known by its secrets only'],
  [/^SELECT text FROM checked_(access_tokens|pairs|oauth_tokens) WHERE digest = \?1\b/, 'a credential is known by its secret only, and tells whose it is'],
  [/^SELECT '\[' \|\| coalesce\(\(SELECT text FROM checked_pairs WHERE digest = \?1 AND /, 'of two credentials each is known by its secret only'],
  [/^SELECT tenant_id, .* IN \(SELECT value FROM json_each\(\?1\)/, 'secrets that were found are known by themselves only'],
  [/^UPDATE \w+ SET (\w+) = \?2 WHERE \1 = \?1$/, 'while keys change, a secret that is shown has its hash moved, wherever it lies'],
  [/^UPDATE outbox SET content = \?3 WHERE id = \?1 AND content = \?2$/, 'the job that encrypts anew puts each back by its id'],
  [/^SELECT (user_id, tenant_id|id, content)\b.* WHERE (user_)?id > \?3 .*substr\(/, 'the job that encrypts anew is no tenant\'s, and learns each row\'s by reading it'],
  [/^UPDATE slack_revocations SET due_at /, 'a consent is given back for no tenant: its person may be gone'],
  [/^SELECT (id, channel FROM outbox WHERE state = 'queued' AND due_at <= \?1 |wanted\.value AS ids )/, 'the post is no tenant\'s'],
]

/** String literals of Rust, without those of comments and tests. */
function literals(source: string): string[] {
  const code = source.split('#[cfg(test)]')[0] ?? ''
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[^']+|[^\\'])'|b?r(#*)"([\s\S]*?)"\1|b?"((?:\\[\s\S]|[^"\\])*)"/g
  return [...code.matchAll(token)]
    .map(([, , raw, plain]) => raw ?? plain?.replace(/\\\n\s*/g, '').replace(/\\(["\\])/g, '$1'))
    .filter((text) => text !== undefined)
}

const sources = globSync('src/**/*.rs', { cwd: WORKER }).filter((file) => !file.startsWith('src/openapi/')).map((file) => ({ file, source: readFileSync(join(WORKER, file), 'utf8') }))
const statements = sources.flatMap(({ file, source }) =>
  literals(source)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => /^(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s/.test(text))
    .map((sql) => ({ file, sql })),
)

const database = new DatabaseSync(':memory:')
for (const file of globSync('migrations/*.sql', { cwd: WORKER }).sort()) database.exec(readFileSync(join(WORKER, file), 'utf8'))
const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'`).all().map((row) => String(row.name))
// Wrangler's own, of what it applied.
database.exec('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE)')
const columns = (table: string) => database.prepare(`SELECT name FROM pragma_table_info(?)`).all(table).map((row) => row.name)

test('every statement of the source is found', () => {
  const made = sources.flatMap(({ source }) => source.match(/\bStatement::new\(/g) ?? []).length
  expect(made).toBeGreaterThan(20)
  expect(statements.length).toBeGreaterThanOrEqual(made)
})

test('statements are written out: none is put together at run time', () => {
  for (const { file, source } of sources) {
    for (const [, argument] of source.matchAll(/\bStatement::new\(\s*(\S+)/g)) expect(argument, file).toMatch(/^"/)
    expect(source, file).not.toMatch(/format!\(\s*"(SELECT|INSERT|UPDATE|DELETE)/)
  }
})

for (const { file } of sources.filter(({ file }) => statements.some((statement) => statement.file === file))) {
  test(`no table is walked through and nothing sorted aside in ${file}`, () => {
    for (const { sql } of statements.filter((statement) => statement.file === file)) {
      // An insert looks for rows that refer to the new one only while a constraint is broken, which none of ours leaves behind.
      database.exec(`PRAGMA foreign_keys = ${sql.startsWith('INSERT') ? 'OFF' : 'ON'}`)
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row.detail))
      const named = [...sql.matchAll(/\b(\w+)(?:\s+AS)?\s+(\w+)\b/gi)].filter(([, table]) => tables.includes(table ?? ''))
      const names = [...tables, ...named.map(([, , alias]) => alias)]
      const walks = plan.filter((step) => names.includes(/^SCAN (\w+)(?!.*VIRTUAL TABLE)/.exec(step)?.[1]) || step.includes('TEMP B-TREE FOR ORDER BY'))
      expect.soft(walks, `${sql}\n${plan.join('\n')}`).toEqual([])
    }
  })
}

test('a walk through a table, by its name or an alias, would be noticed', () => {
  for (const from of ['tokens', 'tokens t', 'tokens AS t']) {
    const [step] = database.prepare(`EXPLAIN QUERY PLAN SELECT description FROM ${from}`).all()
    expect(step?.detail).toMatch(/^SCAN (tokens|t)$/)
  }
})

test('every statement on rows of tenants names the tenant, but for a few', () => {
  const owned = tables.filter((table) => columns(table).includes('tenant_id'))
  expect(owned).toEqual(expect.arrayContaining(['users', 'roles', 'sessions', 'tokens', 'audit_events', 'token_usage']))
  const touches = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(?:${owned.join('|')})\\b`)
  // To be told which tenant is no confinement: its column is compared, or written by an insert.
  const confined = /\btenant_id (=|IS) |->> 'tenant'|^INSERT INTO \w+ \([^)]*\btenant_id\b[^)]*\) (VALUES|SELECT (?!.* FROM (?!json_each)))/
  const without = statements.map(({ sql }) => sql).filter((sql) => touches.test(sql) && !confined.test(sql))
  const unexplained = without.filter((sql) => !WITHOUT_TENANT.some(([known]) => known.test(sql)))
  expect(unexplained).toEqual([])
  for (const [known, reason] of WITHOUT_TENANT) expect(without.some((sql) => known.test(sql)), `no longer there: ${reason}`).toBe(true)
})

test('every table is STRICT and refers to what it belongs to', () => {
  for (const table of tables) {
    const { sql, type } = database.prepare('SELECT sql, type FROM sqlite_master WHERE name = ?').get(table) as { sql: string; type: string }
    if (type === 'view') continue
    expect(sql, table).toMatch(/\)\s*STRICT\b/)
    const references = new Map(database.prepare('SELECT "from" AS source, "table" AS target FROM pragma_foreign_key_list(?)').all(table).map((row) => [row.source, row.target]))
    for (const [column, target] of [['tenant_id', 'tenants'], ['user_id', 'users'], ['token_id', 'tokens'], ['role_id', 'roles'], ['service_account_id', 'service_accounts']]) {
      if (columns(table).includes(column as string)) expect(references.get(column as string), `${table}.${column}`).toBe(target)
    }
  }
})

test('the finder of statements sees through comments, characters and raw strings', () => {
  const source = `// "SELECT 0"\n/* "SELECT 1" */ let a = ['"', '\\'', '\\u{22}']; f("SELECT \\"2\\"", r#"SELECT "3""#, "SELECT \\\n   4"); fn g<'a>(x: &'a str) {} "SELECT 5"`
  expect(literals(source)).toEqual(['SELECT "2"', 'SELECT "3"', 'SELECT 4', 'SELECT 5'])
})
