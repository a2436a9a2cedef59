/** The origin's side of a private show: packets are encrypted before they are signed, and group keys made, signed and changed. */

import type { Input, Output } from '../machine.js'
import type { BroadcastId } from '../wire/broadcast.js'
import type { Certificate } from '../wire/certificate.js'
import {
  encodeGroupKey,
  ENCRYPTED,
  type GroupKeyBody,
  groupKeyMessage,
  MAX_KICKED,
  nonceOf
} from '../wire/group-key.js'
import {
  encodeHeader,
  PACKET_KIND,
  packetDomain,
  packetMessage,
  payloadPart,
  readUnsigned
} from '../wire/packet.js'
import { equal } from '../wire/cursor.js'
import type { PeerId } from '../wire/record.js'
import type { GroupKeys, KnownKey } from './group-keys.js'

/** So many packets before its first one a group key is made known: it passes the longest path in that time. */
const LEAD_PACKETS = 16

type Sign = Extract<Output, { type: 'sign' }>

/** A group key on its way: its bytes, then its signature are asked for. */
interface Making {
  readonly certificate: Certificate
  readonly generation: number
  readonly first: number
  body?: GroupKeyBody
}

export interface WritingOptions {
  readonly broadcast: BroadcastId
  readonly keys: GroupKeys
  readonly emit: (output: Output) => void
  /** A group key is ready. */
  readonly onKey: (key: KnownKey, now: number) => void
}

export class Writing {
  private readonly options: WritingOptions
  private readonly domain: Uint8Array
  private readonly kicked: PeerId[] = []
  private readonly making: Making[] = []
  /** Packets that are being encrypted, and those that are being signed: as they will go. */
  private readonly plain = new Map<number, Sign>()
  private readonly encrypted = new Map<number, Uint8Array>()
  /** Packets for which there is no key yet. */
  private waiting: Sign[] = []
  private certificate: Certificate
  private generation = 0

  constructor(certificate: Certificate, options: WritingOptions) {
    this.certificate = certificate
    this.options = options
    this.domain = packetDomain(options.broadcast)
  }

  /** Another group key, from a sequence on. */
  make(first: number): void {
    this.making.push({ certificate: this.certificate, generation: this.generation++, first })
    this.options.emit({ type: 'make-key' })
  }

  /** The next show key: whoever comes later knows it alone, so it makes a group key of its own. */
  succeed(certificate: Certificate, first: number): void {
    this.certificate = certificate
    this.generation = 0
    this.make(first)
  }

  /** Shows a peer out. @param made how many packets there are @throws RangeError for too many */
  kick(peer: PeerId, made: number): void {
    if (this.kicked.some((each) => equal(each, peer))) return
    if (this.kicked.length >= MAX_KICKED)
      throw new RangeError(`${MAX_KICKED} peers have been shown out of this show`)
    this.kicked.push(peer)
    // A key that is announced for later must not give them more of the show.
    this.make(Math.max(made + LEAD_PACKETS, (this.options.keys.newest?.first ?? 0) + 1))
  }

  madeKey(key: Uint8Array): void {
    const making = this.making.find(({ body }) => body === undefined)
    if (making === undefined) return
    const { certificate, generation, first } = making
    making.body = { generation, first, kicked: [...this.kicked], key }
    const message = groupKeyMessage(this.options.broadcast, certificate.epoch, making.body)
    // Packets have sequences from 0 on.
    this.options.emit({ type: 'sign', sequence: -1 - generation, epoch: certificate.epoch, message })
  }

  /** A packet is to be signed: it is encrypted first, if it has content. */
  sign(output: Sign): void {
    const header = readUnsigned(output.message.subarray(this.domain.length))
    if (header.kind !== PACKET_KIND.audio && header.kind !== PACKET_KIND.metadata) this.options.emit(output)
    else this.encrypt(output)
  }

  /** A payload is encrypted: now it is signed. */
  encryptedAs(sequence: number, payload: Uint8Array): void {
    const output = this.plain.get(sequence)
    if (output === undefined) return
    this.plain.delete(sequence)
    const header = readUnsigned(output.message.subarray(this.domain.length))
    const unsigned = encodeHeader({ ...header, kind: header.kind | ENCRYPTED }, payload)
    this.encrypted.set(sequence, unsigned)
    this.options.emit({ ...output, message: packetMessage(this.domain, unsigned) })
  }

  /** @returns the answer as the peer behind is to have it; undefined where it was about a group key */
  signed(input: Extract<Input, { type: 'signed' }>, now: number): Input | undefined {
    if (input.sequence < 0) {
      this.keySigned(-1 - input.sequence, input.signature, now)
      return undefined
    }
    const unsigned = this.encrypted.get(input.sequence)
    this.encrypted.delete(input.sequence)
    return unsigned === undefined ? input : { ...input, unsigned }
  }

  private keySigned(generation: number, signature: Uint8Array, now: number): void {
    const at = this.making.findIndex((each) => each.generation === generation && each.body !== undefined)
    const [making] = this.making.splice(at, at < 0 ? 0 : 1)
    if (making === undefined) return
    const { certificate, body } = making
    const bytes = encodeGroupKey(certificate.bytes, body!, signature)
    const key = { ...body!, epoch: certificate.epoch, certificate: certificate.bytes, signature, bytes }
    this.options.onKey(key, now)
    const { waiting } = this
    this.waiting = []
    for (const output of waiting) this.encrypt(output)
  }

  private encrypt(output: Sign): void {
    const unsigned = output.message.subarray(this.domain.length)
    const { kind, epoch, sequence, mediaTime } = readUnsigned(unsigned)
    const key = this.options.keys.of(epoch, sequence)
    if (key === undefined) {
      this.waiting.push(output)
      return
    }
    this.plain.set(sequence, output)
    const head = encodeHeader({ kind: kind | ENCRYPTED, epoch, sequence, mediaTime }, new Uint8Array(0))
    const nonce = nonceOf(epoch, sequence)
    this.options.emit({
      type: 'encrypt',
      sequence,
      key: key.key,
      nonce,
      head,
      payload: payloadPart(unsigned)
    })
  }
}
