// The calls with a token, one by one as far as they differ: every gate, reads and refused ones included.

import { Actor, type Person, bearer, newAccount, newAddress } from '../support/actors'
import { DAY, MINUTE, ago, at, db, now } from '../support/db'
import { origin } from '../support/http'
import { form, makeAccount, makeRole } from '../support/machines'
import { colleague } from '../support/people'
import { REQUEST_ID, expectProblem, refused } from '../support/problem'
import { startRuntime } from '../support/runtime'
import { mistyped } from '../support/secret'
import { scheduledAt } from '../support/server'
import { expect, test } from '../support/test'

const calls = (id: string) => `/tokens/${id}/calls`
const list = async (person: Person, id: string, query = ''): Promise<any[]> => (await person.get(`${calls(id)}?${query}`)).json.items

/** The lines of a token, once there are so many: they are written within a second or two. */
async function lines(person: Person, id: string, count: number): Promise<any[]> {
  await expect.poll(async () => (await list(person, id)).length, { timeout: 15_000 }).toBe(count)
  return list(person, id)
}

/** Lines as if calls had been made a minute apart, the last one a minute ago; the newest first. */
async function past(tenant: string, token: string, count: number, change: { route?: string; code?: string; ip?: string; agent?: string } = {}) {
  const { route = 'GET /backups', code = '', ip = '192.0.2.7', agent = 'backup/2.1' } = change
  const ids: string[] = []
  for (let i = count; i > 0; i--) {
    const minute = at(Math.floor(now() / MINUTE - i) * MINUTE)
    const ulid = `01KB${String(99_999_999 - i).padStart(8, '0')}${token.slice(-14)}`
    ids.unshift(`cal_${ulid}`)
    await db.rows(
      `INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, agent, request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?2, ?9, ?10)`,
      token, minute, route, code ? 403 : 200, code, ip, tenant, `cal_${ulid}`, agent, `req_${ulid}`,
    )
  }
  return ids
}

test('c.2 a read and a refused call each appear, with what was answered and to whom', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  expect((await owner.get(calls(token.id))).json).toEqual({ items: [], next_cursor: null })
  const [reader, other] = ['192.0.2.7', '2001:db8::8'].map((ip) => new Actor(ip, { Authorization: `Bearer ${secret}`, 'User-Agent': 'backup/2.1' })) as [Actor, Actor]
  const read = await reader.get('/users')
  expect(read.status).toBe(200)
  const denied = await other.get('/roles')
  expectProblem(denied, 403, 'insufficient_scope')
  const [last, first] = await lines(owner, token.id, 2)
  expect(first).toEqual({ id: read.requestId.replace('req_', 'cal_'), at: expect.stringMatching(/Z$/), calls: 1, route: 'GET /api/v1/users', status: 200, code: null, ip: '192.0.2.7', agent: 'backup/2.1', request_id: read.requestId })
  expect(last).toMatchObject({ calls: 1, route: 'GET /api/v1/roles', status: 403, code: 'insufficient_scope', ip: '2001:db8::8', request_id: denied.requestId })
})

test('c.2 the status is that of the answer, whoever gives it, and a secret that is dead is told too', async ({ owner }) => {
  const { token, bearer: machine } = await owner.makeToken({ scopes: ['users:read'] })
  await refused(owner.tenant, () => machine.get('/users?limit=0'), 422, 'invalid', ['/limit'])
  // Routes for people alone refuse it after it was let in.
  await refused(owner.tenant, () => machine.get('/users/me/tokens'), 403, 'forbidden')
  await owner.delete(`/tokens/${token.id}`)
  await refused(owner.tenant, () => machine.get('/tokens/self'), 401, 'token_revoked')
  await refused(owner.tenant, () => machine.post('/tokens/self/rotate'), 401, 'token_revoked')
  const told = (await lines(owner, token.id, 4)).map(({ route, status, code }) => [route, status, code])
  expect(told.reverse()).toEqual([
    ['GET /api/v1/users', 422, 'invalid'],
    ['GET /api/v1/users/{user}/tokens', 403, 'forbidden'],
    ['GET /api/v1/tokens/self', 401, 'token_revoked'],
    ['POST /api/v1/tokens/self/rotate', 401, 'token_revoked'],
  ])
})

test('c.2 calls that are alike within a minute are one line, which tells of the last of them', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  const address = newAddress()
  let last = ''
  for (const agent of ['first/1', 'second/2', 'third/3']) last = (await new Actor(address, { Authorization: `Bearer ${secret}`, 'User-Agent': agent }).get('/users')).requestId
  await bearer(secret).get('/users')
  const alike = async () => (await list(owner, token.id, `ip=${address}`))
  await expect.poll(async () => (await alike()).reduce((sum, line) => sum + line.calls, 0), { timeout: 15_000 }).toBe(3)
  const found = await alike()
  expect(new Set(found.map(({ at }) => at.slice(0, 16))).size, 'one line a minute').toBe(found.length)
  expect(found[0]).toMatchObject({ agent: 'third/3', request_id: last })
  expect((await list(owner, token.id)).length).toBe(found.length + 1)
})

