// A deployment that was not given what it needs says so, by names.

import { DOCUMENT } from '../support/document'
import { mailbox, startRuntime } from '../support/runtime'
import { expect, test } from '../support/test'

const KEY = 'ab'.repeat(32)
const FROM = { MAIL_FROM: 'Latchkey <latchkey@example.com>' }
const MAIL = { ...FROM, MAIL_TRANSPORT: 'resend', RESEND_BASE_URL: 'http://localhost', RESEND_API_KEY: 'x' }

for (const [name, bindings, missing] of [
  ['no key', MAIL, 'the secret HASH_KEY is missing'],
  ['a key that is none', { ...MAIL, HASH_KEY: 'walnut' }, 'the secret HASH_KEY must be 64 or more hexadecimal digits'],
  ['a previous key that is none', { ...MAIL, HASH_KEY: KEY, HASH_KEY_PREVIOUS: 'walnut' }, 'the secret HASH_KEY_PREVIOUS must be 64 or more hexadecimal digits'],
  ['mail by a binding that is not there', { ...FROM, MAIL_TRANSPORT: 'binding', HASH_KEY: KEY }, 'the binding EMAIL is missing'],
  ['a number that is none', { ...MAIL, HASH_KEY: KEY, CALLS_PER_MINUTE: 'walnut' }, 'the variable CALLS_PER_MINUTE must be a whole number'],
  ['half of what Slack needs', { ...MAIL, HASH_KEY: KEY, SLACK_CLIENT_ID: '1.2' }, 'the secret SLACK_CLIENT_SECRET is missing'],
] as const) {
  test(`${name}: its health says what is missing, and calls only that something is wrong`, async () => {
    const runtime = await startRuntime(bindings)
    try {
      const health = await runtime.visitor().call('GET', '/api/health')
      expect([health.status, health.json.detail]).toEqual([503, `This deployment is not set up: ${missing}.`])
      expect(health.text).not.toContain('walnut')
      expect(DOCUMENT.paths['/api/health'].get.responses).toHaveProperty(String(health.status))
      if (!('HASH_KEY' in bindings)) {
        const call = await runtime.visitor().call('POST', '/api/v1/session', { email: 'ada@example.com', password: 'gondola trumpet' })
        expect(call.status).toBe(500)
        expect(call.text).not.toContain('HASH_KEY')
      }
    } finally {
      await runtime.stop()
    }
  })
}

test('with the least that is needed it is well', async () => {
  const { bindings, stop } = await mailbox()
  const runtime = await startRuntime({ HASH_KEY: KEY, ...bindings })
  try {
    expect((await runtime.visitor().call('GET', '/api/health')).json).toEqual({ status: 'ok', version: expect.any(String) })
  } finally {
    await runtime.stop()
    stop()
  }
})

test('a database without the last migration is named by its health, and one without any', async () => {
  const { bindings, stop } = await mailbox()
  const runtime = await startRuntime({ HASH_KEY: KEY, ...bindings })
  try {
    const health = async () => {
      const { status, json } = await runtime.visitor().call('GET', '/api/health')
      return [status, json.detail]
    }
    const [{ name }] = await runtime.rows('SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1')
    const lacking = [503, `This deployment is not set up: the migration ${name} is not applied.`]
    await runtime.rows('DELETE FROM d1_migrations WHERE name = ?1', name)
    expect(await health()).toEqual(lacking)
    await runtime.rows('DROP TABLE d1_migrations')
    expect(await health()).toEqual(lacking)
  } finally {
    await runtime.stop()
    stop()
  }
})
