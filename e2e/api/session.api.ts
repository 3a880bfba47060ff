import { Actor, COOKIE, Person, bearer, newAccount, newAddress } from '../support/actors'
import { DAY, MINUTE, ago, db, now } from '../support/db'
import { type Answer, origin } from '../support/http'
import { expectProblem, messageAt, refused } from '../support/problem'
import { expect, test } from '../support/test'

const withCookie = (cookie: string, headers = {}) => new Actor(newAddress(), { Cookie: `${COOKIE}=${cookie}`, ...headers })
const anonymously = (json: unknown, headers = {}) => new Actor(newAddress()).post('/session', json, headers)
const wrong = (email: string) => ({ email, password: 'not the password at all' })
const sessionsOf = (person: Person) => db.rows('SELECT * FROM sessions WHERE user_id = ?1 ORDER BY id', person.user.id)

test.describe('signing in', () => {
  test('answers with the person and a cookie with exactly the attributes it needs', async ({ owner }) => {
    const answer = await owner.signIn()
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ status: 'signed_in', user: { ...owner.user, last_seen_at: expect.any(String) } })
    expect(answer.cookies).toHaveLength(1)
    const [pair, ...attributes] = (answer.cookies[0] ?? '').split('; ')
    expect(pair).toMatch(/^__Host-session=lkn_[0-9A-Za-z]{36}$/)
    expect(attributes.sort()).toEqual(['HttpOnly', `Max-Age=${30 * DAY}`, 'Path=/', 'SameSite=Lax', 'Secure'])
    expect(answer.text).not.toContain(owner.cookie)
  })

  test('keeps only a hash of the cookie', async ({ owner }) => {
    await owner.signIn()
    for (const session of await sessionsOf(owner)) expect(session.digest).toMatch(/^[0-9a-f]{64}$/)
    const everything = await db.dump()
    expect(everything).not.toContain(owner.cookie)
    expect(everything).not.toContain(owner.cookie.slice(4, 34))
  })

  test('gives a new cookie each time, and the one that this browser had is dead', async ({ owner }) => {
    const cookies = [owner.cookie]
    for (let i = 0; i < 3; i++) {
      expect((await owner.signIn()).status).toBe(200)
      cookies.push(owner.cookie)
    }
    expect(new Set(cookies).size).toBe(4)
    const last = cookies.pop() ?? ''
    for (const cookie of cookies) expectProblem(await withCookie(cookie).get('/session'), 401, 'unauthenticated')
    expect((await withCookie(last).get('/session')).status).toBe(200)
    expect(await sessionsOf(owner)).toHaveLength(1)
  })

  test('does not take over a cookie that was planted in the browser', async ({ owner }) => {
    const planted = `lkn_${'0'.repeat(36)}`
    owner.cookie = planted
    await owner.signIn()
    expect(owner.cookie).not.toBe(planted)
    expectProblem(await withCookie(planted).get('/session'), 401, 'unauthenticated')
  })

  test('in another browser leaves this one signed in', async ({ owner }) => {
    await owner.elsewhere()
    expect((await owner.get('/session')).status).toBe(200)
    expect(await sessionsOf(owner)).toHaveLength(2)
  })

  test('takes the address in any case and with blanks around it', async ({ owner }) => {
    expect((await owner.signIn({ email: `  ${owner.account.email.toUpperCase()} ` })).status).toBe(200)
  })

  test('says who is signed in, for which company, with which rights, confirmed until when', async ({ owner }) => {
    const { json } = await owner.get('/session')
    expect(Object.keys(json).sort()).toEqual(['client_ip', 'permissions', 'scopes', 'step_up_until', 'tenant_name', 'user'])
    const left = Date.parse(json.step_up_until) / 1000 - now()
    expect(left).toBeGreaterThan(14 * MINUTE)
    expect(left).toBeLessThanOrEqual(15 * MINUTE)
  })

  test('is noted with session, address and browser, and so is the end of the session that this browser had', async ({ owner }) => {
    const [before] = await sessionsOf(owner)
    const answer = await owner.post('/session', { email: owner.account.email, password: owner.account.password }, { 'User-Agent': 'Test/1' })
    const [event, ended, ...others] = await db.rows('SELECT * FROM audit_events WHERE request_id = ?1 ORDER BY action', answer.requestId)
    const [session] = await sessionsOf(owner)
    expect(others).toEqual([])
    expect(ended).toMatchObject({ tenant_id: owner.tenant, actor_id: owner.user.id, action: 'session.revoked', target_id: before?.id, ip: owner.address })
    expect(event).toMatchObject({
      tenant_id: owner.tenant,
      actor_type: 'user',
      actor_id: owner.user.id,
      actor_name: 'Ada Lovelace',
      credential: session?.id,
      action: 'session.created',
      target_type: 'session',
      target_id: session?.id,
      ip: owner.address,
      user_agent: 'Test/1',
    })
  })
})

