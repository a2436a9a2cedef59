/**
 * How fast to play, so that the delay behind the live edge stays what it is while two clocks drift apart.
 *
 * Exactly 1 nearly always: inside a dead band nothing is done. Once outside, it goes on until the delay is right again, so
 * that it does not start and stop at the band's edge. Two clocks that differ by 50 ppm take an hour or more to
 * leave the band, and a minute or two to come back.
 */

/** The dead band, in parts of the wanted delay. A buffer that grows by a quarter does no harm; where it shrinks, lost packets
 * have less time to be asked for again. Sound cards that stumble, and changes of parent, stay within. */
const BEYOND_PART = 1 / 4
const SHORT_PART = 1 / 8

/** At least 60 ms, since packets alone move the live edge by most of that. */
const MIN_BAND_SAMPLES = 2880

/** ±0.5 %: nine cents, which nobody hears in speech, and few in music. */
const MAX_CORRECTION = 0.005
/** Slower than this it would not come to an end. */
const MIN_CORRECTION = 0.001
/** The error is made good in so long, within those bounds: 12 s. */
const CORRECTION_SAMPLES = 12 * 48_000

export class ClockFollower {
  readonly #wanted: number
  #target = 0
  /** −1 while it plays slower, 1 while it plays faster. */
  #direction: -1 | 0 | 1 = 0

  /** @param wanted the delay to keep */
  constructor(wanted: number) {
    this.#wanted = wanted
  }

  /** Playing begins with this delay. Where less than wanted was to be had, less is kept: nothing is slowed down for it. */
  begin(delay: number): void {
    this.#target = Math.min(this.#wanted, delay)
    this.#direction = 0
  }

  /** @returns the speed: 1, or within ±0.5 % of it */
  speed(delay: number): number {
    // A delay that grows to what was wanted is welcome, and from then on kept.
    this.#target = Math.min(this.#wanted, Math.max(this.#target, delay))
    const error = delay - this.#target
    if (this.#direction === 0) {
      if (error > this.#band(BEYOND_PART)) this.#direction = 1
      else if (-error > this.#band(SHORT_PART)) this.#direction = -1
    } else if (error * this.#direction <= 0) this.#direction = 0
    if (this.#direction === 0) return 1
    const correction = Math.abs(error) / CORRECTION_SAMPLES
    return 1 + this.#direction * Math.min(MAX_CORRECTION, Math.max(MIN_CORRECTION, correction))
  }

  #band(part: number): number {
    return Math.max(MIN_BAND_SAMPLES, this.#wanted * part)
  }
}
