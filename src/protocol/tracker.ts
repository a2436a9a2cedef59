/**
 * The tracker: introduces strangers and never carries audio. A join is one exchange: JOIN, WELCOME with candidates.
 * Who cannot be served yet waits and is told unasked when slots appear, as many at a time as there are slots.
 *
 * The same kind of machine as the peer: inputs and the time in, outputs out.
 */

import {
  CANDIDATES_PER_ANSWER,
  HELLO_TIMEOUT_MS,
  LEASE_MS,
  MAX_BROADCASTS,
  MAX_MEMBERS,
  PROTOCOL_VERSION,
  SIGNALS_BURST,
  SIGNALS_PER_SECOND,
  TRACKER_MESSAGES_BURST,
  TRACKER_MESSAGES_PER_SECOND,
  WAIT_MS
} from './limits.js'
import {
  type Candidate,
  type Elsewhere,
  isFed,
  type Member,
  Membership,
  type SharedMember
} from './membership.js'
import { Random } from './random.js'
import { TokenBucket } from './tree/token-bucket.js'
import { UNFED_DEPTH } from './tree/feeds.js'
import { type BroadcastId, broadcastKey } from './wire/broadcast.js'
import { equal, WireError } from './wire/cursor.js'
import {
  type ByeReason,
  decodeMessages,
  encodeMessage,
  type Join,
  type Lease,
  type Message,
  type Signal
} from './wire/message.js'
import { idKey, type PeerId, shortId } from './wire/record.js'
import { waysTo } from './wire/ways.js'

export type TrackerInput =
  | { readonly type: 'opened'; readonly link: number }
  | { readonly type: 'received'; readonly link: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly link: number }
  | { readonly type: 'tick' }
  /** What trackers that share say of a broadcast, by its key. */
  | { readonly type: 'elsewhere'; readonly broadcast: string; readonly elsewhere: Elsewhere }
  /** A SIGNAL that another tracker was given for one of our members. */
  | { readonly type: 'carried'; readonly broadcast: string; readonly bytes: Uint8Array }
  /** Answers a `carry`: no other tracker has that peer. */
  | { readonly type: 'nobody'; readonly link: number; readonly peer: PeerId }

export type TrackerOutput =
  | { readonly type: 'send'; readonly link: number; readonly bytes: Uint8Array }
  /** `why`: it was refused for that. */
  | { readonly type: 'close'; readonly link: number; readonly why?: ByeReason }

/** What a tracker that shares has for the others. */
export type TrackerShare =
  /** A member came, changed, or went. */
  | {
      readonly type: 'member'
      readonly broadcast: string
      readonly id: PeerId
      readonly member: SharedMember | undefined
    }
  /** A SIGNAL for a peer that is not here, or not here alone. `link`: who is told if it is nowhere; undefined if it is here as well. */
  | {
      readonly type: 'carry'
      readonly broadcast: string
      readonly to: PeerId
      readonly bytes: Uint8Array
      readonly link: number | undefined
    }

/** What a tracker tells about itself. Numbers only: no peer can be found by them. */
export interface TrackerStats {
  readonly broadcasts: number
  /** Each once, and so below; who is in two broadcasts is two. */
  readonly peers: number
  readonly listeners: number
  readonly relays: number
  readonly origins: number
  /** Peers that wait for slots. */
  readonly waiting: number
  /** Slots that peers said to have free. */
  readonly freeSlots: number
  /** Since the start. */
  readonly joins: number
  readonly introductions: number
  readonly signals: number
  readonly refused: number
  /** For each reason how often. */
  readonly refusedFor: Readonly<Partial<Record<ByeReason, number>>>
}

/** One broadcast, as its tracker knows it. */
export interface BroadcastStats {
  readonly id: BroadcastId
  readonly live: boolean
  readonly peers: number
  readonly listeners: number
  /** Most listeners at once since the broadcast came here. */
  readonly peakListeners: number
}

const NOTHING: TrackerShare[] = []

/** An open connection. */
interface Connection {
  readonly messages: TokenBucket
  readonly signals: TokenBucket
  readonly joinBy: number
}

