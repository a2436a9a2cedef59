/** Counts of values in steps of equal width: quantiles of any number of values in constant memory. */

export class Histogram {
  count = 0
  max = 0
  private readonly width: number
  private readonly bins: Uint32Array

  /** @param width of a step; a value beyond `most` is counted in the last one, `max` keeps it exactly. */
  constructor(width: number, most: number) {
    this.width = width
    this.bins = new Uint32Array(Math.ceil(most / width) + 1)
  }

  add(value: number, times = 1): void {
    const bin = Math.round(Math.max(0, value) / this.width)
    this.bins[Math.min(bin, this.bins.length - 1)]! += times
    this.count += times
    if (value > this.max) this.max = value
  }

  /** The value below which a share of all lies, to one step; 0 without values. @param share 0…1 */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count))
    let passed = 0
    for (let bin = 0; bin < this.bins.length; bin++) {
      passed += this.bins[bin]!
      if (passed >= rank && this.count > 0) return Math.min(bin * this.width, this.max)
    }
    return 0
  }
}
