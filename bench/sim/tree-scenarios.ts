/** Everything that may happen to the tree: the scenarios of docs/tree.md. */

import type { Summary } from '../../src/sim/results/result.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import type { Scenario } from '../../src/sim/scenario/scenario.js'
import { simulate } from '../../src/sim/simulate.js'

export function treeScenarios(peers: number, seconds: number): Scenario[] {
  const third = seconds / 3
  /** Half are there when the show begins, the others come in its first third. */
  const arrivals = { within: { fromS: -third, forS: 2 * third } }
  /** A tenth of all a minute, in six portions. */
  const vanishing = { what: 'vanish', share: 0.1 / 6, everyS: 10, untilS: seconds - 5 }
  const lossOf = (share: number): object => ({ loss: { fixed: share, mobile: share } })
  const scenarios: Readonly<Record<string, object>> = {
    calm: {},
    churn: { crowd: { arrivals, sessions: {}, replaced: true }, faults: [{ atS: 10, ...vanishing }] },
    'black-holes': { faults: [{ atS: seconds / 2, what: 'black-hole', share: 0.3 }] },
    'half-black-holes': { faults: [{ atS: seconds / 2, what: 'black-hole', share: 0.5 }] },
    'busiest-killed': {
      crowd: { arrivals, replaced: true },
      faults: [{ atS: third, what: 'kill', choose: 'busiest', share: 0.05, everyS: 5, untilS: seconds - 5 }]
    },
    'slow-relays': {
      faults: [{ atS: third, what: 'slow', choose: 'relays', share: 0.2, delayMs: [200, 800] }]
    },
    'trackers-down': {
      crowd: { arrivals, replaced: true, tickets: { share: 1, ageS: third } },
      faults: [
        { atS: third, what: 'trackers-down' },
        { ...vanishing, atS: third + 5 }
      ]
    },
    'roots-down': {
      origin: { maxPeers: 8, hidden: true },
      roots: 8,
      faults: [{ atS: seconds / 2, what: 'kill', choose: 'roots', count: 7 }]
    },
    'loss-1': { network: lossOf(0.01) },
    'loss-5': { network: lossOf(0.05) },
    'loss-10': { network: lossOf(0.1) },
    'flash-crowd': { crowd: { arrivals: { within: { fromS: third, forS: 1 } } } }
  }
  return Object.entries(scenarios).map(([name, given]) =>
    readScenario(
      { name, about: name, peers, show: { seconds }, crowd: { arrivals }, ...given },
      'the benchmark'
    )
  )
}

/** One run for each of the first so many seeds. */
export async function runsOf(scenario: Scenario, seeds: number): Promise<Summary[]> {
  const runs: Summary[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    runs.push((await simulate(scenario, { seed, check: false })).summary)
  }
  return runs
}
