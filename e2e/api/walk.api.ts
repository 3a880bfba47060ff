// Through every route of the router: nothing of another company is there, and every write leaves its event.

import { randomBytes } from 'node:crypto'
import { Actor, Person, newAccount, newAddress } from '../support/actors'
import { db } from '../support/db'
import type { Answer } from '../support/http'
import { form, makeAccount, makeRole, roleId } from '../support/machines'
import { linkIn, mailTo } from '../support/mail'
import { colleague, customRole, invite } from '../support/people'
import { png } from '../support/pictures'
import { PATHS, ROUTES } from '../support/routes'
import { Member } from '../support/slack'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

test('every route of the source is found', () => {
  expect(new Set(ROUTES.map((route) => route.split(' ')[1])).size).toBe(PATHS)
  expect(ROUTES).toEqual(expect.arrayContaining(['GET /api/health', 'PATCH /api/v1/roles/{id}', 'DELETE /api/v1/users/{user}/sessions/{id}', 'ANY /gateway/{*path}']))
  for (const route of ROUTES.filter((route) => !/^GET |^ANY /.test(route))) expect(Object.keys(WRITES), 'a write that is new: say which event it leaves').toContain(route)
  for (const route of Object.keys(WRITES)) expect(ROUTES, 'no longer there').toContain(route)
})

/** Bodies that are right, so that nothing but the id can be wrong. */
const BODIES: Record<string, unknown> = {
  'PATCH /api/v1/users/{user}': { first_name: 'Eve' },
  'POST /api/v1/users/{user}/tokens': { name: 'new', scopes: ['jobs:read'] },
  'PATCH /api/v1/tokens/{id}': { name: 'mine now' },
  'POST /api/v1/tokens/{id}/rotate': { grace_seconds: 0 },
  'PATCH /api/v1/service-accounts/{id}': { description: 'mine now' },
  'POST /api/v1/service-accounts/{id}/reset-credentials': { grace_seconds: 0 },
  'POST /api/v1/service-accounts/{id}/tokens': { name: 'new', scopes: ['jobs:read'] },
  'PATCH /api/v1/roles/{id}': { name: 'Mine now' },
  'POST /api/v1/invitations/{invitation}': { first_name: 'Eve', last_name: 'Adams', password: 'gondola trumpet fig salad' },
  'PUT /api/v1/password-resets/{token}': { password: 'gondola trumpet fig salad' },
}

/** What is named by a secret rather than an id: whatever else stands there is refused in its own way. */
const BY_SECRET = ['/api/v1/password-resets/{token}', '/api/v1/email-confirmations/{token}', '/api/v1/invitations/{invitation}']

/** One of everything that has an id. */
async function furnish(person: Person): Promise<Record<string, string>> {
  const { token } = await person.makeToken()
  const { account } = await makeAccount(person)
  const mate = await colleague(person)
  const invitation = (await person.post('/users', { email: fresh(), role_id: await roleId(person, 'Viewer') })).json
  const role = await customRole(person, 'Night shift', ['api_access'], ['jobs:read'])
  const elsewhere = await person.elsewhere()
  await person.upload('/users/me/photo', png(), 'image/png')
  const session = (await db.one('SELECT max(id) AS id FROM sessions WHERE user_id = ?1', elsewhere.user.id)).id
  const event = (await db.one('SELECT max(id) AS id FROM audit_events WHERE tenant_id = ?1', person.tenant)).id
  return { user: person.user.id, mate: mate.user.id, token: token.id, account: account.id, invitation: invitation.id, role, session, event, tenant: person.tenant }
}

