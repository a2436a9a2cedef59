/**
 * The peer that listeners run, as a participant: what happens in the world becomes inputs of `Peer`, and its outputs happen
 * in the world. What `runtime/driver.ts` is on real links.
 */

import { opusDuration } from '../../../protocol/media/frame.js'
import { publishing } from '../../../protocol/media/publisher.js'
import type { Input, Output } from '../../../protocol/machine.js'
import { Peer } from '../../../protocol/peer.js'
import type { OriginOptions, PeerStats } from '../../../protocol/peer-options.js'
import { equal } from '../../../protocol/wire/cursor.js'
import { dataHead } from '../../../protocol/wire/message.js'
import type { SignedRecord } from '../../../protocol/wire/signed-record.js'
import { FRAME_MS, makeFrame } from '../../frames.js'
import type { Host, Parent, Participant, Setting } from '../../topology.js'
import { hostOf, idOf, type SimulatedBroadcast } from './broadcast.js'
import { modelledSignatures, sealOf, type Signatures } from './signatures.js'

/** Simulated peers dial any other by its number: the address only has to be there. */
export const ADDRESS = 'sim'

/** What all peers of a run share. */
export interface Company {
  readonly setting: Setting
  readonly broadcast: SimulatedBroadcast
  readonly signatures: Signatures
  /** One message for all who pass the same bytes on. */
  readonly messages: WeakMap<ArrayBufferLike, Uint8Array>
  /** Whether the packet in these bytes is signed rightly: the same for all who check it. */
  readonly verdicts: WeakMap<ArrayBufferLike, boolean>
  /** Hosts of those who cheat. */
  readonly hostile: Set<number>
  /** Overrides for experiments. */
  readonly tree: { readonly parents?: number; readonly spares?: number }
  /** Sees every step, for checkers and traces. */
  onStep?: (participant: PeerParticipant, input: Input, outputs: readonly Output[]) => void
}

export class PeerParticipant implements Participant {
  readonly host: Host
  readonly peer: Peer
  /** When it heard the first audio; ms by its own clock. */
  firstPlayedAt: number | undefined
  private readonly id: Uint8Array
  protected readonly company: Company
  private readonly inputs: Input[] = []
  /** The packet whose arrival is being handled. */
  private arriving: { readonly sequence: number; readonly hops: number } | undefined
  private isStepping = false
  private isDone = false

  constructor(host: Host, company: Company) {
    this.host = host
    this.company = company
    if (host.hostility !== undefined) company.hostile.add(host.self)
    const { setting, broadcast, tree } = company
    const { scenario, seed } = setting
    const { packetMs } = scenario.show
    this.id = idOf(seed, host.self)
    const { id } = this
    this.peer = new Peer({
      self: { id, addresses: host.isOrigin && scenario.origin.hidden ? [] : [ADDRESS] },
      broadcast: broadcast.id,
      trackers: setting.trackers.map(String),
      ...(host.ticket === undefined ? {} : { ticket: host.ticket as SignedRecord[] }),
      role: host.isOrigin ? 'origin' : host.isRoot ? 'root' : 'listener',
      seed: host.random.uint32(),
      maxChildren: host.copies,
      leaf: host.copies === 0,
      bufferMs: scenario.listeners.bufferMs,
      ...tree,
      ...(host.isOrigin ? { source: this.source(packetMs) } : {}),
      ...(host.isOrigin && scenario.origin.maxPeers > 0 ? { maxPeers: scenario.origin.maxPeers } : {})
    })
  }

  start(): void {
    this.give({ type: 'start' })
    if (this.host.isOrigin) {
      this.give({ type: 'source-stream', format: { channels: 2, preSkip: 312, outputGain: 0 } })
    }
  }

  published(sequence: number): void {
    const { scenario, packets } = this.company.setting
    const data = makeFrame(scenario.show)
    const samples = opusDuration(data)!
    for (let ms = 0; ms < scenario.show.packetMs; ms += FRAME_MS) {
      this.give({ type: 'source-frame', frame: { data, samples, endTrim: 0 } })
    }
    if (sequence === packets - 1) this.give({ type: 'source-end' })
  }

  linked(link: number, peer: number, dialled: boolean): void {
    const { trackers, seed } = this.company.setting
    if (trackers.includes(peer)) {
      this.give({ type: 'tracker-opened', tracker: String(peer), link })
      return
    }
    const id = idOf(seed, peer)
    this.give({ type: 'opened', link, dialled: dialled ? id : undefined, remoteId: id })
  }

  unreachable(peer: number): void {
    const { trackers, seed } = this.company.setting
    if (trackers.includes(peer)) this.give({ type: 'tracker-failed', tracker: String(peer) })
    else this.give({ type: 'dial-failed', peer: idOf(seed, peer) })
  }

  unlinked(link: number): void {
    this.give({ type: 'closed', link })
  }

  received(link: number, message: unknown): void {
    this.give({ type: 'received', link, bytes: message as Uint8Array })
  }

  packet(link: number, sequence: number, hops: number, bytes?: Uint8Array): void {
    this.arriving = { sequence, hops }
    this.give({ type: 'received', link, bytes: bytes! })
    this.arriving = undefined
  }

