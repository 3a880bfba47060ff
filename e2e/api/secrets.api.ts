// Every kind of secret that there is, made and used, wrongly too: none is in the log, in a row or in the database's file.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Actor, COOKIE, DEVICE, Person, newAccount, newAddress } from '../support/actors'
import { db } from '../support/db'
import type { Answer } from '../support/http'
import { lineOf, logged } from '../support/log'
import { form, makeAccount } from '../support/machines'
import { linkIn, mailTo } from '../support/mail'
import { invite } from '../support/people'
import { Member } from '../support/slack'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The bytes that base32 stands for. */
const unbase32 = (text: string) => {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}

/** The forms in which a secret might be written down. */
const formsOf = (secret: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(secret)
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), encodeURIComponent(bytes.toString('latin1'))]
  return [bytes, ...texts.map((text) => Buffer.from(text))]
}

const good = (answer: Answer) => expect(answer.status, answer.text).toBeLessThan(300)

/** Everything that D1 has written, what is not folded into its file yet included. */
function files(): Buffer {
  const folder = join(process.env.LATCHKEY_STATE ?? '', 'v3/d1')
  const found = globSync('**/*.sqlite*', { cwd: folder })
  expect(found.length).toBeGreaterThan(0)
  return Buffer.concat(found.map((file) => readFileSync(join(folder, file))))
}

