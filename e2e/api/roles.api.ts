// Roles of a company's own: made, edited, deleted; and what nobody can give because they do not hold it.

import { Person, newAccount } from '../support/actors'
import { db } from '../support/db'
import { makeAccount, roleId } from '../support/machines'
import { colleague, customRole, invite } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const NONE = 'rol_00000000000000000000000000'
const draft = (change: Record<string, unknown> = {}) => ({ name: 'Night shift', permissions: ['api_access', 'read_audit'], scopes: ['backups:write', 'jobs:read'], ...change })
const events = (person: Person, action: string) => db.rows('SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = ?2 ORDER BY id', person.tenant, action)

test.describe('making a role', () => {
  test('answers with it, permissions in order and write with read, and leaves an event', async ({ owner }) => {
    const answer = await owner.post('/roles', draft())
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^rol_[0-9A-Z]{26}$/),
      name: 'Night shift',
      built_in: false,
      permissions: ['read_audit', 'api_access'],
      scopes: ['backups:read', 'backups:write', 'jobs:read'],
      members: 0,
      service_accounts: 0,
      invitations: 0,
    })
    expect(answer.header('etag')).toBe('"1"')
    expect((await owner.get(`/roles/${answer.json.id}`)).json).toEqual(answer.json)
    const [event] = await events(owner, 'role.created')
    expect(event).toMatchObject({ target_type: 'role', target_id: answer.json.id, target_name: 'Night shift', actor_id: owner.user.id })
    expect(JSON.parse(event?.changes)).toMatchObject({ name: 'Night shift', permissions: ['read_audit', 'api_access'] })
  })

  test('every wrong member is complained about at once', async ({ owner }) => {
    await refused(owner.tenant, () => owner.post('/roles', { name: ' ', permissions: ['root'], scopes: ['moon:read'], colour: 1 }), 422, 'invalid', ['/colour', '/name', '/permissions/0', '/scopes/0'])
    await refused(owner.tenant, () => owner.post('/roles', draft({ name: 'x'.repeat(65) })), 422, 'invalid', ['/name'])
  })

  test('a name is given once, in any case and any alphabet, also that of a built-in role', async ({ owner, stranger }) => {
    await customRole(owner, 'Übergabe', [], [])
    for (const name of ['übergabe', 'ÜBERGABE', 'administrator', 'API Reader']) await refused(owner.tenant, () => owner.post('/roles', draft({ name })), 409, 'conflict', ['/name'])
    expect((await stranger.post('/roles', draft({ name: 'Übergabe' }))).status).toBe(201)
  })

  test('takes the permission to manage roles, and a person in a browser', async ({ owner }) => {
    const grace = await colleague(owner, 'Member')
    await refused(owner.tenant, () => grace.post('/roles', draft()), 403, 'forbidden')
    const { bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
    await refused(owner.tenant, () => bearer.post('/roles', draft()), 403, 'forbidden')
    await grace.take('Keeper', 'manage_roles api_access', 'backups:read')
    expect((await grace.post('/roles', { name: 'Watch', permissions: ['api_access'], scopes: ['backups:read'] })).status).toBe(201)
  })

  test('nobody puts more into it than they hold', async ({ owner }) => {
    const grace = await colleague(owner, 'Member')
    await grace.take('Keeper', 'manage_roles api_access', 'backups:read')
    for (const change of [{ permissions: ['administer'] }, { scopes: ['backups:write'] }, { scopes: ['users:read'] }]) {
      await refused(owner.tenant, () => grace.post('/roles', { name: 'More', permissions: [], scopes: [], ...change }), 403, 'forbidden')
    }
  })

  test('under one Idempotency-Key it is made once', async ({ owner }) => {
    const key = { 'Idempotency-Key': 'role-1' }
    const [first, second] = await Promise.all([owner.post('/roles', draft(), key), owner.post('/roles', draft(), key)])
    expect([first.status, second.status, first.json.id]).toEqual([201, 201, second.json.id])
    expect(await db.count(`FROM roles WHERE tenant_id = ?1 AND name = 'Night shift'`, owner.tenant)).toBe(1)
  })
})

test.describe('the list', () => {
  test('tells who holds a role by number, and is searched by part of a name', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
    const grace = await colleague(owner, 'Night shift')
    await makeAccount(owner, { role_id: id })
    await invite(owner, 'Night shift')
    const { items } = (await owner.get('/roles?search=NIGHT')).json
    expect(items).toMatchObject([{ id, members: 1, service_accounts: 1, invitations: 1 }])
    const all = (await grace.get('/roles')).json.items.map((role: any) => role.name)
    expect(all).toEqual(['Administrator', 'Member', 'Viewer', 'API reader', 'API writer', 'Night shift'])
    expectProblem(await owner.get('/roles?colour=1'), 422, 'invalid', ['/colour'])
  })
})

