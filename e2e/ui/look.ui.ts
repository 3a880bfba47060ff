import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { API_ACCESS, TABS, act, button, dialog, expectNoSideways, generate, menu, open, openAddDialog, rowOf, signIn, tabTo, tokens } from '../support/browser'
import type { Person } from '../support/actors'
import { ago, db } from '../support/db'
import { makeAccount } from '../support/machines'
import { colleague, invite } from '../support/people'
import { drawn } from '../support/pictures'
import { expect, test } from '../support/test'

/** Something of every kind: a good token, an expired one, a revoked one, a long name. */
async function furnish(owner: Person) {
  await owner.makeToken({ name: 'Nightly copy of the vault', description: 'Runs on host-17', scopes: ['vaults:write', 'jobs:read'] })
  await owner.makeToken({ name: 'W'.repeat(64), description: 'd'.repeat(200) })
  const [old, gone] = [await owner.makeToken({ name: 'Old' }), await owner.makeToken({ name: 'Gone' })]
  await db.rows('UPDATE tokens SET renewable_until = ?2 WHERE id = ?1', old.token.id, ago(60))
  await owner.post('/tokens/revoke', { ids: [gone.token.id], reason: 'No longer needed, since the host is gone' })
}

const FACE = { name: 'me.png', mimeType: 'image/png', buffer: drawn(400, 200, (x) => (x < 200 ? [200, 30, 30] : [30, 30, 200])) }

async function openProfile(page: Page): Promise<Locator> {
  await open(page, '/settings/profile')
  const first = page.getByLabel('First name')
  await expect(first).toHaveValue('Ada')
  return first
}

const STRANGER: [string, string][] = [
  ['/sign-in', 'Sign in to Latchkey'],
  ['/sign-up', 'Sign up for Latchkey'],
  ['/forgot-password', 'Forgot your password?'],
  ['/nonsense', 'Page not found'],
]
/** Pages that mailed links open, whose secrets are nobody's. */
const MAILED: [string, string][] = [
  ['/reset-password/lkr_x', 'Set a new password'],
  ['/confirm-email/lke_x', 'Confirm your new email address'],
  ['/confirm-email/lku_x', 'Keep your email address'],
]

