// The R2 of the running Worker, as its owner sees it.

import { origin } from './http'

const OBJECTS = `${origin}/cdn-cgi/local/explorer/api/r2/buckets/latchkey-photos/objects`

async function answered(path: string, init: RequestInit = {}): Promise<any[]> {
  const answer = (await (await fetch(OBJECTS + path, init)).json()) as any
  if (!answer.success) throw new Error(JSON.stringify(answer.errors))
  return answer.result
}

/** The keys of all photos of a tenant. */
export async function photosOf(tenant: string): Promise<string[]> {
  return (await answered(`?prefix=${tenant}/`)).map((object) => object.key)
}

/** Takes objects away behind the Worker's back. */
export async function loseObjects(keys: string[]) {
  await answered('', { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: JSON.stringify(keys) })
}
