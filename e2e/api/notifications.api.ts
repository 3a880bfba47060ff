// What one is told about, and where.

import { db } from '../support/db'
import { origin } from '../support/http'
import { mailTo, mailsTo } from '../support/mail'
import { roleId } from '../support/machines'
import { colleague } from '../support/people'
import { messageAt, refused } from '../support/problem'
import { scheduledAt } from '../support/server'
import { expect, test } from '../support/test'

const PATH = '/users/me/notifications'
const DEFAULT = { email: { critical: true, warning: true, info: false }, slack: { critical: true, warning: true, info: false }, events: {} }
const NONE = { critical: false, warning: false, info: false }
const outbox = (id: string) => db.rows('SELECT event, channel, state FROM outbox WHERE user_id = ?1 ORDER BY id', id)

test('E-R7 who never chose hears of what is critical and of warnings, and can send back what was answered', async ({ owner }) => {
  const { json } = await owner.get(PATH)
  expect(json).toEqual(DEFAULT)
  expect((await owner.put(PATH, json)).json).toEqual(DEFAULT)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'notifications.updated'`, owner.tenant)).toBe(0)
})

test('E-18 the levels that are chosen are the ones that come by email', async ({ owner }) => {
  await owner.makeToken({ name: 'silent' })
  expect(await outbox(owner.user.id)).toEqual([])
  const chosen = { ...DEFAULT, email: { critical: true, warning: true, info: true } }
  expect((await owner.put(PATH, chosen)).json).toEqual(chosen)
  await owner.makeToken({ name: 'told' })
  const mail = await mailTo(owner.account.email, 'An access token was made')
  expect(mail.text).toContain('Token: told')
  expect(mail.text).toContain('By: Ada Lovelace')
  const { changes } = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'notifications.updated'`, owner.tenant)
  expect(JSON.parse(changes)).toEqual({ email: { from: DEFAULT.email, to: chosen.email } })
})

test('b.6 one event can differ from its level, by channel', async ({ owner }) => {
  await owner.put(PATH, { ...DEFAULT, events: { 'token.created': { email: true, slack: false }, 'token.revoked': { email: false, slack: false } } })
  const { token } = await owner.makeToken({ name: 'chosen' })
  await mailTo(owner.account.email, 'An access token was made')
  await owner.delete(`/tokens/${token.id}`)
  expect(await outbox(owner.user.id)).toEqual([{ event: 'token.created', channel: 'email', state: expect.any(String) }])
  // A choice that its level makes alike needs no line of its own.
  expect((await owner.get(PATH)).json.events).toEqual({ 'token.created': { email: true, slack: false } })
})

test('critical events cannot be muted everywhere', async ({ owner }) => {
  const muted = { ...DEFAULT, email: NONE, slack: NONE }
  await refused(owner.tenant, () => owner.put(PATH, muted), 422, 'invalid', ['/email/critical'])
  const one = { ...DEFAULT, events: { 'password.changed': { email: false, slack: false } } }
  const answer = await owner.put(PATH, one)
  expect(messageAt(answer, '/events/password.changed')).toBe('Critical events need a channel: choose email or Slack.')
  expect((await owner.get(PATH)).json).toEqual(DEFAULT)
})

test('whoever has critical events come by email no more is told so there, whatever was chosen', async ({ owner }) => {
  await owner.put(PATH, { ...DEFAULT, email: { ...NONE, critical: true } })
  expect(await outbox(owner.user.id)).toEqual([])
  await owner.put(PATH, { ...DEFAULT, email: NONE })
  expect((await mailTo(owner.account.email, 'Where your notices go was changed')).text).toContain('change your password')
})

test('critical events come by email while there is no Slack to carry them', async ({ owner }) => {
  const slackOnly = { ...DEFAULT, email: NONE }
  expect((await owner.put(PATH, slackOnly)).status).toBe(200)
  const changed = await owner.post('/users/me/password', { current_password: owner.account.password, new_password: 'another gondola trumpet' })
  expect(changed.status, changed.text).toBe(204)
  await mailTo(owner.account.email, 'Your password was changed')
})

test('an event or a member that is none is refused', async ({ owner }) => {
  await refused(owner.tenant, () => owner.put(PATH, { ...DEFAULT, events: { 'token.eaten': { email: true, slack: true } } }), 422, 'invalid', ['/events/token.eaten'])
  await refused(owner.tenant, () => owner.put(PATH, { ...DEFAULT, fax: NONE }), 422, 'invalid', ['/fax'])
  await refused(owner.tenant, () => owner.put(PATH, { ...DEFAULT, email: { critical: 'yes' } }), 422, 'invalid', ['/email/critical'])
})

test('what happens often in a short time is told once, and once more with a count', async ({ owner }) => {
  await owner.put(PATH, { ...DEFAULT, email: { critical: true, warning: true, info: true } })
  await owner.makeToken({ name: 'burst 0' })
  await mailTo(owner.account.email, 'An access token was made')
  for (const i of [1, 2, 3, 4]) await owner.makeToken({ name: `burst ${i}` })
  const rows = await db.rows(`SELECT state, folded FROM outbox WHERE user_id = ?1 AND event = 'token.created' ORDER BY id`, owner.user.id)
  expect(rows).toEqual([{ state: 'sent', folded: 0 }, { state: 'queued', folded: 3 }])
  await db.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1 AND state = 'queued'`, owner.user.id)
  await scheduledAt(origin)
  await expect.poll(async () => (await mailsTo(owner.account.email)).filter((mail) => mail.subject === 'An access token was made').map((mail) => mail.text.includes('3 more messages of this kind came up soon after and are not sent: what is said here is only about the first.'))).toEqual([true, false])
})

test('each change of a role is told in its own words, however soon the next one comes', async ({ owner }) => {
  const mate = await colleague(owner, 'Viewer')
  for (const role of ['API reader', 'Viewer', 'API reader']) {
    const changed = await owner.patch(`/users/${mate.user.id}`, { role_id: await roleId(owner, role) })
    expect(changed.status, changed.text).toBe(200)
  }
  const told = async () => (await mailsTo(mate.account.email)).filter(({ subject }) => subject === 'Your role was changed').map(({ text }) => text)
  await expect.poll(async () => (await told()).length).toBe(3)
  const texts = await told()
  expect(texts.filter((text) => text.includes('you hold the role API reader.'))).toHaveLength(2)
  expect(texts.filter((text) => text.includes('you hold the role Viewer.'))).toHaveLength(1)
  for (const text of texts) expect(text).not.toContain('of this kind')
})

test('what a message says is not readable where it is kept', async ({ owner }) => {
  await owner.put(PATH, { ...DEFAULT, email: { critical: true, warning: true, info: true } })
  await owner.makeToken({ name: 'unreadable-name' })
  const rows = await db.rows('SELECT * FROM outbox WHERE user_id = ?1', owner.user.id)
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain('unreadable')
})

test('notifications are for people, not for tokens', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  for (const path of [PATH, '/users/me/deliveries', '/slack/connection']) expect((await bearer.get(path)).status, path).toBe(403)
})
