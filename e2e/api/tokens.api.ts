import { type Made, type Person, newAccount } from '../support/actors'
import { DAY, ago, at, db, now } from '../support/db'
import { colleague } from '../support/people'
import { expectProblem, messageAt, refused } from '../support/problem'
import { checkCharacters } from '../support/secret'
import { expect, test } from '../support/test'

const MINE = '/users/me/tokens'
const UNKNOWN = 'tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF'
const BACKUPS = { scopes: ['backups:read'] }

const rowsOf = (person: Person) => db.rows('SELECT * FROM tokens WHERE user_id = ?1 ORDER BY id', person.user.id)
const names = (answer: { json: any }) => answer.json.items.map((token: any) => token.name)
const events = (requestId: string) => db.rows('SELECT * FROM audit_events WHERE request_id = ?1 ORDER BY target_id', requestId)

/** Moves a token's end. */
const endsAt = (id: string, time: string) => db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', id, time)

test.describe('making a token', () => {
  test('b.3 E-11 answers with the token and, this once, its secret', async ({ owner }) => {
    const answer = await owner.post(MINE, { name: ' nightly ', description: ' copies to the vault ', scopes: ['vaults:read'] })
    expect(answer.status).toBe(201)
    expect(Object.keys(answer.json).sort()).toEqual(['secret', 'token'])
    const { token, secret } = answer.json
    const created = Date.parse(token.created_at) / 1000
    expect(token).toEqual({
      id: expect.stringMatching(/^tok_[0-9A-HJKMNP-TV-Z]{26}$/),
      owner: { type: 'user', id: owner.user.id, name: 'Ada Lovelace' },
      kind: 'custom',
      name: 'nightly',
      description: 'copies to the vault',
      scopes: ['vaults:read'],
      allowed_endpoints: [],
      ip_allowlist: [],
      ip_allowlist_observed: false,
      enabled: true,
      status: 'active',
      prefix: secret.slice(0, 8),
      last_four: secret.slice(-4),
      created_at: at(created),
      renewable_until: at(created + 90 * DAY),
      expires_at: null,
      last_used_at: null,
      last_used_ip: null,
      in_grace_until: null,
      revoked_at: null,
      revoked_by: null,
      revoke_reason: null,
    })
    expect(Math.abs(created - now())).toBeLessThan(10)
    expect((await owner.get(`/tokens/${token.id}`)).json).toEqual(token)
    expect((await owner.get(MINE)).json).toEqual({ items: [token], next_cursor: null })
  })

  test('b.3 gives a secret of the documented form, whose check characters are the CRC-32 of its body', async ({ owner }) => {
    expect(checkCharacters('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ')).toBe('0mLq17')
    const secrets = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const { secret } = await owner.makeToken()
      expect(secret).toMatch(/^lkp_[0-9A-Za-z]{36}$/)
      expect(secret.slice(34)).toBe(checkCharacters(secret.slice(4, 34)))
      secrets.add(secret)
    }
    expect(secrets.size).toBe(20)
  })

  test('keeps a keyed hash and nothing of the secret but what the list shows', async ({ owner }) => {
    const { token, secret } = await owner.makeToken()
    const row = await db.one('SELECT digest, prefix, last_four FROM tokens WHERE id = ?1', token.id)
    expect(row).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), prefix: secret.slice(0, 8), last_four: secret.slice(-4) })
    const plain = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
    expect(row.digest).not.toBe(Buffer.from(plain).toString('hex'))
    const everything = await db.dump()
    for (const part of [secret, secret.slice(4, 34), secret.slice(8, 30)]) expect(everything).not.toContain(part)
    for (const path of [MINE, `/tokens/${token.id}`]) {
      const { text } = await owner.get(path)
      for (const part of [secret.slice(8, 30), row.digest, 'digest', 'secret']) expect(text).not.toContain(part)
    }
  })

  test('b.3 E-10 write brings read along, and the answer says both in the documented order', async ({ owner }) => {
    const { token } = await owner.makeToken({ scopes: ['statistics:write', 'users:read', 'backups:write', 'backups:write'] })
    expect(token.scopes).toEqual(['backups:read', 'backups:write', 'users:read', 'statistics:read', 'statistics:write'])
  })

  test('b.3 E-08 E-09 takes exactly eleven resources, each to read or to write, in order', async ({ owner }) => {
    const resources = ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics']
    const { token } = await owner.makeToken({ scopes: resources.map((resource) => `${resource}:write`).reverse() })
    expect(token.scopes).toEqual(resources.flatMap((resource) => [`${resource}:read`, `${resource}:write`]))
  })

  test('C-R2 is Custom unless another kind is named, and gives nothing that was not checked', async ({ owner }) => {
    expect((await owner.makeToken()).token).toMatchObject({ kind: 'custom', scopes: ['backups:read'] })
    for (const kind of [{}, { kind: 'custom' }]) {
      await refused(owner.tenant, () => owner.post(MINE, { name: 'nightly', ...kind }), 422, 'invalid', ['/scopes'])
    }
  })

  test('E-R4 is refused without a scope', async ({ owner }) => {
    for (const scopes of [[], undefined]) {
      const answer = await owner.post(MINE, { name: 'nightly', scopes })
      expectProblem(answer, 422, 'invalid', ['/scopes'])
      expect(messageAt(answer, '/scopes')).toBe('Select at least one scope.')
    }
    expect(await rowsOf(owner)).toEqual([])
  })

  test('is told every complaint at once, about form and about rules', async ({ owner }) => {
    await refused(owner.tenant, () => owner.post(MINE, {}), 422, 'invalid', ['/name', '/scopes'])
    const bad = { name: 'n'.repeat(65), description: 'd'.repeat(201), scopes: ['nope', 'backups:read', 'backups:delete'], kind: 'root', renewable_until: 'tomorrow', ip: 1 }
    await refused(owner.tenant, () => owner.post(MINE, bad), 422, 'invalid', ['/name', '/description', '/scopes/0', '/scopes/2', '/kind', '/renewable_until', '/ip'])
  })

  test('with an end out of bounds is told so together with the other complaints', async ({ owner }) => {
    const bad = { name: '', scopes: [], renewable_until: ago(1) }
    await refused(owner.tenant, () => owner.post(MINE, bad), 422, 'invalid', ['/name', '/scopes', '/renewable_until'])
  })

  const refusals: [string, Record<string, unknown>, string][] = [
    ['a name of blanks', { name: '   ' }, '/name'],
    ['no name', { name: null }, '/name'],
    ['a number for a name', { name: 7 }, '/name'],
    ['a list for a name', { name: ['ci'] }, '/name'],
    ['a line break in the name', { name: 'a\r\nSet-Cookie: x=1' }, '/name'],
    ['NUL in the name', { name: 'a\u0000b' }, '/name'],
    ['an escape sequence in the name', { name: '\u001b[31mred' }, '/name'],
    ['text turned around in the name', { name: 'a\u202Eb' }, '/name'],
    ['a control character in the description', { description: 'a\u0007' }, '/description'],
    ['an unknown resource', { scopes: ['tokens:read'] }, '/scopes/0'],
    ['an unknown access', { scopes: ['backups:read', 'backups:admin'] }, '/scopes/1'],
    ['a scope in another case', { scopes: ['Backups:Read'] }, '/scopes/0'],
    ['every scope by a star', { scopes: ['*'] }, '/scopes/0'],
    ['a text for scopes', { scopes: 'backups:read' }, '/scopes'],
    ['an object for scopes', { scopes: { backups: true } }, '/scopes'],
    ['a kind that is not there', { kind: 'some' }, '/kind'],
    ['scopes of its own beside a kind that brings its own', { kind: 'all' }, '/scopes'],
    ['the end of another kind', { expires_at: at(now() + DAY) }, '/expires_at'],
    ['a status', { status: 'active' }, '/status'],
    ['an owner', { owner: { type: 'user', id: 'usr_x' } }, '/owner'],
    ['a secret of one\'s own', { secret: 'lkp_x' }, '/secret'],
    ['a tenant', { tenant_id: 'ten_x' }, '/tenant_id'],
    ['a prototype', { ['__proto__x']: {} }, '/__proto__x'],
    ['a member whose name needs escaping', { 'a/b~c': 1 }, '/a~1b~0c'],
  ]
  for (const [what, change, pointer] of refusals) {
    test(`is refused with ${what}`, async ({ owner }) => {
      await refused(owner.tenant, () => owner.post(MINE, { name: 'nightly', ...BACKUPS, ...change }), 422, 'invalid', [pointer])
    })
  }

  const ends: [string, () => unknown, string][] = [
    ['a second ago', () => ago(1), 'Choose a time in the future.'],
    ['now', () => ago(0), 'Choose a time in the future.'],
    ['more than 365 days ahead', () => at(now() + 365 * DAY + 60), 'Choose a time within 365 days.'],
    ['in the year 9999', () => '9999-12-31T23:59:59Z', 'Choose a time within 365 days.'],
    ['on a day that does not exist', () => '2027-02-29T00:00:00Z', ''],
    ['without a zone', () => '2027-01-01T00:00:00', ''],
    ['on a day without a time', () => '2027-01-01', ''],
    ['as a number', () => now() + DAY, ''],
    ['as a huge number', () => 1e300, ''],
  ]
  for (const [what, end, message] of ends) {
    test(`is refused with an end ${what}`, async ({ owner }) => {
      const draft = { name: 'nightly', ...BACKUPS, renewable_until: end() }
      const answer = await owner.post(MINE, draft)
      expectProblem(answer, 422, 'invalid', ['/renewable_until'])
      if (message) expect(messageAt(answer, '/renewable_until')).toBe(message)
      expect(await rowsOf(owner)).toEqual([])
    })
  }

  test('b.3 takes an end up to 365 days ahead, in any zone', async ({ owner }) => {
    const end = now() + 365 * DAY
    expect((await owner.makeToken({ renewable_until: at(end) })).token.renewable_until).toBe(at(end))
    const local = `${at(end + 2 * 3600).slice(0, -1)}.789+02:00`
    expect((await owner.makeToken({ renewable_until: local })).token.renewable_until).toBe(at(end))
    await refused(owner.tenant, () => owner.post(MINE, { name: 'for ever', ...BACKUPS, renewable_until: null }), 422, 'invalid', ['/renewable_until'])
  })

  test('b.3 under a name that a token has is 409 at /name, whatever its case', async ({ owner, stranger }) => {
    const { token } = await owner.makeToken({ name: 'Nightly' })
    const again = () => owner.post(MINE, { name: ' NIGHTLY ', ...BACKUPS })
    await refused(owner.tenant, again, 409, 'conflict', ['/name'])
    // Others may, and so may the owner once the first is revoked.
    expect((await stranger.makeToken({ name: 'Nightly' })).token.name).toBe('Nightly')
    await owner.delete(`/tokens/${token.id}`)
    expect((await again()).status).toBe(201)
  })

  test('under the name of an expired token is refused too: that one can be extended', async ({ owner }) => {
    const { token } = await owner.makeToken({ name: 'nightly' })
    await endsAt(token.id, ago(1))
    await refused(owner.tenant, () => owner.post(MINE, { name: 'nightly', ...BACKUPS }), 409, 'conflict', ['/name'])
  })

  test('under one name side by side makes one', async ({ owner }) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => owner.post(MINE, { name: 'nightly', ...BACKUPS })))
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(await rowsOf(owner)).toHaveLength(1)
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.created'`, owner.tenant)).toBe(1)
  })

  test('is refused from the 51st on, also when 60 are asked for at once; revoking one makes room', async ({ owner, stranger }) => {
    const ask = (name: string) => owner.post(MINE, { name, ...BACKUPS })
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(`token ${i}`)))
    const made = answers.filter((answer) => answer.status === 201)
    expect(made).toHaveLength(50)
    for (const answer of answers.filter((answer) => answer.status !== 201)) expectProblem(answer, 409, 'conflict')
    expect(await rowsOf(owner)).toHaveLength(50)
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'token.created'`, owner.tenant)).toBe(50)
    await refused(owner.tenant, () => ask('one more'), 409, 'conflict')
    expect((await stranger.makeToken()).token.status).toBe('active')
    await owner.delete(`/tokens/${made[0]?.json.token.id}`)
    expect((await ask('one more')).status).toBe(201)
  })

  test('b.3 is nothing that a token can do, whatever its scopes', async ({ owner }) => {
    const scopes = ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics']
    const { token, bearer } = await owner.makeToken({ scopes: scopes.map((scope) => `${scope}:write`) })
    for (const path of [MINE, `/users/${owner.user.id}/tokens`]) {
      await refused(owner.tenant, () => bearer.post(path, { name: 'child', ...BACKUPS }), 403, 'forbidden')
    }
    for (const path of [MINE, `/tokens/${token.id}`, '/session']) expectProblem(await bearer.get(path), 403, 'forbidden')
    await refused(owner.tenant, () => bearer.post('/tokens/revoke', { ids: [token.id] }), 403, 'forbidden')
    await refused(owner.tenant, () => bearer.delete(`/tokens/${token.id}`), 403, 'forbidden')
  })

  test('b.3 the scopes of a preset are what its name says at the gate, and no more', async ({ owner }) => {
    const resources = ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics']
    const all = (access: string) => resources.map((resource) => `${resource}:${access}`)
    const presets = {
      'Read all': all('read'),
      'Read and write all': all('write'),
      'Backup operator': ['backups:write', 'recoveries:write', 'jobs:read', 'sources:read', 'vaults:read'],
    }
    const passes = async (scopes: string[]) => {
      const { bearer } = await owner.makeToken({ scopes })
      const passed = []
      for (const resource of resources) {
        for (const [method, access] of [['GET', 'read'], ['POST', 'write']] as const) {
          const answer = await bearer.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': method, 'X-Forwarded-Uri': `/${resource}/1` } })
          if (answer.status === 204) passed.push(`${resource}:${access}`)
          else expectProblem(answer, 403, 'insufficient_scope')
        }
      }
      return passed.sort()
    }
    expect(await passes(presets['Read all'])).toEqual(all('read').sort())
    expect(await passes(presets['Read and write all'])).toEqual([...all('read'), ...all('write')].sort())
    expect(await passes(presets['Backup operator'])).toEqual([...presets['Backup operator'], 'backups:read', 'recoveries:read'].sort())
  })

  test('b.3 a link that fills in the form is answered with the page as it always is, and makes nothing', async ({ owner }) => {
    const before = await db.state(owner.tenant)
    const path = '/settings/api-access'
    const page = await owner.call('GET', path)
    const filled = await owner.call('GET', `${path}?name=%3Cb%3EGrafana&scopes=usage:read&expires=30`)
    expect(filled.status).toBe(200)
    expect(filled.text).toBe(page.text)
    expect(filled.text).not.toContain('Grafana')
    expect(await rowsOf(owner)).toEqual([])
    expect(await db.state(owner.tenant)).toEqual(before)
  })

  test('for somebody else is 404, of the same company or not', async ({ owner, stranger }) => {
    for (const id of [stranger.user.id, 'usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', 'usr_', 'ME', '%00', '..%2fme']) {
      await refused(stranger.tenant, () => owner.post(`/users/${id}/tokens`, { name: 'x', ...BACKUPS }), 404, 'not_found')
      expectProblem(await owner.get(`/users/${id}/tokens`), 404, 'not_found')
    }
    expect(await rowsOf(owner)).toEqual([])
    expect((await owner.post(`/users/${owner.user.id}/tokens`, { name: 'x', ...BACKUPS })).status).toBe(201)
  })

  test('keeps text as it is: metacharacters of SQL, HTML, formulas and other scripts come back', async ({ owner }) => {
    const texts = [
      `'; DROP TABLE tokens; --`,
      `"><img src=x onerror=alert(1)>`,
      '</script><script>alert(1)</script>',
      '{{constructor.constructor("alert(1)")()}}',
      `=HYPERLINK("http://evil.example")`,
      'büro – 東京 – مكتب – 🔑👩‍💻',
      '%00 ../../etc/passwd ${jndi:ldap://x}',
      `\\u0000 \\ " ' \` ? ?1 :x @y $z`,
    ]
    for (const text of texts) {
      const { token } = await owner.makeToken({ name: text, description: text })
      expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ name: text, description: text })
    }
    expect(names(await owner.get(MINE)).reverse()).toEqual(texts)
  })
})

