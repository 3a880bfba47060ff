import { Actor, Person, bearer, newAccount, newAddress } from '../support/actors'
import { MINUTE, ago, at, db, now } from '../support/db'
import { linkIn, mailTo, mailsTo } from '../support/mail'
import { expectProblem, messageAt, refused } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const NEW = 'walnut bicycle harbour'
const SUBJECT = 'Set a new password'
const ask = (email: string, actor = new Actor(newAddress())) => actor.post('/password-resets', { email })
const use = (secret: string, password = NEW, actor = new Actor(newAddress())) => actor.put(`/password-resets/${secret}`, { password })

/** Asks for a link and takes it from the mail. */
async function link(person: Person): Promise<string> {
  expect((await ask(person.account.email)).status).toBe(202)
  const path = linkIn(await mailTo(person.account.email, SUBJECT), '/reset-password/')
  await expect.poll(() => db.count(`FROM outbox WHERE user_id = ?1 AND state = 'queued'`, person.user.id)).toBe(0)
  return path.replace('/reset-password/', '')
}

test('a link sets a new password once, ends every session, keeps the tokens and tells the owner', async ({ owner }) => {
  const { bearer: token } = await owner.makeToken()
  const secret = await link(owner)
  expect(secret).toMatch(/^lkr_[0-9A-Za-z]{36}$/)
  const answer = await use(secret)
  expect([answer.status, answer.text, answer.cookies], 'it does not sign in').toEqual([204, '', []])
  expectProblem(await owner.get('/session'), 401, 'unauthenticated')
  expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(0)
  expectProblem(await owner.signIn(), 401, 'unauthenticated')
  expect((await owner.signIn({ password: NEW })).status).toBe(200)
  expect((await token.get('/tokens/self')).status).toBe(200)

  const told = await mailTo(owner.account.email, 'Your password was reset')
  expect(told.text).toContain('If not, set a new password at once')
  expect(told.from).toContain('latchkey@example.com')
  await refused(owner.tenant, () => use(secret, 'lantern orchard pebble'), 404, 'not_found')
  const actions = await db.rows(`SELECT action, actor_type, credential FROM audit_events WHERE tenant_id = ?1 AND action LIKE 'password.%' ORDER BY id`, owner.tenant)
  expect(actions).toEqual([
    { action: 'password.reset_requested', actor_type: 'anonymous', credential: null },
    { action: 'password.reset', actor_type: 'user', credential: 'link' },
  ])
})

test('the link is kept as a hash only, in no table as it is, and in the outbox encrypted until it is sent', async ({ owner }) => {
  const secret = await link(owner)
  const everything = await db.dump()
  expect(everything).not.toContain(secret)
  expect(everything).not.toContain(secret.slice(4, 34))
  await expect.poll(() => db.count(`FROM outbox WHERE user_id = ?1 AND state = 'sent' AND content IS NULL`, owner.user.id)).toBe(1)
})

test('the link works for thirty minutes, up to the instant of its end', async ({ owner }) => {
  const secret = await link(owner)
  await db.rows('UPDATE password_resets SET expires_at = ?1 WHERE user_id = ?2', ago(0), owner.user.id)
  await refused(owner.tenant, () => use(secret), 404, 'not_found')
  await db.rows('UPDATE password_resets SET expires_at = ?1 WHERE user_id = ?2', ago(-5), owner.user.id)
  expect((await use(secret)).status).toBe(204)
})

test('an unknown address gets the same answer and no mail', async ({ owner }) => {
  const known = await ask(owner.account.email)
  const nobody = newAccount().email
  const unknown = await ask(nobody)
  expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
  await mailTo(owner.account.email, SUBJECT)
  expect(await mailsTo(nobody)).toEqual([])
  expect(await db.count('FROM outbox WHERE recipient = ?1', nobody)).toBe(0)
})

test('somebody who is not active gets no link', async ({ owner }) => {
  await owner.deactivate()
  expect((await ask(owner.account.email)).status).toBe(202)
  expect(await db.count('FROM password_resets WHERE user_id = ?1', owner.user.id)).toBe(0)
  expect(await db.count('FROM outbox WHERE user_id = ?1', owner.user.id)).toBe(0)
})

