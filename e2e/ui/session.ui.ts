import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { Actor, Person, newAccount, newAddress } from '../support/actors'
import { API_ACCESS, button, dialog, generate, menu, open, openAddDialog, rowOf, signIn, tokens } from '../support/browser'
import { db } from '../support/db'
import { FaultyProxy } from '../support/proxy'
import { expect, test } from '../support/test'

const SIGN_IN = 'Sign in to Latchkey'
const ENDED = 'Your session has ended. Sign in again to go on.'
const PROFILE = '/settings/profile'

async function fillSignIn(page: Page, email: string, password: string) {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await button(page, 'Sign in').click()
}

async function signOut(page: Page) {
  await menu(page).click()
  await button(page, 'Sign out').click()
  await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
}

/** The browser tests keep every tab in front, so what browsers tell of a tab that comes there is told by hand. */
const comeBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))

test.describe('signing in', () => {
  test('leads to API Access, from the root and from its own page', async ({ page, owner }) => {
    await open(page, '/', SIGN_IN)
    await expect(page).toHaveURL('/sign-in')
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page).toHaveURL(API_ACCESS)
    await expect(menu(page)).toBeVisible()
    await page.goto('/sign-in')
    await expect(page).toHaveURL(API_ACCESS)
    await page.goto('/')
    await expect(page).toHaveURL(API_ACCESS)
  })

  test('leads back to the page that asked for it, with its query', async ({ page, owner }) => {
    await open(page, `${API_ACCESS}?search=ci%20x`, SIGN_IN)
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(`${API_ACCESS}?search=ci%20x`)}`)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page).toHaveURL(`${API_ACCESS}?search=ci%20x`)
    await expect(page.getByRole('searchbox')).toHaveValue('ci x')
  })

  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'https:evil.example', '/%09/evil.example', '%2f%2fevil.example', 'javascript:alert(1)', '/settings/../\\evil.example', 'data:text/html,x']) {
    test(`never leads off the site: next=${next}`, async ({ page, owner }) => {
      const origins = new Set<string>()
      page.on('framenavigated', (frame) => origins.add(new URL(frame.url()).host))
      await open(page, `/sign-in?next=${next}`, SIGN_IN)
      const host = new URL(page.url()).host
      await fillSignIn(page, owner.account.email, owner.account.password)
      await expect(menu(page).or(page.getByRole('heading', { name: 'Page not found' }))).toBeVisible()
      expect([...origins]).toEqual([host])
    })
  }

  test('says the same for an unknown address and a wrong password, at the form, and keeps the address', async ({ page, owner }) => {
    await open(page, '/sign-in', SIGN_IN)
    for (const email of [owner.account.email, newAccount().email]) {
      await fillSignIn(page, email, 'not the password')
      await expect(page.getByRole('alert')).toHaveText('The email or the password is wrong.')
      await expect(page.getByLabel('Email')).toHaveValue(email)
      await expect(page).toHaveURL('/sign-in')
    }
  })

  test('puts complaints under their fields', async ({ page }) => {
    await open(page, '/sign-in', SIGN_IN)
    await button(page, 'Sign in').click()
    await expect(page.getByLabel('Email')).toHaveAccessibleDescription('Enter a valid email')
    await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription('Enter a valid password')
    await expect(page.getByLabel('Email')).toBeFocused()
  })

  test('says how long to wait after too many tries', async ({ page, owner }) => {
    for (let i = 0; i < 10; i++) await new Actor(newAddress()).post('/session', { email: owner.account.email, password: `wrong ${i}` })
    await open(page, '/sign-in', SIGN_IN)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page.getByRole('alert')).toHaveText(/^Too many attempts\. Try again in \d+ minutes?\.$/)
  })

  test('tells a deactivated person what to do', async ({ page, owner }) => {
    await owner.deactivate()
    await open(page, '/sign-in', SIGN_IN)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page.getByRole('alert')).toHaveText('Your account is not active. Ask an administrator of your company.')
  })

  test('says when Latchkey cannot be reached', async ({ page, context, owner }) => {
    await open(page, '/sign-in', SIGN_IN)
    await context.setOffline(true)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page.getByRole('alert')).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
    await context.setOffline(false)
    await button(page, 'Sign in').click()
    await expect(page).toHaveURL(API_ACCESS)
  })

  test('takes an answer that cannot be read for none', async ({ page }) => {
    const proxy = new FaultyProxy()
    try {
      const url = `${await proxy.start()}/sign-in`
      await open(page, url, SIGN_IN)
      const refusal = { type: '/problems/x', title: 'X', status: 403, detail: 'X.', code: 'x', request_id: 'x' }
      for (const body of ['<html>', '', 'null', '[]', '{"detail":"X."}', JSON.stringify({ ...refusal, code: 'forbidden', status: 4.5 })]) {
        proxy.answer = body
        await fillSignIn(page, 'ada@example.com', 'gondola')
        await expect(page.getByRole('alert'), body).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
        await page.reload()
      }
      // A kind of refusal that only a newer version knows still says why.
      proxy.answer = JSON.stringify(refusal)
      await fillSignIn(page, 'ada@example.com', 'gondola')
      await expect(page.getByRole('alert')).toHaveText('X.')
    } finally {
      proxy.stop()
    }
  })

  test('works with password managers: names, autocomplete, paste, and a password that can be shown', async ({ page }) => {
    await open(page, '/sign-in', SIGN_IN)
    const password = page.getByLabel('Password', { exact: true })
    await expect(page.getByLabel('Email')).toHaveAttribute('autocomplete', 'username')
    await expect(password).toHaveAttribute('autocomplete', 'current-password')
    await expect(password).toHaveAttribute('type', 'password')
    await button(page, 'Show password').click()
    await expect(password).toHaveAttribute('type', 'text')
    await expect(button(page, 'Show password')).toHaveAttribute('aria-pressed', 'true')
    await page.getByLabel('Email').fill('pasted text')
    await page.getByLabel('Email').press('ControlOrMeta+a')
    await page.keyboard.press('ControlOrMeta+c')
    await password.press('ControlOrMeta+v')
    await expect(password).toHaveValue('pasted text')
    await page.goto('/sign-up')
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('autocomplete', 'new-password')
  })
})

test.describe('signing up', () => {
  test('tells everything that is wrong at once, in the words of the rules', async ({ page }) => {
    await open(page, '/sign-up', 'Sign up for Latchkey')
    await button(page, 'Sign up').click()
    await expect(page.getByLabel('Company')).toBeFocused()
    await expect(page.getByLabel('Company')).toHaveAccessibleDescription('Enter the name of your company.')
    await expect(page.getByLabel('First name')).toHaveAccessibleDescription('First name must have atleast 2 characters. Numbers and special characters are not allowed.')
    await expect(page.getByLabel('Last name')).toHaveAccessibleDescription('Last name must have atleast 1 characters. Numbers and special characters are not allowed.')
    await expect(page.getByLabel('Email')).toHaveAccessibleDescription('Enter a valid email')
    await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/Enter a valid password/)
  })

  test('puts the complaint of the server about a known address under the field', async ({ page, owner }) => {
    await open(page, '/sign-up', 'Sign up for Latchkey')
    const account = newAccount({ email: owner.account.email })
    await page.getByLabel('Company').fill(account.tenant_name)
    await page.getByLabel('First name').fill(account.first_name)
    await page.getByLabel('Last name').fill(account.last_name)
    await page.getByLabel('Email').fill(account.email)
    await page.getByLabel('Password', { exact: true }).fill(account.password)
    await button(page, 'Sign up').click()
    await expect(page.getByLabel('Email')).toHaveAccessibleDescription('Somebody with this email has an account. Sign in instead.')
    await expect(page.getByLabel('Email')).toBeFocused()
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue(account.password)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
  })
})

test.describe('signing out', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('leads to sign-in, and Back shows nothing of what was there', async ({ page, owner }) => {
    await owner.makeToken({ name: 'confidential' })
    await open(page, '/settings/profile')
    await page.getByRole('link', { name: 'API Access' }).first().click()
    await expect(rowOf(tokens(page), 'confidential')).toBeVisible()
    await signOut(page)
    await expect(page).toHaveURL('/sign-in')
    await page.goBack()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page).toHaveURL('/sign-in')
    for (const text of ['confidential', owner.account.email, 'Ada Lovelace']) await expect(page.getByText(text)).toHaveCount(0)
    expect(await page.content()).not.toContain(owner.account.email)
  })

  test('after a page of another site was visited, Back shows nothing either', async ({ page, owner }) => {
    await owner.makeToken({ name: 'confidential' })
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'confidential')).toBeVisible()
    await page.goto('about:blank')
    await db.rows('DELETE FROM sessions WHERE user_id = ?1', owner.user.id)
    await page.goBack()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page.getByText('confidential')).toHaveCount(0)
  })

  test('ends the session on the server and takes the cookie away', async ({ page, owner, context }) => {
    await open(page, API_ACCESS)
    const count = () => db.count('FROM sessions WHERE user_id = ?1', owner.user.id)
    const before = await count()
    await signOut(page)
    expect(await count()).toBe(before - 1)
    expect(await context.cookies()).toEqual([])
  })

  test('lets the next person in without anything of the one before', async ({ page, owner }) => {
    await owner.makeToken({ name: 'confidential' })
    const other = await new Person(newAccount({ first_name: 'Grace' })).signUp()
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'confidential')).toBeVisible()
    await signOut(page)
    await fillSignIn(page, other.account.email, other.account.password)
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    await expect(page.getByText('confidential')).toHaveCount(0)
    await expect(page.getByText('Grace Lovelace').first()).toBeVisible()
  })
})

test.describe('a session that ended elsewhere', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))
  const end = (owner: Person) => db.rows('DELETE FROM sessions WHERE user_id = ?1', owner.user.id)

  test('sends the person to sign in at the next thing they do, and then back', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await end(owner)
    await page.getByRole('searchbox').fill('night')
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page.getByText(ENDED)).toBeVisible()
    await expectAccessible(page)
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(`${API_ACCESS}?search=night`)}`)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page).toHaveURL(`${API_ACCESS}?search=night`)
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
  })

  test('sends them there from a dialog too, which does not stay open', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await end(owner)
    await button(adding, 'Generate Token').click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(API_ACCESS)}`)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(0)
  })

  test('on a page that is opened anew sends them there at once', async ({ page, owner }) => {
    await end(owner)
    await open(page, '/settings/security', SIGN_IN)
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent('/settings/security')}`)
    await expect(page.getByText(ENDED)).toBeHidden()
  })

  test('does not claim that what was typed is saved', async ({ page, owner }) => {
    await open(page, PROFILE)
    await page.getByLabel('First name').fill('Augusta')
    await end(owner)
    await button(page, 'Save').click()
    await expect(page.getByRole('heading', { name: SIGN_IN })).toBeVisible()
    await expect(page.getByText(ENDED)).toBeVisible()
    await expect(page.getByText('Your profile has been successfully updated.')).toHaveCount(0)
    await fillSignIn(page, owner.account.email, owner.account.password)
    await expect(page).toHaveURL(PROFILE)
    await expect(page.getByLabel('First name')).toHaveValue('Ada')
    await expect(page.getByText('Nothing is changed.')).toBeVisible()
  })

  test('is found out when somebody comes back to the tab', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    await expect(menu(page)).toBeVisible()
    await end(owner)
    await comeBack(page)
    await expect(page.getByText(ENDED)).toBeVisible()
  })

  test('is told from the question for the password too, where it is not the password that is wrong', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await button(adding, 'Generate Token').click()
    const asking = dialog(page, 'Confirm that it is you')
    await expect(asking).toBeVisible()
    await end(owner)
    await asking.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asking, 'Confirm').click()
    await expect(page.getByText(ENDED)).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(0)
  })

  test('is not taken for over because the server failed or could not be reached', async ({ page, owner, context }) => {
    await open(page, API_ACCESS)
    await expect(menu(page)).toBeVisible()
    await owner.take('Broken', 'api_access', 'secrets:read')
    const answered = page.waitForResponse(/\/api\/v1\/session$/)
    await comeBack(page)
    expect((await answered).status()).toBe(500)
    await expect(menu(page)).toBeVisible()
    await owner.take('Administrator')
    await context.setOffline(true)
    await comeBack(page)
    await expect(menu(page)).toBeVisible()
    await expect(page).toHaveURL(API_ACCESS)
  })
})