test.describe('a list of tokens', () => {
  async function make(owner: Person, ...names: string[]): Promise<Made[]> {
    const made: Made[] = []
    for (const name of names) made.push(await owner.makeToken({ name }))
    return made
  }

  test('of somebody new is empty', async ({ owner }) => {
    for (const query of ['', '?state=current', '?state=revoked', '?search=x']) {
      expect((await owner.get(MINE + query)).json).toEqual({ items: [], next_cursor: null })
    }
  })

  test('has the newest first, page by page, each once', async ({ owner }) => {
    const made = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await make(owner, ...made)
    const seen: string[] = []
    let query = '?limit=3'
    const sizes: number[] = []
    for (;;) {
      const page = await owner.get(MINE + query)
      expect(page.status).toBe(200)
      sizes.push(page.json.items.length)
      seen.push(...names(page))
      if (page.json.next_cursor === null) break
      query = `?limit=3&cursor=${page.json.next_cursor}`
    }
    expect(sizes).toEqual([3, 3, 1])
    expect(seen).toEqual([...made].reverse())
    expect((await owner.get(`${MINE}?limit=7`)).json.next_cursor).toBeNull()
    expect((await owner.get(`${MINE}?limit=6`)).json.next_cursor).not.toBeNull()
  })

  test('is not disturbed by tokens that are made while somebody turns pages', async ({ owner }) => {
    await make(owner, 'a', 'b', 'c', 'd')
    const first = await owner.get(`${MINE}?limit=2`)
    await make(owner, 'e')
    const second = await owner.get(`${MINE}?limit=2&cursor=${first.json.next_cursor}`)
    expect([...names(first), ...names(second)]).toEqual(['d', 'c', 'b', 'a'])
  })

  test('E-15 E-R6 keeps expired tokens among the current ones, and revoked ones apart', async ({ owner }) => {
    const [good, expired, revoked] = await make(owner, 'good', 'expired', 'revoked')
    await endsAt(expired!.token.id, ago(1))
    await owner.delete(`/tokens/${revoked!.token.id}`)
    const current = await owner.get(MINE)
    expect(current.json.items.map((token: any) => [token.name, token.status])).toEqual([['expired', 'expired'], ['good', 'active']])
    expect((await owner.get(`${MINE}?state=current`)).json).toEqual(current.json)
    const history = await owner.get(`${MINE}?state=revoked`)
    expect(history.json.items.map((token: any) => [token.name, token.status])).toEqual([['revoked', 'revoked']])
    expect(good!.token.status).toBe('active')
  })

  test('is searched by a part of the name, in any case, every character meaning itself', async ({ owner }) => {
    await make(owner, 'Nightly backup', 'weekly BACKUP 50%', 'restore_all')
    const search = async (text: string) => names(await owner.get(`${MINE}?search=${encodeURIComponent(text)}`))
    expect(await search('backup')).toEqual(['weekly BACKUP 50%', 'Nightly backup'])
    expect(await search('50%')).toEqual(['weekly BACKUP 50%'])
    expect(await search('e_a')).toEqual(['restore_all'])
    for (const nothing of ['%x', '_x', `' OR 1=1 --`, '.*(', '\\']) expect(await search(nothing)).toEqual([])
  })

  test('is searched also among the revoked, page by page', async ({ owner }) => {
    const made = await make(owner, 'ci 1', 'other', 'ci 2')
    await owner.post('/tokens/revoke', { ids: made.map(({ token }) => token.id) })
    const first = await owner.get(`${MINE}?state=revoked&search=CI&limit=1`)
    const second = await owner.get(`${MINE}?state=revoked&search=CI&limit=1&cursor=${first.json.next_cursor}`)
    expect([...names(first), ...names(second)]).toEqual(['ci 2', 'ci 1'])
    expect(second.json.next_cursor).toBeNull()
  })

  test('b.3 is narrowed by kind and by state', async ({ owner }) => {
    await owner.makeToken({ name: 'all', kind: 'all', scopes: undefined })
    await owner.makeToken({ name: 'custom' })
    const over = await owner.makeToken({ name: 'over' })
    await endsAt(over.token.id, ago(60))
    expect(names(await owner.get(`${MINE}?kind=all`))).toEqual(['all'])
    expect(names(await owner.get(`${MINE}?kind=custom&status=active`))).toEqual(['custom'])
    expect(names(await owner.get(`${MINE}?status=expired`))).toEqual(['over'])
    for (const query of ['kind=none', 'status=revoked', 'status=']) await refused(owner.tenant, () => owner.get(`${MINE}?${query}`), 422, 'invalid', [`/${query.split('=')[0]}`])
  })

  test('b.7 is narrowed by when tokens were made, end, and were last used', async ({ owner }) => {
    for (const name of ['old', 'new', 'endless']) await owner.makeToken({ name })
    const set = (name: string, column: string, value: string) => db.rows(`UPDATE tokens SET ${column} = ?3 WHERE owner_id = ?1 AND name = ?2`, owner.user.id, name, value)
    const [before, then, after] = [ago(86_401), ago(86_400), ago(86_399)]
    await set('old', 'created_at', then)
    await set('old', 'renewable_until', ago(-3_600))
    await set('new', 'renewable_until', ago(-7_200))
    await db.rows(`UPDATE tokens SET renewable_until = NULL WHERE owner_id = ?1 AND name = 'endless'`, owner.user.id)
    await set('old', 'last_used_at', then)
    await set('new', 'last_used_at', ago(10))
    const found = async (query: string) => {
      const answer = await owner.get(`${MINE}?sort=name&${query}`)
      expect(answer.status, answer.text).toBe(200)
      return names(answer)
    }
    expect(await found(`created_before=${after}`)).toEqual(['old'])
    expect(await found(`created_after=${before}&created_before=${after}`)).toEqual(['old'])
    // A time itself is neither before nor after it.
    expect(await found(`created_before=${then}`)).toEqual([])
    expect(await found(`created_after=${then}`)).toEqual(['endless', 'new'])
    expect(await found(`expires_before=${ago(-5_000)}`)).toEqual(['old'])
    expect(await found(`expires_after=${ago(-5_000)}`)).toEqual(['endless', 'new'])
    expect(await found(`expires_before=${ago(-5_000)}&status=expired`)).toEqual([])
    expect(await found(`last_used_after=${after}`)).toEqual(['new'])
    // What was never used was not used since, either.
    expect(await found(`last_used_before=${after}`)).toEqual(['endless', 'old'])
    expect(await found(`last_used_before=${after}&created_after=${then}`)).toEqual(['endless'])
    expect(names(await owner.get(`${MINE}?state=revoked&created_after=${before}`))).toEqual([])
    await refused(owner.tenant, () => owner.get(`${MINE}?created_after=yesterday&expires_before=`), 422, 'invalid', ['/expires_before', '/created_after'])
  })

  test('b.3 is sorted by name or by age, either way, and turned page by page in that order', async ({ owner }) => {
    for (const name of ['beta', 'Alpha', 'gamma', 'delta']) await owner.makeToken({ name })
    const orders = { name: ['Alpha', 'beta', 'delta', 'gamma'], created: ['beta', 'Alpha', 'gamma', 'delta'] }
    for (const [by, order] of Object.entries(orders)) {
      for (const [sort, expected] of [[by, order], [`-${by}`, [...order].reverse()]] as [string, string[]][]) {
        const turned: string[] = []
        for (let cursor = ''; turned.length < 8; ) {
          const page = await owner.get(`${MINE}?sort=${sort}&limit=3${cursor}`)
          expect(page.status, page.text).toBe(200)
          turned.push(...names(page))
          if (!page.json.next_cursor) break
          cursor = `&cursor=${page.json.next_cursor}`
        }
        expect(turned, sort).toEqual(expected)
      }
    }
    await refused(owner.tenant, () => owner.get(`${MINE}?sort=colour`), 422, 'invalid', ['/sort'])
    await refused(owner.tenant, () => owner.get(`${MINE}?state=revoked&sort=name`), 422, 'invalid', ['/sort'])
  })

  test('holds nobody else\'s, and neither does one token by its id', async ({ owner, stranger }) => {
    const { token } = await stranger.makeToken({ name: 'theirs' })
    await owner.makeToken({ name: 'mine' })
    expect(names(await owner.get(MINE))).toEqual(['mine'])
    for (const id of [token.id, UNKNOWN, 'tok_', 'tok_x', token.id.toLowerCase(), `${token.id}0`, '%2e%2e', "'%20OR%201=1"]) {
      expectProblem(await owner.get(`/tokens/${id}`), 404, 'not_found')
    }
  })

  test('is turned by a cursor of somebody else only within one\'s own', async ({ owner, stranger }) => {
    await make(owner, 'mine')
    const { token } = await stranger.makeToken()
    expect(names(await owner.get(`${MINE}?cursor=${token.id}`))).toEqual(['mine'])
  })

  test('tells nothing of a colleague\'s token whose id is the cursor', async ({ owner }) => {
    const mate = await colleague(owner)
    for (const name of ['aaa', 'zzz']) await mate.makeToken({ name })
    const { token, bearer } = await owner.makeToken({ name: 'mmm', renewable_until: at(now() + DAY) })
    await bearer.get('/tokens/self')
    for (const sort of ['name', '-name', 'expires', '-expires', 'last_used', '-last_used']) {
      // As if there were none.
      for (const id of [token.id, token.id.replace(/.$/, (last: string) => (last === 'Z' ? 'Y' : 'Z'))]) {
        const answer = await mate.get(`${MINE}?sort=${sort}&cursor=${id}`)
        expectProblem(answer, 422, 'invalid', ['/cursor'])
      }
    }
  })
})

