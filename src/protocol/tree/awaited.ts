/**
 * Packets that neighbours have asked for and that are not here yet. Who misses one is told nothing by silence, and has asked others
 * by the time that it comes: so it is remembered for a moment who wants it.
 */

import { MAX_WANTED, WANT_PATIENCE_MS } from '../limits.js'

export class Awaited {
  private readonly links = new Map<number, Set<number>>()
  /** When the newest was asked for: all are void some time after that. */
  private askedAt = -Infinity

  /** Packets that are waited for. */
  get size(): number {
    return this.links.size
  }

  add(sequence: number, link: number, now: number): void {
    if (now >= this.askedAt + WANT_PATIENCE_MS) this.links.clear()
    this.askedAt = now
    const links = this.links.get(sequence)
    if (links !== undefined) links.add(link)
    else if (this.links.size < MAX_WANTED) this.links.set(sequence, new Set([link]))
  }

  /** The packet is here. @returns who has asked for it. */
  take(sequence: number, now: number): Set<number> | undefined {
    if (this.links.size === 0) return undefined
    const links = this.links.get(sequence)
    this.links.delete(sequence)
    return now < this.askedAt + WANT_PATIENCE_MS ? links : undefined
  }

  /** The link is gone. */
  forget(link: number): void {
    for (const links of this.links.values()) links.delete(link)
  }
}
