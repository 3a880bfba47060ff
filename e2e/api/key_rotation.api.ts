// A new HASH_KEY: with the one before it beside it nobody notices, and what was used since needs that no more.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAccount } from '../support/actors'
import { type Runtime, mailbox, startRuntime, QUEUE } from '../support/runtime'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const OLD = randomBytes(32)
const NEW = randomBytes(32)

const mac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const idOf = (key: Buffer) => mac(key, '\0id').subarray(0, 4).toString('hex')

function seal(key: Buffer, whose: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', mac(key, '\0seal'), nonce).setAAD(Buffer.from(whose))
  return `${idOf(key)}.${Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('hex')}`
}

function open(key: Buffer, whose: string, sealed: string): string {
  const bytes = Buffer.from(sealed.split('.')[1] ?? '', 'hex')
  const decipher = createDecipheriv('aes-256-gcm', mac(key, '\0seal'), bytes.subarray(0, 12)).setAAD(Buffer.from(whose)).setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(12, -16)).toString() + decipher.final()
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

test('with both keys everything works, and with the new one alone what was used meanwhile', async () => {
  test.setTimeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const { bindings, mails, stop } = await mailbox()
  const consumes = { queueConsumers: { [QUEUE]: { maxBatchSize: 10, maxBatchTimeout: 0 } } }
  const keys = (key: Buffer, previous?: Buffer) => ({ ...bindings, HASH_KEY: key.toString('hex'), ...(previous ? { HASH_KEY_PREVIOUS: previous.toString('hex') } : {}) })
  const link = async (to: string, beginning: string) => {
    const mail = () => mails.find((mail) => mail.to.includes(to) && mail.text.includes(beginning))
    await expect.poll(() => mail() !== undefined, { message: `${beginning} to ${to}`, timeout: 15_000 }).toBe(true)
    return new RegExp(`${beginning}(\\S+)`).exec(mail()?.text ?? '')?.[1] ?? ''
  }
  let runtime: Runtime = await startRuntime(keys(OLD), consumes, [], folder)
  try {
    // Under the old key.
    const account = newAccount()
    const owner = runtime.visitor()
    const { id: me } = await owner.good('POST', '/sign-up', account)
    const make = (more: object) => owner.good('POST', '/users/me/tokens', { scopes: ['users:read'], ...more })
    const [used, unused, pair, asked, rotated] = [await make({ name: 'used' }), await make({ name: 'unused' }), await make({ name: 'pair', refresh: true }), await make({ name: 'asked' }), await make({ name: 'rotated' })]
    const since = await owner.good('POST', `/tokens/${rotated.token.id}/rotate`, {})
    const roles = await owner.good('GET', '/roles')
    const role = (name: string) => roles.items.find((role: any) => role.name === name).id
    const asks = await owner.good('POST', '/roles', { name: 'Asks', permissions: ['api_access', 'introspect'], scopes: ['users:read'] })
    const service = await owner.good('POST', '/service-accounts', { name: 'sync', role_id: asks.id })
    const basic = { authorization: `Basic ${Buffer.from(`${service.api_key}:${service.api_secret}`).toString('base64')}` }
    const form = { ...basic, 'content-type': 'application/x-www-form-urlencoded' }
    const { json: oauth } = await runtime.visitor().call('POST', '/oauth2/token', 'grant_type=client_credentials', form)
    const guest = newAccount().email
    await owner.good('POST', '/users', { email: guest, role_id: role('Member') })
    const invitation = await link(guest, '/invitation/')
    await runtime.visitor().good('POST', '/password-resets', { email: account.email })
    const reset = await link(account.email, '/reset-password/')
    const { secret: seed } = await owner.good('POST', '/users/me/totp')
    const { recovery_codes: codes } = await owner.good('POST', '/users/me/totp/confirm', { code: totp(seed) })
    await owner.good('POST', '/users/me/totp')
    const [{ tenant_id }] = await runtime.rows('SELECT tenant_id FROM users WHERE id = ?1', me)
    await runtime.rows(
      `INSERT INTO slack_connections (user_id, tenant_id, team_id, team_name, member, via, destination, bot_token, webhook, connected_at)
       VALUES (?1, ?2, 'T1', 'Acme', 'U1', 'direct', 'U1', ?3, ?4, '2026-01-01T00:00:00Z')`,
      me,
      tenant_id,
      seal(OLD, `${me} slack`, 'xoxb-1'),
      seal(OLD, `${me} slack`, 'https://hooks.slack.com/services/1'),
    )
    await runtime.rows(`INSERT INTO slack_revocations (bot_token, whose, team_id, left_at, due_at) VALUES (?1, ?2, 'T2', '2026-01-01T00:00:00Z', '2999-01-01T00:00:00Z')`, seal(OLD, `${me} slack`, 'xoxb-2'), me)
    // More than are looked at together, before the one of the owner, that no key opens.
    for (const table of ['users', 'totps']) {
      const names = (await runtime.rows(`SELECT name FROM pragma_table_info('${table}')`)).map(({ name }) => name)
      const instead: Record<string, string> = { id: 'n.value', user_id: 'n.value', email: `n.value || '@unreadable.example'`, seed: `'0badc0de.00'` }
      const values = names.map((name) => instead[name] ?? `t.${name}`)
      const ids = JSON.stringify(Array.from({ length: 101 }, (_, i) => `usr_${String(i).padStart(26, '0')}`))
      await runtime.rows(`INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table} t, json_each(?1) n WHERE t.${table === 'users' ? 'id' : 'user_id'} = ?2`, ids, me)
    }
    await runtime.stop()

    // With both.
    runtime = await startRuntime(keys(NEW, OLD), consumes, [], folder)
    const digest = async (id: string) => (await runtime.rows('SELECT digest FROM tokens WHERE id = ?1', id))[0].digest
    const anybody = runtime.visitor()
    const same = owner.in(runtime)
    expect((await same.good('GET', '/users/me')).id).toBe(me)
    expect(await digest(used.token.id)).toBe(mac(OLD, used.secret).toString('hex'))
    for (let call = 0; call < 2; call++) await anybody.good('GET', '/tokens/self', undefined, bearer(used.secret))
    expect(await digest(used.token.id)).toBe(mac(NEW, used.secret).toString('hex'))
    // The secret before, in its grace, and the one after.
    for (const secret of [rotated.secret, since.secret]) await anybody.good('GET', '/tokens/self', undefined, bearer(secret))
    const renewed = await anybody.good('POST', '/tokens/renew', { access_token: pair.secret, refresh_token: pair.refresh_token })
    await anybody.good('GET', '/tokens/self', undefined, bearer(renewed.access_token))
    // Who asks and what they ask about, both moved by one call.
    const introspected = await anybody.call('POST', '/oauth2/introspect', `token=${asked.secret}`, form)
    expect(introspected.json, introspected.text).toMatchObject({ active: true })
    await anybody.good('GET', '/users', undefined, basic)
    await anybody.good('GET', '/users', undefined, bearer(oauth.access_token))
    await anybody.good('GET', `/invitations/${invitation}`)
    const told = mails.length
    const browser = owner.in(runtime)
    expect((await browser.good('POST', '/session', { email: account.email, password: account.password })).status).toBe('mfa_required')
    await runtime.rows('UPDATE totps SET last_step = 0')
    await browser.good('POST', '/session/mfa', { code: totp(seed) })
    await browser.good('POST', '/session', { email: account.email, password: account.password })
    await browser.good('POST', '/session/mfa', { code: codes[0] })
    // Of a browser that is known nobody is told; of the recovery code they are.
    await link(account.email, 'One of your recovery codes was used')
    expect(mails.slice(told).map(({ subject }) => subject)).not.toContain('New sign-in to your account')
    expect((await runtime.rows(`SELECT id FROM outbox WHERE event = 'session.new_device'`)).length).toBe(0)

    const sealed = async () => {
      const [row] = await runtime.rows('SELECT t.seed, s.bot_token, s.webhook, r.bot_token AS left FROM totps t JOIN slack_connections s ON s.user_id = t.user_id JOIN slack_revocations r ON r.whose = t.user_id')
      return Object.values(row) as string[]
    }
    for (const text of await sealed()) expect(text).toMatch(new RegExp(`^${idOf(OLD)}\\.`))
    expect((await runtime.latchkey.scheduled({ cron: '*/5 * * * *' })).outcome).toBe('ok')
    for (const text of await sealed()) expect(text).toMatch(new RegExp(`^${idOf(NEW)}\\.`))
    expect((await runtime.rows('SELECT next_seed FROM totps WHERE user_id = ?1', me))[0].next_seed, 'is begun again').toBeNull()
    const [, ...opened] = (await sealed()).map((text, i) => (i ? open(NEW, `${me} slack`, text) : ''))
    expect(opened).toEqual(['xoxb-1', 'https://hooks.slack.com/services/1', 'xoxb-2'])
    await runtime.stop()

    // With the new one alone.
    runtime = await startRuntime(keys(NEW), consumes, [], folder)
    const later = runtime.visitor()
    for (const secret of [used.secret, since.secret, renewed.access_token, asked.secret]) await later.good('GET', '/tokens/self', undefined, bearer(secret))
    await later.good('GET', '/users', undefined, basic)
    await later.good('GET', '/users', undefined, bearer(oauth.access_token))
    await later.good('GET', `/invitations/${invitation}`)
    expect((await later.call('GET', '/api/v1/tokens/self', undefined, bearer(unused.secret))).status, 'nobody showed it meanwhile').toBe(401)
    expect((await later.call('PUT', `/api/v1/password-resets/${reset}`, { password: 'violet compass mariner 93' })).status).toBe(404)
    expect((await owner.in(runtime).call('GET', '/api/v1/users/me')).status, 'its session was replaced').toBe(401)
    expect((await browser.in(runtime).good('GET', '/users/me')).id).toBe(me)
    const again = owner.in(runtime)
    await again.good('POST', '/session', { email: account.email, password: account.password })
    await runtime.rows('UPDATE totps SET last_step = 0')
    await again.good('POST', '/session/mfa', { code: totp(seed) })
  } finally {
    await runtime.stop()
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
