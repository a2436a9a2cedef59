/**
 * A topology of your own beside one that is shipped, on a show whose crowd comes and goes.
 *
 *     node examples/own-topology/main.js
 */

import { readScenario, simulate } from 'treecast/sim'
import { randomParent } from './random-parent.js'

const scenario = readScenario(
  {
    name: 'comings-and-goings',
    peers: 60,
    show: { seconds: 60 },
    crowd: { arrivals: { within: { fromS: -60, forS: 60 } }, replaced: true },
    faults: [{ atS: 10, what: 'vanish', share: 0.02, everyS: 10, untilS: 50 }]
  },
  'main.js'
)

for (const topology of [randomParent, 'striped']) {
  const { summary, trees, violations } = await simulate(scenario, { topology, seed: 1 })
  const depths = (trees[0]?.peers ?? []).map(({ depth }) => depth ?? 0)
  const figures = [
    `${(100 * summary.continuity).toFixed(2)} % heard in time`,
    `${(100 * summary.gapFree).toFixed(0)} % of listeners without a gap`,
    `${summary.copies.toFixed(2)} copies`,
    `${Math.max(...depths)} deep`,
    violations.length === 0 ? 'no invariant broken' : `${violations.length} violations`
  ]
  console.log(`${summary.topology}: ${figures.join(', ')}`)
}
