import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { Actor, bearer, newAddress } from '../support/actors'
import {
  API_ACCESS, RESOURCES, TABS, WARNING, button, cell, dialog, generate, history, holdBack, open, openAddDialog, rowOf, signIn, tokens,
} from '../support/browser'
import { DAY, ago, at, db, now } from '../support/db'
import { expect, test } from '../support/test'

test.beforeEach(({ context, owner }) => signIn(context, owner))

const box = (page: Page, name: string) => dialog(page, 'Add New Token').getByRole('checkbox', { name, exact: true })

test.describe('the page', () => {
  test('E-01 E-R1 Account Settings has four tabs in order, each with a URL of its own', async ({ page }) => {
    await open(page, '/settings/profile')
    const tabs = page.getByRole('navigation', { name: 'Account Settings' }).getByRole('link')
    await expect(tabs).toHaveText(TABS.map(([name]) => name))
    for (const [name, path] of TABS) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
      await expect(page).toHaveURL(path)
      await expect(page.getByRole('navigation').getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page')
      await expect(page).toHaveTitle(`${name} · Latchkey`)
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
    }
    await page.goBack()
    await expect(page).toHaveURL(API_ACCESS)
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Revoked History' })).toBeVisible()
  })

  test('E-06 Add New Access Token opens Add New Token, Esc and Cancel close it, and the focus comes back', async ({ page }) => {
    await open(page, API_ACCESS)
    const add = button(page, 'Add New Access Token')
    for (const close of ['Escape', 'Cancel', 'Close']) {
      const adding = await openAddDialog(page)
      await expect(adding.getByLabel('Name')).toBeFocused()
      if (close === 'Escape') await page.keyboard.press('Escape')
      else await button(adding, close).click()
      await expect(adding).toBeHidden()
      await expect(add).toBeFocused()
    }
  })

  test('E-06 Esc asks before what was typed is lost; a second one means it', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    const name = adding.getByLabel('Name')
    await name.fill('nightly')
    await page.keyboard.press('Escape')
    await expect(adding.getByRole('alert')).toContainText('What you typed is not saved')
    await expect(button(adding, 'Go back')).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(adding.getByRole('alert')).toBeHidden()
    await expect(name).toBeFocused()
    await expect(name).toHaveValue('nightly')
    // In a date field one Esc is told twice by the browser.
    await adding.getByRole('radio', { name: 'Custom', exact: true }).check()
    await adding.getByLabel('Last day').press('Escape')
    await expect(button(adding, 'Go back')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(adding).toBeHidden()
    await expect(button(page, 'Add New Access Token')).toBeFocused()
    expect((await owner.get('/users/me/tokens')).json.items).toEqual([])
  })

  test('E-06 nor is what was begun lost by Esc after a button that chose scopes, or by the way back', async ({ page, owner }) => {
    await open(page, '/settings/security')
    await page.getByRole('link', { name: 'API Access', exact: true }).click()
    const adding = await openAddDialog(page)
    await button(adding, 'Read all').click()
    for (const leave of [() => page.keyboard.press('Escape'), () => page.goBack()]) {
      await leave()
      await expect(adding.getByRole('alert')).toContainText('What you typed is not saved')
      await expect(page).toHaveURL(API_ACCESS)
      await button(adding, 'Go back').click()
      await expect(adding.getByRole('checkbox', { name: 'Jobs Read', exact: true })).toBeChecked()
    }
    await page.keyboard.press('Escape')
    await button(adding, 'Close without saving').click()
    await expect(adding).toBeHidden()
    await page.goBack()
    await expect(page).toHaveURL('/settings/security')
    expect((await owner.get('/users/me/tokens')).json.items).toEqual([])
  })

  test('E-08 warns of scopes that one\'s own role lacks, and makes the token all the same', async ({ page, owner }) => {
    await owner.take('API reader')
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByRole('checkbox', { name: 'Users Read', exact: true }).check()
    const warning = adding.getByText('Your role lacks users:write: calls that need it are refused until it has it.')
    await expect(warning).toHaveCount(0)
    await adding.getByRole('checkbox', { name: 'Users Write', exact: true }).check()
    await expect(warning).toBeVisible()
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created')).toBeVisible()
    expect((await owner.get('/users/me/tokens')).json.items[0].scopes).toEqual(['users:read', 'users:write'])
  })

  test('says that a dialog is coming while it is fetched', async ({ page }) => {
    await open(page, API_ACCESS)
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    const arrive = await holdBack(page, '**/a/**')
    await button(page, 'Add New Access Token').click()
    await expect(page.getByRole('status').filter({ hasText: 'Loading…' })).toBeVisible()
    arrive()
    await expect(dialog(page, 'Add New Token').getByLabel('Name')).toBeFocused()
    await expect(page.getByText('Loading…')).toBeHidden()
  })

  test('says that there is nothing yet, with one button for the first thing to do', async ({ page }) => {
    await open(page, API_ACCESS)
    await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'No token was revoked yet' })).toBeVisible()
    await expect(page.getByRole('search')).toBeHidden()
    await button(page, 'Add New Access Token').click()
    await expect(dialog(page, 'Add New Token')).toBeVisible()
  })

  test('shows that it is loading, in the shape of what will be there', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    const arrive = await holdBack(page, '**/api/v1/users/me/tokens?*')
    await open(page, API_ACCESS)
    await expect(tokens(page)).toHaveAttribute('aria-busy', 'true')
    await expect(tokens(page).getByRole('columnheader', { name: 'Last used' })).toBeVisible()
    arrive()
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await expect(tokens(page)).toHaveAttribute('aria-busy', 'false')
  })

  test('says that it could not load, and loads once that is asked for again', async ({ page, owner }) => {
    const { token } = await owner.makeToken({ name: 'nightly' })
    await db.rows(`UPDATE tokens SET scopes = 'gone:read' WHERE id = ?1`, token.id)
    await open(page, API_ACCESS)
    const failed = page.getByRole('alert').filter({ hasText: 'This could not be loaded' })
    await expect(failed).toContainText('Something went wrong on our side.')
    await expect(page.getByRole('heading', { name: 'No token was revoked yet' })).toBeVisible()
    await db.rows(`UPDATE tokens SET scopes = 'backups:read' WHERE id = ?1`, token.id)
    await button(failed, 'Try again').click()
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await expect(failed).toBeHidden()
  })

  test('says so for the Revoked History too', async ({ page, owner }) => {
    const { token } = await owner.makeToken({ name: 'nightly' })
    await owner.delete(`/tokens/${token.id}`)
    await db.rows(`UPDATE tokens SET scopes = 'gone:read' WHERE id = ?1`, token.id)
    await open(page, API_ACCESS)
    const failed = page.getByRole('region', { name: 'Revoked History' }).getByRole('alert')
    await expect(failed).toContainText('This could not be loaded')
    await db.rows(`UPDATE tokens SET scopes = 'backups:read' WHERE id = ?1`, token.id)
    await button(failed, 'Try again').click()
    await expect(rowOf(history(page), 'nightly')).toBeVisible()
  })

  test('b.3 lists name, description, status, prefix and last four, scopes in short, and times', async ({ page, owner }) => {
    const [good, expired] = [await owner.makeToken({ name: 'good', description: 'Copies', scopes: ['backups:write', 'users:read'] }), await owner.makeToken({ name: 'over' })]
    await db.rows('UPDATE tokens SET renewable_until = ?2, last_used_at = ?2 WHERE id = ?1', expired.token.id, ago(2 * DAY))
    await open(page, API_ACCESS)
    const table = tokens(page)
    await expect(table.getByRole('columnheader')).toHaveText(['', 'Name', 'Token', 'Scopes', 'Status', 'Created', 'Expires', 'Last used', 'Actions'])
    await expect(rowOf(table, 'good')).toContainText('Copies')
    for (const [column, text] of [['Token', `${good.secret.slice(0, 8)}…${good.secret.slice(-4)}`], ['Scopes', 'Write: Backups · Read: Users'], ['Status', 'Active'], ['Last used', 'Never']]) {
      await expect(await cell(table, 'good', column!)).toHaveText(text!)
    }
    await expect(await cell(table, 'over', 'Status')).toHaveText('Expired')
    await expect(await cell(table, 'over', 'Expires')).toHaveText('2 days ago')
    await expect(await cell(table, 'over', 'Last used')).toHaveText('2 days ago')
    const times = (await cell(table, 'over', 'Expires')).getByRole('time')
    await expect(times).toHaveAttribute('datetime', /Z$/)
    await expect(times).toHaveAttribute('title', / UTC$/)
  })

  test('brings fifty at a time and more when asked', async ({ page, owner }) => {
    const made = await Promise.all(Array.from({ length: 50 }, (_, i) => owner.makeToken({ name: `old ${i}` })))
    await owner.post('/tokens/revoke', { ids: made.map(({ token }) => token.id) })
    const { token } = await owner.makeToken({ name: 'the last' })
    await owner.delete(`/tokens/${token.id}`)
    await open(page, API_ACCESS)
    const rows = history(page).getByRole('rowheader')
    await expect(rows).toHaveCount(50)
    await button(page, 'Show more').click()
    await expect(rows).toHaveCount(51)
    await expect(button(page, 'Show more')).toBeHidden()
  })

  test('is searched by name, and the URL keeps what is sought', async ({ page, owner }) => {
    for (const name of ['Nightly copy', 'weekly copy', 'restore']) await owner.makeToken({ name })
    await open(page, API_ACCESS)
    await page.getByRole('searchbox', { name: 'Search tokens by name' }).fill('COPY')
    await expect(tokens(page).getByRole('rowheader')).toHaveText(['weekly copy', 'Nightly copy'])
    await expect(page.getByRole('region', { name: 'Revoked History' })).toContainText('Only those are listed that match the search above.')
    await expect(page).toHaveURL(`${API_ACCESS}?search=COPY`)
    await page.reload()
    await expect(tokens(page).getByRole('rowheader')).toHaveCount(2)
    await expect(page.getByRole('searchbox')).toHaveValue('COPY')
    await page.getByRole('searchbox').fill('<nothing> & "more"')
    await expect(page.getByRole('heading', { name: 'No token found' })).toBeVisible()
    await button(page, 'Show all tokens').click()
    await expect(tokens(page).getByRole('rowheader')).toHaveCount(3)
    await expect(page.getByRole('searchbox')).toHaveValue('')
  })
})

