// A reverse proxy asks: as the proxies do, and by a real nginx.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Actor, bearer, newAddress } from '../support/actors'
import { makeAccount } from '../support/machines'
import { expectProblem } from '../support/problem'
import { freePort } from '../support/server'
import { expect, test } from '../support/test'
import { Upstream } from '../support/upstream'

const ask = (actor: Actor, method: string, uri: string, headers = {}) =>
  actor.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': method, 'X-Forwarded-Uri': uri, ...headers } })

test('a call that may pass is told who makes it', async ({ owner }) => {
  const { token, bearer } = await owner.makeToken({ scopes: ['backups:read', 'jobs:write'] })
  const answer = await ask(bearer, 'GET', '/backups/daily?x=/../y')
  expect([answer.status, answer.text]).toEqual([204, ''])
  expect(Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-latchkey-')))).toEqual({
    'x-latchkey-tenant': owner.tenant,
    'x-latchkey-owner': owner.user.id,
    'x-latchkey-credential': token.id,
    'x-latchkey-scopes': 'backups:read jobs:read jobs:write',
    'x-latchkey-request-id': answer.requestId,
  })
  const { account, pair } = await makeAccount(owner)
  const machine = await ask(pair, 'DELETE', '/users/1')
  expect([machine.status, machine.header('x-latchkey-owner'), machine.header('x-latchkey-credential')]).toEqual([204, account.id, 'api_key'])
})

test('every refusal is a 401 or a 403, with its reason in a header', async ({ owner, anonymous }) => {
  const { bearer: reader } = await owner.makeToken({ scopes: ['backups:read'], ip_allowlist: ['192.0.2.0/24'] })
  const inside = reader.from('192.0.2.7')
  const { token, bearer: dead } = await owner.makeToken()
  await owner.delete(`/tokens/${token.id}`)
  const { secret } = await owner.makeToken()
  const cases: [Promise<any>, number, string][] = [
    [ask(anonymous, 'GET', '/backups'), 401, 'unauthenticated'],
    [ask(owner, 'GET', '/backups'), 401, 'unauthenticated'],
    [ask(bearer('lkp_nonsense'), 'GET', '/backups'), 401, 'unauthenticated'],
    [ask(dead, 'GET', '/backups'), 401, 'token_revoked'],
    [ask(inside, 'POST', '/backups'), 403, 'insufficient_scope'],
    [ask(reader.from('198.51.100.7'), 'GET', '/backups'), 403, 'ip_not_allowed'],
    [ask(inside, 'GET', '/nonsense'), 403, 'forbidden'],
    [ask(inside, 'get', '/backups'), 403, 'forbidden'],
    [ask(inside, 'GET, DELETE', '/backups'), 403, 'forbidden'],
    [ask(inside, 'GET', ''), 403, 'forbidden'],
    [inside.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Method': 'GET' } }), 403, 'forbidden'],
    [inside.call('GET', '/forward-auth', { headers: { 'X-Forwarded-Uri': '/backups' } }), 403, 'forbidden'],
    [ask(new Actor(newAddress(), { Authorization: `Bearer ${secret}`, 'api-key': 'lkk_x', 'api-secret': 'lks_y' }), 'GET', '/backups'), 403, 'invalid'],
  ]
  for (const [call, status, code] of cases) {
    const answer = await call
    expectProblem(answer, status, code)
    expect(answer.header('x-latchkey-error')).toBe(code)
    expect(answer.header('x-latchkey-owner')).toBeNull()
  }
})

test('paths that programs read differently are refused', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ kind: 'all', scopes: undefined })
  for (const uri of ['/backups/../users', '/backups/%2e%2e/users', '/backups/..%2fusers', '//users', '/backups//x', '/backups\\..\\users', '/backups/..;/users', '/backups/%00', 'http://elsewhere/backups', '/backups, /users', '/backups#x']) {
    expectProblem(await ask(bearer, 'GET', uri), 403, 'forbidden')
  }
})

test('Envoy asks with its own method and path, whatever the caller claims', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'] })
  const asks = { 'X-Latchkey-Asks': 'envoy' }
  expect((await bearer.call('GET', '/forward-auth/backups/daily?x=1', { headers: asks })).status).toBe(200)
  const claims = { ...asks, 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/backups' }
  expectProblem(await bearer.call('DELETE', '/forward-auth/backups/daily', { headers: claims }), 403, 'insufficient_scope')
  expectProblem(await bearer.call('GET', '/forward-auth/users', { headers: claims }), 403, 'insufficient_scope')
  // What a path with /.. in it came to.
  const strayed = await bearer.call('GET', '/api/v1/users', { headers: asks })
  expectProblem(strayed, 403, 'forbidden')
  expect(strayed.header('x-latchkey-error')).toBe('forbidden')
})

test('only a proxy of the operator is believed when it tells an address, and only the one that it has seen', async ({ owner }) => {
  const { bearer } = await owner.makeToken({ scopes: ['backups:read'], ip_allowlist: ['192.0.2.7'] })
  const from = (address: string, told: string) => ask(bearer.from(address), 'GET', '/backups', { 'X-Forwarded-For': told })
  expect((await from('127.0.0.1', '192.0.2.7')).status).toBe(204)
  expect((await from('127.0.0.1', '203.0.113.1, 192.0.2.7')).status).toBe(204)
  for (const [address, told] of [['127.0.0.1', '192.0.2.7, 203.0.113.1'], ['127.0.0.1', 'nonsense'], ['127.0.0.1', ''], ['203.0.113.1', '192.0.2.7']] as const) {
    expectProblem(await from(address, told), 403, 'ip_not_allowed')
  }
  expect((await from('192.0.2.7', '203.0.113.1')).status).toBe(204)
})

