/**
 * The tracker: introduces strangers and never carries audio. A join is one exchange: JOIN, WELCOME with candidates.
 * Who cannot be served yet waits and is told unasked when slots appear, as many at a time as there are slots.
 *
 * The same kind of machine as the peer: inputs and the time in, outputs out. `tracker/` has its parts: who is in a broadcast
 * (`membership.ts`), who is named to whom (`introductions.ts`), signals (`switchboard.ts`), and what holds while more come than
 * it can serve (`join-queue.ts`, `work.ts`, `standing.ts`, `budgets.ts`).
 */

import {
  HELLO_TIMEOUT_MS,
  KEPT_PLACES,
  MAX_MEMBERS,
  MAX_STRANGERS,
  PROTOCOL_VERSION,
  SIGNALS_BURST,
  SIGNALS_PER_SECOND,
  TRACKER_MESSAGES_BURST,
  TRACKER_MESSAGES_PER_SECOND
} from './limits.js'
import { Random } from './random.js'
import { Budgets } from './tracker/budgets.js'
import { Doors } from './tracker/doors.js'
import { Introductions } from './tracker/introductions.js'
import type {
  BroadcastStats,
  TrackerInput,
  TrackerMachineOptions,
  TrackerOutput,
  TrackerShare,
  TrackerStats
} from './tracker/machine.js'
import type { Elsewhere, Member } from './tracker/membership.js'
import { Roster } from './tracker/roster.js'
import { Switchboard } from './tracker/switchboard.js'
import { TokenBucket } from './tree/token-bucket.js'
import { WireError } from './wire/cursor.js'
import { type ByeReason, type Join, type Lease, type Message, type Signal } from './wire/message.js'
import { idKey } from './wire/record.js'
import { decodeMessages, encodeMessage } from './wire/tracker-side.js'

export type { TrackerInput, TrackerOutput, TrackerShare, TrackerStats } from './tracker/machine.js'

const NOTHING: TrackerShare[] = []

/** An open connection. */
interface Connection {
  readonly messages: TokenBucket
  readonly signals: TokenBucket
  readonly network: string | undefined
  readonly address: string | undefined
  readonly joinBy: number
}

export class Tracker {
  private readonly roster = new Roster()
  private readonly connections = new Map<number, Connection>()
  /** Links that have said nothing yet, in the order of their coming. */
  private readonly strangers = new Set<number>()
  private readonly doors: Doors
  private readonly budgets = new Budgets()
  private readonly introductions: Introductions
  private readonly switchboard: Switchboard
  private readonly shares: boolean
  private outputs: TrackerOutput[] = []
  private shared: TrackerShare[] = []
  private joins = 0
  private readonly shed = { signals: 0, messages: 0 }
  private readonly refusedFor: Partial<Record<ByeReason, number>> = {}

  constructor(options: TrackerMachineOptions) {
    const { seed, shares = false, isRelay = () => false } = options
    const send = (link: number, message: Message): void => this.send(link, message)
    this.shares = shares
    this.introductions = new Introductions(new Random(seed), send)
    this.switchboard = new Switchboard(
      (output) => this.outputs.push(output),
      shares ? (share) => this.shared.push(share) : undefined,
      { isRelay }
    )
    this.doors = new Doors(options, {
      onServe: (link, join, now) => this.join(link, join, now),
      onGiveUp: (link) =>
        this.refuse(link, 'full', 'more come than this tracker can serve; try another, or come again'),
      send,
      isFilling: () => this.roster.size >= MAX_MEMBERS * (1 - KEPT_PLACES)
    })
  }

