import { expect } from '@playwright/test'
import { db } from './db'
import type { Answer } from './http'

export const REQUEST_ID = /^req_[0-9A-HJKMNP-TV-Z]{26}$/

/** The whole shape of a refusal (RFC 9457), and nothing beside it. `pointers` in any order. */
export function expectProblem(answer: Answer, status: number, code: string, pointers?: string[]) {
  expect(answer.status, `${answer.call}: ${answer.text}`).toBe(status)
  expect(answer.header('content-type')).toBe('application/problem+json')
  expect(answer.header('cache-control')).toBe('no-store')
  const problem = answer.json
  const members = ['code', 'detail', 'request_id', 'status', 'title', 'type']
  if (pointers) members.push('errors')
  if (code === 'insufficient_scope') members.push('required_scopes')
  if (problem.repair_url) members.push('repair_url')
  expect(Object.keys(problem).sort(), answer.text).toEqual(members.sort())
  expect(problem).toMatchObject({ type: `/problems/${code}`, status, code })
  expect(problem.title).toMatch(/^\S.*[^.]$/)
  expect(problem.detail).toMatch(/^\S/)
  expect(problem.request_id).toMatch(REQUEST_ID)
  expect(answer.header('x-request-id')).toBe(problem.request_id)
  if (pointers) {
    expect(problem.errors.map((error: any) => error.pointer).sort()).toEqual([...pointers].sort())
    for (const error of problem.errors) {
      expect(Object.keys(error).sort()).toEqual(['message', 'pointer'])
      expect(error.message).toMatch(/^\S/)
    }
  }
  if (status === 401) expect(answer.header('www-authenticate')).toMatch(/^Bearer realm="Latchkey"/)
  if (status === 405) expect(answer.header('allow')).toMatch(/^[A-Z]+(, ?[A-Z]+)*$/)
  if (status === 429) expect(Number(answer.header('retry-after'))).toBeGreaterThan(0)
  return problem
}

/** The message that stands at `pointer`. */
export function messageAt(answer: Answer, pointer: string): string {
  return answer.json.errors.find((error: any) => error.pointer === pointer)?.message
}

/** A refusal leaves every row of the tenant as it was. */
export async function refused(tenant: string, call: () => Promise<Answer>, status: number, code: string, pointers?: string[]) {
  const before = await db.state(tenant)
  const answer = await call()
  const problem = expectProblem(answer, status, code, pointers)
  expect(await db.state(tenant), `${answer.call} changed something`).toEqual(before)
  return problem
}
