// A company's API behind a gate: it answers with what it was sent, and does as the path says.

import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'

export class Upstream {
  /** What came, the last one last. */
  readonly seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  private server: Server | undefined

  async start(port: number): Promise<this> {
    this.server = createServer((request, response) => this.answer(request, response))
    await new Promise<void>((resolve) => this.server?.listen(port, '127.0.0.1', resolve))
    return this
  }

  async stop() {
    this.server?.closeAllConnections()
    await new Promise((resolve) => this.server?.close(resolve))
  }

  private answer(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url = '', headers } = request
    const path = new URL(url, 'http://upstream').pathname
    if (path.endsWith('/echo')) {
      // Piece by piece, as they come.
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      request.pipe(response)
      return
    }
    if (path.endsWith('/raw')) {
      const head = new URL(url, 'http://upstream').searchParams.get('head')
      request.socket.end(`${head}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok`)
      return
    }
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      this.seen.push({ method, url, headers, body })
      if (path.endsWith('/redirect')) response.writeHead(302, { location: 'https://elsewhere.example/' }).end()
      else if (path.endsWith('/missing')) response.writeHead(404, { 'content-type': 'text/plain' }).end('no such backup')
      else if (path.endsWith('/broken')) request.socket.destroy()
      else if (path.endsWith('/silent')) return
      else if (path.endsWith('/page')) {
        response.writeHead(200, {
          'content-type': 'text/html',
          'set-cookie': '__Host-session=lkn_planted; Path=/; Secure',
          'clear-site-data': '"*"',
          'content-security-policy': 'default-src *',
          'x-latchkey-owner': 'usr_faked',
          'cdn-cache-control': 'max-age=60',
          expires: 'Fri, 01 Jan 2100 00:00:00 GMT',
          refresh: '0; url=https://elsewhere.example/',
          'speculation-rules': '"/rules.json"',
          'access-control-allow-origin': '*',
          'x-own': 'kept',
        })
        response.end('<script>alert(1)</script>')
      } else {
        response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json', 'x-own': 'kept' })
        response.end(JSON.stringify({ method, url, headers, body }))
      }
    })
  }
}
