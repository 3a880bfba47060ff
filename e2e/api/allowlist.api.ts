// C-12 C-R8: what becomes of entries of an IP allowlist, cross-checked against Python's `ipaddress`.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refused } from '../support/problem'
import { expect, test } from '../support/test'

type Verdict = { python: string | null; ours: string | null }

/** What Python says of each, and of a list of them all. */
function ask(literals: string[]): { verdicts: Verdict[]; list: string[] } {
  const script = join(__dirname, '../support/addresses.py')
  const said = spawnSync('python3', [script], { input: JSON.stringify(literals), encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf8' } })
  if (said.error) throw new Error(`the cross-check needs python3, which does not start: ${said.error.message}`)
  if (said.status !== 0) throw new Error(said.stderr)
  return JSON.parse(said.stdout)
}

/** The table that the unit tests of the contract read too. */
const LITERALS = readFileSync(join(__dirname, '../../contract/src/allowlist_literals.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line.includes('\t') && !line.startsWith('#'))
  .map((line) => {
    const [literal = '', form = '', reason = ''] = line.split('\t')
    return { literal: literal.replaceAll('\\t', '\t').replaceAll('\\n', '\n'), form: form === 'refused' ? null : form, reason }
  })

test('C-12 C-R8 the table of literals agrees with Python, but where it says why it does not', () => {
  expect(LITERALS.length).toBeGreaterThanOrEqual(60)
  const { verdicts } = ask(LITERALS.map(({ literal }) => literal))
  for (const [i, { literal, form, reason }] of LITERALS.entries()) {
    const { python, ours } = verdicts[i]!
    expect(ours, `${JSON.stringify(literal)}, by the rules of Python and ours`).toBe(form)
    expect(python !== form, `${JSON.stringify(literal)} differs from Python's ${python} for a reason`).toBe(reason !== '')
  }
})

test('C-12 C-R8 the server takes the literals of the table as the table says', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const good = LITERALS.filter(({ form }) => form !== null)
  for (const { literal, form } of good) {
    const answer = await owner.patch(`/tokens/${token.id}`, { ip_allowlist: [literal] })
    expect([answer.status, answer.json.ip_allowlist], literal).toEqual([200, [form]])
  }
  const bad = LITERALS.filter(({ form }) => form === null).map(({ literal }) => literal)
  for (const ip_allowlist of [bad.slice(0, 50), bad.slice(50)]) {
    await refused(owner.tenant, () => owner.patch(`/tokens/${token.id}`, { ip_allowlist }), 422, 'invalid', ip_allowlist.map((_, i) => `/ip_allowlist/${i}`))
  }
})

/** The same numbers in each run (mulberry32), so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** A maker of literals: half are well-formed, in every way to write them, and half had something done to them. */
function maker(seed: number): () => string {
  const upTo = numbers(seed)
  const chance = (oneIn: number) => upTo(oneIn) === 0
  const one = <T>(of: readonly T[]) => of[upTo(of.length)]!
  const v4 = () => Array.from({ length: 4 }, () => one([0, 1, 9, 10, 99, 127, 192, 255, upTo(256)])).join('.')
  const group = (value: number) => {
    const digits = value.toString(16).padStart(chance(3) ? 4 : 1, '0')
    return chance(3) ? digits.toUpperCase() : digits
  }
  const v6 = () => {
    const groups = Array.from({ length: chance(4) ? 6 : 8 }, () => group(chance(2) ? 0 : upTo(0x10000)))
    const parts = groups.length === 6 ? [...groups, v4()] : groups
    // Any run of zeros may be left out, the longest or not.
    const from = groups.findIndex((digits) => /^0+$/.test(digits) && chance(2))
    if (from < 0) return parts.join(':')
    let to = from + 1
    while (to < groups.length && /^0+$/.test(groups[to]!) && !chance(5)) to++
    return `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}`
  }
  const mapped = () => `::${one(['ffff', 'FFFF', '0:ffff', '0000:fffF'])}:${chance(2) ? v4() : `${group(upTo(0x10000))}:${group(upTo(0x10000))}`}`
  const blanks = () => (chance(4) ? ' ' : '')
  const entry = () => {
    const [address, from, to] = one([[v4, 8, 33], [v4, 8, 33], [v6, 16, 129], [v6, 16, 129], [mapped, 104, 129]] as const)
    const prefix = () => from + upTo(to - from)
    const range = () => {
      const first = address()
      // Two at random would be most of all addresses, or none; a few may.
      const last = chance(6) ? address() : first.endsWith(':') ? `${first}9` : `${first.slice(0, -1)}${one(['9', '5'])}`
      return `${first}${blanks()}${one(['-', '–'])}${blanks()}${last}`
    }
    return one([address, () => `${address()}${blanks()}/${blanks()}${prefix()}`, range])()
  }
  const mutated = (text: string) => {
    const at = upTo(text.length + 1)
    const piece = one(['.', ':', '::', '/', '-', '!', '%', '%eth0', ' ', '0', '9', 'f', 'g', '１', '256', ':80', '/255.0.0.0', '/024', '10000'])
    return text.slice(0, at) + (chance(3) ? '' : piece) + text.slice(at + upTo(3))
  }
  return () => {
    const good = `${chance(8) ? '!' : ''}${blanks()}${entry()}${blanks()}`
    return chance(2) ? mutated(good) : good
  }
}

test('C-12 C-R8 two thousand random literals are taken and refused as Python says', async ({ owner }) => {
  const { token } = await owner.makeToken()
  const make = maker(20)
  let taken = 0
  let wrong = 0
  for (let list = 0; list < 20; list++) {
    const literals = Array.from({ length: 100 }, make)
    const { verdicts, list: expected } = ask(literals)
    const good = literals.filter((_, i) => verdicts[i]!.ours !== null)
    const pointers = literals.flatMap((_, i) => (verdicts[i]!.ours === null ? [`/ip_allowlist/${i}`] : []))
    const told = JSON.stringify(literals)
    const all = await owner.patch(`/tokens/${token.id}`, { ip_allowlist: literals })
    expect(all.status, told).toBe(422)
    expect(all.json.errors.map((error: any) => error.pointer), told).toEqual(pointers)
    const answer = await owner.patch(`/tokens/${token.id}`, { ip_allowlist: good })
    expect([answer.status, answer.json.ip_allowlist], told).toEqual([200, expected])
    taken += expected.length
    wrong += pointers.length
  }
  // Enough of either sort was asked about.
  expect(taken).toBeGreaterThan(700)
  expect(wrong).toBeGreaterThan(700)
})
