// Service accounts: made, edited, reset and deleted by those who may, and what their pairs open.

import { Actor, bearer, newAddress } from '../support/actors'
import { DAY, ago, db, now } from '../support/db'
import { basic, form, makeAccount, makeRole, roleId } from '../support/machines'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const ACCOUNTS = '/service-accounts'

test.describe('making one', () => {
  test('A-03 A-07 A-08 A-R1 gives key and secret together, once, and keeps neither secret', async ({ owner }) => {
    const { account, key, secret } = await makeAccount(owner, { name: 'Backup sync', description: 'Copies backups', ip_allowlist: ['10.0.0.0/8'] })
    expect(key).toMatch(/^lkk_[0-9A-Za-z]{36}$/)
    expect(secret).toMatch(/^lks_[0-9A-Za-z]{36}$/)
    expect(account).toEqual({
      id: expect.stringMatching(/^svc_/),
      name: 'Backup sync',
      description: 'Copies backups',
      role: { id: await roleId(owner, 'API writer'), name: 'API writer' },
      role_has_api_access: true,
      owner: { id: owner.user.id, name: 'Ada Lovelace' },
      enabled: true,
      api_key: key,
      key_created_at: account.created_at,
      secret_revoked: false,
      old_pair: null,
      last_used_at: null,
      last_used_ip: null,
      updated_at: account.created_at,
      created_at: account.created_at,
      ip_allowlist: ['10.0.0.0/8'],
    })
    expect((await owner.get(`${ACCOUNTS}/${account.id}`)).json).toEqual(account)
    expect((await owner.get(ACCOUNTS)).json).toEqual({ items: [account], next_cursor: null })
    expect(await db.dump()).not.toContain(secret.slice(4))
    const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'service_account.created'`, owner.tenant)
    expect(event).toMatchObject({ target_id: account.id, target_name: 'Backup sync', actor_id: owner.user.id })
    expect(event.changes).not.toContain('lks_')
  })

  test('A-06 only roles with API access can be given, and only those of the company', async ({ owner, stranger }) => {
    for (const role_id of [await roleId(owner, 'Viewer'), await roleId(stranger, 'API writer'), 'rol_00000000000000000000000000', 'nonsense']) {
      await refused(owner.tenant, () => owner.post(ACCOUNTS, { name: 'x', role_id }), 422, 'invalid', ['/role_id'])
    }
  })

  test('A-04 the name is mandatory and unique, in any case, and stays taken', async ({ owner, stranger }) => {
    const role_id = await roleId(owner, 'API writer')
    await refused(owner.tenant, () => owner.post(ACCOUNTS, { name: ' ', role_id }), 422, 'invalid', ['/name'])
    const { account } = await makeAccount(owner, { name: 'Straße' })
    for (const name of ['Straße', 'STRAßE', ' straße ']) await refused(owner.tenant, () => owner.post(ACCOUNTS, { name, role_id }), 409, 'conflict', ['/name'])
    expect((await owner.delete(`${ACCOUNTS}/${account.id}`)).status).toBe(204)
    await refused(owner.tenant, () => owner.post(ACCOUNTS, { name: 'Straße', role_id }), 409, 'conflict', ['/name'])
    await makeAccount(stranger, { name: 'Straße' })
  })

  test('nobody gives what they do not hold', async ({ owner }) => {
    const narrow = await makeRole(owner, 'api_access', 'backups:read')
    const wide = await makeRole(owner, 'api_access', 'backups:read users:read')
    const powerful = await makeRole(owner, 'api_access introspect', 'backups:read')
    await owner.take('Keeper', 'manage_service_accounts api_access', 'backups:read')
    for (const role_id of [wide, powerful]) await refused(owner.tenant, () => owner.post(ACCOUNTS, { name: 'x', role_id }), 403, 'forbidden')
    const { account } = await makeAccount(owner, { role_id: narrow })
    await refused(owner.tenant, () => owner.patch(`${ACCOUNTS}/${account.id}`, { role_id: wide }), 403, 'forbidden')
  })

  test('who looks after it is somebody active of the company', async ({ owner, stranger }) => {
    const role_id = await roleId(owner, 'API writer')
    for (const owner_id of [stranger.user.id, 'usr_00000000000000000000000000']) {
      await refused(owner.tenant, () => owner.post(ACCOUNTS, { name: 'x', role_id, owner_id }), 422, 'invalid', ['/owner_id'])
    }
  })

  test('the same call under one key makes one, and tells no secret again', async ({ owner }) => {
    const draft = { name: 'once', role_id: await roleId(owner, 'API writer') }
    const answers = await Promise.all(Array.from({ length: 4 }, () => owner.post(ACCOUNTS, draft, { 'Idempotency-Key': 'k' })))
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201])
    const first = answers.find((answer) => answer.json.api_secret)
    const { service_account, api_key } = first?.json
    for (const answer of answers) if (answer !== first) expect(answer.json).toEqual({ service_account, api_key, secret_already_shown: true })
  })

  test('A-02 takes the permission, in a browser', async ({ owner }) => {
    const { secret } = await owner.makeToken({ kind: 'all', scopes: undefined })
    const { account, basic } = await makeAccount(owner)
    for (const machine of [bearer(secret), basic]) {
      await refused(owner.tenant, () => machine.get(ACCOUNTS), 403, 'forbidden')
      await refused(owner.tenant, () => machine.post(`${ACCOUNTS}/${account.id}/reset-credentials`), 403, 'forbidden')
    }
    await owner.take('Member')
    for (const call of [() => owner.get(ACCOUNTS), () => owner.get(`${ACCOUNTS}/${account.id}`), () => owner.delete(`${ACCOUNTS}/${account.id}`), () => owner.get(`${ACCOUNTS}/${account.id}/tokens`)]) {
      await refused(owner.tenant, call, 403, 'forbidden')
    }
  })
})

test.describe('editing', () => {
  test('A-05 A-12 changes what can change, and says what became different', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    const role_id = await roleId(owner, 'API reader')
    const answer = await owner.patch(`${ACCOUNTS}/${account.id}`, { name: account.name, description: 'Nightly', role_id, ip_allowlist: ['192.0.2.7'], enabled: false })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json).toMatchObject({ description: 'Nightly', role: { name: 'API reader' }, ip_allowlist: ['192.0.2.7'], enabled: false })
    const { changes } = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'service_account.updated'`, owner.tenant)
    expect(Object.keys(JSON.parse(changes)).sort()).toEqual(['description', 'enabled', 'ip_allowlist', 'role'])
    expect((await owner.patch(`${ACCOUNTS}/${account.id}`, { description: null })).json.description).toBeNull()
  })

  test('A-R2 another name is refused with a pointer to it', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    await refused(owner.tenant, () => owner.patch(`${ACCOUNTS}/${account.id}`, { name: 'other', description: 'x' }), 422, 'invalid', ['/name'])
  })

  test('A-R5 an edit moves Last updated, and use does not', async ({ owner }) => {
    const { account, basic } = await makeAccount(owner)
    const before = ago(100)
    await db.rows(`UPDATE service_accounts SET updated_at = ?1 WHERE id = ?2`, before, account.id)
    expect((await basic.get('/users')).status).toBe(200)
    const read = async () => (await owner.get(`${ACCOUNTS}/${account.id}`)).json
    await expect.poll(async () => (await read()).last_used_at).not.toBeNull()
    expect((await read()).updated_at).toBe(before)
    await owner.patch(`${ACCOUNTS}/${account.id}`, { description: 'x' })
    expect((await read()).updated_at > before).toBe(true)
  })

  test('what lets it do more needs a confirmation, and what narrows it does not', async ({ owner }) => {
    const { account } = await makeAccount(owner, { ip_allowlist: ['10.0.0.0/8'] })
    await owner.goStale()
    const edit = (change: unknown) => owner.patch(`${ACCOUNTS}/${account.id}`, change)
    expect((await edit({ ip_allowlist: ['10.1.0.0/16'], enabled: false })).status).toBe(200)
    for (const change of [{ ip_allowlist: [] }, { enabled: true }, { role_id: await roleId(owner, 'API reader') }]) {
      await refused(owner.tenant, () => edit(change), 403, 'step_up_required')
    }
  })

  test('of two edits side by side neither is lost silently', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    const answers = await Promise.all(['a', 'b', 'c'].map((description) => owner.patch(`${ACCOUNTS}/${account.id}`, { description })))
    const good = answers.filter((answer) => answer.status === 200)
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 409, 'conflict')
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'service_account.updated'`, owner.tenant)).toBe(good.length)
  })

  test('is out of reach for another company', async ({ owner, stranger }) => {
    const { account } = await makeAccount(owner)
    for (const call of [
      () => stranger.get(`${ACCOUNTS}/${account.id}`),
      () => stranger.patch(`${ACCOUNTS}/${account.id}`, { enabled: false }),
      () => stranger.delete(`${ACCOUNTS}/${account.id}`),
      () => stranger.post(`${ACCOUNTS}/${account.id}/reset-credentials`),
      () => stranger.delete(`${ACCOUNTS}/${account.id}/grace`),
      () => stranger.get(`${ACCOUNTS}/${account.id}/tokens`),
      () => stranger.post(`${ACCOUNTS}/${account.id}/tokens`, { name: 'x', scopes: ['backups:read'] }),
    ]) {
      await refused(owner.tenant, call, 404, 'not_found')
    }
  })
})

test.describe('a pair', () => {
  test('A-01 A-11 A-R4 opens the API in each of its forms, and Last used moves with every action', async ({ owner }) => {
    const { account, basic, pair } = await makeAccount(owner)
    for (const machine of [basic, pair]) expect((await machine.get('/users')).json.items[0].id).toBe(owner.user.id)
    await expect.poll(async () => (await owner.get(`${ACCOUNTS}/${account.id}`)).json.last_used_ip).toBe(pair.address)
    expectProblem(await basic.get('/tokens/self'), 403, 'forbidden')
    await expect.poll(async () => (await owner.get(`${ACCOUNTS}/${account.id}`)).json.last_used_ip, 'also one that is refused').toBe(basic.address)
  })

  test('A-R4 is refused if only half of it fits, and counts as no use', async ({ owner }) => {
    const [one, two] = [await makeAccount(owner), await makeAccount(owner)]
    for (const wrong of [basic(one.key, two.secret), basic(two.key, one.secret), basic(one.secret, one.key), basic(one.key, ''), new Actor(newAddress(), { 'api-key': one.key })]) {
      expectProblem(await wrong.get('/users'), 401, 'unauthenticated')
    }
    expect((await owner.get(`${ACCOUNTS}/${one.account.id}`)).json.last_used_at).toBeNull()
  })

  test('does what the role allows now, from where the account may call', async ({ owner }) => {
    const role_id = await makeRole(owner, 'api_access', 'users:read')
    const { account, key, secret } = await makeAccount(owner, { role_id, ip_allowlist: ['192.0.2.0/24'] })
    const inside = basic(key, secret, '192.0.2.7')
    expect((await inside.get('/users')).status).toBe(200)
    expectProblem(await inside.get('/roles'), 403, 'insufficient_scope')
    expectProblem(await basic(key, secret, '198.51.100.7').get('/users'), 403, 'ip_not_allowed')
    await db.rows(`UPDATE roles SET permissions = '' WHERE id = ?1`, role_id)
    expectProblem(await inside.get('/users'), 403, 'role_no_api_access')
    expect((await owner.get(`${ACCOUNTS}/${account.id}`)).json.role_has_api_access).toBe(false)
  })

  test('stops at once when the account is switched off, and starts again when it is on', async ({ owner }) => {
    const { account, basic } = await makeAccount(owner)
    await owner.patch(`${ACCOUNTS}/${account.id}`, { enabled: false })
    expectProblem(await basic.get('/users'), 401, 'unauthenticated')
    await owner.patch(`${ACCOUNTS}/${account.id}`, { enabled: true })
    expect((await basic.get('/users')).status).toBe(200)
  })

  test('A-13 A-R3 is replaced as a whole, at once unless a grace is given', async ({ owner }) => {
    const { account, key, secret, basic: old } = await makeAccount(owner)
    const answer = await owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`)
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json.api_key).not.toBe(key)
    expect(answer.json.api_secret).not.toBe(secret)
    expectProblem(await old.get('/users'), 401, 'token_grace_ended')
    expectProblem(await basic(answer.json.api_key, secret).get('/users'), 401, 'unauthenticated')
    expect((await basic(answer.json.api_key, answer.json.api_secret).get('/users')).status).toBe(200)
    const event = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'service_account.credentials_reset'`, owner.tenant)
    expect(JSON.parse(event.changes)).toEqual({ api_key: { from: key, to: answer.json.api_key }, old_pair_until: null })
  })

  test('d.3 goes on working for the grace, which tells who still uses it', async ({ owner }) => {
    const { account, key, basic: old } = await makeAccount(owner)
    await refused(owner.tenant, () => owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`, { grace_seconds: 7 * DAY + 1 }), 422, 'invalid', ['/grace_seconds'])
    const reset = await owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`, { grace_seconds: 600 })
    const { old_pair } = reset.json.service_account
    expect(old_pair).toMatchObject({ api_key: key, last_used_at: null })
    expect(Math.abs(Date.parse(old_pair.until) / 1000 - now() - 600)).toBeLessThan(5)
    expect((await old.get('/users')).status).toBe(200)
    const read = async () => (await owner.get(`${ACCOUNTS}/${account.id}`)).json
    await expect.poll(async () => (await read()).old_pair.last_used_ip).toBe(old.address)
    await db.rows('UPDATE service_accounts SET old_until = ?1 WHERE id = ?2', ago(0), account.id)
    expectProblem(await old.get('/users'), 401, 'token_grace_ended')
    expect((await read()).old_pair).toBeNull()
  })

  test('Retire now ends the grace', async ({ owner }) => {
    const { account, basic: old } = await makeAccount(owner)
    await owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`, { grace_seconds: 600 })
    expect((await owner.delete(`${ACCOUNTS}/${account.id}/grace`)).status).toBe(204)
    expectProblem(await old.get('/users'), 401, 'token_grace_ended')
    expect((await owner.get(`${ACCOUNTS}/${account.id}`)).json.old_pair).toBeNull()
    await refused(owner.tenant, () => owner.delete(`${ACCOUNTS}/${account.id}/grace`), 409, 'conflict')
  })

  test('Retire now ends what the old pair brought forth, and nothing of the new one', async ({ owner }) => {
    const { account, basic: old } = await makeAccount(owner)
    const issued = async (machine: Actor) => bearer((await form(machine, '/oauth2/token', { grant_type: 'client_credentials' })).json.access_token)
    const before = await issued(old)
    const { json: fresh } = await owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`, { grace_seconds: 600 })
    const [inGrace, ofNew] = [await issued(old), await issued(basic(fresh.api_key, fresh.api_secret))]
    for (const machine of [before, inGrace, ofNew]) expect((await machine.get('/users')).status).toBe(200)
    expect((await owner.delete(`${ACCOUNTS}/${account.id}/grace`)).status).toBe(204)
    for (const machine of [before, inGrace]) expectProblem(await machine.get('/users'), 401, 'unauthenticated')
    expect((await ofNew.get('/users')).status).toBe(200)
    expectProblem(await owner.delete(`${ACCOUNTS}/${account.id}/grace`), 409, 'conflict')
    expect((await ofNew.get('/users')).status).toBe(200)
  })

  test('needs a confirmation to be replaced', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    await owner.goStale()
    await refused(owner.tenant, () => owner.post(`${ACCOUNTS}/${account.id}/reset-credentials`), 403, 'step_up_required')
    await refused(owner.tenant, () => owner.post(`${ACCOUNTS}/${account.id}/tokens`, { name: 'x', scopes: ['backups:read'] }), 403, 'step_up_required')
  })

  test('ends with its account, as do its tokens and what they were given', async ({ owner }) => {
    const { account, basic: machine } = await makeAccount(owner)
    const token = (await owner.post(`${ACCOUNTS}/${account.id}/tokens`, { name: 'nightly', scopes: ['users:read'] })).json
    const oauth = bearer((await form(machine, '/oauth2/token', { grant_type: 'client_credentials' })).json.access_token)
    expect((await oauth.get('/users')).status).toBe(200)
    expect((await bearer(token.secret).get('/users')).status).toBe(200)
    expect((await owner.delete(`${ACCOUNTS}/${account.id}`)).status).toBe(204)
    expectProblem(await machine.get('/users'), 401, 'unauthenticated')
    expectProblem(await oauth.get('/users'), 401, 'unauthenticated')
    expectProblem(await bearer(token.secret).get('/users'), 401, 'token_revoked')
    await refused(owner.tenant, () => owner.get(`${ACCOUNTS}/${account.id}`), 404, 'not_found')
    expect((await owner.get(ACCOUNTS)).json.items).toEqual([])
    const events = await db.rows(`SELECT action FROM audit_events WHERE tenant_id = ?1 ORDER BY id DESC LIMIT 2`, owner.tenant)
    expect(events.map((event) => event.action).sort()).toEqual(['service_account.deleted', 'token.revoked'])
  })
})

test.describe('tokens of an account', () => {
  test('C-05 are made, edited, rotated and revoked by those who look after service accounts', async ({ owner }) => {
    const { account } = await makeAccount(owner)
    const made = await owner.post(`${ACCOUNTS}/${account.id}/tokens`, { name: 'nightly', scopes: ['users:read'] })
    expect(made.status, made.text).toBe(201)
    const { token, secret } = made.json
    expect(token.owner).toEqual({ type: 'service_account', id: account.id, name: account.name })
    expect((await owner.get(`${ACCOUNTS}/${account.id}/tokens`)).json.items).toEqual([token])
    expect((await owner.get('/users/me/tokens')).json.items).toEqual([])
    expect((await bearer(secret).get('/users')).status).toBe(200)
    expect((await owner.patch(`/tokens/${token.id}`, { name: 'weekly' })).json.name).toBe('weekly')
    const rotated = await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 0 })
    expect((await bearer(rotated.json.secret).get('/users')).status).toBe(200)
    expect((await owner.get(`/tokens/${token.id}/usage`)).status).toBe(200)
    expect((await owner.post('/tokens/revoke', { ids: [token.id] })).json.revoked).toEqual([token.id])
    await owner.take('Member')
    for (const call of [() => owner.get(`/tokens/${token.id}`), () => owner.patch(`/tokens/${token.id}`, { name: 'x' }), () => owner.delete(`/tokens/${token.id}`)]) {
      await refused(owner.tenant, call, 404, 'not_found')
    }
  })

  test('C-R7 keep to the addresses of the token and of the account, where either has a list', async ({ owner }) => {
    const { account } = await makeAccount(owner, { ip_allowlist: ['192.0.2.0/24'] })
    const { token, secret } = (await owner.post(`${ACCOUNTS}/${account.id}/tokens`, { name: 'x', scopes: ['users:read'], ip_allowlist: ['192.0.2.7', '198.51.100.7'] })).json
    expect((await bearer(secret, '192.0.2.7').get('/users')).status).toBe(200)
    const call = (address: string) => bearer(secret, address).get('/users')
    for (const address of ['192.0.2.8', '198.51.100.7']) await refused(owner.tenant, () => call(address), 403, 'ip_not_allowed')
    await owner.patch(`/tokens/${token.id}`, { ip_allowlist: [] })
    expect((await call('192.0.2.8')).status).toBe(200)
    await refused(owner.tenant, () => call('198.51.100.7'), 403, 'ip_not_allowed')
    await owner.patch(`${ACCOUNTS}/${account.id}`, { ip_allowlist: [] })
    expect((await call('198.51.100.7')).status).toBe(200)
  })
})

test('A-09 A-10 the list is searched and narrowed, page by page', async ({ owner }) => {
  for (const name of ['Alpha', 'Beta', 'Alphabet']) await makeAccount(owner, { name })
  const names = async (query: string) => (await owner.get(`${ACCOUNTS}?${query}`)).json.items.map((account: any) => account.name)
  expect(await names('search=ALPHA')).toEqual(['Alphabet', 'Alpha'])
  const { next_cursor } = (await owner.get(`${ACCOUNTS}?limit=2`)).json
  expect(await names(`limit=2&cursor=${next_cursor}`)).toEqual(['Alpha'])
  const beta = (await owner.get(`${ACCOUNTS}?search=beta`)).json.items[0]
  await owner.patch(`${ACCOUNTS}/${beta.id}`, { enabled: false })
  expect(await names('enabled=false')).toEqual(['Beta'])
  await refused(owner.tenant, () => owner.get(`${ACCOUNTS}?enabled=maybe&nonsense=1`), 422, 'invalid', ['/enabled', '/nonsense'])
})
