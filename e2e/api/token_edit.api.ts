// Editing tokens: what C-01 to C-15 say, by HTTP.

import { bearer, newAddress, type Person } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { expectProblem, messageAt, refused } from '../support/problem'
import { colleague } from '../support/people'
import { expect, test } from '../support/test'

const edit = (person: Person, id: string, change: unknown) => person.patch(`/tokens/${id}`, change)
const inDays = (days: number) => at(now() + days * DAY)
const scim = { kind: 'microsoft_scim', scopes: undefined, expires_at: inDays(20) }
const recovery = { kind: 'one_touch_recovery', scopes: undefined, expires_at: inDays(5) }
const all = { kind: 'all', scopes: undefined }

const KINDS: [string, Record<string, unknown>, string][] = [
  ['all', all, ''],
  ['custom', {}, 'backups:read'],
  ['hyperscale', { kind: 'hyperscale', scopes: undefined }, 'policies:read sources:read sources:write vaults:read vaults:write jobs:read jobs:write statistics:read'],
  ['microsoft_scim', scim, ''],
  ['one_touch_recovery', recovery, 'backups:read recoveries:read recoveries:write sources:read vaults:read'],
]

for (const [kind, draft, scopes] of KINDS) {
  test(`C-08 a token of kind ${kind} is made with what belongs to it`, async ({ owner }) => {
    const { token } = await owner.makeToken(draft)
    expect(token.kind).toBe(kind)
    expect(token.scopes).toEqual(kind === 'all' ? expect.arrayContaining(['backups:write', 'statistics:write']) : scopes.split(' ').filter(Boolean))
    const renewable = ['all', 'custom', 'hyperscale'].includes(kind)
    expect([token.renewable_until === null, token.expires_at === null]).toEqual([!renewable, renewable])
  })

  test(`a token of kind ${kind} that is sent back as it was read stays as it is`, async ({ owner }) => {
    const { token } = await owner.makeToken(draft)
    const { name, description, enabled, allowed_endpoints, ip_allowlist, ip_allowlist_observed, renewable_until, expires_at } = token
    const read = { kind, name, description, enabled, scopes: token.scopes, allowed_endpoints, ip_allowlist, ip_allowlist_observed, renewable_until, expires_at }
    const answer = await edit(owner, token.id, read)
    expect([answer.status, answer.json]).toEqual([200, token])
    expect(await db.count(`FROM audit_events WHERE target_id = ?1 AND action <> 'token.created'`, token.id)).toBe(0)
  })

  test(`C-10 a token of kind ${kind} has its own end and refuses the other`, async ({ owner }) => {
    const { token } = await owner.makeToken(draft)
    const other = token.expires_at ? 'renewable_until' : 'expires_at'
    await refused(owner.tenant, () => edit(owner, token.id, { [other]: inDays(3) }), 422, 'invalid', [`/${other}`])
    const own = token.expires_at ? 'expires_at' : 'renewable_until'
    const end = inDays(3)
    expect((await edit(owner, token.id, { [own]: end })).json[own]).toBe(end)
  })
}

test('b.3 lifetimes are by kind: default, longest, and for ever only if the policy allows it', async ({ owner }) => {
  const day = (text: string) => Math.round((Date.parse(text) - Date.now()) / 1000 / DAY)
  expect(day((await owner.makeToken({ kind: 'microsoft_scim', scopes: undefined })).token.expires_at)).toBe(30)
  expect(day((await owner.makeToken({ kind: 'one_touch_recovery', scopes: undefined })).token.expires_at)).toBe(7)
  const make = (draft: object) => owner.post('/users/me/tokens', { name: 'x', ...draft })
  await refused(owner.tenant, () => make({ kind: 'one_touch_recovery', expires_at: inDays(15) }), 422, 'invalid', ['/expires_at'])
  await refused(owner.tenant, () => make({ ...all, renewable_until: null }), 422, 'invalid', ['/renewable_until'])
  const policy = (await owner.get('/policy')).json
  expect((await owner.put('/policy', { ...policy, forever_allowed: true, token_max_days: { ...policy.token_max_days, custom: 10 }, token_default_days: { ...policy.token_default_days, custom: 5 } })).status).toBe(200)
  expect((await make({ name: 'for ever', ...all, renewable_until: null })).json.token.renewable_until).toBeNull()
  expect(day((await owner.makeToken()).token.renewable_until)).toBe(5)
  const answer = await make({ scopes: ['jobs:read'], renewable_until: inDays(11) })
  expectProblem(answer, 422, 'invalid', ['/renewable_until'])
  expect(messageAt(answer, '/renewable_until')).toBe('Choose a time within 10 days.')
})

