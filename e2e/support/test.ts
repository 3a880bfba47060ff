// The only `test` that specs import.

import { test as base, expect } from '@playwright/test'
import { Actor, Person, newAccount, newAddress } from './actors'

export { expect }

type Fixtures = {
  /** Nobody in particular. */
  anonymous: Actor
  /** The first Administrator of a tenant that is new in this test, just signed in. */
  owner: Person
  /** The same, of another tenant. */
  stranger: Person
  /** What the browser's console complained about. Must be empty in the end; who provokes something empties it. */
  complaints: string[]
}

export const test = base.extend<Fixtures>({
  anonymous: async ({}, use) => use(new Actor(newAddress())),
  owner: async ({}, use) => use(await new Person(newAccount()).signUp()),
  stranger: async ({}, use) => use(await new Person(newAccount({ first_name: 'Grace', last_name: 'Hopper' })).signUp()),

  complaints: async ({}, use) => {
    const complaints: string[] = []
    await use(complaints)
    expect(complaints).toEqual([])
  },
  // Browsers call from an address of their own too, and each must stay quiet: no failure, no violation of the policy.
  context: async ({ context, complaints }, use) => {
    await context.setExtraHTTPHeaders({ 'CF-Connecting-IP': newAddress() })
    context.on('weberror', (error) => complaints.push(String(error.error())))
    context.on('console', (message) => {
      // A refusal by the API, or no network, is a line of its own; the tests see what the page makes of it.
      const refused = message.text().startsWith('Failed to load resource')
      if (['error', 'warning', 'assert'].includes(message.type()) && !refused) complaints.push(`${message.type()}: ${message.text()}`)
    })
    await use(context)
  },
})
