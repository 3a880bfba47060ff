// Invitations in the browser: sent, sent again, cancelled, and accepted behind a link.

import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { button, cell, dialog, holdBack, open, rowOf, signIn } from '../support/browser'
import { ago, db } from '../support/db'
import { colleague, invite, secretIn } from '../support/people'
import { expect, test } from '../support/test'

const PAGE = '/manage/users'
const pending = (page: Page) => page.getByRole('table', { name: 'Pending invitations' })
const openUsers = (page: Page) => open(page, PAGE, 'Users')
const address = () => `grace.${crypto.randomUUID().slice(0, 8)}@northwind.example`
const NEWCOMER = { 'First name': 'Grace', 'Last name': 'Hopper', Password: 'correct gondola fig trumpet' }

async function fillIn(page: Page, fields: Record<string, string> = NEWCOMER) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text)
}

test.describe('whoever looks after people', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('invites an address, which is pending then and gets a mail', async ({ page, owner }) => {
    await openUsers(page)
    await expect(page.getByRole('heading', { name: 'Nobody is invited' })).toBeVisible()
    await button(page, 'Invite User').click()
    const inviting = dialog(page, 'Invite User')
    await expect(inviting.getByLabel('Email')).toBeFocused()
    await button(inviting, 'Send invitation').click()
    await expect(inviting.getByText('Enter a valid email')).toBeVisible()
    await expect(inviting.getByText('Select a role')).not.toHaveCount(0)
    await expectAccessible(page)
    const email = address()
    await inviting.getByLabel('Email').fill(email)
    await inviting.getByLabel('Role').selectOption('Viewer')
    await button(inviting, 'Send invitation').click()
    await expect(inviting).toBeHidden()
    await expect(page.getByText(`An invitation was sent to ${email}.`)).toBeVisible()
    await expect(rowOf(pending(page), email)).toBeVisible()
    await expect(await cell(pending(page), email, 'Role')).toHaveText('Viewer')
    await expect(await cell(pending(page), email, 'Status')).toHaveText('Pending')
    await expect(await cell(pending(page), email, 'Expires')).toHaveText(/in (6|7) days/)
    await expectAccessible(page)
    await secretIn(owner, email)
    await expect(button(page, 'Invite User')).toBeFocused()
  })

  test('is told why an address cannot be invited, and nothing is sent', async ({ page, owner }) => {
    const { email } = await invite(owner)
    await openUsers(page)
    await button(page, 'Invite User').click()
    const inviting = dialog(page, 'Invite User')
    await inviting.getByLabel('Role').selectOption('Viewer')
    for (const [taken, why] of [[email, 'This address is invited already. Send that invitation again.'], [owner.account.email, 'Somebody with this email has an account already.']] as const) {
      await inviting.getByLabel('Email').fill(taken)
      await button(inviting, 'Send invitation').click()
      await expect(inviting.getByText(why)).toBeVisible()
      await expect(inviting.getByLabel('Email')).toHaveAccessibleDescription(new RegExp(why.slice(0, 20)))
    }
    expect(await db.count('FROM invitations WHERE tenant_id = ?1', owner.tenant)).toBe(1)
  })

  test('is offered the roles also where these arrive after the dialog', async ({ page }) => {
    const arrive = await holdBack(page, '**/api/v1/roles?*')
    await openUsers(page)
    await button(page, 'Invite User').click()
    const inviting = dialog(page, 'Invite User')
    await inviting.getByLabel('Email').fill(address())
    await expect(inviting.getByLabel('Role').getByRole('option')).toHaveText(['Select a role'])
    arrive()
    await expect(inviting.getByLabel('Role').getByRole('option')).toHaveText(['Select a role', 'Administrator', 'Member', 'Viewer', 'API reader', 'API writer'])
  })

  test('confirms that it is them where that is long ago, and the invitation goes out', async ({ page, owner }) => {
    await openUsers(page)
    await button(page, 'Invite User').click()
    const inviting = dialog(page, 'Invite User')
    const email = address()
    await inviting.getByLabel('Email').fill(email)
    await inviting.getByLabel('Role').selectOption('Member')
    await owner.goStale()
    await button(inviting, 'Send invitation').click()
    const asked = dialog(page, 'Confirm that it is you')
    await asked.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asked, 'Confirm').click()
    await expect(rowOf(pending(page), email)).toBeVisible()
  })

  test('sends one again, also one that is too late, and cancels one', async ({ page, owner }) => {
    const { invitation, secret, email } = await invite(owner)
    await db.rows('UPDATE invitations SET expires_at = ?2, sent_at = ?2 WHERE id = ?1', invitation.id, ago(60))
    await openUsers(page)
    await expect(rowOf(pending(page), email)).toBeVisible()
    await expect(await cell(pending(page), email, 'Status')).toHaveText('Expired')
    await button(page, `Resend the invitation of ${email}`).click()
    await expect(page.getByText('The invitation was sent again.')).toBeVisible()
    await expect(await cell(pending(page), email, 'Status')).toHaveText('Pending')
    await expect(button(page, `Resend the invitation of ${email}`)).toBeFocused()
    expect((await owner.get(`/invitations/${secret}`)).status, 'the link before works no more').toBe(404)
    await button(page, `Cancel the invitation of ${email}`).click()
    await expect(page.getByRole('heading', { name: 'Nobody is invited' })).toBeVisible()
    expect(await db.count('FROM invitations WHERE tenant_id = ?1', owner.tenant)).toBe(0)
  })

  test('is offered no role that they do not hold', async ({ page, owner, context }) => {
    const kay = await colleague(owner, 'Viewer', { first_name: 'Kay' })
    await kay.take('Keeper', 'manage_users')
    await signIn(context, kay)
    await openUsers(page)
    await button(page, 'Invite User').click()
    await expect(dialog(page, 'Invite User').getByLabel('Role').getByRole('option')).toHaveText(['Select a role', 'Viewer', 'Keeper'])
  })
})

