import { Person, bearer } from '../support/actors'
import { db } from '../support/db'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const POLICY = {
  token_max_days: { all: 365, custom: 365, hyperscale: 365, microsoft_scim: 365, one_touch_recovery: 14 },
  token_default_days: { all: 90, custom: 90, hyperscale: 90, microsoft_scim: 30, one_touch_recovery: 7 },
  forever_allowed: false,
  mfa_required: false,
  refresh_access_minutes: 30,
  inactivity_days: null,
  max_live_tokens: 50,
}

test('everybody reads the policy; what is read can be put back as it is', async ({ owner }) => {
  expect((await owner.get('/policy')).json).toEqual(POLICY)
  const before = await db.state(owner.tenant)
  expect((await owner.put('/policy', POLICY)).json).toEqual(POLICY)
  expect(await db.state(owner.tenant)).toEqual(before)
  await owner.take('Viewer')
  expect((await owner.get('/policy')).status).toBe(200)
})

test('an administrator replaces it, with an event that tells the difference', async ({ owner, stranger }) => {
  const changed = { ...POLICY, forever_allowed: true, max_live_tokens: 20 }
  expect((await owner.put('/policy', changed)).json).toEqual(changed)
  expect((await owner.get('/policy')).json).toEqual(changed)
  expect((await stranger.get('/policy')).json, 'of their own tenant only').toEqual(POLICY)
  const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'policy.updated'`, owner.tenant)
  expect(JSON.parse(event.changes)).toEqual({ forever_allowed: { from: false, to: true }, max_live_tokens: { from: 50, to: 20 } })
  expect((await owner.put('/policy', {})).json, 'left out is the default').toEqual(POLICY)
})

test('who may not, who did not confirm lately, and what breaks a rule is refused', async ({ owner }) => {
  const wrong = { ...POLICY, token_max_days: { ...POLICY.token_max_days, custom: 366 }, refresh_access_minutes: 0, x: 1 }
  await refused(owner.tenant, () => owner.put('/policy', wrong), 422, 'invalid', ['/token_max_days/custom', '/refresh_access_minutes', '/x'])
  const { secret } = await owner.makeToken({ scopes: ['policies:write'] })
  await refused(owner.tenant, () => bearer(secret).put('/policy', POLICY), 403, 'forbidden')
  await owner.goStale()
  await refused(owner.tenant, () => owner.put('/policy', POLICY), 403, 'step_up_required')
  await owner.take('Member')
  await refused(owner.tenant, () => owner.put('/policy', POLICY), 403, 'forbidden')
})

test('of two changes side by side one holds and the other is told', async ({ owner }) => {
  const answers = await Promise.all([60, 120].map((refresh_access_minutes) => owner.put('/policy', { ...POLICY, refresh_access_minutes })))
  const good = answers.filter((answer) => answer.status === 200)
  for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 412, 'precondition_failed')
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'policy.updated'`, owner.tenant)).toBe(good.length)
  expect((await owner.get('/policy')).json).toEqual(good.at(-1)?.json)
})