/** Every state of the pages that somebody may meet, one after the other. */
const STATES: [string, (page: Page, owner: Person) => Promise<unknown>][] = [
  ...TABS.map(([name, path]): [string, (page: Page) => Promise<unknown>] => [name, (page) => open(page, path)]),
  ['Account profile with a photo, a phone number and a time zone', async (page, owner) => {
    await owner.upload('/users/me/photo', FACE.buffer, FACE.mimeType)
    await owner.patch('/users/me', { phone: '+4930901820', time_zone: 'America/Argentina/Buenos_Aires' })
    await openProfile(page)
    await expect(page.getByRole('img', { name: 'Your photo' })).toBeVisible()
  }],
  ['Account profile with complaints', async (page) => {
    const first = await openProfile(page)
    await first.fill('R2')
    await page.getByLabel('Phone').fill('1')
    await button(page, 'Save').click()
    await expect(first).toHaveAttribute('aria-invalid', 'true')
  }],
  ['Account profile, changed elsewhere', async (page, owner) => {
    const first = await openProfile(page)
    await first.fill('A'.repeat(64))
    await owner.patch('/users/me', { first_name: 'E'.repeat(64), last_name: 'B'.repeat(64) })
    await button(page, 'Save').click()
    await expect(page.getByRole('radio', { name: /^Mine: / })).toBeChecked()
  }],
  ['Leave without saving?', async (page) => {
    await (await openProfile(page)).fill('Augusta')
    await page.getByRole('navigation').getByRole('link', { name: 'API Access' }).click()
    await expect(dialog(page, 'Leave without saving?')).toBeVisible()
  }],
  ['Crop your photo', async (page) => {
    await openProfile(page)
    const choosing = page.waitForEvent('filechooser')
    await button(page, 'Add photo').click()
    await (await choosing).setFiles(FACE)
    await expect(dialog(page, 'Crop your photo')).toBeVisible()
  }],
  ['Remove photo', async (page, owner) => {
    await owner.upload('/users/me/photo', FACE.buffer, FACE.mimeType)
    await openProfile(page)
    await button(page, 'Remove photo').click()
    await expect(dialog(page, 'Remove photo')).toBeVisible()
  }],
  ['Change email', async (page) => {
    await openProfile(page)
    await button(page, 'Change email').click()
    await button(dialog(page, 'Change email'), 'Send the link').click()
    await expect(dialog(page, 'Change email').getByText('Enter a valid email')).toBeVisible()
  }],
  ['Change email, a link was sent', async (page) => {
    await openProfile(page)
    await button(page, 'Change email').click()
    const changing = dialog(page, 'Change email')
    await changing.getByLabel('New email').fill(`${'a'.repeat(60)}@${'b'.repeat(60)}.example`)
    await button(changing, 'Send the link').click()
    await expect(button(changing, 'Done')).toBeVisible()
  }],
  ['Roles, one open', async (page) => {
    await open(page, '/manage/roles', 'Roles')
    await button(page, 'Member').click()
    await expect(dialog(page, 'Role').getByLabel('Name')).toHaveValue('Member')
  }],
  ['Policy with complaints', async (page) => {
    await open(page, '/manage/policy', 'Policy')
    await button(page, 'Edit').click()
    await expect(page.getByLabel('All, by default')).toBeFocused()
    await page.getByLabel('Custom, at most').fill('0')
    await button(page, 'Save').click()
    await expect(page.getByLabel('Custom, at most')).toHaveAttribute('aria-invalid', 'true')
  }],
  ['Audit log, one event open', async (page, owner) => {
    await owner.patch('/users/me', { last_name: 'B'.repeat(64) })
    await open(page, '/manage/audit', 'Audit log')
    await page.getByText('1 change, details').first().click()
    await expect(page.getByLabel('Changes')).toBeVisible()
  }],
  ['API Access with tokens, one selected', async (page, owner) => {
    await furnish(owner)
    await open(page, API_ACCESS)
    await page.getByRole('checkbox', { name: 'Select Nightly copy of the vault' }).check()
  }],
  ['API Access that failed to load', async (page, owner) => {
    await furnish(owner)
    await db.rows(`UPDATE tokens SET scopes = 'gone:read' WHERE user_id = ?1`, owner.user.id)
    await open(page, API_ACCESS)
    await expect(page.getByRole('alert').first()).toBeVisible()
  }],
  ['a page that is not there', (page) => open(page, '/nonsense', 'Page not found')],
  ['the account menu', async (page) => {
    await open(page, API_ACCESS)
    await menu(page).click()
    await expect(button(page, 'Sign out')).toBeVisible()
  }],
  ['Add New Token', async (page) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await button(adding, 'Read and write all').click()
    await adding.getByRole('radio', { name: 'Custom' }).check()
  }],
  ['Add New Token with complaints', async (page) => {
    await open(page, API_ACCESS)
    await button(await openAddDialog(page), 'Generate Token').click()
    await expect(dialog(page, 'Add New Token').getByText('Select at least one scope.')).toBeVisible()
  }],
  ['New Token Created', async (page) => {
    await open(page, API_ACCESS)
    await generate(page, 'nightly', 'Jobs Read')
  }],
  ['New Token Created, about to be closed', async (page) => {
    await open(page, API_ACCESS)
    const { created } = await generate(page, 'nightly', 'Jobs Read')
    await button(created, 'Done').click()
    await expect(created.getByRole('alert')).toBeVisible()
  }],
  ['Manage, Security', (page) => open(page, '/manage/security', 'Manage')],
  ['Manage, System Settings', (page) => open(page, '/manage/system', 'Manage')],
  ['Users', async (page, owner) => {
    await invite(owner)
    await (await colleague(owner, 'Viewer', { first_name: 'W'.repeat(64) })).deactivate()
    await open(page, '/manage/users', 'Users')
    await expect(page.getByRole('table', { name: 'Pending invitations' }).getByRole('rowheader')).toHaveCount(1)
  }],
  ['Invite User with complaints', async (page) => {
    await open(page, '/manage/users', 'Users')
    await button(page, 'Invite User').click()
    await button(dialog(page, 'Invite User'), 'Send invitation').click()
    await expect(dialog(page, 'Invite User').getByText('Enter a valid email')).toBeVisible()
  }],
  ['Delete User', async (page, owner) => {
    const grace = await colleague(owner)
    await makeAccount(owner, { owner_id: grace.user.id, name: 'W'.repeat(64) })
    await open(page, `/manage/users/${grace.user.id}/profile`, 'Grace Hopper')
    await button(page, 'Delete').click()
    await expect(dialog(page, 'Delete User').getByRole('listitem')).toHaveCount(1)
  }],
  ['Access tokens of a user', async (page, owner) => {
    await furnish(owner)
    await open(page, `/manage/users/${owner.user.id}/tokens`, 'Ada Lovelace')
    await expect(rowOf(tokens(page), 'Old')).toBeVisible()
  }],
  ['Sessions of a user', async (page, owner) => {
    await open(page, `/manage/users/${owner.user.id}/sessions`, 'Ada Lovelace')
    await expect(page.getByRole('list', { name: 'Sessions' })).toBeVisible()
  }],
  ['Service Accounts', async (page, owner) => {
    await makeAccount(owner, { name: 'W'.repeat(64), description: 'd'.repeat(200) })
    await open(page, '/manage/service-accounts', 'Service Accounts')
    await expect(page.getByRole('table', { name: 'Service accounts' }).getByRole('rowheader')).toHaveCount(1)
  }],
  ['Service Account', async (page, owner) => {
    await makeAccount(owner, { name: 'W'.repeat(64), description: 'd'.repeat(200) })
    await open(page, '/manage/service-accounts', 'Service Accounts')
    await button(page, 'W'.repeat(64)).click()
    await expect(dialog(page, 'Service Account')).toBeVisible()
  }],
  ['Access tokens of a service account', async (page, owner) => {
    const { account } = await makeAccount(owner, { description: 'd'.repeat(200) })
    await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'W'.repeat(64), scopes: ['backups:read'] })
    await open(page, `/manage/service-accounts/${account.id}/tokens`, account.name)
    await expect(rowOf(tokens(page), 'WWW')).toBeVisible()
  }],
  ['Accept the invitation, with complaints', async (page, owner) => {
    const { secret } = await invite(owner)
    await open(page, `/invitation/${secret}`, `Join ${owner.account.tenant_name}`)
    await button(page, 'Accept the invitation').click()
    await expect(page.getByText(/^First name must have/)).toBeVisible()
  }],
  ['Rotate secret', async (page, owner) => {
    await furnish(owner)
    await open(page, API_ACCESS)
    await act(page, 'W'.repeat(64), 'Rotate secret')
    await expect(dialog(page, 'Rotate secret').getByRole('radio')).toHaveCount(5)
  }],
  ['Revoke Tokens', async (page, owner) => {
    await furnish(owner)
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'Old')).toBeVisible()
    await page.getByRole('checkbox', { name: 'Select all tokens' }).check()
    await button(page, 'Revoke Selected Tokens').click()
    await expect(dialog(page, 'Revoke Tokens')).toBeVisible()
  }],
  ['Confirm that it is you', async (page, owner) => {
    await open(page, API_ACCESS)
    await owner.goStale()
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Jobs Read' }).check()
    await button(adding, 'Generate Token').click()
    await button(dialog(page, 'Confirm that it is you'), 'Confirm').click()
    await expect(dialog(page, 'Confirm that it is you').getByText('Enter a valid password')).toBeVisible()
  }],
]

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`everybody can use it, ${colorScheme}`, () => {
    test.use({ colorScheme })

    for (const [path, heading] of STRANGER) {
      test(`${path}`, async ({ page }) => {
        await open(page, path, heading)
        await expectAccessible(page)
        if (path === '/nonsense') return
        await page.getByRole('main').getByRole('button').last().click()
        await expect(page.getByText('Enter a valid email')).toBeVisible()
        await expectAccessible(page)
      })
    }

    for (const [path, heading] of MAILED) {
      test(`${path}`, async ({ page }) => {
        await open(page, path, heading)
        await expectAccessible(page)
        await page.getByRole('main').getByRole('button').last().click()
        await page.reload()
        await expect(page.getByRole('alert')).toBeVisible()
        await expectAccessible(page)
      })
    }

    for (const [name, reach] of STATES) {
      test(name, async ({ page, owner, context }) => {
        await signIn(context, owner)
        await reach(page, owner)
        await expectAccessible(page)
      })
    }
  })
}