test.describe('whoever was invited', () => {
  test('finds the link\'s secret out of the address bar at once, and nothing happens before the button', async ({ page, owner }) => {
    const { secret, email } = await invite(owner)
    const people = await db.count('FROM users WHERE tenant_id = ?1', owner.tenant)
    await open(page, `/invitation/${secret}`, `Join ${owner.account.tenant_name}`)
    await expect(page).toHaveURL('/invitation/opened')
    await expect(page.getByText('Ada Lovelace invites you as Member.')).toBeVisible()
    await expect(page.getByLabel('Email')).toHaveValue(email)
    await expect(page.getByLabel('Email')).toHaveAttribute('readonly')
    expect(await page.evaluate(() => JSON.stringify([history.state, localStorage, sessionStorage, document.title, document.referrer]))).not.toContain(secret)
    await expectAccessible(page)
    expect(await db.count('FROM users WHERE tenant_id = ?1', owner.tenant)).toBe(people)
    expect(await db.count('FROM invitations WHERE tenant_id = ?1', owner.tenant)).toBe(1)
  })

  test('accepts, is signed in, and the link works once', async ({ page, owner }) => {
    const { secret, email } = await invite(owner, 'Viewer')
    await open(page, `/invitation/${secret}`, `Join ${owner.account.tenant_name}`)
    await button(page, 'Accept the invitation').click()
    await expect(page.getByText('First name must have atleast 2 characters. Numbers and special characters are not allowed.')).toBeVisible()
    await expectAccessible(page)
    await fillIn(page, { ...NEWCOMER, Password: owner.account.tenant_name + ' 2026' })
    await button(page, 'Accept the invitation').click()
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    expect(await db.count('FROM users WHERE email = ?1', email)).toBe(0)
    await fillIn(page)
    await button(page, 'Accept the invitation').click()
    await expect(page).toHaveURL('/settings/api-access')
    await expect(page.getByRole('button', { name: 'Grace Hopper' })).toBeVisible()
    const user = await db.one('SELECT u.tenant_id, r.name FROM users u JOIN roles r ON r.id = u.role_id WHERE u.email = ?1', email)
    expect(user).toEqual({ tenant_id: owner.tenant, name: 'Viewer' })
    await open(page, `/invitation/${secret}`, 'This link does not work')
    await expect(page.getByText('This invitation was used or cancelled, or is too old. Ask whoever invited you for a new one.')).toBeVisible()
    await expect(page).toHaveURL('/invitation/opened')
    await expectAccessible(page)
  })

  test('is warned where somebody else is signed in, who is signed out by accepting', async ({ page, owner, context }) => {
    await signIn(context, owner)
    const { secret } = await invite(owner)
    await open(page, `/invitation/${secret}`, `Join ${owner.account.tenant_name}`)
    await expect(page.getByText('Somebody is signed in in this browser. They are signed out when you accept.')).toBeVisible()
    await fillIn(page)
    await button(page, 'Accept the invitation').click()
    await expect(page.getByRole('button', { name: 'Grace Hopper' })).toBeVisible()
  })
})
