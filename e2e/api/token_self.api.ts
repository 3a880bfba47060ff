import { Actor, bearer, newAddress } from '../support/actors'
import { ago, at, db, now } from '../support/db'
import { makeAccount } from '../support/machines'
import { expectProblem, refused } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const SELF = '/tokens/self'
const endsAt = (id: string, time: string) => db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', id, time)

test('a token says what it is and from which address it was called', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ name: 'nightly', description: 'copies', scopes: ['vaults:write'] })
  const answer = await bearer.get(SELF)
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({ ...token, client_ip: bearer.address })
  expect(answer.header('cache-control')).toBe('no-store')
})

test('a token needs no scope and no role with API access to ask about itself', async ({ owner }) => {
  const { bearer } = await owner.makeToken()
  await owner.take('Viewer')
  expect((await bearer.get(SELF)).status).toBe(200)
})

test('b.3 the last use is noted with its time and address, and then the next one', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  const noted = async () => {
    const { last_used_at, last_used_ip } = (await owner.get(`/tokens/${token.id}`)).json
    return [last_used_at, last_used_ip]
  }
  expect(await noted()).toEqual([null, null])
  for (const caller of [bearer, bearer.from(newAddress()), bearer.from('203.0.113.7')]) {
    const before = ago(0)
    expect((await caller.get(SELF)).status).toBe(200)
    await expect.poll(noted).toEqual([expect.any(String), caller.address])
    const [time] = await noted()
    expect(time >= before && time <= ago(0), `${time} after ${before}`).toBe(true)
  }
})

test('calls that are refused for their scope are uses; calls with a dead or wrong secret are not', async ({ owner }) => {
  const [scoped, dead] = [await owner.makeToken(), await owner.makeToken()]
  await endsAt(dead.token.id, ago(1))
  expectProblem(await dead.bearer.get(SELF), 401, 'token_expired')
  expectProblem(await scoped.bearer.get('/users'), 403, 'insufficient_scope')
  const used = async (id: string) => (await owner.get(`/tokens/${id}`)).json.last_used_at
  await expect.poll(() => used(scoped.token.id)).not.toBeNull()
  expect(await used(dead.token.id)).toBeNull()
})

test('C-R10 what a client says about its address by other headers is not believed, and opens no allowlist', async ({ owner }) => {
  const { bearer } = await owner.makeToken()
  const lies = { 'X-Forwarded-For': '192.0.2.9', 'X-Real-IP': '192.0.2.9', 'True-Client-IP': '192.0.2.9', Forwarded: 'for=192.0.2.9' }
  expect((await bearer.get(SELF, lies)).json.client_ip).toBe(bearer.address)
  const { bearer: guarded } = await owner.makeToken({ ip_allowlist: ['192.0.2.9'] })
  await refused(owner.tenant, () => guarded.get(SELF, lies), 403, 'ip_not_allowed')
  expect((await guarded.from('192.0.2.9').get(SELF)).json.client_ip).toBe('192.0.2.9')
})

test('b.3 a token ends itself, with an event that names it', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ name: 'nightly' })
  const answer = await bearer.delete(SELF)
  expect([answer.status, answer.text]).toEqual([204, ''])
  await refused(owner.tenant, () => bearer.delete(SELF), 401, 'token_revoked')
  expectProblem(await bearer.get(SELF), 401, 'token_revoked')
  expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ status: 'revoked', revoked_by: 'Ada Lovelace' })
  const event = await db.one('SELECT * FROM audit_events WHERE request_id = ?1', answer.requestId)
  expect(event).toMatchObject({
    action: 'token.revoked',
    actor_type: 'user',
    actor_id: owner.user.id,
    credential: token.id,
    target_type: 'token',
    target_id: token.id,
    target_name: 'nightly',
    ip: bearer.address,
  })
})

test('a token ends itself however often it was used', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  await expect.poll(async () => (await bearer.get(SELF)).status, { intervals: [0], timeout: 30_000 }).toBe(429)
  await refused(owner.tenant, () => bearer.post(`${SELF}/rotate`, {}), 429, 'rate_limited')
  expect((await bearer.delete(SELF)).status).toBe(204)
  expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('revoked')
})

