// One HTTP call, byte for byte as written: no cookie jar, no redirects, no headers of its own but Host.

import { Agent, type OutgoingHttpHeaders, request } from 'node:http'

import { departure } from './document'

export const origin = `http://localhost:${process.env.PORT}`

const agent = new Agent({ keepAlive: false })

export type Sent = {
  headers?: OutgoingHttpHeaders
  /** Sent as it stands. */
  body?: string | Buffer
  /** Written as JSON, with its media type. */
  json?: unknown
  /** Without `Content-Length`, in pieces. */
  chunked?: boolean
}

export class Answer {
  constructor(
    readonly call: string,
    readonly status: number,
    readonly headers: Headers,
    readonly cookies: string[],
    readonly bytes: Buffer,
  ) {}

  get text(): string {
    return this.bytes.toString('utf8')
  }

  // The second opinion on the JSON: tests say what they expect of it, so no types stand in between.
  get json(): any {
    return JSON.parse(this.text)
  }

  header(name: string): string | null {
    return this.headers.get(name)
  }

  get requestId(): string {
    return this.header('x-request-id') ?? ''
  }
}

export function send(method: string, path: string, { headers = {}, body, json, chunked }: Sent = {}): Promise<Answer> {
  const bytes = Buffer.from(json === undefined ? (body ?? '') : JSON.stringify(json))
  const described: OutgoingHttpHeaders = { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers }
  if (chunked) described['transfer-encoding'] = 'chunked'
  else if (bytes.length > 0 || !['GET', 'HEAD'].includes(method)) described['content-length'] ??= bytes.length

  return new Promise((resolve, reject) => {
    const call = request(`${origin}${path}`, { method, agent, headers: described }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const told = new Headers()
        for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
          told.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '')
        }
        const answer = new Answer(`${method} ${path}`, response.statusCode ?? 0, told, told.getSetCookie(), Buffer.concat(pieces))
        const wrong = departure(method, path, answer)
        if (wrong) reject(new Error(`not as the document of the API says: ${wrong}\n${answer.call}: ${answer.text.slice(0, 1000)}`))
        else resolve(answer)
      })
    })
    call.on('error', reject)
    if (chunked) for (let at = 0; at < bytes.length; at += 16_384) call.write(bytes.subarray(at, at + 16_384))
    else call.write(bytes)
    call.end()
  })
}
