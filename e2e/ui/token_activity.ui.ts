// `Token activity` from the row of a token.

import { readFileSync } from 'node:fs'
import { Actor, bearer } from '../support/actors'
import { expectAccessible } from '../support/a11y'
import { API_ACCESS, act, button, dialog, expectNoSideways, history, open, rowOf, signIn, tokens } from '../support/browser'
import { DAY, ago, db } from '../support/db'
import { expect, test } from '../support/test'

test.beforeEach(({ context, owner }) => signIn(context, owner))

test.describe('Token activity', () => {
  test('b.3 c.3 tells calls per day, from where, and why the token is failing, with the way to mend it', async ({ page, owner }) => {
    const { token, secret } = await owner.makeToken({ name: 'nightly', scopes: ['users:read'] })
    await new Actor('192.0.2.7', { Authorization: `Bearer ${secret}`, 'User-Agent': 'backup/2.1' }).get('/users')
    await bearer(secret, '192.0.2.8').get('/roles')
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/activity`)).json.refusals.length).toBe(1)
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Activity')
    const activity = dialog(page, 'Token activity')
    await expect(activity.getByRole('img', { name: '2 calls in 30 days, at most 2 on one' })).toBeVisible()
    await expect(activity.getByRole('region', { name: 'Used from' }).getByRole('rowheader').filter({ hasText: '192.0.2.7' })).toContainText('Austin, US · backup/2.1')
    await expect(activity.getByRole('rowheader').filter({ hasText: 'It lacks roles:read.' })).toContainText('192.0.2.8')
    await expectAccessible(page)
    await button(activity, 'Add roles:read').click()
    const editing = dialog(page, 'Edit token')
    await expect(editing.getByRole('checkbox', { name: 'Roles Read', exact: true })).toBeChecked()
    await button(editing, 'Save').click()
    await expect(editing).toBeHidden()
    expect((await bearer(secret).get('/roles')).status).toBe(200)
  })

  test('b.3 tells the calls of each route, by table and chart', async ({ page, owner }) => {
    const { token, bearer: machine } = await owner.makeToken({ name: 'nightly', scopes: ['users:read'] })
    for (const path of ['/users', '/users', '/tokens/self']) await machine.get(path)
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/usage`)).json.calls).toBe(3)
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Activity')
    const activity = dialog(page, 'Token activity')
    await expect(activity.getByRole('img', { name: '3 calls in 30 days, at most 3 on one', exact: true })).toBeVisible()
    const routes = activity.getByRole('group', { name: 'Calls by route' })
    await expect(routes.getByRole('row')).toHaveText([/^Route\s*Calls$/, /^GET \/api\/v1\/users\s*2$/, /^GET \/api\/v1\/tokens\/self\s*1$/])
    const users = button(routes, 'GET /api/v1/users')
    await users.click()
    await expect(users).toHaveAttribute('aria-pressed', 'true')
    await expect(activity.getByRole('img', { name: 'GET /api/v1/users: 2 calls in 30 days, at most 2 on one' })).toBeVisible()
    await expectAccessible(page)
    await users.click()
    await expect(activity.getByRole('img', { name: '3 calls in 30 days, at most 3 on one', exact: true })).toBeVisible()
  })

  test('c.2 tells the recent calls one by one, narrowed by how they ended, and as a file', async ({ page, owner }) => {
    const { token, bearer: machine, secret } = await owner.makeToken({ name: 'nightly', scopes: ['users:read'] })
    const denied = await machine.get('/roles')
    const read = await new Actor('192.0.2.7', { Authorization: `Bearer ${secret}`, 'User-Agent': 'backup/2.1' }).get('/users')
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/calls`)).json.items.length, { timeout: 15_000 }).toBe(2)
    await db.rows(
      `INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, request_id)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
       SELECT ?1, ?2, 'GET /backups', 200, '', '198.51.100.' || i, ?3, 'cal_01D0000000000000000000' || printf('%04d', i), 2, ?2, 'req_1' FROM n`,
      token.id, ago(DAY), owner.tenant,
    )
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Activity')
    const recent = dialog(page, 'Token activity').getByRole('region', { name: 'Recent calls' })
    await expect(recent.getByText('Calls that are alike within a minute are one line. Lines are kept for 7 days.')).toBeVisible()
    const rows = recent.getByRole('row')
    await expect(rows).toHaveCount(1 + 20)
    const first = rows.nth(1)
    await expect(first).toContainText(/GET \/api\/v1\/users.*192\.0\.2\.7 · backup\/2\.1.*req_/)
    await expect(first).toContainText(read.requestId)
    await expect(first.getByRole('cell', { name: '200', exact: true })).toBeVisible()
    await button(recent, 'Show more').click()
    await expect(rows).toHaveCount(1 + 32)
    await expect(button(recent, 'Show more')).toBeHidden()
    await expectAccessible(page)
    await recent.getByRole('radio', { name: 'Refused' }).check()
    await expect(rows).toHaveCount(1 + 1)
    await expect(rows.nth(1)).toContainText(/GET \/api\/v1\/roles insufficient_scope .* req_/)
    await expect(rows.nth(1).getByRole('cell', { name: '403', exact: true })).toBeVisible()
    await expect(rows.nth(1)).toContainText(denied.requestId)
    const [file] = await Promise.all([page.waitForEvent('download'), recent.getByRole('link', { name: 'Download CSV' }).click()])
    expect(file.suggestedFilename()).toMatch(/^token-calls-.*\.csv$/)
    const text = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n')
    expect(text.slice(1)).toEqual([expect.stringContaining(denied.requestId)])
    await db.rows(`DELETE FROM token_calls WHERE token_id = ?1 AND code = ''`, token.id)
    await recent.getByRole('radio', { name: 'Allowed' }).check()
    await expect(recent.getByText('No call in this time ended like that.')).toBeVisible()
    await page.setViewportSize({ width: 390, height: 844 })
    await recent.getByRole('radio', { name: 'All', exact: true }).check()
    await expect(rows).toHaveCount(1 + 1)
    await expectNoSideways(page)
  })

  test('c.4 proposes to take away the scopes that nobody uses, for a person to confirm', async ({ page, owner }) => {
    const { token, bearer: machine } = await owner.makeToken({ name: 'nightly', scopes: ['users:read', 'jobs:write'] })
    await db.rows('UPDATE tokens SET created_at = ?1 WHERE id = ?2', ago(30 * DAY), token.id)
    await machine.get('/users')
    await expect.poll(async () => (await owner.get(`/tokens/${token.id}/activity`)).json.unused_scopes).toEqual(['users:read', 'jobs:read', 'jobs:write'].slice(1))
    await open(page, API_ACCESS)
    await act(page, 'nightly', 'Activity')
    const activity = dialog(page, 'Token activity')
    await expect(activity.getByText('No call took jobs:read, jobs:write.')).toBeVisible()
    await expectAccessible(page)
    await button(activity, 'Take them away…').click()
    const editing = dialog(page, 'Edit token')
    await expect(editing.getByText('Only the scopes that calls took in the last 30 days are checked below')).toBeVisible()
    await expect(editing.getByRole('checkbox', { name: /(Read|Write)$/, checked: true })).toHaveCount(1)
    expect((await owner.get(`/tokens/${token.id}`)).json.scopes).toEqual(['users:read', 'jobs:read', 'jobs:write'])
    await button(editing, 'Save').click()
    await expect(editing).toBeHidden()
    expect((await owner.get(`/tokens/${token.id}`)).json.scopes).toEqual(['users:read'])
    await expect(page.getByText('Token saved. Token activity can give the scopes back.')).toBeVisible()
    await act(page, 'nightly', 'Activity')
    const taken = activity.getByRole('region', { name: 'Scopes taken away' })
    await expect(taken.getByText(/^jobs:read, jobs:write, held until .*\.$/)).toBeVisible()
    await expectAccessible(page)
    await button(taken, 'Give them back…').click()
    await expect(editing.getByText('The scopes that were taken away are checked below: save to give them back.')).toBeVisible()
    await expect(editing.getByRole('checkbox', { name: /(Read|Write)$/, checked: true })).toHaveCount(3)
    expect((await owner.get(`/tokens/${token.id}`)).json.scopes).toEqual(['users:read'])
    await button(editing, 'Save').click()
    await expect(editing).toBeHidden()
    expect((await owner.get(`/tokens/${token.id}`)).json.scopes).toEqual(['users:read', 'jobs:read', 'jobs:write'])
    await act(page, 'nightly', 'Activity')
    await expect(activity.getByRole('heading', { name: 'Recent calls' })).toBeVisible()
    await expect(taken).toBeHidden()
  })

  test('C-R3 tells of a pair whether it waits to be renewed, and until when it can be', async ({ page, owner }) => {
    const { token } = (await owner.post('/users/me/tokens', { name: 'pair', scopes: ['users:read'], refresh: true })).json
    await open(page, API_ACCESS)
    const activity = dialog(page, 'Token activity')
    const look = async () => {
      await act(page, 'pair', 'Activity')
      await expect(activity.getByRole('region', { name: 'Used from' })).toBeVisible()
    }
    await look()
    await expect(activity.getByText(/Its secret works until [^.]*\. The refresh token brings a new one until [^.]*\.$/)).toBeVisible()
    for (const [past, words] of [
      [60, /waits to be renewed: its secret worked until [^.]*\. The refresh token brings a new one until /],
      [15 * DAY, /was not renewed by .* Rotate its secret, or add a new token/],
    ] as const) {
      await button(activity, 'Close').last().click()
      await db.rows('UPDATE tokens SET access_until = ?2 WHERE id = ?1', token.id, ago(past))
      await look()
      await expect(activity.getByText(words)).toBeVisible()
    }
  })

  test('says honestly that a token was never used, and is there for revoked ones too', async ({ page, owner }) => {
    const { token } = await owner.makeToken({ name: 'gone' })
    await owner.delete(`/tokens/${token.id}`)
    await open(page, API_ACCESS)
    await act(page, 'gone', 'Activity', history(page))
    const activity = dialog(page, 'Token activity')
    await expect(activity.getByText(/^Never used\. Every use since /)).toBeVisible()
    await expect(activity.getByText('No call with this token was refused.')).toBeVisible()
    await expect(activity.getByText('No call was made with this token in this time.')).toBeVisible()
    await button(activity, 'Close').last().click()
    await expect(button(rowOf(history(page), 'gone'), 'Edit')).toHaveCount(0)
  })

  test('says that it could not be loaded, and loads once that is asked for again', async ({ page, owner }) => {
    const { token } = await owner.makeToken({ name: 'nightly' })
    await open(page, API_ACCESS)
    // The list is there before its row turns unreadable.
    await expect(rowOf(tokens(page), 'nightly')).toBeVisible()
    await db.rows(`UPDATE tokens SET scopes = 'gone:read' WHERE id = ?1`, token.id)
    await act(page, 'nightly', 'Activity')
    const activity = dialog(page, 'Token activity')
    const failed = activity.getByRole('alert')
    await expect(failed).toContainText('Something went wrong on our side.')
    await db.rows(`UPDATE tokens SET scopes = 'backups:read' WHERE id = ?1`, token.id)
    await button(failed, 'Try again').click()
    await expect(activity.getByText(/^Never used\./)).toBeVisible()
  })
})
