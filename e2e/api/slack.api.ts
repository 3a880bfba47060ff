// Slack: the consent, messages by it, and everything that Slack may answer. The emulator judges what arrives.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Person } from '../support/actors'
import { db } from '../support/db'
import { origin } from '../support/http'
import { mailTo, mailsTo } from '../support/mail'
import { colleague } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { scheduledAt } from '../support/server'
import { Member, SLACK, comeBack } from '../support/slack'
import { expect, test } from '../support/test'

const CONNECTION = '/slack/connection'
const PAGE = '/settings/notifications?slack='
const INFO = { email: { critical: true, warning: true, info: false }, slack: { critical: true, warning: true, info: true } }

const row = (person: Person) => db.one('SELECT * FROM slack_connections WHERE user_id = ?1', person.user.id)
/** What was sent about anything but the connection itself. */
const sent = (person: Person, channel = 'slack') =>
  db.rows(`SELECT id, event, state, tries, last_error FROM outbox WHERE user_id = ?1 AND channel = ?2 AND event <> 'notifications.redirected' ORDER BY id`, person.user.id, channel)
const state = async (person: Person) => (await sent(person)).map((row) => row.state)

/** Lets pass the time that is left until the next try. */
async function nextTry(person: Person) {
  await db.rows(`UPDATE outbox SET due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1 AND state = 'queued'`, person.user.id)
  await scheduledAt(origin)
}

test('E-16 a person connects their workspace and lands on the page', async ({ owner }) => {
  expect((await owner.get(CONNECTION)).json).toEqual({ state: 'disconnected', workspace: null })
  const begun = await owner.post(CONNECTION)
  const url = new URL(begun.json.authorize_url)
  expect(url.origin + url.pathname).toBe(`${SLACK}/oauth/v2/authorize`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: '12345.67890',
    scope: 'incoming-webhook,chat:write,im:write',
    state: expect.stringMatching(/^lkc_[0-9A-Za-z]{36}$/),
    redirect_uri: `${origin}/api/v1/slack/callback`,
  })
  const member = await Member.named('member01')
  const back = await member.consent(owner, begun.json.authorize_url)
  expect([back.status, back.header('location')]).toEqual([303, `${PAGE}connected`])
  expect((await owner.get(CONNECTION)).json).toEqual({
    state: 'connected',
    workspace: { team: 'Acme Backup', member: member.id, via: 'direct', direct: true, channel: '#general', connected_at: expect.any(String), last_delivered_at: null, broken_why: null, broken_at: null },
  })
  // Who has got hold of a session only cannot lead the notices to themselves unnoticed.
  expect((await mailTo(owner.account.email, 'Where your notices go was changed')).text).toContain('Acme Backup')
  const actions = await db.rows(`SELECT action FROM audit_events WHERE tenant_id = ?1 AND action LIKE 'slack.%' ORDER BY id`, owner.tenant)
  expect(actions.map(({ action }) => action)).toEqual(['slack.requested', 'slack.connected'])
})

test('E-17 notifications come as direct messages, and the test message takes the same way', async ({ owner }) => {
  const member = await Member.named('member02')
  await member.connect(owner)
  const answer = await owner.post('/slack/test')
  expect(answer.status, answer.text).toBe(202)
  expect(answer.json).toMatchObject({ event: 'slack.test', channel: 'slack', state: 'queued', tries: 0, recipient: 'Direct message in Acme Backup' })
  await expect.poll(() => state(owner)).toEqual(['sent'])
  await owner.put('/users/me/notifications', INFO)
  await owner.makeToken({ name: '<!channel> & co' })
  await expect.poll(() => state(owner)).toEqual(['sent', 'sent'])
  const [hello, made] = await member.messages()
  expect(hello.text).toBe('Test message')
  expect(made.text).toBe('An access token was made')
  const blocks = JSON.stringify(made.blocks)
  expect(made.blocks[0]).toMatchObject({ type: 'header', text: { type: 'plain_text', text: 'An access token was made' } })
  expect(blocks).toContain('Token\\n<!channel> & co')
  expect(blocks).toContain(`<${origin}/settings/api-access|Look at your tokens>`)
  expect(blocks.match(/mrkdwn/g)).toHaveLength(1)
  expect((await owner.get(CONNECTION)).json.workspace.last_delivered_at).not.toBeNull()
  // The same event did not go by email: nobody asked for that.
  expect(await sent(owner, 'email')).toEqual([])
})

