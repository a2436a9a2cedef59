/**
 * `npm run bench:crowd -- [--peers N,N…] [--seconds N] [--seeds N] [--scenarios A,B…] [--most-exact N]`: the crowd engine beside the
 * exact one, on the same scenarios, crowds and seeds. The exact engine is left out where the crowd is larger than it takes.
 */

import { parseArgs } from 'node:util'
import { simulateCrowd } from '../../src/sim/crowd/simulate.js'
import type { Summary } from '../../src/sim/results/result.js'
import { shippedScenarios } from '../../src/sim/scenario/shipped/index.js'
import { simulate } from '../../src/sim/simulate.js'
import { type Column, CONTINUITY, COPIES, DELAY, GAP_FREE, heading, row, START_UP } from './figures.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '150,1000' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '3' },
    scenarios: { type: 'string', default: 'calm' },
    'most-exact': { type: 'string', default: '1000' }
  }
})

const COLUMNS: readonly Column[] = [
  CONTINUITY,
  GAP_FREE,
  ...START_UP,
  ...DELAY,
  ...COPIES,
  ['links p50', ({ depth }) => depth.p50, 1],
  ['p99', ({ depth }) => depth.p99, 1],
  ['µs a peer and second', ({ wallMs, peers }) => (wallMs * 1000) / peers / Number(values.seconds), 1]
]

for (const name of values.scenarios.split(',')) {
  console.log(`\n### ${name}\n\n${heading('peers, engine', COLUMNS)}`)
  for (const peers of values.peers.split(',').map(Number)) {
    const shipped = shippedScenarios[name]!
    const scenario = { ...shipped, peers, show: { ...shipped.show, seconds: Number(values.seconds) } }
    const exact: Summary[] = []
    const crowd: Summary[] = []
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      if (peers <= Number(values['most-exact']))
        exact.push((await simulate(scenario, { seed, check: false })).summary)
      crowd.push((await simulateCrowd(scenario, { seed })).summary)
    }
    if (exact.length > 0) console.log(row(`${peers}, exact`, COLUMNS, exact))
    console.log(row(`${peers}, crowd`, COLUMNS, crowd))
  }
}
