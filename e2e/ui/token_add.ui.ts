// `Add New Token` and the secret that it shows.

import { Actor, newAddress } from '../support/actors'
import { API_ACCESS, button, dialog, holdBack, open, openAddDialog, rowOf, signIn, tokens } from '../support/browser'
import { DAY, at, now } from '../support/db'
import { expectProblem } from '../support/problem'
import { expect, test } from '../support/test'

test.beforeEach(({ context, owner }) => signIn(context, owner))

test.describe('Add New Token', () => {
  test('makes each kind with what belongs to it', async ({ page, owner }) => {
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    const scope = adding.getByLabel('Scope', { exact: true })
    await expect(scope.getByRole('option')).toHaveText(['All', 'Custom', 'Hyperscale', 'Microsoft SCIM', '1-Touch recovery'])
    await expect(scope).toHaveValue('custom')
    await adding.getByLabel('Name').fill('recovery')
    await scope.selectOption('1-Touch recovery')
    await expect(adding.getByRole('group', { name: 'Expires' }).getByRole('radio')).toHaveCount(2)
    await expect(adding.getByRole('checkbox', { name: 'Issue a refresh token' })).toBeHidden()
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created').getByText('1-Touch recovery')).toBeVisible()
    const [token] = (await owner.get('/users/me/tokens')).json.items
    expect(token).toMatchObject({ kind: 'one_touch_recovery', renewable_until: null })
    expect(Math.abs(Date.parse(token.expires_at) / 1000 - (now() + 7 * DAY))).toBeLessThan(30)
  })

  test('b.3 offers what the policy allows', async ({ page, owner }) => {
    const policy = (await owner.get('/policy')).json
    policy.token_max_days.custom = 45
    policy.token_default_days.custom = 45
    policy.forever_allowed = true
    expect((await owner.put('/policy', policy)).status).toBe(200)
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    const choice = adding.getByRole('group', { name: 'Renewable until' })
    await expect(choice.getByRole('radio')).toHaveCount(5)
    await expect(choice.getByRole('radio', { name: '45 days' })).toBeChecked()
    await adding.getByLabel('Name').fill('for ever')
    await adding.getByRole('checkbox', { name: 'Jobs Read', exact: true }).check()
    await choice.getByRole('radio', { name: 'No end' }).check()
    await expect(choice.getByRole('status')).toHaveText('It works until somebody revokes it.')
    await button(adding, 'Generate Token').click()
    await expect(dialog(page, 'New Token Created')).toBeVisible()
    expect((await owner.get('/users/me/tokens')).json.items[0].renewable_until).toBeNull()
  })

  test('b.3 C-R3 issues a refresh token only if asked, and both must be copied before it closes', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await adding.getByLabel('Name').fill('pair')
    await adding.getByRole('checkbox', { name: 'Users Read', exact: true }).check()
    await expect(adding.getByRole('checkbox', { name: 'Issue a refresh token' })).not.toBeChecked()
    await adding.getByRole('checkbox', { name: 'Issue a refresh token' }).check()
    await button(adding, 'Generate Token').click()
    const created = dialog(page, 'New Token Created')
    const access = await created.getByLabel('Access token').inputValue()
    const refresh = await created.getByLabel('Refresh token').inputValue()
    await button(created, 'Copy').first().click()
    await button(created, 'Done').click()
    await expect(created.getByRole('alert')).toContainText('You have not copied the token')
    await button(created, 'Go back').click()
    await button(created, 'Copy').last().click()
    await button(created, 'Done').click()
    await expect(created).toBeHidden()
    const renewed = await new Actor(newAddress()).post('/tokens/renew', { access_token: access, refresh_token: refresh })
    expect(renewed.status, renewed.text).toBe(200)
  })

  test('b.3 is filled in by a link, and says so', async ({ page, owner }) => {
    await page.goto(`${API_ACCESS}?name=Grafana&description=Dashboards&scopes=usage:read,jobs:write,nonsense&expires=30`)
    const adding = dialog(page, 'Add New Token')
    await expect(adding.getByLabel('Name')).toHaveValue('Grafana')
    await expect(adding.getByLabel('Description')).toHaveValue('Dashboards')
    await expect(adding.getByRole('checkbox', { name: 'Usage Read', exact: true })).toBeChecked()
    await expect(adding.getByRole('checkbox', { name: 'Jobs Write', exact: true })).toBeChecked()
    await expect(adding.getByRole('radio', { name: '30 days' })).toBeChecked()
    await expect(adding.getByText('The link that brought you here has filled this in.')).toBeVisible()
    await expect(adding.getByText('The link asks for what is no scope here: nonsense.')).toBeVisible()
    await expect(page).toHaveURL(API_ACCESS)
    expect((await owner.get('/users/me/tokens')).json.items).toEqual([])
    await button(adding, 'Cancel').click()
    await openAddDialog(page)
    await expect(adding.getByLabel('Name')).toHaveValue('')

    await page.goto(`${API_ACCESS}?name=Grafana&expires=45`)
    await expect(adding.getByRole('radio', { name: '45 days' })).toBeChecked()
    await page.goto(`${API_ACCESS}?name=Grafana&kind=bogus&expires=soon`)
    await expect(adding.getByText('The link asks for what is no kind of token here: bogus.')).toBeVisible()
    await expect(adding.getByText('The link asks for what is no end here: soon.')).toBeVisible()
    const day = at(now() + 45 * DAY).slice(0, 10)
    await page.goto(`${API_ACCESS}?name=Grafana&expires=${day}`)
    await expect(adding.getByLabel('Last day')).toHaveValue(day)
  })

  test('b.3 no token manages tokens: no scope is offered for it, and one that may do everything adds none to the list', async ({ page, owner }) => {
    const { bearer: machine } = await owner.makeToken({ name: 'everything', kind: 'all', scopes: undefined })
    await open(page, API_ACCESS)
    const adding = await openAddDialog(page)
    await expect(adding.getByRole('checkbox', { name: /(Read|Write)$/ })).toHaveCount(22)
    await expect(adding.getByRole('checkbox', { name: /token.*(Read|Write)$/i })).toHaveCount(0)
    await button(adding, 'Cancel').click()
    expectProblem(await machine.post('/users/me/tokens', { name: 'child', scopes: ['backups:read'] }), 403, 'forbidden')
    await page.reload()
    await expect(rowOf(tokens(page), 'everything')).toBeVisible()
    await expect(tokens(page).getByRole('row')).toHaveCount(1 + 1)
  })
})