test.describe('a policy that requires a second factor', () => {
  test('lets nobody in before one is set up, in the course of signing in', async ({ owner }) => {
    expect((await owner.put('/policy', { ...POLICY, mfa_required: true })).status).toBe(200)
    expect((await owner.get('/session')).status, 'who is in stays in').toBe(200)

    const person = new Person(owner.account)
    expect((await person.signIn()).json).toEqual({ status: 'mfa_required' })
    const half = person.cookie
    expectProblem(await person.get('/session'), 401, 'mfa_required')
    expectProblem(await person.get('/users/me/tokens'), 401, 'mfa_required')
    expect((await person.get('/users/me/totp')).json).toEqual({ enabled: false, recovery_codes_left: 0 })
    const { secret } = (await person.post('/users/me/totp')).json
    expectProblem(await person.post('/users/me/totp/confirm', { code: totp(secret, 20) }), 422, 'invalid', ['/code'])
    expectProblem(await person.get('/session'), 401, 'mfa_required')

    const confirmed = await person.post('/users/me/totp/confirm', { code: totp(secret) })
    expect(confirmed.status, confirmed.text).toBe(200)
    expect(confirmed.json.recovery_codes).toHaveLength(10)
    expect(person.cookie).not.toBe(half)
    expect((await person.get('/session')).json.user.mfa_enabled).toBe(true)
    const old = Object.assign(new Person(owner.account), { cookie: half })
    expectProblem(await old.get('/session'), 401, 'unauthenticated')
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action IN ('session.created', 'mfa.enabled') AND credential = ?2`, owner.tenant, (await person.get('/users/me/sessions')).json.items.find((it: any) => it.current).id)).toBe(2)
  })

  test('does not let a half session of somebody who has one set up another', async ({ owner }) => {
    const { secret } = (await owner.post('/users/me/totp')).json
    await owner.post('/users/me/totp/confirm', { code: totp(secret) })
    await owner.put('/policy', { ...POLICY, mfa_required: true })
    const person = new Person(owner.account)
    await person.signIn()
    await refused(owner.tenant, () => person.post('/users/me/totp'), 401, 'mfa_required')
    await refused(owner.tenant, () => person.post('/users/me/totp/confirm', { code: totp(secret) }), 401, 'mfa_required')
  })

  test('keeps people from switching theirs off', async ({ owner }) => {
    const { secret } = (await owner.post('/users/me/totp')).json
    await owner.post('/users/me/totp/confirm', { code: totp(secret) })
    await owner.put('/policy', { ...POLICY, mfa_required: true })
    await refused(owner.tenant, () => owner.delete('/users/me/totp'), 409, 'conflict')
  })
})

test.describe('a preview', () => {
  test('counts the tokens and people that a stricter policy touches, of the own company only, and writes nothing', async ({ owner, stranger }) => {
    await owner.put('/policy', { ...POLICY, forever_allowed: true })
    const end = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z')
    await owner.makeToken({ renewable_until: end(300) })
    await owner.makeToken({ renewable_until: end(20) })
    await owner.makeToken({ renewable_until: null })
    await owner.makeToken({ kind: 'one_touch_recovery', scopes: undefined, expires_at: end(10) })
    await owner.post('/tokens/revoke', { ids: [(await owner.makeToken({ renewable_until: end(300) })).token.id] })
    await stranger.makeToken({ renewable_until: end(300) })
    const days = (change: object) => ({ ...POLICY.token_max_days, ...change })
    const defaults = { all: 7, custom: 7, hyperscale: 7, microsoft_scim: 7, one_touch_recovery: 7 }
    const preview = async (change: object) => (await owner.post('/policy/preview', { ...POLICY, token_default_days: defaults, forever_allowed: true, ...change })).json
    const before = await db.state(owner.tenant)
    expect(await preview({})).toEqual({ tokens: 0, people: 0 })
    expect(await preview({ token_max_days: days({ custom: 30 }) })).toEqual({ tokens: 1, people: 0 })
    expect(await preview({ token_max_days: days({ custom: 30, one_touch_recovery: 7 }), forever_allowed: false })).toEqual({ tokens: 3, people: 0 })
    expect(await preview({ mfa_required: true })).toEqual({ tokens: 0, people: 1 })
    expectProblem(await owner.post('/policy/preview', { ...POLICY, max_live_tokens: 0 }), 422, 'invalid', ['/max_live_tokens'])
    await owner.goStale()
    expect((await owner.post('/policy/preview', POLICY)).status, 'to look takes no confirmation').toBe(200)
    expect(await db.state(owner.tenant)).toEqual(before)
    await owner.take('Member')
    expectProblem(await owner.post('/policy/preview', POLICY), 403, 'forbidden')
  })
})

test('with an old entity tag it is not replaced', async ({ owner }) => {
  const seen = (await owner.get('/policy')).header('etag') ?? ''
  const first = await owner.put('/policy', { ...POLICY, max_live_tokens: 9 }, { 'If-Match': seen })
  expect([first.status, first.header('etag')]).toEqual([200, (await owner.get('/policy')).header('etag')])
  await refused(owner.tenant, () => owner.put('/policy', POLICY, { 'If-Match': seen }), 412, 'precondition_failed')
})
