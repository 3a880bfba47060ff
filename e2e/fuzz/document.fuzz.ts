// Values that nobody thought of, by schemathesis, as each kind of caller: `cargo xtask test` runs a short round of it.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Person, newAddress } from '../support/actors'
import { db } from '../support/db'
import { origin } from '../support/http'
import { makeAccount } from '../support/machines'
import { expect, test } from '../support/test'

/** A long round takes several minutes. */
const IS_LONG = process.env.FUZZ === 'long'
const EXAMPLES = IS_LONG ? '100' : '2'
const CONFIGURATION = readFileSync(join(__dirname, 'schemathesis.toml'), 'utf8')
/** What ends the credential that a round is made with: whoever signs in gives the session up that their browser had. */
const ENDS = ['signOut', 'signUp', 'signIn', 'acceptInvitation', 'revokeOwnToken', 'rotateOwnToken']

type Round = {
  /** Whether it also tries every bound of every member, one after the other. */
  isThorough?: boolean
  /** Whether the caller may make every call, so that none is refused for who they are. */
  mayAll?: boolean
  /** The only operations, one by one, in place of all but those that end the credential. */
  only?: string[]
}

/** One round with a credential. */
async function fuzz(headers: Record<string, string>, { isThorough = IS_LONG, mayAll = false, only }: Round = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-'))
  const all = { 'CF-Connecting-IP': newAddress(), ...headers }
  const chosen = only?.map((id) => ['--include-operation-id', id]) ?? (Object.keys(headers).length ? ENDS : []).map((id) => ['--exclude-operation-id', id])
  const phases = ['fuzzing', ...(isThorough ? ['coverage'] : []), ...(only ? [] : ['examples', 'stateful'])]
  const configuration = join(folder, 'schemathesis.toml')
  writeFileSync(configuration, mayAll ? CONFIGURATION : CONFIGURATION.replaceAll('["2xx", ', '["2xx", 401, 403, 415, '))
  const child = spawn(
    process.env.SCHEMATHESIS ?? 'schemathesis',
    [
      ...['--config-file', configuration, 'run', `${origin}/api/openapi.json`, '--url', origin],
      ...['--phases', phases.join()],
      ...['--max-examples', EXAMPLES, '--seed', '1', '--generation-database', 'none'],
      ...chosen.flat(),
      ...Object.entries(all).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ],
    { cwd: folder, env: { ...process.env, TERM: 'dumb', COLUMNS: '160' } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += piece))
  const status = await new Promise((resolve) => child.on('error', resolve).on('close', resolve))
  rmSync(folder, { recursive: true, force: true })
  if (process.env.FUZZ_SHOW) console.log(said)
  expect(status, said).toBe(0)
}

/** Keeps what a person confirmed fresh for as long as `round` takes: it lasts for a quarter of an hour. */
async function confirmedFor(owner: Person, round: Promise<void>) {
  const confirm = () => db.rows(`UPDATE sessions SET stepped_up_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE user_id = ?1`, owner.user.id)
  const timer = setInterval(() => void confirm(), 5 * 60 * 1000)
  await round.finally(() => clearInterval(timer))
}

const asPerson = (owner: Person) => ({ Cookie: `__Host-session=${owner.cookie}`, Origin: origin })

test.describe.configure({ timeout: IS_LONG ? 0 : 600_000 })

test('nothing is found by somebody who has no credential', () => fuzz({}))

test('nothing is found by an Administrator in a browser', async ({ owner }) => {
  await confirmedFor(owner, fuzz(asPerson(owner), { isThorough: true, mayAll: true }))
  expect((await owner.get('/session')).status, 'the credential is still good').toBe(200)
})

test('nothing is found by an access token', async ({ owner }) => {
  const { secret, bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  await fuzz({ Authorization: `Bearer ${secret}` })
  expect((await bearer.get('/tokens/self')).status, 'the credential is still good').toBe(200)
})

test('nothing is found by a service account', async ({ owner }) => {
  const { key, secret, basic } = await makeAccount(owner)
  await fuzz({ Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` })
  expect((await basic.get('/statistics')).status, 'the credential is still good').toBe(200)
})

test('nothing is found by who ends the credential that they call with', async ({ owner }) => {
  const other = await owner.elsewhere()
  await fuzz(asPerson(other), { only: ['signOut'] })
  expect((await other.get('/session')).status).toBe(401)
  for (const id of ['rotateOwnToken', 'revokeOwnToken']) {
    const { token, secret } = await owner.makeToken()
    await fuzz({ Authorization: `Bearer ${secret}` }, { only: [id] })
    const [events] = await db.rows('SELECT count(*) AS number FROM audit_events WHERE target_id = ?1', token.id)
    expect(events?.number, `${id} was done`).toBeGreaterThan(1)
  }
})