test.describe('Add New Token', () => {
  test('b.3 E-07 takes a name and a description', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByLabel('Description').fill('Copies the vault')
    await box(page, 'Jobs Read').check()
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created')).toBeVisible()
    expect((await owner.get('/users/me/tokens')).json.items[0]).toMatchObject({ name: 'nightly', description: 'Copies the vault', scopes: ['jobs:read'] })
  })

  test('b.3 C-R2 E-08 E-09 starts as Custom with exactly eleven scopes in order, each with Read and Write, none of them checked', async ({ page }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await expect(adding.getByLabel('Scope', { exact: true }).getByRole('option', { selected: true })).toHaveText('Custom')
    const grid = adding.getByRole('group', { name: 'Scopes' }).getByRole('table')
    await expect(grid.getByRole('columnheader')).toHaveText(['Resource', 'Read', 'Write'])
    await expect(grid.getByRole('rowheader')).toHaveText(RESOURCES)
    await expect(grid.getByRole('checkbox')).toHaveCount(22)
    for (const resource of RESOURCES) for (const access of ['Read', 'Write']) await expect(box(page, `${resource} ${access}`)).not.toBeChecked()
  })

  test('b.3 E-10 checks Read when Write is checked', async ({ page }) => {
    await open(page, API_ACCESS)
    await openAddDialog(page)
    for (const resource of RESOURCES) {
      await box(page, `${resource} Write`).check()
      await expect(box(page, `${resource} Read`)).toBeChecked()
    }
  })

  test('E-R3 unchecks Write when Read is unchecked, keeps Read when Write is unchecked, and never disables either', async ({ page }) => {
    await open(page, API_ACCESS)
    await openAddDialog(page)
    await box(page, 'Backups Write').check()
    await expect(box(page, 'Backups Read')).toBeEnabled()
    await box(page, 'Backups Read').uncheck()
    await expect(box(page, 'Backups Write')).not.toBeChecked()
    await box(page, 'Backups Write').check()
    await box(page, 'Backups Write').uncheck()
    await expect(box(page, 'Backups Read')).toBeChecked()
    await expect(box(page, 'Policies Read')).not.toBeChecked()
  })

  test('b.3 has presets: Read all, Read and write all, Backup operator, Clear', async ({ page }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    const checked = async () => {
      const boxes = await adding.getByRole('checkbox', { checked: true }).all()
      return Promise.all(boxes.map((box) => box.getAttribute('aria-label')))
    }
    await button(adding, 'Read all').click()
    await expect(box(page, 'Statistics Read')).toBeChecked()
    expect(await checked()).toEqual(RESOURCES.map((resource) => `${resource} Read`))
    await button(adding, 'Read and write all').click()
    await expect(box(page, 'Statistics Write')).toBeChecked()
    expect(await checked()).toHaveLength(22)
    await expect(adding.getByRole('status').filter({ hasText: '22 of 22' })).toBeVisible()
    await button(adding, 'Backup operator').click()
    await expect(box(page, 'Statistics Write')).not.toBeChecked()
    expect(await checked()).toEqual(['Backups Read', 'Backups Write', 'Recoveries Read', 'Recoveries Write', 'Sources Read', 'Vaults Read', 'Jobs Read'])
    await button(adding, 'Clear').click()
    await expect(box(page, 'Backups Write')).not.toBeChecked()
    expect(await checked()).toEqual([])
  })

  test('E-R4 explains itself when it is empty, under each field, and goes to the first', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await button(adding, 'Generate Token').click()
    await expect(adding.getByLabel('Name')).toHaveAccessibleDescription(/Enter a name, so that you know the token again\./)
    await expect(adding.getByRole('group', { name: 'Scopes' })).toHaveAccessibleDescription('Select at least one scope.')
    await expect(adding.getByLabel('Name')).toBeFocused()
    await adding.getByLabel('Name').fill('n')
    await expect(adding.getByText('Enter a name')).toBeHidden()
    await box(page, 'Jobs Read').check()
    await expect(adding.getByText('Select at least one scope.')).toBeHidden()
    await adding.getByLabel('Name').fill('n'.repeat(65))
    await button(adding, 'Generate Token').click()
    await expect(adding.getByLabel('Name')).toHaveAccessibleDescription(/Use at most 64 characters\./)
    expect((await owner.get('/users/me/tokens')).json.items).toEqual([])
  })

  test('moves to what went wrong, also from the end of the form, and to a complaint about the scopes', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    expect((await owner.put('/policy', { ...(await owner.get('/policy')).json, max_live_tokens: 1 })).status).toBe(200)
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('second')
    await button(adding, 'Generate Token').click()
    await expect(adding.getByText('Select at least one scope.')).toBeInViewport({ ratio: 1 })
    await box(page, 'Statistics Read').check()
    await button(adding, 'Generate Token').click()
    await expect(adding.getByRole('alert')).toBeFocused()
    await expect(adding.getByRole('alert')).toBeInViewport({ ratio: 1 })
  })

  test('b.3 puts the complaint of the server about a taken name under the field, and loses nothing', async ({ page, owner }) => {
    await owner.makeToken({ name: 'Nightly' })
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await adding.getByLabel('Description').fill('kept')
    await box(page, 'Vaults Write').check()
    await adding.getByRole('radio', { name: '30 days' }).check()
    await button(adding, 'Generate Token').click()
    await expect(adding.getByLabel('Name')).toHaveAccessibleDescription(/You have a token with this name\. Choose another\./)
    await expect(adding.getByLabel('Name')).toBeFocused()
    await expect(adding.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
    await expect(adding.getByLabel('Description')).toHaveValue('kept')
    await expect(box(page, 'Vaults Write')).toBeChecked()
    await adding.getByLabel('Name').fill('weekly')
    await page.keyboard.press('Enter')
    await expect(dialog(page, 'New Token Created')).toBeVisible()
    expect((await owner.get('/users/me/tokens')).json.items[0]).toMatchObject({ name: 'weekly', description: 'kept', scopes: ['vaults:read', 'vaults:write'] })
  })

  test('says in the dialog when there is no network, and works when there is again', async ({ page, context }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('nightly')
    await box(page, 'Jobs Read').check()
    await context.setOffline(true)
    await button(adding, 'Generate Token').click()
    await expect(adding.getByRole('alert')).toHaveText('Latchkey cannot be reached. Check your connection and try again.')
    await context.setOffline(false)
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created')).toBeVisible()
  })

  test('starts empty each time', async ({ page }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('left over')
    await box(page, 'Jobs Write').check()
    await button(adding, 'Cancel').click()
    await openAddDialog(page)
    await expect(adding.getByLabel('Name')).toHaveValue('')
    await expect(box(page, 'Jobs Write')).not.toBeChecked()
  })

  for (const [preset, days] of [['7 days', 7], ['30 days', 30], ['60 days', 60], ['90 days', 90], ['365 days', 365]] as const) {
    test(`b.3 lets a token expire in ${preset}, and says when that is`, async ({ page, owner }) => {
      await open(page, API_ACCESS)
      const adding = await openAddDialog(page)
      const choice = adding.getByRole('group', { name: 'Renewable until' })
      await expect(choice.getByRole('radio', { name: '90 days' })).toBeChecked()
      await choice.getByRole('radio', { name: preset }).check()
      const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/Berlin' }).format(Date.now() + days * DAY * 1000)
      await expect(choice.getByRole('status')).toContainText(`Renewable until ${day} at `)
      await adding.getByLabel('Name').fill('nightly')
      await box(page, 'Jobs Read').check()
      await button(adding, 'Generate Token').click()
      await expect(dialog(page, 'New Token Created').getByText(day)).toBeVisible()
      const [token] = (await owner.get('/users/me/tokens')).json.items
      expect(Math.abs(Date.parse(token.renewable_until) / 1000 - (now() + days * DAY))).toBeLessThan(30)
    })
  }

  test('b.3 lets a token live to the end of a day of one\'s own choice, and asks for one', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    const choice = adding.getByRole('group', { name: 'Renewable until' })
    await adding.getByLabel('Name').fill('nightly')
    await box(page, 'Jobs Read').check()
    await choice.getByRole('radio', { name: 'Custom' }).check()
    await button(adding, 'Generate Token').click()
    await expect(choice).toHaveAccessibleDescription('Choose the last day on which the token works.')
    await choice.getByLabel('Last day').fill('2020-01-01')
    await button(adding, 'Generate Token').click()
    await expect(choice).toHaveAccessibleDescription('Choose a time in the future.')
    await choice.getByLabel('Last day').fill('2099-01-01')
    await button(adding, 'Generate Token').click()
    await expect(choice).toHaveAccessibleDescription('Choose a time within 365 days.')
    const day = at(now() + 10 * DAY).slice(0, 10)
    await choice.getByLabel('Last day').fill(day)
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created')).toBeVisible()
    const [token] = (await owner.get('/users/me/tokens')).json.items
    // The browser is in Berlin, the server in UTC.
    const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'Europe/Berlin' })
    expect(local.format(new Date(token.renewable_until))).toBe(`${day} 23:59:59`)
  })
})

