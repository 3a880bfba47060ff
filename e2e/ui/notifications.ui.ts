// The tab Notifications, with Slack in another tab.

import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import { button, dialog, expectNoSideways, open, signIn } from '../support/browser'
import { DAY, ago, db, zoneWhere } from '../support/db'
import { origin } from '../support/http'
import { mailTo } from '../support/mail'
import { scheduledAt } from '../support/server'
import { Member } from '../support/slack'
import { expect, test } from '../support/test'

const PAGE = '/settings/notifications'
const slack = (page: Page) => page.getByRole('region', { name: 'Slack' })
const deliveries = (page: Page) => page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
const level = (page: Page, channel: string, name: string) => page.getByRole('group', { name: channel }).getByRole('checkbox', { name, exact: true })
const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const save = (page: Page) => button(page, 'Save')

test.beforeEach(async ({ context, owner }) => {
  await signIn(context, owner)
})

/** Presses the button and answers Slack's question in its tab. */
async function consent(page: Page, answer: (slack: Page) => Promise<void>): Promise<Page> {
  const opened = page.context().waitForEvent('page')
  await button(slack(page), 'Connect to Slack workspace').click()
  const tab = await opened
  await tab.waitForURL(/oauth\/v2\/authorize/)
  await answer(tab)
  await tab.waitForURL(`**${PAGE}`)
  return tab
}

test('E-16 E-R9 Slack is connected in a new tab that comes back to the page, and the first tab notices', async ({ page }) => {
  await open(page, PAGE)
  await expect(slack(page)).toContainText('No workspace is connected')
  const tab = await consent(page, (tab) => tab.getByRole('button', { name: /member40/ }).click())
  await expect(said(tab, 'Slack is connected.')).toBeVisible()
  await expect(slack(tab)).toContainText('Acme Backup')
  await expect(slack(tab)).toContainText('Your direct messages')
  expect(new URL(tab.url()).search).toBe('')
  await expect(slack(page)).toContainText('Acme Backup')
  await expect(slack(page).getByText('Last delivered')).toBeVisible()
  await expect(slack(page)).toContainText('Never')
})

test('E-17 a test message arrives as a direct message, and the page says so', async ({ page, owner }) => {
  const member = await Member.named('member41')
  await member.connect(owner)
  await open(page, PAGE)
  await button(slack(page), 'Send test message').click()
  await expect(said(page, 'Slack took the test message.')).toBeVisible({ timeout: 20_000 })
  await expect(deliveries(page).first()).toContainText('Test message')
  await expect(deliveries(page).first()).toContainText('Sent')
  await expect(slack(page)).not.toContainText('Never')
  expect((await member.messages()).map(({ text }) => text)).toEqual(['Test message'])
})

test('E-17 E-R8 messages go to the channel that was chosen in Slack instead, at a word', async ({ page, owner }) => {
  await (await Member.named('member59')).connect(owner)
  await open(page, PAGE)
  await expect(slack(page)).toContainText('Your direct messages')
  await button(slack(page), 'Send to #general instead').click()
  await expect(slack(page)).toContainText('The channel #general')
  await expectAccessible(page)
  expect((await owner.get('/slack/connection')).json.workspace.via).toBe('channel')
  await button(slack(page), 'Send direct messages instead').click()
  await expect(slack(page)).toContainText('Your direct messages')
})

test('E-R9 who denies it in Slack is told on the page, until it is allowed, and nothing is connected', async ({ page }) => {
  await open(page, PAGE)
  const tab = await consent(page, (tab) => tab.getByRole('link', { name: 'Cancel' }).click())
  const refused = tab.getByText('Slack was not connected, because that was not allowed in Slack.')
  await expect(refused).toBeVisible()
  await expect(slack(tab)).toContainText('No workspace is connected')
  await consent(tab, (tab) => tab.getByRole('button', { name: /member56/ }).click())
  await expect(slack(tab)).toContainText('Acme Backup')
  await expect(refused).toBeHidden()
})

