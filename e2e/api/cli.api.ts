// The built command line, run as people and scripts run it.

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Person, bearer } from '../support/actors'
import { db } from '../support/db'
import { origin } from '../support/http'
import { makeAccount } from '../support/machines'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const BINARY = process.env.LATCHKEY_CLI ?? join(__dirname, '../../target/debug/latchkey')
const SECRET = /^lkp_[0-9A-Za-z]{36}\n$/

type Told = { code: number | null; out: string; err: string }
type Way = { env?: Record<string, string>; input?: string; stdout?: 'pipe' | number; through?: string }

/** Runs it without a terminal and with no variables but these. `through` is a script of bash that runs `"$@"`. */
function latchkey(args: string[], { env = {}, input = '', stdout = 'pipe', through }: Way = {}): Promise<Told> {
  const [program = BINARY, ...rest] = through ? ['bash', '--norc', '-c', through, 'bash', BINARY, ...args] : [BINARY, ...args]
  // A session of its own has no terminal to ask at.
  const child = spawn(program, rest, { env: { LATCHKEY_URL: origin, PATH: process.env.PATH ?? '', ...env }, stdio: ['pipe', stdout, 'pipe'], detached: true })
  const told: Told = { code: null, out: '', err: '' }
  child.stdout?.on('data', (piece) => (told.out += piece))
  child.stderr?.on('data', (piece) => (told.err += piece))
  // It may end without reading what it is told.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...told, code }))
  })
}

const withToken = (secret: string) => ({ env: { LATCHKEY_TOKEN: secret } })
/** As a person signs in whose terminal is a script. */
const as = (person: Person, ...more: string[]): Way => ({
  env: { LATCHKEY_EMAIL: person.account.email },
  input: [person.account.password, ...more].map((line) => `${line}\n`).join(''),
})
const inTokens = (person: Person, args: string[], ...more: string[]) => latchkey(['tokens', ...args, '--password-stdin'], as(person, ...more))

const sessions = (person: Person) => db.rows('SELECT id, digest FROM sessions WHERE user_id = ?1 ORDER BY id', person.user.id)
const tokens = (person: Person) => db.rows('SELECT id, digest, revoked_at FROM tokens WHERE tenant_id = ?1 ORDER BY id', person.tenant)

/** Everything a company has, but for what a token was last used by, which is written some time after a call. */
async function state(person: Person) {
  const { tokens = [], ...rest } = await db.state(person.tenant)
  return { ...rest, tokens: tokens.map(({ last_used_agent: _, ...token }) => token) }
}

/** What it comes to, which must be a refusal that changes nothing at all. */
async function refused(person: Person, run: () => Promise<Told>, code: number): Promise<string> {
  const before = await state(person)
  const told = await run()
  expect(told, told.err).toMatchObject({ code, out: '' })
  expect(told.err).toMatch(/^error: \S/)
  expect(await state(person)).toEqual(before)
  return told.err
}

/** Somebody else's server, for the time of `use`; gives how often it was called. */
async function elsewhere(answer: RequestListener, use: (port: number) => Promise<void>): Promise<number> {
  let calls = 0
  const server = createServer((asked, response) => {
    calls += 1
    answer(asked, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await use((server.address() as AddressInfo).port)
  server.closeAllConnections()
  server.close()
  return calls
}

test('whoami tells what the token is, for people and as JSON', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ name: 'nightly', scopes: ['vaults:write'], allowed_endpoints: ['/vaults'] })
  const { code, out, err } = await latchkey(['whoami'], withToken(secret))
  expect([code, err]).toEqual([0, ''])
  for (const line of [/^name +nightly$/m, /^owner +Ada Lovelace \(person\)$/m, /^kind +Custom$/m, /^scopes +Write: Vaults$/m, /^endpoints +\/vaults$/m, /^addresses +any$/m, /^last used +Never$/m, /^your address +\S+$/m]) expect(out).toMatch(line)
  expect(out).toMatch(new RegExp(`^ends +${token.renewable_until}$`, 'm'))
  const { last_used_at: _, last_used_ip: __, client_ip, ...told } = JSON.parse((await latchkey(['whoami', '--json'], withToken(secret))).out)
  const { last_used_at: ___, last_used_ip: ____, ...made } = token
  expect(told).toEqual(made)
  expect(client_ip).toMatch(/^(127\.0\.0\.1|::1)$/)
})

