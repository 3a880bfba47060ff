// Calls that are passed on to the company's API.

import { request } from 'node:http'
import { type Actor, bearer } from '../support/actors'
import { origin } from '../support/http'
import { linesOf } from '../support/log'
import { form, makeAccount } from '../support/machines'
import { expectProblem } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'
import { Upstream } from '../support/upstream'

// One API stands behind the gateway, on one port.
test.describe.configure({ mode: 'serial' })

let upstream: Upstream
test.beforeAll(async () => void (upstream = await new Upstream().start(Number(process.env.UPSTREAM_PORT))))
test.afterAll(() => upstream.stop())

const through = (actor: Actor, method: string, path: string, sent = {}) => actor.call(method, `/gateway${path}`, sent)

test('a call arrives with who makes it, and without the credential and what the caller claims', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:write'] })
  const answer = await through(bearer(secret, '192.0.2.7'), 'POST', '/backups/daily/caf%C3%A9?x=1&y=a%2Fb', {
    body: 'hello',
    headers: {
      'content-type': 'text/plain',
      cookie: 'theme=dark',
      'x-latchkey-owner': 'usr_faked',
      'X-Latchkey-Anything': 'faked',
      'x-forwarded-for': '203.0.113.1',
      'x-real-ip': '203.0.113.1',
      'idempotency-key': 'k1',
      'x-own': 'kept',
    },
  })
  expect(answer.status, answer.text).toBe(201)
  expect(answer.header('x-own')).toBe('kept')
  const { method, url, headers, body } = answer.json
  expect([method, url, body]).toEqual(['POST', '/api/backups/daily/caf%C3%A9?x=1&y=a%2Fb', 'hello'])
  expect(headers).toMatchObject({
    'content-type': 'text/plain',
    'idempotency-key': 'k1',
    'x-own': 'kept',
    'x-forwarded-for': '192.0.2.7',
    'x-latchkey-tenant': owner.tenant,
    'x-latchkey-owner': owner.user.id,
    'x-latchkey-credential': token.id,
    'x-latchkey-scopes': 'backups:read backups:write',
    'x-latchkey-request-id': answer.requestId,
  })
  for (const name of ['authorization', 'cookie', 'x-latchkey-anything', 'x-real-ip']) expect(headers).not.toHaveProperty(name)
  expect(JSON.stringify(headers)).not.toContain(secret)
})

test('reading needs the read scope and all else the write scope', async ({ owner }) => {
  const { bearer: reader } = await owner.makeToken({ scopes: ['backups:read'] })
  for (const method of ['GET', 'HEAD', 'OPTIONS']) expect((await through(reader, method, '/backups/1')).status, method).toBe(200)
  const before = upstream.seen.length
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    const answer = await through(reader, method, '/backups/1')
    expectProblem(answer, 403, 'insufficient_scope')
    expect(answer.json.required_scopes).toEqual(['backups:write'])
  }
  expectProblem(await through(reader, 'GET', '/jobs'), 403, 'insufficient_scope')
  expect(upstream.seen).toHaveLength(before)
})

test('TRACE is not passed on, which would show what was added', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read', 'backups:write'] })
  const before = upstream.seen.length
  const answer = await through(bearer, 'TRACE', '/backups/1')
  expectProblem(answer, 405, 'method_not_allowed')
  expect(answer.header('allow')).toContain('GET')
  expect(upstream.seen).toHaveLength(before)
})

test('c.13 a refusal for a scope links to the page where it can be given', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  const answer = await through(bearer, 'DELETE', '/backups/1')
  const url = `http://localhost:${process.env.PORT}/settings/api-access?edit=${token.id}&add=backups:write`
  expect(answer.json.repair_url).toBe(url)
  expect(answer.header('link')).toBe(`<${url}>; rel="help"`)
  expect(answer.header('www-authenticate')).toBe('Bearer realm="Latchkey", error="insufficient_scope", scope="backups:write"')
})

