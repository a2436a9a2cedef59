/** A peer at the other end of a link: what it told about itself, and what we hold against it. */

import {
  CONTROL_MESSAGES_BURST,
  CONTROL_MESSAGES_PER_SECOND,
  EXCHANGE_BURST,
  EXCHANGE_MS,
  SIGNALS_BURST,
  SIGNALS_PER_SECOND,
  WASTED_BURST,
  WASTED_PER_SECOND
} from '../limits.js'
import type { PeerId, PeerRecord } from '../wire/record.js'
import { UNFED_DEPTH } from './feeds.js'
import { NO_STRIPES, oneStripe, type StripeSet, stripesIn } from './stripes.js'
import { TokenBucket } from './token-bucket.js'

export class Neighbour {
  readonly link: number
  /** Whom we dialled; undefined if it dialled us. */
  readonly dialled: PeerId | undefined
  /** What the transport has proved of it. */
  readonly remoteId: PeerId | undefined
  readonly openedAt: number
  /** From its HELLO; undefined until then. */
  record: PeerRecord | undefined
  leaf = false
  freeSlots = 0
  depth = UNFED_DEPTH
  /** Since when the link has been of no use to either end. */
  idleSince: number
  /** When it last sent a packet, and the highest sequence it sent. */
  heardAt: number
  newest = -1
  /** Whether it has ever sent a packet that holds. */
  hasProved = false
  /** When it last said anything. */
  saidAt: number
  bytesIn = 0
  bytesOut = 0
  readonly control: TokenBucket
  readonly signals: TokenBucket
  readonly exchanges: TokenBucket
  /** Its packets that are of no use to us. */
  readonly wasted: TokenBucket
  /** Its packets whose signatures are being checked. */
  checks = 0
  private readonly refusedUntil = new Map<number, number>()
  private readonly stalledUntil = new Map<number, number>()

  constructor(link: number, dialled: PeerId | undefined, remoteId: PeerId | undefined, now: number) {
    this.link = link
    this.dialled = dialled
    this.remoteId = remoteId
    this.openedAt = now
    this.idleSince = now
    this.heardAt = now
    this.saidAt = now
    this.control = new TokenBucket(CONTROL_MESSAGES_PER_SECOND, CONTROL_MESSAGES_BURST, now)
    this.exchanges = new TokenBucket(1000 / EXCHANGE_MS, EXCHANGE_BURST, now)
    this.wasted = new TokenBucket(WASTED_PER_SECOND, WASTED_BURST, now)
    this.signals = new TokenBucket(SIGNALS_PER_SECOND, SIGNALS_BURST, now)
  }

  get ready(): boolean {
    return this.record !== undefined
  }

  /** It refused these stripes: do not ask for them again until then. */
  refuses(stripes: StripeSet, until: number): void {
    for (const stripe of stripesIn(stripes)) this.refusedUntil.set(stripe, until)
  }

  /** It let these stripes stall: ask others first until then. */
  stalls(stripes: StripeSet, until: number): void {
    for (const stripe of stripesIn(stripes)) this.stalledUntil.set(stripe, until)
  }

  /** Something changed at its end: what it refused may be granted now. What it let stall was granted too. */
  forgive(): void {
    this.refusedUntil.clear()
  }

  refused(now: number): StripeSet {
    return stripesUntil(this.refusedUntil, now)
  }

  stalled(now: number): StripeSet {
    return stripesUntil(this.stalledUntil, now)
  }

  /** Until when something is held against it that outlives the link: the last stall that is not forgotten yet. */
  get stalledAtMost(): number {
    return Math.max(0, ...this.stalledUntil.values())
  }

  /** When the first refused stripe may be asked for again. */
  nextForgiven(now: number): number {
    let next = Infinity
    for (const until of this.refusedUntil.values()) if (until > now) next = Math.min(next, until)
    return next
  }
}

function stripesUntil(times: ReadonlyMap<number, number>, now: number): StripeSet {
  let set = NO_STRIPES
  if (times.size === 0) return set
  for (const [stripe, until] of times) if (until > now) set |= oneStripe(stripe)
  return set
}