test.describe('at 320 pixels nothing sticks out to the side', () => {
  test.use({ viewport: { width: 320, height: 640 } })

  for (const [path, heading] of [...STRANGER, ...MAILED]) {
    test(`${path}`, async ({ page }) => {
      await open(page, path, heading)
      await expectNoSideways(page)
    })
  }

  for (const [name, reach] of STATES) {
    test(name, async ({ page, owner, context }) => {
      await signIn(context, owner)
      await reach(page, owner)
      await expectNoSideways(page)
      const cut = () =>
        page.evaluate(() => [...document.querySelectorAll('main :is(button, a, input, select)')].filter((control) => {
          const { left, right, width } = control.getBoundingClientRect()
          const around = (control.closest('dialog, .card') ?? document.body).getBoundingClientRect()
          return width > 1 && (left < around.left || right > around.right)
        }).map((control) => control.outerHTML.slice(0, 100)))
      expect(await cut(), 'every control is where a pointer reaches it').toEqual([])
      for (const open of await page.getByRole('dialog').all()) {
        const box = await open.boundingBox()
        expect(box && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box)).toBe(true)
        expect(await open.evaluate((dialog) => [dialog, ...dialog.querySelectorAll('*')].filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === 'visible' && part.getBoundingClientRect().right > 321).map((part) => part.outerHTML.slice(0, 100)))).toEqual([])
      }
    })
  }

  test('every tab can be reached', async ({ page, owner, context }) => {
    await signIn(context, owner)
    await open(page, API_ACCESS)
    for (const [name, path] of TABS) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
      await expect(page).toHaveURL(path)
    }
  })
})

