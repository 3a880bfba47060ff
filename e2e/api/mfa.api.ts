import { Person, bearer } from '../support/actors'
import { MINUTE, ago, db } from '../support/db'
import { mailTo, mailsTo } from '../support/mail'
import { colleague } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const GUESSED = 'Wrong second factors were given for your account'

/** Switches the second factor on; gives the seed and the recovery codes. The code used for it is spent. */
async function enrol(person: Person): Promise<{ secret: string; codes: string[] }> {
  const setup = await person.post('/users/me/totp')
  expect(setup.status, setup.text).toBe(200)
  const { secret } = setup.json
  const confirmed = await person.post('/users/me/totp/confirm', { code: totp(secret) })
  expect(confirmed.status, confirmed.text).toBe(200)
  return { secret, codes: confirmed.json.recovery_codes }
}

/** As if the last code had been used long ago. */
const later = (person: Person) => db.rows('UPDATE totps SET last_step = 0 WHERE user_id = ?1', person.user.id)

/** Begins to set up another app in the place of the one that is on; gives its seed. */
async function beginAnother(person: Person): Promise<string> {
  const setup = await person.post('/users/me/totp')
  expect(setup.status, setup.text).toBe(200)
  return setup.json.secret
}

/** What becomes of a sign-in in another browser with this code. */
async function signInWith(person: Person, code: string): Promise<number> {
  const other = new Person(person.account)
  expect((await other.signIn()).json).toEqual({ status: 'mfa_required' })
  return (await other.post('/session/mfa', { code })).status
}

