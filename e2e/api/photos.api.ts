import { connect } from 'node:net'
import { API, type Person, bearer } from '../support/actors'
import { db } from '../support/db'
import { type Answer, origin } from '../support/http'
import { EXIF, GIF, HTML, SVG, XMP, jpeg, png, pngChunk, riffChunk, segment, webp } from '../support/pictures'
import { expectProblem, refused } from '../support/problem'
import { loseObjects, photosOf } from '../support/r2'
import { expect, test } from '../support/test'

const PHOTO = '/users/me/photo'
const MIB = 1024 * 1024

const KINDS: [string, Buffer][] = [
  ['image/png', png()],
  ['image/jpeg', jpeg()],
  ['image/webp', webp()],
]

const events = (owner: Person) =>
  db.rows(`SELECT action, target_id, actor_id, changes FROM audit_events WHERE tenant_id = ?1 AND action LIKE 'user.photo%' ORDER BY id`, owner.tenant)

/** The photo at its address, as a browser asks for it. */
const shown = async (person: Person, url: string, headers = {}): Promise<Answer> => person.call('GET', url, { headers })

/** A refusal leaves the photo where it was, in the row, in R2 and for whoever looks. */
async function keptOut(owner: Person, call: () => Promise<Answer>, status: number, code: string, pointers?: string[]) {
  const [objects, before] = [await photosOf(owner.tenant), await owner.get(PHOTO)]
  const problem = await refused(owner.tenant, call, status, code, pointers)
  expect(await photosOf(owner.tenant)).toEqual(objects)
  expect((await owner.get(PHOTO)).bytes).toEqual(before.bytes)
  return problem
}

for (const [type, picture] of KINDS) {
  test(`E-03 a photo is added as ${type}, and seen by everybody in the tenant`, async ({ owner }) => {
    expect(owner.user.photo_url).toBeNull()
    expectProblem(await owner.get(PHOTO), 404, 'not_found')
    const answer = await owner.upload(PHOTO, picture, type)
    expect(answer.status, answer.text).toBe(200)
    const { photo_url } = answer.json
    expect(photo_url).toMatch(new RegExp(`^/api/v1/users/${owner.user.id}/photo\\?v=[0-9a-f]{16}$`))
    expect(answer.json).toEqual({ ...owner.user, photo_url, last_seen_at: expect.anything() })
    for (const path of ['/users/me', `/users/${owner.user.id}`]) expect((await owner.get(path)).json.photo_url).toBe(photo_url)
    expect((await owner.get('/session')).json.user.photo_url).toBe(photo_url)
    expect((await owner.get('/users')).json.items[0].photo_url).toBe(photo_url)
    expect((await owner.signIn()).json.user.photo_url).toBe(photo_url)

    const photo = await shown(owner, photo_url)
    expect(photo.status).toBe(200)
    expect(photo.bytes).toEqual(picture)
    expect(Object.fromEntries(photo.headers)).toMatchObject({
      'content-type': type,
      'content-disposition': `inline; filename="photo.${type.split('/')[1]}"`,
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=31536000, immutable',
    })
    const row = await db.one('SELECT photo_hash, photo_type FROM users WHERE id = ?1', owner.user.id)
    expect(row.photo_type).toBe(type)
    const [key, ...others] = await photosOf(owner.tenant)
    expect(others).toEqual([])
    expect(key).toMatch(new RegExp(`^${owner.tenant}/${owner.user.id}/${row.photo_hash}/`))
    expect(await events(owner)).toEqual([
      { action: 'user.photo_changed', target_id: owner.user.id, actor_id: owner.user.id, changes: JSON.stringify({ photo_url: { from: null, to: photo_url } }) },
    ])
  })
}

test('E-03 a photo is changed: the old one is gone from R2 and from its address', async ({ owner }) => {
  const old = (await owner.upload(PHOTO, png(), 'image/png')).json.photo_url
  const changed = (await owner.upload(`/users/${owner.user.id}/photo`, jpeg(), 'image/jpeg')).json.photo_url
  expect(changed).not.toBe(old)
  expect(await photosOf(owner.tenant)).toHaveLength(1)
  const answer = await shown(owner, old)
  expect(answer.bytes).toEqual(jpeg())
  expect(answer.header('cache-control'), 'an old address is not kept with another photo').toBe('private, no-cache')
  expect((await events(owner)).map((event) => JSON.parse(event.changes).photo_url)).toEqual([
    { from: null, to: old },
    { from: old, to: changed },
  ])
})

