import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { Actor, type Person, newAddress } from '../support/actors'
import { API_ACCESS, button, dialog, expectAskedOutOfTheTab, expectNoSideways, holdBack, menu, open, signIn } from '../support/browser'
import { db } from '../support/db'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const SECURITY = '/settings/security'
const SIGN_IN = 'Sign in to Latchkey'
const SECOND_STEP = 'Confirm that it is you'

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const sessions = (owner: Person) => db.count('FROM sessions WHERE user_id = ?1', owner.user.id)

/** Switches the second factor on; the code used for it may be used again. */
async function enrol(owner: Person): Promise<{ secret: string; codes: string[] }> {
  const { secret } = (await owner.post('/users/me/totp')).json
  const codes = (await owner.post('/users/me/totp/confirm', { code: totp(secret) })).json.recovery_codes
  await db.rows('UPDATE totps SET last_step = 0 WHERE user_id = ?1', owner.user.id)
  return { secret, codes }
}

async function givePassword(page: Page, owner: Person, path = '/sign-in') {
  await open(page, path, SIGN_IN)
  await page.getByLabel('Email').fill(owner.account.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.account.password)
  await button(page, 'Sign in').click()
}

test.describe('the second step of signing in', () => {
  test('takes a code, after a reload too, and leads back to the page that was asked for', async ({ page, owner }) => {
    const { secret } = await enrol(owner)
    await givePassword(page, owner, SECURITY)
    await expect(page.getByRole('heading', { name: SECOND_STEP })).toBeVisible()
    await page.reload()
    const code = page.getByLabel('Code', { exact: true })
    await expect(code).toBeFocused()
    await expect(code).toHaveAttribute('inputmode', 'numeric')
    await expect(code).toHaveAttribute('autocomplete', 'one-time-code')
    await expectAccessible(page)
    const digits = totp(secret)
    await code.fill(`${digits.slice(0, 3)} ${digits.slice(3)}`)
    await button(page, 'Sign in').click()
    await expect(page).toHaveURL(SECURITY)
    await expect(menu(page)).toBeVisible()
  })

  test('takes a recovery code instead', async ({ page, owner }) => {
    const { codes } = await enrol(owner)
    await givePassword(page, owner)
    await button(page, 'Use a recovery code instead').click()
    await page.getByLabel('Recovery code').fill(codes[0]?.toLowerCase() ?? '')
    await button(page, 'Sign in').click()
    await expect(page).toHaveURL(API_ACCESS)
    expect(await db.count('FROM recovery_codes WHERE user_id = ?1', owner.user.id)).toBe(9)
  })

  test('E-04 says when few recovery codes are left', async ({ page, owner }) => {
    const { secret } = await enrol(owner)
    await db.rows('DELETE FROM recovery_codes WHERE user_id = ?1 AND digest NOT IN (SELECT digest FROM recovery_codes WHERE user_id = ?1 LIMIT 2)', owner.user.id)
    await givePassword(page, owner)
    await page.getByLabel('Code', { exact: true }).fill(totp(secret))
    await button(page, 'Sign in').click()
    await expect(page).toHaveURL(API_ACCESS)
    await expect(page.getByRole('alert').filter({ hasText: 'Only 2 recovery codes are left. Make new ones in Account security.' })).toBeVisible()
  })

  test('refuses a wrong code and opens no page; one can start again', async ({ page, owner }) => {
    const { secret } = await enrol(owner)
    await givePassword(page, owner)
    await page.getByLabel('Code', { exact: true }).fill(totp(secret, 20))
    await button(page, 'Sign in').click()
    await expect(page.getByRole('alert')).toBeVisible()
    await page.goto(API_ACCESS)
    await expect(page.getByRole('heading', { name: SECOND_STEP })).toBeVisible()
    await button(page, 'Start again').click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(menu(page)).toHaveCount(0)
  })
})

