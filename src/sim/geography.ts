/**
 * How far peers are from one another. A place is a point on a plane, in milliseconds, and the delay of its access line; a
 * round trip is the distance of two points and both access delays, so that the triangle is kept: whoever is near to both
 * of two peers makes them near to each other. This is the form of network coordinates (Dabek et al., "Vivaldi", SIGCOMM 2004).
 *
 * Three regions, fitted so that the round trips among random pairs have p10/50/90/99 near 32/135/291/413 ms, as
 * measured among PlanetLab hosts; `test/sim/geography.test.ts` prints what they are.
 */

import type { Random } from '../protocol/random.js'
import { lognormal, normal } from './draws.js'

export interface Place {
  /** ms of round trip. */
  readonly x: number
  readonly y: number
  readonly accessMs: number
  /** Which region, for figures by region. */
  readonly region: number
}

const REGIONS = [
  { x: 85, y: -18, share: 0.56 },
  { x: -87, y: 98, share: 0.12 },
  { x: 188, y: -92, share: 0.32 }
]

/** Spread of each region, ms. */
const SPREAD_MS = 15

/** Access delay: lognormal. */
const ACCESS_MEDIAN_MS = 6.5
const ACCESS_SIGMA = 1.33

export function somewhere(random: Random): Place {
  let lot = random.unit()
  let region = 0
  while (region < REGIONS.length - 1 && lot >= REGIONS[region]!.share) lot -= REGIONS[region++]!.share
  const { x, y } = REGIONS[region]!
  return {
    x: x + SPREAD_MS * normal(random),
    y: y + SPREAD_MS * normal(random),
    accessMs: lognormal(random, ACCESS_MEDIAN_MS, ACCESS_SIGMA),
    region
  }
}

/** A place where every round trip is the same, ms: one room, one machine. */
export function inOneRoom(roundTripMs: number): Place {
  return { x: 0, y: 0, accessMs: roundTripMs / 2, region: 0 }
}

export function roundTripMs(a: Place, b: Place): number {
  const x = a.x - b.x
  const y = a.y - b.y
  return Math.sqrt(x * x + y * y) + a.accessMs + b.accessMs
}
