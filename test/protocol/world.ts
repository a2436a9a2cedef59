/**
 * A few peers and a tracker in virtual time, on links that delay and, when told to, lose. Small on purpose: enough to
 * drive the machines through whole shows within milliseconds.
 */

import { type KeyObject, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { Message } from '../../src/protocol/wire/message.js'
import { decodeMessages } from '../../src/protocol/wire/tracker-side.js'
import { dataHead, type BroadcastId, equal } from '../../src/protocol/index.js'
import type { Input, Output } from '../../src/protocol/machine.js'
import type { Notice } from '../../src/protocol/notice.js'
import type { PlayoutItem } from '../../src/protocol/media/playout.js'
import { publishing } from '../../src/protocol/media/publisher.js'
import { Peer } from '../../src/protocol/peer.js'
import type { PeerOptions } from '../../src/protocol/peer-options.js'
import { Tracker } from '../../src/protocol/tracker.js'
import {
  type Certificate,
  type CertificateBody,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../../src/protocol/wire/certificate.js'
import { handoverMessage } from '../../src/protocol/wire/handover.js'
import { idKey } from '../../src/protocol/wire/record.js'

/** An Ed25519 key pair from a seed, as node:crypto has it behind DER's fixed head. */
export interface Keys {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export function keysFromSeed(seed: number | Uint8Array): Keys {
  const bytes = typeof seed === 'number' ? new Uint8Array(32).fill(seed & 0xff).fill(seed >>> 8, 31) : seed
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(12)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey))
  }
}

const publicKeys = new Map<string, KeyObject>()

export function checkSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  let object = publicKeys.get(idKey(key))
  if (object === undefined) {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key])
    object = createPublicKey({ key: der, format: 'der', type: 'spki' })
    publicKeys.set(idKey(key), object)
  }
  return verify(null, message, object, signature)
}

export const rootKeys = keysFromSeed(1)
export const showKeys = keysFromSeed(2)
export const broadcastId: BroadcastId = { publisher: rootKeys.publicKey, name: 'test' }

/** 2024-08-12T20:00:00-04:00, when the queue began. */
export const BEGIN = 1723507200000

export function makeCertificate(change: Partial<CertificateBody> = {}, signer: Keys = rootKeys): Certificate {
  const body: CertificateBody = {
    broadcast: broadcastId,
    epoch: BEGIN / 1000,
    showKey: showKeys.publicKey,
    notBefore: BEGIN / 1000,
    notAfter: BEGIN / 1000 + 86_400,
    stripes: 4,
    ...change
  }
  const bytes = encodeCertificateBody(body)
  const signature = signer.sign(certificateMessage(bytes))
  return decodeCertificate(new Uint8Array(Buffer.concat([bytes, signature])), body.broadcast).certificate
}

/** A made-up Opus frame of 20 ms: SILK-only narrowband, its number inside. */
export function frameOf(number: number, length = 40): Uint8Array {
  const data = new Uint8Array(length).fill(number & 0xff)
  data[0] = 1 << 3
  new DataView(data.buffer).setUint32(1, number)
  return data
}

interface VirtualLink {
  readonly ends: [Member, Member | 'tracker']
  readonly numbers: [number, number]
  open: boolean
}

export interface Member {
  readonly name: string
  readonly peer: Peer
  readonly id: Uint8Array
  readonly played: PlayoutItem[]
  readonly notices: Notice[]
  readonly links: Map<number, VirtualLink>
  done: boolean
  /** Alive, but nothing goes in or out and no time passes: a frozen process. */
  frozen: boolean
  /** What waits for it to thaw. */
  readonly waiting: (() => void)[]
  /** Takes and answers control, and passes no packet on. */
  blackHole: boolean
  /** Changes what this member sends. */
  tamper: ((message: Message, bytes: Uint8Array) => Uint8Array) | undefined
  deadline: number
}