test('c.2 a secret that a client tells of itself is masked', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  await new Actor(newAddress(), { Authorization: `Bearer ${secret}`, 'User-Agent': `curl ${secret}` }).get('/users')
  await expect.poll(async () => (await list(owner, token.id))[0]?.agent).toBe('curl lkp_…')
  expect(await db.dump()).not.toContain(secret.slice(4))
})

test('c.2 once there are a hundred lines in a minute, further calls count and tell no address', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  for (const minutes of [0, 1]) {
    const minute = at(Math.floor(now() / MINUTE + minutes) * MINUTE)
    await db.rows(
      `INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, request_id)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
       SELECT ?1, ?2, 'GET /backups', 200, '', '198.51.100.' || i, ?3, 'cal_00', 1, ?2, 'req_1' FROM n`,
      token.id, minute, owner.tenant,
    )
  }
  for (let i = 0; i < 3; i++) expect((await bearer(secret).get('/users')).status).toBe(200)
  const counted = () => db.rows(`SELECT ip, sum(calls) AS calls FROM token_calls WHERE token_id = ?1 AND route = 'GET /api/v1/users' GROUP BY ip`, token.id)
  await expect.poll(counted, { timeout: 15_000 }).toEqual([{ ip: '', calls: 3 }])
})

test('c.2 forward-auth tells a call by its resource and what the proxy was answered', async ({ owner }) => {
  const { token, bearer: machine } = await owner.makeToken({ scopes: ['backups:read'] })
  const ask = (method: string) => machine.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': method, 'X-Forwarded-Uri': '/backups/daily?x=1' } })
  const [passed, denied] = [await ask('GET'), await ask('DELETE')]
  expect([passed.status, denied.status]).toEqual([204, 403])
  expect(await lines(owner, token.id, 2)).toMatchObject([
    { route: 'DELETE /backups', status: 403, code: 'insufficient_scope', request_id: denied.requestId },
    { route: 'GET /backups', status: 204, code: null, request_id: passed.requestId },
  ])
})

test('c.2 introspection tells a token that it was asked about, from where, and why it was called not active', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'], ip_allowlist: ['192.0.2.0/24'] })
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  const ask = async (fields: Record<string, string>) => (await form(basic, '/oauth2/introspect', { token: secret, client_ip: '192.0.2.7', ...fields })).json.active
  expect([await ask({}), await ask({ client_ip: '203.0.113.9' }), await ask({ scope: 'jobs:read' })]).toEqual([true, false, false])
  const told = (await lines(owner, token.id, 3)).map(({ route, status, code, ip }) => [route, status, code, ip])
  expect(told.reverse()).toEqual([
    ['POST /oauth2/introspect', 200, null, '192.0.2.7'],
    ['POST /oauth2/introspect', 200, 'ip_not_allowed', '203.0.113.9'],
    ['POST /oauth2/introspect', 200, 'insufficient_scope', '192.0.2.7'],
  ])
})

test('c.2 the list is narrowed by outcome, route and address, also together', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const [good] = await past(owner.tenant, token.id, 1)
  const [bad] = await past(owner.tenant, token.id, 1, { route: 'GET /jobs', code: 'insufficient_scope' })
  const [far] = await past(owner.tenant, token.id, 1, { route: 'GET /vaults', code: 'ip_not_allowed', ip: '2001:db8::8' })
  const found = async (query: string) => (await list(owner, token.id, query)).map(({ route }) => route).sort()
  expect([good, bad, far].every(Boolean)).toBe(true)
  expect(await found('')).toEqual(['GET /backups', 'GET /jobs', 'GET /vaults'])
  expect(await found('outcome=allowed')).toEqual(['GET /backups'])
  expect(await found('outcome=refused')).toEqual(['GET /jobs', 'GET /vaults'])
  expect(await found('route=GET%20/jobs')).toEqual(['GET /jobs'])
  expect(await found('ip=2001:DB8:0::8')).toEqual(['GET /vaults'])
  expect(await found('ip=192.0.2.7&outcome=refused')).toEqual(['GET /jobs'])
  expect(await found('route=GET%20/jobs&outcome=allowed')).toEqual([])
  const wrong = 'outcome=maybe&route=&ip=somewhere&format=xml&limit=0&cursor=tok_1&colour=red'
  await refused(owner.tenant, () => owner.get(`${calls(token.id)}?${wrong}`), 422, 'invalid', ['/outcome', '/route', '/ip', '/format', '/limit', '/cursor', '/colour'])
})

test('c.2 the list goes page by page, the newest first, and misses nothing', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const { token: other } = await owner.makeToken()
  const ids = await past(owner.tenant, token.id, 11)
  await past(owner.tenant, other.id, 3)
  for (const query of ['', 'outcome=allowed&']) {
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: any = (await owner.get(`${calls(token.id)}?${query}limit=4${cursor && `&cursor=${cursor}`}`)).json
      found.push(...page.items.map(({ id }: any) => id))
      cursor = page.next_cursor
    }
    expect(found).toEqual(ids)
  }
})

