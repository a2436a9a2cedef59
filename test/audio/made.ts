/**
 * Made-up audio for tests of the framing: any TOC with any bytes behind it is a frame as far as Ogg is concerned.
 */
import { TreecastError } from '../../src/protocol/errors.js'
import { type Frame, opusDuration, type StreamFormat } from '../../src/protocol/media/frame.js'
import { encodePage } from '../../src/audio/ogg/page.js'
import { OpusReader, type OpusReaderOptions } from '../../src/audio/ogg/opus-reader.js'
import { OpusWriter, type OpusWriterOptions } from '../../src/audio/ogg/opus-writer.js'
import type { Source, SourceItem, Tag } from '../../src/audio/source.js'

export const STEREO: StreamFormat = { channels: 2, preSkip: 312, outputGain: 0 }

/** CELT, full band, 20 ms, stereo, one codec frame. */
export const TOC = 0xfc

/** A frame of 20 ms whose bytes tell which it is. */
export function frame(index: number, bytes = 40, endTrim = 0): Frame {
  const data = Uint8Array.from({ length: bytes }, (_, at) => (at === 0 ? TOC : (index * 31 + at) & 0xff))
  return { data, samples: opusDuration(data)!, endTrim }
}

export function frames(count: number, bytes = 40): Frame[] {
  return Array.from({ length: count }, (_, index) => frame(index, bytes))
}

/** A whole Ogg Opus stream. */
export function stream(
  content: readonly Frame[],
  options: Partial<OpusWriterOptions> & { format?: StreamFormat; tags?: readonly Tag[] } = {}
): Uint8Array {
  const writer = new OpusWriter({ serial: 1, ...options })
  const parts = [writer.start(options.format ?? STEREO, options.tags)]
  for (const each of content) parts.push(writer.write(each) ?? new Uint8Array(0))
  return concat([...parts, writer.end()])
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** A stream's pages, by their capture patterns; made-up frames hold none. */
export function pagesOf(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes)
  const pages: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const next = buffer.indexOf('OggS', at + 4)
    const end = next < 0 ? bytes.length : next
    pages.push(bytes.slice(at, end))
    at = end
  }
  return pages
}

/** One page that holds one packet. */
export function page(
  packet: Uint8Array,
  flags: { first?: boolean; sequence?: number; serial?: number } = {}
): Uint8Array {
  const lacing = Array.from({ length: Math.floor(packet.length / 255) }, () => 255)
  const head = { continued: false, last: false, granule: 0, first: false, sequence: 0, serial: 1, ...flags }
  return encodePage(head, [...lacing, packet.length % 255], [packet])
}

/** Cuts bytes at the given places. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b)
  return [0, ...sorted].map((place, index) => bytes.slice(place, sorted[index] ?? bytes.length))
}

export interface Outcome {
  readonly items: SourceItem[]
  /** `undefined` for a good end. */
  readonly error: TreecastError | undefined
  readonly reader: OpusReader
}

/** Reads chunks to the end or to the error, and throws only what is no TreecastError. */
export function read(chunks: readonly Uint8Array[], options: OpusReaderOptions = {}): Outcome {
  const reader = new OpusReader({ name: 'show.opus', ...options })
  const items: SourceItem[] = []
  try {
    for (const chunk of chunks) items.push(...reader.push(chunk))
    items.push(...reader.end())
  } catch (error) {
    if (!(error instanceof TreecastError)) throw error
    return { items, error, reader }
  }
  return { items, error: undefined, reader }
}

export function framesOf(items: readonly SourceItem[]): Frame[] {
  return items.flatMap((item) => (item.type === 'frame' ? [item.frame] : []))
}

export function streamsOf(items: readonly SourceItem[]): Extract<SourceItem, { type: 'stream' }>[] {
  return items.filter((item) => item.type === 'stream')
}

/** Reads a source to its end, or to its error, which is returned. */
export async function drain(
  source: Source
): Promise<{ items: SourceItem[]; error: TreecastError | undefined }> {
  const items: SourceItem[] = []
  try {
    for await (const item of source) items.push(item)
  } catch (error) {
    if (!(error instanceof TreecastError)) throw error
    return { items, error }
  }
  return { items, error: undefined }
}
