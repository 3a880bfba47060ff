// Recurring acts in the browser, by role and label.

import { type BrowserContext, type Locator, type Page, expect } from '@playwright/test'
import { COOKIE, type Person } from './actors'
import { origin } from './http'

export const API_ACCESS = '/settings/api-access'
export const TABS: [string, string][] = [
  ['Account profile', '/settings/profile'],
  ['Account security', '/settings/security'],
  ['API Access', API_ACCESS],
  ['Notifications', '/settings/notifications'],
]
export const RESOURCES = ['Backups', 'Policies', 'Recoveries', 'Roles', 'Sources', 'Subscriptions', 'Usage', 'Users', 'Vaults', 'Jobs', 'Statistics']
export const WARNING = "Make sure to copy the token, because you won't see it again."

/** Signs the browser in, in a session of its own. */
export async function signIn(context: BrowserContext, person: Person) {
  const { cookie } = await person.elsewhere()
  await context.addCookies([{ name: COOKIE, value: cookie, url: origin.replace('http:', 'https:'), secure: true, httpOnly: true, sameSite: 'Lax' }])
}

/** Opens a page and waits until it is there. */
export async function open(page: Page, path: string, heading = 'Account Settings') {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
}

/** Holds back the requests that a page sends to these addresses, until what it returns is called. */
export async function holdBack(page: Page, addresses: string): Promise<() => void> {
  let release = () => {}
  const released = new Promise<void>((resolve) => { release = resolve })
  await page.route(addresses, async (route) => {
    await released
    await route.continue()
  })
  return release
}

/** The button with the name of the person, which opens the account menu. */
export const menu = (page: Page) => page.getByRole('banner').getByRole('button', { name: 'Ada Lovelace' })
export const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true })
export const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true })
export const tokens = (page: Page) => page.getByRole('table', { name: 'Access tokens' })
export const history = (page: Page) => page.getByRole('table', { name: 'Revoked tokens' })

/** The row whose heading begins with this. */
export const rowOf = (table: Locator, name: string) => table.getByRole('row').filter({ has: table.page().getByRole('rowheader', { name }) })
/** What stands in a row under the head of a column. */
export async function cell(table: Locator, name: string, column: string): Promise<Locator> {
  const heads = await table.getByRole('columnheader').allInnerTexts()
  const at = heads.findIndex((head) => head.trim() === column)
  expect(at, `${column} among ${heads.join(', ')}`).toBeGreaterThanOrEqual(0)
  const row = rowOf(table, name)
  return row.getByRole('rowheader').or(row.getByRole('cell')).nth(at)
}

export async function openAddDialog(page: Page): Promise<Locator> {
  await button(page, 'Add New Access Token').click()
  const adding = dialog(page, 'Add New Token')
  await expect(adding).toBeVisible()
  return adding
}

/** Makes a token through the dialogs and leaves `New Token Created` open. */
export async function generate(page: Page, name: string, ...scopes: string[]): Promise<{ created: Locator; secret: string }> {
  const adding = await openAddDialog(page)
  await adding.getByLabel('Name').fill(name)
  for (const scope of scopes) await adding.getByRole('checkbox', { name: scope, exact: true }).check()
  await button(adding, 'Generate Token').click()
  const created = dialog(page, 'New Token Created')
  await expect(created).toBeVisible()
  return { created, secret: await created.getByLabel('Access token').inputValue() }
}

/** Chooses from the menu of a token's row. */
export async function act(page: Page, name: string, action: string, table = tokens(page)) {
  await button(rowOf(table, name), `Actions for ${name}`).click()
  await button(rowOf(table, name), action).click()
}

/** `Edit token` of the token of this name. */
export async function editToken(page: Page, name: string): Promise<Locator> {
  await act(page, name, 'Edit')
  const editing = dialog(page, 'Edit token')
  await expect(editing).toBeVisible()
  return editing
}

/** Goes on by Tab until the focus is there. */
export async function tabTo(page: Page, target: Locator, key = 'Tab') {
  for (let i = 0; i < 60; i++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  await expect(target).toBeFocused()
}

/** Nothing sticks out to the side. */
export async function expectNoSideways(page: Page) {
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  expect(content).toBeLessThanOrEqual(width ?? 0)
}

/** Closing the tab asks first, and whoever stays finds everything as it was. */
export async function expectAskedOutOfTheTab(page: Page) {
  const asked = page.waitForEvent('dialog')
  await page.close({ runBeforeUnload: true })
  const question = await asked
  expect(question.type()).toBe('beforeunload')
  await question.dismiss()
}