test('c.13 a scope that the role behind the token lacks is not for a link to give', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  await owner.take('API reader')
  const answer = await through(bearer, 'POST', '/backups')
  expectProblem(answer, 403, 'insufficient_scope')
  expect([answer.json.detail, answer.json.repair_url, answer.header('link')]).toEqual(['The token and the role behind it lack the scope backups:write.', undefined, null])
})

test('c.13 of a kind whose scopes cannot be chosen one by one, a refusal links nowhere', async ({ owner }) => {
  for (const kind of ['hyperscale', 'one_touch_recovery']) {
    const { bearer } = await owner.makeToken({ kind, scopes: undefined })
    const answer = await through(bearer, 'GET', '/users')
    expectProblem(answer, 403, 'insufficient_scope')
    expect(answer.json.required_scopes).toEqual(['users:read'])
    expect(answer.json.repair_url).toBeUndefined()
    expect(answer.header('link')).toBeNull()
  }
})

test('machines in each of their forms pass; dead ones, people in a browser and nobody do not', async ({ owner, anonymous }) => {
  const { account, basic, pair } = await makeAccount(owner)
  const oauth = bearer((await form(basic, '/oauth2/token', { grant_type: 'client_credentials' })).json.access_token)
  for (const [machine, credential] of [[basic, 'api_key'], [pair, 'api_key'], [oauth, 'oauth']] as const) {
    expect((await through(machine, 'GET', '/backups')).json.headers).toMatchObject({ 'x-latchkey-owner': account.id, 'x-latchkey-credential': credential })
  }
  const { token, bearer: dead } = await owner.makeToken()
  await owner.delete(`/tokens/${token.id}`)
  const before = upstream.seen.length
  expectProblem(await through(dead, 'GET', '/backups'), 401, 'token_revoked')
  expectProblem(await through(owner, 'GET', '/backups'), 401, 'unauthenticated')
  expectProblem(await through(anonymous, 'GET', '/backups'), 401, 'unauthenticated')
  expect(upstream.seen).toHaveLength(before)
})

test('b.3 C-R1 paths outside the allowed endpoints, and such as lead elsewhere, do not get through', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'], allowed_endpoints: ['/backups/daily'] })
  for (const path of ['/backups/daily/7', '/backups/daily/a%20b']) expect((await through(bearer, 'GET', path)).status).toBe(200)
  const before = upstream.seen.length
  for (const path of ['/backups', '/backups/dailyx', '/backups/weekly']) expectProblem(await through(bearer, 'GET', path), 403, 'forbidden')
  const { bearer: all } = await owner.makeToken({ kind: 'all', scopes: undefined })
  for (const path of ['/backups/..%2fusers', '/backups/%c0%ae%c0%ae/users', '/backups/%5c..%5cusers', '/backups//users', '/backups/%252e%252e/users', '/backups/..;/users', '/nonsense', '/', '/Backups', '//backups']) {
    expectProblem(await through(all, 'GET', path), 404, 'not_found')
  }
  expect(upstream.seen).toHaveLength(before)
  // What is resolved before anybody looks is judged, and passed on, as what it resolves to.
  expect((await through(all, 'GET', '/backups/../users')).json.url).toBe('/api/users')
  expectProblem(await through(bearer, 'GET', '/backups/daily/%2e%2e/%2e%2e/users'), 403, 'forbidden')
})

test('answers pass as they are, but for what would act on this origin', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  const missing = await through(bearer, 'GET', '/backups/missing')
  expect([missing.status, missing.text]).toEqual([404, 'no such backup'])
  const redirect = await through(bearer, 'GET', '/backups/redirect')
  expect([redirect.status, redirect.header('location')]).toEqual([302, 'https://elsewhere.example/'])
  const page = await through(bearer, 'GET', '/backups/page')
  expect(page.status).toBe(200)
  expect(page.cookies).toEqual([])
  expect(page.header('content-security-policy')).toMatch(/^default-src 'none'; .* sandbox$/)
  expect(page.header('x-content-type-options')).toBe('nosniff')
  expect(page.header('x-own')).toBe('kept')
  expect(page.header('cache-control')).toBe('no-store')
  for (const name of ['clear-site-data', 'x-latchkey-owner', 'cdn-cache-control', 'expires', 'refresh', 'speculation-rules', 'access-control-allow-origin']) expect(page.header(name)).toBeNull()
})