test.describe('editing a role', () => {
  test('counts at once for sessions and tokens, and leaves before and after', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access', 'manage_users'], ['users:read'])
    const grace = await colleague(owner, 'Night shift')
    const { bearer: token } = await grace.makeToken({ scopes: ['users:read'] })
    for (const caller of [grace, token]) expect((await caller.get('/users')).status).toBe(200)
    const answer = await owner.patch(`/roles/${id}`, { permissions: ['api_access'], scopes: ['backups:read'] })
    expect([answer.status, answer.header('etag')]).toEqual([200, '"2"'])
    expect(answer.json).toMatchObject({ name: 'Night shift', permissions: ['api_access'], scopes: ['backups:read'], members: 1 })
    expectProblem(await grace.get('/users'), 403, 'forbidden')
    expectProblem(await token.get('/users'), 403, 'insufficient_scope')
    await owner.patch(`/roles/${id}`, { permissions: [], scopes: ['users:read'] })
    expectProblem(await token.get('/users'), 403, 'role_no_api_access')
    await owner.patch(`/roles/${id}`, { permissions: ['api_access'] })
    expect((await token.get('/users')).status).toBe(200)
    const [event] = await events(owner, 'role.updated')
    expect(JSON.parse(event?.changes)).toEqual({
      permissions: { from: ['manage_users', 'api_access'], to: ['api_access'] },
      scopes: { from: ['users:read'], to: ['backups:read'] },
    })
  })

  test('A-R6 a service account whose role loses API access is refused with the reason, and says so', async ({ owner }) => {
    const id = await customRole(owner, 'Sync', ['api_access'], ['users:read'])
    const { basic, account } = await makeAccount(owner, { role_id: id })
    expect((await basic.get('/users')).status).toBe(200)
    await owner.patch(`/roles/${id}`, { permissions: [] })
    expectProblem(await basic.get('/users'), 403, 'role_no_api_access')
    expect((await owner.get(`/service-accounts/${account.id}`)).json.role_has_api_access).toBe(false)
    await refused(owner.tenant, () => owner.post('/service-accounts', { name: 'other', role_id: id }), 422, 'invalid', ['/role_id'])
  })

  test('with an old entity tag is refused: 412', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', [], [])
    const seen = (await owner.get(`/roles/${id}`)).header('etag') ?? ''
    expect((await owner.patch(`/roles/${id}`, { name: 'Day shift' }, { 'If-Match': seen })).status).toBe(200)
    await refused(owner.tenant, () => owner.patch(`/roles/${id}`, { name: 'Late shift' }, { 'If-Match': seen }), 412, 'precondition_failed')
    await refused(owner.tenant, () => owner.delete(`/roles/${id}`, { 'If-Match': seen }), 412, 'precondition_failed')
    expect((await owner.patch(`/roles/${id}`, { name: 'Late shift' }, { 'If-Match': '*' })).status).toBe(200)
  })

  test('what stays as it is writes nothing', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', [], ['backups:read'])
    const before = await db.state(owner.tenant)
    for (const change of [{}, { name: 'Night shift' }, { scopes: ['backups:read'] }]) expect((await owner.patch(`/roles/${id}`, change)).header('etag')).toBe('"1"')
    expect(await db.state(owner.tenant)).toEqual(before)
  })

  test('what lets its holders do more takes a confirmation; taking away does not', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:write'])
    await owner.goStale()
    for (const change of [{ permissions: ['api_access', 'introspect'] }, { scopes: ['backups:write', 'jobs:read'] }]) {
      await refused(owner.tenant, () => owner.patch(`/roles/${id}`, change), 403, 'step_up_required')
    }
    expect((await owner.patch(`/roles/${id}`, { name: 'Watch', permissions: [], scopes: ['backups:read'] })).status).toBe(200)
    await refused(owner.tenant, () => owner.patch(`/roles/${id}`, { scopes: ['backups:write'] }), 403, 'step_up_required')
  })

  test('nobody adds what they do not hold, not to their own role either', async ({ owner }) => {
    const grace = await colleague(owner, 'Member')
    const mighty = await customRole(owner, 'Mighty', ['administer', 'api_access'], ['users:write'])
    const own = await customRole(owner, 'Keeper', ['manage_roles', 'api_access'], ['backups:read'])
    await grace.take('Keeper')
    for (const id of [mighty, own]) {
      await refused(owner.tenant, () => grace.patch(`/roles/${id}`, { scopes: ['vaults:read'] }), 403, 'forbidden')
      await refused(owner.tenant, () => grace.patch(`/roles/${id}`, { permissions: ['administer', 'manage_users', 'api_access'] }), 403, 'forbidden')
    }
    expect((await grace.patch(`/roles/${mighty}`, { scopes: [] })).status).toBe(200)
    await refused(owner.tenant, () => grace.patch(`/roles/${mighty}`, { scopes: ['users:write'] }), 403, 'forbidden')
  })

  test('a built-in role stays, whoever asks', async ({ owner }) => {
    for (const name of ['Administrator', 'Viewer']) {
      const id = await roleId(owner, name)
      await refused(owner.tenant, () => owner.patch(`/roles/${id}`, { name: 'Mine' }), 409, 'conflict')
      await refused(owner.tenant, () => owner.delete(`/roles/${id}`), 409, 'conflict')
    }
  })

  test('of another company, or of none, is not found', async ({ owner, stranger }) => {
    const foreign = await customRole(stranger, 'Theirs', [], [])
    for (const id of [foreign, NONE, 'x', 'usr_00000000000000000000000000']) {
      await refused(stranger.tenant, () => owner.get(`/roles/${id}`), 404, 'not_found')
      await refused(stranger.tenant, () => owner.patch(`/roles/${id}`, { name: 'Ours' }), 404, 'not_found')
      await refused(stranger.tenant, () => owner.delete(`/roles/${id}`), 404, 'not_found')
    }
  })
})

