/**
 * Ogg Opus out: frames become the bytes of a file or a live stream (RFC 7845 over RFC 3533).
 *
 * The newest frame always waits for the next one, so that the frame that turns out to be the last shares a page
 * with the end-of-stream flag; only there may a granule position say that its end is to be trimmed
 * (RFC 7845 section 4.4).
 */
import type { Frame, StreamFormat } from '../../protocol/media/frame.js'
import { SAMPLES_PER_MS } from '../../protocol/media/frame.js'
import type { Tag } from '../source.js'
import { concealment, GAP_UNIT_SAMPLES, initialToc } from './concealment.js'
import { encodeOpusHead } from './opus-head.js'
import { encodeOpusTags } from './opus-tags.js'
import { encodePage, MAX_SEGMENTS, SEGMENT_BYTES } from './page.js'

/** Short enough that a live player hardly waits for a page; at 64 kbit/s, header and table cost 2.3 %. */
const DEFAULT_PAGE_MS = 200

export interface OpusWriterOptions {
  /** The stream's serial number, 0 to 2³² − 1. Chained streams count on from it, since each needs one of its own. */
  readonly serial: number
  /** The most audio that a page holds, in ms. */
  readonly pageMs?: number
}

export class OpusWriter {
  readonly #pageSamples: number
  #serial: number
  #started = false
  #sequence = 0
  /** What is made and not yet returned. */
  #out: Uint8Array[] = []

  /** The page being filled. */
  #lacing: number[] = []
  #parts: Uint8Array[] = []
  #continued = false
  #pageBegan = 0
  /** The granule position: samples since the stream began, the ones that preSkip drops included (RFC 7845 section 4). */
  #granule = 0
  /** How many samples at the very end are not to be played. */
  #trim = 0
  #lastToc = 0
  #preSkip = 0

  constructor(options: OpusWriterOptions) {
    this.#serial = options.serial >>> 0
    this.#pageSamples = (options.pageMs ?? DEFAULT_PAGE_MS) * SAMPLES_PER_MS
  }

  /** Begins a stream; one that has begun before is ended, and the new one is chained to it. */
  start(format: StreamFormat, tags: readonly Tag[] = []): Uint8Array {
    if (this.#started) {
      this.#finish()
      this.#serial = (this.#serial + 1) >>> 0
    }
    this.#started = true
    this.#sequence = 0
    this.#granule = 0
    this.#pageBegan = 0
    this.#trim = 0
    this.#preSkip = format.preSkip
    this.#lastToc = initialToc(format.channels)
    // Each header has its pages to itself (RFC 7845 section 3).
    this.#packet(encodeOpusHead(format))
    this.#flush(true, false)
    this.#packet(encodeOpusTags('treecast', tags))
    this.#flush(false, false)
    return this.#take()
  }

  /**
   * Takes the next frame, whose bytes must not change until they have been returned. A frame with end trimming is meant to be the stream's last; if others follow, what it
   * wanted trimmed is played, since Ogg cannot say otherwise.
   *
   * @returns the bytes that are ready, if any
   */
  write(frame: Frame): Uint8Array | undefined {
    this.#frame(frame)
    return this.#out.length === 0 ? undefined : this.#take()
  }

  /**
   * Takes the place of missing frames, so that the stream's time goes on: see `concealment.ts`.
   *
   * @param samples a multiple of 120 (2.5 ms), as every run of lost Opus frames is
   */
  gap(samples: number): Uint8Array | undefined {
    if (samples < 0 || samples % GAP_UNIT_SAMPLES !== 0) {
      throw new RangeError(
        `a gap of ${samples} samples cannot be filled: it must be a multiple of ${GAP_UNIT_SAMPLES}`
      )
    }
    for (const lost of concealment(samples, this.#lastToc)) this.#frame({ ...lost, endTrim: 0 })
    return this.#out.length === 0 ? undefined : this.#take()
  }

  /** Ends the stream. @returns its last bytes; none if no stream was begun */
  end(): Uint8Array {
    if (this.#started) this.#finish()
    this.#started = false
    return this.#take()
  }

  #frame(frame: Frame): void {
    if (!this.#started) throw new Error('OpusWriter: start() comes before frames')
    // Frames that are trimmed whole belong on the last page together with the one where the trimming begins.
    const trimsOn = this.#trim > 0 && frame.endTrim >= frame.samples
    const full = this.#granule + frame.samples - this.#pageBegan > this.#pageSamples
    if (full && !trimsOn && this.#lacing.length > 0) this.#flush(false, false)
    this.#packet(frame.data)
    this.#granule += frame.samples
    this.#trim = Math.min(frame.endTrim, frame.samples) + (trimsOn ? this.#trim : 0)
    this.#lastToc = frame.data[0] ?? this.#lastToc
  }

  #finish(): void {
    if (this.#granule === 0) this.#nothing()
    this.#flush(false, true)
  }

  /** The last page needs a packet that ends on it. Where no frame came, some are made of which nothing is played. */
  #nothing(): void {
    const units = Math.max(1, Math.ceil(this.#preSkip / GAP_UNIT_SAMPLES))
    for (const unheard of concealment(units * GAP_UNIT_SAMPLES, this.#lastToc))
      this.#frame({ ...unheard, endTrim: 0 })
    this.#trim = this.#granule - this.#preSkip
  }

  /** Adds a packet to the page, and begins further pages where it does not fit. */
  #packet(data: Uint8Array): void {
    const segments = Math.floor(data.length / SEGMENT_BYTES) + 1
    if (this.#lacing.length > 0 && this.#lacing.length + segments > MAX_SEGMENTS) this.#flush(false, false)
    let at = 0
    for (let segment = 0; segment < segments; segment++) {
      if (this.#lacing.length === MAX_SEGMENTS) this.#overflow()
      const part = data.subarray(at, at + SEGMENT_BYTES)
      this.#lacing.push(part.length)
      this.#parts.push(part)
      at += part.length
    }
  }

  /** Writes a page that its only packet fills and goes on behind: no packet ends on it. */
  #overflow(): void {
    this.#page({ first: false, last: false, granule: undefined })
    this.#continued = true
  }

  #flush(first: boolean, last: boolean): void {
    // The end is never trimmed to before this page: what lies on earlier ones has been played.
    const granule = last ? Math.max(this.#pageBegan, this.#granule - this.#trim) : this.#granule
    this.#page({ first, last, granule })
    this.#continued = false
    this.#pageBegan = this.#granule
  }

  #page(head: { first: boolean; last: boolean; granule: number | undefined }): void {
    const whole = { ...head, continued: this.#continued, serial: this.#serial, sequence: this.#sequence++ }
    this.#out.push(encodePage(whole, this.#lacing, this.#parts))
    this.#lacing = []
    this.#parts = []
  }

  #take(): Uint8Array {
    const out = this.#out
    this.#out = []
    if (out.length === 1) return out[0]!
    const bytes = new Uint8Array(out.reduce((sum, page) => sum + page.length, 0))
    let at = 0
    for (const page of out) {
      bytes.set(page, at)
      at += page.length
    }
    return bytes
  }
}
