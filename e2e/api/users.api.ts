// People of a company: looked for, given roles, deactivated, removed; and the Administrator who must stay.

import { Person, newAccount } from '../support/actors'
import { db } from '../support/db'
import type { Answer } from '../support/http'
import { makeAccount, makeRole, roleId } from '../support/machines'
import { mailTo, mailsTo } from '../support/mail'
import { png } from '../support/pictures'
import { colleague } from '../support/people'
import { photosOf } from '../support/r2'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const at = (person: Person) => `/users/${person.user.id}`
const names = (answer: any) => answer.json.items.map((user: any) => user.first_name)

test.describe('the list', () => {
  test('is narrowed by part of a name or an address in any case, by state and by role', async ({ owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const mina = await colleague(owner, 'Member', { first_name: 'Mina', last_name: 'Šarić' })
    await mina.deactivate()
    const list = async (query: string) => names(await owner.get(`/users?${query}`))
    expect(await list('')).toEqual(['Ada', 'Grace', 'Mina'])
    for (const search of ['HOPP', 'grace h', grace.account.email.toUpperCase()]) expect(await list(`search=${encodeURIComponent(search)}`)).toEqual(['Grace'])
    for (const search of ['šarić', 'ŠARIĆ']) expect(await list(`search=${encodeURIComponent(search)}`)).toEqual(['Mina'])
    expect(await list('search=%25')).toEqual([])
    expect(await list('state=active')).toEqual(['Ada', 'Grace'])
    expect(await list('state=inactive')).toEqual(['Mina'])
    expect(await list(`role=${await roleId(owner, 'Viewer')}`)).toEqual(['Grace'])
    expect(await list(`role=${await roleId(owner, 'Viewer')}&state=inactive`)).toEqual([])
    for (const query of ['state=asleep', 'role=Member', 'sort=age']) expectProblem(await owner.get(`/users?${query}`), 422, 'invalid', [`/${query.split('=')[0]}`])
  })

  test('finds people by the name that they have now', async ({ owner }) => {
    await owner.patch('/users/me', { first_name: 'Augusta' })
    expect(names(await owner.get('/users?search=augusta'))).toEqual(['Augusta'])
    expect(names(await owner.get('/users?search=ada%20l'))).toEqual([])
  })

  test('comes page by page, also narrowed', async ({ owner }) => {
    await colleague(owner, 'Member', { first_name: 'Grace' })
    await colleague(owner, 'Member', { first_name: 'Graham' })
    const first = await owner.get('/users?search=gra&limit=1')
    const second = await owner.get(`/users?search=gra&limit=1&cursor=${first.json.next_cursor}`)
    expect([...names(first), ...names(second), second.json.next_cursor]).toEqual(['Grace', 'Graham', null])
  })
})

test.describe('a role', () => {
  test('is given by those who look after people, counts at once, and is told by mail', async ({ owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const { bearer: token } = await grace.makeToken({ scopes: ['users:read'] })
    expectProblem(await token.get('/users'), 403, 'role_no_api_access')
    const answer = await owner.patch(at(grace), { role_id: await roleId(owner, 'API reader') })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json.role.name).toBe('API reader')
    expect((await token.get('/users')).status).toBe(200)
    const mail = await mailTo(grace.account.email, 'Your role was changed')
    expect(mail.text).toContain('From now on you hold the role API reader.')
    expect(mail.text).toContain('By: Ada Lovelace')
    const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'user.role_changed'`, owner.tenant)
    expect(event).toMatchObject({ actor_id: owner.user.id, target_id: grace.user.id, target_name: 'Grace Hopper' })
    const { from, to } = JSON.parse(event.changes).role
    expect([from.name, to.name]).toEqual(['Viewer', 'API reader'])
  })

  test('is not given by who does not hold all of it, nor to oneself', async ({ owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const [viewer, member] = [await roleId(owner, 'Viewer'), await roleId(owner, 'Member')]
    const kay = await colleague(owner, 'Viewer', { first_name: 'Kay' })
    await kay.take('Keeper', 'manage_users api_access', 'backups:read backups:write')
    await refused(owner.tenant, () => kay.patch(at(grace), { role_id: member }), 403, 'forbidden')
    await refused(owner.tenant, () => kay.patch('/users/me', { role_id: member }), 403, 'forbidden')
    const narrow = await makeRole(owner, 'api_access', 'backups:read')
    expect((await kay.patch(at(grace), { role_id: narrow })).status).toBe(200)
    expect((await kay.patch(at(grace), { role_id: viewer })).status).toBe(200)
    await refused(owner.tenant, () => grace.patch('/users/me', { role_id: member }), 403, 'forbidden')
    await refused(owner.tenant, () => grace.patch('/users/me', { active: false }), 403, 'forbidden')
  })

  test('Administrator is given and taken by Administrators only', async ({ owner }) => {
    const [grace, kay] = [await colleague(owner, 'Member'), await colleague(owner, 'Member')]
    await kay.take('Everything else', 'manage_users administer manage_service_accounts manage_roles read_audit introspect api_access', ALL.flatMap((one) => [`${one}:read`, `${one}:write`]).join(' '))
    const administrator = await roleId(owner, 'Administrator')
    await refused(owner.tenant, () => kay.patch(at(grace), { role_id: administrator }), 403, 'forbidden')
    await refused(owner.tenant, () => kay.patch('/users/me', { role_id: administrator }), 403, 'forbidden')
    for (const change of [{ first_name: 'Eve' }, { active: false }]) await refused(owner.tenant, () => kay.patch(at(owner), change), 403, 'forbidden')
    const session = (await owner.get('/users/me/sessions')).json.items[0].id
    for (const theirs of ['', '/sessions', `/sessions/${session}`]) await refused(owner.tenant, () => kay.delete(at(owner) + theirs), 403, 'forbidden')
    expect((await owner.patch(at(grace), { role_id: administrator })).json.role.name).toBe('Administrator')
  })

  test('of another company, or of none, is refused at its member', async ({ owner, stranger }) => {
    const grace = await colleague(owner)
    for (const role_id of [await roleId(stranger, 'Member'), 'rol_00000000000000000000000000', 'x']) {
      await refused(owner.tenant, () => owner.patch(at(grace), { role_id }), 422, 'invalid', ['/role_id'])
    }
  })

  test('takes a confirmation to be given', async ({ owner }) => {
    const grace = await colleague(owner)
    await owner.goStale()
    await refused(owner.tenant, async () => owner.patch(at(grace), { role_id: await roleId(owner, 'Viewer') }), 403, 'step_up_required')
    expect((await owner.patch(at(grace), { first_name: 'Amazing' })).status).toBe(200)
  })
})

const ALL = ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics']

test.describe('deactivating', () => {
  test('ends sessions and refuses tokens at once, tells the person, and is undone', async ({ owner }) => {
    const grace = await colleague(owner)
    const { bearer: token } = await grace.makeToken()
    const elsewhere = await grace.elsewhere()
    await owner.goStale()
    const answer = await owner.patch(at(grace), { active: false })
    expect([answer.status, answer.json.active]).toEqual([200, false])
    for (const session of [grace, elsewhere]) expectProblem(await session.get('/session'), 401, 'unauthenticated')
    expect((await token.get('/tokens/self')).status).toBe(401)
    expectProblem(await grace.signIn(), 403, 'forbidden')
    expect(await db.count('FROM sessions WHERE user_id = ?1', grace.user.id)).toBe(0)
    // In the log of the person, too: it is about them.
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'session.revoked' AND actor_id = ?2 AND target_id = ?3`, owner.tenant, owner.user.id, grace.user.id)).toBe(2)
    const mail = await mailTo(grace.account.email, 'Your account was deactivated')
    expect(mail.text).toContain('By: Ada Lovelace')

    await refused(owner.tenant, () => owner.patch(at(grace), { active: true }), 403, 'step_up_required')
    await owner.post('/session/step-up', { password: owner.account.password })
    expect((await owner.patch(at(grace), { active: true })).json.active).toBe(true)
    expect((await token.get('/tokens/self')).status, 'a token that has not ended works again').toBe(200)
    expectProblem(await elsewhere.get('/session'), 401, 'unauthenticated')
    expect((await grace.signIn()).status).toBe(200)
    const actions = await db.rows(`SELECT action FROM audit_events WHERE target_id = ?1 AND tenant_id = ?2 AND action LIKE 'user.%activated' ORDER BY id`, grace.user.id, owner.tenant)
    expect(actions.map((row) => row.action)).toEqual(['user.deactivated', 'user.reactivated'])
  })

  test('is not done to oneself, and reactivating gives the role anew', async ({ owner }) => {
    const kay = await colleague(owner)
    await refused(owner.tenant, () => owner.patch('/users/me', { active: false }), 409, 'conflict')
    await refused(owner.tenant, () => owner.delete(at(owner)), 409, 'conflict')
    const grace = await colleague(owner, 'Member')
    await kay.take('Keeper', 'manage_users')
    expect((await kay.patch(at(grace), { active: false })).status).toBe(200)
    await refused(owner.tenant, () => kay.patch(at(grace), { active: true }), 403, 'forbidden')
  })

  test('a profile is edited by those who look after people, with the entity tag if they like', async ({ owner }) => {
    const grace = await colleague(owner)
    const read = await owner.get(at(grace))
    expect((await owner.patch(at(grace), { first_name: 'Amazing', phone: '+12125550123' })).json).toMatchObject({ first_name: 'Amazing', phone: '+12125550123' })
    await refused(owner.tenant, () => owner.patch(at(grace), { first_name: 'Old' }, { 'If-Match': read.header('etag') ?? '' }), 412, 'precondition_failed')
    const event = await db.one(`SELECT target_name, actor_name FROM audit_events WHERE tenant_id = ?1 AND action = 'user.updated'`, owner.tenant)
    expect(event).toEqual({ target_name: 'Amazing Hopper', actor_name: 'Ada Lovelace' })
  })
})

