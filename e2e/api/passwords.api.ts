import { bearer, newAccount, Person } from '../support/actors'
import { db } from '../support/db'
import { expectProblem, messageAt, refused } from '../support/problem'
import { expect, test } from '../support/test'

const NEW = 'walnut bicycle harbour'
const change = (person: Person, more = {}) =>
  person.post('/users/me/password', { current_password: person.account.password, new_password: NEW, ...more })

test('A-14 A-R7 a changed password ends every session at once, and only the new one signs in', async ({ owner }) => {
  const other = await owner.elsewhere()
  const { bearer: token } = await owner.makeToken()
  const cookie = owner.cookie
  const answer = await change(owner)
  expect(answer.status, answer.text).toBe(204)
  expect(answer.header('clear-site-data'), 'nothing stays for the back button').toBe('"cache"')
  expect(answer.cookies[0]).toMatch(/^__Host-session=; .*Max-Age=0$/)
  for (const person of [other, Object.assign(new Person(owner.account), { cookie })]) expectProblem(await person.get('/session'), 401, 'unauthenticated')
  expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(0)
  expectProblem(await owner.signIn(), 401, 'unauthenticated')
  expect((await owner.signIn({ password: NEW })).status).toBe(200)
  expect((await token.get('/tokens/self')).status, 'tokens stay unless asked').toBe(200)

  const events = await db.rows('SELECT action, target_type FROM audit_events WHERE tenant_id = ?1 ORDER BY id', owner.tenant)
  expect(events.filter((event) => event.action === 'password.changed')).toHaveLength(1)
  expect(events.filter((event) => event.action === 'session.revoked')).toHaveLength(2)
  expect(await db.dump()).not.toContain(NEW)
})

test('the access tokens end with it if wished, each with its event', async ({ owner }) => {
  const made = [await owner.makeToken(), await owner.makeToken()]
  expect((await change(owner, { revoke_tokens: true })).status).toBe(204)
  for (const { bearer: token } of made) expectProblem(await token.get('/tokens/self'), 401, 'token_revoked')
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.revoked'`, owner.tenant)).toBe(2)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND id NOT GLOB 'evt_??????????????????????????'`, owner.tenant)).toBe(0)
})

test('a wrong current password is refused at its field, counted, and changes nothing but the trail', async ({ owner }) => {
  const before = await db.one('SELECT password FROM users WHERE id = ?1', owner.user.id)
  for (let i = 0; i < 10; i++) expectProblem(await change(owner, { current_password: 'not it at all' }), 422, 'invalid', ['/current_password'])
  expectProblem(await change(owner), 429, 'rate_limited')
  expect(await db.one('SELECT password FROM users WHERE id = ?1', owner.user.id)).toEqual(before)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'password.change_refused'`, owner.tenant)).toBe(10)
  expect((await owner.get('/session')).status).toBe(200)
})

test('a new password keeps the rules for new ones', async ({ owner }) => {
  for (const new_password of ['', 'short', 'x'.repeat(129), 'qwertyuiop123', `${owner.account.email}`, 'Lovelace-Ada-1815', owner.account.password]) {
    await refused(owner.tenant, () => change(owner, { new_password }), 422, 'invalid', ['/new_password'])
  }
  const same = await change(owner, { new_password: owner.account.password })
  expect(messageAt(same, '/new_password')).toBe('Choose a password that differs from the current one.')
  await refused(owner.tenant, () => owner.post('/users/me/password', {}), 422, 'invalid', ['/current_password', '/new_password'])
})

test('of two changes side by side one holds', async ({ owner }) => {
  const answers = await Promise.all([change(owner), change(owner, { new_password: 'lantern orchard pebble' })])
  expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1)
  const signIns = [await owner.signIn({ password: NEW }), await owner.signIn({ password: 'lantern orchard pebble' })]
  expect(signIns.map((answer) => answer.status).sort()).toEqual([200, 401])
})

test('neither a token nor a stranger can change a password', async ({ owner, anonymous }) => {
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  const body = { current_password: owner.account.password, new_password: NEW }
  await refused(owner.tenant, () => bearer(secret).post('/users/me/password', body), 403, 'forbidden')
  await refused(owner.tenant, () => anonymous.post('/users/me/password', body), 401, 'unauthenticated')
  expect(newAccount().password).not.toBe(NEW)
})
