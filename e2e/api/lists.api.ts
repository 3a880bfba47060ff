// Lists in every order that they have, page by page, with rows that are alike and rows without a value; also narrowed.

import { randomBytes } from 'node:crypto'
import { Actor, type Person } from '../support/actors'
import { type Row, ago, db } from '../support/db'
import { makeAccount, roleId } from '../support/machines'
import { colleague, customRole } from '../support/people'
import { messageAt, refused } from '../support/problem'
import { expect, test } from '../support/test'

/** What comes before every time, and after every time. */
const [NEVER, FOREVER] = ['', '~']

/** The ids of every page, two rows at a time. */
async function turned(person: Person, path: string, after = ''): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = after && `&cursor=${after}`; ; ) {
    const page = await person.get(`${path}&limit=2${cursor}`)
    expect(page.status, page.text).toBe(200)
    const { items, next_cursor } = page.json
    ids.push(...items.map(({ id }: Row) => id))
    // Each page but the last is full, so the end is reached.
    if (!next_cursor) return ids
    // What follows the id tells what the row is ordered by.
    expect([items.length, next_cursor.split('.')[0]]).toEqual([2, ids.at(-1)])
    cursor = `&cursor=${next_cursor}`
  }
}

/** Asks for `path` in each order: by what `keys` say of a row, and rows that are alike by their ids. */
async function expectOrders(person: Person, path: string, rows: Row[], keys: Record<string, (row: Row) => string>, usual: string) {
  const by = path.includes('?') ? `${path}&` : `${path}?`
  const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))
  for (const [name, key] of Object.entries(keys)) {
    const up = [...rows].sort((a, b) => compare(key(a), key(b)) || compare(a.id, b.id)).map(({ id }) => id)
    for (const [sort, expected] of [[name, up], [`-${name}`, [...up].reverse()]] as const) {
      expect(await turned(person, `${by}sort=${sort}`), `${path} by ${sort}`).toEqual(expected)
      if (sort === usual) expect(await turned(person, by), `${path} as it usually is`).toEqual(expected)
    }
  }
}

/** Another order is refused, and the answer names those that there are. */
async function expectNoOther(person: Person, path: string, orders: string) {
  for (const sort of ['colour', '', '-', 'NAME', '--created']) {
    const refusal = await refused(person.tenant, () => person.get(`${path}?sort=${sort}`), 422, 'invalid', ['/sort'])
    expect(refusal.errors).toEqual([{ pointer: '/sort', message: `Use ${orders}.` }])
  }
}

const age = (row: Row) => row.id

test('people come by name, by age or by when they were last seen', async ({ owner }) => {
  const grace = await colleague(owner)
  const names = [['Grace', 'Hopper'], ['Šárka', 'Nová'], ['grace', 'hopper'], ['Alan', 'Turing']] as const
  const others = [grace]
  for (const [first_name, last_name] of names) others.push(await colleague(owner, 'Viewer', { first_name, last_name }))
  const [, never, , alike, also] = others.map(({ user }) => user.id) as [string, string, string, string, string]
  await db.rows('UPDATE users SET last_seen_at = NULL WHERE id = ?1', never)
  await db.rows('UPDATE users SET last_seen_at = ?3 WHERE id IN (?1, ?2)', alike, also, ago(86_400))
  const rows = await db.rows('SELECT * FROM users WHERE tenant_id = ?1', owner.tenant)
  const keys = { name: (row: Row) => row.name_key, created: age, last_seen: (row: Row) => row.last_seen_at ?? NEVER }
  await expectOrders(owner, '/users', rows, keys, 'created')
  const viewers = await roleId(owner, 'Viewer')
  await expectOrders(owner, `/users?search=HOPPER&state=active&role=${viewers}`, rows.filter((row) => row.role_id === viewers && row.last_name.toLowerCase() === 'hopper'), keys, 'created')
  await expectNoOther(owner, '/users', 'name, -name, created, -created, last_seen or -last_seen')
})

