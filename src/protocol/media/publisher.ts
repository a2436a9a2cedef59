/** The origin's side of the way of the audio: packets wait here for their signatures. */

import { DEFAULT_PACKET_MS } from '../limits.js'
import type { Input, Output } from '../machine.js'
import type { Certificate } from '../wire/certificate.js'
import { joinSignature } from '../wire/packet.js'
import { Packetizer, type PacketizerOptions, type UnsignedPacket } from './packetizer.js'
import type { Show } from './show.js'
import type { Kept } from './window.js'

/** What a source says. */
export type SourceInput = Extract<
  Input,
  { type: 'source-stream' | 'source-frame' | 'source-metadata' | 'source-end' | 'sealed' }
>

export interface PublisherOptions extends PacketizerOptions {
  /** How many packets go under one seal; none by default. */
  readonly sealPackets?: number
}

export type Publish = (emit: (output: Output) => void) => Publisher

/** What makes a peer the origin of a show. Media time to a packet is 100 ms by default. */
export function publishing(
  { epoch, stripes }: Pick<Certificate, 'epoch' | 'stripes'>,
  {
    packetMs = DEFAULT_PACKET_MS,
    ...others
  }: Partial<Pick<PublisherOptions, 'packetMs' | 'sealPackets'>> = {}
): Publish {
  return (emit) => new Publisher({ epoch, stripes, packetMs, ...others }, emit)
}

export class Publisher {
  private readonly packetizer: Packetizer
  private readonly unsigned = new Map<number, UnsignedPacket>()
  private readonly sealPackets: number
  /** What the next seal is to be of. */
  private unsealed: UnsignedPacket[] = []
  private ended = false
  private readonly emit: (output: Output) => void

  constructor(options: PublisherOptions, emit: (output: Output) => void) {
    this.packetizer = new Packetizer(options)
    this.sealPackets = options.sealPackets ?? Infinity
    this.emit = emit
  }

  /** Packets made so far. */
  get packets(): number {
    return this.packetizer.packets
  }

  /** Frames taken so far. */
  get frames(): number {
    return this.packetizer.frameCount
  }

  /** Whether every packet has its signature. */
  get isSettled(): boolean {
    return this.unsigned.size === 0
  }

  /** The next show key takes over, from this sequence on. @throws RangeError if it has been made already */
  succeed(epoch: number, first: number): void {
    this.packetizer.succeed(epoch, first)
  }

  /** Takes what the source gives, and has the packets that are full signed. */
  take(input: SourceInput, show: Pick<Show<number>, 'messageToSign'>): void {
    for (const packet of this.packetize(input)) {
      this.unsigned.set(packet.sequence, packet)
      const { sequence, epoch } = packet
      this.emit({ type: 'sign', sequence, epoch, message: show.messageToSign(packet.bytes) })
      this.collect(packet)
    }
  }

  /** A signature has come. @returns the packet, ready to go. */
  signed(
    { sequence, signature, unsigned }: Extract<Input, { type: 'signed' }>,
    show: Show<number>,
    now: number
  ): Kept | undefined {
    const packet = this.unsigned.get(sequence)
    this.unsigned.delete(sequence)
    if (packet === undefined) return undefined
    return show.insertOwn(joinSignature(unsigned ?? packet.bytes, signature), now)
  }

  /** Seals are packets like others, and lie under the next seal. What comes behind the last goes without. */
  private collect(packet: UnsignedPacket): void {
    if (this.sealPackets === Infinity) return
    this.unsealed.push(packet)
    if (this.unsealed.length < this.sealPackets) return
    const packets = this.unsealed
    this.unsealed = []
    this.emit({ type: 'seal', first: packets[0]!.sequence, packets: packets.map(({ bytes }) => bytes) })
  }

  private packetize(input: SourceInput): UnsignedPacket[] {
    // A digest that comes behind the end of the show is late: nothing follows the end.
    if (this.ended) return []
    switch (input.type) {
      case 'source-stream':
        return this.packetizer.stream(input.format)
      case 'source-frame':
        return this.packetizer.frame(input.frame)
      case 'source-metadata':
        return this.packetizer.setMetadata(input.fields)
      case 'sealed':
        return [this.packetizer.seal(input.first, input.count, input.digest)]
      case 'source-end':
        this.ended = true
        return this.packetizer.end()
    }
  }
}
