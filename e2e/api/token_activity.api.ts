// What is known of how a token is used.

import { Actor, bearer, newAccount, newAddress } from '../support/actors'
import { DAY, ago, db } from '../support/db'
import { origin } from '../support/http'
import { expectProblem, refused } from '../support/problem'
import { startRuntime } from '../support/runtime'
import { form, makeAccount, makeRole } from '../support/machines'
import { scheduledAt } from '../support/server'
import { colleague } from '../support/people'
import { expect, test } from '../support/test'

const activity = (id: string) => `/tokens/${id}/activity`

test('b.3 tells from where a token was used, the last first, and what the client calls itself', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  expect((await owner.get(activity(token.id))).json).toEqual({ tracked_since: token.created_at, calls: [], refusals: [], would_refuse: [], pair: null, old_secret: null, can_undo_rotation: false, unused_scopes: null, removed_scopes: null })
  const [first, second] = [newAddress(), newAddress()]
  await bearer(secret, first).get('/tokens/self')
  await expect.poll(async () => (await owner.get(activity(token.id))).json.calls.length).toBe(1)
  for (let i = 0; i < 3; i++) await new Actor(second, { Authorization: `Bearer ${secret}`, 'User-Agent': 'backup/2.1' }).get('/users')
  const calls = async () => (await owner.get(activity(token.id))).json.calls
  await expect.poll(async () => (await calls()).find((it: any) => it.ip === second)?.calls).toBe(3)
  const told = (await calls()).find((it: any) => it.ip === second)
  expect(told).toEqual({ at: expect.stringMatching(/Z$/), ip: second, place: 'Austin, US', agent: 'backup/2.1', calls: 3, call: 'GET /api/v1/users' })
  await expect.poll(async () => (await owner.get(`/tokens/${token.id}`)).json.last_used_ip).toBe(second)
})

test('b.3 of calls that come together the last one says what was called, and by what', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  const address = newAddress()
  const from = (agent: string, path: string) => new Actor(address, { Authorization: `Bearer ${secret}`, 'User-Agent': agent }).get(path)
  const last = async () => (await owner.get(activity(token.id))).json.calls.map(({ call, agent, calls }: any) => [call, agent, calls])
  await from('first/1', '/tokens/self')
  await from('second/2', '/users')
  await expect.poll(last).toEqual([['GET /api/v1/users', 'second/2', 2]])
  // Now that the address is known, too.
  await from('third/3', '/users')
  await from('fourth/4', '/tokens/self')
  await expect.poll(last).toEqual([['GET /api/v1/tokens/self', 'fourth/4', 4]])
})

test('b.3 keeps the last ten addresses', async ({ owner }) => {
  const { token, secret } = await owner.makeToken()
  for (let i = 0; i < 9; i++) await db.rows(`INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, call) VALUES (?1, ?2, ?3, 1, ?4, 'GET /x')`, token.id, `192.0.2.${i}`, owner.tenant, ago(100 - i))
  for (let i = 0; i < 2; i++) {
    await bearer(secret, `198.51.100.${i}`).get('/tokens/self')
    await expect.poll(() => db.count('FROM token_addresses WHERE token_id = ?1 AND ip = ?2', token.id, `198.51.100.${i}`)).toBe(1)
  }
  const { calls } = (await owner.get(activity(token.id))).json
  expect(calls).toHaveLength(10)
  expect(calls.map((it: any) => it.ip)).not.toContain('192.0.2.0')
  expect(await db.count('FROM token_addresses WHERE token_id = ?1', token.id)).toBe(10)
})

test('b.3 a token that is used from everywhere takes no room from others, nor from its own refusals', async ({ owner, stranger }) => {
  const { token, secret } = await owner.makeToken()
  const { token: listed, secret: refusedOne } = await owner.makeToken({ ip_allowlist: ['192.0.2.1'] })
  const quiet = await stranger.makeToken()
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  const from = newAddress()
  const many = Array.from({ length: 60 }, (_, n) => `198.51.100.${n}`)
  const ask = (token: string, client_ip: string) => form(basic, '/oauth2/introspect', { token, client_ip })
  const answers = await Promise.all([...many.flatMap((ip) => [ask(secret, ip), ask(refusedOne, ip)]), bearer(quiet.secret, from).get('/tokens/self')])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  await expect.poll(async () => (await stranger.get(activity(quiet.token.id))).json.calls.map(({ ip }: any) => ip)).toEqual([from])
  // Those that do not tell their address count too.
  const refusals = () => db.rows('SELECT sum(calls) AS calls FROM token_refusals WHERE token_id = ?1', listed.id)
  await expect.poll(refusals).toEqual([{ calls: many.length }])
  expect((await owner.get(activity(token.id))).json.calls).toHaveLength(10)
})

