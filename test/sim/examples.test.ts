/** The examples that simulate, as people run them. */

import { expect } from 'chai'
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { readScenario, simulate } from 'treecast/sim'
import { randomParent } from '../../examples/own-topology/random-parent.js'

const EXAMPLES = new URL('../../examples/', import.meta.url)

function example(name: string, ...args: string[]): SpawnSyncReturns<string> {
  const main = fileURLToPath(new URL(`${name}/main.js`, EXAMPLES))
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
}

describe('examples of the simulator', () => {
  it('compare-topologies prints a row for each', () => {
    const args = ['--scenario', 'calm', '--peers', '20', '--seconds', '10', '--seeds', '1']
    const { stdout, stderr, status } = example('compare-topologies', ...args)
    expect(status, stderr).to.equal(0)
    expect(stdout).to.match(/^calm, 20 peers, 10 s: /)
    for (const topology of ['star', 'gossip', 'striped'])
      expect(stdout).to.match(new RegExp(`│ ${topology} +│ '[\\d.]+ %' +│`))
  })

  for (const [option, value] of [
    ['scenario', 'clam'],
    ['peers', 'many'],
    ['seconds', '0'],
    ['seeds', '0']
  ] as const) {
    it(`compare-topologies refuses --${option} ${value} in one line`, () => {
      const { stdout, stderr, status } = example('compare-topologies', `--${option}`, value)
      expect({ stdout, status }).to.deep.equal({ stdout: '', status: 2 })
      expect(stderr).to.match(new RegExp(`^--${option} ${value} is not .* \\(--help.*\\)\\n$`))
    })
  }

  it('own-topology prints its figures beside those of treecast', () => {
    const { stdout, stderr, status } = example('own-topology')
    expect(status, stderr).to.equal(0)
    expect(stdout).to.match(
      /^random-parent: [\d.]+ % heard in time.*no invariant broken\nstriped: .*no invariant broken\n$/
    )
  })

  it('the topology of own-topology takes under 100 lines', async () => {
    const text = await readFile(new URL('own-topology/random-parent.js', EXAMPLES), 'utf8')
    expect(text.trimEnd().split('\n').length).to.be.below(100)
  })

  it('the topology of own-topology loses nobody when nothing goes wrong', async () => {
    const scenario = readScenario(
      {
        name: 'calm',
        peers: 40,
        show: { seconds: 15 },
        crowd: { arrivals: { within: { fromS: -60, forS: 50 } } },
        network: { loss: { fixed: 0, mobile: 0 }, nat: false }
      },
      'here'
    )
    const { summary, violations } = await simulate(scenario, { topology: randomParent, seed: 2 })
    expect(violations).to.deep.equal([])
    expect(summary.continuity).to.equal(1)
  })
})
