// Everything about oneself as one file, and closing one's account.

import { randomBytes } from 'node:crypto'
import type { Person } from '../support/actors'
import { ago, db } from '../support/db'
import { makeAccount, roleId } from '../support/machines'
import { linkIn, mailTo } from '../support/mail'
import { colleague } from '../support/people'
import { png } from '../support/pictures'
import { expectProblem, refused } from '../support/problem'
import { photosOf } from '../support/r2'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const EXPORT = '/users/me/export'
const LISTS = ['sessions', 'devices', 'email_changes', 'tokens', 'token_usage', 'token_addresses', 'token_refusals', 'token_calls', 'service_accounts', 'deliveries', 'audit_events']

/** Calls are noted within a second or two after they were made. */
const noted = (table: string, token: string) => expect.poll(() => db.count(`FROM ${table} WHERE token_id = ?1`, token), { timeout: 15_000 }).toBeGreaterThan(0)

/** A person with something in every part of the file, and every secret that was made for it. */
async function furnished(person: Person): Promise<{ secrets: string[]; token: any; account: any }> {
  const elsewhere = await person.elsewhere()
  const made = await person.makeToken({ scopes: ['users:read'] })
  await made.bearer.get('/users')
  await made.bearer.get('/roles')
  const pair = (await person.post('/users/me/tokens', { name: 'pair', scopes: ['jobs:read'], refresh: true })).json
  const rotated = (await person.post(`/tokens/${pair.token.id}/rotate`, { grace_seconds: 600 })).json
  const gone = await person.makeToken({ name: 'gone' })
  await person.delete(`/tokens/${gone.token.id}`)
  const { account, secret } = await makeAccount(person)
  await person.upload('/users/me/photo', png(), 'image/png')
  await person.put('/users/me/notifications', { email: { info: true } })
  const setup = (await person.post('/users/me/totp')).json
  const { recovery_codes } = (await person.post('/users/me/totp/confirm', { code: totp(setup.secret) })).json
  const email = `ada.${randomBytes(6).toString('hex')}@example.com`
  await person.post('/users/me/email', { email })
  const confirm = linkIn(await mailTo(email, 'Confirm your new email address'), '/confirm-email/').replace('/confirm-email/', '')
  const undo = linkIn(await mailTo(person.account.email, 'Your email address is about to change'), '/confirm-email/').replace('/confirm-email/', '')
  for (const table of ['token_usage', 'token_addresses', 'token_refusals', 'token_calls']) await noted(table, made.token.id)
  const secrets = [made.secret, pair.secret, pair.refresh_token, rotated.secret, rotated.refresh_token, gone.secret, secret, setup.secret, ...recovery_codes, person.cookie, person.device, elsewhere.cookie, person.account.password, confirm, undo]
  return { secrets: secrets.filter((text) => text), token: made.token, account }
}

