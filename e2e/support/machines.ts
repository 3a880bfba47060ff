// Service accounts, and what they show.

import { randomBytes } from 'node:crypto'
import { expect } from '@playwright/test'
import { Actor, type Person, newAddress } from './actors'
import { db } from './db'

export const roleId = async (person: Person, name: string): Promise<string> =>
  (await db.one('SELECT id FROM roles WHERE tenant_id = ?1 AND name = ?2', person.tenant, name)).id

/** A role that is not built in, by its name. */
export async function makeRole(person: Person, permissions: string, scopes: string): Promise<string> {
  const id = `rol_${randomBytes(13).toString('hex').toUpperCase()}`
  await db.rows(
    `INSERT INTO roles (id, tenant_id, name, built_in, permissions, scopes, created_at) VALUES (?1, ?2, ?1, 0, ?3, ?4, '2026-01-01T00:00:00Z')`,
    id,
    person.tenant,
    permissions,
    scopes,
  )
  return id
}

export type Account = { account: any; key: string; secret: string; basic: Actor; pair: Actor }

export const basic = (key: string, secret: string, address = newAddress()) =>
  new Actor(address, { Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` })

export async function makeAccount(person: Person, change: Record<string, unknown> = {}): Promise<Account> {
  const draft = { name: `sync ${randomBytes(4).toString('hex')}`, role_id: await roleId(person, 'API writer'), ...change }
  const answer = await person.post('/service-accounts', draft)
  expect(answer.status, answer.text).toBe(201)
  const { service_account, api_key: key, api_secret: secret } = answer.json
  return { account: service_account, key, secret, basic: basic(key, secret), pair: new Actor(newAddress(), { 'api-key': key, 'api-secret': secret }) }
}

/** An answer of OAuth to a form. */
export const form = (actor: Actor, path: string, fields: Record<string, string>) =>
  actor.call('POST', path, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() })
