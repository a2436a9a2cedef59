import { expect } from 'chai'
import type { Result, Summary } from '../../../src/sim/results/result.js'
import { readScenario } from '../../../src/sim/scenario/schema.js'
import type { Fault } from '../../../src/sim/scenario/scenario.js'
import { simulate } from '../../../src/sim/simulate.js'
import { topologyNames } from '../../../src/sim/topologies/index.js'

const SECONDS = 15

/** Everybody comes in the minute before the show, stays, and loses nothing. */
function play(topology: string, faults: Partial<Fault>[] = []): Promise<Result> {
  const scenario = {
    name: 'calm',
    peers: 60,
    show: { seconds: SECONDS },
    crowd: { arrivals: { within: { fromS: -60, forS: 60 } } },
    network: { loss: { fixed: 0, mobile: 0 } },
    faults
  }
  return simulate(readScenario(scenario, 'calm'), { topology, seed: 7 })
}

/** What is a function of the seed. */
function lasting({ summary }: Result): Partial<Summary> {
  return { ...summary, wallMs: 0, bytesPerPeer: 0 }
}

for (const name of topologyNames) {
  describe(`topology ${name}`, () => {
    let calm: Result

    before(async () => {
      calm = await play(name)
    })

    it('plays a calm show to everybody', () => {
      expect(calm.summary.continuity).to.be.at.least(0.99)
      expect(calm.summary.unheard).to.equal(0)
      expect(calm.summary.topology).to.equal(name)
    })

    it('breaks no invariant', () => {
      expect(calm.violations).to.deep.equal([])
    })

    it('says who feeds whom, up to the origin', () => {
      const [tree] = calm.trees
      expect(tree!.edges.length).to.be.at.least(60)
      expect(tree!.edges.some(({ from }) => from === 0)).to.equal(true)
      expect(tree!.edges.every(({ to }) => to !== 0)).to.equal(true)
    })

    it('does the same for the same seed', async () => {
      expect(lasting(await play(name))).to.deep.equal(lasting(calm))
    })

    it('goes on for those who are left when a tenth is killed', async () => {
      const { violations, timeline } = await play(name, [{ atS: 5, what: 'kill', share: 0.1 }])
      expect(violations).to.deep.equal([])
      expect(timeline).to.have.length(SECONDS)
      expect(timeline.at(-1)!.here).to.equal(54)
      expect(timeline.at(-1)!.continuity).to.be.at.least(0.9)
    })
  })
}