test('rotate prints the new secret alone; the old one goes on for its grace, and can rotate no more', async ({ owner }) => {
  const { token, secret } = await owner.makeToken()
  const { code, out, err } = await latchkey(['rotate', '--grace', '600'], withToken(secret))
  expect(code, err).toBe(0)
  expect(out).toMatch(SECRET)
  expect(out.trim()).not.toBe(secret)
  expect(err).toContain('The old secret goes on working until ')
  expect(err).toContain(token.id)
  for (const one of [secret, out.trim()]) expect(err).not.toContain(one)
  for (const one of [secret, out.trim()]) expect((await bearer(one).get('/tokens/self')).json.id).toBe(token.id)
  expect(await refused(owner, () => latchkey(['rotate'], withToken(secret)), 1)).toContain('replaced already')
  expect(await refused(owner, () => latchkey(['rotate', '--grace', '604801'], withToken(out.trim())), 1)).toContain('\n  /grace_seconds: ')
})

test('a secret that cannot be written is said to be lost, and not told elsewhere', async ({ owner }) => {
  const { token, secret } = await owner.makeToken()
  const full = openSync('/dev/full', 'w')
  const { code, err } = await latchkey(['rotate'], { ...withToken(secret), stdout: full })
  closeSync(full)
  expect(code).toBe(1)
  expect(err).toContain(`error: The secret could not be written and is lost: `)
  expect(err).toContain(token.id)
  expect(err).not.toContain('lkp_')
})

test('revoke ends the token, but asks first, and takes no silence for consent', async ({ owner }) => {
  const { token, secret } = await owner.makeToken()
  expect(await refused(owner, () => latchkey(['revoke'], withToken(secret)), 2)).toContain('--yes')
  const { code, out, err } = await latchkey(['revoke', '--yes'], withToken(secret))
  expect([code, out, err]).toEqual([0, '', 'The token is revoked.\n'])
  expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('revoked')
  for (const command of [['whoami'], ['rotate'], ['revoke', '--yes']]) {
    expect(await refused(owner, () => latchkey(command, withToken(secret)), 1)).toMatch(/\n {2}request id: req_\w{26}\n$/)
  }
})

test('lists are read to their end', async ({ owner }) => {
  await db.rows(
    `INSERT INTO roles (id, tenant_id, name, built_in, permissions, scopes, created_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 205)
     SELECT 'rol_' || substr(upper(hex(randomblob(13))), 1, 26), ?1, 'Role ' || i, 0, '', '', '2026-01-01T00:00:00Z' FROM n`,
    owner.tenant,
  )
  const { secret } = await owner.makeToken({ scopes: ['roles:read', 'users:read', 'usage:read', 'statistics:read'] })
  const roles = await latchkey(['roles', '--json'], withToken(secret))
  const ids = JSON.parse(roles.out).map((role: any) => role.id)
  expect(new Set(ids).size).toBe(await db.count('FROM roles WHERE tenant_id = ?1', owner.tenant))
  const lines = (await latchkey(['roles'], withToken(secret))).out.trimEnd().split('\n')
  expect(lines).toHaveLength(ids.length + 1)
  expect(lines[0]).toMatch(/^ID +NAME +BUILT IN /)

  expect((await latchkey(['users'], withToken(secret))).out).toMatch(new RegExp(`^${owner.user.id}  ${owner.account.email}  Ada Lovelace  Administrator  yes `, 'm'))
  expect(JSON.parse((await latchkey(['usage', '--json'], withToken(secret))).out).days).toHaveLength(30)
  expect((await latchkey(['usage'], withToken(secret))).out).toMatch(/^Total +\d+$/m)
  expect(JSON.parse((await latchkey(['statistics', '--json'], withToken(secret))).out)).toEqual((await bearer(secret).get('/statistics')).json)
  expect((await latchkey(['statistics'], withToken(secret))).out).toMatch(/^users, active +1$/m)
})

test('a service account reads with its pair; two credentials, half a pair and none are wrong usage', async ({ owner }) => {
  const { key, secret } = await makeAccount(owner)
  const pair = { LATCHKEY_API_KEY: key, LATCHKEY_API_SECRET: secret }
  const { code, out, err } = await latchkey(['users', '--json'], { env: pair })
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out).map((user: any) => user.id)).toEqual([owner.user.id])
  for (const env of [{ ...pair, LATCHKEY_TOKEN: 'lkp_x' }, { LATCHKEY_API_KEY: key }, {}]) await refused(owner, () => latchkey(['users'], { env: env as Record<string, string> }), 2)
  for (const command of [['whoami'], ['rotate'], ['revoke', '--yes']]) expect(await refused(owner, () => latchkey(command, { env: pair }), 2)).not.toContain(secret)
})

test('a missing scope is named, with the page where it can be given', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
  const err = await refused(owner, () => latchkey(['users'], withToken(secret)), 1)
  expect(err).toContain('\n  required scopes: users:read\n')
  expect(err).toMatch(new RegExp(`\\n  add them at: http\\S+edit=${token.id}&add=users:read\\n`))
  expect(err).toMatch(/\n {2}request id: req_\w{26}\n$/)
})

