/** Draws from the distributions of crowds and networks, and independent streams of chance from one seed. */

import { Random } from '../protocol/random.js'
import { exp, ln } from './exact-math.js'

/** A generator of its own for each purpose, so that drawing more for one changes nothing for the others. */
export function stream(seed: number, ...labels: readonly (string | number)[]): Random {
  return new Random(mix(seed, ...labels))
}

/** A 32-bit seed out of a seed and labels: FNV-1a over their text. */
export function mix(seed: number, ...labels: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of [seed, ...labels].join('/')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  }
  return hash | 0
}

/** (0, 1]: its logarithm is finite. */
function positiveUnit(random: Random): number {
  return (random.uint32() + 1) / 2 ** 32
}

export function exponential(random: Random, mean: number): number {
  return -mean * ln(positiveUnit(random))
}

/** Standard normal, by Marsaglia's polar method: no trigonometry. */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * random.unit() - 1
    const y = 2 * random.unit() - 1
    const square = x * x + y * y
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square)
  }
}

/** @param sigma of the logarithm */
export function lognormal(random: Random, median: number, sigma: number): number {
  return median * exp(sigma * normal(random))
}
