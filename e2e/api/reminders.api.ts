// What people hear about the ends of their tokens, and about who uses them.

import { bearer } from '../support/actors'
import { DAY, ago, db, zoneWhere } from '../support/db'
import { origin } from '../support/http'
import { makeAccount } from '../support/machines'
import { mailTo, mailsTo } from '../support/mail'
import { colleague } from '../support/people'
import { scheduledAt } from '../support/server'
import { Member } from '../support/slack'
import { expect, test } from '../support/test'

const ENDING = 'Access tokens of yours will expire soon'
const OVER = 'Access tokens of yours have expired'

/** Has the token end so many days from now; it was made long ago. */
const ends = (id: string, days: number) =>
  db.rows('UPDATE tokens SET renewable_until = ?2, created_at = ?3 WHERE id = ?1', id, ago(-days * DAY + 60), ago(200 * DAY))
const subjects = async (address: string) => (await mailsTo(address)).map(({ subject }) => subject).filter((subject) => [ENDING, OVER].includes(subject))

test('b.3 c.6 one message a person a day tells what ends soon, those in use first', async ({ owner }) => {
  // Nobody is told while the ends are being set.
  await owner.patch('/users/me', { time_zone: zoneWhere(false) })
  const idle = await owner.makeToken({ name: 'idle' })
  const used = await owner.makeToken({ name: 'in use' })
  const far = await owner.makeToken({ name: 'far away' })
  await db.rows('UPDATE tokens SET last_used_at = ?2 WHERE id = ?1', used.token.id, ago(3 * DAY))
  await ends(idle.token.id, 1)
  await ends(used.token.id, 7)
  await ends(far.token.id, 60)
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  await scheduledAt(origin)
  const { text } = await mailTo(owner.account.email, ENDING)
  const lines = text.split('\n').filter((line) => /^(idle|in use|far away):/.test(line))
  expect(lines).toEqual(['in use: expires in 7 days, last used 3 days ago', 'idle: expires in 1 day, never used'])
  expect(text).toContain(`${origin}/settings/api-access`)
  await scheduledAt(origin)
  expect(await subjects(owner.account.email)).toEqual([ENDING])
  // What comes up on the same day waits for the next.
  await ends(far.token.id, 30)
  await scheduledAt(origin)
  expect(await subjects(owner.account.email)).toEqual([ENDING])
  await db.rows(`UPDATE outbox SET created_at = ?2 WHERE user_id = ?1 AND fold LIKE 'reminder %'`, owner.user.id, ago(DAY))
  await scheduledAt(origin)
  await expect.poll(() => subjects(owner.account.email)).toEqual([ENDING, ENDING])
})

