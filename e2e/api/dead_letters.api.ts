// What the queue itself gives up on, because the consumer never comes to an end.

import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newAccount } from '../support/actors'
import { startRuntime } from '../support/runtime'
import { expect, test } from '../support/test'

const QUEUE = 'latchkey-outbox'
const DEAD = 'latchkey-outbox-dead'

test('d.10 what the queue gives up on ends visibly failed, and nobody is told twice', async () => {
  test.setTimeout(90_000)
  const mails: string[] = []
  const resend = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      mails.push(JSON.parse(body).subject)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1"}')
    })
  })
  await new Promise<void>((resolve) => resend.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(resend.address() as AddressInfo).port}`
  // A consumer that is ended each time, as the platform does when it takes too long: the queue retries, then gives up.
  const ended = {
    name: 'ended',
    modules: true,
    script: 'export default { queue() { throw new Error("ended") } }',
    queueConsumers: { [QUEUE]: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 2, deadLetterQueue: DEAD } },
  }
  const runtime = await startRuntime(
    { MAIL_TRANSPORT: 'resend', MAIL_FROM: 'Latchkey <latchkey@example.com>', RESEND_BASE_URL: base, RESEND_API_KEY: 're_for_tests' },
    { queueProducers: { OUTBOX: QUEUE }, queueConsumers: { [DEAD]: { maxBatchSize: 100, maxBatchTimeout: 0 } } },
    [ended],
  )
  try {
    const { latchkey } = runtime
    const account = newAccount()
    const call = async (method: string, path: string, json?: unknown, headers = {}) => {
      const answer = await latchkey.fetch(`http://localhost/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'cf-connecting-ip': '192.0.2.1', ...headers },
        ...(json ? { body: JSON.stringify(json) } : {}),
      })
      return { status: answer.status, text: await answer.text(), cookie: (answer as any).headers.get('set-cookie') ?? '' }
    }
    const signedUp = await call('POST', '/sign-up', account)
    expect(signedUp.status, signedUp.text).toBe(201)
    const cookie = /__Host-session=[^;]*/.exec(signedUp.cookie)?.[0] ?? ''
    expect((await call('POST', '/password-resets', { email: account.email })).status).toBe(202)

    const row = async () => (await runtime.rows('SELECT id, state, tries, last_error, content IS NOT NULL AS kept FROM outbox'))[0] ?? {}
    await expect.poll(async () => (await row()).state, { timeout: 20_000 }).toBe('failed')
    expect(await row()).toMatchObject({ tries: 0, last_error: 'The queue could not hand it over.', kept: 1 })
    const { id } = await row()
    const told = JSON.parse((await call('GET', '/users/me/deliveries', undefined, { cookie })).text)
    expect(told.items).toMatchObject([{ id, state: 'failed', last_error: 'The queue could not hand it over.' }])
    expect(mails).toEqual([])

    // Whatever still speaks of it, it is done with.
    const handed = (queue: string) => latchkey.queue(queue, [{ id: randomBytes(16).toString('hex'), timestamp: new Date(), attempts: 1, body: id }])
    for (const queue of [QUEUE, DEAD]) expect((await handed(queue)).outcome).toBe('ok')
    expect((await latchkey.scheduled({ cron: '*/5 * * * *' })).outcome).toBe('ok')
    expect([(await row()).state, mails]).toEqual(['failed', []])

    // Its addressee has it sent after all: once, also when the queue gives up on it later.
    expect((await call('POST', `/users/me/deliveries/${id}/retry`, {}, { cookie })).status).toBeLessThan(300)
    await handed(QUEUE)
    for (const queue of [QUEUE, DEAD]) await handed(queue)
    expect([(await row()).state, mails]).toEqual(['sent', ['Set a new password']])
  } finally {
    await runtime.stop()
    resend.close()
  }
})
