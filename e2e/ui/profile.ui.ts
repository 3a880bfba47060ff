import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from '../support/a11y'
import type { Person } from '../support/actors'
import { API_ACCESS, button, dialog, expectAskedOutOfTheTab, expectNoSideways, menu, open, openAddDialog, signIn, tabTo } from '../support/browser'
import { db } from '../support/db'
import { EXIF, SVG, drawn, jpeg, png, segment } from '../support/pictures'
import { loseObjects, photosOf } from '../support/r2'
import { expect, test } from '../support/test'

const PROFILE = '/settings/profile'
const SAVED = 'Your profile has been successfully updated.'
const FIRST = 'First name must have atleast 2 characters. Numbers and special characters are not allowed.'
const LAST = 'Last name must have atleast 1 characters. Numbers and special characters are not allowed.'

const card = (page: Page) => page.getByRole('region', { name: 'Account profile' })
const field = (page: Page, name: string) => card(page).getByLabel(name)
const save = (page: Page) => button(card(page), 'Save')
const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
const tab = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true })
const me = async (owner: Person) => (await owner.get('/users/me')).json

async function openProfile(page: Page) {
  await open(page, PROFILE)
  await expect(field(page, 'First name')).toHaveValue('Ada')
}

test.beforeEach(({ context, owner }) => signIn(context, owner))