test('d.10 each end is told once at 30, 7 and 1 days and when it has come; an extended token is told anew', async ({ owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  const { token } = await owner.makeToken({ name: 'nightly' })
  const told = async () => (await db.rows('SELECT days FROM token_reminders WHERE token_id = ?1 ORDER BY days DESC', token.id)).map(({ days }) => days)
  const nextDay = () => db.rows(`UPDATE outbox SET created_at = ?2 WHERE user_id = ?1`, owner.user.id, ago(DAY))
  const end = ago(-30 * DAY + 60)
  await db.rows('UPDATE tokens SET renewable_until = ?2, created_at = ?3 WHERE id = ?1', token.id, end, ago(200 * DAY))
  await scheduledAt(origin)
  expect(await told()).toEqual([30])
  await nextDay()
  await scheduledAt(origin)
  expect(await told()).toEqual([30])
  // Time does not move in tests; the end does, and with it what was told of it.
  for (const [days, expected] of [[7, [30, 7]], [1, [30, 7, 1]], [-1, [30, 7, 1, 0]]] as [number, number[]][]) {
    const moved = ago(-days * DAY + 60)
    // In this order: the sweep of another test must not find the old end untold.
    await db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', token.id, moved)
    await db.rows('UPDATE token_reminders SET ends_at = ?2 WHERE token_id = ?1', token.id, moved)
    await nextDay()
    await scheduledAt(origin)
    expect(await told()).toEqual(expected)
  }
  await mailTo(owner.account.email, OVER)
  await nextDay()
  expect((await owner.patch(`/tokens/${token.id}`, { renewable_until: ago(-5 * DAY) })).status).toBe(200)
  await scheduledAt(origin)
  expect(await db.count('FROM token_reminders WHERE token_id = ?1', token.id)).toBe(5)
})

test('in Slack every token of the message has its line, also behind the tenth', async ({ owner }) => {
  const member = await Member.named('member52')
  await member.connect(owner)
  // Nobody is told while the tokens are being made.
  await owner.patch('/users/me', { time_zone: zoneWhere(false) })
  const names = Array.from({ length: 23 }, (_, i) => `ending ${String(i).padStart(2, '0')}`)
  for (const name of names) await ends((await owner.makeToken({ name })).token.id, 7)
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  await scheduledAt(origin)
  await expect.poll(async () => (await member.messages()).length, { timeout: 15_000 }).toBe(1)
  const [{ blocks }] = await member.messages()
  const fields = blocks.flatMap((block: any) => block.fields ?? []).map(({ text }: any) => text.split('\n')[0])
  expect(fields.filter((name: string) => names.includes(name))).toHaveLength(20)
  expect(fields.at(-1)).toBe('And more')
})

test('who muted what ends soon still hears of what is over, on a day that has both', async ({ owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(false) })
  const chosen = (await owner.get('/users/me/notifications')).json
  await owner.put('/users/me/notifications', { ...chosen, events: { 'token.expiring': { email: false, slack: false } } })
  const [soon, over] = [await owner.makeToken({ name: 'soon over' }), await owner.makeToken({ name: 'long over' })]
  await ends(soon.token.id, 1)
  await ends(over.token.id, -1)
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  await scheduledAt(origin)
  const { text } = await mailTo(owner.account.email, OVER)
  expect(text).toContain('long over: expired')
  expect(text).not.toContain('soon over')
  expect(await subjects(owner.account.email)).toEqual([OVER])
})

test('every person is told once, however many there are, while those for whom it is night wait', async ({ owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(false) })
  const { token } = await owner.makeToken({ name: 'many' })
  const people = Array.from({ length: 120 }, (_, i) => `usr_${String(i).padStart(26, '0')}`)
  const both = JSON.stringify(people)
  await db.rows(
    `INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, password, created_at, time_zone)
     SELECT p.value, tenant_id, role_id, p.value || '@many.example', 'Bob', 'Byron', password, created_at, iif(p.key % 2 = 0, ?3, ?4)
     FROM users, json_each(?1) p WHERE users.id = ?2`,
    both, owner.user.id, zoneWhere(true), zoneWhere(false),
  )
  await db.rows(
    `INSERT INTO tokens (id, tenant_id, user_id, kind, name, name_key, scopes, allowed_endpoints, ip_allowlist, digest, prefix, last_four, created_at, renewable_until)
     SELECT 'tok_' || substr(p.value, 6) || n.value, tenant_id, p.value, kind, 'many ' || n.value, 'many ' || n.value, scopes, '', '', p.value || n.value, prefix, last_four, ?3, ?4
     FROM tokens, json_each(?1) p, json_each('[1, 2, 3]') n WHERE tokens.id = ?2`,
    both, token.id, ago(200 * DAY), ago(-7 * DAY + 60),
  )
  await scheduledAt(origin)
  const told = await db.rows(`SELECT user_id FROM outbox WHERE tenant_id = ?1 AND event = 'token.expiring' ORDER BY user_id`, owner.tenant)
  expect(told.map((row) => row.user_id)).toEqual(people.filter((_, i) => i % 2 === 0))
  expect(await db.count('FROM token_reminders WHERE tenant_id = ?1', owner.tenant)).toBe(180)
  await db.rows('DELETE FROM users WHERE id IN (SELECT value FROM json_each(?1))', both)
})