test('b.3 an address that was forgotten and comes back is told with its place', async ({ owner }) => {
  const { token, secret } = await owner.makeToken()
  const address = newAddress()
  const used = (from: string) => bearer(secret, from).get('/tokens/self')
  const calls = async () => (await owner.get(activity(token.id))).json.calls
  await used(address)
  await expect.poll(async () => (await calls()).length).toBe(1)
  await db.rows('UPDATE token_addresses SET at = ?2 WHERE token_id = ?1', token.id, ago(100))
  await Promise.all(Array.from({ length: 10 }, () => used(newAddress())))
  await expect.poll(() => db.count('FROM token_addresses WHERE token_id = ?1 AND ip = ?2', token.id, address)).toBe(0)
  await used(address)
  await expect.poll(async () => (await calls()).find(({ ip }: any) => ip === address)).toMatchObject({ place: 'Austin, US', calls: 1 })
})

test('b.3 C-R8 an IPv4 address is one however a server writes it', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ip_allowlist: ['192.0.2.9'] })
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  for (const client_ip of ['::ffff:192.0.2.9', '192.0.2.9', '::FFFF:C000:209']) {
    expect((await form(basic, '/oauth2/introspect', { token: secret, client_ip })).json.active).toBe(true)
  }
  await expect.poll(async () => (await owner.get(activity(token.id))).json.calls).toMatchObject([{ ip: '192.0.2.9', calls: 3 }])
})

test('b.8 addresses are forgotten after as many days as the operator says, or 90', async ({ owner }) => {
  const { token } = await owner.makeToken()
  type Rows = (sql: string, ...values: string[]) => Promise<unknown>
  const note = async (rows: Rows, tenant: string, id: string, ...ages: number[]) => {
    for (const days of ages) {
      await rows(`INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, call) VALUES (?1, ?2, ?3, 1, ?4, 'GET /x')`, id, `192.0.2.${days}`, tenant, ago(days * DAY))
      await rows(`INSERT INTO token_refusals (token_id, reason, ip, tenant_id, calls, at, call) VALUES (?1, 'token_expired', ?2, ?3, 1, ?4, 'GET /x')`, id, `192.0.2.${days}`, tenant, ago(days * DAY))
    }
  }
  const kept = 'SELECT ip FROM token_addresses WHERE token_id = ?1 UNION ALL SELECT ip FROM token_refusals WHERE token_id = ?1'
  await note(db.rows, owner.tenant, token.id, 89, 91)
  await scheduledAt(origin)
  expect(await db.rows(kept, token.id)).toEqual([{ ip: '192.0.2.89' }, { ip: '192.0.2.89' }])

  const runtime = await startRuntime({ HASH_KEY: 'ab'.repeat(32), MAIL_TRANSPORT: 'binding', MAIL_FROM: 'latchkey@example.com', ADDRESSES_KEPT_DAYS: '7' })
  try {
    const other = runtime.visitor()
    await other.good('POST', '/sign-up', newAccount())
    const { token } = await other.good('POST', '/users/me/tokens', { name: 'old', kind: 'all' })
    const [{ tenant_id }] = await runtime.rows('SELECT tenant_id FROM tokens')
    await note(runtime.rows, tenant_id, token.id, 6, 8)
    expect((await runtime.latchkey.scheduled({ cron: '*/5 * * * *' })).outcome).toBe('ok')
    expect(await runtime.rows(kept, token.id)).toEqual([{ ip: '192.0.2.6' }, { ip: '192.0.2.6' }])
  } finally {
    await runtime.stop()
  }
})