test('a page goes on where its cursor is, in its own company only', async ({ owner, stranger }) => {
  const grace = await colleague(owner)
  const next = (person: Person, cursor: string) => turned(person, '/users?sort=name', cursor)
  expect(await next(owner, owner.user.id)).toEqual([grace.user.id])
  // The list begins where another company's person would be only if it looked there.
  expect(await next(owner, stranger.user.id)).toEqual(await turned(owner, '/users?sort=name'))
})

test('what was removed meanwhile leaves nobody out', async ({ owner }) => {
  const [alan, grace] = [await colleague(owner, 'Member', { first_name: 'Alan' }), await colleague(owner)]
  const first = (await owner.get('/users?sort=name&limit=2')).json
  expect(first.next_cursor.split('.')[0]).toBe(alan.user.id)
  expect((await owner.delete(`/users/${alan.user.id}`)).status).toBe(204)
  // Nor does it begin anew: who deletes page after page comes to an end.
  expect(await turned(owner, '/users?sort=name', first.next_cursor)).toEqual([grace.user.id])
  await refused(owner.tenant, () => owner.get(`/users?sort=name&cursor=${alan.user.id}.%21`), 422, 'invalid', ['/cursor'])
})

test('who deletes page after page comes to the end of the list', async ({ owner }) => {
  for (const name of ['Crew', 'Deck', 'Engine', 'Galley', 'Watch']) expect((await owner.post('/roles', { name, permissions: [], scopes: [] })).status).toBe(201)
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: any = (await owner.get(`/roles?sort=name&limit=2${cursor && `&cursor=${cursor}`}`)).json
    seen.push(...page.items.map(({ name }: any) => name))
    for (const { id, built_in } of page.items) if (!built_in) expect((await owner.delete(`/roles/${id}`)).status).toBe(204)
    cursor = page.next_cursor
  }
  expect(seen).toEqual([...seen].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)))
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toEqual(expect.arrayContaining(['Crew', 'Deck', 'Engine', 'Galley', 'Watch']))
})

test('service accounts come by name, by age or by their last use', async ({ owner }) => {
  const ids: string[] = []
  for (const name of ['sync b', 'Archive', 'sync A', 'sync c', 'Übergabe']) ids.push((await makeAccount(owner, { name })).account.id)
  const [gone, off, alike, also] = ids as [string, string, string, string]
  await owner.delete(`/service-accounts/${gone}`)
  await db.rows('UPDATE service_accounts SET enabled = 0 WHERE id = ?1', off)
  await db.rows('UPDATE service_accounts SET last_used_at = ?3 WHERE id IN (?1, ?2)', alike, also, ago(60))
  const rows = await db.rows('SELECT * FROM service_accounts WHERE tenant_id = ?1 AND deleted_at IS NULL', owner.tenant)
  const keys = { name: (row: Row) => row.name_key, created: age, last_used: (row: Row) => row.last_used_at ?? NEVER }
  await expectOrders(owner, '/service-accounts', rows, keys, '-created')
  await expectOrders(owner, `/service-accounts?enabled=true&owner=${owner.user.id}&search=SYNC`, rows.filter((row) => row.name_key.includes('sync')), keys, '-created')
  await expectNoOther(owner, '/service-accounts', 'name, -name, created, -created, last_used or -last_used')
})

test('roles come by name or by age', async ({ owner }) => {
  for (const name of ['night shift', 'Night owl', 'auditors']) await customRole(owner, name, [], [])
  const rows = await db.rows('SELECT * FROM roles WHERE tenant_id = ?1', owner.tenant)
  const keys = { name: (row: Row) => row.name_key ?? row.name.toLowerCase(), created: age }
  await expectOrders(owner, '/roles', rows, keys, 'created')
  await expectOrders(owner, '/roles?search=NIGHT', rows.filter((row) => row.name_key?.startsWith('night')), keys, 'created')
  await expectNoOther(owner, '/roles', 'name, -name, created or -created')
})

