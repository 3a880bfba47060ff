// The page Audit log in the browser.

import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { button, expectNoSideways, open, signIn } from '../support/browser'
import { colleague, customRole } from '../support/people'
import { db } from '../support/db'
import { expect, test } from '../support/test'

const PAGE = '/manage/audit'
const log = (page: Page) => page.getByRole('table', { name: 'Audit log' })
const openPage = (page: Page, query = '') => open(page, PAGE + query, 'Audit log')
const event = (page: Page, sentence: string) => log(page).getByRole('row').filter({ has: page.getByText(sentence, { exact: true }) })

test.beforeEach(({ context, owner }) => signIn(context, owner))

test('every event is a sentence, with before and after, address and request id', async ({ page, owner }) => {
  const id = await customRole(owner, 'Night shift', ['api_access'], ['backups:read'])
  await owner.patch(`/roles/${id}`, { name: 'Late shift', scopes: [] })
  await openPage(page)
  const row = event(page, 'Ada Lovelace edited the role Late shift')
  await expect(row).toContainText(owner.address)
  await row.getByText('2 changes, details').click()
  await expect(row.getByText('Night shift')).toBeVisible()
  const changes = row.getByLabel('Changes')
  await expect(changes).toContainText('Name')
  await expect(changes.locator('del')).toHaveText(['Night shift', 'backups:read'])
  await expect(changes.locator('ins')).toHaveText(['Late shift', '–'])
  const kept = await db.one(`SELECT request_id FROM audit_events WHERE tenant_id = ?1 AND action = 'role.updated'`, owner.tenant)
  await expect(row.getByText(kept.request_id)).toBeVisible()
  await expect(event(page, 'Ada Lovelace made the role Night shift')).toBeVisible()
  await expectAccessible(page)
})

test('it is narrowed by action, by who and by what, in the URL, and back', async ({ page, owner }) => {
  const grace = await colleague(owner, 'Member')
  await grace.makeToken({ name: 'nightly' })
  await owner.makeToken({ name: 'weekly' })
  await openPage(page)
  await page.getByText('Filter', { exact: true }).click()
  await page.getByLabel('Action').selectOption({ label: 'Access token made' })
  await expect(page).toHaveURL(`${PAGE}?action=token.created`)
  await expect(log(page).getByRole('row')).toHaveCount(3)
  await log(page).getByText('details').first().click()
  await expect(log(page).getByText('Request')).toBeVisible()
  await button(event(page, 'Grace Hopper made the access token nightly'), 'Grace Hopper').click()
  await expect(page).toHaveURL(`${PAGE}?action=token.created&actor=${grace.user.id}`)
  await expect(log(page).getByRole('row')).toHaveCount(2)
  await expect(log(page).locator('details[open]')).toHaveCount(0)
  await page.reload()
  await expect(log(page).getByRole('row')).toHaveCount(2)
  await expect(page.getByLabel('Action')).toHaveValue('token.created')
  await expectAccessible(page)
  await button(page, 'Show all again: By Grace Hopper').click()
  await expect(page.getByText('Filter', { exact: true })).toBeFocused()
  await expect(log(page).getByRole('row')).toHaveCount(3)
  await button(log(page), 'weekly').click()
  await expect(page.getByText('About weekly')).toBeVisible()
  await expect(log(page).getByRole('row')).toHaveCount(2)
})

test('days bound it, and what is not there is said so', async ({ page }) => {
  await openPage(page)
  await page.getByText('Filter', { exact: true }).click()
  const today = await page.evaluate(() => new Date().toLocaleDateString('sv'))
  await page.getByLabel('From', { exact: true }).fill(today)
  await expect(event(page, 'Ada Lovelace signed in').first()).toBeVisible()
  await page.getByLabel('From', { exact: true }).fill('')
  await page.getByLabel('To', { exact: true }).fill('2024-01-01')
  await expect(page.getByRole('heading', { name: 'No event found' })).toBeVisible()
  await expectAccessible(page)
  await button(page, 'Show the whole log').click()
  await expect(page).toHaveURL(PAGE)
  await expect(event(page, 'Ada Lovelace signed in').first()).toBeVisible()
})

test('an instant in the URL bounds it too, and what is neither day nor instant is refused rather than passed over', async ({ page }) => {
  await openPage(page, '?from=2024-01-01T00:00:00Z')
  await expect(event(page, 'Ada Lovelace signed up').or(event(page, 'Ada Lovelace signed in')).first()).toBeVisible()
  await openPage(page, '?to=2024-01-01T00:00:00Z')
  await expect(page.getByRole('heading', { name: 'No event found' })).toBeVisible()
  await openPage(page, '?from=garbage')
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(log(page)).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveAttribute('href', /from=garbage/)
})

test('what is shown is exported as CSV and JSON', async ({ page, owner }) => {
  await owner.makeToken({ name: 'nightly' })
  await openPage(page, '?action=token.created')
  await expect(log(page).getByRole('row')).toHaveCount(2)
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()])
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
  }
  const csv = await saved('Export CSV')
  expect(csv.name).toMatch(/^audit-log-.*\.csv$/)
  expect(csv.text.trimEnd().split('\r\n')).toHaveLength(2)
  const json = await saved('Export JSON')
  expect(JSON.parse(json.text).items.map((item: any) => item.target.name)).toEqual(['nightly'])
  await expect(page).toHaveURL(`${PAGE}?action=token.created`)
})

test('more of it comes when it is asked for', async ({ page, owner }) => {
  for (let i = 0; i < 30; i++) await owner.patch('/users/me', { first_name: i % 2 ? 'Ada' : 'Eva' })
  for (let i = 0; i < 30; i++) await owner.patch('/users/me', { last_name: i % 2 ? 'Lovelace' : 'Byron' })
  await openPage(page)
  await expect(log(page).getByRole('row')).toHaveCount(51)
  await button(page, 'Show more').click()
  await expect(log(page).getByRole('row')).toHaveCount(1 + (await db.count('FROM audit_events WHERE tenant_id = ?1', owner.tenant)))
})

test('who does not read the audit log has no such page, and it fits a narrow screen for who does', async ({ page, owner }) => {
  await customRole(owner, 'W'.repeat(64), [], [])
  await page.setViewportSize({ width: 320, height: 640 })
  await openPage(page)
  await expect(log(page)).toBeVisible()
  await expectNoSideways(page)
  await owner.take('Member')
  await open(page, PAGE, 'Page not found')
})