test('bodies stream both ways: the first piece is back before the second is sent', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['backups:write'] })
  const headers = { Authorization: `Bearer ${secret}`, 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' }
  const call = request(`${origin}/gateway/backups/echo`, { method: 'POST', headers })
  const piece = 'x'.repeat(70_000)
  call.write(piece)
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => call.once('response', resolve).once('error', reject))
  expect(response.statusCode).toBe(200)
  let length = 0
  response.on('data', (chunk: Buffer) => (length += chunk.length))
  await expect.poll(() => length).toBe(70_000)
  call.end(piece)
  await new Promise((resolve) => response.once('end', resolve))
  expect(length).toBe(140_000)
})

test('an API that breaks off or is not there is a problem that says so', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  expectProblem(await through(bearer, 'GET', '/backups/broken'), 502, 'upstream')
})

test('an API that does not answer in time is a problem that says so, whatever was sent', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:write'] })
  const silent = ['GET', 'POST'].map((method) => through(bearer, method, '/backups/silent', method === 'POST' ? { body: 'hello' } : {}))
  expect((await through(bearer, 'GET', '/backups/daily')).status).toBe(200)
  for (const answer of await Promise.all(silent)) {
    expectProblem(answer, 504, 'upstream')
    const warned = (await linesOf(answer, 'warn')).filter(({ level }) => level === 'warn')
    expect(warned).toEqual([{ level: 'warn', request_id: answer.requestId, upstream: 'no answer in time' }])
  }
  expect(upstream.seen.filter(({ url }) => url.endsWith('/silent')).map(({ body }) => body).sort()).toEqual(['', 'hello'])
})

test('what an API answers that is no valid HTTP is a problem that says so', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  for (const head of ['HTTP/1.1 600 Odd', 'HTTP/1.1 999 Odd', 'HTTP/1.1 200 OK\r\nx-bell: a\u0007b']) {
    expectProblem(await through(bearer, 'GET', `/backups/raw?head=${encodeURIComponent(head)}`), 502, 'upstream')
  }
})

test('a body whose length is known arrives with it', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:write'] })
  for (const length of [0, 5, 70_000]) {
    const { json } = await through(bearer, 'POST', '/backups', { body: 'x'.repeat(length) })
    expect([json.body.length, json.headers['content-length']]).toEqual([length, String(length)])
  }
})

test('a service account whose program names an origin is no other site', async ({ owner }) => {
  const { pair } = await makeAccount(owner)
  const told = await through(pair, 'POST', '/backups', { body: 'x', headers: { origin: 'https://app.example' } })
  expect(told.status, told.text).toBe(201)
})

test('WebSockets are refused in so many words', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  const answer = await through(bearer, 'GET', '/backups', { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' } })
  expectProblem(answer, 400, 'invalid')
})

test('use through the gateway is counted, and refusals are told', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
  await through(bearer(secret, '192.0.2.7'), 'GET', '/backups/daily')
  await through(bearer(secret, '192.0.2.8'), 'DELETE', '/backups/daily')
  const activity = async () => (await owner.get(`/tokens/${token.id}/activity`)).json
  await expect.poll(async () => (await activity()).refusals).toMatchObject([{ reason: 'insufficient_scope', missing: 'backups:write', call: 'DELETE /backups' }])
  expect((await activity()).calls.map((it: any) => it.call).sort()).toEqual(['DELETE /backups', 'GET /backups'])
})

