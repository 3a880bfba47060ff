// Small pictures, and what may be wrong with them.

import { crc32, deflateSync } from 'node:zlib'

const bytes = (base64: string) => Buffer.from(base64, 'base64')
const ascii = (text: string) => Buffer.from(text, 'latin1')
const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const u32 = (value: number) => Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255])
const u32LowFirst = (value: number) => u32(value).reverse()

export function pngChunk(kind: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([ascii(kind), data])
  return Buffer.concat([u32(data.length), named, u32(crc32(named))])
}

type Colour = [number, number, number]

/** A PNG, drawn pixel by pixel; `more` stands before its pixels. */
export function drawn(width: number, height: number, colourAt: (x: number, y: number) => Colour, more: Buffer[] = [], sides = [width, height]): Buffer {
  const [wide = 0, high = 0] = sides
  const head = pngChunk('IHDR', Buffer.concat([u32(wide), u32(high), Buffer.from([8, 2, 0, 0, 0])]))
  const row = (y: number) => Buffer.from([0, ...Array.from({ length: width }, (_, x) => colourAt(x, y)).flat()])
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => row(y)))
  return Buffer.concat([bytes('iVBORw0KGgo='), head, ...more, pngChunk('IDAT', deflateSync(rows)), pngChunk('IEND')])
}

/** A small PNG of one colour. `sides` are what it says of itself. */
export function png({ more = [], sides = [8, 6], shade = 0x14 }: { more?: Buffer[]; sides?: [number, number]; shade?: number } = {}): Buffer {
  return drawn(8, 6, () => [shade, shade, shade], more, sides)
}

/** Of 8 by 6 pixels, made by a browser. */
const JPEG = bytes(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAGAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAeEAACAQQDAQAAAAAAAAAAAAABAwACBCFBBREicf/EABUBAQEAAAAAAAAAAAAAAAAAAAQF/8QAFxEBAAMAAAAAAAAAAAAAAAAAAAECQf/aAAwDAQACEQMRAD8AgxlieMUtaaxeivtjCfJpzgZ+a1ERFQk2x//Z',
)
/** Its pixels in VP8, likewise. */
const VP8 = bytes('MAIAnQEqCAAGAALATCWwAnQGKl8xn0vsvsAAzj8w7f4p8BTYf+U/yNYLzWAMcKgjbPPw6vB7TIESVfdLCFpav+6Hev0eDUX/lau93J0IUgAAAA==')

export const segment = (marker: number, data: Buffer) => Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data])

/** A JPEG; `more` stands at its beginning. */
export function jpeg(more: Buffer[] = []): Buffer {
  return Buffer.concat([JPEG.subarray(0, 2), ...more, JPEG.subarray(2)])
}

export function riffChunk(kind: string, data: Buffer): Buffer {
  return Buffer.concat([ascii(kind), u32LowFirst(data.length), data, Buffer.alloc(data.length % 2)])
}

/** A WebP; `more` stands after its picture. */
export function webp(more: Buffer[] = []): Buffer {
  const chunks = Buffer.concat([ascii('WEBP'), riffChunk('VP8 ', VP8), ...more])
  return Buffer.concat([ascii('RIFF'), u32LowFirst(chunks.length), chunks])
}

/** EXIF that tells a place, as a camera writes it. */
export const EXIF = Buffer.concat([ascii('Exif\0\0MM\0*\0\0\0\b\0\x01\x88%\0\x04\0\0\0\x01\0\0\0\x1a'), ascii('GPS 52.5200 N 13.4050 E')])
export const XMP = ascii('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>52.5200 N</x:xmpmeta>')
export const SVG = ascii('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
export const HTML = ascii('<!doctype html><script>alert(1)</script>')
export const GIF = bytes('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7')
