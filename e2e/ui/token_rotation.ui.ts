// `Rotate secret` from the row of a token.

import { Actor, bearer } from '../support/actors'
import { API_ACCESS, act, button, dialog, open, rowOf, signIn, tokens } from '../support/browser'
import { ago, db } from '../support/db'
import { expect, test } from '../support/test'

test.beforeEach(({ context, owner }) => signIn(context, owner))

test.describe('Rotate secret', () => {
  test('b.3 d.3 gives a new secret, tells who still uses the old one, and retires it', async ({ page, owner, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const { token, secret, bearer: old } = await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Rotate secret')
    const rotating = dialog(page, 'Rotate secret')
    await expect(rotating.getByRole('radio')).toHaveCount(4)
    await expect(rotating.getByRole('radio', { name: '24 hours' })).toBeChecked()
    await button(rotating, 'Rotate').click()
    const created = dialog(page, 'New Secret Created')
    const fresh = await created.getByLabel('Access token').inputValue()
    await button(created, 'Copy').click()
    await button(created, 'Done').click()
    // Within one second, use before and after the rotation could not be told apart.
    await db.rows('UPDATE retired_secrets SET retired_at = ?2 WHERE token_id = ?1', token.id, ago(60))
    for (const good of [secret, fresh]) expect((await bearer(good).get('/tokens/self')).json.id).toBe(token.id)
    await expect.poll(() => db.count('FROM retired_secrets WHERE token_id = ?1 AND last_used_at IS NOT NULL', token.id)).toBe(1)
    await button(rowOf(tokens(page), 'nightly'), 'Old secret works').click()
    const activity = dialog(page, 'Token activity')
    const notice = activity.getByText(`The old secret …${secret.slice(-4)} works until`)
    await expect(notice).toBeVisible()
    await expect(activity.getByText(/Still in use: .* by /)).toBeVisible()
    await page.route('**/grace', (route) => route.abort(), { times: 1 })
    await button(activity, 'Retire now').click()
    await expect(activity.getByRole('alert')).toContainText('Latchkey cannot be reached.')
    await button(activity, 'Retire now').click()
    await expect(notice).toBeHidden()
    await expect(button(activity, 'Close').last()).toBeFocused()
    expect((await old.get('/tokens/self')).json.code).toBe('token_grace_ended')
    expect((await bearer(fresh).get('/tokens/self')).status).toBe(200)
    await button(activity, 'Close').last().click()
    await expect(button(rowOf(tokens(page), 'nightly'), 'Old secret works')).toBeHidden()
  })

  test('c.1 is undone in its activity until somebody uses the new secret', async ({ page, owner }) => {
    const { token, secret } = await owner.makeToken({ name: 'nightly' })
    const rotate = async () => (await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 600 })).json.secret
    const undone = await rotate()
    await open(page, API_ACCESS)
    await button(rowOf(tokens(page), 'nightly'), 'Old secret works').click()
    const activity = dialog(page, 'Token activity')
    await expect(activity.getByText('Nobody has used the new one yet.')).toBeVisible()
    await button(activity, 'Undo rotation').click()
    await expect(page.getByText('The old secret is the only one again.')).toBeVisible()
    await expect(button(activity, 'Undo rotation')).toBeHidden()
    await button(activity, 'Close').last().click()
    await expect(button(rowOf(tokens(page), 'nightly'), 'Old secret works')).toBeHidden()
    expect((await bearer(secret).get('/tokens/self')).status).toBe(200)
    expect((await bearer(undone).get('/tokens/self')).json.code).toBe('unauthenticated')

    const fresh = await rotate()
    await bearer(fresh).get('/tokens/self')
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/activity`)).json.can_undo_rotation).toBe(false)
    await page.reload()
    await button(rowOf(tokens(page), 'nightly'), 'Old secret works').click()
    await expect(activity.getByText(/The new one was used .* by /)).toBeVisible()
    await expect(button(activity, 'Retire now')).toBeVisible()
    await expect(button(activity, 'Undo rotation')).toBeHidden()
  })

  test('c.1 the row itself tells who still uses the old secret, and retires it', async ({ page, owner }) => {
    const { token, secret, bearer: old } = await owner.makeToken({ name: 'nightly' })
    const fresh = (await owner.post(`/tokens/${token.id}/rotate`, { grace_seconds: 600 })).json.secret
    await db.rows('UPDATE retired_secrets SET retired_at = ?2 WHERE token_id = ?1', token.id, ago(60))
    await open(page, API_ACCESS)
    const row = rowOf(tokens(page), 'nightly')
    await expect(row).toContainText('it is safe to retire')
    expect((await new Actor('192.0.2.9', { Authorization: `Bearer ${secret}`, 'User-Agent': 'backup/2.1' }).get('/tokens/self')).status).toBe(200)
    await expect.poll(() => db.count('FROM retired_secrets WHERE token_id = ?1 AND last_used_at IS NOT NULL', token.id)).toBe(1)
    await page.reload()
    await expect(row).toContainText(/Still in use: .*, by 192.0.2.9, backup\/2.1/)
    await page.route('**/grace', (route) => route.abort(), { times: 1 })
    await button(row, 'Retire now').click()
    await expect(page.getByRole('alert')).toContainText('Latchkey cannot be reached.')
    expect((await old.get('/tokens/self')).status).toBe(200)
    await button(row, 'Retire now').click()
    await expect(page.getByText('The old secret no longer works.')).toBeVisible()
    await expect(button(row, 'Old secret works')).toBeHidden()
    await expect(button(row, 'Actions for nightly')).toBeFocused()
    expect((await old.get('/tokens/self')).json.code).toBe('token_grace_ended')
    expect((await bearer(fresh).get('/tokens/self')).status).toBe(200)
  })

  test('Now ends the old secret at once', async ({ page, owner }) => {
    const { bearer: old } = await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Rotate secret')
    await dialog(page, 'Rotate secret').getByRole('radio', { name: 'Now' }).check()
    await button(dialog(page, 'Rotate secret'), 'Rotate').click()
    await expect(dialog(page, 'New Secret Created')).toBeVisible()
    expect((await old.get('/tokens/self')).json.code).toBe('token_grace_ended')
  })
})
