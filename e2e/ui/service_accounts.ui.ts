// Service accounts in the browser: by name.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { bearer } from '../support/actors'
import { button, cell, dialog, generate, history, holdBack, open, rowOf, signIn, tokens } from '../support/browser'
import { ago, db } from '../support/db'
import { basic, makeAccount, makeRole, roleId } from '../support/machines'
import { expect, test } from '../support/test'

const PAGE = '/manage/service-accounts'
const HEADS = ['Service account name', 'Description', 'Role', 'API key', 'Key Creation time', 'Last used', 'Last updated', 'Status']
const WARNING =
  'The API Secret is not saved anywhere on the Latchkey system. You have to copy it as it is not kept and cannot be recovered. Use Copy to copy the API Secret to a safe place, or manage it using a key management system.'
const NOTE = 'It is not possible to change the API key. If you want to change the API key, you must change the API key and its API secret.'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })
test.beforeEach(({ context, owner }) => signIn(context, owner))

const accounts = (page: Page) => page.getByRole('table', { name: 'Service accounts' })
const drawer = (page: Page) => dialog(page, 'Service Account')
const openPage = (page: Page) => open(page, PAGE, 'Service Accounts')

async function openDrawer(page: Page, name: string): Promise<Locator> {
  await button(accounts(page), name).click()
  await expect(drawer(page)).toBeVisible()
  return drawer(page)
}

/** Fills in a new account and saves it; the drawer then shows its pair. */
async function make(page: Page, name: string): Promise<{ made: Locator; key: string; secret: string }> {
  await button(page, 'Add Service Account').click()
  const made = dialog(page, 'New Service Account')
  await made.getByLabel('Name').fill(name)
  await made.getByLabel('Role').selectOption({ label: 'API writer' })
  await button(made, 'Save').click()
  await expect(made.getByText(WARNING, { exact: true })).toBeVisible()
  return { made, key: await made.getByLabel('API key').inputValue(), secret: await made.getByLabel('API secret').inputValue() }
}

test('A-02 Manage, System Settings, Manage Service Accounts lead to the page Service Accounts', async ({ page }) => {
  await open(page, '/settings/api-access')
  await page.getByRole('banner').getByRole('link', { name: 'Manage' }).click()
  await page.getByRole('navigation', { name: 'Manage' }).getByRole('link', { name: 'System Settings' }).click()
  await expect(page).toHaveURL('/manage/system')
  await expect(page.getByRole('heading', { level: 2, name: 'System Settings' })).toBeVisible()
  await page.getByRole('link', { name: 'Manage Service Accounts' }).click()
  await expect(page).toHaveURL(PAGE)
  await expect(page.getByRole('heading', { level: 1, name: 'Service Accounts' })).toBeVisible()
  await expect(page).toHaveTitle('Service Accounts · Latchkey')
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'System Settings' }).click()
  await expect(page).toHaveURL('/manage/system')
})

test('A-01 A-03 A-05 A-07 A-08 A-09 a new account shows its pair once, with the warning, and is then in the list', async ({ page, owner }) => {
  await openPage(page)
  await expect(page.getByRole('heading', { name: 'No service accounts yet' })).toBeVisible()
  await button(page, 'Add Service Account').click()
  const made = dialog(page, 'New Service Account')
  await expect(made.getByLabel('Name')).toBeFocused()
  await expectAccessible(page)
  await made.getByLabel('Name').fill('Backup sync')
  await made.getByLabel('Description').fill('Copies backups')
  await made.getByLabel('Role').selectOption({ label: 'API writer' })
  await expect(made.getByLabel('Owner')).toHaveValue(`Ada Lovelace (${owner.account.email})`)
  await made.getByLabel('IP ranges').fill('10.0.0.0/8\n\n 192.0.2.7 ')
  await button(made, 'Save').click()
  await expect(made.getByText(WARNING, { exact: true })).toBeVisible()
  await expectAccessible(page)

  const secret = await made.getByLabel('API secret').inputValue()
  const key = await made.getByLabel('API key').inputValue()
  expect(key).toMatch(/^lkk_/)
  expect(secret).toMatch(/^lks_/)
  for (const [name, value] of [['Copy key', key], ['Copy', secret]] as const) {
    await button(made, name).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value)
  }
  await button(made, 'Close').click()
  await expect(made).toBeHidden()
  await expect(rowOf(accounts(page), 'Backup sync')).toContainText('Copies backups')
  await expect(page.getByText(/lks_/)).toHaveCount(0)
  expect(await page.content()).not.toContain(secret)
  expect((await basic(key, secret, '10.1.2.3').get('/users')).status).toBe(200)
  expect(await db.one('SELECT ip_allowlist, owner_id FROM service_accounts WHERE tenant_id = ?1', owner.tenant)).toEqual({ ip_allowlist: '10.0.0.0/8\n192.0.2.7', owner_id: owner.user.id })
})

