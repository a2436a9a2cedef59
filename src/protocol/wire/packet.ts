/**
 * The packet: the smallest sequenced, signed, relayed unit. Its bytes are the same at every peer, from the
 * origin to the last leaf; what changes on the way (the hop count) travels outside, in the DATA message.
 *
 *     kind u8 · epoch u32 · sequence u48 · media time u48 · payload · signature 64
 */

import { fromString } from 'uint8arrays/from-string'
import {
  MAX_FRAMES_PER_PACKET,
  MAX_METADATA_FIELDS,
  MAX_METADATA_KEY_BYTES,
  MAX_METADATA_VALUE_BYTES,
  MAX_NAME_BYTES,
  MAX_PACKET_BYTES
} from '../limits.js'
import { type Frame, opusDuration, type StreamFormat } from '../media/frame.js'
import type { BroadcastId } from './broadcast.js'
import { SIGNATURE_BYTES } from './certificate.js'
import { MAX_U48, Reader, WireError, Writer } from './cursor.js'

/** Kinds of packet. A kind that is not known is verified, relayed and kept like any other, and not played. */
export const PACKET_KIND = { audio: 0, metadata: 1, end: 2, seal: 3 } as const

/** kind, epoch, sequence, media time. */
export const PACKET_HEADER_BYTES = 1 + 4 + 6 + 6

/** A seal holds a SHA-256. */
const SEAL_DIGEST_BYTES = 32

/** Format, flags, end trim and frame count, before the frames' lengths. */
const AUDIO_HEADER_BYTES = 1 + 1 + 2 + 2 + 2 + 1

/** Set where the packet's first frame begins a stream: the decoder starts anew and skips `preSkip`. */
const FLAG_STREAM_START = 1

const DOMAIN = fromString('treecast packet v1\0')

export interface PacketHeader {
  readonly kind: number
  readonly epoch: number
  readonly sequence: number
  /** When the packet's first frame plays: samples at 48 kHz since the show's begin. */
  readonly mediaTime: number
}

/** The packet's header beside the bytes it was read from. */
export interface Packet extends PacketHeader {
  readonly bytes: Uint8Array
}

export interface Seal {
  readonly kind: 'seal'
  readonly first: number
  readonly count: number
  readonly digest: Uint8Array
}

export type Payload =
  | {
      readonly kind: 'audio'
      readonly format: StreamFormat
      readonly streamStart: boolean
      readonly frames: readonly Frame[]
    }
  | { readonly kind: 'metadata'; readonly fields: ReadonlyMap<string, string> }
  /** The show is over. `firstEnd` is the sequence of the first end packet: there is one in each stripe. */
  | { readonly kind: 'end'; readonly firstEnd: number }
  /** One signature for many packets, for whoever keeps them: see `seal.ts`. */
  | Seal
  | { readonly kind: 'unknown' }

/** How long a packet with these frames becomes: for the packetizer. */
export function audioPacketBytes(frames: readonly { readonly data: Uint8Array }[]): number {
  let bytes = PACKET_HEADER_BYTES + AUDIO_HEADER_BYTES + SIGNATURE_BYTES
  for (const frame of frames) bytes += 2 + frame.data.length
  return bytes
}

/**
 * A packet but for its signature.
 *
 * @throws RangeError if a field is out of its bounds, or the packet too long.
 */
export function encodeUnsigned(
  header: Omit<PacketHeader, 'kind'>,
  payload: Exclude<Payload, { kind: 'unknown' }>
): Uint8Array {
  const writer = new Writer(256)
  writer.u8(PACKET_KIND[payload.kind]).u32(header.epoch).u48(header.sequence).u48(header.mediaTime)
  switch (payload.kind) {
    case 'audio':
      writeAudio(writer, payload)
      break
    case 'metadata':
      if (payload.fields.size > MAX_METADATA_FIELDS)
        throw new RangeError(`${payload.fields.size} metadata fields`)
      writer.u8(payload.fields.size)
      for (const [key, value] of payload.fields) {
        writer.text(1, key, MAX_METADATA_KEY_BYTES).text(2, value, MAX_METADATA_VALUE_BYTES)
      }
      break
    case 'end':
      writer.u48(payload.firstEnd)
      break
    case 'seal':
      writer.u48(payload.first).u8(payload.count).put(payload.digest)
      break
  }
  if (writer.length + SIGNATURE_BYTES > MAX_PACKET_BYTES) throw new RangeError(`packet of ${writer.length} B`)
  return writer.finish()
}

/** A packet but for its signature, from a payload's bytes. */
export function encodeHeader(
  { kind, epoch, sequence, mediaTime }: PacketHeader,
  payload: Uint8Array
): Uint8Array {
  const writer = new Writer(PACKET_HEADER_BYTES + payload.length)
  return writer.u8(kind).u32(epoch).u48(sequence).u48(mediaTime).put(payload).finish()
}

/** Joins a packet and its signature. */
export function joinSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  return new Writer(unsigned.length + SIGNATURE_BYTES).put(unsigned).put(signature).finish()
}

/** What every packet's signature covers before the packet itself: domain, publisher, name. */
export function packetDomain(broadcast: BroadcastId): Uint8Array {
  return new Writer(128).put(DOMAIN).put(broadcast.publisher).text(1, broadcast.name, MAX_NAME_BYTES).finish()
}

/** The bytes that the show key signs. */
export function packetMessage(domain: Uint8Array, unsigned: Uint8Array): Uint8Array {
  const message = new Uint8Array(domain.length + unsigned.length)
  message.set(domain)
  message.set(unsigned, domain.length)
  return message
}