test('c.12 a connection that Slack ended says so in its own word, and is connected anew', async ({ page, owner }) => {
  const member = await Member.named('member42')
  await member.connect(owner)
  await member.suffer({ kind: 'error', error: 'account_inactive' })
  await open(page, PAGE)
  await button(slack(page), 'Send test message').click()
  await expect(slack(page)).toContainText('Reconnect needed: Slack said account_inactive.', { timeout: 20_000 })
  await mailTo(owner.account.email, 'Slack does not take your notifications any more')
  await expect(deliveries(page).filter({ hasText: 'Test message' })).toContainText('Failed')
  await member.suffer()
  const opened = page.context().waitForEvent('page')
  await button(slack(page), 'Reconnect').click()
  const tab = await opened
  await tab.getByRole('button', { name: /member42/ }).click()
  await expect(slack(page).getByRole('button', { name: 'Send test message' })).toBeVisible()
})

test('a workspace whose part of the page could not be fetched can be shown yet', async ({ page, owner, complaints }) => {
  await (await Member.named('member64')).connect(owner)
  await page.route('**/*slack_workspace*', (route) => route.abort(), { times: 1 })
  await open(page, PAGE)
  await expect(page.getByRole('alert').filter({ hasText: 'A part of Latchkey could not be fetched.' })).toBeVisible()
  await button(slack(page), 'Try again').click()
  await expect(slack(page)).toContainText('Acme Backup')
  complaints.length = 0
})

test('Slack can be disconnected', async ({ page, owner }) => {
  const member = await Member.named('member43')
  await member.connect(owner, 'T_OF_MEMBER43')
  await open(page, PAGE)
  await button(slack(page), 'Disconnect').click()
  await expect(said(page, 'Slack is disconnected.')).toBeVisible()
  await expect(button(slack(page), 'Connect to Slack workspace')).toBeVisible()
  await expect.poll(() => member.revoked()).toBe(1)
})

test('E-18 E-R7 levels are chosen by their checkboxes and saved in the top right corner of the page', async ({ page, owner }) => {
  await open(page, PAGE)
  for (const channel of ['Email', 'Slack']) {
    await expect(level(page, channel, 'Critical')).toBeChecked()
    await expect(level(page, channel, 'Warning')).toBeChecked()
    await expect(level(page, channel, 'Info')).not.toBeChecked()
    await expect(level(page, channel, 'Info')).toHaveAccessibleDescription(/Tokens that are made/)
  }
  await expect(save(page)).toBeDisabled()
  const [corner, heading, main] = [await save(page).boundingBox(), await page.getByRole('heading', { level: 1 }).boundingBox(), await page.getByRole('main').boundingBox()]
  expect(corner?.y).toBeLessThan((heading?.y ?? 0) + (heading?.height ?? 0))
  expect((corner?.x ?? 0) + (corner?.width ?? 0)).toBeGreaterThan((main?.x ?? 0) + (main?.width ?? 0) - 80)
  await level(page, 'Email', 'Info').check()
  await expect(said(page, 'You have changes that are not saved.')).toBeVisible()
  await save(page).click()
  await expect(said(page, 'Your notifications have been saved.')).toBeVisible()
  await expect(save(page)).toBeDisabled()
  await page.reload()
  await expect(level(page, 'Email', 'Info')).toBeChecked()
  await owner.makeToken({ name: 'told by mail' })
  await mailTo(owner.account.email, 'An access token was made')
})

