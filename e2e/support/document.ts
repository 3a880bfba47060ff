// The document of the API, and whether an answer is as it says: every answer that a test gets is held against it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020'
import type { Answer } from './http'

type Json = any

export const DOCUMENT: Json = JSON.parse(readFileSync(join(__dirname, '../../public/api/openapi.json'), 'utf8'))

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options']
/** Paths below these are of the API. */
const ROOTS = /^\/(api|oauth2|\.well-known|gateway|forward-auth|scim)(\/|$)/

export type Operation = { id: string; method: string; path: string; pattern: RegExp; responses: Json }

/** Every operation; those whose path says more come first. */
export const OPERATIONS: Operation[] = Object.entries<Json>(DOCUMENT.paths)
  .flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ id: item[method].operationId, method: method.toUpperCase(), path, pattern: patternOf(path), responses: item[method].responses })),
  )
  .sort((a, b) => places(a.path) - places(b.path))

/** How much of a path is not written out; what takes several segments says least. */
function places(path: string): number {
  return path.split('{').length + (/^\/(gateway|forward-auth)\//.test(path) ? 10 : 0)
}

function patternOf(path: string): RegExp {
  // What a gate passes on has several segments.
  const place = /^\/(gateway|forward-auth)\//.test(path) ? '.*' : '[^/]+'
  return new RegExp(`^${path.split(/\{\w+\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(place)}$`)
}

/** What a call is called in the document. A path that is written out goes before one with places for anything. */
function operationOf(method: string, path: string): { operation: Operation | undefined; isKnown: boolean } {
  const meant = method === 'HEAD' ? 'GET' : method
  const first = OPERATIONS.find(({ pattern }) => pattern.test(path))
  return { operation: OPERATIONS.find((operation) => operation.method === meant && operation.path === first?.path), isKnown: first !== undefined }
}

const ajv = new Ajv2020({ strict: false, allErrors: true, schemas: [{ $id: 'document', ...DOCUMENT }] })
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/)

const compiled = new Map<string, ValidateFunction>()

function validator(pointer: string): ValidateFunction {
  let known = compiled.get(pointer)
  if (!known) compiled.set(pointer, (known = ajv.compile({ $ref: `document${pointer}` })))
  return known
}

const escaped = (name: string) => name.replace(/~/g, '~0').replace(/\//g, '~1')

/** What is wrong with an answer by the document; nothing for what is not of the API. */
export function departure(method: string, url: string, answer: Answer): string | undefined {
  // As it was sent: what a question of Envoy's strays to is refused wherever that is.
  const strays = url.startsWith('/forward-auth/') && answer.status === 403
  const path = strays ? url : new URL(url, 'http://localhost').pathname
  if (!ROOTS.test(path)) return undefined
  const { operation, isKnown } = operationOf(method, path)
  // Another site is refused before a route is looked for.
  if (!operation) return [isKnown ? 405 : 404, 403].includes(answer.status) ? undefined : `${answer.status}: a route that is not documented`
  if (method === 'HEAD' && answer.status === 405) return undefined
  // What somebody else answers is passed on as it is; only our own refusals are ours to document.
  if (operation.responses.default && answer.header('content-type') !== 'application/problem+json') return undefined
  const found = operation.responses[answer.status]
  const at = `${operation.id} ${answer.status}`
  if (!found) return `${at}: a status that is not documented`
  const pointer = found.$ref ?? `#/paths/${escaped(operation.path)}/${operation.method.toLowerCase()}/responses/${answer.status}`
  const response = found.$ref ? DOCUMENT.components.responses[found.$ref.split('/').pop()] : found
  return bodyDeparture(method, answer, response, pointer, at)
}

function bodyDeparture(method: string, answer: Answer, response: Json, pointer: string, at: string): string | undefined {
  if (method === 'HEAD') return undefined
  const content = response.content
  if (!content) return answer.bytes.length === 0 ? undefined : `${at}: a body where none is documented`
  const type = (answer.header('content-type') ?? '').split(';')[0] ?? ''
  if (!content[type]) return `${at}: the media type ${type || 'none'}, which is not documented`
  if (!type.endsWith('json')) return undefined
  const told = answer.json
  if (content[type].examples && !content[type].examples[told.code]) return `${at}: the code ${told.code}, which is not documented`
  const valid = validator(`${pointer}/content/${escaped(encodeURIComponent(type))}/schema`)
  if (valid(told)) return undefined
  return `${at}: ${ajv.errorsText(valid.errors, { dataVar: 'answer' })}`
}