test('b.3 C-01 C-07 name, end and scope change; what is not named stays; null clears', async ({ owner }) => {
  const { token } = await owner.makeToken({ description: 'nightly', ip_allowlist: ['192.0.2.0/24'] })
  const end = inDays(200)
  const answer = await edit(owner, token.id, { name: ' renamed ', description: null, scopes: ['jobs:write'], renewable_until: end })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.json).toEqual({ ...token, name: 'renamed', description: null, scopes: ['jobs:read', 'jobs:write'], renewable_until: end })
  expect((await owner.get(`/tokens/${token.id}`)).json).toEqual(answer.json)
  const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'token.extended'`, owner.tenant)
  expect(JSON.parse(event.changes)).toEqual({
    name: { from: token.name, to: 'renamed' },
    description: { from: 'nightly', to: null },
    scopes: { from: ['backups:read'], to: ['jobs:read', 'jobs:write'] },
    renewable_until: { from: token.renewable_until, to: end },
  })
})

test('a value of the wrong form is told in words for people', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const problem = await refused(owner.tenant, () => edit(owner, token.id, { kind: null, allowed_endpoints: 'x' }), 422, 'invalid', ['/kind', '/allowed_endpoints'])
  expect(problem.errors.map(({ message }: any) => message).sort()).toEqual(['Expected a list.', 'Expected text.'])
})

test('an edit that changes nothing leaves no event', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const before = await db.state(owner.tenant)
  expect((await edit(owner, token.id, { name: token.name, scopes: token.scopes })).json).toEqual(token)
  expect(await db.state(owner.tenant)).toEqual(before)
})

test('C-09 C-R5 the kind changes only among all, custom and hyperscale; nothing stays checked, and all asks for a confirmation', async ({ owner }) => {
  const { token } = await owner.makeToken()
  for (const kind of ['hyperscale', 'all']) expect((await edit(owner, token.id, { kind })).json.kind).toBe(kind)
  await refused(owner.tenant, () => edit(owner, token.id, { kind: 'custom' }), 422, 'invalid', ['/scopes'])
  expect((await edit(owner, token.id, { kind: 'custom', scopes: ['jobs:read'] })).json).toMatchObject({ kind: 'custom', scopes: ['jobs:read'] })
  for (const kind of ['microsoft_scim', 'one_touch_recovery']) {
    const problem = await refused(owner.tenant, () => edit(owner, token.id, { kind }), 409, 'conflict')
    expect(problem.detail).toContain('you cannot change the scope')
  }
  for (const draft of [scim, recovery]) {
    const { token } = await owner.makeToken(draft)
    for (const kind of ['all', 'custom', 'hyperscale']) await refused(owner.tenant, () => edit(owner, token.id, { kind }), 409, 'conflict')
    expect((await edit(owner, token.id, { name: `still ${token.kind}` })).status).toBe(200)
  }
  await owner.goStale()
  await refused(owner.tenant, () => edit(owner, token.id, { kind: 'all' }), 403, 'step_up_required')
})

test('C-13 C-R6 one PATCH commits name, scope, end and allowlist together, or nothing of it', async ({ owner }) => {
  const { token } = await owner.makeToken({ ip_allowlist: ['192.0.2.0/24'] })
  const good = { name: 'renamed', scopes: ['jobs:read'], renewable_until: inDays(200), ip_allowlist: ['10.0.0.0/8'] }
  const bad: Record<string, [unknown, string]> = {
    name: ['', '/name'],
    scopes: [[], '/scopes'],
    renewable_until: [inDays(366), '/renewable_until'],
    ip_allowlist: [['10.0.0.0/8', '10.0.0.0/33'], '/ip_allowlist/1'],
  }
  for (const [field, [value, pointer]] of Object.entries(bad)) {
    await refused(owner.tenant, () => edit(owner, token.id, { ...good, [field]: value }), 422, 'invalid', [pointer])
  }
  expect((await edit(owner, token.id, good)).json).toEqual({ ...token, ...good })
  const events = await db.rows(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND target_id = ?2 AND action <> 'token.created'`, owner.tenant, token.id)
  expect(events.map((event) => Object.keys(JSON.parse(event.changes)).sort())).toEqual([Object.keys(good).sort()])
})