test.describe('removing', () => {
  test('takes sessions, tokens, photo and profile away; the trail stays, and the person is told', async ({ owner }) => {
    const grace = await colleague(owner)
    const { bearer: token, token: kept } = await grace.makeToken()
    expect((await token.get('/tokens/self')).status).toBe(200)
    await grace.post(`/tokens/${kept.id}/rotate`, { grace_seconds: 600 })
    expect((await grace.upload('/users/me/photo', png(), 'image/png')).status).toBe(200)
    const { account } = await makeAccount(owner, { owner_id: grace.user.id })
    const events = await db.count('FROM audit_events WHERE actor_id = ?1', grace.user.id)
    expect(events).toBeGreaterThan(0)

    expect((await owner.delete(at(grace))).status).toBe(204)
    expectProblem(await owner.get(at(grace)), 404, 'not_found')
    expectProblem(await grace.get('/session'), 401, 'unauthenticated')
    expect((await token.get('/tokens/self')).status).toBe(401)
    for (const table of ['users WHERE id', 'sessions WHERE user_id', 'tokens WHERE user_id', 'devices WHERE user_id', 'outbox WHERE user_id']) {
      expect(await db.count(`FROM ${table} = ?1`, grace.user.id), table).toBe(0)
    }
    for (const table of ['token_usage', 'retired_secrets', 'token_addresses', 'token_refusals', 'token_calls']) expect(await db.count(`FROM ${table} WHERE token_id = ?1`, kept.id), table).toBe(0)
    expect(await db.count('FROM audit_events WHERE actor_id = ?1', grace.user.id)).toBe(events)
    await expect.poll(() => photosOf(owner.tenant)).toEqual([])
    expect((await owner.get(`/service-accounts/${account.id}`)).json.owner).toBeNull()
    const mail = await mailTo(grace.account.email, `Your account at ${owner.account.tenant_name} was removed`)
    expect(mail.text).toContain('By: Ada Lovelace')
    const event = await db.one(`SELECT target_id, target_name FROM audit_events WHERE tenant_id = ?1 AND action = 'user.deleted'`, owner.tenant)
    expect(event).toEqual({ target_id: grace.user.id, target_name: 'Grace Hopper' })
    expect((await owner.post('/users', { email: grace.account.email, role_id: await roleId(owner, 'Member') })).status, 'the address is free').toBe(201)
  })

  test('takes the permission and a confirmation', async ({ owner }) => {
    const [grace, kay] = [await colleague(owner), await colleague(owner)]
    await refused(owner.tenant, () => kay.delete(at(grace)), 403, 'forbidden')
    await owner.goStale()
    await refused(owner.tenant, () => owner.delete(at(grace)), 403, 'step_up_required')
  })
})