test.describe('the form', () => {
  test('E-02 saves what was changed, says what that is, and says that it is saved', async ({ page, owner }) => {
    await openProfile(page)
    await expect(save(page)).toBeDisabled()
    await expect(said(page, 'Nothing is changed.')).toBeVisible()
    await expectAccessible(page)
    await field(page, 'First name').fill('Anne-Marie')
    await expect(said(page, 'Changed: First name.')).toBeVisible()
    await field(page, 'Last name').fill("O'Brien")
    await field(page, 'Country').selectOption('Germany +49')
    await field(page, 'Phone').fill('(030) 901820')
    await expect(field(page, 'Phone')).toHaveAccessibleDescription('As you dial it at home, or with a country code.')
    await expect(said(page, 'Changed: First name, Last name and Phone.')).toBeVisible()
    await expectAccessible(page)
    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    await expect(save(page)).toBeDisabled()
    await expectAccessible(page)
    await expect(page.getByRole('banner').getByRole('button', { name: "Anne-Marie O'Brien" })).toBeVisible()
    expect(await me(owner)).toMatchObject({ first_name: 'Anne-Marie', last_name: "O'Brien", phone: '+4930901820', time_zone: null })
    const event = await db.one(`SELECT changes FROM audit_events WHERE tenant_id = ?1 AND action = 'user.updated'`, owner.tenant)
    expect(Object.keys(JSON.parse(event.changes)).sort(), 'nothing else was sent').toEqual(['first_name', 'last_name', 'phone'])

    await page.reload()
    await expect(field(page, 'Country')).toHaveValue('DE')
    await expect(field(page, 'Phone')).toHaveValue('30901820')
    await expect(save(page)).toBeDisabled()
  })

  test('d.8 asks who it is for another phone number, and loses nothing that was typed', async ({ page, owner }) => {
    await openProfile(page)
    await owner.goStale()
    await field(page, 'First name').fill('Augusta')
    await field(page, 'Phone').fill('+12125550123')
    await save(page).click()
    const asked = dialog(page, 'Confirm that it is you')
    await asked.getByLabel('Password', { exact: true }).fill(owner.account.password)
    await button(asked, 'Confirm').click()
    await expect(said(page, SAVED)).toBeVisible()
    expect(await me(owner)).toMatchObject({ first_name: 'Augusta', phone: '+12125550123' })
  })

  test('E-02 works by keyboard alone: Enter saves', async ({ page, owner }) => {
    await openProfile(page)
    await tabTo(page, field(page, 'First name'))
    await page.keyboard.press('Enter')
    await page.keyboard.type('Augusta')
    await page.keyboard.press('Enter')
    await expect(said(page, SAVED)).toBeVisible()
    expect((await me(owner)).first_name).toBe('Augusta')
    expect(await db.count(`FROM audit_events WHERE tenant_id = ?1 AND action = 'user.updated'`, owner.tenant)).toBe(1)
  })

  test('A-14 complains in the words of the seed, at each field, and changes nothing', async ({ page, owner }) => {
    await openProfile(page)
    const before = await me(owner)
    await field(page, 'First name').fill('R2')
    await field(page, 'Last name').fill('')
    await field(page, 'Country').selectOption('United States +1')
    await field(page, 'Phone').fill('555')
    await save(page).click()
    await expect(field(page, 'First name')).toHaveAccessibleDescription(FIRST)
    await expect(field(page, 'Last name')).toHaveAccessibleDescription(LAST)
    await expect(field(page, 'Phone')).toHaveAccessibleDescription(/A number after \+1 has 10 digits\./)
    await expect(field(page, 'First name')).toBeFocused()
    await expectAccessible(page)
    expect(await me(owner)).toEqual({ ...before, last_seen_at: expect.anything() })
    await field(page, 'First name').fill('Ada')
    await expect(card(page).getByText(FIRST)).toBeHidden()
    await button(card(page), 'Discard changes').click()
    await expect(card(page).getByText(LAST)).toBeHidden()
    await expect(field(page, 'Last name')).toHaveValue('Lovelace')
    await expect(field(page, 'Phone')).toHaveValue('')
    await expect(save(page)).toBeDisabled()
  })

  test('shows what only the server can know under the field that it is about', async ({ page, owner }) => {
    // A browser that knows a zone which the server has never heard of.
    await page.addInitScript(() => {
      const known = Intl.supportedValuesOf('timeZone')
      Intl.supportedValuesOf = () => [...known, 'Mars/Olympus']
    })
    await openProfile(page)
    await field(page, 'Time zone').selectOption('Olympus')
    await save(page).click()
    await expect(field(page, 'Time zone')).toHaveAccessibleDescription(/Choose a time zone such as Europe\/Berlin\./)
    await expect(field(page, 'Time zone')).toBeFocused()
    await expectAccessible(page)
    expect((await me(owner)).time_zone).toBeNull()
  })

  test('E-02 understands a phone number however it is dialled, and clears it', async ({ page, owner }) => {
    await openProfile(page)
    await expect(field(page, 'Country')).toHaveValue('GB')
    await field(page, 'Phone').pressSequentially('+49 30 901820')
    await expect(field(page, 'Country')).toHaveValue('DE')
    await expect(field(page, 'Phone')).toHaveValue(' 30 901820')
    await field(page, 'Phone').fill('0044 20 7946 0958')
    await expect(field(page, 'Country')).toHaveValue('GB')
    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    expect((await me(owner)).phone).toBe('+442079460958')
    await field(page, 'Phone').fill('')
    await expect(said(page, 'Changed: Phone.')).toBeVisible()
    await save(page).click()
    await expect(save(page)).toBeDisabled()
    expect((await me(owner)).phone).toBeNull()
  })

  test('tells company, role, email and since when one is a member', async ({ page, owner }) => {
    await openProfile(page)
    const facts = page.getByRole('region', { name: 'Your account' })
    for (const fact of [owner.account.email, owner.account.tenant_name, 'Administrator']) await expect(facts.getByText(fact, { exact: true })).toBeVisible()
    await expect(facts.getByRole('time')).toHaveAttribute('title', /UTC$/)
  })

  test('says so when the profile cannot be loaded, and loads it once it can', async ({ page, context }) => {
    await open(page, API_ACCESS)
    await expect(menu(page)).toBeVisible()
    const code = page.waitForResponse(/\.wasm$/)
    await tab(page, 'Account profile').hover()
    await code
    await page.waitForLoadState('networkidle')
    await context.setOffline(true)
    await tab(page, 'Account profile').click()
    await expect(card(page).getByRole('alert')).toContainText('Latchkey cannot be reached.')
    await expectAccessible(page)
    await context.setOffline(false)
    await button(card(page), 'Try again').click()
    await expect(field(page, 'First name')).toHaveValue('Ada')
  })
})

