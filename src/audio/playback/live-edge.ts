/**
 * Where the live edge is, and whether what comes now is at it or on its way there.
 *
 * After a freeze or an outage old frames come in a burst, and nothing in them says that they are old. But while all was
 * well the live edge went on with the wall clock, so it is known where it should be by now. Where it never
 * gets there, since the show itself stood still, it is taken to be wherever frames come no faster than they play.
 */
import { Envelope } from './envelope.js'

/** 48 samples a millisecond. */
const RATE = 48

/** How far behind its expected place the live edge may be: a longer path, a slow packet. */
const TOLERANCE_SAMPLES = 250 * RATE

/** Frames that have come at the pace of the clock for so long are no burst. */
const SETTLE_MS = 500

/** Over how long the wall clock is compared with the show's. */
const WINDOW_MS = 10_000

export class LiveEdge {
  /** The end of the newest frame; −∞ before any. */
  edge = -Infinity
  /** Edge less wall clock. */
  readonly #lead = new Envelope(WINDOW_MS)
  #arrivedAt = -Infinity
  /** Since when frames have come at the pace of the clock, how many did, and how far they have run ahead of it. */
  #pacedSince = 0
  #paced = 0
  #ahead = 0

  arrive(edge: number, wallMs: number): void {
    if (edge <= this.edge) return
    const pause = wallMs - this.#arrivedAt
    this.#ahead = Math.max(0, this.#ahead + edge - this.edge - pause * RATE)
    // A burst, the first after an outage, or a wall clock that was set back.
    if (!(this.#ahead <= TOLERANCE_SAMPLES && pause >= 0 && pause <= SETTLE_MS)) {
      this.#pacedSince = wallMs
      this.#paced = 0
      this.#ahead = 0
    } else this.#paced++
    this.edge = edge
    this.#arrivedAt = wallMs
    this.#lead.add(edge - wallMs * RATE, wallMs)
  }

  /** Where the live edge should be by now; −∞ before anything came. */
  expected(wallMs: number): number {
    return this.#lead.max + wallMs * RATE
  }

  /** Whether the newest frame is live. Where only the pace says so, it is believed from then on. */
  isLive(wallMs: number): boolean {
    if (this.edge >= this.expected(wallMs) - TOLERANCE_SAMPLES) return true
    if (this.#paced === 0 || wallMs - this.#pacedSince < SETTLE_MS) return false
    this.#lead.restart(this.edge - wallMs * RATE, wallMs)
    return true
  }

  /** What was known does not hold any more: a new show. */
  clear(): void {
    this.edge = -Infinity
    this.#arrivedAt = -Infinity
    this.#lead.restart(-Infinity, -Infinity)
  }
}