test('C-15 C-R11 both paths to the own list hold the same token, which is edited from there', async ({ owner }) => {
  const { token } = await owner.makeToken({ name: 'nightly' })
  // By `me` under API Access; by the id under Access tokens, on the page of the user.
  const lists = ['/users/me/tokens', `/users/${owner.user.id}/tokens`]
  for (const path of lists) expect((await owner.get(path)).json.items).toEqual([token])
  await owner.take('Member')
  const { json: edited } = await edit(owner, token.id, { name: 'weekly' })
  expect(edited).toEqual({ ...token, name: 'weekly' })
  for (const path of lists) expect((await owner.get(path)).json.items).toEqual([edited])
})

test('C-02 C-R4 an expired token is extended and revives; a revoked one never comes back', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken()
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), token.id)
  expectProblem(await bearer.get('/tokens/self'), 401, 'token_expired')
  const [expired] = (await owner.get('/users/me/tokens')).json.items
  expect(expired.status).toBe('expired')
  const { json: renamed } = await edit(owner, token.id, { name: 'old', renewable_until: expired.renewable_until })
  expect(renamed).toEqual({ ...expired, name: 'old' })
  expect((await edit(owner, token.id, { renewable_until: inDays(1) })).json.status).toBe('active')
  expect((await bearer.get('/tokens/self')).status).toBe(200)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.extended'`, owner.tenant)).toBe(1)
  await owner.delete(`/tokens/${token.id}`)
  await refused(owner.tenant, () => edit(owner, token.id, { renewable_until: inDays(2) }), 409, 'conflict')
})

test('b.3 C-11 C-12 C-R8 an IP allowlist is kept in canonical form and guards every call', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  const answer = await edit(owner, token.id, { ip_allowlist: ['192.168.10.3/24', '2001:DB8:1::/48', '192.168.10.7', '::ffff:203.0.113.9', '198.51.100.1 - 198.51.100.9', '!192.168.10.66'] })
  expect(answer.json.ip_allowlist).toEqual(['192.168.10.0/24', '2001:db8:1::/48', '203.0.113.9', '198.51.100.1-198.51.100.9', '!192.168.10.66'])
  for (const address of ['192.168.10.1', '::ffff:192.168.10.1', '2001:db8:1::5', '203.0.113.9', '198.51.100.9']) {
    expect((await bearer(secret, address).get('/users')).status, address).toBe(200)
    expect((await bearer(secret, address).get('/tokens/self')).json.client_ip).toBe(address)
  }
  for (const address of ['192.168.11.1', '192.168.10.66', '2001:db8:2::5', '198.51.100.10', '203.0.113.8']) {
    for (const path of ['/users', '/tokens/self']) {
      const problem = await refused(owner.tenant, () => bearer(secret, address).get(path), 403, 'ip_not_allowed')
      expect(problem.detail).toContain(address)
    }
    await refused(owner.tenant, () => bearer(secret, address).delete('/tokens/self'), 403, 'ip_not_allowed')
  }
  const mapped = await refused(owner.tenant, () => bearer(secret, '::ffff:192.168.11.1').get('/users'), 403, 'ip_not_allowed')
  expect(mapped.detail).toContain('from 192.168.11.1.')
  expect((await edit(owner, token.id, { ip_allowlist: [] })).json.ip_allowlist).toEqual([])
  expect((await bearer(secret).get('/users')).status).toBe(200)
})

test('C-R9 a list that leaves out the address of who saves it is saved all the same: tokens are used from servers', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ip_allowlist: ['192.0.2.0/24'] })
  expect(token.ip_allowlist).toEqual(['192.0.2.0/24'])
  expect((await edit(owner, token.id, { ip_allowlist: ['198.51.100.7', `!${owner.address}`] })).json.ip_allowlist).toEqual(['198.51.100.7', `!${owner.address}`])
  expect((await bearer(secret, '198.51.100.7').get('/tokens/self')).status).toBe(200)
  await refused(owner.tenant, () => bearer(secret, owner.address).get('/tokens/self'), 403, 'ip_not_allowed')
})