test('E-04 switching on takes a code of the app and tells ten recovery codes once', async ({ owner }) => {
  const { json } = await owner.post('/users/me/totp')
  expect(json.secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(json.uri).toBe(`otpauth://totp/Latchkey:${encodeURIComponent(owner.account.email)}?secret=${json.secret}&issuer=Latchkey`)
  expect((await owner.get('/users/me')).json.mfa_enabled, 'not before it is confirmed').toBe(false)

  const confirmed = await owner.post('/users/me/totp/confirm', { code: totp(json.secret) })
  const codes = confirmed.json.recovery_codes
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  expect((await owner.get('/users/me')).json.mfa_enabled).toBe(true)
  expect((await owner.get('/users/me/totp')).json).toEqual({ enabled: true, recovery_codes_left: 10 })
  const everything = await db.dump()
  for (const secret of [json.secret, ...codes, codes[0].replaceAll('-', '')]) expect(everything).not.toContain(secret)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'mfa.enabled'`, owner.tenant)).toBe(1)
})

test('a wrong code switches nothing on', async ({ owner }) => {
  const { secret } = (await owner.post('/users/me/totp')).json
  for (const code of [totp(secret, -3), totp(secret, 3), '0000-0000-0000-0000']) {
    expectProblem(await owner.post('/users/me/totp/confirm', { code }), 422, 'invalid', ['/code'])
  }
  await refused(owner.tenant, () => owner.post('/users/me/totp/confirm', { code: 'x' }), 422, 'invalid', ['/code'])
  expect((await owner.get('/users/me')).json.mfa_enabled).toBe(false)
})

test('an app that is only being set up finishes no sign-in, and goes with the password', async ({ owner }) => {
  expect((await owner.post('/users/me/totp')).status).toBe(200)
  const password = 'lantern orchard pebble'
  expect((await owner.post('/users/me/password', { current_password: owner.account.password, new_password: password })).status).toBe(204)
  expect(await db.count('FROM totps WHERE user_id = ?1', owner.user.id)).toBe(0)

  await owner.signIn({ password })
  expect((await owner.put('/policy', { ...(await owner.get('/policy')).json, mfa_required: true })).status).toBe(200)
  expect((await owner.signIn({ password })).json).toEqual({ status: 'mfa_required' })
  const { secret } = (await owner.post('/users/me/totp')).json
  expectProblem(await owner.post('/session/mfa', { code: totp(secret) }), 401, 'unauthenticated')
  expectProblem(await owner.get('/users/me'), 401, 'mfa_required')
  const answers = await Promise.all([totp(secret), totp(secret, -1)].map((code) => owner.post('/users/me/totp/confirm', { code })))
  const codes = answers.flatMap(({ json }) => json.recovery_codes ?? [])
  expect(codes, 'one of two side by side switches it on').toHaveLength(10)
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(10)
  await owner.signIn({ password })
  expect((await owner.post('/session/mfa', { code: codes[0] })).status).toBe(200)
})

test('signing in then needs both, and the half session is good for nothing else', async ({ owner }) => {
  const { secret } = await enrol(owner)
  await later(owner)
  const answer = await owner.signIn()
  expect([answer.status, answer.json]).toEqual([200, { status: 'mfa_required' }])
  const half = owner.cookie
  for (const path of ['/session', '/users/me', '/users/me/tokens', '/audit-events', '/users/me/sessions']) {
    expectProblem(await owner.get(path), 401, 'mfa_required')
  }
  await refused(owner.tenant, () => owner.post('/users/me/totp'), 401, 'mfa_required')
  await refused(owner.tenant, () => owner.delete('/users/me/totp'), 401, 'mfa_required')

  const done = await owner.post('/session/mfa', { code: totp(secret) })
  expect(done.status, done.text).toBe(200)
  expect(done.json).toMatchObject({ status: 'signed_in', user: { id: owner.user.id, mfa_enabled: true } })
  expect(owner.cookie).not.toBe(half)
  expect((await owner.get('/session')).status).toBe(200)
  owner.cookie = half
  expectProblem(await owner.get('/session'), 401, 'unauthenticated')
})

test('a code serves once, also against calls side by side and the neighbouring steps', async ({ owner }) => {
  const { secret } = await enrol(owner)
  await later(owner)
  const code = totp(secret)
  const people = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const other = Object.assign(Object.create(Object.getPrototypeOf(owner)), owner, { cookie: '' }) as Person
      await other.signIn()
      return other
    }),
  )
  const answers = await Promise.all(people.map((person) => person.post('/session/mfa', { code })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401, 401])
  await owner.signIn()
  expectProblem(await owner.post('/session/mfa', { code }), 401, 'unauthenticated')
  expectProblem(await owner.post('/session/mfa', { code: totp(secret, -1) }), 401, 'unauthenticated')
  expect((await owner.post('/session/mfa', { code: totp(secret, 1) })).status, 'the next is good').toBe(200)
})

test('a recovery code serves once, in any spelling, and the count goes down', async ({ owner }) => {
  const { codes } = await enrol(owner)
  const [code = ''] = codes
  await owner.signIn()
  const signedIn = await owner.post('/session/mfa', { code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` })
  expect([signedIn.status, signedIn.json.recovery_codes_left]).toEqual([200, 9])
  expect((await owner.get('/users/me/totp')).json).toEqual({ enabled: true, recovery_codes_left: 9 })
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'recovery_code.used'`, owner.tenant)).toBe(1)
  await owner.signIn()
  expectProblem(await owner.post('/session/mfa', { code }), 401, 'unauthenticated')
})

test("a recovery code of somebody else's is no good", async ({ owner, stranger }) => {
  const [{ codes }] = [await enrol(stranger), await enrol(owner)]
  await owner.signIn()
  expectProblem(await owner.post('/session/mfa', { code: codes[0] }), 401, 'unauthenticated')
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', stranger.user.id)).toBe(10)
})

test('wrong codes are counted, and a new sign-in does not start the count again', async ({ owner }) => {
  const { secret, codes } = await enrol(owner)
  await later(owner)
  for (let i = 0; i < 10; i++) {
    if (i % 5 === 0) await owner.signIn()
    expectProblem(await owner.post('/session/mfa', { code: totp(secret, 5 + i) }), 401, 'unauthenticated')
  }
  for (const code of [totp(secret), codes[0]]) expectProblem(await owner.post('/session/mfa', { code }), 429, 'rate_limited')
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(10)
})

test('who has the password or the session cannot keep the owner out by wrong codes, and the owner hears of it', async ({ owner }) => {
  const { secret } = await enrol(owner)
  await later(owner)
  const thief = new Person(owner.account)
  await thief.signIn()
  for (let i = 0; i < 10; i++) expectProblem(await thief.post('/session/mfa', { code: totp(secret, 5 + i) }), 401, 'unauthenticated')
  expect(await mailsTo(owner.account.email)).not.toContainEqual(expect.objectContaining({ subject: GUESSED }))
  for (let i = 0; i < 3; i++) expectProblem(await thief.post('/session/mfa', { code: totp(secret) }), 429, 'rate_limited')
  expect((await mailTo(owner.account.email, GUESSED)).text).toContain('set a new password at once')
  // In the browser that they know.
  await owner.signIn()
  expect((await owner.post('/session/mfa', { code: totp(secret) })).status).toBe(200)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'session.limited'`, owner.tenant)).toBe(1)
})