/**
 * Reads the header alone: all that is needed to decide whether a packet is worth checking.
 *
 * @throws WireError if there is no whole header and signature, or too much.
 */
export function readPacket(bytes: Uint8Array): Packet {
  if (bytes.length > MAX_PACKET_BYTES) throw new WireError(`packet of ${bytes.length} B`)
  if (bytes.length < PACKET_HEADER_BYTES + SIGNATURE_BYTES) throw new WireError(`packet of ${bytes.length} B`)
  const { kind, epoch, sequence, mediaTime } = readUnsigned(bytes)
  // The largest u48 means "the recent past" in a SUBSCRIBE.
  if (sequence === MAX_U48) throw new WireError('a sequence that is none')
  return { kind, epoch, sequence, mediaTime, bytes }
}

/** The header of a packet that need not have its signature. */
export function readUnsigned(bytes: Uint8Array): PacketHeader {
  const reader = new Reader(bytes)
  return { kind: reader.u8(), epoch: reader.u32(), sequence: reader.u48(), mediaTime: reader.u48() }
}

export function unsignedPart(packet: Uint8Array): Uint8Array {
  return packet.subarray(0, packet.length - SIGNATURE_BYTES)
}

/** What the packet carries: all between its header and its signature. */
export function payloadPart(unsigned: Uint8Array): Uint8Array {
  return unsigned.subarray(PACKET_HEADER_BYTES)
}

export function signaturePart(packet: Uint8Array): Uint8Array {
  return packet.subarray(packet.length - SIGNATURE_BYTES)
}

/**
 * Reads the payload of a verified packet.
 *
 * @throws WireError: the publisher's own software made nonsense, since the signature was right.
 */
export function readPayload(packet: Packet): Payload {
  const reader = new Reader(packet.bytes.subarray(PACKET_HEADER_BYTES, packet.bytes.length - SIGNATURE_BYTES))
  switch (packet.kind) {
    case PACKET_KIND.audio:
      return readAudio(reader)
    case PACKET_KIND.metadata:
      return { kind: 'metadata', fields: readMetadata(reader) }
    case PACKET_KIND.end: {
      const firstEnd = reader.u48()
      if (firstEnd > packet.sequence) throw new WireError('an end packet before the end')
      return { kind: 'end', firstEnd }
    }
    case PACKET_KIND.seal:
      return readSeal(reader, packet.sequence)
    default:
      return { kind: 'unknown' }
  }
}

function writeAudio(writer: Writer, payload: Extract<Payload, { kind: 'audio' }>): void {
  const { format, frames } = payload
  if (frames.length < 1 || frames.length > MAX_FRAMES_PER_PACKET) {
    throw new RangeError(`${frames.length} frames in a packet: 1…${MAX_FRAMES_PER_PACKET} are allowed`)
  }
  writer
    .u8(format.channels)
    .u8(payload.streamStart ? FLAG_STREAM_START : 0)
    .u16(format.preSkip)
    .i16(format.outputGain)
    .u16(frames[frames.length - 1]!.endTrim)
    .u8(frames.length)
  for (const frame of frames) writer.u16(frame.data.length)
  for (const frame of frames) writer.put(frame.data)
}

function readAudio(reader: Reader): Payload {
  const channels = reader.u8()
  if (channels !== 1 && channels !== 2) throw new WireError(`${channels} channels`)
  const flags = reader.u8()
  const preSkip = reader.u16()
  const outputGain = reader.i16()
  const endTrim = reader.u16()
  const count = reader.u8()
  if (count < 1 || count > MAX_FRAMES_PER_PACKET) throw new WireError(`${count} frames in a packet`)
  const lengths: number[] = []
  for (let i = 0; i < count; i++) lengths.push(reader.u16())
  const frames = lengths.map((length, i): Frame => {
    const data = reader.view(length)
    const samples = opusDuration(data)
    if (samples === undefined) throw new WireError(`frame ${i} is not Opus`)
    return { data, samples, endTrim: i === count - 1 ? endTrim : 0 }
  })
  reader.end()
  const format: StreamFormat = { channels, preSkip, outputGain }
  return { kind: 'audio', format, streamStart: (flags & FLAG_STREAM_START) !== 0, frames }
}

/** Reads the payload of a seal. @returns undefined where the publisher's software made nonsense. */
export function readSealPayload(payload: Uint8Array, sequence: number): Seal | undefined {
  try {
    return readSeal(new Reader(payload), sequence)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

function readSeal(reader: Reader, sequence: number): Seal {
  const first = reader.u48()
  const count = reader.u8()
  const digest = reader.view(SEAL_DIGEST_BYTES)
  reader.end()
  if (count === 0 || first + count > sequence) throw new WireError('a seal of what is not before it')
  return { kind: 'seal', first, count, digest }
}

/**
 * Reads the payload of a metadata packet.
 *
 * @throws WireError as `readPayload` does.
 */
export function readFields(payload: Uint8Array): ReadonlyMap<string, string> {
  return readMetadata(new Reader(payload))
}

function readMetadata(reader: Reader): ReadonlyMap<string, string> {
  const count = reader.u8()
  if (count > MAX_METADATA_FIELDS) throw new WireError(`${count} metadata fields`)
  const fields = new Map<string, string>()
  for (let i = 0; i < count; i++) {
    fields.set(reader.text(1, MAX_METADATA_KEY_BYTES), reader.text(2, MAX_METADATA_VALUE_BYTES))
  }
  reader.end()
  return fields
}
