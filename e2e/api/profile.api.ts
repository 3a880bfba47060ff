import { bearer } from '../support/actors'
import { db } from '../support/db'
import { messageAt, refused } from '../support/problem'
import { expect, test } from '../support/test'

const FIRST = 'First name must have atleast 2 characters. Numbers and special characters are not allowed.'
const LAST = 'Last name must have atleast 1 characters. Numbers and special characters are not allowed.'

test('E-02 a profile takes a new name and phone number and keeps the rest', async ({ owner }) => {
  const answer = await owner.patch('/users/me', { first_name: ' Anne-Marie ', phone: '+49 (30) 901820' })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.json).toEqual({ ...owner.user, first_name: 'Anne-Marie', phone: '+4930901820', last_seen_at: expect.anything() })
  expect((await owner.get('/users/me')).json).toEqual(answer.json)
  const event = await db.one(`SELECT * FROM audit_events WHERE tenant_id = ?1 AND action = 'user.updated'`, owner.tenant)
  expect(event).toMatchObject({ actor_id: owner.user.id, target_id: owner.user.id, ip: owner.address })
  expect(JSON.parse(event.changes)).toEqual({ first_name: { from: 'Ada', to: 'Anne-Marie' }, phone: { from: null, to: '+4930901820' } })
})

test('7.5.1 another phone number takes a confirmation, also with a new name', async ({ owner }) => {
  await owner.goStale()
  for (const change of [{ phone: '+12125550123' }, { first_name: 'Augusta', phone: '+12125550123' }])
    await refused(owner.tenant, () => owner.patch('/users/me', change), 403, 'step_up_required')
  expect((await owner.patch('/users/me', { first_name: 'Augusta', phone: null })).status, 'which it is already').toBe(200)
  await owner.post('/session/step-up', { password: owner.account.password })
  expect((await owner.patch('/users/me', { phone: '+12125550123' })).json.phone).toBe('+12125550123')
})

test('null clears, and a profile that stays the same leaves no event', async ({ owner }) => {
  await owner.patch('/users/me', { phone: '+12125550123', time_zone: 'Europe/Berlin' })
  const cleared = await owner.patch('/users/me', { phone: null, time_zone: null })
  expect(cleared.json).toMatchObject({ phone: null, time_zone: null })
  const before = await db.state(owner.tenant)
  for (const same of [{}, { phone: null }, { first_name: 'Ada' }]) expect((await owner.patch('/users/me', same)).status).toBe(200)
  expect(await db.state(owner.tenant)).toEqual(before)
})

test('A-14 every complaint comes at once, in the words of the seed', async ({ owner }) => {
  const call = () => owner.patch('/users/me', { first_name: 'A', last_name: 'B3', phone: '030 12', time_zone: 'Mars/Olympus' })
  await refused(owner.tenant, call, 422, 'invalid', ['/first_name', '/last_name', '/phone'])
  const answer = await call()
  expect(messageAt(answer, '/first_name')).toBe(FIRST)
  expect(messageAt(answer, '/last_name')).toBe(LAST)
  for (const time_zone of ['Mars/Olympus', '+0530', '+05:30', 'europe/berlin'])
    await refused(owner.tenant, () => owner.patch('/users/me', { time_zone }), 422, 'invalid', ['/time_zone'])
  await refused(owner.tenant, () => owner.patch('/users/me', { first_name: null }), 422, 'invalid', ['/first_name'])
  for (const change of [{ phone: 5 }, { email: 'x@y.example' }, { role_id: 'Member' }, { active: 'no' }])
    await refused(owner.tenant, () => owner.patch('/users/me', change), 422, 'invalid', [`/${Object.keys(change)[0]}`])
})

test('of two changes to one profile the later is told, and nothing is lost', async ({ owner }) => {
  const read = await owner.get('/users/me')
  const tag = read.header('etag') ?? ''
  expect(tag).toMatch(/^"\d+"$/)
  const first = await owner.patch('/users/me', { first_name: 'Augusta' }, { 'If-Match': tag })
  expect(first.status).toBe(200)
  expect(first.header('etag')).not.toBe(tag)
  await refused(owner.tenant, () => owner.patch('/users/me', { first_name: 'Byron' }, { 'If-Match': tag }), 412, 'precondition_failed')
  const again = await owner.get('/users/me')
  expect(again.json.first_name).toBe('Augusta')
  expect(again.header('etag')).toBe(first.header('etag'))
  const both = await Promise.all(['One', 'Two', 'Three'].map((name) => owner.patch('/users/me', { last_name: name }, { 'If-Match': again.header('etag') ?? '' })))
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 412, 412])
})

test('somebody else has no way to another profile', async ({ owner, stranger }) => {
  await refused(owner.tenant, () => stranger.patch(`/users/${owner.user.id}`, { first_name: 'Eve' }), 404, 'not_found')
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  await refused(owner.tenant, () => bearer(secret).patch('/users/me', { first_name: 'Eve' }), 403, 'forbidden')
})
