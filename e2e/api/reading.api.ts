import type { Person } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { expectProblem } from '../support/problem'
import { expect, test } from '../support/test'

const RESOURCES = ['users', 'roles', 'usage', 'statistics']
const ALL = ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics']
const today = () => ago(0).slice(0, 10)
const dayBefore = (days: number) => at(now() - days * DAY).slice(0, 10)

for (const resource of RESOURCES) {
  const scope = `${resource}:read`
  const others = ALL.filter((other) => other !== resource).map((other) => `${other}:write`)

  test.describe(`GET /${resource}`, () => {
    test('answers a token with the scope, by itself or by write', async ({ owner }) => {
      for (const held of [scope, `${resource}:write`]) {
        const answer = await (await owner.makeToken({ scopes: [held] })).bearer.get(`/${resource}`)
        expect(answer.status).toBe(200)
        expect(answer.header('content-type')).toBe('application/json')
        expect(answer.header('cache-control')).toBe('no-store')
      }
    })

    test('refuses a token with every other scope, and names the one that is missing', async ({ owner }) => {
      const { bearer } = await owner.makeToken({ scopes: others })
      const answer = await bearer.get(`/${resource}`)
      const problem = expectProblem(answer, 403, 'insufficient_scope')
      expect(problem.required_scopes).toEqual([scope])
      expect(answer.header('www-authenticate')).toBe(`Bearer realm="Latchkey", error="insufficient_scope", scope="${scope}"`)
    })

    test('refuses a token whose owner\'s role lacks the scope, from the next call on', async ({ owner }) => {
      const { bearer } = await owner.makeToken({ scopes: [scope] })
      expect((await bearer.get(`/${resource}`)).status).toBe(200)
      await owner.take('Others', 'api_access', others.flatMap((other) => [other.replace('write', 'read'), other]).join(' '))
      const problem = expectProblem(await bearer.get(`/${resource}`), 403, 'insufficient_scope')
      expect(problem.required_scopes).toEqual([scope])
      await owner.take('Administrator')
      expect((await bearer.get(`/${resource}`)).status).toBe(200)
    })

    test('refuses a token whose owner\'s role has no API access, from the next call on', async ({ owner }) => {
      const { bearer } = await owner.makeToken({ scopes: [scope] })
      await owner.take('Scopes only', '', ALL.flatMap((other) => [`${other}:read`, `${other}:write`]).join(' '))
      expectProblem(await bearer.get(`/${resource}`), 403, 'role_no_api_access')
    })
  })
}

test('what each built-in role lets a token with every scope read', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ALL.map((scope) => `${scope}:write`) })
  const table: Record<string, string[]> = {}
  for (const role of ['Administrator', 'Member', 'Viewer', 'API reader', 'API writer']) {
    await owner.take(role)
    const answers = await Promise.all(RESOURCES.map((resource) => bearer.get(`/${resource}`)))
    table[role] = answers.map((answer) => answer.json.code ?? 'read')
  }
  expect(table).toEqual({
    Administrator: ['read', 'read', 'read', 'read'],
    Member: ['insufficient_scope', 'insufficient_scope', 'read', 'read'],
    Viewer: ['role_no_api_access', 'role_no_api_access', 'role_no_api_access', 'role_no_api_access'],
    'API reader': ['read', 'read', 'read', 'read'],
    'API writer': ['read', 'read', 'read', 'read'],
  })
})

test('what each built-in role lets a person in a browser read', async ({ owner }) => {
  const table: Record<string, number[]> = {}
  for (const role of ['Administrator', 'Member', 'Viewer', 'API reader', 'API writer']) {
    await owner.take(role)
    const answers = await Promise.all([...RESOURCES.map((resource) => `/${resource}`), '/users/me', '/users/me/tokens'].map((path) => owner.get(path)))
    table[role] = answers.map((answer) => answer.status)
  }
  expect(table).toEqual({
    Administrator: [200, 200, 200, 200, 200, 200],
    Member: [403, 200, 200, 200, 200, 200],
    Viewer: [403, 200, 403, 403, 200, 200],
    'API reader': [403, 200, 200, 200, 200, 200],
    'API writer': [403, 200, 200, 200, 200, 200],
  })
})