test.describe('a sign-in that is wrong', () => {
  test('gets the same answer for an unknown address and for a wrong password', async ({ owner }) => {
    const unknown = await anonymously(wrong(newAccount().email))
    const known = await anonymously(wrong(owner.account.email))
    const { request_id: a, ...first } = expectProblem(unknown, 401, 'unauthenticated')
    const { request_id: b, ...second } = expectProblem(known, 401, 'unauthenticated')
    expect(second).toEqual(first)
    expect(a).not.toBe(b)
    const names = (answer: Answer) => [...answer.headers.keys()].filter((name) => name !== 'x-request-id')
    expect(names(known)).toEqual(names(unknown))
    expect([...unknown.cookies, ...known.cookies]).toEqual([])
  })

  test('costs the work of a password whether the address is known or not', async () => {
    const fastest = { unknown: Infinity, wrong: Infinity, unhashed: Infinity }
    const time = async (what: keyof typeof fastest, json: unknown, status: number) => {
      const start = performance.now()
      expect((await anonymously(json)).status).toBe(status)
      fastest[what] = Math.min(fastest[what], performance.now() - start)
    }
    // The fastest of several is what the work costs when nothing else is going on; how many that takes, the machine decides.
    await expect(async () => {
      const { account } = await new Person(newAccount()).signUp()
      for (let i = 0; i < 8; i++) {
        await time('unknown', wrong(newAccount().email), 401)
        await time('wrong', wrong(account.email), 401)
        await time('unhashed', wrong('no address'), 422)
      }
      expect(fastest.unknown).toBeGreaterThan(fastest.wrong / 2)
      expect(fastest.wrong).toBeGreaterThan(fastest.unknown / 2)
      expect(fastest.unknown).toBeGreaterThan(2 * fastest.unhashed)
    }).toPass()
  })

  test('leaves an event for the company of that person, and no session', async ({ owner }) => {
    const before = await sessionsOf(owner)
    const address = newAddress()
    const answer = await new Actor(address).post('/session', wrong(owner.account.email))
    expect(await sessionsOf(owner)).toEqual(before)
    const event = await db.one('SELECT * FROM audit_events WHERE request_id = ?1', answer.requestId)
    expect(event).toMatchObject({
      tenant_id: owner.tenant,
      actor_type: 'anonymous',
      action: 'session.refused',
      target_id: owner.user.id,
      ip: address,
    })
    expect(JSON.stringify(event)).not.toContain('not the password at all')
  })

  test('is told every complaint about its form at once, and nothing about old passwords', async () => {
    const answer = await anonymously({ email: 'x', password: '' })
    expectProblem(answer, 422, 'invalid', ['/email', '/password'])
    expect(messageAt(answer, '/email')).toBe('Enter a valid email')
    expect(messageAt(answer, '/password')).toBe('Enter a valid password')
  })

  test('is not helped by admin/admin or by the hash that stands in for nobody', async () => {
    for (const [email, password] of [['admin@localhost.example', 'admin'], [newAccount().email, 'AAAAAAAAAAAAAAAAAAAAAA']]) {
      expectProblem(await anonymously({ email, password }), 401, 'unauthenticated')
    }
  })
})

test('a session has a limit of its own, which every answer tells', async ({ owner }) => {
  const first = await owner.get('/session')
  expect(first.header('ratelimit-policy')).toBe('"credential";q=200;w=60')
  expect(first.header('ratelimit')).toMatch(/^"credential";r=\d+;t=\d+$/)
  let limited = null
  // A minute may end in between, but not two.
  for (let calls = 0; calls < 410 && !limited; calls += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => owner.get('/session')))
    limited = answers.find((answer) => answer.status !== 200)
  }
  expectProblem(limited!, 429, 'rate_limited')
  expect(limited?.header('ratelimit')).toMatch(/^"credential";r=0;t=\d+$/)
  expect(Number(limited?.header('retry-after'))).toBeGreaterThan(0)
  expect((await (await owner.elsewhere()).get('/session')).status).toBe(200)
})