test.describe('two changes of one profile', () => {
  test('are both shown to the later, who chooses, and loses nothing', async ({ page, owner }) => {
    await openProfile(page)
    await field(page, 'First name').fill('Augusta')
    await field(page, 'Country').selectOption('Germany +49')
    await field(page, 'Phone').fill('30 901820')
    await owner.patch('/users/me', { first_name: 'Eva', last_name: 'Byron', phone: '+12125550123' })
    await save(page).click()

    const met = card(page).getByRole('alert')
    await expect(met).toContainText('Your profile was changed elsewhere since you opened this page')
    await expect(met).toBeFocused()
    await expectAccessible(page)
    expect(await me(owner), 'nothing is overwritten').toMatchObject({ first_name: 'Eva', last_name: 'Byron', phone: '+12125550123' })
    await expect(met).toContainText('Last name is now Byron.')
    await expect(field(page, 'Last name').first()).toHaveValue('Byron')
    const first = met.getByRole('group', { name: 'First name' })
    await expect(first.getByRole('radio', { name: 'Mine: Augusta' })).toBeChecked()
    await expect(first.getByRole('radio', { name: 'Saved now: Eva' })).not.toBeChecked()
    const phone = met.getByRole('group', { name: 'Phone' })
    await expect(phone.getByRole('radio', { name: 'Mine: +4930901820' })).toBeChecked()
    await phone.getByRole('radio', { name: 'Saved now: +12125550123' }).check()
    await expect(card(page).getByRole('textbox', { name: 'Phone' })).toHaveValue('2125550123')
    await expect(field(page, 'Country')).toHaveValue('US')
    await expect(said(page, 'Changed: First name.')).toBeVisible()

    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    await expect(met).toBeHidden()
    expect(await me(owner)).toMatchObject({ first_name: 'Augusta', last_name: 'Byron', phone: '+12125550123' })
  })

  test('do not meet when they were made one after the other', async ({ page, owner }) => {
    await owner.patch('/users/me', { last_name: 'Byron' })
    await openProfile(page)
    await field(page, 'First name').fill('Augusta')
    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    expect(await me(owner)).toMatchObject({ first_name: 'Augusta', last_name: 'Byron' })
  })
})

test.describe('times', () => {
  test("are told in the person's zone, and exact times in UTC stay", async ({ page, owner }) => {
    const { token } = await owner.makeToken()
    await db.rows(`UPDATE users SET created_at = '2026-01-31T20:30:00Z' WHERE id = ?1`, owner.user.id)
    await db.rows(`UPDATE tokens SET created_at = '2026-01-31T20:30:00Z' WHERE id = ?1`, token.id)
    await openProfile(page)
    const since = page.getByRole('region', { name: 'Your account' }).getByRole('time')
    await expect(field(page, 'Time zone')).toHaveValue('')
    await expect(field(page, 'Time zone').getByRole('option', { name: "The browser's own: Berlin" })).toBeAttached()
    await expect(since).toHaveText('31 January 2026 at 21:30')
    await field(page, 'Time zone').selectOption('Tokyo')
    await expect(field(page, 'Time zone')).toHaveAccessibleDescription('All times are told in this zone.')
    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    await expect(since).toHaveText('1 February 2026 at 05:30 (Asia/Tokyo)')
    await expect(since).toHaveAttribute('title', '31 Jan 2026, 20:30:00 UTC')
    expect((await me(owner)).time_zone).toBe('Asia/Tokyo')

    await page.reload()
    await expect(since).toHaveText('1 February 2026 at 05:30 (Asia/Tokyo)')
    await expect(field(page, 'Time zone')).toHaveValue('Asia/Tokyo')
    await field(page, 'Time zone').selectOption("The browser's own: Berlin")
    await save(page).click()
    await expect(since).toHaveText('31 January 2026 at 21:30')
    expect((await me(owner)).time_zone).toBeNull()
  })

  for (const [zone, hours] of [['Pacific/Kiritimati', 14], ['Pacific/Pago_Pago', -11], [null, 1]] as [string | null, number][]) {
    test(`the last day of a token ends with the day in ${zone ?? "the browser's zone"}`, async ({ page, owner }) => {
      await owner.patch('/users/me', { time_zone: zone })
      await open(page, API_ACCESS)
      await expect(menu(page)).toBeVisible()
      const adding = await openAddDialog(page)
      await adding.getByLabel('Name').fill('ci')
      await adding.getByRole('checkbox', { name: 'Jobs Read', exact: true }).check()
      await adding.getByRole('radio', { name: 'Custom' }).check()
      const there = (time: number) => new Date(time + hours * 3_600_000).toISOString().slice(0, 10)
      // In winter, so that Berlin's offset is known.
      const today = await adding.getByLabel('Last day').getAttribute('min')
      if (zone) expect(today).toBe(there(Date.now()))
      const year = new Date().getUTCFullYear() + (new Date().getUTCMonth() >= 10 ? 1 : 0)
      const last = `${year}-${new Date().getUTCMonth() >= 10 ? '01' : '12'}-15`
      await adding.getByLabel('Last day').fill(last)
      await expect(adding.getByText(/^Renewable until 15 (December|January) \d{4} at 23:59/)).toContainText(zone ? `(${zone})` : 'at 23:59.')
      await button(adding, 'Generate Token').click()
      await expect(dialog(page, 'New Token Created')).toBeVisible()
      const { renewable_until } = await db.one('SELECT renewable_until FROM tokens WHERE user_id = ?1', owner.user.id)
      const end = Date.parse(`${last}T23:59:59Z`) - hours * 3_600_000
      expect(Date.parse(renewable_until)).toBe(end)
    })
  }
})

