// Slack as the product meets it: the emulator, unchanged, behind what real Slack has and the emulator lacks. Run by
// itself: PORT, EMULATOR_PORT, CLIENT_ID, CLIENT_SECRET and REDIRECT_URI come from the environment.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { granted as grantedAs, incomingWebhook, refused, revoked as revocation } from './slack_shapes.ts'

const { PORT, EMULATOR_PORT, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env
const EMULATOR = `http://127.0.0.1:${EMULATOR_PORT}`
const SELF = `http://127.0.0.1:${PORT}`
/** Each test has a member of its own. */
const MEMBERS = Array.from({ length: 71 }, (_, i) => `member${String(i).padStart(2, '0')}`)

const seed = {
  slack: {
    team: { name: 'Acme Backup', domain: 'acme-backup' },
    users: MEMBERS.map((name) => ({ name, real_name: name, email: `${name}@acme.example` })),
    channels: [{ name: 'ops-alerts', topic: 'Alerts' }],
    oauth_apps: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, app_id: 'A0LATCHKEY1', name: 'Latchkey', redirect_uris: [REDIRECT_URI], scopes: ['incoming-webhook', 'chat:write', 'im:write'], bot_name: 'latchkey' }],
    tokens: MEMBERS.map((name) => ({ token: `xoxp-reader-${name}`, user: name, type: 'user', scopes: ['im:history', 'im:read', 'channels:history', 'channels:read', 'users:read', 'users:read.email'] })),
    strict_scopes: true,
    signing_secret: 'unused',
  },
}
const file = join(mkdtempSync(join(tmpdir(), 'latchkey-slack-')), 'seed.json')
writeFileSync(file, JSON.stringify(seed))
const program = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/emulate/dist/index.js')
const emulator = spawn(process.execPath, [program, 'start', '--service', 'slack', '--port', EMULATOR_PORT, '--seed', file], { stdio: 'inherit' })
emulator.on('exit', (code) => process.exit(code ?? 1))
process.on('SIGTERM', () => emulator.kill())

/** By Slack's id of a member: what a test wants to go wrong, and which calls came for them. */
const wanted = new Map()
const calls = new Map()
/** By what a message is sent with. */
const memberOf = new Map()
const revoked = new Set()
/** What lets those calls go on that are held, by member. */
const held = new Map()

const read = async (request) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function pass(request, body, path = request.url) {
  const headers = { ...request.headers }
  for (const name of ['host', 'connection', 'content-length', 'transfer-encoding']) delete headers[name]
  return fetch(EMULATOR + path, { method: request.method, headers, redirect: 'manual', body: ['GET', 'HEAD'].includes(request.method) ? undefined : body })
}

function answer(response, status, headers, body) {
  response.writeHead(status, headers)
  response.end(body)
}
const json = (response, value, status = 200, headers = {}) => answer(response, status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value))
const text = (response, status, word) => answer(response, status, { 'content-type': 'text/plain' }, word)

/** What should go wrong with this call, if anything. */
function trouble(member) {
  const [first] = wanted.get(member) ?? []
  if (first && first.times !== undefined && --first.times <= 0) wanted.get(member).shift()
  return first
}

/** A call that sends something to `member`; true if it was answered here. */
async function hinder(response, member, isWebhook) {
  const fault = trouble(member)
  calls.set(member, [...(calls.get(member) ?? []), { at: Date.now(), fault: fault?.kind ?? null }])
  if (!fault || fault.kind.endsWith(' answer')) return false
  if (fault.held) await new Promise((resolve) => held.set(member, resolve))
  if (fault.kind === 'error') isWebhook ? text(response, fault.status ?? 404, fault.error) : json(response, refused(fault.error))
  else if (fault.kind === 'status') answer(response, fault.status, fault.headers ?? {}, '')
  else if (fault.kind === 'broken') response.socket.destroy()
  return fault.kind !== 'none'
}

async function access(request, response, body) {
  const told = await pass(request, body)
  let granted = await told.json()
  if (granted.ok) {
    const member = granted.authed_user.id
    memberOf.set(granted.access_token, member)
    const channel = 'C000000001'
    const only = wanted.get(member)?.find((fault) => fault.kind === 'grant')
    const url = only?.webhook ?? `${SELF}/services/${granted.team.id}/B${randomBytes(4).toString('hex').toUpperCase()}/${randomBytes(12).toString('hex')}`
    memberOf.set(new URL(url).pathname, member)
    granted = grantedAs(granted, only?.scope, only?.team)
    if (granted.scope.includes('incoming-webhook')) granted.incoming_webhook = incomingWebhook('#general', channel, url, `${SELF}/services/${channel}`)
  }
  json(response, granted)
}

async function serve(request, response) {
  const { pathname } = new URL(request.url, SELF)
  const body = await read(request)
  if (pathname === '/control') {
    const { member, faults, release } = JSON.parse(body.toString() || '{}')
    if (faults) wanted.set(member, faults)
    if (release) held.get(member)?.()
    return json(response, { calls: calls.get(member) ?? [], revoked: [...revoked].filter((token) => memberOf.get(token) === member).length, credentials: [...memberOf].filter(([, of]) => of === member).map(([credential]) => credential) })
  }
  if (pathname === '/oauth/v2/authorize') {
    const told = await pass(request, body)
    const query = new URL(request.url, SELF).searchParams
    const back = new URL(query.get('redirect_uri') ?? SELF)
    back.searchParams.set('error', 'access_denied')
    back.searchParams.set('state', query.get('state') ?? '')
    const cancel = `<p><a href="${back.href.replaceAll('&', '&amp;')}">Cancel</a></p>`
    return answer(response, told.status, { 'content-type': 'text/html; charset=utf-8' }, (await told.text()).replace('<form', `${cancel}<form`))
  }
  if (pathname === '/api/oauth.v2.access') return access(request, response, body)
  const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
  if (pathname === '/api/auth.revoke') {
    if (wanted.get(memberOf.get(token))?.[0]?.kind === 'revocation fails') return json(response, refused('internal_error'))
    revoked.add(token)
    return json(response, revocation)
  }
  if (pathname.startsWith('/services/')) {
    const member = memberOf.get(pathname)
    if (!member) return text(response, 404, 'no_service')
    if (await hinder(response, member, true)) return
    const told = await pass(request, body, '/services/T000000001/B000000001/X000000001')
    return text(response, told.status, await told.text())
  }
  if (pathname === '/api/chat.postMessage') {
    const member = memberOf.get(token)
    if (!member) return json(response, refused('invalid_auth'))
    if (revoked.has(token)) return json(response, refused('token_revoked'))
    const fault = wanted.get(member)?.[0]
    if (await hinder(response, member, false)) return
    const told = await pass(request, body)
    if (fault?.kind === 'held answer') await new Promise((resolve) => held.set(member, resolve))
    if (fault?.kind === 'lost answer') return response.socket.destroy()
    return json(response, await told.json(), told.status)
  }
  const told = await pass(request, body)
  const headers = Object.fromEntries(told.headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'connection']) delete headers[name]
  if (headers.location) headers.location = headers.location.replace(EMULATOR, SELF)
  answer(response, told.status, headers, Buffer.from(await told.arrayBuffer()))
}

createServer((request, response) => {
  // Until the emulator is up, nor is this.
  serve(request, response).catch((error) => text(response, 503, String(error)))
}).listen(Number(PORT), '127.0.0.1')
