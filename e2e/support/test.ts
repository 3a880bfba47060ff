// The only `test` that specs import.

import { test as base } from '@playwright/test'
import { Actor, Person, newAccount, newAddress } from './actors'

export { expect } from '@playwright/test'

type Fixtures = {
  /** Nobody in particular. */
  anonymous: Actor
  /** The first Administrator of a tenant that is new in this test, just signed in. */
  owner: Person
  /** The same, of another tenant. */
  stranger: Person
}

export const test = base.extend<Fixtures>({
  anonymous: async ({}, use) => use(new Actor(newAddress())),
  owner: async ({}, use) => use(await new Person(newAccount()).signUp()),
  stranger: async ({}, use) => use(await new Person(newAccount({ first_name: 'Grace', last_name: 'Hopper' })).signUp()),
  // Browsers call from an address of their own too.
  context: async ({ context }, use) => {
    await context.setExtraHTTPHeaders({ 'CF-Connecting-IP': newAddress() })
    await use(context)
  },
})