test('nobody is told before nine in the morning of their own day', async ({ owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(false) })
  const { token } = await owner.makeToken({ name: 'early' })
  await ends(token.id, 1)
  await scheduledAt(origin)
  expect(await db.count('FROM token_reminders WHERE token_id = ?1', token.id)).toBe(0)
  expect(await db.count(`FROM outbox WHERE user_id = ?1 AND event LIKE 'token.expir%'`, owner.user.id)).toBe(0)
})

test('who made a token for three days is not told at once that it ends within seven', async ({ owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  const { token } = await owner.makeToken({ name: 'short', renewable_until: ago(-3 * DAY) })
  await scheduledAt(origin)
  expect(await db.count('FROM token_reminders WHERE token_id = ?1', token.id)).toBe(0)
})

test('c.11 the first use from another network is told, one from the same is not', async ({ owner }) => {
  const { secret } = await owner.makeToken({ name: 'travelling' })
  const uses = (ip: string) => db.count('FROM token_addresses WHERE ip = ?1', ip)
  const [home, neighbour, abroad] = ['198.51.100.7', '198.51.100.8', '203.0.113.9'].map((ip) => bearer(secret, ip))
  await home?.get('/tokens/self')
  await expect.poll(() => uses('198.51.100.7')).toBeGreaterThan(0)
  await neighbour?.get('/tokens/self')
  await expect.poll(() => uses('198.51.100.8')).toBeGreaterThan(0)
  expect(await db.count('FROM outbox WHERE user_id = ?1', owner.user.id)).toBe(0)
  await abroad?.get('/tokens/self')
  const mail = await mailTo(owner.account.email, 'An access token of yours was used from a new network')
  expect(mail.text).toContain('Token: travelling')
  expect(mail.text).toContain('Address: 203.0.113.9')
  expect(mail.text).not.toContain(secret)
})

test('c.11 each new network of a day is told at once, with its address', async ({ owner }) => {
  const { secret } = await owner.makeToken({ name: 'restless' })
  await bearer(secret, '198.51.100.21').get('/tokens/self')
  await expect.poll(() => db.count('FROM token_addresses WHERE ip = ?1', '198.51.100.21')).toBeGreaterThan(0)
  const addresses = ['203.0.113.21', '192.0.2.21']
  const told = async () => (await mailsTo(owner.account.email)).filter(({ subject }) => subject === 'An access token of yours was used from a new network').map(({ text }) => /Address: (.+)/.exec(text)?.[1])
  for (const [i, ip] of addresses.entries()) {
    await bearer(secret, ip).get('/tokens/self')
    await expect.poll(async () => (await told()).sort(), { timeout: 15_000 }).toEqual(addresses.slice(0, i + 1).sort())
  }
  expect(await db.rows('SELECT state, folded FROM outbox WHERE user_id = ?1', owner.user.id)).toEqual([{ state: 'sent', folded: 0 }, { state: 'sent', folded: 0 }])
})

test('c.3 a call with a token that was revoked tells its owner, once a day', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ name: 'tripwire' })
  await owner.delete(`/tokens/${token.id}`)
  expect((await bearer.get('/tokens/self')).status).toBe(401)
  const mail = await mailTo(owner.account.email, 'An access token of yours is being refused')
  expect(mail.text).toContain('Why: The token was revoked')
  expect(mail.text).toContain(`Address: ${bearer.address}`)
  expect((await bearer.get('/tokens/self')).status).toBe(401)
  await expect.poll(() => db.rows(`SELECT state FROM outbox WHERE user_id = ?1 AND event = 'token.refused' ORDER BY id`, owner.user.id)).toEqual([{ state: 'sent' }, { state: 'queued' }])
})