test('E-R8 whoever may not be written to is reached in the channel that they chose', async ({ owner }) => {
  const member = await Member.named('member03')
  await member.suffer({ kind: 'grant', scope: 'incoming-webhook' })
  await member.connect(owner)
  expect((await owner.get(CONNECTION)).json.workspace).toMatchObject({ via: 'channel', channel: '#general' })
  await member.suffer()
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect((await member.channel('C000000001')).some((message) => message.text === 'Test message')).toBe(true)
})

test('a person chooses the channel instead, and their direct messages again', async ({ owner, stranger }) => {
  const member = await Member.named('member57')
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'channel' }), 404, 'not_found')
  await member.connect(owner)
  const chosen = await owner.patch(CONNECTION, { via: 'channel' })
  expect(chosen.status, chosen.text).toBe(200)
  expect(chosen.json.workspace).toMatchObject({ via: 'channel', channel: '#general', direct: true })
  expect(chosen.json).toEqual((await owner.get(CONNECTION)).json)
  await refused(stranger.tenant, () => stranger.patch(CONNECTION, { via: 'direct' }), 404, 'not_found')
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'mail' }), 422, 'invalid', ['/via'])
  expect((await owner.post('/slack/test')).json.recipient).toBe('#general in Acme Backup')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect(await member.messages()).toEqual([])
  // To choose what is chosen changes nothing, and is told to nobody.
  expect((await owner.patch(CONNECTION, { via: 'channel' })).status).toBe(200)
  await expect.poll(async () => (await mailsTo(owner.account.email)).filter(({ text }) => text.includes('go to the channel #general in the workspace Acme Backup')).length).toBe(1)
  await owner.patch(CONNECTION, { via: 'direct' })
  await owner.post('/slack/test')
  await expect.poll(async () => (await member.messages()).length).toBe(1)
  const changes = await db.rows(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'slack.updated' ORDER BY id`, owner.tenant)
  expect(changes.map(({ changes }) => JSON.parse(changes).via)).toEqual([{ from: 'direct', to: 'channel' }, { from: 'channel', to: 'direct' }])
})

test('a connection that was changed since it was read is neither changed nor removed by who names what they read', async ({ owner }) => {
  const member = await Member.named('member70')
  await member.connect(owner)
  const seen = { 'If-Match': (await owner.get(CONNECTION)).header('etag') ?? '' }
  expect(seen['If-Match']).toMatch(/^"[^"]+"$/)
  const chosen = await owner.patch(CONNECTION, { via: 'channel' }, seen)
  expect(chosen.status, chosen.text).toBe(200)
  const now = chosen.header('etag') ?? ''
  expect(now).not.toBe(seen['If-Match'])
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'direct' }, seen), 412, 'precondition_failed')
  await refused(owner.tenant, () => owner.delete(CONNECTION, seen), 412, 'precondition_failed')
  // A message changes nothing that a call could name.
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect((await owner.get(CONNECTION)).header('etag')).toBe(now)
  const answers = await Promise.all([1, 2, 3].map(() => owner.delete(CONNECTION, { 'If-Match': `"other", ${now}` })))
  const [done, ...late] = answers.map(({ status }) => status).sort()
  expect(done).toBe(204)
  expect(late.filter((status) => status !== 404 && status !== 412), 'whoever is late finds none, or another').toEqual([])
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'slack.disconnected'`, owner.tenant)).toBe(1)
})

test('what waits for its next try follows the choice, and says so', async ({ owner }) => {
  const member = await Member.named('member60')
  await member.connect(owner)
  await member.suffer({ kind: 'status', status: 500, times: 1 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('500')
  await owner.patch(CONNECTION, { via: 'channel' })
  expect((await owner.get('/users/me/deliveries')).json.items.find(({ event }: any) => event === 'slack.test').recipient).toBe('#general in Acme Backup')
  await nextTry(owner)
  await expect.poll(() => state(owner)).toEqual(['sent'])
  // Connected anew, it stays where it was; in another workspace what waits goes there.
  await member.connect(owner)
  expect((await owner.get(CONNECTION)).json.workspace.via).toBe('channel')
  await member.suffer({ kind: 'status', status: 500, times: 1 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner)).at(-1)?.last_error).toContain('500')
  await member.connect(owner, 'T_ELSEWHERE')
  const { via, team } = (await owner.get(CONNECTION)).json.workspace
  const waiting = (await owner.get('/users/me/deliveries')).json.items.find(({ event, state }: any) => event === 'slack.test' && state === 'queued')
  expect([via, waiting.recipient]).toEqual(['direct', `Direct message in ${team}`])
})

test('what one way answers late breaks nothing of the other, and nothing is chosen while it is broken', async ({ owner }) => {
  const member = await Member.named('member61')
  await member.connect(owner)
  await member.suffer({ kind: 'error', error: 'channel_not_found', times: 1, held: true })
  await owner.post('/slack/test')
  await expect.poll(async () => (await member.calls()).length).toBeGreaterThan(0)
  await owner.patch(CONNECTION, { via: 'channel' })
  await member.release()
  await expect.poll(() => state(owner)).toEqual(['failed'])
  expect((await owner.get(CONNECTION)).json.state).toBe('connected')
  await db.rows(`UPDATE slack_connections SET broken_at = connected_at, broken_why = 'token_revoked' WHERE user_id = ?1`, owner.user.id)
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'direct' }), 409, 'conflict')
})

