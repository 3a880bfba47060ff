// What the browser itself forbids, and what a person's text can do: nothing. Every UI test fails on a word of complaint
// in the console; those here provoke some, look at them and take them back.

import type { Page } from '@playwright/test'
import { API_ACCESS, TABS, button, dialog, generate, history, menu, open, rowOf, signIn, tokens } from '../support/browser'
import { origin } from '../support/http'
import { Person, newAccount } from '../support/actors'
import { expect, test } from '../support/test'

const CORPUS = [
  '<img src=x onerror="window.hit=1">',
  '"><svg onload=window.hit=1>',
  '</title><script>window.hit=1</script>',
  'javascript:window.hit=1',
  '{{7*7}} ${7*7} <%= 7*7 %>',
]

const hit = (page: Page) => page.evaluate(() => 'hit' in window)

/** Runs in the page as its own scripts do, outside of what the tests' tool may do. */
const attempt = (page: Page, what: 'eval' | 'Function' | 'timeout' | 'handler' | 'inline' | 'url' | 'javascript') =>
  page.evaluate(
    (what) =>
      new Promise<string>((resolve) => {
        window.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true })
        setTimeout(() => {
          try {
            if (what === 'eval') eval('window.hit = 1')
            if (what === 'Function') new Function('window.hit = 1')()
            if (what === 'timeout') setTimeout('window.hit = 1' as unknown as () => void)
            if (what === 'handler') document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.hit=1">')
            if (what === 'inline') document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hit = 1' }))
            if (what === 'url') document.body.append(Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' }))
            if (what === 'javascript') location.href = 'javascript:window.hit=1'
          } catch (error) {
            resolve((error as Error).name)
          }
        })
      }),
    what,
  )

test('every page and dialog loads only from this site, and the browser has nothing to object to', async ({ page, owner, context, complaints }) => {
  const others: string[] = []
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) others.push(request.url())
  })
  for (const path of ['/', '/sign-in', '/sign-up', '/nonsense']) await open(page, path, path === '/nonsense' ? 'Page not found' : path === '/sign-up' ? 'Sign up for Latchkey' : 'Sign in to Latchkey')
  await signIn(context, owner)
  for (const [, path] of TABS) await open(page, path)
  await open(page, API_ACCESS)
  await generate(page, 'nightly', 'Jobs Read')
  expect(others).toEqual([])
  expect(complaints).toEqual([])
})

for (const what of ['eval', 'Function', 'timeout', 'handler', 'inline', 'url', 'javascript'] as const) {
  test(`a script that got in by ${what} is refused by the browser`, async ({ page, complaints }) => {
    await open(page, '/sign-in', 'Sign in to Latchkey')
    expect(await attempt(page, what)).toMatch(/^(EvalError|TypeError|script-src|script-src-elem|script-src-attr|require-trusted-types-for)$/)
    expect(await hit(page)).toBe(false)
    complaints.length = 0
  })
}

test('1.2.1 3.2.2 text in every field stays text, on every page that shows it', async ({ page, context }) => {
  const owner = await new Person(newAccount({ tenant_name: '<img src=x onerror=hit=1>' })).signUp()
  await signIn(context, owner)
  for (const text of CORPUS) await owner.makeToken({ name: text, description: `${text}!` })
  const { token } = await owner.makeToken({ name: `gone ${CORPUS[0]}` })
  await owner.post('/tokens/revoke', { ids: [token.id], reason: CORPUS[1] })

  await open(page, API_ACCESS)
  for (const text of CORPUS) {
    await expect(rowOf(tokens(page), text).getByText(text, { exact: true })).toBeVisible()
    await expect(rowOf(tokens(page), text).getByText(`${text}!`, { exact: true })).toBeVisible()
  }
  await expect(history(page).getByText(CORPUS[1]!, { exact: true })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Select all tokens' }).check()
  await button(page, 'Revoke Selected Tokens').click()
  for (const text of CORPUS) await expect(dialog(page, 'Revoke Tokens').getByText(text, { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  const { created } = await generate(page, `new ${CORPUS[0]}`, 'Jobs Read')
  await expect(created.getByText(`new ${CORPUS[0]}`, { exact: true })).toBeVisible()
  const made = () => page.evaluate(() => document.querySelectorAll('main img, main script, dialog img, [onerror], [onload]').length)
  expect(await made()).toBe(0)
  await open(page, '/settings/profile')
  await expect(page.getByText('<img src=x onerror=hit=1>')).toBeVisible()
  await open(page, `${API_ACCESS}?search=${encodeURIComponent('<img src=x onerror=hit=1>nothing')}`)
  await expect(page.getByRole('heading', { name: 'No token found' })).toBeVisible()
  expect(await made()).toBe(0)
  expect(await hit(page)).toBe(false)
})

test('no other page can put this one into a frame', async ({ page, complaints }) => {
  await open(page, '/sign-in', 'Sign in to Latchkey')
  const framed = await page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const frame = document.createElement('iframe')
        frame.onload = () => {
          try {
            resolve(frame.contentDocument?.title === 'Latchkey')
          } catch {
            resolve(false)
          }
        }
        frame.src = '/sign-in'
        document.body.append(frame)
        window.addEventListener('securitypolicyviolation', () => resolve(false), { once: true })
      }),
  )
  expect(framed).toBe(false)
  complaints.length = 0
})

test('3.3.4 scripts see no cookie, and storage holds a theme at most', async ({ page, owner, context }) => {
  await signIn(context, owner)
  await open(page, API_ACCESS)
  await menu(page).click()
  await page.getByRole('radio', { name: 'Dark' }).check()
  const kept = await page.evaluate(async () => ({ cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(), caches: await caches.keys() }))
  expect(kept).toEqual({ cookie: '', local: { theme: 'dark' }, session: {}, databases: [], caches: [] })
})
