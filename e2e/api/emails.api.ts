import { Actor, Person, bearer, newAccount, newAddress } from '../support/actors'
import { ago, db } from '../support/db'
import { linkIn, mailTo, mailsTo } from '../support/mail'
import { expectProblem, messageAt, refused } from '../support/problem'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const CONFIRM = 'Confirm your new email address'
const NOTICE = 'Your email address is about to change'
const PAGE = '/confirm-email/'
const newEmail = () => newAccount().email
const ask = (person: Person, email: string) => person.post('/users/me/email', { email })
const follow = (secret: string, actor = new Actor(newAddress())) => actor.post(`/email-confirmations/${secret}`)

/** Asks for an address; gives both links. */
async function change(person: Person, email: string): Promise<{ confirm: string; undo: string }> {
  const answer = await ask(person, email)
  expect([answer.status, answer.text]).toEqual([202, ''])
  const secret = async (to: string, subject: string) => linkIn(await mailTo(to, subject), PAGE).slice(PAGE.length)
  return { confirm: await secret(email, CONFIRM), undo: await secret(person.account.email, NOTICE) }
}

const addressOf = async (person: Person) => (await db.one('SELECT email FROM users WHERE id = ?1', person.user.id)).email

test('the old address stays until the new one is confirmed, and then signs in no more', async ({ owner }) => {
  const email = newEmail()
  const { confirm } = await change(owner, email)
  expect(await addressOf(owner)).toBe(owner.account.email)
  expect((await new Person(owner.account).signIn()).status).toBe(200)

  const answer = await follow(confirm)
  expect([answer.status, answer.json]).toEqual([200, { status: 'confirmed', email }])
  expect((await owner.get('/users/me')).json.email).toBe(email)
  expectProblem(await new Person(owner.account).signIn(), 401, 'unauthenticated')
  expect((await new Person({ ...owner.account, email }).signIn()).status).toBe(200)
  await mailTo(email, 'Your email address was changed')
  await refused(owner.tenant, () => follow(confirm), 404, 'not_found')

  const events = await db.rows(`SELECT action, credential, changes FROM audit_events WHERE tenant_id = ?1 AND action LIKE 'email.%' ORDER BY id`, owner.tenant)
  const changes = { email: { from: owner.account.email, to: email } }
  expect(events.map((event) => [event.action, JSON.parse(event.changes)])).toEqual([
    ['email.change_requested', changes],
    ['email.changed', changes],
  ])
  expect(events[1]?.credential).toBe('link')
})

test('a change that waits is told to whom it is about, and given up at their word', async ({ owner, stranger, anonymous }) => {
  const mine = async (person: Person) => (await person.get('/users/me/email')).json
  expect(await mine(owner)).toEqual({ email: owner.account.email, pending: null })
  await refused(owner.tenant, () => owner.delete('/users/me/email'), 404, 'not_found')
  await ask(owner, newEmail())
  const email = newEmail()
  await ask(owner, email)
  const confirm = linkIn(await mailTo(email, CONFIRM), PAGE).slice(PAGE.length)
  expect(await mine(owner)).toEqual({ email: owner.account.email, pending: { email, expires_at: expect.any(String) } })
  expect((await mine(stranger)).pending).toBeNull()
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  await refused(owner.tenant, () => bearer(secret).delete('/users/me/email'), 403, 'forbidden')
  await refused(owner.tenant, () => anonymous.delete('/users/me/email'), 401, 'unauthenticated')
  await owner.goStale()
  expect((await owner.delete('/users/me/email')).status).toBe(204)
  expect((await mine(owner)).pending).toBeNull()
  await refused(owner.tenant, () => follow(confirm), 404, 'not_found')
})

test('a change that is too late waits no more', async ({ owner }) => {
  await change(owner, newEmail())
  await db.rows('UPDATE email_changes SET confirm_until = ?1 WHERE user_id = ?2', ago(0), owner.user.id)
  expect((await owner.get('/users/me/email')).json.pending).toBeNull()
  await refused(owner.tenant, () => owner.delete('/users/me/email'), 404, 'not_found')
})

test('the old address is told where it came from, and can take it back before it is confirmed', async ({ owner }) => {
  const email = newEmail()
  const { confirm, undo } = await change(owner, email)
  const notice = await mailTo(owner.account.email, NOTICE)
  expect(notice.text).toContain(`New address: ${email}`)
  expect(notice.text).toContain(`Address: ${owner.address}`)
  const answer = await follow(undo)
  expect(answer.json).toEqual({ status: 'undone', email: owner.account.email })
  expectProblem(await follow(confirm), 404, 'not_found')
  expect(await addressOf(owner)).toBe(owner.account.email)
})