test('whoever changes their mind about the place without end has to wait', async ({ owner }) => {
  const member = await Member.named('member62')
  await member.connect(owner)
  const turn = (i: number) => owner.patch(CONNECTION, { via: i % 2 ? 'direct' : 'channel' })
  for (let i = 0; i < 10; i++) expect((await turn(i)).status).toBe(200)
  await refused(owner.tenant, () => turn(10), 429, 'rate_limited')
})

test('what Slack gave no leave for cannot be chosen', async ({ owner }) => {
  const member = await Member.named('member58')
  await member.suffer({ kind: 'grant', scope: 'incoming-webhook' })
  await member.connect(owner)
  expect((await owner.get(CONNECTION)).json.workspace.direct).toBe(false)
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'direct' }), 409, 'conflict')
})

test('a webhook of another host is not taken, and nothing is ever sent there', async ({ owner }) => {
  const member = await Member.named('member67')
  let calls = 0
  const elsewhere = createServer((_, response) => {
    calls += 1
    response.end('ok')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const webhook = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/services/T000000001/B00000001/${'a'.repeat(24)}`
  const begin = async () => (await owner.post(CONNECTION)).json.authorize_url
  // Where it would be the only way, nothing is connected.
  await member.suffer({ kind: 'grant', scope: 'incoming-webhook', webhook })
  expect((await member.consent(owner, await begin())).header('location')).toBe(`${PAGE}failed`)
  expect(await db.rows('SELECT 1 FROM slack_connections WHERE user_id = ?1', owner.user.id)).toEqual([])
  // Where there is another, that is the only one.
  await member.suffer({ kind: 'grant', webhook })
  await member.connect(owner)
  expect((await owner.get(CONNECTION)).json.workspace).toMatchObject({ via: 'direct', channel: null })
  expect((await row(owner)).webhook).toBeNull()
  await refused(owner.tenant, () => owner.patch(CONNECTION, { via: 'channel' }), 409, 'conflict')
  await member.suffer()
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect(calls).toBe(0)
  elsewhere.close()
})

test('what Slack gave is kept encrypted, and never told', async ({ owner }) => {
  const member = await Member.named('member04')
  await member.connect(owner)
  const kept = await row(owner)
  expect(kept.bot_token).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{60,}$/)
  expect(kept.webhook).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{60,}$/)
  const told = [await owner.get(CONNECTION), await owner.get('/users/me/deliveries'), await owner.get('/audit-events')].map(({ text }) => text).join()
  for (const text of [await db.dump(), told]) {
    expect(text).not.toContain('xoxb-')
    expect(text).not.toContain('/services/')
    expect(text).not.toContain('lkc_')
  }
})

test('E-R9 a consent that is denied lands on the page too, and nothing is connected', async ({ owner }) => {
  const { json } = await owner.post(CONNECTION)
  const back = await comeBack(owner, `${origin}/api/v1/slack/callback?error=access_denied&state=${new URL(json.authorize_url).searchParams.get('state')}`)
  expect(back.header('location')).toBe(`${PAGE}denied`)
  expect((await owner.get(CONNECTION)).json.state).toBe('disconnected')
})

test('E-R9 a state works once, in the session that it was made in, for ten minutes', async ({ owner }) => {
  const member = await Member.named('member05')
  const begin = async () => (await owner.post(CONNECTION)).json.authorize_url as string
  const expired = (answer: { header: (name: string) => string | null }) => expect(answer.header('location')).toBe(`${PAGE}expired`)

  expired(await member.consent(await owner.elsewhere(), await begin()))
  const late = await begin()
  await db.rows(`UPDATE slack_states SET expires_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1`, owner.user.id)
  expired(await member.consent(owner, late))
  expired(await comeBack(owner, `${origin}/api/v1/slack/callback?code=x`))
  expired(await comeBack(owner, `${origin}/api/v1/slack/callback?code=x&state=lkc_${'0'.repeat(36)}`))
  expect(await db.count('FROM slack_connections WHERE user_id = ?1', owner.user.id)).toBe(0)

  const url = await begin()
  const state = new URL(url).searchParams.get('state')
  expect((await member.consent(owner, url)).header('location')).toBe(`${PAGE}connected`)
  expired(await comeBack(owner, `${origin}/api/v1/slack/callback?code=again&state=${state}`))
  expect((await owner.get(CONNECTION)).json.state).toBe('connected')
})

test('a code that Slack does not take, or an error of its own, connects nothing', async ({ owner }) => {
  const state = async () => new URL((await owner.post(CONNECTION)).json.authorize_url).searchParams.get('state')
  for (const outcome of ['code=made-up', 'error=invalid_team_for_non_distributed_app']) {
    const back = await comeBack(owner, `${origin}/api/v1/slack/callback?${outcome}&state=${await state()}`)
    expect(back.header('location')).toBe(`${PAGE}failed`)
  }
  expect((await owner.get(CONNECTION)).json.state).toBe('disconnected')
})

test('whoever is not signed in any more lands on the page as well', async ({ anonymous }) => {
  const back = await anonymous.get('/slack/callback?code=x&state=y')
  expect([back.status, back.header('location')]).toEqual([303, `${PAGE}expired`])
})

test('disconnecting gives the consent back at Slack', async ({ owner }) => {
  const member = await Member.named('member06')
  await member.connect(owner, 'T_OF_MEMBER06')
  expect((await owner.delete(CONNECTION)).status).toBe(204)
  await expect.poll(() => member.revoked()).toBe(1)
  expect((await owner.get(CONNECTION)).json.state).toBe('disconnected')
  expectProblem(await owner.delete(CONNECTION), 404, 'not_found')
  expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'slack.disconnected'`, owner.tenant)).toBe(1)
})

