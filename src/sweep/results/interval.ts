/** The mean of a few runs that differ by their seeds alone, and how far off it may be. */

export interface Interval {
  readonly mean: number
  /** Half of the 95 % confidence interval, by Student's t; null of one run, which says nothing of others. */
  readonly half: number | null
}

/** Student's t at 95 %, two-sided, by degrees of freedom from 1. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** The normal distribution's, to which t comes down. */
const Z95 = 1.959964

/** @param samples at least one */
export function intervalOf(samples: readonly number[]): Interval {
  const count = samples.length
  const mean = samples.reduce((sum, each) => sum + each, 0) / count
  if (count < 2) return { mean, half: null }
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (count - 1)
  return { mean, half: t95(count - 1) * Math.sqrt(variance / count) }
}

/** Beyond the table by the expansion of Abramowitz and Stegun, 26.7.5, which is good to 0.0003 from there. */
export function t95(freedom: number): number {
  const known = T95[freedom - 1]
  if (known !== undefined) return known
  const z = Z95
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  )
}