export class World {
  now = BEGIN
  delayMs = 20
  readonly tracker = new Tracker({ seed: 7 })
  readonly members: Member[] = []
  /** Every message that was sent between peers, for tests that look at the wire. */
  onMessage: ((from: Member, to: Member, message: Message) => void) | undefined
  /** Every message between a member and the tracker, whichever way. */
  onTrackerMessage: ((member: Member, message: Message) => void) | undefined
  /** Looks at a member after each of its steps: for invariants. */
  onStep: ((member: Member, input: Input, outputs: readonly Output[]) => void) | undefined
  /** Whether a packet is lost on its way; control never is. */
  loses: ((from: Member, to: Member) => boolean) | undefined
  trackerUp = true
  /** Trackers that take a connection and never answer. */
  readonly mute = new Set<string>()
  private readonly queue: { at: number; order: number; run: () => void }[] = []
  private order = 0
  private nextLink = 1
  private readonly trackerLinks = new Map<number, VirtualLink>()
  private readonly keys = new Map<Member, Keys>()
  /** Of show keys that take over, by epoch. */
  private readonly nextKeys = new Map<number, Keys>()
  private readonly ownKeys = new Map<Member, Keys>()
  private readonly verdicts = new Map<string, boolean>()

  add(
    name: string,
    options: Partial<PeerOptions> = {},
    signer: Keys = showKeys,
    make: (options: PeerOptions) => Peer = (all) => new Peer(all)
  ): Member {
    const keys = keysFromSeed(10 + this.members.length)
    const member: Member = {
      name,
      id: keys.publicKey,
      peer: make({
        self: { id: keys.publicKey, addresses: [name] },
        broadcast: broadcastId,
        trackers: ['ws://tracker'],
        role: 'listener',
        seed: this.members.length + 1,
        ...options
      }),
      played: [],
      notices: [],
      links: new Map(),
      done: false,
      frozen: false,
      waiting: [],
      blackHole: false,
      tamper: undefined,
      deadline: Infinity
    }
    this.keys.set(member, signer)
    this.ownKeys.set(member, keys)
    this.members.push(member)
    this.give(member, { type: 'start' })
    return member
  }

  addOrigin(
    options: Partial<PeerOptions> = {},
    certificate = makeCertificate(),
    signer: Keys = showKeys,
    name = `origin${certificate.epoch}`
  ): Member {
    return this.add(
      name,
      { role: 'origin', source: { certificate, publish: publishing(certificate) }, ...options },
      signer
    )
  }

  /** Feeds an origin with 20 ms frames at their pace, or so many times faster, then ends the show. */
  show(origin: Member, ms: number, speed = 1): void {
    const begin = this.now
    this.at(begin, () => {
      this.give(origin, { type: 'source-stream', format: { channels: 1, preSkip: 312, outputGain: 0 } })
    })
    const feed = (i: number): void => {
      if (i * 20 >= ms) this.give(origin, { type: 'source-end' })
      else {
        this.give(origin, { type: 'source-frame', frame: { data: frameOf(i), samples: 960, endTrim: 0 } })
        this.at(begin + ((i + 1) * 20) / speed, () => feed(i + 1))
      }
    }
    this.at(begin, () => feed(0))
  }

  /** The origin's next show key takes over, so many packets from now. @returns with which certificate */
  rotate(origin: Member, previous: Certificate, lead: number, keys = keysFromSeed(900)): Certificate {
    const epoch = previous.epoch + 1
    const certificate = makeCertificate({ epoch, showKey: keys.publicKey, continues: true })
    const body = { previous: previous.epoch, first: origin.peer.stats().packets + lead }
    const handover = { ...body, signature: keys.sign(handoverMessage(certificate, body)) }
    this.nextKeys.set(epoch, keys)
    this.give(origin, { type: 'succeed', certificate, handover })
    return certificate
  }

  /** The process is gone: no BYE; links end at the other side after the delay. */
  kill(member: Member): void {
    member.done = true
    for (const link of member.links.values()) this.cut(link, member)
    member.links.clear()
  }

  give(member: Member, input: Input): void {
    if (member.done) return
    const outputs = member.peer.step(input, this.now)
    for (const output of outputs) this.carryOut(member, output)
    this.onStep?.(member, input, outputs)
    member.deadline = member.peer.nextDeadline(this.now)
    if (member.deadline <= this.now)
      throw new Error(
        `${member.name}: after ${input.type} at ${this.now} the deadline ${member.deadline} has passed`
      )
  }

