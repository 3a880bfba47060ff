// The trail: narrowed, page by page, as a file of any size, and never changed.

import type { Person } from '../support/actors'
import { db } from '../support/db'
import { colleague, customRole } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'

const list = async (person: Person, query = '') => (await person.get(`/audit-events?${query}`)).json.items as any[]
const actions = (items: any[]) => items.map((event) => event.action)

/** The id that an event of this moment begins with. */
function idAt(time: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let ms = Date.parse(time)
  let text = ''
  for (let i = 0; i < 10; i++, ms = Math.floor(ms / 32)) text = (alphabet[ms % 32] as string) + text
  return `evt_${text}`
}

/** Adds events as if they had happened a second apart, the last at `end`. */
async function past(owner: Person, count: number, end = '2026-03-01T12:00:00Z') {
  await db.rows(
    `INSERT INTO audit_events (id, tenant_id, at, actor_type, actor_id, actor_name, action, target_type, target_id, target_name, request_id)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?5 - 1)
     SELECT ?2 || substr('0000000000000000' || upper(substr(?1, -6)) || printf('%08d', i), -16), ?1, ?3, 'user', ?4, 'Ada Lovelace', 'token.created', 'token', 'tok_' || i, 'Token ' || i, 'req_' || i FROM n`,
    owner.tenant,
    idAt(end),
    end,
    owner.user.id,
    count,
  )
}