test('whoever is half signed in can give way: the half session ends', async ({ owner }) => {
  const { secret } = await enrol(owner)
  await later(owner)
  const whole = owner.cookie
  const other = new Person(owner.account)
  await other.signIn()
  const half = other.cookie
  const left = await other.delete('/session')
  expect([left.status, left.cookies.some((cookie) => cookie.includes('Max-Age=0'))]).toEqual([204, true])
  other.cookie = half
  expectProblem(await other.post('/session/mfa', { code: totp(secret) }), 401, 'unauthenticated')
  expect(await db.count('FROM sessions WHERE user_id = ?1 AND half = 1', owner.user.id)).toBe(0)
  owner.cookie = whole
  expect((await owner.get('/session')).status).toBe(200)
})

test('a half session is over after ten minutes, and a whole one cannot take its place', async ({ owner }) => {
  const { secret } = await enrol(owner)
  await later(owner)
  expectProblem(await owner.post('/session/mfa', { code: totp(secret) }), 401, 'unauthenticated')
  await owner.signIn()
  await db.rows('UPDATE sessions SET created_at = ?1 WHERE user_id = ?2 AND half = 1', ago(10 * MINUTE), owner.user.id)
  expectProblem(await owner.post('/session/mfa', { code: totp(secret) }), 401, 'unauthenticated')
})

test('the second factor is a step-up too, but not while it is only being set up', async ({ owner }) => {
  const { secret } = (await owner.post('/users/me/totp')).json
  await owner.goStale()
  expectProblem(await owner.post('/session/step-up', { code: totp(secret) }), 401, 'unauthenticated')
  await owner.post('/session/step-up', { password: owner.account.password })
  const enrolled = await enrol(owner)
  await owner.goStale()
  await later(owner)
  await refused(owner.tenant, () => owner.post('/users/me/tokens', { name: 'x', scopes: ['jobs:read'] }), 403, 'step_up_required')
  expect((await owner.post('/session/step-up', { code: totp(enrolled.secret) })).status).toBe(204)
  await owner.makeToken()
})

test('setting up, switching off and new recovery codes ask for a step-up; the old codes end', async ({ owner }) => {
  const { secret, codes } = await enrol(owner)
  await owner.goStale()
  for (const call of [() => owner.post('/users/me/totp'), () => owner.delete('/users/me/totp'), () => owner.post('/users/me/recovery-codes')]) {
    await refused(owner.tenant, call, 403, 'step_up_required')
  }
  await owner.post('/session/step-up', { password: owner.account.password })
  await refused(owner.tenant, () => owner.post('/users/me/totp/confirm', { code: totp(secret) }), 409, 'conflict')
  const renewed = (await owner.post('/users/me/recovery-codes')).json.recovery_codes
  expect(renewed).toHaveLength(10)
  expect(renewed).not.toContain(codes[0])
  await owner.signIn()
  expectProblem(await owner.post('/session/mfa', { code: codes[0] }), 401, 'unauthenticated')
  expect((await owner.post('/session/mfa', { code: renewed[0] })).status).toBe(200)
  expect((await owner.delete('/users/me/totp')).status).toBe(204)
  expect((await owner.signIn()).json.status).toBe('signed_in')
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(0)
  expect(await db.count('FROM totps WHERE user_id = ?1', owner.user.id)).toBe(0)
  await refused(owner.tenant, () => owner.post('/users/me/recovery-codes'), 409, 'conflict')
})

