// The form of a secret, computed anew from the contract: 30 base62 characters and 6 that check them.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function crc32(text: string): number {
  let crc = 0xffffffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

export function checkCharacters(body: string): string {
  let check = ''
  for (let rest = crc32(body); check.length < 6; rest = Math.floor(rest / 62)) check = ALPHABET[rest % 62] + check
  return check
}

/** Well-formed, and known to nobody unless it was issued. */
export function secretOf(body: string, prefix = 'lkp_'): string {
  return prefix + body + checkCharacters(body)
}

/** With another last character, whatever the last one is. */
export function mistyped(secret: string): string {
  return secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')
}
