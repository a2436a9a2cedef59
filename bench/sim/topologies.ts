/**
 * `npm run bench:topologies -- [--peers N] [--seconds N] [--seeds N]`: every topology on the same scenarios and seeds, as the
 * table that stands in docs/topologies.md. Each figure is the mean over the seeds, with half of its 95 % interval.
 */

import { parseArgs } from 'node:util'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import type { Summary } from '../../src/sim/results/result.js'
import { topologyNames } from '../../src/sim/topologies/index.js'
import { type Column, CONTINUITY, COPIES, DELAY, GAP_FREE, heading, row, START_UP } from './figures.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '10' },
    topology: { type: 'string', multiple: true }
  }
})
const peers = Number(values.peers)
const seconds = Number(values.seconds)
const seeds = Number(values.seeds)

const middle = seconds / 3
const crowd = { arrivals: { within: { fromS: -30, forS: 30 + middle } } }
const SCENARIOS = [
  { name: 'calm', about: 'nothing goes wrong but the usual loss of packets' },
  {
    name: 'churn',
    about: 'every 10 s a sixtieth of the peers vanishes without a word, and newcomers replace them',
    crowd: { ...crowd, replaced: true },
    faults: [{ atS: middle, what: 'vanish', share: 0.1 / 6, everyS: 10, untilS: seconds - 5 }]
  },
  {
    name: 'black-holes',
    about: 'three in ten pass nothing on any more, all at once',
    faults: [{ atS: seconds / 2, what: 'black-hole', share: 0.3 }]
  },
  {
    name: 'lossy',
    about: 'every line loses one packet in twenty',
    network: { loss: { fixed: 0.05, mobile: 0.05 } }
  }
].map(({ about, ...given }) =>
  readScenario({ peers, show: { seconds }, crowd, about, ...given }, 'the benchmark')
)

const COLUMNS: readonly Column[] = [
  CONTINUITY,
  GAP_FREE,
  ...START_UP,
  ...DELAY,
  ...COPIES,
  ['control %', ({ controlShare }) => 100 * controlShare, 1]
]

for (const scenario of SCENARIOS) {
  console.log(`\n**${scenario.name}**: ${scenario.about}.\n`)
  console.log(heading('topology', COLUMNS))
  for (const topology of values.topology ?? topologyNames) {
    const summaries: Summary[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      const { summary } = await simulate(scenario, { topology, seed, check: false })
      summaries.push(summary)
    }
    console.log(row(topology, COLUMNS, summaries))
  }
}
