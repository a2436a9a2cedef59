/**
 * `npm run bench:topologies -- [--peers N] [--seconds N] [--seeds N]`: every topology on the same scenarios and seeds, as the
 * table that stands in docs/topologies.md. Each figure is the mean over the seeds, with half of its 95 % interval.
 */

import { parseArgs } from 'node:util'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import type { Summary } from '../../src/sim/results/result.js'
import { topologyNames } from '../../src/sim/topologies/index.js'

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

/** Of Student's t at 95 %, by degrees of freedom; beyond, the normal distribution's. */
const T95 = [Infinity, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26]

const COLUMNS: readonly (readonly [string, (summary: Summary) => number, number])[] = [
  ['continuity %', ({ continuity }) => 100 * continuity, 2],
  ['without a gap %', ({ gapFree }) => 100 * gapFree, 1],
  ['start-up p50 ms', ({ startupMs }) => startupMs.p50, 0],
  ['p99', ({ startupMs }) => startupMs.p99, 0],
  ['delay p50 ms', ({ delayMs }) => delayMs.p50, 0],
  ['p99', ({ delayMs }) => delayMs.p99, 0],
  ['copies', ({ copies }) => copies, 2],
  ['origin copies', ({ originCopies }) => originCopies, 1],
  ['control %', ({ controlShare }) => 100 * controlShare, 1]
]

for (const scenario of SCENARIOS) {
  console.log(`\n**${scenario.name}**: ${scenario.about}.\n`)
  console.log(`| topology | ${COLUMNS.map(([name]) => name).join(' | ')} |`)
  console.log(`| --- | ${COLUMNS.map(() => '---:').join(' | ')} |`)
  for (const topology of values.topology ?? topologyNames) {
    const summaries: Summary[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      const { summary } = await simulate(scenario, { topology, seed, check: false })
      summaries.push(summary)
    }
    const cells = COLUMNS.map(([, of, digits]) => interval(summaries.map(of), digits))
    console.log(`| ${topology} | ${cells.join(' | ')} |`)
  }
}

function interval(samples: readonly number[], digits: number): string {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length
  if (samples.length < 2) return mean.toFixed(digits)
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (samples.length - 1)
  const half = (T95[samples.length - 1] ?? 1.96) * Math.sqrt(variance / samples.length)
  return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`
}