test('the same photo again is the same address, and stays when it takes the place of itself', async ({ owner }) => {
  const first = (await owner.upload(PHOTO, png(), 'image/png')).json.photo_url
  const [before] = await photosOf(owner.tenant)
  expect((await owner.upload(PHOTO, png(), 'image/png')).json.photo_url).toBe(first)
  const [after, ...others] = await photosOf(owner.tenant)
  expect(others).toEqual([])
  expect(after).not.toBe(before)
  expect((await shown(owner, first)).bytes).toEqual(png())
})

test('of changes side by side one stays, whole, and nothing of the others', async ({ owner }) => {
  const pictures = [1, 2, 1, 3, 1, 2].map((shade) => png({ shade }))
  const answers = await Promise.all(pictures.map((picture) => owner.upload(PHOTO, picture, 'image/png')))
  expect(answers.map((answer) => answer.status)).toEqual(pictures.map(() => 200))
  expect(await photosOf(owner.tenant)).toHaveLength(1)
  const { photo_url } = (await owner.get('/users/me')).json
  const photo = await shown(owner, photo_url)
  expect(photo.header('cache-control')).toContain('immutable')
  expect(pictures.map((picture) => picture.toString('hex'))).toContain(photo.bytes.toString('hex'))
})

test('E-03 a photo is removed, from R2 too; without one there is nothing to do', async ({ owner }) => {
  const { photo_url } = (await owner.upload(PHOTO, webp(), 'image/webp')).json
  expect((await owner.delete(PHOTO)).status).toBe(204)
  expect(await photosOf(owner.tenant)).toEqual([])
  expect((await owner.get('/users/me')).json.photo_url).toBeNull()
  expectProblem(await shown(owner, photo_url), 404, 'not_found')
  expect((await events(owner)).map((event) => event.action)).toEqual(['user.photo_changed', 'user.photo_removed'])
  expect(JSON.parse((await events(owner))[1]?.changes)).toEqual({ photo_url: { from: photo_url, to: null } })
  const before = await db.state(owner.tenant)
  expect((await owner.delete(PHOTO)).status).toBe(204)
  expect(await db.state(owner.tenant)).toEqual(before)
})

test('a photo tells nothing about where and with what it was taken', async ({ owner }) => {
  const telling: [string, Buffer, Buffer][] = [
    ['image/png', png({ more: [pngChunk('eXIf', EXIF), pngChunk('iTXt', XMP), pngChunk('tEXt', Buffer.from('Comment\0GPS'))] }), png()],
    ['image/jpeg', jpeg([segment(0xe1, EXIF), segment(0xe1, XMP), segment(0xe2, Buffer.from('ICC_PROFILE\0')), segment(0xed, Buffer.from('Photoshop GPS')), segment(0xfe, Buffer.from('GPS'))]), jpeg()],
    ['image/webp', webp([riffChunk('EXIF', EXIF), riffChunk('XMP ', XMP), riffChunk('JUNK', Buffer.from('GPS'))]), webp()],
  ]
  for (const [type, sent, kept] of telling) {
    const answer = await owner.upload(PHOTO, sent, type)
    expect(answer.status, answer.text).toBe(200)
    const { bytes } = await shown(owner, answer.json.photo_url)
    expect(bytes, type).toEqual(kept)
    for (const told of ['Exif', 'GPS', '52.5200', 'adobe.com']) expect(bytes.includes(told), `${type}: ${told}`).toBe(false)
  }
})

