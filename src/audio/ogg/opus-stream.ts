/**
 * One logical Opus stream inside Ogg (RFC 7845): its pages go in, in the file's order, and its items come out.
 */
import { TreecastError } from '../../protocol/errors.js'
import { type Frame, opusDuration, type StreamFormat } from '../../protocol/media/frame.js'
import type { SourceItem } from '../source.js'
import { isOpusTags, OpusTagsReader } from './opus-tags.js'
import { type Page, SEGMENT_BYTES } from './page.js'

/** Longest audio packet that a reader should take: 61,440 bytes for each Opus stream (RFC 7845 section 6). */
const MAX_FRAME_BYTES = 61_440

/** Longest OpusTags that a reader need take: 120 MiB (RFC 7845 section 6). */
const MAX_TAGS_BYTES = 125_829_120

/** A packet, or the part of one that a page holds. */
interface Piece {
  readonly bytes: Uint8Array
  /** The packet begins here, not on an earlier page. */
  readonly begins: boolean
  /** The packet ends here, not on a later page. */
  readonly ends: boolean
}

export class OpusStream {
  readonly serial: number
  /** Frames given so far. */
  frames = 0
  /** Packets that were passed over, damaged or torn; stays 0 unless lossy or pages are missing. */
  skippedFrames = 0
  readonly #name: string
  readonly #lossy: boolean
  readonly #format: StreamFormat
  #phase: 'tags' | 'audio' | 'ended' = 'tags'
  readonly #tags = new OpusTagsReader()
  #sequence: number
  /** The granule position of the last page on which a packet ended. */
  #granule = 0
  /** Whether a packet goes on with the next page, and whether it is wanted. */
  #open: 'no' | 'keep' | 'skip' = 'no'
  #parts: Uint8Array[] = []
  #openBytes = 0

  /** @param page the stream's first page, which holds its OpusHead: `format` */
  constructor(page: Page, format: StreamFormat, name: string, lossy: boolean) {
    this.serial = page.serial
    this.#sequence = page.sequence
    this.#format = format
    this.#name = name
    this.#lossy = lossy
  }

  /** Whether the stream stopped in the middle of a packet. */
  get torn(): boolean {
    return this.#open === 'keep'
  }

  /**
   * Reads a page behind the first.
   *
   * @param items where what the page holds is put; what comes before an error stays there
   * @throws TreecastError source-corrupt, unless lossy
   */
  read(page: Page, items: SourceItem[]): void {
    if (this.#phase === 'ended') {
      // RFC 7845 section 3: there MUST NOT be any more pages after the end of stream.
      this.#corrupt(page, 'goes on after its end-of-stream page')
      return
    }
    const lost = page.sequence !== (this.#sequence + 1) >>> 0
    this.#sequence = page.sequence
    this.#join(page, lost, items)
    const first = items.length
    for (const piece of pieces(page)) this.#piece(piece, page, items)
    if (page.granule !== undefined) {
      if (page.last) trimEnd(items, first, page.granule - this.#granule)
      this.#granule = page.granule
    }
    if (page.last) this.#phase = 'ended'
  }

  /** Holds what is open against what the page says of it. */
  #join(page: Page, lost: boolean, items: SourceItem[]): void {
    const torn = lost || (!page.continued && page.lacing.length > 0)
    if (this.#open !== 'no' && torn) {
      if (!lost && this.#open === 'keep') this.#corrupt(page, 'breaks off a packet')
      if (this.#phase === 'tags') this.#beginAudio(items)
      else this.#drop()
    }
    if (this.#open === 'no' && page.continued) {
      // Its beginning was on a page that is missing.
      if (!lost) this.#corrupt(page, 'continues a packet that never began')
      this.#open = 'skip'
    }
    if (lost && this.#phase === 'tags' && (page.continued || !isOpusTags(page.body))) this.#beginAudio(items)
  }

  #piece(piece: Piece, page: Page, items: SourceItem[]): void {
    if (this.#open === 'skip') {
      if (piece.ends) this.#close()
      return
    }
    if (this.#phase === 'tags') {
      if (!piece.begins || isOpusTags(piece.bytes)) {
        this.#comments(piece, page, items)
        return
      }
      this.#corrupt(page, 'has no OpusTags header')
      this.#beginAudio(items)
    }
    this.#openBytes += piece.bytes.length
    if (this.#openBytes > MAX_FRAME_BYTES) {
      this.#corrupt(page, `has a frame of more than ${MAX_FRAME_BYTES} bytes`)
      this.#drop()
      if (!piece.ends) this.#open = 'skip'
    } else if (!piece.ends) {
      this.#open = 'keep'
      this.#parts.push(piece.bytes)
    } else {
      this.#frame(this.#parts.length === 0 ? piece.bytes : join([...this.#parts, piece.bytes]), page, items)
    }
  }

  #comments(piece: Piece, page: Page, items: SourceItem[]): void {
    this.#openBytes += piece.bytes.length
    if (this.#openBytes > MAX_TAGS_BYTES) this.#corrupt(page, `has tags of more than ${MAX_TAGS_BYTES} bytes`)
    this.#tags.push(piece.bytes)
    this.#open = 'keep'
    if (piece.ends) this.#beginAudio(items)
  }

  #beginAudio(items: SourceItem[]): void {
    this.#phase = 'audio'
    items.push({ type: 'stream', format: this.#format, tags: this.#tags.tags })
    if (this.#open === 'keep') this.#close()
  }

  #frame(data: Uint8Array, page: Page, items: SourceItem[]): void {
    const samples = opusDuration(data)
    if (samples === undefined) {
      this.#corrupt(page, 'has a packet that is no Opus frame')
      this.#drop()
      return
    }
    this.#close()
    this.frames++
    items.push({ type: 'frame', frame: { data, samples, endTrim: 0 } })
  }

  #drop(): void {
    this.skippedFrames++
    this.#close()
  }

  #close(): void {
    this.#open = 'no'
    this.#parts = []
    this.#openBytes = 0
  }

  #corrupt(page: Page, what: string): void {
    if (this.#lossy) return
    throw new TreecastError('source-corrupt', `${this.#name} ${what}, on the page at byte ${page.offset}`)
  }
}

/** The packets on a page, whole and in part. */
function* pieces(page: Page): Generator<Piece> {
  let begin = 0
  let end = 0
  let begins = !page.continued
  for (const length of page.lacing) {
    end += length
    if (length === SEGMENT_BYTES) continue
    yield { bytes: page.body.subarray(begin, end), begins, ends: true }
    begin = end
    begins = true
  }
  if (page.lacing.at(-1) === SEGMENT_BYTES) yield { bytes: page.body.subarray(begin), begins, ends: false }
}

/**
 * End trimming (RFC 7845 section 4.4): the last page's granule position says how many samples to keep of the frames
 * that end on it; the others are cut from its end. A granule position that says more than there is, as after a
 * hole or in a file cut out of a longer one, cuts nothing.
 */
function trimEnd(items: SourceItem[], first: number, keep: number): void {
  let trim = -keep
  for (const item of items.slice(first)) if (item.type === 'frame') trim += item.frame.samples
  for (let at = items.length - 1; at >= first && trim > 0; at--) {
    const item = items[at]!
    if (item.type !== 'frame') continue
    const endTrim = Math.min(trim, item.frame.samples)
    const frame: Frame = { ...item.frame, endTrim }
    items[at] = { type: 'frame', frame }
    trim -= endTrim
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
