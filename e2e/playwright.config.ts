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
writeFileSync(join(state, 'vars.env'), `UPSTREAM_URL=http://127.0.0.1:${upstream}/api\nTRUSTED_PROXIES=127.0.0.1\nCALLS_PER_MINUTE=200\n`)

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 30_000,
  reporter: [['list'], ['json', { outputFile: 'report/results.json' }]],
  use: {
    baseURL: `http://localhost:${port}`,
    trace: 'retain-on-failure',
  },
  projects: [
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
          executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
  webServer: {
    command: serve,
    cwd: '..',
    env: { PORT: port, LATCHKEY_STATE: state },
    url: `http://localhost:${port}/api/health`,
    // Nothing may be left over from elsewhere: the tests count rows.
    reuseExistingServer: false,
    timeout: 600_000,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
  },
})
