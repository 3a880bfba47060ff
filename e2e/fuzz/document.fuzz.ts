// Values that nobody thought of, by schemathesis, as each kind of caller: `cargo xtask test` runs a short round of it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAddress } from '../support/actors'
import { origin } from '../support/http'
import { makeAccount } from '../support/machines'
import { expect, test } from '../support/test'

/** A long round takes half an hour and more. */
const IS_LONG = process.env.FUZZ === 'long'
const EXAMPLES = IS_LONG ? '100' : '2'
/** What ends the credential that a round is made with: whoever signs in gives the session up that their browser had. */
const ENDS = ['signOut', 'signUp', 'signIn', 'acceptInvitation', 'revokeOwnToken', 'rotateOwnToken']

/** One round; a thorough one also tries every bound of every member, one after the other. */
function fuzz(headers: Record<string, string>, isThorough = IS_LONG) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-'))
  const all = { 'CF-Connecting-IP': newAddress(), ...headers }
  const run = spawnSync(
    process.env.SCHEMATHESIS ?? 'schemathesis',
    [
      ...['--config-file', join(__dirname, 'schemathesis.toml'), 'run', `${origin}/api/openapi.json`, '--url', origin],
      ...['--phases', isThorough ? 'examples,coverage,fuzzing,stateful' : 'examples,fuzzing,stateful'],
      ...['--max-examples', EXAMPLES, '--seed', '1', '--generation-database', 'none'],
      ...(Object.keys(headers).length ? ENDS : []).flatMap((id) => ['--exclude-operation-id', id]),
      ...Object.entries(all).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ],
    { cwd: folder, env: { ...process.env, TERM: 'dumb', COLUMNS: '160' }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  rmSync(folder, { recursive: true, force: true })
  const said = `${run.error ?? ''}${run.stdout}${run.stderr}`
  if (process.env.FUZZ_SHOW) console.log(said)
  expect(run.status, said).toBe(0)
}

test.describe.configure({ timeout: IS_LONG ? 0 : 600_000 })

test('nothing is found by somebody who has no credential', () => fuzz({}))

test('nothing is found by an Administrator in a browser', async ({ owner }) => {
  fuzz({ Cookie: `__Host-session=${owner.cookie}`, Origin: origin }, true)
  expect((await owner.get('/session')).status, 'the credential is still good').toBe(200)
})

test('nothing is found by an access token', async ({ owner }) => {
  const { secret, bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  fuzz({ Authorization: `Bearer ${secret}` })
  expect((await bearer.get('/tokens/self')).status, 'the credential is still good').toBe(200)
})

test('nothing is found by a service account', async ({ owner }) => {
  const { key, secret, basic } = await makeAccount(owner)
  fuzz({ Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` })
  expect((await basic.get('/statistics')).status, 'the credential is still good').toBe(200)
})