test('c.3 tells the refusals by reason, with what was missing and from where', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'], ip_allowlist: ['10.0.0.0/8'] })
  expectProblem(await bearer(secret, '10.0.0.1').get('/users'), 403, 'insufficient_scope')
  expectProblem(await bearer(secret, '192.0.2.7').get('/users'), 403, 'ip_not_allowed')
  expectProblem(await bearer(secret, '192.0.2.7').get('/users'), 403, 'ip_not_allowed')
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), token.id)
  expectProblem(await bearer(secret, '10.0.0.1').get('/tokens/self'), 401, 'token_expired')
  await owner.delete(`/tokens/${token.id}`)
  expectProblem(await bearer(secret, '203.0.113.9').get('/tokens/self'), 401, 'token_revoked')
  const refusals = async () => (await owner.get(activity(token.id))).json.refusals
  await expect.poll(async () => (await refusals()).length).toBe(4)
  await expect.poll(async () => (await refusals()).find((it: any) => it.reason === 'ip_not_allowed').calls).toBe(2)
  const by = Object.fromEntries((await refusals()).map((it: any) => [it.reason, it]))
  expect(by.insufficient_scope).toMatchObject({ missing: 'users:read', ip: '10.0.0.1', call: 'GET /api/v1/users' })
  expect(by.token_revoked).toMatchObject({ missing: null, ip: '203.0.113.9', calls: 1 })
  expect(by.token_expired.call).toBe('GET /api/v1/tokens/self')
})

test('c.3 refusals for one scope are told apart from those for another, each with its own count', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
  for (const path of ['/users', '/roles', '/users']) expectProblem(await bearer(secret, '192.0.2.7').get(path), 403, 'insufficient_scope')
  const missing = async () => (await owner.get(activity(token.id))).json.refusals.map(({ missing, calls, call }: any) => [missing, calls, call]).sort()
  await expect.poll(missing).toEqual([
    ['roles:read', 1, 'GET /api/v1/roles'],
    ['users:read', 2, 'GET /api/v1/users'],
  ])
})

test('C-R3 of a pair it tells how long its secret works and how long it can be renewed, of another token nothing', async ({ owner }) => {
  const made = await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })
  const { token } = made.json
  const pair = async (id: string) => (await owner.get(activity(id))).json.pair
  const { access_until, renewable_until } = await pair(token.id)
  expect(Date.parse(renewable_until) - Date.parse(access_until)).toBe(14 * DAY * 1000)
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', access_until, token.id)
  expect(await pair(token.id)).toEqual({ access_until, renewable_until: access_until })
  expect((await owner.post(`/tokens/${token.id}/rotate`, {})).status).toBe(201)
  expect(await pair(token.id)).toBe(null)
  expect(await pair((await owner.makeToken()).token.id)).toBe(null)
})

test('c.3 introspection and every other gate tell the same reasons, and nothing of whoever asks', async ({ owner }) => {
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  const scim = await owner.makeToken({ kind: 'microsoft_scim', scopes: undefined, expires_at: undefined })
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
  const active = async (secret: string, fields: object = {}) => (await form(basic, '/oauth2/introspect', { token: secret, client_ip: '198.51.100.7', ...fields })).json.active
  expect([await active(secret), await active(secret, { scope: 'jobs:read' }), await active(scim.secret)]).toEqual([true, false, false])
  await owner.take('Nothing', '', 'backups:read')
  expect(await active(secret)).toBe(false)
  await owner.take('Administrator')
  const seen = async (id: string) => (await owner.get(activity(id))).json
  await expect.poll(async () => (await seen(token.id)).refusals.length).toBe(2)
  const { refusals, calls } = await seen(token.id)
  const told = refusals.map(({ reason, missing, ip, agent }: any) => [reason, missing, ip, agent])
  expect(told.sort()).toEqual([
    ['insufficient_scope', 'jobs:read', '198.51.100.7', null],
    ['role_no_api_access', null, '198.51.100.7', null],
  ])
  expect(calls).toMatchObject([{ ip: '198.51.100.7', agent: null, place: null }])
  await expect.poll(async () => (await seen(scim.token.id)).refusals.map(({ reason }: any) => reason)).toEqual(['forbidden'])
})

