// What one is told about, and where.

import { Person } from '../support/actors'
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

/** What the mails to them with this subject say, once all that waits has been sent. */
async function toldAtLast(person: Person, subject: string): Promise<string[]> {
  await db.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1 AND state = 'queued'`, person.user.id)
  await scheduledAt(origin)
  await expect.poll(() => db.count(`FROM outbox WHERE user_id = ?1 AND state = 'queued'`, person.user.id)).toBe(0)
  return (await mailsTo(person.account.email)).filter((mail) => mail.subject === subject).map(({ text }) => text)
}
const standing = (person: Person, event: string) => db.rows('SELECT state, folded FROM outbox WHERE user_id = ?1 AND event = ?2 ORDER BY id', person.user.id, event)

test('what happens often in a short time is told once, and once more with a count', async ({ owner }) => {
  await owner.put(PATH, { ...DEFAULT, email: { critical: true, warning: true, info: true } })
  await owner.makeToken({ name: 'burst 0' })
  await mailTo(owner.account.email, 'An access token was made')
  for (const i of [1, 2, 3, 4]) await owner.makeToken({ name: `burst ${i}` })
  expect(await standing(owner, 'token.created')).toEqual([{ state: 'sent', folded: 0 }, { state: 'queued', folded: 3 }])
  const texts = await toldAtLast(owner, 'An access token was made')
  expect(texts).toHaveLength(2)
  expect(texts.filter((text) => text.includes('burst 0') && !text.includes('of this kind'))).toHaveLength(1)
  // The second says what the latest of them would have said.
  expect(texts.filter((text) => text.includes('burst 4') && text.includes('3 more messages of this kind came up shortly before and are not sent'))).toHaveLength(1)
  expect(await standing(owner, 'token.created')).toEqual([{ state: 'sent', folded: 0 }, { state: 'sent', folded: 3 }])
})

test('of a role that is changed again and again the first change is told at once and the last one later', async ({ owner }) => {
  const mate = await colleague(owner, 'Viewer')
  for (const role of ['API reader', 'Viewer', 'Administrator', 'API reader']) {
    const changed = await owner.patch(`/users/${mate.user.id}`, { role_id: await roleId(owner, role) })
    expect(changed.status, changed.text).toBe(200)
  }
  const texts = await toldAtLast(mate, 'Your role was changed')
  expect(texts.map((text) => /you hold the role ([^.]+)\./.exec(text)?.[1])).toEqual(['API reader', 'API reader'])
  expect(texts.map((text) => /(\d+) more messages of this kind/.exec(text)?.[1]).sort()).toEqual(['2', undefined])
})

test('three critical messages alike go out at once, and only what comes behind them gathers', async ({ owner }) => {
  for (let i = 0; i < 6; i++) {
    const { email, password } = owner.account
    const signedIn = await new Person(owner.account).call('POST', '/api/v1/session', { json: { email, password } })
    expect(signedIn.status, signedIn.text).toBe(200)
  }
  expect((await standing(owner, 'session.new_device')).map(({ folded }) => folded)).toEqual([0, 0, 0, 2])
  expect(await toldAtLast(owner, 'New sign-in to your account')).toHaveLength(4)
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
