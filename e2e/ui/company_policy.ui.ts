// The page Policy in the browser.

import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { button, dialog, expectNoSideways, open, openAddDialog, signIn } from '../support/browser'
import { db } from '../support/db'
import { expect, test } from '../support/test'

const PAGE = '/manage/policy'
const row = (page: Page, kind: string) => page.getByRole('table', { name: 'Life of access tokens' }).getByRole('row').filter({ has: page.getByRole('rowheader', { name: kind }) })
const fact = (page: Page, name: string) => page.locator('dl > div').filter({ has: page.getByText(name) }).getByRole('definition')
const openPage = async (page: Page) => {
  await open(page, PAGE, 'Policy')
  await expect(row(page, 'Custom')).toHaveText('Custom90365')
}
/** The form, once it has taken the focus: what is typed before goes to wherever that moves. */
const edit = async (page: Page) => {
  await button(page, 'Edit').click()
  await expect(page.getByLabel('All, by default')).toBeFocused()
}
const openForm = async (page: Page) => {
  await openPage(page)
  await edit(page)
  await expect(page.getByLabel('Custom, at most')).toHaveValue('365')
}

test.beforeEach(({ context, owner }) => signIn(context, owner))

test('b.3 lifetimes are changed, and the form for a new token offers no more', async ({ page, owner }) => {
  await openForm(page)
  await expectAccessible(page)
  await expect(button(page, 'Save')).toBeDisabled()
  await page.getByLabel('Custom, at most').fill('45')
  await page.getByLabel('Custom, by default').fill('45')
  await page.getByRole('checkbox', { name: 'Tokens may have no end' }).check()
  await button(page, 'Save').click()
  const asking = dialog(page, 'Change the policy?')
  await expect(asking).toContainText('No token and nobody is touched by it now.')
  await expectAccessible(page)
  await button(asking, 'Change the policy').click()
  await expect(page.getByText('The policy was saved.')).toBeVisible()
  await expect(row(page, 'Custom')).toHaveText('Custom4545')
  await expect(fact(page, 'Tokens may have no end')).toHaveText('Yes')
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  expect((await owner.get('/policy')).json).toMatchObject({ token_max_days: { custom: 45, all: 365 }, token_default_days: { custom: 45 }, forever_allowed: true })
  await open(page, '/settings/api-access')
  const end = (await openAddDialog(page)).getByRole('group', { name: 'Renewable until' })
  await expect(end.getByRole('radio', { name: '45 days' })).toBeChecked()
  await expect(end.getByRole('radio', { name: 'No end' })).toBeVisible()
  await expect(end.getByRole('radio', { name: '60 days' })).toHaveCount(0)
})

test('b.3 c.9 what a change would touch is told before it is made', async ({ page, owner }) => {
  await owner.makeToken()
  await owner.makeToken()
  await openForm(page)
  await page.getByLabel('Custom, at most').fill('30')
  await page.getByLabel('Custom, by default').fill('7')
  await page.getByRole('checkbox', { name: 'Everybody signs in with a second factor' }).check()
  await button(page, 'Save').click()
  const asking = dialog(page, 'Change the policy?')
  await expect(asking).toContainText('2 tokens live longer than this allows.')
  await expect(asking).toContainText('1 person has no second factor.')
  await button(asking, 'Cancel').click()
  await expect(button(page, 'Save')).toBeFocused()
  expect(await db.count('FROM policies WHERE tenant_id = ?1', owner.tenant)).toBe(0)
  await button(page, 'Save').click()
  await owner.goStale()
  await button(asking, 'Change the policy').click()
  await page.getByLabel('Password', { exact: true }).fill(owner.account.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText('The policy was saved.')).toBeVisible()
  expect(await db.one('SELECT mfa_required FROM policies WHERE tenant_id = ?1', owner.tenant)).toEqual({ mfa_required: 1 })
})

test('every number out of range is told at its field', async ({ page, owner }) => {
  await openForm(page)
  await page.getByLabel('1-Touch recovery, at most').fill('15')
  await page.getByLabel('Tokens per person').fill('many')
  await page.getByLabel('Microsoft SCIM, by default').fill('')
  await button(page, 'Save').click()
  await expect(page.getByText('Use a number from 1 to 14 days.')).toBeVisible()
  await expect(page.getByText('Use a number from 1 to 365 days.')).toBeVisible()
  await expect(page.getByText('Use a number from 1 to 1000 tokens.')).toBeVisible()
  await expect(page.getByLabel('Microsoft SCIM, by default')).toBeFocused()
  await expectAccessible(page)
  expect(await db.count('FROM policies WHERE tenant_id = ?1', owner.tenant)).toBe(0)
})

test('who saves after somebody else is told, and shown what is there now', async ({ page, owner }) => {
  await openForm(page)
  await owner.put('/policy', { ...(await owner.get('/policy')).json, max_live_tokens: 9 })
  await page.getByLabel('Tokens per person').fill('20')
  await button(page, 'Save').click()
  await expect(page.getByRole('alert')).toContainText('The policy was changed elsewhere since you opened it.')
  await button(page, 'Discard mine and show what is there now').click()
  await expect(fact(page, 'Tokens per person')).toHaveText('9')
})

test('nobody leaves by accident with something unsaved', async ({ page }) => {
  await openForm(page)
  await page.getByLabel('Tokens per person').fill('20')
  await expect(page.getByText('Not saved yet.')).toBeVisible()
  await page.getByRole('link', { name: 'Security' }).first().click()
  await button(dialog(page, 'Leave without saving?'), 'Stay').click()
  await expect(page).toHaveURL(PAGE)
})

test('a change that is cancelled is asked about, and what held is there again', async ({ page, owner }) => {
  await openForm(page)
  await button(page, 'Cancel').click()
  await expect(button(page, 'Edit')).toBeFocused()
  await edit(page)
  await page.getByLabel('Tokens per person').fill('20')
  await button(page, 'Cancel').click()
  const asking = dialog(page, 'Leave without saving?')
  await button(asking, 'Stay').click()
  await expect(page.getByLabel('Tokens per person')).toHaveValue('20')
  await button(page, 'Cancel').click()
  await button(asking, 'Leave without saving').click()
  await expect(fact(page, 'Tokens per person')).toHaveText('50')
  await expect(page).toHaveURL(PAGE)
  await page.getByRole('link', { name: 'Security' }).first().click()
  await expect(page).not.toHaveURL(PAGE)
  expect(await db.count('FROM policies WHERE tenant_id = ?1', owner.tenant)).toBe(0)
})

test('who does not administer reads it, and cannot change it', async ({ page, owner }) => {
  await owner.take('Help desk', 'manage_users')
  await openPage(page)
  await expect(fact(page, 'Everybody signs in with a second factor')).toHaveText('No')
  await expect(page.getByText('Only those with Administrative Management change it.')).toBeVisible()
  await expect(button(page, 'Edit')).toHaveCount(0)
  await expectAccessible(page)
})

test('the page fits a narrow screen, to be read and to be changed', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await openPage(page)
  await expectNoSideways(page)
  await expectAccessible(page)
  await edit(page)
  await expect(page.getByLabel('Custom, at most')).toBeVisible()
  await expectNoSideways(page)
})