test('c.3 a call of what no token may do, or of no resource, is told among the refusals', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  const ask = (path: string, caller: Actor = bearer) => caller.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': path } })
  expectProblem(await bearer.get('/users/me/sessions'), 403, 'forbidden')
  expectProblem(await ask('/nope/1'), 403, 'forbidden')
  expectProblem(await bearer.call('GET', '/gateway/nope/1'), 404, 'not_found')
  // Who it is comes first.
  const anybody = new Actor(newAddress())
  expectProblem(await ask('/nope/1', anybody), 401, 'unauthenticated')
  expectProblem(await anybody.call('GET', '/gateway/nope/1'), 401, 'unauthenticated')
  const refusals = async () => (await owner.get(activity(token.id))).json.refusals.map(({ reason, calls, call }: any) => [reason, calls, call]).sort()
  await expect.poll(refusals).toEqual([
    ['forbidden', 2, 'GET (no resource)'],
    ['not_found', 1, 'GET (no resource)'],
  ])
})

test('c.3 a renewal is a call, and one that is refused says from where and why', async ({ owner }) => {
  const { token, secret, refresh_token } = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true, ip_allowlist: ['10.0.0.0/8'] })).json
  const renew = (address: string) => new Actor(address).post('/tokens/renew', { access_token: secret, refresh_token })
  const problem = await renew('192.0.2.7')
  expectProblem(problem, 403, 'ip_not_allowed')
  expect(problem.json.detail).toContain('192.0.2.7')
  const refusals = async () => (await owner.get(activity(token.id))).json.refusals
  await expect.poll(refusals).toMatchObject([{ reason: 'ip_not_allowed', ip: '192.0.2.7', call: 'POST /api/v1/tokens/renew' }])
  expect((await renew('10.0.0.1')).status).toBe(200)
  const calls = async () => (await owner.get(`/tokens/${token.id}/calls`)).json.items.map(({ route, status }: any) => [route, status]).sort()
  await expect.poll(calls, { timeout: 15_000 }).toEqual([['POST /api/v1/tokens/renew', 200], ['POST /api/v1/tokens/renew', 403]])
})

test('c.3 a self-rotation that is refused says from where and why', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ip_allowlist: ['10.0.0.0/8'] })
  const rotate = (address: string) => bearer(secret, address).post('/tokens/self/rotate', { grace_seconds: 0 })
  expectProblem(await rotate('192.0.2.7'), 403, 'ip_not_allowed')
  expect((await rotate('10.0.0.1')).status).toBe(201)
  expectProblem(await rotate('10.0.0.2'), 401, 'token_revoked')
  const told = async () => (await owner.get(activity(token.id))).json.refusals.map(({ reason, ip, call }: any) => [reason, ip, call]).sort()
  await expect.poll(told).toEqual([
    ['ip_not_allowed', '192.0.2.7', 'POST /api/v1/tokens/self/rotate'],
    ['token_revoked', '10.0.0.2', 'POST /api/v1/tokens/self/rotate'],
  ])
})

test('c.10 a refused call is no use, unless it was refused for what it asked', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ip_allowlist: ['10.0.0.0/8'] })
  expectProblem(await bearer(secret, '192.0.2.7').get('/users'), 403, 'ip_not_allowed')
  await expect.poll(() => db.count('FROM token_refusals WHERE token_id = ?1', token.id)).toBe(1)
  expect((await owner.get(`/tokens/${token.id}`)).json.last_used_at).toBeNull()
  expectProblem(await bearer(secret, '10.0.0.1').get('/users'), 403, 'insufficient_scope')
  await expect.poll(async () => (await owner.get(`/tokens/${token.id}`)).json.last_used_ip).toBe('10.0.0.1')
})

test('calls are counted per day, for as many days as asked', async ({ owner }) => {
  const { token, bearer: caller } = await owner.makeToken()
  await caller.get('/tokens/self')
  await db.rows('INSERT INTO token_usage (tenant_id, day, token_id, calls) VALUES (?1, ?2, ?3, 41)', owner.tenant, ago(2 * DAY).slice(0, 10), token.id)
  const usage = async (query = '') => (await owner.get(`/tokens/${token.id}/usage${query}`)).json
  await expect.poll(async () => (await usage()).calls).toBe(42)
  const told = await usage('?days=3')
  expect(told.days.map((day: any) => day.calls)).toEqual([41, 0, 1])
  expect(told).toMatchObject({ from: ago(2 * DAY).slice(0, 10), to: ago(0).slice(0, 10) })
  expect((await usage()).days).toHaveLength(30)
  for (const days of ['0', '366', 'x']) await refused(owner.tenant, () => owner.get(`/tokens/${token.id}/usage?days=${days}`), 422, 'invalid', ['/days'])
})