  step(input: TrackerInput, now: number): TrackerOutput[] {
    switch (input.type) {
      case 'opened':
        this.opened(input, now)
        break
      case 'received':
        this.received(input.link, input.bytes, now)
        break
      case 'closed':
        this.leave(input.link)
        break
      case 'tick':
        this.expire(now)
        this.doors.serve(now)
        break
      case 'load':
        this.doors.set(input.load, input.salt)
        break
      case 'digested':
        this.doors.digested(input.link, input.digest, now)
        break
      case 'elsewhere':
        this.mirror(input.broadcast, input.elsewhere, now)
        break
      case 'carried':
        this.switchboard.carried(this.roster.broadcast(input.broadcast), input.bytes)
        break
      case 'nobody':
        if (this.roster.get(input.link) !== undefined)
          this.send(input.link, { type: 'unreachable', peer: input.peer })
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
  sharedMembers(): Iterable<Extract<TrackerShare, { type: 'member' }>> {
    return this.roster.shared()
  }

  /** Keys of all broadcasts that have members here. */
  broadcastKeys(): Iterable<string> {
    return this.roster.broadcastKeys()
  }

  /** When to give the next `tick`; Infinity for never. */
  nextDeadline(): number {
    const next = Math.min(this.doors.nextDeadline(), this.roster.oldest?.expiresAt ?? Infinity)
    for (const link of this.strangers) return Math.min(next, this.connections.get(link)!.joinBy)
    return next
  }

  stats(): TrackerStats {
    const { doors } = this
    return {
      ...this.roster.census(),
      queued: doors.queued,
      workBits: doors.workBits,
      joins: this.joins,
      introductions: this.introductions.count,
      signals: this.switchboard.count,
      worked: doors.worked,
      shed: { joins: doors.shed, ...this.shed },
      refused: Object.values(this.refusedFor).reduce((sum, count) => sum + count, 0),
      refusedFor: { ...this.refusedFor }
    }
  }

  broadcastStats(): BroadcastStats[] {
    return this.roster.broadcastStats()
  }

  private opened({ link, network, address }: Extract<TrackerInput, { type: 'opened' }>, now: number): void {
    this.connections.set(link, {
      messages: new TokenBucket(TRACKER_MESSAGES_PER_SECOND, TRACKER_MESSAGES_BURST, now),
      signals: new TokenBucket(SIGNALS_PER_SECOND, SIGNALS_BURST, now),
      network,
      address,
      joinBy: now + HELLO_TIMEOUT_MS
    })
    this.budgets.opened(network, now)
    this.strangers.add(link)
    if (this.strangers.size <= MAX_STRANGERS) return
    const [oldest] = this.strangers
    this.refuse(oldest!, 'full', 'too many newcomers; come again, and JOIN at once')
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
        if (!this.budgets.take(connection.network, now)) {
          this.shed.messages++
          continue
        }
        this.take(link, message, now)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.refuse(link, 'malformed', `not understood: ${error.message}`)
    }
  }

  private take(link: number, message: Message, now: number): void {
    const member = this.roster.get(link)
    switch (message.type) {
      case 'join':
        if (member !== undefined || this.doors.waits(link)) throw new WireError('a second JOIN')
        this.knock(link, message, now)
        break
      case 'work': {
        // Who has been served meanwhile owes nothing.
        const work = this.doors.workOf(link, message.nonce)
        if (work !== undefined) this.outputs.push({ type: 'digest', link, message: work })
        break
      }
      case 'ask':
        if (member === undefined) throw new WireError('ASK before JOIN')
        member.ways = message.ways
        this.introductions.answer(member, message.wanted, message.except.map(idKey))
        break
      case 'signal':
        if (member === undefined) throw new WireError('SIGNAL before JOIN')
        this.bring(member, message, now)
        break
      case 'lease':
        if (member === undefined) throw new WireError('LEASE before JOIN')
        this.renew(member, message, now)
        break
      default:
        throw new WireError(`a ${message.type} message to a tracker`)
    }
  }

  private knock(link: number, join: Join, now: number): void {
    const { minVersion, maxVersion } = join
    if (minVersion > PROTOCOL_VERSION || maxVersion < PROTOCOL_VERSION) {
      const text = `you speak versions ${minVersion} to ${maxVersion}, this tracker speaks ${PROTOCOL_VERSION}`
      this.refuse(link, 'version', text)
      return
    }
    this.strangers.delete(link)
    this.doors.knock(link, this.connections.get(link)!.network, join, now)
  }

  private join(link: number, join: Join, now: number): void {
    const member = this.roster.add(link, this.connections.get(link)!, join, now)
    if (member === undefined) {
      this.refuse(link, 'full', 'this tracker is full; try another')
      return
    }
    this.joins++
    this.outputs.push({ type: 'joined', link })
    this.share(member)
    this.introductions.answer(member, join.wanted, [])
    this.introductions.serveWaiting(member.broadcast, member)
  }

  private renew(member: Member, lease: Lease, now: number): void {
    if (this.roster.renew(member, lease, now)) this.share(member)
    this.doors.renewed(member, now)
    this.introductions.welcome(member, [])
    this.introductions.serveWaiting(member.broadcast, member)
  }

  /** Passes a signal on to another member of the same broadcast. */
  private bring(member: Member, signal: Signal, now: number): void {
    const isShed = this.doors.shedsSignalsOf(member, now)
    if (isShed) this.shed.signals++
    if (isShed || !this.switchboard.bring(member, signal))
      this.send(member.link, { type: 'unreachable', peer: signal.to })
  }

  /** Others have told of a broadcast: who waits here can perhaps be served there. */
  private mirror(key: string, elsewhere: Elsewhere, now: number): void {
    const broadcast = this.roster.broadcast(key)
    if (broadcast === undefined) return
    const hosts = broadcast.mirror(elsewhere, now)
    if (broadcast.waiting.size === 0) return
    for (const host of hosts) this.introductions.serveWaiting(broadcast, host)
  }

  private share(member: Member): void {
    if (!this.shares) return
    const { broadcast, record } = member
    const { key } = broadcast
    this.shared.push({ type: 'member', broadcast: key, id: record.id, member: broadcast.shared(record.id) })
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
    const connection = this.connections.get(link)
    if (connection === undefined) return
    this.connections.delete(link)
    this.budgets.closed(connection.network)
    this.strangers.delete(link)
    this.doors.left(link)
    const member = this.roster.get(link)
    if (member === undefined) return
    this.roster.remove(member)
    this.share(member)
  }

  private expire(now: number): void {
    for (
      let next = this.roster.oldest;
      next !== undefined && next.expiresAt <= now;
      next = this.roster.oldest
    )
      this.end(next.link)
    for (const link of this.strangers) {
      if (this.connections.get(link)!.joinBy > now) break
      this.refuse(link, 'too-much', 'no JOIN came')
    }
  }

  private send(link: number, message: Message): void {
    this.outputs.push({ type: 'send', link, bytes: encodeMessage(message) })
  }
}
