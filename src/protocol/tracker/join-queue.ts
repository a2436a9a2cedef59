/**
 * Newcomers that come faster than a tracker serves them. Who came back goes first, then who has worked most, and among equals
 * who came first. So a flood that does not work waits behind those who do, and one that works pays for each of its peers.
 */

import { MAX_QUEUED, MAX_WORK_BITS, MIN_WORK_BITS, QUEUED_MS } from '../limits.js'
import { TokenBucket } from '../tree/token-bucket.js'
import type { Join } from '../wire/message.js'

/** Above all work: SHA-256 has 256 bits. */
export const RETURNING_RANK = 257

/** How often the price follows those who pay it: whoever waits without work would make it dear for honest peers alone; ms. */
const REPRICE_MS = 1_000

export interface Newcomer {
  readonly link: number
  readonly join: Join
  /** What it was told to work on. */
  readonly seed: Uint8Array
  /** Bits of work, or {@link RETURNING_RANK}. */
  rank: number
  readonly until: number
}

export class JoinQueue {
  /** Bits of work that would do now. */
  bits = MIN_WORK_BITS
  private readonly perSecond: number
  private readonly bucket: TokenBucket
  private readonly byLink = new Map<number, Newcomer>()
  /** By rank; each in the order of their coming. */
  private readonly byRank = new Map<number, Map<number, Newcomer>>()
  private repriceAt = -Infinity
  private lookAt = Infinity

  /** @param perSecond joins that are served. */
  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond
    this.bucket = new TokenBucket(perSecond, burst, 0)
  }

  get size(): number {
    return this.byLink.size
  }

  get(link: number): Newcomer | undefined {
    return this.byLink.get(link)
  }

  /** Whether one who comes now is served at once. */
  admits(cost: number, now: number): boolean {
    return this.size === 0 && this.bucket.take(cost, now)
  }

  /** @returns who has to go for it: of those with the least work the one that had the longest time for more */
  add(link: number, join: Join, seed: Uint8Array, rank: number, now: number): Newcomer | undefined {
    const newcomer: Newcomer = { link, join, seed, rank, until: now + QUEUED_MS }
    this.byLink.set(link, newcomer)
    this.rankOf(rank).set(link, newcomer)
    if (this.size === 1) this.lookAt = now + 1000 / this.perSecond
    if (this.size <= MAX_QUEUED) return undefined
    const [last] = this.rankOf(Math.min(...this.byRank.keys())).values()
    this.remove(last!.link)
    return last
  }

  /** It has worked. */
  worked(link: number, bits: number): void {
    const newcomer = this.byLink.get(link)
    if (newcomer === undefined || bits <= newcomer.rank) return
    this.unrank(newcomer)
    newcomer.rank = bits
    this.rankOf(bits).set(link, newcomer)
  }

  remove(link: number): void {
    const newcomer = this.byLink.get(link)
    if (newcomer === undefined) return
    this.byLink.delete(link)
    this.unrank(newcomer)
  }

  /** The next who is served now, and no longer waits. @param minRank who has less waits on */
  take(minRank: number, cost: number, now: number): Newcomer | undefined {
    if (now >= this.repriceAt) this.reprice(now)
    if (this.size === 0) return undefined
    this.lookAt = now + (1000 * cost) / this.perSecond
    const best = Math.max(...this.byRank.keys())
    if (best < minRank || !this.bucket.take(cost, now)) return undefined
    const [first] = this.rankOf(best).values()
    this.remove(first!.link)
    return first
  }

  /** One whose time is over, if there is one. */
  expired(now: number): Newcomer | undefined {
    for (const newcomer of this.byLink.values()) return newcomer.until <= now ? newcomer : undefined
    return undefined
  }

  /** When to `take` again; Infinity while nobody waits. */
  nextDeadline(): number {
    return this.size === 0 ? Infinity : this.lookAt
  }

  private reprice(now: number): void {
    this.repriceAt = now + REPRICE_MS
    let payers = 0
    for (const [rank, { size }] of this.byRank)
      if (rank >= this.bits && rank !== RETURNING_RANK) payers += size
    if (payers > this.perSecond) this.bits = Math.min(this.bits + 1, MAX_WORK_BITS)
    else if (payers < this.perSecond / 2) this.bits = Math.max(this.bits - 1, MIN_WORK_BITS)
  }

  private rankOf(rank: number): Map<number, Newcomer> {
    let equals = this.byRank.get(rank)
    if (equals === undefined) this.byRank.set(rank, (equals = new Map<number, Newcomer>()))
    return equals
  }

  private unrank({ link, rank }: Newcomer): void {
    const equals = this.rankOf(rank)
    equals.delete(link)
    if (equals.size === 0) this.byRank.delete(rank)
  }
}
