// Who may call what: every endpoint by every kind of caller. A number is the status; a 4xx stands with its code.

import { Actor, type Made, type Person, bearer, newAddress } from '../support/actors'
import { ago, db } from '../support/db'
import { expectProblem } from '../support/problem'
import { expect, test } from '../support/test'

type Caller = 'anonymous' | 'owner' | 'stale' | 'stranger' | 'without scope' | 'with scope' | 'viewer' | 'revoked' | 'expired' | 'both'
const CALLERS: Caller[] = ['anonymous', 'owner', 'stale', 'stranger', 'without scope', 'with scope', 'viewer', 'revoked', 'expired', 'both']

type Things = { owner: Person; token: Made }

const NO_ONE = { anonymous: '401 unauthenticated', revoked: '401 token_revoked', expired: '401 token_expired', both: '400 invalid' }
const NO_TOKEN = { 'without scope': '403 forbidden', 'with scope': '403 forbidden', viewer: '403 forbidden' }
const SESSION = { ...NO_ONE, ...NO_TOKEN }
const READ = { ...NO_ONE, owner: '200', stale: '200', stranger: '200', 'with scope': '200', 'without scope': '403 insufficient_scope', viewer: '403 role_no_api_access' }
const SELF = { ...NO_ONE, owner: '401 unauthenticated', stale: '401 unauthenticated', stranger: '401 unauthenticated' }
const own = (status: string) => ({ ...SESSION, owner: status, stale: status })

const TABLE: [string, string, ((things: Things) => unknown) | undefined, Record<Caller, string>][] = [
  ['GET', '/session', undefined, { ...own('200'), stranger: '200' }],
  ['POST', '/session/step-up', ({ owner }) => ({ password: owner.account.password }), { ...own('204'), stranger: '401 unauthenticated' }],
  ['GET', '/users/me', undefined, { ...own('200'), stranger: '200' }],
  ['GET', '/users/{owner}', undefined, { ...own('200'), stranger: '404 not_found' }],
  ['PATCH', '/users/{owner}', () => ({ phone: null }), { ...own('200'), stranger: '404 not_found' }],
  ['GET', '/users/{owner}/photo', undefined, { ...own('404 not_found'), stranger: '404 not_found' }],
  ['PUT', '/users/{owner}/photo', undefined, { ...own('415 unsupported_media_type'), stranger: '404 not_found' }],
  ['DELETE', '/users/{owner}/photo', undefined, { ...own('204'), stranger: '404 not_found' }],
  ['GET', '/users/me/tokens', undefined, { ...own('200'), stranger: '200' }],
  ['GET', '/users/{owner}/tokens', undefined, { ...own('200'), stranger: '404 not_found' }],
  ['POST', '/users/me/tokens', () => ({ name: 'new', scopes: ['jobs:read'] }), { ...SESSION, owner: '201', stale: '403 step_up_required', stranger: '201' }],
  ['POST', '/users/{owner}/tokens', () => ({ name: 'newer', scopes: ['jobs:read'] }), { ...SESSION, owner: '201', stale: '403 step_up_required', stranger: '404 not_found' }],
  ['GET', '/tokens/{token}', undefined, { ...own('200'), stranger: '404 not_found' }],
  ['DELETE', '/tokens/{token}', undefined, { ...own('204'), stranger: '404 not_found' }],
  ['POST', '/tokens/revoke', ({ token }) => ({ ids: [token.token.id] }), { ...own('200'), stranger: '404 not_found' }],
  ['GET', '/tokens/self', undefined, { ...SELF, 'without scope': '200', 'with scope': '200', viewer: '200' }],
  ['DELETE', '/tokens/self', undefined, { ...SELF, 'without scope': '204', 'with scope': '204', viewer: '204' }],
  ['GET', '/users', undefined, READ],
  ['GET', '/roles', undefined, READ],
  ['GET', '/roles/{role}', undefined, { ...READ, stranger: '404 not_found' }],
  ['POST', '/roles', () => ({ name: `Shift ${Math.random()}` }), { ...own('201'), stranger: '201' }],
  ['PATCH', '/roles/{role}', () => ({ name: 'Mine' }), { ...own('409 conflict'), stranger: '404 not_found' }],
  ['DELETE', '/roles/{role}', undefined, { ...own('409 conflict'), stranger: '404 not_found' }],
  ['GET', '/audit-events', undefined, { ...own('200'), stranger: '200' }],
  ['GET', '/policy', undefined, { ...own('200'), stranger: '200' }],
  ['POST', '/policy/preview', () => ({}), { ...own('200'), stranger: '200' }],
  ['PUT', '/policy', () => ({}), { ...SESSION, owner: '200', stale: '403 step_up_required', stranger: '200' }],
  ['GET', '/usage', undefined, READ],
  ['GET', '/statistics', undefined, READ],
  ['DELETE', '/session', undefined, { ...own('204'), stranger: '204' }],
]

