import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { scenarioNames, shippedScenarios } from '../../../src/sim/scenario/shipped/index.js'

const FOLDER = new URL('../../../src/sim/scenario/shipped/', import.meta.url)

describe('shipped scenarios', () => {
  it('are all files of their folder, each under its name', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))
    expect(files.map((file) => file.slice(0, -5)).sort()).to.deep.equal([...scenarioNames].sort())
    for (const name of scenarioNames) expect(shippedScenarios[name]!.name).to.equal(name)
  })

  it('are shows of a thousand peers that say what they are', () => {
    for (const name of scenarioNames.filter((each) => !each.startsWith('spaces-'))) {
      const { about, peers, show } = shippedScenarios[name]!
      expect(about.length).to.be.within(60, 300)
      expect(about).to.match(/\.$/)
      expect({ peers, seconds: show.seconds }).to.deep.equal({ peers: 1_000, seconds: 300 })
    }
  })

  it('that replay a night say where its facts are from, and what is assumed', () => {
    const nights = { 'spaces-2023-05-24': 600_000, 'spaces-2024-08-12': 8_000_000 }
    for (const [name, crowd] of Object.entries(nights)) {
      const { about, peers, show } = shippedScenarios[name]!
      expect({ peers, seconds: show.seconds }, name).to.deep.equal({ peers: crowd, seconds: 3_600 })
      expect(about, name).to.match(/Reported: .*\.com\/.*Assumed, for nobody published it: /)
    }
  })

  it('are nothing but those', () => {
    expect('toString' in shippedScenarios).to.equal(false)
    expect('none' in shippedScenarios).to.equal(false)
  })

  it('have their faults within the show', () => {
    for (const name of scenarioNames) {
      const { faults, show } = shippedScenarios[name]!
      for (const { atS, untilS = atS } of faults) expect(untilS, name).to.be.below(show.seconds)
    }
  })
})
