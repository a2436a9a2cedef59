/**
 * What a peer keeps of a show beyond the window, for itself and for others: verified packets, within a budget. When that is
 * used up the oldest go.
 */

import { MAX_HELD_RANGES } from '../limits.js'
import type { Packet } from '../wire/packet.js'
import type { HeldRange } from '../wire/past-message.js'
import { Ranges } from './ranges.js'

/** What a packet takes beside its bytes; by measure, rounded up. */
const OVERHEAD_BYTES = 300

/** So full it has no room for older packets: the newest would soon push them out. */
const FULL = 0.9

export class Archive {
  private readonly maxBytes: number
  private readonly packets = new Map<number, Packet>()
  private readonly ranges = new Ranges()
  private used = 0

  /** @param maxBytes 0 keeps nothing */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.used
  }

  /** How many packets there are. */
  get size(): number {
    return this.packets.size
  }

  get(sequence: number): Packet | undefined {
    return this.packets.get(sequence)
  }

  /** The first sequence at or after this one that is here. */
  next(sequence: number): number | undefined {
    return this.ranges.next(sequence)
  }

  /** Whether what is older than all that is here could be kept as well. */
  get hasRoom(): boolean {
    return this.used < this.maxBytes * FULL
  }

  /** The first sequence at or after this one that is not here. */
  missing(sequence: number): number {
    return this.ranges.behind(sequence)
  }

  /** Keeps a packet that was verified. @returns whether it is new and there was room. */
  put(packet: Packet): boolean {
    const { sequence } = packet
    const size = packet.bytes.length + OVERHEAD_BYTES
    if (this.packets.has(sequence) || size > this.maxBytes) return false
    while (this.used + size > this.maxBytes) {
      const oldest = this.ranges.runs[0]!.first
      if (oldest > sequence) return false
      this.drop(oldest)
    }
    // A copy: what it came in may be much longer.
    this.packets.set(sequence, { ...packet, bytes: packet.bytes.slice() })
    this.ranges.add(sequence)
    this.used += size
    return true
  }

  /** What others are told of: the longest runs, in their order. */
  held(): HeldRange[] {
    const longest = [...this.ranges.runs].sort((a, b) => b.end - b.first - (a.end - a.first))
    return longest
      .slice(0, MAX_HELD_RANGES)
      .sort((a, b) => a.first - b.first)
      .map(({ first, end }) => ({ first, end, from: this.timeOf(first), to: this.timeOf(end - 1) }))
  }

  /** The packet that plays at this media time: the first of those that begin last before it. Undefined if it is not here. */
  at(mediaTime: number): number | undefined {
    for (const { first, end } of this.ranges.runs) {
      if (this.timeOf(first) > mediaTime || this.timeOf(end - 1) < mediaTime) continue
      const last = this.search(first, end, (time) => time > mediaTime) - 1
      return this.search(first, end, (time) => time >= this.timeOf(last))
    }
    return undefined
  }

  /** The first sequence of a run whose media time is so; media times never fall. */
  private search(first: number, end: number, isSo: (mediaTime: number) => boolean): number {
    let [low, high] = [first, end]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (isSo(this.timeOf(middle))) high = middle
      else low = middle + 1
    }
    return low
  }

  private timeOf(sequence: number): number {
    return this.packets.get(sequence)!.mediaTime
  }

  private drop(sequence: number): void {
    this.used -= this.packets.get(sequence)!.bytes.length + OVERHEAD_BYTES
    this.packets.delete(sequence)
    this.ranges.remove(sequence)
  }
}
