/**
 * Who comes, when, for how long, and by what line. Person n is a function of the seed and n alone: another topology, or
 * another fault, meets the very same crowd.
 */

import type { Random } from '../protocol/random.js'
import type { Clock } from './clock.js'
import { exponential, lognormal, normal, stream } from './draws.js'
import { inOneRoom, somewhere } from './geography.js'
import { NAT, someNat } from './nat.js'
import type { Line } from './network.js'
import type { Hostility, Scenario } from './scenario/scenario.js'

export interface Person {
  readonly line: Line
  readonly clock: Clock
  readonly isMobile: boolean
  /** Passes nothing on. */
  readonly isLeaf: boolean
  /** How long it stays, ms; Infinity for until the end. */
  readonly staysMs: number
  /** It leaves without a word. */
  readonly vanishes: boolean
  /** Its link has a ticket, from somebody who listens. */
  readonly hasTicket: boolean
  /** How it cheats; undefined for the honest. */
  readonly hostility: Hostility | undefined
}

/** Standard deviation of clocks' errors, ms, and of their drift: quartz is off by some 20 parts in a million. */
const CLOCK_ERROR_MS = 500
const CLOCK_DRIFT = 20e-6

/** When each of the first `scenario.peers` people comes, ms since the world's begin, ascending. */
export function arrivals(scenario: Scenario, seed: number, beginMs: number): Float64Array {
  const { early, rush, rushS, meanS, within } = scenario.crowd.arrivals
  const random = stream(seed, 'arrivals')
  const times = new Float64Array(scenario.peers)
  for (let n = 0; n < scenario.peers; n++) {
    const lot = random.unit()
    let at: number
    if (within !== undefined) at = beginMs + within.fromS * 1000 + random.unit() * within.forS * 1000
    else if (lot < early) at = random.unit() * beginMs
    else if (lot < early + rush) at = beginMs + (2 * random.unit() - 1) * rushS * 1000
    else at = beginMs + exponential(random, meanS * 1000)
    times[n] = Math.max(0, Math.round(at))
  }
  return times.sort()
}

export function person(scenario: Scenario, seed: number, n: number): Person {
  const { crowd } = scenario
  const random = stream(seed, 'person', n)
  const isMobile = random.unit() < crowd.mobile
  const isLeaf = random.unit() < crowd.leaves
  const { fixedMbps, mobileMbps, sigma } = crowd.uplink
  const uplinkKbps = lognormal(random, 1000 * (isMobile ? mobileMbps : fixedMbps), sigma)
  return {
    line: { ...lineIn(scenario, random, isMobile), uplinkKbps },
    clock: someClock(random),
    isMobile,
    isLeaf,
    staysMs: session(scenario, random),
    vanishes: random.unit() < crowd.vanishing,
    hasTicket: random.unit() < crowd.tickets.share,
    hostility: hostilityOf(scenario, seed, n)
  }
}

/** With a coin of its own: the others are the same people whoever is hostile. */
function hostilityOf({ crowd, peers }: Scenario, seed: number, n: number): Hostility | undefined {
  const { share, how, first } = crowd.hostile
  const random = stream(seed, 'hostile', n)
  const isHostile = first ? n < share * peers : random.unit() < share
  return isHostile ? how[random.below(how.length)] : undefined
}

/** A server: well connected, open to all, no losses. */
export function server(scenario: Scenario, seed: number, name: string, uplinkKbps: number): Person {
  const random = stream(seed, name)
  const { rttMs } = scenario.network
  const place = rttMs === 'internet' ? { ...somewhere(random), accessMs: 1 } : inOneRoom(rttMs)
  return {
    line: { place, nat: NAT.open, uplinkKbps, loss: 0 },
    clock: someClock(random),
    isMobile: false,
    isLeaf: false,
    staysMs: Infinity,
    vanishes: false,
    hasTicket: false,
    hostility: undefined
  }
}

function lineIn({ network }: Scenario, random: Random, isMobile: boolean): Omit<Line, 'uplinkKbps'> {
  const place = network.rttMs === 'internet' ? somewhere(random) : inOneRoom(network.rttMs)
  const nat = someNat(random)
  return {
    place,
    nat: network.nat ? nat : NAT.open,
    loss: isMobile ? network.loss.mobile : network.loss.fixed
  }
}

function someClock(random: Random): Clock {
  return { offsetMs: Math.round(CLOCK_ERROR_MS * normal(random)), drift: CLOCK_DRIFT * normal(random) }
}

function session({ crowd }: Scenario, random: Random): number {
  const { sessions } = crowd
  if (sessions === 'stay') return Infinity
  const isShort = random.unit() < sessions.shortShare
  const seconds = isShort
    ? exponential(random, sessions.shortMeanS)
    : lognormal(random, sessions.longMedianS, sessions.longSigma)
  // Nobody leaves before the page has loaded.
  return Math.max(1000, Math.round(seconds * 1000))
}
