/**
 * How a peer finds others by its trackers: one JOIN, one answer, then a lease. When a tracker is gone the next
 * one is tried, for ever, with longer pauses; the show does not wait for it.
 */

import {
  ASK_TRACKER_MS,
  HELLO_TIMEOUT_MS,
  LEASE_REFRESH_MS,
  MAX_ASK_TRACKER_MS,
  MAX_ASK_URGENTLY_MS,
  MAX_TRACKER_RETRY_MS,
  MAX_WORK_BITS,
  ORIGIN_LEASE_REFRESH_MS,
  QUEUED_MS,
  TRACKER_RETRY_MS
} from '../limits.js'
import type { Output } from '../machine.js'
import type { Random } from '../random.js'
import {
  type Challenge,
  encodeMessage,
  type Lease,
  type PeersMessage,
  type Welcome
} from '../wire/message.js'
import type { ShortId } from '../wire/record.js'

interface TrackerState {
  readonly url: string
  state: 'idle' | 'connecting' | 'asked' | 'queued' | 'joined'
  link: number | undefined
  retryAt: number
  /** When it must have answered our JOIN. */
  answerBy: number
  failures: number
}

export interface DiscoveryOptions {
  readonly trackers: readonly string[]
  /** Be with every tracker at once: the origin must be found by all. Others need one. */
  readonly everywhere: boolean
}

export class Discovery {
  private readonly trackers: TrackerState[]
  private readonly everywhere: boolean
  private readonly random: Random
  private readonly emit: (output: Output) => void
  private readonly leaseMs: number
  private leaseAt = Infinity
  /** No question before this: the tracker has only just answered, or said how long to wait. */
  private askAt = 0
  private askedAt = -Infinity
  private asks = 0
  private stopped = false

  constructor(options: DiscoveryOptions, random: Random, emit: (output: Output) => void) {
    this.trackers = options.trackers.map((url) => ({
      url,
      state: 'idle',
      link: undefined,
      retryAt: 0,
      answerBy: Infinity,
      failures: 0
    }))
    this.everywhere = options.everywhere
    this.leaseMs = options.everywhere ? ORIGIN_LEASE_REFRESH_MS : LEASE_REFRESH_MS
    this.random = random
    this.emit = emit
  }

  /** The link to a tracker that has welcomed us. */
  get joinedLink(): number | undefined {
    return this.trackers.find(({ state }) => state === 'joined')?.link
  }

  /** No tracker is there, or the one that is has been asked more than once since we last had enough. */
  get isOfNoHelp(): boolean {
    return this.joinedLink === undefined || this.asks > 1
  }

  /** Every tracker has been tried, and none is there; also if there is none. */
  get hasFailed(): boolean {
    return this.trackers.every(({ state, failures }) => state === 'idle' && failures > 0)
  }

  isTracker(link: number): boolean {
    return this.trackers.some((tracker) => tracker.link === link)
  }

  urlOf(link: number): string {
    return this.trackers.find((tracker) => tracker.link === link)?.url ?? ''
  }

  /** Connects to what is due. */
  tend(now: number): void {
    if (this.stopped) return
    for (const tracker of this.trackers) {
      if (isPending(tracker) && now >= tracker.answerBy) this.giveUp(tracker, now)
    }
    const busy = this.trackers.some((tracker) => tracker.state !== 'idle')
    if (busy && !this.everywhere) return
    const due = this.trackers.filter((tracker) => tracker.state === 'idle' && tracker.retryAt <= now)
    due.sort((a, b) => a.failures - b.failures)
    for (const tracker of this.everywhere ? due : due.slice(0, 1)) {
      tracker.state = 'connecting'
      this.emit({ type: 'connect-tracker', tracker: tracker.url })
    }
  }