test.describe('nginx, by the configuration of the documentation', () => {
  test.describe.configure({ mode: 'serial' })

  let folder: string
  let nginx: ChildProcess
  let port: number
  const upstream = new Upstream()

  test.beforeAll(async () => {
    const behind = await freePort()
    await upstream.start(behind)
    port = await freePort()
    folder = mkdtempSync(join(tmpdir(), 'latchkey-nginx-'))
    const latchkey = `127.0.0.1:${process.env.PORT}`
    // Where things are, and plain HTTP to a Latchkey on this machine, is all that differs.
    const server = readFileSync(join(__dirname, '../../docs/nginx.conf'), 'utf8')
      .replace('latchkey.example.com:443', latchkey)
      .replace('https://latchkey/', 'http://latchkey/')
      .replaceAll('latchkey.example.com', `localhost:${process.env.PORT}`)
      .replace('127.0.0.1:9000', `127.0.0.1:${behind}`)
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
    writeFileSync(join(folder, 'nginx.conf'), `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;\nevents {}\nhttp { access_log off; ${paths.join(' ')}\n${server}\n}\n`)
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
    nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { env })
    let said = ''
    nginx.stderr?.on('data', (piece) => (said += piece))
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => said), { timeout: 10_000 }).toBe(true)
  })

  test.afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve))
    nginx.kill('SIGTERM')
    await ended
    await upstream.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** From an address of this machine, which nginx sees as the client's. */
  const call = (method: string, path: string, headers: Record<string, string>, from = '127.0.0.1') =>
    new Promise<{ status: number; headers: Record<string, any>; text: string }>((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, method, path, headers, localAddress: from, agent: false }, (response) => {
        let text = ''
        response.on('data', (piece) => (text += piece))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      })
      call.on('error', reject)
      call.end()
    })

  test('lets good calls through, with who makes them and without the credential', async ({ owner }) => {
    const { token, secret } = await owner.makeToken({ scopes: ['backups:write'] })
    const answer = await call('POST', '/backups/daily?x=1', { Authorization: `Bearer ${secret}`, 'X-Latchkey-Owner': 'usr_faked', 'X-Latchkey-Scopes': 'users:write', 'X-Forwarded-For': '203.0.113.5', 'X-Forwarded-Uri': '/jobs', 'X-Real-IP': '203.0.113.5', Forwarded: 'for=203.0.113.5', 'X-Own': 'kept' })
    expect(answer.status, answer.text).toBe(201)
    const { url, headers } = JSON.parse(answer.text)
    expect(url).toBe('/backups/daily?x=1')
    expect(headers).toMatchObject({ 'x-latchkey-owner': owner.user.id, 'x-latchkey-tenant': owner.tenant, 'x-latchkey-credential': token.id, 'x-latchkey-scopes': 'backups:read backups:write', 'x-own': 'kept', 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' })
    for (const name of ['authorization', 'forwarded', 'x-forwarded-uri']) expect(headers).not.toHaveProperty(name)
    const { pair, account } = await makeAccount(owner)
    const machine = await call('GET', '/users', pair.headers as Record<string, string>)
    expect(JSON.parse(machine.text).headers).toMatchObject({ 'x-latchkey-owner': account.id })
    expect(JSON.parse(machine.text).headers).not.toHaveProperty('api-secret')
  })

  test('stops all others, and says why', async ({ owner }) => {
    const { token, secret } = await owner.makeToken({ scopes: ['backups:read'] })
    const headers = { Authorization: `Bearer ${secret}` }
    const before = upstream.seen.length
    const stopped = async (method: string, path: string, status: number, code: string, with_ = headers as Record<string, string>) => {
      const answer = await call(method, path, with_)
      expect([answer.status, answer.headers['x-latchkey-error']], `${method} ${path}`).toEqual([status, code])
    }
    await stopped('GET', '/backups', 401, 'unauthenticated', {})
    await stopped('DELETE', '/backups/1', 403, 'insufficient_scope')
    await stopped('GET', '/jobs', 403, 'insufficient_scope')
    const lacking = await call('GET', '/jobs', headers)
    expect(lacking.headers['www-authenticate']).toBe('Bearer realm="Latchkey", error="insufficient_scope", scope="jobs:read"')
    expect(lacking.headers.link).toContain(`edit=${token.id}&add=jobs:read`)
    expect((await call('GET', '/jobs', { Authorization: 'Bearer lkp_x' })).headers['www-authenticate']).toBe('Bearer realm="Latchkey", error="invalid_token"')
    await stopped('GET', '/backups/%2e%2e/jobs', 403, 'forbidden')
    await stopped('GET', '/backups/../jobs', 403, 'forbidden')
    expect((await call('GET', '/_latchkey', headers)).status).toBe(404)
    await owner.delete(`/tokens/${token.id}`)
    await stopped('GET', '/backups', 401, 'token_revoked')
    expect(upstream.seen).toHaveLength(before)
  })

  test('judges IP allowlists by the address of its own client', async ({ owner }) => {
    const { secret } = await owner.makeToken({ scopes: ['backups:read'], ip_allowlist: ['127.0.0.7'] })
    const headers = { Authorization: `Bearer ${secret}` }
    expect((await call('GET', '/backups', headers, '127.0.0.7')).status).toBe(200)
    for (const told of [{}, { 'X-Forwarded-For': '127.0.0.7' }, { 'X-Real-IP': '127.0.0.7' }, { 'CF-Connecting-IP': '127.0.0.7' }]) {
      const answer = await call('GET', '/backups', { ...headers, ...told }, '127.0.0.8')
      expect([answer.status, answer.headers['x-latchkey-error']]).toEqual([403, 'ip_not_allowed'])
    }
  })
})
