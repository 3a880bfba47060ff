// The mails that the local simulator of the mail service caught.

import { expect } from '@playwright/test'
import { origin } from './http'

const CAUGHT = `${origin}/cdn-cgi/local/explorer/api/local/email/sending`

export type Mail = { from: string; to: string[]; subject: string; text: string; html: string }

async function caught(query: string): Promise<any> {
  const answer = await fetch(`${CAUGHT}?${query}`)
  const json = (await answer.json()) as any
  if (!json.success) throw new Error(JSON.stringify(json.errors))
  return json
}

/** Every mail to this address, the newest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const page = await caught(`per_page=100${cursor}`)
    ids.push(...page.result.filter((mail: any) => mail.to.includes(address)).map((mail: any) => mail.messageId))
    if (!page.result_info.has_more) break
    cursor = `&cursor=${encodeURIComponent(page.result_info.cursor)}`
  }
  return Promise.all(ids.map(async (id) => (await caught(`email_id=${encodeURIComponent(id.replace(/[<>]/g, ''))}`)).result))
}

/** The one mail to this address with this subject, as soon as it was sent. */
export async function mailTo(address: string, subject: string): Promise<Mail> {
  let found: Mail[] = []
  await expect
    .poll(
      async () => {
        found = (await mailsTo(address)).filter((mail) => mail.subject === subject)
        return found.length
      },
      { message: `mails to ${address} about ${subject}`, timeout: 15_000 },
    )
    .toBe(1)
  const [mail] = found
  if (!mail) throw new Error('no mail')
  return mail
}

/** The path of the link in a mail that begins like this, the same in text and HTML. */
export function linkIn(mail: Mail, beginning: string): string {
  const path = mail.text.split('\n').find((line) => line.startsWith(origin + beginning))?.slice(origin.length)
  expect(path, mail.text).toBeDefined()
  expect(mail.html).toContain(`href="${origin}${path}"`)
  return path ?? ''
}