test('d.6 a second Esc does not close the dialog of a secret that nobody copied', async ({ page }) => {
  await open(page, API_ACCESS)
  const adding = await openAddDialog(page)
  await adding.getByLabel('Name').fill('nightly')
  await adding.getByRole('checkbox', { name: 'Jobs Read', exact: true }).check()
  await button(adding, 'Generate Token').click()
  const created = dialog(page, 'New Token Created')
  await expect(created).toBeVisible()
  for (let i = 0; i < 4; i++) await page.keyboard.press('Escape')
  await expect(created.getByRole('alert')).toContainText('You have not copied the token')
  await expect(created.getByLabel('Access token')).toHaveValue(/^lkp_/)
})

test('a token that was made although no answer came is seen, and pressing again makes no other', async ({ page, owner }) => {
  await open(page, API_ACCESS)
  await expect(page.getByRole('heading', { name: 'No access tokens' })).toBeVisible()
  const adding = await openAddDialog(page)
  await adding.getByLabel('Name').fill('nightly')
  await adding.getByRole('checkbox', { name: 'Jobs Read', exact: true }).check()
  // It arrives, but its answer does not.
  await page.route('**/api/v1/users/me/tokens', async (route) => {
    expect((await route.fetch({ headers: await route.request().allHeaders() })).status()).toBe(201)
    await route.abort()
  }, { times: 1 })
  await button(adding, 'Generate Token').click()
  await expect(adding.getByRole('alert')).toContainText('Latchkey cannot be reached.')
  await button(adding, 'Generate Token').click()
  await expect(adding.getByLabel('Name')).toHaveAccessibleDescription(/You have a token with this name/)
  await button(adding, 'Cancel').click()
  await expect(adding).toBeHidden()
  await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
  expect((await owner.get('/users/me/tokens')).json.items).toHaveLength(1)
})

test('says that a token was made if the page is left before its secret is shown', async ({ page, owner }) => {
  await open(page, '/settings/profile')
  await page.getByRole('link', { name: 'API Access' }).first().click()
  const adding = await openAddDialog(page)
  await adding.getByLabel('Name').fill('nightly')
  await adding.getByRole('checkbox', { name: 'Jobs Read', exact: true }).check()
  const arrive = await holdBack(page, '**/api/v1/users/me/tokens')
  await button(adding, 'Generate Token').click()
  await expect(button(adding, 'Generating…')).toBeVisible()
  await page.goBack()
  await expect(adding.getByRole('alert')).toContainText('This is being saved')
  await button(adding.getByRole('alert'), 'Close').click()
  await page.goBack()
  await expect(page).toHaveURL('/settings/profile')
  arrive()
  await expect(page.getByRole('alert').filter({ hasText: 'The token “nightly” was made, but its secret was not shown.' })).toBeVisible()
  expect((await owner.get('/users/me/tokens')).json.items).toHaveLength(1)
  await page.getByRole('link', { name: 'API Access' }).first().click()
  await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
})
