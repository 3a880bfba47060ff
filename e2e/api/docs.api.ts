// What the documents name must be there: files, tests, settings, and each other.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '../support/test'

const ROOT = join(__dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const documents = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: ROOT })]

for (const document of documents) {
  test(`${document} names what is there`, () => {
    const text = read(document)
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) {
      if (!/^https?:/.test(link)) expect(existsSync(join(ROOT, dirname(document), link)), link).toBe(true)
    }
    const paths = [...text.matchAll(/`((?:worker|contract|app|e2e|xtask|bench|style)\/[\w./-]*\w)`/g)].map(([, path]) => path ?? '')
    for (const path of paths.filter((path) => !path.includes('build'))) expect(existsSync(join(ROOT, path)), path).toBe(true)
  })
}

test('each row of the threat model names code and a test that are there', () => {
  const rows = read('docs/threat-model.md').split('\n').filter((line) => /^\| (?!Threat|-)/.test(line) && !line.startsWith('|---'))
  expect(rows.length).toBeGreaterThan(30)
  for (const row of rows) {
    const [, , code = '', proof = ''] = row.split(' | ').join('|').split('|')
    expect(code, row).toMatch(/`(worker|contract)\/[\w/.]+`|\.md\)/)
    const [, file = '', name = ''] = /`(e2e\/[\w/.]+)` "(.+)"/.exec(proof) ?? []
    expect(read(file), row).toContain(name)
  }
})

test('operations tell of every environment, secret and queue by the name that it has', () => {
  const configuration = read('wrangler.toml')
  const operations = read('docs/operations.md')
  const example = read('.dev.vars.example')
  for (const [, environment] of operations.matchAll(/--env (\w+)/g)) expect(configuration).toContain(`[env.${environment}]`)
  for (const [, queue] of operations.matchAll(/queues create (\S+)/g)) expect(configuration).toContain(`queue = "${queue}"`)
  const source = globSync('worker/src/**/*.rs', { cwd: ROOT }).map(read).join('')
  const secrets = new Set([...source.matchAll(/\.secret\("(\w+)"\)/g)].map(([, name]) => name))
  expect(secrets.size).toBeGreaterThanOrEqual(2)
  for (const secret of [...secrets, 'RESEND_API_KEY']) expect(example, secret).toMatch(new RegExp(`^(# )?${secret}=`, 'm'))
})
