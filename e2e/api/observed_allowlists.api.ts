// IP allowlists that are tried out before they refuse anybody.

import { Actor, bearer, type Person } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { form, makeAccount, makeRole } from '../support/machines'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const INSIDE = '192.0.2.7'
const OUTSIDE = '198.51.100.9'
const observing = { scopes: ['users:read'], ip_allowlist: ['192.0.2.0/24'], ip_allowlist_observed: true }

const activity = async (person: Person, id: string) => (await person.get(`/tokens/${id}/activity`)).json
const edit = (person: Person, id: string, change: object) => person.patch(`/tokens/${id}`, change)

test('c.5 a list that is observed lets everybody in, and tells whom it would refuse', async ({ owner }) => {
  const { token, secret } = await owner.makeToken(observing)
  expect(token.ip_allowlist_observed).toBe(true)
  const outside = new Actor(OUTSIDE, { Authorization: `Bearer ${secret}`, 'User-Agent': 'cron/1.0' })
  for (const path of ['/users', '/tokens/self']) expect((await outside.get(path)).status, path).toBe(200)
  expect((await bearer(secret, INSIDE).get('/users')).status).toBe(200)
  const gate = await outside.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/users' } })
  expect(gate.status, gate.text).toBe(204)
  await expect.poll(async () => (await activity(owner, token.id)).would_refuse[0]?.calls).toBe(3)
  const told = await activity(owner, token.id)
  expect(told.would_refuse).toMatchObject([{ ip: OUTSIDE, agent: 'cron/1.0', reason: 'ip_observed', call: 'GET /users' }])
  expect(told.refusals).toEqual([])
})

test('c.5 what introspection judges counts too, with the address that the caller vouches for or without any', async ({ owner }) => {
  const { token, secret } = await owner.makeToken(observing)
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', 'users:read') })
  const ask = (told: Record<string, string>) => form(basic, '/oauth2/introspect', { token: secret, ...told })
  for (const told of [{ client_ip: OUTSIDE }, {}, { client_ip: INSIDE }]) expect((await ask(told)).json.active).toBe(true)
  await expect.poll(async () => (await activity(owner, token.id)).would_refuse.map((calls: { ip: string }) => calls.ip).sort()).toEqual(['', OUTSIDE])
  // What is no address is not kept as one.
  expect((await ask({ client_ip: secret })).json.active).toBe(true)
  await expect.poll(async () => (await activity(owner, token.id)).would_refuse.find((calls: { ip: string }) => !calls.ip)?.calls).toBe(2)
  expect(JSON.stringify(await activity(owner, token.id))).not.toContain(secret.slice(4))
})

test('c.5 without a list there is nothing to observe, and one that is set later holds', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ...observing, ip_allowlist: [] })
  expect(token.ip_allowlist_observed).toBe(false)
  expect((await edit(owner, token.id, { ip_allowlist: ['192.0.2.1'] })).json.ip_allowlist_observed).toBe(false)
  await refused(owner.tenant, () => bearer(secret, OUTSIDE).get('/users'), 403, 'ip_not_allowed')
  const other = await owner.makeToken(observing)
  expect((await edit(owner, other.token.id, { ip_allowlist: [] })).json).toMatchObject({ ip_allowlist: [], ip_allowlist_observed: false })
})

test('c.5 to enforce it asks for nothing and refuses at once, and what was observed is forgotten', async ({ owner }) => {
  const { token, secret } = await owner.makeToken(observing)
  expect((await bearer(secret, OUTSIDE).get('/users')).status).toBe(200)
  await expect.poll(async () => (await activity(owner, token.id)).would_refuse.length).toBe(1)
  await owner.goStale()
  expect((await edit(owner, token.id, { ip_allowlist_observed: false })).json.ip_allowlist_observed).toBe(false)
  await refused(owner.tenant, () => bearer(secret, OUTSIDE).get('/users'), 403, 'ip_not_allowed')
  expect((await bearer(secret, INSIDE).get('/users')).status).toBe(200)
  expect((await activity(owner, token.id)).would_refuse).toEqual([])
  const event = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'token.updated'`, owner.tenant)
  expect(JSON.parse(event.changes)).toEqual({ ip_allowlist_observed: { from: true, to: false } })
})

test('c.5 an edit that is refused forgets nothing of what was observed', async ({ owner }) => {
  const { token, secret } = await owner.makeToken(observing)
  expect((await bearer(secret, OUTSIDE).get('/users')).status).toBe(200)
  await expect.poll(async () => (await activity(owner, token.id)).would_refuse.length).toBe(1)
  await owner.makeToken()
  expect((await owner.put('/policy', { ...(await owner.get('/policy')).json, max_live_tokens: 1 })).status).toBe(200)
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), token.id)
  await refused(owner.tenant, () => edit(owner, token.id, { ip_allowlist: ['10.0.0.0/8'], renewable_until: at(now() + DAY) }), 409, 'conflict')
  expect((await activity(owner, token.id)).would_refuse.length).toBe(1)
})

test('c.5 to observe a list that is enforced asks for a confirmation, and without it the list holds', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ...observing, ip_allowlist_observed: false })
  await owner.goStale()
  await refused(owner.tenant, () => edit(owner, token.id, { ip_allowlist_observed: true }), 403, 'step_up_required')
  expectProblem(await bearer(secret, OUTSIDE).get('/users'), 403, 'ip_not_allowed')
  for (const wrong of [null, 'yes', 1]) await refused(owner.tenant, () => edit(owner, token.id, { ip_allowlist_observed: wrong }), 422, 'invalid', ['/ip_allowlist_observed'])
})

test('c.5 C-R7 the list of the service account is enforced all the same', async ({ owner }) => {
  const role = (await owner.get('/roles')).json.items.find((role: { name: string }) => role.name === 'API reader').id
  const account = await owner.post('/service-accounts', { name: 'sync', role_id: role, ip_allowlist: ['203.0.113.0/24'] })
  expect(account.status, account.text).toBe(201)
  const made = await owner.post(`/service-accounts/${account.json.service_account.id}/tokens`, { name: 'ci', ...observing })
  expect(made.status, made.text).toBe(201)
  expect((await bearer(made.json.secret, '203.0.113.7').get('/users')).status).toBe(200)
  await refused(owner.tenant, () => bearer(made.json.secret, INSIDE).get('/users'), 403, 'ip_not_allowed')
})
