import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

// `cargo xtask test` sets these; by hand, `npx playwright test --config e2e/playwright.config.ts` does without.
// Written back, because every worker process reads this file again.
const port = (process.env.PORT ??= '8790')
const state = (process.env.LATCHKEY_STATE ??= mkdtempSync(join(tmpdir(), 'latchkey-test-')))
const serve = (process.env.LATCHKEY_SERVE ??= 'cargo xtask dev')
// Behind the gateway is what a test starts there. A reverse proxy on this machine is one of the operator's own.
const upstream = (process.env.UPSTREAM_PORT ??= String(Number(port) + 1))
const slack = (process.env.SLACK_PORT ??= String(Number(upstream) + 1))
const emulator = (process.env.SLACK_EMULATOR_PORT ??= String(Number(slack) + 1))
// Makes calls up by the document of the API, in a run of its own.
const schemathesis = process.env.SCHEMATHESIS
// Slack is another site, at 127.0.0.1; Latchkey is at localhost.
const app = { CLIENT_ID: '12345.67890', CLIENT_SECRET: 'slack-secret-for-tests' }
const variables = {
  UPSTREAM_URL: `http://127.0.0.1:${upstream}/api`,
  TRUSTED_PROXIES: '127.0.0.1',
  CALLS_PER_MINUTE: schemathesis ? '1000000' : '200',
  // A line for each request, in the file `log` beside the database: tests read it.
  LOG: 'requests',
  SLACK_BASE_URL: `http://127.0.0.1:${slack}`,
  SLACK_CLIENT_ID: app.CLIENT_ID,
  SLACK_CLIENT_SECRET: app.CLIENT_SECRET,
}
writeFileSync(join(state, 'vars.env'), Object.entries(variables).map((pair) => `${pair.join('=')}\n`).join(''))

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // Tests wait much of their time.
  workers: 3,
  // A slow machine is no failure.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'report/results.json' }]],
  use: {
    baseURL: `http://localhost:${port}`,
    // A trace of each test, most of them thrown away, would take a quarter of the time: `--trace on` where one is wanted.
    screenshot: 'only-on-failure',
  },
  projects: schemathesis ? [{ name: 'fuzz', testMatch: 'fuzz/*.fuzz.ts' }] : [
    {
      name: 'api',
      testMatch: 'api/*.api.ts',
    },
    {
      name: 'ui',
      testMatch: 'ui/*.ui.ts',
      use: {
        browserName: 'chromium',
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        contextOptions: { reducedMotion: 'reduce' },
        launchOptions: {
          executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
  ],
  webServer: [
    {
      command: serve,
      cwd: '..',
      env: { PORT: port, LATCHKEY_STATE: state },
      url: `http://localhost:${port}/api/health`,
      // Nothing may be left over from elsewhere: the tests count rows.
      reuseExistingServer: false,
      timeout: 600_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    },
    {
      command: 'node support/slack_proxy.mjs',
      env: { ...app, PORT: slack, EMULATOR_PORT: emulator, REDIRECT_URI: `http://localhost:${port}/api/v1/slack/callback` },
      url: `http://127.0.0.1:${slack}/`,
      reuseExistingServer: false,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    },
  ],
})