  opened(url: string, link: number, join: PeersMessage, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.url === url)
    if (tracker === undefined || this.stopped) {
      this.emit({ type: 'close', link })
      return
    }
    tracker.state = 'asked'
    tracker.link = link
    tracker.answerBy = now + HELLO_TIMEOUT_MS
    this.send(link, join)
  }

  failed(url: string, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.url === url)
    if (tracker !== undefined) this.postpone(tracker, now)
  }

  closed(link: number, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.link === link)
    if (tracker !== undefined) this.postpone(tracker, now)
  }

  /** Takes a WELCOME. @returns whether it is the first by this link: the answer to our JOIN. */
  welcomed(link: number, welcome: Welcome, now: number): boolean {
    const tracker = this.trackers.find((candidate) => candidate.link === link)
    if (tracker === undefined) return false
    const isFirst = tracker.state !== 'joined'
    if (isFirst) {
      tracker.state = 'joined'
      // Another tracker's lease must not wait for one that comes and goes.
      this.leaseAt = Math.min(this.leaseAt, now + this.leaseMs)
      this.askAt = now + ASK_TRACKER_MS
    }
    tracker.failures = 0
    // The answer to a LEASE names nobody either: only who was told to wait has a new time to ask.
    if (welcome.waitMs > 0)
      this.askAt = now + Math.min(Math.max(welcome.waitMs, ASK_TRACKER_MS), MAX_ASK_TRACKER_MS)
    return isFirst
  }

  /** It serves others first, and tells how long we may have to wait and what would bring us forward. Once for each JOIN. */
  challenged(link: number, { seed, bits, waitMs }: Challenge, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.link === link)
    if (tracker?.state !== 'asked') return
    tracker.state = 'queued'
    tracker.answerBy = now + Math.min(waitMs, QUEUED_MS)
    // Who asks for more asks for no honest reason: we wait without.
    if (bits <= MAX_WORK_BITS) this.emit({ type: 'work', link, seed, bits })
  }

  /** Asks for more candidates, unless that was done a moment ago. @param urgent whether audio is lacking, not only spares */
  ask(wanted: number, except: readonly ShortId[], ways: number, urgent: boolean, now: number): void {
    const link = this.joinedLink
    if (link === undefined || now < this.nextAsk(urgent)) return
    this.askedAt = now
    this.asks++
    this.send(link, { type: 'ask', wanted, except, ways })
  }

  /** When `ask` would ask again. */
  nextAsk(urgent: boolean): number {
    if (this.joinedLink === undefined) return Infinity
    const longest = urgent ? MAX_ASK_URGENTLY_MS : MAX_ASK_TRACKER_MS
    const pause = this.asks === 0 ? 0 : Math.min(ASK_TRACKER_MS * 2 ** (this.asks - 1), longest)
    return Math.max(this.askAt, this.askedAt + pause)
  }

  /** There is enough: the next need begins with short pauses again. */
  satisfied(): void {
    this.asks = 0
  }

  /** Tells all trackers how we are: when it changed, and at every lease. */
  lease(lease: Lease, now: number): void {
    this.leaseAt = now + this.leaseMs
    for (const { state, link } of this.trackers) if (state === 'joined') this.send(link!, lease)
  }

  /** When the lease must be renewed; Infinity while there is no tracker. */
  get leaseDue(): number {
    return this.trackers.some(({ state }) => state === 'joined') ? this.leaseAt : Infinity
  }

  stop(): void {
    this.stopped = true
    for (const tracker of this.trackers) {
      if (tracker.link !== undefined) this.emit({ type: 'close', link: tracker.link })
      tracker.link = undefined
    }
  }

  /** When `tend` has something to do. */
  nextDeadline(): number {
    if (this.stopped) return Infinity
    let next = Infinity
    for (const tracker of this.trackers) if (isPending(tracker)) next = Math.min(next, tracker.answerBy)
    if (!this.everywhere && this.trackers.some(({ state }) => state !== 'idle')) return next
    for (const { state, retryAt } of this.trackers) if (state === 'idle') next = Math.min(next, retryAt)
    return next
  }

  /** It took the connection and says nothing. */
  private giveUp(tracker: TrackerState, now: number): void {
    this.emit({ type: 'close', link: tracker.link! })
    this.postpone(tracker, now)
  }

  /** Tries again later: not when everybody else does, or a tracker that comes back is trampled. */
  private postpone(tracker: TrackerState, now: number): void {
    const pause = Math.min(TRACKER_RETRY_MS * 2 ** tracker.failures, MAX_TRACKER_RETRY_MS)
    tracker.state = 'idle'
    tracker.link = undefined
    tracker.retryAt = now + Math.round(pause * (0.5 + this.random.unit()))
    tracker.failures++
    if (this.hasFailed) {
      this.emit({ type: 'notice', notice: { event: 'no-tracker' } })
    }
  }

  private send(link: number, message: PeersMessage): void {
    this.emit({ type: 'send', link, bytes: encodeMessage(message) })
  }
}

/** Whether it owes us the answer to our JOIN. */
function isPending({ state }: TrackerState): boolean {
  return state === 'asked' || state === 'queued'
}