test('no route shows or changes anything of another company, whatever kind of id stands in it', async ({ owner, stranger }) => {
  test.setTimeout(180_000)
  const ids = Object.values(await furnish(stranger))
  const mine = owner.user.id
  const before = await db.state(stranger.tenant)
  const walked: string[] = []
  for (const route of ROUTES.filter((route) => /\{(?!\*)/.test(route))) {
    const [method = '', path = ''] = route.split(' ')
    // One session may not make as many calls as all routes take.
    const visitor = await owner.elsewhere()
    const places = path.match(/\{\w+\}/g) ?? []
    const paths = ids.flatMap((id) =>
      places.length === 1 ? [path.replace(/\{\w+\}/, id)] : ['me', mine, stranger.user.id].map((first) => path.replace(/\{\w+\}/, first).replace(/\{\w+\}/, id)),
    )
    for (const called of paths) {
      const isPhoto = method === 'PUT' && path.endsWith('/photo')
      const sent = isPhoto ? { body: png(), headers: { 'content-type': 'image/png' } } : ['GET', 'DELETE'].includes(method) ? {} : { json: BODIES[route] ?? {} }
      const answer = await visitor.call(method, called, sent)
      const secret = BY_SECRET.includes(path) && !(method === 'DELETE')
      if (secret) expect([400, 401, 404, 409, 422], `${answer.call}: ${answer.text}`).toContain(answer.status)
      else expect([answer.status, answer.json.code], `${answer.call}: ${answer.text}`).toEqual([404, 'not_found'])
      walked.push(route)
    }
  }
  expect(new Set(walked).size).toBeGreaterThan(25)
  expect(await db.state(stranger.tenant)).toEqual(before)
})

test('an id of another company in a body or a query finds nothing either', async ({ owner, stranger }) => {
  const theirs = await furnish(stranger)
  const { token } = await owner.makeToken()
  const { account } = await makeAccount(owner)
  const grace = await colleague(owner)
  const [before, kept] = [await db.state(stranger.tenant), await db.state(owner.tenant)]
  const email = `eve.${randomBytes(6).toString('hex')}@example.com`
  const tries: [Promise<Answer>, number][] = [
    [owner.post('/tokens/revoke', { ids: [token.id, theirs.token] }), 404],
    [owner.post('/users', { email, role_id: theirs.role }), 422],
    [owner.patch(`/users/${grace.user.id}`, { role_id: theirs.role }), 422],
    [owner.post('/service-accounts', { name: 'sync', role_id: theirs.role }), 422],
    [owner.post('/service-accounts', { name: 'sync', role_id: await roleId(owner, 'API reader'), owner_id: theirs.user }), 422],
    [owner.patch(`/service-accounts/${account.id}`, { role_id: theirs.role }), 422],
    [owner.patch(`/service-accounts/${account.id}`, { owner_id: theirs.user }), 422],
  ]
  for (const [trying, status] of tries) {
    const answer = await trying
    expect(answer.status, `${answer.call}: ${answer.text}`).toBe(status)
  }
  for (const query of [`/users?role=${theirs.role}`, `/audit-events?actor=${theirs.user}`, `/audit-events?target=${theirs.token}`, `/users?cursor=${theirs.user}&search=${stranger.account.email}`]) {
    expect((await owner.get(query)).json.items, query).toEqual([])
  }
  expect(await db.state(stranger.tenant)).toEqual(before)
  expect(await db.state(owner.tenant)).toEqual(kept)
})

type Write = [event: string, run: (owner: Person) => Promise<Answer>]

const secondFactor = async (person: Person) => {
  const { secret } = (await person.post('/users/me/totp')).json
  const confirmed = await person.post('/users/me/totp/confirm', { code: totp(secret, -1) })
  expect(confirmed.status, confirmed.text).toBe(200)
  return secret as string
}
const secretIn = async (email: string, subject: string, page: string) => linkIn(await mailTo(email, subject), page).slice(page.length)
const fresh = () => `ada.${randomBytes(6).toString('hex')}@example.com`
const token = async (owner: Person, change = {}) => (await owner.makeToken(change)).token.id
const account = async (owner: Person) => (await makeAccount(owner)).account.id
const role = (owner: Person) => customRole(owner, 'Night shift', [], [])

/** Every write, with the event that it leaves; without one, why. */
const WRITES: Record<string, Write | string> = {
  'POST /api/v1/sign-up': ['tenant.created', async (owner) => {
    const person = new Person(newAccount())
    const answer = await person.post('/sign-up', person.account)
    owner.tenant = (await db.one('SELECT tenant_id FROM users WHERE id = ?1', answer.json.id)).tenant_id
    return answer
  }],
  'POST /api/v1/session': ['session.created', (owner) => new Person(owner.account).signIn()],
  'DELETE /api/v1/session': ['session.revoked', (owner) => owner.delete('/session')],
  'POST /api/v1/session/mfa': ['session.created', async (owner) => {
    const secret = await secondFactor(owner)
    const person = new Person(owner.account)
    await person.signIn()
    return person.post('/session/mfa', { code: totp(secret) })
  }],
  'POST /api/v1/session/step-up': ['session.stepped_up', (owner) => owner.post('/session/step-up', { password: owner.account.password })],
  'POST /api/v1/password-resets': ['password.reset_requested', (owner) => new Actor(newAddress()).post('/password-resets', { email: owner.account.email })],
  'PUT /api/v1/password-resets/{token}': ['password.reset', async (owner) => {
    await owner.post('/password-resets', { email: owner.account.email })
    const secret = await secretIn(owner.account.email, RESET, '/reset-password/')
    return new Actor(newAddress()).put(`/password-resets/${secret}`, { password: 'gondola trumpet fig salad' })
  }],
  'POST /api/v1/email-confirmations/{token}': ['email.changed', async (owner) => {
    const email = fresh()
    await owner.post('/users/me/email', { email })
    return owner.post(`/email-confirmations/${await secretIn(email, CONFIRM, '/confirm-email/')}`)
  }],
  'POST /api/v1/users': ['user.invited', async (owner) => owner.post('/users', { email: fresh(), role_id: await roleId(owner, 'Viewer') })],
  'PATCH /api/v1/users/{user}': ['user.updated', (owner) => owner.patch('/users/me', { first_name: 'Augusta' })],
  'DELETE /api/v1/users/{user}': ['user.deleted', async (owner) => owner.delete(`/users/${(await colleague(owner)).user.id}`)],
  'GET /api/v1/users/me/export': ['user.exported', (owner) => owner.get('/users/me/export')],
  'POST /api/v1/invitations/{invitation}': ['user.created', async (owner) => {
    const { secret } = await invite(owner)
    return new Person(newAccount()).post(`/invitations/${secret}`, { first_name: 'Grace', last_name: 'Hopper', password: 'gondola trumpet fig salad' })
  }],
  'DELETE /api/v1/invitations/{invitation}': ['invitation.cancelled', async (owner) => owner.delete(`/invitations/${(await invite(owner)).invitation.id}`)],
  'POST /api/v1/invitations/{invitation}/resend': ['invitation.resent', async (owner) => owner.post(`/invitations/${(await invite(owner)).invitation.id}/resend`)],
  'PUT /api/v1/users/{user}/photo': ['user.photo_changed', (owner) => owner.upload('/users/me/photo', png(), 'image/png')],
  'DELETE /api/v1/users/{user}/photo': ['user.photo_removed', async (owner) => {
    await owner.upload('/users/me/photo', png(), 'image/png')
    return owner.delete('/users/me/photo')
  }],
  'POST /api/v1/users/me/email': ['email.change_requested', (owner) => owner.post('/users/me/email', { email: fresh() })],
  'DELETE /api/v1/users/me/email': ['email.change_withdrawn', async (owner) => {
    await owner.post('/users/me/email', { email: fresh() })
    return owner.delete('/users/me/email')
  }],
  'POST /api/v1/users/me/password': ['password.changed', (owner) => owner.post('/users/me/password', { current_password: owner.account.password, new_password: 'gondola trumpet fig salad' })],
  'POST /api/v1/users/me/totp': 'what is begun changes nothing until it is confirmed',
  'DELETE /api/v1/users/me/totp': ['mfa.disabled', async (owner) => {
    await secondFactor(owner)
    return owner.delete('/users/me/totp')
  }],
  'DELETE /api/v1/users/{id}/totp': ['mfa.disabled', async (owner) => {
    const grace = await colleague(owner)
    await secondFactor(grace)
    return owner.delete(`/users/${grace.user.id}/totp`)
  }],
  'POST /api/v1/users/me/totp/confirm': ['mfa.enabled', async (owner) => {
    const { secret } = (await owner.post('/users/me/totp')).json
    return owner.post('/users/me/totp/confirm', { code: totp(secret) })
  }],
  'POST /api/v1/users/me/recovery-codes': ['recovery_codes.created', async (owner) => {
    await secondFactor(owner)
    return owner.post('/users/me/recovery-codes')
  }],
  'DELETE /api/v1/users/{user}/sessions': ['session.revoked', async (owner) => {
    await owner.elsewhere()
    return owner.delete('/users/me/sessions')
  }],
  'DELETE /api/v1/users/{user}/sessions/{id}': ['session.revoked', async (owner) => {
    await owner.elsewhere()
    const { items } = (await owner.get('/users/me/sessions')).json
    return owner.delete(`/users/me/sessions/${items.find((session: any) => !session.current).id}`)
  }],
  'POST /api/v1/users/{user}/tokens': ['token.created', (owner) => owner.post('/users/me/tokens', { name: 'ci', scopes: ['jobs:read'] })],
  'POST /api/v1/tokens/revoke': ['token.revoked', async (owner) => owner.post('/tokens/revoke', { ids: [await token(owner)] })],
  'DELETE /api/v1/tokens/self': ['token.revoked', async (owner) => (await owner.makeToken()).bearer.delete('/tokens/self')],
  'POST /api/v1/tokens/self/rotate': ['token.rotated', async (owner) => (await owner.makeToken()).bearer.post('/tokens/self/rotate', {})],
  'POST /api/v1/tokens/renew': ['token.renewed', async (owner) => {
    const { secret, refresh_token } = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
    return new Actor(newAddress()).post('/tokens/renew', { access_token: secret, refresh_token })
  }],
  'PATCH /api/v1/tokens/{id}': ['token.updated', async (owner) => owner.patch(`/tokens/${await token(owner)}`, { name: 'renamed' })],
  'DELETE /api/v1/tokens/{id}': ['token.revoked', async (owner) => owner.delete(`/tokens/${await token(owner)}`)],
  'POST /api/v1/tokens/{id}/rotate': ['token.rotated', async (owner) => owner.post(`/tokens/${await token(owner)}/rotate`, {})],
  'DELETE /api/v1/tokens/{id}/grace': ['token.grace_ended', async (owner) => {
    const id = await token(owner)
    await owner.post(`/tokens/${id}/rotate`, { grace_seconds: 600 })
    return owner.delete(`/tokens/${id}/grace`)
  }],
  'DELETE /api/v1/tokens/{id}/rotation': ['token.rotation_undone', async (owner) => {
    const id = await token(owner)
    await owner.post(`/tokens/${id}/rotate`, { grace_seconds: 600 })
    return owner.delete(`/tokens/${id}/rotation`)
  }],
  'POST /api/v1/credentials/revoke': ['token.revoked', async (owner) => new Actor(newAddress()).post('/credentials/revoke', { credentials: [(await owner.makeToken()).secret] })],
  'POST /api/v1/service-accounts': ['service_account.created', async (owner) => owner.post('/service-accounts', { name: 'sync', role_id: await roleId(owner, 'API reader') })],
  'PATCH /api/v1/service-accounts/{id}': ['service_account.updated', async (owner) => owner.patch(`/service-accounts/${await account(owner)}`, { description: 'Copies' })],
  'DELETE /api/v1/service-accounts/{id}': ['service_account.deleted', async (owner) => owner.delete(`/service-accounts/${await account(owner)}`)],
  'POST /api/v1/service-accounts/{id}/reset-credentials': ['service_account.credentials_reset', async (owner) => owner.post(`/service-accounts/${await account(owner)}/reset-credentials`)],
  'DELETE /api/v1/service-accounts/{id}/grace': ['service_account.updated', async (owner) => {
    const id = await account(owner)
    await owner.post(`/service-accounts/${id}/reset-credentials`, { grace_seconds: 600 })
    return owner.delete(`/service-accounts/${id}/grace`)
  }],
  'POST /api/v1/service-accounts/{id}/tokens': ['token.created', async (owner) => owner.post(`/service-accounts/${await account(owner)}/tokens`, { name: 'ci', scopes: ['jobs:read'] })],
  'PUT /api/v1/users/me/notifications': ['notifications.updated', (owner) => owner.put('/users/me/notifications', { email: { info: true } })],
  'POST /api/v1/users/me/deliveries/{id}/retry': ['delivery.retried', async (owner) => {
    await owner.post('/password-resets', { email: owner.account.email })
    await mailTo(owner.account.email, RESET)
    await db.rows(`UPDATE outbox SET state = 'failed', done_at = created_at, content = '00' WHERE user_id = ?1`, owner.user.id)
    const [message] = (await owner.get('/users/me/deliveries')).json.items
    return owner.post(`/users/me/deliveries/${message.id}/retry`)
  }],
  'POST /api/v1/slack/connection': ['slack.requested', (owner) => owner.post('/slack/connection')],
  'PATCH /api/v1/slack/connection': ['slack.updated', async (owner) => {
    await (await Member.named('member50')).connect(owner)
    return owner.patch('/slack/connection', { via: 'channel' })
  }],
  'DELETE /api/v1/slack/connection': ['slack.disconnected', async (owner) => {
    await (await Member.named('member50')).connect(owner)
    return owner.delete('/slack/connection')
  }],
  'POST /api/v1/slack/test': ['slack.tested', async (owner) => {
    await (await Member.named('member51')).connect(owner)
    return owner.post('/slack/test')
  }],
  'PUT /api/v1/policy': ['policy.updated', (owner) => owner.put('/policy', { max_live_tokens: 9 })],
  'POST /api/v1/policy/preview': 'it only counts',
  'POST /api/v1/roles': ['role.created', (owner) => owner.post('/roles', { name: 'Night shift', permissions: [], scopes: [] })],
  'PATCH /api/v1/roles/{id}': ['role.updated', async (owner) => owner.patch(`/roles/${await role(owner)}`, { name: 'Late shift' })],
  'DELETE /api/v1/roles/{id}': ['role.deleted', async (owner) => owner.delete(`/roles/${await role(owner)}`)],
  'POST /oauth2/token': ['oauth_token.created', async (owner) => form((await makeAccount(owner)).basic, '/oauth2/token', { grant_type: 'client_credentials' })],
  'POST /oauth2/introspect': 'it only asks',
}

const RESET = 'Set a new password'
const CONFIRM = 'Confirm your new email address'

for (const [route, write] of Object.entries(WRITES)) {
  if (typeof write === 'string') continue
  const [action, run] = write
  test(`${route} leaves the event ${action}, with the id of its request`, async ({ owner }) => {
    const answer = await run(owner)
    expect(answer.status, `${answer.call}: ${answer.text}`).toBeGreaterThanOrEqual(200)
    expect(answer.status, `${answer.call}: ${answer.text}`).toBeLessThan(300)
    const events = await db.rows('SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = ?2 AND request_id = ?3', owner.tenant, action, answer.requestId)
    expect(events.length, `${action} by ${answer.requestId}`).toBeGreaterThan(0)
  })
}

for (const [route, why] of Object.entries(WRITES)) {
  if (typeof why !== 'string') continue
  test(`${route} leaves no event: ${why}`, async ({ owner }) => {
    const asker = route.startsWith('POST /oauth2') ? (await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', '') })).basic : owner
    const before = (await db.state(owner.tenant)).audit_events
    const path = route.split(' ')[1] ?? ''
    const answer = asker === owner ? await owner.call('POST', path, { json: {} }) : await form(asker, path, { token: 'x' })
    expect(answer.status, answer.text).toBe(200)
    expect((await db.state(owner.tenant)).audit_events).toEqual(before)
  })
}

test('what is passed on to another API is no write of ours', () => {
  expect(ROUTES.filter((route) => route.startsWith('ANY '))).toEqual(['ANY /forward-auth/{*path}', 'ANY /gateway/{*path}'])
})
