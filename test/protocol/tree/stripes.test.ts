import { expect } from 'chai'
import fc from 'fast-check'
import {
  allStripes,
  hasStripe,
  oneStripe,
  stripeCount,
  stripeOf,
  stripesIn
} from '../../../src/protocol/tree/stripes.js'

describe('sets of stripes', () => {
  it('are what a Set of numbers is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(15)), fc.nat(15), (stripes, probe) => {
        const set = stripes.reduce((sum, stripe) => sum | oneStripe(stripe), 0)
        expect(stripesIn(set)).to.deep.equal([...stripes].sort((a, b) => a - b))
        expect(stripeCount(set)).to.equal(stripes.length)
        expect(hasStripe(set, probe)).to.equal(stripes.includes(probe))
      })
    )
  })

  it('of all stripes hold the stripe of every sequence', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.maxSafeNat().map((n) => n % 2 ** 48),
        (count, sequence) => {
          expect(hasStripe(allStripes(count), stripeOf(sequence, count))).to.equal(true)
          expect(stripeCount(allStripes(count))).to.equal(count)
        }
      )
    )
  })
})
