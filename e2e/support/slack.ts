// Members of a Slack workspace: what they consent to, and what they read.

import { expect } from '@playwright/test'
import { type Person, newAddress } from './actors'
import { type Answer, send } from './http'

export const SLACK = `http://127.0.0.1:${process.env.SLACK_PORT}`

export type Fault =
  | { kind: 'error'; error: string; status?: number; times?: number; held?: true }
  | { kind: 'status'; status: number; headers?: Record<string, string>; times?: number }
  | { kind: 'broken' | 'lost answer' | 'held answer' | 'none'; times?: number }
  | { kind: 'revocation fails' }
  | { kind: 'grant'; scope?: string; team?: string; webhook?: string }

const api = async (method: string, reader: string, query: Record<string, string> = {}): Promise<any> => {
  const answer = await fetch(`${SLACK}/api/${method}`, { method: 'POST', headers: { Authorization: `Bearer xoxp-reader-${reader}` }, body: new URLSearchParams(query) })
  const told = (await answer.json()) as any
  if (!told.ok) throw new Error(`${method}: ${told.error}`)
  return told
}

export class Member {
  private constructor(
    readonly name: string,
    readonly id: string,
  ) {}

  static async named(name: string): Promise<Member> {
    const { user } = await api('users.lookupByEmail', name, { email: `${name}@acme.example` })
    return new Member(name, user.id)
  }

  /** What goes wrong from now on, one after the other. */
  async suffer(...faults: Fault[]) {
    await this.control({ faults })
  }

  /** Has what is held answered. */
  async release() {
    await this.control({ release: true })
  }

  /** When messages came for them, whatever became of each. */
  async calls(): Promise<{ at: number; fault: string | null }[]> {
    return (await this.control({})).calls
  }

  async revoked(): Promise<number> {
    return (await this.control({})).revoked
  }

  /** The bot token and the path of the webhook that Slack gave for them. */
  async credentials(): Promise<string[]> {
    return (await this.control({})).credentials
  }

  private async control(body: object): Promise<any> {
    const answer = await fetch(`${SLACK}/control`, { method: 'POST', body: JSON.stringify({ member: this.id, ...body }) })
    return answer.json()
  }

  /** The direct messages that they can read, the oldest first. */
  async messages(): Promise<any[]> {
    const { channels } = await api('conversations.list', this.name, { types: 'im', limit: '200' })
    const own = channels.find((channel: any) => channel.name === this.name)
    if (!own) return []
    return (await api('conversations.history', this.name, { channel: own.id, limit: '100' })).messages.reverse()
  }

  /** What can be read in a channel. */
  async channel(id: string): Promise<any[]> {
    return (await api('conversations.history', this.name, { channel: id, limit: '200' })).messages.reverse()
  }

  /** Consents in Slack as a browser does; where Slack sends it then. */
  async allow(authorizeUrl: string): Promise<string> {
    const page = await (await fetch(authorizeUrl)).text()
    const form = [...page.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) => form).find((form) => form.includes(this.name))
    const fields = [...(form ?? '').matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value?.replaceAll('&amp;', '&').replaceAll('&#39;', "'")])
    const answer = await fetch(`${SLACK}/oauth/v2/authorize/callback`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields as [string, string][]) })
    return answer.headers.get('location') ?? ''
  }

  /** Consents, and comes back. */
  async consent(person: Person, authorizeUrl: string): Promise<Answer> {
    return comeBack(person, await this.allow(authorizeUrl))
  }

  /** Connects a person to the workspace as this member, to one that nobody else uses if it is named. */
  async connect(person: Person, team?: string) {
    if (team) await this.suffer({ kind: 'grant', team })
    const begun = await person.post('/slack/connection')
    expect(begun.status, begun.text).toBe(200)
    const back = await this.consent(person, begun.json.authorize_url)
    expect(back.header('location')).toBe('/settings/notifications?slack=connected')
    if (team) await this.suffer()
  }
}

/** Follows a redirect back to us, as a browser that comes from another site. */
export function comeBack(person: Person, location: string): Promise<Answer> {
  const { pathname, search } = new URL(location)
  const cookie = `__Host-session=${person.cookie}`
  return send('GET', pathname + search, { headers: { Cookie: cookie, 'CF-Connecting-IP': newAddress(), 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' } })
}