test('a consent that Slack did not take back is given back later', async ({ owner }) => {
  const member = await Member.named('member63')
  await member.connect(owner, 'T_OF_MEMBER63')
  const left = () => db.count(`FROM slack_revocations WHERE team_id = 'T_OF_MEMBER63'`)
  const again = async () => {
    await db.rows(`UPDATE slack_revocations SET due_at = left_at WHERE team_id = 'T_OF_MEMBER63' AND due_at > left_at`)
    await scheduledAt(origin)
  }
  await member.suffer({ kind: 'revocation fails' })
  expect((await owner.delete(CONNECTION)).status).toBe(204)
  await expect.poll(() => db.count(`FROM slack_revocations WHERE team_id = 'T_OF_MEMBER63' AND due_at > left_at`)).toBe(1)
  await again()
  expect([await left(), await member.revoked()]).toEqual([1, 0])
  const [token] = await member.credentials()
  expect(token).toMatch(/^xoxb-/)
  expect(JSON.stringify(await db.rows('SELECT * FROM slack_revocations'))).not.toContain(token)
  await member.suffer()
  await again()
  await expect.poll(left).toBe(0)
  expect(await member.revoked()).toBe(1)
})

test('whoever is removed, and whoever closes their account, takes their consent at Slack along', async ({ owner }) => {
  const ways = { member26: (person: Person) => owner.delete(`/users/${person.user.id}`), member27: (person: Person) => person.delete('/users/me') }
  for (const [name, leave] of Object.entries(ways)) {
    const [person, member] = [await colleague(owner), await Member.named(name)]
    await member.connect(person, `T_OF_${name.toUpperCase()}`)
    expect((await leave(person)).status).toBe(204)
    await expect.poll(() => member.revoked()).toBe(1)
  }
  expect(await db.count('FROM slack_connections WHERE tenant_id = ?1', owner.tenant)).toBe(0)
})

test('a workspace that others use keeps its bot until the last of them goes', async ({ owner, stranger }) => {
  const mate = await colleague(owner)
  const people = { member07: owner, member08: mate, member09: stranger }
  const members: Record<string, Member> = {}
  for (const [name, person] of Object.entries(people)) {
    members[name] = await Member.named(name)
    await members[name]?.connect(person, 'T_SHARED')
  }
  const revoked = () => Promise.all(Object.values(members).map((member) => member.revoked()))
  expect((await owner.delete(CONNECTION)).status).toBe(204)
  expect((await owner.delete(`/users/${mate.user.id}`)).status).toBe(204)
  // The company of the other tenant is connected still.
  await stranger.post('/slack/test')
  await expect.poll(() => state(stranger)).toEqual(['sent'])
  expect(await revoked()).toEqual([0, 0, 0])
  await members.member09?.connect(stranger, 'T_ELSEWHERE')
  await expect.poll(revoked).toEqual([0, 0, 1])
})

