/** Cells that nobody has simulated: their figures are as simple as can be. */

import { shippedScenarios } from '../../src/sim/scenario/shipped/index.js'
import type { CellResult, Figures } from '../../src/sweep/cell.js'
import type { Grid } from '../../src/sweep/grid.js'

const quantiles = { p50: 10, p95: 20, p99: 30, max: 40 }

export function made(topology: string, peers: number, seed: number, more: Partial<Figures> = {}): CellResult {
  return {
    treecast: '1.2.3',
    command: `treecast sim calm --set peers=${peers} --topology ${topology} --seed ${seed}`,
    scenario: 'calm',
    topology,
    set: { peers },
    seed,
    summary: {
      scenario: 'calm',
      engine: 'exact',
      topology,
      seed,
      peers,
      hostile: 0,
      badPackets: 0,
      continuity: 1 - seed / 1000,
      gapFree: 1,
      unheard: 0,
      startupMs: quantiles,
      startupFloodedMs: quantiles,
      delayMs: quantiles,
      recoveryMs: quantiles,
      copies: 1 + seed / 10,
      originCopies: 8,
      depth: quantiles,
      controlShare: 0.04,
      trackerBytes: 900,
      events: 1000,
      deliveries: 500,
      ...more
    },
    violations: 0,
    wallMs: seed
  }
}

export const grid: Grid = {
  name: 'made',
  about: 'Of <all> sorts & "kinds".',
  scenarios: [{ scenario: shippedScenarios.calm!, isShipped: true }],
  topologies: ['striped', 'tree'],
  set: { peers: [10, 20] },
  seeds: [1, 2, 3],
  engine: 'exact',
  check: true
}
export const cells = ['striped', 'tree'].flatMap((topology) =>
  [10, 20].flatMap((peers) => [1, 2, 3].map((seed) => made(topology, peers, seed)))
)
