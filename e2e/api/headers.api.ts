import { type Answer, send } from '../support/http'
import { Actor, newAddress } from '../support/actors'
import { db } from '../support/db'
import { REQUEST_ID, expectProblem } from '../support/problem'
import { expect, test } from '../support/test'

const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types default"
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

const PAGES = ['/', '/sign-in', '/sign-up', '/forgot-password', '/reset-password/lkr_x', '/confirm-email/lke_x', '/settings/profile', '/settings/security', '/settings/api-access', '/settings/notifications']
const HTML = { Accept: 'text/html,application/xhtml+xml' }

const get = (path: string, headers = {}, method = 'GET') => new Actor(newAddress()).call(method, path, { headers })

function expectSecured(answer: Answer, policy: string) {
  const told = Object.fromEntries(answer.headers)
  expect(told, answer.call).toMatchObject({
    'content-security-policy': policy,
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringContaining('camera=(), '),
    'x-request-id': expect.stringMatching(REQUEST_ID),
  })
  // Neither what it runs on, nor anything that opens it to others.
  for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) expect(told, answer.call).not.toHaveProperty(name)
  expect(JSON.stringify(told)).not.toContain('unsafe-inline')
}

/** What the page loads first. */
async function assets(): Promise<string[]> {
  const { text } = await get('/', HTML)
  return [...text.matchAll(/(?:href|src)="(\/[^"#]+)"/g)].map(([, path]) => path ?? '')
}

for (const path of PAGES) {
  test(`the page ${path} is served whole, secured, to be asked for anew`, async () => {
    const answer = await get(path, HTML)
    expect(answer.status).toBe(200)
    expect(answer.header('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.header('cache-control')).toBe('no-cache')
    expectSecured(answer, PAGE_POLICY)
    expect(answer.text).toContain('<title>Latchkey</title>')
    const head = await get(path, HTML, 'HEAD')
    expect([head.status, head.text]).toEqual([200, ''])
    expectSecured(head, PAGE_POLICY)
  })
}

test('the page has no script and no style of its own, and no event handler', async () => {
  const { text } = await get('/', HTML)
  for (const [tag, attributes, content] of text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
    expect(attributes, tag).toContain(' src="/')
    expect(content, tag).toBe('')
  }
  expect(text).not.toMatch(/<style\b/)
  expect(text).not.toMatch(/\sstyle\s*=/)
  expect(text).not.toMatch(/\son[a-z]+\s*=/)
  expect(text).not.toMatch(/(?:https?:)?\/\/(?!www\.w3\.org)[a-z]/)
  expect(text).not.toContain('javascript:')
})

test('every file that the page loads is there, secured, of its own type, and kept for as long as its name stands for its content', async () => {
  const types: Record<string, RegExp> = { js: /^text\/javascript/, css: /^text\/css/, wasm: /^application\/wasm$/, svg: /^image\/svg\+xml/ }
  const paths = await assets()
  expect(paths).toEqual(expect.arrayContaining(['/boot.js', '/favicon.svg', expect.stringMatching(/\/app\.css$/), expect.stringMatching(/\/app_bg\.wasm$/)]))
  for (const path of [...paths, '/robots.txt']) {
    const answer = await get(path)
    expect(answer.status, path).toBe(200)
    expectSecured(answer, PAGE_POLICY)
    const type = types[path.split('.').pop() ?? '']
    if (type) expect(answer.header('content-type'), path).toMatch(type)
    expect(answer.header('cache-control'), path).toBe(path.startsWith('/a/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
})

test('what the browser has already is 304, secured', async () => {
  for (const path of ['/', '/boot.js', ...(await assets()).slice(0, 2)]) {
    const etag = (await get(path, HTML)).header('etag')
    expect(etag, path).toBeTruthy()
    const answer = await get(path, { ...HTML, 'If-None-Match': etag })
    expect([answer.status, answer.text], path).toEqual([304, ''])
    expectSecured(answer, PAGE_POLICY)
    expect((await get(path, { ...HTML, 'If-None-Match': '"other"' })).status).toBe(200)
  }
})

test('answers of the API are secured, good or refused', async ({ owner, anonymous }) => {
  const { bearer } = await owner.makeToken({ scopes: ['users:read'] })
  const answers = [
    await owner.get('/session'),
    await bearer.get('/users'),
    await bearer.get('/usage'),
    await anonymous.get('/users'),
    await anonymous.get('/nonsense'),
    await anonymous.call('GET', '/oauth2/token'),
    await anonymous.call('GET', '/api', { headers: HTML }),
    await anonymous.call('PUT', '/api/v1/users'),
    await anonymous.call('OPTIONS', '/api/v1/users'),
    await anonymous.post('/session', {}),
    await anonymous.post('/session', {}, { Origin: 'https://evil.example' }),
    await anonymous.call('POST', '/api/v1/session', { body: '{', headers: { 'Content-Type': 'application/json' } }),
    await anonymous.call('POST', '/api/v1/session', { body: 'x', headers: { 'Content-Type': 'text/plain' } }),
    await anonymous.call('HEAD', '/api/v1/users'),
    await owner.delete('/session'),
  ]
  for (const answer of answers) {
    expectSecured(answer, DATA_POLICY)
    expect(answer.header('cache-control'), answer.call).toBe('no-store')
  }
})

test('a failure of ours says nothing about itself', async ({ owner }) => {
  // A scope that no version ever knew stands for a database that has gone wrong.
  await owner.take('Broken', 'api_access', 'secrets:read')
  const answer = await owner.get('/session')
  const problem = expectProblem(answer, 500, 'internal')
  expectSecured(answer, DATA_POLICY)
  // Its own id may hold any two letters.
  const said = answer.text.replace(answer.requestId, '')
  for (const inside of ['secrets', 'scope', 'SELECT', 'D1', 'panic', '.rs', 'worker']) expect(said).not.toContain(inside)
  expect(problem.detail).toContain('Something went wrong on our side')
  await owner.take('Administrator')
  expect((await owner.get('/session')).status).toBe(200)
})

test('a page that is not there is the page, with 404', async () => {
  for (const path of ['/nonsense', '/nonsense/', '/manage/users/../x', '/a/nonsense/app.js', '/index.html']) {
    const answer = await get(path, HTML)
    expect(answer.status, path).toBe(404)
    expect(answer.header('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.header('cache-control')).toBe('no-store')
    expectSecured(answer, PAGE_POLICY)
  }
})

test('an address that was cut short or has a slash at its end leads to the page', async () => {
  for (const [path, page] of [['/settings', '/settings/profile'], ['/settings/', '/settings/profile'], ['/sign-in/?next=%2Fsettings', '/sign-in?next=%2Fsettings']] as const) {
    const answer = await get(path, HTML)
    expect([answer.status, answer.header('location')]).toEqual([307, page])
    expectSecured(answer, PAGE_POLICY)
  }
})

test('a file that is not there is 404, and so is whatever else may lie about', async () => {
  const paths = [
    '/.git/HEAD', '/.git/config', '/.env', '/.dev.vars', '/.ssh/id_rsa', '/.DS_Store', '/.well-known/security.txt', '/wrangler.toml', '/Cargo.toml',
    '/package.json', '/worker/src/lib.rs', '/worker/migrations/0001_accounts.sql', '/secrets.env', '/d1', '/__scheduled', '/server-status',
    '/a/', '/a', '/a/../wrangler.toml', '/%2e%2e/wrangler.toml', '/..%2fwrangler.toml', '//evil.example/', '/nonsense.js', '/index.html',
  ]
  for (const path of paths) {
    const answer = await get(path)
    expectProblem(answer, 404, 'not_found')
    expectSecured(answer, DATA_POLICY)
    expect((await get(path, HTML)).text, path).not.toMatch(/HASH_KEY|database_id|\[package\]|"version"/)
  }
})

test('pages and files are only read: other methods are 405', async ({ owner }) => {
  for (const path of ['/', '/sign-in', '/boot.js', '/nonsense', ...(await assets()).slice(0, 1)]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await owner.call(method, path)
      expectProblem(answer, 405, 'method_not_allowed')
      expect(answer.header('allow')).toBe('GET, HEAD')
      expectSecured(answer, DATA_POLICY)
    }
  }
  expect((await db.state(owner.tenant)).sessions).toHaveLength(1)
})

test('a page says the same to everybody: no cookie is set, none changes it', async ({ owner }) => {
  const [anonymous, signedIn] = [await get('/settings/api-access', HTML), await owner.call('GET', '/settings/api-access', { headers: HTML })]
  expect(signedIn.text).toBe(anonymous.text)
  expect([...anonymous.cookies, ...signedIn.cookies]).toEqual([])
})

test('a redirect is nowhere to be had', async () => {
  for (const path of ['/?next=//evil.example', '/sign-in?next=https://evil.example', '//evil.example', '/\\evil.example', '/%2f%2fevil.example', '/sign-in/..']) {
    const answer = await send('GET', path, { headers: HTML })
    expect(answer.status, path).not.toBeGreaterThanOrEqual(500)
    expect([301, 302, 303, 307, 308], path).not.toContain(answer.status)
    expect(answer.header('location'), path).toBeNull()
  }
})
