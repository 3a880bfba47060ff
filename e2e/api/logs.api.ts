// What an operator reads: each request once, each failure once, and never what only the caller may know.

import { db } from '../support/db'
import { send } from '../support/http'
import { lineOf, linesOf, logged } from '../support/log'
import { form, makeAccount } from '../support/machines'
import { colleague } from '../support/people'
import { expectProblem } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

test('each request is a line: which route, how it went, how long it took, and what it cost', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  const line = await lineOf(await bearer.get('/tokens/self'))
  expect(line).toEqual({
    level: 'info',
    request_id: expect.stringMatching(/^req_[0-9A-Z]{26}$/),
    method: 'GET',
    route: '/api/v1/tokens/self',
    status: 200,
    ms: expect.any(Number),
    statements: 1,
    caller: 'token',
    caller_id: token.id,
    tenant_id: owner.tenant,
  })
})

test('who called is told by ids: a person, a token, a service account, or nobody known', async ({ owner, anonymous }) => {
  const { account, key, secret, pair } = await makeAccount(owner)
  const { access_token } = (await form(anonymous, '/oauth2/token', { grant_type: 'client_credentials', client_id: key, client_secret: secret })).json
  const { token, bearer } = await owner.makeToken({ scopes: ['users:read'], ip_allowlist: ['10.0.0.0/8'] })
  const callers = [
    [await owner.get('/users'), 'user', owner.user.id],
    [await pair.get('/users'), 'service_account', account.id],
    // Known, and refused.
    [await bearer.get('/users'), 'token', token.id],
    [await anonymous.get('/users'), undefined, undefined],
    [await anonymous.get('/users', { Authorization: `Bearer ${access_token}` }), 'service_account', account.id],
    [await anonymous.get('/users', { Authorization: `Bearer ${secretOf('0'.repeat(30))}` }), undefined, undefined],
  ] as const
  for (const [answer, caller, id] of callers) {
    const line = await lineOf(answer)
    expect([line.route, line.status, line.caller, line.caller_id]).toEqual(['/api/v1/users', answer.status, caller, id])
    expect(line.tenant_id).toBe(caller && owner.tenant)
  }
})

test('whoever gets something to be known by is told as well', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  const rotated = await bearer.post('/tokens/self/rotate', {})
  expect(await lineOf(rotated)).toMatchObject({ status: 201, caller: 'token', caller_id: token.id, tenant_id: owner.tenant })
  const answer = await owner.signIn()
  expect(await lineOf(answer)).toMatchObject({ status: 200, caller: 'user', caller_id: owner.user.id, tenant_id: owner.tenant })
})

test('a path is never told, only the template of its route: paths hold links that were mailed', async ({ anonymous, owner }) => {
  const link = secretOf('a'.repeat(30), 'lkr_')
  const grace = await colleague(owner)
  for (const [method, path, route] of [
    ['PUT', `/api/v1/password-resets/${link}`, '/api/v1/password-resets/{token}'],
    ['DELETE', `/api/v1/password-resets/${link}`, '/api/v1/password-resets/{token}'],
    ['GET', `/api/v1/users/${grace.user.id}?search=${link}`, '/api/v1/users/{user}'],
    ['GET', `/api/v1/nowhere/${link}`, null],
    ['GET', `/reset-password/${link}`, 'page'],
    ['GET', `/a/${link}.js`, 'file'],
    ['GET', `/forward-auth/backups/${link}`, '/forward-auth/{*path}'],
  ] as const) {
    expect((await lineOf(await anonymous.call(method, path, method === 'PUT' ? { json: {} } : {}))).route, path).toBe(route)
  }
  expect(logged()).not.toContain(link)
})

test('a failure of ours is a line of its own with its cause, which the caller is not told', async ({ owner }) => {
  await owner.take('Odd')
  await db.rows(`UPDATE roles SET permissions = 'fly' WHERE tenant_id = ?1 AND name = 'Odd'`, owner.tenant)
  const answer = await owner.get('/users/me')
  expectProblem(answer, 500, 'internal')
  expect(answer.text).not.toContain('fly')
  const lines = await linesOf(answer, 'error')
  expect(lines.map(({ level }) => level).sort()).toEqual(['error', 'info'])
  expect(lines.find(({ level }) => level === 'error')).toEqual({ level: 'error', request_id: answer.requestId, error: expect.stringContaining('fly') })
  expect(lines.find(({ level }) => level === 'info')).toMatchObject({ route: '/api/v1/users/{user}', status: 500 })
})

test('nothing that a caller sends becomes a line of the log', async ({ anonymous }) => {
  const forged = '{"level":"error","error":"forged"}'
  const answer = await send('GET', `/api/v1/x%0A${encodeURIComponent(forged)}`, { headers: { 'user-agent': forged, 'x-request-id': forged } })
  expect((await lineOf(answer)).route).toBeNull()
  await anonymous.post('/session', { email: `${forged}@example.com`, password: forged })
  expect(logged()).not.toContain('forged')
})
