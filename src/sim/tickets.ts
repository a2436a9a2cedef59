/**
 * Tickets in a simulation: links that those who listen have passed on, for newcomers whom no tracker can introduce. Every ten
 * seconds some of the listeners who are there are asked for one, and a newcomer comes with one that is as old as the scenario
 * says: by then some of those whom it names have gone.
 */

import type { Random } from '../protocol/random.js'
import type { Member } from './member.js'

export const TICKETS_EVERY_MS = 10_000

/** Listeners asked at a time: as many different doors as that. */
const ASKED = 16

interface Batch {
  readonly at: number
  readonly tickets: readonly unknown[]
}

export class Tickets {
  private readonly random: Random
  private readonly ageMs: number
  private batches: Batch[] = []

  constructor(random: Random, ageMs: number) {
    this.random = random
    this.ageMs = ageMs
  }

  /** Asks some of those who are there. */
  gather(here: readonly Member[], now: number): void {
    const asked = this.random.sample(here, ASKED)
    const tickets = asked
      .map(({ participant }) => participant.ticket?.())
      .filter((each) => each !== undefined)
    if (tickets.length === 0) return
    // Of those that are old enough only the youngest is still drawn from.
    const old = this.batches.filter(({ at }) => at <= now - this.ageMs)
    this.batches = [
      ...this.batches.filter((batch) => !old.slice(0, -1).includes(batch)),
      { at: now, tickets }
    ]
  }

  /** One for a newcomer; undefined where nobody had one to give so long ago. */
  draw(now: number): unknown {
    const batch = this.batches.findLast(({ at }) => at <= now - this.ageMs)
    return batch === undefined ? undefined : this.random.sample(batch.tickets, 1)[0]
  }
}
