import { type Person } from '../support/actors'
import { DAY, ago, db } from '../support/db'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const DRAFT = { name: 'nightly', scopes: ['backups:read'] }
const make = (person: Person, key: string, draft: unknown = DRAFT) => person.post('/users/me/tokens', draft, { 'Idempotency-Key': key })

test('the same call under one key makes one thing, and is told without the secret', async ({ owner }) => {
  const first = await make(owner, 'k1')
  expect(first.status, first.text).toBe(201)
  const again = await make(owner, 'k1')
  expect([again.status, again.json]).toEqual([201, { token: first.json.token, secret_already_shown: true }])
  expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(1)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.created'`, owner.tenant)).toBe(1)
  expect(JSON.stringify(await db.rows('SELECT * FROM idempotency_keys WHERE tenant_id = ?1', owner.tenant))).not.toContain(first.json.secret.slice(4))
})

test('what has no secret is told again as it was', async ({ owner }) => {
  const role = { name: 'Auditor', permissions: ['api_access'], scopes: ['usage:read'] }
  const makeRole = () => owner.post('/roles', role, { 'Idempotency-Key': 'k1' })
  const [first, again] = [await makeRole(), await makeRole()]
  expect([first.status, again.status, again.json]).toEqual([201, 201, first.json])
  expect([first.header('etag'), again.header('etag')]).toEqual(['"1"', '"1"'])
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'role.created'`, owner.tenant)).toBe(1)
})

test('calls side by side under one key make one thing', async ({ owner }) => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => make(owner, 'k1')))
  expect(answers.map((answer) => answer.status)).toEqual(Array(5).fill(201))
  expect(answers.filter((answer) => answer.json.secret)).toHaveLength(1)
  expect(new Set(answers.map((answer) => answer.json.token.id)).size).toBe(1)
  expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(1)
})

test('another body under the same key is refused', async ({ owner }) => {
  await make(owner, 'k1')
  await refused(owner.tenant, () => make(owner, 'k1', { ...DRAFT, name: 'other' }), 422, 'invalid', ['/idempotency_key'])
})

test('a key belongs to one person and one route, and lasts a day', async ({ owner, stranger }) => {
  const first = await make(owner, 'k1')
  expect((await make(stranger, 'k1')).json.secret).toBeTruthy()
  const rotated = await owner.post(`/tokens/${first.json.token.id}/rotate`, {}, { 'Idempotency-Key': 'k1' })
  expect(rotated.json.secret).toBeTruthy()
  const again = await owner.post(`/tokens/${first.json.token.id}/rotate`, {}, { 'Idempotency-Key': 'k1' })
  expect(again.json).toEqual({ token: rotated.json.token, secret_already_shown: true })
  await db.rows('UPDATE idempotency_keys SET created_at = ?1 WHERE tenant_id = ?2', ago(DAY), owner.tenant)
  expectProblem(await make(owner, 'k1'), 409, 'conflict', ['/name'])
  const anew = await make(owner, 'k1', { ...DRAFT, name: 'other' })
  expect(anew.json.secret, anew.text).toBeTruthy()
  expect((await make(owner, 'k1', { ...DRAFT, name: 'other' })).json.token.id).toBe(anew.json.token.id)
})

test('a refusal is not remembered: the next attempt may succeed', async ({ owner }) => {
  const { token } = await owner.makeToken({ name: 'nightly' })
  expectProblem(await make(owner, 'k1'), 409, 'conflict', ['/name'])
  await owner.delete(`/tokens/${token.id}`)
  expect((await make(owner, 'k1')).json.secret).toBeTruthy()
})

test('a key that is none is refused', async ({ owner }) => {
  for (const key of ['', 'a b', 'x'.repeat(256), 'é']) await refused(owner.tenant, () => make(owner, Buffer.from(key).toString('latin1')), 400, 'invalid')
})
