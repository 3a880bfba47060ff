import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { Person } from '../support/actors'
import { API_ACCESS, button, expectAskedOutOfTheTab, menu, open } from '../support/browser'
import { db } from '../support/db'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const SET_UP = 'Set up your second factor'
const SAVE = 'Save your recovery codes'
const SECURITY = '/settings/security'

async function requireIt(owner: Person) {
  const policy = (await owner.get('/policy')).json
  expect((await owner.put('/policy', { ...policy, mfa_required: true })).status).toBe(200)
}

async function givePassword(page: Page, owner: Person, path = '/sign-in') {
  await open(page, path, 'Sign in to Latchkey')
  await page.getByLabel('Email').fill(owner.account.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.account.password)
  await button(page, 'Sign in').click()
}

const enabled = async (owner: Person) => (await owner.get('/users/me')).json.mfa_enabled

test.describe('where the policy asks for a second factor and there is none', () => {
  test.beforeEach(({ owner }) => requireIt(owner))

  test('E-04 signing in leads through setting one up, and then to the page that was asked for', async ({ page, owner }) => {
    await givePassword(page, owner, SECURITY)
    await expect(page.getByRole('heading', { level: 1, name: SET_UP })).toBeFocused()
    await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'open the app on this device' })).toHaveAttribute('href', /^otpauth:\/\/totp\/Latchkey:/)
    await expectAccessible(page)
    const secret = await page.getByLabel('Or type this key').inputValue()
    const code = page.getByLabel('Code', { exact: true })
    await button(page, 'Switch on').click()
    await expect(code).toHaveAccessibleDescription(/Enter the six digits of your app/)
    await code.fill(totp(secret, 20))
    await button(page, 'Switch on').click()
    await expect(code).toHaveAccessibleDescription(/This is not the code that the app shows now/)
    await expectAccessible(page)
    expect(await enabled(owner)).toBe(false)
    await code.fill(totp(secret))
    await button(page, 'Switch on').click()

    await expect(page.getByRole('heading', { level: 1, name: SAVE })).toBeFocused()
    await expect(page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')).toHaveCount(10)
    await expectAskedOutOfTheTab(page)
    await expectAccessible(page)
    const downloading = page.waitForEvent('download')
    await button(page, 'Download').click()
    expect((await downloading).suggestedFilename()).toBe('latchkey-recovery-codes.txt')
    await button(page, 'Continue').click()
    const saved = page.getByRole('checkbox', { name: 'I have saved these codes' })
    await expect(saved).toHaveAccessibleDescription('Save the codes, and then say so here.')
    await expect(saved).toBeFocused()
    await expectAccessible(page)
    await saved.check()
    expect(await enabled(owner)).toBe(true)
    await page.getByRole('checkbox', { name: 'Sign me out everywhere else' }).check()
    await button(page, 'Continue').click()
    await expect(page).toHaveURL(SECURITY)
    await expect(menu(page)).toBeVisible()
    await expect(page.getByText('10 recovery codes are left.')).toBeVisible()
    expect((await owner.get('/session')).status, 'which began before').toBe(401)
  })

  test('nothing else can be reached before, and a reload begins anew', async ({ page, owner }) => {
    await givePassword(page, owner)
    const key = page.getByLabel('Or type this key')
    const first = await key.inputValue()
    await page.goto(API_ACCESS)
    await expect(page.getByRole('heading', { level: 1, name: SET_UP })).toBeVisible()
    await expect(menu(page)).toHaveCount(0)
    await expect(key).not.toHaveValue(first)
    await button(page, 'Start again').click()
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
    // Whoever comes next to this browser is not half signed in.
    await page.goto(API_ACCESS)
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
    expect(await db.count('FROM sessions WHERE user_id = ?1 AND half = 1', owner.user.id)).toBe(0)
    expect(await enabled(owner)).toBe(false)
  })

  test('a sign-in that waited too long begins anew, and says so', async ({ page, owner }) => {
    await givePassword(page, owner)
    const secret = await page.getByLabel('Or type this key').inputValue()
    await db.rows(`UPDATE sessions SET created_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1`, owner.user.id)
    await page.getByLabel('Code', { exact: true }).fill(totp(secret))
    await button(page, 'Switch on').click()
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
    await expect(page.getByText('Your session has ended. Sign in again to go on.')).toBeVisible()
    expect((await db.one('SELECT mfa_enabled FROM users WHERE id = ?1', owner.user.id)).mfa_enabled).toBe(0)
  })

  test('what was set up in another tab meanwhile is asked for', async ({ page, owner }) => {
    await givePassword(page, owner)
    await expect(page.getByLabel('Or type this key')).toBeVisible()
    const { secret } = (await owner.post('/users/me/totp')).json
    await owner.post('/users/me/totp/confirm', { code: totp(secret, -1) })
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Confirm that it is you' })).toBeVisible()
    await page.getByLabel('Code', { exact: true }).fill(totp(secret))
    await button(page, 'Sign in').click()
    await expect(page).toHaveURL(API_ACCESS)
  })

  test('no network: the key cannot be made, and is made once there is one', async ({ page, context, owner }) => {
    await givePassword(page, owner)
    await expect(page.getByLabel('Or type this key')).toBeVisible()
    await page.getByLabel('Code', { exact: true }).fill('123456')
    await context.setOffline(true)
    await button(page, 'Switch on').click()
    await expect(page.getByRole('alert')).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
    await expect(page.getByLabel('Code', { exact: true })).toHaveValue('123456')
    await context.setOffline(false)
  })
})

test('a second step that waited too long begins anew, and says so', async ({ page, owner }) => {
  const { secret } = (await owner.post('/users/me/totp')).json
  await owner.post('/users/me/totp/confirm', { code: totp(secret, -1) })
  await givePassword(page, owner)
  await expect(page.getByRole('heading', { level: 1, name: 'Confirm that it is you' })).toBeVisible()
  await db.rows(`UPDATE sessions SET created_at = '2026-01-01T00:00:00Z' WHERE user_id = ?1`, owner.user.id)
  await page.getByLabel('Code', { exact: true }).fill(totp(secret))
  await button(page, 'Sign in').click()
  await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
  await expect(page.getByText('Your session has ended. Sign in again to go on.')).toBeVisible()
})