/** The callers, as they are at this moment; a test uses one of them. */
async function callers(owner: Person, stranger: Person, scope: string): Promise<Record<Caller, () => Promise<Actor>>> {
  const token = async (scopes: string[]) => (await owner.makeToken({ scopes })).bearer
  return {
    anonymous: async () => new Actor(newAddress()),
    owner: async () => owner,
    stale: async () => {
      await owner.goStale()
      return owner
    },
    stranger: async () => stranger,
    'without scope': () => token([scope === 'jobs' ? 'vaults:write' : 'jobs:write']),
    'with scope': () => token([`${scope}:read`]),
    viewer: async () => {
      const caller = await token([`${scope}:read`])
      await owner.take('Viewer')
      return caller
    },
    revoked: async () => {
      const { token, secret } = await owner.makeToken({ scopes: [`${scope}:read`] })
      await owner.delete(`/tokens/${token.id}`)
      return bearer(secret)
    },
    expired: async () => {
      const { token, secret } = await owner.makeToken({ scopes: [`${scope}:read`] })
      await db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', token.id, ago(1))
      return bearer(secret)
    },
    both: async () => {
      const { secret } = await owner.makeToken({ scopes: [`${scope}:read`] })
      return new Actor(newAddress(), { ...owner.headers, Cookie: `__Host-session=${owner.cookie}`, Authorization: `Bearer ${secret}` })
    },
  }
}

for (const [method, path, json, expected] of TABLE) {
  test(`${method} ${path}: who may`, async ({ owner, stranger }) => {
    const scope = /^\/(users|roles|usage|statistics)(\/\{role\})?$/.exec(path)?.[1] ?? 'jobs'
    const token = await owner.makeToken({ name: 'the token' })
    const things = { owner, token }
    const concrete = path.replace('{owner}', owner.user.id).replace('{token}', token.token.id).replace('{role}', owner.user.role.id)
    const make = await callers(owner, stranger, scope)
    const told: Partial<Record<Caller, string>> = {}
    // Those who may go last: they may end what the others call with.
    const order = [...CALLERS].sort((a, b) => Number(expected[a].startsWith('2')) - Number(expected[b].startsWith('2')))
    for (const who of order.filter((who) => who !== 'viewer' && who !== 'stale')) told[who] = await call(who)
    // These two change the owner.
    for (const who of ['viewer', 'stale'] as const) {
      if (!(await owner.get('/session')).json.user) await owner.signIn()
      told[who] = await call(who)
      await owner.take('Administrator')
    }
    expect(told).toEqual(expected)

    async function call(who: Caller): Promise<string> {
      const caller = await make[who]()
      const body = json ? { json: json(things) } : {}
      const answer = await caller.call(method, `/api/v1${concrete}`, body)
      if (answer.status < 400) return String(answer.status)
      expectProblem(answer, answer.status, answer.json.code)
      return `${answer.status} ${answer.json.code}`
    }
  })
}
