/**
 * A stranger who cheats: the very peer that listeners run, and what goes in and out of it is not what it seems. So it knows every
 * rule, and breaks one.
 */

import { dataHead, type Message } from '../../../protocol/wire/message.js'
import { type PeerRecord, shortId } from '../../../protocol/wire/record.js'
import { decodeMessages, encodeMessage } from '../../../protocol/wire/tracker-side.js'
import type { Host } from '../../topology.js'
import { BadPackets, type Pollution } from './bad-packets.js'
import { hostOf, idOf } from './broadcast.js'
import { ADDRESS, type Company, PeerParticipant, sequenceIn } from './peer-participant.js'

const POLLUTION: ReadonlySet<string> = new Set<Pollution>([
  'forge',
  'flip',
  'replay',
  'old',
  'future',
  'jump'
])

/** Slots that a liar says to have. */
const CLAIMED_SLOTS = 1_000

export class HostileParticipant extends PeerParticipant {
  private readonly neighbours = new Set<number>()
  private readonly bad: BadPackets | undefined
  private newest = -1

  constructor(host: Host, company: Company) {
    super(host, company)
    const { hostility, random } = host
    if (POLLUTION.has(hostility!)) this.bad = new BadPackets(hostility as Pollution, random)
  }

  override linked(link: number, peer: number, dialled: boolean): void {
    if (!this.company.setting.trackers.includes(peer)) this.neighbours.add(link)
    super.linked(link, peer, dialled)
  }

  override unlinked(link: number): void {
    this.neighbours.delete(link)
    super.unlinked(link)
  }

  override received(link: number, message: unknown): void {
    super.received(link, this.host.isCheating ? this.hear(message as Uint8Array) : message)
  }

  override packet(link: number, sequence: number, hops: number, bytes?: Uint8Array): void {
    super.packet(link, sequence, hops, bytes)
    // Once for each, or two of them would drive each other.
    if (this.bad === undefined || !this.host.isCheating || sequence <= this.newest) return
    this.newest = sequence
    for (const packet of this.bad.of(bytes!.slice(dataHead(0, 0).length)))
      for (const to of this.neighbours) this.sendBad(to, packet, sequence, hops)
  }

  protected override pass(link: number, packet: Uint8Array, hops: number): void {
    if (!this.host.isCheating || this.host.hostility === 'grab' || this.host.hostility === 'replay')
      super.pass(link, packet, hops)
  }

  protected override say(link: number, bytes: Uint8Array): void {
    super.say(link, this.host.isCheating ? this.lie(bytes) : bytes)
  }

  private sendBad(link: number, packet: Uint8Array, sequence: number, hops: number): void {
    const head = dataHead(hops, packet.length)
    const message = new Uint8Array(head.length + packet.length)
    message.set(head)
    message.set(packet, head.length)
    this.host.countBad()
    this.host.sendPacket(link, Math.min(sequence, sequenceIn(packet)), hops, message)
  }

  /** What it makes of what it is told. */
  private hear(bytes: Uint8Array): Uint8Array {
    if (this.host.hostility !== 'grab') return bytes
    return changed(bytes, (message) => {
      if (message.type === 'welcome') return { ...message, candidates: [this.recordOf(0)] }
      return message.type === 'grant' ? { ...message, others: [] } : message
    })
  }

  /** What it tells others. */
  private lie(bytes: Uint8Array): Uint8Array {
    switch (this.host.hostility) {
      case 'starve':
        return changed(bytes, (message) => this.boast(message))
      case 'refuse':
        return changed(bytes, (message) => {
          if (message.type === 'status' || message.type === 'lease') return { ...message, freeSlots: 0 }
          if (message.type !== 'grant') return message
          return { ...message, stripes: 0, refused: message.stripes | message.refused, refusal: 'full' }
        })
      default:
        return bytes
    }
  }

  private boast(message: Message): Message | Message[] {
    switch (message.type) {
      case 'join':
        return { ...message, freeSlots: CLAIMED_SLOTS }
      case 'status':
      case 'lease':
        return { ...message, freeSlots: CLAIMED_SLOTS, depth: 1 }
      case 'grant': {
        const stripes = message.stripes | message.refused
        return [
          { ...message, stripes, refused: 0, others: [] },
          { type: 'path', stripes, peers: [shortId(idOf(this.company.setting.seed, this.host.self))] }
        ]
      }
      case 'subscribe':
        return { ...message, stripes: 0, sample: false }
      case 'peers':
        return { ...message, records: message.records.filter(({ id }) => this.isOfUs(hostOf(id))) }
      default:
        return message
    }
  }

  private isOfUs(host: number): boolean {
    return this.company.hostile.has(host)
  }

  private recordOf(host: number): PeerRecord {
    return { id: idOf(this.company.setting.seed, host), addresses: [ADDRESS] }
  }
}

function changed(bytes: Uint8Array, change: (message: Message) => Message | Message[]): Uint8Array {
  const parts = decodeMessages(bytes).flatMap(change).map(encodeMessage)
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