test.describe('guessing', () => {
  test('is stopped after ten wrong passwords of an account, wherever they come from, and then even the right one is refused', async ({ owner, stranger }) => {
    for (let i = 0; i < 10; i++) expectProblem(await anonymously(wrong(owner.account.email)), 401, 'unauthenticated')
    const stopped = await anonymously(wrong(owner.account.email))
    const { detail } = expectProblem(stopped, 429, 'rate_limited')
    expect(detail).toMatch(/minute/)
    expect(Number(stopped.header('retry-after'))).toBeLessThanOrEqual(15 * MINUTE)
    expect(stopped.header('ratelimit-policy')).toMatch(/^".+";q=10;w=900$/)
    expect(stopped.header('ratelimit')).toMatch(/^".+";r=0;t=\d+$/)
    const before = await sessionsOf(owner)
    expectProblem(await anonymously({ email: owner.account.email, password: owner.account.password }), 429, 'rate_limited')
    expect(await sessionsOf(owner)).toEqual(before)
    // Who is signed in stays so, and others are not affected.
    expect((await owner.get('/session')).status).toBe(200)
    expect((await stranger.signIn()).status).toBe(200)
  })

  test('is stopped the same for an address that nobody has', async () => {
    const { email } = newAccount()
    for (let i = 0; i < 10; i++) expect((await anonymously(wrong(email))).status).toBe(401)
    expectProblem(await anonymously(wrong(email)), 429, 'rate_limited')
  })

  test('is stopped exactly at ten, however many come side by side', async ({ owner }) => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => anonymously(wrong(owner.account.email))))
    const count = (status: number) => answers.filter((answer) => answer.status === status).length
    expect([count(401), count(429)]).toEqual([10, 14])
  })

  test('of many accounts is stopped after thirty from one address, and its IPv6 neighbours', async ({ owner }) => {
    const address = newAddress()
    const guess = (from: string) => new Actor(from).post('/session', wrong(newAccount().email))
    for (let i = 0; i < 30; i++) expect((await guess(address)).status).toBe(401)
    expectProblem(await guess(address), 429, 'rate_limited')
    expectProblem(await guess(address.replace(/::.*/, ':1:2:3:4')), 429, 'rate_limited')
    const { email, password } = owner.account
    expectProblem(await new Actor(address).post('/session', { email, password }), 429, 'rate_limited')
    expect((await anonymously({ email, password })).status).toBe(200)
  })

  test('from one address is not hidden by headers that anybody can send', async () => {
    const address = newAddress()
    const guess = (i: number) =>
      new Actor(address).post('/session', wrong(newAccount().email), {
        'X-Forwarded-For': `192.0.2.${i}`,
        'X-Real-IP': `192.0.2.${i}`,
        'True-Client-IP': `192.0.2.${i}`,
        Forwarded: `for=192.0.2.${i}`,
      })
    for (let i = 0; i < 30; i++) expect((await guess(i)).status).toBe(401)
    expectProblem(await guess(30), 429, 'rate_limited')
  })

  test('is over with a right password: what came before counts no more', async ({ owner }) => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 9; i++) expect((await anonymously(wrong(owner.account.email))).status).toBe(401)
      expect((await new Person(owner.account).signIn()).status).toBe(200)
    }
  })

  test('leaves one event when it is stopped, and one for each wrong try', async ({ owner }) => {
    for (let i = 0; i < 14; i++) await anonymously(wrong(owner.account.email))
    const events = await db.rows(`SELECT action FROM audit_events WHERE tenant_id = ?1 AND action IN ('session.refused', 'session.limited') ORDER BY id`, owner.tenant)
    expect(events.map((event) => event.action)).toEqual([...Array(10).fill('session.refused'), 'session.limited'])
  })

  test('from one address is stopped exactly at thirty, however many come side by side', async () => {
    const address = newAddress()
    const answers = await Promise.all(Array.from({ length: 45 }, () => new Actor(address).post('/session', wrong(newAccount().email))))
    const count = (status: number) => answers.filter((answer) => answer.status === status).length
    expect([count(401), count(429)]).toEqual([30, 15])
  })

  test('lets many people in from one address', async () => {
    const people = await Promise.all(Array.from({ length: 36 }, () => new Person(newAccount()).signUp()))
    const office = newAddress()
    for (let i = 0; i < 36; i += 12) {
      const answers = await Promise.all(people.slice(i, i + 12).map(({ account }) => new Person(account, office).signIn()))
      expect(answers.map((answer) => answer.status)).toEqual(Array(12).fill(200))
    }
  })

  test('may go on once the fifteen minutes are over', async ({ owner }) => {
    // So many that no other counter stands at the same number.
    for (let i = 0; i < 173; i++) await anonymously(wrong(owner.account.email))
    expect((await new Person(owner.account).signIn()).status).toBe(429)
    const counter = await db.one('SELECT key, ends_at FROM limits WHERE count = 174')
    expect(counter.ends_at > ago(-10 * MINUTE)).toBe(true)
    expect(counter.key).toMatch(/^[0-9a-f]{64}$/)
    await db.rows('UPDATE limits SET ends_at = ?2 WHERE key = ?1', counter.key, ago(0))
    expect((await new Person(owner.account).signIn()).status).toBe(200)
  })
})