test('a pair, which cannot end itself here, may not try that without end', async ({ owner }) => {
  const { basic } = await makeAccount(owner)
  expectProblem(await basic.delete(SELF), 403, 'forbidden')
  await expect.poll(async () => (await basic.delete(SELF)).status, { intervals: [0], timeout: 30_000 }).toBe(429)
})

test('a token that ends itself ends no other', async ({ owner }) => {
  const [one, other] = [await owner.makeToken(), await owner.makeToken()]
  await one.bearer.delete(SELF)
  expect((await other.bearer.get(SELF)).status).toBe(200)
})

test('a revoked token says so at once, on every route', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ scopes: ['users:read'] })
  expect((await bearer.get('/users')).status).toBe(200)
  await owner.delete(`/tokens/${token.id}`)
  for (const path of [SELF, '/users', '/users/me/tokens', '/session']) {
    const answer = await bearer.get(path)
    expectProblem(answer, 401, 'token_revoked')
    expect(answer.header('www-authenticate')).toBe('Bearer realm="Latchkey", error="invalid_token"')
  }
})

test('a token is good before the instant of its end and expired from that instant on', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  const end = now() + 2
  await endsAt(token.id, at(end))
  const answers: { status: number; sent: number; received: number }[] = []
  await expect
    .poll(async () => {
      const sent = Date.now() / 1000
      const answer = await bearer.get(SELF)
      answers.push({ status: answer.status, sent, received: Date.now() / 1000 })
      if (answer.status !== 200) expectProblem(answer, 401, 'token_expired')
      return answer.status
    }, { intervals: [50] })
    .toBe(401)
  expect(answers.length).toBeGreaterThan(1)
  for (const { status, sent, received } of answers) {
    if (status === 200) expect(sent).toBeLessThan(end)
    else expect(received).toBeGreaterThanOrEqual(end)
  }
})

test('a token whose end is this very second is expired, for its caller, its owner and the statistics alike', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  await endsAt(token.id, ago(0))
  const answer = await bearer.get(SELF)
  expectProblem(answer, 401, 'token_expired')
  expect(answer.header('www-authenticate')).toBe('Bearer realm="Latchkey", error="invalid_token"')
  expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('expired')
  expect((await owner.get('/statistics')).json.tokens).toEqual({ active: 0, disabled: 0, expired: 1, revoked: 0 })
})

test('a token that was revoked and has expired says revoked', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  await owner.delete(`/tokens/${token.id}`)
  await endsAt(token.id, ago(1))
  expectProblem(await bearer.get(SELF), 401, 'token_revoked')
})

test('an end that is moved ahead makes an expired token good again', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  await endsAt(token.id, ago(1))
  expectProblem(await bearer.get(SELF), 401, 'token_expired')
  await endsAt(token.id, ago(-60))
  expect((await bearer.get(SELF)).status).toBe(200)
})

const wrongSecrets: [string, (secret: string) => string][] = [
  ['empty', () => ''],
  ['a word', () => 'letmein'],
  ['truncated', (secret) => secret.slice(0, -1)],
  ['lengthened', (secret) => `${secret}0`],
  ['with wrong check characters', (secret) => secret.slice(0, 34) + (secret.endsWith('000000') ? '000001' : '000000')],
  ['with a typing error', (secret) => secret.slice(0, 9) + (secret[9] === 'a' ? 'b' : 'a') + secret.slice(10)],
  ['in another case', (secret) => `lkp_${secret.slice(4).toLowerCase() === secret.slice(4) ? secret.slice(4).toUpperCase() : secret.slice(4).toLowerCase()}`],
  ['well-formed and never issued', () => secretOf('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ')],
  ['of the right form for another kind', () => secretOf('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ', 'lka_')],
  ['with the prefix of a session', (secret) => secretOf(secret.slice(4, 34), 'lkn_')],
  ['its own prefix only', (secret) => secret.slice(0, 8)],
  ['SQL', () => "lkp_' OR '1'='1"],
  ['very long', () => `lkp_${'a'.repeat(7000)}`],
]
for (const [what, forge] of wrongSecrets) {
  test(`a secret that is ${what} is 401 unauthenticated, and says no more`, async ({ owner }) => {
    const { secret } = await owner.makeToken()
    const answer = await bearer(forge(secret)).get(SELF)
    expectProblem(answer, 401, 'unauthenticated')
    expect(answer.header('www-authenticate')).toMatch(/^Bearer realm="Latchkey"/)
    expect(answer.text).not.toContain(secret)
  })
}

