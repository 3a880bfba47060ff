// Secrets that somebody found: they end, whoever reports them.

import { Actor, bearer, newAddress } from '../support/actors'
import { db } from '../support/db'
import { form, makeAccount } from '../support/machines'
import { mailTo } from '../support/mail'
import { expectProblem, refused } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const report = (credentials: unknown, actor = new Actor(newAddress())) => actor.post('/credentials/revoke', { credentials })
const SUBJECT = 'A secret of yours was reported as leaked and ended'

test('b.3 d.5 a token that is reported ends, its owner is told, and the trail says how', async ({ owner }) => {
  const { token, secret, bearer: machine } = await owner.makeToken({ name: 'deploy' })
  const answer = await report([secret, 'nonsense', secretOf('0'.repeat(30))])
  expect([answer.status, answer.text]).toEqual([202, ''])
  expectProblem(await machine.get('/tokens/self'), 401, 'token_revoked')
  expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ status: 'revoked', revoke_reason: 'Reported as leaked', revoked_by: 'Leak report' })
  expect((await mailTo(owner.account.email, SUBJECT)).text).toContain('the access token deploy')
  const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'token.revoked'`, owner.tenant)
  expect(event).toMatchObject({ actor_type: 'anonymous', actor_id: null, target_id: token.id })
})

test('a secret is known with the blanks and line breaks around it that a file has', async ({ owner }) => {
  const { secret, bearer: machine } = await owner.makeToken()
  expect((await report([` ${secret}\r\n`])).status).toBe(202)
  expectProblem(await machine.get('/tokens/self'), 401, 'token_revoked')
})

test('the answer is the same for hits and misses, and a second report tells nobody again', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  const hit = await report([secret])
  const miss = await report([secretOf('1'.repeat(30))])
  expect([miss.status, miss.text]).toEqual([hit.status, hit.text])
  await mailTo(owner.account.email, SUBJECT)
  await report([secret])
  expect(await db.count(`FROM outbox WHERE user_id = ?1 AND event = 'credential.leaked'`, owner.user.id)).toBe(1)
})

test('a refresh token, and a secret in its grace, end their token', async ({ owner }) => {
  const pair = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
  await report([pair.refresh_token])
  expectProblem(await bearer(pair.secret).get('/tokens/self'), 401, 'token_revoked')
  const { token, secret } = await owner.makeToken()
  await owner.post(`/tokens/${token.id}/rotate`)
  await report([secret])
  expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('revoked')
  const other = await owner.makeToken()
  await owner.post(`/tokens/${other.token.id}/rotate`, { grace_seconds: 0 })
  await report([other.secret])
  expect((await owner.get(`/tokens/${other.token.id}`)).json.status, 'what opens nothing ends nothing').toBe('active')
})

test('the secret of a service account ends its pair and its OAuth tokens, until it is reset without grace', async ({ owner }) => {
  const { account, key, secret, basic } = await makeAccount(owner)
  const oauth = bearer((await form(basic, '/oauth2/token', { grant_type: 'client_credentials' })).json.access_token)
  await report([key])
  expect((await basic.get('/users')).status, 'a key is no secret').toBe(200)
  await report([secret])
  expectProblem(await basic.get('/users'), 401, 'unauthenticated')
  expectProblem(await oauth.get('/users'), 401, 'unauthenticated')
  expect((await owner.get(`/service-accounts/${account.id}`)).json.secret_revoked).toBe(true)
  await mailTo(owner.account.email, SUBJECT)
  const reset = (await owner.post(`/service-accounts/${account.id}/reset-credentials`, { grace_seconds: 600 })).json
  expect(reset.service_account).toMatchObject({ secret_revoked: false, old_pair: null })
  expectProblem(await basic.get('/users'), 401, 'unauthenticated')
})

test('an OAuth token that is reported ends without its pair, and a session ends', async ({ owner }) => {
  const { basic } = await makeAccount(owner)
  const issue = async () => (await form(basic, '/oauth2/token', { grant_type: 'client_credentials' })).json.access_token
  const [secret, another] = [await issue(), await issue()]
  const elsewhere = await owner.elsewhere()
  await report([secret, elsewhere.cookie])
  expectProblem(await bearer(secret).get('/users'), 401, 'unauthenticated')
  expect((await bearer(another).get('/users')).status, 'nobody reported that').toBe(200)
  expect((await basic.get('/users')).status).toBe(200)
  expectProblem(await elsewhere.get('/session'), 401, 'unauthenticated')
  expect((await owner.get('/session')).status).toBe(200)
})

test('a report that is none is refused, and one address may not report for ever', async ({ owner }) => {
  for (const credentials of [[], Array(1001).fill('x'), [1], 'x', undefined]) {
    const answer = await report(credentials)
    expect(answer.status, answer.text).toBe(422)
  }
  const actor = new Actor(newAddress())
  const many = await Promise.all(Array.from({ length: 60 }, () => report(['x'], actor)))
  expect(many.map((answer) => answer.status)).toEqual(Array(60).fill(202))
  const { token, secret } = await owner.makeToken()
  await refused(owner.tenant, () => report([secret], actor), 429, 'rate_limited')
  expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('active')
})