test.describe('another site', () => {
  const host = new URL(origin).host
  const variants: [string, Record<string, string>][] = [
    ['Sec-Fetch-Site: cross-site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['Sec-Fetch-Site: same-site', { 'Sec-Fetch-Site': 'same-site', Origin: `http://sub.${host}` }],
    ['Sec-Fetch-Site: cross-site with our Origin', { 'Sec-Fetch-Site': 'cross-site', Origin: origin }],
    ['an unknown Sec-Fetch-Site', { 'Sec-Fetch-Site': 'whatever', Origin: origin }],
    ['Origin of another host', { Origin: 'https://evil.example' }],
    ['Origin: null', { Origin: 'null' }],
    ['Origin with our host as its beginning', { Origin: `http://${host}.evil.example` }],
    ['Origin with our host as its end', { Origin: `http://evil${host}` }],
    ['Origin of another port', { Origin: 'http://localhost:1' }],
    ['Origin with a user name', { Origin: `http://${host}@evil.example` }],
  ]

  for (const [what, headers] of variants) {
    test(`can change nothing with a person's cookie (${what})`, async ({ owner }) => {
      const { token } = await owner.makeToken()
      const forged = withCookie(owner.cookie, headers)
      const calls: (() => Promise<Answer>)[] = [
        () => forged.post('/users/me/tokens', { name: 'evil', scopes: ['users:write'] }),
        () => forged.post('/tokens/revoke', { ids: [token.id] }),
        () => forged.delete(`/tokens/${token.id}`),
        () => forged.post('/session/step-up', { password: owner.account.password }),
        () => forged.delete('/session'),
      ]
      for (const call of calls) await refused(owner.tenant, call, 403, 'cross_site')
      expect((await owner.get('/session')).status).toBe(200)
    })

    test(`cannot sign somebody in or up (${what})`, async ({ owner }) => {
      const { email, password } = owner.account
      const answer = await anonymously({ email, password }, headers)
      expectProblem(answer, 403, 'cross_site')
      expect(answer.cookies).toEqual([])
      const account = newAccount()
      expectProblem(await new Actor(newAddress(), headers).post('/sign-up', account), 403, 'cross_site')
      expect(await db.count('FROM users WHERE email = ?1', account.email)).toBe(0)
    })
  }

  test('is suspected when a cookie comes without any sign of where the call comes from', async ({ owner }) => {
    for (const headers of [{}, { Origin: '' }]) {
      await refused(owner.tenant, () => withCookie(owner.cookie, headers).delete('/session'), 403, 'cross_site')
    }
  })

  test('cannot read with a person\'s cookie', async ({ owner }) => {
    expectProblem(await withCookie(owner.cookie, { 'Sec-Fetch-Site': 'cross-site' }).get('/session'), 403, 'cross_site')
  })

  test('cannot post a form: other media types are refused before anything is read', async ({ owner }) => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json, text/plain', 'text/plain; a=application/json', '']
    for (const type of types) {
      const call = () =>
        withCookie(owner.cookie, { Origin: origin }).call('POST', '/api/v1/users/me/tokens', {
          body: JSON.stringify({ name: 'evil', scopes: ['users:write'] }),
          headers: type ? { 'Content-Type': type } : {},
        })
      await refused(owner.tenant, call, 415, 'unsupported_media_type')
    }
  })

  test('is not this one: our own pages, old browsers and scripts without a cookie are served', async ({ owner }) => {
    const { email, password } = owner.account
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin' }, { 'Sec-Fetch-Site': 'none' }, { Origin: origin }, {}]) {
      expect((await anonymously({ email, password }, headers)).status).toBe(200)
    }
  })

  test('is not what a link is: following one to a route never signs in or out', async ({ owner }) => {
    for (const method of ['GET', 'HEAD']) {
      for (const path of ['/api/v1/sign-up', '/api/v1/session/step-up', '/api/v1/tokens/revoke']) {
        expect((await owner.call(method, path)).status, `${method} ${path}`).toBe(405)
      }
    }
    expect((await owner.get('/session')).status).toBe(200)
  })
})