test('invitations come by age, and are searched by part of an address', async ({ owner }) => {
  const role_id = await roleId(owner, 'Member')
  for (const name of ['ada', 'grace', 'alan', 'gra%ce']) {
    const answer = await owner.post('/users', { email: `${name}.${randomBytes(6).toString('hex')}@Northwind.example`, role_id })
    expect(answer.status, answer.text).toBe(201)
  }
  const rows = await db.rows('SELECT * FROM invitations WHERE tenant_id = ?1', owner.tenant)
  await expectOrders(owner, '/invitations', rows, { created: age }, '-created')
  for (const search of ['GRA', '%25', 'northWIND.example', 'nobody']) {
    const found = rows.filter((row) => row.email.includes(decodeURIComponent(search).toLowerCase()))
    await expectOrders(owner, `/invitations?search=${search}`, found, { created: age }, '-created')
  }
  await expectNoOther(owner, '/invitations', 'created or -created')
})

test('sessions come by age, and are narrowed by the address that they are used from', async ({ owner }) => {
  const { email, password } = owner.account
  for (const ip of ['2001:db8::1', '2001:db8::1', '198.51.100.7']) expect((await new Actor(ip).post('/session', { email, password })).status).toBe(200)
  const rows = await db.rows('SELECT * FROM sessions WHERE user_id = ?1', owner.user.id)
  const path = '/users/me/sessions'
  await expectOrders(owner, path, rows, { created: age }, '-created')
  for (const ip of ['2001:DB8:0::1', '198.51.100.7', '192.0.2.1']) {
    const found = rows.filter((row) => row.ip === ip.toLowerCase().replace(':0::', '::'))
    await expectOrders(owner, `${path}?ip=${ip}`, found, { created: age }, '-created')
  }
  await refused(owner.tenant, () => owner.get(`${path}?ip=everywhere`), 422, 'invalid', ['/ip'])
  await expectNoOther(owner, path, 'created or -created')
})

test('the trail is read from either end, narrowed by anything, as a list and as a file', async ({ owner }) => {
  const grace = await colleague(owner)
  const { token } = await grace.makeToken()
  for (const name of ['a', 'b', 'c']) await owner.makeToken({ name })
  await owner.patch(`/tokens/${token.id}`, { description: 'for her' })
  const events = await db.rows('SELECT * FROM audit_events WHERE tenant_id = ?1', owner.tenant)
  const [second, third] = events.map(({ id }) => id).sort().slice(1, 3) as [string, string]
  const narrowed: [string, (event: Row) => boolean][] = [
    ['', () => true],
    [`actor=${owner.user.id}`, (event) => event.actor_id === owner.user.id],
    ['actor=me', (event) => [event.actor_id, event.target_id].includes(owner.user.id)],
    ['action=token.created', (event) => event.action === 'token.created'],
    [`target=${token.id}`, (event) => event.target_id === token.id],
    [`target=${token.id}&actor=${grace.user.id}&action=token.created`, (event) => event.target_id === token.id && event.action === 'token.created'],
    ['from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z', () => true],
    [`from=${ago(-3600)}`, () => false],
    [`to=${ago(3600)}`, () => false],
  ]
  for (const [query, fits] of narrowed) await expectOrders(owner, `/audit-events?${query}`, events.filter(fits), { created: age }, '-created')
  expect(await turned(owner, `/audit-events?sort=created&from=${ago(-3600)}`, second)).toEqual([])
  expect((await turned(owner, '/audit-events?sort=created', second))[0]).toBe(third)
  const file = (sort: string) => owner.get(`/audit-events?format=json&sort=${sort}`).then(({ json }) => json.items.map(age))
  expect(await file('created')).toEqual(events.map(age).sort())
  expect(await file('-created')).toEqual(events.map(age).sort().reverse())
  await expectOrders(grace, '/audit-events', events.filter((event) => [event.actor_id, event.target_id].includes(grace.user.id)), { created: age }, '-created')
  await expectNoOther(owner, '/audit-events', 'created or -created')
})

