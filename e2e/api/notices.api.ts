// What people are told about their account's security, by mail.

import { DEVICE, Person, newAddress } from '../support/actors'
import { db } from '../support/db'
import { mailTo, mailsTo } from '../support/mail'
import { expectProblem } from '../support/problem'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const NEW_DEVICE = 'New sign-in to your account'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const outbox = (person: Person, event: string) => db.count('FROM outbox WHERE user_id = ?1 AND event = ?2', person.user.id, event)

async function signIn(person: Person, userAgent = FIREFOX) {
  const { email, password } = person.account
  return person.call('POST', '/api/v1/session', { json: { email, password }, headers: { 'User-Agent': userAgent } })
}

async function enrol(person: Person): Promise<{ secret: string; codes: string[] }> {
  const { secret } = (await person.post('/users/me/totp')).json
  const codes = (await person.post('/users/me/totp/confirm', { code: totp(secret) })).json.recovery_codes
  await db.rows('UPDATE totps SET last_step = 0 WHERE user_id = ?1', person.user.id)
  return { secret, codes }
}

test('a sign-in from a browser that is not known is told, with device, address and time', async ({ owner }) => {
  const other = new Person(owner.account)
  const answer = await signIn(other)
  expect(answer.status).toBe(200)
  const mail = await mailTo(owner.account.email, NEW_DEVICE)
  expect(mail.text).toContain('Device: Firefox on Linux')
  expect(mail.text).toContain(`Address: ${other.address}`)
  expect(mail.text).toMatch(/When: \d{1,2} \w+ \d{4} at \d\d:\d\d UTC/)
  expect(mail.html).toContain('Firefox on Linux')
  for (const foreign of ['<img', '<script', 'http://localhost:8787', 'src=']) expect(mail.html).not.toContain(foreign)
})

test('times in a mail are told in the time zone of its reader', async ({ owner }) => {
  expect((await owner.patch('/users/me', { time_zone: 'Asia/Tokyo' })).status).toBe(200)
  expect((await signIn(new Person(owner.account))).status).toBe(200)
  const mail = await mailTo(owner.account.email, NEW_DEVICE)
  const { at } = await db.one(`SELECT at FROM audit_events WHERE tenant_id = ?1 AND action = 'session.created' ORDER BY id DESC LIMIT 1`, owner.tenant)
  const there = new Date(Date.parse(at) + 9 * 3600_000)
  const day = there.toLocaleDateString('en-GB', { timeZone: 'UTC', dateStyle: 'long' })
  expect(mail.text).toContain(`When: ${day} at ${there.toISOString().slice(11, 16)} GMT+9\n`)
})

test('a known browser is known by a cookie of its own, and nothing is told', async ({ owner }) => {
  const cookie = owner.device
  expect(cookie).toMatch(/^lkd_[0-9A-Za-z]{36}$/)
  const answer = await signIn(owner, 'Another browser')
  expect(answer.cookies.filter((it) => it.startsWith(DEVICE))).toEqual([])
  expect(await outbox(owner, 'session.new_device')).toBe(0)
  expect(await db.dump()).not.toContain(cookie)

  const fresh = await signIn(new Person(owner.account))
  const [set] = fresh.cookies.filter((it) => it.startsWith(DEVICE))
  expect(set).toMatch(/^__Host-device=lkd_\w{36}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000$/)
})

test('signing up, and signing in again from the same place without cookies, tells nothing', async ({ owner }) => {
  const script = new Person(owner.account, newAddress())
  await signIn(script, 'curl/8.5.0')
  expect(await outbox(owner, 'session.new_device')).toBe(1)
  await signIn(new Person(owner.account, script.address), 'curl/8.5.0')
  expect(await outbox(owner, 'session.new_device')).toBe(1)
})

test("a browser that is known to somebody else is new to this person, and a made-up cookie is no browser's", async ({ owner, stranger }) => {
  await signIn(Object.assign(new Person(owner.account), { device: stranger.device }))
  expect(await outbox(owner, 'session.new_device')).toBe(1)
  const answer = await signIn(Object.assign(new Person(owner.account), { device: 'lkd_made_up' }))
  expect(answer.cookies.some((it) => it.startsWith(DEVICE))).toBe(true)
  expect(await outbox(owner, 'session.new_device')).toBe(2)
})

test('with a second factor, a browser becomes known only after it was given', async ({ owner }) => {
  const { secret } = await enrol(owner)
  const other = new Person(owner.account)
  await signIn(other)
  expect(other.device).toBe('')
  expect(await outbox(owner, 'session.new_device')).toBe(0)
  expect((await other.post('/session/mfa', { code: totp(secret) })).status).toBe(200)
  expect(other.device).toMatch(/^lkd_/)
  expect(await outbox(owner, 'session.new_device')).toBe(1)
})

test('strangers who guess do not lock the owner out of a browser that is known', async ({ owner }) => {
  for (let i = 0; i < 10; i++) expectProblem(await new Person(owner.account).signIn({ password: 'not it at all' }), 401, 'unauthenticated')
  expectProblem(await new Person(owner.account).signIn(), 429, 'rate_limited')
  expect((await owner.signIn()).status).toBe(200)
  expectProblem(await new Person(owner.account).signIn(), 429, 'rate_limited')
  const thief = Object.assign(new Person(owner.account), { device: owner.device })
  for (let i = 0; i < 10; i++) expectProblem(await thief.signIn({ password: 'not it at all' }), 401, 'unauthenticated')
  expectProblem(await owner.signIn(), 429, 'rate_limited')
})

test('changes of password and second factor, and used recovery codes, are told', async ({ owner }) => {
  const { codes } = await enrol(owner)
  await mailTo(owner.account.email, 'Multi-Factor Authentication was switched on')
  const other = new Person(owner.account)
  await other.signIn()
  expect((await other.post('/session/mfa', { code: codes[0] })).status).toBe(200)
  await mailTo(owner.account.email, 'A recovery code was used')
  expect((await owner.post('/users/me/recovery-codes')).status).toBe(200)
  await mailTo(owner.account.email, 'Your recovery codes were replaced')
  expect((await owner.delete('/users/me/totp')).status).toBe(204)
  await mailTo(owner.account.email, 'Multi-Factor Authentication was switched off')
  expect((await owner.post('/users/me/password', { current_password: owner.account.password, new_password: 'walnut bicycle harbour' })).status).toBe(204)
  await mailTo(owner.account.email, 'Your password was changed')
  const mails = await mailsTo(owner.account.email)
  for (const mail of mails) for (const secret of [...codes, 'walnut', owner.device]) expect(mail.text + mail.html).not.toContain(secret)
})

test('what was refused is not told', async ({ owner }) => {
  await owner.post('/users/me/password', { current_password: 'not it at all', new_password: 'walnut bicycle harbour' })
  await owner.delete('/users/me/totp')
  expect(await db.count('FROM outbox WHERE user_id = ?1', owner.user.id)).toBe(0)
})
