// The API reference, as those who call the API read it.
import { expectAccessible } from '../support/a11y'
import { button, signIn } from '../support/browser'
import { expect, test } from '../support/test'

const REFERENCE = '/api/docs'

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

test('b.7 what only a browser can call has no command', async ({ page }) => {
  await page.goto(`${REFERENCE}?search=createRole`)
  const operation = page.getByRole('group').filter({ hasText: '/api/v1/roles' })
  await operation.getByText('/api/v1/roles').click()
  await expect(operation.getByText('A person in a browser')).toBeVisible()
  await expect(operation.getByRole('heading', { name: 'By curl' })).toHaveCount(0)
  await expect(operation.getByText('Body, application/json')).toBeVisible()
})
