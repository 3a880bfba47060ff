// The document of the API: where it is, that it names every route, and that what departs from it is noticed.

import { DOCUMENT, OPERATIONS, departure } from '../support/document'
import { Answer } from '../support/http'
import { makeAccount } from '../support/machines'
import { ROUTES } from '../support/routes'
import { expect, test } from '../support/test'

test('the document is served to anybody, like every answer of the API', async ({ anonymous }) => {
  const answer = await anonymous.call('GET', '/api/openapi.json')
  expect([answer.status, answer.header('content-type')]).toEqual([200, 'application/json'])
  expect(answer.json).toEqual(DOCUMENT)
  expect(answer.header('content-security-policy')).toContain('sandbox')
  expect(answer.header('cache-control')).toBe('private, no-cache')
  expect(answer.cookies).toEqual([])
  const again = await anonymous.call('GET', '/api/openapi.json', { headers: { 'If-None-Match': answer.header('etag') ?? '' } })
  expect([again.status, again.text]).toEqual([304, ''])
})

test('every route is in the document, and no other', () => {
  const documented = new Set(OPERATIONS.map(({ method, path }) => `${/^\/(gateway|forward-auth)\//.test(path) ? 'ANY' : method} ${path}`))
  expect([...documented].sort()).toEqual(ROUTES.map((route) => route.replace('{*path}', '{path}')).sort())
})

test('every operation answers as the document says, whoever calls with nothing else', async ({ anonymous, owner }) => {
  test.setTimeout(120_000)
  const { bearer } = await owner.makeToken()
  const { basic } = await makeAccount(owner)
  // What ends a credential comes last.
  const ends = ['signOut', 'revokeOwnToken']
  const operations = [...OPERATIONS.filter(({ id }) => !ends.includes(id)), ...OPERATIONS.filter(({ id }) => ends.includes(id))]
  const answered = new Set<number>()
  for (const { method, path } of operations) {
    const called = path.replace('{user}', 'me').replace(/\{\w+\}/g, 'nothing')
    // The helper that calls refuses whatever the document does not say.
    for (const actor of [anonymous, owner, bearer, basic]) answered.add((await actor.call(method, called, ['GET', 'DELETE', 'OPTIONS'].includes(method) ? {} : { json: {} })).status)
  }
  expect([...answered].sort()).toEqual(expect.arrayContaining([200, 201, 204, 401, 403, 404, 409, 415, 422]))
})

test('the headers without which a gate refuses are required in the document', () => {
  const required = (path: string, method: string) => DOCUMENT.paths[path][method].parameters.filter((parameter: any) => parameter.in === 'header' && parameter.required).map(({ name }: any) => name)
  expect(required('/forward-auth', 'get')).toEqual(['X-Forwarded-Method', 'X-Forwarded-Uri'])
  for (const method of ['get', 'put', 'post', 'delete', 'patch', 'options']) expect(required('/forward-auth/{path}', method)).toEqual(['X-Latchkey-Asks'])
})

/** An answer that nobody gave. */
const answer = (status: number, json: unknown, type = 'application/json') => new Answer('GET /made-up', status, new Headers({ 'content-type': type }), [], Buffer.from(JSON.stringify(json)))
const HEALTH = { status: 'ok', version: '0.1.0' }
const problem = (code: string, change = {}) => answer(404, { type: `/problems/${code}`, title: 'Not found', status: 404, detail: 'No.', code, request_id: 'req_1', ...change }, 'application/problem+json')

test('a status, a media type, a code, a member and a route that are not documented would be noticed', () => {
  const token = '/api/v1/tokens/tok_01KARH2Y5QJ8W3D6M9T4V7XZBC'
  expect(departure('GET', '/api/health', answer(200, HEALTH))).toBeUndefined()
  expect(departure('GET', '/api/health', answer(418, HEALTH))).toContain('showHealth 418: a status')
  expect(departure('GET', '/api/health', answer(200, HEALTH, 'text/plain'))).toContain('the media type text/plain')
  expect(departure('GET', '/api/health', answer(200, { ...HEALTH, secret: 'x' }))).toContain('additional properties')
  expect(departure('GET', '/api/health', answer(200, { status: 'ok' }))).toContain("required property 'version'")
  expect(departure('GET', '/api/health', answer(200, { ...HEALTH, version: 1 }))).toContain('must be string')
  expect(departure('GET', '/api/v1/secrets', answer(200, {}))).toContain('a route that is not documented')
  expect(departure('POST', '/api/health', answer(200, {}))).toContain('a route that is not documented')
  expect(departure('GET', token, problem('not_found'))).toBeUndefined()
  expect(departure('GET', token, problem('conflict'))).toContain('the code conflict')
  expect(departure('GET', token, problem('not_found', { hint: 'x' }))).toContain('additional properties')
  expect(departure('DELETE', token, answer(204, {}))).toContain('a body where none')
  expect(departure('GET', '/settings/profile', answer(418, {}))).toBeUndefined()
})