test.describe('leaving with unsaved changes asks', () => {
  const asking = (page: Page) => dialog(page, 'Leave without saving?')

  test.beforeEach(async ({ page }) => {
    await open(page, API_ACCESS)
    await tab(page, 'Account profile').click()
    await field(page, 'First name').fill('Augusta')
  })

  test('on the way to another page: one can stay, and nothing is lost', async ({ page, owner }) => {
    await tab(page, 'Account security').click()
    await expect(asking(page)).toBeVisible()
    await expect(button(asking(page), 'Stay')).toBeFocused()
    await expectAccessible(page)
    await button(asking(page), 'Stay').click()
    await expect(page).toHaveURL(PROFILE)
    await expect(field(page, 'First name')).toHaveValue('Augusta')
    await tab(page, 'Account profile').click()
    await expect(asking(page), 'this page is no other page').toBeHidden()
    await tab(page, 'Account security').click()
    await button(asking(page), 'Leave without saving').click()
    await expect(page).toHaveURL('/settings/security')
    await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible()
    expect((await me(owner)).first_name).toBe('Ada')
    await tab(page, 'Account profile').click()
    await expect(field(page, 'First name')).toHaveValue('Ada')
  })

  test("by the browser's back button, which then goes where it would have gone", async ({ page }) => {
    await page.goBack()
    await expect(asking(page)).toBeVisible()
    await expect(page).toHaveURL(PROFILE)
    await page.keyboard.press('Escape')
    await expect(asking(page)).toBeHidden()
    await expect(field(page, 'First name')).toHaveValue('Augusta')
    await page.goBack()
    await button(asking(page), 'Leave without saving').click()
    await expect(page).toHaveURL(API_ACCESS)
    await expect(button(page, 'Add New Access Token')).toBeVisible()
  })

  test('out of the tab', async ({ page }) => {
    await expectAskedOutOfTheTab(page)
    await expect(field(page, 'First name')).toHaveValue('Augusta')
  })

  test('by signing out', async ({ page, owner }) => {
    await menu(page).click()
    await button(page, 'Sign out').click()
    await button(asking(page), 'Stay').click()
    await expect(field(page, 'First name')).toHaveValue('Augusta')
    expect(await db.count('FROM sessions WHERE user_id = ?1', owner.user.id)).toBe(2)
    await menu(page).click()
    await button(page, 'Sign out').click()
    await button(asking(page), 'Leave without saving').click()
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible()
  })

  test('and does not ask once it is saved or taken back', async ({ page }) => {
    await save(page).click()
    await expect(said(page, SAVED)).toBeVisible()
    await tab(page, 'Notifications').click()
    await expect(page).toHaveURL('/settings/notifications')
    await tab(page, 'Account profile').click()
    await field(page, 'First name').fill('Eva')
    await button(card(page), 'Discard changes').click()
    await page.goBack()
    await expect(page).toHaveURL('/settings/notifications')
  })
})

