/**
 * The proof of a recording: what a signed packet holds beside its frames, so that with the frames of the Ogg file its exact bytes
 * can be made again. A sequence of records, only ever appended to; what was written of one that a crash has torn is
 * passed over. PROTOCOL.md has it field by field.
 *
 * Most packets are like the one before, and cost a tag, a digest and a signature; under a seal, the tag and the digest.
 */

import { fromString } from 'uint8arrays/from-string'
import { readBroadcastId } from '../protocol/wire/broadcast.js'
import { decodeCertificate, SIGNATURE_BYTES } from '../protocol/wire/certificate.js'
import { equal, Reader, WireError, Writer } from '../protocol/wire/cursor.js'
import { GROUP_KEY_BYTES } from '../protocol/wire/group-key.js'
import { PACKET_KIND, type PacketHeader } from '../protocol/wire/packet.js'
import { PAYLOAD_DIGEST_BYTES } from '../protocol/wire/seal.js'

const MAGIC = fromString('treecast proof v1\0')

const TAG = { certificate: 0x01, key: 0x02, audio: 0x10, other: 0x20, absent: 0x30, closed: 0x40 } as const
const KIND_OF_TAG = 0xf0

/** What may stand behind a tag; where it does not, it is as with the packet before. */
const SIGNED = 1
/** Of audio: channels, flags, pre-skip, gain, end trim. Of others: the payload is that of the last metadata. */
const FORMAT = 2
const REPEATED = 2
/** Frame count and duration. */
const SHAPE = 4
/** Sequence and media time. */
const PLACE = 8

/** Channels, flags, pre-skip, output gain, end trim: an audio payload before its frame count. */
export const FORMAT_BYTES = 8

/** Every duration of Opus frames is a multiple of 2.5 ms. */
const DURATION_UNIT = 120

/** An audio payload without its frames. */
export interface AudioShape {
  /** The payload's first eight bytes. */
  readonly format: Uint8Array
  readonly frames: number
  /** Samples that the frames play together. */
  readonly duration: number
}

/** A packet whose frames are in the Ogg file, or that has none. */
export interface ProvenPacket extends PacketHeader {
  /** The first 16 bytes of the SHA-256 of its payload; absent where the payload is here. */
  readonly digest?: Uint8Array
  readonly signature?: Uint8Array
  readonly audio?: AudioShape
  /** The payload of a packet without frames. */
  readonly payload?: Uint8Array
}

export type ProofEntry =
  /** All that follows is under this certificate. */
  | { readonly type: 'certificate'; readonly bytes: Uint8Array }
  /** The packets that follow, up to the next certificate, were encrypted with this key when they were signed. */
  | { readonly type: 'key'; readonly key: Uint8Array }
  | { readonly type: 'packet'; readonly packet: ProvenPacket }
  /** A packet that lies under a seal together with others, and is not in the Ogg file. */
  | { readonly type: 'absent'; readonly packet: PacketHeader & { readonly digest: Uint8Array } }
  /** The recording ended in good order. */
  | { readonly type: 'closed' }

/** What both ends remember of the packets before. */
class Past {
  epoch = 0
  sequence = 0
  mediaTime = 0
  format = new Uint8Array(FORMAT_BYTES)
  frames = 0
  duration = 0
  metadata: Uint8Array | undefined

  begin(epoch: number): void {
    this.epoch = epoch
    this.sequence = 0
    this.mediaTime = 0
    this.metadata = undefined
  }

  /** A format is told again only where it changes; a stream begins, or its end is trimmed, in one packet alone. */
  passed({ sequence, mediaTime, kind, audio, payload }: ProvenPacket): void {
    this.sequence = sequence + 1
    this.mediaTime = mediaTime + (audio?.duration ?? 0)
    if (kind === PACKET_KIND.metadata) this.metadata = payload
    if (audio === undefined) return
    this.format = usual(audio.format)
    this.frames = audio.frames
    this.duration = audio.duration
  }
}

/** A format as it is in packets that neither begin a stream nor end one: no flags, no end trim. */
function usual(format: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(format)
  copy[1] = 0
  copy[6] = 0
  copy[7] = 0
  return copy
}

export class ProofWriter {
  private readonly past = new Past()

  /** What the file begins with. */
  static readonly head: Uint8Array = MAGIC

  certificate(bytes: Uint8Array): Uint8Array {
    this.past.begin(epochOf(bytes))
    return new Writer(bytes.length + 3).u8(TAG.certificate).u16(bytes.length).put(bytes).finish()
  }

  key(key: Uint8Array): Uint8Array {
    return new Writer(1 + GROUP_KEY_BYTES).u8(TAG.key).put(key).finish()
  }

  packet(packet: ProvenPacket): Uint8Array {
    const { past } = this
    const { sequence, mediaTime, kind, audio, payload, digest, signature } = packet
    const signed = signature === undefined ? 0 : SIGNED
    const place = sequence === past.sequence && mediaTime === past.mediaTime ? 0 : PLACE
    const writer = new Writer(128)
    if (audio !== undefined) {
      const format = equal(audio.format, past.format) ? 0 : FORMAT
      const shape = audio.frames === past.frames && audio.duration === past.duration ? 0 : SHAPE
      writer.u8(TAG.audio | signed | place | format | shape)
      if (place !== 0) writer.u48(sequence).u48(mediaTime)
      if (format !== 0) writer.put(audio.format)
      if (shape !== 0) writer.u8(audio.frames).u16(audio.duration / DURATION_UNIT)
      writer.put(digest!)
    } else {
      const isRepeated =
        kind === PACKET_KIND.metadata && past.metadata !== undefined && equal(past.metadata, payload!)
      writer.u8(TAG.other | signed | place | (isRepeated ? REPEATED : 0))
      if (place !== 0) writer.u48(sequence).u48(mediaTime)
      if (!isRepeated) writer.u8(kind).u16(payload!.length).put(payload!)
    }
    if (signature !== undefined) writer.put(signature)
    past.passed(packet)
    return writer.finish()
  }

