/**
 * One packet of the show on its way down one tree, from the origin to all whom it reaches, level by level: who gets it when, over
 * how many links, what was lost on the way and asked for again. Reads the columns and changes nothing; what is left to
 * chance is a hash of the seed, the packet and the peer, so that it does not matter in which thread it runs.
 */

import { BACKFILL_DELAY_MS, BACKFILL_RETRY_MS, STALL_MS } from '../../protocol/limits.js'
import { ln } from '../exact-math.js'
import { HEADER_BYTES } from '../network.js'
import type { Scenario } from '../scenario/scenario.js'
import { ACCESS_SCALE, type Columns, LINE, NOBODY, PLACE_SCALE, SPARES, STATE, TRAIT } from './columns.js'

/** Steps of the histograms: delays in 1 ms to 8 s, by depth in 10 ms to 5 s; 24 depths. */
export const DELAY_BINS = 8_001
export const DEPTH_BINS = 501
export const DEPTHS = 24
export const DEPTH_STEP_MS = 10

/** What came of the packets that were looked at. */
export interface Sampled {
  /** How many came so late, by ms. */
  readonly delays: Uint32Array
  /** The same by depth, in steps of {@link DEPTH_STEP_MS}. */
  readonly byDepth: Uint32Array
  /** Of those who listen or relay: reached in time and too late; a second time; asked for again; the sum of what its usual way
   * takes; by whom it passed. */
  readonly counts: Float64Array
}

export const COUNT = { reached: 0, late: 1, twice: 2, resent: 3, usualMs: 4, links: 5 } as const

export function nothingSampled(): Sampled {
  return {
    delays: new Uint32Array(DELAY_BINS),
    byDepth: new Uint32Array(DEPTHS * DEPTH_BINS),
    counts: new Float64Array(8)
  }
}

/** What is the same for all packets. */
export interface Ways {
  readonly seed: number
  readonly packetBytes: number
  readonly packetMs: number
  readonly bufferMs: number
  readonly verifyMs: number
  readonly jitterMs: number
  readonly lossFixed: number
  readonly lossMobile: number
  readonly leastLoss: number
  /** Usual delay of the quickest stripe by depth, as it was seen before; ms. */
  readonly usualMs: Float32Array
}

/** Where a packet is on its way; used again for the next. */
export class Frontier {
  readonly order: Int32Array
  readonly arrival: Float32Array
  readonly usual: Float32Array

  constructor(capacity: number) {
    this.order = new Int32Array(capacity)
    this.arrival = new Float32Array(capacity)
    this.usual = new Float32Array(capacity)
  }
}

/** Quantiles of the exponential distribution with mean 1. */
const EXPONENTIAL = Float32Array.from({ length: 1024 }, (_, i) => -ln((i + 0.5) / 1024))

/** How long after a hole is there it is looked for, on average: half of the look's interval. */
const LOOK_MS = BACKFILL_DELAY_MS / 4

export function waysOf(scenario: Scenario, seed: number, packetBytes: number, leastLoss: number): Ways {
  const { show, network, listeners } = scenario
  return {
    seed,
    packetBytes,
    packetMs: show.packetMs,
    bufferMs: listeners.bufferMs,
    verifyMs: listeners.verifyMs,
    jitterMs: network.jitterMs,
    lossFixed: network.loss.fixed,
    lossMobile: network.loss.mobile,
    leastLoss,
    usualMs: new Float32Array(256)
  }
}

