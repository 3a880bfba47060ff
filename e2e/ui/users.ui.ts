// People of a company in the browser: looked for, given a role, deactivated, deleted; their tokens and sessions.

import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import type { Person } from '../support/actors'
import { button, cell, dialog, history, open, rowOf, signIn, tokens } from '../support/browser'
import { db } from '../support/db'
import { makeAccount } from '../support/machines'
import { mailTo } from '../support/mail'
import { colleague } from '../support/people'
import { expectProblem, refused } from '../support/problem'
import { expect, test } from '../support/test'
import { totp } from '../support/totp'

const PAGE = '/manage/users'
const of = (person: Person, tab: string) => `${PAGE}/${person.user.id}/${tab}`
const users = (page: Page) => page.getByRole('table', { name: 'Users' })
const names = (page: Page) => users(page).getByRole('rowheader').getByRole('link')
const openUsers = (page: Page) => open(page, PAGE, 'Users')

async function openPerson(page: Page, person: Person, tab = 'profile') {
  await open(page, of(person, tab), `${person.account.first_name} ${person.account.last_name}`)
}

/** Opens the dialog `Edit token` from the menu of its row. */
async function edit(page: Page, name: string): Promise<Locator> {
  await button(tokens(page), `Actions for ${name}`).click()
  await button(page, 'Edit').click()
  const editing = dialog(page, 'Edit token')
  await expect(editing).toBeVisible()
  return editing
}

test.describe('the list', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('is searched, and narrowed by state and role, all of which stays in the URL', async ({ page, owner }) => {
    await colleague(owner, 'Viewer')
    const mina = await colleague(owner, 'Member', { first_name: 'Mina', last_name: 'Šarić' })
    await mina.deactivate()
    await openUsers(page)
    await expect(names(page)).toHaveText(['Ada Lovelace', 'Grace Hopper', 'Mina Šarić'])
    await expect(await cell(users(page), 'Mina', 'Status')).toHaveText('Deactivated')
    await expectAccessible(page)
    await page.getByLabel('Role', { exact: true }).selectOption('Viewer')
    await expect(names(page)).toHaveText(['Grace Hopper'])
    await page.getByLabel('Role', { exact: true }).selectOption('Any role')
    await page.getByLabel('Status').selectOption('Deactivated')
    await expect(names(page)).toHaveText(['Mina Šarić'])
    await expect(page).toHaveURL(`${PAGE}?state=inactive`)
    const search = page.getByRole('searchbox', { name: 'Search users by name or email' })
    await search.fill('šAR')
    await expect(page).toHaveURL(/state=inactive&search=/)
    await page.reload()
    await expect(names(page)).toHaveText(['Mina Šarić'])
    await expect(search).toHaveValue('šAR')
    await expect(page.getByLabel('Status')).toHaveValue('inactive')
    await search.fill('nobody of that name')
    await expect(page.getByRole('heading', { name: 'Nobody found' })).toBeVisible()
    await expectAccessible(page)
    await button(page, 'Show all users').click()
    await expect(page).toHaveURL(PAGE)
    await expect(search).toHaveValue('')
    await expect(names(page)).toHaveCount(3)
  })

  test('is put in order, beside what narrows it, which a reload keeps', async ({ page, owner }) => {
    await colleague(owner, 'Viewer')
    await colleague(owner, 'Viewer', { first_name: 'Alan', last_name: 'Turing' })
    await openUsers(page)
    await expect(names(page)).toHaveText(['Ada Lovelace', 'Grace Hopper', 'Alan Turing'])
    await page.getByLabel('Order').selectOption('Name Z–A')
    await expect(names(page)).toHaveText(['Grace Hopper', 'Alan Turing', 'Ada Lovelace'])
    await page.getByLabel('Role', { exact: true }).selectOption('Viewer')
    await expect(names(page)).toHaveText(['Grace Hopper', 'Alan Turing'])
    await expect(page).toHaveURL(/\?sort=-name&role=rol_/)
    await page.reload()
    await expect(names(page)).toHaveText(['Grace Hopper', 'Alan Turing'])
    await expect(page.getByLabel('Order')).toHaveValue('-name')
    await page.getByLabel('Order').selectOption('Oldest first')
    await expect(page).toHaveURL(/\?role=rol_/)
  })

  test('goes on page by page', async ({ page, owner }) => {
    await db.rows(
      `WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 69)
       INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, name_key, password, active, created_at)
       SELECT 'usr_' || substr(?2, 5, 22) || 'ZZ' || i, tenant_id, role_id, i || id || '@northwind.example', 'Person', 'Nr', 'person nr', password, 1, created_at FROM users, n WHERE id = ?1`,
      owner.user.id,
      owner.user.id,
    )
    await openUsers(page)
    await expect(names(page)).toHaveCount(50)
    await button(page, 'Show more').click()
    await expect(names(page)).toHaveCount(61)
    await expect(button(page, 'Show more')).toBeHidden()
  })
})