test.describe('New Token Created', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

  test('E-11 E-12 E-13 comes after Generate Token with a token that works, and warns', async ({ page }) => {
    await open(page, API_ACCESS)
    const { created, secret } = await generate(page, 'nightly', 'Statistics Read')
    await expect(created.getByText(WARNING)).toBeVisible()
    await expect.poll(() => created.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true)
    expect((await bearer(secret).get('/statistics')).json.tokens.active).toBe(1)
    await expect(dialog(page, 'Add New Token')).toBeHidden()
  })

  test('asks too when the browser goes back', async ({ page }) => {
    await open(page, '/settings/notifications')
    await page.getByRole('link', { name: 'API Access' }).click()
    const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
    await page.goBack()
    const warning = created.getByRole('alert')
    await expect(warning).toContainText('You have not copied the token')
    await expect(page).toHaveURL(API_ACCESS)
    await button(warning, 'Go back').click()
    await expect(created.getByLabel('Access token')).toHaveValue(secret)
    await button(created, 'Copy').click()
    await expect(button(created, 'Copied')).toBeVisible()
    await page.goBack()
    await expect(page).toHaveURL('/settings/notifications')
  })

  test('copies, says so to eyes and ears, and then closes without asking', async ({ page }) => {
    await open(page, API_ACCESS)
    const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
    await button(created, 'Copy').click()
    await expect(button(created, 'Copied')).toBeVisible()
    await expect(created.getByRole('status').filter({ hasText: 'Copied to the clipboard' })).toHaveCount(1)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
    await button(created, 'Done').click()
    await expect(created).toBeHidden()
    await expect(button(page, 'Add New Access Token')).toBeFocused()
  })

  test('the call under Try it works as it is copied, and asks for the token', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, API_ACCESS)
    const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
    await button(created, 'Copy call').click()
    await expect(button(created, 'Copied')).toBeVisible()
    const call = await page.evaluate(() => navigator.clipboard.readText())
    expect(call).toBe(await created.getByLabel('Try it').inputValue())
    expect(call).not.toContain(secret)
    const said = execFileSync('bash', ['-c', `${call} --silent`], { input: `${secret}\n`, encoding: 'utf8' })
    expect(JSON.parse(said)).toMatchObject({ name: 'nightly', scopes: ['jobs:read'] })
    await button(created, 'Done').click()
    await expect(created.getByRole('alert')).toContainText('You have not copied the token')
  })

  test('downloads a file with the token and nothing else, and then closes without asking', async ({ page }) => {
    await open(page, API_ACCESS)
    const { created, secret } = await generate(page, 'Nightly copy (prod)', 'Jobs Read')
    const [download] = await Promise.all([page.waitForEvent('download'), button(created, 'Download').click()])
    expect(download.suggestedFilename()).toBe('latchkey-nightly-copy-prod.txt')
    expect(readFileSync(await download.path(), 'utf8')).toBe(`${secret}\n`)
    await page.keyboard.press('Escape')
    await expect(created).toBeHidden()
  })

  for (const way of ['Done', 'Close', 'Escape']) {
    test(`asks once before it closes without the token being copied (${way})`, async ({ page }) => {
      await open(page, API_ACCESS)
      const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
      const close = () => (way === 'Escape' ? page.keyboard.press('Escape') : button(created, way).click())
      await close()
      const warning = created.getByRole('alert')
      await expect(warning).toContainText('You have not copied the token')
      await button(warning, 'Go back').click()
      await expect(warning).toBeHidden()
      await expect(created.getByLabel('Access token')).toHaveValue(secret)
      await close()
      await button(warning, 'Close without copying').click()
      await expect(created).toBeHidden()
      await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    })
  }

  test('d.6 leaves the secret nowhere once it is closed: not in the page, the URL, the history or any storage', async ({ page, context }) => {
    await open(page, API_ACCESS)
    const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
    await button(created, 'Copy').click()
    await button(created, 'Done').click()
    await expect(created).toBeHidden()
    const traces = await page.evaluate(async () => {
      const databases = await indexedDB.databases()
      const caches = await window.caches.keys()
      const values = [...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value)
      return [document.documentElement.outerHTML, location.href, JSON.stringify(window.history.state), JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, window.name, ...values, ...caches, JSON.stringify(databases)]
    })
    expect(traces.join('\n')).not.toContain(secret.slice(8, 30))
    expect(JSON.stringify(await context.storageState())).not.toContain(secret.slice(8, 30))
    await page.reload()
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    expect(await page.content()).not.toContain(secret.slice(8, 30))
    await page.goBack()
    await page.goForward()
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await expect(created).toBeHidden()
  })

  test('d.6 is gone when one goes to another page', async ({ page }) => {
    await open(page, '/settings/profile')
    await page.getByRole('link', { name: 'API Access' }).first().click()
    const { created, secret } = await generate(page, 'nightly', 'Jobs Read')
    await button(created, 'Copy').click()
    await expect(button(created, 'Copied')).toBeVisible()
    await page.goBack()
    await expect(page).toHaveURL('/settings/profile')
    await expect(created).toBeHidden()
    await page.goForward()
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await expect(dialog(page, 'New Token Created')).toBeHidden()
    expect(await page.content()).not.toContain(secret.slice(8, 30))
  })
})