test('who calls what is not for tokens, and who tries what is no credential, has a limit too', async ({ owner }) => {
  const { bearer: script } = await owner.makeToken({ scopes: ['backups:read'] })
  const forbidden = await script.get('/users/me')
  expect([forbidden.status, forbidden.header('ratelimit-policy')]).toEqual([403, '"credential";q=200;w=60'])
  const guesser = bearer(secretOf('0'.repeat(30)))
  const unknown = await guesser.get('/tokens/self')
  expect([unknown.status, unknown.header('ratelimit-policy')]).toEqual([401, '"address";q=200;w=60'])
  for (const [caller, path] of [[script, '/users/me'], [guesser, '/tokens/self']] as const) {
    let limited = null
    // A minute may end in between, but not two.
    for (let calls = 0; calls < 410 && !limited; calls += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => caller.get(path)))
      limited = answers.find((answer) => answer.status === 429)
    }
    expectProblem(limited!, 429, 'rate_limited')
    expect(Number(limited?.header('retry-after'))).toBeGreaterThan(0)
  }
  // Whose credential is good is not held up by who guesses beside them.
  const { secret } = await owner.makeToken({ scopes: ['backups:read'] })
  expect((await bearer(secret, guesser.address).get('/tokens/self')).status).toBe(200)
})

test('a credential has a limit, which every answer tells', async ({ owner }) => {
  const { bearer, token } = await owner.makeToken({ scopes: ['backups:read'] })
  const first = await bearer.get('/tokens/self')
  expect(first.header('ratelimit-policy')).toBe('"credential";q=200;w=60')
  expect(first.header('ratelimit')).toMatch(/^"credential";r=\d+;t=\d+$/)
  expect(first.header('token-expires-at')).toBe(token.renewable_until)
  // A minute may end in between, but not two.
  let limited = null
  for (let calls = 0; calls < 410 && !limited; calls += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => through(bearer, 'GET', '/backups')))
    limited = answers.find((answer) => answer.status !== 200)
  }
  expectProblem(limited!, 429, 'rate_limited')
  expect(Number(limited?.header('retry-after'))).toBeGreaterThan(0)
  // Calls about the token itself count as well, so a secret cannot be replaced without end.
  const rotated = await Promise.all(Array.from({ length: 210 }, () => bearer.post('/tokens/self/rotate', { grace_seconds: 600 })))
  expect(rotated.some((answer) => answer.status === 429 && answer.header('ratelimit')?.includes('r=0'))).toBe(true)
  const { bearer: other } = await owner.makeToken({ scopes: ['backups:read'] })
  expect((await through(other, 'GET', '/backups')).status).toBe(200)
})

test('an API that is not there is a problem that says so', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  await upstream.stop()
  const answer = await through(bearer, 'GET', '/backups/secret-path')
  expectProblem(answer, 502, 'upstream')
  const warned = (await linesOf(answer, 'warn')).filter(({ level }) => level === 'warn')
  expect(warned).toEqual([{ level: 'warn', request_id: answer.requestId, upstream: expect.any(String) }])
  expect(JSON.stringify(warned)).not.toContain('secret-path')
  upstream = await new Upstream().start(Number(process.env.UPSTREAM_PORT))
  expect((await through(bearer, 'GET', '/backups')).status).toBe(200)
})

test('c.2 a call that is passed on is told among those of its token, with what the API behind answered', async ({ owner }) => {
  const { token, bearer: machine } = await owner.makeToken({ scopes: ['backups:read'] })
  const answers = [await through(machine, 'GET', '/backups/daily/missing'), await through(machine, 'DELETE', '/backups/daily')]
  expect(answers.map(({ status }) => status)).toEqual([404, 403])
  const told = async () => (await owner.get(`/tokens/${token.id}/calls`)).json.items.map(({ route, status, code, request_id }: any) => [route, status, code, request_id])
  await expect.poll(told, { timeout: 15_000 }).toEqual([
    ['DELETE /backups', 403, 'insufficient_scope', answers[1]?.requestId],
    ['GET /backups', 404, null, answers[0]?.requestId],
  ])
})