test.describe('signing out', () => {
  test('ends the session on the server, clears the cookie and what the browser kept', async ({ owner }) => {
    const { cookie } = owner
    const answer = await owner.delete('/session')
    expect(answer.status).toBe(204)
    expect(answer.text).toBe('')
    expect(answer.cookies).toEqual([`${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`])
    expect(answer.header('clear-site-data')).toBe('"cache"')
    expectProblem(await withCookie(cookie).get('/session'), 401, 'unauthenticated')
    expect(await sessionsOf(owner)).toEqual([])
    const event = await db.one('SELECT * FROM audit_events WHERE request_id = ?1', answer.requestId)
    expect(event).toMatchObject({ action: 'session.revoked', actor_id: owner.user.id, target_type: 'session', target_id: event.credential })
  })

  test('ends this session only', async ({ owner }) => {
    const other = await owner.elsewhere()
    await owner.delete('/session')
    expect((await other.get('/session')).status).toBe(200)
  })

  test('twice is refused the second time', async ({ owner }) => {
    const { cookie } = owner
    await owner.delete('/session')
    expectProblem(await withCookie(cookie, { Origin: origin }).delete('/session'), 401, 'unauthenticated')
  })
})

test.describe('a session', () => {
  test('is over after 14 days without use, to the second', async ({ owner }) => {
    const unused = (seconds: number) => db.rows('UPDATE sessions SET last_seen_at = ?2 WHERE user_id = ?1', owner.user.id, ago(seconds))
    await unused(14 * DAY - MINUTE)
    expect((await owner.get('/session')).status).toBe(200)
    await unused(14 * DAY)
    expectProblem(await owner.get('/session'), 401, 'unauthenticated')
  })

  test('is over 30 days after signing in, however much it is used', async ({ owner }) => {
    const made = (seconds: number) => db.rows('UPDATE sessions SET created_at = ?2 WHERE user_id = ?1', owner.user.id, ago(seconds))
    await made(30 * DAY - MINUTE)
    expect((await owner.get('/session')).status).toBe(200)
    await made(30 * DAY)
    expectProblem(await owner.get('/session'), 401, 'unauthenticated')
  })

  test('stays alive by being used, noted every five minutes at most', async ({ owner }) => {
    const seen = async () => (await sessionsOf(owner))[0]?.last_seen_at
    const start = await seen()
    await owner.get('/session')
    expect(await seen()).toBe(start)
    await db.rows('UPDATE sessions SET last_seen_at = ?2 WHERE user_id = ?1', owner.user.id, ago(6 * MINUTE))
    await owner.get('/session')
    await expect.poll(seen).toMatch(new RegExp(`^(${ago(0)}|${ago(1)}|${ago(2)})`.replaceAll('.', '\\.')))
  })

  const forgeries: [string, (cookie: string) => string][] = [
    ['empty', () => ''],
    ['truncated', (cookie) => cookie.slice(0, -1)],
    ['lengthened', (cookie) => `${cookie}0`],
    ['of another case', (cookie) => cookie.toUpperCase()],
    ['with one character changed', (cookie) => cookie.slice(0, 10) + (cookie[10] === 'a' ? 'b' : 'a') + cookie.slice(11)],
    ['well-formed but unknown', () => 'lkn_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'],
    ['quoted', (cookie) => `"${cookie}"`],
    ['SQL', () => "' OR 1=1 --"],
    ['of 8 KB', () => 'a'.repeat(8000)],
  ]
  for (const [what, forge] of forgeries) {
    test(`is not had by a forged cookie: ${what}`, async ({ owner }) => {
      expectProblem(await withCookie(forge(owner.cookie)).get('/session'), 401, 'unauthenticated')
    })
  }

  test('is not had by the digest from the database, nor by a token as a cookie, nor by the cookie as a token', async ({ owner }) => {
    const { secret } = await owner.makeToken()
    const [session] = await sessionsOf(owner)
    for (const cookie of [session?.digest, session?.id, secret]) expectProblem(await withCookie(cookie).get('/session'), 401, 'unauthenticated')
    expectProblem(await bearer(owner.cookie).get('/tokens/self'), 401, 'unauthenticated')
  })

  test('of many is unlike every other', async ({ owner }) => {
    const cookies = new Set<string>()
    for (let i = 0; i < 20; i++) cookies.add((await owner.elsewhere()).cookie)
    expect(cookies.size).toBe(20)
  })
})