test('messages come by age, narrowed by how they stand and which way they take', async ({ owner, stranger }) => {
  const put = (person: Person, channel: string, state: string) =>
    db.rows(
      `INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, state, created_at, due_at, done_at)
       VALUES (?1, ?2, ?3, 'token.created', ?4, 'x', ?5, ?6, '2100-01-01T00:00:00Z', ?7)`,
      `dlv_${randomBytes(13).toString('hex').toUpperCase()}`, person.tenant, person.user.id, channel, state, ago(60), ago(50),
    )
  await db.rows('DELETE FROM outbox WHERE user_id = ?1', owner.user.id)
  for (const channel of ['email', 'slack']) for (const state of ['sent', 'failed', 'sent']) await put(owner, channel, state)
  await put(stranger, 'email', 'sent')
  await db.rows(
    `INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, created_at, due_at) VALUES (?1, ?2, ?3, 'token.created', 'email', 'x', ?4, '2100-01-01T00:00:00Z')`,
    `dlv_${randomBytes(13).toString('hex').toUpperCase()}`, owner.tenant, owner.user.id, ago(60),
  )
  const rows = await db.rows('SELECT * FROM outbox WHERE user_id = ?1', owner.user.id)
  const path = '/users/me/deliveries'
  await expectOrders(owner, path, rows, { created: age }, '-created')
  for (const state of ['queued', 'sent', 'failed']) {
    await expectOrders(owner, `${path}?state=${state}`, rows.filter((row) => row.state === state), { created: age }, '-created')
    await expectOrders(owner, `${path}?state=${state}&channel=email`, rows.filter((row) => row.state === state && row.channel === 'email'), { created: age }, '-created')
  }
  await expectNoOther(owner, path, 'created or -created')
  expect(messageAt(await owner.get(`${path}?state=lost`), '/state')).toBe('Use queued, sent or failed.')
  await refused(owner.tenant, () => owner.get(`${path}?state=lost&channel=pigeon`), 422, 'invalid', ['/channel', '/state'])
})

test('tokens of a person and of a machine come by name, by age, by their end or by their last use', async ({ owner }) => {
  const { account } = await makeAccount(owner)
  for (const [path, holder] of [['/users/me/tokens', owner.user.id], [`/service-accounts/${account.id}/tokens`, account.id]] as const) {
    const ids: string[] = []
    for (const name of ['beta', 'Alpha 1', 'gamma', 'delta', 'alpha 2', 'epsilon']) {
      const answer = await owner.post(path, { name, kind: 'all' })
      expect(answer.status, answer.text).toBe(201)
      ids.push(answer.json.token.id)
    }
    const [gone, soon, alike, also, used, usedToo] = ids as [string, string, string, string, string, string]
    await owner.post('/tokens/revoke', { ids: [gone] })
    await db.rows('UPDATE tokens SET renewable_until = NULL, expires_at = NULL WHERE owner_id = ?1', holder)
    await db.rows('UPDATE tokens SET expires_at = ?2 WHERE id = ?1', soon, ago(-60))
    await db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', used, ago(-120))
    await db.rows('UPDATE tokens SET renewable_until = ?3 WHERE id IN (?1, ?2)', alike, also, ago(-86_400))
    await db.rows('UPDATE tokens SET last_used_at = ?3 WHERE id IN (?1, ?2)', used, usedToo, ago(30))
    const rows = await db.rows('SELECT * FROM tokens WHERE owner_id = ?1 AND revoked_at IS NULL', holder)
    const keys = {
      name: (row: Row) => row.name_key,
      created: age,
      expires: (row: Row) => row.renewable_until ?? row.expires_at ?? FOREVER,
      last_used: (row: Row) => row.last_used_at ?? NEVER,
    }
    await expectOrders(owner, path, rows, keys, '-created')
    await expectOrders(owner, `${path}?search=ALPHA&status=active&kind=all`, rows.filter((row) => row.name_key.startsWith('alpha')), keys, '-created')
    await expectNoOther(owner, path, 'name, -name, created, -created, expires, -expires, last_used or -last_used')
  }
})
