// The worst day, rehearsed with the commands of docs/operations.md: exported, wiped, imported; and everybody is back.

import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAccount } from '../support/actors'
import { Visitor } from '../support/runtime'
import { type Server, startLatchkey, wrangler } from '../support/server'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const visitorOf = ({ origin }: Server) => new Visitor({ fetch: (url, init) => fetch(url.replace('http://localhost', origin), init) })

/** Every row there is, by table, but for those that come and go by themselves. */
async function everything(server: Server): Promise<Record<string, unknown[]>> {
  const tables = await server.rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' ORDER BY name`)
  const all = await Promise.all(tables.map(async ({ name }) => [name, await server.rows(`SELECT * FROM ${name} ORDER BY 1, 2`)] as const))
  return Object.fromEntries(all)
}

test('after an export, a wipe and an import everyone signs in and every token works', async () => {
  test.setTimeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const state = join(folder, '.wrangler/state')
  mkdirSync(state, { recursive: true })
  // An export of a local database has no option for where that is: beside the configuration.
  copyFileSync(join(__dirname, '../../wrangler.toml'), join(folder, 'wrangler.toml'))
  let server = await startLatchkey({}, state)
  try {
    const [ada, grace] = [newAccount(), newAccount({ first_name: 'Grace' })]
    const owner = visitorOf(server)
    await owner.good('POST', '/sign-up', ada)
    await visitorOf(server).good('POST', '/sign-up', grace)
    const make = (more: object) => owner.good('POST', '/users/me/tokens', { scopes: ['users:read'], ...more })
    const [plain, pair, rotated] = [await make({ name: 'plain' }), await make({ name: "it's; a -- pair", refresh: true }), await make({ name: 'rotated' })]
    const since = await owner.good('POST', `/tokens/${rotated.token.id}/rotate`, {})
    const roles = await owner.good('GET', '/roles')
    const service = await owner.good('POST', '/service-accounts', { name: 'sync', role_id: roles.items.find(({ name }: any) => name === 'API writer').id })
    const basic = { authorization: `Basic ${Buffer.from(`${service.api_key}:${service.api_secret}`).toString('base64')}` }
    const issued = await visitorOf(server).call('POST', '/oauth2/token', 'grant_type=client_credentials', { ...basic, 'content-type': 'application/x-www-form-urlencoded' })
    const { secret: seed } = await owner.good('POST', '/users/me/totp')
    await owner.good('POST', '/users/me/totp/confirm', { code: totp(seed) })
    await visitorOf(server).good('GET', '/tokens/self', undefined, bearer(plain.secret))
    await expect.poll(async () => (await server.rows('SELECT last_used_at FROM tokens WHERE id = ?1', plain.token.id))[0]?.last_used_at).not.toBeNull()
    await expect.poll(async () => (await server.rows(`SELECT count(*) AS n FROM outbox WHERE state = 'queued'`))[0]?.n).toBe(0)
    const before = await everything(server)
    await server.stop()

    wrangler(folder, 'd1', 'export', 'DB', '--local', '--output', 'backup.sql')
    rmSync(join(state, 'v3/d1'), { recursive: true })
    expect(globSync('v3/d1/**', { cwd: state })).toEqual([])
    wrangler(folder, 'd1', 'execute', 'DB', '--local', '--yes', '--file', 'backup.sql')

    server = await startLatchkey({}, state)
    expect(await everything(server)).toEqual(before)
    expect(before).toMatchObject({ d1_migrations: expect.arrayContaining([expect.anything()]), audit_events: expect.arrayContaining([expect.anything()]) })
    // Whoever was signed in still is.
    expect((await owner.in({ visitor: () => visitorOf(server) }).good('GET', '/users/me')).email).toBe(ada.email)
    const back = visitorOf(server)
    expect((await back.good('POST', '/session', { email: ada.email, password: ada.password })).status).toBe('mfa_required')
    await server.rows('UPDATE totps SET last_step = 0')
    await back.good('POST', '/session/mfa', { code: totp(seed) })
    expect((await visitorOf(server).good('POST', '/session', { email: grace.email, password: grace.password })).user.first_name).toBe('Grace')
    const machine = visitorOf(server)
    for (const secret of [plain.secret, pair.secret, rotated.secret, since.secret]) await machine.good('GET', '/tokens/self', undefined, bearer(secret))
    await machine.good('POST', '/tokens/renew', { access_token: pair.secret, refresh_token: pair.refresh_token })
    await machine.good('GET', '/users', undefined, basic)
    await machine.good('GET', '/users', undefined, bearer(issued.json.access_token))
    // What guards the rows is back too: the audit trail stays as it is.
    await expect(server.rows(`DELETE FROM audit_events`)).rejects.toThrow()
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
