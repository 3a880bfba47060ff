// People of one company, and how they come into it.

import { randomBytes } from 'node:crypto'
import { expect } from '@playwright/test'
import { type Account, Person, newAccount } from './actors'
import { db } from './db'
import { roleId } from './machines'
import { linkIn, mailTo } from './mail'

/** Somebody of the same company, signed in. They sign up by themselves and are moved there, which takes no mail. */
export async function colleague(owner: Person, role = 'Member', change: Partial<Account> = {}): Promise<Person> {
  const person = await new Person(newAccount({ first_name: 'Grace', last_name: 'Hopper', ...change })).signUp()
  await db.rows('UPDATE users SET tenant_id = ?1, role_id = ?2 WHERE id = ?3', owner.tenant, await roleId(owner, role), person.user.id)
  await db.rows('UPDATE sessions SET tenant_id = ?1 WHERE user_id = ?2', owner.tenant, person.user.id)
  await db.rows('UPDATE devices SET tenant_id = ?1 WHERE user_id = ?2', owner.tenant, person.user.id)
  person.tenant = owner.tenant
  return person
}

/** A role of the company that is not built in, by its name. */
export async function customRole(owner: Person, name: string, permissions: string[], scopes: string[]): Promise<string> {
  const answer = await owner.post('/roles', { name, permissions, scopes })
  expect(answer.status, answer.text).toBe(201)
  return answer.json.id
}

/** Invites an address and takes what the link holds from the mail. */
export async function invite(owner: Person, role = 'Member', email = `grace.${randomBytes(6).toString('hex')}@northwind.example`): Promise<{ invitation: any; secret: string; email: string }> {
  const answer = await owner.post('/users', { email, role_id: await roleId(owner, role) })
  expect(answer.status, answer.text).toBe(201)
  return { invitation: answer.json, secret: await secretIn(owner, email), email }
}

/** What the link holds in the one invitation that was mailed there. */
export async function secretIn(owner: Person, email: string): Promise<string> {
  const mail = await mailTo(email, `Ada Lovelace invites you to ${owner.account.tenant_name}`)
  return linkIn(mail, '/invitation/').replace('/invitation/', '')
}
