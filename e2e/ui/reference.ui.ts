// The API reference, as those who call the API read it.
import { execFileSync } from 'node:child_process'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { newAddress } from '../support/actors'
import { button, expectNoSideways, signIn } from '../support/browser'
import { makeAccount, makeRole } from '../support/machines'
import { expect, test } from '../support/test'

const REFERENCE = '/api/docs'

/** The command of an operation, as somebody reads it who has its link. */
async function commandOf(page: Page, id: string): Promise<string> {
  await page.goto('about:blank')
  await page.goto(`${REFERENCE}#${id}`)
  return page.getByRole('textbox', { name: 'Call by curl' }).inputValue()
}

/** What a shell prints of a command, and the status of the answer. */
function run(command: string, secrets: Record<string, string>): { status: number; body: string } {
  const said = execFileSync('sh', ['-c', `${command} --silent --write-out '\\n%{http_code}' -H "CF-Connecting-IP: $ADDRESS"`], { env: { ...process.env, ...secrets, ADDRESS: newAddress() }, encoding: 'utf8' })
  const end = said.lastIndexOf('\n')
  return { status: Number(said.slice(end + 1)), body: said.slice(0, end) }
}

/** The operations that are found by some words, by their names in the document. */
async function found(page: Page, words: string): Promise<string[]> {
  await page.goto(`${REFERENCE}?search=${encodeURIComponent(words)}`)
  await expect(page.getByRole('status').filter({ hasText: /\d+ routes?/ })).toBeAttached()
  return page.getByRole('main').getByRole('group').evaluateAll((all) => all.map(({ id }) => id))
}

test('b.7 a stranger reads the API reference, searches it, and the URL keeps what was sought', async ({ page }) => {
  await page.goto(REFERENCE)
  await expect(page.getByRole('heading', { level: 1, name: 'API reference' })).toBeVisible()
  const line = page.getByRole('group').filter({ hasText: '/api/v1/tokens/self/rotate' })
  await expect(line).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Search the API' }).fill('tokens rotate self')
  await expect(page.getByRole('status').filter({ hasText: '1 route' })).toBeAttached()
  await expect(page).toHaveURL(`${REFERENCE}?search=tokens%20rotate%20self`)
  await page.reload()
  await expect(line).toBeVisible()
  await expect(page.getByText('/api/v1/roles')).toHaveCount(0)
  await expectAccessible(page)
  await page.getByRole('searchbox', { name: 'Search the API' }).fill('nothing is called so')
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible()
})

test('b.7 an operation opens by keyboard and tells who may call it, with what, and how it answers', async ({ page, baseURL }) => {
  await page.goto(`${REFERENCE}?search=listUsers`)
  const operation = page.getByRole('group').filter({ hasText: '/api/v1/users' })
  await page.getByRole('link', { name: 'User', exact: true }).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(operation.getByText('An access token with the scope users:read')).toBeVisible()
  const command = operation.getByRole('textbox', { name: 'Call by curl' })
  await expect(command).toHaveValue(`curl -X GET "${baseURL}/api/v1/users" \\\n  -H "Authorization: Bearer $LATCHKEY_TOKEN"`)
  await expect(operation.getByText('Part of a name or an address.')).toBeVisible()
  await expect(operation.getByText('insufficient_scope')).toBeVisible()
  await expectAccessible(page)
})

test('b.7 a command is copied, and names no secret', async ({ page, context, owner }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { secret } = await owner.makeToken({ name: 'nightly' })
  await signIn(context, owner)
  await page.goto(`${REFERENCE}?search=listUsers`)
  const operation = page.getByRole('group').filter({ hasText: '/api/v1/users' })
  await operation.getByText('/api/v1/users').click()
  await expect(operation.getByText('(your role has it)')).toBeVisible()
  await button(operation, 'Copy').click()
  await expect(operation.getByRole('status')).toHaveText('Copied to the clipboard')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toContain('$LATCHKEY_TOKEN')
  expect(copied).not.toContain(secret)
})

test('b.7 what only a browser can call has no command, and the page says why', async ({ page }) => {
  await page.goto(`${REFERENCE}?search=createRole`)
  const operation = page.getByRole('group').filter({ hasText: '/api/v1/roles' })
  await operation.getByText('/api/v1/roles').click()
  await expect(operation.getByText('A person in a browser')).toBeVisible()
  await expect(operation.getByText('Only a person in a session may call this, so there is no command.')).toBeVisible()
  await expect(operation.getByRole('textbox', { name: 'Call by curl' })).toHaveCount(0)
  await expect(operation.getByText('Body, application/json')).toBeVisible()
})

