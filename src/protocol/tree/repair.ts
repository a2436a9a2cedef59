/**
 * Backfill: which missing packets to ask for again, and of whom. Remembers what was asked, so that nothing is asked
 * twice in a short time, and each next time of another feed.
 */

import { BACKFILL_RETRY_MS, MAX_WANTED, WANT_INTERVAL_MS } from '../limits.js'

interface Asked {
  at: number
  /** How many times it was asked for. */
  times: number
  /** How many links were asked for it. */
  links: number
}

/** What was asked for so often in vain is asked of two links at once from then on, as it is due before long, and half as often. */
const PLAIN_TIMES = 2

/** Where more than so many are missing it is not a link that failed: all are late, and asking more would make them later. */
const FEW_HOLES = 16

export class Repair {
  private readonly asked = new Map<number, Asked>()
  /** When each link was last sent a WANT. */
  private readonly sentAt = new Map<number, number>()

  /**
   * @param missing sequences, ascending.
   * @param sources links that may have them, best first; they are asked one after the other, at last two at once.
   * @returns what to ask of which link, at most {@link MAX_WANTED} each, and nothing of whom was asked a moment ago.
   */
  plan(
    missing: readonly number[],
    sources: (sequence: number) => readonly number[],
    now: number
  ): Map<number, number[]> {
    const wants = new Map<number, number[]>()
    for (const sequence of missing) {
      const asked = this.asked.get(sequence)
      if (asked !== undefined && now < asked.at + patience(asked.times)) continue
      const links = sources(sequence)
      if (links.length === 0) continue
      const { times, links: before } = asked ?? { times: 0, links: 0 }
      let more = 0
      const atOnce = times < PLAIN_TIMES || missing.length > FEW_HOLES ? 1 : 2
      for (let i = 0; i < atOnce; i++) {
        const link = links[(before + i) % links.length]!
        if (now < (this.sentAt.get(link) ?? -Infinity) + WANT_INTERVAL_MS) continue
        const list = wants.get(link) ?? []
        if (list.length >= MAX_WANTED || list.at(-1) === sequence) continue
        // A WANT spans at most 65,535 sequences from its first; the window is far smaller.
        list.push(sequence)
        wants.set(link, list)
        more++
      }
      if (more > 0) this.asked.set(sequence, { at: now, times: times + 1, links: before + more })
    }
    for (const link of wants.keys()) this.sentAt.set(link, now)
    return wants
  }

  /** Packets that were asked for and are not here. */
  get size(): number {
    return this.asked.size
  }

  /** The link is gone. */
  lost(link: number): void {
    this.sentAt.delete(link)
  }

  /** Whether this packet was asked for again. Forgets it: it is here. */
  arrived(sequence: number): boolean {
    return this.asked.delete(sequence)
  }

  /** Nothing below this sequence is wanted any more. */
  forgetBelow(sequence: number): void {
    for (const asked of this.asked.keys()) if (asked < sequence) this.asked.delete(asked)
  }
}

/** How long after being asked for so many times a packet is asked for again. */
function patience(times: number): number {
  return times <= PLAIN_TIMES ? BACKFILL_RETRY_MS : 2 * BACKFILL_RETRY_MS
}