test('b.3 calls are told by route, the busiest first, each with its days', async ({ owner }) => {
  const { token, bearer: machine } = await owner.makeToken({ scopes: ['users:read', 'backups:read'] })
  const day = ago(2 * DAY).slice(0, 10)
  await db.rows(`INSERT INTO token_usage (tenant_id, day, token_id, route, scopes, calls) VALUES (?1, ?2, ?3, 'GET /api/v1/users', 'users:read', 7)`, owner.tenant, day, token.id)
  await db.rows('INSERT INTO token_usage (tenant_id, day, token_id, calls) VALUES (?1, ?2, ?3, 1)', owner.tenant, day, token.id)
  for (let i = 0; i < 3; i++) await machine.get('/users?limit=1')
  for (const method of ['GET', 'PROPFIND', 'MKCOL']) await machine.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': method, 'X-Forwarded-Uri': '/backups/daily' } })
  const usage = async () => (await owner.get(`/tokens/${token.id}/usage?days=7`)).json
  await expect.poll(async () => (await usage()).calls).toBe(14)
  const { routes } = await usage()
  const today = ago(0).slice(0, 10)
  expect(routes[0]).toEqual({ route: 'GET /api/v1/users', calls: 10, days: [{ day, calls: 7 }, { day: today, calls: 3 }] })
  // A caller does not fill the table with methods that they made up.
  expect(routes[1]).toEqual({ route: 'OTHER /backups', calls: 2, days: [{ day: today, calls: 2 }] })
  expect(routes.slice(2)).toEqual(expect.arrayContaining([
    { route: '', calls: 1, days: [{ day, calls: 1 }] },
    { route: 'GET /backups', calls: 1, days: [{ day: today, calls: 1 }] },
  ]))
})

test('c.4 tells the scopes that no call took for 30 days, once it has had them that long', async ({ owner }) => {
  const { token, bearer: machine, secret } = await owner.makeToken({ scopes: ['users:read', 'backups:write', 'jobs:read'] })
  const unused = async (id = token.id) => (await owner.get(activity(id))).json.unused_scopes
  expect(await unused()).toBeNull()
  await db.rows('UPDATE tokens SET created_at = ?1 WHERE id = ?2', ago(30 * DAY), token.id)
  expect(await unused()).toEqual(['backups:read', 'backups:write', 'users:read', 'jobs:read'])
  await machine.get('/users')
  await machine.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/backups/daily' } })
  await expect.poll(unused).toEqual(['backups:write', 'jobs:read'])
  // What was taken longer ago counts no more.
  await db.rows(`INSERT INTO token_usage (tenant_id, day, token_id, route, scopes, calls) VALUES (?1, ?2, ?3, 'GET /jobs', 'jobs:read', 1)`, owner.tenant, ago(30 * DAY).slice(0, 10), token.id)
  expect(await unused()).toEqual(['backups:write', 'jobs:read'])
  // Narrowing changes nothing about that; a new scope has to be waited for.
  expect((await owner.patch(`/tokens/${token.id}`, { scopes: ['users:read', 'backups:read', 'jobs:read'] })).status).toBe(200)
  expect(await unused()).toEqual(['jobs:read'])
  expect((await owner.patch(`/tokens/${token.id}`, { scopes: ['users:read', 'backups:read', 'jobs:write'] })).status).toBe(200)
  expect(await unused()).toBeNull()
  await db.rows('UPDATE tokens SET scopes_since = ?1 WHERE id = ?2', ago(30 * DAY), token.id)
  expect(await unused()).toEqual(['jobs:read', 'jobs:write'])
  // Whoever is told that it is good may use it for anything.
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  expect((await form(basic, '/oauth2/introspect', { token: secret, scope: 'jobs:read' })).json.active).toBe(true)
  await expect.poll(unused).toEqual(['jobs:write'])
  expect((await form(basic, '/oauth2/introspect', { token: secret, scope: '' })).json.active).toBe(true)
  await expect.poll(unused).toBeNull()
})