test('an unknown secret and one that is not well-formed get the same answer', async () => {
  const strip = ({ request_id: _, ...rest }: any) => rest
  const unknown = await bearer(secretOf('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ')).get(SELF)
  expect(strip(unknown.json)).toEqual(strip((await bearer('lkp_x').get(SELF)).json))
})

test('the digest and the id of a token are no credentials', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const { digest } = await db.one('SELECT digest FROM tokens WHERE id = ?1', token.id)
  for (const secret of [digest, token.id]) expectProblem(await bearer(secret).get(SELF), 401, 'unauthenticated')
})

test('without any credential, or with a session, these routes are 401 and name the way', async ({ anonymous, owner }) => {
  for (const caller of [anonymous, owner]) {
    const answer = await caller.get(SELF)
    expectProblem(answer, 401, 'unauthenticated')
    expect(answer.header('www-authenticate')).toBe('Bearer realm="Latchkey"')
  }
  await refused(owner.tenant, () => owner.delete(SELF), 401, 'unauthenticated')
})

test('two credentials at once are 400, good or not', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  const cookie = `__Host-session=${owner.cookie}`
  const both: Record<string, string | string[]>[] = [
    { Authorization: `Bearer ${secret}`, Cookie: cookie },
    { Authorization: `Bearer ${secret}`, Cookie: '__Host-session=lkn_x' },
    { Authorization: 'Bearer lkp_x', Cookie: cookie },
  ]
  for (const headers of both) {
    const caller = new Actor(newAddress(), { ...headers, Origin: owner.headers.Origin })
    for (const path of [SELF, '/users', '/session']) expectProblem(await caller.get(path), 400, 'invalid')
    await refused(owner.tenant, () => caller.delete(SELF), 400, 'invalid')
    await refused(owner.tenant, () => caller.post('/users/me/tokens', { name: 'x', scopes: ['users:read'] }), 400, 'invalid')
  }
})

test('two Authorization headers are 400, whichever is good', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  for (const both of [[`Bearer ${secret}`, 'Bearer lkp_x'], [`Bearer ${secret}`, `Bearer ${secret}`], ['Basic eDp5', `Bearer ${secret}`]]) {
    expectProblem(await new Actor(newAddress(), { Authorization: both as any }).get(SELF), 400, 'invalid')
  }
})

test('other schemes are 401, also with a good secret or beside a session', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  const basic = `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`
  for (const value of [basic, secret, `Token ${secret}`, `Bearer${secret}`, 'Bearer', 'Bearer ', 'Negotiate x']) {
    expectProblem(await new Actor(newAddress(), { Authorization: value }).get(SELF), 401, 'unauthenticated')
  }
  expectProblem(await owner.get('/session', { Authorization: basic }), 400, 'invalid')
})

test('the scheme is taken in any case, as the standard has it', async ({ owner }) => {
  const { secret } = await owner.makeToken()
  for (const scheme of ['bearer', 'BEARER']) {
    expect((await new Actor(newAddress(), { Authorization: `${scheme} ${secret}` }).get(SELF)).status).toBe(200)
  }
})

test('a secret in the URL, in a body or in another header is no credential', async ({ owner, anonymous }) => {
  const { secret } = await owner.makeToken({ scopes: ['users:read'] })
  for (const path of [`/users?access_token=${secret}`, `/users?token=${secret}`]) expectProblem(await anonymous.get(path), 401, 'unauthenticated')
  for (const name of ['api-key', 'X-API-Key', 'X-Auth-Token']) expectProblem(await anonymous.get('/users', { [name]: secret }), 401, 'unauthenticated')
})