test.describe('somebody else who signs in in another tab', () => {
  const TOLD = 'Grace Hopper is signed in in this browser now, so this page is theirs. What was typed here before is gone.'
  const grace = (page: Page) => page.getByRole('banner').getByRole('button', { name: 'Grace Hopper' })

  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('gets the page when they come back to it, with nothing of the one before', async ({ page, owner, stranger, context }) => {
    await owner.makeToken({ name: 'confidential' })
    await open(page, API_ACCESS)
    const { created } = await generate(page, 'nightly', 'Jobs Read')
    await expect(created).toBeVisible()
    await signIn(context, stranger)
    await comeBack(page)
    await expect(grace(page)).toBeVisible()
    await expect(page.getByRole('alert').filter({ hasText: TOLD })).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    await expect(page.getByText('confidential')).toHaveCount(0)
    await expectAccessible(page)
  })

  test('is not changed by what the page of the one before sends', async ({ page, owner, stranger, context }) => {
    await open(page, PROFILE)
    await page.getByLabel('First name').fill('Augusta')
    await signIn(context, stranger)
    const before = await db.state(stranger.tenant)
    await button(page, 'Save').click()
    await expect(grace(page)).toBeVisible()
    await expect(page.getByRole('alert').filter({ hasText: TOLD })).toBeVisible()
    await expect(page.getByLabel('First name')).toHaveValue('Grace')
    await expect(page.getByText('Nothing is changed.')).toBeVisible()
    expect(await db.state(stranger.tenant)).toEqual(before)
    expect((await owner.get('/users/me')).json.first_name).toBe('Ada')
  })

  test('is not asked for their password to do what the one before began', async ({ page, owner, stranger, context }) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'Confirm that it is you')).toBeVisible()
    await signIn(context, stranger)
    await comeBack(page)
    await expect(grace(page)).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(await db.count('FROM tokens WHERE user_id IN (?1, ?2)', owner.user.id, stranger.user.id)).toBe(0)
  })

  test('is not signed out by the page of the one before', async ({ page, stranger, context }) => {
    await open(page, API_ACCESS)
    await menu(page).click()
    await signIn(context, stranger)
    await button(page, 'Sign out').click()
    await expect(grace(page)).toBeVisible()
    await expect(page.getByRole('alert').filter({ hasText: TOLD })).toBeVisible()
    await page.reload()
    await expect(grace(page)).toBeVisible()
  })

  test('is not announced to the one after who signed in at this very page', async ({ page, stranger }) => {
    await open(page, API_ACCESS)
    await signOut(page)
    await fillSignIn(page, stranger.account.email, stranger.account.password)
    await expect(grace(page)).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('and is the same person leaves the page as it is', async ({ page, owner, context }) => {
    await open(page, PROFILE)
    await page.getByLabel('First name').fill('Augusta')
    await signIn(context, owner)
    const answered = page.waitForResponse(/\/api\/v1\/session$/)
    await comeBack(page)
    await answered
    await expect(page.getByLabel('First name')).toHaveValue('Augusta')
    await button(page, 'Save').click()
    await expect(page.getByText('Your profile has been successfully updated.')).toBeVisible()
  })
})