test('C-12 C-R8 C-R10 wrong addresses are named one by one, and an address that cannot be read is none of the list', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ ip_allowlist: ['0.0.0.0/0', '::/0'] })
  const answer = await edit(owner, token.id, { ip_allowlist: ['192.0.2.1', '192.0.2.1:80', 'example.com', '10.0.0.0/33', 'fe80::1%eth0', '010.0.0.1'] })
  expectProblem(answer, 422, 'invalid', ['/ip_allowlist/1', '/ip_allowlist/2', '/ip_allowlist/3', '/ip_allowlist/4', '/ip_allowlist/5'])
  // Also beside what is no text at all, each by where it was sent.
  expectProblem(await edit(owner, token.id, { ip_allowlist: [1, '10.0.0.1', 'x', null, 'y'] }), 422, 'invalid', ['/ip_allowlist/0', '/ip_allowlist/2', '/ip_allowlist/3', '/ip_allowlist/4'])
  await refused(owner.tenant, () => edit(owner, token.id, { ip_allowlist: Array.from({ length: 101 }, (_, n) => `10.0.0.${n}`) }), 422, 'invalid', ['/ip_allowlist/100'])
  expectProblem(await bearer(secret, 'unknown').get('/tokens/self'), 403, 'ip_not_allowed')
})

test('b.3 C-R1 a custom token is limited to its endpoints, segment by segment', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ scopes: ['users:read', 'roles:read'], allowed_endpoints: ['/users/', '/jobs/today'] })
  expect(token.allowed_endpoints).toEqual(['/jobs/today', '/users'])
  expect((await bearer.get('/users')).status).toBe(200)
  await refused(owner.tenant, () => bearer.get('/roles'), 403, 'forbidden')
  await refused(owner.tenant, () => edit(owner, token.id, { allowed_endpoints: ['users', '/users/../roles', '/nothing'] }), 422, 'invalid', ['/allowed_endpoints/0', '/allowed_endpoints/1', '/allowed_endpoints/2'])
  expect((await edit(owner, token.id, { allowed_endpoints: [] })).status).toBe(200)
  expect((await bearer.get('/roles')).status).toBe(200)
})

test('b.3 C-R1 a token of kind all does what its owner may, and a SCIM token nothing here', async ({ owner }) => {
  const { bearer } = await owner.makeToken(all)
  expect((await bearer.get('/users')).status).toBe(200)
  await owner.take('Member')
  expectProblem(await bearer.get('/users'), 403, 'insufficient_scope')
  expect((await bearer.get('/usage')).status).toBe(200)
  await owner.take('Viewer')
  expectProblem(await bearer.get('/usage'), 403, 'role_no_api_access')
  await owner.take('Administrator')
  const provisioning = await owner.makeToken(scim)
  expectProblem(await provisioning.bearer.get('/users'), 403, 'forbidden')
  expect((await provisioning.bearer.get('/tokens/self')).status).toBe(200)
})

const WIDENING: [string, object][] = [
  ['more scopes', { scopes: ['backups:read', 'users:read'] }],
  ['write for read', { scopes: ['backups:write'] }],
  ['a longer life', { renewable_until: inDays(300) }],
  ['more addresses', { ip_allowlist: ['10.0.0.0/7'] }],
  ['no list of addresses', { ip_allowlist: [] }],
  ['fewer limits on paths', { allowed_endpoints: [] }],
  ['kind all', { kind: 'all' }],
]
for (const [what, change] of WIDENING) {
  test(`d.8 ${what} asks for a confirmation`, async ({ owner }) => {
    const { token } = await owner.makeToken({ ip_allowlist: ['10.0.0.0/8'], allowed_endpoints: ['/backups'] })
    await owner.goStale()
    await refused(owner.tenant, () => edit(owner, token.id, change), 403, 'step_up_required')
    await owner.post('/session/step-up', { password: owner.account.password })
    expect((await edit(owner, token.id, change)).status).toBe(200)
  })
}