test('an app is replaced by another under a policy that requires one, and its owner is told', async ({ owner }) => {
  const { secret } = await enrol(owner)
  expect((await owner.put('/policy', { ...(await owner.get('/policy')).json, mfa_required: true })).status).toBe(200)
  const next = await beginAnother(owner)
  expect(next).not.toBe(secret)
  const confirmed = await owner.post('/users/me/totp/confirm', { code: totp(next) })
  expect(confirmed.status, confirmed.text).toBe(200)
  expect(confirmed.json.recovery_codes).toHaveLength(10)
  expect((await owner.get('/users/me/totp')).json).toEqual({ enabled: true, recovery_codes_left: 10 })
  expect((await owner.get('/users/me')).json.mfa_enabled).toBe(true)
  await mailTo(owner.account.email, 'The authenticator app of your account was replaced')
  const everything = await db.dump()
  for (const told of [next, ...confirmed.json.recovery_codes]) expect(everything).not.toContain(told)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'mfa.replaced'`, owner.tenant)).toBe(1)
  await refused(owner.tenant, () => owner.post('/users/me/totp/confirm', { code: totp(next, 1) }), 409, 'conflict')
  await refused(owner.tenant, () => owner.delete('/users/me/totp'), 409, 'conflict')
})

test('the app and the recovery codes that there are work until another app is confirmed, and not after', async ({ owner }) => {
  const { secret, codes } = await enrol(owner)
  await later(owner)
  const next = await beginAnother(owner)
  expect(await signInWith(owner, totp(next)), 'not before it is confirmed').toBe(401)
  expect(await signInWith(owner, totp(secret))).toBe(200)
  expect(await signInWith(owner, codes[0] ?? '')).toBe(200)

  const code = totp(next)
  const confirmed = await owner.post('/users/me/totp/confirm', { code })
  expect(confirmed.status, confirmed.text).toBe(200)
  expect(await signInWith(owner, code), 'the code is spent').toBe(401)
  await later(owner)
  for (const old of [totp(secret), codes[1] ?? '']) expect(await signInWith(owner, old)).toBe(401)
  for (const good of [totp(next), confirmed.json.recovery_codes[0]]) expect(await signInWith(owner, good)).toBe(200)
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(9)
})

test('no other app takes the place without a code of its own', async ({ owner }) => {
  const { secret, codes } = await enrol(owner)
  await later(owner)
  const next = await beginAnother(owner)
  const confirm = (code = '') => owner.post('/users/me/totp/confirm', { code })
  await refused(owner.tenant, () => confirm(codes[0]), 422, 'invalid', ['/code'])
  const kept = async () => {
    const { totps, recovery_codes } = await db.state(owner.tenant)
    return { totps, recovery_codes }
  }
  const before = await kept()
  for (const code of [totp(secret), totp(next, -3), totp(next, 3)]) expectProblem(await confirm(code), 422, 'invalid', ['/code'])
  expect(await kept()).toEqual(before)

  const another = await beginAnother(owner)
  expectProblem(await confirm(totp(next)), 422, 'invalid', ['/code'])
  expect((await confirm(totp(another))).status, 'the one that was begun last').toBe(200)
})

test('of two confirmations side by side one puts the app in its place and tells codes', async ({ owner }) => {
  await enrol(owner)
  const next = await beginAnother(owner)
  const answers = await Promise.all([totp(next), totp(next, -1)].map((code) => owner.post('/users/me/totp/confirm', { code })))
  const codes = answers.flatMap(({ json }) => json.recovery_codes ?? [])
  expect(codes).toHaveLength(10)
  expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(10)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'mfa.replaced'`, owner.tenant)).toBe(1)
  expect(await signInWith(owner, codes[0])).toBe(200)
})

test('an app that was to replace another goes with the password, and the other stays', async ({ owner }) => {
  const { codes } = await enrol(owner)
  const next = await beginAnother(owner)
  const password = 'lantern orchard pebble'
  expect((await owner.post('/users/me/password', { current_password: owner.account.password, new_password: password })).status).toBe(204)
  expect(await db.count('FROM totps WHERE user_id = ?1 AND next_seed IS NULL', owner.user.id)).toBe(1)
  await owner.signIn({ password })
  expect((await owner.post('/session/mfa', { code: codes[0] })).status).toBe(200)
  await refused(owner.tenant, () => owner.post('/users/me/totp/confirm', { code: totp(next) }), 409, 'conflict')
})