test('what the browser has already is 304, and what it has of another photo is not', async ({ owner }) => {
  const { photo_url } = (await owner.upload(PHOTO, png(), 'image/png')).json
  const etag = (await shown(owner, photo_url)).header('etag') ?? ''
  expect(etag).toMatch(/^"[0-9a-f]{64}"$/)
  for (const known of [etag, `"other", W/${etag}`, '*']) {
    const answer = await shown(owner, photo_url, { 'If-None-Match': known })
    expect([answer.status, answer.text]).toEqual([304, ''])
    expect(answer.header('etag')).toBe(etag)
    expect(answer.header('cache-control')).toContain('immutable')
    expect(answer.header('x-content-type-options')).toBe('nosniff')
  }
  expect((await shown(owner, photo_url, { 'If-None-Match': '"other"' })).status).toBe(200)
  const head = await owner.call('HEAD', photo_url)
  expect([head.status, head.text, head.header('content-type')]).toEqual([200, '', 'image/png'])
  for (const path of [PHOTO, `${PHOTO}?v=0123456789abcdef`]) {
    const answer = await owner.get(path)
    expect([answer.status, answer.header('cache-control')]).toEqual([200, 'private, no-cache'])
  }
  await refused(owner.tenant, () => owner.get(`${PHOTO}?size=big`), 422, 'invalid', ['/size'])
})

test('nobody outside the tenant sees a photo, and nobody but its owner changes it', async ({ owner, stranger, anonymous }) => {
  const { photo_url } = (await owner.upload(PHOTO, png(), 'image/png')).json
  const path = `/users/${owner.user.id}/photo`
  await keptOut(owner, () => shown(stranger, photo_url), 404, 'not_found')
  await keptOut(owner, () => stranger.upload(path, jpeg(), 'image/jpeg'), 404, 'not_found')
  await keptOut(owner, () => stranger.delete(path), 404, 'not_found')
  await keptOut(owner, () => anonymous.call('GET', photo_url), 401, 'unauthenticated')
  await keptOut(owner, () => anonymous.upload(path, jpeg(), 'image/jpeg'), 401, 'unauthenticated')
  await keptOut(owner, () => owner.upload(PHOTO, jpeg(), 'image/jpeg', { Origin: 'https://evil.example' }), 403, 'cross_site')
  await keptOut(owner, () => shown(owner, photo_url, { 'Sec-Fetch-Site': 'cross-site' }), 403, 'cross_site')
  const { secret } = await owner.makeToken({ scopes: ['users:write'] })
  for (const call of [bearer(secret).get(path), bearer(secret).upload(path, jpeg(), 'image/jpeg'), bearer(secret).delete(path)]) expectProblem(await call, 403, 'forbidden')
  for (const other of ['usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF', 'nonsense', '..%2f..']) expectProblem(await owner.get(`/users/${other}/photo`), 404, 'not_found')
  expect((await owner.get(PHOTO)).bytes).toEqual(png())
})

test('a colleague sees the photo and cannot change it', async ({ owner, stranger }) => {
  const { photo_url } = (await owner.upload(PHOTO, png(), 'image/png')).json
  // Moves the stranger in.
  await db.rows('UPDATE sessions SET tenant_id = ?2 WHERE user_id = ?1', stranger.user.id, owner.tenant)
  await db.rows('UPDATE users SET tenant_id = ?2, role_id = ?3 WHERE id = ?1', stranger.user.id, owner.tenant, owner.user.role.id)
  expect((await shown(stranger, photo_url)).bytes).toEqual(png())
  await keptOut(owner, () => stranger.upload(`/users/${owner.user.id}/photo`, jpeg(), 'image/jpeg'), 404, 'not_found')
  await keptOut(owner, () => stranger.delete(`/users/${owner.user.id}/photo`), 404, 'not_found')
})

