/** How busy this process is, by the one thing that everybody who asks it feels: how late its event loop is. */

import { LAG_MEAN_MS, LAG_OF_LOAD_MS, LAG_SAMPLE_MS } from './limits.js'

export class LoadMeter {
  /** How late it is, as a mean in which what is longer ago counts less; ms. */
  lagMs = 0
  private sampledAt = performance.now()
  private readonly timer: ReturnType<typeof setInterval>

  /** @param onSample is called after each look. */
  constructor(onSample: () => void) {
    this.timer = setInterval(() => {
      const elapsed = performance.now() - this.sampledAt
      this.sampledAt += elapsed
      const late = Math.max(0, elapsed - LAG_SAMPLE_MS)
      this.lagMs += (late - this.lagMs) * (1 - Math.exp(-elapsed / LAG_MEAN_MS))
      onSample()
    }, LAG_SAMPLE_MS)
  }

  /** What is to be given up: one of `LOAD`. */
  get load(): number {
    return loadOf(this.lagMs)
  }

  stop(): void {
    clearInterval(this.timer)
  }
}

/** What is given up while the event loop is so late: one of `LOAD`. */
export function loadOf(lagMs: number): number {
  return LAG_OF_LOAD_MS.filter((ms) => lagMs >= ms).length - 1
}
