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
import { isFed, type Member, Membership } from './membership.js'
import { Random } from './random.js'
import { TokenBucket } from './tree/token-bucket.js'
import { UNFED_DEPTH } from './tree/feeds.js'
import { broadcastKey } from './wire/broadcast.js'
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
import { idKey, shortId } from './wire/record.js'
import { waysTo } from './wire/ways.js'

export type TrackerInput =
  | { readonly type: 'opened'; readonly link: number }
  | { readonly type: 'received'; readonly link: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly link: number }
  | { readonly type: 'tick' }

export type TrackerOutput =
  | { readonly type: 'send'; readonly link: number; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly link: number }

/** What a tracker tells about itself. Numbers only: no peer can be found by them. */
export interface TrackerStats {
  readonly broadcasts: number
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
  readonly refused: number
}

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
  private joins = 0
  private introductions = 0
  private refused = 0

  /** @param seed decides whom it introduces to whom; any 32-bit integer. */
  constructor(seed: number) {
    this.random = new Random(seed)
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
    }
    const outputs = this.outputs
    this.outputs = []
    return outputs
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
    const roles = { listener: 0, relay: 0, origin: 0 }
    let freeSlots = 0
    let waiting = 0
    for (const member of this.members.values()) {
      roles[member.role]++
      freeSlots += member.freeSlots
    }
    for (const broadcast of this.broadcasts.values()) waiting += broadcast.waiting.size
    return {
      broadcasts: this.broadcasts.size,
      peers: this.members.size,
      listeners: roles.listener,
      relays: roles.relay,
      origins: roles.origin,
      waiting,
      freeSlots,
      joins: this.joins,
      introductions: this.introductions,
      refused: this.refused
    }
  }

  private received(link: number, bytes: Uint8Array, now: number): void {
    const connection = this.connections.get(link)
    if (connection === undefined) return
    try {
      for (const message of decodeMessages(bytes)) {
        const bucket = message.type === 'signal' ? connection.signals : connection.messages
        if (!bucket.take(1, now)) {
          this.refuse(link, 'too-much', 'too many messages; wait longer between them')
          return
        }
        this.take(link, message, now)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.refuse(link, 'malformed', `not understood: ${error.message}`)
    }
  }

  private take(link: number, message: Message, now: number): void {
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
        this.bring(member, message)
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
    const broadcast = known ?? new Membership(key)
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
      freeSlots,
      depth,
      expiresAt: now + LEASE_MS
    }
    broadcast.add(member)
    this.members.set(link, member)
    this.strangers.delete(link)
    this.joins++
    this.answer(member, join.wanted, [])
    this.serveWaiting(member)
  }

  private renew(member: Member, lease: Lease, now: number): void {
    member.broadcast.update(member, lease.freeSlots, member.role === 'origin' ? 0 : lease.depth)
    member.expiresAt = now + LEASE_MS
    this.members.delete(member.link)
    this.members.set(member.link, member)
    this.welcome(member, [])
    this.serveWaiting(member)
  }

  /** Candidates for one member; if there are none that are fed, it waits, unless it only wants spares. */
  private answer(member: Member, wanted: number, except: readonly string[]): void {
    const candidates =
      wanted === 0 ? [] : this.candidatesFor(member, Math.min(wanted, CANDIDATES_PER_ANSWER), except)
    const { waiting } = member.broadcast
    if (wanted > 0 && !isFed(member) && !candidates.some(isFed)) waiting.add(member.link)
    else waiting.delete(member.link)
    this.welcome(member, candidates)
  }

  /** Somebody has room: those who waited longest are told, as many as there is room for. */
  private serveWaiting(host: Member): void {
    const { broadcast } = host
    const { waiting } = broadcast
    if (!isFed(host) || host.freeSlots === 0) return
    let room = host.freeSlots
    for (const link of [...waiting]) {
      const member = broadcast.get(link)
      if (member !== undefined && (host.waysTo & member.ways) === 0) continue
      if (room-- <= 0) break
      waiting.delete(link)
      if (member !== undefined && member !== host) {
        this.welcome(member, [
          host,
          ...this.candidatesFor(member, CANDIDATES_PER_ANSWER - 1, [host.shortKey])
        ])
      }
    }
  }

  private candidatesFor(member: Member, count: number, except: readonly string[]): Member[] {
    return member.broadcast.candidatesFor(member, count, except, this.random)
  }

  /** Passes a signal on to another member of the same broadcast. */
  private bring(member: Member, signal: Signal): void {
    if (!equal(signal.from, member.record.id)) throw new WireError('a SIGNAL in the name of another')
    const addressees = member.broadcast.addressees(signal.to)
    for (const { link } of addressees) this.send(link, signal)
    if (addressees.size === 0) this.send(member.link, { type: 'unreachable', peer: signal.to })
  }

  private welcome(member: Member, candidates: readonly Member[]): void {
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
    this.refused++
    this.send(link, { type: 'refused', reason, text: text.slice(0, 200) })
    this.end(link)
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
    if (broadcast.size === 0) this.broadcasts.delete(broadcast.key)
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