test('c.4 tells what the last edit took away from the scopes, until another gives some', async ({ owner }) => {
  const { token } = await owner.makeToken({ scopes: ['users:read', 'backups:write', 'jobs:read'] })
  const removed = async () => (await owner.get(activity(token.id))).json.removed_scopes
  const edit = async (change: object) => expect((await owner.patch(`/tokens/${token.id}`, change)).status).toBe(200)
  await edit({ scopes: ['users:read', 'backups:read'] })
  const told = { scopes: ['backups:write', 'jobs:read'], at: expect.stringMatching(/Z$/) }
  expect(await removed()).toEqual(told)
  await edit({ name: 'renamed', scopes: ['users:read', 'backups:read'] })
  expect(await removed()).toEqual(told)
  // What is refused takes nothing away.
  await refused(owner.tenant, () => owner.patch(`/tokens/${token.id}`, { scopes: [] }), 422, 'invalid', ['/scopes'])
  expect(await removed()).toEqual(told)
  await edit({ scopes: ['users:read'] })
  expect(await removed()).toEqual({ ...told, scopes: ['backups:read'] })
  await edit({ scopes: ['users:read', 'backups:read'] })
  expect(await removed()).toBeNull()
  // To swap one for another is no shrinking; nor is another kind.
  await edit({ scopes: ['users:read', 'jobs:read'] })
  expect(await removed()).toBeNull()
  await edit({ scopes: ['users:read'] })
  await edit({ kind: 'hyperscale' })
  expect(await removed()).toBeNull()
  await edit({ kind: 'custom', scopes: ['backups:read'] })
  expect(await removed()).toBeNull()
})

test("nobody looks into another person's token", async ({ owner, stranger }) => {
  const { token, secret } = await owner.makeToken()
  for (const path of [activity(token.id), `/tokens/${token.id}/usage`]) {
    await refused(owner.tenant, () => stranger.get(path), 404, 'not_found')
    await refused(owner.tenant, () => bearer(secret).get(path), 403, 'forbidden')
  }
})

test('addresses are forgotten after ninety days', async ({ owner }) => {
  const { token } = await owner.makeToken()
  for (const [ip, seconds] of [['192.0.2.1', 90 * DAY], ['192.0.2.2', 89 * DAY]] as const) {
    await db.rows(`INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, call) VALUES (?1, ?2, ?3, 1, ?4, 'GET /x')`, token.id, ip, owner.tenant, ago(seconds))
    await db.rows(`INSERT INTO token_refusals (token_id, reason, ip, tenant_id, calls, at, call) VALUES (?1, 'forbidden', ?2, ?3, 1, ?4, 'GET /x')`, token.id, ip, owner.tenant, ago(seconds))
  }
  await scheduledAt(origin)
  for (const table of ['token_addresses', 'token_refusals']) {
    expect((await db.rows(`SELECT ip FROM ${table} WHERE token_id = ?1`, token.id)).map((row) => row.ip)).toEqual(['192.0.2.2'])
  }
})

test('calls are forgotten once nobody can ask for their day', async ({ owner }) => {
  const { token } = await owner.makeToken()
  for (const days of [364, 365]) await db.rows('INSERT INTO token_usage (tenant_id, day, token_id, calls) VALUES (?1, ?2, ?3, 1)', owner.tenant, ago(days * DAY).slice(0, 10), token.id)
  await scheduledAt(origin)
  expect((await owner.get(`/tokens/${token.id}/usage?days=365`)).json.calls).toBe(1)
  expect(await db.rows('SELECT day FROM token_usage WHERE token_id = ?1', token.id)).toEqual([{ day: ago(364 * DAY).slice(0, 10) }])
})

test('a token that goes with its owner takes nothing with it of how others are used', async ({ owner }) => {
  const mate = await colleague(owner)
  const theirs = await mate.makeToken()
  const mine = await owner.makeToken()
  const used = async (id: string) => (await db.one('SELECT last_used_at FROM tokens WHERE id = ?1', id)).last_used_at
  for (let round = 0; round < 3; round++) {
    await theirs.bearer.get('/tokens/self')
    await mine.bearer.get('/tokens/self')
  }
  expect((await owner.delete(`/users/${mate.user.id}`)).status).toBe(204)
  await mine.bearer.get('/tokens/self')
  await expect.poll(() => used(mine.token.id)).not.toBeNull()
  await expect.poll(async () => (await db.one('SELECT sum(calls) AS calls FROM token_usage WHERE token_id = ?1', mine.token.id)).calls).toBe(4)
})