test('A-R1 Close asks once more if the secret was not copied, and a download counts as a copy', async ({ page }) => {
  await openPage(page)
  const { made, key, secret } = await make(page, 'Backup sync')
  await button(made, 'Copy key').click()
  await button(made, 'Close').click()
  await expect(made.getByRole('alert')).toContainText('You have not copied the API secret')
  await expect(button(made, 'Go back')).toBeFocused()
  await button(made, 'Go back').click()
  await expect(made.getByText(WARNING, { exact: true })).toBeVisible()
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), button(made, name).click()])
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
  }
  const env = await saved('Download .env')
  expect(env).toEqual({ name: 'latchkey-backup-sync.env', text: `LATCHKEY_API_KEY=${key}\nLATCHKEY_API_SECRET=${secret}\n` })
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-env-'))
  try {
    writeFileSync(join(folder, env.name), env.text)
    const call = await made.getByLabel('Try it').inputValue()
    const said = execFileSync('sh', ['-c', `${call} --silent`], { cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(said), 'the call works beside the file').toMatchObject({ token_type: 'Bearer' })
  } finally {
    rmSync(folder, { recursive: true })
  }
  const json = await saved('Download JSON')
  expect(json.name).toBe('latchkey-backup-sync.json')
  expect(JSON.parse(json.text)).toEqual({ name: 'Backup sync', api_key: key, api_secret: secret })
  await page.keyboard.press('Escape')
  await expect(made).toBeHidden()
})

test('A-R1 no slip closes it without a copy: neither a double click nor Esc, however often', async ({ page }) => {
  await openPage(page)
  const { made, secret } = await make(page, 'Backup sync')
  await button(made, 'Close').dblclick()
  for (let i = 0; i < 4; i++) await page.keyboard.press('Escape')
  await expect(made.getByRole('alert')).toContainText('You have not copied the API secret')
  await button(made, 'Go back').click()
  await expect(made.getByLabel('API secret')).toHaveValue(secret)
})

test('A-R1 Close without copying closes', async ({ page }) => {
  await openPage(page)
  const { made } = await make(page, 'Backup sync')
  await page.keyboard.press('Escape')
  await button(made, 'Close without copying').click()
  await expect(made).toBeHidden()
  await expect(rowOf(accounts(page), 'Backup sync')).toBeVisible()
})

test('A-04 A-06 the name is mandatory and taken for good; only roles with API access are offered', async ({ page, owner }) => {
  await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  await button(page, 'Add Service Account').click()
  const made = dialog(page, 'New Service Account')
  await expect(made.getByLabel('Role').getByRole('option')).toHaveText(['Select a role', 'Administrator', 'Member', 'API reader', 'API writer'])
  await made.getByLabel('IP ranges').fill('10.0.0.0/33')
  await button(made, 'Save').click()
  await expect(made.getByText('Enter a name.')).toBeVisible()
  await expect(made.getByText('Select a role.')).toBeVisible()
  await expect(made.getByLabel('IP ranges')).toHaveAttribute('aria-invalid', 'true')
  await expect(made.getByLabel('Name')).toBeFocused()
  await expectAccessible(page)
  await made.getByLabel('Name').fill('BACKUP SYNC')
  await made.getByLabel('Role').selectOption({ label: 'API reader' })
  await made.getByLabel('IP ranges').fill('')
  await button(made, 'Save').click()
  await expect(made.getByText('There is, or was, a service account with this name. Choose another: names are never given twice.')).toBeVisible()
  expect(await db.count('FROM service_accounts WHERE tenant_id = ?1', owner.tenant)).toBe(1)
})

