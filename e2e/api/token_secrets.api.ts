// Replacing secrets: rotation with grace, and pairs that renew.

import { Actor, bearer, newAddress, type Person } from '../support/actors'
import { DAY, MINUTE, ago, at, db, now } from '../support/db'
import { mailTo } from '../support/mail'
import { expectProblem, refused } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const rotate = (person: Person, id: string, body: unknown = {}) => person.post(`/tokens/${id}/rotate`, body)
const undo = (person: Person, id: string) => person.delete(`/tokens/${id}/rotation`)
const inSeconds = (seconds: number) => at(now() + seconds)

test.describe('rotation', () => {
  test('b.3 d.3 the new secret works at once and the old one for a day, unless it is said otherwise', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const answer = await rotate(owner, token.id)
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json.secret).toMatch(/^lkp_[0-9A-Za-z]{36}$/)
    expect(answer.json.secret).not.toBe(secret)
    const grace = Date.parse(answer.json.token.in_grace_until) / 1000
    expect(Math.abs(grace - now() - DAY)).toBeLessThan(5)
    expect(answer.json.token).toMatchObject({ id: token.id, name: token.name, scopes: token.scopes, renewable_until: token.renewable_until, last_four: answer.json.secret.slice(-4) })
    for (const good of [secret, answer.json.secret]) expect((await bearer(good).get('/tokens/self')).json.id).toBe(token.id)
    const sunset = async (secret: string) => (await bearer(secret).get('/tokens/self')).header('sunset')
    expect([await sunset(secret), await sunset(answer.json.secret)]).toEqual([new Date(grace * 1000).toUTCString(), null])
    const event = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'token.rotated'`, owner.tenant)
    expect(JSON.parse(event.changes)).toEqual({ old_secret_until: answer.json.token.in_grace_until })
    const everything = await db.dump()
    for (const text of [secret, answer.json.secret]) expect(everything).not.toContain(text.slice(4))
  })

  test('Now ends the old one at once, and the code says that it was replaced', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const { json } = await rotate(owner, token.id, { grace_seconds: 0 })
    expect(json.token.in_grace_until).toBeNull()
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
    expect((await bearer(json.secret).get('/tokens/self')).status).toBe(200)
  })

  test('the old one never outlives the token, and ends at the very instant', async ({ owner }) => {
    const { token, secret } = await owner.makeToken({ renewable_until: inSeconds(3600) })
    const { json } = await rotate(owner, token.id, { grace_seconds: 7 * DAY })
    expect(json.token.in_grace_until).toBe(token.renewable_until)
    await db.rows('UPDATE retired_secrets SET until = ?1 WHERE token_id = ?2', ago(0), token.id)
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
    await refused(owner.tenant, () => rotate(owner, token.id, { grace_seconds: 7 * DAY + 1 }), 422, 'invalid', ['/grace_seconds'])
  })

  test('the old one ends with the token also when the token\'s end comes nearer, and no later end brings it back', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    await rotate(owner, token.id, { grace_seconds: 7 * DAY })
    const near = inSeconds(DAY)
    const patch = async (renewable_until: string) => (await owner.patch(`/tokens/${token.id}`, { renewable_until })).json
    expect((await patch(near)).in_grace_until).toBe(near)
    const later = await patch(inSeconds(30 * DAY))
    expect(later.in_grace_until).toBe(near)
    expect((await owner.get(`/tokens/${token.id}`)).json).toEqual(later)
    expect((await bearer(secret).get('/tokens/self')).header('sunset')).toBe(new Date(near).toUTCString())
    expect((await owner.get(`/tokens/${token.id}/activity`)).json.old_secret.until).toBe(near)
  })

  test('at most one is in grace: rotating again ends the grace before', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const second = (await rotate(owner, token.id)).json.secret
    const third = (await rotate(owner, token.id)).json.secret
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
    for (const good of [second, third]) expect((await bearer(good).get('/tokens/self')).status).toBe(200)
  })

  test('a revoked token tells so also to its old secret, and an expired one cannot rotate', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    await rotate(owner, token.id)
    await owner.delete(`/tokens/${token.id}`)
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_revoked')
    await refused(owner.tenant, () => rotate(owner, token.id), 409, 'conflict')
    const other = await owner.makeToken()
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(1), other.token.id)
    await refused(owner.tenant, () => rotate(owner, other.token.id), 409, 'conflict')
  })

  test('asks for a confirmation, and is for the owner only', async ({ owner, stranger }) => {
    const { token, secret } = await owner.makeToken()
    await refused(owner.tenant, () => rotate(stranger, token.id), 404, 'not_found')
    await refused(owner.tenant, () => bearer(secret).post(`/tokens/${token.id}/rotate`), 403, 'forbidden')
    await owner.goStale()
    await refused(owner.tenant, () => rotate(owner, token.id), 403, 'step_up_required')
  })

  test('of rotations side by side one holds, and the others are told', async ({ owner }) => {
    const { token } = await owner.makeToken()
    const answers = await Promise.all(Array.from({ length: 4 }, () => rotate(owner, token.id)))
    const good = answers.filter((answer) => answer.status === 201)
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 409, 'conflict')
    expect(await db.count('FROM retired_secrets WHERE token_id = ?1', token.id)).toBe(good.length)
    const live = await db.one('SELECT last_four FROM tokens WHERE id = ?1', token.id)
    const newest = good.find((answer) => answer.json.token.last_four === live.last_four)
    expect((await bearer(newest?.json.secret).get('/tokens/self')).status).toBe(200)
  })

  test('c.1 the row knows who still uses the old secret, and Retire now ends it', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    await rotate(owner, token.id)
    const old = async () => (await owner.get(`/tokens/${token.id}/activity`)).json.old_secret
    expect(await old()).toMatchObject({ last_four: secret.slice(-4), last_used_at: null })
    const address = newAddress()
    await new Actor(address, { Authorization: `Bearer ${secret}`, 'User-Agent': 'cron/1.0' }).get('/tokens/self')
    await expect.poll(async () => (await old()).last_used_ip).toBe(address)
    expect(await old()).toMatchObject({ last_used_agent: 'cron/1.0' })
    expect((await owner.delete(`/tokens/${token.id}/grace`)).status).toBe(204)
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
    expect((await owner.get(`/tokens/${token.id}`)).json.in_grace_until).toBeNull()
    expect(await old()).toBeNull()
    await refused(owner.tenant, () => owner.delete(`/tokens/${token.id}/grace`), 409, 'conflict')
  })

  test('c.1 a secret that is replaced in its turn tells its own last use, and not that of the one before it', async ({ owner }) => {
    const { token, secret: first } = await owner.makeToken()
    const old = async () => (await owner.get(`/tokens/${token.id}/activity`)).json.old_secret
    const rotated = async () => (await owner.post(`/tokens/${token.id}/rotate`, {})).json.secret
    const second = await rotated()
    const address = newAddress()
    expect((await bearer(first, address).get('/tokens/self')).status).toBe(200)
    await expect.poll(async () => (await old()).last_used_ip).toBe(address)
    expect((await bearer(first).get('/tokens/self')).status).toBe(200)
    const third = await rotated()
    expect(await old()).toMatchObject({ last_four: second.slice(-4), last_used_at: null, last_used_ip: null, last_used_agent: null })
    const [other, another] = [newAddress(), newAddress()]
    expect((await bearer(second, other).get('/tokens/self')).status).toBe(200)
    expect((await bearer(third, another).get('/tokens/self')).status).toBe(200)
    await expect.poll(async () => (await old()).last_used_ip).toBe(other)
    expect(await old()).toMatchObject({ last_four: second.slice(-4), new_used_ip: another })
    // What was used last of the one in grace and of the one in place, whatever was written when.
    await rotated()
    expect(await old()).toMatchObject({ last_four: third.slice(-4), last_used_ip: another })
  })

  test('c.10 the last use is that of the secret which was used last, while there are two', async ({ owner }) => {
    const { token, secret: first } = await owner.makeToken()
    const second = (await owner.post(`/tokens/${token.id}/rotate`, {})).json.secret
    const used = async () => (await owner.get(`/tokens/${token.id}`)).json.last_used_ip
    for (const secrets of [[first, second], [second, first]]) {
      const address = newAddress()
      expect((await bearer(secrets[0]).get('/tokens/self')).status).toBe(200)
      expect((await bearer(secrets[1], address).get('/tokens/self')).status).toBe(200)
      await expect.poll(used).toBe(address)
    }
  })

  test('c.1 a rotation is undone until the new secret is used: the old one is the only one again, for as long as the token', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const fresh = (await rotate(owner, token.id, { grace_seconds: 600 })).json.secret
    // By the old one it may be used meanwhile.
    await bearer(secret).get('/tokens/self')
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/activity`)).json.old_secret.last_used_at).not.toBeNull()
    expect((await owner.get(`/tokens/${token.id}/activity`)).json).toMatchObject({ can_undo_rotation: true, old_secret: { new_used_at: null } })
    const answer = await undo(owner, token.id)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json).toMatchObject({ prefix: token.prefix, last_four: secret.slice(-4), in_grace_until: null, renewable_until: token.renewable_until })
    const again = await bearer(secret).get('/tokens/self')
    expect([again.json.id, again.json.in_grace_until, again.header('sunset')]).toEqual([token.id, null, null])
    expectProblem(await bearer(fresh).get('/tokens/self'), 401, 'unauthenticated')
    expect(await db.count('FROM retired_secrets WHERE token_id = ?1', token.id)).toBe(0)
    await refused(owner.tenant, () => undo(owner, token.id), 409, 'conflict')
    // It can be rotated anew, and that undone.
    expect((await rotate(owner, token.id, { grace_seconds: 600 })).status).toBe(201)
    expect((await undo(owner, token.id)).status).toBe(200)
  })

  test('c.1 once the new secret was used, and without an old one that works, there is nothing to undo', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    await refused(owner.tenant, () => undo(owner, token.id), 409, 'conflict')
    const fresh = (await rotate(owner, token.id, { grace_seconds: 600 })).json.secret
    const address = newAddress()
    await new Actor(address, { Authorization: `Bearer ${fresh}`, 'User-Agent': 'cron/2.0' }).get('/tokens/self')
    // However soon after that.
    await refused(owner.tenant, () => undo(owner, token.id), 409, 'conflict')
    const activity = async () => (await owner.get(`/tokens/${token.id}/activity`)).json
    await expect.poll(async () => (await activity()).can_undo_rotation).toBe(false)
    expect((await activity()).old_secret).toMatchObject({ new_used_ip: address, new_used_agent: 'cron/2.0' })
    await refused(owner.tenant, () => undo(owner, token.id), 409, 'conflict')
    for (const good of [secret, fresh]) expect((await bearer(good).get('/tokens/self')).status).toBe(200)
    // What was used before says nothing of the next one.
    const newest = (await rotate(owner, token.id, { grace_seconds: 600 })).json.secret
    expect((await activity()).can_undo_rotation).toBe(true)
    await owner.delete(`/tokens/${token.id}/grace`)
    expect((await activity()).can_undo_rotation).toBe(false)
    await refused(owner.tenant, () => undo(owner, token.id), 409, 'conflict')
    expect((await bearer(newest).get('/tokens/self')).status).toBe(200)
    const now = await owner.makeToken()
    await rotate(owner, now.token.id, { grace_seconds: 0 })
    await refused(owner.tenant, () => undo(owner, now.token.id), 409, 'conflict')
  })

  test('c.1 to undo asks for a confirmation, is for the owner only, and brings neither a pair nor a revoked token back', async ({ owner, stranger }) => {
    const { token, secret } = await owner.makeToken()
    const fresh = (await rotate(owner, token.id, { grace_seconds: 600 })).json.secret
    await refused(owner.tenant, () => undo(stranger, token.id), 404, 'not_found')
    await refused(owner.tenant, () => bearer(secret).delete(`/tokens/${token.id}/rotation`), 403, 'forbidden')
    const pair = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
    await rotate(owner, pair.token.id, { grace_seconds: 600 })
    await refused(owner.tenant, () => undo(owner, pair.token.id), 409, 'conflict')
    const ended = await owner.makeToken({ name: 'ended' })
    await rotate(owner, ended.token.id, { grace_seconds: 600 })
    await owner.delete(`/tokens/${ended.token.id}`)
    await refused(owner.tenant, () => undo(owner, ended.token.id), 409, 'conflict')
    await owner.goStale()
    await refused(owner.tenant, () => undo(owner, token.id), 403, 'step_up_required')
    expect((await bearer(fresh).get('/tokens/self')).status).toBe(200)
  })

  test('b.3 d.4 a token rotates itself, and an old secret that asks for a new one after its grace ends the token', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const answer = await bearer(secret).post('/tokens/self/rotate', { grace_seconds: 600 })
    expect(answer.status, answer.text).toBe(201)
    await refused(owner.tenant, () => bearer(secret).post('/tokens/self/rotate'), 409, 'conflict')
    await db.rows('UPDATE retired_secrets SET until = ?1 WHERE token_id = ?2', ago(1), token.id)
    expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
    expect((await bearer(answer.json.secret).get('/tokens/self')).status, 'plain use of an old secret ends nothing').toBe(200)
    const reuse = await bearer(secret).post('/tokens/self/rotate')
    expectProblem(reuse, 401, 'token_revoked')
    expect(reuse.json.detail).toBe('This secret was replaced before, so somebody else may have it. The token was revoked and its owner told.')
    expectProblem(await bearer(answer.json.secret).get('/tokens/self'), 401, 'token_revoked')
    await mailTo(owner.account.email, 'An old refresh token was used, so its token was revoked')
  })

  test('two tokens that rotate themselves under one key are each told of themselves', async ({ owner }) => {
    for (const { token, secret } of [await owner.makeToken(), await owner.makeToken()]) {
      const rotated = await bearer(secret).post('/tokens/self/rotate', { grace_seconds: 0 }, { 'Idempotency-Key': 'today' })
      expect([rotated.status, rotated.json.token.id, rotated.json.secret_already_shown], rotated.text).toEqual([201, token.id, undefined])
      expectProblem(await bearer(secret).get('/tokens/self'), 401, 'token_grace_ended')
      expect((await bearer(rotated.json.secret).get('/tokens/self')).json.id).toBe(token.id)
    }
  })

  test('a replaced secret is told what replaced it only where, and as long as, its token may be used', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const caller = bearer(secret)
    const rotate = () => caller.post('/tokens/self/rotate', { grace_seconds: 0 }, { 'Idempotency-Key': 'k1' })
    const first = await rotate()
    expect(first.status, first.text).toBe(201)
    const again = await rotate()
    expect([again.status, again.json]).toEqual([201, { token: first.json.token, secret_already_shown: true }])
    expect(again.header('ratelimit')).toMatch(/^"credential"/)
    await db.rows('UPDATE tokens SET ip_allowlist = ?1 WHERE id = ?2', '192.0.2.0/24', token.id)
    expectProblem(await rotate(), 403, 'ip_not_allowed')
    expect((await owner.get(`/tokens/${token.id}`)).json.status, 'a retry from elsewhere ends nothing').toBe('active')
    await db.rows(`UPDATE tokens SET ip_allowlist = '' WHERE id = ?1`, token.id)
    expect((await owner.delete(`/tokens/${token.id}`)).status).toBe(204)
    expectProblem(await rotate(), 401, 'token_revoked')
  })
})

