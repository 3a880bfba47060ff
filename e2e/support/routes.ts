// Every route of the Worker, read from its router: a test that goes through them fails when one is new to it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const source = readFileSync(join(__dirname, '../../worker/src/router.rs'), 'utf8')

/** Method and path, such as `GET /api/v1/users/{user}`. */
export const ROUTES: string[] = [...source.matchAll(/\.route\(\s*"([^"]+)",([\s\S]*?)\n?\s*\)(?=\s*(?:\.route|\.merge|\.fallback|\}))/g)].flatMap(([, path, handlers]) =>
  [...(handlers ?? '').matchAll(/\b(get|post|put|patch|delete|any)\(/g)].map(([, method]) => `${method?.toUpperCase()} ${path}`),
)

/** As many as there are `.route(` in the source, so that none is read over. */
export const PATHS = source.match(/\.route\(/g)?.length ?? 0