test('a test message needs a workspace that takes it', async ({ owner }) => {
  await refused(owner.tenant, () => owner.post('/slack/test'), 409, 'conflict')
})

const GONE = ['token_revoked', 'invalid_auth', 'account_inactive', 'no_service', 'channel_not_found']
for (const [i, error] of GONE.entries()) {
  test(`c.12 Slack says ${error}: the connection is marked, the message goes by email at once, and why is told once`, async ({ owner }) => {
    const member = await Member.named(`member1${i}`)
    await member.connect(owner)
    await owner.put('/users/me/notifications', INFO)
    await member.suffer({ kind: 'error', error })
    await owner.makeToken({ name: 'by mail' })
    await mailTo(owner.account.email, 'An access token was made')
    const notice = await mailTo(owner.account.email, 'Slack does not take your notifications any more')
    expect(notice.text).toContain(`Slack said: ${error}`)
    expect((await owner.get(CONNECTION)).json).toMatchObject({ state: 'reconnect_needed', workspace: { broken_why: error } })
    expect(await sent(owner)).toMatchObject([{ state: 'failed', last_error: `Slack said: ${error}` }])
    // From now on by email, without asking Slack.
    await owner.makeToken({ name: 'by mail too' })
    expect(await sent(owner)).toHaveLength(1)
    expect((await sent(owner, 'email')).map(({ event }) => event)).toEqual(['token.created', 'slack.broken', 'token.created'])
    expect(await member.calls()).toHaveLength(1)
    await refused(owner.tenant, () => owner.post('/slack/test'), 409, 'conflict')

    await member.suffer()
    await member.connect(owner)
    expect((await owner.get(CONNECTION)).json.state).toBe('connected')
  })
}

test('c.12 what waits for Slack goes by email at once when it is disconnected, or breaks', async ({ owner }) => {
  const member = await Member.named('member68')
  await member.connect(owner)
  await owner.put('/users/me/notifications', INFO)
  const tokens = async () => (await mailsTo(owner.account.email)).filter(({ subject }) => subject === 'An access token was made').map(({ text }) => /Token: (.+)/.exec(text)?.[1]).sort()
  await member.suffer({ kind: 'status', status: 500, times: 1 })
  await owner.makeToken({ name: 'first' })
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('500')
  expect((await owner.delete(CONNECTION)).status).toBe(204)
  await expect.poll(tokens).toEqual(['first'])
  expect(await sent(owner)).toMatchObject([{ state: 'failed', last_error: 'The workspace was disconnected' }])

  // The next of its kind gathers others for ten minutes: not where they cannot go.
  await member.connect(owner)
  await owner.makeToken({ name: 'second' })
  expect((await sent(owner))[1]).toMatchObject({ state: 'queued', tries: 0 })
  await member.suffer({ kind: 'error', error: 'account_inactive' })
  await owner.post('/slack/test')
  await expect.poll(tokens).toEqual(['first', 'second'])
  const said = 'Slack said: account_inactive'
  expect((await sent(owner)).slice(1)).toMatchObject([{ state: 'failed', last_error: said }, { event: 'slack.test', state: 'failed', last_error: said }])
  await nextTry(owner)
  expect(await tokens()).toEqual(['first', 'second'])
})

test('what is critical goes by email rather than wait for long', async ({ owner }) => {
  const member = await Member.named('member69')
  await member.connect(owner)
  const slackOnly = { email: { critical: false, warning: false, info: false }, slack: { critical: true, warning: true, info: true } }
  expect((await owner.put('/users/me/notifications', slackOnly)).status).toBe(200)
  await member.suffer({ kind: 'status', status: 429, headers: { 'retry-after': '3600' }, times: 1 })
  const mails = async () => (await mailsTo(owner.account.email)).filter(({ subject }) => subject === 'New sign-in to your account').length
  await owner.elsewhere()
  await expect.poll(mails).toBe(1)
  // The channel is asked nothing meanwhile; what comes then goes by email too, and what is not critical waits.
  await owner.elsewhere()
  await expect.poll(mails).toBe(2)
  await owner.makeToken({ name: 'waits' })
  await expect.poll(async () => (await sent(owner)).length).toBe(3)
  const [first, second, third] = await sent(owner)
  expect([first, second, third]).toMatchObject([
    { state: 'failed', last_error: 'Slack asked to wait (429)' },
    { state: 'failed', last_error: 'Slack asked for a long wait' },
    { event: 'token.created', state: 'queued' },
  ])
  expect(await member.calls()).toHaveLength(1)
})