/** A colleague in the same company. */
async function addColleague(owner: Person, email: string): Promise<string> {
  const id = `usr_${email.replace(/[^a-z0-9]/g, '').toUpperCase().replace(/[ILOU]/g, 'X').padEnd(26, '0').slice(0, 26)}`
  await db.rows(
    `INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, active, password, created_at)
     SELECT ?1, tenant_id, role_id, ?2, 'Bob', 'Byron', 0, password, '2026-01-01T00:00:00Z' FROM users WHERE id = ?3`,
    id,
    email,
    owner.user.id,
  )
  return id
}

test.describe('people', () => {
  test('are listed whole, without their passwords, page by page', async ({ owner }) => {
    const id = await addColleague(owner, `a${owner.account.email}`)
    const { bearer } = await owner.makeToken({ scopes: ['users:read'] })
    const { text, json } = await bearer.get('/users')
    expect(json.next_cursor).toBeNull()
    expect(json.items).toHaveLength(2)
    expect(json.items).toContainEqual({ ...owner.user, last_seen_at: expect.any(String) })
    expect(json.items.find((user: any) => user.id === id)).toMatchObject({ active: false, last_seen_at: null, role: owner.user.role })
    for (const part of ['argon2', 'password', 'tenant_id']) expect(text).not.toContain(part)
    const first = await bearer.get('/users?limit=1')
    const second = await bearer.get(`/users?limit=1&cursor=${first.json.next_cursor}`)
    expect([...first.json.items, ...second.json.items]).toEqual(json.items)
    expect(second.json.next_cursor).toBeNull()
  })

  test('are had one by one, by a manager or by themselves, never by a token', async ({ owner, stranger }) => {
    const id = await addColleague(owner, `b${owner.account.email}`)
    expect((await owner.get(`/users/${id}`)).json).toMatchObject({ id, first_name: 'Bob' })
    for (const path of ['/users/me', `/users/${owner.user.id}`]) expect((await owner.get(path)).json.email).toBe(owner.account.email)
    for (const unknown of [stranger.user.id, 'usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', 'x', '%27']) expectProblem(await owner.get(`/users/${unknown}`), 404, 'not_found')
    await owner.take('Member')
    expectProblem(await owner.get(`/users/${id}`), 404, 'not_found')
    const { bearer } = await owner.makeToken({ scopes: ['users:read'] })
    expectProblem(await bearer.get('/users/me'), 403, 'forbidden')
  })
})

test.describe('roles', () => {
  test('are listed with how many hold them, page by page, and had one by one', async ({ owner, stranger }) => {
    const { bearer } = await owner.makeToken({ scopes: ['roles:read'] })
    const all = (await bearer.get('/roles')).json.items
    expect(all.map((role: any) => role.name)).toEqual(expect.arrayContaining(['Administrator', 'Member', 'Viewer', 'API reader', 'API writer']))
    expect(all).toHaveLength(5)
    const paged: any[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await bearer.get(`/roles?limit=2${cursor && `&cursor=${cursor}`}`)
      paged.push(...page.json.items)
      cursor = page.json.next_cursor
    }
    expect(paged).toEqual(all)
    expect((await owner.get(`/roles/${all[0].id}`)).json).toEqual(all[0])
    for (const id of [stranger.user.role.id, 'rol_x', 'rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF']) expectProblem(await owner.get(`/roles/${id}`), 404, 'not_found')
    expect((await db.state(stranger.tenant)).roles).toHaveLength(5)
  })
})

