/**
 * Ogg pages (RFC 3533): the framing around everything in an `.opus` file or stream. A page is a header of 27 bytes,
 * a table of up to 255 segment lengths, and up to 65,025 bytes of body, under one checksum.
 *
 * Inside `ogg/`, and nowhere else in treecast, *packet* has the RFC's meaning: what Ogg carries for a codec. Each
 * packet of an Opus stream behind its two headers is one of our frames.
 */
import { TreecastError } from '../../protocol/errors.js'

/** Bytes before the segment table (RFC 3533 section 6, fields 1 to 9). */
const HEADER_BYTES = 27

/** A packet is cut into segments of 255 bytes; a shorter one, perhaps of 0 bytes, ends it (RFC 3533 section 5). */
export const SEGMENT_BYTES = 255

/** The segment count is one byte (RFC 3533 section 6, field 9). */
export const MAX_SEGMENTS = 255

/** Header, segment table and body at their fullest: 65,307 bytes, as RFC 3533 section 6 says too. */
export const MAX_PAGE_BYTES = HEADER_BYTES + MAX_SEGMENTS + MAX_SEGMENTS * SEGMENT_BYTES

/** Wherever one joins an Ogg stream, a whole page begins within one page's length and ends within two. */
const MAX_HUNT_BYTES = 2 * MAX_PAGE_BYTES

/** As many bytes as it takes to recognise what {@link looksLike} knows. */
const SNIFF_BYTES = 12

const CAPTURE = [0x4f, 0x67, 0x67, 0x53] // "OggS"

/** Header type flags (RFC 3533 section 6, field 3). */
const CONTINUED = 1
const FIRST = 2
const LAST = 4

export interface PageHead {
  /** The body begins with the rest of a packet that began on an earlier page. */
  readonly continued: boolean
  /** The stream begins here (RFC 3533: "bos"). */
  readonly first: boolean
  /** The stream ends here (RFC 3533: "eos"). */
  readonly last: boolean
  /** Undefined, −1 on the wire, where no packet ends on this page. */
  readonly granule: number | undefined
  /** Tells the streams apart that share one file. */
  readonly serial: number
  /** Counts the stream's pages. */
  readonly sequence: number
}

export interface Page extends PageHead {
  /** Where the page begins in the source, in bytes. */
  readonly offset: number
  readonly lacing: Uint8Array
  /** A copy of its own, never changed again; slices of it may be handed on. */
  readonly body: Uint8Array
}

/** Cuts a byte stream, which comes in chunks of any size, into pages. */
export class PageReader {
  /** Pages given so far. */
  pages = 0
  /** Bytes that belonged to no good page and were passed over; stays 0 unless lossy. */
  skippedBytes = 0
  readonly #name: string
  readonly #lossy: boolean
  #buffer = new Uint8Array(0)
  /** What is unread lies in [start, end) of the buffer. */
  #start = 0
  #end = 0
  /** Where the buffer's first byte was in the source. */
  #base = 0
  #finished = false

  /**
   * @param name what to call the source in messages
   * @param lossy pass over damage and hunt for the next page, as a live stream wants it, instead of throwing
   */
  constructor(name: string, lossy: boolean) {
    this.#name = name
    this.#lossy = lossy
  }

  /** Where the next unread byte is in the source. */
  get offset(): number {
    return this.#base + this.#start
  }

