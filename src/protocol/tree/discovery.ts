/**
 * How a peer finds others by its trackers: one JOIN, one answer, then a lease. When a tracker is gone the next
 * one is tried, for ever, with longer pauses; the show does not wait for it.
 */

import {
  ASK_TRACKER_MS,
  LEASE_REFRESH_MS,
  MAX_ASK_TRACKER_MS,
  MAX_TRACKER_RETRY_MS,
  ORIGIN_LEASE_REFRESH_MS,
  TRACKER_RETRY_MS
} from '../limits.js'
import type { Output } from '../machine.js'
import { encodeMessage, type Lease, type Message, type Welcome } from '../wire/message.js'
import type { ShortId } from '../wire/record.js'

interface TrackerState {
  readonly url: string
  state: 'idle' | 'connecting' | 'joined'
  link: number | undefined
  retryAt: number
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
  private readonly emit: (output: Output) => void
  private readonly leaseMs: number
  private leaseAt = Infinity
  private askAt = 0
  private asks = 0
  private stopped = false

  constructor(options: DiscoveryOptions, emit: (output: Output) => void) {
    this.trackers = options.trackers.map((url) => ({
      url,
      state: 'idle',
      link: undefined,
      retryAt: 0,
      failures: 0
    }))
    this.everywhere = options.everywhere
    this.leaseMs = options.everywhere ? ORIGIN_LEASE_REFRESH_MS : LEASE_REFRESH_MS
    this.emit = emit
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
    const busy = this.trackers.some((tracker) => tracker.state !== 'idle')
    if (busy && !this.everywhere) return
    const due = this.trackers.filter((tracker) => tracker.state === 'idle' && tracker.retryAt <= now)
    due.sort((a, b) => a.failures - b.failures)
    for (const tracker of this.everywhere ? due : due.slice(0, 1)) {
      tracker.state = 'connecting'
      this.emit({ type: 'connect-tracker', tracker: tracker.url })
    }
  }

  opened(url: string, link: number, join: Message, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.url === url)
    if (tracker === undefined || this.stopped) {
      this.emit({ type: 'close', link })
      return
    }
    tracker.state = 'joined'
    tracker.link = link
    // Another tracker's lease must not wait for one that comes and goes.
    this.leaseAt = Math.min(this.leaseAt, now + this.leaseMs)
    this.askAt = now + ASK_TRACKER_MS
    this.send(link, join)
  }

  failed(url: string, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.url === url)
    if (tracker === undefined) return
    this.postpone(tracker, now)
    if (this.trackers.every(({ state, failures }) => state === 'idle' && failures > 0)) {
      this.emit({ type: 'notice', notice: { event: 'no-tracker' } })
    }
  }

  closed(link: number, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.link === link)
    if (tracker !== undefined) this.postpone(tracker, now)
  }

  welcomed(link: number, welcome: Welcome, now: number): void {
    const tracker = this.trackers.find((candidate) => candidate.link === link)
    if (tracker === undefined) return
    tracker.failures = 0
    // The answer to a LEASE names nobody either: only who was told to wait has a new time to ask.
    if (welcome.waitMs > 0)
      this.askAt = now + Math.min(Math.max(welcome.waitMs, ASK_TRACKER_MS), MAX_ASK_TRACKER_MS)
  }

  /** Asks for more candidates, unless that was done a moment ago. */
  ask(wanted: number, except: readonly ShortId[], now: number): void {
    const tracker = this.trackers.find(({ state }) => state === 'joined')
    if (tracker?.link === undefined || now < this.askAt) return
    this.askAt = now + Math.min(ASK_TRACKER_MS * 2 ** this.asks++, MAX_ASK_TRACKER_MS)
    this.send(tracker.link, { type: 'ask', wanted, except })
  }

  /** When `ask` would ask again. */
  get nextAsk(): number {
    return this.trackers.some(({ state }) => state === 'joined') ? this.askAt : Infinity
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
    if (!this.everywhere && this.trackers.some(({ state }) => state !== 'idle')) return Infinity
    let next = Infinity
    for (const { state, retryAt } of this.trackers) if (state === 'idle') next = Math.min(next, retryAt)
    return next
  }

  private postpone(tracker: TrackerState, now: number): void {
    tracker.state = 'idle'
    tracker.link = undefined
    tracker.retryAt = now + Math.min(TRACKER_RETRY_MS * 2 ** tracker.failures, MAX_TRACKER_RETRY_MS)
    tracker.failures++
  }

  private send(link: number, message: Message): void {
    this.emit({ type: 'send', link, bytes: encodeMessage(message) })
  }
}