test('c.2 the whole list is a CSV, of which no cell is a formula to a spreadsheet', async ({ owner }) => {
  const { token } = await owner.makeToken()
  await past(owner.tenant, token.id, 2, { agent: '=HYPERLINK("https://evil.example","x")' })
  await past(owner.tenant, token.id, 1, { route: 'GET /jobs', code: 'token_expired' })
  const answer = await owner.get(`${calls(token.id)}?format=csv`)
  expect([answer.status, answer.header('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present'])
  expect(answer.header('content-disposition')).toMatch(/^attachment; filename="token-calls-\d{4}-\d\d-\d\d\.csv"$/)
  const [head, ...rows] = answer.text.trimEnd().split('\r\n')
  expect(head).toBe('id,at,calls,route,status,code,ip,agent,request_id')
  expect(rows).toHaveLength(3)
  expect(answer.text).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`)
  expect((await owner.get(calls(token.id), { Accept: 'text/csv' })).text).toBe(answer.text)
  const narrowed = (await owner.get(`${calls(token.id)}?format=csv&outcome=refused`)).text.trimEnd().split('\r\n')
  expect(narrowed.slice(1)).toEqual([expect.stringContaining('"GET /jobs","403","token_expired"')])
  const { items, next_cursor } = (await owner.get(`${calls(token.id)}?format=json`)).json
  expect([items, next_cursor]).toEqual([await list(owner, token.id), null])
})

test("c.2 nobody looks into another person's calls, and no token into its own", async ({ owner, stranger, anonymous }) => {
  const { token, secret } = await owner.makeToken()
  await past(owner.tenant, token.id, 1)
  const member = await colleague(owner, 'Member')
  for (const query of ['', '?format=csv']) {
    const path = calls(token.id) + query
    for (const other of [stranger, member]) await refused(owner.tenant, () => other.get(path), 404, 'not_found')
    await refused(owner.tenant, () => bearer(secret).get(path), 403, 'forbidden')
    await refused(owner.tenant, () => anonymous.get(path), 401, 'unauthenticated')
  }
  expect(await db.count(`FROM token_calls WHERE token_id = ?1 AND route = 'GET /backups'`, token.id)).toBe(1)
  const { token: theirs } = await member.makeToken()
  await past(owner.tenant, theirs.id, 1)
  expect((await owner.get(calls(theirs.id))).json.items, 'who looks after people does').toHaveLength(1)
})

test('c.2 lines are kept for seven days, or as long as addresses are', async ({ owner }) => {
  const { token } = await owner.makeToken()
  type Rows = (sql: string, ...values: string[]) => Promise<unknown>
  const note = async (rows: Rows, tenant: string, id: string, ...ages: number[]) => {
    for (const days of ages) {
      await rows(`INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, request_id) VALUES (?1, ?2, 'GET /x', 200, '', ?3, ?4, ?5, 1, ?2, 'req_1')`, id, ago(days * DAY), `192.0.2.${days}`, tenant, `cal_${days}`)
    }
  }
  const kept = 'SELECT ip FROM token_calls WHERE token_id = ?1'
  await note(db.rows, owner.tenant, token.id, 6, 7)
  await scheduledAt(origin)
  expect(await db.rows(kept, token.id)).toEqual([{ ip: '192.0.2.6' }])

  const runtime = await startRuntime({ HASH_KEY: 'ab'.repeat(32), MAIL_TRANSPORT: 'binding', MAIL_FROM: 'latchkey@example.com', ADDRESSES_KEPT_DAYS: '2' })
  try {
    const other = runtime.visitor()
    await other.good('POST', '/sign-up', newAccount())
    const { token } = await other.good('POST', '/users/me/tokens', { name: 'old', kind: 'all' })
    const [{ tenant_id }] = await runtime.rows('SELECT tenant_id FROM tokens')
    await note(runtime.rows, tenant_id, token.id, 1, 2)
    expect((await runtime.latchkey.scheduled({ cron: '*/5 * * * *' })).outcome).toBe('ok')
    expect(await runtime.rows(kept, token.id)).toEqual([{ ip: '192.0.2.1' }])
  } finally {
    await runtime.stop()
  }
})

test('c.2 a call with no token, or with one that is none of ours, leaves no line', async ({ owner, anonymous }) => {
  const { token, secret } = await owner.makeToken()
  expectProblem(await anonymous.get('/users'), 401, 'unauthenticated')
  expectProblem(await bearer(mistyped(secret)).get('/users'), 401, 'unauthenticated')
  const { pair } = await makeAccount(owner)
  expect((await pair.get('/users')).status).toBe(200)
  expect((await bearer(secret).get('/tokens/self')).status).toBe(200)
  const [line] = await lines(owner, token.id, 1)
  expect(line.request_id).toMatch(REQUEST_ID)
  expect(await db.count('FROM token_calls WHERE tenant_id = ?1', owner.tenant)).toBe(1)
})
