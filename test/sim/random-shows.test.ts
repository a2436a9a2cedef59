import { expect } from 'chai'
import { expectWell, randomScenario } from './random-show.js'

/** How many; `npm run soak` plays as many as SEEDS says. */
const SHOWS = 100
const AT_ONCE = 20

describe('short random shows with faults', () => {
  for (let first = 1; first <= SHOWS; first += AT_ONCE) {
    it(`seeds ${first} to ${first + AT_ONCE - 1}`, () => {
      for (let seed = first; seed < first + AT_ONCE; seed++) expectWell(seed)
    })
  }

  it('are told by their seeds', () => {
    expect(randomScenario(7)).to.deep.equal(randomScenario(7))
    expect(randomScenario(7)).to.not.deep.equal(randomScenario(8))
  })
})
