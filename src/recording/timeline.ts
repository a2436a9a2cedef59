/**
 * What stands in the Ogg file, as the packets say: where a stream begins, and how much time is kept for packets that are
 * missing. Who records and who verifies ask the same.
 */

import { GAP_UNIT_SAMPLES } from '../audio/ogg/concealment.js'
import type { Tag } from '../audio/source.js'
import { MAX_CERTIFICATE_SECONDS } from '../protocol/limits.js'
import { SAMPLES_PER_MS, type StreamFormat } from '../protocol/media/frame.js'
import { Reader, WireError } from '../protocol/wire/cursor.js'
import { PACKET_KIND, readFields } from '../protocol/wire/packet.js'
import type { ProvenPacket } from './proof.js'

/** What a decoder needs to converge when it begins in the middle of a stream: 80 ms (RFC 7845 section 4.2). */
export const JOIN_PRE_SKIP = 3840

/** Nothing that is under one certificate is farther apart. */
const MAX_GAP_SAMPLES = MAX_CERTIFICATE_SECONDS * 1000 * SAMPLES_PER_MS

const FLAG_STREAM_START = 1

export interface Placed {
  /** Samples of missing audio before it. */
  readonly gap: number
  /** Packets that are missing before it, audio or not. */
  readonly lost: number
  /** The stream that begins with it, if one does. */
  readonly stream: { readonly format: StreamFormat; readonly tags: readonly Tag[] } | undefined
}

export class Timeline {
  /** Whether the next packet is the first of a show: the first of all, or behind a certificate with which one begins. */
  private isNew = true
  private nextSequence = 0
  private lost = 0
  private mediaTime = 0
  /** How far the show has gone, as packets without frames say too. */
  private heardOf = 0
  private format: StreamFormat | undefined
  private fields: ReadonlyMap<string, string> = new Map()

  /** What is missing behind the last audio, as far as later packets tell. No time is kept for it: nothing follows. */
  get missingAtEnd(): { readonly lost: number; readonly gap: number } {
    return { lost: this.lost, gap: Math.max(0, this.heardOf - this.mediaTime) }
  }

  /** What follows is under another certificate. @param continues whether it goes on with the show before it */
  certified(continues: boolean): void {
    if (!continues) this.isNew = true
  }

  /** Takes the next packet. @returns where it stands in the file; undefined for one without frames. */
  take(packet: ProvenPacket): Placed | undefined {
    const { sequence, mediaTime, audio } = packet
    const { isNew } = this
    this.isNew = false
    this.lost = isNew ? 0 : this.lost + Math.max(0, sequence - this.nextSequence)
    this.nextSequence = sequence + 1
    if (packet.kind === PACKET_KIND.metadata) this.fields = fieldsOf(packet.payload!) ?? this.fields
    this.heardOf = isNew ? mediaTime : Math.max(this.heardOf, mediaTime)
    if (audio === undefined) {
      if (isNew) {
        this.format = undefined
        this.mediaTime = mediaTime
      }
      return undefined
    }
    const { lost } = this
    this.lost = 0
    const { format, streamStart } = readFormat(audio.format)
    const before = isNew ? undefined : this.format
    const gap = before === undefined ? 0 : gapOf(mediaTime - this.mediaTime)
    this.mediaTime = mediaTime + audio.duration
    this.format = format
    if (before !== undefined && !streamStart && sameDecoder(before, format)) {
      return { gap, lost, stream: undefined }
    }
    const preSkip = streamStart ? format.preSkip : Math.max(format.preSkip, JOIN_PRE_SKIP)
    return { gap, lost, stream: { format: { ...format, preSkip }, tags: tagsOf(this.fields) } }
  }
}

/** Whole frames are what is missing, unless the publisher's software counts in its own way. */
function gapOf(samples: number): number {
  const bounded = Math.min(Math.max(0, samples), MAX_GAP_SAMPLES)
  return bounded - (bounded % GAP_UNIT_SAMPLES)
}

/** Whether one decoder does for both. */
export function sameDecoder(a: StreamFormat, b: StreamFormat): boolean {
  return a.channels === b.channels && a.outputGain === b.outputGain
}

/** The first eight bytes of an audio payload. */
export function readFormat(bytes: Uint8Array): {
  format: StreamFormat
  streamStart: boolean
  endTrim: number
} {
  const reader = new Reader(bytes)
  const channels = reader.u8() === 2 ? 2 : 1
  const streamStart = (reader.u8() & FLAG_STREAM_START) !== 0
  const preSkip = reader.u16()
  const outputGain = reader.i16()
  return { format: { channels, preSkip, outputGain }, streamStart, endTrim: reader.u16() }
}

/** @returns undefined if the publisher's software made nonsense. */
export function fieldsOf(payload: Uint8Array): ReadonlyMap<string, string> | undefined {
  try {
    return readFields(payload)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** What an Ogg file says of itself: names are printable ASCII (RFC 7845 section 5.2). */
function tagsOf(fields: ReadonlyMap<string, string>): Tag[] {
  return [...fields]
    .filter(([name]) => /^[\x20-\x3c\x3e-\x7d]+$/.test(name))
    .map(([name, value]) => ({ name: name.toUpperCase(), value }))
}