test.describe('step-up', () => {
  const draft = { name: 'nightly', scopes: ['backups:read'] }

  test('is asked for once the password was given long ago, and then the same call works', async ({ owner }) => {
    await owner.goStale()
    await refused(owner.tenant, () => owner.post('/users/me/tokens', draft), 403, 'step_up_required')
    expect((await owner.get('/session')).json.step_up_until).toBeNull()
    const before = owner.cookie
    const answer = await owner.post('/session/step-up', { password: owner.account.password })
    expect(answer.status).toBe(204)
    expect(owner.cookie).not.toBe(before)
    expect((await owner.post('/users/me/tokens', draft)).status).toBe(201)
    // The cookie that a thief may have had is worth nothing now.
    expectProblem(await withCookie(before).get('/session'), 401, 'unauthenticated')
    const event = await db.one('SELECT * FROM audit_events WHERE request_id = ?1', answer.requestId)
    expect(event).toMatchObject({ action: 'session.stepped_up', actor_id: owner.user.id, target_type: 'session' })
  })

  test('lasts 15 minutes', async ({ owner }) => {
    const stepped = (seconds: number) => db.rows('UPDATE sessions SET stepped_up_at = ?2 WHERE user_id = ?1', owner.user.id, ago(seconds))
    await stepped(15 * MINUTE)
    expectProblem(await owner.post('/users/me/tokens', draft), 403, 'step_up_required')
    await stepped(15 * MINUTE - 30)
    expect((await owner.post('/users/me/tokens', draft)).status).toBe(201)
  })

  test('with a wrong password is 401, noted, and helps nothing', async ({ owner }) => {
    await owner.goStale()
    const answer = await owner.post('/session/step-up', { password: 'not the password at all' })
    expectProblem(answer, 401, 'unauthenticated')
    expect(answer.cookies).toEqual([])
    expectProblem(await owner.post('/users/me/tokens', draft), 403, 'step_up_required')
    expect((await owner.get('/session')).status).toBe(200)
    const event = await db.one('SELECT action FROM audit_events WHERE request_id = ?1', answer.requestId)
    expect(event.action).toBe('session.step_up_refused')
  })

  test('cannot be guessed: after ten wrong tries even the right password waits', async ({ owner }) => {
    await owner.goStale()
    for (let i = 0; i < 10; i++) expect((await owner.post('/session/step-up', { password: `wrong ${i}` })).status).toBe(401)
    expectProblem(await owner.post('/session/step-up', { password: owner.account.password }), 429, 'rate_limited')
    expectProblem(await owner.post('/users/me/tokens', draft), 403, 'step_up_required')
    // A thief of the cookie locks nobody out.
    expect((await owner.elsewhere()).cookie).not.toBe('')
  })

  test('of one browser is not that of another', async ({ owner }) => {
    await owner.goStale()
    const other = await owner.elsewhere()
    expect((await other.post('/users/me/tokens', draft)).status).toBe(201)
    expectProblem(await owner.post('/users/me/tokens', draft), 403, 'step_up_required')
  })

  test('needs a session and a password', async ({ owner }) => {
    expectProblem(await new Actor(newAddress()).post('/session/step-up', { password: 'x' }), 401, 'unauthenticated')
    expectProblem(await owner.post('/session/step-up', {}), 422, 'invalid', ['/password'])
    const { bearer } = await owner.makeToken()
    expectProblem(await bearer.post('/session/step-up', { password: owner.account.password }), 403, 'forbidden')
  })
})

