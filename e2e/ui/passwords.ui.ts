import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { Actor, Person, newAccount, newAddress } from '../support/actors'
import { API_ACCESS, button, menu, open, signIn } from '../support/browser'
import { ago, db } from '../support/db'
import { linkIn, mailTo, mailsTo } from '../support/mail'
import { secretOf } from '../support/secret'
import { expect, test } from '../support/test'

const FORGOT = '/forgot-password'
const SIGN_IN = 'Sign in to Latchkey'
const TITLE = 'Set a new password'
const NEW = 'walnut bicycle harbour'
const SENT = 'If somebody has an account with this address, a link to set a new password is on its way there. It works once, within 30 minutes.'
const DEAD = 'This link does not work any more. Ask for a new one.'

async function ask(page: Page, email: string) {
  await page.getByLabel('Email').fill(email)
  await button(page, 'Send the link').click()
}

/** The path that is mailed to a person. */
async function link(person: Person): Promise<string> {
  await new Actor(newAddress()).post('/password-resets', { email: person.account.email })
  const path = linkIn(await mailTo(person.account.email, TITLE), '/reset-password/')
  await expect.poll(() => db.count(`FROM outbox WHERE user_id = ?1 AND state = 'queued'`, person.user.id)).toBe(0)
  return path
}

async function set(page: Page, password: string) {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await button(page, 'Set the password').click()
}

