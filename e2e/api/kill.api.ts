// The whole of Latchkey killed at every step between a cause and its message.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAccount } from '../support/actors'
import { origin } from '../support/http'
import { mailbox } from '../support/runtime'
import { startLatchkey } from '../support/server'
import { Member, SLACK } from '../support/slack'
import { expect, test } from '../support/test'

// One after the other: each starts the whole of it many times.
test.describe.configure({ mode: 'default' })

test('d.10 killed at any step, it loses nothing, and tells nobody more than twice', async () => {
  test.setTimeout(240_000)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  let atTheDoor = async () => {}
  const { bindings, mails, stop } = await mailbox(() => atTheDoor())
  let latchkey = await startLatchkey(bindings, folder)
  const account = newAccount()
  const ask = () => latchkey.post('/api/v1/password-resets', { email: account.email })
  const states = async () => (await latchkey.rows('SELECT state FROM outbox ORDER BY id')).map(({ state }) => state)
  /** Comes up again, and lets pass the time after which the sweep looks for what no queue carries. */
  const again = async () => {
    latchkey = await startLatchkey(bindings, folder)
    await latchkey.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE state = 'queued'`)
    await latchkey.scheduled()
  }
  try {
    expect((await latchkey.post('/api/v1/sign-up', account)).status).toBe(201)

    // While the call is under way: its cause and its message are there, or neither.
    const broken = ask().catch(() => undefined)
    await latchkey.kill()
    await broken
    await again()
    const kept = (await latchkey.rows('SELECT count(*) AS n FROM password_resets'))[0]?.n
    expect(await states()).toHaveLength(Number(kept))
    await expect.poll(states).toEqual(Array(Number(kept)).fill('sent'))
    expect(mails.length).toBeLessThanOrEqual(2 * Number(kept))

    // Once it is answered, before or while the queue hands the message over.
    let before = mails.length
    expect((await ask()).status).toBe(202)
    await latchkey.kill()
    await again()
    await expect.poll(states).toEqual(Array(Number(kept) + 1).fill('sent'))
    expect(mails.length - before).toBeGreaterThan(0)
    expect(mails.length - before).toBeLessThanOrEqual(2)

    // When the mail was taken, before that is noted down.
    before = mails.length
    const taken = new Promise<void>((resolve) => {
      atTheDoor = async () => {
        resolve()
        await latchkey.kill()
      }
    })
    expect((await ask()).status).toBe(202)
    await taken
    atTheDoor = async () => {}
    await latchkey.kill()
    await again()
    await expect.poll(states).toEqual(Array(Number(kept) + 2).fill('sent'))
    expect(mails.slice(before)).toHaveLength(2)
    expect(mails[before]).toEqual(mails[before + 1])

    // Nothing is left that would be sent again.
    await latchkey.kill()
    await again()
    expect(mails.slice(before)).toHaveLength(2)
  } finally {
    await latchkey.stop()
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('d.10 killed on the way of a message to Slack, it loses nothing, and tells nobody more than twice', async () => {
  test.setTimeout(240_000)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const { bindings, stop } = await mailbox()
  // Slack sends whoever consents back to an address that it knows.
  const variables = { ...bindings, PUBLIC_URL: origin, SLACK_BASE_URL: SLACK, SLACK_CLIENT_ID: '12345.67890', SLACK_CLIENT_SECRET: 'slack-secret-for-tests' }
  let latchkey = await startLatchkey(variables, folder)
  let cookie = ''
  const call = (method: string, path: string) => fetch(latchkey.origin + path, { method, redirect: 'manual', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  const ask = () => call('POST', '/api/v1/slack/test')
  const states = async () => (await latchkey.rows(`SELECT state FROM outbox WHERE event = 'slack.test' ORDER BY id`)).map(({ state }) => state)
  const again = async () => {
    latchkey = await startLatchkey(variables, folder)
    await latchkey.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE state = 'queued'`)
    await latchkey.scheduled()
  }
  const slack = await Member.named('member65')
  try {
    const signedUp = await latchkey.post('/api/v1/sign-up', newAccount())
    cookie = /__Host-session=[^;]+/.exec(signedUp.headers.get('set-cookie') ?? '')?.[0] ?? ''
    const { authorize_url } = (await (await call('POST', '/api/v1/slack/connection')).json()) as any
    const { pathname, search } = new URL(await slack.allow(authorize_url))
    expect((await call('GET', pathname + search)).headers.get('location')).toBe('/settings/notifications?slack=connected')

    // Once the call is answered, before or while Slack's queue hands the message over.
    expect((await ask()).status).toBe(202)
    await latchkey.kill()
    await again()
    await expect.poll(states).toEqual(['sent'])
    const before = (await slack.messages()).length
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThanOrEqual(2)

    // When Slack has the message, before that is noted down.
    await slack.suffer({ kind: 'held answer' })
    expect((await ask()).status).toBe(202)
    await expect.poll(async () => (await slack.messages()).length).toBe(before + 1)
    await latchkey.kill()
    await slack.suffer()
    await slack.release()
    await again()
    await expect.poll(states).toEqual(['sent', 'sent'])
    expect(await slack.messages()).toHaveLength(before + 2)

    // Nothing is left that would be sent again.
    await latchkey.kill()
    await again()
    expect(await slack.messages()).toHaveLength(before + 2)
  } finally {
    await latchkey.stop()
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
