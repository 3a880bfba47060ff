// What the queue itself gives up on, because the consumer never comes to an end.

import { randomBytes } from 'node:crypto'
import { newAccount } from '../support/actors'
import { DEAD, QUEUE, SLACK_QUEUE, mailbox, startRuntime } from '../support/runtime'
import { expect, test } from '../support/test'

test('d.10 what the queue gives up on ends visibly failed, and nobody is told twice', async () => {
  test.setTimeout(90_000)
  const { bindings, mails, stop } = await mailbox()
  // A consumer that is ended each time, as the platform does when it takes too long: the queue retries, then gives up.
  const ended = {
    name: 'ended',
    modules: true,
    script: 'export default { queue() { throw new Error("ended") } }',
    queueConsumers: Object.fromEntries([QUEUE, SLACK_QUEUE].map((queue) => [queue, { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 2, deadLetterQueue: DEAD }])),
  }
  const given = { HASH_KEY: 'ab'.repeat(32), ...bindings }
  const runtime = await startRuntime(given, { queueConsumers: { [DEAD]: { maxBatchSize: 100, maxBatchTimeout: 0 } } }, [ended])
  try {
    const { latchkey } = runtime
    const account = newAccount()
    const owner = runtime.visitor()
    await owner.good('POST', '/sign-up', account)
    await runtime.visitor().good('POST', '/password-resets', { email: account.email })

    const row = async () => (await runtime.rows('SELECT id, state, tries, last_error, content IS NOT NULL AS kept FROM outbox'))[0] ?? {}
    await expect.poll(async () => (await row()).state, { timeout: 20_000 }).toBe('failed')
    expect(await row()).toMatchObject({ tries: 0, last_error: 'The queue could not hand it over.', kept: 1 })
    const { id } = await row()
    expect((await owner.good('GET', '/users/me/deliveries')).items).toMatchObject([{ id, state: 'failed', last_error: 'The queue could not hand it over.' }])
    expect(mails).toEqual([])

    // Whatever still speaks of it, it is done with.
    const handed = async (queue: string, body = id) => {
      const message = { id: randomBytes(16).toString('hex'), timestamp: new Date(), attempts: 1, body }
      expect((await latchkey.queue(queue, [message])).outcome).toBe('ok')
    }
    for (const queue of [QUEUE, DEAD]) await handed(queue)
    expect((await latchkey.scheduled({ cron: '*/5 * * * *' })).outcome).toBe('ok')
    expect([(await row()).state, mails]).toEqual(['failed', []])

    // Its addressee has it sent after all: once, also when the queue gives up on it later.
    await owner.good('POST', `/users/me/deliveries/${id}/retry`, {})
    for (const queue of [QUEUE, QUEUE, DEAD]) await handed(queue)
    expect([(await row()).state, mails.map(({ subject }) => subject)]).toEqual(['sent', ['Set a new password']])

    // What was to go to Slack goes by mail at last, once.
    await runtime.visitor().good('POST', '/password-resets', { email: account.email })
    await expect.poll(async () => (await runtime.rows(`SELECT id FROM outbox WHERE state = 'failed'`)).length, { timeout: 20_000 }).toBe(1)
    const [{ id: other }] = await runtime.rows(`UPDATE outbox SET id = substr(id, 1, length(id) - 1) || '1', event = 'token.created', channel = 'slack', state = 'queued', done_at = NULL WHERE state = 'failed' RETURNING id`)
    for (let times = 0; times < 2; times++) await handed(DEAD, other)
    expect(await runtime.rows(`SELECT channel, state FROM outbox WHERE event = 'token.created' ORDER BY id`)).toEqual([
      { channel: 'email', state: 'queued' },
      { channel: 'slack', state: 'failed' },
    ])
    for (let times = 0; times < 2; times++) await handed(QUEUE, other.slice(0, -1))
    expect(mails).toHaveLength(2)

    // Each consumer sends what is its own; that of mail hands on what is for Slack, and the queue gives up on it too.
    await runtime.rows(`UPDATE outbox SET state = 'queued', done_at = NULL WHERE id = ?1`, other)
    await handed(SLACK_QUEUE, id)
    await handed(QUEUE, other)
    const slack = async () => (await runtime.rows('SELECT state, tries, last_error FROM outbox WHERE id = ?1', other))[0]
    await expect.poll(async () => (await slack())?.state, { timeout: 20_000 }).toBe('failed')
    expect(await slack()).toMatchObject({ tries: 0, last_error: 'The queue could not hand it over.' })
    expect(mails).toHaveLength(2)
  } finally {
    await runtime.stop()
    stop()
  }
})