const administrators = (person: Person) =>
  db.count(`FROM users u JOIN roles r ON r.id = u.role_id WHERE u.tenant_id = ?1 AND u.active = 1 AND r.name = 'Administrator'`, person.tenant)

test.describe('the last active Administrator', () => {
  test('stays: neither demoted, nor deactivated, nor removed', async ({ owner }) => {
    const grace = await colleague(owner, 'Administrator')
    expect((await owner.patch(at(grace), { active: false })).json.active).toBe(false)
    const member = await roleId(owner, 'Member')
    const demote = () => owner.patch('/users/me', { role_id: member })
    const problem = await refused(owner.tenant, demote, 409, 'conflict')
    expect(problem.detail).toBe('This is the last active Administrator, who must stay. Make somebody else one first.')
    await owner.patch(at(grace), { active: true })
    expect((await demote()).status).toBe(200)
    expectProblem(await owner.get('/users'), 403, 'forbidden')
  })

  test('2.3.4 is decided in one statement: of two who demote, deactivate or remove each other at once, one stays', async () => {
    const ways: ((by: Person, whom: Person, role_id: string) => Promise<Answer>)[] = [
      (by, whom, role_id) => by.patch(at(whom), { role_id }),
      (by, whom) => by.patch(at(whom), { active: false }),
      (by, whom) => by.delete(at(whom)),
    ]
    for (const way of ways) {
      const one = await new Person(newAccount()).signUp()
      const other = await colleague(one, 'Administrator')
      const member = await roleId(one, 'Member')
      const answers = await Promise.all([way(one, other, member), way(other, one, member)])
      expect(answers.filter((answer) => answer.status < 300), answers.map((answer) => answer.text).join()).toHaveLength(1)
      for (const answer of answers) if (answer.status >= 300) expect([401, 403, 404, 409, 412]).toContain(answer.status)
      expect(await administrators(one)).toBe(1)
    }
  })

  test('2.3.4 six Administrators who demote one another in a ring at once leave at least one', async ({ owner }) => {
    const ring = [owner, ...(await Promise.all(Array.from({ length: 5 }, () => colleague(owner, 'Administrator'))))]
    const member = await roleId(owner, 'Member')
    await Promise.all(ring.map((person, i) => person.patch(at(ring[(i + 1) % ring.length] as Person), { role_id: member })))
    expect(await administrators(owner)).toBeGreaterThanOrEqual(1)
  })
})

