// OAuth for service accounts: by hand, and by a client library.

import * as client from 'openid-client'
import { Actor, bearer, newAddress } from '../support/actors'
import { DAY, ago, db, now } from '../support/db'
import { origin } from '../support/http'
import type { Answer } from '../support/http'
import { basic, form, makeAccount, makeRole } from '../support/machines'
import { expectProblem } from '../support/problem'
import { mistyped } from '../support/secret'
import { expect, test } from '../support/test'

const TOKEN = '/oauth2/token'
const GRANT = { grant_type: 'client_credentials' }

function expectOAuthError(answer: Answer, status: number, error: string) {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.header('content-type')).toBe('application/json')
  expect(answer.header('cache-control')).toBe('no-store')
  expect(answer.json).toEqual({ error, error_description: expect.stringMatching(/^\S.*\.$/) })
  expect(answer.header('www-authenticate')).toBe(status === 401 ? 'Basic realm="Latchkey", charset="UTF-8"' : null)
}

test.describe('a token', () => {
  test('is issued for an hour, with all scopes or those that are asked for', async ({ owner }) => {
    const { account, basic } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access', 'users:read jobs:read jobs:write') })
    const all = await form(basic, TOKEN, GRANT)
    expect(all.status, all.text).toBe(200)
    expect(all.header('cache-control')).toBe('no-store')
    expect(all.json).toEqual({ access_token: expect.stringMatching(/^lka_[0-9A-Za-z]{36}$/), token_type: 'Bearer', expires_in: 3600, scope: 'users:read jobs:read jobs:write' })
    const some = (await form(basic, TOKEN, { ...GRANT, scope: 'users:read' })).json
    expect(some.scope).toBe('users:read')
    const token = bearer(some.access_token)
    expect((await token.get('/users')).json.items[0].id).toBe(owner.user.id)
    expectProblem(await token.get('/roles'), 403, 'insufficient_scope')
    expect((await bearer((await form(basic, TOKEN, { ...GRANT, scope: 'jobs:write' })).json.access_token).get('/users')).status).toBe(403)
    expect(await db.dump()).not.toContain(some.access_token.slice(4))
    const events = await db.rows(`SELECT actor_type, credential, changes FROM audit_events WHERE tenant_id = ?1 AND action = 'oauth_token.created'`, owner.tenant)
    expect(events).toHaveLength(3)
    expect(events[0]).toMatchObject({ actor_type: 'service_account', credential: 'api_key' })
    await expect.poll(async () => (await owner.get(`/service-accounts/${account.id}`)).json.last_used_at).not.toBeNull()
  })

  test('ends with its hour, with its account, and with a reset of the pair', async ({ owner }) => {
    const { account, basic } = await makeAccount(owner)
    const issue = async () => bearer((await form(basic, TOKEN, GRANT)).json.access_token)
    const first = await issue()
    expect(Date.parse((await first.get('/users')).header('token-expires-at') ?? '') / 1000 - now()).toBeGreaterThan(3590)
    await owner.patch(`/service-accounts/${account.id}`, { enabled: false })
    expectProblem(await first.get('/users'), 401, 'unauthenticated')
    await owner.patch(`/service-accounts/${account.id}`, { enabled: true })
    await db.rows('UPDATE oauth_tokens SET expires_at = ?1 WHERE service_account_id = ?2', ago(0), account.id)
    expectProblem(await first.get('/users'), 401, 'token_expired')
    const second = await issue()
    await owner.post(`/service-accounts/${account.id}/reset-credentials`, { grace_seconds: 600 })
    expect((await second.get('/users')).status).toBe(200)
    // The old pair brings forth nothing that outlives it.
    expect((await form(basic, TOKEN, GRANT)).json.expires_in).toBeLessThanOrEqual(600)
    await owner.post(`/service-accounts/${account.id}/reset-credentials`)
    expectProblem(await second.get('/users'), 401, 'token_expired')
  })

  test('is refused in the form of OAuth', async ({ owner, anonymous }) => {
    const { account, key, secret, basic: machine } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access', 'users:read'), ip_allowlist: [] })
    expectOAuthError(await form(machine, TOKEN, {}), 400, 'invalid_request')
    expectOAuthError(await form(machine, TOKEN, { grant_type: 'password' }), 400, 'unsupported_grant_type')
    for (const scope of ['jobs:read', 'users:read users:write', 'nonsense']) expectOAuthError(await form(machine, TOKEN, { ...GRANT, scope }), 400, 'invalid_scope')
    expectOAuthError(await form(anonymous, TOKEN, GRANT), 401, 'invalid_client')
    expectOAuthError(await form(basic(key, key), TOKEN, GRANT), 401, 'invalid_client')
    expectOAuthError(await form(machine, TOKEN, { ...GRANT, client_id: key, client_secret: secret }), 400, 'invalid_request')
    const twice = await machine.call('POST', TOKEN, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'grant_type=client_credentials&grant_type=client_credentials' })
    expectOAuthError(twice, 400, 'invalid_request')
    expectOAuthError(await machine.call('POST', TOKEN, { json: GRANT }), 415, 'invalid_request')
    expectOAuthError(await machine.call('GET', TOKEN), 405, 'invalid_request')
    expectOAuthError(await machine.call('POST', '/oauth2/nonsense'), 404, 'invalid_request')
    const token = await owner.makeToken()
    expectOAuthError(await form(token.bearer, TOKEN, GRANT), 401, 'invalid_client')
    await owner.patch(`/service-accounts/${account.id}`, { ip_allowlist: ['192.0.2.7'] })
    expectOAuthError(await form(machine, TOKEN, GRANT), 403, 'unauthorized_client')
    expect((await form(basic(key, secret, '192.0.2.7'), TOKEN, GRANT)).status).toBe(200)
    await db.rows(`UPDATE roles SET permissions = '' WHERE id = ?1`, account.role.id)
    expectOAuthError(await form(basic(key, secret, '192.0.2.7'), TOKEN, GRANT), 403, 'unauthorized_client')
    expect(await db.count('FROM oauth_tokens WHERE service_account_id = ?1', account.id)).toBe(1)
  })

  test('is had by the pair in the form as well', async ({ owner, anonymous }) => {
    const { key, secret } = await makeAccount(owner)
    expect((await form(anonymous, TOKEN, { ...GRANT, client_id: key, client_secret: secret })).status).toBe(200)
  })

  for (const [way, auth] of [['Basic', client.ClientSecretBasic], ['the form', client.ClientSecretPost]] as const) {
    test(`openid-client finds out where to go and signs in by ${way}`, async ({ owner }) => {
      const { key, secret } = await makeAccount(owner)
      const config = await client.discovery(new URL(origin), key, undefined, auth(secret), { execute: [client.allowInsecureRequests], algorithm: 'oauth2' })
      const tokens = await client.clientCredentialsGrant(config, { scope: 'users:read' })
      expect(tokens.token_type).toBe('bearer')
      expect(tokens.scope).toBe('users:read')
      expect(tokens.expiresIn()).toBeGreaterThan(3590)
      const answer = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${origin}/api/v1/users`), 'GET')
      expect(answer.status).toBe(200)
      await expect(client.clientCredentialsGrant(config, { scope: 'nonsense' })).rejects.toMatchObject({ error: 'invalid_scope' })
    })
  }
})

test.describe('introspection', () => {
  const INTROSPECT = '/oauth2/introspect'
  const asker = async (owner: any, permissions = 'api_access introspect') => makeAccount(owner, { role_id: await makeRole(owner, permissions, 'users:read') })

  test('tells all about a token that is good', async ({ owner }) => {
    const { basic } = await asker(owner)
    const { token, secret } = await owner.makeToken({ scopes: ['backups:write'], allowed_endpoints: ['/backups/daily'] })
    const answer = await form(basic, INTROSPECT, { token: secret })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json).toEqual({
      active: true,
      scope: 'backups:read backups:write',
      token_type: 'Bearer',
      sub: owner.user.id,
      username: 'Ada Lovelace',
      iss: origin,
      exp: Date.parse(token.renewable_until) / 1000,
      iat: Date.parse(token.created_at) / 1000,
      jti: token.id,
      allowed_endpoints: ['/backups/daily'],
    })
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}`)).json.last_used_at).not.toBeNull()
  })

  test('is for service accounts with the permission, by their pair or their OAuth token', async ({ owner, anonymous }) => {
    const { account, basic } = await asker(owner)
    const oauth = bearer((await form(basic, TOKEN, GRANT)).json.access_token)
    const { secret, bearer: token } = await owner.makeToken({ kind: 'all', scopes: undefined })
    expect((await form(oauth, INTROSPECT, { token: secret })).json.active).toBe(true)
    expect((await form(oauth, INTROSPECT, { token: String(oauth.headers.Authorization).slice(7) })).json).toMatchObject({ active: true, scope: 'users:read' })
    expectOAuthError(await form(anonymous, INTROSPECT, { token: secret }), 401, 'invalid_client')
    expectOAuthError(await form(owner, INTROSPECT, { token: secret }), 401, 'invalid_client')
    expectOAuthError(await form(token, INTROSPECT, { token: secret }), 403, 'unauthorized_client')
    expectOAuthError(await form((await asker(owner, 'api_access')).basic, INTROSPECT, { token: secret }), 403, 'unauthorized_client')
    expectOAuthError(await form(basic, INTROSPECT, {}), 400, 'invalid_request')
    await db.rows(`UPDATE roles SET permissions = 'introspect' WHERE id = (SELECT role_id FROM service_accounts WHERE id = ?1)`, account.id)
    expectOAuthError(await form(basic, INTROSPECT, { token: secret }), 403, 'unauthorized_client')
  })

  test('everything that is not good is told by active: false alone', async ({ owner, stranger }) => {
    const { key, secret: own, basic } = await asker(owner)
    const active = async (fields: Record<string, string>) => {
      const answer = await form(basic, INTROSPECT, fields)
      expect(answer.status, answer.text).toBe(200)
      if (!answer.json.active) expect(answer.json).toEqual({ active: false })
      return answer.json.active
    }
    const foreign = await stranger.makeToken()
    const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
    expect(await active({ token: secret })).toBe(true)
    for (const wrong of ['nonsense', 'lkp_nonsense', foreign.secret, key, own, mistyped(secret)]) expect(await active({ token: wrong })).toBe(false)
    expect(await active({ token: secret, scope: 'backups:read' })).toBe(true)
    for (const scope of ['backups:write', 'backups:read jobs:read', 'nonsense']) expect(await active({ token: secret, scope })).toBe(false)
    await owner.patch(`/tokens/${token.id}`, { ip_allowlist: ['192.0.2.7'] })
    expect(await active({ token: secret, client_ip: '192.0.2.7' })).toBe(true)
    for (const client_ip of ['192.0.2.8', 'nonsense', '']) expect(await active({ token: secret, client_ip })).toBe(false)
    await owner.patch(`/tokens/${token.id}`, { ip_allowlist: [] })
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(0), token.id)
    expect(await active({ token: secret })).toBe(false)
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(-DAY), token.id)
    expect(await active({ token: secret })).toBe(true)
    await owner.delete(`/tokens/${token.id}`)
    expect(await active({ token: secret })).toBe(false)
    const scim = await owner.makeToken({ kind: 'microsoft_scim', scopes: undefined, expires_at: undefined })
    expect(await active({ token: scim.secret })).toBe(false)
    const other = await owner.makeToken()
    await owner.take('Nothing', '', 'backups:read')
    expect(await active({ token: other.secret })).toBe(false)
  })
})

test('the metadata say where things are', async () => {
  const answer = await new Actor(newAddress()).call('GET', '/.well-known/oauth-authorization-server')
  expect(answer.status).toBe(200)
  expect(answer.json).toMatchObject({ issuer: origin, token_endpoint: `${origin}${TOKEN}`, introspection_endpoint: `${origin}/oauth2/introspect`, grant_types_supported: ['client_credentials'] })
  expect(answer.json.scopes_supported).toHaveLength(22)
})
