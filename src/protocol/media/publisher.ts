/** The origin's side of the way of the audio: packets wait here for their signatures. */

import type { Input, Output } from '../machine.js'
import { joinSignature } from '../wire/packet.js'
import { Packetizer, type PacketizerOptions, type UnsignedPacket } from './packetizer.js'
import type { Show } from './show.js'
import type { Kept } from './window.js'

/** What a source says. */
export type SourceInput = Extract<
  Input,
  { type: 'source-stream' | 'source-frame' | 'source-metadata' | 'source-end' }
>

export class Publisher {
  private readonly packetizer: Packetizer
  private readonly unsigned = new Map<number, UnsignedPacket>()
  private readonly emit: (output: Output) => void

  constructor(options: PacketizerOptions, emit: (output: Output) => void) {
    this.packetizer = new Packetizer(options)
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

  /** Takes what the source gives, and has the packets that are full signed. */
  take(input: SourceInput, show: Show<number>): void {
    for (const packet of this.packetize(input)) {
      this.unsigned.set(packet.sequence, packet)
      const message = show.messageToSign(packet.bytes)
      this.emit({ type: 'sign', sequence: packet.sequence, message })
    }
  }

  /** A signature has come. @returns the packet, ready to go. */
  signed(sequence: number, signature: Uint8Array, show: Show<number>, now: number): Kept | undefined {
    const packet = this.unsigned.get(sequence)
    this.unsigned.delete(sequence)
    return packet === undefined ? undefined : show.insertOwn(joinSignature(packet.bytes, signature), now)
  }

  private packetize(input: SourceInput): UnsignedPacket[] {
    switch (input.type) {
      case 'source-stream':
        return this.packetizer.stream(input.format)
      case 'source-frame':
        return this.packetizer.frame(input.frame)
      case 'source-metadata':
        return this.packetizer.setMetadata(input.fields)
      case 'source-end':
        return this.packetizer.end()
    }
  }
}
