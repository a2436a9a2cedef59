/**
 * Who is served when. While a tracker can serve all who come, at once. While it cannot, newcomers wait in a queue and may work
 * for a better place in it; who was here before goes first. Measured by two things: joins a second, whoever they are, and how late
 * the tracker's processor is, which it is told.
 */

import { BUSY_JOIN_COST, QUEUED_MS } from '../limits.js'
import { type Join, type Message, SEED_BYTES } from '../wire/message.js'
import { idKey } from '../wire/record.js'
import { JoinQueue, RETURNING_RANK } from './join-queue.js'
import { LOAD, SALT_BYTES, type TrackerMachineOptions } from './machine.js'
import type { Member } from './membership.js'
import { ownCopy } from './roster.js'
import { Standing } from './standing.js'
import { workIn, workMessage } from './work.js'

export interface DoorsEvents {
  /** This one's turn has come. */
  readonly onServe: (link: number, join: Join, now: number) => void
  /** This one will not be served. */
  readonly onGiveUp: (link: number) => void
  readonly send: (link: number, message: Message) => void
  /** Whether the places that are left are not for everybody. */
  readonly isFilling: () => boolean
}

export class Doors {
  /** Joins that had to wait, and newcomers that worked meanwhile, since the start. */
  shed = 0
  worked = 0
  private readonly events: DoorsEvents
  /** Everybody is served at once, whatever comes. */
  private readonly isOpen: boolean
  private readonly queue: JoinQueue
  private readonly standing = new Standing()
  private load: number = LOAD.calm
  private salt = new Uint8Array(SALT_BYTES)

  constructor(
    { joinsPerSecond = Infinity, joinBurst = Infinity }: TrackerMachineOptions,
    events: DoorsEvents
  ) {
    this.events = events
    this.isOpen = joinsPerSecond === Infinity
    this.queue = new JoinQueue(joinsPerSecond, Math.max(joinBurst, BUSY_JOIN_COST))
  }

  get queued(): number {
    return this.queue.size
  }

  /** Bits of work that would do now. */
  get workBits(): number {
    return this.queue.bits
  }

  /** How busy the tracker's machine is now; and what no newcomer's work may be older than. */
  set(load: number, salt: Uint8Array): void {
    this.load = load
    this.salt = salt.slice(0, SALT_BYTES)
  }

  /** Whether a member's signals are among what the tracker does without now. */
  shedsSignalsOf({ key, network }: Member, now: number): boolean {
    return this.load >= LOAD.signals && !this.standing.has(key, network, now)
  }

  waits(link: number): boolean {
    return this.queue.get(link) !== undefined
  }

  /** Somebody wants in. */
  knock(link: number, network: string | undefined, join: Join, now: number): void {
    const { send, onServe, onGiveUp, isFilling } = this.events
    const returns = this.standing.has(idKey(join.peerId), network, now)
    const isServed = returns
      ? this.load < LOAD.returns
      : !isFilling() && this.queue.admits(this.joinCost, now)
    if (this.isOpen || isServed) {
      onServe(link, join, now)
      return
    }
    this.shed++
    const seed = new Uint8Array(SEED_BYTES)
    seed.set(this.salt)
    new DataView(seed.buffer).setFloat64(SALT_BYTES, link)
    const last = this.queue.add(link, ownCopy(join), seed, returns ? RETURNING_RANK : 0, now)
    send(link, { type: 'challenge', seed, bits: this.queue.bits, waitMs: QUEUED_MS })
    if (last !== undefined) onGiveUp(last.link)
  }

  /** What to digest, to know how much this one has worked; undefined if it does not wait any more. */
  workOf(link: number, nonce: Uint8Array): Uint8Array | undefined {
    const newcomer = this.queue.get(link)
    if (newcomer === undefined) return undefined
    this.worked++
    return workMessage(newcomer.seed, newcomer.join.peerId, nonce)
  }

  digested(link: number, digest: Uint8Array, now: number): void {
    this.queue.worked(link, workIn(digest))
    this.serve(now)
  }

  /** Serves as many as it is time for, and sends those away whose time is over. */
  serve(now: number): void {
    const { onServe, onGiveUp, isFilling } = this.events
    for (;;) {
      const next = this.queue.take(isFilling() ? this.queue.bits : 0, this.joinCost, now)
      if (next === undefined) break
      onServe(next.link, next.join, now)
    }
    for (let next = this.queue.expired(now); next !== undefined; next = this.queue.expired(now)) {
      this.queue.remove(next.link)
      onGiveUp(next.link)
    }
  }

  /** A member says that it is still here. */
  renewed(member: Member, now: number): void {
    this.standing.renewed(member, now)
  }

  left(link: number): void {
    this.queue.remove(link)
  }

  nextDeadline(): number {
    return this.queue.nextDeadline()
  }

  private get joinCost(): number {
    return this.load >= LOAD.joins ? BUSY_JOIN_COST : 1
  }
}
