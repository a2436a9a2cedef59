/**
 * Joins consecutive frames to packets and numbers them: the first step of the way of the audio, at the origin only.
 * What it returns still lacks its signature.
 */

import { MAX_DATAGRAM_BYTES, MAX_FRAMES_PER_PACKET, MAX_PACKET_BYTES, METADATA_REPEAT_MS } from '../limits.js'
import { DATA_HEAD_BYTES } from '../wire/message.js'
import { audioPacketBytes, encodeUnsigned, type PacketHeader, type Payload } from '../wire/packet.js'
import { type Frame, SAMPLES_PER_MS, type StreamFormat } from './frame.js'

/** A packet that waits for its signature. */
export interface UnsignedPacket {
  readonly sequence: number
  readonly epoch: number
  readonly bytes: Uint8Array
}

export interface PacketizerOptions {
  /** Of the first packets. */
  readonly epoch: number
  readonly stripes: number
  /** Media time to a packet; ms. A packet never passes one datagram, unless a single frame does. */
  readonly packetMs: number
}

export class Packetizer {
  private readonly options: PacketizerOptions
  private format: StreamFormat | undefined
  private streamStart = false
  private frames: Frame[] = []
  private pendingSamples = 0
  private sequence = 0
  private mediaTime = 0
  private metadata: ReadonlyMap<string, string> | undefined
  private metadataDue = 0
  private framesTaken = 0
  private epoch: number
  /** Epochs that are to follow, each with its first sequence. */
  private readonly successors: { readonly epoch: number; readonly first: number }[] = []

  constructor(options: PacketizerOptions) {
    this.options = options
    this.epoch = options.epoch
  }

  /** Packets made so far, metadata included. */
  get packets(): number {
    return this.sequence
  }

  get frameCount(): number {
    return this.framesTaken
  }

  /** A stream begins, or a chained one follows: the decoder will start anew with the next frame. */
  stream(format: StreamFormat): UnsignedPacket[] {
    const packets = this.flush()
    this.format = format
    this.streamStart = true
    return packets
  }

  /** @throws RangeError for a frame before any stream, or one that is too long for a packet. */
  frame(frame: Frame): UnsignedPacket[] {
    if (this.format === undefined) throw new RangeError('a frame before the stream it belongs to')
    if (audioPacketBytes([frame]) > MAX_PACKET_BYTES) throw new RangeError(`frame of ${frame.data.length} B`)
    const packets = this.fits(frame) ? [] : this.flush()
    this.frames.push(frame)
    this.pendingSamples += frame.samples
    this.framesTaken++
    const full =
      this.pendingSamples >= this.options.packetMs * SAMPLES_PER_MS ||
      this.frames.length >= MAX_FRAMES_PER_PACKET ||
      frame.endTrim > 0
    if (full) packets.push(...this.flush())
    return packets
  }

  /**
   * Title, artist and the like: heard at this point of the show, and repeated for newcomers.
   *
   * @throws RangeError for too many fields, or one that is too long.
   */
  setMetadata(fields: ReadonlyMap<string, string>): UnsignedPacket[] {
    this.encode({ kind: 'metadata', fields }) // throws before anything has changed
    const packets = this.flush()
    this.metadata = fields
    packets.push(this.makeMetadata(fields))
    return packets
  }

  /** From this sequence on packets are of the next epoch. @throws RangeError if it has been made already */
  succeed(epoch: number, first: number): void {
    if (first < this.sequence) throw new RangeError(`a handover at ${first}, behind ${this.sequence}`)
    this.successors.push({ epoch, first })
  }

  /** Vouches for packets that were made before. */
  seal(first: number, count: number, digest: Uint8Array): UnsignedPacket {
    return this.make({ kind: 'seal', first, count, digest })
  }

  /** The end of the show: one packet to each stripe, so that no single loss can hide it. */
  end(): UnsignedPacket[] {
    const packets = this.flush()
    const firstEnd = this.sequence
    for (let i = 0; i < this.options.stripes; i++) packets.push(this.make({ kind: 'end', firstEnd }))
    return packets
  }

  private fits(frame: Frame): boolean {
    return (
      this.frames.length === 0 ||
      audioPacketBytes([...this.frames, frame]) + DATA_HEAD_BYTES <= MAX_DATAGRAM_BYTES
    )
  }

  private flush(): UnsignedPacket[] {
    if (this.format === undefined || this.frames.length === 0) return []
    const { format, streamStart, frames, pendingSamples } = this
    const packets = [this.make({ kind: 'audio', format, streamStart, frames })]
    this.frames = []
    this.pendingSamples = 0
    this.streamStart = false
    this.mediaTime += pendingSamples
    if (this.metadata !== undefined && this.mediaTime >= this.metadataDue) {
      packets.push(this.makeMetadata(this.metadata))
    }
    return packets
  }

  private makeMetadata(fields: ReadonlyMap<string, string>): UnsignedPacket {
    this.metadataDue = this.mediaTime + METADATA_REPEAT_MS * SAMPLES_PER_MS
    return this.make({ kind: 'metadata', fields })
  }

  private make(payload: Exclude<Payload, { kind: 'unknown' }>): UnsignedPacket {
    if (this.sequence === this.successors[0]?.first) this.epoch = this.successors.shift()!.epoch
    const bytes = this.encode(payload)
    return { sequence: this.sequence++, epoch: this.epoch, bytes }
  }

  private encode(payload: Exclude<Payload, { kind: 'unknown' }>): Uint8Array {
    const { sequence, mediaTime } = this
    const header: Omit<PacketHeader, 'kind'> = { epoch: this.epoch, sequence, mediaTime }
    return encodeUnsigned(header, payload)
  }
}