test.describe('C-03 C-04 C-05 C-06 tokens of a person', () => {
  for (const permission of ['manage_users', 'administer']) {
    test(`are seen, edited and revoked with exactly ${permission}, never their secrets, and the person is told`, async ({ owner }) => {
      const [grace, kay] = [await colleague(owner), await colleague(owner, 'Viewer', { first_name: 'Kay', last_name: 'McNulty' })]
      const { token, secret } = await grace.makeToken({ name: 'nightly' })
      for (const call of [() => kay.get(`${at(grace)}/tokens`), () => kay.get(`/tokens/${token.id}`), () => kay.patch(`/tokens/${token.id}`, { name: 'x' }), () => kay.delete(`/tokens/${token.id}`)]) {
        await refused(owner.tenant, call, 404, 'not_found')
      }
      await kay.take('Keeper', permission)
      const list = await kay.get(`${at(grace)}/tokens`)
      expect(list.json.items.map((one: any) => one.name)).toEqual(['nightly'])
      expect(list.text).not.toContain(secret.slice(8, 30))
      const edited = await kay.patch(`/tokens/${token.id}`, { name: 'weekly', ip_allowlist: ['192.0.2.0/24'] })
      expect([edited.status, edited.json.name]).toEqual([200, 'weekly'])
      expect(edited.text).not.toContain(secret.slice(8, 30))
      const told = await mailTo(grace.account.email, 'An access token of yours was edited by an administrator')
      expect(told.text).toContain('Changed: IP allowlist, name')
      expectProblem(await kay.post(`${at(grace)}/tokens`, { name: 'mine', scopes: ['backups:read'] }), 404, 'not_found')
      expectProblem(await kay.post(`/tokens/${token.id}/rotate`, {}), 404, 'not_found')
      expect((await kay.delete(`/tokens/${token.id}`)).status).toBe(204)
      await mailTo(grace.account.email, 'Access tokens of yours were revoked by an administrator')
    })
  }

  test('each edit by somebody else is told by itself, with what changed', async ({ owner }) => {
    const grace = await colleague(owner)
    const [{ token: first }, { token: second }] = [await grace.makeToken({ name: 'first' }), await grace.makeToken({ name: 'second' })]
    for (const [token, change] of [[first, { description: 'x' }], [second, { kind: 'all' }], [second, { description: 'y' }]] as const) {
      expect((await owner.patch(`/tokens/${token.id}`, change)).status).toBe(200)
    }
    const subject = 'An access token of yours was edited by an administrator'
    let texts: string[] = []
    await expect(async () => {
      texts = (await mailsTo(grace.account.email)).filter((mail) => mail.subject === subject).map((mail) => mail.text)
      expect(texts).toHaveLength(3)
    }).toPass()
    const told = texts.map((text) => /Token: (\w+)[^]*Changed: ([\w ,]+)/.exec(text)?.slice(1).join(' '))
    expect(told.sort()).toEqual(['first description', 'second description', 'second kind, scopes'])
  })

  test('C-03 of a service account are edited by those who look after service accounts', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    const { token } = (await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'nightly', scopes: ['backups:read'] })).json
    const kay = await colleague(owner, 'Viewer')
    await kay.take('People only', 'manage_users administer')
    await refused(owner.tenant, () => kay.patch(`/tokens/${token.id}`, { name: 'x' }), 404, 'not_found')
    await kay.take('Machines only', 'manage_service_accounts')
    expect((await kay.patch(`/tokens/${token.id}`, { name: 'weekly' })).json.name).toBe('weekly')
  })

  test('C-R12 without the permission are 404, whether there is such a person or not; where no name is given, 403', async ({ owner }) => {
    const [grace, kay] = [await colleague(owner), await colleague(owner, 'Viewer', { first_name: 'Kay' })]
    const { token } = await grace.makeToken()
    await kay.take('Everything else', 'manage_service_accounts manage_roles read_audit introspect api_access')
    const said = new Set<string>()
    for (const [user, of] of [[grace.user.id, token.id], ['usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', 'tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF']]) {
      for (const path of [`/users/${user}`, `/users/${user}/tokens`, `/users/${user}/sessions`]) {
        const { request_id, ...problem } = await refused(owner.tenant, () => kay.get(path), 404, 'not_found')
        said.add(`${path.replace(user!, '')} ${JSON.stringify(problem)}`)
      }
      for (const call of [() => kay.get(`/tokens/${of}`), () => kay.patch(`/tokens/${of}`, { name: 'x' }), () => kay.delete(`/tokens/${of}`)]) {
        const { request_id, ...problem } = await refused(owner.tenant, call, 404, 'not_found')
        said.add(`token ${JSON.stringify(problem)}`)
      }
    }
    expect(said.size, [...said].join('\n')).toBe(4)
    const role_id = await roleId(owner, 'Viewer')
    for (const call of [() => kay.get('/users'), () => kay.post('/users', { email: newAccount().email, role_id })]) await refused(owner.tenant, call, 403, 'forbidden')
  })

  test('sessions of a person are seen and ended by those who look after people', async ({ owner }) => {
    const grace = await colleague(owner)
    const elsewhere = await grace.elsewhere()
    const { items } = (await owner.get(`${at(grace)}/sessions`)).json
    expect(items).toHaveLength(2)
    expect(items.every((session: any) => !session.current)).toBe(true)
    expect((await owner.delete(`${at(grace)}/sessions/${items[0].id}`)).status).toBe(204)
    expectProblem(await elsewhere.get('/session'), 401, 'unauthenticated')
    expect((await grace.get('/session')).status).toBe(200)
    expect((await owner.delete(`${at(grace)}/sessions`)).status).toBe(204)
    expectProblem(await grace.get('/session'), 401, 'unauthenticated')
  })
})