test.describe('a photo is refused', () => {
  test.beforeEach(async ({ owner }) => {
    expect((await owner.upload(PHOTO, png({ shade: 7 }), 'image/png')).status).toBe(200)
  })

  test('if it is not declared to be one', async ({ owner }) => {
    for (const type of ['image/svg+xml', 'text/html', 'image/gif', 'image/avif', 'application/octet-stream', 'multipart/form-data', 'image/*', ''])
      await keptOut(owner, () => owner.upload(PHOTO, png(), type), 415, 'unsupported_media_type')
  })

  test('if it is not what it is declared to be', async ({ owner }) => {
    for (const [type] of KINDS) {
      for (const bytes of [SVG, HTML, GIF, Buffer.from('PK\x03\x04'), Buffer.alloc(0), Buffer.from('RIFF\x04\0\0\0WAVE')]) {
        const problem = await keptOut(owner, () => owner.upload(PHOTO, bytes, type), 415, 'unsupported_media_type')
        expect(problem.detail).toBe(`The file is declared as ${type} and is none of PNG, JPEG and WebP.`)
      }
    }
  })

  test('if it is another kind than it is declared to be', async ({ owner }) => {
    for (const [type] of KINDS) {
      for (const [other, picture] of KINDS.filter(([other]) => other !== type)) {
        const problem = await keptOut(owner, () => owner.upload(PHOTO, picture, type), 415, 'unsupported_media_type')
        expect(problem.detail).toContain(`declare it as ${other}.`)
      }
    }
  })

  for (const [type, picture] of KINDS) {
    test(`if it goes on after its end, as ${type}`, async ({ owner }) => {
      for (const more of [HTML, Buffer.from('PK\x03\x04'), Buffer.alloc(1), picture]) {
        const problem = await keptOut(owner, () => owner.upload(PHOTO, Buffer.concat([picture, more]), type), 422, 'invalid', [''])
        expect(problem.detail).toBe('The file goes on after the end of the picture. Save the picture anew.')
      }
    })

    test(`if it breaks off or is damaged, as ${type}`, async ({ owner }) => {
      for (const end of [picture.length - 1, picture.length >> 1, 30]) await keptOut(owner, () => owner.upload(PHOTO, picture.subarray(0, end), type), 422, 'invalid', [''])
    })
  }

  test('if another program would find something else in it', async ({ owner }) => {
    await owner.upload(PHOTO, png(), 'image/png')
    // The end of a ZIP archive with one file, whose directory comes before it.
    const archive = Buffer.from('504b0506000000000100010020000000080000000000', 'hex')
    for (const hidden of [HTML, SVG, archive, Buffer.from('%PDF-1.7')]) {
      const colours = Buffer.concat([hidden, Buffer.alloc(3 - (hidden.length % 3))])
      const problem = await keptOut(owner, () => owner.upload(PHOTO, png({ more: [pngChunk('PLTE', colours)] }), 'image/png'), 422, 'invalid', [''])
      expect(problem.detail).toBe('The file holds something besides the picture. Save the picture anew.')
    }
  })

  test('if it declares more pixels than anybody could show, at once', async ({ owner }) => {
    for (const sides of [[30_000, 30_000], [4097, 6], [8, 4097], [0, 6]] as [number, number][]) {
      const problem = await keptOut(owner, () => owner.upload(PHOTO, png({ sides }), 'image/png'), 422, 'invalid', [''])
      expect(problem.detail).toBe('Send a picture of 1 to 4096 pixels in width and in height.')
    }
  })

  test('if it moves', async ({ owner }) => {
    await keptOut(owner, () => owner.upload(PHOTO, webp([riffChunk('ANMF', Buffer.alloc(16))]), 'image/webp'), 422, 'invalid', [''])
  })

  test('if it is larger than 2 MiB, however its length is told; exactly 2 MiB is fine', async ({ owner }) => {
    const filled = (size: number) => png({ more: [pngChunk('teST', Buffer.alloc(size - png().length - 12))] })
    for (const chunked of [false, true]) {
      for (const size of [2 * MIB + 1, 10 * MIB]) {
        const call = () => owner.call('PUT', API + PHOTO, { body: filled(size), headers: { 'Content-Type': 'image/png' }, chunked })
        await keptOut(owner, call, 413, 'too_large')
      }
      expect((await owner.call('PUT', API + PHOTO, { body: filled(2 * MIB), headers: { 'Content-Type': 'image/png' }, chunked })).status).toBe(200)
      await owner.upload(PHOTO, png({ shade: 7 }), 'image/png')
    }
  })

  test('after thirty in an hour', async ({ owner }) => {
    for (let i = 1; i < 30; i++) expect((await owner.upload(PHOTO, i % 2 ? SVG : png(), 'image/png')).status).toBe(i % 2 ? 415 : 200)
    const problem = await keptOut(owner, () => owner.upload(PHOTO, jpeg(), 'image/jpeg'), 429, 'rate_limited')
    expect(problem.detail).toMatch(/^Too many attempts\. Try again in \d+ minutes\.$/)
    expect((await owner.delete(PHOTO)).status, 'removing is not limited').toBe(204)
  })

  test('if the connection breaks half way: nothing of it is left', async ({ owner }) => {
    const whole = png({ more: [pngChunk('teST', Buffer.alloc(MIB))] })
    const [objects, before] = [await photosOf(owner.tenant), await db.state(owner.tenant)]
    await new Promise<void>((resolve, reject) => {
      const { port, hostname } = new URL(origin)
      const socket = connect(Number(port), hostname, () => {
        const head = `PUT ${API}${PHOTO} HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${origin}\r\nCookie: __Host-session=${owner.cookie}\r\nCF-Connecting-IP: ${owner.address}\r\nContent-Type: image/png\r\nContent-Length: ${whole.length}\r\n\r\n`
        socket.write(head)
        socket.write(whole.subarray(0, whole.length >> 1), () => socket.destroy())
      })
      socket.on('close', () => resolve())
      socket.on('error', reject)
    })
    expect((await owner.get(PHOTO)).bytes).toEqual(png({ shade: 7 }))
    expect(await photosOf(owner.tenant)).toEqual(objects)
    expect(await db.state(owner.tenant)).toEqual(before)
    // By the time of another one it has come to nothing.
    expect((await owner.upload(PHOTO, jpeg(), 'image/jpeg')).status).toBe(200)
    expect(await photosOf(owner.tenant)).toHaveLength(1)
    expect(await events(owner)).toHaveLength(2)
  })

  test('if its row cannot be written: its bytes go again, and the old photo stays', async ({ owner }) => {
    const trigger = `no_photo_${owner.user.id}`
    await db.rows(`CREATE TRIGGER ${trigger} BEFORE UPDATE OF photo_hash ON users WHEN NEW.id = '${owner.user.id}' BEGIN SELECT RAISE(ABORT, 'no'); END`)
    await keptOut(owner, () => owner.upload(PHOTO, jpeg(), 'image/jpeg'), 500, 'internal')
    await keptOut(owner, () => owner.delete(PHOTO), 500, 'internal')
    await db.rows(`DROP TRIGGER ${trigger}`)
    expect((await owner.upload(PHOTO, jpeg(), 'image/jpeg')).status).toBe(200)
  })
})