test('a person makes, lists and revokes tokens, and is signed out each time', async ({ owner }) => {
  const before = await sessions(owner)
  const made = await inTokens(owner, ['create', '--name', 'ci', '--description', 'builds', '--scope', 'backups:write', '--endpoint', '/backups', '--ip', '192.0.2.0/24', '--days', '7'])
  expect(made.code, made.err).toBe(0)
  expect(made.out).toMatch(SECRET)
  expect(made.err).not.toContain(made.out.trim())
  const [token] = (await owner.get('/users/me/tokens')).json.items
  expect(token).toMatchObject({ name: 'ci', description: 'builds', scopes: ['backups:read', 'backups:write'], allowed_endpoints: ['/backups'], ip_allowlist: ['192.0.2.0/24'] })
  expect(Date.parse(token.renewable_until) - Date.parse(token.created_at)).toBeCloseTo(7 * 86_400_000, -5)
  expect(made.err).toContain(token.id)
  expect((await bearer(made.out.trim(), '192.0.2.7').get('/tokens/self')).json.id).toBe(token.id)

  const json = await inTokens(owner, ['create', '--name', 'azure', '--kind', 'microsoft_scim', '--json'])
  const azure = JSON.parse(json.out)
  expect([azure.token.kind, json.err.includes(azure.secret)]).toEqual(['microsoft_scim', false])

  const listed = await inTokens(owner, ['list'])
  expect(listed).toMatchObject({ code: 0, err: '' })
  expect(listed.out).toMatch(new RegExp(`^${token.id}  ci     Custom          Write: Backups  active  `, 'm'))
  expect(JSON.parse((await inTokens(owner, ['list', '--search', 'ci', '--json'])).out).map((one: any) => one.name)).toEqual(['ci'])

  const revoked = await inTokens(owner, ['revoke', token.id, '--reason', 'done'])
  expect(revoked).toMatchObject({ code: 0, out: `${token.id}  revoked\n` })
  expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ status: 'revoked', revoke_reason: 'done' })
  expect((await inTokens(owner, ['revoke', token.id])).out).toBe(`${token.id}  had been revoked before\n`)
  expect(JSON.parse((await inTokens(owner, ['list', '--revoked', '--json'])).out)).toMatchObject([{ id: token.id }])
  expect(await sessions(owner)).toEqual(before)
})

test('the second factor is asked for, and a wrong one leaves nothing behind', async ({ owner }) => {
  const { secret } = (await owner.post('/users/me/totp')).json
  const [recovery] = (await owner.post('/users/me/totp/confirm', { code: totp(secret) })).json.recovery_codes
  await db.rows('UPDATE totps SET last_step = 0 WHERE user_id = ?1', owner.user.id)
  const [before, none] = [await sessions(owner), await tokens(owner)]
  for (const lines of [['000000x'], ['0000-0000-0000-0000'], []]) {
    const wrong = await inTokens(owner, ['create', '--name', 'ci', '--scope', 'backups:read'], ...lines)
    expect(wrong, wrong.err).toMatchObject({ code: lines.length ? 1 : 2, out: '' })
    expect(await sessions(owner)).toEqual(before)
  }
  expect(await tokens(owner)).toEqual(none)
  for (const code of [totp(secret), recovery]) {
    const made = await inTokens(owner, ['create', '--name', `ci ${code}`, '--scope', 'backups:read'], code)
    expect(made.code, made.err).toBe(0)
    expect(made.out).toMatch(SECRET)
  }
  expect(await tokens(owner)).toHaveLength(2)
  expect(await sessions(owner)).toEqual(before)
})

test('a wrong password does nothing', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const [before, kept] = [await sessions(owner), await tokens(owner)]
  const wrong = { ...as(owner), input: 'wrong horse battery\n' }
  for (const command of [['list'], ['create', '--name', 'ci', '--scope', 'backups:read'], ['revoke', token.id]]) {
    const { code, out, err } = await latchkey(['tokens', ...command, '--password-stdin'], wrong)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^error: The email or the password is wrong\.\n/)
    expect(err).not.toContain('wrong horse')
  }
  expect(await sessions(owner)).toEqual(before)
  expect(await tokens(owner)).toEqual(kept)
})