test('c.12 what the connection before answers late breaks nothing of the new one', async ({ owner }) => {
  const [before, after] = [await Member.named('member47'), await Member.named('member48')]
  await before.connect(owner)
  await before.suffer({ kind: 'error', error: 'token_revoked', held: true })
  await owner.post('/slack/test')
  await expect.poll(async () => (await before.calls()).length).toBe(1)
  await after.connect(owner)
  await before.release()
  await expect.poll(() => state(owner)).toEqual(['failed'])
  expect((await owner.get(CONNECTION)).json).toMatchObject({ state: 'connected', workspace: { member: after.id, broken_why: null } })
  expect(await sent(owner, 'email')).toEqual([])
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['failed', 'sent'])
})

const TROUBLES = [
  ['500', { kind: 'status', status: 500, times: 1 }, 'Slack answered 500'],
  ['internal_error', { kind: 'error', error: 'internal_error', times: 1 }, 'Slack said: internal_error'],
  ['a broken connection', { kind: 'broken', times: 1 }, 'Slack was not reached'],
] as const
for (const [i, [name, fault, why]] of TROUBLES.entries()) {
  test(`${name} from Slack is tried again, and arrives once`, async ({ owner }) => {
    const member = await Member.named(`member2${i}`)
    await member.connect(owner)
    await member.suffer(fault)
    await owner.post('/slack/test')
    await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain(why)
    expect(await sent(owner)).toMatchObject([{ state: 'queued', tries: 1 }])
    await nextTry(owner)
    await expect.poll(() => state(owner)).toEqual(['sent'])
    expect(await member.messages()).toHaveLength(1)
  })
}

