/** The end of a show at one peer: whether it was heard or has been missed, and how long those who are fed from here are waited for. */

import { END_REPEAT_MS, LINGER_MS, MISSED_END_MS } from './limits.js'

export class Ending {
  private endingSince: number | undefined
  private toldAt = -Infinity
  /** When one who fed us said last that the show is over; undefined since anything has come. */
  private farewellAt: number | undefined

  /** Whether the show is over here. */
  get hasBegun(): boolean {
    return this.endingSince !== undefined
  }

  /** The show is over here. Those whom we feed may still lack something. */
  begin(now: number): void {
    this.endingSince = now
    this.toldAt = now
  }

  /** Somebody who fed us leaves, since the show is over there. */
  parentLeft(now: number): void {
    this.farewellAt = now
  }

  /** Something has come. */
  goesOn(): void {
    this.farewellAt = undefined
  }

  /** When the end must have been missed: our parents have gone with the show, and nobody else brings anything. */
  get missedAt(): number {
    return this.farewellAt === undefined || this.hasBegun ? Infinity : this.farewellAt + MISSED_END_MS
  }

  /** Whether those who have not left by now are waited for no longer. */
  isOverdue(now: number): boolean {
    return now >= this.endingSince! + LINGER_MS
  }

  /** Whether those who are still there are to be told again. */
  repeats(now: number): boolean {
    if (now < this.toldAt + END_REPEAT_MS) return false
    this.toldAt = now
    return true
  }

  /** When either is to be asked again; Infinity once nobody is waited for. */
  nextDeadline(now: number): number {
    if (this.endingSince === undefined || this.isOverdue(now)) return Infinity
    const overdueAt = this.endingSince + LINGER_MS
    const repeatAt = this.toldAt + END_REPEAT_MS
    return repeatAt > now ? Math.min(overdueAt, repeatAt) : overdueAt
  }
}
