/** When to look for what is missing on the way up, and whom to ask: the stripe's own parent first, then the others. */

import { BACKFILL_DELAY_MS, STALL_MS } from '../limits.js'
import { type Feeds, UNFED_DEPTH } from './feeds.js'
import type { Neighbourhood } from './neighbourhood.js'
import { Repair } from './repair.js'
import { stripeOf } from './stripes.js'
import type { Progress } from './upstream.js'

/** How often a stripe that is late, or a hole, is looked at; wall time. Half of the shortest patience there is. */
const LOOK_MS = BACKFILL_DELAY_MS / 2

/** Who has sent something so lately is alive: the stall of a feed would have been seen within so long. */
const FRESH_MS = 2 * STALL_MS

export class Backfill {
  /** When what is late is to be looked at again. */
  nextLook = Infinity
  private readonly stripes: number
  private readonly feeds: Feeds
  private readonly hood: Neighbourhood
  private readonly repair = new Repair()

  constructor(stripes: number, feeds: Feeds, hood: Neighbourhood) {
    this.stripes = stripes
    this.feeds = feeds
    this.hood = hood
  }

  /** Missing packets that were asked for again. */
  get asked(): number {
    return this.repair.size
  }

  /** A packet got into the window. @returns whether it had been asked for again. */
  arrived(sequence: number, progress: Progress, now: number): boolean {
    // A hole that this packet makes is not due before that; what was late before has its time already.
    this.nextLook = this.isLate(progress) ? Math.min(this.nextLook, now + BACKFILL_DELAY_MS) : Infinity
    return this.repair.arrived(sequence)
  }

  /** The link is gone. */
  lost(link: number): void {
    this.repair.lost(link)
  }

  /** Asks for holes that have been there long enough. */
  tend(progress: Progress, now: number): void {
    this.repair.forgetBelow(progress.wanted)
    const missing = progress.missing(now - BACKFILL_DELAY_MS, now - STALL_MS)
    if (missing.length > 0) {
      const sources = this.sources(now)
      const wants = this.repair.plan(missing, (sequence) => this.sourcesOf(sequence, sources), now)
      for (const [link, sequences] of wants) this.hood.send(link, { type: 'want', sequences })
    }
    this.nextLook = this.isLate(progress) ? now + LOOK_MS : Infinity
  }

  /** Whether there is any hole, or any parent owes a packet that the show has passed. */
  private isLate(progress: Progress): boolean {
    if (!progress.isWhole) return true
    const { stripes } = this
    for (let stripe = 0; stripe < stripes; stripe++) {
      if (this.feeds.isGranted(stripe) && this.feeds.newestFromParent(stripe) + stripes < progress.newest)
        return true
    }
    return false
  }

  /** Whom holes can be asked of: who has sent something a moment ago, other feeds and spares, and all other neighbours. */
  private sources(now: number): readonly number[][] {
    const fresh: number[] = []
    const quiet: number[] = []
    const others: number[] = []
    const parents = this.feeds.parents()
    for (const { link, leaf, depth, heardAt } of this.hood.ready()) {
      if (parents.has(link) || this.feeds.spareLinks.has(link))
        (heardAt >= now - FRESH_MS ? fresh : quiet).push(link)
      else if (!leaf && depth < UNFED_DEPTH) others.push(link)
    }
    return [fresh, quiet, others]
  }

  /** Whom to ask for a packet, in order. Its own parent has it, if a later one of that stripe has come from there: this one was lost
   * on the way. Otherwise that parent is late itself, and comes last. The others take turns in being the first of their kind. */
  private sourcesOf(sequence: number, sources: readonly number[][]): readonly number[] {
    const stripe = stripeOf(sequence, this.stripes)
    const parent = this.feeds.isGranted(stripe) ? this.feeds.parentOf(stripe) : undefined
    const inTurn = sources.flatMap((links) => {
      const rest = links.filter((link) => link !== parent)
      const turn = rest.length === 0 ? 0 : Math.floor(sequence / this.stripes) % rest.length
      return [...rest.slice(turn), ...rest.slice(0, turn)]
    })
    if (parent === undefined) return inTurn
    return this.feeds.newestFromParent(stripe) > sequence ? [parent, ...inTurn] : [...inTurn, parent]
  }
}
