import { Actor, COOKIE, type Person, newAccount, newAddress } from '../support/actors'
import { db } from '../support/db'
import { type Answer, origin, send } from '../support/http'
import { REQUEST_ID, expectProblem, messageAt, refused } from '../support/problem'
import { expect, test } from '../support/test'

/** Every route and what it knows. A new route without a line here fails nothing, but is not covered. */
const ROUTES: [string, string[]][] = [
  ['/api/health', ['GET']],
  ['/api/v1/sign-up', ['POST']],
  ['/api/v1/session', ['GET', 'POST', 'DELETE']],
  ['/api/v1/session/step-up', ['POST']],
  ['/api/v1/session/mfa', ['POST']],
  ['/api/v1/users/me/totp', ['GET', 'POST', 'DELETE']],
  ['/api/v1/users/me/totp/confirm', ['POST']],
  ['/api/v1/users/me/recovery-codes', ['POST']],
  ['/api/v1/users', ['GET', 'POST']],
  ['/api/v1/users/me', ['GET', 'PATCH', 'DELETE']],
  ['/api/v1/users/me/password', ['POST']],
  ['/api/v1/users/me/sessions', ['GET', 'DELETE']],
  ['/api/v1/users/me/sessions/ses_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', ['DELETE']],
  ['/api/v1/invitations', ['GET']],
  ['/api/v1/invitations/x', ['GET', 'POST', 'DELETE']],
  ['/api/v1/invitations/x/resend', ['POST']],
  ['/api/v1/audit-events', ['GET']],
  ['/api/v1/users/me/tokens', ['GET', 'POST']],
  ['/api/v1/tokens/revoke', ['POST']],
  ['/api/v1/tokens/self', ['GET', 'DELETE']],
  ['/api/v1/tokens/self/rotate', ['POST']],
  ['/api/v1/tokens/renew', ['POST']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', ['GET', 'PATCH', 'DELETE']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/rotate', ['POST']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/grace', ['DELETE']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/rotation', ['DELETE']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/usage', ['GET']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/activity', ['GET']],
  ['/api/v1/tokens/tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/calls', ['GET']],
  ['/api/v1/policy', ['GET', 'PUT']],
  ['/api/v1/password-resets', ['POST']],
  ['/api/v1/password-resets/x', ['PUT']],
  ['/api/v1/users/me/email', ['GET', 'POST', 'DELETE']],
  ['/api/v1/email-confirmations/x', ['POST']],
  ['/api/v1/roles', ['GET', 'POST']],
  ['/api/v1/roles/rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', ['GET', 'PATCH', 'DELETE']],
  ['/api/v1/policy/preview', ['POST']],
  ['/api/v1/usage', ['GET']],
  ['/api/v1/statistics', ['GET']],
]
const BODIES = ['/api/v1/sign-up', '/api/v1/session', '/api/v1/session/step-up', '/api/v1/users/me/tokens', '/api/v1/users/me/password', '/api/v1/users/me/totp/confirm', '/api/v1/tokens/revoke']
const MINE = '/api/v1/users/me/tokens'
const GOOD = { name: 'nightly', scopes: ['backups:read'] }

const raw = (owner: Person, body: string | Buffer, path = MINE) =>
  owner.call('POST', path, { body, headers: { 'Content-Type': 'application/json' } })

test('health says that the product works', async ({ anonymous }) => {
  const answer = await anonymous.call('GET', '/api/health')
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
})

for (const [path, known] of ROUTES) {
  test(`${path} answers other methods with 405 and what it knows`, async ({ owner }) => {
    const allowed = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      if (known.includes(method)) continue
      const answer = await owner.call(method, path)
      // TRACE and made-up methods may be refused before they reach the product.
      if (['TRACE', 'PROPFIND'].includes(method) && answer.status === 501) continue
      expectProblem(answer, 405, 'method_not_allowed')
      expect(answer.header('allow')?.split(/, ?/).sort(), method).toEqual(allowed)
    }
  })
}

test('a path that is no route is 404, signed in or not', async ({ owner, anonymous }) => {
  for (const path of ['/api', '/api/', '/api/v1', '/api/v1/', '/api/v2/users', '/api/v1/nonsense', '/api/v1/users/me/x.css', '/api/v1/tokens/self/x', '/api/v1//users', '/api/v1/users/', '/api/health/x', '/api/__test', '/scim/v2/Users', '/gateway']) {
    for (const caller of [owner, anonymous]) {
      for (const method of ['GET', 'POST', 'DELETE']) expectProblem(await caller.call(method, path), 404, 'not_found')
    }
  }
})