test('what the server refuses in a session also ends the session', async ({ owner, stranger }) => {
  const { token } = await stranger.makeToken()
  const [before, kept, theirs] = [await sessions(owner), await tokens(owner), await tokens(stranger)]
  const foreign = await inTokens(owner, ['revoke', token.id])
  const forever = await inTokens(owner, ['create', '--name', 'ci', '--scope', 'backups:read', '--forever'])
  for (const told of [foreign, forever]) expect(told, told.err).toMatchObject({ code: 1, out: '' })
  expect(forever.err).toContain('\n  /renewable_until: ')
  expect([await sessions(owner), await tokens(owner), await tokens(stranger)]).toEqual([before, kept, theirs])
})

test('what cannot be right is refused before anybody signs in', async ({ owner }) => {
  const both = await refused(owner, () => inTokens(owner, ['create', '--ip', 'here']), 2)
  for (const pointer of ['/name', '/scopes', '/ip_allowlist/0']) expect(both).toContain(`\n  ${pointer}: `)
  for (const args of [['create', '--scope', 'backups'], ['revoke', 'ci'], ['create', '--days', '1', '--forever'], ['list', '--yes']]) await refused(owner, () => inTokens(owner, args), 2)
  await refused(owner, () => latchkey(['tokens', 'list'], { env: { LATCHKEY_EMAIL: owner.account.email } }), 2)
  await refused(owner, () => latchkey(['tokens', 'list', '--password-stdin'], { input: 'x\n' }), 2)
  for (const args of [[], ['frobnicate'], ['whoami', '--token', 'lkp_x']]) await refused(owner, () => latchkey(args), 2)
})

test('nothing is sent over plain http to another machine, nor by way of a proxy or a redirect', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  const calls = await elsewhere((_, response) => response.end('{}'), async (port) => {
    // An address of this machine that does not say that it is one.
    const url = `http://[::ffff:127.0.0.1]:${port}`
    expect(await refused(owner, () => latchkey(['whoami', '--url', url], withToken(secret)), 2)).toContain('over https only')
    expect(await refused(owner, () => latchkey(['tokens', 'list', '--password-stdin', '--url', url], as(owner)), 2)).toContain('over https only')
    const proxy = `http://127.0.0.1:${port}`
    const proxied = await latchkey(['whoami'], { env: { LATCHKEY_TOKEN: secret, HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, all_proxy: proxy } })
    expect(proxied.code, proxied.err).toBe(0)
    await elsewhere((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(), async (sender) => {
      const err = await refused(owner, () => latchkey(['rotate', '--url', `http://127.0.0.1:${sender}`], withToken(secret)), 1)
      expect(err).toContain('which is not followed')
    })
  })
  expect(calls).toBe(0)
})

test('a server that is none of ours gets a plain sentence, and steers no terminal', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  const problem = { type: 'x', title: 'x', status: 429, detail: 'Slow\u001b[2J down\nerror: all is lost\u009b1m', code: 'rate_limited', request_id: 'r' }
  const answers: [RequestListener, RegExp][] = [
    [(_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>${secret}</h1>`), /^error: The server does not answer as Latchkey does\. It answered 502\.\n$/],
    [(_, response) => response.end(`{"id": "${secret}"}`), /^error: The server does not answer as Latchkey does\. Its answer does not read\.\n$/],
    [(asked) => asked.socket.destroy(), /^error: The server cannot be reached\. .*\.\n$/],
    [(_, response) => response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '17' }).end(JSON.stringify(problem)), /^error: Slow\\u\{1b\}\[2J down\\u\{a\}error: all is lost\\u\{9b\}1m\n {2}try again after 17 seconds\n {2}request id: r\n$/],
  ]
  for (const [answer, expected] of answers) {
    await elsewhere(answer, async (port) => {
      expect(await refused(owner, () => latchkey(['whoami', '--url', `http://127.0.0.1:${port}`], withToken(secret)), 1)).toMatch(expected)
    })
  }
  expect(await refused(owner, () => latchkey(['whoami', '--url', 'http://127.0.0.1:9'], withToken(secret)), 1)).toMatch(/^error: The server cannot be reached\./)
})

test('whoever reads no further is not complained to', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['users:read'] })
  // What reads has ended for certain before anything is written.
  const through = 'exec 3> >(exit 0); wait $!; exec "$@" >&3'
  for (const command of [['users'], ['whoami', '--json'], ['--help']]) {
    expect(await latchkey(command, { ...withToken(secret), through })).toEqual({ code: 0, out: '', err: '' })
  }
  expect(await latchkey(['users'], { ...withToken('lkp_x'), through: 'exec "$@" 2>&-' })).toMatchObject({ code: 1, out: '' })
})

test('help and version are on standard output', async () => {
  expect(await latchkey(['--version'])).toEqual({ code: 0, out: 'latchkey 0.1.0\n', err: '' })
  const { code, out, err } = await latchkey(['tokens', 'create', '--help'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('--password-stdin')
})
