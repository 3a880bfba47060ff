// A reverse proxy in front of Latchkey, of the faulty kind: it can answer calls in Latchkey's stead.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { origin } from './http'

export class FaultyProxy {
  /** What it answers every POST, if anything; all else it passes on. */
  answer: string | undefined

  private readonly server = createServer((asked, response) => {
    if (asked.method === 'POST' && this.answer !== undefined) {
      asked.resume()
      response.writeHead(403).end(this.answer)
      return
    }
    const passedOn = request(origin + asked.url, { method: asked.method, headers: asked.headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    })
    passedOn.on('error', () => response.destroy())
    asked.pipe(passedOn)
  })

  /** Starts it, and gives its origin. */
  async start() {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://localhost:${(this.server.address() as AddressInfo).port}`
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}
