// The whole of Latchkey killed at every step between a cause and its message.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAccount } from '../support/actors'
import { mailbox } from '../support/runtime'
import { startLatchkey } from '../support/server'
import { expect, test } from '../support/test'

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
