/**
 * What a member of a private show hears: packets in their order, decrypted, as a peer of a public show would have played them.
 * Whatever else comes of the peer behind it keeps its place among them.
 */

import type { Output } from '../machine.js'
import { Unpacker } from '../media/unpacker.js'
import { ENCRYPTED, nonceOf } from '../wire/group-key.js'
import {
  encodeHeader,
  joinSignature,
  type Packet,
  PACKET_HEADER_BYTES,
  payloadPart,
  readPacket,
  signaturePart,
  unsignedPart
} from '../wire/packet.js'
import type { GroupKeys, KnownKey } from './group-keys.js'

/** Packets that wait for a key; then the oldest are given up: 25 s of the show. */
const MAX_WAITING = 256

type Record = Extract<Output, { type: 'record' }>

interface Waiting {
  readonly output: Output
  /** Of an encrypted packet: the key, once it is known, and what was in it; `null` where that cannot be had. */
  id?: number
  key?: KnownKey
  payload?: Uint8Array | null
}

export class Hearing {
  frames = 0
  gaps = 0
  private readonly keys: GroupKeys
  private readonly emit: (output: Output) => void
  private readonly keepsRecord: boolean
  private readonly isHeard: boolean
  private readonly queue: Waiting[] = []
  private nextId = 0
  /** Where the show has been heard to, in samples. */
  private heardTo: number | undefined
  private lost = 0
  private readonly unpacker = new Unpacker()

  constructor(
    keys: GroupKeys,
    emit: (output: Output) => void,
    { keepsRecord, isHeard }: { keepsRecord: boolean; isHeard: boolean }
  ) {
    this.keys = keys
    this.emit = emit
    this.keepsRecord = keepsRecord
    this.isHeard = isHeard
  }

  /** Takes what is to be heard or kept, or must not come before it. */
  take(output: Output): void {
    const waiting: Waiting = { output }
    this.queue.push(waiting)
    if (output.type === 'record' && isEncrypted(output.packet)) this.decrypt(waiting, output.packet)
    this.flush()
  }

  /** New keys are here. */
  retry(): void {
    for (const waiting of this.queue) {
      const { output, key, payload } = waiting
      const isWaiting = key === undefined && payload === undefined
      if (output.type === 'record' && isEncrypted(output.packet) && isWaiting)
        this.decrypt(waiting, output.packet)
    }
    this.flush()
  }

  decrypted(id: number, payload: Uint8Array | undefined): void {
    const waiting = this.queue.find((each) => each.id === id)
    if (waiting !== undefined) waiting.payload = payload ?? null
    this.flush()
  }

  private decrypt(waiting: Waiting, packet: Packet): void {
    const key = this.keys.of(packet.epoch, packet.sequence)
    if (key === undefined) return
    waiting.key = key
    waiting.id = this.nextId++
    const unsigned = unsignedPart(packet.bytes)
    this.emit({
      type: 'decrypt',
      id: waiting.id,
      key: key.key,
      nonce: nonceOf(packet.epoch, packet.sequence),
      head: unsigned.subarray(0, PACKET_HEADER_BYTES),
      payload: payloadPart(unsigned)
    })
  }

  private flush(): void {
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      const { output, payload } = next
      const waits = output.type === 'record' && isEncrypted(output.packet) && payload === undefined
      if (waits && this.queue.length <= MAX_WAITING) return
      this.queue.shift()
      if (output.type === 'record') this.give(output, next)
      else if (output.type === 'play' && output.item.type === 'gap') this.miss(output.item.packets)
      else this.emit(output)
    }
  }

  private give(output: Record, { payload, key }: Waiting): void {
    const { packet, certificate } = output
    if (!isEncrypted(packet)) {
      if (this.keepsRecord) this.emit(output)
      return
    }
    if (payload === undefined || payload === null) {
      this.miss(1)
      return
    }
    const plain = plainOf(packet, payload)
    if (this.keepsRecord) this.emit({ type: 'record', packet: plain, certificate, groupKey: key!.key })
    if (this.isHeard) this.play(plain)
  }

  private miss(packets: number): void {
    this.lost += packets
    this.gaps += packets
  }

  private play(packet: Packet): void {
    const { mediaTime } = packet
    if (this.lost > 0) {
      const samples = Math.max(0, mediaTime - (this.heardTo ?? mediaTime))
      this.emit({ type: 'play', item: { type: 'gap', packets: this.lost, samples } })
      this.lost = 0
    }
    const { items, samples } = this.unpacker.unpack(packet)
    if (samples > 0) this.heardTo = mediaTime + samples
    for (const item of items) {
      if (item.type === 'audio') this.frames += item.frames.length
      this.emit({ type: 'play', item })
    }
  }
}

/** The packet as it was before it was encrypted; its signature is still over what was sent. */
export function plainOf(packet: Packet, payload: Uint8Array): Packet {
  const header = { ...packet, kind: packet.kind & ~ENCRYPTED }
  return readPacket(joinSignature(encodeHeader(header, payload), signaturePart(packet.bytes)))
}

export function isEncrypted({ kind }: Pick<Packet, 'kind'>): boolean {
  return (kind & ENCRYPTED) !== 0
}