test.describe('revoking', () => {
  test('b.3 E-14 several is one call, and each leaves its event', async ({ owner }) => {
    const made = [await owner.makeToken({ name: 'a' }), await owner.makeToken({ name: 'b' }), await owner.makeToken({ name: 'c' })]
    const ids = made.slice(0, 2).map(({ token }) => token.id)
    const answer = await owner.post('/tokens/revoke', { ids: [...ids, ids[0]], reason: ' left the company ' })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ revoked: expect.arrayContaining(ids), already_revoked: [] })
    expect(answer.json.revoked).toHaveLength(2)
    for (const { bearer } of made.slice(0, 2)) expectProblem(await bearer.get('/tokens/self'), 401, 'token_revoked')
    expect((await made[2]!.bearer.get('/tokens/self')).status).toBe(200)

    const left = await events(answer.requestId)
    expect(left.map((event) => [event.action, event.target_type, event.target_id, event.target_name])).toEqual([
      ['token.revoked', 'token', ids[0], 'a'],
      ['token.revoked', 'token', ids[1], 'b'],
    ])
    for (const event of left) {
      expect(event).toMatchObject({ tenant_id: owner.tenant, actor_type: 'user', actor_id: owner.user.id, actor_name: 'Ada Lovelace', ip: owner.address })
      expect(event.credential).toMatch(/^ses_/)
      expect(JSON.parse(event.changes)).toEqual({ reason: 'left the company' })
    }
  })

  test('b.3 E-R6 keeps what the token was, with when, by whom and why', async ({ owner }) => {
    const { token } = await owner.makeToken({ description: 'copies' })
    await owner.post('/tokens/revoke', { ids: [token.id], reason: 'left' })
    const history = await owner.get(`${MINE}?state=revoked`)
    expect(history.json.items).toEqual([
      { ...token, status: 'revoked', revoked_at: expect.stringMatching(/Z$/), revoked_by: 'Ada Lovelace', revoke_reason: 'left' },
    ])
    expect(Math.abs(Date.parse(history.json.items[0].revoked_at) / 1000 - now())).toBeLessThan(10)
    expect((await owner.get(`/tokens/${token.id}`)).json).toEqual(history.json.items[0])
  })

  test('E-R5 with a foreign, unknown or malformed id among them changes nothing', async ({ owner, stranger }) => {
    const { token } = await owner.makeToken()
    const theirs = (await stranger.makeToken()).token
    for (const id of [theirs.id, UNKNOWN]) {
      await refused(owner.tenant, () => owner.post('/tokens/revoke', { ids: [token.id, id] }), 404, 'not_found')
      await refused(stranger.tenant, () => owner.post('/tokens/revoke', { ids: [id] }), 404, 'not_found')
      await refused(stranger.tenant, () => owner.delete(`/tokens/${id}`), 404, 'not_found')
    }
    await refused(owner.tenant, () => owner.post('/tokens/revoke', { ids: [token.id, 'nonsense'] }), 422, 'invalid', ['/ids/1'])
    for (const id of ['nonsense', 'tok_', owner.user.id]) await refused(owner.tenant, () => owner.delete(`/tokens/${id}`), 404, 'not_found')
  })

  test('E-R5 nothing, or more than a hundred, or with too long a reason, is refused', async ({ owner }) => {
    const { token } = await owner.makeToken()
    const bodies: [unknown, string[]][] = [
      [{ ids: [] }, ['/ids']],
      [{}, ['/ids']],
      [{ ids: null }, ['/ids']],
      [{ ids: token.id }, ['/ids']],
      [{ ids: Array.from({ length: 101 }, (_, i) => `tok_01JD7ZQ4T3V5W6X7Y8Z9ABC${100 + i}`) }, ['/ids']],
      [{ ids: [], reason: 'r'.repeat(201), all: true }, ['/ids', '/reason', '/all']],
      [{ ids: [token.id], reason: 'a\nb' }, ['/reason']],
    ]
    for (const [body, pointers] of bodies) await refused(owner.tenant, () => owner.post('/tokens/revoke', body), 422, 'invalid', pointers)
  })

  test('what is revoked already is reported and stays as it was', async ({ owner }) => {
    const [first, second] = [await owner.makeToken(), await owner.makeToken()]
    await owner.post('/tokens/revoke', { ids: [first.token.id], reason: 'first' })
    const before = (await owner.get(`/tokens/${first.token.id}`)).json
    const answer = await owner.post('/tokens/revoke', { ids: [first.token.id, second.token.id], reason: 'second' })
    expect(answer.json).toEqual({ revoked: [second.token.id], already_revoked: [first.token.id] })
    expect((await owner.get(`/tokens/${first.token.id}`)).json).toEqual(before)
    expect(await events(answer.requestId)).toHaveLength(1)
    const again = await owner.delete(`/tokens/${first.token.id}`)
    expect(again.status).toBe(204)
    expect(await events(again.requestId)).toEqual([])
  })

  test('b.3 one by its id answers 204 and leaves an event', async ({ owner }) => {
    const { token, bearer } = await owner.makeToken()
    const answer = await owner.delete(`/tokens/${token.id}`)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expectProblem(await bearer.get('/tokens/self'), 401, 'token_revoked')
    expect(await events(answer.requestId)).toMatchObject([{ action: 'token.revoked', target_id: token.id }])
  })

  test('one many times side by side ends it once', async ({ owner }) => {
    const { token } = await owner.makeToken()
    const answers = await Promise.all(Array.from({ length: 12 }, () => owner.post('/tokens/revoke', { ids: [token.id] })))
    const revoked = answers.filter((answer) => answer.json.revoked.length === 1)
    expect(answers.map((answer) => answer.status)).toEqual(Array(12).fill(200))
    expect(revoked).toHaveLength(1)
    expect(await db.count(`FROM audit_events WHERE action = 'token.revoked' AND target_id = ?1`, token.id)).toBe(1)
  })

  test('overlapping sets side by side ends each once', async ({ owner }) => {
    const made: Made[] = []
    for (let i = 0; i < 6; i++) made.push(await owner.makeToken())
    const ids = made.map(({ token }) => token.id)
    const answers = await Promise.all([ids.slice(0, 4), ids.slice(2), ids].map((ids) => owner.post('/tokens/revoke', { ids })))
    expect(answers.flatMap((answer) => answer.json.revoked).sort()).toEqual([...ids].sort())
    expect(await db.count(`FROM audit_events WHERE action = 'token.revoked' AND tenant_id = ?1`, owner.tenant)).toBe(6)
  })

  test('needs no fresh password, and works on an expired token', async ({ owner }) => {
    const { token } = await owner.makeToken()
    await endsAt(token.id, ago(1))
    await owner.goStale()
    expect((await owner.delete(`/tokens/${token.id}`)).status).toBe(204)
    expect((await owner.get(`/tokens/${token.id}`)).json).toMatchObject({ status: 'revoked', renewable_until: expect.any(String) })
  })

  test('a hundred at once is one call', async ({ owner }) => {
    const ids: string[] = []
    for (let round = 0; round < 2; round++) {
      const made = await Promise.all(Array.from({ length: 50 }, (_, i) => owner.makeToken({ name: `token ${round} ${i}` })))
      ids.push(...made.map(({ token }) => token.id))
      if (round === 0) expect((await owner.post('/tokens/revoke', { ids })).json.revoked).toHaveLength(50)
    }
    const { json } = await owner.post('/tokens/revoke', { ids })
    expect([json.revoked.length, json.already_revoked.length]).toEqual([50, 50])
  })
})

