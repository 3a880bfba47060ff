// What the Worker logs: `cargo xtask dev` keeps it in a file beside the database.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Answer } from './http'

const FILE = join(process.env.LATCHKEY_STATE ?? '', 'log')

/** All of it so far, as it stands in the file. */
export const logged = (): string => readFileSync(FILE, 'utf8')

/** The lines about a call, once that of the answer is there, and those of what else is awaited: complaints come another way. */
export async function linesOf(answer: Answer, ...levels: string[]): Promise<any[]> {
  const lines = () =>
    logged()
      .split('\n')
      .filter((line) => line.includes(answer.requestId))
      // wrangler puts marks around what is an error.
      .map((line) => JSON.parse(/{.*}/.exec(line)?.[0] ?? ''))
  const told = () => ['info', ...levels].every((level) => lines().some((line) => line.level === level))
  await expect.poll(told, { message: answer.call }).toBe(true)
  return lines()
}

/** The line about a call that went as it should. */
export async function lineOf(answer: Answer): Promise<any> {
  const lines = await linesOf(answer)
  expect(lines).toHaveLength(1)
  return lines[0]
}
