/**
 * `npm run bench:tree -- [--peers N] [--seconds N] [--seeds N] [--only NAME]`: treecast's own tree under everything that may happen to
 * it, as the table that stands in docs/tree.md. Each figure is the mean over the seeds, with half of its 95 % interval.
 */

import { parseArgs } from 'node:util'
import type { Summary } from '../../src/sim/results/result.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import { type Column, CONTINUITY, COPIES, DELAY, GAP_FREE, heading, row, START_UP } from './figures.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true }
  }
})
const peers = Number(values.peers)
const seconds = Number(values.seconds)
const third = seconds / 3

/** Half are there when the show begins, the others come in its first third. */
const arrivals = { within: { fromS: -third, forS: 2 * third } }
/** A tenth of all a minute, in six portions. */
const vanishing = { what: 'vanish', share: 0.1 / 6, everyS: 10, untilS: seconds - 5 }
const lossOf = (share: number): object => ({ loss: { fixed: share, mobile: share } })

const SCENARIOS: Readonly<Record<string, object>> = {
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
    faults: [
      { atS: third, what: 'trackers-down' },
      { atS: third + 5, ...vanishing }
    ]
  },
  'roots-down': {
    origin: { maxPeers: 8 },
    roots: 8,
    faults: [{ atS: seconds / 2, what: 'kill', choose: 'roots', count: 7 }]
  },
  'loss-1': { network: lossOf(0.01) },
  'loss-5': { network: lossOf(0.05) },
  'loss-10': { network: lossOf(0.1) },
  'flash-crowd': { crowd: { arrivals: { within: { fromS: third, forS: 1 } } } }
}

const COLUMNS: readonly Column[] = [
  CONTINUITY,
  GAP_FREE,
  ...START_UP,
  ['unheard', ({ unheard }) => unheard, 1],
  ...DELAY,
  ['recovery p99 ms', ({ recoveryMs }) => recoveryMs.p99, 0],
  ...COPIES
]

console.log(heading('scenario', COLUMNS))
for (const [name, given] of Object.entries(SCENARIOS)) {
  if (values.only?.includes(name) === false) continue
  const scenario = readScenario(
    { name, about: name, peers, show: { seconds }, crowd: { arrivals }, ...given },
    'the benchmark'
  )
  const runs: Summary[] = []
  for (let seed = 1; seed <= Number(values.seeds); seed++)
    runs.push((await simulate(scenario, { seed, check: false })).summary)
  console.log(row(name, COLUMNS, runs))
}