test('no secret is in the log, in a row, or in the file of the database', async ({ owner, anonymous }) => {
  test.setTimeout(120_000)
  const secrets: Record<string, string | Buffer> = {}
  const links = { reset: '/reset-password/', confirm: '/confirm-email/', undo: '/confirm-email/' }

  await test.step('of a person in a browser', async () => {
    Object.assign(secrets, { 'password': owner.account.password, 'cookie of the sign-up': owner.cookie, 'cookie of the browser': owner.device })
    const other = await owner.elsewhere()
    Object.assign(secrets, { 'cookie of a session': other.cookie, 'cookie of another browser': other.device })
    good(await other.delete('/session'))
    secrets['wrong password'] = 'harbour walnut bicycle 81'
    expect((await new Person(owner.account).signIn({ password: secrets['wrong password'] })).status).toBe(401)
    secrets['password in a body that is none'] = 'granite meadow whistle 27'
    const broken = `{"email":"${owner.account.email}","password":"${secrets['password in a body that is none']}"`
    expect((await anonymous.call('POST', '/api/v1/session', { body: broken, headers: { 'content-type': 'application/json' } })).status).toBe(400)
    secrets['new password'] = 'copper lantern thistle 64'
    good(await owner.post('/users/me/password', { current_password: owner.account.password, new_password: secrets['new password'] }))
    owner.account.password = secrets['new password']
    good(await owner.signIn())
    secrets['cookie after the new password'] = owner.cookie
  })

  await test.step('of tokens', async () => {
    const { token, secret, bearer } = await owner.makeToken()
    secrets['token'] = secret
    good(await bearer.get('/tokens/self'))
    // Where it does not belong.
    await anonymous.get(`/tokens/self?access_token=${secret}`)
    await anonymous.get(`/users/${secret}`)
    await anonymous.post('/tokens/renew', { access_token: secret, refresh_token: secret })
    const rotated = await owner.post(`/tokens/${token.id}/rotate`)
    good(rotated)
    secrets['rotated token'] = rotated.json.secret
    const pair = await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })
    Object.assign(secrets, { 'token of a pair': pair.json.secret, 'refresh token': pair.json.refresh_token })
    const renewed = await anonymous.post('/tokens/renew', { access_token: pair.json.secret, refresh_token: pair.json.refresh_token })
    good(renewed)
    Object.assign(secrets, { 'renewed token': renewed.json.access_token, 'renewed refresh token': renewed.json.refresh_token })
    const leaked = (await owner.makeToken()).secret
    secrets['token that was found'] = leaked
    good(await anonymous.post('/credentials/revoke', { credentials: [leaked] }))
  })

  await test.step('of service accounts', async () => {
    const { account, key, secret } = await makeAccount(owner)
    Object.assign(secrets, { 'secret of a service account': secret, 'pair in Basic': Buffer.from(`${key}:${secret}`).toString('base64') })
    const issued = await form(anonymous, '/oauth2/token', { grant_type: 'client_credentials', client_id: key, client_secret: secret })
    secrets['OAuth token'] = issued.json.access_token
    await anonymous.get('/users', { Authorization: `Bearer ${issued.json.access_token}` })
    const reset = await owner.post(`/service-accounts/${account.id}/reset-credentials`)
    good(reset)
    secrets['secret after a reset'] = reset.json.api_secret
  })

  await test.step('in mail', async () => {
    const { secret, email } = await invite(owner)
    secrets['invitation link'] = secret
    secrets['password of the invited'] = 'pebble orchard trumpet 35'
    const accepted = await new Person(newAccount({ email })).post(`/invitations/${secret}`, { first_name: 'Grace', last_name: 'Hopper', password: secrets['password of the invited'] })
    good(accepted)
    const email2 = newAccount().email
    good(await owner.post('/users/me/email', { email: email2 }))
    secrets['link to confirm an address'] = linkIn(await mailTo(email2, 'Confirm your new email address'), links.confirm).replace(links.confirm, '')
    secrets['link to keep an address'] = linkIn(await mailTo(owner.account.email, 'Your email address is about to change'), links.undo).replace(links.undo, '')
    good(await anonymous.post(`/email-confirmations/${secrets['link to confirm an address']}`))
    owner.account.email = email2
    good(await anonymous.post('/password-resets', { email: email2 }))
    secrets['link to a new password'] = linkIn(await mailTo(email2, 'Set a new password'), links.reset).replace(links.reset, '')
    // As a browser that follows it.
    await anonymous.call('GET', links.reset + secrets['link to a new password'])
    secrets['password by a link'] = 'violet compass mariner 93'
    good(await anonymous.put(`/password-resets/${secrets['link to a new password']}`, { password: secrets['password by a link'] }))
    owner.account.password = secrets['password by a link']
    good(await owner.signIn())
  })

  await test.step('of the second factor', async () => {
    const { secret } = (await owner.post('/users/me/totp')).json
    Object.assign(secrets, { 'seed': secret, 'bytes of the seed': unbase32(secret) })
    const codes: string[] = (await owner.post('/users/me/totp/confirm', { code: totp(secret) })).json.recovery_codes
    for (const [i, code] of codes.entries()) Object.assign(secrets, { [`recovery code ${i}`]: code, [`recovery code ${i}, bare`]: code.replaceAll('-', '') })
    const again = new Person(owner.account)
    expect((await again.signIn()).json.status).toBe('mfa_required')
    secrets['cookie of a half session'] = again.cookie
    good(await again.post('/session/mfa', { code: codes[0] }))
    secrets['cookie after the second factor'] = again.cookie
  })

  await test.step('of Slack', async () => {
    const member = await Member.named('member55')
    const begun = await owner.post('/slack/connection')
    const url = begun.json.authorize_url
    secrets['state of a consent'] = new URL(url).searchParams.get('state') ?? ''
    const back = await member.consent(owner, url)
    expect(back.header('location')).toContain('slack=connected')
    await owner.post('/slack/test')
    await expect.poll(async () => (await db.one(`SELECT state FROM outbox WHERE user_id = ?1 AND event = 'slack.test'`, owner.user.id)).state).toBe('sent')
    const [bot, webhook] = await member.credentials()
    Object.assign(secrets, { 'bot token': bot, 'webhook': webhook })
    secrets['client secret of the app'] = 'slack-secret-for-tests'
  })

  for (const [name, secret] of Object.entries(secrets)) expect(secret?.length ?? 0, name).toBeGreaterThan(10)
  expect(secrets['cookie of a session']).toMatch(/^lkn_/)
  expect(secrets['cookie of the browser'], `${COOKIE}, ${DEVICE}`).toMatch(/^lkd_/)
  const key = /^HASH_KEY=(.*)$/m.exec(readFileSync(join(process.env.LATCHKEY_STATE ?? '', 'secrets.env'), 'utf8'))?.[1] ?? ''
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  Object.assign(secrets, { 'key of the deployment': key, 'bytes of the key': Buffer.from(key, 'hex') })

  // Lines come in order: with this one, those before it are there.
  await lineOf(await new Actor(newAddress()).get('/session'))
  const places = { 'the log': Buffer.from(logged()), 'a row': Buffer.from(await db.dump()), 'the file of the database': files() }
  for (const [place, bytes] of Object.entries(places)) {
    expect(bytes.includes(owner.user.id), `${place} is about these people`).toBe(true)
    const found = Object.entries(secrets).filter(([, secret]) => formsOf(secret).some((form) => bytes.includes(form)))
    expect(found.map(([name]) => name), place).toEqual([])
  }
})
