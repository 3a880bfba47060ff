// The foot of Account profile: taking along one's data, and closing one's account.

import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import type { Person } from '../support/actors'
import { button, dialog, expectNoSideways, open, signIn } from '../support/browser'
import { db } from '../support/db'
import { colleague } from '../support/people'
import { expect, test } from '../support/test'

const PROFILE = '/settings/profile'
const SIGN_IN = 'Sign in to Latchkey'
const CLOSED = 'Your account was closed. A mail confirms it.'

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const people = (owner: Person) => db.count('FROM users WHERE tenant_id = ?1', owner.tenant)

async function confirm(page: Page, person: Person) {
  const asking = dialog(page, 'Confirm that it is you')
  await asking.getByLabel('Password', { exact: true }).fill(person.account.password)
  await button(asking, 'Confirm').click()
}

async function openDialog(page: Page) {
  await button(section(page, 'Close account'), 'Close account').click()
  const closing = dialog(page, 'Close account')
  await expect(closing).toBeVisible()
  return closing
}

test.describe('b.8 Your data', () => {
  test('is saved as a file, once it is clear that it is you', async ({ page, context, owner }) => {
    await signIn(context, owner)
    const { secret } = await owner.makeToken({ name: 'nightly' })
    await open(page, PROFILE)
    await owner.goStale()
    const saving = page.waitForEvent('download')
    await button(section(page, 'Your data'), 'Export my data').click()
    await confirm(page, owner)
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(`latchkey-${new Date().toISOString().slice(0, 10)}.json`)
    const text = readFileSync(await saved.path(), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ user: { email: owner.account.email }, tokens: [{ name: 'nightly' }] })
    expect(text).not.toContain(secret)
    await expect(page.getByText(`Your data was saved as ${saved.suggestedFilename()}.`)).toBeVisible()
    await expect(button(section(page, 'Your data'), 'Export my data')).toBeVisible()
  })

  test('is not saved by whoever does not confirm, who may try again', async ({ page, context, owner }) => {
    await signIn(context, owner)
    await open(page, PROFILE)
    await owner.goStale()
    await button(section(page, 'Your data'), 'Export my data').click()
    await button(dialog(page, 'Confirm that it is you'), 'Cancel').click()
    await expect(page.getByText(/^Enter your password/)).toBeVisible()
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'user.exported'`, owner.tenant)).toBe(0)
    const saving = page.waitForEvent('download')
    await button(section(page, 'Your data'), 'Export my data').click()
    await confirm(page, owner)
    await saving
  })

  test('says how long to wait when it was asked for too often', async ({ page, context, owner }) => {
    await signIn(context, owner)
    await open(page, PROFILE)
    for (let i = 0; i < 10; i++) expect((await owner.get('/users/me/export')).status).toBe(200)
    await button(section(page, 'Your data'), 'Export my data').click()
    await expect(page.getByText(/^Too many attempts\. Try again in \d+ minutes\.$/)).toBeVisible()
  })
})

test.describe('b.8 Close account', () => {
  test('is meant by whoever types their address, and leads to the page to sign in', async ({ page, context, owner }) => {
    const grace = await colleague(owner)
    await grace.makeToken()
    await signIn(context, grace)
    await open(page, PROFILE)
    const closing = await openDialog(page)
    await expect(closing.getByText('1 access token of yours stops working at once.')).toBeVisible()
    const typed = closing.getByLabel(`Type ${grace.account.email} to confirm`)
    await expect(typed).toBeFocused()
    await expectAccessible(page)
    await expect(button(closing, 'Close account')).toBeDisabled()
    await typed.fill('somebody@else.example')
    await page.keyboard.press('Enter')
    await expect(button(closing, 'Close account')).toBeDisabled()
    expect(await people(owner)).toBe(2)

    await typed.fill(grace.account.email)
    await button(closing, 'Close account').click()
    await expect(page.getByRole('heading', { level: 1, name: SIGN_IN })).toBeVisible()
    await expect(page.getByText(CLOSED, { exact: true })).toBeVisible()
    await expectAccessible(page)
    expect(await people(owner)).toBe(1)
    expect((await context.cookies()).find((cookie) => cookie.name === '__Host-session')).toBeUndefined()
    await page.goto(PROFILE)
    await expect(page.getByRole('heading', { level: 1, name: SIGN_IN })).toBeVisible()
  })

  test('asks for the password first if that is long ago, and what was typed stays', async ({ page, context, owner }) => {
    const grace = await colleague(owner)
    await signIn(context, grace)
    await open(page, PROFILE)
    await grace.goStale()
    const closing = await openDialog(page)
    await closing.getByRole('textbox').fill(grace.account.email)
    await page.keyboard.press('Enter')
    await button(dialog(page, 'Confirm that it is you'), 'Cancel').click()
    await expect(closing.getByRole('alert')).toBeVisible()
    expect(await people(owner)).toBe(2)
    await button(closing, 'Close account').click()
    await confirm(page, grace)
    await expect(page.getByText(CLOSED, { exact: true })).toBeVisible()
    expect(await people(owner)).toBe(1)
  })

  test('is left by Cancel and by Esc, and nothing is done', async ({ page, context, owner }) => {
    const grace = await colleague(owner)
    await signIn(context, grace)
    await open(page, PROFILE)
    const opener = button(section(page, 'Close account'), 'Close account')
    const closing = await openDialog(page)
    await closing.getByRole('textbox').fill(grace.account.email)
    await button(closing, 'Cancel').click()
    await expect(closing).toHaveCount(0)
    await expect(opener).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(closing.getByRole('textbox')).toHaveValue('')
    await page.keyboard.press('Escape')
    await expect(closing).toHaveCount(0)
    expect(await people(owner)).toBe(2)
  })

  test('offers the export before', async ({ page, context, owner }) => {
    const grace = await colleague(owner)
    await signIn(context, grace)
    await open(page, PROFILE)
    const closing = await openDialog(page)
    const saving = page.waitForEvent('download')
    await button(closing, 'Export my data').click()
    expect(JSON.parse(readFileSync(await (await saving).path(), 'utf8')).user.email).toBe(grace.account.email)
    await expect(closing).toBeVisible()
  })

  test('tells the last Administrator the way out', async ({ page, context, owner }) => {
    await signIn(context, owner)
    await open(page, PROFILE)
    const closing = await openDialog(page)
    await expect(closing.getByText('You are the last active Administrator, and one must stay.')).toBeVisible()
    await expect(closing.getByRole('textbox')).toHaveCount(0)
    await expect(button(closing, 'Cancel')).toBeFocused()
    await expectAccessible(page)
    await closing.getByRole('link', { name: 'Users' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible()
    expect(await people(owner)).toBe(1)
  })

  test('tells the way out also to whoever became the last Administrator meanwhile', async ({ page, context, owner }) => {
    const grace = await colleague(owner, 'Administrator')
    await signIn(context, owner)
    await open(page, PROFILE)
    const closing = await openDialog(page)
    await closing.getByRole('textbox').fill(owner.account.email)
    await grace.deactivate()
    await button(closing, 'Close account').click()
    await expect(closing.getByRole('alert')).toHaveText('This is the last active Administrator, who must stay. Make somebody else one first.')
    expect(await people(owner)).toBe(2)
  })

  test('goes on although something else was left half done', async ({ page, context, owner }) => {
    const grace = await colleague(owner)
    await signIn(context, grace)
    await open(page, PROFILE)
    await page.getByLabel('First name').fill('Amazing')
    const closing = await openDialog(page)
    await closing.getByRole('textbox').fill(grace.account.email)
    await page.keyboard.press('Enter')
    await expect(page.getByText(CLOSED, { exact: true })).toBeVisible()
    expect(await people(owner)).toBe(1)
  })

  test('and Your data are accessible and fit a small screen', async ({ page, context, owner }) => {
    await signIn(context, owner)
    await open(page, PROFILE)
    await expect(button(section(page, 'Your data'), 'Export my data')).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 320, height: 640 })
    await expectNoSideways(page)
  })
})
