// Tokens that are switched off for a while.

import { Actor, bearer, newAddress, type Person } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { form, makeAccount, makeRole } from '../support/machines'
import { colleague } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const enable = (person: Person, id: string, enabled: boolean) => person.patch(`/tokens/${id}`, { enabled })

async function disabled(owner: Person, draft = {}) {
  const made = await owner.makeToken({ scopes: ['users:read', 'backups:read'], ...draft })
  const answer = await enable(owner, made.token.id, false)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.json).toMatchObject({ status: 'disabled', enabled: false })
  return made
}

test('b.3 a disabled token is refused at every gate, and works again once it is enabled', async ({ owner }) => {
  const { token, bearer: machine, secret } = await disabled(owner)
  const { basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })
  const calls: [string, () => Promise<any>][] = [
    ['the API', () => machine.get('/users')],
    ['itself', () => machine.get('/tokens/self')],
    ['ending itself', () => machine.delete('/tokens/self')],
    ['rotating itself', () => machine.post('/tokens/self/rotate')],
    ['the gateway', () => machine.call('GET', '/gateway/backups/1')],
    ['forward-auth', () => machine.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/backups' } })],
  ]
  for (const [what, call] of calls) {
    await test.step(what, async () => {
      await refused(owner.tenant, call, 401, 'token_disabled')
      expect((await call()).header('www-authenticate')).toBe('Bearer realm="Latchkey", error="invalid_token"')
    })
  }
  expect((await form(basic, '/oauth2/introspect', { token: secret })).json).toEqual({ active: false })
  const refusals = async () => (await owner.get(`/tokens/${token.id}/activity`)).json.refusals
  await expect.poll(async () => (await refusals()).find((it: any) => it.reason === 'token_disabled')?.calls).toBeGreaterThan(0)

  expect((await enable(owner, token.id, true)).json).toEqual({ ...token, last_used_at: null })
  expect((await machine.get('/users')).status).toBe(200)
  expect((await form(basic, '/oauth2/introspect', { token: secret })).json.active).toBe(true)
  const events = await db.rows(`SELECT action, changes FROM audit_events WHERE target_id = ?1 AND action LIKE 'token.%abled' ORDER BY id`, token.id)
  expect(events.map((event) => [event.action, JSON.parse(event.changes)])).toEqual([
    ['token.disabled', { enabled: { from: true, to: false } }],
    ['token.enabled', { enabled: { from: false, to: true } }],
  ])
})

test('b.3 to enable a token asks for a confirmation, and to disable it asks for none', async ({ owner }) => {
  const { token } = await owner.makeToken()
  await owner.goStale()
  expect((await enable(owner, token.id, false)).status).toBe(200)
  await refused(owner.tenant, () => enable(owner, token.id, true), 403, 'step_up_required')
  // What narrows it, or is no limit at all, leaves it disabled.
  expect((await owner.patch(`/tokens/${token.id}`, { name: 'renamed' })).json.status).toBe('disabled')
  await owner.post('/session/step-up', { password: owner.account.password })
  expect((await enable(owner, token.id, true)).json.status).toBe('active')
})

test('b.3 nobody but its owner and those who look after people enables a token, and no token does', async ({ owner, stranger, anonymous }) => {
  const { token, bearer: self } = await disabled(owner)
  const other = await owner.makeToken({ kind: 'all', scopes: undefined })
  for (const [caller, status, code] of [[stranger, 404, 'not_found'], [anonymous, 401, 'unauthenticated'], [other.bearer, 403, 'forbidden'], [self, 401, 'token_disabled']] as const) {
    await refused(owner.tenant, () => caller.patch(`/tokens/${token.id}`, { enabled: true }), status, code)
  }
  const mate = await colleague(owner)
  const theirs = await mate.makeToken()
  expect((await enable(owner, theirs.token.id, false)).json.status).toBe('disabled')
  expectProblem(await theirs.bearer.get('/tokens/self'), 401, 'token_disabled')
  for (const value of [null, 'false', 0]) await refused(owner.tenant, () => owner.patch(`/tokens/${token.id}`, { enabled: value }), 422, 'invalid', ['/enabled'])
  await owner.delete(`/tokens/${token.id}`)
  await refused(owner.tenant, () => enable(owner, token.id, true), 409, 'conflict')
})

test('b.3 a disabled token is listed as that, and its end comes before', async ({ owner }) => {
  const { token } = await disabled(owner, { name: 'off' })
  await owner.makeToken({ name: 'on' })
  const names = async (status: string) => (await owner.get(`/users/me/tokens?status=${status}`)).json.items.map((it: any) => it.name)
  expect([await names('disabled'), await names('active'), await names('expired')]).toEqual([['off'], ['on'], []])
  expect((await owner.get('/statistics')).json.tokens).toEqual({ active: 1, disabled: 1, expired: 0, revoked: 0 })
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), token.id)
  expect([await names('disabled'), await names('expired')]).toEqual([[], ['off']])
  // To extend it does not switch it on.
  const extended = await owner.patch(`/tokens/${token.id}`, { renewable_until: at(now() + DAY) })
  expect(extended.json).toMatchObject({ status: 'disabled', enabled: false })
})

test('b.3 the secret of a disabled token can be replaced, and the new one waits for it to be enabled', async ({ owner }) => {
  const { token, bearer: old } = await disabled(owner)
  const answer = await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 0 })
  expect(answer.status, answer.text).toBe(201)
  expectProblem(await bearer(answer.json.secret).get('/users'), 401, 'token_disabled')
  await enable(owner, token.id, true)
  expect((await bearer(answer.json.secret).get('/users')).status).toBe(200)
  expectProblem(await old.get('/users'), 401, 'token_grace_ended')
})

test('b.3 a pair is not renewed while its token is disabled, and is not lost by that', async ({ owner }) => {
  const { json } = await owner.post('/users/me/tokens', { name: 'pair', scopes: ['backups:read'], refresh: true })
  await enable(owner, json.token.id, false)
  const renew = () => new Actor(newAddress()).post('/tokens/renew', { access_token: json.secret, refresh_token: json.refresh_token })
  await refused(owner.tenant, renew, 401, 'token_disabled')
  await enable(owner, json.token.id, true)
  expect((await renew()).status).toBe(200)
})

test('d.2 an older pair ends its token while that is disabled, too', async ({ owner }) => {
  const { json } = await owner.post('/users/me/tokens', { name: 'pair', scopes: ['backups:read'], refresh: true })
  const renew = () => new Actor(newAddress()).post('/tokens/renew', { access_token: json.secret, refresh_token: json.refresh_token })
  expect((await renew()).status).toBe(200)
  await enable(owner, json.token.id, false)
  expectProblem(await renew(), 401, 'token_revoked')
  expect((await owner.get(`/tokens/${json.token.id}`)).json).toMatchObject({ status: 'revoked', revoke_reason: 'A secret that had been replaced was used to get a new one' })
})

test('b.3 a disabled token that leaks is revoked all the same', async ({ owner, anonymous }) => {
  const { token, secret } = await disabled(owner)
  expect((await anonymous.post('/credentials/revoke', { credentials: [secret] })).status).toBe(202)
  await expect.poll(async () => (await owner.get(`/tokens/${token.id}`)).json.status).toBe('revoked')
})