export function sample(
  columns: Columns,
  ways: Ways,
  stripe: number,
  sequence: number,
  frontier: Frontier,
  into: Sampled
): void {
  const { stripes, parent, firstChild, nextSibling, depth, spare, traits, state, line, slowMs } = columns
  const { order, arrival, usual } = frontier
  const { delays, byDepth, counts } = into
  const { packetMs, bufferMs, verifyMs, jitterMs, usualMs } = ways
  const bits = (ways.packetBytes + HEADER_BYTES) * 8
  const salt = Math.imul(ways.seed ^ Math.imul(sequence + 1, 0x9e3779b1), 0x85ebca6b)
  const isSlowing = slowMs.length > 0
  let reached = 0
  let tooLate = 0
  let twice = 0
  let resent = 0
  let usualSum = 0
  let hops = 0
  let end = 1
  let levelEnd = 1
  let level = 0
  order[0] = 0
  arrival[0] = 0
  usual[0] = 0
  for (let i = 0; i < end; i++) {
    if (i === levelEnd) {
      level++
      levelEnd = end
    }
    const peer = order[i]!
    const at = arrival[i]!
    const way = usual[i]!
    if (i > 0) {
      const isFrozen = (state[peer]! & STATE.frozen) !== 0
      if ((state[peer]! & STATE.hears) !== 0 && !isFrozen) {
        reached++
        usualSum += way
        hops += level
        const ms = (at + 0.5) | 0
        delays[ms < DELAY_BINS ? ms : DELAY_BINS - 1]!++
        const row = level < DEPTHS ? level : DEPTHS - 1
        const bin = (at / DEPTH_STEP_MS + 0.5) | 0
        byDepth[row * DEPTH_BINS + (bin < DEPTH_BINS ? bin : DEPTH_BINS - 1)]!++
        if (at > bufferMs + way) tooLate++
      }
      if (isFrozen || (state[peer]! & STATE.blackHole) !== 0) continue
    }
    const trait = traits[peer]!
    const lossHere =
      (trait & TRAIT.server) !== 0 ? 0 : (trait & TRAIT.mobile) !== 0 ? ways.lossMobile : ways.lossFixed
    const sendMs = bits / (line[peer * LINE + 3]! & 0xffff)
    const slow = isSlowing ? slowMs[peer]! : 0
    const px = line[peer * LINE]!
    const py = line[peer * LINE + 1]!
    const pa = line[peer * LINE + 2]! & 0xffff
    let queueMs = 0
    for (
      let child = firstChild[peer * stripes + stripe]!;
      child !== NOBODY;
      child = nextSibling[child * stripes + stripe]!
    ) {
      queueMs += sendMs
      if ((state[child]! & STATE.here) === 0) continue
      let h = Math.imul(child ^ salt, 0x9e3779b1)
      h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
      h ^= h >>> 16
      const c = child * LINE
      const dx = px - line[c]!
      const dy = py - line[c + 1]!
      const ca = line[c + 2]! & 0xffff
      const roundTrip = Math.sqrt(dx * dx + dy * dy) / PLACE_SCALE + (pa + ca) / ACCESS_SCALE
      const fixed = roundTrip / 2 + queueMs + slow + verifyMs
      const usualWay = way + fixed + jitterMs
      let comes = at + fixed + jitterMs * EXPONENTIAL[h & 1023]!
      const its = traits[child]!
      const lossThere =
        (its & TRAIT.server) !== 0 ? 0 : (its & TRAIT.mobile) !== 0 ? ways.lossMobile : ways.lossFixed
      let loss = lossHere > lossThere ? lossHere : lossThere
      if (ways.leastLoss > loss) loss = ways.leastLoss
      const isLost = (h >>> 10) / 4194304 < loss
      if (isLost || comes > usualWay + STALL_MS) {
        // The quickest of its other stripes brings later packets, and tells that this one is missing.
        let least = 255
        for (let s = 0; s < stripes; s++)
          if (depth[child * stripes + s]! < least) least = depth[child * stripes + s]!
        const byOthers =
          (usualMs[least]! > 0 && usualMs[least]! < usualWay ? usualMs[least]! : usualWay) +
          packetMs +
          STALL_MS
        const byOwn = usualWay + packetMs * stripes + BACKFILL_DELAY_MS
        const askAt = (byOthers < byOwn && stripes > 1 ? byOthers : byOwn) + LOOK_MS
        if (askAt < comes || isLost) {
          let other = parent[child * stripes + ((stripe + 1 + (h & 1)) % stripes)]!
          if (other === NOBODY || other === peer) other = spare[child * SPARES + ((h >>> 1) % SPARES)]!
          if (other === NOBODY) other = peer
          const trip = columns.roundTripMs(other, child)
          let again = askAt + trip + verifyMs
          const g = Math.imul(h ^ 0x5bd1e995, 0x9e3779b1) >>> 0
          if (g / 4294967296 < loss) again += BACKFILL_RETRY_MS + LOOK_MS
          resent++
          if (isLost) comes = again
          else {
            twice++
            if (again < comes) comes = again
          }
        }
      }
      order[end] = child
      arrival[end] = comes
      usual[end] = usualWay
      end++
    }
  }
  counts[COUNT.reached]! += reached
  counts[COUNT.late]! += tooLate
  counts[COUNT.twice]! += twice
  counts[COUNT.resent]! += resent
  counts[COUNT.usualMs]! += usualSum
  counts[COUNT.links]! += hops
}
