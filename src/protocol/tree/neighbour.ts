/** A peer at the other end of a link: what it told about itself, and what we hold against it. */

import { CONTROL_MESSAGES_BURST, CONTROL_MESSAGES_PER_SECOND } from '../limits.js'
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
  /** When it last sent a packet. */
  heardAt: number
  readonly control: TokenBucket
  private readonly avoidUntil = new Map<number, number>()

  constructor(link: number, dialled: PeerId | undefined, remoteId: PeerId | undefined, now: number) {
    this.link = link
    this.dialled = dialled
    this.remoteId = remoteId
    this.openedAt = now
    this.idleSince = now
    this.heardAt = now
    this.control = new TokenBucket(CONTROL_MESSAGES_PER_SECOND, CONTROL_MESSAGES_BURST, now)
  }

  get ready(): boolean {
    return this.record !== undefined
  }

  /** Do not ask it for these stripes until then. */
  avoid(stripes: StripeSet, until: number): void {
    for (const stripe of stripesIn(stripes)) this.avoidUntil.set(stripe, until)
  }

  /** Something changed at its end: what it refused may be granted now. */
  forgive(): void {
    this.avoidUntil.clear()
  }

  avoided(now: number): StripeSet {
    let set = NO_STRIPES
    for (const [stripe, until] of this.avoidUntil) if (until > now) set |= oneStripe(stripe)
    return set
  }

  /** When the first avoided stripe may be asked for again. */
  nextForgiven(now: number): number {
    let next = Infinity
    for (const until of this.avoidUntil.values()) if (until > now) next = Math.min(next, until)
    return next
  }
}
