import { expect } from 'chai'
import { hostileFigures, hostileScenarios } from '../../bench/sim/hostile-scenarios.js'
import type { Scenario } from '../../src/sim/scenario/scenario.js'

/** Small, for every run of the tests; `npm run bench:hostile` and hostile.soak.ts are the real sizes. */
const small = (name: string, peers: number, seconds: number): Scenario =>
  hostileScenarios(peers, seconds).find((scenario) => scenario.name === name)!

describe('Strangers who cheat', () => {
  it('and send garbage are banned, nobody else is, and nobody plays or passes it on', async () => {
    const { badPackets, violations, continuity } = await hostileFigures(small('polluters', 40, 24), 1)
    expect(badPackets).to.be.above(10_000)
    expect(violations).to.equal(0)
    expect(continuity).to.be.at.least(0.999)
  })

  it('and pass nothing on do not keep others from hearing the show', async () => {
    const { hostile, violations, continuity } = await hostileFigures(small('free-riders', 50, 24), 1)
    expect(hostile).to.be.above(10)
    expect(violations).to.equal(0)
    expect(continuity).to.be.at.least(0.998)
  })

  it('and surround a newcomer do not keep it from the others for long', async () => {
    const { hostile, honest, violations, within } = await hostileFigures(small('eclipse', 60, 21), 1)
    expect(hostile).to.be.above(2 * honest)
    expect(violations).to.equal(0)
    expect(within).to.equal(1)
  })
})