test('HEAD is GET without its body', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['users:read'] })
  for (const path of ['/api/v1/users', '/api/v1/tokens/self', '/api/health']) {
    const [get, head] = [await bearer.call('GET', path), await bearer.call('HEAD', path)]
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.header('content-type')).toBe(get.header('content-type'))
    expect(head.header('x-request-id')).toMatch(REQUEST_ID)
  }
  // RFC 9110, 8.6: what has no content has no length.
  const asked = { headers: { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/users' } }
  const none = await bearer.call('HEAD', '/forward-auth', asked)
  expect([none.status, none.header('content-length')]).toEqual([204, null])
})

test('no other origin is ever let in: no CORS header on any answer', async ({ owner, anonymous }) => {
  const { bearer } = await owner.makeToken({ scopes: ['users:read'] })
  for (const from of ['https://evil.example', 'null', `${origin}.evil.example`, origin]) {
    const asking = { Origin: from, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type, authorization' }
    const answers: Answer[] = []
    for (const [path] of ROUTES) answers.push(await anonymous.call('OPTIONS', path, { headers: asking }))
    answers.push(await bearer.get('/users', { Origin: from }), await anonymous.get('/session', { Origin: from }), await anonymous.call('GET', '/', { headers: { Origin: from } }))
    for (const answer of answers) {
      for (const name of answer.headers.keys()) expect(name, answer.call).not.toMatch(/^access-control-/)
    }
  }
})

test('every answer has a request id of its own and is not to be stored', async ({ owner, anonymous }) => {
  const answers = [
    ...(await Promise.all(Array.from({ length: 20 }, () => owner.get('/session')))),
    await owner.post('/users/me/tokens', GOOD),
    await owner.post('/users/me/tokens', {}),
    await anonymous.get('/users'),
    await anonymous.get('/nonsense'),
    await anonymous.call('PUT', '/api/v1/users'),
    await anonymous.call('GET', '/api/health'),
    await owner.delete('/session'),
  ]
  for (const answer of answers) {
    expect(answer.header('x-request-id'), answer.call).toMatch(REQUEST_ID)
    expect(answer.header('cache-control'), answer.call).toBe('no-store')
  }
  expect(new Set(answers.map((answer) => answer.header('x-request-id'))).size).toBe(answers.length)
})

test('a request id that a client sends is not taken over', async ({ anonymous }) => {
  const answer = await anonymous.get('/users', { 'X-Request-Id': 'req_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF' })
  expect(answer.header('x-request-id')).not.toBe('req_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF')
})

test.describe('a body', () => {
  const malformed: [string, string | Buffer][] = [
    ['empty', ''],
    ['blank', '   '],
    ['cut off', '{"name":"nightly"'],
    ['with a comma too many', '{"name":"nightly",}'],
    ['with single quotes', "{'name':'nightly'}"],
    ['with a comment', '{/* x */"name":"nightly"}'],
    ['with something after its end', `${JSON.stringify(GOOD)}{}`],
    ['of two values', `${JSON.stringify(GOOD)}\n${JSON.stringify(GOOD)}`],
    ['NaN', '{"name":NaN}'],
    ['with a raw line break in a text', '{"name":"a\nb"}'],
    ['with half a surrogate pair', '{"name":"\\ud800"}'],
    ['with a byte-order mark', `\ufeff${JSON.stringify(GOOD)}`],
    ['in UTF-16', Buffer.from(JSON.stringify(GOOD), 'utf16le')],
    ['of bytes that are no UTF-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('","scopes":["backups:read"]}')])],
    ['with a member nested ten thousand deep', `{"name":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['with a number that no float holds', '{"name":1e9999}'],
    ['a form', 'name=nightly&scopes=backups%3Aread'],
    ['XML', '<token name="nightly"/>'],
  ]
  for (const [what, body] of malformed) {
    test(`that is not JSON is 400: ${what}`, async ({ owner }) => {
      await refused(owner.tenant, () => raw(owner, body), 400, 'invalid')
    })
  }

  for (const body of ['[]', '"text"', '1', 'null', 'true', '[{"name":"nightly","scopes":["backups:read"]}]']) {
    test(`that is JSON but no object is refused: ${body}`, async ({ owner }) => {
      const before = await db.state(owner.tenant)
      expectProblem(await raw(owner, body), 422, 'invalid', [''])
      expect(await db.state(owner.tenant)).toEqual(before)
    })
  }

  test('with a name that stands twice is refused, whichever would count', async ({ owner }) => {
    for (const body of [
      '{"name":"nightly","scopes":["backups:read"],"scopes":["users:write"]}',
      '{"name":"nightly","scopes":["backups:read"],"\\u0073copes":["users:write"]}',
    ]) {
      await refused(owner.tenant, () => raw(owner, body), 422, 'invalid', ['/scopes'])
    }
  })

  test('with unknown members is told each, at its pointer, beside everything else', async ({ owner }) => {
    for (const path of BODIES) {
      const answer = await raw(owner, JSON.stringify({ surprise: 1, 'a/b': 2, 'm~n': 3, '': 4 }), path)
      expect(answer.status, path).toBe(422)
      const pointers = answer.json.errors.map((error: any) => error.pointer)
      expect(pointers, path).toEqual(expect.arrayContaining(['/surprise', '/a~1b', '/m~0n', '/']))
      expect(messageAt(answer, '/surprise')).toMatch(/leave it out/)
      expect(pointers.length).toBeGreaterThan(4)
    }
  })

  test('with very many unknown members is refused in good time', async ({ owner }) => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`m${i}`, i]))
    const answer = await raw(owner, JSON.stringify(many))
    expect(answer.status).toBe(422)
    expect(answer.text.length).toBeLessThan(64 * 1024)
  })

  test('with values of the wrong type is refused: nothing is guessed', async ({ owner }) => {
    for (const value of [1, true, null, ['x'], { $ne: '' }, -1, 1e300]) {
      await refused(owner.tenant, () => owner.post('/users/me/tokens', { ...GOOD, name: value }), 422, 'invalid', ['/name'])
      const signIn = await new Actor(newAddress()).post('/session', { email: value, password: owner.account.password })
      expectProblem(signIn, 422, 'invalid', ['/email'])
    }
  })

  test('over 64 KiB is 413 at every route that takes one, told or chunked', async ({ owner }) => {
    const large = JSON.stringify({ name: 'x'.repeat(64 * 1024) })
    for (const path of BODIES) {
      for (const chunked of [false, true]) {
        const call = () => owner.call('POST', path, { body: large, chunked, headers: { 'Content-Type': 'application/json' } })
        await refused(owner.tenant, call, 413, 'too_large')
      }
    }
  })

  // Beyond that, wrangler's own proxy may lose the connection over a body that nobody reads to its end; workerd does not.
  test('of 256 KiB is refused as well, and the next call is served', async ({ owner }) => {
    const huge = Buffer.alloc(256 * 1024, ' ')
    for (const chunked of [false, true]) {
      const call = () => owner.call('POST', MINE, { body: huge, chunked, headers: { 'Content-Type': 'application/json' } })
      await refused(owner.tenant, call, 413, 'too_large')
    }
    expect((await owner.get('/session')).status).toBe(200)
  })

  test('of exactly 64 KiB is read', async ({ owner }) => {
    const body = JSON.stringify(GOOD)
    expect((await raw(owner, body + ' '.repeat(64 * 1024 - body.length))).status).toBe(201)
    const other = JSON.stringify({ ...GOOD, name: 'other' })
    expectProblem(await raw(owner, other + ' '.repeat(64 * 1024 - other.length + 1)), 413, 'too_large')
  })

  test('in chunks without a length is read', async ({ owner }) => {
    expect((await owner.call('POST', MINE, { json: GOOD, chunked: true })).status).toBe(201)
  })

  test('of another media type is 415, whatever is in it', async ({ owner }) => {
    for (const path of BODIES) {
      for (const type of [undefined, 'text/plain', 'text/json', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/json-patch+json', 'multipart/form-data; boundary=x']) {
        const call = () => owner.call('POST', path, { body: JSON.stringify(GOOD), headers: type ? { 'Content-Type': type } : {} })
        await refused(owner.tenant, call, 415, 'unsupported_media_type')
      }
    }
  })

  test('in another encoding than it can be is 415: nothing is guessed', async ({ owner }) => {
    for (const headers of [
      { 'Content-Type': 'application/json; charset=utf-16' },
      { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    ]) {
      const call = () => owner.call('POST', MINE, { body: JSON.stringify(GOOD), headers })
      await refused(owner.tenant, call, 415, 'unsupported_media_type')
    }
  })

  test('is JSON with parameters and in any case', async ({ owner }) => {
    for (const [i, type] of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8'].entries()) {
      const body = JSON.stringify({ ...GOOD, name: `token ${i}` })
      expect((await owner.call('POST', MINE, { body, headers: { 'Content-Type': type } })).status).toBe(201)
    }
  })
})

test.describe('who calls is asked first', () => {
  test('a body is not read for somebody who may not send it', async ({ anonymous, owner }) => {
    const { bearer } = await owner.makeToken()
    for (const body of ['{', '{}', 'x'.repeat(4000)]) {
      const sent = { body, headers: { 'Content-Type': 'application/json' } }
      expectProblem(await anonymous.call('POST', MINE, sent), 401, 'unauthenticated')
      expectProblem(await bearer.call('POST', MINE, sent), 403, 'forbidden')
    }
  })
})

test.describe('a query', () => {
  const LISTS = ['/users/me/tokens', '/users', '/roles']

  test('with a wrong limit or cursor is 422 at the parameter', async ({ owner }) => {
    for (const list of LISTS) {
      for (const limit of ['0', '101', '-1', '1.5', '1e1', 'x', '', '%00', '99999999999999999999', '0x10']) {
        expectProblem(await owner.get(`${list}?limit=${limit}`), 422, 'invalid', ['/limit'])
      }
      for (const cursor of ['', 'x', 'nonsense', "'%20OR%201=1--", '%00', 'ses_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', 'tok_01']) {
        expectProblem(await owner.get(`${list}?cursor=${cursor}`), 422, 'invalid', ['/cursor'])
      }
      for (const limit of ['1', '100']) expect((await owner.get(`${list}?limit=${limit}`)).status).toBe(200)
    }
  })

  test('with several mistakes is told all of them', async ({ owner }) => {
    const answer = await owner.get('/users/me/tokens?limit=0&cursor=x&state=gone&order=asc')
    expectProblem(answer, 422, 'invalid', ['/limit', '/cursor', '/state', '/order'])
  })

  test('with a parameter twice is refused', async ({ owner }) => {
    expectProblem(await owner.get('/users/me/tokens?limit=1&limit=2'), 422, 'invalid', ['/limit'])
    expectProblem(await owner.get('/users/me/tokens?state=current&%73tate=revoked'), 422, 'invalid', ['/state'])
    expectProblem(await owner.get('/users/me/tokens?search=a&search=b'), 422, 'invalid', ['/search'])
  })

  test('with a parameter that is not there is refused', async ({ owner }) => {
    for (const path of [...LISTS, '/usage', '/statistics']) expectProblem(await owner.get(`${path}?surprise=1`), 422, 'invalid', ['/surprise'])
    for (const list of LISTS) expectProblem(await owner.get(`${list}?Limit=1`), 422, 'invalid', ['/Limit'])
  })

  test('of a kilobyte or of bytes that are no text is answered, not failed at', async ({ owner }) => {
    for (const search of ['x'.repeat(1000), '%ff%fe', '%00', '%F0%9F%94%91', '%', '+%2B', '%0d%0aSet-Cookie:%20x=1']) {
      const answer = await owner.get(`/users/me/tokens?search=${search}`)
      expect([200, 422], answer.text).toContain(answer.status)
      expect(answer.cookies).toEqual([])
    }
  })
})

test.describe('a path', () => {
  test('of odd bytes is 404, never a failure', async ({ owner }) => {
    for (const id of ['%00', '%ff', '%2e%2e%2f', '%0d%0aX:1', "';--", '%F0%9F%94%91', '..;', 'x'.repeat(4000), '%', '{id}']) {
      for (const path of [`/api/v1/tokens/${id}`, `/api/v1/users/${id}`, `/api/v1/roles/${id}`, `/api/v1/users/${id}/tokens`]) {
        const answer = await owner.call('GET', path)
        expect([400, 404], `${path}: ${answer.text}`).toContain(answer.status)
        expectProblem(answer, answer.status, answer.status === 404 ? 'not_found' : 'invalid')
      }
    }
  })
})

test('odd headers do no harm', async ({ owner }) => {
  const agents = ["Mozilla '; DROP TABLE users; --", '<script>alert(1)</script>', '${jndi:ldap://x}', 'x'.repeat(4000)]
  for (const agent of agents) {
    const answer = await owner.post('/users/me/tokens', { ...GOOD, name: `t ${agents.indexOf(agent)}` }, { 'User-Agent': agent })
    expect(answer.status).toBe(201)
    const event = await db.one('SELECT user_agent FROM audit_events WHERE request_id = ?1', answer.requestId)
    expect(event.user_agent).toBe(agent.slice(0, 256))
  }
})

test('many cookies beside the session do not hide it, and a second one of its name does not help', async ({ owner }) => {
  const caller = (cookie: string) => new Actor(newAddress(), { Cookie: cookie })
  expect((await caller(`a=1; ${COOKIE}=${owner.cookie}; b=2`).get('/session')).status).toBe(200)
  expect((await caller(`x${COOKIE}=${owner.cookie}`).get('/session')).status).toBe(401)
  expect((await caller(`${COOKIE}x=${owner.cookie}`).get('/session')).status).toBe(401)
  expect((await caller(`${COOKIE.toLowerCase()}=${owner.cookie}`).get('/session')).status).toBe(401)
})

test('a failure of a caller is never told as one of ours', async ({ anonymous }) => {
  const answers = [
    await anonymous.post('/sign-up', newAccount({ email: `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.example` })),
    await anonymous.post('/session', { email: 'x'.repeat(10_000), password: 'y'.repeat(10_000) }),
    await anonymous.get('/tokens/self', { Authorization: 'x'.repeat(4000) }),
    await send('GET', '/api/v1/session', { headers: { Cookie: 'x'.repeat(4000) } }),
  ]
  for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(500)
})