test('every element is one that browsers know', async ({ page, owner, context }) => {
  const unknown = () =>
    page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => one instanceof HTMLUnknownElement || Object.getPrototypeOf(one) === SVGElement.prototype).map((one) => one.outerHTML))
  for (const [path, heading] of [...STRANGER, ...MAILED]) {
    await open(page, path, heading)
    expect(await unknown(), path).toEqual([])
  }
  await signIn(context, owner)
  for (const [, path] of TABS) {
    await open(page, path)
    expect(await unknown(), path).toEqual([])
  }
})

test.describe('the theme', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))
  const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const choose = async (page: Page, name: string) => {
    if ((await menu(page).getAttribute('aria-expanded')) !== 'true') await menu(page).click()
    await page.getByRole('group', { name: 'Theme' }).getByRole('radio', { name }).check()
  }

  test('is the system\'s, or light, or dark, and stays so', async ({ page }) => {
    const expectBackground = (color: string) => expect.poll(() => background(page)).toBe(color)
    await page.emulateMedia({ colorScheme: 'light' })
    await open(page, API_ACCESS)
    const light = await background(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => background(page)).not.toBe(light)
    const dark = await background(page)

    await choose(page, 'Light')
    await expectBackground(light)
    await page.reload()
    await expectBackground(light)
    await choose(page, 'Dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await expectBackground(dark)
    await open(page, '/settings/profile')
    await expectBackground(dark)
    await menu(page).click()
    await expect(menu(page)).toHaveAttribute('aria-expanded', 'true')
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
    await choose(page, 'System')
    await expectBackground(light)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.reload()
    await expectBackground(dark)
  })

  test('of a person is used from the first frame on, before the app is there', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' })
    await open(page, API_ACCESS)
    const light = await background(page)
    await choose(page, 'Dark')
    // Without motion a colour still takes a millisecond.
    await expect.poll(() => background(page)).not.toBe(light)
    const dark = await background(page)
    await page.addInitScript(() => {
      requestAnimationFrame(function look() {
        if (document.body) Object.assign(window, { first: getComputedStyle(document.documentElement).backgroundColor })
        else requestAnimationFrame(look)
      })
    })
    await open(page, '/settings/profile')
    expect(await page.evaluate(() => (window as any).first)).toBe(dark)
  })
})