test('the old address can take it back for seven days after, which ends every session', async ({ owner }) => {
  const email = newEmail()
  const { confirm, undo } = await change(owner, email)
  expect((await follow(confirm)).status).toBe(200)
  await db.rows('UPDATE email_changes SET undo_until = ?1 WHERE user_id = ?2', ago(0), owner.user.id)
  await refused(owner.tenant, () => follow(undo), 404, 'not_found')
  await db.rows('UPDATE email_changes SET undo_until = ?1 WHERE user_id = ?2', ago(-5), owner.user.id)
  expect((await follow(undo)).json).toEqual({ status: 'undone', email: owner.account.email })
  expectProblem(await owner.get('/session'), 401, 'unauthenticated')
  expect((await owner.signIn()).status).toBe(200)
  await mailTo(owner.account.email, 'Your email address was changed back')
  await refused(owner.tenant, () => follow(undo), 404, 'not_found')
})

/** Two changes one after the other, both confirmed: the second by a thief who has the first new address. */
async function changeTwice(owner: Person) {
  const [first, second] = [newEmail(), newEmail()]
  const mine = await change(owner, first)
  expect((await follow(mine.confirm)).status).toBe(200)
  const thief = new Person({ ...owner.account, email: first })
  await thief.signIn()
  const theirs = await change(thief, second)
  expect((await follow(theirs.confirm)).status).toBe(200)
  return { first, mine, theirs }
}

test('whoever had an address first can take it back, whatever came after and was taken back', async ({ owner }) => {
  const { first, mine, theirs } = await changeTwice(owner)
  expect((await follow(theirs.undo)).json).toEqual({ status: 'undone', email: first })
  expect((await follow(mine.undo)).json).toEqual({ status: 'undone', email: owner.account.email })
  expect(await addressOf(owner)).toBe(owner.account.email)
  await refused(owner.tenant, () => follow(theirs.undo), 404, 'not_found')
})

test('taking back the first change takes back those after it, and their links with them', async ({ owner }) => {
  const { mine, theirs } = await changeTwice(owner)
  expect((await follow(mine.undo)).json).toEqual({ status: 'undone', email: owner.account.email })
  await refused(owner.tenant, () => follow(theirs.undo), 404, 'not_found')
  expect(await addressOf(owner)).toBe(owner.account.email)
})

test('one\'s own former address is nobody else\'s', async ({ owner }) => {
  const email = newEmail()
  expect((await follow((await change(owner, email)).confirm)).status).toBe(200)
  expect((await ask(owner, owner.account.email)).status).toBe(202)
})

test('nobody else gets an address that may still come back', async ({ owner, stranger }) => {
  const { confirm } = await change(owner, newEmail())
  expect((await follow(confirm)).status).toBe(200)
  await refused(stranger.tenant, () => ask(stranger, owner.account.email), 409, 'conflict', ['/email'])
  expectProblem(await new Person(newAccount({ email: owner.account.email })).post('/sign-up', newAccount({ email: owner.account.email })), 409, 'conflict', ['/email'])
  await db.rows('UPDATE email_changes SET undo_until = ?1 WHERE user_id = ?2', ago(1), owner.user.id)
  expect((await ask(stranger, owner.account.email)).status).toBe(202)
})

test('the newest wish counts: the link of the one before works no more, but what undoes it does', async ({ owner }) => {
  const first = await change(owner, newEmail())
  const email = newEmail()
  expect((await ask(owner, email)).status).toBe(202)
  await refused(owner.tenant, () => follow(first.confirm), 404, 'not_found')
  const second = linkIn(await mailTo(email, CONFIRM), PAGE).slice(PAGE.length)
  expect((await follow(second)).json.email).toBe(email)
  expect((await follow(first.undo)).json).toEqual({ status: 'undone', email: owner.account.email })
  expect(await addressOf(owner)).toBe(owner.account.email)
  expectProblem(await owner.get('/session'), 401, 'unauthenticated')
})

test('the link to the new address works for a day', async ({ owner }) => {
  const { confirm } = await change(owner, newEmail())
  await db.rows('UPDATE email_changes SET confirm_until = ?1 WHERE user_id = ?2', ago(0), owner.user.id)
  await refused(owner.tenant, () => follow(confirm), 404, 'not_found')
})

test('an address that somebody took meanwhile is a conflict, and nothing changes', async ({ owner }) => {
  const email = newEmail()
  const { confirm } = await change(owner, email)
  await new Person(newAccount({ email })).signUp()
  await refused(owner.tenant, () => follow(confirm), 409, 'conflict', ['/email'])
  expect(await addressOf(owner)).toBe(owner.account.email)
})

