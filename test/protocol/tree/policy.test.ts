import { expect } from 'chai'
import fc from 'fast-check'
import { Random } from '../../../src/protocol/random.js'
import { chooseSpares, dealStripes, type Option } from '../../../src/protocol/tree/policy.js'
import { hasStripe, stripeCount } from '../../../src/protocol/tree/stripes.js'

const option = (link: number, change: Partial<Option> = {}): Option => ({
  link,
  freeSlots: 4,
  depth: 2,
  feeding: 0,
  refused: 0,
  stalled: 0,
  silent: false,
  ...change
})

const anyOptions = fc
  .array(
    fc.record({
      freeSlots: fc.nat(5),
      depth: fc.constantFrom(0, 1, 2, 3, 255),
      feeding: fc.nat(15),
      refused: fc.nat(15),
      stalled: fc.nat(15),
      silent: fc.boolean()
    }),
    { maxLength: 8 }
  )
  .map((all) => all.map((each, link) => ({ link, ...each })))

describe('dealStripes', () => {
  it('deals each stripe once, to who is fed, has room and has not refused; and leaves out none that could be dealt', () => {
    fc.assert(
      fc.property(fc.nat(15), anyOptions, fc.integer(), (orphans, options, seed) => {
        const dealt = dealStripes(orphans, options, new Random(seed))
        let union = 0
        for (const [link, stripes] of dealt) {
          expect(union & stripes).to.equal(0)
          union |= stripes
          const { freeSlots, depth, refused } = options[link]!
          expect(stripeCount(stripes)).to.be.at.most(freeSlots)
          expect(depth).to.be.below(255)
          expect(stripes & refused).to.equal(0)
        }
        expect(union & ~orphans).to.equal(0)
        for (let stripe = 0; stripe < 4; stripe++) {
          if (!hasStripe(orphans & ~union, stripe)) continue
          const could = options.some(
            ({ link, freeSlots, depth, refused }) =>
              depth < 255 && !hasStripe(refused, stripe) && freeSlots > stripeCount(dealt.get(link) ?? 0)
          )
          expect(could).to.equal(false)
        }
      })
    )
  })

  it('spreads the stripes', () => {
    const dealt = dealStripes(
      0b1111,
      [1, 2, 3, 4].map((link) => option(link)),
      new Random(1)
    )
    expect([...dealt.values()].map(stripeCount)).to.deep.equal([1, 1, 1, 1])
  })

  it('asks the silent, and those who let the stripe stall, only when there is nobody else', () => {
    const doubtful = [option(1, { silent: true, depth: 0 }), option(2, { stalled: 0b0001, depth: 0 })]
    expect([
      ...dealStripes(0b0001, [...doubtful, option(3, { feeding: 0b1110, depth: 15 })], new Random(1)).keys()
    ]).to.deep.equal([3])
    expect(dealStripes(0b0001, doubtful, new Random(1)).size).to.equal(1)
  })
})

describe('chooseSpares', () => {
  it('prefers who is near the origin and never stalled, and takes nobody twice', () => {
    const options = [option(1, { depth: 5 }), option(2, { depth: 1, stalled: 0b1 }), option(3, { depth: 3 })]
    expect(chooseSpares(options, 2, new Random(1))).to.deep.equal([3, 1])
    expect(chooseSpares(options, 9, new Random(1))).to.deep.equal([3, 1, 2])
  })
})