test.describe('usage', () => {
  test('of a new company is thirty days of nothing, today the last', async ({ owner }) => {
    const { json } = await owner.get('/usage')
    expect(json).toEqual({ from: dayBefore(29), to: today(), calls: 0, days: expect.any(Array) })
    expect(json.days).toEqual(Array.from({ length: 30 }, (_, i) => ({ day: dayBefore(29 - i), calls: 0 })))
  })

  test('is exactly the number of calls that were made with tokens, whatever they were answered', async ({ owner, stranger }) => {
    const [one, other] = [await owner.makeToken({ scopes: ['usage:read'] }), await owner.makeToken({ scopes: ['users:read'] })]
    const theirs = await stranger.makeToken()
    const calls = [
      ...Array.from({ length: 17 }, () => one.bearer.get('/tokens/self')),
      ...Array.from({ length: 9 }, () => other.bearer.get('/users')),
      ...Array.from({ length: 4 }, () => other.bearer.get('/statistics')),
      ...Array.from({ length: 5 }, () => theirs.bearer.get('/tokens/self')),
    ]
    await Promise.all(calls)
    await owner.get('/users')
    const used = async () => (await owner.get('/usage')).json
    await expect.poll(async () => (await used()).calls).toBe(30)
    const { calls: total, days } = await used()
    expect(total).toBe(30)
    expect(days.at(-1)).toEqual({ day: today(), calls: 30 })
    expect((await stranger.get('/usage')).json.calls).toBe(5)
    const rows = await db.rows('SELECT token_id, sum(calls) AS calls FROM token_usage WHERE tenant_id = ?1 GROUP BY token_id', owner.tenant)
    expect(Object.fromEntries(rows.map((row) => [row.token_id, row.calls]))).toEqual({ [one.token.id]: 17, [other.token.id]: 13 })
  })

  test('counts each day by itself, and no day that is over thirty days ago', async ({ owner }) => {
    const [one, other] = [await owner.makeToken(), await owner.makeToken()]
    for (const [days, token, calls] of [[30, one, 1000], [29, one, 7], [29, other, 5], [3, other, 2]] as const) {
      await db.rows('INSERT INTO token_usage (tenant_id, day, token_id, calls) VALUES (?1, ?2, ?3, ?4)', owner.tenant, dayBefore(days), token.token.id, calls)
    }
    const { calls, days } = (await owner.get('/usage')).json
    expect(calls).toBe(14)
    expect(days.filter((day: any) => day.calls > 0)).toEqual([{ day: dayBefore(29), calls: 12 }, { day: dayBefore(3), calls: 2 }])
  })
})

test.describe('statistics', () => {
  test('of a new company are one person and five roles', async ({ owner }) => {
    expect((await owner.get('/statistics')).json).toEqual({
      users: { active: 1, inactive: 0 },
      roles: 5,
      tokens: { active: 0, disabled: 0, expired: 0, revoked: 0 },
    })
  })

  test('follow every change, and are nobody else\'s', async ({ owner, stranger }) => {
    await stranger.makeToken()
    const made = await Promise.all(Array.from({ length: 6 }, () => owner.makeToken()))
    const { bearer } = await owner.makeToken({ scopes: ['statistics:read'] })
    await owner.post('/tokens/revoke', { ids: made.slice(0, 2).map(({ token }) => token.id) })
    await db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', made[2]?.token.id, ago(1))
    await addColleague(owner, `c${owner.account.email}`)
    await owner.take('Operators', 'api_access', 'statistics:read')
    expect((await bearer.get('/statistics')).json).toEqual({
      users: { active: 1, inactive: 1 },
      roles: 6,
      tokens: { active: 4, disabled: 0, expired: 1, revoked: 2 },
    })
    expect((await stranger.get('/statistics')).json).toMatchObject({ users: { active: 1, inactive: 0 }, roles: 5, tokens: { active: 1, disabled: 0, expired: 0, revoked: 0 } })
  })
})

test('no token sees anything of another company', async ({ owner, stranger }) => {
  await stranger.makeToken({ name: 'their token' })
  const { bearer } = await owner.makeToken({ scopes: RESOURCES.map((resource) => `${resource}:read`) })
  for (const resource of RESOURCES) {
    const { text } = await bearer.get(`/${resource}`)
    for (const theirs of [stranger.account.email, 'Grace', stranger.user.id, stranger.tenant, stranger.user.role.id, 'their token']) {
      expect(text).not.toContain(theirs)
    }
  }
})
