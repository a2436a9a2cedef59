/** Simulates one show by every topology, and prints what each came to as one number. Run by different releases of Node.js. */

import { createHash } from 'node:crypto'
import process from 'node:process'
import { readScenario, simulate, topologyNames } from 'treecast/sim'

const scenario = readScenario(
  {
    name: 'everywhere-the-same',
    peers: 50,
    show: { seconds: 15 },
    crowd: { arrivals: { within: { fromS: -20, forS: 25 } }, sessions: {}, replaced: true },
    faults: [{ atS: 6, what: 'vanish', share: 0.2 }]
  },
  'here'
)

/** @type {Record<string, string>} */
const digests = {}
for (const topology of topologyNames) {
  const { summary, ...rest } = await simulate(scenario, { topology, seed: 7 })
  // What it cost is not a function of the seed.
  const bytes = JSON.stringify({ ...rest, summary: { ...summary, wallMs: 0, bytesPerPeer: 0 } })
  digests[topology] = createHash('sha256').update(bytes).digest('hex')
}
console.log(JSON.stringify({ node: process.versions.node, digests }))