  at(time: number, run: () => void): void {
    const event = { at: time, order: this.order++, run }
    let low = 0
    let high = this.queue.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.queue[middle]!.at <= time) low = middle + 1
      else high = middle
    }
    this.queue.splice(low, 0, event)
  }

  /** Runs until this much time has passed. */
  run(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const event = this.queue[0]
      const ticking = this.earliestDeadline()
      const next = Math.min(event?.at ?? Infinity, ticking?.deadline ?? Infinity)
      if (next > end) break
      this.now = Math.max(this.now, next)
      if (event !== undefined && event.at <= next) {
        this.queue.shift()
        event.run()
      } else if (ticking !== undefined) this.give(ticking, { type: 'tick' })
    }
    this.now = end
  }

  frames(member: Member): number[] {
    const numbers: number[] = []
    for (const item of member.played) {
      if (item.type !== 'audio') continue
      for (const { data } of item.frames)
        numbers.push(new DataView(data.buffer, data.byteOffset).getUint32(1))
    }
    return numbers
  }

  gaps(member: Member): number {
    return member.peer.stats().gaps
  }

  linked(member: Member, other: Member): boolean {
    return [...member.links.values()].some(
      (link) => link.open && (link.ends[0] === other || link.ends[1] === other)
    )
  }

  /** Who feeds this member, by stripe; undefined where nobody does. */
  parentsOf(member: Member): (Member | undefined)[] {
    return member.peer
      .parentIds()
      .map((id) => this.members.find((other) => id !== undefined && equal(other.id, id)))
  }

  /** The trackers are unreachable from now on, and whoever was linked with one finds it gone. */
  stopTracker(): void {
    this.trackerUp = false
    for (const [number, link] of this.trackerLinks) {
      const member = link.ends[0]
      this.at(this.now + this.delayMs, () => {
        if (member.links.delete(number))
          this.whenAwake(member, () => this.give(member, { type: 'closed', link: number }))
      })
    }
    this.trackerLinks.clear()
  }

  /** Forty peers check the same packet: in virtual time once is enough. */
  private verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const asked = `${idKey(key)}${idKey(signature)}${Buffer.from(message).toString('latin1')}`
    let valid = this.verdicts.get(asked)
    if (valid === undefined) {
      valid = checkSignature(key, message, signature)
      this.verdicts.set(asked, valid)
      if (this.verdicts.size > 2_000) this.verdicts.delete(this.verdicts.keys().next().value!)
    }
    return valid
  }

  private earliestDeadline(): Member | undefined {
    let earliest: Member | undefined
    for (const member of this.members) {
      if (member.done || member.frozen) continue
      if (member.deadline < (earliest?.deadline ?? Infinity)) earliest = member
    }
    return earliest
  }

  private carryOut(member: Member, output: Output): void {
    switch (output.type) {
      case 'connect-tracker':
        this.at(this.now + this.delayMs, () => this.connectTracker(member, output.tracker))
        break
      case 'dial':
        this.at(this.now + this.delayMs * 2, () => this.dial(member, output.peer.id))
        break
      case 'send':
        this.send(member, output.link, output.bytes)
        break
      case 'data':
        if (!member.blackHole) {
          const head = dataHead(output.hops, output.packet.length)
          this.send(member, output.link, new Uint8Array(Buffer.concat([head, output.packet])))
        }
        break
      case 'close': {
        const link = member.links.get(output.link)
        member.links.delete(output.link)
        if (link !== undefined) this.cut(link, member)
        break
      }
      case 'verify': {
        const { check, key, message, signature } = output
        const valid = this.verifySignature(key, message, signature)
        this.at(this.now, () =>
          this.whenAwake(member, () => this.give(member, { type: 'verified', check, valid }))
        )
        break
      }
      case 'sign': {
        const keys = this.nextKeys.get(output.epoch) ?? this.keys.get(member)!
        const signature = keys.sign(output.message)
        this.at(this.now, () => this.give(member, { type: 'signed', sequence: output.sequence, signature }))
        break
      }
      case 'sign-self': {
        const signature = this.ownKeys.get(member)!.sign(output.message)
        this.at(this.now, () =>
          this.whenAwake(member, () => this.give(member, { type: 'signed-self', signature }))
        )
        break
      }
      case 'play':
        member.played.push(output.item)
        break
      case 'notice':
        member.notices.push(output.notice)
        break
      case 'make-key':
      case 'encrypt':
      case 'decrypt':
        // Who keeps a private show answers these.
        break
      case 'signal':
      case 'unreachable':
        // Virtual links need no introduction.
        break
      case 'record':
      case 'work':
      case 'seal':
        // Nobody here keeps a show.
        break
      case 'done':
        member.done = true
        break
    }
  }

  private connectTracker(member: Member, tracker: string): void {
    if (!this.trackerUp) {
      this.give(member, { type: 'tracker-failed', tracker })
      return
    }
    const number = this.nextLink++
    const link: VirtualLink = { ends: [member, 'tracker'], numbers: [number, number], open: true }
    member.links.set(number, link)
    this.trackerLinks.set(number, link)
    if (!this.mute.has(tracker)) this.tracker.step({ type: 'opened', link: number }, this.now)
    this.give(member, { type: 'tracker-opened', tracker, link: number })
  }

  private dial(member: Member, peer: Uint8Array): void {
    const other = this.members.find(({ id }) => equal(id, peer))
    if (other === undefined || other.done || other.frozen) {
      this.give(member, { type: 'dial-failed', peer })
      return
    }
    const link: VirtualLink = {
      ends: [member, other],
      numbers: [this.nextLink++, this.nextLink++],
      open: true
    }
    member.links.set(link.numbers[0], link)
    other.links.set(link.numbers[1], link)
    this.give(member, { type: 'opened', link: link.numbers[0], dialled: peer, remoteId: peer })
    this.give(other, { type: 'opened', link: link.numbers[1], dialled: undefined, remoteId: member.id })
  }

  private send(from: Member, number: number, sent: Uint8Array): void {
    const link = from.links.get(number)
    if (link === undefined || from.frozen) return
    // What a private show says beside is no message of these.
    const message = decodeMessages(sent)[0]
    const bytes = (message && from.tamper?.(message, sent.slice())) ?? sent.slice()
    const [to, theirs] =
      link.ends[0] === from ? [link.ends[1], link.numbers[1]] : [link.ends[0], link.numbers[0]]
    if (to !== 'tracker' && message?.type === 'data' && this.loses?.(from, to) === true) return
    this.at(this.now + this.delayMs, () => {
      if (to === 'tracker') {
        if (message !== undefined) this.onTrackerMessage?.(from, message)
        this.toTracker(number, bytes)
      } else if (!to.done && to.links.has(theirs)) {
        if (message !== undefined) this.onMessage?.(from, to, message)
        this.whenAwake(to, () => this.give(to, { type: 'received', link: theirs, bytes }))
      }
    })
  }

  /** Alive, but nothing goes in or out and no time passes, as when a laptop's lid is shut. */
  freeze(member: Member): void {
    member.frozen = true
  }

  /** What arrived meanwhile is heard now, all at once. */
  thaw(member: Member): void {
    member.frozen = false
    for (const run of member.waiting.splice(0)) run()
  }

  /** What arrives at a frozen process waits in its sockets. */
  private whenAwake(member: Member, run: () => void): void {
    if (member.frozen) member.waiting.push(run)
    else run()
  }

  private toTracker(number: number, bytes: Uint8Array): void {
    if (!this.trackerUp) return
    for (const output of this.tracker.step({ type: 'received', link: number, bytes }, this.now)) {
      const link = this.trackerLinks.get(output.link)
      if (link === undefined) continue
      if (output.type !== 'send' && output.type !== 'close') continue
      const member = link.ends[0]
      this.at(this.now + this.delayMs, () => {
        if (!member.links.has(output.link)) return
        if (output.type === 'close') member.links.delete(output.link)
        else this.onTrackerMessage?.(member, decodeMessages(output.bytes)[0]!)
        const { link: number } = output
        this.whenAwake(member, () =>
          this.give(
            member,
            output.type === 'send'
              ? { type: 'received', link: number, bytes: output.bytes }
              : { type: 'closed', link: number }
          )
        )
      })
    }
  }

  private cut(link: VirtualLink, by: Member): void {
    if (!link.open) return
    link.open = false
    const [other, theirs] =
      link.ends[0] === by ? [link.ends[1], link.numbers[1]] : [link.ends[0], link.numbers[0]]
    this.at(this.now + this.delayMs, () => {
      if (other === 'tracker') {
        this.trackerLinks.delete(theirs)
        this.tracker.step({ type: 'closed', link: theirs }, this.now)
      } else if (other.links.delete(theirs)) {
        this.whenAwake(other, () => this.give(other, { type: 'closed', link: theirs }))
      }
    })
  }
}
