import { expect } from 'chai'
import { topologyNames } from '../../../src/sim/topologies/index.js'
import { published } from '../../../src/sim/topologies/published.js'

describe('published figures', () => {
  for (const { topology, claim, least, most, measure } of published) {
    it(`${topology}: ${claim}`, async () => {
      expect(await measure(1)).to.be.within(least, most)
    })
  }

  it('are there for every topology but our own', () => {
    const foreign = topologyNames.filter((name) => name !== 'striped')
    expect(new Set(published.map(({ topology }) => topology))).to.deep.equal(new Set(foreign))
  })
})