test.describe('b.8 the export', () => {
  test('holds what is kept of every kind, as a file that nobody keeps', async ({ owner }) => {
    const { token, account } = await furnished(owner)
    const answer = await owner.get(EXPORT)
    expect(answer.status, answer.text).toBe(200)
    const today = new Date().toISOString().slice(0, 10)
    expect(answer.header('content-type')).toBe('application/json')
    expect(answer.header('content-disposition')).toBe(`attachment; filename="latchkey-${today}.json"`)
    expect(answer.header('cache-control')).toBe('no-store')
    expect(answer.header('content-length'), 'it is sent while it is read').toBeNull()
    const file = answer.json
    expect(Object.keys(file)).toEqual(['exported_at', 'company', 'user', 'photo', 'second_factor', 'notifications', 'slack', ...LISTS])
    for (const list of LISTS) expect(file[list].length, list).toBeGreaterThan(0)
    expect(file.company).toBe(owner.account.tenant_name)
    expect(file.user).toMatchObject({ id: owner.user.id, email: owner.account.email, first_name: 'Ada', mfa_enabled: true })
    expect(file.second_factor).toEqual({ enabled: true, recovery_codes_left: 10 })
    expect(file.photo.media_type).toBe('image/png')
    expect(Buffer.from(file.photo.data, 'base64')).toEqual((await owner.get('/users/me/photo')).bytes)
    expect(file.notifications.email.info).toBe(true)
    expect(file.slack.workspace).toBeNull()
    expect(file.sessions).toEqual((await owner.get('/users/me/sessions')).json.items)
    expect(file.sessions.filter((session: any) => session.current)).toHaveLength(1)
    expect(file.email_changes).toMatchObject([{ old_email: owner.account.email, state: 'waiting' }])
    expect(file.tokens.map((one: any) => one.status).sort()).toEqual(['active', 'active', 'revoked'])
    expect(file.token_usage).toContainEqual(expect.objectContaining({ token_id: token.id, route: 'GET /api/v1/users', calls: 1 }))
    expect(file.token_addresses[0]).toMatchObject({ token_id: token.id, call: expect.stringContaining('GET ') })
    expect(file.token_refusals[0]).toMatchObject({ token_id: token.id, reason: 'insufficient_scope', missing: 'roles:read' })
    expect(file.token_calls).toContainEqual(expect.objectContaining({ token_id: token.id, route: 'GET /api/v1/roles', status: 403, code: 'insufficient_scope' }))
    expect(file.service_accounts).toMatchObject([{ id: account.id, name: account.name }])
    expect(file.audit_events.map((event: any) => event.action)).toEqual(expect.arrayContaining(['tenant.created', 'token.created', 'mfa.enabled', 'user.exported']))
  })

  test('holds no secret and no hash of one', async ({ owner }) => {
    const { secrets } = await furnished(owner)
    const { text } = await owner.get(EXPORT)
    expect(secrets.length).toBeGreaterThan(20)
    for (const secret of secrets) expect(text.includes(secret), secret.slice(0, 4)).toBe(false)
    const hidden = [
      ...(await db.rows('SELECT digest FROM tokens WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT refresh_digest FROM tokens WHERE tenant_id = ?1 AND refresh_digest IS NOT NULL', owner.tenant)),
      ...(await db.rows('SELECT digest FROM retired_secrets WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT digest FROM sessions WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT digest FROM devices WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT digest FROM recovery_codes WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT undo_digest, confirm_digest FROM email_changes WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT secret_digest FROM service_accounts WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT seed FROM totps WHERE tenant_id = ?1', owner.tenant)),
      ...(await db.rows('SELECT password FROM users WHERE tenant_id = ?1', owner.tenant)),
    ].flatMap((row) => Object.values(row))
    expect(hidden.length).toBeGreaterThan(20)
    for (const value of hidden) expect(text.includes(value), String(value).slice(0, 6)).toBe(false)
  })

  test('holds nothing of anybody else, of one\'s company or of another', async ({ owner, stranger }) => {
    const grace = await colleague(owner, 'Administrator')
    const foreign: string[] = []
    for (const other of [grace, stranger]) {
      const { token, account } = await furnished(other)
      const { file } = { file: (await other.get(EXPORT)).json }
      const ids = ['sessions', 'tokens', 'deliveries', 'audit_events'].flatMap((list) => file[list].map((item: any) => item.id))
      foreign.push(other.user.id, other.account.email, token.id, account.id, ...ids)
    }
    foreign.push(stranger.tenant, stranger.account.tenant_name)
    await owner.makeToken()
    const { text } = await owner.get(EXPORT)
    expect(foreign.length).toBeGreaterThan(40)
    for (const id of foreign) expect(text.includes(id), id).toBe(false)
    expect(text).toContain(owner.user.id)
  })

  test('holds what others did to one\'s account, as the security log does', async ({ owner }) => {
    const grace = await colleague(owner, 'Administrator')
    expect((await grace.patch(`/users/${owner.user.id}`, { phone: '+12125550123' })).status).toBe(200)
    const file = (await owner.get(EXPORT)).json
    expect(file.audit_events).toContainEqual(expect.objectContaining({ action: 'user.updated', actor: expect.objectContaining({ id: grace.user.id }) }))
    const log = (await owner.get('/audit-events?actor=me&limit=100')).json.items
    expect(file.audit_events).toEqual(log)
  })

  test('comes whole when it takes many pages, each thing once', async ({ owner }) => {
    const { token } = await owner.makeToken()
    const { token: other } = await owner.makeToken()
    // 1,300 routes with the one, 700 with the other, and 1,100 events.
    for (const [id, routes] of [[token.id, 1300], [other.id, 700]]) {
      await db.rows(
        `INSERT INTO token_usage (tenant_id, day, token_id, route, calls)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(?3 AS INTEGER))
         SELECT ?1, date('now'), ?2, 'GET /' || i, i FROM n`,
        owner.tenant, id, routes,
      )
    }
    await db.rows(
      `INSERT INTO audit_events (id, tenant_id, at, actor_type, actor_id, actor_name, action, target_type, target_id, target_name, request_id)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
       SELECT 'evt_' || substr(upper(hex(randomblob(16))), 1, 26), ?1, ?3, 'user', ?2, 'Ada Lovelace', 'token.updated', 'token', ?2, 'ci', 'req_1' FROM n`,
      owner.tenant, owner.user.id, ago(60),
    )
    const file = (await owner.get(EXPORT)).json
    expect(file.token_usage).toHaveLength(2000)
    expect(new Set(file.token_usage.map((day: any) => `${day.token_id} ${day.route}`)).size).toBe(2000)
    const events = await db.count('FROM audit_events WHERE actor_id = ?1', owner.user.id)
    expect(events).toBeGreaterThan(1100)
    expect(file.audit_events).toHaveLength(events)
    expect(new Set(file.audit_events.map((event: any) => event.id)).size).toBe(events)
  })

  test('is made anew for somebody who has next to nothing', async ({ owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const file = (await grace.get(EXPORT)).json
    expect([file.photo, file.tokens, file.token_usage, file.service_accounts, file.email_changes]).toEqual([null, [], [], [], []])
    expect(file.second_factor).toEqual({ enabled: false, recovery_codes_left: 0 })
  })

  test('takes a confirmation and a person, and each leaves its event', async ({ owner, anonymous }) => {
    const { bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
    const { basic } = await makeAccount(owner)
    for (const machine of [bearer, basic]) await refused(owner.tenant, () => machine.get(EXPORT), 403, 'forbidden')
    // To ask for its headers is no export.
    const before = await db.count('FROM audit_events WHERE tenant_id = ?1', owner.tenant)
    const head = await owner.call('HEAD', `/api/v1${EXPORT}`)
    expect([head.status, head.header('allow')]).toEqual([405, 'GET'])
    expect(await db.count('FROM audit_events WHERE tenant_id = ?1', owner.tenant)).toBe(before)
    await refused(owner.tenant, () => anonymous.get(EXPORT), 401, 'unauthenticated')
    await refused(owner.tenant, () => owner.get(EXPORT, { 'Sec-Fetch-Site': 'cross-site' }), 403, 'cross_site')
    await owner.goStale()
    await refused(owner.tenant, () => owner.get(EXPORT), 403, 'step_up_required')
    await owner.post('/session/step-up', { password: owner.account.password })
    const answer = await owner.get(EXPORT)
    expect(answer.status).toBe(200)
    const event = await db.one(`SELECT actor_id, target_id, request_id FROM audit_events WHERE tenant_id = ?1 AND action = 'user.exported'`, owner.tenant)
    expect(event).toEqual({ actor_id: owner.user.id, target_id: owner.user.id, request_id: answer.requestId })
  })

  test('of somebody else there is none, whatever one may', async ({ owner }) => {
    const grace = await colleague(owner)
    await refused(owner.tenant, () => owner.get(`/users/${grace.user.id}/export`), 404, 'not_found')
  })

  test('is limited per person', async ({ owner }) => {
    for (let i = 0; i < 10; i++) expect((await owner.get(EXPORT)).status).toBe(200)
    await refused(owner.tenant, () => owner.get(EXPORT), 429, 'rate_limited')
    expect((await (await colleague(owner)).get(EXPORT)).status).toBe(200)
  })
})

const CLOSE = '/users/me'

test.describe('b.8 closing one\'s account', () => {
  test('takes tokens, sessions, photo and profile away at once; the trail stays, and the person is told', async ({ owner }) => {
    const grace = await colleague(owner)
    const elsewhere = await grace.elsewhere()
    const { bearer, token } = await grace.makeToken({ name: 'nightly' })
    const { token: revoked } = await grace.makeToken({ name: 'gone' })
    await grace.delete(`/tokens/${revoked.id}`)
    await grace.post(`/tokens/${token.id}/rotate`, { grace_seconds: 600 })
    expect((await bearer.get('/tokens/self')).status).toBe(200)
    expect((await grace.upload('/users/me/photo', png(), 'image/png')).status).toBe(200)
    const { account } = await makeAccount(owner, { owner_id: grace.user.id })
    const events = await db.count('FROM audit_events WHERE actor_id = ?1', grace.user.id)

    const answer = await grace.delete(CLOSE)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(answer.cookies.find((cookie) => cookie.startsWith('__Host-session='))).toMatch(/^__Host-session=; .*Max-Age=0$/)
    expect(answer.header('clear-site-data')).toBe('"cache"')
    expect((await bearer.get('/tokens/self')).status).toBe(401)
    expectProblem(await elsewhere.get('/session'), 401, 'unauthenticated')
    expectProblem(await grace.signIn(), 401, 'unauthenticated')
    for (const table of ['users WHERE id', 'sessions WHERE user_id', 'tokens WHERE user_id', 'devices WHERE user_id', 'outbox WHERE user_id']) {
      expect(await db.count(`FROM ${table} = ?1`, grace.user.id), table).toBe(0)
    }
    for (const table of ['token_usage', 'retired_secrets', 'token_addresses', 'token_refusals', 'token_calls']) expect(await db.count(`FROM ${table} WHERE token_id = ?1`, token.id), table).toBe(0)
    await expect.poll(() => photosOf(owner.tenant)).toEqual([])
    expect((await owner.get(`/service-accounts/${account.id}`)).json).toMatchObject({ owner: null, enabled: true })

    expect(await db.count('FROM audit_events WHERE actor_id = ?1', grace.user.id)).toBe(events + 1)
    const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'user.deleted'`, owner.tenant)
    expect(event).toMatchObject({ actor_id: grace.user.id, target_id: grace.user.id, target_name: 'Grace Hopper', request_id: answer.requestId })
    const changes = JSON.parse(event.changes)
    expect(changes.tokens).toEqual({ from: [{ id: token.id, name: 'nightly' }], to: [] })
    expect(changes.email).toEqual({ from: grace.account.email, to: null })
    const mail = await mailTo(grace.account.email, `Your account at ${owner.account.tenant_name} was closed`)
    expect(mail.text).toContain('If not, tell an Administrator of the company at once.')
    expect((await owner.post('/users', { email: grace.account.email, role_id: await roleId(owner, 'Member') })).status, 'the address is free').toBe(201)
    expect((await owner.get('/session')).status).toBe(200)
  })

  test('takes a confirmation and a person', async ({ owner, anonymous }) => {
    const grace = await colleague(owner)
    const { bearer } = await grace.makeToken({ kind: 'all', scopes: undefined })
    const { basic } = await makeAccount(owner)
    for (const machine of [bearer, basic]) await refused(owner.tenant, () => machine.delete(CLOSE), 403, 'forbidden')
    await refused(owner.tenant, () => anonymous.delete(CLOSE), 401, 'unauthenticated')
    await refused(owner.tenant, () => grace.delete(CLOSE, { Origin: 'https://evil.example' }), 403, 'cross_site')
    await grace.goStale()
    await refused(owner.tenant, () => grace.delete(CLOSE), 403, 'step_up_required')
    await grace.post('/session/step-up', { password: grace.account.password })
    expect((await grace.delete(CLOSE)).status).toBe(204)
  })

  test('is refused to the last active Administrator, with the way out', async ({ owner }) => {
    const grace = await colleague(owner, 'Administrator')
    await grace.deactivate()
    const { bearer } = await owner.makeToken()
    const problem = await refused(owner.tenant, () => owner.delete(CLOSE), 409, 'conflict')
    expect(problem.detail).toBe('This is the last active Administrator, who must stay. Make somebody else one first.')
    expect((await bearer.get('/tokens/self')).status, 'its tokens go on').toBe(200)
    expect((await owner.get('/session')).status).toBe(200)
    await db.rows('UPDATE users SET active = 1 WHERE id = ?1', grace.user.id)
    expect((await owner.delete(CLOSE)).status).toBe(204)
    await mailTo(owner.account.email, `Your account at ${owner.account.tenant_name} was closed`)
  })

  test('of two Administrators who close theirs at once, one stays', async ({ owner }) => {
    const grace = await colleague(owner, 'Administrator')
    const answers = await Promise.all([owner.delete(CLOSE), grace.delete(CLOSE)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409])
    expect(await db.count('FROM users WHERE tenant_id = ?1', owner.tenant)).toBe(1)
  })

  test('twice at once does it once, and the other is told that nobody is signed in any more', async ({ owner }) => {
    const grace = await colleague(owner)
    const answers = await Promise.all([1, 2, 3].map(() => grace.delete(CLOSE)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401, 401])
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'user.deleted'`, owner.tenant)).toBe(1)
  })

  test('one\'s own id does not do it by mistake', async ({ owner }) => {
    await colleague(owner, 'Administrator')
    const problem = await refused(owner.tenant, () => owner.delete(`/users/${owner.user.id}`), 409, 'conflict')
    expect(problem.detail).toContain('DELETE /api/v1/users/me')
  })
})