/** What the secret must not be in: whatever outlives the page or leaves it. */
async function expectForgotten(page: Page, secret: string) {
  expect(page.url()).not.toContain(secret)
  const kept = await page.evaluate(() => JSON.stringify([location.href, document.title, history.state, { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]))
  expect(kept).not.toContain(secret)
}

test('b.2 from sign-in by the mailed link to a new password, and in again', async ({ page, owner }) => {
  await open(page, '/sign-in', SIGN_IN)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Forgot your password?' })).toBeFocused()
  await expectAccessible(page)
  await ask(page, owner.account.email)
  await expect(page.getByText(SENT, { exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Look into your mail' })).toBeFocused()
  await expectAccessible(page)

  const path = linkIn(await mailTo(owner.account.email, TITLE), '/reset-password/')
  await open(page, path, TITLE)
  await expectForgotten(page, path.split('/')[2]!)
  await expectAccessible(page)
  const password = page.getByLabel('New password', { exact: true })
  await expect(password).toHaveAttribute('autocomplete', 'new-password')
  await password.fill('tram')
  await expect(page.getByText('Too short: 4 of at least 12 characters.')).toBeVisible()
  await button(page, 'Set the password').click()
  await expect(password).toHaveAccessibleDescription(/Use at least 12 characters/)
  await set(page, `Lovelace-${owner.account.tenant_name}`)
  await expect(password).toHaveAccessibleDescription(/built from your own or from common words/)
  expect((await owner.get('/session')).status, 'nothing has changed so far').toBe(200)
  await password.fill(NEW)
  await expect(page.getByText('Fine: long, and not easily guessed.')).toBeVisible()
  await button(page, 'Set the password').click()

  await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
  await expect(page).toHaveURL('/sign-in')
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible()
  expect((await owner.get('/session')).status).toBe(401)
  await page.getByLabel('Email').fill(owner.account.email)
  await page.getByLabel('Password', { exact: true }).fill(NEW)
  await button(page, 'Sign in').click()
  await expect(page).toHaveURL(API_ACCESS)
})

test('letters count as one however they are composed', async ({ page, owner }) => {
  await open(page, await link(owner), TITLE)
  // Six letters with an accent that some keyboards type as a character of its own.
  const decomposed = 'éèêëíì'.normalize('NFD')
  await page.getByLabel('New password', { exact: true }).fill(decomposed)
  await expect(page.getByText('Too short: 6 of at least 12 characters.')).toBeVisible()
  await button(page, 'Set the password').click()
  await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/Use at least 12 characters/)
  await set(page, `${decomposed} gondola trumpet`)
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible()
  expect((await owner.signIn({ password: `${decomposed.normalize('NFC')} gondola trumpet` })).status).toBe(200)
})

test('asking says the same whether somebody has the address or not', async ({ page }) => {
  const nobody = newAccount().email
  await open(page, FORGOT, 'Forgot your password?')
  await ask(page, nobody)
  await expect(page.getByText(SENT, { exact: true })).toBeVisible()
  await button(page, 'Send another link').click()
  await button(page, 'Send the link').click()
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription('Enter a valid email')
  await expect(page.getByLabel('Email')).toBeFocused()
  expect(await mailsTo(nobody)).toEqual([])
})

test('asking too often is told, with how long to wait', async ({ page, owner, context }) => {
  const address = newAddress()
  await context.setExtraHTTPHeaders({ 'CF-Connecting-IP': address })
  for (let i = 0; i < 20; i++) await new Actor(address).post('/password-resets', { email: newAccount().email })
  await open(page, FORGOT, 'Forgot your password?')
  await ask(page, owner.account.email)
  await expect(page.getByRole('alert')).toHaveText(/^Too many attempts\. Try again in .+\.$/)
  await expect(page.getByText(SENT)).toBeHidden()
})

for (const [name, path] of [
  ['was never given out', async () => `/reset-password/${secretOf('0'.repeat(30), 'lkr_')}`],
  ['was mistyped', async () => '/reset-password/%3Cimg%20src=x%3E'],
  ['came too late', async (owner: Person) => {
    const late = await link(owner)
    await db.rows('UPDATE password_resets SET expires_at = ?1 WHERE user_id = ?2', ago(0), owner.user.id)
    return late
  }],
  ['was used already', async (owner: Person) => {
    const used = await link(owner)
    await new Actor(newAddress()).put(`/password-resets/${used.split('/')[2]}`, { password: 'lantern orchard pebble' })
    return used
  }],
] as [string, (owner: Person) => Promise<string>][]) {
  test(`a link that ${name} is told, with a way on`, async ({ page, owner }) => {
    await open(page, await path(owner), TITLE)
    const before = await db.state(owner.tenant)
    await set(page, NEW)
    await expect(page.getByRole('alert')).toHaveText(DEAD)
    await expectAccessible(page)
    expect(await db.state(owner.tenant)).toEqual(before)
    await page.getByRole('link', { name: 'Ask for a new link' }).click()
    await expect(page).toHaveURL(FORGOT)
  })
}

test('a reload has no secret any more and says what to do; the link still works', async ({ page, owner }) => {
  const path = await link(owner)
  await open(page, path, TITLE)
  await page.reload()
  await expect(page.getByRole('alert')).toHaveText(/Open the link in your mail again\.$/)
  await expect(page.getByLabel('New password', { exact: true })).toBeHidden()
  await expectAccessible(page)
  await open(page, path, TITLE)
  await set(page, NEW)
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible()
})

test('Back leads to no secret either', async ({ page, owner }) => {
  const path = await link(owner)
  await open(page, path, TITLE)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('alert')).toHaveText(/Open the link in your mail again\.$/)
  await expectForgotten(page, path.split('/')[2]!)
})

test('somebody who is signed in asks for a link and follows it too', async ({ page, owner, context }) => {
  await signIn(context, owner)
  await open(page, API_ACCESS)
  await expect(menu(page)).toBeVisible()
  await open(page, FORGOT, 'Forgot your password?')
  await ask(page, owner.account.email)
  await expect(page.getByText(SENT, { exact: true })).toBeVisible()
  await open(page, linkIn(await mailTo(owner.account.email, TITLE), '/reset-password/'), TITLE)
  await set(page, NEW)
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible()
  expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(0)
})

test('no network: what was typed stays, and works once there is one', async ({ page, context, owner }) => {
  await open(page, await link(owner), TITLE)
  await context.setOffline(true)
  await set(page, NEW)
  await expect(page.getByRole('alert')).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
  await context.setOffline(false)
  await button(page, 'Set the password').click()
  await expect(page.getByText('Your new password is set. Sign in with it.')).toBeVisible()
})
