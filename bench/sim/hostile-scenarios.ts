/** Crowds with strangers who cheat: the scenarios of docs/hostile.md, and what they come to. */

import type { Result } from '../../src/sim/results/result.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import type { Scenario } from '../../src/sim/scenario/scenario.js'
import { simulate } from '../../src/sim/simulate.js'

export function hostileScenarios(peers: number, seconds: number): Scenario[] {
  const third = seconds / 3
  /** Half are there when the show begins, the others come in its first third. */
  const arrivals = { within: { fromS: -third, forS: 2 * third } }
  /** To a show that is on. */
  const newcomers = { within: { fromS: 0, forS: 2 * third } }
  const how = ['forge', 'flip', 'replay', 'old', 'future', 'jump']
  const greed = { arrivals, hostile: { share: 0.2, how: ['grab'], first: true } }
  const shows: Readonly<Record<string, object>> = {
    honest: { crowd: { arrivals } },
    polluters: { crowd: { arrivals, hostile: { share: 0.3, how, fromS: third / 2 } } },
    'free-riders': { crowd: { arrivals, hostile: { share: 0.5, how: ['refuse', 'shirk'] } } },
    eclipse: { crowd: { arrivals: newcomers, hostile: { share: 0.8, how: ['starve'] } } },
    'position-greed': { crowd: greed },
    'position-greed, roots': { crowd: greed, roots: 8, origin: { maxPeers: 8, hidden: true } }
  }
  return Object.entries(shows).map(([about, show]) => {
    const name = about.replace(', ', '-')
    return readScenario({ name, about, peers, show: { seconds }, ...show }, 'the benchmark')
  })
}

export interface HostileFigures {
  readonly honest: number
  readonly hostile: number
  readonly badPackets: number
  /** Of invariants: played or passed on unverified, an honest peer banned, a bound passed, a loop. */
  readonly violations: number
  /** Of the honest, mean over the runs; and in the worst of them. */
  readonly continuity: number
  readonly worst: number
  /** Share of the honest who came to a running show, were there for ten seconds and heard it within ten seconds: they have an honest
   * parent, for nobody else sends anything. */
  readonly within: number
  /** p99 of the worst run, ms. */
  readonly startUp: number
  /** Share of the origin's slots that hostile peers hold in the middle of the show. */
  readonly atTop: number
}

const WITHIN_MS = 10_000

export async function hostileFigures(scenario: Scenario, seeds: number): Promise<HostileFigures> {
  const runs: Result[] = []
  for (let seed = 1; seed <= seeds; seed++) runs.push(await simulate(scenario, { seed }))
  const sum = (of: (run: Result) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const continuities = runs.map(({ summary }) => summary.continuity)
  const newcomers = runs.flatMap(({ peers }) =>
    peers.filter(
      ({ hostile, role, cameS, leftS }) =>
        !hostile &&
        role === 'listener' &&
        cameS >= 0 &&
        (leftS ?? scenario.show.seconds) - cameS >= WITHIN_MS / 1000
    )
  )
  const inTime = newcomers.filter(({ startupMs }) => startupMs !== null && startupMs <= WITHIN_MS)
  const [held, given] = [true, false].map((isHostile) => sum((run) => slotsAtTop(run, isHostile)))
  return {
    honest: sum(({ summary }) => summary.peers - summary.hostile),
    hostile: sum(({ summary }) => summary.hostile),
    badPackets: sum(({ summary }) => summary.badPackets),
    violations: sum(({ violations }) => violations.length),
    continuity: sum(({ summary }) => summary.continuity) / seeds,
    worst: Math.min(...continuities),
    within: newcomers.length === 0 ? 1 : inTime.length / newcomers.length,
    startUp: Math.max(...runs.map(({ summary }) => summary.startupMs.p99)),
    atTop: held! / Math.max(1, held! + given!)
  }
}

/** Slots of the origin that hostile or honest peers hold, when the tree was written down. */
function slotsAtTop({ trees, peers }: Result, isHostile: boolean): number {
  const hostile = new Set(peers.filter((row) => row.hostile).map(({ peer }) => peer))
  return trees
    .flatMap(({ edges }) => edges)
    .filter(({ from, to }) => from === 0 && hostile.has(to) === isHostile)
    .reduce((slots, { stripes }) => slots + stripes.length, 0)
}
