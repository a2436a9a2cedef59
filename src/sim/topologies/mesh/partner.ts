/** What a peer of the pull mesh knows of a partner. */

import { EMPTY_MAP } from './buffer.js'

/** How often partners exchange their maps. */
export const ROUND_MS = 1_000

/** Whoever has more than so many partners too many sends the one away with whom it exchanged least. */
export const SLACK = 1

/** Before anything is measured, ms a packet. */
const FIRST_PACE_MS = 50
/** How much one round changes what was measured before. */
const SMOOTHING = 0.3

export class Partner {
  readonly link: number
  readonly peer: number
  map = EMPTY_MAP
  /** How long it takes to bring a packet. */
  paceMs = FIRST_PACE_MS
  /** Packets exchanged in this round and, less and less, in those before. */
  score = 0
  private asked = 0
  private askedAt = 0
  private came = 0
  private lastCameAt = -Infinity

  constructor(link: number, peer: number) {
    this.link = link
    this.peer = peer
  }

  /** Whether it has brought something in the last two rounds. */
  isBringing(now: number): boolean {
    return this.lastCameAt > now - 2 * ROUND_MS
  }

  brought(now: number): void {
    this.score++
    this.came++
    this.lastCameAt = now
  }

  /** A round ends, and another begins in which it is asked for so many. */
  round(asked: number, now: number): void {
    const measured = this.came === 0 ? 2 * this.paceMs : (this.lastCameAt - this.askedAt) / this.came
    if (this.asked > 0) this.paceMs += (measured - this.paceMs) * SMOOTHING
    this.score /= 2
    this.asked = asked
    this.askedAt = now
    this.came = 0
  }
}

/** With whom least was exchanged. */
export function leastOf([first, ...others]: readonly Partner[]): Partner | undefined {
  return others.reduce((a, b) => (a !== undefined && a.score <= b.score ? a : b), first)
}
