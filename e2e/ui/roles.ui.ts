// Roles in the browser: C-04 by name, and what is shown of what nobody can give.

import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { button, cell, dialog, expectNoSideways, open, rowOf, signIn, tabTo } from '../support/browser'
import { db } from '../support/db'
import { makeAccount, roleId } from '../support/machines'
import { colleague, customRole } from '../support/people'
import { expect, test } from '../support/test'

const PAGE = '/manage/roles'
const PERMISSIONS = ['Add, delete and modify a user', 'Administrative Management', 'Manage service accounts', 'Manage roles', 'Read the audit log', 'Introspect tokens', 'API access']

test.beforeEach(({ context, owner }) => signIn(context, owner))

const roles = (page: Page) => page.getByRole('table', { name: 'Roles' })
const openPage = (page: Page) => open(page, PAGE, 'Roles')
const box = (within: Locator, name: string) => within.getByRole('checkbox', { name, exact: true })

async function openRole(page: Page, name: string): Promise<Locator> {
  await button(roles(page), name).click()
  const drawer = dialog(page, 'Role')
  await expect(drawer.getByLabel('Name')).toHaveValue(name)
  return drawer
}

async function act(page: Page, role: string, what: string) {
  await button(roles(page), `Actions for ${role}`).click()
  await button(page, what).click()
}

test('C-04 a role with the two documented permissions is made, told to be there, and listed', async ({ page, owner }) => {
  await openPage(page)
  await expectAccessible(page)
  await button(page, 'New role').click()
  const made = dialog(page, 'New Role')
  await expect(made.getByLabel('Name')).toBeFocused()
  for (const name of PERMISSIONS) await expect(box(made, name)).toBeVisible()
  await expect(box(made, 'API access')).toBeChecked()
  await expectAccessible(page)
  await button(made, 'Save').click()
  await expect(made.getByText('Enter a name.')).toBeVisible()
  await expect(made.getByLabel('Name')).toBeFocused()
  await page.keyboard.type('Night shift')
  await box(made, 'Add, delete and modify a user').check()
  await box(made, 'Administrative Management').check()
  await box(made, 'Backups Write').check()
  await expect(box(made, 'Backups Read')).toBeChecked()
  await button(made, 'Save').click()
  await expect(made).toBeHidden()
  await expect(page.getByText('The role was made.')).toBeVisible()
  await expect(await cell(roles(page), 'Night shift', 'Permissions')).toHaveText('Add, delete and modify a user, Administrative Management, API access')
  await expect(await cell(roles(page), 'Night shift', 'Scopes')).toHaveText('Write: Backups')
  await expect(await cell(roles(page), 'Night shift', 'Held by')).toHaveText('Nobody')
  expect(await db.one(`SELECT permissions FROM roles WHERE tenant_id = ?1 AND built_in = 0`, owner.tenant)).toEqual({ permissions: 'manage_users administer api_access' })
})

