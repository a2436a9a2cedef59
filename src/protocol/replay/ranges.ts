/** Which sequences are here: sorted runs, none of which touches the next. */

export interface Run {
  readonly first: number
  /** The one behind the last. */
  readonly end: number
}

export class Ranges {
  private readonly sorted: Run[] = []

  get runs(): readonly Run[] {
    return this.sorted
  }

  has(sequence: number): boolean {
    const run = this.sorted[this.indexOf(sequence)]
    return run !== undefined && sequence >= run.first
  }

  /** The first sequence at or after this one that is here. */
  next(sequence: number): number | undefined {
    const run = this.sorted[this.indexOf(sequence)]
    return run === undefined ? undefined : Math.max(run.first, sequence)
  }

  /** The first sequence at or after this one that is not here. */
  behind(sequence: number): number {
    const run = this.sorted[this.indexOf(sequence)]
    return run === undefined || sequence < run.first ? sequence : run.end
  }

  add(first: number, end = first + 1): void {
    if (end <= first) return
    const at = this.indexOf(first - 1)
    let until = at
    let [low, high] = [first, end]
    for (let run = this.sorted[until]; run !== undefined && run.first <= end; run = this.sorted[++until]) {
      low = Math.min(low, run.first)
      high = Math.max(high, run.end)
    }
    this.sorted.splice(at, until - at, { first: low, end: high })
  }

  remove(first: number, end = first + 1): void {
    if (end <= first) return
    const at = this.indexOf(first)
    let until = at
    const rest: Run[] = []
    for (let run = this.sorted[until]; run !== undefined && run.first < end; run = this.sorted[++until]) {
      if (run.first < first) rest.push({ first: run.first, end: first })
      if (run.end > end) rest.push({ first: end, end: run.end })
    }
    this.sorted.splice(at, until - at, ...rest)
  }

  /** The index of the first run that ends behind this sequence. */
  private indexOf(sequence: number): number {
    let low = 0
    let high = this.sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.sorted[middle]!.end > sequence) high = middle
      else low = middle + 1
    }
    return low
  }
}