test('an account keeps its role in a drawer that is opened before the roles arrive', async ({ page, owner }) => {
  await makeAccount(owner, { name: 'Backup sync' })
  const arrive = await holdBack(page, '**/api/v1/roles?*')
  await openPage(page)
  const role = (await openDrawer(page, 'Backup sync')).getByLabel('Role')
  await expect(role.getByRole('option')).toHaveCount(0)
  arrive()
  await expect(role.getByRole('option', { selected: true })).toHaveText('API writer')
})

test('somebody else can look after it, and nobody who is not there', async ({ page, owner }) => {
  await db.rows(
    `INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, name_key, password, created_at)
     SELECT 'usr_' || substr(id, 5, 20) || 'GRACE0', tenant_id, role_id, 'grace.' || email, 'Grace', 'Hopper', 'grace hopper', '-', created_at FROM users WHERE id = ?1`,
    owner.user.id,
  )
  await openPage(page)
  await button(page, 'Add Service Account').click()
  const made = dialog(page, 'New Service Account')
  await made.getByLabel('Name').fill('Backup sync')
  await made.getByLabel('Role').selectOption({ label: 'API writer' })
  const arrive = await holdBack(page, '**/api/v1/users?*search=hopper')
  await made.getByLabel('Owner').fill('hopper')
  await button(made, 'Save').click()
  const complaint = made.getByText('Select somebody who looks after it.')
  await expect(complaint).toBeVisible()
  arrive()
  await expect(made.locator('option[value^="Grace Hopper"]')).toBeAttached()
  // Whom the search finds is proposed, not chosen.
  await expect(complaint).toBeVisible()
  await made.getByLabel('Owner').fill(`Grace Hopper (grace.${owner.account.email})`)
  await button(made, 'Save').click()
  await expect(made.getByText(WARNING, { exact: true })).toBeVisible()
  expect((await owner.get('/service-accounts')).json.items[0].owner.name).toBe('Grace Hopper')
})

test('A-10 A-11 A-R4 A-R5 the table has its columns, and says Never of what was not used; use is no update', async ({ page, owner }) => {
  const { account, key, pair } = await makeAccount(owner, { name: 'Backup sync', description: 'Copies backups' })
  await db.rows('UPDATE service_accounts SET updated_at = ?2 WHERE id = ?1', account.id, ago(3 * 3600))
  await openPage(page)
  await expect(accounts(page).getByRole('columnheader')).toHaveText(HEADS)
  for (const [column, text] of [['Description', 'Copies backups'], ['Role', 'API writer'], ['API key', key], ['Last used', 'Never'], ['Status', 'Enabled']] as const) {
    await expect(await cell(accounts(page), 'Backup sync', column)).toHaveText(text)
  }
  expect((await pair.get('/users')).status).toBe(200)
  await expect(async () => {
    await page.reload()
    await expect(await cell(accounts(page), 'Backup sync', 'Last used')).toHaveText(/now|second/, { timeout: 1000 })
  }).toPass()
  await expect(await cell(accounts(page), 'Backup sync', 'Last updated')).toHaveText('3 hours ago')
  await expectAccessible(page)
})