  absent({ kind, sequence, mediaTime, digest }: PacketHeader & { digest: Uint8Array }): Uint8Array {
    return new Writer(30).u8(TAG.absent).u8(kind).u48(sequence).u48(mediaTime).put(digest).finish()
  }

  closed(): Uint8Array {
    return Uint8Array.of(TAG.closed)
  }
}

export interface Proof {
  readonly entries: readonly ProofEntry[]
  /** Why it could not be read to its end; undefined if it could. */
  readonly problem: string | undefined
}

/**
 * Reads as much of a proof as can be read.
 *
 * @returns undefined if it is none
 */
export function readProof(bytes: Uint8Array): Proof | undefined {
  if (!equal(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined
  const reader = new Reader(bytes.subarray(MAGIC.length))
  const past = new Past()
  const entries: ProofEntry[] = []
  try {
    while (reader.remaining > 0) entries.push(readEntry(reader, past))
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { entries, problem: error.message }
  }
  return { entries, problem: undefined }
}

function readEntry(reader: Reader, past: Past): ProofEntry {
  const at = reader.offset
  const tag = reader.u8()
  switch (tag & KIND_OF_TAG) {
    case TAG.audio:
      return readPacket(readAudio(tag, reader, past), past)
    case TAG.other:
      return readPacket(readOther(tag, reader, past), past)
  }
  switch (tag) {
    case TAG.certificate: {
      const bytes = reader.view(reader.u16())
      past.begin(epochOf(bytes))
      return { type: 'certificate', bytes }
    }
    case TAG.key:
      return { type: 'key', key: reader.view(GROUP_KEY_BYTES) }
    case TAG.absent: {
      const { epoch } = past
      const kind = reader.u8()
      const sequence = reader.u48()
      const mediaTime = reader.u48()
      const digest = reader.view(PAYLOAD_DIGEST_BYTES)
      return { type: 'absent', packet: { kind, epoch, sequence, mediaTime, digest } }
    }
    case TAG.closed:
      reader.end()
      return { type: 'closed' }
  }
  throw new WireError(`no record begins with ${tag}, at byte ${MAGIC.length + at}`)
}

function readPacket(packet: ProvenPacket, past: Past): ProofEntry {
  past.passed(packet)
  return { type: 'packet', packet }
}

function readAudio(tag: number, reader: Reader, past: Past): ProvenPacket {
  const { sequence, mediaTime } = readPlace(tag, reader, past)
  const format = (tag & FORMAT) === 0 ? past.format : reader.view(FORMAT_BYTES)
  const frames = (tag & SHAPE) === 0 ? past.frames : reader.u8()
  const duration = (tag & SHAPE) === 0 ? past.duration : reader.u16() * DURATION_UNIT
  if (frames === 0) throw new WireError('an audio packet without frames')
  const digest = reader.view(PAYLOAD_DIGEST_BYTES)
  return {
    kind: PACKET_KIND.audio,
    epoch: past.epoch,
    sequence,
    mediaTime,
    digest,
    audio: { format, frames, duration },
    ...readSignature(tag, reader)
  }
}

function readOther(tag: number, reader: Reader, past: Past): ProvenPacket {
  const { sequence, mediaTime } = readPlace(tag, reader, past)
  const { epoch } = past
  const isRepeated = (tag & REPEATED) !== 0
  if ((tag & SHAPE) !== 0) throw new WireError(`no record begins with ${tag}`)
  if (isRepeated && past.metadata === undefined) throw new WireError('metadata again before there was any')
  const kind = isRepeated ? PACKET_KIND.metadata : reader.u8()
  const payload = isRepeated ? past.metadata! : reader.view(reader.u16())
  return { kind, epoch, sequence, mediaTime, payload, ...readSignature(tag, reader) }
}

function readPlace(tag: number, reader: Reader, past: Past): { sequence: number; mediaTime: number } {
  if ((tag & PLACE) === 0) return past
  return { sequence: reader.u48(), mediaTime: reader.u48() }
}

function readSignature(tag: number, reader: Reader): { signature?: Uint8Array } {
  return (tag & SIGNED) === 0 ? {} : { signature: reader.view(SIGNATURE_BYTES) }
}

/** Where a certificate has its epoch: behind publisher and name. */
function epochOf(certificate: Uint8Array): number {
  const reader = new Reader(certificate)
  reader.view(32)
  reader.view(reader.u8())
  return reader.u32()
}

/** Whether a certificate's packets go on with the show before it. Whether it is the publisher's is another question. */
export function continuesShow(bytes: Uint8Array): boolean {
  try {
    return decodeCertificate(bytes, readBroadcastId(new Reader(bytes))).certificate.continues === true
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}