test.describe('who reads the audit log', () => {
  test('sees what everybody did, of their own company only', async ({ owner, stranger }) => {
    const grace = await colleague(owner, 'Member')
    await grace.post('/users/me/tokens', { name: 'ci', scopes: ['users:read'] }, { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' })
    await stranger.makeToken()
    const all = await list(owner)
    expect(all[0]).toMatchObject({ device: 'Firefox on Linux', action: 'token.created', actor: { type: 'user', id: grace.user.id, name: 'Grace Hopper' }, ip: grace.address, request_id: expect.stringMatching(/^req_/) })
    const strangers = await list(stranger)
    expect(all.filter((event) => strangers.some((other) => other.id === event.id))).toEqual([])
    expect(actions(await list(owner, 'actor=me'))).not.toContain('token.created')
  })

  test('narrows it by who, what, to what and when, also together', async ({ owner }) => {
    const grace = await colleague(owner, 'Member')
    const { token } = await grace.makeToken()
    await grace.patch(`/tokens/${token.id}`, { name: 'renamed' })
    await owner.makeToken()
    await past(owner, 3)
    expect(actions(await list(owner, `actor=${grace.user.id}`)).slice(0, 2)).toEqual(['token.updated', 'token.created'])
    expect(actions(await list(owner, `target=${token.id}`))).toEqual(['token.updated', 'token.created'])
    expect(await list(owner, 'action=token.created')).toHaveLength(5)
    expect(actions(await list(owner, `target=${token.id}&action=token.updated&actor=${grace.user.id}`))).toEqual(['token.updated'])
    expect(await list(owner, `target=${token.id}&actor=${owner.user.id}`)).toEqual([])
    expect(await list(owner, `actor=${grace.user.id}&action=token.revoked`)).toEqual([])
    expect(await list(owner, 'to=2026-03-01T12:00:01Z')).toHaveLength(3)
    expect(await list(owner, 'from=2026-03-01T12:00:00Z&to=2026-03-01T12:00:01Z')).toHaveLength(3)
    expect(await list(owner, 'to=2026-03-01T12:00:00Z')).toEqual([])
    expect((await list(owner, 'from=2026-03-01T12:00:01Z')).length).toBeGreaterThan(4)
  })

  test('goes through it page by page, also narrowed, and misses nothing', async ({ owner }) => {
    await past(owner, 25)
    for (const query of ['', 'action=token.created&', `actor=${owner.user.id}&to=2026-03-02T00:00:00Z&`]) {
      const whole = (await list(owner, `${query}limit=100`)).map((event) => event.id)
      const parts: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: any = (await owner.get(`/audit-events?${query}limit=7${cursor && `&cursor=${cursor}`}`)).json
        parts.push(...page.items.map((event: any) => event.id))
        cursor = page.next_cursor
      }
      expect(parts).toEqual(whole)
    }
  })

  test('is told of every wrong parameter', async ({ owner }) => {
    const answer = await owner.get('/audit-events?actor=Ada&action=token.eaten&target=&from=today&to=1&format=xml&limit=0&cursor=x&colour=red')
    expectProblem(answer, 422, 'invalid', ['/actor', '/action', '/target', '/from', '/to', '/format', '/limit', '/cursor', '/colour'])
  })
})

test('who does not read the audit log has their own part of it, and of nobody else a file', async ({ owner }) => {
  const grace = await colleague(owner, 'Member')
  await grace.makeToken()
  for (const query of ['', 'actor=me', `actor=${grace.user.id}`]) expect(actions(await list(grace, query))).toContain('token.created')
  expect((await list(grace)).filter((event) => event.actor.id !== grace.user.id && event.target.id !== grace.user.id)).toEqual([])
  for (const query of [`actor=${owner.user.id}`, 'action=token.created', 'target=tok_1', 'format=csv', 'from=2026-01-01T00:00:00Z', `actor=${owner.user.id}&format=json`]) {
    await refused(owner.tenant, () => grace.get(`/audit-events?${query}`), 403, 'forbidden')
  }
  await grace.take('Auditor', 'read_audit')
  expect(actions(await list(grace))).toContain('tenant.created')
  const { bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  await refused(owner.tenant, () => bearer.get('/audit-events'), 403, 'forbidden')
})

test('from where others did something to somebody is told to those alone who read the audit log', async ({ owner }) => {
  const grace = await colleague(owner, 'Viewer')
  await owner.patch(`/users/${grace.user.id}`, { first_name: 'Amazing' })
  const edited = async (reader: Person) => (await list(reader, reader === grace ? 'actor=me' : `target=${grace.user.id}`)).find(({ action }) => action === 'user.updated')
  expect(await edited(grace)).toMatchObject({ actor: { name: 'Ada Lovelace' }, ip: null, device: null, credential: null })
  expect(await edited(owner)).toMatchObject({ actor: { name: 'Ada Lovelace' }, ip: owner.address, credential: expect.stringMatching(/^ses_/) })
})

test.describe('as a file', () => {
  test('CSV has every event once, the newest first, over more than one read', async ({ owner, stranger }) => {
    await past(owner, 2345)
    await past(stranger, 5)
    const answer = await owner.get('/audit-events?format=csv')
    expect(answer.status).toBe(200)
    expect(answer.header('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(answer.header('content-disposition')).toMatch(/^attachment; filename="audit-log-\d{4}-\d\d-\d\d\.csv"$/)
    expect(answer.header('cache-control')).toBe('no-store')
    const lines = answer.text.trimEnd().split('\r\n')
    expect(lines[0]).toBe('id,at,actor_type,actor_id,actor,credential,action,target_type,target_id,target,ip,device,request_id,changes')
    const ids = lines.slice(1).map((line) => line.split(',')[0]?.replaceAll('"', '') ?? '')
    expect(ids).toHaveLength(await db.count('FROM audit_events WHERE tenant_id = ?1', owner.tenant))
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND id = ?2`, owner.tenant, ids.at(-1) ?? '')).toBe(1)
    const accepted = await owner.get('/audit-events', { Accept: 'text/csv' })
    expect(accepted.text).toBe(answer.text)
  })

  test('JSON is one document with the same events as the list', async ({ owner }) => {
    await past(owner, 1001)
    const { items, next_cursor } = (await owner.get('/audit-events?format=json')).json
    expect([items.length, next_cursor]).toEqual([await db.count('FROM audit_events WHERE tenant_id = ?1', owner.tenant), null])
    expect(items.slice(0, 50)).toEqual(await list(owner))
    expect((await owner.get('/audit-events?format=json&action=role.deleted')).json).toEqual({ items: [], next_cursor: null })
    expect((await owner.get('/audit-events?format=json&to=2026-03-02T00:00:00Z')).json.items).toHaveLength(1001)
  })

  test('a name that is a formula is none in a spreadsheet', async ({ owner }) => {
    await customRole(owner, '=HYPERLINK("https://evil.example","x")', [], [])
    const { text } = await owner.get('/audit-events?format=csv&action=role.created')
    expect(text).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`)
  })

  test('names no secret', async ({ owner }) => {
    const { secret } = await owner.makeToken()
    const answer = await owner.post('/service-accounts', { name: 'sync', role_id: (await db.one(`SELECT id FROM roles WHERE tenant_id = ?1 AND name = 'API reader'`, owner.tenant)).id })
    const { text } = await owner.get('/audit-events?format=json')
    for (const hidden of [secret, answer.json.api_secret, owner.account.password, owner.cookie]) expect(text).not.toContain(hidden)
    expect(text).not.toMatch(/lk[a-z]_[0-9A-Za-z]{36}"[^}]*secret|argon2/)
  })
})

test('no event is changed, deleted or replaced, whatever asks for it', async ({ owner }) => {
  const before = (await db.state(owner.tenant)).audit_events
  for (const sql of [
    `UPDATE audit_events SET actor_name = 'Nobody' WHERE tenant_id = ?1`,
    'DELETE FROM audit_events WHERE tenant_id = ?1',
    'INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE tenant_id = ?1',
  ]) {
    await expect(db.rows(sql, owner.tenant)).rejects.toThrow(/audit events are never/)
  }
  expect((await db.state(owner.tenant)).audit_events).toEqual(before)
})