test('A-12 A-13 A-R2 a click on a row opens the drawer; details are edited, name and key are not', async ({ page, owner }) => {
  const { account, key } = await makeAccount(owner, { name: 'Backup sync' })
  await db.rows('UPDATE service_accounts SET updated_at = ?2 WHERE id = ?1', account.id, ago(3 * 3600))
  await openPage(page)
  await rowOf(accounts(page), 'Backup sync').getByText('API writer').click()
  const opened = drawer(page)
  await expect(opened.getByLabel('Name')).toHaveAttribute('readonly')
  await expect(opened.getByLabel('Name')).toHaveAccessibleDescription('The name cannot be changed: the audit log tells by it what the account did.')
  await expect(opened.getByText(NOTE)).toBeVisible()
  await expect(opened.getByText(key)).toBeVisible()
  await expectAccessible(page)
  await expect(button(opened, 'Save')).toBeDisabled()
  await opened.getByLabel('Description').fill('Nightly')
  await opened.getByLabel('Role').selectOption({ label: 'API reader' })
  await opened.getByLabel('IP ranges').fill('192.0.2.0/24')
  await button(opened, 'Save').click()
  await expect(opened).toBeHidden()
  await expect(await cell(accounts(page), 'Backup sync', 'Description')).toHaveText('Nightly')
  await expect(await cell(accounts(page), 'Backup sync', 'Role')).toHaveText('API reader')
  await expect(await cell(accounts(page), 'Backup sync', 'Last updated')).toHaveText(/now|second/)
  await expect(button(accounts(page), 'Backup sync')).toBeFocused()
})

test('of two who edit an account the second is told, keeps what was typed, and is shown what is there now', async ({ page, owner }) => {
  const { account } = await makeAccount(owner, { name: 'Backup sync' })
  const path = `/service-accounts/${account.id}`
  await openPage(page)
  const opened = await openDrawer(page, 'Backup sync')
  await opened.getByLabel('Description').fill('Mine')
  expect((await owner.patch(path, { description: 'Theirs', ip_allowlist: ['192.0.2.0/24'] })).status).toBe(200)
  await button(opened, 'Save').click()
  await expect(opened.getByRole('alert')).toContainText('The service account was changed elsewhere since you opened it.')
  await expect(opened.getByLabel('Description')).toHaveValue('Mine')
  expect((await owner.get(path)).json.description).toBe('Theirs')
  await expectAccessible(page)
  await button(opened, 'Discard mine and show what is there now').click()
  await expect(opened.getByLabel('Description')).toHaveValue('Theirs')
  await expect(opened.getByLabel('IP ranges')).toHaveValue('192.0.2.0/24')
  await opened.getByLabel('Description').fill('Both')
  await button(opened, 'Save').click()
  await expect(opened).toBeHidden()
  expect((await owner.get(path)).json).toMatchObject({ description: 'Both', ip_allowlist: ['192.0.2.0/24'] })
})

test('A-R3 resetting gives a new pair together, shows who still uses the old one, and Retire now ends it', async ({ page, owner }) => {
  const { key, secret, pair } = await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  await button(await openDrawer(page, 'Backup sync'), 'Reset credentials').click()
  const asked = dialog(page, 'Reset credentials')
  await expect(asked.getByRole('radio')).toHaveCount(4)
  await expect(asked.getByRole('radio', { name: 'In 24 hours' })).toBeChecked()
  await expectAccessible(page)
  await asked.getByRole('radio', { name: 'In 7 days' }).check()
  await button(asked, 'Reset').click()
  const shown = dialog(page, 'New API key and API secret')
  await expect(shown.getByText(WARNING, { exact: true })).toBeVisible()
  const fresh = { key: await shown.getByLabel('API key').inputValue(), secret: await shown.getByLabel('API secret').inputValue() }
  expect(fresh.key).not.toBe(key)
  expect(fresh.secret).not.toBe(secret)
  await button(shown, 'Copy').click()
  await button(shown, 'Close').click()
  await expect(await cell(accounts(page), 'Backup sync', 'API key')).toContainText('Old key still works')
  await expect((await openDrawer(page, 'Backup sync')).getByText('Nobody has used it since it was replaced: it can be retired.')).toBeVisible()
  await page.keyboard.press('Escape')
  expect((await pair.get('/users')).status).toBe(200)
  await expect.poll(() => db.count('FROM service_accounts WHERE tenant_id = ?1 AND old_last_used_at IS NOT NULL', owner.tenant)).toBe(1)
  await page.reload()
  const opened = await openDrawer(page, 'Backup sync')
  await expect(opened.getByText(`Whoever that is still needs the new pair.`)).toBeVisible()
  await expect(opened.getByText(pair.address, { exact: false }).last()).toBeVisible()
  await expectAccessible(page)
  await button(opened, 'Retire now').click()
  await expect(opened).toBeHidden()
  expect((await pair.get('/users')).status).toBe(401)
  expect((await basic(fresh.key, fresh.secret).get('/users')).status).toBe(200)
})

