import type { Locator, Page } from '@playwright/test'
import { type Account, bearer, newAccount } from '../support/actors'
import { API_ACCESS, WARNING, button, cell, dialog, expectNoSideways, history, open, rowOf, tabTo, tokens } from '../support/browser'
import { expect, test } from '../support/test'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

/** How a person does things: with the mouse or on the keyboard alone. */
type Hands = {
  fill: (field: Locator, text: string) => Promise<void>
  press: (target: Locator) => Promise<void>
  check: (box: Locator) => Promise<void>
}

const mouse = (): Hands => ({
  fill: (field, text) => field.fill(text),
  press: (target) => target.click(),
  check: (box) => box.click(),
})

const keyboard = (page: Page): Hands => ({
  fill: async (field, text) => {
    await tabTo(page, field)
    await page.keyboard.type(text)
  },
  press: async (target) => {
    await tabTo(page, target)
    await page.keyboard.press('Enter')
  },
  check: async (box) => {
    await tabTo(page, box)
    await page.keyboard.press('Space')
  },
})

async function journey(page: Page, { fill, press, check }: Hands, account: Account) {
  await open(page, '/', 'Sign in to Latchkey')
  await press(page.getByRole('link', { name: 'Sign up' }))
  await expect(page.getByRole('heading', { name: 'Sign up for Latchkey' })).toBeVisible()
  await fill(page.getByLabel('Company'), account.tenant_name)
  await fill(page.getByLabel('First name'), account.first_name)
  await fill(page.getByLabel('Last name'), account.last_name)
  await fill(page.getByLabel('Email'), account.email)
  await fill(page.getByLabel('Password', { exact: true }), account.password)
  await press(button(page, 'Sign up'))

  await expect(page).toHaveURL(API_ACCESS)
  await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
  await press(button(page, 'Add New Access Token'))
  const adding = dialog(page, 'Add New Token')
  await expect(adding.getByLabel('Name')).toBeFocused()
  await page.keyboard.type('nightly')
  await fill(adding.getByLabel('Description'), 'Copies the vault')
  await check(adding.getByRole('checkbox', { name: 'Users Read', exact: true }))
  await check(adding.getByRole('checkbox', { name: 'Vaults Write', exact: true }))
  await press(button(adding, 'Generate Token'))

  const created = dialog(page, 'New Token Created')
  await expect(created.getByText(WARNING)).toBeVisible()
  await press(button(created, 'Copy'))
  await expect(button(created, 'Copied')).toBeVisible()
  await expect(created.getByRole('status').filter({ hasText: 'Copied to the clipboard' })).toHaveCount(1)
  const secret = await page.evaluate(() => navigator.clipboard.readText())
  expect(secret).toMatch(/^lkp_[0-9A-Za-z]{36}$/)
  await press(button(created, 'Done'))
  await expect(created).toBeHidden()

  // A script somewhere else, with what was copied.
  const script = bearer(secret)
  const people = await script.get('/users')
  expect(people.status).toBe(200)
  expect(people.json.items.map((user: any) => user.email)).toEqual([account.email])
  expect((await script.get('/roles')).json.required_scopes).toEqual(['roles:read'])

  await expect(await cell(tokens(page), 'nightly', 'Last used')).toHaveText('Never')
  await expect(async () => {
    await page.reload()
    await expect(await cell(tokens(page), 'nightly', 'Last used')).toHaveText('now', { timeout: 500 })
  }).toPass()
  await expect(await cell(tokens(page), 'nightly', 'Status')).toHaveText('Active')

  await check(page.getByRole('checkbox', { name: 'Select nightly' }))
  await press(button(page, 'Revoke Selected Tokens'))
  const revoking = dialog(page, 'Revoke Tokens')
  await expect(revoking.getByText('Revoke 1 token?')).toBeVisible()
  await expect(revoking.getByText('nightly')).toBeVisible()
  await fill(revoking.getByLabel('Reason'), 'no longer needed')
  await press(button(revoking, 'Yes, Proceed'))
  await expect(revoking).toBeHidden()
  await expect(page.getByRole('status').filter({ hasText: '1 token revoked.' })).toBeVisible()

  const refused = await script.get('/users')
  expect([refused.status, refused.json.code]).toEqual([401, 'token_revoked'])
  await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
  const past = rowOf(history(page), 'nightly')
  await expect(past).toBeVisible()
  await expect(await cell(history(page), 'nightly', 'Revoked by')).toHaveText(`${account.first_name} ${account.last_name}`)
  await expect(await cell(history(page), 'nightly', 'Reason')).toHaveText('no longer needed')
  await expect(await cell(history(page), 'nightly', 'Scopes')).toHaveText('Write: Vaults · Read: Users')
  await expectNoSideways(page)
}

test('sign up, make a scoped token, call the API with it, revoke it: by mouse', async ({ page }) => {
  await journey(page, mouse(), newAccount())
})

test('sign up, make a scoped token, call the API with it, revoke it: wholly by keyboard', async ({ page }) => {
  test.slow()
  await journey(page, keyboard(page), newAccount({ first_name: 'Grace', last_name: 'Hopper' }))
})
