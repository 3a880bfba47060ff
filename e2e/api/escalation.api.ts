// Nobody comes to more than they hold, whichever way they take.

import { Actor, bearer, newAddress } from '../support/actors'
import { DAY, MINUTE, ago, db } from '../support/db'
import { form, makeAccount, makeRole, roleId } from '../support/machines'
import { colleague, customRole } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

test.describe('through a service account that may do more than oneself', () => {
  test('nobody gets a secret, a token or a new pair, and nobody lets it do more', async ({ owner }) => {
    await customRole(owner, 'Machine keeper', ['manage_service_accounts', 'api_access'], ['jobs:read'])
    const keeper = await colleague(owner, 'Machine keeper')
    const { account } = await makeAccount(owner, { role_id: await roleId(owner, 'Administrator'), ip_allowlist: ['192.0.2.0/24'] })
    const at = `/service-accounts/${account.id}`
    const made = (await owner.post(`${at}/tokens`, { name: 'ci', scopes: ['jobs:read'] })).json
    await owner.patch(at, { enabled: false })
    for (const escalate of [
      () => keeper.post(`${at}/reset-credentials`, { grace_seconds: 600 }),
      () => keeper.post(`${at}/tokens`, { name: 'esc', kind: 'all' }),
      () => keeper.post(`/tokens/${made.token.id}/rotate`, { grace_seconds: 0 }),
      () => keeper.patch(`/tokens/${made.token.id}`, { kind: 'all' }),
      () => keeper.patch(at, { enabled: true }),
      () => keeper.patch(at, { ip_allowlist: null }),
    ]) await refused(owner.tenant, escalate, 403, 'forbidden')
    // To take something away needs no more than the permission.
    expect((await keeper.patch(at, { description: 'Nobody knows' })).status).toBe(200)
    expect((await keeper.delete(`/tokens/${made.token.id}`)).status).toBe(204)
  })

  test('of one that may do no more, everything can be done', async ({ owner }) => {
    await customRole(owner, 'Machine keeper', ['manage_service_accounts', 'api_access'], ['jobs:read'])
    const keeper = await colleague(owner, 'Machine keeper')
    const { account } = await makeAccount(keeper, { role_id: await roleId(owner, 'Machine keeper') })
    expect((await keeper.post(`/service-accounts/${account.id}/reset-credentials`)).status).toBe(201)
    expect((await keeper.post(`/service-accounts/${account.id}/tokens`, { name: 'ci', scopes: ['jobs:read'] })).status).toBe(201)
  })

  test('to make one asks for the password again', async ({ owner }) => {
    const role_id = await roleId(owner, 'Administrator')
    await owner.goStale()
    await refused(owner.tenant, () => owner.post('/service-accounts', { name: 'sync', role_id }), 403, 'step_up_required')
  })
})

test('an Administrator\'s token is narrowed and ended by those who look after people, but widened only by an Administrator', async ({ owner }) => {
  await customRole(owner, 'Help desk', ['manage_users'], ['users:read'])
  const helper = await colleague(owner, 'Help desk')
  const { token } = await owner.makeToken({ scopes: ['jobs:read', 'usage:read'], ip_allowlist: ['192.0.2.0/24'] })
  for (const wider of [{ kind: 'all' }, { ip_allowlist: [] }, { renewable_until: ago(-300 * DAY) }]) {
    await refused(owner.tenant, () => helper.patch(`/tokens/${token.id}`, wider), 403, 'forbidden')
  }
  expect((await helper.patch(`/tokens/${token.id}`, { scopes: ['jobs:read'] })).status).toBe(200)
  const grace = await colleague(owner, 'Administrator')
  expect((await grace.patch(`/tokens/${token.id}`, { scopes: ['jobs:read', 'vaults:read'] })).status).toBe(200)
})

test('a role and whether somebody is active are changed one after the other, so that neither hides the other', async ({ owner }) => {
  const mate = await colleague(owner)
  const role_id = await roleId(owner, 'Administrator')
  await refused(owner.tenant, () => owner.patch(`/users/${mate.user.id}`, { role_id, active: false }), 422, 'invalid', ['/active'])
})

test('one token of a pair makes itself no longer life', async ({ owner }) => {
  const { secret } = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
  await refused(owner.tenant, () => bearer(secret).post('/tokens/self/rotate', { grace_seconds: 604_800 }), 409, 'conflict')
})

test('the old secret of a pair that its owner replaces is good no longer than it would have been', async ({ owner }) => {
  const { token } = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
  const { access_until } = await db.one('SELECT access_until FROM tokens WHERE id = ?1', token.id)
  expect((await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 604_800 })).status).toBe(201)
  const { until } = await db.one(`SELECT until FROM retired_secrets WHERE token_id = ?1 AND role = 'access'`, token.id)
  expect(until).toBe(access_until)
  expect(Date.parse(until) / 1000).toBeLessThan(Date.now() / 1000 + 31 * MINUTE)
})

test('a pair is renewed from the addresses of its allowlist only', async ({ owner }) => {
  const made = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true, ip_allowlist: ['10.0.0.0/8'] })).json
  const pair = { access_token: made.secret, refresh_token: made.refresh_token }
  await refused(owner.tenant, () => new Actor('203.0.113.9').post('/tokens/renew', pair), 403, 'ip_not_allowed')
  expect((await new Actor('10.1.2.3').post('/tokens/renew', pair)).status).toBe(200)
})

