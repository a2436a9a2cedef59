/** A host's own clock: wrong by some, and running a little fast or slow. */

export interface Clock {
  /** What it showed at the world's begin, ms. */
  readonly offsetMs: number
  /** How much faster than true time it runs; 0.00002 is two seconds a day. */
  readonly drift: number
}

/** 12 August 2024, 20:00 in New York: when the queue began. Worlds begin then. */
export const BEGIN_MS = 1_723_507_200_000

export function shown(clock: Clock, now: number): number {
  return BEGIN_MS + clock.offsetMs + now * (1 + clock.drift)
}

/** When a clock will show a time: whole ms of the world's, not too early. */
export function trueTime(clock: Clock, time: number): number {
  return Math.ceil((time - BEGIN_MS - clock.offsetMs) / (1 + clock.drift))
}