test.describe('step-up', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('d.8 asks for the password, then sends the same call again: nothing that was typed is lost', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByLabel('Description').fill('Copies the vault')
    await adding.getByRole('checkbox', { name: 'Vaults Write' }).check()
    await adding.getByRole('radio', { name: '7 days' }).check()
    await button(adding, 'Generate Token').click()

    const asking = dialog(page, 'Confirm that it is you')
    await expect(asking.getByLabel('Password', { exact: true })).toBeFocused()
    await page.keyboard.type('not the password')
    await page.keyboard.press('Enter')
    await expect(asking.getByRole('alert')).toHaveText('The password is wrong.')
    await expect(page).toHaveURL(API_ACCESS)
    await asking.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asking, 'Confirm').click()

    await expect(dialog(page, 'New Token Created')).toBeVisible()
    await expect(asking).toBeHidden()
    const { items } = (await (await owner.elsewhere()).get('/users/me/tokens')).json
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ name: 'nightly', description: 'Copies the vault', scopes: ['vaults:read', 'vaults:write'] })
  })

  test('d.8 can be cancelled: the form is as it was, and a second try asks again', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Vaults Write' }).check()
    for (const cancel of ['Cancel', 'Escape']) {
      await button(adding, 'Generate Token').click()
      const asking = dialog(page, 'Confirm that it is you')
      await expect(asking).toBeVisible()
      if (cancel === 'Escape') await page.keyboard.press('Escape')
      else await button(asking, cancel).click()
      await expect(asking).toBeHidden()
      await expect(adding).toBeVisible()
      await expect(adding.getByLabel('Name')).toHaveValue('nightly')
      await expect(adding.getByRole('checkbox', { name: 'Vaults Write' })).toBeChecked()
      await expect(button(adding, 'Generate Token')).toBeEnabled()
    }
    expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(0)
  })

  test('d.8 goes with the page: Back closes it, and nothing is left waiting', async ({ page, owner }) => {
    await open(page, PROFILE)
    await page.getByRole('navigation').getByRole('link', { name: 'API Access' }).click()
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'Confirm that it is you')).toBeVisible()
    await page.goBack()
    await expect(page.getByLabel('First name')).toHaveValue('Ada')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await page.goForward()
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(await db.count('FROM tokens WHERE user_id = ?1', owner.user.id)).toBe(0)
  })

  test('is not asked for again right after it was given, nor for revoking', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('first')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await button(adding, 'Generate Token').click()
    await dialog(page, 'Confirm that it is you').getByLabel('Password', { exact: true }).fill(owner.account.password)
    await page.keyboard.press('Enter')
    const created = dialog(page, 'New Token Created')
    await button(created, 'Done').click()
    await button(created, 'Close without copying').click()
    await generate(page, 'second', 'Jobs Read')
    await owner.goStale()
    await button(created, 'Done').click()
    await button(created, 'Close without copying').click()
    await page.getByRole('checkbox', { name: 'Select all tokens' }).check()
    await button(page, 'Revoke Selected Tokens').click()
    await button(dialog(page, 'Revoke Tokens'), 'Yes, Proceed').click()
    await expect(page.getByRole('status').filter({ hasText: '2 tokens revoked.' })).toBeVisible()
  })
})