test.describe('a person', () => {
  test.beforeEach(({ context, owner }) => signIn(context, owner))

  test('b.3 gets another role, which counts at once for their tokens too and is told by mail', async ({ page, owner }) => {
    const grace = await colleague(owner, 'Viewer')
    const { bearer } = await grace.makeToken({ scopes: ['users:read'] })
    expectProblem(await bearer.get('/users'), 403, 'role_no_api_access')
    await openUsers(page)
    await users(page).getByRole('link', { name: 'Grace Hopper' }).click()
    await expect(page).toHaveURL(of(grace, 'profile'))
    await expectAccessible(page)
    await expect(button(page, 'Save')).toBeDisabled()
    await page.getByLabel('Role').selectOption('API reader')
    await page.getByLabel('First name').fill('Amazing')
    await button(page, 'Save').click()
    await expect(page.getByText('The profile was saved.')).toBeVisible()
    await expect(page.getByRole('heading', { level: 1, name: 'Amazing Hopper' })).toBeVisible()
    expect((await bearer.get('/users')).status).toBe(200)
    await mailTo(grace.account.email, 'Your role was changed')
  })

  test('who is the last Administrator stays one, as a sentence says', async ({ page, owner }) => {
    await openPerson(page, owner)
    await expect(page.getByText('This is you: you close your own account in Account profile. Somebody else who looks after people can deactivate you.')).toBeVisible()
    await expect(button(page, 'Deactivate')).toHaveCount(0)
    await expect(button(page, 'Delete')).toHaveCount(0)
    await page.getByLabel('Role').selectOption('Member')
    await button(page, 'Save').click()
    await expect(page.getByRole('alert')).toHaveText('This is the last active Administrator, who must stay. Make somebody else one first.')
    await expectAccessible(page)
    expect((await owner.get('/session')).json.user.role.name).toBe('Administrator')
  })

  test('who gives up looking after people is shown no more of it', async ({ page, owner }) => {
    await colleague(owner, 'Administrator')
    await openPerson(page, owner)
    await page.getByLabel('Role').selectOption('Member')
    await button(page, 'Save').click()
    await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible()
    expect((await owner.get('/session')).json.user.role.name).toBe('Member')
  })

  test('is deactivated after a question: sessions and tokens stop at once; and is reactivated', async ({ page, owner }) => {
    const grace = await colleague(owner)
    const { bearer } = await grace.makeToken()
    await openPerson(page, grace)
    await button(page, 'Deactivate').click()
    const asked = dialog(page, 'Deactivate User')
    await expect(asked.getByText('1 access token of theirs stops working at once.')).toBeVisible()
    await expectAccessible(page)
    await button(asked, 'Cancel').click()
    await expect(button(page, 'Deactivate')).toBeFocused()
    expect((await grace.get('/session')).status).toBe(200)
    await button(page, 'Deactivate').click()
    await button(asked, 'Deactivate').click()
    await expect(page.getByText('The user was deactivated.')).toBeVisible()
    expect((await grace.get('/session')).status).toBe(401)
    expect((await bearer.get('/tokens/self')).status).toBe(401)
    await expect(page.getByRole('definition').filter({ hasText: 'Deactivated' })).toBeVisible()
    await button(page, 'Reactivate').click()
    await expect(page.getByText('They can sign in again.')).toBeVisible()
    expect((await bearer.get('/tokens/self')).status).toBe(200)
  })

  test('who has lost their second factor has it reset after a question', async ({ page, owner }) => {
    const grace = await colleague(owner)
    const { secret } = (await grace.post('/users/me/totp')).json
    await grace.post('/users/me/totp/confirm', { code: totp(secret) })
    await openPerson(page, grace)
    await button(page, 'Reset second factor').click()
    const asked = dialog(page, 'Reset Second Factor')
    await expect(asked.getByText('the password of Grace Hopper is enough to sign in, until they set up another app')).toBeVisible()
    await expectAccessible(page)
    await button(asked, 'Reset').click()
    await expect(page.getByText('The second factor was reset.')).toBeVisible()
    await expect(button(page, 'Reset second factor')).toHaveCount(0)
    expect((await db.one('SELECT mfa_enabled FROM users WHERE id = ?1', grace.user.id)).mfa_enabled).toBe(0)
  })

  test('is reactivated only once it is confirmed who asks', async ({ page, owner }) => {
    const grace = await colleague(owner)
    await grace.deactivate()
    await openPerson(page, grace)
    await owner.goStale()
    await button(page, 'Reactivate').click()
    const asked = dialog(page, 'Confirm that it is you')
    await asked.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asked, 'Confirm').click()
    await expect(button(page, 'Deactivate')).toBeVisible()
    expect((await grace.signIn()).status).toBe(200)
  })

  test('is deleted by typing the address, and what goes on without them is named', async ({ page, owner }) => {
    const grace = await colleague(owner)
    await makeAccount(owner, { name: 'Backup sync', owner_id: grace.user.id })
    await openPerson(page, grace)
    await button(page, 'Delete').click()
    const asked = dialog(page, 'Delete User')
    await expect(asked.getByRole('listitem')).toHaveText(['Backup sync'])
    await expectAccessible(page)
    await expect(asked.getByLabel(/^Type/)).toBeFocused()
    await expect(button(asked, 'Delete')).toBeDisabled()
    await asked.getByLabel(/^Type/).fill('grace')
    await page.keyboard.press('Enter')
    await expect(button(asked, 'Delete')).toBeDisabled()
    expect((await owner.get(`/users/${grace.user.id}`)).status).toBe(200)
    await asked.getByLabel(/^Type/).fill(grace.account.email)
    await button(asked, 'Delete').click()
    await expect(page).toHaveURL(PAGE)
    await expect(page.getByText('The user was deleted.')).toBeVisible()
    await expect(names(page)).toHaveText(['Ada Lovelace'])
    expect((await owner.get(`/users/${grace.user.id}`)).status).toBe(404)
  })

  test('has sessions, which are ended one by one or all at once', async ({ page, owner }) => {
    const grace = await colleague(owner)
    const elsewhere = await grace.elsewhere()
    await openPerson(page, grace, 'sessions')
    const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    await expect(sessions).toHaveCount(2)
    await expectAccessible(page)
    await sessions.first().getByRole('button').click()
    await expect(sessions).toHaveCount(1)
    await expect(sessions.getByRole('button')).toBeFocused()
    expect((await elsewhere.get('/session')).status).toBe(401)
    await button(page, 'Sign out everywhere').click()
    await expect(page.getByRole('heading', { name: 'Not signed in anywhere' })).toBeVisible()
    await expectAccessible(page)
    expect((await grace.get('/session')).status).toBe(401)
  })

  test('of another company, or of none, is not found', async ({ page, stranger }) => {
    for (const id of [stranger.user.id, 'usr_00000000000000000000000000', 'x']) {
      for (const tab of ['profile', 'tokens', 'sessions']) {
        await open(page, `${PAGE}/${id}/${tab}`, 'Page not found')
        await expect(page).toHaveTitle('Page not found · Latchkey')
      }
    }
  })
})