test('a name that is taken is said at its field', async ({ page, owner }) => {
  await customRole(owner, 'Night shift', [], [])
  await openPage(page)
  await button(page, 'New role').click()
  const made = dialog(page, 'New Role')
  await made.getByLabel('Name').fill('night SHIFT')
  await button(made, 'Save').click()
  await expect(made.getByText('There is a role with this name. Choose another.')).toBeVisible()
  await expect(made.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
})

test('a role is edited in its drawer by keyboard, and the focus comes back to its row', async ({ page, owner }) => {
  const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
  await colleague(owner, 'Night shift')
  await openPage(page)
  await tabTo(page, button(roles(page), 'Night shift'))
  await page.keyboard.press('Enter')
  const drawer = dialog(page, 'Role')
  await expect(drawer.getByText('Held by 1 person. A change counts at once, for sessions and tokens too.')).toBeVisible()
  await expectAccessible(page)
  await expect(button(drawer, 'Save')).toBeDisabled()
  await drawer.getByLabel('Name').fill('Late shift')
  await box(drawer, 'Jobs Read').check()
  await page.keyboard.press('Enter')
  await expect(drawer).toBeHidden()
  await expect(page.getByText('The role was saved.')).toBeVisible()
  await expect(button(roles(page), 'Late shift')).toBeFocused()
  expect(await db.one('SELECT name, scopes, version FROM roles WHERE id = ?1', id)).toEqual({ name: 'Late shift', scopes: 'backups:read jobs:read', version: 2 })
})

test('who opened a role that was changed meanwhile is told, and shown what is there now', async ({ page, owner }) => {
  const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
  await openPage(page)
  const drawer = await openRole(page, 'Night shift')
  await owner.patch(`/roles/${id}`, { name: 'Day shift' })
  await drawer.getByLabel('Name').fill('Late shift')
  await button(drawer, 'Save').click()
  await expect(drawer.getByRole('alert')).toContainText('The role was changed elsewhere since you opened it.')
  await expect(drawer.getByLabel('Name')).toHaveValue('Late shift')
  await expectAccessible(page)
  await button(drawer, 'Discard mine and show what is there now').click()
  await expect(drawer.getByLabel('Name')).toHaveValue('Day shift')
  await drawer.getByLabel('Name').fill('Late shift')
  await button(drawer, 'Save').click()
  await expect(button(roles(page), 'Late shift')).toBeVisible()
})

test('what lets holders do more asks for the password, and then goes on by itself', async ({ page, owner }) => {
  const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
  await owner.goStale()
  await openPage(page)
  const drawer = await openRole(page, 'Night shift')
  await box(drawer, 'Jobs Write').check()
  await button(drawer, 'Save').click()
  const asking = page.getByRole('dialog').filter({ has: page.getByLabel('Password', { exact: true }) })
  await asking.getByLabel('Password', { exact: true }).fill(owner.account.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText('The role was saved.')).toBeVisible()
  expect((await owner.get(`/roles/${id}`)).json.scopes).toEqual(['backups:read', 'jobs:read', 'jobs:write'])
})

test('a built-in role is only looked at, and copied', async ({ page }) => {
  await openPage(page)
  const drawer = await openRole(page, 'API reader')
  await expect(drawer.getByText('This role came with Latchkey and stays as it is.')).toBeVisible()
  await expect(drawer.getByLabel('Name')).toHaveJSProperty('readOnly', true)
  await expect(box(drawer, 'Backups Read')).toBeDisabled()
  await expect(button(drawer, 'Save')).toHaveCount(0)
  await expectAccessible(page)
  await button(drawer, 'Duplicate').click()
  const made = dialog(page, 'New Role')
  await expect(made.getByLabel('Name')).toHaveValue('Copy of API reader')
  await expect(box(made, 'Backups Read')).toBeChecked()
  await button(made, 'Save').click()
  await expect(await cell(roles(page), 'Copy of API reader', 'Scopes')).toHaveText('Read all')
  await button(roles(page), 'Actions for API reader').click()
  await expect(button(page, 'Delete')).toHaveCount(0)
})

test('a role that nobody holds is deleted; one that is in use says who stands in the way', async ({ page, owner }) => {
  await customRole(owner, 'Night shift', ['api_access'], [])
  const id = await customRole(owner, 'Day shift', ['api_access'], [])
  const grace = await colleague(owner, 'Day shift')
  await makeAccount(owner, { role_id: id })
  await openPage(page)
  await act(page, 'Day shift', 'Delete')
  const asking = dialog(page, 'Delete Role')
  await expect(asking).toContainText('Day shift is in use by 1 person, 1 service account.')
  await expect(asking.getByRole('link', { name: 'Show the people who hold it' })).toHaveAttribute('href', `/manage/users?role=${id}`)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await act(page, 'Night shift', 'Delete')
  await expectAccessible(page)
  // Somebody got it meanwhile.
  await owner.patch(`/users/${grace.user.id}`, { role_id: await roleId(owner, 'Night shift') })
  await button(asking, 'Yes, Proceed').click()
  await expect(asking.getByRole('alert')).toContainText('This role is in use by 1 person (Grace Hopper). Give them another role first.')
  await owner.patch(`/users/${grace.user.id}`, { role_id: await roleId(owner, 'Viewer') })
  await button(asking, 'Yes, Proceed').click()
  await expect(page.getByText('The role was deleted.')).toBeVisible()
  await expect(rowOf(roles(page), 'Night shift')).toHaveCount(0)
})

test('what somebody does not hold they cannot give, but take away', async ({ page, owner, context }) => {
  await customRole(owner, 'Mighty', ['administer', 'api_access'], ['vaults:write'])
  const grace = await colleague(owner, 'Member')
  await grace.take('Keeper', 'manage_roles api_access', 'backups:read')
  await context.clearCookies()
  await signIn(context, grace)
  await openPage(page)
  const drawer = await openRole(page, 'Mighty')
  await expect(drawer.getByText('What you do not hold yourself, you cannot give.')).toBeVisible()
  await expect(box(drawer, 'Read the audit log')).toBeDisabled()
  await expect(box(drawer, 'Jobs Read')).toBeDisabled()
  await box(drawer, 'Administrative Management').uncheck()
  await expect(box(drawer, 'Administrative Management')).toBeDisabled()
  await button(drawer, 'Clear').click()
  await button(drawer, 'Save').click()
  await expect(await cell(roles(page), 'Mighty', 'Permissions')).toHaveText('API access')
  await openRole(page, 'Keeper')
  await expect(dialog(page, 'Role').getByText('This is your own role')).toBeVisible()
})

test('the search is kept in the URL, and says when nothing is found', async ({ page, owner }) => {
  await customRole(owner, 'Night shift', [], [])
  await openPage(page)
  await page.getByRole('searchbox', { name: 'Search roles by name' }).fill('night')
  await expect(page).toHaveURL(`${PAGE}?search=night`)
  await expect(roles(page).getByRole('row')).toHaveCount(2)
  await page.reload()
  await expect(roles(page).getByRole('row')).toHaveCount(2)
  await page.getByRole('searchbox').fill('nobody')
  await expect(page.getByRole('heading', { name: 'No role found' })).toBeVisible()
  await expectAccessible(page)
  await button(page, 'Show all roles').click()
  await expect(rowOf(roles(page), 'Administrator')).toBeVisible()
})

test('who does not look after roles has no such page', async ({ page, owner }) => {
  await owner.take('Member')
  await open(page, PAGE, 'Page not found')
})

test('the page and its drawer fit a narrow screen', async ({ page, owner }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await customRole(owner, 'W'.repeat(64), PERMISSIONS.map((_, i) => ['manage_users', 'administer', 'manage_service_accounts', 'manage_roles', 'read_audit', 'introspect', 'api_access'][i] as string), ['backups:read'])
  await openPage(page)
  await expectNoSideways(page)
  await openRole(page, 'W'.repeat(64))
  await expectNoSideways(page)
})