test.describe('a page that is not there', () => {
  test('keeps the menu of somebody who is signed in', async ({ page, owner, context }) => {
    await signIn(context, owner)
    await open(page, '/nonsense', 'Page not found')
    await menu(page).click()
    await page.getByRole('banner').getByRole('link', { name: 'API Access' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Account Settings' })).toBeVisible()
  })

  test('has no menu for anybody else', async ({ page }) => {
    await open(page, '/nonsense', 'Page not found')
    await page.waitForLoadState('networkidle')
    await expect(page.getByRole('banner')).toHaveCount(0)
    await page.getByRole('link', { name: 'Go to Latchkey' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in to Latchkey' })).toBeVisible()
  })
})

test.describe('on the keyboard', () => {
  test.use({ hasTouch: true })
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('and by touch, an instant says exactly when it is', async ({ page, owner }) => {
    const { token } = await owner.makeToken({ name: 'nightly' })
    await db.rows(`UPDATE tokens SET created_at = '2026-01-31T20:30:00Z' WHERE id = ?1`, token.id)
    await open(page, API_ACCESS)
    const created = rowOf(tokens(page), 'nightly').getByRole('time').first()
    await tabTo(page, created)
    const exact = page.getByText('31 Jan 2026, 20:30:00 UTC', { exact: true })
    await expect(exact).toBeVisible()
    const [said, at] = [await exact.boundingBox(), await created.boundingBox()]
    expect(Math.abs((said?.y ?? 0) + (said?.height ?? 0) - (at?.y ?? 0)), 'right above it').toBeLessThan(12)
    await page.keyboard.press('Escape')
    await expect(exact).toBeHidden()
    await created.blur()
    await created.tap()
    await expect(exact).toBeVisible()
    await page.getByRole('heading', { level: 1 }).tap()
    await expect(exact).toBeHidden()
  })

  test('the first stop skips to the content', async ({ page }) => {
    await open(page, API_ACCESS)
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to content' })
    await expect(skip).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('main')).toBeFocused()
  })

  test('the menu behind the name opens, is walked through by arrows, and closes with the focus back', async ({ page }) => {
    await open(page, '/settings/security')
    const account = menu(page)
    await tabTo(page, account)
    await page.keyboard.press('Enter')
    await expect(account).toHaveAttribute('aria-expanded', 'true')
    await expect(page.getByRole('banner').getByRole('link', { name: 'Profile' })).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('banner').getByRole('link', { name: 'Profile' })).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(button(page, 'Sign out')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(account).toBeFocused()
    await expect(button(page, 'Sign out')).toBeHidden()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('banner').getByRole('link', { name: 'API Access' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(API_ACCESS)
    await expect(button(page, 'Sign out')).toBeHidden()
  })

  test('a new page takes the focus to its heading and is announced', async ({ page }) => {
    await open(page, '/settings/profile')
    await tabTo(page, page.getByRole('navigation').getByRole('link', { name: 'API Access' }))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await expect(page.getByRole('status').filter({ hasText: 'API Access' })).toHaveCount(1)
  })

  test('a dialog keeps the focus inside it', async ({ page }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    for (let i = 0; i < 45; i++) {
      await page.keyboard.press('Tab')
      // A browser's own controls come round between the last stop and the first.
      const outside = await adding.evaluate((dialog) => document.activeElement !== document.body && !dialog.contains(document.activeElement))
      expect(outside).toBe(false)
    }
  })
})
