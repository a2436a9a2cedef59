import { expect } from 'chai'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { simulate } from '../../src/sim/simulate.js'
import type { Result } from '../../src/sim/results/result.js'
import { treecast } from '../../src/sim/topologies/treecast/index.js'
import type { Signatures } from '../../src/sim/topologies/treecast/signatures.js'
import { checkSignature, keysFromSeed } from '../protocol/world.js'

const SCENARIO = readScenario(
  {
    name: 'seeded',
    peers: 60,
    show: { seconds: 20 },
    crowd: { arrivals: { within: { fromS: -20, forS: 30 } }, sessions: {}, replaced: true },
    faults: [{ atS: 8, what: 'vanish', share: 0.2 }]
  },
  'here'
)

/** But for what it cost. */
function bytesOf({ summary, ...rest }: Result): string {
  return JSON.stringify({ summary: { ...summary, wallMs: 0, bytesPerPeer: 0 }, ...rest })
}

const realSignatures: Signatures = {
  keyFrom: (seed) => keysFromSeed(seed & 0xffff),
  verify: checkSignature
}

describe('a seed', () => {
  it('gives the same bytes again, and another one others', async () => {
    const first = bytesOf(await simulate(SCENARIO, { seed: 3 }))
    expect(bytesOf(await simulate(SCENARIO, { seed: 3 })) === first).to.equal(true)
    expect(bytesOf(await simulate(SCENARIO, { seed: 4 })) === first).to.equal(false)
  })

  it('gives the same bytes with checkers and without', async () => {
    const first = bytesOf(await simulate(SCENARIO, { seed: 3 }))
    expect(bytesOf(await simulate(SCENARIO, { seed: 3, check: false })) === first).to.equal(true)
  })

  it('gives the same figures with real signatures as with modelled ones', async () => {
    const modelled = await simulate(SCENARIO, { seed: 3 })
    const real = await simulate(SCENARIO, { seed: 3, topology: treecast({ signatures: realSignatures }) })
    expect(real.violations).to.deep.equal([])
    expect({ ...real.summary, wallMs: 0 }).to.deep.equal({ ...modelled.summary, wallMs: 0 })
  })
})
