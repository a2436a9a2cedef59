/**
 * The largest of the recent values, over a window of one to two lengths.
 *
 * How far the newest frame is ahead of a clock is at its largest for the frame that was held up least, so the largest of
 * some seconds tells how two clocks stand to each other, whatever the jitter of the others.
 */
export class Envelope {
  readonly #length: number
  #began = -Infinity
  #current = -Infinity
  #previous = -Infinity

  /** @param length of the window, in units of `now` */
  constructor(length: number) {
    this.#length = length
  }

  get max(): number {
    return Math.max(this.#current, this.#previous)
  }

  add(value: number, now: number): void {
    if (now - this.#began > this.#length || now < this.#began) {
      this.#began = now
      this.#previous = this.#current
      this.#current = value
    } else this.#current = Math.max(this.#current, value)
  }

  /** Forgets what was, and goes on from this value. */
  restart(value: number, now: number): void {
    this.#began = now
    this.#current = value
    this.#previous = -Infinity
  }
}