test('no token comes near it', async ({ owner }) => {
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  for (const [method, path] of [['GET', '/totp'], ['POST', '/totp'], ['DELETE', '/totp'], ['POST', '/totp/confirm'], ['POST', '/recovery-codes']] as const) {
    await refused(owner.tenant, () => bearer(secret).call(method, `/api/v1/users/me${path}`, method === 'POST' ? { json: {} } : {}), 403, 'forbidden')
  }
})

test.describe('whoever looks after people', () => {
  const at = (person: Person) => `/users/${person.user.id}/totp`

  test('resets the second factor of somebody who has lost it, who is told and sets up another', async ({ owner }) => {
    const grace = await colleague(owner)
    const { secret, codes } = await enrol(grace)
    await grace.post('/users/me/totp')
    const waiting = new Person(grace.account)
    expect((await waiting.signIn()).json).toEqual({ status: 'mfa_required' })
    expect((await owner.delete(at(grace))).status).toBe(204)
    expect(await db.rows('SELECT 1 FROM totps WHERE user_id = ?1 UNION ALL SELECT 1 FROM recovery_codes WHERE user_id = ?1', grace.user.id)).toEqual([])
    const mail = await mailTo(grace.account.email, 'Multi-Factor Authentication was switched off')
    expect(mail.text).toContain('Your second factor was reset, and you were signed out everywhere.')
    expect(mail.text).toContain('By: Ada Lovelace')
    expect(mail.text, 'from where an Administrator works is theirs').not.toContain(owner.address)
    for (const ended of [grace, waiting]) expectProblem(await ended.get('/session'), 401, 'unauthenticated')
    const event = await db.one(`SELECT actor_id, target_id, target_name FROM audit_events WHERE tenant_id = ?1 AND action = 'mfa.disabled'`, owner.tenant)
    expect(event).toEqual({ actor_id: owner.user.id, target_id: grace.user.id, target_name: 'Grace Hopper' })
    const other = new Person(grace.account)
    expect((await other.signIn()).json.status).toBe('signed_in')
    await refused(owner.tenant, () => owner.delete(at(grace)), 409, 'conflict')

    expect((await owner.put('/policy', { ...(await owner.get('/policy')).json, mfa_required: true })).status).toBe(200)
    await grace.signIn()
    const next = await enrol(grace)
    expect(next.secret).not.toBe(secret)
    expect(next.codes).not.toContain(codes[0])
    expect((await owner.delete(at(grace))).status, 'also under a policy that asks for one').toBe(204)
    const half = new Person(grace.account)
    expect((await half.signIn()).json).toEqual({ status: 'mfa_required' })
    expect((await half.post('/users/me/totp')).status, 'and is set up anew in the course of signing in').toBe(200)
  })

  test('resets neither their own nor that of an Administrator whom they may not look after', async ({ owner, stranger, anonymous }) => {
    await enrol(owner)
    await refused(owner.tenant, () => owner.delete(at(owner)), 409, 'conflict')
    const kay = await colleague(owner, 'Viewer', { first_name: 'Kay' })
    await refused(owner.tenant, () => kay.delete(at(owner)), 403, 'forbidden')
    await kay.take('Keeper', 'manage_users')
    await refused(owner.tenant, () => kay.delete(at(owner)), 403, 'forbidden')
    const mina = await colleague(owner, 'Viewer', { first_name: 'Mina' })
    await mina.take('Ruler', 'administer')
    await enrol(mina)
    await refused(owner.tenant, () => kay.delete(at(mina)), 403, 'forbidden')
    await refused(owner.tenant, () => stranger.delete(at(owner)), 404, 'not_found')
    await refused(owner.tenant, () => anonymous.delete(at(owner)), 401, 'unauthenticated')
    const grace = await colleague(owner, 'Viewer')
    await enrol(grace)
    await kay.goStale()
    await refused(owner.tenant, () => kay.delete(at(grace)), 403, 'step_up_required')
    expect((await db.one('SELECT count(*) AS n FROM users WHERE tenant_id = ?1 AND mfa_enabled = 1', owner.tenant)).n).toBe(3)
  })
})