test('a token that is used too often is told to be good by no gate', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['backups:read'] })
  const asker = (await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })).basic
  const active = async () => (await form(asker, '/oauth2/introspect', { token: secret })).json.active
  expect(await active()).toBe(true)
  const script = bearer(secret)
  const activeOnceUsedUp = async () => {
    for (let calls = 0; calls < 410; calls++) if ((await script.get('/tokens/self')).status === 429) break
    return active()
  }
  // A minute may end right after, but not twice.
  expect((await activeOnceUsedUp()) && (await activeOnceUsedUp())).toBe(false)
})

test('two credentials at once are refused at the gates too', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['backups:read'] })
  const headers = { Authorization: `Bearer ${secret}`, Cookie: `__Host-session=${owner.cookie}` }
  const described = { ...headers, 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/backups/1' }
  const anybody = new Actor(newAddress())
  expect((await anybody.call('GET', '/gateway/backups/1', { headers })).status).toBe(400)
  expect((await anybody.call('GET', '/forward-auth', { headers: described })).status).toBe(403)
  expectProblem(await anybody.call('POST', '/api/v1/tokens/self/rotate', { headers: { ...headers, Origin: owner.headers.Origin ?? '' }, json: { grace_seconds: 0 } }), 400, 'invalid')
  const { basic } = await makeAccount(owner, { role_id: await roleId(owner, 'Administrator') })
  const asker = new Actor(newAddress(), { ...basic.headers, Cookie: headers.Cookie })
  expect((await form(asker, '/oauth2/introspect', { token: secret })).status).toBe(400)
  expect((await form(basic, '/oauth2/introspect', { token: secret })).json.active).toBe(true)
})

test('what Envoy asks is answered as such wherever dots in the path lead', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['backups:read'] })
  const asks = { 'X-Latchkey-Asks': 'envoy' }
  const good = bearer(secret)
  expect((await good.call('GET', '/forward-auth/backups/1', { headers: asks })).status).toBe(200)
  expectProblem(await good.call('GET', '/forward-auth/backups/1'), 403, 'forbidden')
  for (const path of ['/../api/health', '/backups/1/%2e%2e/%2e%2e/%2e%2e/settings/profile', '/../invitation/..%2fbackups%2f1', '/..', '/../..', '/%2e%2e/reset-password/x']) {
    const answer = await new Actor(newAddress()).call('GET', `/forward-auth${path}`, { headers: asks })
    expect([401, 403], `${path}: ${answer.status}`).toContain(answer.status)
  }
})

test('null clears a list, and is refused where there is nothing to clear', async ({ owner }) => {
  const { token } = await owner.makeToken({ ip_allowlist: ['192.0.2.0/24'] })
  expect((await owner.patch(`/tokens/${token.id}`, { ip_allowlist: null })).json.ip_allowlist).toEqual([])
  for (const member of ['name', 'kind', 'scopes']) await refused(owner.tenant, () => owner.patch(`/tokens/${token.id}`, { [member]: null }), 422, 'invalid', [`/${member}`])
  const { account } = await makeAccount(owner)
  for (const member of ['name', 'role_id', 'owner_id', 'enabled']) {
    await refused(owner.tenant, () => owner.patch(`/service-accounts/${account.id}`, { [member]: null }), 422, 'invalid', [`/${member}`])
  }
})

test('names that differ in spaces or in width only are one name', async ({ owner }) => {
  const role_id = await roleId(owner, 'API reader')
  expect((await owner.post('/service-accounts', { name: 'Bot X', role_id })).status).toBe(201)
  for (const name of ['BOT  X', 'Bot\u00a0X', '\uff22ot X']) await refused(owner.tenant, () => owner.post('/service-accounts', { name, role_id }), 409, 'conflict', ['/name'])
})

test('an OAuth client asks for something, and under its own name', async ({ owner }) => {
  const { basic, key } = await makeAccount(owner)
  expect((await form(basic, '/oauth2/token', { grant_type: 'client_credentials', scope: ' ' })).json.error).toBe('invalid_scope')
  expect((await form(basic, '/oauth2/token', { grant_type: 'client_credentials', client_id: 'lkk_other' })).json.error).toBe('invalid_request')
  expect((await form(basic, '/oauth2/token', { grant_type: 'client_credentials', client_id: key })).status).toBe(200)
})

test('what one did oneself is sought and exported without any permission', async ({ owner }) => {
  const viewer = await colleague(owner, 'Viewer')
  await viewer.patch('/users/me', { first_name: 'Gracie' })
  const found = await viewer.get('/audit-events?actor=me&action=user.updated')
  expect(found.json.items.map((event: any) => event.action)).toEqual(['user.updated'])
  expect((await viewer.get('/audit-events?actor=me&format=csv')).text).toContain('user.updated')
  await refused(owner.tenant, () => viewer.get('/audit-events?action=user.updated'), 403, 'forbidden')
  await refused(owner.tenant, () => viewer.get(`/audit-events?actor=${owner.user.id}`), 403, 'forbidden')
})

test('the trail keeps which tokens went with their owner', async ({ owner }) => {
  const mate = await colleague(owner)
  const { token } = await mate.makeToken({ name: 'nightly' })
  await owner.delete(`/users/${mate.user.id}`)
  const { changes } = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'user.deleted'`, owner.tenant)
  expect(JSON.parse(changes).tokens).toEqual({ from: [{ id: token.id, name: 'nightly' }], to: [] })
})