test('people and invitations of another company are out of reach on every route, whatever one may at home', async ({ owner, stranger }) => {
  const theirs = await colleague(stranger, 'Member', { first_name: 'Grace' })
  const { token } = await theirs.makeToken()
  const { items } = (await stranger.get(`${at(theirs)}/sessions`)).json
  const { id: invited } = (await stranger.post('/users', { email: newAccount().email, role_id: await roleId(stranger, 'Member') })).json
  const role_id = await roleId(owner, 'Member')
  const calls = [
    () => owner.get(at(theirs)),
    () => owner.patch(at(theirs), { first_name: 'Eve' }),
    () => owner.patch(at(theirs), { role_id }),
    () => owner.patch(at(theirs), { active: false }),
    () => owner.delete(at(theirs)),
    () => owner.get(`${at(theirs)}/photo`),
    () => owner.get(`${at(theirs)}/sessions`),
    () => owner.delete(`${at(theirs)}/sessions`),
    () => owner.delete(`${at(theirs)}/sessions/${items[0].id}`),
    () => owner.get(`${at(theirs)}/tokens`),
    () => owner.get(`/tokens/${token.id}`),
    () => owner.patch(`/tokens/${token.id}`, { name: 'mine' }),
    () => owner.delete(`/tokens/${token.id}`),
    () => owner.post('/tokens/revoke', { ids: [token.id] }),
    () => owner.delete(`/invitations/${invited}`),
    () => owner.post(`/invitations/${invited}/resend`),
  ]
  for (const call of calls) await refused(stranger.tenant, call, 404, 'not_found')
  for (const path of ['/users', '/invitations']) expect((await owner.get(path)).text).not.toContain('Grace')
  expect((await owner.get('/invitations')).json.items).toEqual([])
})
