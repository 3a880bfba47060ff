// Invitations: a link by mail, once, for a week.

import { Actor, Person, newAccount, newAddress } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { makeRole, roleId } from '../support/machines'
import { mailTo, mailsTo } from '../support/mail'
import { colleague, invite, secretIn } from '../support/people'
import { expectProblem, messageAt, refused } from '../support/problem'
import { mistyped, secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const NEWCOMER = { first_name: 'Grace', last_name: 'Hopper', password: 'walnut bicycle harbour' }
const address = () => newAccount().email
const accept = (secret: string, change = {}, actor: Actor = new Actor(newAddress())) => actor.post(`/invitations/${secret}`, { ...NEWCOMER, ...change })

test('an invitation is mailed, tells who follows it what it is about, and brings them in once', async ({ owner, anonymous }) => {
  const { invitation, secret, email } = await invite(owner)
  expect(invitation).toEqual({
    id: expect.stringMatching(/^inv_/),
    email,
    role: { id: await roleId(owner, 'Member'), name: 'Member' },
    invited_by: 'Ada Lovelace',
    created_at: invitation.sent_at,
    sent_at: invitation.sent_at,
    expires_at: at(Date.parse(invitation.sent_at) / 1000 + 7 * DAY),
  })
  expect(secret).toMatch(/^lki_[0-9A-Za-z]{36}$/)
  const everything = await db.dump()
  expect(everything).not.toContain(secret.slice(4, 34))
  expect((await owner.get('/invitations')).json).toEqual({ items: [invitation], next_cursor: null })
  expect((await anonymous.get(`/invitations/${secret}`)).json).toEqual({
    email,
    tenant_name: owner.account.tenant_name,
    role_name: 'Member',
    invited_by: 'Ada Lovelace',
    expires_at: invitation.expires_at,
  })

  const grace = new Person({ ...newAccount(NEWCOMER), email })
  const answer = await grace.post(`/invitations/${secret}`, NEWCOMER)
  expect(answer.status, answer.text).toBe(201)
  expect(answer.json).toMatchObject({ email, first_name: 'Grace', role: { name: 'Member' }, active: true, mfa_enabled: false })
  const { user, tenant_name } = (await grace.get('/session')).json
  expect([user.id, tenant_name]).toEqual([answer.json.id, owner.account.tenant_name])
  expect((await owner.get('/users')).json.items.map((user: any) => user.email)).toEqual([owner.account.email, email])
  expect((await owner.get('/invitations')).json.items).toEqual([])
  await refused(owner.tenant, () => accept(secret), 404, 'not_found')
  expectProblem(await anonymous.get(`/invitations/${secret}`), 404, 'not_found')
  const events = await db.rows(`SELECT action, actor_name, credential, target_name, changes FROM audit_events WHERE tenant_id = ?1 AND action IN ('user.invited', 'user.created') ORDER BY id`, owner.tenant)
  expect(events.slice(1)).toMatchObject([
    { action: 'user.invited', actor_name: 'Ada Lovelace', target_name: email },
    { action: 'user.created', actor_name: 'Grace Hopper', credential: 'link', target_name: 'Grace Hopper' },
  ])
  expect((await new Person(grace.account).signIn({ email, password: NEWCOMER.password })).status).toBe(200)
})

test('whoever invited somebody hears of their coming, if they chose to and are still there', async ({ owner }) => {
  const gone = await colleague(owner, 'Administrator', { first_name: 'Ada', last_name: 'Lovelace', tenant_name: owner.account.tenant_name })
  const [first, second, third] = [await invite(owner), await invite(owner), await invite(gone)]
  expect((await accept(first.secret)).status).toBe(201)
  await owner.put('/users/me/notifications', { email: { critical: true, warning: true, info: true } })
  expect((await accept(second.secret)).status).toBe(201)
  expect((await owner.delete(`/users/${gone.user.id}`)).status).toBe(204)
  expect((await accept(third.secret)).status).toBe(201)
  const told = await db.rows(`SELECT user_id FROM outbox WHERE tenant_id = ?1 AND event = 'invitation.accepted'`, owner.tenant)
  expect(told).toEqual([{ user_id: owner.user.id }])
  const mail = await mailTo(owner.account.email, 'Somebody whom you invited has joined')
  expect(mail.text).toContain('Grace Hopper followed your invitation.')
  expect(mail.text).toContain(second.email)
})

test('2.3.4 of twenty who use one link at once, one comes in', async ({ owner }) => {
  const { secret, email } = await invite(owner)
  const answers = await Promise.all(Array.from({ length: 20 }, () => accept(secret)))
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
  for (const answer of answers) if (answer.status !== 201) expect([404, 409]).toContain(answer.status)
  expect(await db.count('FROM users WHERE email = ?1', email)).toBe(1)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'user.created'`, owner.tenant)).toBe(2)
})

test('6.4.1 a link works for seven days, up to the instant of its end, and not if it was mistyped', async ({ owner, anonymous }) => {
  const { secret, invitation } = await invite(owner)
  const end = (seconds: number) => db.rows('UPDATE invitations SET expires_at = ?2 WHERE id = ?1', invitation.id, ago(seconds))
  await end(0)
  await refused(owner.tenant, () => accept(secret), 404, 'not_found')
  for (const wrong of [mistyped(secret), secretOf('0'.repeat(30), 'lki_'), 'nonsense', invitation.id]) {
    await refused(owner.tenant, () => accept(wrong), 404, 'not_found')
    expectProblem(await anonymous.get(`/invitations/${wrong}`), 404, 'not_found')
  }
  await end(-5)
  expect((await accept(secret)).status).toBe(201)
})

test('who accepts keeps the rules of names and passwords', async ({ owner }) => {
  const { secret, email } = await invite(owner)
  await refused(owner.tenant, () => accept(secret, { first_name: 'R2', last_name: '', password: 'short' }), 422, 'invalid', ['/first_name', '/last_name', '/password'])
  await refused(owner.tenant, () => accept(secret, { password: `${email.split('@')[0]}!!` }), 422, 'invalid', ['/password'])
  await refused(owner.tenant, () => accept(secret, { role_id: 'rol_1' }), 422, 'invalid', ['/role_id'])
})

test('where everybody needs a second factor, who accepts is asked to set one up', async ({ owner }) => {
  const policy = (await owner.get('/policy')).json
  expect((await owner.put('/policy', { ...policy, mfa_required: true })).status).toBe(200)
  const { secret } = await invite(owner)
  const grace = new Person(newAccount())
  expect((await grace.post(`/invitations/${secret}`, NEWCOMER)).status).toBe(201)
  expectProblem(await grace.get('/users/me'), 401, 'mfa_required')
  expect((await grace.post('/users/me/totp')).status).toBe(200)
})

test('sending again makes a new link and ends the one before; cancelling ends it', async ({ owner }) => {
  const { invitation, secret, email } = await invite(owner)
  await db.rows('UPDATE invitations SET expires_at = ?2, sent_at = ?2 WHERE id = ?1', invitation.id, ago(60))
  const answer = await owner.post(`/invitations/${invitation.id}/resend`)
  expect(answer.status, answer.text).toBe(200)
  expect(Date.parse(answer.json.expires_at) / 1000 - now()).toBeGreaterThan(7 * DAY - 10)
  await expect.poll(async () => (await mailsTo(email)).length).toBe(2)
  const links = (await mailsTo(email)).map((mail) => /\/invitation\/(\S+)/.exec(mail.text)?.[1])
  const fresh = links.find((link) => link !== secret) ?? ''
  await refused(owner.tenant, () => accept(secret), 404, 'not_found')
  expect((await new Actor(newAddress()).get(`/invitations/${fresh}`)).status).toBe(200)
  expect((await owner.delete(`/invitations/${invitation.id}`)).status).toBe(204)
  await refused(owner.tenant, () => accept(fresh), 404, 'not_found')
  await refused(owner.tenant, () => owner.delete(`/invitations/${invitation.id}`), 404, 'not_found')
  await refused(owner.tenant, () => owner.post(`/invitations/${invitation.id}/resend`), 404, 'not_found')
  const actions = await db.rows(`SELECT action FROM audit_events WHERE tenant_id = ?1 AND target_type = 'invitation' ORDER BY id`, owner.tenant)
  expect(actions.map((row) => row.action)).toEqual(['user.invited', 'invitation.resent', 'invitation.cancelled'])
})

test('an address is invited once at a time, and not if somebody has it', async ({ owner, stranger }) => {
  const role_id = await roleId(owner, 'Member')
  const email = address()
  expect((await owner.post('/users', { email, role_id })).status).toBe(201)
  const again = () => owner.post('/users', { email: email.toUpperCase(), role_id })
  await refused(owner.tenant, again, 409, 'conflict', ['/email'])
  expect(messageAt(await again(), '/email')).toBe('This address is invited already. Send that invitation again.')
  for (const known of [owner.account.email, stranger.account.email]) await refused(owner.tenant, () => owner.post('/users', { email: known, role_id }), 409, 'conflict', ['/email'])
  await db.rows('UPDATE invitations SET expires_at = ?2 WHERE email = ?1', email, ago(1))
  expect((await again()).status, 'one that came too late makes room').toBe(201)
  expect(await db.count('FROM invitations WHERE tenant_id = ?1', owner.tenant)).toBe(1)
  expect((await stranger.post('/users', { email, role_id: await roleId(stranger, 'Member') })).status, 'another company invites them too').toBe(201)
})

test('of those invited by two companies, who accepts one belongs there', async ({ owner, stranger }) => {
  const { secret, email } = await invite(owner)
  const other = await stranger.post('/users', { email, role_id: await roleId(stranger, 'Member') })
  expect(other.status).toBe(201)
  expect((await accept(secret)).status).toBe(201)
  await expect.poll(async () => (await mailsTo(email)).length).toBeGreaterThanOrEqual(2)
  const mail = (await mailsTo(email)).find((mail) => mail.subject.startsWith('Grace Hopper'))
  const late = /\/invitation\/(\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
  await refused(stranger.tenant, () => accept(late), 409, 'conflict', ['/email'])
})

test('what is wrong with an invitation is told at once', async ({ owner, stranger }) => {
  await refused(owner.tenant, () => owner.post('/users', {}), 422, 'invalid', ['/email', '/role_id'])
  const of = async (role_id: string) => refused(owner.tenant, () => owner.post('/users', { email: address(), role_id }), 422, 'invalid', ['/role_id'])
  await of(await roleId(stranger, 'Member'))
  await of('rol_00000000000000000000000000')
})

test('takes one of the two permissions, and nobody gives what they do not hold', async ({ owner }) => {
  await makeRole(owner, 'api_access', 'backups:read')
  const [member, viewer, administrator] = [await roleId(owner, 'Member'), await roleId(owner, 'Viewer'), await roleId(owner, 'Administrator')]
  const grace = await colleague(owner, 'Member')
  for (const call of [() => grace.get('/invitations'), () => grace.post('/users', { email: address(), role_id: viewer })]) await refused(owner.tenant, call, 403, 'forbidden')
  for (const permission of ['manage_users', 'administer']) {
    await grace.take(`Only ${permission}`, permission)
    expect((await grace.post('/users', { email: address(), role_id: viewer })).status).toBe(201)
    await refused(owner.tenant, () => grace.post('/users', { email: address(), role_id: member }), 403, 'forbidden')
    await refused(owner.tenant, () => grace.post('/users', { email: address(), role_id: administrator }), 403, 'forbidden')
  }
  const { invitation } = await invite(owner, 'Administrator')
  await refused(owner.tenant, () => grace.post(`/invitations/${invitation.id}/resend`), 403, 'forbidden')
})

test('takes a confirmation to invite, and none to cancel', async ({ owner }) => {
  const { json } = await owner.post('/users', { email: address(), role_id: await roleId(owner, 'Member') })
  await owner.goStale()
  await refused(owner.tenant, async () => owner.post('/users', { email: address(), role_id: await roleId(owner, 'Member') }), 403, 'step_up_required')
  expect((await owner.delete(`/invitations/${json.id}`)).status).toBe(204)
})

test('the same call under one key invites once', async ({ owner }) => {
  const draft = { email: address(), role_id: await roleId(owner, 'Member') }
  const answers = await Promise.all(Array.from({ length: 4 }, () => owner.post('/users', draft, { 'Idempotency-Key': 'k' })))
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201])
  expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1)
  expect(await db.count('FROM invitations WHERE tenant_id = ?1', owner.tenant)).toBe(1)
  await secretIn(owner, draft.email)
})

test('a page of invitations follows another', async ({ owner }) => {
  const role_id = await roleId(owner, 'Member')
  for (let i = 0; i < 3; i++) await owner.post('/users', { email: address(), role_id })
  const first = (await owner.get('/invitations?limit=2')).json
  expect(first.items).toHaveLength(2)
  const second = (await owner.get(`/invitations?limit=2&cursor=${first.next_cursor}`)).json
  expect([second.items.length, second.next_cursor]).toEqual([1, null])
})