export class Tracker {
  private readonly random: Random
  private readonly broadcasts = new Map<string, Membership>()
  /** By link, in the order of their leases. */
  private readonly members = new Map<number, Member>()
  private readonly connections = new Map<number, Connection>()
  /** Links that have not joined yet, in the order of their coming. */
  private readonly strangers = new Set<number>()
  private outputs: TrackerOutput[] = []
  private readonly shares: boolean
  private shared: TrackerShare[] = []
  private joins = 0
  private introductions = 0
  private signals = 0
  private readonly refusedFor: Partial<Record<ByeReason, number>> = {}

  /**
   * @param seed decides whom it introduces to whom; any 32-bit integer.
   * @param shares whether other trackers are told of its members: {@link takeShared} says what.
   */
  constructor(seed: number, shares = false) {
    this.random = new Random(seed)
    this.shares = shares
  }

  step(input: TrackerInput, now: number): TrackerOutput[] {
    switch (input.type) {
      case 'opened':
        this.connections.set(input.link, {
          messages: new TokenBucket(TRACKER_MESSAGES_PER_SECOND, TRACKER_MESSAGES_BURST, now),
          signals: new TokenBucket(SIGNALS_PER_SECOND, SIGNALS_BURST, now),
          joinBy: now + HELLO_TIMEOUT_MS
        })
        this.strangers.add(input.link)
        break
      case 'received':
        this.received(input.link, input.bytes, now)
        break
      case 'closed':
        this.leave(input.link)
        break
      case 'tick':
        this.expire(now)
        break
      case 'elsewhere':
        this.mirror(input.broadcast, input.elsewhere, now)
        break
      case 'carried':
        this.carried(input.broadcast, input.bytes)
        break
      case 'nobody':
        if (this.members.has(input.link)) this.send(input.link, { type: 'unreachable', peer: input.peer })
        break
    }
    const outputs = this.outputs
    this.outputs = []
    return outputs
  }

  /** What the others are to be told since this was last called. Always nothing without sharing. */
  takeShared(): TrackerShare[] {
    if (this.shared.length === 0) return NOTHING
    const shared = this.shared
    this.shared = []
    return shared
  }

  /** All that others may know: for those who know nothing. */
  *sharedMembers(): Generator<Extract<TrackerShare, { type: 'member' }>> {
    for (const broadcast of this.broadcasts.values()) {
      for (const { record } of broadcast) {
        const member = broadcast.shared(record.id)
        yield { type: 'member', broadcast: broadcast.key, id: record.id, member }
      }
    }
  }

  /** Keys of all broadcasts that have members here. */
  broadcastKeys(): Iterable<string> {
    return this.broadcasts.keys()
  }

  /** When to give the next `tick`; Infinity for never. */
  nextDeadline(): number {
    let next = Infinity
    for (const member of this.members.values()) {
      next = member.expiresAt
      break
    }
    for (const link of this.strangers) return Math.min(next, this.connections.get(link)!.joinBy)
    return next
  }

  stats(): TrackerStats {
    const roles = { listener: 0, relay: 0, origin: 0, root: 0 }
    let freeSlots = 0
    let waiting = 0
    for (const broadcast of this.broadcasts.values()) {
      waiting += broadcast.waiting.size
      for (const member of broadcast) {
        roles[member.role]++
        freeSlots += member.freeSlots
      }
    }
    return {
      broadcasts: this.broadcasts.size,
      peers: roles.listener + roles.relay + roles.origin,
      listeners: roles.listener,
      relays: roles.relay + roles.root,
      origins: roles.origin,
      waiting,
      freeSlots,
      joins: this.joins,
      introductions: this.introductions,
      signals: this.signals,
      refused: Object.values(this.refusedFor).reduce((sum, count) => sum + count, 0),
      refusedFor: { ...this.refusedFor }
    }
  }

  broadcastStats(): BroadcastStats[] {
    return Array.from(this.broadcasts.values(), ({ id, isLive, size, listeners, peakListeners }) => ({
      id,
      live: isLive,
      peers: size,
      listeners,
      peakListeners
    }))
  }

