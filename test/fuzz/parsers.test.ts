import { expect } from 'chai'
import { Random } from '../../src/protocol/random.js'
import { mutate } from './mutate.js'
import { parsers, parses } from './parsers.js'

/** Inputs in all. With the 300,000 that `audio/ogg/properties.test.ts` makes of whole pages more than a million; `npm run soak` has a
 * hundred times as many. */
const INPUTS = 760_000

describe('What reads strangers’ words raises our own errors and nothing else', () => {
  it('and all of it is here', () => {
    expect(parsers.reduce((sum, { share }) => sum + share, 0)).to.equal(1_000)
  })

  for (const parser of parsers) {
    const inputs = (INPUTS * parser.share) / 1_000
    it(`given ${inputs} ${parser.name}`, function () {
      this.timeout(60_000)
      const random = new Random(inputs)
      let taken = 0
      for (let i = 0; i < inputs; i++) {
        const bytes = mutate(parser.seeds[random.below(parser.seeds.length)]!, random)
        if (parses(parser, bytes)) taken++
      }
      // Neither only garbage nor only what is right tells anything.
      expect(taken).to.be.within(inputs / 1_000, 0.98 * inputs)
    })
  }
})
