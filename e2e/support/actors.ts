// Who calls: anybody, a person in a browser, a token. Each test has its own, from an address of their own.

import { randomBytes, randomInt } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { expect } from '@playwright/test'
import { db } from './db'
import { type Answer, type Sent, origin, send } from './http'

export const API = '/api/v1'
export const COOKIE = '__Host-session'
export const DEVICE = '__Host-device'

/** So that limits by address meet nobody else. Limits count a /64 as one. */
export function newAddress(): string {
  const group = () => randomInt(1, 0x10000).toString(16)
  return `2001:db8:${group()}:${group()}::${group()}`
}

export class Actor {
  constructor(
    readonly address: string,
    readonly headers: OutgoingHttpHeaders = {},
  ) {}

  /** Exactly this path and method. */
  call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    return send(method, path, { ...sent, headers: { 'CF-Connecting-IP': this.address, ...this.headers, ...sent.headers } })
  }

  get(path: string, headers?: OutgoingHttpHeaders) {
    return this.call('GET', API + path, headers ? { headers } : {})
  }

  post(path: string, json: unknown = {}, headers?: OutgoingHttpHeaders) {
    return this.call('POST', API + path, headers ? { json, headers } : { json })
  }

  patch(path: string, json: unknown = {}, headers?: OutgoingHttpHeaders) {
    return this.call('PATCH', API + path, headers ? { json, headers } : { json })
  }

  put(path: string, json: unknown = {}, headers?: OutgoingHttpHeaders) {
    return this.call('PUT', API + path, headers ? { json, headers } : { json })
  }

  /** Bytes as they are. */
  upload(path: string, body: Buffer | string, type: string, headers: OutgoingHttpHeaders = {}) {
    return this.call('PUT', API + path, { body, headers: { 'Content-Type': type, ...headers } })
  }

  delete(path: string, headers?: OutgoingHttpHeaders) {
    return this.call('DELETE', API + path, headers ? { headers } : {})
  }

  from(address: string): Actor {
    return new Actor(address, this.headers)
  }
}

export function bearer(secret: string, address = newAddress()): Actor {
  return new Actor(address, { Authorization: `Bearer ${secret}` })
}

export type Made = { token: any; secret: string; bearer: Actor }

export type Account = { tenant_name: string; first_name: string; last_name: string; email: string; password: string }

export function newAccount(change: Partial<Account> = {}): Account {
  const mark = randomBytes(6).toString('hex')
  return {
    tenant_name: `Northwind ${mark}`,
    first_name: 'Ada',
    last_name: 'Lovelace',
    email: `ada.${mark}@northwind.example`,
    password: `gondola trumpet ${mark}`,
    ...change,
  }
}

/** A person in a browser, which keeps the cookies it was given last. */
export class Person extends Actor {
  cookie = ''
  device = ''
  user: any
  tenant = ''

  constructor(
    readonly account: Account,
    address = newAddress(),
  ) {
    super(address, { Origin: origin })
  }

  override async call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const cookies = [
      [COOKIE, this.cookie],
      [DEVICE, this.device],
    ].filter(([, value]) => value)
    const headers = { ...(cookies.length ? { Cookie: cookies.map((pair) => pair.join('=')).join('; ') } : {}), ...sent.headers }
    const answer = await super.call(method, path, { ...sent, headers })
    for (const cookie of answer.cookies) {
      this.cookie = cookie.match(`^${COOKIE}=([^;]*)`)?.[1] ?? this.cookie
      this.device = cookie.match(`^${DEVICE}=([^;]*)`)?.[1] ?? this.device
    }
    return answer
  }

  async signUp(): Promise<this> {
    const answer = await this.post('/sign-up', this.account)
    expect(answer.status, answer.text).toBe(201)
    this.user = answer.json
    this.tenant = (await db.one('SELECT tenant_id FROM users WHERE id = ?1', this.user.id)).tenant_id
    return this
  }

  signIn(change: Partial<Account> = {}): Promise<Answer> {
    const { email, password } = { ...this.account, ...change }
    return this.post('/session', { email, password })
  }

  /** The same person in another browser, at another address. */
  async elsewhere(): Promise<Person> {
    const other = new Person(this.account)
    other.user = this.user
    other.tenant = this.tenant
    expect((await other.signIn()).status).toBe(200)
    return other
  }

  async makeToken(change: Record<string, unknown> = {}): Promise<Made> {
    const name = `ci ${randomBytes(4).toString('hex')}`
    const answer = await this.post('/users/me/tokens', { name, scopes: ['backups:read'], ...change })
    expect(answer.status, answer.text).toBe(201)
    const { token, secret } = answer.json
    return { token, secret, bearer: bearer(secret) }
  }

  /** Past the time in which acts that need it are done without asking for the password. */
  async goStale() {
    await db.rows(`UPDATE sessions SET stepped_up_at = '2020-01-01T00:00:00Z' WHERE user_id = ?1`, this.user.id)
  }

  /** Gives them a role of their tenant; where none has the name, one is made. */
  async take(role: string, permissions = 'api_access', scopes = '') {
    await db.rows(
      `INSERT INTO roles (id, tenant_id, name, built_in, permissions, scopes, created_at)
       SELECT 'rol_' || substr(upper(hex(randomblob(13))), 1, 26), ?1, ?2, 0, ?3, ?4, '2026-01-01T00:00:00Z'
       WHERE NOT EXISTS (SELECT 1 FROM roles WHERE tenant_id = ?1 AND name = ?2)`,
      this.tenant,
      role,
      permissions,
      scopes,
    )
    await db.rows(
      'UPDATE users SET role_id = (SELECT id FROM roles WHERE tenant_id = ?1 AND name = ?2) WHERE id = ?3',
      this.tenant,
      role,
      this.user.id,
    )
  }

  async deactivate() {
    await db.rows('UPDATE users SET active = 0 WHERE id = ?1', this.user.id)
  }
}
