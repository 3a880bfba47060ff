import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { Person, newAccount } from '../support/actors'
import { button, dialog, open, signIn } from '../support/browser'
import { db } from '../support/db'
import { linkIn, mailTo } from '../support/mail'
import { expect, test } from '../support/test'

const PAGE = '/confirm-email/'
const CONFIRM = 'Confirm your new email address'
const UNDO = 'Keep your email address'
const DEAD = 'This link does not work any more. Ask for a new one.'

/** Asks for another address; gives the paths of both links. */
async function change(person: Person, email = newAccount().email) {
  expect((await person.post('/users/me/email', { email })).status).toBe(202)
  const confirm = linkIn(await mailTo(email, CONFIRM), PAGE)
  const undo = linkIn(await mailTo(person.account.email, 'Your email address is about to change'), PAGE)
  return { email, confirm, undo }
}

const addressOf = async (person: Person) => (await db.one('SELECT email FROM users WHERE id = ?1', person.user.id)).email

/** What a mail program does that looks at links in advance. */
async function look(page: Page, path: string, title: string) {
  await open(page, path, title)
  expect(page.url()).not.toContain(path)
  await page.waitForLoadState('networkidle')
}

test.describe('a link about a change of address', () => {
  test('b.1 confirms the new one, but not before somebody presses the button', async ({ page, owner }) => {
    const { email, confirm } = await change(owner)
    await look(page, confirm, CONFIRM)
    expect(await addressOf(owner)).toBe(owner.account.email)
    await expectAccessible(page)
    await button(page, 'Confirm this address').click()
    await expect(page.getByRole('heading', { level: 1, name: 'Your new address is confirmed' })).toBeFocused()
    await expect(page.getByText(`${email} is the address of your account now. You sign in with it.`)).toBeVisible()
    await expectAccessible(page)
    expect(await addressOf(owner)).toBe(email)
  })

  test('takes the change back, but not before somebody presses the button, and ends every session', async ({ page, owner, context }) => {
    await signIn(context, owner)
    const { confirm, undo } = await change(owner)
    await open(page, confirm, CONFIRM)
    await button(page, 'Confirm this address').click()
    await page.getByRole('link', { name: 'Go to your profile' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Account Settings' })).toBeVisible()

    await look(page, undo, UNDO)
    expect(await addressOf(owner)).not.toBe(owner.account.email)
    await expect(page.getByText('ends every session of your account')).toBeVisible()
    await expectAccessible(page)
    await button(page, 'Keep my address').click()
    await expect(page.getByText(`${owner.account.email} is the address of your account, and every session was ended.`)).toBeVisible()
    await expectAccessible(page)
    expect(await addressOf(owner)).toBe(owner.account.email)
    expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(0)
    await page.getByRole('link', { name: 'Set a new password' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Forgot your password?' })).toBeVisible()
  })

  test('works once, and says so', async ({ page, owner }) => {
    const { confirm, undo } = await change(owner)
    await open(page, undo, UNDO)
    await button(page, 'Keep my address').click()
    await expect(page.getByRole('heading', { level: 1, name: 'Your address is kept' })).toBeVisible()
    const before = await db.state(owner.tenant)
    for (const [path, title, act] of [[confirm, CONFIRM, 'Confirm this address'], [undo, UNDO, 'Keep my address']] as const) {
      await open(page, path, title)
      await button(page, act).click()
      await expect(page.getByRole('alert')).toHaveText(DEAD)
      await expect(button(page, act)).toBeHidden()
      await expect(page.getByRole('link', { name: title === UNDO ? 'Set a new password' : 'Go to your profile' })).toBeVisible()
      await expectAccessible(page)
    }
    expect(await db.state(owner.tenant)).toEqual(before)
    await page.getByRole('link', { name: 'Go to Latchkey' }).click()
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
  })

  test('says when somebody has taken the address meanwhile', async ({ page, owner }) => {
    const { email, confirm } = await change(owner)
    await new Person(newAccount({ email })).signUp()
    await open(page, confirm, CONFIRM)
    await button(page, 'Confirm this address').click()
    await expect(page.getByRole('alert')).toHaveText('Somebody with this email has an account. Choose another.')
    expect(await addressOf(owner)).toBe(owner.account.email)
  })

  test('has no secret any more after a reload, and says what to do', async ({ page, owner }) => {
    const { confirm } = await change(owner)
    await open(page, confirm, CONFIRM)
    await page.reload()
    await expect(page.getByRole('alert')).toHaveText(/Open the link in your mail again\.$/)
    await expect(button(page, 'Confirm this address')).toBeHidden()
    expect(await page.evaluate(() => location.href)).not.toContain('lke_')
  })
})

test.describe('Change email', () => {
  const account = (page: Page) => page.getByRole('region', { name: 'Your account' })

  test.beforeEach(async ({ context, owner, page }) => {
    await signIn(context, owner)
    await open(page, '/settings/profile')
    await expect(account(page).getByText(owner.account.email, { exact: true })).toBeVisible()
  })

  test('b.1 asks who it is, mails both addresses, and says that the old one stays until the new one is confirmed', async ({ page, owner }) => {
    const email = newAccount().email
    await owner.goStale()
    await button(page, 'Change email').click()
    const changing = dialog(page, 'Change email')
    await expect(changing.getByLabel('New email')).toBeFocused()
    await expect(changing.getByText(`Until you open it, ${owner.account.email} stays the address of your account.`)).toBeVisible()
    await expectAccessible(page)
    await changing.getByLabel('New email').fill(email)
    await button(changing, 'Send the link').click()
    const asking = dialog(page, 'Confirm that it is you')
    await asking.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asking, 'Confirm').click()
    await expect(changing.getByText(`A link was mailed to ${email}.`)).toBeVisible()
    await expect(changing.getByText(`Until then ${owner.account.email} stays the address of your account`)).toBeVisible()
    await expectAccessible(page)
    await button(changing, 'Done').click()
    await expect(changing).toBeHidden()
    await expect(button(page, 'Change email')).toBeFocused()
    expect(await addressOf(owner)).toBe(owner.account.email)
    await mailTo(owner.account.email, 'Your email address is about to change')

    await open(page, linkIn(await mailTo(email, CONFIRM), PAGE), CONFIRM)
    await button(page, 'Confirm this address').click()
    await page.getByRole('link', { name: 'Go to your profile' }).click()
    await expect(account(page).getByText(email, { exact: true })).toBeVisible()
  })

  test('tells of a change that waits, and gives it up at a word', async ({ page, owner }) => {
    const email = newAccount().email
    await button(page, 'Change email').click()
    const changing = dialog(page, 'Change email')
    await changing.getByLabel('New email').fill(email)
    await button(changing, 'Send the link').click()
    await button(changing, 'Done').click()
    const waiting = account(page).getByText(`Waiting for ${email} to be confirmed`)
    await expect(waiting).toBeVisible()
    await page.reload()
    await expect(waiting).toBeVisible()
    await expectAccessible(page)
    await button(account(page), 'Keep the address as it is').click()
    await expect(waiting).toBeHidden()
    await expect(button(page, 'Change email')).toBeFocused()
    expect((await owner.get('/users/me/email')).json.pending).toBeNull()
    await open(page, linkIn(await mailTo(email, CONFIRM), PAGE), CONFIRM)
    await button(page, 'Confirm this address').click()
    await expect(page.getByRole('alert')).toHaveText(DEAD)
    expect(await addressOf(owner)).toBe(owner.account.email)
  })

  test('complains at the field, and changes nothing', async ({ page, owner, stranger }) => {
    await button(page, 'Change email').click()
    const changing = dialog(page, 'Change email')
    const field = changing.getByLabel('New email')
    for (const [email, complaint] of [
      ['ada', 'Enter a valid email'],
      [owner.account.email, 'This is your address already.'],
      [stranger.account.email, 'Somebody with this email has an account. Choose another.'],
    ] as const) {
      await field.fill(email)
      await button(changing, 'Send the link').click()
      await expect(field).toHaveAccessibleDescription(complaint)
      await expect(field).toBeFocused()
    }
    await expectAccessible(page)
    await button(changing, 'Cancel').click()
    await expect(button(page, 'Change email')).toBeFocused()
    expect(await db.count('FROM email_changes WHERE user_id = ?1', owner.user.id)).toBe(0)
  })
})