test.describe('the photo', () => {
  const RED = [200, 30, 30] as [number, number, number]
  const BLUE = [30, 30, 200] as [number, number, number]
  /** Twice as wide as high: red on the left, blue on the right. */
  const halves = { name: 'me.png', mimeType: 'image/png', buffer: drawn(400, 200, (x) => (x < 200 ? RED : BLUE)) }
  const cropping = (page: Page) => dialog(page, 'Crop your photo')
  const stage = (page: Page) => cropping(page).getByRole('application', { name: 'Part of the picture that is shown' })
  const shown = (within: Locator) => within.getByRole('img')

  async function choose(page: Page, file: typeof halves, name = 'Add photo') {
    const choosing = page.waitForEvent('filechooser')
    await button(card(page), name).click()
    await (await choosing).setFiles(file)
  }

  /** The colours of the photo at its left, in its middle and at its right, as a browser sees it. */
  async function colours(page: Page, owner: Person) {
    const { photo_url } = await me(owner)
    return page.evaluate(async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob())
      const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height })
      const context = canvas.getContext('2d', { willReadFrequently: true })
      context?.drawImage(bitmap, 0, 0)
      const at = (x: number) => {
        const [red = 0, , blue = 0] = context?.getImageData(x, bitmap.height / 2, 1, 1).data ?? []
        return red > 120 ? 'red' : blue > 120 ? 'blue' : 'neither'
      }
      return [bitmap.width, bitmap.height, at(10), at(bitmap.width / 2 + 10), at(bitmap.width - 10)]
    }, photo_url)
  }

  test('E-03 is added: chosen, cropped by keyboard, and shown wherever one is', async ({ page, owner }) => {
    await openProfile(page)
    await expect(card(page).getByText('AL', { exact: true })).toBeVisible()
    await choose(page, halves)
    await expect(stage(page)).toBeFocused()
    await expectAccessible(page)
    const zoom = cropping(page).getByLabel('Zoom')
    await expect(zoom).toHaveValue('100')
    await page.keyboard.press('+')
    await expect(zoom).toHaveValue('110')
    await expect(zoom).toHaveAttribute('aria-valuetext', '110 %')
    await page.keyboard.press('-')
    await expect(zoom).toHaveAttribute('aria-valuetext', '100 %')
    // The picture goes to the right as far as it can, so that its left half is what is shown.
    for (let i = 0; i < 6; i++) await page.keyboard.press('Shift+ArrowRight')
    await button(cropping(page), 'Save photo').click()
    await expect(cropping(page)).toBeHidden()
    await expect(said(page, 'Your photo has been updated.')).toBeVisible()
    await expect(shown(card(page))).toHaveAccessibleName('Your photo')
    await expectAccessible(page)

    const user = await me(owner)
    for (const photo of [shown(card(page)), page.getByRole('banner').locator('img')]) {
      await expect(photo).toHaveAttribute('src', user.photo_url)
      await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(512)
    }
    expect(await colours(page, owner)).toEqual([512, 512, 'red', 'red', 'red'])
    const photo = await owner.call('GET', user.photo_url)
    expect(photo.header('content-type')).toBe('image/webp')
    expect(photo.bytes.length).toBeLessThan(100_000)
    await page.reload()
    await expect(shown(card(page))).toBeVisible()
  })

  test('E-03 is changed: dragged, zoomed by wheel and by slider', async ({ page, owner }) => {
    await owner.upload('/users/me/photo', png(), 'image/png')
    await openProfile(page)
    await choose(page, halves, 'Change photo')
    const box = await stage(page).boundingBox()
    if (!box) throw new Error('not there')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    // By half of what is shown to the left, so that only the right half is.
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - box.width / 2, y, { steps: 5 })
    await page.mouse.up()
    await page.mouse.move(x, y)
    const zoom = cropping(page).getByLabel('Zoom')
    await page.mouse.wheel(0, -200)
    await expect.poll(async () => Number(await zoom.inputValue())).toBeGreaterThan(130)
    await zoom.fill('200')
    await expect(zoom).toHaveAttribute('aria-valuetext', '200 %')
    await zoom.press('ArrowRight')
    await expect(zoom).toHaveAttribute('aria-valuetext', '201 %')
    await button(cropping(page), 'Save photo').click()
    await expect(cropping(page)).toBeHidden()
    await expect(button(card(page), 'Change photo')).toBeFocused()
    expect(await colours(page, owner)).toEqual([512, 512, 'blue', 'blue', 'blue'])
    expect(await photosOf(owner.tenant)).toHaveLength(1)
  })

  test('E-03 is added by two fingers on a picture that was dropped', async ({ page, owner }) => {
    await openProfile(page)
    const dropped = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(bytes)], 'me.png', { type: 'image/png' }))
      return transfer
    }, [...halves.buffer])
    const target = card(page).getByText('Choose a picture or drop one here')
    await target.dispatchEvent('dragover', { dataTransfer: dropped })
    await target.dispatchEvent('drop', { dataTransfer: dropped })
    await expect(stage(page)).toBeVisible()
    const finger = (pointerId: number, clientX: number) => ({ pointerId, clientX, clientY: 0, pointerType: 'touch', bubbles: true })
    await stage(page).dispatchEvent('pointerdown', finger(11, 100))
    await stage(page).dispatchEvent('pointerdown', finger(12, 120))
    await stage(page).dispatchEvent('pointermove', finger(12, 140))
    await expect(cropping(page).getByLabel('Zoom')).toHaveValue('200')
    await stage(page).dispatchEvent('pointerup', finger(11, 100))
    await stage(page).dispatchEvent('pointerup', finger(12, 140))
    await button(cropping(page), 'Save photo').click()
    await expect(shown(card(page))).toBeVisible()
    expect((await me(owner)).photo_url).not.toBeNull()
  })

  test('E-03 is removed after a question; the initials come back', async ({ page, owner }) => {
    await owner.upload('/users/me/photo', png(), 'image/png')
    await openProfile(page)
    await expect(shown(card(page))).toBeVisible()
    await button(card(page), 'Remove photo').click()
    const removing = dialog(page, 'Remove photo')
    await expect(removing).toBeVisible()
    await expectAccessible(page)
    await button(removing, 'Cancel').click()
    expect((await me(owner)).photo_url).not.toBeNull()
    await button(card(page), 'Remove photo').click()
    await button(removing, 'Remove photo').click()
    await expect(said(page, 'Your photo was removed.')).toBeVisible()
    await expect(card(page).getByText('AL', { exact: true })).toBeVisible()
    await expect(button(card(page), 'Add photo')).toBeVisible()
    await expect(button(card(page), 'Remove photo')).toBeHidden()
    expect((await me(owner)).photo_url).toBeNull()
    expect(await photosOf(owner.tenant)).toEqual([])
  })

  test('that cannot be loaded is replaced by the initials', async ({ page, owner }) => {
    await owner.upload('/users/me/photo', png(), 'image/png')
    await loseObjects(await photosOf(owner.tenant))
    await openProfile(page)
    await expect(card(page).getByText('AL', { exact: true })).toBeVisible()
    await expect(page.getByRole('banner').getByText('AL', { exact: true })).toBeVisible()
  })

  test('must be a picture; what the browser cannot read is told, and changes nothing', async ({ page, owner }) => {
    await openProfile(page)
    for (const [name, buffer] of [['notes.txt', Buffer.from('no picture')], ['logo.svg', SVG], ['half.png', png().subarray(0, 40)]] as [string, Buffer][]) {
      await choose(page, { name, mimeType: 'image/png', buffer })
      await expect(card(page).getByRole('alert')).toHaveText('This file is not a picture that your browser can read. Choose another, such as a PNG, JPEG or WebP.')
      await expect(cropping(page)).toBeHidden()
    }
    await expectAccessible(page)
    await choose(page, halves)
    await expect(card(page).getByRole('alert')).toBeHidden()
    await button(cropping(page), 'Cancel').click()
    await expect(cropping(page)).toBeHidden()
    expect(await me(owner)).toMatchObject({ photo_url: null })
  })

  test('lies the right way up and tells no place, whatever the camera wrote', async ({ page, owner }) => {
    // Orientation 6: the picture is to be turned by a quarter to the right, so 8 by 6 becomes 6 by 8.
    const turned = Buffer.from('457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001' + '00060000' + '00000000', 'hex')
    await openProfile(page)
    await choose(page, { name: 'me.jpg', mimeType: 'image/jpeg', buffer: jpeg([segment(0xe1, turned), segment(0xe1, EXIF)]) })
    await button(cropping(page), 'Save photo').click()
    await expect(shown(card(page))).toBeVisible()
    const photo = await owner.call('GET', (await me(owner)).photo_url)
    for (const told of ['Exif', 'GPS', 'ICCP']) expect(photo.bytes.includes(told)).toBe(false)
  })

  test('that the server refuses is kept in the dialog, with the reason', async ({ page, owner }) => {
    await Promise.all(Array.from({ length: 30 }, () => owner.upload('/users/me/photo', SVG, 'image/png')))
    await openProfile(page)
    await choose(page, halves)
    await button(cropping(page), 'Save photo').click()
    await expect(cropping(page).getByRole('alert')).toHaveText(/^Too many attempts\. Try again in \d+ minutes\.$/)
    await expectAccessible(page)
    await expect(button(cropping(page), 'Save photo')).toBeEnabled()
    expect(await me(owner)).toMatchObject({ photo_url: null })
  })

  test('fits a small screen', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await openProfile(page)
    await field(page, 'First name').fill('A'.repeat(60))
    await expectNoSideways(page)
    await choose(page, halves)
    await expect(stage(page)).toBeVisible()
    await expectNoSideways(page)
    const box = await stage(page).boundingBox()
    expect(box && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box)).toBe(true)
  })
})