test.describe('Account security', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('is accessible and fits a small screen', async ({ page }) => {
    await open(page, SECURITY)
    await expect(page.getByRole('list', { name: 'Security log' })).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 320, height: 640 })
    await expectNoSideways(page)
  })

  test('A-R7 a changed password ends every session, and sign-in says so', async ({ page, owner }) => {
    await owner.makeToken()
    await open(page, SECURITY)
    const card = section(page, 'Password')
    await expect(card.getByText('Changing your password will log you out immediately. Use the new password to log back in.', { exact: true })).toBeVisible()
    await card.getByLabel('Current password').fill(owner.account.password)
    const fresh = card.getByLabel('New password', { exact: true })
    await fresh.fill('tram')
    await expect(card.getByText('Too short: 4 of at least 12 characters.')).toBeVisible()
    await fresh.fill('lovelace-1815!')
    await expect(card.getByText(/built from your own or from common words/)).toBeVisible()
    await fresh.fill('marble kettle orbit')
    await expect(card.getByText('Fine: long, and not easily guessed.')).toBeVisible()
    await button(card, 'Change password').click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page.getByText('Your password was changed. Sign in with the new one.')).toBeVisible()
    await expectAccessible(page)
    expect(await sessions(owner)).toBe(0)
    expect(await db.count('FROM tokens WHERE user_id = ?1 AND revoked_at IS NULL', owner.user.id)).toBe(1)
    expect((await new Actor(newAddress()).post('/session', { email: owner.account.email, password: 'marble kettle orbit' })).status).toBe(200)
  })

  test('A-R7 revokes the access tokens too if that is wished', async ({ page, owner }) => {
    await owner.makeToken()
    await open(page, SECURITY)
    const card = section(page, 'Password')
    await card.getByLabel('Current password').fill(owner.account.password)
    await card.getByLabel('New password', { exact: true }).fill('marble kettle orbit')
    await card.getByRole('checkbox', { name: 'Also revoke my access tokens' }).check()
    await button(card, 'Change password').click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    expect(await db.count('FROM tokens WHERE user_id = ?1 AND revoked_at IS NULL', owner.user.id)).toBe(0)
  })

  test('a wrong current password is told at its field and changes nothing', async ({ page, owner }) => {
    await open(page, SECURITY)
    const before = await sessions(owner)
    const card = section(page, 'Password')
    await card.getByLabel('Current password').fill('not the password')
    await card.getByLabel('New password', { exact: true }).fill('marble kettle orbit')
    await button(card, 'Change password').click()
    await expect(card.getByLabel('Current password')).toHaveAccessibleDescription('The password is wrong.')
    expect(await sessions(owner)).toBe(before)
    expect((await owner.signIn()).status).toBe(200)
  })

  test('E-04 the second factor is set up: scan, enter the code, save the codes', async ({ page, owner }) => {
    await open(page, SECURITY)
    await owner.goStale()
    const card = section(page, 'Multi-Factor Authentication')
    await button(card, 'Set up').click()
    const asking = dialog(page, 'Confirm that it is you')
    await expect(asking).toBeVisible()
    await expectAccessible(page)
    await asking.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asking, 'Confirm').click()

    const setUp = dialog(page, 'Set up Multi-Factor Authentication')
    await expect(setUp.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible()
    await expect(setUp.getByRole('link', { name: 'open the app on this device' })).toHaveAttribute('href', /^otpauth:\/\/totp\/Latchkey:/)
    await expectAccessible(page)
    const secret = await setUp.getByLabel('Or type this key').inputValue()
    await setUp.getByLabel('Code', { exact: true }).fill(totp(secret, 20))
    await button(setUp, 'Switch on').click()
    await expect(setUp.getByLabel('Code', { exact: true })).toHaveAccessibleDescription(/This is not the code that the app shows now/)
    expect((await owner.get('/users/me')).json.mfa_enabled).toBe(false)
    // What began while the page was open counts as well.
    await owner.elsewhere()
    await setUp.getByLabel('Code', { exact: true }).fill(totp(secret))
    await button(setUp, 'Switch on').click()

    const codes = dialog(page, 'Recovery codes')
    await expect(codes.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')).toHaveCount(10)
    await expectAskedOutOfTheTab(page)
    await expectAccessible(page)
    const downloading = page.waitForEvent('download')
    await button(codes, 'Download').click()
    expect((await downloading).suggestedFilename()).toBe('latchkey-recovery-codes.txt')
    await button(codes, 'Done').click()
    await expect(codes.getByRole('checkbox', { name: 'I have saved these codes' })).toHaveAccessibleDescription('Save the codes, and then say so here.')
    await codes.getByRole('checkbox', { name: 'I have saved these codes' }).check()
    await button(codes, 'Done').click()
    await expect(codes).toBeHidden()
    await expect(card.getByText('10 recovery codes are left.')).toBeVisible()
    expect((await owner.get('/users/me')).json.mfa_enabled).toBe(true)

    const others = dialog(page, 'Sign out all others')
    await expect(others.getByText('Your second factor has changed. End 2 other sessions? You stay signed in on this device.')).toBeVisible()
    await expectAccessible(page)
    await button(others, 'Sign out').click()
    await expect(page.getByText('Signed out everywhere else.')).toBeVisible()
    const log = page.getByRole('list', { name: 'Security log' }).getByRole('listitem')
    await expect(log.filter({ hasText: 'Session ended' })).toHaveCount(2)
    await expect(log.filter({ hasText: 'Multi-Factor Authentication switched on' })).toHaveCount(1)
    await expect(page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(1)
    expect((await owner.get('/session')).status).toBe(401)
  })

  test('E-04 warns when few codes are left, replaces them, and switches off', async ({ page, owner }) => {
    const { secret } = await enrol(owner)
    await db.rows('DELETE FROM recovery_codes WHERE user_id = ?1 AND digest NOT IN (SELECT digest FROM recovery_codes WHERE user_id = ?1 LIMIT 3)', owner.user.id)
    await owner.goStale()
    await open(page, SECURITY)
    const card = section(page, 'Multi-Factor Authentication')
    await expect(card.getByText('3 recovery codes are left.')).toBeVisible()
    await expect(card.getByText(/^Few recovery codes are left\./)).toBeVisible()
    await button(card, 'Make new recovery codes').click()
    const renewing = dialog(page, 'Make new recovery codes')
    await expect(renewing).toBeVisible()
    await expectAccessible(page)
    await button(renewing, 'Make new codes').click()

    const asking = dialog(page, 'Confirm that it is you')
    await button(asking, 'Use your authenticator app instead').click()
    await expectAccessible(page)
    await asking.getByLabel('Code', { exact: true }).fill(totp(secret))
    await button(asking, 'Confirm').click()
    const codes = dialog(page, 'Recovery codes')
    await codes.getByRole('checkbox', { name: 'I have saved these codes' }).check()
    await button(codes, 'Done').click()
    await expect(card.getByText('10 recovery codes are left.')).toBeVisible()
    const others = dialog(page, 'Sign out all others')
    await button(others, 'Cancel').click()

    await button(card, 'Switch off').click()
    await button(dialog(page, 'Switch off Multi-Factor Authentication'), 'Switch off').click()
    await button(others, 'Cancel').click()
    await expect(button(card, 'Set up')).toBeVisible()
    expect((await owner.get('/users/me')).json.mfa_enabled).toBe(false)
  })

  test('E-04 another app takes the place of the one there is, which works until then', async ({ page, owner }) => {
    const { secret, codes: old } = await enrol(owner)
    await open(page, SECURITY)
    const card = section(page, 'Multi-Factor Authentication')
    await button(card, 'Set up another app').click()
    const setUp = dialog(page, 'Set up another app')
    await expect(setUp.getByText(/^The app that you have works until you replace it\./)).toBeVisible()
    await expectAccessible(page)
    const next = await setUp.getByLabel('Or type this key').inputValue()
    const code = setUp.getByLabel('Code', { exact: true })
    await code.fill(totp(secret))
    await button(setUp, 'Replace the app').click()
    await expect(code).toHaveAccessibleDescription(/This is not the code that the app shows now/)
    await code.fill(totp(next))
    await button(setUp, 'Replace the app').click()

    const codes = dialog(page, 'Recovery codes')
    await expect(codes.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')).toHaveCount(10)
    await expect(codes.getByText(old[0] ?? '')).toHaveCount(0)
    await codes.getByRole('checkbox', { name: 'I have saved these codes' }).check()
    await button(codes, 'Done').click()
    await expect(codes).toBeHidden()
    await button(dialog(page, 'Sign out all others'), 'Cancel').click()
    await expect(card.getByText('10 recovery codes are left.')).toBeVisible()
    await db.rows('UPDATE totps SET last_step = 0 WHERE user_id = ?1', owner.user.id)
    await owner.signIn()
    expect((await owner.post('/session/mfa', { code: totp(secret) })).status).toBe(401)
    expect((await owner.post('/session/mfa', { code: totp(next) })).status).toBe(200)
  })

  test('E-04 a confirmation whose answer was lost says that its codes were not seen', async ({ page, context, owner }) => {
    await open(page, SECURITY)
    const card = section(page, 'Multi-Factor Authentication')
    await button(card, 'Set up').click()
    const setUp = dialog(page, 'Set up Multi-Factor Authentication')
    const code = totp(await setUp.getByLabel('Or type this key').inputValue())
    await setUp.getByLabel('Code', { exact: true }).fill(code)
    await context.setOffline(true)
    await button(setUp, 'Switch on').click()
    await expect(setUp.getByRole('alert')).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
    // As if it had arrived.
    expect((await owner.post('/users/me/totp/confirm', { code })).status).toBe(200)
    await context.setOffline(false)
    await button(setUp, 'Switch on').click()
    await expect(page.getByText('Multi-Factor Authentication is on, but you have not seen its recovery codes. Make new ones.')).toBeVisible()
    await expect(setUp).toBeHidden()
    await expect(button(card, 'Make new recovery codes')).toBeVisible()
  })

  test('E-04 a confirmation that was cancelled too late still tells its codes, and the card that it is on', async ({ page, owner }) => {
    await open(page, SECURITY)
    await button(section(page, 'Multi-Factor Authentication'), 'Set up').click()
    const setUp = dialog(page, 'Set up Multi-Factor Authentication')
    await setUp.getByLabel('Code', { exact: true }).fill(totp(await setUp.getByLabel('Or type this key').inputValue()))
    const arrive = await holdBack(page, '**/api/v1/users/me/totp/confirm')
    await button(setUp, 'Switch on').click()
    await button(setUp, 'Cancel').click()
    await expect(setUp).toBeHidden()
    arrive()
    await expect(dialog(page, 'Recovery codes')).toBeVisible()
    await expect(page.getByText('10 recovery codes are left.')).toBeVisible()
    expect((await owner.get('/users/me')).json.mfa_enabled).toBe(true)
  })

  test('E-05 tells the sessions, this one first, and ends one of the others', async ({ page, owner }) => {
    const other = await owner.elsewhere()
    await open(page, SECURITY)
    const rows = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    await expect(rows).toHaveCount(3)
    await expect(rows.first()).toContainText('This device')
    await rows.nth(1).getByRole('button', { name: /^Sign out/ }).click()
    await expect(rows).toHaveCount(2)
    expect((await other.get('/session')).status).toBe(401)
    expect((await owner.get('/session')).status).toBe(200)
  })

  test('E-05 ends all others at once, after a question that counts them', async ({ page, owner }) => {
    const other = await owner.elsewhere()
    await open(page, SECURITY)
    await button(page, 'Sign out all others').click()
    const asking = dialog(page, 'Sign out all others')
    await expect(asking.getByText('End 2 other sessions? You stay signed in on this device.')).toBeVisible()
    await expectAccessible(page)
    await button(asking, 'Cancel').click()
    expect(await sessions(owner)).toBe(3)
    await button(page, 'Sign out all others').click()
    await button(asking, 'Sign out').click()
    await expect(page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(1)
    for (const ended of [owner, other]) expect((await ended.get('/session')).status).toBe(401)
  })

  test('the log tells in words what was done, ten at a time', async ({ page, owner }) => {
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
    for (let i = 0; i < 10; i++) await owner.post('/users/me/tokens', { name: `ci ${i}`, scopes: ['users:read'] }, { 'User-Agent': agent })
    await open(page, SECURITY)
    const rows = page.getByRole('list', { name: 'Security log' }).getByRole('listitem')
    await expect(rows).toHaveCount(10)
    await expect(rows.first()).toContainText('Access token made')
    await expect(rows.first()).toContainText(`Firefox on Linux · ${owner.address}`)
    await button(section(page, 'Security log'), 'Show more').click()
    await expect(rows.filter({ hasText: 'Company signed up' })).toHaveCount(1)
    await expect(button(section(page, 'Security log'), 'Show more')).toBeHidden()
  })
})
