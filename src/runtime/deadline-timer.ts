/**
 * One timer for a machine's next deadline. An earlier one that is set already is left to fire in vain: deadlines move
 * back with every packet, and setting a timer anew each time costs more than an idle tick.
 */

import { now } from './clock.js'

/** Longer timers overflow to 1 ms in JavaScript. */
const MAX_TIMER_MS = 2 ** 31 - 1

export class DeadlineTimer {
  private readonly tick: () => void
  private timer: ReturnType<typeof setTimeout> | undefined
  private at = Infinity

  /** @param tick is called when a deadline has come; the timer is not set then. */
  constructor(tick: () => void) {
    this.tick = tick
  }

  /** @param deadline ms of 1970 as {@link now} counts; Infinity for none. */
  set(deadline: number): void {
    if (deadline === Infinity || this.at <= deadline) return
    clearTimeout(this.timer)
    this.at = deadline
    this.timer = setTimeout(this.fire, Math.min(Math.max(0, Math.ceil(deadline - now())), MAX_TIMER_MS))
  }

  clear(): void {
    clearTimeout(this.timer)
    this.at = Infinity
  }

  private readonly fire = (): void => {
    this.at = Infinity
    this.tick()
  }
}
