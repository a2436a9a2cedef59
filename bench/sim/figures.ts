/** The figures of a few runs of one scenario by their seeds: a mean each, with half of its 95 % interval. */

import type { Summary } from '../../src/sim/results/result.js'

/** Title, figure, digits. */
export type Column = readonly [string, (summary: Summary) => number, number]

export const CONTINUITY: Column = ['continuity %', ({ continuity }) => 100 * continuity, 2]
export const GAP_FREE: Column = ['without a gap %', ({ gapFree }) => 100 * gapFree, 1]
export const DELAY: readonly Column[] = [
  ['delay p50 ms', ({ delayMs }) => delayMs.p50, 0],
  ['p99', ({ delayMs }) => delayMs.p99, 0]
]
export const START_UP: readonly Column[] = [
  ['start-up p50 ms', ({ startupMs }) => startupMs.p50, 0],
  ['p99', ({ startupMs }) => startupMs.p99, 0]
]
export const COPIES: readonly Column[] = [
  ['copies', ({ copies }) => copies, 2],
  ['origin copies', ({ originCopies }) => originCopies, 1]
]

/** Of Student's t at 95 %, by degrees of freedom; beyond, the normal distribution's. */
const T95 = [Infinity, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26]

export function heading(first: string, columns: readonly Column[]): string {
  const titles = columns.map(([title]) => title)
  return `| ${[first, ...titles].join(' | ')} |\n| --- | ${titles.map(() => '---:').join(' | ')} |`
}

export function row(first: string, columns: readonly Column[], runs: readonly Summary[]): string {
  const cells = columns.map(([, of, digits]) => interval(runs.map(of), digits))
  return `| ${[first, ...cells].join(' | ')} |`
}

function interval(samples: readonly number[], digits: number): string {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length
  if (samples.length < 2) return mean.toFixed(digits)
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (samples.length - 1)
  const half = (T95[samples.length - 1] ?? 1.96) * Math.sqrt(variance / samples.length)
  return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`
}
