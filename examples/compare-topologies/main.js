/**
 * Three topologies on the same show, the same crowd and the same troubles: what a server does, what gossip does, what treecast
 * does. Each figure is the mean over a few seeds.
 *
 *     node examples/compare-topologies/main.js --scenario churn
 */

import { readScenario, shippedScenarios, simulate } from 'treecast/sim'
import { command, UsageError } from '../stage/command.js'

const HELP = `usage: node examples/compare-topologies/main.js [options]

  --scenario <name>   one of: ${Object.keys(shippedScenarios).join(', ')}
                      (default: black-holes)
  --peers <n>         listeners (default: 100)
  --seconds <n>       of the show; faults that are planned for later never come (default: 180)
  --seeds <n>         shows of each topology (default: 3)
  --help              this text`

const TOPOLOGIES = ['star', 'gossip', 'striped']

const DEFAULTS = { scenario: 'black-holes', peers: '100', seconds: '180', seeds: '3' }

await command(HELP, DEFAULTS, async ({ scenario: name, peers, seconds, seeds }) => {
  const shipped = shippedScenarios[name]
  if (shipped === undefined) throw new UsageError(`--scenario ${name} is not shipped`)
  if (!(Number(seeds) >= 1)) throw new UsageError(`--seeds ${seeds} is not at least 1`)
  if (!(Number(peers) >= 1)) throw new UsageError(`--peers ${peers} is not at least 1`)
  if (!(Number(seconds) >= 1)) throw new UsageError(`--seconds ${seconds} is not at least 1`)
  const show = { ...shipped.show, seconds: Number(seconds) }
  const scenario = readScenario({ ...shipped, peers: Number(peers), show }, 'the command line')
  console.log(`${name}, ${peers} peers, ${seconds} s: ${scenario.about}`)

  /** @type {Record<string, Record<string, string>>} */
  const table = {}
  for (const topology of TOPOLOGIES) {
    /** @type {import('treecast/sim').Summary[]} */
    const runs = []
    for (let seed = 1; seed <= Number(seeds); seed++) {
      const { summary } = await simulate(scenario, { topology, seed })
      runs.push(summary)
    }
    /** @param {(summary: import('treecast/sim').Summary) => number} figure */
    const mean = (figure) => runs.reduce((sum, run) => sum + figure(run), 0) / runs.length
    table[topology] = {
      'heard in time': `${(100 * mean((run) => run.continuity)).toFixed(2)} %`,
      'without a gap': `${(100 * mean((run) => run.gapFree)).toFixed(1)} %`,
      'start-up': `${mean((run) => run.startupMs.p50).toFixed(0)} ms`,
      delay: `${mean((run) => run.delayMs.p50).toFixed(0)} ms`,
      'copies received': mean((run) => run.copies).toFixed(2),
      'copies from the origin': mean((run) => run.originCopies).toFixed(1)
    }
  }
  console.table(table)
})