test.describe('Revoke Selected Tokens', () => {
  const select = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true })

  test('b.3 E-14 revokes one or more, after a confirmation that counts and names them', async ({ page, owner }) => {
    const [, , last] = [await owner.makeToken({ name: 'a' }), await owner.makeToken({ name: 'b' }), await owner.makeToken({ name: 'c' })]
    await open(page, API_ACCESS)
    await select(page, 'a').check()
    await select(page, 'b').check()
    await button(page, 'Revoke Selected Tokens').click()
    const revoking = dialog(page, 'Revoke Tokens')
    await expect(revoking.getByText('Revoke 2 tokens?')).toBeVisible()
    await expect(revoking.getByRole('listitem')).toHaveText([/^b/, /^a/])
    await button(revoking, 'Yes, Proceed').click()
    await expect(page.getByRole('status').filter({ hasText: '2 tokens revoked.' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Access tokens' })).toBeFocused()
    await expect(tokens(page).getByRole('rowheader')).toHaveText(['c'])
    await expect(history(page).getByRole('rowheader')).toHaveText(['b', 'a'])
    expect((await last!.bearer.get('/tokens/self')).status).toBe(200)
  })

  test('E-R5 is disabled while nothing is selected, and cancelling changes nothing', async ({ page, owner }) => {
    await owner.makeToken({ name: 'a' })
    await open(page, API_ACCESS)
    await expect(button(page, 'Revoke Selected Tokens')).toBeDisabled()
    await select(page, 'a').check()
    await expect(page.getByRole('status').filter({ hasText: '1 selected' })).toBeVisible()
    await button(page, 'Revoke Selected Tokens').click()
    const revoking = dialog(page, 'Revoke Tokens')
    await expect(button(revoking, 'No, Cancel')).toBeFocused()
    await button(revoking, 'No, Cancel').click()
    await expect(revoking).toBeHidden()
    await expect(select(page, 'a')).toBeChecked()
    await expect(button(page, 'Revoke Selected Tokens')).toBeFocused()
    expect((await owner.get('/users/me/tokens')).json.items).toHaveLength(1)
    await select(page, 'a').uncheck()
    await expect(button(page, 'Revoke Selected Tokens')).toBeDisabled()
  })

  test('takes a hundred at once, and says so before anybody confirms', async ({ page, owner }) => {
    for (const count of [50, 50, 1]) {
      await Promise.all(Array.from({ length: count }, () => owner.makeToken()))
      await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE user_id = ?2', ago(DAY), owner.user.id)
    }
    await open(page, API_ACCESS)
    const rows = tokens(page).getByRole('rowheader')
    for (const shown of [50, 100]) {
      await expect(rows).toHaveCount(shown)
      await button(page, 'Show more').click()
    }
    await expect(rows).toHaveCount(101)
    await page.getByRole('checkbox', { name: 'Select all tokens' }).check()
    const count = page.getByRole('status').filter({ hasText: 'selected' })
    await expect(count).toHaveText(/101 selected\s+– at most 100 at once/)
    await expect(button(page, 'Revoke Selected Tokens')).toBeDisabled()
    await tokens(page).getByRole('checkbox').last().uncheck()
    await expect(count).toHaveText('100 selected')
    await button(page, 'Revoke Selected Tokens').click()
    await expect(page.getByText('Revoke 100 tokens?')).toBeVisible()
  })

  test('selects all, a range with Shift, and shows when only some are selected', async ({ page, owner }) => {
    for (const name of ['a', 'b', 'c', 'd']) await owner.makeToken({ name })
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'a')).toBeVisible()
    const all = page.getByRole('checkbox', { name: 'Select all tokens' })
    const selected = (count: number) => expect(page.getByRole('status').filter({ hasText: `${count} selected` })).toBeVisible()
    await all.check()
    await selected(4)
    await select(page, 'b').uncheck()
    await selected(3)
    await expect(all).not.toBeChecked()
    expect(await all.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true)
    await button(page, 'Clear').click()
    await selected(0)
    await select(page, 'd').click()
    await select(page, 'b').click({ modifiers: ['Shift'] })
    await selected(3)
    await expect(select(page, 'a')).not.toBeChecked()
  })

  test('b.3 E-15 E-R6 shows the revoked ones in Revoked History with what they were, when, by whom and why', async ({ page, owner }) => {
    const { token, secret } = await owner.makeToken({ name: 'nightly', description: 'Copies', scopes: ['backups:read'] })
    await owner.post('/tokens/revoke', { ids: [token.id], reason: 'left the company' })
    await open(page, API_ACCESS)
    const table = history(page)
    await expect(page.getByRole('heading', { name: 'Revoked History' })).toBeVisible()
    await expect(table.getByRole('columnheader')).toHaveText(['Name', 'Token', 'Scopes', 'Created', 'Expiry', 'Revoked', 'Revoked by', 'Reason', 'Last used', 'Actions'])
    const expected = { Token: `${secret.slice(0, 8)}…${secret.slice(-4)}`, Scopes: 'Read: Backups', Expiry: 'in 90 days', Revoked: 'now', 'Revoked by': 'Ada Lovelace', Reason: 'left the company', 'Last used': 'Never' }
    for (const [column, text] of Object.entries(expected)) await expect(await cell(table, 'nightly', column)).toHaveText(text)
    await expect(table.getByRole('checkbox')).toHaveCount(0)
  })

  test('b.3 d.2 d.5 Revoked History tells why a token is there that ended itself, was found by somebody, or whose older pair was used', async ({ page, owner }) => {
    const made = await owner.makeToken({ name: 'itself' })
    expect((await made.bearer.delete('/tokens/self')).status).toBe(204)
    const anybody = new Actor(newAddress())
    const { secret } = await owner.makeToken({ name: 'found' })
    expect((await anybody.post('/credentials/revoke', { credentials: [secret] })).status).toBe(202)
    const pair = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
    const older = { access_token: pair.secret, refresh_token: pair.refresh_token }
    expect((await anybody.post('/tokens/renew', older)).status).toBe(200)
    expect((await anybody.post('/tokens/renew', older)).status).toBe(401)
    await open(page, API_ACCESS)
    await expect(history(page).getByRole('rowheader')).toHaveCount(3)
    await expect(await cell(history(page), 'itself', 'Revoked by')).toHaveText('Ada Lovelace')
    await expect(await cell(history(page), 'found', 'Revoked by')).toHaveText('Leak report')
    await expect(await cell(history(page), 'found', 'Reason')).toHaveText('Reported as leaked')
    await expect(await cell(history(page), 'pair', 'Reason')).toHaveText('A secret that had been replaced was used to get a new one')
  })

  test('reports what somebody else has revoked meanwhile', async ({ page, owner }) => {
    const [one] = [await owner.makeToken({ name: 'a' }), await owner.makeToken({ name: 'b' })]
    await open(page, API_ACCESS)
    await expect(rowOf(tokens(page), 'a')).toBeVisible()
    await page.getByRole('checkbox', { name: 'Select all tokens' }).check()
    await button(page, 'Revoke Selected Tokens').click()
    await owner.delete(`/tokens/${one?.token.id}`)
    await button(dialog(page, 'Revoke Tokens'), 'Yes, Proceed').click()
    await expect(page.getByRole('status').filter({ hasText: '1 token revoked, 1 had been revoked before.' })).toBeVisible()
  })

  test('keeps the dialog with its words when the server refuses', async ({ page, owner, context }) => {
    await owner.makeToken({ name: 'a' })
    await open(page, API_ACCESS)
    await select(page, 'a').check()
    await button(page, 'Revoke Selected Tokens').click()
    const revoking = dialog(page, 'Revoke Tokens')
    await revoking.getByLabel('Reason').fill('r'.repeat(201))
    await button(revoking, 'Yes, Proceed').click()
    await expect(revoking.getByLabel('Reason')).toHaveAccessibleDescription(/Use at most 200 characters\./)
    await revoking.getByLabel('Reason').fill('over')
    await context.setOffline(true)
    await button(revoking, 'Yes, Proceed').click()
    await expect(revoking.getByRole('alert')).toContainText('Latchkey cannot be reached.')
    await expect(revoking.getByLabel('Reason')).toHaveValue('over')
    await context.setOffline(false)
    await button(revoking, 'Yes, Proceed').click()
    await expect(rowOf(history(page), 'a')).toContainText('over')
  })
})
