/**
 * All that an Ogg Opus file holds, read for whoever wants to know what is wrong with it: what is damaged is passed over and told,
 * with the frame at which it stands.
 */

import { parseOpusHead } from '../audio/ogg/opus-head.js'
import { OpusStream } from '../audio/ogg/opus-stream.js'
import { type Page, PageReader } from '../audio/ogg/page.js'
import type { SourceItem, Tag } from '../audio/source.js'
import type { StreamFormat } from '../protocol/media/frame.js'

/** Read so much at a time: a page is copied once. */
const CHUNK_BYTES = 256 * 1024

export interface ContainedStream {
  /** The frame with which it begins. */
  readonly frame: number
  /** Undefined where its head is missing. */
  readonly format: StreamFormat | undefined
  readonly tags: readonly Tag[]
  /** Samples at its end that are not played. */
  trim: number
  /** Whether it ends in good order. */
  ended: boolean
}

/** Something in the file that no recording has. */
export interface Oddity {
  /** It stands before this frame. */
  readonly frame: number
  readonly what: string
}

export class Contents {
  readonly streams: ContainedStream[] = []
  readonly oddities: Oddity[] = []
  /** Bytes behind the last page: what a crash has torn, or what was added. */
  tail = 0
  private data = new Uint8Array(64 * 1024)
  private starts = new Float64Array(1024)
  private count = 0

  constructor(file: Uint8Array, name: string) {
    const reading = new Reading(this, name)
    for (let at = 0; at < file.length; at += CHUNK_BYTES) {
      reading.take(file.subarray(at, at + CHUNK_BYTES))
    }
    reading.end()
  }

  get frames(): number {
    return this.count
  }

  /** The bytes of consecutive frames. */
  bytes(from: number, to: number): Uint8Array {
    return this.data.subarray(this.starts[from], this.starts[to])
  }

  length(frame: number): number {
    return this.starts[frame + 1]! - this.starts[frame]!
  }

  add(frame: Uint8Array): void {
    const start = this.starts[this.count]!
    const end = start + frame.length
    if (end > this.data.length) this.data = grown(this.data, new Uint8Array(2 * end))
    if (this.count + 2 > this.starts.length) {
      this.starts = grown(this.starts, new Float64Array(2 * this.starts.length))
    }
    this.data.set(frame, start)
    this.starts[++this.count] = end
  }
}

class Reading {
  private readonly contents: Contents
  private readonly pages: PageReader
  private stream: OpusStream | undefined
  private granule = 0
  private sequence = 0
  private skippedBytes = 0
  private skippedFrames = 0

  constructor(contents: Contents, name: string) {
    this.contents = contents
    this.pages = new PageReader(name, true)
  }

  take(chunk: Uint8Array): void {
    this.pages.push(chunk)
    this.read()
  }

  end(): void {
    this.pages.finish()
    this.read()
    this.contents.tail = this.pages.skippedBytes - this.skippedBytes
    if (this.stream?.torn) this.odd('breaks off inside a frame')
  }

  private read(): void {
    for (let page = this.pages.next(); page !== undefined; page = this.pages.next()) {
      if (this.pages.skippedBytes > this.skippedBytes) this.odd('is damaged')
      this.skippedBytes = this.pages.skippedBytes
      this.page(page)
    }
  }

  private page(page: Page): void {
    if (page.first) {
      this.begin(page)
      return
    }
    if (this.stream === undefined) {
      this.odd('lacks the head of a stream')
      const head = { ...page, sequence: (page.sequence - 1) >>> 0 }
      this.stream = new OpusStream(head, { channels: 1, preSkip: 0, outputGain: 0 }, '', true)
      this.sequence = head.sequence
    }
    if (page.serial === this.stream.serial) this.audio(page, this.stream)
    else this.odd('holds a page of another stream')
  }

  private begin(page: Page): void {
    const format = parseOpusHead(page.body)
    if (typeof format === 'string') {
      this.odd('holds a stream that is not Opus')
      return
    }
    if (this.stream?.torn) this.odd('breaks off inside a frame')
    this.stream = new OpusStream(page, format, '', true)
    this.sequence = page.sequence
    this.granule = 0
    this.skippedFrames = 0
    if (!page.last) return
    this.odd('holds a stream without frames')
  }

  private audio(page: Page, stream: OpusStream): void {
    const items: SourceItem[] = []
    const inOrder = page.sequence === (this.sequence + 1) >>> 0
    if (!inOrder) this.odd('lacks a page')
    this.sequence = page.sequence
    stream.read(page, items)
    let samples = 0
    for (const item of items) {
      if (item.type === 'stream') {
        const { tags, format } = item
        this.contents.streams.push({ frame: this.contents.frames, format, tags, trim: 0, ended: false })
      } else {
        samples += item.frame.samples
        this.contents.add(item.frame.data)
        if (item.frame.endTrim > 0) this.current.trim += item.frame.endTrim
      }
    }
    if (stream.skippedFrames > this.skippedFrames) this.odd('holds what is no Opus frame')
    this.skippedFrames = stream.skippedFrames
    if (page.granule !== undefined) {
      const due = this.granule + samples
      if (inOrder && (page.last ? page.granule > due : page.granule !== due)) this.odd('tells a wrong time')
      this.granule = page.granule
    }
    if (page.last) this.current.ended = true
  }

  private get current(): ContainedStream {
    const { streams, frames } = this.contents
    if (streams.length === 0) {
      streams.push({ frame: frames, format: undefined, tags: [], trim: 0, ended: false })
    }
    return streams.at(-1)!
  }

  private odd(what: string): void {
    this.contents.oddities.push({ frame: this.contents.frames, what })
  }
}

function grown<T extends Uint8Array | Float64Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}