test('a new password keeps the rules for new ones, and the link stays good meanwhile', async ({ owner }) => {
  const secret = await link(owner)
  for (const password of ['', 'short', 'x'.repeat(129), 'qwertyuiop123', 'Lovelace-Ada-1815', owner.account.email]) {
    await refused(owner.tenant, () => use(secret, password), 422, 'invalid', ['/password'])
  }
  expect(messageAt(await use(secret, 'Lovelace-Ada-1815'), '/password')).toContain('built from your own or from common words')
  expect((await use(secret)).status).toBe(204)
})

test('what is no link of ours, or one for something else, is refused alike', async ({ owner, anonymous }) => {
  const { secret } = await owner.makeToken()
  for (const wrong of ['x', secret, owner.cookie, secretOf('0'.repeat(30), 'lkr_'), secretOf('0'.repeat(30), 'lke_')]) {
    const problem = await refused(owner.tenant, () => use(wrong, NEW, anonymous), 404, 'not_found')
    expect(problem.detail).toBe('This link does not work any more. Ask for a new one.')
  }
})

test('a reset asks for the second factor at the next sign-in as before', async ({ owner }) => {
  const { secret: seed } = (await owner.post('/users/me/totp')).json
  await owner.post('/users/me/totp/confirm', { code: totp(seed) })
  expect((await use(await link(owner))).status).toBe(204)
  expect((await owner.signIn({ password: NEW })).json).toEqual({ status: 'mfa_required' })
})

test('of two uses side by side one holds, and a changed password makes links useless', async ({ owner }) => {
  const secret = await link(owner)
  const passwords = [NEW, 'lantern orchard pebble']
  const answers = await Promise.all(passwords.map((password) => use(secret, password)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([204, 404])
  const signIns = await Promise.all(passwords.map((password) => new Person(owner.account).signIn({ password })))
  expect(signIns.map((answer) => answer.status).sort()).toEqual([200, 401])
})

test('a password that was changed meanwhile makes the link useless', async ({ owner }) => {
  const secret = await link(owner)
  expect((await owner.post('/users/me/password', { current_password: owner.account.password, new_password: NEW })).status).toBe(204)
  await refused(owner.tenant, () => use(secret, 'lantern orchard pebble'), 404, 'not_found')
})

test('links are limited per account, which locks nobody out of asking and tells nobody, and per address', async ({ owner }) => {
  for (const email of [owner.account.email, newAccount().email]) {
    for (let i = 0; i < 5; i++) expect((await ask(email)).status).toBe(202)
  }
  expect(await db.count('FROM password_resets WHERE user_id = ?1', owner.user.id)).toBe(3)
  // After half an hour, when the first of the links is over, there are new ones to be had.
  const inMinutes = (minutes: number) => at(now() + minutes * MINUTE)
  await db.rows('UPDATE limits SET ends_at = ?1 WHERE ends_at > ?2 AND ends_at <= ?3', ago(1), inMinutes(29), inMinutes(30))
  await ask(owner.account.email)
  expect(await db.count('FROM password_resets WHERE user_id = ?1', owner.user.id)).toBe(4)
  const one = new Actor(newAddress())
  for (let i = 0; i < 20; i++) expect((await ask(newAccount().email, one)).status).toBe(202)
  expectProblem(await ask(newAccount().email, one), 429, 'rate_limited')
})

test('guessing links is limited per address', async ({ anonymous }) => {
  for (let i = 0; i < 30; i++) expectProblem(await use('lkr_x', NEW, anonymous), 404, 'not_found')
  expectProblem(await use('lkr_x', NEW, anonymous), 429, 'rate_limited')
})

test('the request is checked like any other', async ({ anonymous, owner }) => {
  expectProblem(await anonymous.post('/password-resets', {}), 422, 'invalid', ['/email'])
  expectProblem(await anonymous.post('/password-resets', { email: 'a\r\nBcc: b@example.com', x: 1 }), 422, 'invalid', ['/email', '/x'])
  expectProblem(await anonymous.get('/password-resets'), 405, 'method_not_allowed')
  expectProblem(await anonymous.get('/password-resets/x'), 405, 'method_not_allowed')
  expectProblem(await new Actor(newAddress(), { Origin: 'https://evil.example' }).post('/password-resets', { email: owner.account.email }), 403, 'cross_site')
  const { secret } = await owner.makeToken()
  expect((await bearer(secret).post('/password-resets', { email: newAccount().email })).status, 'a token neither helps nor hinders').toBe(202)
})