test('resetting asks for the password where it was given long ago, and goes on', async ({ page, owner }) => {
  await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  await owner.goStale()
  await button(await openDrawer(page, 'Backup sync'), 'Reset credentials').click()
  await button(dialog(page, 'Reset credentials'), 'Reset').click()
  const asked = dialog(page, 'Confirm that it is you')
  await asked.getByLabel('Password', { exact: true }).fill(owner.account.password)
  await button(asked, 'Confirm').click()
  await expect(dialog(page, 'New API key and API secret').getByText(WARNING, { exact: true })).toBeVisible()
})

test('an account is disabled and enabled again', async ({ page, owner }) => {
  const { basic } = await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  for (const [status, code] of [['Disabled', 401], ['Enabled', 200]] as const) {
    const opened = await openDrawer(page, 'Backup sync')
    await opened.getByRole('checkbox', { name: 'Enabled' }).click()
    await button(opened, 'Save').click()
    await expect(opened).toBeHidden()
    await expect(await cell(accounts(page), 'Backup sync', 'Status')).toHaveText(status)
    expect((await basic.get('/users')).status).toBe(code)
  }
})

test('an account is deleted by typing its name', async ({ page, owner }) => {
  const { account } = await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  await button(await openDrawer(page, 'Backup sync'), 'Delete').click()
  const asked = dialog(page, 'Delete Service Account')
  await expectAccessible(page)
  await expect(button(asked, 'Delete')).toBeDisabled()
  await asked.getByLabel(/^Type/).fill('backup sync')
  await expect(button(asked, 'Delete')).toBeDisabled()
  await asked.getByLabel(/^Type/).fill('Backup sync')
  await button(asked, 'Delete').click()
  await expect(page.getByRole('heading', { name: 'No service accounts yet' })).toBeVisible()
  expect((await owner.get(`/service-accounts/${account.id}`)).status).toBe(404)
})

test('A-R6 a role that has lost API access, and a secret that was found, are told', async ({ page, owner }) => {
  const role_id = await makeRole(owner, 'api_access', 'backups:read')
  const [dumb, leaked] = [await makeAccount(owner, { name: 'dumb', role_id }), await makeAccount(owner, { name: 'leaked' })]
  await db.rows(`UPDATE roles SET permissions = '' WHERE id = ?1`, role_id)
  await owner.post('/credentials/revoke', { credentials: [leaked.secret] }).catch(() => {})
  await db.rows('UPDATE service_accounts SET secret_revoked_at = ?2 WHERE id = ?1', leaked.account.id, ago(60))
  await openPage(page)
  await expect(await cell(accounts(page), 'dumb', 'Role')).toContainText('No API access')
  await expect(await cell(accounts(page), 'leaked', 'API key')).toContainText('Secret revoked')
  await expectAccessible(page)
  const opened = await openDrawer(page, 'dumb')
  await expect(opened.getByText(/Its role has lost API access/)).toBeVisible()
  await expect(opened.getByLabel('Role').getByRole('option', { name: /no API access/ })).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect((await openDrawer(page, 'leaked')).getByText(/Its secret was found where it should not be/)).toBeVisible()
  expect((await dumb.basic.get('/users')).json.code).toBe('role_no_api_access')
})