test.describe('deleting a role', () => {
  test('goes while nobody holds it, with an event that tells what it was', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
    expect((await owner.delete(`/roles/${id}`)).status).toBe(204)
    expectProblem(await owner.get(`/roles/${id}`), 404, 'not_found')
    const [event] = await events(owner, 'role.deleted')
    expect(JSON.parse(event?.changes)).toMatchObject({ name: 'Night shift', scopes: ['backups:read'] })
  })

  test('is refused while somebody, a machine or an invitation has it, and says who', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
    const gone = () => refused(owner.tenant, () => owner.delete(`/roles/${id}`), 409, 'conflict')
    const grace = await colleague(owner, 'Night shift')
    expect((await gone()).detail).toBe('This role is in use by 1 person (Grace Hopper). Give them another role first.')
    await owner.patch(`/users/${grace.user.id}`, { role_id: await roleId(owner, 'Viewer') })
    const { account } = await makeAccount(owner, { name: 'sync', role_id: id })
    expect((await gone()).detail).toContain('1 service account (sync)')
    expect((await owner.delete(`/service-accounts/${account.id}`)).status).toBe(204)
    const { invitation } = await invite(owner, 'Night shift')
    expect((await gone()).detail).toContain('1 invitation (')
    expect((await owner.delete(`/invitations/${invitation.id}`)).status).toBe(204)
    expect((await owner.delete(`/roles/${id}`)).status).toBe(204)
  })
})

test.describe('at the same time', () => {
  test('of two Administrators who edit one role that they both read, one is told to look again', async ({ owner }) => {
    const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
    const grace = await colleague(owner, 'Administrator')
    const tag = { 'If-Match': (await owner.get(`/roles/${id}`)).header('etag') ?? '' }
    // Another one in each round: what changes nothing is no edit.
    const scopes = ['jobs:read', 'vaults:read', 'usage:read', 'sources:read', 'policies:read']
    for (let round = 1; round <= 5; round++) {
      tag['If-Match'] = `"${round}"`
      const answers = await Promise.all([owner.patch(`/roles/${id}`, { name: `Ada ${round}` }, tag), grace.patch(`/roles/${id}`, { scopes: [scopes[round - 1]] }, tag)])
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 412])
    }
    expect(await events(owner, 'role.updated')).toHaveLength(5)
  })

  test('a role is deleted, or given to somebody, but never both', async ({ owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const viewer = await roleId(owner, 'Viewer')
    for (let round = 0; round < 6; round++) {
      const id = await customRole(owner, `Shift ${round}`, ['api_access'], ['backups:read'])
      const [given, deleted, made] = await Promise.all([
        owner.patch(`/users/${grace.user.id}`, { role_id: id }),
        owner.delete(`/roles/${id}`),
        owner.post('/service-accounts', { name: `sync ${round}`, role_id: id }),
      ])
      const inUse = [given.status === 200, made.status === 201].includes(true)
      expect([inUse, deleted.status], [given, deleted, made].map((answer) => `${answer.status} ${answer.text}`).join('\n')).toEqual([inUse, inUse ? 409 : 204])
      expect(await db.count('FROM roles WHERE id = ?1', id)).toBe(inUse ? 1 : 0)
      expect(await db.count('FROM users u LEFT JOIN roles r ON r.id = u.role_id WHERE u.tenant_id = ?1 AND r.id IS NULL', owner.tenant)).toBe(0)
      await owner.patch(`/users/${grace.user.id}`, { role_id: viewer })
    }
  })

  test('who loses a right while using it gives nothing more', async ({ owner }) => {
    const keeper = await customRole(owner, 'Keeper', ['manage_roles', 'api_access'], ['backups:write'])
    const grace = await colleague(owner, 'Keeper')
    for (let round = 0; round < 6; round++) {
      const [, made] = await Promise.all([owner.patch(`/roles/${keeper}`, { scopes: round % 2 ? ['backups:write'] : [] }), grace.post('/roles', { name: `Made ${round}`, permissions: [], scopes: ['backups:write'] })])
      expect([201, 403]).toContain(made.status)
      const allowed = (await events(owner, 'role.created')).filter((event) => event.target_name === `Made ${round}`)
      expect(allowed).toHaveLength(made.status === 201 ? 1 : 0)
    }
  })
})

test('a newcomer meets the five built-in roles only', async () => {
  const person = await new Person(newAccount()).signUp()
  expect((await person.get('/roles')).json.items.every((role: any) => role.built_in && role.service_accounts === 0)).toBe(true)
})