test('d.8 to take a list of addresses away asks for a confirmation, though it holds every address or is only observed', async ({ owner }) => {
  const { token: everywhere } = await owner.makeToken({ ip_allowlist: ['0.0.0.0/0', '::/0'] })
  const { token: observed } = await owner.makeToken({ ip_allowlist: ['192.0.2.0/24'], ip_allowlist_observed: true })
  await owner.goStale()
  for (const { id } of [everywhere, observed]) {
    for (const ip_allowlist of [[], null]) await refused(owner.tenant, () => edit(owner, id, { ip_allowlist }), 403, 'step_up_required')
  }
})

test('d.8 narrowing asks for none', async ({ owner }) => {
  const { token } = await owner.makeToken({ scopes: ['backups:write', 'jobs:read'], ip_allowlist: ['10.0.0.0/8'] })
  await owner.goStale()
  for (const change of [{ name: 'x' }, { scopes: ['backups:read'] }, { renewable_until: inDays(2) }, { ip_allowlist: ['10.1.0.0/16'] }, { allowed_endpoints: ['/backups'] }]) {
    expect((await edit(owner, token.id, change)).status, JSON.stringify(change)).toBe(200)
  }
})

test('C-14 nobody but the owner edits a token, and no token does', async ({ owner, stranger, anonymous }) => {
  const { token, secret } = await owner.makeToken({ kind: 'all', scopes: undefined })
  const mate = await colleague(owner, 'Member')
  for (const [caller, status, code] of [[mate, 404, 'not_found'], [stranger, 404, 'not_found'], [anonymous, 401, 'unauthenticated'], [bearer(secret), 403, 'forbidden']] as const) {
    await refused(owner.tenant, () => caller.patch(`/tokens/${token.id}`, { name: 'mine' }), status, code)
  }
  await refused(owner.tenant, () => edit(owner, 'tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', { name: 'x' }), 404, 'not_found')
  await refused(owner.tenant, () => edit(owner, token.id, { status: 'active', owner: 'x' }), 422, 'invalid', ['/status', '/owner'])
})

test('expired tokens do not count among the live ones, and come back only if there is room', async ({ owner }) => {
  const policy = (await owner.get('/policy')).json
  await owner.put('/policy', { ...policy, max_live_tokens: 2 })
  const first = await owner.makeToken()
  await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), first.token.id)
  await owner.makeToken()
  const third = await owner.makeToken()
  await refused(owner.tenant, () => owner.post('/users/me/tokens', { name: 'one too many', scopes: ['jobs:read'] }), 409, 'conflict')
  await refused(owner.tenant, () => edit(owner, first.token.id, { renewable_until: inDays(3) }), 409, 'conflict')
  expect((await edit(owner, first.token.id, { name: 'still expired' })).json.status).toBe('expired')
  await owner.delete(`/tokens/${third.token.id}`)
  expect((await edit(owner, first.token.id, { renewable_until: inDays(3) })).json.status).toBe('active')
})

test('of two edits side by side none is lost unseen', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => edit(owner, token.id, { name })))
  for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 409, 'conflict')
  const good = answers.filter((answer) => answer.status === 200)
  expect(good.length).toBeGreaterThan(0)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.updated'`, owner.tenant)).toBe(good.length)
})

test('the list is narrowed by kind, and found by names in any script and case', async ({ owner }) => {
  await owner.makeToken({ name: 'Müllabfuhr' })
  await owner.makeToken({ name: 'ÜBER', ...all })
  const names = async (query: string) => (await owner.get(`/users/me/tokens?${query}`)).json.items.map((it: any) => it.name)
  expect(await names('kind=all')).toEqual(['ÜBER'])
  expect(await names(`search=${encodeURIComponent('MÜLL')}`)).toEqual(['Müllabfuhr'])
  expect(await names(`search=${encodeURIComponent('über'.normalize('NFD'))}`)).toEqual(['ÜBER'])
  await refused(owner.tenant, () => owner.get('/users/me/tokens?kind=some'), 422, 'invalid', ['/kind'])
  await refused(owner.tenant, () => owner.post('/users/me/tokens', { name: 'müllabfuhr', scopes: ['jobs:read'] }), 409, 'conflict', ['/name'])
  expect(newAddress()).toBeTruthy()
})