test('d.12 429 waits as long as Retry-After says, for the whole channel', async ({ owner }) => {
  const member = await Member.named('member24')
  await member.connect(owner)
  await member.suffer({ kind: 'status', status: 429, headers: { 'retry-after': '7' }, times: 1 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('429')
  const { due_at, created_at } = await db.one(`SELECT due_at, created_at FROM outbox WHERE user_id = ?1 AND channel = 'slack'`, owner.user.id)
  const wait = (Date.parse(due_at) - Date.parse(created_at)) / 1000
  expect(wait).toBeGreaterThanOrEqual(7)
  expect(wait).toBeLessThan(15)
  const { next_at } = await db.one('SELECT next_at FROM slack_turns WHERE destination = ?1', member.id)
  expect(next_at).toBeGreaterThanOrEqual(Date.parse(created_at) + 7000)
  await expect.poll(() => state(owner), { timeout: 25_000 }).toEqual(['sent'])
  const [first, second] = await member.calls()
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(7000)
  expect(await member.messages()).toHaveLength(1)
})

test('d.12 a Retry-After of hours is kept to, and one of days is a day', async ({ owner }) => {
  for (const [name, told, wait] of [['member53', '7200', 7200], ['member54', '999999', 86400]] as const) {
    const member = await Member.named(name)
    await member.connect(owner)
    await member.suffer({ kind: 'status', status: 429, headers: { 'retry-after': told }, times: 1 })
    const { id } = (await owner.post('/slack/test')).json
    const row = () => db.one('SELECT state, last_error, created_at, due_at FROM outbox WHERE id = ?1', id)
    await expect.poll(async () => (await row()).last_error).toContain('429')
    const { state, created_at, due_at } = await row()
    expect(state).toBe('queued')
    const seconds = (Date.parse(due_at) - Date.parse(created_at)) / 1000
    expect(seconds).toBeGreaterThanOrEqual(wait)
    expect(seconds).toBeLessThan(wait + 15)
    expect(await member.calls()).toHaveLength(1)
  }
})

test('d.12 a redirect is not followed', async ({ owner }) => {
  const member = await Member.named('member25')
  await member.connect(owner)
  await member.suffer({ kind: 'status', status: 302, headers: { location: `${SLACK}/api/chat.postMessage` } })
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['failed'])
  expect((await owner.get(CONNECTION)).json.workspace.broken_why).toBe('redirect_302')
  expect(await member.calls()).toHaveLength(1)
  expect(await member.messages()).toEqual([])
})

const HOOKS = [['404', 'no_service'], ['410', 'channel_is_archived'], ['403', 'action_prohibited']] as const
for (const [i, [status, error]] of HOOKS.entries()) {
  test(`d.12 a webhook that answers ${status} ${error} is not called again`, async ({ owner }) => {
    const member = await Member.named(`member3${i}`)
    await member.suffer({ kind: 'grant', scope: 'incoming-webhook' })
    await member.connect(owner)
    await member.suffer({ kind: 'error', error, status: Number(status) })
    await owner.post('/slack/test')
    await expect.poll(() => state(owner)).toEqual(['failed'])
    expect((await owner.get(CONNECTION)).json).toMatchObject({ state: 'reconnect_needed', workspace: { broken_why: error } })
    expect(await member.calls()).toHaveLength(1)
    // A test message has nothing to say by email.
    const subjects = ['Slack does not take your notifications any more', 'Where your notices go was changed']
    for (const subject of subjects) await mailTo(owner.account.email, subject)
    expect((await mailsTo(owner.account.email)).map(({ subject }) => subject).sort()).toEqual(subjects)
  })
}

const HIDDEN = [['no_service', 'no_service'], ['{"ok":false,"error":"invalid_auth"}', 'invalid_auth']] as const
for (const [i, [said, why]] of HIDDEN.entries()) {
  test(`d.12 a webhook that answers 200 and says ${why} has sent nothing`, async ({ owner }) => {
    const member = await Member.named(['member49', 'member50'][i] ?? '')
    await member.suffer({ kind: 'grant', scope: 'incoming-webhook' })
    await member.connect(owner)
    await member.suffer({ kind: 'error', error: said, status: 200 })
    await owner.post('/slack/test')
    await expect.poll(() => state(owner)).toEqual(['failed'])
    expect((await owner.get(CONNECTION)).json).toMatchObject({ state: 'reconnect_needed', workspace: { broken_why: why, last_delivered_at: null } })
    await mailTo(owner.account.email, 'Slack does not take your notifications any more')
  })
}

test('after six tries a message is given up, visibly, and can be tried again by hand', async ({ owner }) => {
  const member = await Member.named('member33')
  await member.connect(owner)
  await member.suffer({ kind: 'status', status: 503 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner))[0]?.tries).toBe(1)
  await db.rows('UPDATE outbox SET tries = 5 WHERE user_id = ?1', owner.user.id)
  await nextTry(owner)
  await expect.poll(() => state(owner)).toEqual(['failed'])
  const { items } = (await owner.get('/users/me/deliveries?channel=slack')).json
  expect(items).toMatchObject([{ event: 'slack.test', channel: 'slack', state: 'failed', tries: 6, last_error: 'Slack answered 503', recipient: 'Direct message in Acme Backup' }])
  await member.suffer()
  const retried = await owner.post(`/users/me/deliveries/${items[0].id}/retry`)
  expect(retried.json).toMatchObject({ state: 'queued', tries: 0 })
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect(await member.messages()).toHaveLength(1)
  await refused(owner.tenant, () => owner.post(`/users/me/deliveries/${items[0].id}/retry`), 409, 'conflict')
})

test('a delivery of another person is not there', async ({ owner, stranger }) => {
  const member = await Member.named('member34')
  await member.connect(owner)
  await owner.post('/slack/test')
  const [{ id } = { id: '' }] = await sent(owner)
  await refused(owner.tenant, () => stranger.post(`/users/me/deliveries/${id}/retry`), 404, 'not_found')
  expect((await stranger.get('/users/me/deliveries')).json.items).toEqual([])
})

test('d.12 one channel gets one message a second, whatever comes at once', async ({ owner }) => {
  const member = await Member.named('member35')
  await member.connect(owner)
  await Promise.all([1, 2, 3, 4].map(() => owner.post('/slack/test')))
  await expect.poll(() => state(owner), { timeout: 25_000 }).toEqual(['sent', 'sent', 'sent', 'sent'])
  const times = (await member.calls()).map(({ at }) => at)
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  expect(gaps).toHaveLength(3)
  for (const gap of gaps) expect(gap).toBeGreaterThan(900)
})