test('an address that is taken, one\'s own, or none is refused', async ({ owner, stranger }) => {
  const problem = await refused(owner.tenant, () => ask(owner, stranger.account.email), 409, 'conflict', ['/email'])
  expect(problem.detail).toBe('Somebody with this email has an account. Choose another.')
  await refused(owner.tenant, () => ask(owner, owner.account.email.toUpperCase()), 422, 'invalid', ['/email'])
  await refused(owner.tenant, () => ask(owner, 'ada'), 422, 'invalid', ['/email'])
  expect(messageAt(await ask(owner, ''), '/email')).toBe('Enter a valid email')
})

test('asking needs a person who confirmed a short while ago, and is limited', async ({ owner, anonymous }) => {
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  await refused(owner.tenant, () => bearer(secret).post('/users/me/email', { email: newEmail() }), 403, 'forbidden')
  await refused(owner.tenant, () => anonymous.post('/users/me/email', { email: newEmail() }), 401, 'unauthenticated')
  await owner.goStale()
  await refused(owner.tenant, () => ask(owner, newEmail()), 403, 'step_up_required')
  await owner.post('/session/step-up', { password: owner.account.password })
  for (let i = 0; i < 5; i++) expect((await ask(owner, newEmail())).status).toBe(202)
  await refused(owner.tenant, () => ask(owner, newEmail()), 429, 'rate_limited')
})

test('links are kept as hashes, and what is no link is refused', async ({ owner, anonymous }) => {
  const { confirm, undo } = await change(owner, newEmail())
  await expect.poll(() => db.count(`FROM outbox WHERE user_id = ?1 AND state = 'sent' AND content IS NULL`, owner.user.id)).toBe(2)
  const everything = await db.dump()
  for (const secret of [confirm, undo]) expect(everything).not.toContain(secret)
  for (const wrong of ['x', owner.cookie, secretOf('0'.repeat(30), 'lke_'), secretOf('0'.repeat(30), 'lku_'), secretOf('0'.repeat(30), 'lkr_')]) {
    await refused(owner.tenant, () => follow(wrong, anonymous), 404, 'not_found')
  }
  expectProblem(await anonymous.get(`/email-confirmations/${confirm}`), 405, 'method_not_allowed')
  expect(await mailsTo('nobody@northwind.example')).toEqual([])
})

test('a link to set a new password dies with the address that it was mailed to', async ({ owner }) => {
  const reset = async (email: string) => {
    await new Actor(newAddress()).post('/password-resets', { email })
    return linkIn(await mailTo(email, 'Set a new password'), '/reset-password/').slice('/reset-password/'.length)
  }
  const use = (secret: string) => new Actor(newAddress()).put(`/password-resets/${secret}`, { password: 'fig salad gondola trumpet' })
  const email = newEmail()
  const old = await reset(owner.account.email)
  const { confirm, undo } = await change(owner, email)
  expect((await follow(confirm)).status).toBe(200)
  await refused(owner.tenant, () => use(old), 404, 'not_found')
  const stolen = await reset(email)
  expect((await follow(undo)).json.status).toBe('undone')
  await refused(owner.tenant, () => use(stolen), 404, 'not_found')
  expect((await new Person(owner.account).signIn()).status).toBe(200)
})

test('a change of address that somebody else asked for dies with the password', async ({ owner }) => {
  const { confirm } = await change(owner, newEmail())
  expect((await owner.post('/users/me/password', { current_password: owner.account.password, new_password: 'fig salad gondola trumpet' })).status).toBe(204)
  await refused(owner.tenant, () => follow(confirm), 404, 'not_found')
  expect(await addressOf(owner)).toBe(owner.account.email)
})

test('the old address hears of the change once it is made', async ({ owner }) => {
  const email = newEmail()
  const { confirm } = await change(owner, email)
  await follow(confirm)
  expect((await mailTo(owner.account.email, 'Your email address was changed')).text).toContain(email)
})

test('a change that is asked for again under one key is asked for once', async ({ owner }) => {
  const email = newEmail()
  const attempt = (address: string) => owner.post('/users/me/email', { email: address }, { 'Idempotency-Key': 'k1' })
  const answers = await Promise.all([1, 2, 3].map(() => attempt(email)))
  expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([202, '']))
  expect(await db.count(`FROM outbox WHERE user_id = ?1 AND event = 'email.confirmation'`, owner.user.id)).toBe(1)
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'email.change_requested'`, owner.tenant)).toBe(1)
  await refused(owner.tenant, () => attempt(newEmail()), 422, 'invalid', ['/idempotency_key'])
})
