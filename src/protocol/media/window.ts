/**
 * The window: the last verified packets by sequence. It knows duplicates and gaps, serves backfill, and gives a
 * newcomer the recent past. Nothing gets in that was not verified.
 */

import { MAX_WINDOW_PACKETS, WINDOW_MS } from '../limits.js'
import type { Packet } from '../wire/packet.js'
import { SAMPLES_PER_MS } from './frame.js'

/** A packet in the window. */
export interface Kept {
  readonly packet: Packet
  /** Links that it passed to get here. */
  readonly hops: number
  /** When it was verified; wall time, ms. */
  readonly at: number
}

export class Window {
  private readonly slots = new Array<Kept | undefined>(MAX_WINDOW_PACKETS)
  private readonly stripes: number
  private readonly newestOfStripe: number[]
  private readonly firstOfStripe: number[]
  private low = 0
  private high = -1
  private highMedia = 0
  private count = 0

  constructor(stripes: number) {
    this.stripes = stripes
    this.newestOfStripe = new Array<number>(stripes).fill(-1)
    this.firstOfStripe = new Array<number>(stripes).fill(-1)
  }

  /** The highest sequence seen, −1 before the first. */
  get newest(): number {
    return this.high
  }

  /** The media time of the newest packet, in samples. */
  get newestMediaTime(): number {
    return this.highMedia
  }

  /** The lowest sequence that is still of interest: whatever is older was dropped or is refused. */
  get floor(): number {
    return this.low
  }

  /** How many packets it holds. */
  get size(): number {
    return this.count
  }

  /** The highest sequence of a stripe, −1 before the first. */
  newestIn(stripe: number): number {
    return this.newestOfStripe[stripe]!
  }

  /** The lowest sequence that was ever inserted of a stripe, −1 before the first. */
  firstIn(stripe: number): number {
    return this.firstOfStripe[stripe]!
  }

  has(sequence: number): boolean {
    return this.get(sequence) !== undefined
  }

  get(sequence: number): Kept | undefined {
    if (sequence < this.low || sequence > this.high) return undefined
    return this.slots[sequence % MAX_WINDOW_PACKETS]
  }

  /** The first packet at or after this sequence. */
  next(sequence: number): Kept | undefined {
    for (let at = Math.max(sequence, this.low); at <= this.high; at++) {
      const kept = this.slots[at % MAX_WINDOW_PACKETS]
      if (kept !== undefined) return kept
    }
    return undefined
  }

  /** The packet that plays at this media time: the first of those that begin last before it. Undefined if it is not here. */
  at(mediaTime: number): number | undefined {
    let found: Packet | undefined
    for (const { packet } of this.since(this.low)) {
      if (packet.mediaTime > mediaTime) return found?.sequence
      if (found?.mediaTime !== packet.mediaTime) found = packet
    }
    return undefined
  }

  /** @returns false if it was there already or is too old: the caller has nothing to relay. */
  insert(kept: Kept): boolean {
    const { sequence, mediaTime } = kept.packet
    if (sequence < this.low || this.has(sequence)) return false
    if (sequence > this.high) {
      if (this.count === 0) this.low = Math.max(this.low, sequence - MAX_WINDOW_PACKETS + 1)
      this.high = sequence
      this.highMedia = mediaTime
    }
    this.raiseFloor(this.high - MAX_WINDOW_PACKETS + 1)
    this.slots[sequence % MAX_WINDOW_PACKETS] = kept
    this.count++
    const stripe = sequence % this.stripes
    if (sequence > this.newestOfStripe[stripe]!) this.newestOfStripe[stripe] = sequence
    const first = this.firstOfStripe[stripe]!
    if (first < 0 || sequence < first) this.firstOfStripe[stripe] = sequence
    this.forgetPast()
    return true
  }

  /** The missing sequences from `from` up to the newest, ascending, at most `max`. */
  missing(from: number, max: number): number[] {
    const sequences: number[] = []
    for (let at = Math.max(from, this.low); at < this.high && sequences.length < max; at++) {
      if (this.slots[at % MAX_WINDOW_PACKETS] === undefined) sequences.push(at)
    }
    return sequences
  }

  /** The packets at or after a sequence, ascending. */
  *since(sequence: number): Generator<Kept> {
    for (let at = Math.max(sequence, this.low); at <= this.high; at++) {
      const kept = this.slots[at % MAX_WINDOW_PACKETS]
      if (kept !== undefined) yield kept
    }
  }

  /** The packets of the last `ms` of the show, ascending. */
  *recent(ms: number): Generator<Kept> {
    const from = this.highMedia - ms * SAMPLES_PER_MS
    for (const kept of this.since(this.low)) if (kept.packet.mediaTime >= from) yield kept
  }

  /** Drops what is older than the window's media time; a hole goes with the packet behind it. */
  private forgetPast(): void {
    const oldest = this.highMedia - WINDOW_MS * SAMPLES_PER_MS
    let floor = this.low
    for (let at = this.low; at < this.high; at++) {
      const kept = this.slots[at % MAX_WINDOW_PACKETS]
      if (kept === undefined) continue
      if (kept.packet.mediaTime >= oldest) break
      floor = at + 1
    }
    this.raiseFloor(floor)
  }

  private raiseFloor(floor: number): void {
    if (floor <= this.low) return
    const from = Math.max(this.low, floor - MAX_WINDOW_PACKETS)
    for (let at = from; at < floor; at++) {
      const slot = at % MAX_WINDOW_PACKETS
      if (this.slots[slot] === undefined) continue
      this.slots[slot] = undefined
      this.count--
    }
    this.low = floor
  }
}
