/**
 * `npm run bench:defaults -- [--peers N] [--seconds N] [--seeds N]`: one default after the other set to other values, all else as it
 * is, on a show in which 30 % of all peers turn into black holes. The bold value is the default.
 */

import { parseArgs } from 'node:util'
import type { Summary } from '../../src/sim/results/result.js'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import { treecast, type TreecastOptions } from '../../src/sim/topologies/treecast/index.js'
import { type Column, CONTINUITY, COPIES, DELAY, GAP_FREE, heading, row, START_UP } from './figures.js'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '5' }
  }
})
const peers = Number(values.peers)
const seconds = Number(values.seconds)

interface Setting {
  readonly show?: object
  readonly listeners?: object
  readonly tree?: TreecastOptions
}

interface Sweep {
  readonly parameter: string
  readonly tried: readonly number[]
  readonly chosen: number
  readonly set: (value: number) => Setting
}

const SWEEPS: readonly Sweep[] = [
  {
    parameter: 'stripes',
    tried: [1, 2, 4, 8],
    chosen: 4,
    set: (stripes) => ({ show: { stripes }, tree: { parents: stripes } })
  },
  { parameter: 'parents', tried: [1, 2, 3, 4], chosen: 4, set: (parents) => ({ tree: { parents } }) },
  { parameter: 'spares', tried: [0, 1, 2, 3, 4], chosen: 3, set: (spares) => ({ tree: { spares } }) },
  {
    parameter: 'copies a peer uploads at most',
    tried: [2, 4, 8],
    chosen: 4,
    set: (maxChildren) => ({ listeners: { maxChildren } })
  },
  {
    parameter: 'packet, ms',
    tried: [40, 60, 100],
    chosen: 100,
    set: (packetMs) => ({ show: { packetMs } })
  },
  {
    parameter: 'buffer, ms',
    tried: [1_000, 2_000, 3_000, 4_000],
    chosen: 2_000,
    set: (bufferMs) => ({ listeners: { bufferMs } })
  }
]

const COLUMNS: readonly Column[] = [CONTINUITY, GAP_FREE, ...START_UP, ...DELAY, ...COPIES]

for (const { parameter, tried, chosen, set } of SWEEPS) {
  console.log(`\n${heading(parameter, COLUMNS)}`)
  for (const value of tried) {
    const { show, listeners = {}, tree = {} } = set(value)
    const scenario = readScenario(
      {
        name: 'sweep',
        about: 'Three in ten peers turn into black holes at once.',
        peers,
        show: { seconds, ...show },
        crowd: { arrivals: { within: { fromS: -seconds / 2, forS: (5 * seconds) / 6 } } },
        listeners,
        faults: [{ atS: seconds / 2, what: 'black-hole', share: 0.3 }]
      },
      'the benchmark'
    )
    const runs: Summary[] = []
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const topology = treecast(tree)
      runs.push((await simulate(scenario, { topology, seed, check: false })).summary)
    }
    console.log(row(value === chosen ? `**${value}**` : String(value), COLUMNS, runs))
  }
}