test('critical events keep a channel: the form says so, and nothing is saved', async ({ page, owner }) => {
  await open(page, PAGE)
  await level(page, 'Email', 'Critical').uncheck()
  await level(page, 'Slack', 'Critical').uncheck()
  await save(page).click()
  await expect(page.getByRole('alert')).toHaveText('Critical events need a channel: choose email or Slack.')
  expect(await db.count('FROM notification_preferences WHERE user_id = ?1', owner.user.id)).toBe(0)
  await button(page, 'Discard changes').click()
  await expect(level(page, 'Email', 'Critical')).toBeChecked()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('who saves after choosing differently elsewhere is told, and shown what is chosen there', async ({ page, owner }) => {
  await open(page, PAGE)
  await level(page, 'Email', 'Info').check()
  const chosen = { ...(await owner.get('/users/me/notifications')).json, slack: { critical: true, warning: true, info: true } }
  expect((await owner.put('/users/me/notifications', chosen)).status).toBe(200)
  await save(page).click()
  await expect(page.getByRole('alert')).toHaveText('What you are told about was changed elsewhere since you opened it.')
  await expect(level(page, 'Email', 'Info')).toBeChecked()
  expect((await owner.get('/users/me/notifications')).json).toEqual(chosen)
  await expectAccessible(page)
  await button(page, 'Discard mine and show what is there now').click()
  await expect(level(page, 'Slack', 'Info')).toBeChecked()
  await expect(level(page, 'Email', 'Info')).not.toBeChecked()
  // Saved twice from one page: the second time by the tag that came with the first.
  for (const name of ['Info', 'Warning']) {
    await level(page, 'Email', name).click()
    await save(page).click()
    await expect(save(page)).toBeDisabled()
  }
  expect((await owner.get('/users/me/notifications')).json.email).toEqual({ critical: true, warning: false, info: true })
})

test('b.6 a single event can differ from its level', async ({ page, owner }) => {
  await open(page, PAGE)
  await page.getByText('Customise').click()
  const box = page.getByRole('checkbox', { name: 'An access token was made by email' })
  await expect(box).not.toBeChecked()
  await box.check()
  await expect(page.getByText('Customise · 1 event differs')).toBeVisible()
  await save(page).click()
  await expect(said(page, 'Your notifications have been saved.')).toBeVisible()
  await owner.makeToken({ name: 'told by mail' })
  await mailTo(owner.account.email, 'An access token was made')
})

test('who leaves with changes is asked first', async ({ page }) => {
  await open(page, PAGE)
  await level(page, 'Email', 'Info').check()
  await page.getByRole('link', { name: 'API Access', exact: true }).first().click()
  await expect(dialog(page, 'Leave without saving?')).toBeVisible()
  await button(page, 'Stay').click()
  await expect(level(page, 'Email', 'Info')).toBeChecked()
})

test('b.3 c.6 what ends soon is told by mail, which the page tells of, and its link leads to the token', async ({ page, owner }) => {
  await owner.patch('/users/me', { time_zone: zoneWhere(true) })
  const { token } = await owner.makeToken({ name: 'nightly' })
  await db.rows('UPDATE tokens SET renewable_until = ?2, created_at = ?3 WHERE id = ?1', token.id, ago(-7 * DAY + 60), ago(200 * DAY))
  await scheduledAt(origin)
  const { text } = await mailTo(owner.account.email, 'Access tokens of yours will expire soon')
  expect(text).toContain('nightly: expires in 7 days, never used')
  await open(page, PAGE)
  await expect(deliveries(page)).toContainText([/expire/i])
  await page.goto(/https?:\/\/\S+\/settings\/api-access/.exec(text)?.[0] ?? '')
  await expect(page.getByRole('row', { name: /nightly/ })).toContainText(/in 6 days|in 7 days/)
})

test('a message that was given up can be tried again', async ({ page, owner }) => {
  const member = await Member.named('member44')
  await member.connect(owner)
  await member.suffer({ kind: 'status', status: 400 })
  await owner.post('/slack/test')
  await expect.poll(async () => (await db.one(`SELECT state FROM outbox WHERE user_id = ?1 AND event = 'slack.test'`, owner.user.id)).state).toBe('failed')
  await member.suffer()
  await open(page, PAGE)
  await expect(deliveries(page)).toContainText(['Slack answered 400'])
  await button(page, 'Retry Test message').click()
  await expect(said(page, 'It is on its way again.')).toBeVisible()
  await expect.poll(async () => (await member.messages()).length).toBe(1)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`everybody can use the page, ${colorScheme}`, async ({ page, owner }) => {
    const member = await Member.named(colorScheme === 'light' ? 'member45' : 'member46')
    await member.connect(owner)
    await page.emulateMedia({ colorScheme })
    await open(page, PAGE)
    await page.getByText('Customise').click()
    await expect(button(slack(page), 'Disconnect')).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 320, height: 700 })
    await expectNoSideways(page)
  })
}
