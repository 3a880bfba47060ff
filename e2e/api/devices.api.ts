import { bearer } from '../support/actors'
import { DAY, ago, db } from '../support/db'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

test('E-05 sessions are listed with device, address, times and which is this one', async ({ owner }) => {
  const other = await owner.elsewhere()
  await owner.call('POST', '/api/v1/session', { json: { email: owner.account.email, password: owner.account.password }, headers: { 'User-Agent': FIREFOX } })
  const { json } = await owner.get('/users/me/sessions')
  expect(json.next_cursor).toBeNull()
  expect(json.items).toHaveLength(2)
  const mine = json.items.find((item: any) => item.current)
  expect(Object.keys(mine).sort()).toEqual(['created_at', 'current', 'device', 'id', 'ip', 'last_seen_at', 'place'])
  expect(mine).toMatchObject({ device: 'Firefox on Linux', ip: owner.address })
  expect(json.items.find((item: any) => !item.current).ip).toBe(other.address)
  expect(JSON.stringify(json)).not.toContain('digest')
})

test('sessions that are over are not listed', async ({ owner }) => {
  await owner.elsewhere()
  const { id } = await db.one('SELECT id FROM sessions WHERE user_id = ?1 ORDER BY id DESC LIMIT 1', owner.user.id)
  await db.rows('UPDATE sessions SET last_seen_at = ?1 WHERE id = ?2', ago(14 * DAY), id)
  const { json } = await owner.get('/users/me/sessions')
  expect(json.items.map((item: any) => item.current)).toEqual([true])
})

test('one session can be ended, and its next call is 401', async ({ owner }) => {
  const other = await owner.elsewhere()
  const { items } = (await owner.get('/users/me/sessions')).json
  const { id } = items.find((item: any) => !item.current)
  expect((await owner.delete(`/users/me/sessions/${id}`)).status).toBe(204)
  expectProblem(await other.get('/session'), 401, 'unauthenticated')
  expect((await owner.get('/session')).status).toBe(200)
  const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'session.revoked'`, owner.tenant)
  expect(event).toMatchObject({ target_id: id, actor_id: owner.user.id, credential: items.find((item: any) => item.current).id })
  await refused(owner.tenant, () => owner.delete(`/users/me/sessions/${id}`), 404, 'not_found')
})

test('this session is ended by signing out only', async ({ owner }) => {
  const { id } = (await owner.get('/users/me/sessions')).json.items[0]
  await refused(owner.tenant, () => owner.delete(`/users/me/sessions/${id}`), 409, 'conflict')
})

test('all others can be ended at once, each with its event', async ({ owner }) => {
  const others = [await owner.elsewhere(), await owner.elsewhere(), await owner.elsewhere()]
  expect((await owner.delete('/users/me/sessions')).status).toBe(204)
  for (const other of others) expectProblem(await other.get('/session'), 401, 'unauthenticated')
  expect((await owner.get('/session')).status).toBe(200)
  const events = await db.rows(`SELECT id FROM audit_events WHERE tenant_id = ?1 AND action = 'session.revoked'`, owner.tenant)
  expect(new Set(events.map((event) => event.id)).size).toBe(3)
  for (const { id } of events) expect(id).toMatch(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/)
})

test("nobody ends or sees another person's sessions", async ({ owner, stranger }) => {
  const { id } = (await owner.get('/users/me/sessions')).json.items[0]
  await refused(owner.tenant, () => stranger.delete(`/users/me/sessions/${id}`), 404, 'not_found')
  await refused(owner.tenant, () => stranger.get(`/users/${owner.user.id}/sessions`), 404, 'not_found')
  await refused(owner.tenant, () => stranger.delete(`/users/${owner.user.id}/sessions`), 404, 'not_found')
  const { secret } = await owner.makeToken()
  await refused(owner.tenant, () => bearer(secret).get('/users/me/sessions'), 403, 'forbidden')
  await refused(owner.tenant, () => bearer(secret).delete('/users/me/sessions'), 403, 'forbidden')
})

test("the trail of one's own has what one did and what was tried against one's account, and nothing else", async ({ owner, stranger }) => {
  await stranger.makeToken()
  const { token } = await owner.makeToken()
  await owner.post('/session', { email: owner.account.email, password: 'not the password' })
  const { json } = await owner.get('/audit-events?actor=me')
  const actions = json.items.map((event: any) => event.action)
  expect(actions.slice(0, 2)).toEqual(['session.refused', 'token.created'])
  expect(actions.slice(2).sort(), 'signing up is one instant').toEqual(['session.created', 'tenant.created', 'user.created'])
  expect(json.items[0].actor).toEqual({ type: 'anonymous', id: null, name: 'Anonymous' })
  expect(json.items[1]).toMatchObject({ actor: { type: 'user', id: owner.user.id }, target: { type: 'token', id: token.id, name: token.name }, ip: owner.address, changes: { scopes: ['backups:read'] } })

  const pages = []
  for (let cursor = ''; pages.length < 9; ) {
    const page = (await owner.get(`/audit-events?limit=2${cursor}`)).json
    pages.push(...page.items)
    if (!page.next_cursor) break
    cursor = `&cursor=${page.next_cursor}`
  }
  expect(pages).toEqual(json.items)
  await refused(owner.tenant, () => owner.get('/audit-events?actor=usr_1&limit=0&cursor=x&y=1'), 422, 'invalid', ['/actor', '/limit', '/cursor', '/y'])
})