test.describe('the trail', () => {
  test('has one event for a token that is made: who, what, on what, from where, when, by which credential', async ({ owner }) => {
    const answer = await owner.post(MINE, { name: 'nightly', scopes: ['users:write'] }, { 'User-Agent': `Browser/1 ${'x'.repeat(1000)}` })
    const { token, secret } = answer.json
    const session = await db.one('SELECT id FROM sessions WHERE user_id = ?1', owner.user.id)
    const [event, ...others] = await events(answer.requestId)
    expect(others).toEqual([])
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/),
      tenant_id: owner.tenant,
      at: token.created_at,
      actor_type: 'user',
      actor_id: owner.user.id,
      actor_name: 'Ada Lovelace',
      credential: session.id,
      action: 'token.created',
      target_type: 'token',
      target_id: token.id,
      target_name: 'nightly',
      ip: owner.address,
      user_agent: `Browser/1 ${'x'.repeat(246)}`,
      request_id: answer.requestId,
      changes: expect.any(String),
    })
    expect(JSON.parse(event?.changes)).toMatchObject({ name: 'nightly', kind: 'custom', scopes: ['users:read', 'users:write'], renewable_until: token.renewable_until })
    expect(JSON.stringify(event)).not.toContain(secret.slice(4))
  })

  test('is kept by the database itself: events are neither changed nor deleted', async ({ owner }) => {
    const before = (await db.state(owner.tenant)).audit_events
    for (const sql of [
      `UPDATE audit_events SET actor_name = 'Nobody' WHERE tenant_id = ?1`,
      'DELETE FROM audit_events WHERE tenant_id = ?1',
      'INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE tenant_id = ?1',
    ]) {
      await expect(db.rows(sql, owner.tenant), sql).rejects.toThrow()
    }
    expect((await db.state(owner.tenant)).audit_events).toEqual(before)
  })

  test('has no secret of any kind, nor has any other table', async ({ owner }) => {
    const { secret } = await owner.makeToken()
    const email = newAccount().email
    await owner.post('/session/step-up', { password: 'canary wrong password' })
    await owner.post('/session', { email, password: 'canary wrong password' })
    const everything = await db.dump()
    for (const canary of [secret.slice(8, 30), owner.cookie.slice(8, 30), owner.account.password, 'canary wrong password', email]) {
      expect(everything).not.toContain(canary)
    }
  })
})
