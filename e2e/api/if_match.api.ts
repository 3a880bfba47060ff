// What several may edit at once: each edit can name the state that it was made for (RFC 9110, 13.1.1).

import { bearer, type Person } from '../support/actors'
import { db } from '../support/db'
import type { Answer } from '../support/http'
import { makeAccount } from '../support/machines'
import { colleague } from '../support/people'
import { refused } from '../support/problem'
import { expect, test } from '../support/test'

type Edit = (value: number, ifMatch?: string | null) => Promise<Answer>
/** Where it is, and how it is changed: to 0, 2 or 3, of which each is another state. */
type Edited = { path: string; edit: Edit }

const NAMES = ['Zero', 'One', 'Two', 'Three']
const headers = (ifMatch?: string | null) => (ifMatch ? { 'If-Match': ifMatch } : {})
const patched = (owner: Person, path: string, change: (value: number) => object): Edited => ({
  path,
  edit: (value, ifMatch) => owner.patch(path, change(value), headers(ifMatch)),
})

const THINGS: Record<string, (owner: Person) => Promise<Edited>> = {
  'a profile': async (owner) => patched(owner, '/users/me', (value) => ({ first_name: NAMES[value] })),
  'a role': async (owner) => {
    const { id } = (await owner.post('/roles', { name: 'Night shift', permissions: [], scopes: [] })).json
    return patched(owner, `/roles/${id}`, (value) => ({ name: NAMES[value] }))
  },
  'the policy': async (owner) => {
    const policy = (await owner.get('/policy')).json
    return { path: '/policy', edit: (value, ifMatch) => owner.put('/policy', { ...policy, max_live_tokens: 10 + value }, headers(ifMatch)) }
  },
  'a token': async (owner) => patched(owner, `/tokens/${(await owner.makeToken()).token.id}`, (value) => ({ name: NAMES[value] })),
  'a service account': async (owner) => patched(owner, `/service-accounts/${(await makeAccount(owner)).account.id}`, (value) => ({ description: NAMES[value] })),
  'what one is told about': async (owner) => {
    const path = '/users/me/notifications'
    const email = (value: number) => ({ critical: true, warning: value % 2 === 1, info: value > 1 })
    return { path, edit: (value, ifMatch) => owner.put(path, { email: email(value) }, headers(ifMatch)) }
  },
}

