// Messages on their way out, whatever happens to them.

import { newAccount, type Person } from '../support/actors'
import { ago, at, db, now } from '../support/db'
import { origin } from '../support/http'
import { mailTo, mailsTo } from '../support/mail'
import { freePort, scheduledAt, startEmulator, startLatchkey } from '../support/server'
import { expect, test } from '../support/test'

const SUBJECT = 'Set a new password'
const row = (person: Person) => db.one('SELECT * FROM outbox WHERE user_id = ?1', person.user.id)

/** Has a mail sent; it is as if it were still to be sent, with something in it that nobody can read. */
async function spoilt(person: Person, tries = 0) {
  await person.post('/password-resets', { email: person.account.email })
  await mailTo(person.account.email, SUBJECT)
  await expect.poll(async () => (await row(person)).state).toBe('sent')
  await db.rows(
    `UPDATE outbox SET state = 'queued', done_at = NULL, content = '00', tries = ?2, due_at = ?3 WHERE user_id = ?1`,
    person.user.id,
    tries,
    ago(61),
  )
}

test('a message is written down with its cause and sent within seconds', async ({ owner }) => {
  await owner.post('/password-resets', { email: owner.account.email })
  await mailTo(owner.account.email, SUBJECT)
  await expect.poll(async () => (await row(owner)).state).toBe('sent')
  expect(await row(owner)).toMatchObject({ tenant_id: owner.tenant, event: 'password.reset_requested', channel: 'email', recipient: owner.account.email, content: null, tries: 1, last_error: null })
})

test('what cannot be sent is tried again later, and says why', async ({ owner }) => {
  await spoilt(owner)
  await scheduledAt(origin)
  await expect.poll(async () => (await row(owner)).last_error).toBe('Something went wrong here, not at the receiver')
  const { state, tries, due_at, content } = await row(owner)
  expect([state, tries, content]).toEqual(['queued', 1, '00'])
  expect(due_at > at(now() + 15) && due_at < at(now() + 45)).toBe(true)
})

test('after six tries it is given up, and the reason is kept', async ({ owner }) => {
  await spoilt(owner, 5)
  await scheduledAt(origin)
  await expect.poll(async () => (await row(owner)).state).toBe('failed')
  expect(await row(owner)).toMatchObject({ tries: 6, last_error: 'Something went wrong here, not at the receiver' })
  await db.rows('UPDATE outbox SET due_at = ?2 WHERE user_id = ?1', owner.user.id, ago(3600))
  await scheduledAt(origin)
  expect(await row(owner)).toMatchObject({ state: 'failed', tries: 6 })
})

test('what is not due, or being sent at the moment, is left alone by the sweep', async ({ owner }) => {
  await spoilt(owner)
  await db.rows('UPDATE outbox SET due_at = ?2 WHERE user_id = ?1', owner.user.id, ago(-60))
  await scheduledAt(origin)
  const other = await mailsTo(owner.account.email)
  expect(other).toHaveLength(1)
  expect(await row(owner)).toMatchObject({ state: 'queued', tries: 0 })
})

test('mail by Resend waits while Resend is down, and is sent once when it returns, with a link that works from then on', async () => {
  test.setTimeout(120_000)
  const port = await freePort()
  const latchkey = await startLatchkey({ MAIL_TRANSPORT: 'resend', RESEND_BASE_URL: `http://127.0.0.1:${port}`, RESEND_API_KEY: 're_for_tests' })
  try {
    const account = newAccount()
    expect((await latchkey.post('/api/v1/sign-up', account)).status).toBe(201)
    expect((await latchkey.post('/api/v1/password-resets', { email: account.email })).status).toBe(202)
    const state = async () => (await latchkey.rows('SELECT state, tries, last_error, content FROM outbox'))[0] ?? {}
    await expect.poll(async () => (await state()).last_error, { timeout: 15_000 }).toContain('Resend was not reached')
    expect(await state()).toMatchObject({ state: 'queued', tries: 1 })
    expect((await state()).content).not.toContain('reset-password')

    const resend = await startEmulator('resend', port, 'resend: { domains: [{ name: example.com }] }\n')
    try {
      await latchkey.rows(`UPDATE outbox SET due_at = ?1`, ago(61))
      await latchkey.rows('UPDATE password_resets SET expires_at = ?1', ago(2 * 3600))
      await latchkey.scheduled()
      await expect.poll(async () => (await state()).state, { timeout: 15_000 }).toBe('sent')
      const [{ expires_at }] = (await latchkey.rows('SELECT expires_at FROM password_resets')) as [any]
      expect(expires_at > at(now() + 29 * 60) && expires_at <= at(now() + 30 * 60)).toBe(true)
      await latchkey.scheduled()
      const sent = (await (await fetch(`${resend.origin}/emails`, { headers: { Authorization: 'Bearer re_for_tests' } })).json()) as any
      expect(sent.data).toHaveLength(1)
      expect(sent.data[0]).toMatchObject({ from: 'Latchkey <latchkey@example.com>', to: [account.email], subject: SUBJECT })
      expect(sent.data[0].text).toContain(`${latchkey.origin}/reset-password/lkr_`)
      expect(sent.data[0].html).toContain(`href="${latchkey.origin}/reset-password/lkr_`)
      expect(await state()).toMatchObject({ tries: 2, last_error: null, content: null })
      const [, link] = /reset-password\/(lkr_\w+)/.exec(sent.data[0].text) ?? []
      const used = await latchkey.put(`/api/v1/password-resets/${link}`, { password: 'walnut bicycle harbour' })
      expect(used.status).toBe(204)
    } finally {
      await resend.stop()
    }
  } finally {
    await latchkey.stop()
  }
})