test.describe('pairs', () => {
  type Pair = { access_token: string; refresh_token: string }
  const renew = ({ access_token, refresh_token }: Pair, headers: Record<string, string> = {}) =>
    new Actor(newAddress(), headers).post('/tokens/renew', { access_token, refresh_token })

  async function makePair(person: Person, change: object = {}): Promise<{ token: any; pair: Pair }> {
    const answer = await person.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true, ...change })
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json.refresh_token).toMatch(/^lkf_[0-9A-Za-z]{36}$/)
    return { token: answer.json.token, pair: { access_token: answer.json.secret, refresh_token: answer.json.refresh_token } }
  }

  /** As if the access token had been over for so long. */
  const overFor = (id: string, seconds: number) => db.rows('UPDATE tokens SET access_until = ?1 WHERE id = ?2', ago(seconds), id)

  test('b.3 C-R3 the access token lives as long as the policy says, and renewing gives a new pair', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    const { access_until } = await db.one('SELECT access_until FROM tokens WHERE id = ?1', token.id)
    expect(Math.abs(Date.parse(access_until) / 1000 - now() - 30 * MINUTE)).toBeLessThan(5)
    expect((await bearer(pair.access_token).get('/users')).status).toBe(200)
    await overFor(token.id, 0)
    const lapsed = await bearer(pair.access_token).get('/users')
    expectProblem(lapsed, 401, 'token_expired')
    expect(lapsed.json.detail).toBe('This access token has expired. Renew it with its refresh token: POST /api/v1/tokens/renew.')

    const answer = await renew(pair)
    expect(answer.status, answer.text).toBe(200)
    expect(Object.keys(answer.json).sort()).toEqual(['access_token', 'refresh_token', 'token'])
    expect(answer.json.token).toMatchObject({ id: token.id, renewable_until: token.renewable_until })
    expect((await bearer(answer.json.access_token).get('/users')).status).toBe(200)
    expectProblem(await bearer(pair.access_token).get('/users'), 401, 'token_grace_ended')
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.renewed'`, owner.tenant)).toBe(1)
    const everything = await db.dump()
    for (const text of [pair.refresh_token, answer.json.refresh_token, answer.json.access_token]) expect(everything).not.toContain(text.slice(4))
  })

  test('a pair can be renewed for fourteen days after its access token is over, and never beyond Renewable until', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    await overFor(token.id, 14 * DAY)
    await refused(owner.tenant, () => renew(pair), 401, 'token_expired')
    await overFor(token.id, 14 * DAY - 5)
    const renewed = (await renew(pair)).json
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(0), token.id)
    await refused(owner.tenant, () => renew(renewed), 401, 'token_expired')
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', at(now() + 600), token.id)
    const last = (await renew(renewed)).json
    const { access_until } = await db.one('SELECT access_until FROM tokens WHERE id = ?1', token.id)
    expect(access_until <= last.token.renewable_until).toBe(true)
  })

  test('b.3 d.2 an older pair ends the whole family, and its owner is told', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    const second = (await renew(pair)).json
    const answer = await renew(pair)
    expectProblem(answer, 401, 'token_revoked')
    const [event] = await db.rows(`SELECT actor_type, actor_id, actor_name FROM audit_events WHERE action = 'token.revoked' AND target_id = ?1`, token.id)
    expect(event, 'nobody is blamed who may not have done it').toEqual({ actor_type: 'anonymous', actor_id: null, actor_name: 'Reuse detection' })
    expectProblem(await bearer(second.access_token).get('/tokens/self'), 401, 'token_revoked')
    expectProblem(await renew(second), 401, 'token_revoked')
    expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ status: 'revoked', revoked_by: 'Reuse detection', revoke_reason: 'A secret that had been replaced was used to get a new one' })
    const mail = await mailTo(owner.account.email, 'An old refresh token was used, so its token was revoked')
    expect(mail.text).toContain('Token: pair')
    expect(await db.count(`FROM outbox WHERE user_id = ?1 AND event = 'token.reused'`, owner.user.id)).toBe(1)
  })

  test('c.1 d.3 the pair of a token that was given another secret since is told so, as is the owner, and ends nothing', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    const { secret } = (await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 0 })).json
    const address = newAddress()
    await refused(owner.tenant, () => new Actor(address).post('/tokens/renew', pair), 401, 'token_grace_ended')
    expect((await bearer(secret).get('/tokens/self')).json.status).toBe('active')
    const refusals = async () => (await owner.get(`/tokens/${token.id}/activity`)).json.refusals
    await expect.poll(refusals).toMatchObject([{ reason: 'token_grace_ended', ip: address, call: 'POST /api/v1/tokens/renew' }])
  })

  test('a retry under the same Idempotency-Key is no reuse', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    const key = { 'Idempotency-Key': 'renew-1' }
    const first = await renew(pair, key)
    const retry = await renew(pair, key)
    expect([retry.status, retry.json]).toEqual([200, { token: first.json.token, secret_already_shown: true }])
    expect((await bearer(first.json.access_token).get('/tokens/self')).status).toBe(200)
    expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('active')
    expectProblem(await renew(pair, { 'Idempotency-Key': 'renew-2' }), 401, 'token_revoked')
    // What was revoked meanwhile is, under any key.
    expectProblem(await renew(pair, key), 401, 'token_revoked')
  })

  test('a refresh token renews nothing beside an access token of an earlier pair', async ({ owner }) => {
    const { token, pair } = await makePair(owner)
    const second = (await renew(pair)).json
    await refused(owner.tenant, () => renew({ access_token: pair.access_token, refresh_token: second.refresh_token }), 401, 'unauthenticated')
    expect((await owner.get(`/tokens/${token.id}`)).json.status).toBe('active')
    expect((await renew(second)).status).toBe(200)
  })

  test('d.3 an old secret is told to end with its token, whose end came nearer', async ({ owner }) => {
    const { token } = await owner.makeToken()
    await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 604_800 })
    const end = inSeconds(3600)
    expect((await owner.patch(`/tokens/${token.id}`, { renewable_until: end })).json.in_grace_until).toBe(end)
    expect((await owner.get(`/tokens/${token.id}`)).json.in_grace_until).toBe(end)
  })

  test('d.3 an old secret is told to end with its pair, which lives for less than the grace', async ({ owner }) => {
    const { token } = await makePair(owner)
    const { access_until } = await db.one('SELECT access_until FROM tokens WHERE id = ?1', token.id)
    const answer = await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 604_800 })
    expect([answer.status, answer.json.token.in_grace_until]).toEqual([201, access_until])
    expect((await owner.get(`/tokens/${token.id}`)).json.in_grace_until).toBe(access_until)
    expect(await db.one('SELECT until FROM retired_secrets WHERE token_id = ?1 AND role = ?2', token.id, 'access')).toEqual({ until: access_until })
  })

  test('tokens that do not belong together renew nothing and end nothing', async ({ owner, stranger }) => {
    const { pair } = await makePair(owner)
    const other = await makePair(stranger)
    const made = await owner.makeToken()
    for (const wrong of [
      { ...pair, access_token: other.pair.access_token },
      { ...pair, access_token: made.secret },
      { access_token: pair.refresh_token, refresh_token: pair.access_token },
      { ...pair, refresh_token: secretOf('0'.repeat(30), 'lkf_') },
      { access_token: made.secret, refresh_token: made.secret },
    ]) {
      await refused(owner.tenant, () => renew(wrong), 401, 'unauthenticated')
    }
    expectProblem(await new Actor(newAddress()).post('/tokens/renew', {}), 422, 'invalid', ['/access_token', '/refresh_token'])
    expect((await renew(pair)).status).toBe(200)
  })

  test('a refresh token is no credential, and kinds that cannot be renewed have none', async ({ owner }) => {
    const { pair } = await makePair(owner)
    expectProblem(await bearer(pair.refresh_token).get('/tokens/self'), 401, 'unauthenticated')
    await refused(owner.tenant, () => owner.post('/users/me/tokens', { name: 'x', kind: 'microsoft_scim', refresh: true }), 422, 'invalid', ['/refresh'])
    expect((await owner.makeToken()).token).not.toHaveProperty('refresh_token')
  })

  test('of renewals side by side at most one gives a pair', async ({ owner }) => {
    const { pair } = await makePair(owner)
    const answers = await Promise.all(Array.from({ length: 4 }, () => renew(pair)))
    expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(1)
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.renewed'`, owner.tenant)).toBe(1)
    for (const answer of answers) if (answer.status !== 200) expect([401, 409]).toContain(answer.status)
  })

  test('somebody who is deactivated renews nothing', async ({ owner }) => {
    const { pair } = await makePair(owner)
    await owner.deactivate()
    await refused(owner.tenant, () => renew(pair), 401, 'unauthenticated')
  })
})