test('b.7 the commands of OAuth send forms, and a shell that runs them gets a token and what is told of it', async ({ page, owner }) => {
  const { key, secret } = await makeAccount(owner, { role_id: await makeRole(owner, 'api_access introspect', 'backups:read') })
  const secrets = { LATCHKEY_KEY: key, LATCHKEY_SECRET: secret }
  const ask = await commandOf(page, 'issueOAuthToken')
  expect(ask).toContain("--data-urlencode 'grant_type=client_credentials'")
  const issued = run(ask, secrets)
  expect([issued.status, JSON.parse(issued.body).token_type]).toEqual([200, 'Bearer'])
  const told = run(await commandOf(page, 'introspectToken'), secrets)
  expect([told.status, JSON.parse(told.body)]).toEqual([200, { active: false }])
})

test('b.7 the commands of the gate carry the headers that it needs, and the call may pass', async ({ page, owner }) => {
  const { secret } = await owner.makeToken({ kind: 'all', scopes: undefined })
  const secrets = { LATCHKEY_TOKEN: secret }
  const asked = await commandOf(page, 'authorizeCall')
  expect(asked).toContain("-H 'X-Forwarded-Method: GET'")
  expect(run(asked, secrets).status).toBe(204)
  const below = await commandOf(page, 'authorizeGetCall')
  expect(below).toContain("-H 'X-Latchkey-Asks: envoy'")
  expect(run(below.replace('{path}', 'backups/daily'), secrets).status).toBe(200)
})

test('b.7 a place in a path that was not filled in reaches the API as it is, which says that there is no such thing', async ({ page, owner }) => {
  const { secret } = await owner.makeToken({ kind: 'all', scopes: undefined })
  const command = await commandOf(page, 'showRole')
  expect(command).toContain('--globoff')
  const answer = run(command, { LATCHKEY_TOKEN: secret })
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([404, 'not_found'])
})

test('b.7 the search knows fields, headers, codes of errors, and paths with and without what they begin with', async ({ page }) => {
  expect(await found(page, 'grace_seconds')).toEqual(expect.arrayContaining(['rotateToken', 'rotateOwnToken', 'resetCredentials']))
  expect(await found(page, 'idempotency')).toContain('createToken')
  expect(await found(page, 'idempotency')).not.toContain('listTokens')
  expect(await found(page, 'x-forwarded-uri')).toEqual(['authorizeCall'])
  expect(await found(page, 'rate_limited')).toContain('listUsers')
  for (const path of ['/users/me/tokens', '/api/v1/users/me/tokens', '/users/{user}/tokens']) {
    expect(await found(page, path), path).toEqual(['listTokens', 'createToken'])
  }
})

test('b.7 a link to an operation opens it and goes there; to open another changes the link but not the history', async ({ page }) => {
  await page.goto(`${REFERENCE}#createToken`)
  const line = (path: string) => page.locator('summary').filter({ hasText: path })
  const linked = page.locator('#createToken')
  await expect(linked.getByRole('heading', { name: 'Who may call' })).toBeInViewport()
  await expect(linked.locator('> summary')).toBeFocused()
  const length = await page.evaluate(() => history.length)
  await line('/api/v1/audit-events').click()
  await expect(page).toHaveURL(`${REFERENCE}#listAuditEvents`)
  await line('/api/v1/audit-events').click()
  await expect(page).toHaveURL(REFERENCE)
  expect(await page.evaluate(() => history.length)).toBe(length)
  await page.evaluate(() => { location.hash = 'showHealth' })
  await expect(page.locator('#showHealth').getByRole('heading', { name: 'Answers' })).toBeInViewport()
  await page.evaluate(() => { location.hash = 'role' })
  const section = page.getByRole('heading', { name: 'Role', exact: true })
  await expect(section).toBeFocused()
  await expect(section).toBeInViewport()
})

test('b.7 a body of which one field or the other is needed tells both', async ({ page }) => {
  await page.goto(`${REFERENCE}#confirmSession`)
  const fields = page.locator('#confirmSession').getByLabel('Body', { exact: true })
  await expect(fields.getByRole('term')).toHaveText([/^code\s*one is required$/, /^password\s*one is required$/])
})

test('b.7 nothing of an opened operation is wider than a small phone', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const id of ['confirmSession', 'createToken', 'issueOAuthToken', 'authorizeCall', 'listAuditEvents', 'exportUser']) {
    await page.goto('about:blank')
    await page.goto(`${REFERENCE}#${id}`)
    const operation = page.locator(`#${id}`)
    await expect(operation.getByRole('heading', { name: 'Answers' })).toBeVisible()
    await expectNoSideways(page)
    // What scrolls does so inside of a box of its own.
    const wide = await operation.evaluate((whole) =>
      [...whole.querySelectorAll('*')].filter((part) => !part.closest('pre > *') && part.getBoundingClientRect().right > document.documentElement.clientWidth).map((part) => part.outerHTML.slice(0, 80)),
    )
    expect(wide, id).toEqual([])
  }
})
