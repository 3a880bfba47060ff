// How the list of tokens is narrowed, put in order and read on.

import { expectAccessible } from '../support/a11y'
import { API_ACCESS, act, button, cell, dialog, editToken, history, open, rowOf, signIn, tokens } from '../support/browser'
import { DAY, ago, at, db, now } from '../support/db'
import { expect, test } from '../support/test'

test.beforeEach(({ context, owner }) => signIn(context, owner))

test.describe('the list', () => {
  test('is narrowed by kind and status and put in order, and the URL keeps that', async ({ page, owner }) => {
    await owner.makeToken({ name: 'b all', kind: 'all', scopes: undefined })
    const { token } = await owner.makeToken({ name: 'c over' })
    await owner.makeToken({ name: 'a custom' })
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', ago(DAY), token.id)
    await open(page, API_ACCESS)
    const names = tokens(page).getByRole('rowheader')
    await expect(names).toHaveText(['a custom', 'c over', 'b all'])
    await page.getByLabel('Order').selectOption('Name A–Z')
    await expect(names).toHaveText(['a custom', 'b all', 'c over'])
    await db.rows('UPDATE tokens SET last_used_at = ?1 WHERE id = ?2', ago(60), token.id)
    for (const [order, expected] of [
      ['Expires first', ['c over', 'b all', 'a custom']],
      ['Last used first', ['c over', 'a custom', 'b all']],
      ['Last used last', ['b all', 'a custom', 'c over']],
    ] as const) {
      await page.getByLabel('Order').selectOption(order)
      await expect(names).toHaveText([...expected])
    }
    await page.getByLabel('Order').selectOption('Oldest first')
    await expect(names).toHaveText(['b all', 'c over', 'a custom'])
    await page.getByLabel('Status').selectOption('Expired')
    await expect(names).toHaveText(['c over'])
    await expect(page).toHaveURL(`${API_ACCESS}?status=expired&sort=created`)
    await page.reload()
    await expect(names).toHaveText(['c over'])
    await page.getByRole('search').getByLabel('Scope').selectOption('All')
    await expect(page.getByText('No access token fits what was chosen above.')).toBeVisible()
    await button(page, 'Show all tokens').click()
    await expect(names).toHaveCount(3)
  })

  test('what a link asks for and nobody can choose is as if it were not there', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    const { token } = await owner.makeToken({ name: 'gone' })
    await owner.delete(`/tokens/${token.id}`)
    await open(page, `${API_ACCESS}?kind=bogus&status=evil&sort=drop`)
    await expect(tokens(page).getByRole('rowheader')).toHaveText(['nightly'])
    await expect(history(page).getByRole('rowheader')).toHaveText(['gone'])
    await expect(page.getByRole('alert')).toHaveCount(0)
    const search = page.getByRole('search')
    for (const name of ['Scope', 'Status', 'Order']) await expect(search.getByLabel(name)).toHaveValue('')
    await search.getByLabel('Order').selectOption('Name A–Z')
    await expect(page).toHaveURL(`${API_ACCESS}?sort=name`)
    await expect(tokens(page).getByRole('rowheader')).toHaveText(['nightly'])
  })

  test('keeps what is typed while it searches', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly copy' })
    await open(page, API_ACCESS)
    const search = page.getByRole('searchbox')
    await search.pressSequentially('nightly ', { delay: 20 })
    await expect(page).toHaveURL(`${API_ACCESS}?search=nightly`)
    await search.pressSequentially('copy')
    await expect(search).toHaveValue('nightly copy')
    await expect(tokens(page).getByRole('rowheader')).toHaveCount(1)
  })

  test('shows a token as expired once its time is over, without anybody\'s doing', async ({ page, owner }) => {
    await page.clock.install()
    const { token } = await owner.makeToken({ name: 'nightly' })
    await db.rows('UPDATE tokens SET renewable_until = ?1 WHERE id = ?2', at(now() + 90), token.id)
    await open(page, API_ACCESS)
    await expect(await cell(tokens(page), 'nightly', 'Status')).toHaveText('Active')
    await page.clock.fastForward(150_000)
    await expect(await cell(tokens(page), 'nightly', 'Status')).toHaveText('Expired')
  })

  test('goes on at the first row that came when more is shown, and keeps the rows if it fails', async ({ page, owner, context }) => {
    await Promise.all(Array.from({ length: 49 }, (_, i) => owner.makeToken({ name: `token ${i}` })))
    const { token } = await owner.makeToken({ name: 'gone' })
    await owner.delete(`/tokens/${token.id}`)
    await owner.makeToken({ name: 'the last' })
    await db.rows(`INSERT INTO tokens (id, tenant_id, user_id, kind, name, name_key, scopes, allowed_endpoints, ip_allowlist, digest, prefix, last_four, created_at, renewable_until)
      SELECT 'tok_00000000000000000000000000', tenant_id, user_id, kind, 'the oldest', 'the oldest', scopes, '', '', id, prefix, last_four, created_at, renewable_until FROM tokens WHERE user_id = ?1 AND name = 'the last'`, owner.user.id)
    await open(page, API_ACCESS)
    const rows = tokens(page).getByRole('rowheader')
    await expect(rows).toHaveCount(50)
    await context.setOffline(true)
    await button(page, 'Show more').click()
    await expect(page.getByRole('alert').filter({ hasText: 'Latchkey cannot be reached.' })).toBeVisible()
    await expect(rows).toHaveCount(50)
    await context.setOffline(false)
    await button(page, 'Show more').click()
    await expect(rows).toHaveCount(51)
    await expect(page.getByRole('checkbox', { name: 'Select the oldest' })).toBeFocused()
    // Nor do they go when one of them is edited, which leaves the focus where it was.
    const editing = await editToken(page, 'the oldest')
    await editing.getByLabel('Description').fill('kept')
    await button(editing, 'Save').click()
    await expect(rowOf(tokens(page), 'the oldest')).toContainText('kept')
    await expect(rows).toHaveCount(51)
    await expect(button(page, 'Actions for the oldest')).toBeFocused()
    await expect(tokens(page)).toHaveAttribute('aria-busy', 'false')
    await expect(rows).toHaveCount(51)
    await db.rows(`DELETE FROM tokens WHERE id = 'tok_00000000000000000000000000'`)
  })

  test('the menu of a row has the focus back after its dialog, however often and by whichever means it was opened', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    const actions = button(page, 'Actions for nightly')
    for (const [action, title] of [['Edit', 'Edit token'], ['Edit', 'Edit token'], ['Rotate secret', 'Rotate secret'], ['Activity', 'Token activity'], ['Activity', 'Token activity'], ['Revoke', 'Revoke Tokens']]) {
      await act(page, 'nightly', action!)
      await expect(dialog(page, title!)).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(dialog(page, title!)).toBeHidden()
      await expect(actions, action).toBeFocused()
    }
  })

  test('the menu of a row works by keyboard', async ({ page, owner }) => {
    await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    const actions = button(rowOf(tokens(page), 'nightly'), 'Actions for nightly')
    await actions.focus()
    await page.keyboard.press('ArrowDown')
    await expect(button(rowOf(tokens(page), 'nightly'), 'Edit')).toBeFocused()
    await expectAccessible(page)
    await page.keyboard.press('End')
    await expect(button(rowOf(tokens(page), 'nightly'), 'Revoke')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(actions).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(dialog(page, 'Edit token')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(actions).toBeFocused()
  })
})