test('C-03 C-05 its access tokens are reached from the drawer, made, edited in Edit token, and revoked', async ({ page, owner }) => {
  const { account } = await makeAccount(owner, { name: 'Backup sync' })
  await openPage(page)
  await (await openDrawer(page, 'Backup sync')).getByRole('link', { name: 'Access tokens' }).click()
  await expect(page).toHaveURL(`${PAGE}/${account.id}/tokens`)
  await expect(page.getByRole('heading', { level: 1, name: 'Backup sync' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
  await expectAccessible(page)
  const { created, secret } = await generate(page, 'nightly', 'Backups Read')
  await button(created, 'Copy').click()
  await button(created, 'Done').click()
  await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
  const machine = bearer(secret)
  expect((await machine.get('/tokens/self')).json.owner).toMatchObject({ type: 'service_account', id: account.id })
  await button(tokens(page), 'Actions for nightly').click()
  await expect(button(page, 'Rotate secret')).toBeVisible()
  await button(page, 'Edit').click()
  const editing = dialog(page, 'Edit token')
  await editing.getByLabel('Name').fill('weekly')
  await button(editing, 'Save').click()
  await expect(rowOf(tokens(page), 'weekly')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('checkbox', { name: 'Select weekly' }).check()
  await button(page, 'Revoke Selected Tokens').click()
  await button(dialog(page, 'Revoke Tokens'), 'Yes, Proceed').click()
  await expect(rowOf(history(page), 'weekly')).toBeVisible()
  expect((await machine.get('/tokens/self')).status).toBe(401)
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Service Accounts' }).click()
  await expect(page).toHaveURL(PAGE)
})

test('C-R7 a call with its access token must come from its IP ranges and from the allowlist of the token', async ({ page, owner }) => {
  const { account } = await makeAccount(owner, { name: 'Backup sync' })
  const { secret } = (await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'nightly', scopes: ['users:read'] })).json
  const opens = async (...addresses: string[]) => (await Promise.all(addresses.map((address) => bearer(secret, address).get('/users')))).map((answer) => answer.json.code ?? 'ok')
  const places = ['192.0.2.7', '192.0.2.8', '198.51.100.7'] as const
  expect(await opens(...places)).toEqual(['ok', 'ok', 'ok'])
  await openPage(page)
  const opened = await openDrawer(page, 'Backup sync')
  await opened.getByLabel('IP ranges').fill('192.0.2.0/24')
  await button(opened, 'Save').click()
  await expect(opened).toBeHidden()
  expect(await opens(...places)).toEqual(['ok', 'ok', 'ip_not_allowed'])
  await open(page, `${PAGE}/${account.id}/tokens`, 'Backup sync')
  await button(tokens(page), 'Actions for nightly').click()
  await button(page, 'Edit').click()
  const editing = dialog(page, 'Edit token')
  await button(editing, 'Edit IP allowlist').click()
  const list = dialog(page, 'Edit IP allowlist')
  await list.getByLabel('Addresses').fill('192.0.2.7\n198.51.100.7')
  await button(list, 'Save').click()
  await button(editing, 'Save').click()
  await expect(editing).toBeHidden()
  expect(await opens(...places)).toEqual(['ok', 'ip_not_allowed', 'ip_not_allowed'])
})

test('c.13 a refusal of one of its access tokens links to where the scope can be given', async ({ page, owner }) => {
  const { account } = await makeAccount(owner, { name: 'Backup sync' })
  const made = await owner.post(`/service-accounts/${account.id}/tokens`, { name: 'nightly', scopes: ['users:read'] })
  const machine = bearer(made.json.secret)
  const refusal = await machine.get('/roles')
  await page.goto(refusal.json.repair_url)
  const editing = dialog(page, 'Edit token')
  await expect(editing.getByRole('checkbox', { name: 'Roles Read', exact: true })).toBeChecked()
  await expect(page).toHaveURL(`${PAGE}/${account.id}/tokens`)
  await button(editing, 'Save').click()
  await expect(editing).toBeHidden()
  expect((await machine.get('/roles')).status).toBe(200)
})

test('its access tokens say why they are refused while it is disabled, and are not found in another company', async ({ page, owner, stranger }) => {
  const { account } = await makeAccount(owner)
  await owner.patch(`/service-accounts/${account.id}`, { enabled: false })
  await open(page, `${PAGE}/${account.id}/tokens`, account.name)
  await expect(page.getByText('This service account is disabled, so its tokens are refused.')).toBeVisible()
  await expectAccessible(page)
  const { account: foreign } = await makeAccount(stranger)
  await open(page, `${PAGE}/${foreign.id}/tokens`, 'Page not found')
})

test('is searched, narrowed by status and role, and put in order, all of which stays in the URL', async ({ page, owner }) => {
  const reader = await roleId(owner, 'API reader')
  await makeAccount(owner, { name: 'Backup sync' })
  const { account } = await makeAccount(owner, { name: 'Archive sync', role_id: reader })
  await makeAccount(owner, { name: 'Inventory', role_id: reader })
  await owner.patch(`/service-accounts/${account.id}`, { enabled: false })
  await openPage(page)
  const names = accounts(page).getByRole('rowheader')
  const choice = (name: string) => page.getByRole('search').getByLabel(name)
  await expect(names).toHaveText(['Inventory', 'Archive sync', 'Backup sync'])
  await expectAccessible(page)
  await choice('Role').selectOption('API reader')
  await expect(names).toHaveText(['Inventory', 'Archive sync'])
  await choice('Order').selectOption('Name A–Z')
  await expect(names).toHaveText(['Archive sync', 'Inventory'])
  await choice('Status').selectOption('Disabled')
  await expect(names).toHaveText(['Archive sync'])
  await expect(page).toHaveURL(`${PAGE}?role=${reader}&sort=name&enabled=false`)
  const search = page.getByRole('searchbox', { name: 'Search service accounts by name' })
  await search.fill('SYNC')
  await expect(page).toHaveURL(/&search=SYNC$/)
  await page.reload()
  await expect(names).toHaveText(['Archive sync'])
  await expect(search).toHaveValue('SYNC')
  for (const [name, value] of [['Status', 'false'], ['Role', reader], ['Order', 'name']] as const) await expect(choice(name)).toHaveValue(value)
  await search.fill('nothing of the kind')
  await expect(page.getByRole('heading', { name: 'No service account found' })).toBeVisible()
  await expectAccessible(page)
  await button(page, 'Show all service accounts').click()
  await expect(page).toHaveURL(`${PAGE}?sort=name`)
  await expect(search).toHaveValue('')
  await expect(names).toHaveText(['Archive sync', 'Backup sync', 'Inventory'])
})

test('the last used come first, the ones never used at the end', async ({ page, owner }) => {
  const ids: string[] = []
  for (const name of ['first', 'never', 'last']) ids.push((await makeAccount(owner, { name })).account.id)
  const [first, , last] = ids as [string, string, string]
  for (const [id, seconds] of [[first, 3600], [last, 60]] as const) await db.rows('UPDATE service_accounts SET last_used_at = ?2 WHERE id = ?1', id, ago(seconds))
  await openPage(page)
  await page.getByLabel('Order').selectOption('Last used first')
  await expect(accounts(page).getByRole('rowheader')).toHaveText(['last', 'first', 'never'])
  await page.getByLabel('Order').selectOption('Last used last')
  await expect(accounts(page).getByRole('rowheader')).toHaveText(['never', 'first', 'last'])
})

test('without the permission there is no way in and no such page', async ({ page, owner }) => {
  await owner.take('Member')
  await open(page, '/settings/api-access')
  await expect(page.getByRole('button', { name: 'Ada Lovelace' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Manage' })).toHaveCount(0)
  for (const path of ['/manage/system', PAGE, `${PAGE}/svc_00000000000000000000000000/tokens`]) await open(page, path, 'Page not found')
  await owner.take('Keeper', 'manage_service_accounts api_access', '')
  await page.goto('/settings/api-access')
  await page.getByRole('banner').getByRole('link', { name: 'Manage' }).click()
  await expect(page).toHaveURL('/manage/system')
  await expect(page.getByRole('navigation', { name: 'Manage' }).getByRole('link')).toHaveText(['System Settings'])
})