for (const [name, prepared] of Object.entries(THINGS)) {
  test.describe(name, () => {
    const tagOf = async (owner: Person, path: string) => (await owner.get(path)).header('etag') ?? ''

    test('is not edited by who read it before somebody else edited it', async ({ owner }) => {
      const { path, edit } = await prepared(owner)
      const seen = await tagOf(owner, path)
      expect(seen).toMatch(/^"[^"]+"$/)
      const first = await edit(2, seen)
      expect(first.status, first.text).toBe(200)
      expect(first.header('etag')).not.toBe(seen)
      const { detail } = await refused(owner.tenant, () => edit(3, seen), 412, 'precondition_failed')
      expect(detail).toMatch(/changed elsewhere since you opened it\.$/)
      const now = await owner.get(path)
      expect(now.json).toEqual(first.json)
      expect(now.header('etag')).toBe(first.header('etag'))
      const again = await edit(3, now.header('etag'))
      expect(again.status, again.text).toBe(200)
      expect((await edit(3, again.header('etag'))).header('etag'), 'nothing was changed').toBe(again.header('etag'))
    })

    test('of edits at once with one tag exactly one wins', async ({ owner }) => {
      const { path, edit } = await prepared(owner)
      const seen = await tagOf(owner, path)
      const answers = await Promise.all([0, 2, 3].map((value) => edit(value, seen)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
      const won = answers.find(({ status }) => status === 200)
      const now = await owner.get(path)
      expect([now.json, now.header('etag')]).toEqual([won?.json, won?.header('etag')])
    })

    test('one strong tag of a list is enough, a weak one is none, and * is every state', async ({ owner }) => {
      const { path, edit } = await prepared(owner)
      const seen = await tagOf(owner, path)
      for (const wrong of [`W/${seen}`, '"other"', `"other", W/${seen}`, 'stale', seen.slice(1, -1), `${seen} "other"`, `"other, ${seen}`]) {
        await refused(owner.tenant, () => edit(2, wrong), 412, 'precondition_failed')
      }
      const one = await edit(2, `"other", ${seen}`)
      expect(one.status, one.text).toBe(200)
      const next = await edit(3, `${one.header('etag')} ,"a,b", W/"weak"`)
      expect(next.status, next.text).toBe(200)
      expect((await edit(0, '*')).status).toBe(200)
    })

    test('is edited as ever by who names no state', async ({ owner }) => {
      const { path, edit } = await prepared(owner)
      const first = await edit(2)
      const second = await edit(3)
      expect([first.status, second.status]).toEqual([200, 200])
      expect(second.header('etag')).not.toBe(first.header('etag'))
      expect((await owner.get(path)).header('etag')).toBe(second.header('etag'))
    })
  })
}

test('choices at once of who names no state all go through', async ({ owner }) => {
  const { path, edit } = await THINGS['what one is told about']!(owner)
  const answers = await Promise.all([0, 2, 3].map((value) => edit(value)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  const now = await owner.get(path)
  expect(now.header('etag')).toBe('"3"')
  expect(answers.filter((answer) => answer.header('etag') === '"3"').map(({ json }) => json)).toEqual([now.json])
})

test('a token that is used stays in its state, and one with a new secret does not', async ({ owner }) => {
  const { token, secret } = await owner.makeToken({ scopes: ['users:read'] })
  const path = `/tokens/${token.id}`
  const seen = (await owner.get(path)).header('etag') ?? ''
  expect((await bearer(secret).get('/users')).status).toBe(200)
  await expect.poll(async () => (await owner.get(path)).json.last_used_at).not.toBeNull()
  expect((await owner.get(path)).header('etag')).toBe(seen)
  expect((await owner.post(`${path}/rotate`, {})).status).toBe(201)
  await refused(owner.tenant, () => owner.patch(path, { name: 'late' }, { 'If-Match': seen }), 412, 'precondition_failed')
})

test('a secret is neither replaced nor retired, and no rotation undone, by who read the token before somebody else rotated it', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const path = `/tokens/${token.id}`
  const tag = async () => (await owner.get(path)).header('etag') ?? ''
  const acts = (ifMatch: string) => [
    () => owner.post(`${path}/rotate`, {}, { 'If-Match': ifMatch }),
    () => owner.delete(`${path}/rotation`, { 'If-Match': ifMatch }),
    () => owner.delete(`${path}/grace`, { 'If-Match': ifMatch }),
  ]
  const seen = await tag()
  expect((await owner.post(`${path}/rotate`, {})).status).toBe(201)
  for (const act of acts(seen)) {
    const { detail } = await refused(owner.tenant, act, 412, 'precondition_failed')
    expect(detail).toBe('The token was changed elsewhere since you opened it.')
  }
  for (const act of acts('').keys()) {
    const answer = await acts(await tag())[act]!()
    expect(answer.status, answer.text).toBe([201, 200, 409][act])
  }
  expect((await owner.post(`${path}/rotate`, {})).status).toBe(201)
  const now = await tag()
  const ends = await Promise.all([1, 2, 3].map(() => owner.delete(`${path}/grace`, { 'If-Match': now })))
  expect(ends.filter(({ status }) => status === 204)).toHaveLength(1)
})

test('a token that was revoked meanwhile says so', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const path = `/tokens/${token.id}`
  const seen = (await owner.get(path)).header('etag') ?? ''
  expect((await owner.delete(path)).status).toBe(204)
  const { detail } = await refused(owner.tenant, () => owner.patch(path, { name: 'late' }, { 'If-Match': seen }), 409, 'conflict')
  expect(detail).toContain('a revoked token never comes back')
})

for (const name of ['a token', 'a service account']) {
  test(`${name} is not ended by who read it before it was edited`, async ({ owner }) => {
    const { path, edit } = await THINGS[name]!(owner)
    const seen = (await owner.get(path)).header('etag') ?? ''
    const now = (await edit(2)).header('etag')
    await refused(owner.tenant, () => owner.delete(path, { 'If-Match': seen }), 412, 'precondition_failed')
    expect((await owner.delete(path, { 'If-Match': `"other", ${now}` })).status).toBe(204)
  })
}

test('a person is not removed by who read their profile before it was edited, nor is one\'s own account closed', async ({ owner }) => {
  const grace = await colleague(owner)
  const paths = [`/users/${grace.user.id}`, '/users/me']
  for (const path of paths) {
    const seen = (await owner.get(path)).header('etag') ?? ''
    expect((await owner.patch(path, { phone: '+12125550123' })).status).toBe(200)
    await refused(owner.tenant, () => owner.delete(path, { 'If-Match': seen }), 412, 'precondition_failed')
  }
  const now = (await owner.get(paths[0]!)).header('etag')
  expect((await owner.delete(paths[0]!, { 'If-Match': `"other", ${now}` })).status).toBe(204)
  expect(await db.count('FROM users WHERE tenant_id = ?1', owner.tenant)).toBe(1)
})