  /** Takes bytes; they are copied, so the caller may use the chunk again. */
  push(chunk: Uint8Array): void {
    const unread = this.#end - this.#start
    if (this.#end + chunk.length > this.#buffer.length) {
      // Half of the buffer stays free after a move, so that moves stay rare however small the chunks are.
      const wanted = 2 * (unread + chunk.length)
      const target = wanted > this.#buffer.length ? new Uint8Array(Math.max(wanted, 4096)) : this.#buffer
      target.set(this.#buffer.subarray(this.#start, this.#end))
      this.#base += this.#start
      this.#buffer = target
      this.#start = 0
      this.#end = unread
    }
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** No more bytes will come: what is incomplete now stays so, and {@link next} says it. */
  finish(): void {
    this.#finished = true
  }

  /**
   * @returns the next page, or undefined where more bytes are needed (after `finish`: where all are read)
   * @throws TreecastError not-ogg; and unless lossy, source-corrupt and source-truncated
   */
  next(): Page | undefined {
    while (this.#start < this.#end) {
      const size = this.#measure()
      if (size === 'incomplete') {
        if (!this.#finished) return undefined
        this.#damage('source-truncated', 'ends inside the Ogg page that begins')
      } else if (size === 'stray') {
        if (this.offset === 0 && this.#end < SNIFF_BYTES && !this.#finished) return undefined
        this.#stray()
      } else if (this.#intact(size)) {
        return this.#take(size)
      } else {
        this.#damage('source-corrupt', 'has an Ogg page with a wrong checksum')
      }
    }
    if (this.#finished && this.pages === 0 && this.offset > 0) throw notOgg(this.#name, undefined)
    return undefined
  }

  /** The length of the page that begins at the first unread byte, if one does. */
  #measure(): number | 'incomplete' | 'stray' {
    const unread = this.#buffer.subarray(this.#start, this.#end)
    for (const [at, byte] of CAPTURE.entries()) {
      if (at >= unread.length) return 'incomplete'
      if (unread[at] !== byte) return 'stray'
    }
    // RFC 3533 section 6, field 2: the only version is 0.
    if ((unread[4] ?? 0) !== 0) return 'stray'
    if (unread.length < HEADER_BYTES) return 'incomplete'
    const segments = unread[26]!
    if (unread.length < HEADER_BYTES + segments) return 'incomplete'
    let size = HEADER_BYTES + segments
    for (let at = 0; at < segments; at++) size += unread[HEADER_BYTES + at]!
    return unread.length < size ? 'incomplete' : size
  }

  #intact(size: number): boolean {
    const page = this.#buffer.subarray(this.#start, this.#start + size)
    return checksum(page) === view(page).getUint32(22, true)
  }

  #take(size: number): Page {
    const page = this.#buffer.slice(this.#start, this.#start + size)
    const offset = this.offset
    this.#start += size
    this.pages++
    const header = view(page)
    const flags = page[5]!
    const body = HEADER_BYTES + page[26]!
    const granule = header.getBigInt64(6, true)
    return {
      continued: (flags & CONTINUED) !== 0,
      first: (flags & FIRST) !== 0,
      last: (flags & LAST) !== 0,
      granule: granule === -1n ? undefined : Number(granule),
      serial: header.getUint32(14, true),
      sequence: header.getUint32(18, true),
      offset,
      lacing: page.subarray(HEADER_BYTES, body),
      body: page.subarray(body)
    }
  }

  /** There are bytes where a page should begin. */
  #stray(): void {
    if (this.offset === 0) {
      const known = looksLike(this.#buffer.subarray(this.#start, this.#end))
      if (known !== undefined || !this.#lossy) throw notOgg(this.#name, known)
    }
    this.#damage('source-corrupt', 'has bytes that are no Ogg page')
  }

  /** Throws, or if lossy goes on to the next byte where a page might begin. */
  #damage(code: 'source-corrupt' | 'source-truncated', what: string): void {
    if (!this.#lossy) throw new TreecastError(code, `${this.#name} ${what} at byte ${this.offset}`)
    const next = this.#buffer.subarray(this.#start + 1, this.#end).indexOf(CAPTURE[0]!)
    const skipped = next < 0 ? this.#end - this.#start : next + 1
    this.#start += skipped
    this.skippedBytes += skipped
    if (this.pages === 0 && this.offset > MAX_HUNT_BYTES) throw notOgg(this.#name, undefined)
  }
}

/** Makes one page. `lacing` are its segment lengths, `parts` its body, which may come in pieces. */
export function encodePage(
  head: PageHead,
  lacing: readonly number[],
  parts: readonly Uint8Array[]
): Uint8Array {
  const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0)
  const page = new Uint8Array(HEADER_BYTES + lacing.length + bodyBytes)
  const header = view(page)
  page.set(CAPTURE)
  page[5] = (head.continued ? CONTINUED : 0) | (head.first ? FIRST : 0) | (head.last ? LAST : 0)
  header.setBigInt64(6, head.granule === undefined ? -1n : BigInt(head.granule), true)
  header.setUint32(14, head.serial, true)
  header.setUint32(18, head.sequence, true)
  page[26] = lacing.length
  page.set(lacing, HEADER_BYTES)
  let at = HEADER_BYTES + lacing.length
  for (const part of parts) {
    page.set(part, at)
    at += part.length
  }
  header.setUint32(22, checksum(page), true)
  return page
}

/**
 * CRC-32 by the polynomial 0x04c11db7, from 0, neither reflected nor inverted, over the page with the checksum
 * itself taken as zeros (RFC 3533 section 6, field 7). No common CRC-32 routine computes this one.
 */
export function checksum(page: Uint8Array): number {
  let crc = 0
  for (let at = 0; at < page.length; at++) {
    const byte = at >= 22 && at < 26 ? 0 : page[at]!
    crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!
  }
  return crc >>> 0
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function notOgg(name: string, known: string | undefined): TreecastError {
  const seen = known === undefined ? '' : ` (it looks like ${known})`
  return new TreecastError(
    'not-ogg',
    `${name} is not Ogg${seen}; convert it: ffmpeg -i INPUT -c:a libopus OUTPUT.opus`
  )
}

/** What people most often give by mistake, by its first bytes. */
function looksLike(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES))
  if (text.startsWith('ID3') || (bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2)) return 'MP3'
  if (bytes[0] === 0xff && (bytes[1]! & 0xf6) === 0xf0) return 'AAC'
  if (text.startsWith('RIFF')) return 'WAV'
  if (text.startsWith('fLaC')) return 'FLAC'
  if (text.startsWith('\x1aE\xdf\xa3')) return 'WebM or Matroska'
  if (text.startsWith('ftyp', 4)) return 'MP4'
  if (/^\s*<|^#EXTM3U/.test(text)) return text.startsWith('#') ? 'a playlist' : 'a web page'
  return undefined
}