test.describe('a person who was deactivated', () => {
  test('is told so with the right password, and nothing with a wrong one', async ({ owner }) => {
    await owner.deactivate()
    const { email, password } = owner.account
    const right = await anonymously({ email, password })
    expectProblem(right, 403, 'forbidden')
    expect(right.cookies).toEqual([])
    expectProblem(await anonymously(wrong(email)), 401, 'unauthenticated')
    expect(await sessionsOf(owner)).toHaveLength(1)
  })

  test('loses sessions and tokens at once', async ({ owner }) => {
    const { bearer } = await owner.makeToken({ scopes: ['usage:read'] })
    expect((await bearer.get('/usage')).status).toBe(200)
    await owner.deactivate()
    expectProblem(await owner.get('/session'), 401, 'unauthenticated')
    for (const path of ['/usage', '/tokens/self']) expectProblem(await bearer.get(path), 401, 'unauthenticated')
    await refused(owner.tenant, () => bearer.delete('/tokens/self'), 401, 'unauthenticated')
  })
})

test('a sign-in that is under way does not outlive a change of the password', async ({ owner }) => {
  let { password } = owner.account
  for (const next of ['walnut bicycle harbour', 'lantern orchard pebble', 'copper meadow violin']) {
    const late = new Person({ ...owner.account, password })
    const [signedIn, changed] = await Promise.all([late.signIn(), owner.post('/users/me/password', { current_password: password, new_password: next })])
    expect(changed.status, changed.text).toBe(204)
    expect([200, 401]).toContain(signedIn.status)
    expectProblem(await late.get('/session'), 401, 'unauthenticated')
    expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(0)
    password = next
    expect((await owner.signIn({ password })).status).toBe(200)
  }
})

test('a cookie of somebody else beside ours does no harm, whatever is in it', async ({ owner }) => {
  const session = { Cookie: Buffer.from(`greeting=héllo; __Host-session=${owner.cookie}`).toString('latin1') }
  expect((await new Actor(owner.address, session).get('/session')).status).toBe(200)
})

test('a password is counted and compared in one form, however the keyboard composes it', async () => {
  const composed = 'áçñöüê und ßøåæ'
  const person = await new Person(newAccount({ password: composed.normalize('NFC') })).signUp()
  expect((await person.signIn({ password: composed.normalize('NFD') })).status).toBe(200)
  const six = 'áçñöüê'.normalize('NFD')
  expectProblem(await new Actor(newAddress()).post('/sign-up', newAccount({ password: six })), 422, 'invalid', ['/password'])
  const long = 'áçñöüêßø'.repeat(16)
  const other = await new Person(newAccount({ password: long.normalize('NFD') })).signUp()
  expect((await other.signIn({ password: long.normalize('NFC') })).status).toBe(200)
})

test('a right password of somebody who is not active leaves an event, and so does one that awaits a second factor', async ({ owner, stranger }) => {
  await owner.deactivate()
  expectProblem(await new Person(owner.account).signIn(), 403, 'forbidden')
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'session.refused'`, owner.tenant)).toBe(1)
  await db.rows('UPDATE users SET mfa_enabled = 1 WHERE id = ?1', stranger.user.id)
  expect((await new Person(stranger.account).signIn()).json.status).toBe('mfa_required')
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'session.begun'`, stranger.tenant)).toBe(1)
})

test('the events of one call sort in the order in which things happened', async ({ owner }) => {
  const events = await db.rows('SELECT action FROM audit_events WHERE tenant_id = ?1 ORDER BY id', owner.tenant)
  expect(events.map((event) => event.action)).toEqual(['tenant.created', 'user.created', 'session.created'])
})