test.describe('code that cannot be fetched', () => {
  const MISSING = 'A part of Latchkey could not be fetched. Check your connection, or reload the page.'

  test.beforeEach(async ({ context, owner, page }) => {
    await signIn(context, owner)
    await open(page, API_ACCESS)
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    await context.setOffline(true)
  })

  test('of a page is told in its place, and comes once there is a connection', async ({ page, context, complaints }) => {
    await page.getByRole('link', { name: 'Notifications' }).click()
    await expect(page.getByRole('alert').filter({ hasText: MISSING })).toBeVisible()
    await expect(menu(page)).toBeVisible()
    await context.setOffline(false)
    await button(page, 'Try again').click()
    await expect(page.getByRole('heading', { name: 'Deliveries', exact: true })).toBeVisible()
    complaints.length = 0
  })

  test('of a dialog is told, and the dialog opens once there is a connection', async ({ page, context, complaints }) => {
    await button(page, 'Add New Access Token').click()
    await expect(page.getByRole('alert').filter({ hasText: MISSING })).toBeVisible()
    await context.setOffline(false)
    await openAddDialog(page)
    complaints.length = 0
  })
})

test('the code of the first page comes in one file, and so does that of its dialogs and of the pages beside it', async ({ context, owner, page }) => {
  await signIn(context, owner)
  const files: string[] = []
  page.on('request', (request) => files.push(...(request.url().match(/[^/]+\.wasm$/) ?? [])))
  await open(page, API_ACCESS)
  await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
  expect(files.sort()).toEqual(['app_bg.wasm', 'first-api_access.wasm'])
  const adding = await openAddDialog(page)
  await button(adding, 'Cancel').click()
  await page.getByRole('link', { name: 'Notifications' }).click()
  await expect(page.getByRole('heading', { name: 'Deliveries', exact: true })).toBeVisible()
  expect(files.slice(2)).toEqual(['api_access-token_dialogs.wasm', 'api_access-notifications.wasm'])
})
