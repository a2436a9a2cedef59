/**
 * `npm run bench:tree -- [--peers N] [--seconds N] [--seeds N] [--only NAME]`: treecast's own tree under everything that may happen to
 * it, as the table that stands in docs/tree.md. Each figure is the mean over the seeds, with half of its 95 % interval.
 */

import { parseArgs } from 'node:util'
import { type Column, CONTINUITY, COPIES, DELAY, GAP_FREE, heading, row, START_UP } from './figures.js'
import { runsOf, treeScenarios } from './tree-scenarios.js'

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
const seeds = Number(values.seeds)

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
for (const scenario of treeScenarios(peers, seconds)) {
  if (values.only?.includes(scenario.name) === false) continue
  console.log(row(scenario.name, COLUMNS, await runsOf(scenario, seeds)))
}