test('a photo whose bytes are lost is none, and can be sent again', async ({ owner }) => {
  const { photo_url } = (await owner.upload(PHOTO, png(), 'image/png')).json
  await loseObjects(await photosOf(owner.tenant))
  expectProblem(await shown(owner, photo_url), 404, 'not_found')
  expect((await owner.upload(PHOTO, png(), 'image/png')).json.photo_url).toBe(photo_url)
  expect((await shown(owner, photo_url)).bytes).toEqual(png())
})

test('a photo is neither changed nor removed by who saw another one', async ({ owner }) => {
  const seen = (await owner.upload(PHOTO, png(), 'image/png')).header('etag') ?? ''
  expect((await owner.get(PHOTO)).header('etag')).toBe(seen)
  const upload = (ifMatch: string) => owner.upload(PHOTO, png({ shade: 0x20 }), 'image/png', { 'If-Match': ifMatch })
  const first = await owner.upload(PHOTO, jpeg(), 'image/jpeg', { 'If-Match': `"other", ${seen}` })
  expect(first.status, first.text).toBe(200)
  for (const wrong of [seen, `W/${first.header('etag')}`, 'stale']) {
    await keptOut(owner, () => upload(wrong), 412, 'precondition_failed')
    await keptOut(owner, () => owner.delete(PHOTO, { 'If-Match': wrong }), 412, 'precondition_failed')
  }
  const now = { 'If-Match': first.header('etag') ?? '' }
  const answers = await Promise.all([upload(now['If-Match']), owner.delete(PHOTO, now), owner.delete(PHOTO, now)])
  expect(answers.map(({ status }) => status).sort().slice(1), 'one of them alone').toEqual([412, 412])
  const left = (await owner.get(PHOTO)).status === 200 ? 1 : 0
  await expect.poll(async () => (await photosOf(owner.tenant)).length).toBe(left)
  expect(await events(owner)).toHaveLength(3)
  // Where there is none, none is named.
  expect((await owner.delete(PHOTO)).status).toBe(204)
  await refused(owner.tenant, () => owner.delete(PHOTO, now), 412, 'precondition_failed')
  await refused(owner.tenant, () => upload(now['If-Match']), 412, 'precondition_failed')
  expect((await upload('*')).status).toBe(200)
})