  private received(link: number, bytes: Uint8Array, now: number): void {
    const connection = this.connections.get(link)
    if (connection === undefined) return
    try {
      const messages = decodeMessages(bytes)
      for (const message of messages) {
        const bucket = message.type === 'signal' ? connection.signals : connection.messages
        if (!bucket.take(1, now)) {
          this.refuse(link, 'too-much', 'too many messages; wait longer between them')
          return
        }
        // What is passed on unchanged need not be written anew.
        this.take(link, message, messages.length === 1 ? bytes : undefined, now)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.refuse(link, 'malformed', `not understood: ${error.message}`)
    }
  }

  private take(link: number, message: Message, bytes: Uint8Array | undefined, now: number): void {
    const member = this.members.get(link)
    switch (message.type) {
      case 'join':
        if (member !== undefined) throw new WireError('a second JOIN')
        this.join(link, message, now)
        break
      case 'ask':
        if (member === undefined) throw new WireError('ASK before JOIN')
        member.ways = message.ways
        this.answer(member, message.wanted, message.except.map(idKey))
        break
      case 'signal':
        if (member === undefined) throw new WireError('SIGNAL before JOIN')
        this.bring(member, message, bytes ?? encodeMessage(message))
        break
      case 'lease':
        if (member === undefined) throw new WireError('LEASE before JOIN')
        this.renew(member, message, now)
        break
      default:
        throw new WireError(`a ${message.type} message to a tracker`)
    }
  }

  private join(link: number, join: Join, now: number): void {
    if (join.minVersion > PROTOCOL_VERSION || join.maxVersion < PROTOCOL_VERSION) {
      const { minVersion, maxVersion } = join
      this.refuse(
        link,
        'version',
        `you speak versions ${minVersion} to ${maxVersion}, this tracker speaks ${PROTOCOL_VERSION}`
      )
      return
    }
    const key = broadcastKey(join.broadcast)
    const known = this.broadcasts.get(key)
    if (this.members.size >= MAX_MEMBERS || (known === undefined && this.broadcasts.size >= MAX_BROADCASTS)) {
      this.refuse(link, 'full', 'this tracker is full; try another')
      return
    }
    const broadcast =
      known ?? new Membership({ publisher: join.broadcast.publisher.slice(), name: join.broadcast.name })
    this.broadcasts.set(key, broadcast)
    // The bytes are views into one received message: copied, so that a member holds no more than itself.
    const record = { id: join.peerId.slice(), addresses: join.addresses }
    const { role, freeSlots, ways } = join
    const depth = role === 'origin' ? 0 : UNFED_DEPTH
    const member: Member = {
      link,
      record,
      key: idKey(record.id),
      shortKey: idKey(shortId(record.id)),
      waysTo: waysTo(record.addresses),
      ways,
      role,
      broadcast,
      relays: freeSlots > 0,
      freeSlots,
      depth,
      expiresAt: now + LEASE_MS
    }
    broadcast.add(member)
    this.members.set(link, member)
    this.strangers.delete(link)
    this.joins++
    this.share(member)
    this.answer(member, join.wanted, [])
    this.serveWaiting(broadcast, member)
  }

  private renew(member: Member, lease: Lease, now: number): void {
    const depth = member.role === 'origin' ? 0 : lease.depth
    const isNews = lease.freeSlots !== member.freeSlots || depth !== member.depth
    member.broadcast.update(member, lease.freeSlots, depth)
    if (isNews) this.share(member)
    member.expiresAt = now + LEASE_MS
    this.members.delete(member.link)
    this.members.set(member.link, member)
    this.welcome(member, [])
    this.serveWaiting(member.broadcast, member)
  }

  /** Candidates for one member; if there are none that are fed, it waits, unless it only wants spares. */
  private answer(member: Member, wanted: number, except: readonly string[]): void {
    const candidates =
      wanted === 0 ? [] : this.candidatesFor(member, Math.min(wanted, CANDIDATES_PER_ANSWER), except)
    const { waiting } = member.broadcast
    const hasHost = candidates.some((each) => isFed(each) && each.freeSlots > 0)
    if (wanted > 0 && !isFed(member) && !hasHost) waiting.add(member.link)
    else waiting.delete(member.link)
    this.welcome(member, candidates)
  }

  /** Somebody has room: those who waited longest are told, as many as there is room for. */
  private serveWaiting(broadcast: Membership, host: Candidate): void {
    const { waiting } = broadcast
    if (!isFed(host) || host.freeSlots === 0) return
    let room = host.freeSlots
    for (const link of [...waiting]) {
      const member = broadcast.get(link)
      if (member !== undefined && (host.waysTo & member.ways) === 0) continue
      if (room-- <= 0) break
      waiting.delete(link)
      if (member !== undefined && member.key !== host.key) {
        this.welcome(member, [
          host,
          ...this.candidatesFor(member, CANDIDATES_PER_ANSWER - 1, [host.shortKey])
        ])
      }
    }
  }

  private candidatesFor(member: Member, count: number, except: readonly string[]): Candidate[] {
    return member.broadcast.candidatesFor(member, count, except, this.random)
  }

  /** Passes a signal on to another member of the same broadcast. */
  private bring(member: Member, signal: Signal, bytes: Uint8Array): void {
    if (!equal(signal.from, member.record.id)) throw new WireError('a SIGNAL in the name of another')
    this.signals++
    const addressees = member.broadcast.addressees(signal.to)
    for (const { link } of addressees) this.outputs.push({ type: 'send', link, bytes })
    const isHere = addressees.size > 0
    if (this.shares && (!isHere || member.broadcast.isElsewhere(signal.to))) {
      // The bytes are views into one received message, and are on their way for longer than that.
      const to = signal.to.slice()
      const link = isHere ? undefined : member.link
      this.shared.push({
        type: 'carry',
        broadcast: member.broadcast.key,
        to,
        bytes,
        link
      })
    } else if (!isHere) this.send(member.link, { type: 'unreachable', peer: signal.to })
  }

  private carried(key: string, bytes: Uint8Array): void {
    const [signal] = decodeMessages(bytes)
    if (signal?.type !== 'signal') return
    const addressees = this.broadcasts.get(key)?.addressees(signal.to) ?? []
    for (const { link } of addressees) this.outputs.push({ type: 'send', link, bytes })
  }

  /** Others have told of a broadcast: who waits here can perhaps be served there. */
  private mirror(key: string, elsewhere: Elsewhere, now: number): void {
    const broadcast = this.broadcasts.get(key)
    if (broadcast === undefined) return
    const hosts = broadcast.mirror(elsewhere, now)
    if (broadcast.waiting.size === 0) return
    for (const host of hosts) this.serveWaiting(broadcast, host)
  }

  private share(member: Member): void {
    if (!this.shares) return
    const { broadcast, record } = member
    const { key } = broadcast
    this.shared.push({ type: 'member', broadcast: key, id: record.id, member: broadcast.shared(record.id) })
  }

  private welcome(member: Member, candidates: readonly Candidate[]): void {
    this.introductions += candidates.length
    const { broadcast } = member
    this.send(member.link, {
      type: 'welcome',
      version: PROTOCOL_VERSION,
      live: broadcast.isLive,
      peers: broadcast.size,
      waitMs: broadcast.waiting.has(member.link) ? WAIT_MS : 0,
      candidates: candidates.map(({ record }) => record)
    })
  }

  private refuse(link: number, reason: ByeReason, text: string): void {
    this.refusedFor[reason] = (this.refusedFor[reason] ?? 0) + 1
    this.send(link, { type: 'refused', reason, text: text.slice(0, 200) })
    this.leave(link)
    this.outputs.push({ type: 'close', link, why: reason })
  }

  private end(link: number): void {
    this.leave(link)
    this.outputs.push({ type: 'close', link })
  }

  private leave(link: number): void {
    this.connections.delete(link)
    this.strangers.delete(link)
    const member = this.members.get(link)
    if (member === undefined) return
    this.members.delete(link)
    const { broadcast } = member
    broadcast.remove(member)
    this.share(member)
    if (broadcast.isEmpty) this.broadcasts.delete(broadcast.key)
  }

  private expire(now: number): void {
    for (const member of this.members.values()) {
      if (member.expiresAt > now) break
      this.end(member.link)
    }
    for (const link of this.strangers) {
      if (this.connections.get(link)!.joinBy > now) break
      this.refuse(link, 'too-much', 'no JOIN came')
    }
  }

  private send(link: number, message: Message): void {
    this.outputs.push({ type: 'send', link, bytes: encodeMessage(message) })
  }
}
