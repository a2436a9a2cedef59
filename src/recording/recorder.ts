/**
 * Makes a recording of a show's packets, in their order: the bytes of an Ogg Opus file, which any player plays, and of its
 * proof. Pure: whoever calls it writes them, each as it comes. Missing packets are kept as time.
 */

import { OpusWriter } from '../audio/ogg/opus-writer.js'
import { readOrIgnore } from '../protocol/media/unpacker.js'
import type { Certificate } from '../protocol/wire/certificate.js'
import { equal } from '../protocol/wire/cursor.js'
import {
  type Packet,
  type Payload,
  payloadPart,
  signaturePart,
  unsignedPart
} from '../protocol/wire/packet.js'
import { payloadDigest } from '../protocol/wire/seal.js'
import { FORMAT_BYTES, ProofWriter, type ProvenPacket } from './proof.js'
import { Timeline } from './timeline.js'

/** Audio to an Ogg page, ms: what a crash may take; and of a show of 64 kbit/s, headers and tables are 1.4 %. */
export const PAGE_MS = 500

/** What is to be written behind what was. The proof is to be written first. */
export interface Written {
  readonly proof: Uint8Array
  readonly audio: Uint8Array
}

export interface RecorderOptions {
  /** SHA-256. */
  readonly hash: (bytes: Uint8Array) => Uint8Array
  /** The first Ogg stream's serial number; others count on. */
  readonly serial: number
}

export class Recorder {
  private readonly hash: RecorderOptions['hash']
  private readonly proof = new ProofWriter()
  private readonly writer: OpusWriter
  private readonly timeline = new Timeline()
  private certificate: Certificate | undefined
  private groupKey: Uint8Array | undefined

  constructor({ hash, serial }: RecorderOptions) {
    this.hash = hash
    this.writer = new OpusWriter({ serial, pageMs: PAGE_MS })
  }

  /** Takes the next packet: one that was verified, under this certificate; and as it was before it was encrypted with this key. */
  take(certificate: Certificate, packet: Packet, groupKey?: Uint8Array): Written {
    const proof: Uint8Array[] = []
    if (certificate !== this.certificate) {
      if (this.certificate === undefined) proof.push(ProofWriter.head)
      this.certificate = certificate
      this.timeline.certified(certificate.continues === true)
      proof.push(this.proof.certificate(certificate.bytes))
      this.groupKey = undefined
    }
    if (groupKey !== undefined && (this.groupKey === undefined || !equal(groupKey, this.groupKey))) {
      this.groupKey = groupKey
      proof.push(this.proof.key(groupKey))
    }
    const payload = readOrIgnore(packet)
    const proven = this.prove(packet, payload)
    proof.push(this.proof.packet(proven))
    return { proof: joined(proof), audio: joined(this.play(proven, payload)) }
  }

  /** Ends both in good order. */
  end(): Written {
    if (this.certificate === undefined) return { proof: new Uint8Array(0), audio: new Uint8Array(0) }
    return { proof: this.proof.closed(), audio: this.writer.end() }
  }

  private prove({ kind, epoch, sequence, mediaTime, bytes }: Packet, payload: Payload): ProvenPacket {
    const header = { kind, epoch, sequence, mediaTime, signature: signaturePart(bytes) }
    const encoded = payloadPart(unsignedPart(bytes))
    if (payload.kind !== 'audio') return { ...header, payload: encoded }
    const { frames } = payload
    const duration = frames.reduce((sum, { samples }) => sum + samples, 0)
    const audio = { format: encoded.subarray(0, FORMAT_BYTES), frames: frames.length, duration }
    return { ...header, audio, digest: payloadDigest(this.hash(encoded)) }
  }

  private play(proven: ProvenPacket, payload: Payload): Uint8Array[] {
    const placed = this.timeline.take(proven)
    const audio: (Uint8Array | undefined)[] = []
    if (placed === undefined || payload.kind !== 'audio') return []
    if (placed.gap > 0) audio.push(this.writer.gap(placed.gap))
    if (placed.stream !== undefined) audio.push(this.writer.start(placed.stream.format, placed.stream.tags))
    for (const frame of payload.frames) audio.push(this.writer.write(frame))
    return audio.filter((bytes) => bytes !== undefined)
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