test('d.12 people who share a channel share its turns, and its waiting', async ({ owner }) => {
  const member = await Member.named('member38')
  await member.suffer({ kind: 'grant', scope: 'incoming-webhook' })
  await member.connect(owner)
  const mate = await colleague(owner)
  await member.connect(mate)
  await db.rows(`UPDATE slack_connections SET destination = 'C_SHARED' WHERE tenant_id = ?1`, owner.tenant)
  await member.suffer({ kind: 'status', status: 429, headers: { 'retry-after': '4' }, times: 1 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('429')
  for (const person of [owner, mate, mate]) await person.post('/slack/test')
  await expect.poll(async () => [...(await state(owner)), ...(await state(mate))], { timeout: 28_000 }).toEqual(['sent', 'sent', 'sent', 'sent'])
  const times = (await member.calls()).map(({ at }) => at)
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3_000)
  for (const [i, at] of times.slice(2).entries()) expect(at - (times[i + 1] ?? 0)).toBeGreaterThan(900)
})

test('a message whose sender died after sending is sent once more at most', async ({ owner }) => {
  const member = await Member.named('member36')
  await member.connect(owner)
  await member.suffer({ kind: 'lost answer', times: 1 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('Slack was not reached')
  await nextTry(owner)
  await expect.poll(() => state(owner)).toEqual(['sent'])
  expect(await member.messages()).toHaveLength(2)
  await nextTry(owner)
  expect(await member.messages()).toHaveLength(2)
})

test('a Slack that does not answer holds up no mail', async ({ owner, stranger }) => {
  const member = await Member.named('member66')
  await member.connect(owner)
  await member.suffer({ kind: 'held answer' })
  await owner.post('/slack/test')
  await expect.poll(async () => (await member.messages()).length).toBe(1)
  // While that call hangs, what comes behind it in Slack's queue waits, and mail goes out.
  await owner.post('/slack/test')
  await stranger.post('/password-resets', { email: stranger.account.email })
  await mailTo(stranger.account.email, 'Set a new password')
  expect(await sent(owner)).toMatchObject([{ state: 'queued', tries: 1 }, { state: 'queued' }])
  await member.suffer()
  await member.release()
  await expect.poll(() => state(owner), { timeout: 30_000 }).toEqual(['sent', 'sent'])
})

test('a message that the queue hands over many times is sent once', async ({ owner }) => {
  const member = await Member.named('member39')
  await member.connect(owner)
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  await owner.put('/users/me/notifications', INFO)
  await db.rows(`UPDATE slack_turns SET next_at = ?2, turn_of = '' WHERE destination = ?1`, member.id, Date.now() + 3_000)
  await owner.makeToken({ name: 'once' })
  // The sweep puts it into the queue again and again while it waits for its turn.
  for (let times = 0; times < 4; times++) await nextTry(owner)
  await expect.poll(() => state(owner), { timeout: 20_000 }).toEqual(['sent', 'sent'])
  await nextTry(owner)
  expect((await member.messages()).map(({ text }) => text)).toEqual(['Test message', 'An access token was made'])
})

test('a message that every sender broke off at is given up', async ({ owner }) => {
  const member = await Member.named('member37')
  await member.connect(owner)
  await owner.post('/slack/test')
  await expect.poll(() => state(owner)).toEqual(['sent'])
  await db.rows(`UPDATE outbox SET state = 'queued', done_at = NULL, tries = 6, due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1`, owner.user.id)
  await scheduledAt(origin)
  expect(await sent(owner)).toMatchObject([{ state: 'failed', last_error: 'Sending it broke off each time.' }])
  expect(await member.calls()).toHaveLength(1)
})

test('what every sender broke off at goes by email at last', async ({ owner }) => {
  const member = await Member.named('member51')
  await member.connect(owner)
  await owner.put('/users/me/notifications', INFO)
  await member.suffer({ kind: 'status', status: 503 })
  await owner.makeToken({ name: 'broken off' })
  await expect.poll(async () => (await sent(owner))[0]?.last_error).toContain('503')
  await db.rows(`UPDATE outbox SET tries = 6, last_error = NULL, due_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1`, owner.user.id)
  await scheduledAt(origin)
  expect((await mailTo(owner.account.email, 'An access token was made')).text).toContain('Token: broken off')
  expect(await sent(owner)).toMatchObject([{ state: 'failed', last_error: 'Sending it broke off each time.' }])
  expect(await member.calls()).toHaveLength(1)
})

test('whoever asks for consents without end has to wait', async ({ owner }) => {
  for (let i = 0; i < 20; i++) expect((await owner.post(CONNECTION)).status).toBe(200)
  await refused(owner.tenant, () => owner.post(CONNECTION), 429, 'rate_limited')
})