test('c.3 a call from an address that is not on the allowlist tells its owner', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ name: 'fenced', ip_allowlist: ['192.0.2.0/24'] })
  expect((await bearer.get('/tokens/self')).status).toBe(403)
  const mail = await mailTo(owner.account.email, 'An access token of yours is being refused')
  expect(mail.text).toContain('Why: The address is not on the allowlist')
})

test('c.3 what happens to a service account that nobody looks after is told to an Administrator', async ({ owner }) => {
  const keeper = await colleague(owner)
  const { account } = await makeAccount(owner, { owner_id: keeper.user.id })
  expect((await owner.delete(`/users/${keeper.user.id}`)).status).toBe(204)
  expect((await owner.get(`/service-accounts/${account.id}`)).json.owner).toBeNull()
  const { json } = await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'tripwire', scopes: ['backups:read'] })
  await owner.delete(`/tokens/${json.token.id}`)
  expect((await bearer(json.secret).get('/tokens/self')).status).toBe(401)
  const mail = await mailTo(owner.account.email, 'An access token of yours is being refused')
  expect(mail.text).toContain('Why: The token was revoked')
})

test('a change of policy is told to those whom it touches, by their own tokens or a service account that is theirs, and to nobody else', async ({ owner }) => {
  const [touched, keeper, untouched] = [await colleague(owner, 'API writer'), await colleague(owner, 'API writer'), await colleague(owner, 'API writer')]
  await owner.makeToken({ name: 'long', renewable_until: ago(-80 * DAY) })
  await touched.makeToken({ name: 'long', renewable_until: ago(-80 * DAY) })
  const { token } = await touched.makeToken({ name: 'endless' })
  await untouched.makeToken({ name: 'short', renewable_until: ago(-10 * DAY) })
  const { account } = await makeAccount(owner, { owner_id: keeper.user.id })
  const made = await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'long', scopes: ['backups:read'], renewable_until: ago(-80 * DAY) })
  expect(made.status, made.text).toBe(201)
  const told = async () => Object.fromEntries(
    await Promise.all(Object.entries({ owner, touched, keeper, untouched }).map(async ([name, { user }]) =>
      [name, (await db.one(`SELECT count(*) + coalesce(sum(folded), 0) AS n FROM outbox WHERE user_id = ?1 AND event = 'policy.changed'`, user.id)).n])),
  )
  const change = async (change: Record<string, unknown>) => {
    const answer = await owner.put('/policy', { ...(await owner.get('/policy')).json, ...change })
    expect(answer.status, answer.text).toBe(200)
  }
  await change({ forever_allowed: true, max_live_tokens: 3 })
  expect(await told(), 'more is allowed, or as much as everybody has room for').toEqual({ owner: 0, touched: 0, keeper: 0, untouched: 0 })
  const { json: policy } = await owner.get('/policy')
  await change({ token_max_days: { ...policy.token_max_days, custom: 30 }, token_default_days: { ...policy.token_default_days, custom: 30 } })
  expect(await told(), 'who changed it knows').toEqual({ owner: 0, touched: 1, keeper: 1, untouched: 0 })
  await db.rows('UPDATE tokens SET renewable_until = NULL WHERE id = ?1', token.id)
  await change({ forever_allowed: false })
  expect(await told()).toEqual({ owner: 0, touched: 2, keeper: 1, untouched: 0 })
  await change({ max_live_tokens: 2 })
  expect(await told()).toEqual({ owner: 0, touched: 3, keeper: 1, untouched: 0 })
  // What touched them again within minutes has gathered, and says the latest.
  await db.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1 AND event = 'policy.changed' AND gathers = 1 AND folded = 1`, touched.user.id)
  await scheduledAt(origin)
  await expect.poll(async () => (await mailsTo(touched.account.email)).map(({ text }) => text).join(), { timeout: 15_000 }).toContain('Nobody may have more than 2 live access tokens')
})