  woken(): void {
    this.give({ type: 'tick' })
  }

  leave(): void {
    this.give({ type: 'leave' })
  }

  parents(): Parent[] {
    const stripesOf = new Map<number, number[]>()
    for (const [stripe, id] of this.peer.parentIds().entries()) {
      if (id === undefined) continue
      const host = hostOf(id)
      const stripes = stripesOf.get(host)
      if (stripes === undefined) stripesOf.set(host, [stripe])
      else stripes.push(stripe)
    }
    return [...stripesOf].map(([peer, stripes]) => ({ peer, stripes }))
  }

  ticket(): SignedRecord[] | undefined {
    const ticket = this.peer.ticket(this.host.now)
    return ticket.length === 0 ? undefined : ticket
  }

  stats(): PeerStats {
    return this.peer.stats()
  }

  /** Of a hidden origin. */
  private source(packetMs: number): OriginOptions {
    const { scenario, seed, roots } = this.company.setting
    const { certificate } = this.company.broadcast
    const source = { certificate, publish: publishing(certificate, { packetMs }) }
    if (!scenario.origin.hidden) return source
    return { ...source, roots: roots.map((root) => ({ id: idOf(seed, root), addresses: [ADDRESS] })) }
  }

  private give(input: Input): void {
    this.inputs.push(input)
    if (this.isStepping || this.isDone) return
    this.isStepping = true
    for (let next = this.inputs.shift(); next !== undefined && !this.hasEnded; next = this.inputs.shift()) {
      const outputs = this.peer.step(next, this.host.now)
      for (const output of outputs) this.carryOut(output)
      this.company.onStep?.(this, next, outputs)
    }
    this.isStepping = false
    if (!this.hasEnded) this.host.wakeAt(this.peer.nextDeadline(this.host.now))
  }

  private get hasEnded(): boolean {
    return this.isDone
  }

  private carryOut(output: Output): void {
    const { host } = this
    switch (output.type) {
      case 'data':
        this.pass(output.link, output.packet, output.hops)
        break
      case 'send':
        this.say(output.link, output.bytes)
        break
      case 'verify': {
        const { check, key, message, signature } = output
        const { arriving } = this
        const valid = this.isValid(key, message, signature)
        const answer = (): void => {
          if (valid && arriving !== undefined) host.hear(arriving.sequence, arriving.hops)
          this.give({ type: 'verified', check, valid })
        }
        const ms = host.work(this.company.setting.scenario.listeners.verifyMs)
        if (ms === 0) answer()
        else host.after(ms, answer)
        break
      }
      case 'sign': {
        const signature = this.company.broadcast.showKey.sign(output.message)
        this.give({ type: 'signed', sequence: output.sequence, signature })
        break
      }
      case 'sign-self':
        this.give({ type: 'signed-self', signature: sealOf(this.id, output.message) })
        break
      case 'dial':
        host.connect(hostOf(output.peer.id))
        break
      case 'connect-tracker':
        host.connect(Number(output.tracker))
        break
      case 'close':
        host.close(output.link)
        break
      case 'play':
        if (output.item.type === 'audio') this.firstPlayedAt ??= host.now
        break
      case 'done':
        this.isDone = true
        host.wakeAt(Infinity)
        host.finished()
        break
      case 'signal':
      case 'unreachable':
      case 'notice':
      case 'record':
      case 'seal':
      case 'work':
      case 'encrypt':
      case 'decrypt':
      case 'make-key':
        // Nobody keeps a simulated show, so nothing seals it; and none is private.
        break
    }
  }

  /** Sends a packet to a neighbour. */
  protected pass(link: number, packet: Uint8Array, hops: number): void {
    this.host.sendPacket(link, sequenceIn(packet), hops, this.messageOf(packet, hops))
  }

  /** Sends any other message. */
  protected say(link: number, bytes: Uint8Array): void {
    this.host.send(link, bytes, bytes.length)
  }

  /** The DATA message of a packet. A packet that came in one message goes on in one message, whoever passes it on. */
  private messageOf(packet: Uint8Array, hops: number): Uint8Array {
    const { messages } = this.company
    let message = messages.get(packet.buffer)
    if (message === undefined) {
      const head = dataHead(hops, packet.length)
      // In a buffer of its own, by which it is known: Node.js' pool would put several into one.
      message = new Uint8Array(head.length + packet.length)
      message.set(head)
      message.set(packet, head.length)
      messages.set(packet.buffer, message)
    }
    return message
  }

  private isValid(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const { signatures, verdicts, broadcast } = this.company
    if (this.arriving === undefined) {
      const ofPublisher = equal(key, broadcast.id.publisher)
      return (ofPublisher ? signatures : modelledSignatures).verify(key, message, signature)
    }
    let valid = verdicts.get(signature.buffer)
    if (valid === undefined) {
      valid = signatures.verify(key, message, signature)
      verdicts.set(signature.buffer, valid)
    }
    return valid
  }
}

/** As `readPacket` finds it, behind kind and epoch; 48 bits, of which simulated shows need 32. */
export function sequenceIn(packet: Uint8Array): number {
  return ((packet[7]! << 24) | (packet[8]! << 16) | (packet[9]! << 8) | packet[10]!) >>> 0
}
