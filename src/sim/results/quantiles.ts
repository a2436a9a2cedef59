import type { Histogram } from '../histogram.js'
import type { Quantiles } from './result.js'

/** Of a list of values, each exactly; 0 of an empty one. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return rounded(at(0.5), at(0.95), at(0.99), sorted.at(-1) ?? 0)
}

export function quantilesIn(histogram: Histogram): Quantiles {
  const at = (share: number): number => histogram.quantile(share)
  return rounded(at(0.5), at(0.95), at(0.99), histogram.max)
}

function rounded(p50: number, p95: number, p99: number, max: number): Quantiles {
  return { p50: Math.round(p50), p95: Math.round(p95), p99: Math.round(p99), max: Math.round(max) }
}