test.describe('C-04 with exactly one of the two permissions', () => {
  for (const [permission, label] of [['manage_users', 'Add, delete and modify a user'], ['administer', 'Administrative Management']]) {
    test(`C-03 C-05 C-06 C-R11 ${label}: the way to the token of a person, and Edit token`, async ({ page, owner, context }) => {
      const [grace, kay] = [await colleague(owner), await colleague(owner, 'Viewer', { first_name: 'Kay', last_name: 'McNulty' })]
      const { secret } = await grace.makeToken({ name: 'nightly' })
      await kay.take('Keeper', permission)
      await signIn(context, kay)
      const seen: string[] = []
      page.on('response', async (response) => seen.push(await response.text().catch(() => '')))

      await open(page, '/settings/profile')
      await page.getByRole('banner').getByRole('link', { name: 'Manage' }).click()
      await expect(page.getByRole('heading', { level: 2, name: 'Security' })).toBeVisible()
      await expect(page.getByRole('navigation', { name: 'Manage' }).getByRole('link')).toHaveText(['Security'])
      await page.getByRole('main').getByRole('link', { name: 'Users' }).click()
      await users(page).getByRole('link', { name: 'Grace Hopper' }).click()
      await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: 'Access tokens' }).click()
      await expect(page).toHaveURL(of(grace, 'tokens'))
      await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
      await expectAccessible(page)

      await button(tokens(page), 'Actions for nightly').click()
      await expect(button(page, 'Rotate secret'), 'secrets of people are their own').toHaveCount(0)
      await page.keyboard.press('Escape')
      await expect(button(page, 'Add New Access Token'), 'nobody makes a token for somebody else').toHaveCount(0)

      const editing = await edit(page, 'nightly')
      await expect(editing.getByText('The person whose tokens these are is told by mail.')).toBeVisible()
      for (const field of ['Name', 'Scope']) await expect(editing.getByLabel(field, { exact: true })).toBeVisible()
      await expect(editing.getByRole('group', { name: 'Renewable until' })).toBeVisible()
      await expectAccessible(page)
      await editing.getByLabel('Name').fill('weekly')
      await button(editing, 'Save').click()
      await expect(editing).toBeHidden()
      await expect(rowOf(tokens(page), 'weekly')).toBeVisible()
      await mailTo(grace.account.email, 'An access token of yours was edited by an administrator')

      await page.getByRole('checkbox', { name: 'Select weekly' }).check()
      await button(page, 'Revoke Selected Tokens').click()
      await button(dialog(page, 'Revoke Tokens'), 'Yes, Proceed').click()
      await expect(rowOf(history(page), 'weekly')).toBeVisible()
      await expect(await cell(history(page), 'weekly', 'Revoked by')).toHaveText('Kay McNulty')
      await mailTo(grace.account.email, 'Access tokens of yours were revoked by an administrator')
      expect(seen.filter((text) => text.includes('nightly')).length, 'answers were read').toBeGreaterThan(0)
      expect(seen.filter((text) => text.includes(secret.slice(8, 30)))).toEqual([])
    })
  }

  test('an Administrator is out of reach of who is none', async ({ page, owner, context }) => {
    const kay = await colleague(owner, 'Viewer', { first_name: 'Kay' })
    await kay.take('Keeper', 'manage_users')
    await signIn(context, kay)
    await openPerson(page, owner)
    await expect(page.getByText('Only an Administrator looks after another.')).toBeVisible()
    await expect(page.getByLabel('First name')).toBeDisabled()
    for (const name of ['Deactivate', 'Delete', 'Reset second factor']) await expect(button(page, name)).toHaveCount(0)
    await expectAccessible(page)
  })

  test('the role that is offered is held by whoever gives it', async ({ page, owner, context }) => {
    const [grace, kay] = [await colleague(owner, 'Member'), await colleague(owner, 'Viewer', { first_name: 'Kay' })]
    await kay.take('Keeper', 'manage_users')
    await signIn(context, kay)
    await openPerson(page, grace)
    await expect(page.getByLabel('Role').getByRole('option')).toHaveText(['Member', 'Viewer', 'Keeper'])
  })

  test('C-R12 without either there is no way in and no such page', async ({ page, owner, context }) => {
    const [grace, kay] = [await colleague(owner), await colleague(owner, 'Viewer', { first_name: 'Kay' })]
    await kay.take('Everything else', 'manage_service_accounts manage_roles read_audit introspect api_access')
    await signIn(context, kay)
    await open(page, '/manage/security', 'Manage')
    await expect(page.getByRole('main').getByRole('link', { name: 'Roles' })).toBeVisible()
    await expect(page.getByRole('main').getByRole('link', { name: 'Users' })).toHaveCount(0)
    for (const path of [PAGE, of(grace, 'profile'), of(grace, 'tokens'), of(grace, 'sessions')]) await open(page, path, 'Page not found')
    await refused(owner.tenant, () => kay.get('/users'), 403, 'forbidden')
    await refused(owner.tenant, () => kay.get(`/users/${grace.user.id}/tokens`), 404, 'not_found')
    await kay.take('Member')
    await open(page, '/settings/profile')
    await expect(page.getByRole('button', { name: 'Kay Hopper' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Manage' })).toHaveCount(0)
  })
})
